import BatonDesk
import BatonModel
import BatonSimulator
import Foundation
import Testing

@Suite("Batons in simulated runs")
struct CustodyScenarioTests {
    private static func run(_ name: String, file: String = #filePath) throws -> RunOutcome {
        let url = URL(fileURLWithPath: file)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Simulations/scenarios/\(name).json")
        return ScenarioRun(try Scenario(json: String(contentsOf: url, encoding: .utf8))).run()
    }

    /// What each site says of a case at the end; they must agree.
    private static func hand(_ label: String, _ outcome: RunOutcome) throws -> String {
        let words = outcome.hands.filter { $0.label == label }.map { "\($0.firm), \($0.accountable)" }
        #expect(words.count == 3)
        #expect(Set(words).count == 1, "\(words)")
        return try #require(words.first)
    }

    @Test("a watch that is handed on while the line is down moves once it is taken, and not before")
    func partition() throws {
        let outcome = try Self.run("handoff-in-a-partition")
        #expect(outcome.violations == [])
        #expect(outcome.marks.isSuperset(of: ["handoff.offered", "handoff.accepted", "handoff.refused"]))
        for label in ["C1", "C2", "C3"] { #expect(try Self.hand(label, outcome) == "usw 1, usw 1") }
    }

    @Test("of two accepts that did not know of each other one is certain, at every site the same")
    func doubleAccept() throws {
        let outcome = try Self.run("double-accept")
        #expect(outcome.violations == [])
        #expect(try Self.hand("C1", outcome).hasPrefix("usw 2,"))
    }

    @Test("an accept that crosses a withdrawal wins, and one that has read it is refused")
    func withdrawRace() throws {
        let outcome = try Self.run("withdraw-race")
        #expect(outcome.violations == [])
        #expect(outcome.marks.contains("custody.refused"))
        #expect(try Self.hand("C1", outcome) == "usw 1, usw 1")
        #expect(try Self.hand("C2", outcome) == "use 1, use 1")
    }

    @Test("what nobody takes at night stays where it is until the morning's accept is confirmed")
    func unstaffed() throws {
        let outcome = try Self.run("unstaffed-night")
        #expect(outcome.violations == [])
        #expect(try Self.hand("C1", outcome) == "usw 1, usw 1")
        #expect(try Self.hand("C2", outcome) == "use 0, use 0")
    }

    @Test("emergency takes on both sides stay provisional, and the holder decides")
    func emergency() throws {
        let outcome = try Self.run("emergency-on-both-sides")
        #expect(outcome.violations == [])
        #expect(try Self.hand("C1", outcome) == "syd 1, syd 1")
    }

    @Test("a backup from before the accept comes back, and the accept still stands once it has recovered")
    func restored() throws {
        let outcome = try Self.run("restored-before-the-accept")
        #expect(outcome.violations == [])
        #expect(outcome.marks.contains("custody.recovered"))
        #expect(try Self.hand("C1", outcome) == "usw 1, usw 1")
    }

    @Test("a log of a desk is read column by column, and its busiest week is found")
    func log() throws {
        let log = try #require(
            IncidentLog(
                incidents: "incident_id,x,priority\nIM1,\"a, b\",2\nIM2,,5\n",
                activities: """
                    incident_id,at,activity_id,activity,team
                    IM2,2013-02-06T13:10:52Z,1,Assignment,T1
                    IM1,2013-02-06T13:07:45Z,2,Open,T1
                    IM1,1999-01-01T00:00:00Z,3,Open,T1
                    IM1,no time,4,Open,T1
                    """))
        #expect(log.acts.map(\.incident) == ["IM1", "IM1", "IM2"])
        #expect(log.acts[1].at == 1_360_156_065_000)
        #expect(log.priorities == ["IM1": 2, "IM2": 5])
        #expect(log.busiestWeek == 1_360_108_800_000)
        #expect(IncidentLog(incidents: "a,b\n", activities: "c\n") == nil)
    }

    @Test("a made-up log plays as a week: one certain holder at each act, every handoff taken or paged")
    func week() {
        let log = IncidentLog(seed: 5, incidents: 6, start: 1_780_272_000_000)
        let proof = CustodyProof()
        let run = ScenarioRun(
            IncidentWeek.make(log, from: log.busiestWeek, casesMax: 6, seed: 5), holding: [proof])
        #expect(run.run().violations == [])
        #expect(proof.instants > 20)
        #expect(proof.wrongHolderCount == 0)
        #expect(proof.lagMax <= 1)
        let handoffs = proof.handoffs(run)
        #expect(handoffs.offered > 5)
        #expect(handoffs.dropped == 0)
    }
}
