import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore

/// Moves what one site has and another lacks, as a stream: the sender reads and encodes on a thread, the receiver
/// verifies and opens on another one and applies on this one, all on one clock.
struct StreamTransfer {
    /// From the first row that the sender reads to the receiver's last commit.
    private(set) var all = Stopwatch()
    /// Reading the log, exporting keys, encoding frames, cutting them: its thread's processor time.
    private(set) var exportProcessorSeconds = 0.0
    /// Decoding runs and headers, hashing, checking signatures, opening parts: its thread's processor time.
    private(set) var verifyProcessorSeconds = 0.0
    /// Gate, fold and rows, up to the durable commit.
    private(set) var applying = Stopwatch()
    private(set) var deltas = 0
    private(set) var transactions = 0
    private(set) var signatureChecks = 0
    /// Every frame, so that they can be looked at after the clock has stopped.
    private(set) var frames: [Frame] = []

    /// Deltas from which a transaction takes no further chunk.
    private let transactionDeltas: Int

    private static let chunksOnTheirWayMax = 8

    init(transactionDeltas: Int) { self.transactionDeltas = transactionDeltas }

    struct Frame {
        let chunk: RunChunk
        let bytes: Int
    }

    private struct Verified {
        let frame: Frame
        let batch: IncomingBatch
        let signatureChecks: Int
    }

    /// - Parameter wall: The receiver's clock.
    /// - Parameter committed: Called after each commit.
    mutating func run(
        from sender: BenchSite, to receiver: BenchSite, wall: UInt64, committed: (Int) -> Void = { _ in }
    ) throws {
        let missing = try sender.store.haveSet().missing(at: receiver.store.haveSet())
        var all = self.all
        defer { self.all = all }
        try all.time { try self.stream(missing, from: sender, to: receiver, wall, committed) }
    }

    private mutating func stream(
        _ missing: [DeltaRange], from sender: BenchSite, to receiver: BenchSite, _ wall: UInt64,
        _ committed: (Int) -> Void
    ) throws {
        let sent = ChunkQueue<Frame>(countMax: Self.chunksOnTheirWayMax)
        let verified = ChunkQueue<Verified>(countMax: WireLimits.standard.chunksInFlightMax)
        let sending = try BenchThread { Self.send(missing, from: sender, to: receiver, into: sent) }
        let verifying = try BenchThread(yields: true) {
            Self.verify(sent, from: sender.member.site, at: receiver, into: verified)
        }
        // The threads end, and are waited for, whatever happens.
        let applied = Result { try self.apply(verified, at: receiver, wall, committed) }
        verified.finish()
        sent.finish()
        self.exportProcessorSeconds += try sending.wait().processorSeconds
        self.verifyProcessorSeconds += try verifying.wait().processorSeconds
        try applied.get()
    }

    private static func send(
        _ missing: [DeltaRange], from sender: BenchSite, to receiver: BenchSite, into sent: ChunkQueue<Frame>
    ) {
        do {
            var rest = missing
            while !rest.isEmpty {
                let bytes = try sender.nextFrame(&rest).bytes
                guard sent.put(Frame(chunk: try receiver.decode(bytes), bytes: bytes.count)) else { return }
            }
            sent.finish()
        } catch {
            sent.finish(error)
        }
    }

    private static func verify(
        _ sent: ChunkQueue<Frame>, from site: SiteID, at receiver: BenchSite,
        into verified: ChunkQueue<Verified>
    ) {
        do {
            while let frame = try sent.take(while: { _ in false }).first {
                sent.done(1)
                let outcome = receiver.verifier.run(receiver.job(of: frame.chunk))
                let next = Verified(
                    frame: frame, batch: try outcome.batch(from: site),
                    signatureChecks: outcome.signatureChecks)
                guard verified.put(next) else { return }
            }
            verified.finish()
        } catch {
            verified.finish(error)
        }
    }

    private mutating func apply(
        _ verified: ChunkQueue<Verified>, at receiver: BenchSite, _ wall: UInt64, _ committed: (Int) -> Void
    ) throws {
        while true {
            var count = 0
            let chunks = try verified.take {
                count += $0.batch.deltas.count
                return count < self.transactionDeltas
            }
            guard !chunks.isEmpty else { return }
            try self.applying.time { try receiver.apply(chunks.map(\.batch), wall: wall) }
            verified.done(chunks.count)
            for chunk in chunks {
                self.deltas += chunk.batch.deltas.count
                self.signatureChecks += chunk.signatureChecks
                self.frames.append(chunk.frame)
            }
            self.transactions += 1
            committed(self.deltas)
        }
    }
}
