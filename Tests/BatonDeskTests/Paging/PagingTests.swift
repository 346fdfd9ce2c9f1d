import BatonDesk
import BatonModel
import BatonSimulator
import Testing

/// A roster of two sites that are always on watch, and what a site does with a page that is due.
struct PagingScene {
    static let minute: Int64 = 60_000
    static let grace = 2 * Self.minute

    /// - Parameter onWatch: Sites with a desk on watch round the clock.
    static func roster(onWatch: [String] = ["syd", "usw"]) throws -> RosterRules {
        var rules = RosterRules()
        rules.lines = [
            RosterRules.Line(key: "desk", title: "the desk", isCovered: true),
            RosterRules.Line(key: "lead", title: "lead on call", isCovered: true),
        ]
        let seats =
            onWatch.map { ("\($0)-desk", "desk", $0) } + [
                ("syd-lead", "lead", "syd"), ("us-lead", "lead", "usw"),
            ]
        rules.rotations = try seats.map { id, line, site in
            RosterRules.Rotation(
                id: id, line: line, watch: id, site: site,
                hours: RosterRules.Hours(
                    zone: "UTC", days: Weekday.allCases, startMinute: 0, endMinute: 0,
                    isOffOnHolidays: false),
                turns: RosterRules.Rotation.Turns(
                    from: try #require(CivilDate("2026-01-05")), days: 7, people: []))
        }
        func step(_ line: String, _ site: String) -> RosterRules.Path.Step {
            .init(line: line, site: site, waitMilliseconds: 5 * Self.minute)
        }
        rules.paths = [
            .init(key: "syd", title: "Sydney", steps: [step("desk", "syd"), step("lead", "syd")]),
            .init(key: "us", title: "the west", steps: [step("desk", "usw"), step("lead", "usw")]),
        ]
        return rules
    }

    static func work(_ site: String, onWatch: [String] = ["syd", "usw"]) throws -> PagingWork {
        var rules = DeskBook.book
        rules.roster = try Self.roster(onWatch: onWatch)
        let zone = ZoneTable(
            name: "UTC", initial: .init(atSeconds: 0, offsetSeconds: 0, abbreviation: "UTC"), transitions: [])
        return PagingWork(
            site: try #require(SiteID(site)), rules: rules,
            roster: RosterWork(rules: rules.roster, zones: ["UTC": zone]),
            membership: DeskTeam.shared.membership, graceMilliseconds: Self.grace, hashing: StandInHashing())
    }

    static func due(_ work: PagingWork, _ desk: DeskDouble) -> PagingWork.Verdict {
        work.due(PagingCase(desk.file, handle: "EDR-7K3QM2"), now: Int64(desk.now))
    }

    /// Announces each page that is due and says that the hook took it.
    @discardableResult
    static func send(_ work: PagingWork, _ desk: DeskDouble) -> [DuePage] {
        let pages = Self.due(work, desk).pages
        let person = DeskTeam.shared.person(work.site.description == "syd" ? "alee" : "kim").id
        for page in pages {
            desk.write(page.announcement(in: desk.file), by: person)
            desk.write(page.receipt(in: desk.file, site: work.site), by: person)
        }
        return pages
    }
}

@Suite("Paging")
struct PagingTests {
    private func desk(_ site: String = "usw") throws -> DeskDouble {
        let desk = DeskDouble(site)
        try desk.act(site == "usw" ? "kim" : "alee", "triage --type EDR --sev S1")
        return desk
    }

    private let typed = "page us --situation \"plan tonight\" --recommendation \"approve\""

    @Test("A typed page walks its path: the next step comes due when the wait is over without an answer")
    func path() throws {
        let desk = try self.desk()
        let work = try PagingScene.work("usw")
        try desk.act("kim", self.typed)
        let first = try #require(PagingScene.send(work, desk).first { $0.call.kind == .page })
        #expect(first.step == 0 && first.line == "desk")
        #expect(first.call.words.text.contains("Situation: S1 EDR-7K3QM2: plan tonight"))
        #expect(!PagingScene.due(work, desk).pages.contains { $0.call.kind == .page })
        desk.pass(minutes: 4)
        #expect(!PagingScene.due(work, desk).pages.contains { $0.call.kind == .page })
        desk.pass(minutes: 1)
        let second = try #require(PagingScene.send(work, desk).first { $0.call.kind == .page })
        #expect(second.step == 1 && second.line == "lead" && second.id != first.id)
        desk.pass(minutes: 60)
        #expect(!PagingScene.due(work, desk).pages.contains { $0.call.kind == .page })
        #expect(desk.file.pages.sent.filter { $0.body.generated == first.id }.count == 1)
    }

    @Test("An answer to any step ends the call")
    func answered() throws {
        let desk = try self.desk()
        let work = try PagingScene.work("usw")
        try desk.act("kim", self.typed)
        PagingScene.send(work, desk)
        try desk.act("pat", "page answer page:1")
        desk.pass(minutes: 30)
        #expect(!PagingScene.due(work, desk).pages.contains { $0.call.kind == .page })
        #expect(desk.file.pages.items[0].sent.count == 1)
    }

    @Test("The site on duty sends first, the other one after its grace and only what nobody has sent")
    func grace() throws {
        let desk = try self.desk()
        try desk.act("kim", self.typed)
        let other = try PagingScene.work("syd")
        let verdict = PagingScene.due(other, desk)
        #expect(!verdict.pages.contains { $0.call.kind == .page })
        let call = try #require(
            PagingScene.due(try PagingScene.work("usw"), desk).pages.first { $0.call.kind == .page }?.call)
        #expect(other.senders(call, now: Int64(desk.now)).map(\.description) == ["usw", "syd", "use"])
        let asleep = try PagingScene.work("syd", onWatch: ["syd"])
        #expect(asleep.senders(call, now: Int64(desk.now)).map(\.description) == ["syd", "usw", "use"])
        desk.pass(minutes: 2)
        #expect(PagingScene.due(other, desk).pages.contains { $0.call.kind == .page })
        PagingScene.send(try PagingScene.work("usw"), desk)
        #expect(!PagingScene.due(other, desk).pages.contains { $0.call.kind == .page })
    }

    @Test("Half of a clock's time is told once; what is nearly gone is told along the path")
    func alerts() throws {
        let desk = try self.desk()
        let work = try PagingScene.work("usw")
        func percents(_ pages: [DuePage]) -> [Int] { pages.compactMap { $0.call.alert?.percent } }
        var told: [Int] = []
        var steps: [Int] = []
        for _ in 0..<24 {
            desk.pass(minutes: 10)
            let pages = PagingScene.send(work, desk)
            told += percents(pages)
            steps += pages.filter { $0.call.alert?.percent == 50 }.map(\.step)
        }
        #expect(told.contains(50) && told.contains(80) && told.contains(100))
        #expect(steps.allSatisfy { $0 == 0 })
        #expect(desk.file.raisedAlerts.count == Set(desk.file.raisedAlerts).count)
        let ids = desk.file.pages.items.compactMap(\.entry.body.generated)
        #expect(ids.count == Set(ids).count)
    }

    @Test("What came due more than a day ago rings nobody")
    func stale() throws {
        let desk = try self.desk()
        try desk.act("kim", self.typed)
        desk.pass(minutes: 24 * 60 + 1)
        #expect(!PagingScene.due(try PagingScene.work("usw"), desk).pages.contains { $0.call.kind == .page })
    }

    @Test("A word that is no path, rotation or line is a person, who is told first and then the path")
    func person() throws {
        let desk = try self.desk()
        try desk.act("kim", "page pat --situation s --recommendation r")
        let work = try PagingScene.work("usw")
        let page = try #require(PagingScene.send(work, desk).first { $0.call.kind == .page })
        #expect(page.to == "pat" && page.duties.isEmpty && page.call.path.steps.count == 3)
        desk.pass(minutes: 5)
        let next = try #require(PagingScene.due(work, desk).pages.first { $0.call.kind == .page })
        #expect(next.to == "desk at usw")
    }

    @Test("An added step that is not done in time is told to its owner, and of a grave case then to the path")
    func addedStep() throws {
        let work = try PagingScene.work("usw")
        let desk = DeskDouble("usw")
        try desk.act("kim", "triage --type EDR --sev S0 --intent y --capability y --specific y --juris US")
        PagingScene.send(work, desk)
        let due = desk.now + 60_000
        try desk.act("kim", "check add \"ring the duty officer\" --owner pat --due \(due)")
        #expect(try #require(PagingScene.due(work, desk).nextMilliseconds) <= Int64(due))
        #expect(PagingScene.send(work, desk).allSatisfy { $0.call.kind != .step })
        desk.now = due
        let told = PagingScene.send(work, desk).filter { $0.call.kind == .step }
        #expect(told.map(\.to) == ["pat"])
        #expect(told.first?.call.words.situation.contains("ring the duty officer was to be done by") == true)
        // The other site would send it under the same id.
        let other = try PagingScene.work("syd").due(
            PagingCase(desk.file, handle: "X"), now: Int64(due) + 600_000)
        #expect(other.pages.allSatisfy { $0.call.kind != .step || $0.step > 0 })
        desk.now += UInt64(6 * PagingScene.minute)
        let next = PagingScene.due(work, desk).pages.filter { $0.call.kind == .step }
        #expect(next.map(\.to) == ["desk at usw"])
        let number = try #require(
            desk.section("steps").items.first { $0.text == "ring the duty officer" }
        ).id
        try desk.act("pat", "check done \(number)")
        #expect(PagingScene.due(work, desk).pages.allSatisfy { $0.call.kind != .step })
    }

