// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesGates = RuleBookDecoder.File(
        name: "rules/gates.yaml",
        text: #"""
            # What is checked before anything is disclosed. Stolen mailboxes of real officers are comm\#
            on: no gate is enough alone.
            #
            # A gate that cannot be met in time is a named gap: its code, and a second person. It neve\#
            r blocks saving a life.
            # `gap` left out: the gate cannot be waived.
            book: gates
            version: 1
            effective: 2026-11-22
            review_by: 2027-02-22
            owner: lead

            gates:
              - id: V1
                word: channel
                rule: Came by portal, known mailbox or telephone. Record which.
                anchor: portal-only policy of another platform
                reading: P
                required: true
                gap: GAP-CHANNEL

              - id: V2
                word: domain
                rule: The domain is the agency's in our directory. Necessary, never sufficient.
                anchor: "FBI notice: real mailboxes are stolen"
                reading: S
                required: true
                gap: GAP-DOMAIN

              - id: V3
                word: callback
                rule: Call the agency on a number from our directory or another independent source. Ne\#
            ver one from the request.
                anchor: trade press on verification
                reading: P
                required: true
                gap: GAP-CALLBACK

              - id: V4
                word: supervisor
                rule: Name and number of a supervisor, and their word that the request is theirs.
                anchor: published guideline of another platform
                reading: S
                required: true
                gap: GAP-SUPERVISOR

              - id: V5
                word: document
                rule: Look for doctored signatures and seals, and for laws that do not exist.
                anchor: FBI notice to industry
                reading: S
                required: true
                gap: GAP-DOCUMENT

              - id: V6
                word: emergency
                rule: Whose life, what danger, why now, which data would help, why process is too slow\#
            .
                anchor: words of 18 U.S.C. 2702
                reading: Q
                required: true

              - id: V7
                word: minimum
                rule: The smallest data that answers V6. Contents and records are decided apart.
                anchor: 18 U.S.C. 2702(b)(8) and (c)(4)
                reading: Q
                required: true

              - id: V8
                word: history
                rule: The same officer, agency or target before? A pattern of refusals?
                anchor: ratings of requesters at another company
                reading: S
                required: true
                gap: GAP-HISTORY

              - id: V9
                word: legal
                rule: "A foreign agency: a named legal approver agrees."
                anchor: published policy of another company
                reading: Q
                required: true
                foreign_only: true

              - id: V10
                word: followup
                rule: Written request or process afterwards. Overdue is shown.
                anchor: our own
                reading: D
                required: false
                within_days: 7

            expectations:
              - who: Snap
                statement: a team around the clock that usually answers emergency requests within 30 m\#
            inutes
                source: values.snap.com, January 2023
                reading: P

              - who: TikTok
                statement: discloses without process in limited emergencies; the request names the rig\#
            ht entity for the user's location
                source: transparency report, 2023
                reading: P

              - who: TikTok, first report
                statement: 68 legal and 11 emergency requests from the US in the first half of 2019, 8\#
            6 % with some data
                source: press, 2020
                reading: S

              - who: Verizon
                statement: more than 36,000 emergency among more than 127,000 demands in the second ha\#
            lf of 2023, about 90 % answered
                source: trade press
                reading: S

              - who: Apple
                statement: 1,162 emergency requests, 93 % answered, second half of 2020
                source: press
                reading: S

              - who: Meta
                statement: 21,700 emergency requests, 77 % answered, first half of 2021
                source: press
                reading: S

            """#)
}
