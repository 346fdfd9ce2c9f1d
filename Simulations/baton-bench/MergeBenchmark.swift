import BatonEngine
import BatonModel
import BatonStore
import Glibc

/// Merges signed deltas of one site into the fresh replica of another, and writes the same rows by plain
/// SQLite beside it.
///
/// The baseline follows batch by batch, so that both sides meet the same noise of the machine and the very
/// same bytes.
struct MergeBenchmark {
    let deltas: Int
    let batch: Int
    let seed: UInt64
    let settings: ReplicaSettings
    let hasBaseline: Bool
    let progress: Progress

    private static let ordersPerCommit = 512
    private static let firstMilliseconds: UInt64 = 1_760_000_000_000
    /// Deltas after which the resident memory is noted: it must not grow with them.
    private static let marks = [25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000]

    func run(in folder: BenchFolder) throws -> BenchResult {
        let team = try BenchTeam(seed: self.seed)
        let sender = try BenchSite(0, of: team, in: folder, self.settings)
        let receiver = try BenchSite(1, of: team, in: folder, self.settings)
        let wall = try self.author(at: sender)
        var plain = self.hasBaseline ? try PlainReplica(beside: receiver, in: folder, self.settings) : nil
        var transfer = Transfer(batchSize: self.batch, isPipelined: self.settings.hasRowThread)
        ResidentMemory.resetPeak()
        let before = ResidentMemory.bytes
        var marks: [(deltas: Int, bytes: Int)] = []
        try transfer.run(from: sender, to: receiver, wall: wall) { done in
            try plain?.follow()
            let mark = Self.marks[min(marks.count, Self.marks.count - 1)]
            if marks.count < Self.marks.count, done >= mark { marks.append((mark, ResidentMemory.bytes)) }
            self.progress.show("merged", done, of: self.deltas)
        }
        let peak = ResidentMemory.peakBytes
        var indexing = Stopwatch()
        try indexing.time { try receiver.indexAll() }
        try plain?.indexAll()
        guard try sender.store.logDigest() == receiver.store.logDigest(),
            try sender.store.stateDigest().digest == receiver.store.stateDigest().digest
        else { throw BenchFault("the replicas differ after the merge") }
        let rows = try plain?.rowCounts() ?? []
        guard rows.allSatisfy({ $0.plain == $0.replica }) else {
            throw BenchFault("the baseline has other rows than the replica: \(rows)")
        }
        receiver.store.close()
        plain?.close()
        self.progress.clear()
        var result = BenchResult("merge")
        self.report(transfer, indexing, peak, receiver, to: &result)
        result.add("rss_before_merge_bytes", before)
        for mark in marks { result.add("rss_at_\(mark.deltas)_bytes", mark.bytes) }
        if let plain { self.report(plain, rows, transfer, indexing, to: &result) }
        return result
    }

    private func author(at site: BenchSite) throws -> UInt64 {
        var generator = CaseGenerator(seed: self.seed)
        var wall = Self.firstMilliseconds
        var done = 0
        while done < self.deltas {
            let count = min(Self.ordersPerCommit, self.deltas - done)
            try site.author((0..<count).map { _ in generator.next() }, wall: wall)
            done += count
            wall += UInt64(count) * 450
            self.progress.show("authored", done, of: self.deltas)
        }
        return wall
    }

    private func report(
        _ transfer: Transfer, _ indexing: Stopwatch, _ peak: Int, _ receiver: BenchSite,
        to result: inout BenchResult
    ) {
        let seconds = transfer.merging.seconds
        let count = transfer.deltas
        result.add("deltas", count)
        result.add("batch", self.batch)
        result.add("transactions", transfer.batches)
        result.add("checkpoint_pages", self.settings.checkpointPages)
        result.add("seed", Int(self.seed))
        result.add("merge_deltas_per_second", perSecond(count, seconds))
        result.add("merge_indexed_deltas_per_second", perSecond(count, seconds + indexing.seconds))
        result.add("apply_deltas_per_second", perSecond(count, transfer.applying.seconds))
        result.add("export_seconds", transfer.export.seconds)
        result.add("decode_seconds", transfer.decoding.seconds)
        result.add("merge_seconds", seconds)
        result.add("apply_seconds", transfer.applying.seconds)
        result.add("index_seconds", indexing.seconds)
        result.add("merge_processor_seconds", transfer.merging.processorSeconds)
        result.add("verify_processor_seconds", transfer.verifyProcessorSeconds)
        result.add("signature_checks", transfer.signatureChecks)
        result.add("delta_bytes", Double(transfer.wireBytes) / Double(max(1, count)))
        result.add("database_bytes", BenchFolder.bytes(ofFileAt: receiver.databasePath))
        result.add("peak_rss_bytes", peak)
    }

    private func report(
        _ plain: PlainReplica, _ rows: [(table: String, plain: Int, replica: Int)], _ transfer: Transfer,
        _ indexing: Stopwatch, to result: inout BenchResult
    ) {
        let count = transfer.deltas
        let merge = transfer.merging.seconds
        let mergeProcessor = transfer.merging.processorSeconds
        let plainAll = plain.writing.seconds + plain.indexing.seconds
        result.add("plain_sqlite_deltas_per_second", perSecond(count, plain.writing.seconds))
        result.add("plain_sqlite_indexed_deltas_per_second", perSecond(count, plainAll))
        result.add("plain_seconds", plain.writing.seconds)
        result.add("plain_processor_seconds", plain.writing.processorSeconds)
        result.add("plain_index_seconds", plain.indexing.seconds)
        result.add("plain_database_bytes", BenchFolder.bytes(ofFileAt: plain.path))
        for row in rows { result.add("rows_\(row.table)", row.plain) }
        result.add("ratio", plain.writing.seconds / merge)
        result.add("ratio_processor", plain.writing.processorSeconds / mergeProcessor)
        result.add("ratio_indexed", plainAll / (merge + indexing.seconds))
    }
}

/// Says on a terminal how far a run is; silent when standard error is none.
struct Progress {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ word: String, _ done: Int, of all: Int) {
        guard self.isTerminal else { return }
        self.write("\r\(word) \(done) of \(all)   ")
    }

    func clear() {
        guard self.isTerminal else { return }
        self.write("\r\u{1b}[K")
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        // A progress line that a terminal does not take is lost and not missed.
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
