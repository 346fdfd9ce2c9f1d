import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore

/// Moves what one site has and another lacks, and times each step apart.
struct Transfer {
    /// Reading the log, exporting keys, encoding frames.
    private(set) var export = Stopwatch()
    /// Cutting frames.
    private(set) var decoding = Stopwatch()
    /// Decoding runs and headers, hashing, checking signatures.
    private(set) var verifying = Stopwatch()
    /// Gate, opening, fold and rows, up to the durable commit.
    private(set) var applying = Stopwatch()
    private(set) var deltas = 0
    private(set) var batches = 0
    private(set) var wireBytes = 0
    private(set) var signatureChecks = 0

    let batchSize: Int

    init(batchSize: Int) { self.batchSize = batchSize }

    /// - Parameter wall: The receiver's clock.
    /// - Parameter committed: Called after each commit, outside every clock.
    mutating func run(
        from sender: BenchSite, to receiver: BenchSite, wall: UInt64,
        committed: (Int) throws -> Void = { _ in }
    ) throws {
        var ranges = try sender.store.haveSet().missing(at: receiver.store.haveSet())
        while !ranges.isEmpty {
            var batch = IncomingBatch(from: sender.member.site, deltas: [], keys: [])
            while !ranges.isEmpty, batch.deltas.count < self.batchSize {
                try self.receive(&ranges, from: sender, at: receiver, into: &batch)
            }
            try self.applying.time { try receiver.apply(batch, wall: wall) }
            self.deltas += batch.deltas.count
            self.batches += 1
            try committed(self.deltas)
        }
    }

    private mutating func receive(
        _ ranges: inout [DeltaRange], from sender: BenchSite, at receiver: BenchSite,
        into batch: inout IncomingBatch
    ) throws {
        let frame = try self.export.time { try sender.nextFrame(&ranges) }
        self.wireBytes += frame.count
        let chunk = try self.decoding.time { try receiver.decode(frame) }
        let outcome = try self.verifying.time { try receiver.verify(chunk) }
        self.signatureChecks += outcome.signatureChecks
        batch.deltas.append(contentsOf: outcome.authentic)
        batch.keys.append(contentsOf: outcome.keys)
    }
}
