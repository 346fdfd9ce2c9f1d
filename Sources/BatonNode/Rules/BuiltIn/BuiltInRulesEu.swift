// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesEu = RuleBookDecoder.File(
        name: "rules/eu.yaml",
        text: #"""
            # European Union: orders, reports and holds, as data. This is not legal advice. See us.yam\#
            l for the words used here.
            book: laws
            version: 2
            effective: 2026-11-22
            review_by: 2027-02-22
            owner: legal

            regions:
              - key: eu
                countries: [EU, AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI, FR, GR, HR, HU, IE, IT, LT, LU\#
            , LV, MT, NL, PL, PT, RO, SE, SI, SK]

            laws:
              - id: eu.dsa18
                title: Inform authorities of a threat to life
                jurisdiction: eu
                kind: prompt
                types: [TTL, CSEA, MCE]
                trigger: We suspect an offence that threatens somebody's life or safety.
                duty: Inform police or judicial authority promptly. Of an unknown state, that of estab\#
            lishment, or Europol.
                recipient: police or judicial authority of the state concerned; else Europol
                decides: [specialist, lead]
                notes: No number stands in the law. The desk's own target is ttl.report.
                clock: {starts: triaged, hard: true, met_by: [authority-informed]}
                source:
                  citation: Regulation (EU) 2022/2065, Article 18
                  url: https://eur-lex.europa.eu/eli/reg/2022/2065/oj
                  reading: P
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: eu.tco
                title: Terrorist content, removal order
                jurisdiction: eu
                kind: deadline
                types: [MCE, TTL, SENS, OTHER]
                trigger: A removal order from a competent authority was received.
                duty: Remove or disable in all member states within one hour of receipt. Keep what was\#
             removed for six months.
                recipient: the authority that ordered
                decides: [analyst, specialist, lead]
                clock: {starts: attached, within: 1h, hard: true, met_by: [contained, actioned]}
                # Six months are 181 to 184 days.
                hold: {days: 184, from: the removal, renewal_days: 184}
                source:
                  citation: Regulation (EU) 2021/784, Articles 3 and 6
                  url: https://eur-lex.europa.eu/eli/reg/2021/784/oj
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: eu.tco.ttl
                title: Terrorist content, imminent threat to life
                jurisdiction: eu
                kind: prompt
                types: [TTL, MCE]
                trigger: Terrorist content shows an imminent threat to life.
                duty: Inform the authorities of the member states concerned promptly, else Europol.
                recipient: competent authority; else Europol
                decides: [specialist, lead]
                clock: {starts: attached, hard: true, met_by: [authority-informed]}
                source:
                  citation: Regulation (EU) 2021/784, Article 14(5)
                  url: https://eur-lex.europa.eu/eli/reg/2021/784/oj
                  reading: Q
                  read_on: 2026-11-22
                  review_by: 2027-05-22
                  counsel_ok: false

              - id: eu.eevidence
                title: European Production Order
                jurisdiction: eu
                kind: deadline
                types: [EDR, CSEA, TTL, MCE, OTHER]
                trigger: A production order was received. It applies since 18 August 2026.
                duty: Answer within 10 days.
                recipient: the issuing authority
                decides: [lead, legal]
                clock: {starts: attached, within: 10d, hard: true, met_by: [disclosed, refused]}
                source:
                  citation: Regulation (EU) 2023/1543
                  url: https://eur-lex.europa.eu/eli/reg/2023/1543/oj
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: eu.eevidence.emergency
                title: European Production Order in an emergency
                jurisdiction: eu
                kind: deadline
                types: [EDR, CSEA, TTL, MCE, OTHER]
                trigger: A production order that says emergency was received.
                duty: Answer within 8 hours.
                recipient: the issuing authority
                decides: [lead, legal]
                clock: {starts: attached, within: 8h, hard: true, met_by: [disclosed, refused]}
                source:
                  citation: Regulation (EU) 2023/1543
                  url: https://eur-lex.europa.eu/eli/reg/2023/1543/oj
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

              - id: eu.eevidence.preserve
                title: European Preservation Order
                jurisdiction: eu
                kind: retention
                types: [EDR, CSEA, TTL, MCE, OTHER]
                trigger: A preservation order was received.
                duty: Preserve at once, for 60 days. Whether and how it is prolonged, counsel says.
                recipient: the issuing authority
                decides: [analyst, specialist, lead]
                clock: {starts: attached, within: immediately, hard: true, met_by: [preserved]}
                hold: {days: 60, from: the order, renewal_days: 0}
                source:
                  citation: Regulation (EU) 2023/1543
                  url: https://eur-lex.europa.eu/eli/reg/2023/1543/oj
                  reading: S
                  read_on: 2026-11-22
                  review_by: 2027-02-22
                  counsel_ok: false

            """#)
}
