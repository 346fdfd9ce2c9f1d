// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesAu = RuleBookDecoder.File(
        name: "rules/au.yaml",
        text: #"""
            # Australia: notices, referrals and duties to staff, as data. This is not legal advice. Se\#
            e us.yaml for the words.
            book: laws
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: legal

            regions:
              - key: au
                countries: [AU]

            laws:
              - id: au.osa109
                title: Class 1 removal notice
                jurisdiction: au
                kind: deadline
                types: [SENS, CSEA, MCE, OTHER]
                trigger: eSafety gave a removal notice for class 1 material.
                duty: Remove within 24 hours of the notice, or longer where the notice allows it.
                recipient: eSafety Commissioner
                decides: [analyst, specialist, lead]
                notes: "Where the notice allows longer, correct the clock, with the code EXTENDED and\#
             the number of the notice."
                clock: {starts: attached, within: 24h, hard: true, met_by: [actioned, content-disabled\#
            , contained]}
                source:
                  citation: Online Safety Act 2021 (Cth), section 109
                  url: https://www.legislation.gov.au/C2021A00076/latest
                  reading: P
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: au.osa65
                title: Cyber-bullying of a child, removal notice
                jurisdiction: au
                kind: deadline
                types: [SENS, OTHER]
                trigger: eSafety gave a removal notice. It follows 48 hours without action on a compla\#
            int.
                duty: Remove within 24 hours of the notice.
                recipient: eSafety Commissioner
                decides: [analyst, specialist, lead]
                clock: {starts: attached, within: 24h, hard: true, met_by: [actioned, contained]}
                source:
                  citation: Online Safety Act 2021 (Cth), section 65
                  url: https://www.legislation.gov.au/C2021A00076/latest
                  reading: P
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: au.osa88
                title: Cyber-abuse of an adult, removal notice
                jurisdiction: au
                kind: deadline
                types: [SENS, OTHER]
                trigger: eSafety gave a removal notice. It follows 48 hours without action on a compla\#
            int.
                duty: Remove within 24 hours of the notice.
                recipient: eSafety Commissioner
                decides: [analyst, specialist, lead]
                clock: {starts: attached, within: 24h, hard: true, met_by: [actioned, contained]}
                source:
                  citation: Online Safety Act 2021 (Cth), section 88
                  url: https://www.legislation.gov.au/C2021A00076/latest
                  reading: P
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: au.sms-code
                title: Tell the agency of a threat to life
                jurisdiction: au
                kind: deadline
                types: [TTL, CSEA, MCE]
                trigger: Class 1A material is a serious, immediate threat to life or safety in Austral\#
            ia.
                duty: Notify the law-enforcement agency within 24 hours.
                recipient: Australian law-enforcement agency
                decides: [specialist, lead]
                clock: {starts: triaged, within: 24h, hard: true, up_to: S1, met_by: [authority-inform\#
            ed]}
                source:
                  citation: Social Media Services industry code
                  url: https://digitalpolicyalert.org/event/18236
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: au.avm
                title: Abhorrent violent material
                jurisdiction: au
                kind: prompt
                types: [MCE, TTL, SENS]
                trigger: Abhorrent violent material records conduct in Australia.
                duty: Refer to the Australian Federal Police within a reasonable time, and remove expe\#
            ditiously.
                recipient: Australian Federal Police
                decides: [specialist, lead]
                notes: Failing to refer costs 800 penalty units. Removal stands in section 474.34.
                clock: {starts: attached, hard: true, met_by: [authority-informed]}
                source:
                  citation: Criminal Code (Cth), section 474.33
                  url: https://www.legislation.gov.au/C2004A04868/latest
                  reading: P
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: au.cam
                title: Child abuse material
                jurisdiction: au
                kind: prompt
                types: [CSEA]
                trigger: We know of child abuse material that our service gives access to.
                duty: Refer to the Australian Federal Police within a reasonable time.
                recipient: Australian Federal Police
                decides: [specialist, lead]
                clock: {starts: triaged, hard: true, met_by: [authority-informed, filed]}
                source:
                  citation: Criminal Code (Cth), section 474.25
                  url: https://www.legislation.gov.au/C2004A04868/latest
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: au.bose
                title: eSafety reporting notice
                jurisdiction: au
                kind: standing
                types: [SENS, OTHER]
                trigger: A notice under the Basic Online Safety Expectations was received.
                duty: Answer by the date in the notice. Be ready with timings.
                recipient: eSafety Commissioner
                decides: [lead, legal]
                notes: "The date stands in the notice: attach the clock with it."
                clock: {starts: attached, hard: true}
                source:
                  citation: Online Safety (Basic Online Safety Expectations) Determination 2022
                  url: https://www.legislation.gov.au/F2022L00062/latest
                  reading: P
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: nsw.wsa
                title: Notice before staff are watched
                jurisdiction: au
                kind: standing
                types: [EDR, CSEA, TTL, MCE, SENS, OTHER]
                trigger: Software counts or records what staff in New South Wales do at work.
                duty: Written notice 14 days before, and only by a policy that staff know.
                decides: [lead, legal]
                notes: Until the date of the notice is set, the exposure counters stay off.
                source:
                  citation: Workplace Surveillance Act 2005 (NSW), sections 10 and 12
                  url: https://legislation.nsw.gov.au/view/html/inforce/current/act-2005-047
                  reading: P
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: au.psychosocial
                title: Traumatic material is a hazard at work
                jurisdiction: au
                kind: standing
                types: [EDR, CSEA, TTL, MCE, SENS, OTHER]
                trigger: People are exposed to traumatic events or material. Reading a description cou\#
            nts.
                duty: Identify, control, consult, review, and keep records of it.
                decides: [lead]
                source:
                  citation: Safe Work Australia, model code on psychosocial hazards (2022); SafeWork N\#
            SW code (2021)
                  url: https://www.safeworkaustralia.gov.au
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

            """#)
}
