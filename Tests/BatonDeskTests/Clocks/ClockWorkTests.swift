import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("Clocks")
struct ClockWorkTests {
    /// 22 November 2026, 02:51Z.
    static let received: Int64 = 1_795_315_860_000
    static let minute = SampleBook.minute

    private func facts(_ scene: LedgerScene, at site: Int = 0, severity: Severity? = .s0) -> ClockFacts {
        var facts = ClockFacts(
            document: scene.document, type: .emergencyDataRequest, receivedMilliseconds: Self.received)
        facts.severity = severity
        if let severity {
            facts.severityClaims = [
                .init(severity: severity, atMilliseconds: Self.received + Self.minute, isFirst: true)
            ]
        }
        facts.ledger = ClockLedger(scene.ledger(CaseField.clocks, at: site))
        return facts
    }

    private func clock(_ rule: String, _ facts: ClockFacts, instance: String = "") throws -> Clock {
        let clocks = ClockWork(book: try SampleBook.make()).clocks(facts)
        return try #require(clocks.first { $0.key == ClockKey(rule: rule, instance: instance) })
    }

    private func minutes(_ milliseconds: Int64?) -> Int64? {
        milliseconds.map { ($0 - Self.received) / Self.minute }
    }

    private func milestone(_ word: String, _ minute: Int64) throws -> ClockFacts.Reached {
        ClockFacts.Reached(
            milestone: try #require(Milestone(word: word)),
            atMilliseconds: Self.received + minute * Self.minute)
    }

    private func body(_ kind: ClockBody.Kind, _ rule: String, _ minute: Int64, instance: String = "")
        -> ClockBody
    {
        var body = ClockBody(
            kind, rule: rule, instance: instance, atMilliseconds: Self.received + minute * Self.minute)
        if kind == .pause { (body.code, body.words) = ("WAIT-LE", "the duty officer") }
        return body
    }

    @Test("the clocks of a triaged request are due as the table says, from receipt")
    func triaged() throws {
        let scene = try LedgerScene(["syd", "usw"])
        var facts = self.facts(scene)
        facts.reached = [try self.milestone("acknowledged", 1)]
        let clocks = ClockWork(book: try SampleBook.make()).clocks(facts)
        #expect(clocks.map(\.key.rule) == ["edr.verify", "edr.decide", "edr.partner", "edr.ack"])
        #expect(clocks.map { self.minutes($0.dueMilliseconds) } == [15, 30, 30, 5])
        let ack = try #require(clocks.last)
        #expect(ack.standing(nowMilliseconds: Self.received + 60 * Self.minute) == .met)
        #expect(ack.stop?.atMilliseconds == Self.received + Self.minute)
    }

    @Test("before triage the acknowledgement alone runs, as for the gravest")
    func untriaged() throws {
        let scene = try LedgerScene(["syd"])
        let clocks = ClockWork(book: try SampleBook.make()).clocks(self.facts(scene, severity: nil))
        #expect(clocks.map(\.key.rule) == ["edr.ack"])
        #expect(self.minutes(clocks.first?.dueMilliseconds) == 5)
    }

    @Test("a soft clock stands still while it is paused, and is due later by as much")
    func pausing() throws {
        var scene = try LedgerScene(["syd"])
        scene.write([self.body(.pause, "edr.decide", 10).value], field: CaseField.clocks, at: 0)
        var clock = try self.clock("edr.decide", self.facts(scene))
        #expect(clock.dueMilliseconds == nil)
        let later = Self.received + 40 * Self.minute
        #expect(clock.standing(nowMilliseconds: later) == .paused)
        #expect(clock.remainingMilliseconds(nowMilliseconds: later) == 20 * Self.minute)
        #expect(clock.pauses.map(\.waitingFor) == ["the duty officer"])
        scene.write([self.body(.resume, "edr.decide", 17).value], field: CaseField.clocks, at: 0)
        clock = try self.clock("edr.decide", self.facts(scene))
        #expect(self.minutes(clock.dueMilliseconds) == 37)
        #expect(clock.standing(nowMilliseconds: Self.received + 12 * Self.minute) == .paused)
    }

