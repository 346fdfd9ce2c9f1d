// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileSopsCsea = RuleBookDecoder.File(
        name: "sops/csea.yaml",
        text: #"""
            # Child sexual exploitation. See edr.yaml for how steps are kept.
            book: checklist
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            checklist:
              id: csea
              title: Child sexual exploitation
              type: CSEA

            steps:
              - key: need-only
                text: Do not open media beyond need. Work from hashes and metadata.
                mandatory: true

              - key: viewed
                text: Write down who has seen it, if anybody has.
                mandatory: true

              - key: child-now
                text: Is a child in danger now? Then open a threat-to-life case at once.
                mandatory: true

              - key: disable
                text: Disable access. Do not destroy anything.
                mandatory: true
                milestone: content-disabled

              - key: account
                text: Act on the account.
                mandatory: true
                milestone: account-actioned

              - key: related
                text: Find all that belongs to it on the account and around it.
                mandatory: true

              - key: preserve
                text: Preserve it for one year from filing.
                mandatory: true
                milestone: preserved

              - key: classify
                text: Choose the type of incident, the class A1 to B2, and the annotations.
                mandatory: true

              - key: draft
                text: Draft the report. Read the blocks on victim and recipient again.
                mandatory: true
                milestone: drafted

              - key: priority
                text: "S0 or S1: write the reason for high priority."
                mandatory: true

              - key: file
                text: File it with the test flag off. Record the receipt's number.
                mandatory: true
                milestone: filed
                roles: [specialist, lead]

              - key: other-duties
                text: "Other duties: NCA, AFP, RCMP, as the rules of this case say."
                mandatory: true

              - key: share-nothing
                text: Share nothing except with NCMEC, police, or in answer to process.
                mandatory: true

              - key: buddy
                text: Ask your buddy how they are, and offer a break. Take one yourself.
                mandatory: false

              - key: destroy
                text: "Order to destroy, or end of the hold: counsel decides."
                mandatory: false
                roles: [lead]

            """#)
}
