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
    /// Changes that are on their way meanwhile, with `isDuringCatchUp`.
    let backlog: Int
    let seed: UInt64
    let settings: ReplicaSettings
    let progress: Progress

    private static let megabits = 20.0
    /// Between two people's changes, milliseconds.
    private static let pause = 7.0

    func run(in folder: BenchFolder) throws -> BenchResult {
        let team = try BenchTeam(seed: self.seed)
        let sites = try (0..<2).map { try BenchSite($0, of: team, in: folder, self.settings) }
        if self.isDuringCatchUp {
            var backlog = BacklogGenerator(seed: self.seed)
            for _ in 0..<self.backlog / 1_000 {
                try sites[0].author((0..<1_000).map { _ in backlog.next() }, wall: BenchNode.wallBase - 1)
            }
            self.progress.show("written", self.backlog, of: self.backlog)
        }
        let wire = try BenchWire(sites, roundTrip: Double(self.roundTrip), megabits: Self.megabits)
        wire.connect()
        _ = try wire.run(until: 3_000) { false }
        var cases = CaseGenerator(seed: self.seed &+ 7)
        var written: [(DeltaReference, Double)] = []
        for _ in 0..<self.deltas {
            let next = wire.now + Self.pause
            written.append(try wire.author(0, cases.next()))
            _ = try wire.run(until: next) { false }
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
        let end = self.catchUpEnd(wire)
        // Later ones would only make the figures look better.
        let measured = self.isDuringCatchUp ? written.filter { $0.1 < end } : written
        for (place, saved) in measured {
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
        result.add("backlog", self.isDuringCatchUp ? self.backlog : 0)
        result.add("measured", measured.count)
        if self.isDuringCatchUp { result.add("catch_up_ms", end) }
        result.add("visible_p50_ms", seen[0.5])
        result.add("visible_p99_ms", seen[0.99])
        result.add("safe_p50_ms", signed[0.5])
        result.add("safe_p99_ms", signed[0.99])
        result.add("contended_seconds", wire.contended)
        result.add("path_wait_p99_ms", Percentiles(wire.waits[0])[0.99])
        result.add("seed", Int(self.seed))
        return result
    }

    /// When the last of the backlog was committed at the other site.
    private func catchUpEnd(_ wire: BenchWire) -> Double {
        let own = wire.nodes[0].site.context.author
        var end = 0.0
        for (place, at) in wire.nodes[1].commits
        where place.author == own && place.seq <= UInt64(self.backlog) && at > end {
            end = at
        }
        return end
    }
}
