import BatonEngine
import BatonStore

/// Replays the neutral workload W between two sites: seed, cut, both sides author, heal.
///
/// Every signature, seal, audit record and index of a node is on. The figures stand beside those of other
/// systems that replayed the same file: 500 changes a transaction when authoring.
struct WorkloadBenchmark {
    let path: String
    /// How many deltas a transaction takes at most when merging.
    let batch: Int
    let settings: ReplicaSettings
    let progress: Progress

    private static let ordersPerCommit = 500

    /// The two sites and what was measured of them.
    private struct Pair {
        let sites: [BenchSite]
        var authoring = [Stopwatch(), Stopwatch()]
        var authored = [0, 0]
        var wall: UInt64 = 0
    }

    func run(in folder: BenchFolder) throws -> BenchResult {
        let team = try BenchTeam(seed: 1)
        var pair = Pair(sites: try [0, 1].map { try BenchSite($0, of: team, in: folder, self.settings) })
        let file = try WorkloadFile(self.path)
        var next = try file.next()
        ResidentMemory.resetPeak()
        // Seed: both sites then hold all of it.
        try self.author(&pair, file, &next) { $0.isSeed }
        for (sender, receiver) in [(0, 1), (1, 0)] {
            var seeding = StreamTransfer(transactionDeltas: self.batch)
            try seeding.run(from: pair.sites[sender], to: pair.sites[receiver], wall: pair.wall)
        }
        // Cut: each side goes on alone.
        pair.authoring = [Stopwatch(), Stopwatch()]
        pair.authored = [0, 0]
        try self.author(&pair, file, &next) { !$0.isSeed }
        guard next == nil else { throw BenchFault("the workload goes back to its seed phase") }
        // Heal.
        var forward = StreamTransfer(transactionDeltas: self.batch)
        try forward.run(from: pair.sites[0], to: pair.sites[1], wall: pair.wall) { done in
            self.progress.show("merged", done, of: pair.authored[0])
        }
        var backward = StreamTransfer(transactionDeltas: self.batch)
        try backward.run(from: pair.sites[1], to: pair.sites[0], wall: pair.wall)
        let peak = ResidentMemory.peakBytes
        var indexing = Stopwatch()
        try indexing.time { try pair.sites[1].indexAll() }
        let digests = try pair.sites.map { try $0.store.stateDigest().digest }
        guard digests[0] == digests[1] else { throw BenchFault("the replicas differ after the heal") }
        let conflicts = try pair.sites[1].store.queue(
            QueueFilter(includesClosed: true, onlyConflicts: true), limit: 100_000, offset: 0
        ).count
        self.progress.clear()
        var account = WireAccount()
        for frame in forward.frames {
            account.count(try pair.sites[1].content(of: frame.chunk), total: frame.bytes)
        }
        pair.sites[1].store.close()
        return self.report(pair, forward, backward, account, indexing, conflicts, peak)
    }

    /// Authors lines at their sites, as long as they are of one phase.
    private func author(
        _ pair: inout Pair, _ file: WorkloadFile, _ next: inout WorkloadRow?,
        while isWanted: (WorkloadRow) -> Bool
    ) throws {
        var queued: [[CaseChange]] = [[], []]
        while let row = next, isWanted(row) {
            let site = row.isAtFirstSite ? 0 : 1
            pair.wall = row.at
            queued[site].append(row.change)
            if queued[site].count == Self.ordersPerCommit { try Self.commit(&queued[site], at: site, &pair) }
            self.progress.show("authored", pair.authored[0] + pair.authored[1], of: 100_000)
            next = try file.next()
        }
        for site in [0, 1] { try Self.commit(&queued[site], at: site, &pair) }
    }

    private static func commit(_ changes: inout [CaseChange], at site: Int, _ pair: inout Pair) throws {
        guard !changes.isEmpty else { return }
        let sites = pair.sites
        let wall = pair.wall
        try pair.authoring[site].time { try sites[site].author(changes, wall: wall) }
        pair.authored[site] += changes.count
        changes.removeAll(keepingCapacity: true)
    }

    private func report(
        _ pair: Pair, _ forward: StreamTransfer, _ backward: StreamTransfer, _ account: WireAccount,
        _ indexing: Stopwatch, _ conflicts: Int, _ peak: Int
    ) -> BenchResult {
        var result = BenchResult("w")
        result.add("authored_A", pair.authored[0])
        result.add("authored_B", pair.authored[1])
        result.add("batch", self.batch)
        result.add("transactions", forward.transactions)
        result.add("author_A_per_s", perSecond(pair.authored[0], pair.authoring[0].seconds))
        result.add("author_B_per_s", perSecond(pair.authored[1], pair.authoring[1].seconds))
        result.add("merge_with_export_deltas_per_s", perSecond(forward.deltas, forward.all.seconds))
        result.add(
            "merge_with_export_indexed_deltas_per_s",
            perSecond(forward.deltas, forward.all.seconds + indexing.seconds))
        result.add("merge_with_export_seconds", forward.all.seconds)
        result.add("merge_with_export_processor_seconds", forward.all.processorSeconds)
        result.add("export_processor_seconds", forward.exportProcessorSeconds)
        result.add("verify_processor_seconds", forward.verifyProcessorSeconds)
        result.add("apply_seconds", forward.applying.seconds)
        result.add("index_seconds", indexing.seconds)
        result.add("signature_checks", forward.signatureChecks)
        let wireBytes = forward.frames.reduce(0) { $0 + $1.bytes }
        result.add("export_bytes_A", wireBytes)
        result.add("bytes_per_delta", Double(wireBytes) / Double(max(1, forward.deltas)))
        for row in account.perDelta { result.add("wire_\(row.name)_bytes", row.bytes) }
        result.add("wire_tls_and_http2_bytes", account.sessionBytes)
        result.add("merged_back_at_A", backward.deltas)
        result.add("cases_in_conflict", conflicts)
        result.add("db_bytes_B", BenchFolder.bytes(ofFileAt: pair.sites[1].databasePath))
        result.add("rss_peak_KiB", peak / 1024)
        return result
    }
}
