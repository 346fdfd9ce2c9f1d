// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileSopsOther = RuleBookDecoder.File(
        name: "sops/other.yaml",
        text: #"""
            # Everything else. See edr.yaml for how steps are kept.
            book: checklist
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            checklist:
              id: other
              title: Other escalation
              type: OTHER

            steps:
              - key: describe
                text: Describe it in one line.
                mandatory: true

              - key: owner
                text: Name an owner and a sponsor.
                mandatory: true

              - key: life
                text: Is a life at risk? Then open a threat-to-life case.
                mandatory: true

              - key: clock
                text: Does a legal clock run? Attach it.
                mandatory: true

              - key: preserve
                text: Preserve what could go away.
                mandatory: true
                milestone: preserved

              - key: partners
                text: Tell the partners whom it concerns.
                mandatory: true
                milestone: partner-told

              - key: decide
                text: Decide.
                mandatory: true
                milestone: decided

              - key: act
                text: Act.
                mandatory: true
                milestone: done

              - key: close
                text: Close it with a reason.
                mandatory: true

            """#)
}
