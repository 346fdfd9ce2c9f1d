// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesRoster = RuleBookDecoder.File(
        name: "rules/roster.yaml",
        text: #"""
            # Who is on duty: watches in named zones, so that a change of clocks moves them as it move\#
            s the people.
            #
            # Each watch has two crews, Sunday to Thursday and Tuesday to Saturday; together they cove\#
            r the week. Names are desk
            # names in order of turns; with none the seat is kept and nobody is named. Overrides and s\#
            waps are made at the desk.
            book: roster
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            notice_days: 14

            lines:
              - {key: desk, title: the desk, covered: true}
              - {key: lead, title: lead on call, covered: true}
              - {key: legal, title: counsel on call, covered: false}

            rotations:
              - id: syd-early-sun
                line: desk
                watch: syd-early
                site: syd
                zone: Australia/Sydney
                days: [sun, mon, tue, wed, thu]
                from: "06:00"
                to: "14:00"
                since: 2026-01-04
                turn_days: 0
                people: []

              - id: syd-early-tue
                line: desk
                watch: syd-early
                site: syd
                zone: Australia/Sydney
                days: [tue, wed, thu, fri, sat]
                from: "06:00"
                to: "14:00"
                since: 2026-01-06
                turn_days: 0
                people: []

              - id: syd-late-sun
                line: desk
                watch: syd-late
                site: syd
                zone: Australia/Sydney
                days: [sun, mon, tue, wed, thu]
                from: "13:00"
                to: "21:00"
                since: 2026-01-04
                turn_days: 0
                people: []

              - id: syd-late-tue
                line: desk
                watch: syd-late
                site: syd
                zone: Australia/Sydney
                days: [tue, wed, thu, fri, sat]
                from: "13:00"
                to: "21:00"
                since: 2026-01-06
                turn_days: 0
                people: []

              - id: use-day-sun
                line: desk
                watch: use-day
                site: use
                zone: America/New_York
                days: [sun, mon, tue, wed, thu]
                from: "05:00"
                to: "14:00"
                since: 2026-01-04
                turn_days: 0
                people: []

              - id: use-day-tue
                line: desk
                watch: use-day
                site: use
                zone: America/New_York
                days: [tue, wed, thu, fri, sat]
                from: "05:00"
                to: "14:00"
                since: 2026-01-06
                turn_days: 0
                people: []

              - id: usw-day-sun
                line: desk
                watch: usw-day
                site: usw
                zone: America/Los_Angeles
                days: [sun, mon, tue, wed, thu]
                from: "10:00"
                to: "18:00"
                since: 2026-01-04
                turn_days: 0
                people: []

              - id: usw-day-tue
                line: desk
                watch: usw-day
                site: usw
                zone: America/Los_Angeles
                days: [tue, wed, thu, fri, sat]
                from: "10:00"
                to: "18:00"
                since: 2026-01-06
                turn_days: 0
                people: []

              - id: syd-lead
                line: lead
                watch: syd-lead
                site: syd
                zone: Australia/Sydney
                days: [mon, tue, wed, thu, fri, sat, sun]
                from: "08:00"
                to: "08:00"
                since: 2026-01-05
                turn_days: 7
                people: []

              - id: us-lead
                line: lead
                watch: us-lead
                site: usw
                zone: America/Los_Angeles
                days: [mon, tue, wed, thu, fri, sat, sun]
                from: "09:00"
                to: "09:00"
                since: 2026-01-05
                turn_days: 7
                people: []

              - id: us-legal
                line: legal
                watch: us-legal
                site: use
                zone: America/New_York
                days: [mon, tue, wed, thu, fri]
                from: "08:00"
                to: "20:00"
                since: 2026-01-05
                turn_days: 7
                off_on_holidays: true
                people: []

            holidays:
              - {site: use, day: 2026-11-26, name: Thanksgiving Day}
              - {site: use, day: 2026-12-25, name: Christmas Day}
              - {site: use, day: 2027-01-01, name: New Year's Day}

            paths:
              - key: syd
                title: the desk in Sydney, then its lead, then the leads of the United States
                steps:
                  - {line: desk, site: syd, wait: 5m}
                  - {line: lead, site: syd, wait: 10m}
                  - {line: lead, site: usw, wait: 10m}
              - key: us
                title: the desks of the United States, then their lead, then Sydney's
                steps:
                  - {line: desk, site: usw, wait: 5m}
                  - {line: desk, site: use, wait: 5m}
                  - {line: lead, site: usw, wait: 10m}
                  - {line: lead, site: syd, wait: 10m}
              - key: desk
                title: whoever is on watch, then every lead
                steps:
                  - {line: desk, wait: 5m}
                  - {line: lead, wait: 10m}
              - key: legal
                title: counsel on call, then a lead
                steps:
                  - {line: legal, wait: 20m}
                  - {line: lead, wait: 10m}

            """#)
}
