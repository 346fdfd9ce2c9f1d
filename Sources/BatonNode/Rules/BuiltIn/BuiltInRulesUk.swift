// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesUk = RuleBookDecoder.File(
        name: "rules/uk.yaml",
        text: #"""
            # United Kingdom: reports and protocols, as data. This is not legal advice. See us.yaml fo\#
            r the words used here.
            book: laws
            version: 2
            effective: 2026-11-22
            review_by: 2027-02-22
            owner: legal

            regions:
              - key: uk
                countries: [GB, UK]

            laws:
              - id: uk.osa66
                title: Report child sexual exploitation to the NCA
                jurisdiction: uk
                kind: prompt
                types: [CSEA]
                trigger: Such content was detected; being told of it counts. In force since 7 April 20\#
            26.
                duty: Report to the NCA, unless a report to NCMEC or the like already covers it. Keep\#
             it for a year.
                recipient: National Crime Agency
                decides: [specialist, lead]
                notes: We did not find the times of priority levels 2 and 3. Have counsel read the reg\#
            ulations.
                clock: {starts: triaged, hard: true, met_by: [filed]}
                # A year with a 29 February has 366 days.
                hold: {days: 366, from: the report, renewal_days: 0}
                source:
                  citation: Online Safety Act 2023, section 66; SI 2026/262; SI 2026/268, regulations\#
             6 and 8
                  url: https://www.legislation.gov.uk/uksi/2026/268
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: uk.osa66.p1
                title: Report to the NCA at once, priority 1
                jurisdiction: uk
                kind: deadline
                types: [CSEA]
                trigger: A child's life is at risk, or serious harm.
                duty: Report to the NCA immediately.
                recipient: National Crime Agency
                decides: [analyst, specialist, lead]
                notes: Starts by itself in S0. Attach it by hand where a child's life is at risk in an\#
            y other.
                clock: {starts: triaged, within: immediately, hard: true, up_to: S0, met_by: [filed]}
                source:
                  citation: SI 2026/268, regulations 6 and 8
                  url: https://www.legislation.gov.uk/uksi/2026/268
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: uk.crisis
                title: Written crisis protocol
                jurisdiction: uk
                kind: standing
                types: [MCE]
                trigger: A crisis touches a large service.
                duty: Follow the written protocol; large services keep a channel of their own to the p\#
            olice.
                recipient: the police channel of the protocol
                decides: [lead]
                notes: Recommended by Ofcom on 9 June 2026, not in force yet. Changes yearly.
                source:
                  citation: Ofcom statement of 9 June 2026
                  url: https://www.onlinesafetyact.net
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

            """#)
}
