import BatonDesk
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore

/// How long a change takes from "saved here" to "visible there" and to "safe elsewhere".
struct LiveBenchmark {
    let deltas: Int
    let roundTrip: Int
    let isDuringCatchUp: Bool
    let seed: UInt64
    let settings: ReplicaSettings
    let progress: Progress

    private static let megabits = 20.0
    private static let backlog = 40_000
    /// Between two people's changes, milliseconds.
    private static let pause = 7.0

    func run(in folder: BenchFolder) throws -> BenchResult {
        let team = try BenchTeam(seed: self.seed)
        let sites = try (0..<2).map { try BenchSite($0, of: team, in: folder, self.settings) }
        if self.isDuringCatchUp {
            var backlog = BacklogGenerator(seed: self.seed)
            for _ in 0..<Self.backlog / 1_000 {
                try sites[0].author((0..<1_000).map { _ in backlog.next() }, wall: BenchNode.wallBase - 1)
            }
            self.progress.show("written", Self.backlog, of: Self.backlog)
        }
        let wire = try BenchWire(sites, roundTrip: Double(self.roundTrip), megabits: Self.megabits)
        wire.connect()
        _ = try wire.run(until: 3_000) { false }
        var cases = CaseGenerator(seed: self.seed &+ 7)
        var written: [(DeltaReference, Double)] = []
        for _ in 0..<self.deltas {
            let began = wire.now
            written.append((try wire.author(0, cases.next()), began))
            _ = try wire.run(until: wire.now + Self.pause) { false }
        }
        _ = try wire.run(until: wire.now + 60_000) {
            written.allSatisfy { wire.nodes[1].commits[$0.0] != nil }
        }
        _ = try wire.run(until: wire.now + 5_000) { false }
        return try self.result(wire, written)
    }

    private func result(_ wire: BenchWire, _ written: [(DeltaReference, Double)]) throws -> BenchResult {
        var visible: [Double] = []
        var safe: [Double] = []
        for (place, saved) in written {
            guard let there = wire.nodes[1].commits[place] else {
                throw BenchFault("\(place) did not arrive")
            }
            visible.append(there - saved)
            let receipt = wire.nodes[0].receipts.first { item in
                item.receipt.haves.contains { $0.author == place.author && $0.contains(place.seq) }
            }
            guard let receipt else { throw BenchFault("no receipt came for \(place)") }
            safe.append(receipt.at - saved)
        }
        let (seen, signed) = (Percentiles(visible), Percentiles(safe))
        var result = BenchResult("live")
        result.add("deltas", self.deltas)
        result.add("rtt_ms", self.roundTrip)
        result.add("during_catch_up", self.isDuringCatchUp)
        result.add("visible_p50_ms", seen[0.5])
        result.add("visible_p99_ms", seen[0.99])
        result.add("safe_p50_ms", signed[0.5])
        result.add("safe_p99_ms", signed[0.99])
        result.add("seed", Int(self.seed))
        return result
    }
}