    @Test("The next moment is told, so that a node need not look before")
    func next() throws {
        let desk = try self.desk()
        let work = try PagingScene.work("usw")
        PagingScene.send(work, desk)
        let next = try #require(PagingScene.due(work, desk).nextMilliseconds)
        #expect(next > Int64(desk.now))
        let held = PagingCase(desk.file, handle: "EDR-7K3QM2")
        for part in 1..<8 {
            let earlier = Int64(desk.now) + (next - Int64(desk.now)) * Int64(part) / 8
            #expect(work.due(held, now: earlier).pages.isEmpty)
        }
        #expect(!work.due(held, now: next).pages.isEmpty)
    }

    @Test(
        "After forty partitions no page stands twice and nobody sends again what was sent", arguments: 1...8)
    func partitions(share: UInt64) throws {
        let work = ["syd": try PagingScene.work("syd"), "usw": try PagingScene.work("usw")]
        for seed in (share * 5)..<(share * 5 + 5) {
            var random = SeededRandom(seed: seed)
            let (syd, usw) = (DeskDouble("syd", seed: seed), DeskDouble("usw", seed: seed))
            try usw.act("kim", "triage --type EDR --sev S0")
            for _ in 0..<16 {
                let minutes = UInt64(random.below(12))
                for desk in [syd, usw] {
                    desk.pass(minutes: minutes)
                    if let site = work[desk.site.description] { PagingScene.send(site, desk) }
                }
                switch random.below(6) {
                case 0: DeskDouble.meet(syd, usw)
                case 1: try syd.act("alee", "page syd --situation s --recommendation r")
                case 2: try usw.act("kim", self.typed)
                default: break
                }
            }
            DeskDouble.meet(syd, usw)
            let items = usw.file.pages.items
            let ids = items.compactMap(\.entry.body.generated)
            #expect(ids.count == Set(ids).count, "seed \(seed)")
            #expect(items.map(\.label) == syd.file.pages.items.map(\.label), "seed \(seed)")
            let sent = Set(usw.file.pages.sent.compactMap(\.body.generated))
            for desk in [syd, usw] {
                guard let site = work[desk.site.description] else { continue }
                let again = PagingScene.send(site, desk).filter { sent.contains($0.id) }
                #expect(again.isEmpty, "seed \(seed)")
            }
        }
    }
}
