import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// What must hold of clocks whatever is said about them, on generated ledgers.
@Suite("Clock laws")
struct ClockLawTests {
    private static let received: Int64 = 1_795_315_860_000
    private static let rules = ["edr.decide", "edr.verify", "edr.partner", "eu.tco"]

    private func facts(_ entries: [LedgerEntry], _ document: DocumentID) -> ClockFacts {
        var facts = ClockFacts(
            document: document, type: .emergencyDataRequest, receivedMilliseconds: Self.received)
        facts.severity = .s1
        facts.severityClaims = [.init(severity: .s1, atMilliseconds: Self.received, isFirst: true)]
        facts.ledger = ClockLedger(entries)
        return facts
    }

    private func body(_ random: inout SeededRandom, _ kinds: [ClockBody.Kind]) -> ClockBody {
        let at = Self.received + Int64(random.below(120)) * 60_000
        var body = ClockBody(random.pick(kinds), rule: random.pick(Self.rules), atMilliseconds: at)
        (body.code, body.words) = ("WAIT-LE", "somebody")
        body.withinMilliseconds = Int64(random.below(180)) * 60_000
        body.isHard = body.rule == "eu.tco"
        if !body.isHard { body.severity = .s1 }
        if random.chance(1, in: 4) { body.untilMilliseconds = at + Int64(random.below(60)) * 60_000 }
        return body
    }

    /// Two or three sites write and exchange at random.
    private func scene(seed: Int, kinds: [ClockBody.Kind], steps: Int = 14) throws -> LedgerScene {
        var random = SeededRandom(seed: UInt64(seed))
        var scene = try LedgerScene(["syd", "usw", "use"], case: seed)
        for _ in 0..<steps {
            let site = random.below(3)
            if random.chance(1, in: 4) {
                scene.send(from: site, to: random.below(3))
            } else {
                scene.write(
                    [self.body(&random, kinds).value], field: CaseField.clocks, at: site,
                    by: UInt32(site + 1))
            }
        }
        return scene
    }

    @Test("the clocks of a case do not depend on the order in which its entries arrived")
    func order() throws {
        let work = ClockWork(book: try SampleBook.make())
        for seed in 1...400 {
            var scene = try self.scene(seed: seed, kinds: ClockBody.Kind.allCases)
            scene.heal()
            var random = SeededRandom(seed: UInt64(seed) &* 77)
            let expected = work.clocks(
                self.facts(scene.ledger(CaseField.clocks, at: 0), scene.document))
            for site in 0..<3 {
                let entries = random.shuffled(scene.ledger(CaseField.clocks, at: site))
                #expect(work.clocks(self.facts(entries, scene.document)) == expected, "seed \(seed)")
            }
        }
    }

    @Test("of starts at several sites the earliest due one wins, whichever merges first")
    func earliest() throws {
        let work = ClockWork(book: try SampleBook.make())
        for seed in 1...400 {
            let scene = try self.scene(seed: seed, kinds: [.start])
            func due(_ entries: [LedgerEntry]) -> [String: Int64] {
                work.clocks(self.facts(entries, scene.document)).reduce(into: [:]) { result, clock in
                    result[clock.key.rule] = clock.dueMilliseconds
                }
            }
            let ledgers = (0..<3).map { scene.ledger(CaseField.clocks, at: $0) }
            var healed = scene
            healed.heal()
            let merged = due(healed.ledger(CaseField.clocks, at: 0))
            for rule in Self.rules {
                // Where nobody wrote a start, the book's own claim runs: it is not part of what the sites said.
                let said = ledgers.filter { ledger in
                    ClockLedger(ledger).entries.contains { $0.body.rule == rule }
                }
                guard !said.isEmpty else { continue }
                #expect(merged[rule] == said.compactMap { due($0)[rule] }.min(), "seed \(seed), \(rule)")
            }
        }
    }

    @Test("a pause never makes a clock due earlier, a resume never later, and time that runs adds up")
    func pauses() throws {
        let work = ClockWork(book: try SampleBook.make())
        for seed in 1...400 {
            var scene = try self.scene(seed: seed, kinds: [.pause, .resume])
            scene.heal()
            var before = work.clocks(self.facts(scene.ledger(CaseField.clocks, at: 0), scene.document))
            for clock in before {
                guard let due = clock.dueMilliseconds, let within = clock.claim.withinMilliseconds else {
                    continue
                }
                let ran = clock.still.running(from: clock.claim.originMilliseconds, to: due)
                #expect(ran == within, "seed \(seed): \(clock.key.rule) ran \(ran) of \(within)")
                #expect(due >= clock.claim.originMilliseconds + within)
            }
            var random = SeededRandom(seed: UInt64(seed) &* 31)
            for kind in [ClockBody.Kind.pause, .resume, .pause, .resume] {
                let said = self.body(&random, [kind])
                scene.write([said.value], field: CaseField.clocks, at: 0)
                let after = work.clocks(self.facts(scene.ledger(CaseField.clocks, at: 0), scene.document))
                for clock in after {
                    guard let old = before.first(where: { $0.key == clock.key }) else { continue }
                    let (was, now) = (old.dueMilliseconds ?? .max, clock.dueMilliseconds ?? .max)
                    if kind == .pause { #expect(now >= was, "seed \(seed)") }
                    if kind == .resume { #expect(now <= was, "seed \(seed)") }
                    if clock.isHard { #expect(now == was) }
                }
                before = after
            }
        }
    }

    @Test("stretches of stillness are in order, apart from each other, and hold every pause")
    func stillTime() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<2_000 {
            let pauses = (0..<random.below(8)).map { _ -> (from: Int64, to: Int64?) in
                let from = Int64(random.below(100))
                return (from, random.chance(1, in: 9) ? nil : from + Int64(random.below(30)) - 3)
            }
            let still = StillTime(pauses)
            for (left, right) in zip(still.stretches, still.stretches.dropFirst()) {
                #expect((left.to ?? .max) < right.from)
            }
            for instant in Int64(0)...140 {
                let isPaused = pauses.contains { $0.from <= instant && instant < ($0.to ?? .max) }
                #expect(still.contains(instant) == isPaused)
            }
            let origin = Int64(random.below(50))
            // What `instant` finds, `running` counts: the two are each other's inverse.
            for running in [0, 1, 7, 40] {
                guard let end = still.instant(from: origin, running: Int64(running)) else { continue }
                #expect(still.running(from: origin, to: end) == Int64(running))
            }
        }
    }
}
