import BatonModel
import BatonSimulator
import Testing

@Suite("Worlds with the real store, keys and bytes")
struct WorldFidelityTests {
    private static let axes: [Fidelity] = [
        Fidelity(replica: .sqlite), Fidelity(crypto: .sodium), Fidelity(transport: .http2), .real,
    ]

    /// A day of a team's work: three sites, a cut, crashes of processes and machines, and failing disks.
    private static func day(_ seed: UInt64, _ fidelity: Fidelity, strikes: Int = 0) -> RunOutcome {
        var scenario = WeekScenario.make(seed, days: 1)
        scenario.fidelity = fidelity
        scenario.events += DiskDraw.events(seed, scenario.siteIDs, within: 86_400_000, count: strikes)
        scenario.events.sort { $0.at < $1.at }
        return ScenarioRun(scenario).run()
    }

    @Test("a day of work holds on every axis", arguments: axes)
    func holds(fidelity: Fidelity) {
        #expect(Self.day(41, fidelity).violations == [])
    }

    @Test("dense minutes on real parts with failing disks hold", arguments: UInt64(70)..<74)
    func dense(seed: UInt64) {
        let scenario = SeedScenario.make(seed, fidelity: .real)
        #expect(scenario.events.contains { [.diskFault, .powerLoss, .rot].contains($0.verb) })
        #expect(ScenarioRun(scenario).run().violations == [])
    }

    @Test("a day of work on disks that fail loses nothing and ends equal", arguments: UInt64(50)..<53)
    func failingDisks(seed: UInt64) {
        #expect(Self.day(seed, Fidelity(replica: .sqlite), strikes: 12).violations == [])
    }

    @Test("a day on real store, keys and bytes with failing disks goes the same way twice")
    func deterministic() {
        let first = Self.day(42, .real, strikes: 6)
        let second = Self.day(42, .real, strikes: 6)
        #expect(first.traceHash == second.traceHash)
        #expect(first.digests.map(\.state) == second.digests.map(\.state))
    }

    @Test("what is real is written into a scenario and read back; a disk that is a model cannot fail")
    func written() throws {
        let scenario = SeedScenario.make(75, fidelity: .real)
        #expect(try Scenario(json: scenario.json) == scenario)
        var impossible = scenario
        impossible.fidelity.replica = .memory
        #expect(throws: ScenarioFault.self) { try Scenario(json: impossible.json) }
    }
}
