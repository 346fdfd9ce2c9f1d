// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesSeverity = RuleBookDecoder.File(
        name: "rules/severity.yaml",
        text: #"""
            # What a severity means. Raising a case is free. Lowering it needs a reason; from S0 a sec\#
            ond person as well.
            book: severity
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            severities:
              - severity: S0
                meaning: life at stake now
                test: intent, capability and something specific; hours
                example: live attack stream; hands-on abuse now; a plan for tonight
                second_person_to_lower: true

              - severity: S1
                meaning: life likely at stake, or a legal order of an hour or less
                test: intent and capability, nothing specific; or a child at risk
                example: new abuse material, offender within reach
                second_person_to_lower: false

              - severity: S2
                meaning: serious harm, or a legal clock of 48 hours or less
                test: intent, capability or something specific; known abuse material
                example: regulator's notice; notice of an intimate image
                second_person_to_lower: false

              - severity: S3
                meaning: "elevated: policy, media or partners press"
                test: no threat to life
                example: graphic clip that spreads
                second_person_to_lower: false

              - severity: S4
                meaning: routine
                test: none of these
                example: follow-up to a request for records
                second_person_to_lower: false

            """#)
}
