import BatonCrypto
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore

/// One site on a real database with real keys: authors, sends and merges as a node does, without the network.
final class BenchSite {
    let member: BenchTeam.Member
    let store: ReplicaStore
    let databasePath: String
    /// False when no record of the incarnation is kept here, which makes a commit cheaper than a node's.
    let isRecorded: Bool
    let context: ReplicaContext
    let verifier: BenchVerifier
    private let limits = WireLimits.standard
    /// By the hash of each key: the keys themselves would fill the memory that is measured.
    private var keysSent: Set<UInt64> = []

    /// - Parameter number: Which member of the team, from 0.
    init(_ number: Int, of team: BenchTeam, in folder: BenchFolder, _ settings: ReplicaSettings) throws {
        self.member = team.members[number]
        self.databasePath = folder.path + "/\(self.member.site)/replica.sqlite"
        self.store = try ReplicaStore(path: self.databasePath, settings: settings, hashing: Blake2b())
        let living = try self.store.resumeOrOpen(
            site: self.member.site, settings: IncarnationSettings(folders: [folder.records]),
            nonce: UInt64(number) + 1, nowMilliseconds: 0)
        self.isRecorded = living.isRecorded
        self.context = team.context(self.member, (living.author, living.previousHead))
        self.verifier = BenchVerifier(cipher: self.member.cipher, clearances: self.context.clearances)
        try self.store.save(membership: team.membership.entries)
    }

    // Authoring.

    /// Signs changes in one transaction.
    ///
    /// - Parameter wall: Milliseconds since 1970 on this site's clock.
    func author(_ changes: [CaseChange], wall: UInt64) throws {
        try self.store.write { transaction throws(ReplicaFault) in
            let session = try ReplicaSession(self.context, in: transaction, wallMilliseconds: wall)
            for change in changes {
                let draft = Draft(
                    document: change.document, operations: change.operations,
                    actor: Actor(person: self.member.person))
                do throws(AuthorFault) {
                    _ = try session.author(draft)
                } catch {
                    throw ReplicaFault(code: "bench.refused", message: error.description, isFatal: false)
                }
            }
            _ = try session.finish()
        }
    }

    // Sending.

    /// Reads the next chunk of what a peer lacks, as the bytes that go on the wire.
    ///
    /// - Parameter ranges: What is still to be sent; what the frame holds is taken out.
    /// - Returns: The frame, and how many deltas it holds.
    func nextFrame(_ ranges: inout [DeltaRange]) throws -> (bytes: [UInt8], deltas: Int) {
        let order = LoadOrder.ranges(ranges, sent: SentSet(), bytesMax: self.limits.chunkBytesTarget)
        guard case .chunk(let chunk) = try self.answer(order) else {
            throw BenchFault("a question for deltas was answered with something else")
        }
        ranges = chunk.rest
        // Keys go once, as on a link.
        let keys = chunk.keys.filter { self.keysSent.insert($0.id.hash).inserted }
        let bytes = RunCodec.encode(chunk.deltas, keys: keys, hashing: Blake2b())
        return (Message.runs(RunChunk(bytes: bytes, remaining: 0)).framed(), chunk.deltas.count)
    }

    // Merging.

    /// Cuts one frame.
    func decode(_ frame: [UInt8]) throws -> RunChunk {
        var decoder = FrameDecoder(bytesMax: self.limits.frameBytesMax)
        decoder.feed(frame)
        guard let message = try decoder.next(),
            case .runs(let chunk) = try Message(decoding: message, limits: self.limits)
        else { throw BenchFault("a frame of deltas does not decode") }
        return chunk
    }

    /// What a frame holds, outside of every clock.
    func content(of chunk: RunChunk) throws -> RunCodec.Content {
        try RunCodec.decode(chunk.bytes, limits: self.limits, hashing: Blake2b())
    }

    func job(of chunk: RunChunk) -> VerificationJob {
        VerificationJob(runs: chunk.bytes, limits: self.limits, membership: self.context.membership)
    }

    /// Merges the batches of several chunks in one durable transaction.
    func apply(_ batches: [IncomingBatch], wall: UInt64) throws {
        let reports = try self.store.write { transaction throws(ReplicaFault) in
            let session = try ReplicaSession(self.context, in: transaction, wallMilliseconds: wall)
            let reports = try session.apply(batches, while: { true })
            _ = try session.finish()
            return reports
        }
        guard zip(reports, batches).allSatisfy({ $0.added.count == $1.deltas.count }),
            reports.allSatisfy({ $0.added.allSatisfy { $0.fate == .applied } })
        else {
            throw BenchFault("a delta of the batch was not applied")
        }
    }

    /// Brings the text index up to everything that has been committed.
    func indexAll() throws { while try self.store.catchUpIndex() {} }
}
