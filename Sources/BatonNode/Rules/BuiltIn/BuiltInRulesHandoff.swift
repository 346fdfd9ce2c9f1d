// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesHandoff = RuleBookDecoder.File(
        name: "rules/handoff.yaml",
        text: #"""
            # What a handoff must hold. Severities: the least grave one that needs it.
            book: handoff
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            handoff:
              situation_characters: 200
              situation_up_to: S2
              contingency_up_to: S1
              read_back_up_to: S1
              cases_budget: 10
              copied_handoffs: 2
              relay_hops: 2
              deadline_margin: 20m
              offer_expiry: 40m
              confirm_every: 60m

            """#)
}
