// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesClocks = RuleBookDecoder.File(
        name: "rules/clocks.yaml",
        text: #"""
            # The team's own clocks. Nothing here is law: the hard times of laws stand in us.yaml, eu.\#
            yaml, au.yaml and uk.yaml.
            #
            # One time for each severity, S0 to S4; `-` where there is no such clock. A clock runs fro\#
            m `starts` until one of
            # `met_by` is reached. A clock that comes back (`every: true`) begins anew with each `sla\#
             meet`.
            # Half an hour for an answer to an emergency request is what another large team says in pu\#
            blic about itself.
            book: clocks
            version: 2
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            # Beside every order or notice that is attached, whatever its law gives: they are to hear\#
             that we have it.
            orders: {title: acknowledge the order, within: 5m}

            stages:
              - {type: EDR, key: ack, title: acknowledge, starts: received, met_by: [acknowledged],
                 within: [5m, 10m, 30m, 2h, 8h]}
              - {type: EDR, key: verify, title: verify the requester, starts: received, met_by: [verif\#
            ied, refused],
                 within: [15m, 25m, 2h, 8h, 24h]}
              - {type: EDR, key: decide, title: decide, starts: received, met_by: [disclosed, refused]\#
            ,
                 within: [30m, 60m, 4h, 24h, 3d]}
              - {type: EDR, key: partner, title: tell the agency how it stands, starts: received, met_\#
            by: [disclosed, refused, resolved],
                 within: [30m, 60m, 4h, -, -], every: true}

              - {type: CSEA, key: ack, title: acknowledge, starts: received, met_by: [acknowledged],
                 within: [5m, 10m, 30m, 2h, 8h]}
              - {type: CSEA, key: assess, title: assess, starts: received, met_by: [triaged],
                 within: [10m, 20m, 2h, 8h, 24h]}
              - {type: CSEA, key: contain, title: disable access, starts: received, met_by: [content-d\#
            isabled, contained],
                 within: [15m, 30m, 2h, 24h, 3d]}
              - {type: CSEA, key: report, title: file the report, starts: received, met_by: [filed],
                 within: [60m, 4h, 24h, 24h, 24h]}
              - {type: CSEA, key: partner, title: tell partners how it stands, starts: received, met_b\#
            y: [resolved],
                 within: [60m, 4h, -, -, -], every: true}

              - {type: TTL, key: ack, title: acknowledge, starts: received, met_by: [acknowledged],
                 within: [5m, 10m, 30m, 2h, 8h]}
              - {type: TTL, key: assess, title: assess the threat, starts: received, met_by: [assessed\#
            ],
                 within: [10m, 30m, 2h, 8h, 24h]}
              - {type: TTL, key: decide, title: contain, starts: received, met_by: [contained],
                 within: [20m, 60m, 4h, 24h, 3d]}
              - {type: TTL, key: report, title: inform an authority, starts: received, met_by: [author\#
            ity-informed],
                 within: [20m, 60m, 4h, -, -]}
              - {type: TTL, key: partner, title: tell the authority what is new, starts: authority-inf\#
            ormed, met_by: [authority-acknowledged, resolved],
                 within: [20m, 60m, 4h, -, -], every: true}

              - {type: MCE, key: ack, title: acknowledge, starts: received, met_by: [acknowledged],
                 within: [5m, 10m, 30m, 2h, 8h]}
              - {type: MCE, key: declare, title: declare or dismiss, starts: received, met_by: [declar\#
            ed, resolved],
                 within: [10m, 20m, 2h, 8h, 24h]}
              - {type: MCE, key: commander, title: name the commander, starts: received, met_by: [comm\#
            ander-named, resolved],
                 within: [10m, 20m, 2h, -, -]}
              - {type: MCE, key: contain, title: first removals, starts: received, met_by: [contained,\#
             content-disabled],
                 within: [20m, 60m, 4h, 24h, 3d]}
              - {type: MCE, key: share, title: decide on sharing hashes, starts: declared, met_by: [pa\#
            rtner-told, stood-down],
                 within: [30m, 60m, 4h, -, -]}
              - {type: MCE, key: sitrep, title: situation report, starts: declared, met_by: [stood-dow\#
            n],
                 within: [30m, 60m, 4h, -, -], every: true}

              - {type: SENS, key: ack, title: acknowledge, starts: received, met_by: [acknowledged],
                 within: [5m, 10m, 30m, 2h, 8h]}
              - {type: SENS, key: assess, title: assess, starts: received, met_by: [triaged],
                 within: [10m, 30m, 2h, 8h, 24h]}
              - {type: SENS, key: decide, title: decide and act, starts: received, met_by: [actioned],
                 within: [20m, 60m, 4h, 24h, 3d]}
              - {type: SENS, key: partner, title: tell partners how it stands, starts: received, met_b\#
            y: [partner-told, resolved],
                 within: [60m, 4h, 8h, -, -], every: true}

              - {type: OTHER, key: ack, title: acknowledge, starts: received, met_by: [acknowledged],
                 within: [5m, 10m, 30m, 8h, 8h]}
              - {type: OTHER, key: decide, title: decide, starts: received, met_by: [decided],
                 within: [30m, 60m, 4h, 3d, 3d]}

            """#)
}
