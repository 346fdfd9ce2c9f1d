// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileSopsSens = RuleBookDecoder.File(
        name: "sops/sens.yaml",
        text: #"""
            # Sensitive content. See edr.yaml for how steps are kept.
            book: checklist
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            checklist:
              id: sens
              title: Sensitive content
              type: SENS

            steps:
              - key: source
                text: Who tells us, and what sort of notice is it?
                mandatory: true

              - key: clock
                text: Does a legal clock run? Attach it.
                mandatory: true

              - key: policy
                text: What do our rules say?
                mandatory: true
                milestone: policy-decided

              - key: context
                text: "Context: is it news, is it condemned, who is shown?"
                mandatory: true

              - key: act
                text: "Act: remove, limit or label."
                mandatory: true
                milestone: actioned

              - key: copies
                text: Find identical copies.
                mandatory: true

              - key: tell
                text: Tell whoever reported it and the regulator.
                mandatory: true
                milestone: partner-told

              - key: user
                text: Tell the user and name the way to appeal.
                mandatory: true

              - key: comms
                text: Tell the communications partner.
                mandatory: false

              - key: record
                text: Record it for the statistics.
                mandatory: true

            """#)
}
