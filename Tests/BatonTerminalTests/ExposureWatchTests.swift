import BatonAPI
import BatonTerminal
import Testing

@Suite("What a sitting counts")
struct ExposureWatchTests {
    private static let minute: Int64 = 60_000

    private func row(_ id: String, _ type: String, severity: String? = "S1", tags: [String] = []) -> CaseRow {
        CaseRow(
            ref: "\(type)-\(id)", id: id, type: type, title: "t", severity: severity, owner: nil,
            ownerSite: nil,
            epoch: nil, isProvisional: false, status: "active", isClosed: false, unseenByClose: 0,
            situation: nil,
            tags: tags, agency: nil, source: nil, receivedAt: nil, dueAt: nil, createdAt: 1, updatedAt: 1,
            changes: 1, conflicts: 0, waiting: 0, unread: 0)
    }

    private func rest(sinceBreak: Int, today: Int = 0) -> RestReply {
        var own = OwnLoadView(days: 28, cases: 1, minutes: 1, minutesToday: today, row: 1, daysInRow: 1)
        own.minutesSinceBreak = sinceBreak
        return RestReply(
            asOf: Freshness(site: "syd", at: 1, peers: []), isOn: true, begins: nil, minutes: (60, 240),
            swapWantedAt: nil, own: own, isRecorded: true)
    }

    @Test("a graphic case is told when it is over, with the minutes that it can have been at most")
    func minutes() {
        var watch = ExposureWatch()
        #expect(watch.show(self.row("1", "CSEA"), now: 0) == [])
        #expect(watch.show(self.row("1", "CSEA"), now: 3 * Self.minute) == [], "it is still before them")
        #expect(
            watch.show(self.row("2", "MCE"), now: 4 * Self.minute + 1) == [.graphic(type: "CSEA", minutes: 5)]
        )
        #expect(watch.stop(now: 4 * Self.minute + 2) == .graphic(type: "MCE", minutes: 1))
        #expect(watch.stop(now: 9 * Self.minute) == nil)
    }

    @Test("another case ends the row once, and what was never graphic is not told at all")
    func other() {
        var watch = ExposureWatch()
        #expect(watch.show(self.row("1", "EDR"), now: 0) == [])
        #expect(watch.show(self.row("2", "SENS", tags: ["graphic"]), now: 0) == [])
        #expect(
            watch.show(self.row("3", "EDR"), now: Self.minute) == [
                .graphic(type: "SENS", minutes: 1), .other,
            ])
        #expect(watch.show(self.row("4", "EDR"), now: Self.minute) == [])
    }

    @Test("a clock that went back makes no minutes of its own, and a forgotten desk no more than a day")
    func clocks() {
        var watch = ExposureWatch()
        _ = watch.show(self.row("1", "CSEA"), now: 10 * Self.minute)
        #expect(watch.stop(now: 0) == .graphic(type: "CSEA", minutes: 1))
        _ = watch.show(self.row("1", "CSEA"), now: 0)
        #expect(watch.stop(now: 90 * 24 * 60 * Self.minute) == .graphic(type: "CSEA", minutes: 24 * 60))
    }

    @Test("a buddy is spoken of once for each of the gravest cases of abuse")
    func buddy() {
        var watch = ExposureWatch()
        let first = watch.speaksOfBuddy(self.row("1", "CSEA"))
        let again = watch.speaksOfBuddy(self.row("1", "CSEA"))
        let lesser = watch.speaksOfBuddy(self.row("2", "CSEA", severity: "S2"))
        let other = watch.speaksOfBuddy(self.row("3", "EDR", severity: "S0"))
        #expect([first, again, lesser, other] == [true, false, false, false])
    }

    @Test("a break is offered each time another stretch is full, and again after one was taken")
    func breaks() {
        var watch = ExposureWatch()
        #expect(watch.breakOffer(self.rest(sinceBreak: 59)) == nil)
        #expect(watch.breakOffer(self.rest(sinceBreak: 65))?.contains("65 min") == true)
        #expect(watch.breakOffer(self.rest(sinceBreak: 80)) == nil)
        #expect(watch.breakOffer(self.rest(sinceBreak: 121, today: 250))?.contains("share is full") == true)
        #expect(watch.breakOffer(self.rest(sinceBreak: 5)) == nil)
        #expect(watch.breakOffer(self.rest(sinceBreak: 61)) != nil)
    }
}
