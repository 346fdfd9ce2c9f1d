// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesContainment = RuleBookDecoder.File(
        name: "rules/containment.yaml",
        text: #"""
            # Ways to contain harm. Everything that reaches outside is written down three times: meant\#
            , done, confirmed.
            # `second`: never, always, below-s1 (not for S0 and S1, where minutes count), with-counsel\#
            .
            book: containment
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            actions:
              - key: disable-content
                title: disable content
                reversible: "yes"
                second: never
                caution: Keep it; do not delete.

              - key: geo-limit
                title: limit content to some countries
                reversible: "yes"
                second: never
                caution: Keep it; do not delete.

              - key: age-gate
                title: limit content to adults
                reversible: "yes"
                second: never

              - key: label
                title: put a label on content
                reversible: "yes"
                second: never

              - key: stop-live
                title: stop a live stream
                reversible: "yes"
                second: below-s1
                caution: "Ends contact with somebody at risk: ask police first if that matters."

              - key: stop-reach
                title: stop recommendation, search, sound or hashtag
                reversible: "yes"
                second: never

              - key: block-hash
                title: add a hash to the block list
                reversible: partly
                second: never

              - key: share-hash
                title: share a hash with others
                reversible: partly
                second: always
                caution: What others have taken cannot be called back.

              - key: limit-account
                title: limit messages, posts or live
                reversible: "yes"
                second: never

              - key: suspend
                title: suspend an account
                reversible: "yes"
                second: below-s1
                caution: "May tip somebody off: ask police first."

              - key: kill-sessions
                title: end all sessions of an account
                reversible: "yes"
                second: below-s1
                caution: "May tip somebody off: ask police first."

              - key: ban
                title: ban an account
                reversible: costly
                second: always
                caution: Look at the number that it touches first.

              - key: ban-device
                title: ban a device
                reversible: costly
                second: always
                caution: Others may use the same device.

              - key: ban-network
                title: ban a network of accounts
                reversible: costly
                second: always
                caution: Look at the number that it touches first.

              - key: preserve
                title: preserve a snapshot
                reversible: n/a
                second: never

              - key: hold
                title: place a hold
                reversible: n/a
                second: never

              - key: disclose
                title: disclose data
                reversible: "no"
                second: always
                single: true
                caution: Cannot be undone. The smallest data that answers.

              - key: file-report
                title: file an external report
                reversible: "no"
                second: never
                single: true
                caution: Can be retracted only before it is finished. Check the test flag.

              - key: support
                title: send a warning or a support resource to the user
                reversible: "no"
                second: never

              - key: destroy
                title: destroy by order
                reversible: "no"
                second: with-counsel
                single: true
                caution: Look for holds first. Cannot be undone.

            """#)
}
