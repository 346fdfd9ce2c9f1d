// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesUs = RuleBookDecoder.File(
        name: "rules/us.yaml",
        text: #"""
            # United States: what the law allows, asks and forbids, as data. This is not legal advice.
            #
            # `reading` says what was read: P the primary text, Q a quotation of it, S a secondary sou\#
            rce, U nothing that we could
            # check. `counsel_ok` becomes true when the team's own counsel has read the rule; until th\#
            en every clock of it shows `~`.
            book: laws
            version: 2
            effective: 2026-11-22
            review_by: 2027-02-22
            owner: legal

            regions:
              - key: us
                countries: [US]

            laws:
              - id: us.2702b8
                title: Emergency disclosure of contents
                jurisdiction: us
                kind: permission
                types: [EDR, TTL, CSEA, MCE]
                trigger: In good faith we believe that an emergency with danger of death or serious ph\#
            ysical injury needs it without delay.
                duty: May disclose contents that relate to the emergency. Record the good-faith basis.\#
             It is allowed, never ordered.
                recipient: the governmental entity that asked
                decides: [specialist, lead]
                notes: Whether a foreign agency is a governmental entity is open; see us.2702.foreign.
                source:
                  citation: 18 U.S.C. 2702(b)(8)
                  url: https://www.govinfo.gov/link/uscode/18/2702
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.2702c4
                title: Emergency disclosure of records
                jurisdiction: us
                kind: permission
                types: [EDR, TTL, CSEA, MCE]
                trigger: In good faith we believe that an emergency with danger of death or serious ph\#
            ysical injury needs it without delay.
                duty: May disclose records that are not contents. Prefer this over us.2702b8 wherever\#
             records answer the question.
                recipient: the governmental entity that asked
                decides: [specialist, lead]
                source:
                  citation: 18 U.S.C. 2702(c)(4)
                  url: https://www.govinfo.gov/link/uscode/18/2702
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.2702.foreign
                title: A foreign agency asks in an emergency
                jurisdiction: us
                kind: restriction
                types: [EDR, TTL, CSEA, MCE]
                trigger: The agency that asks is not of the United States.
                duty: Take the separate path. A named legal approver agrees before anything is disclos\#
            ed.
                decides: [lead, legal]
                notes: Rests on the published policy of another company, not on a statute.
                source:
                  citation: GitLab law-enforcement guidelines
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.2703f
                title: Preservation request
                jurisdiction: us
                kind: retention
                types: [EDR, CSEA, TTL, MCE, OTHER]
                trigger: A governmental entity asks us to preserve records.
                duty: Preserve at once what exists now. Disclose nothing.
                recipient: the governmental entity that asked
                decides: [analyst, specialist, lead]
                notes: The renewal for another 90 days was not in the text that we saw; have counsel r\#
            ead it.
                clock: {starts: attached, within: immediately, hard: true, met_by: [preserved]}
                hold: {days: 90, from: the request, renewal_days: 90}
                source:
                  citation: 18 U.S.C. 2703(f)
                  url: https://www.govinfo.gov/link/uscode/18/2703
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.2258A.report
                title: Report apparent child sexual exploitation
                jurisdiction: us
                kind: prompt
                types: [CSEA]
                trigger: Actual knowledge of an apparent offence, trafficking of a child, or enticemen\#
            t. Text alone can be enough.
                duty: Report as soon as reasonably possible. What is planned or imminent may be report\#
            ed too.
                recipient: NCMEC CyberTipline
                decides: [specialist, lead]
                notes: No number stands in the law. The desk's own target is csea.report.
                clock: {starts: triaged, hard: true, met_by: [filed]}
                source:
                  citation: 18 U.S.C. 2258A(a)
                  url: https://www.govinfo.gov/link/uscode/18/2258A
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.2258A.hold
                title: Preserve what was reported
                jurisdiction: us
                kind: retention
                types: [CSEA]
                trigger: A CyberTip was completed.
                duty: Preserve the report's contents and what is reasonably accessible beside it. Few\#
             people may open it.
                decides: [specialist, lead, legal]
                notes: One year since the REPORT Act, 90 days before. May be kept longer. Law enforcem\#
            ent may order destruction, us.2258B.min.
                # A year with a 29 February has 366 days.
                hold: {days: 366, from: the submission of the report, renewal_days: 366}
                source:
                  citation: 18 U.S.C. 2258A(h)
                  url: https://www.govinfo.gov/link/uscode/18/2258A
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.2258A.tell
                title: With whom a report may be shared
                jurisdiction: us
                kind: restriction
                types: [CSEA]
                trigger: A report was made.
                duty: Share its contents only with NCMEC, with law enforcement, or in answer to legal\#
             process.
                decides: [lead, legal]
                source:
                  citation: 18 U.S.C. 2258A(g)(4)
                  url: https://www.govinfo.gov/link/uscode/18/2258A
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.2258B.min
                title: Few people, and destruction on request
                jurisdiction: us
                kind: restriction
                types: [CSEA]
                trigger: We hold any depiction.
                duty: Keep the number of people with access as small as possible. Destroy for good whe\#
            n law enforcement asks.
                decides: [lead, legal]
                notes: Contradicts a running hold. The desk does not choose. It opens a decision for c\#
            ounsel and freezes access.
                source:
                  citation: 18 U.S.C. 2258B(c)
                  url: https://www.govinfo.gov/link/uscode/18/2258B
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.tida
                title: Remove an intimate image
                jurisdiction: us
                kind: deadline
                types: [SENS, CSEA]
                trigger: A valid notice says that an intimate image was published without consent.
                duty: Remove it and known identical copies within 48 hours of the notice.
                decides: [analyst, specialist, lead]
                notes: Enforced since 19 May 2026.
                clock: {starts: attached, within: 48h, hard: true, met_by: [actioned, content-disabled\#
            ]}
                source:
                  citation: Take It Down Act, P.L. 119-12, section 3
                  url: https://www.congress.gov/bill/119th-congress/senate-bill/146
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.dsp
                title: Transfers to countries of concern
                jurisdiction: us
                kind: standing
                types: [EDR, CSEA, TTL, MCE, SENS, OTHER]
                trigger: Bulk sensitive data of persons in the United States would reach a country of\#
             concern or a covered person.
                duty: Keep an auditable log of flows, parties and end use. Ask counsel before any such\#
             transfer.
                decides: [legal]
                notes: "Countries of concern: China with Hong Kong and Macau, Cuba, Iran, North Korea,\#
             Russia, Venezuela."
                source:
                  citation: 28 CFR part 202
                  url: https://www.ecfr.gov/current/title-28/chapter-I/part-202
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: us.usds
                title: Access to protected data of users in the United States
                jurisdiction: us
                kind: standing
                types: [EDR, CSEA, TTL, MCE, SENS, OTHER]
                trigger: Somebody would open protected data of a user in the United States.
                duty: Vetted staff of the restricted compartment only, with a log; a narrow exception\#
             for emergencies.
                decides: [lead]
                source:
                  citation: Published access policy of the data-security entity
                  url: https://usds.tiktok.com
                  reading: P
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

            """#)
}
