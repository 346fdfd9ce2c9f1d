import BatonAPI

extension OpenAPISamples {
    static func rest(asOf: Freshness, bare: Freshness) throws -> [OpenAPISample] {
        var own = OwnLoadView(days: 28, cases: 1, minutes: 1, minutesToday: 1, row: 1, daysInRow: 1)
        own.lastBreakAt = 1
        own.minutesOffShift = 1
        own.byDay = [DayLoadView(day: "2026-11-22", cases: 1, minutes: 1)]
        func page(_ asOf: Freshness) -> CaseExportReply {
            CaseExportReply(
                asOf: asOf, ref: "r", id: "01", reader: "LE", sections: ["holds"], withheld: 0,
                file: (html: "h", sha256: "s"))
        }
        return [
            try OpenAPISample("CaseExportReply", full: page(asOf), least: page(bare)),
            try OpenAPISample(
                "RestReply",
                full: RestReply(
                    asOf: asOf, isOn: true, begins: "2026-12-24", minutes: (60, 240), swapWantedAt: 1,
                    own: own, isRecorded: true),
                least: RestReply(
                    asOf: bare, isOn: false, begins: nil, minutes: (60, 240), swapWantedAt: nil, own: nil,
                    isRecorded: false)),
            try OpenAPISample(
                "OutcomesReply", full: self.outcomes(asOf, isFull: true),
                least: self.outcomes(bare, isFull: false)),
            try OpenAPISample(
                "AgenciesReply", full: AgenciesReply(asOf: asOf, agencies: ["a"]),
                least: AgenciesReply(asOf: bare, agencies: [])),
            try OpenAPISample(
                "Outcome", full: self.outcome("BENIGN"), least: self.outcome(nil)),
            try OpenAPISample(
                "OutcomesCall", full: OutcomesCall(deltas: ["d"]), least: OutcomesCall(deltas: [])),
            try OpenAPISample(
                "OwnLoadView", full: own,
                least: OwnLoadView(days: 28, cases: 0, minutes: 0, minutesToday: 0, row: 0, daysInRow: 0)),
            try OpenAPISample(
                "RestCall", full: RestCall(kind: "graphic", minutes: 1, type: "CSEA"),
                least: RestCall(kind: "other")),
            try OpenAPISample(
                "RestTeamReply", full: self.team(asOf, isFull: true), least: self.team(bare, isFull: false)),
        ]
    }

    private static func outcome(_ code: String?) -> OutcomesReply.Outcome {
        OutcomesReply.Outcome(
            "r", id: "01", code: code, meaning: "m", by: (name: "kim", site: "syd"),
            close: (at: 1, delta: "d"))
    }

    private static func outcomes(_ asOf: Freshness, isFull: Bool) -> OutcomesReply {
        OutcomesReply(asOf: asOf, outcomes: isFull ? [self.outcome("BENIGN")] : [])
    }

    private static func team(_ asOf: Freshness, isFull: Bool) -> RestTeamReply {
        RestTeamReply(
            asOf: asOf, isOn: true, peopleMin: 5,
            weeks: isFull
                ? [
                    .init(
                        monday: "2026-11-16", people: 5, cases: 1,
                        load: (minutes: 1, breaks: 1, pages: 1, overrun: 1))
                ]
                : [],
            tooFew: 0, wishes: isFull ? [.init(person: "kim", site: "syd", at: 1)] : [])
    }
}
