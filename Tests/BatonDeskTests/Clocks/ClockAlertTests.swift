import BatonDesk
import BatonModel
import BatonSimulator
import Testing

@Suite("Clock alerts")
struct ClockAlertTests {
    private static let received: Int64 = 1_795_315_860_000
    private let hashing = StandInHashing()

    private func plan(
        _ severity: Severity, ledger: [LedgerEntry] = [], document: DocumentID? = nil
    ) throws -> AlertPlan {
        let document = document ?? DocumentID(kind: .escalation, suffix: [UInt8](repeating: 3, count: 15))
        var facts = ClockFacts(
            document: document, type: .emergencyDataRequest, receivedMilliseconds: Self.received)
        facts.severity = severity
        facts.severityClaims = [.init(severity: severity, atMilliseconds: Self.received, isFirst: true)]
        facts.ledger = ClockLedger(ledger)
        let clocks = ClockWork(book: try SampleBook.make()).clocks(facts)
        return AlertPlan(clocks, of: document, hashing: self.hashing)
    }

    private func minutes(_ alert: ClockAlert?) -> Double? {
        alert.map { Double($0.atMilliseconds - Self.received) / 60_000 }
    }

    @Test("a clock alerts when half, four fifths and all of its time are gone")
    func thresholds() throws {
        let verify = try self.plan(.s0).alerts.filter { $0.clock.rule == "edr.verify" }
        #expect(verify.map(\.percent) == [50, 80, 100])
        #expect(verify.map { self.minutes($0) } == [7.5, 12, 15])
    }

    @Test("two sites that work out an alert by themselves make the same id")
    func sameID() throws {
        let (syd, usw) = (try self.plan(.s0), try self.plan(.s0))
        #expect(syd.alerts.map(\.id) == usw.alerts.map(\.id))
        #expect(Set(syd.alerts.map(\.id)).count == syd.alerts.count)
        let other = try self.plan(
            .s0, document: DocumentID(kind: .escalation, suffix: [UInt8](repeating: 4, count: 15)))
        #expect(Set(syd.alerts.map(\.id)).isDisjoint(with: other.alerts.map(\.id)))
    }

    @Test("a raised case alerts anew")
    func raised() throws {
        let (low, high) = (try self.plan(.s1), try self.plan(.s0))
        #expect(Set(low.alerts.map(\.id)).isDisjoint(with: high.alerts.map(\.id)))
    }

    @Test("a pause moves alerts and keeps their ids; an open one holds them back")
    func paused() throws {
        var scene = try LedgerScene(["syd"])
        var pause = ClockBody(.pause, rule: "edr.verify", atMilliseconds: Self.received + 600_000)
        (pause.code, pause.words) = ("WAIT-LE", "the sergeant")
        scene.write([pause.value], field: CaseField.clocks, at: 0)
        let before = try self.plan(.s0, document: scene.document)
        let open = try self.plan(
            .s0, ledger: scene.ledger(CaseField.clocks, at: 0), document: scene.document)
        #expect(!open.alerts.contains { $0.clock.rule == "edr.verify" })
        let resume = ClockBody(.resume, rule: "edr.verify", atMilliseconds: Self.received + 900_000)
        scene.write([resume.value], field: CaseField.clocks, at: 0)
        let after = try self.plan(
            .s0, ledger: scene.ledger(CaseField.clocks, at: 0), document: scene.document)
        let (old, new) = (
            before.alerts.filter { $0.clock.rule == "edr.verify" },
            after.alerts.filter { $0.clock.rule == "edr.verify" }
        )
        #expect(old.map(\.id) == new.map(\.id))
        #expect(new.map { self.minutes($0) } == [7.5, 17, 20])
    }

    @Test("what is due is told once, the latest of each clock, and the next moment is known")
    func due() throws {
        let plan = try self.plan(.s0)
        let now = Self.received + 13 * 60_000
        let due = plan.due(nowMilliseconds: now, raised: [])
        #expect(due.map { "\($0.clock.rule) \($0.percent)" } == ["edr.ack 100", "edr.verify 80"])
        #expect(plan.due(nowMilliseconds: now, raised: Set(due.map(\.id))).isEmpty)
        let next = plan.next(afterMilliseconds: now)
        #expect(self.minutes(next) == 15)
        #expect(plan.next(afterMilliseconds: Self.received + 600 * 60_000) == nil)
    }
}
