// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileSopsTtl = RuleBookDecoder.File(
        name: "sops/ttl.yaml",
        text: #"""
            # Threat to life. See edr.yaml for how steps are kept.
            book: checklist
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            checklist:
              id: ttl
              title: Threat to life
              type: TTL

            steps:
              - key: words
                text: Copy the exact words, the time and its zone.
                mandatory: true

              - key: assess
                text: "Judge it: intent, capability, something specific."
                mandatory: true
                milestone: assessed

              - key: who-where
                text: Find who and where. Outside the restricted compartment write the jurisdiction on\#
            ly.
                mandatory: true
                milestone: jurisdiction-located

              - key: around
                text: "Look around: other accounts, friends, earlier cases."
                mandatory: true

              - key: preserve
                text: Preserve the account as it is now.
                mandatory: true
                milestone: preserved

              - key: authority
                text: Choose the authority and read its number from the directory.
                mandatory: true

              - key: call
                text: "Call: situation, background, assessment, request. Get a reference and a name."
                mandatory: true
                milestone: authority-informed

              - key: disclose
                text: "Decide on disclosure: basis, smallest data, two people."
                mandatory: true
                roles: [specialist, lead]

              - key: contain
                text: Contain without tipping off and without ending contact.
                mandatory: true
                milestone: contained

              - key: support
                text: "Self-harm: send the support resource."
                mandatory: false

              - key: update
                text: Tell the authority what is new every 20 minutes until they have it in hand.
                mandatory: true

              - key: outcome
                text: Write down how the person is, or that nobody answers.
                mandatory: true
                milestone: welfare-known

              - key: eu-record
                text: "In the EU: keep the record that Article 18 asks for."
                mandatory: true

              - key: break
                text: Offer a break. Take one yourself.
                mandatory: false

            """#)
}
