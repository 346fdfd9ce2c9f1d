import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore

/// Moves what one site has and another lacks, and times the sender's work apart from the receiver's.
///
/// The receiver works as a node does: while one transaction is applied and committed, another thread
/// verifies and opens the chunks of the next one. Each step waits for both; the sender works between steps,
/// outside of their clock.
struct Transfer {
    /// Reading the log, exporting keys, encoding frames.
    private(set) var export = Stopwatch()
    /// Cutting frames.
    private(set) var decoding = Stopwatch()
    /// All of the receiver's work after that: verifying the first transaction's chunks, then each step.
    private(set) var merging = Stopwatch()
    /// Gate, fold and rows, up to the durable commit: the part of `merging` on the writing thread.
    private(set) var applying = Stopwatch()
    /// Decoding runs and headers, hashing, checking signatures, opening parts: processor time.
    private(set) var verifyProcessorSeconds = 0.0
    private(set) var deltas = 0
    private(set) var batches = 0
    private(set) var wireBytes = 0
    private(set) var signatureChecks = 0

    let batchSize: Int
    /// False where verifying takes turns with applying.
    let isPipelined: Bool

    init(batchSize: Int, isPipelined: Bool) {
        self.batchSize = batchSize
        self.isPipelined = isPipelined
    }

    /// - Parameter wall: The receiver's clock.
    /// - Parameter committed: Called after each commit, outside every clock.
    mutating func run(
        from sender: BenchSite, to receiver: BenchSite, wall: UInt64,
        committed: (Int) throws -> Void = { _ in }
    ) throws {
        var ranges = try sender.store.haveSet().missing(at: receiver.store.haveSet())
        var jobs = try self.receive(&ranges, from: sender, at: receiver)
        var merging = Stopwatch()
        var batches = try merging.time {
            try self.batches(try Self.verify(jobs, at: receiver), from: sender.member.site)
        }
        while !batches.isEmpty {
            jobs = try self.receive(&ranges, from: sender, at: receiver)
            let current = batches
            batches = try merging.time { try self.step(current, jobs, from: sender, at: receiver, wall) }
            self.merging = merging
            try committed(self.deltas)
        }
    }

    /// Applies batches while the chunks of the next transaction are verified.
    private mutating func step(
        _ batches: [IncomingBatch], _ jobs: [VerificationJob], from sender: BenchSite,
        at receiver: BenchSite, _ wall: UInt64
    ) throws -> [IncomingBatch] {
        if !self.isPipelined { try self.apply(batches, at: receiver, wall) }
        let verifying = try Self.verify(jobs, at: receiver)
        var failure: (any Error)?
        if self.isPipelined {
            // The thread is waited for whatever happens.
            do { try self.apply(batches, at: receiver, wall) } catch { failure = error }
        }
        let next = Result { try self.batches(verifying, from: sender.member.site) }
        if let failure { throw failure }
        return try next.get()
    }

    private mutating func apply(_ batches: [IncomingBatch], at receiver: BenchSite, _ wall: UInt64) throws {
        try self.applying.time { try receiver.apply(batches, wall: wall) }
        self.deltas += batches.reduce(0) { $0 + $1.deltas.count }
        self.batches += 1
    }

    private static func verify(
        _ jobs: [VerificationJob], at receiver: BenchSite
    ) throws -> BenchThread<[VerificationOutcome]> {
        try BenchThread(yields: true) { jobs.map { receiver.verifier.run($0) } }
    }

    private mutating func batches(
        _ verifying: BenchThread<[VerificationOutcome]>, from site: SiteID
    ) throws -> [IncomingBatch] {
        let (outcomes, seconds) = try verifying.wait()
        self.verifyProcessorSeconds += seconds
        return try outcomes.map { outcome in
            self.signatureChecks += outcome.signatureChecks
            return try outcome.batch(from: site)
        }
    }

    /// Gets the chunks of one transaction.
    private mutating func receive(
        _ ranges: inout [DeltaRange], from sender: BenchSite, at receiver: BenchSite
    ) throws -> [VerificationJob] {
        var jobs: [VerificationJob] = []
        var count = 0
        while !ranges.isEmpty, count < self.batchSize {
            let frame = try self.export.time { try sender.nextFrame(&ranges) }
            count += frame.deltas
            self.wireBytes += frame.bytes.count
            let chunk = try self.decoding.time { try receiver.decode(frame.bytes) }
            jobs.append(receiver.job(of: chunk))
        }
        return jobs
    }
}

extension VerificationOutcome {
    /// What was authentic, for the writing thread.
    ///
    /// - Throws: `BenchFault` when anything of what was just signed is not.
    func batch(from site: SiteID) throws -> IncomingBatch {
        guard self.refused.isEmpty, self.malformed == nil, self.unknownEpoch == nil else {
            throw BenchFault("deltas that were just signed did not verify")
        }
        return IncomingBatch(from: site, deltas: self.authentic, keys: self.keys, ahead: self.ahead)
    }
}
