import BatonAPI

/// The handoff, the brief, the roster and the figures.
extension OpenAPISamples {
    private static func row(_ full: Bool) -> HandoffRow {
        HandoffRow(
            id: "02", label: "HO-1122-SU", standing: "offered", from: "syd", to: "usw",
            toPerson: full ? "kim" : nil, by: "alee", custodyAt: 1, expiresAt: full ? 2 : nil, cases: 1,
            owed: 1, isOverdue: false)
    }

    private static func handoff(_ asOf: Freshness, _ full: Bool) -> HandoffReply {
        let item = HandoffItemView(
            id: "01", ref: "EDR-7K3QM2", severity: full ? "S0" : nil, trend: full ? "same" : nil, title: "t",
            situation: "s", changed: ["severity S0"], changeCount: 1,
            actions: [.init(what: "w", due: full ? 1 : nil, isHard: true)],
            pending: [.init(partner: "police", asked: 1, expected: full ? 1 : nil, then: "ring")],
            contingencies: ["if"], ruledOut: ["x"], hops: 1, missing: 0, readBack: "owed",
            needsTelephone: full ? true : nil)
        let finding = HandoffFindingView(
            code: "handoff.deadline-near", isBlocking: false, caseID: full ? "01" : nil, what: "w",
            remedy: "r", laterAt: full ? 1 : nil)
        return HandoffReply(
            asOf: asOf, row: self.row(full), record: full ? "h" : nil, isUnstaffed: false, people: "p",
            risks: ["r"], items: [item], findings: [finding], readBacks: 1, corrections: 0, signed: ["s"])
    }

    static var shift: [OpenAPISample] {
        get throws {
            [
                try Self.both("HandoffsReply") { asOf, full in
                    HandoffsReply(asOf: asOf, handoffs: [Self.row(full)], older: full ? 1 : nil)
                },
                try Self.both("HandoffReply") { asOf, full in Self.handoff(asOf, full) },
                try Self.both("HandoffCall") { _, _ in HandoffCall(step: "say", arguments: ["case": ["r"]]) },
                try Self.both("HandoffStepReply") { asOf, full in
                    HandoffStepReply(
                        handoff: Self.handoff(asOf, full), step: "readback", said: ["s"], hints: ["h"],
                        isGood: full ? true : nil, unlisted: full ? ["u"] : nil, deltas: ["d"])
                },
                try Self.both("HandoffPageReply") { asOf, _ in
                    HandoffPageReply(asOf: asOf, label: "HO-1122-SU", text: "t", html: "h")
                },
                try Self.both("BriefReply") { asOf, full in
                    BriefReply(
                        asOf: asOf, page: ["p"],
                        cases: [
                            .init(
                                id: "01", ref: "r", severity: full ? "S0" : nil, title: "t", count: 1,
                                lines: ["l"])
                        ], changed: 1, pending: full ? 2 : nil)
                },
                try Self.both("PresenceCall") { _, full in
                    PresenceCall(caseRef: "r", intent: full ? "disclose" : nil)
                },
                try Self.both("PresenceReply") { asOf, _ in PresenceReply(asOf: asOf) },
                try Self.both("DeskView") { _, full in
                    DeskView(
                        by: "kim", ref: full ? "EDR-7K3QM2" : nil, intent: full ? "disclose" : nil,
                        secondsLeft: 40)
                },
                try Self.both("StatsReply") { asOf, full in Self.stats(asOf, full: full) },
                try Self.both("RosterReply") { asOf, full in Self.roster(asOf, full: full) },
                try Self.both("RosterCall") { _, full in
                    var call = RosterCall(kind: "swap", rotation: "syd-lead", day: "2026-12-24")
                    guard full else { return call }
                    (call.otherRotation, call.otherDay) = ("us-lead", "2026-12-25")
                    (call.person, call.why) = ("kim", "leave")
                    return call
                },
            ]
        }
    }

    private static func stats(_ asOf: Freshness, full: Bool) -> StatsReply {
        let span: Int64? = full ? 1 : nil
        let spread = StatsReply.Spread(count: 1, mean: span, median: span, p90: span)
        let group = StatsReply.Group(
            type: full ? "EDR" : nil, site: full ? "syd" : nil, cases: 1, open: 1, times: (spread, spread),
            clocks: (1, 1))
        return StatsReply(
            asOf: asOf, from: 1, to: 2, all: group, groups: [group],
            days: [.init(day: "2026-11-22", received: 1, clocksMissed: 1)],
            handoffs: .init(
                offered: 1, accepted: 1, declined: 0, acceptedAfter: spread, cases: 1, readBacks: (1, 1, 0)))
    }

    private static func roster(_ asOf: Freshness, full: Bool) -> RosterReply {
        let duty = DutyView(
            line: "desk", site: "syd", watch: "w", rotation: "r", day: "2026-12-24", from: 1, to: 2,
            people: ["kim"], isChanged: true)
        let stretch = StretchView(kind: "gap", line: "desk", from: 1, to: 2, watches: ["w"], count: 1)
        let other = full ? "2026-12-25" : nil
        return RosterReply(
            asOf: asOf, days: 14, now: [duty], next: [duty], stretches: [stretch], notices: [stretch],
            changes: [
                RosterChangeView(
                    kind: "swap", rotation: "r", day: "2026-12-24", otherRotation: full ? "q" : nil,
                    otherDay: other, person: full ? "kim" : nil, why: full ? "leave" : nil)
            ])
    }
}