    @Test("a hard clock never stands still")
    func hardNeverPauses() throws {
        var scene = try LedgerScene(["syd"])
        var start = self.body(.start, "eu.tco", 0, instance: "2")
        (start.withinMilliseconds, start.isHard) = (SampleBook.hour, true)
        scene.write([start.value], field: CaseField.clocks, at: 0)
        scene.write([self.body(.pause, "eu.tco", 5, instance: "2").value], field: CaseField.clocks, at: 0)
        let clock = try self.clock("eu.tco", self.facts(scene), instance: "2")
        #expect(clock.isHard && clock.needsCounsel && clock.pauses.isEmpty)
        #expect(self.minutes(clock.dueMilliseconds) == 60)
        #expect(clock.standing(nowMilliseconds: Self.received + 60 * Self.minute) == .breached)
        #expect(
            clock.remainingMilliseconds(nowMilliseconds: Self.received + 61 * Self.minute) == -Self.minute)
    }

    @Test("a pause without a code, or without somebody to wait for, says nothing")
    func pauseNeedsWords() throws {
        var scene = try LedgerScene(["syd"])
        for (code, words) in [("", "x"), ("WAIT-LE", "")] {
            var pause = self.body(.pause, "edr.decide", 10)
            (pause.code, pause.words) = (code, words)
            scene.write([pause.value], field: CaseField.clocks, at: 0)
        }
        let facts = self.facts(scene)
        #expect(facts.ledger.unreadable == 2)
        #expect(self.minutes(try self.clock("edr.decide", facts).dueMilliseconds) == 30)
    }

    @Test("a resume that did not know of a pause still ends it: in doubt a clock runs")
    func resumeWins() throws {
        var scene = try LedgerScene(["syd", "usw"])
        scene.write([self.body(.pause, "edr.decide", 10).value], field: CaseField.clocks, at: 0)
        scene.write([self.body(.resume, "edr.decide", 12).value], field: CaseField.clocks, at: 1)
        scene.heal()
        #expect(self.minutes(try self.clock("edr.decide", self.facts(scene)).dueMilliseconds) == 32)
        // A pause that has read that resume stands.
        scene.write([self.body(.pause, "edr.decide", 11).value], field: CaseField.clocks, at: 0)
        #expect(try self.clock("edr.decide", self.facts(scene)).dueMilliseconds == nil)
    }

    @Test("a pause ends by itself at the moment it was given")
    func until() throws {
        var scene = try LedgerScene(["syd"])
        var pause = self.body(.pause, "edr.decide", 10)
        pause.untilMilliseconds = Self.received + 25 * Self.minute
        scene.write([pause.value], field: CaseField.clocks, at: 0)
        #expect(self.minutes(try self.clock("edr.decide", self.facts(scene)).dueMilliseconds) == 45)
    }

    @Test("a correction replaces what its author had read, and nothing else")
    func correction() throws {
        var scene = try LedgerScene(["syd", "usw"])
        func start(_ minute: Int64, _ kind: ClockBody.Kind = .start) -> CBORValue {
            var start = self.body(kind, "eu.tco", minute)
            (start.withinMilliseconds, start.isHard) = (SampleBook.hour, true)
            return start.value
        }
        scene.write([start(0)], field: CaseField.clocks, at: 0)
        scene.write([start(20, .correct)], field: CaseField.clocks, at: 0)
        #expect(self.minutes(try self.clock("eu.tco", self.facts(scene)).dueMilliseconds) == 80)
        scene.write([start(10)], field: CaseField.clocks, at: 1)
        scene.heal()
        #expect(self.minutes(try self.clock("eu.tco", self.facts(scene)).dueMilliseconds) == 70)
        scene.write([start(30, .correct)], field: CaseField.clocks, at: 1)
        scene.heal()
        #expect(self.minutes(try self.clock("eu.tco", self.facts(scene)).dueMilliseconds) == 90)
    }

    @Test("a corrected internal clock keeps its correction until the case is raised")
    func correctedStage() throws {
        var scene = try LedgerScene(["syd"])
        var correct = self.body(.correct, "edr.decide", 0)
        (correct.withinMilliseconds, correct.severity) = (100 * Self.minute, .s1)
        scene.write([correct.value], field: CaseField.clocks, at: 0)
        #expect(
            self.minutes(try self.clock("edr.decide", self.facts(scene, severity: .s1)).dueMilliseconds)
                == 100)
        #expect(self.minutes(try self.clock("edr.decide", self.facts(scene)).dueMilliseconds) == 30)
    }

    @Test("a meeting that was taken back counts for nothing, and a later one counts")
    func unmeet() throws {
        var scene = try LedgerScene(["syd"])
        scene.write([self.body(.meet, "edr.verify", 4).value], field: CaseField.clocks, at: 0)
        scene.write([self.body(.unmeet, "edr.verify", 5).value], field: CaseField.clocks, at: 0)
        #expect(try self.clock("edr.verify", self.facts(scene)).stop == nil)
        scene.write([self.body(.meet, "edr.verify", 16).value], field: CaseField.clocks, at: 0)
        let clock = try self.clock("edr.verify", self.facts(scene))
        #expect(clock.standing(nowMilliseconds: Self.received) == .metLate)
    }

    @Test("a clock that comes back begins anew with each meeting, and a milestone ends it")
    func recurring() throws {
        var scene = try LedgerScene(["syd"])
        #expect(self.minutes(try self.clock("edr.partner", self.facts(scene)).dueMilliseconds) == 30)
        scene.write([self.body(.meet, "edr.partner", 28).value], field: CaseField.clocks, at: 0)
        var facts = self.facts(scene)
        let clock = try self.clock("edr.partner", facts)
        #expect(self.minutes(clock.dueMilliseconds) == 58)
        #expect(clock.stop == nil)
        facts.reached = [try self.milestone("resolved", 50)]
        #expect(try self.clock("edr.partner", facts).stop != nil)
    }

    @Test("raising a case gives nobody more time, and lowering it gives the time of the lower severity")
    func raising() throws {
        let scene = try LedgerScene(["syd"])
        var facts = self.facts(scene, severity: .s2)
        facts.severity = .s0
        let raised = Self.received + 110 * Self.minute
        facts.severityClaims.append(.init(severity: .s0, atMilliseconds: raised, isFirst: false))
        // Two hours for S2 from receipt come before a quarter of an hour for S0 from the raise.
        #expect(self.minutes(try self.clock("edr.verify", facts).dueMilliseconds) == 120)
        #expect(self.minutes(try self.clock("edr.decide", facts).dueMilliseconds) == 140)
        facts.severity = .s2
        #expect(self.minutes(try self.clock("edr.decide", facts).dueMilliseconds) == 240)
    }

    @Test("what only the ledger knows is shown, hard or soft as it was attached, and marked")
    func unknownRule() throws {
        var scene = try LedgerScene(["syd"])
        var start = self.body(.start, "br.new-law", 0)
        (start.withinMilliseconds, start.isHard) = (2 * SampleBook.hour, true)
        scene.write([start.value], field: CaseField.clocks, at: 0)
        let clock = try self.clock("br.new-law", self.facts(scene))
        #expect(clock.title == "br.new-law" && clock.needsCounsel && clock.isHard)
    }

    @Test("a rule without a number runs without a due time and never alerts")
    func prompt() throws {
        let scene = try LedgerScene(["syd"])
        var facts = self.facts(scene)
        facts.jurisdictions = ["DE"]
        let clock = try self.clock("eu.prompt", facts)
        #expect(clock.standing(nowMilliseconds: Self.received + 9_000 * Self.minute) == .openEnded)
        #expect(clock.alerts(of: scene.document, hashing: StandInHashing()).isEmpty)
    }

    @Test("a law that asks for gravity starts by itself only in cases so grave")
    func gravity() throws {
        let scene = try LedgerScene(["syd"])
        var book = try SampleBook.make()
        let law = try SampleBook.law("eu.grave", within: SampleBook.hour, start: .received, upTo: .s1)
        book.laws = [law]
        for (severity, count) in [(Severity?.none, 0), (.s0, 1), (.s1, 1), (.s2, 0)] {
            var facts = self.facts(scene, severity: severity)
            facts.jurisdictions = ["DE"]
            let clocks = ClockWork(book: book).clocks(facts).filter { $0.key.rule == law.id }
            #expect(clocks.count == count, "\(severity?.word ?? "before triage")")
        }
    }

    @Test("closing a case ends its soft clocks and leaves the hard ones running")
    func closing() throws {
        var scene = try LedgerScene(["syd"])
        var start = self.body(.start, "eu.tco", 0)
        (start.withinMilliseconds, start.isHard) = (SampleBook.hour, true)
        scene.write([start.value], field: CaseField.clocks, at: 0)
        var facts = self.facts(scene)
        facts.reached = [try self.milestone("acknowledged", 1)]
        facts.closedMilliseconds = Self.received + 20 * Self.minute
        let now = Self.received + 90 * Self.minute
        let clocks = ClockWork(book: try SampleBook.make()).clocks(facts)
        let words = clocks.map { "\($0.key.rule) \($0.standing(nowMilliseconds: now).word)" }.sorted()
        #expect(
            words == [
                "edr.ack met", "edr.decide ended with the case", "edr.partner ended with the case",
                "edr.verify ended with the case", "eu.tco breached",
            ])
        #expect(AlertPlan(clocks, of: scene.document, hashing: StandInHashing()).alerts.count == 3)
    }

    @Test("starts that a node has written keep a running clock as it was when the book changes")
    func bookChanges() throws {
        var scene = try LedgerScene(["syd"])
        var book = try SampleBook.make()
        let work = ClockWork(book: book)
        let missing = work.missingStarts(self.facts(scene))
        #expect(missing.map(\.rule) == ["edr.ack", "edr.decide", "edr.partner", "edr.verify"])
        scene.write(missing.map(\.value), field: CaseField.clocks, at: 0)
        #expect(work.missingStarts(self.facts(scene)).isEmpty)
        let before = work.clocks(self.facts(scene))
        book.stages = book.stages.map {
            SampleBook.stage(
                $0.key, [1, 1, 1, 1, 1], metBy: $0.ends.metBy.map(\.word), every: $0.ends.isRecurring)
        }
        let changed = ClockWork(book: book)
        #expect(changed.clocks(self.facts(scene)).map(\.dueMilliseconds) == before.map(\.dueMilliseconds))
        #expect(before.allSatisfy { $0.claim.version == 1 })
        let fresh = try LedgerScene(["syd"], case: 2)
        #expect(changed.clocks(self.facts(fresh)).allSatisfy { $0.claim.withinMilliseconds == 1 })
    }

    @Test("a case of another type leaves the stages of the old one behind")
    func retyped() throws {
        var scene = try LedgerScene(["syd"])
        let work = ClockWork(book: try SampleBook.make())
        scene.write(work.missingStarts(self.facts(scene)).map(\.value), field: CaseField.clocks, at: 0)
        var facts = self.facts(scene)
        facts.type = .threatToLife
        #expect(work.clocks(facts).isEmpty)
    }

    @Test("within the clock's uncertainty nobody can say whether it is breached")
    func uncertainty() throws {
        let clock = try self.clock("edr.verify", self.facts(try LedgerScene(["syd"])))
        let due = try #require(clock.dueMilliseconds)
        #expect(clock.isUncertain(nowMilliseconds: due - 400, uncertaintyMilliseconds: 500))
        #expect(clock.isUncertain(nowMilliseconds: due + 500, uncertaintyMilliseconds: 500))
        #expect(!clock.isUncertain(nowMilliseconds: due + 501, uncertaintyMilliseconds: 500))
        #expect(clock.standing(nowMilliseconds: due - 1) == .atRisk)
        #expect(clock.standing(nowMilliseconds: due) == .breached)
    }

    @Test("a body that says nothing is counted and does no harm")
    func malformed() throws {
        var random = SeededRandom(seed: 7)
        var scene = try LedgerScene(["syd"])
        let odd: [CBORValue] = [
            .null, .text("x"), .array([]), .map([]), .unsigned(1),
            self.body(.start, "", 0).value,
            .map([CBORPair(key: .unsigned(1), value: .unsigned(99))]),
        ]
        for value in odd { scene.write([value], field: CaseField.clocks, at: 0) }
        #expect(ClockLedger(scene.ledger(CaseField.clocks, at: 0)).unreadable == odd.count)
        for _ in 0..<2_000 {
            let pairs = (1...11).compactMap { key -> CBORPair? in
                guard random.chance(4, in: 5) else { return nil }
                let values: [CBORValue] = [
                    .unsigned(random.next()), .negative(random.next()), .text("edr.decide"), .bytes([1]),
                    .bool(true), .null, .unsigned(UInt64(random.below(8))),
                ]
                return CBORPair(key: .unsigned(UInt64(key)), value: random.pick(values))
            }
            scene.write([.map(pairs)], field: CaseField.clocks, at: 0)
        }
        let facts = self.facts(scene)
        #expect(facts.ledger.entries.count + facts.ledger.unreadable == 2_000 + odd.count)
        #expect(!ClockWork(book: try SampleBook.make()).clocks(facts).isEmpty)
    }

    @Test("every word on a clock comes back from its bytes as it went")
    func roundTrip() throws {
        for kind in ClockBody.Kind.allCases {
            var body = self.body(kind, "edr.decide", 3, instance: "order 2")
            (body.code, body.words, body.version) = ("WAIT-LE", "the duty officer", 4)
            (body.untilMilliseconds, body.withinMilliseconds) = (Self.received, -60_000)
            (body.isHard, body.severity) = (true, .s2)
            let decoded = try CBORValue.decode(CBORValue.encode(body.value))
            #expect(ClockBody(decoded) == body)
        }
    }
}
