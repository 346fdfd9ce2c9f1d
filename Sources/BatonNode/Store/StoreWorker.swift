import BatonCrypto
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore
import Synchronization

/// Runs the replica's blocking work on threads of its own: one that writes, one that reads, and some that
/// verify. What is urgent goes first on each of them; the order of writes is the `WriteLane`'s.
final class StoreWorker: Sendable {
    let store: ReplicaStore
    let cipher: PartCipher
    let alarms = AlarmBoard()
    private let writing = RankedPool(threads: 1)
    private let reading = RankedPool(threads: 1)
    private let verifying: Verifiers
    /// Verifies what comes in numbers, and yields to the threads above.
    private let catchingUp: Verifiers

    /// - Parameter processors: How many threads check signatures.
    init(_ store: ReplicaStore, cipher: PartCipher, processors: Int) {
        self.store = store
        self.cipher = cipher
        self.verifying = Verifiers(threads: processors)
        self.catchingUp = Verifiers(threads: processors, yields: true)
    }

    func start() {
        self.writing.start()
        self.reading.start()
        self.verifying.pool.start()
        self.catchingUp.pool.start()
    }

    func stop() async {
        for pool in [self.writing, self.reading, self.verifying.pool, self.catchingUp.pool] {
            await pool.stop()
        }
    }

    // Writing.

    /// Signs orders in one transaction.
    ///
    /// - Returns: What each became, and the report of what was added; or the fault for which nothing was
    ///   written.
    func author(
        _ orders: [WriteOrder], _ context: ReplicaContext
    ) async -> Result<AuthoredBatch, ReplicaFault> {
        await Self.run(on: self.writing) { () throws(ReplicaFault) in
            try self.store.write { transaction throws(ReplicaFault) in
                let session = try ReplicaSession(
                    context, in: transaction, wallMilliseconds: NodeClock.wallMilliseconds)
                var outcomes: [Result<WriteOutcome, WriteRefusal>] = []
                for order in orders { outcomes.append(try Self.carryOut(order, session, transaction)) }
                return AuthoredBatch(outcomes: outcomes, report: try session.finish())
            }
        }
    }

    /// Signs orders in one transaction, all of them or none.
    func author(
        whole orders: [WriteOrder], _ context: ReplicaContext
    ) async -> Result<Result<AuthoredBatch, WriteRefusal>, ReplicaFault> {
        await Self.run(on: self.writing) { () throws(ReplicaFault) in
            var refused: WriteRefusal?
            do throws(ReplicaFault) {
                let batch = try self.store.write { transaction throws(ReplicaFault) in
                    let session = try ReplicaSession(
                        context, in: transaction, wallMilliseconds: NodeClock.wallMilliseconds)
                    var outcomes: [Result<WriteOutcome, WriteRefusal>] = []
                    for order in orders {
                        let outcome = try Self.carryOut(order, session, transaction)
                        if case .failure(let refusal) = outcome {
                            refused = refusal
                            // Thrown so that the transaction takes back the orders before this one.
                            throw ReplicaFault(
                                code: "node.part-refused", message: "a part of it was refused", isFatal: false
                            )
                        }
                        outcomes.append(outcome)
                    }
                    return AuthoredBatch(outcomes: outcomes, report: try session.finish())
                }
                return .success(batch)
            } catch {
                if let refused { return .failure(refused) }
                throw error
            }
        }
    }

    private static func carryOut(
        _ order: WriteOrder, _ session: ReplicaSession, _ transaction: any ReplicaTransaction
    ) throws(ReplicaFault) -> Result<WriteOutcome, WriteRefusal> {
        let outcome: CommandOutcome
        do throws(AuthorFault) {
            outcome = try session.author(order.draft, command: order.command)
        } catch {
            // Part of the delta may be in the transaction already: the whole of it must go.
            if case .replica(let fault) = error { throw fault }
            return .failure(.author(error))
        }
        switch outcome {
        case .made(let delta):
            return .success(
                WriteOutcome(document: delta.header.document, deltas: [delta.id], isRepeat: false))
        case .known(let known):
            let first = known.first
            let logged = if let first { try transaction.logged(first) } else { LoggedDelta?.none }
            let document = logged?.document ?? order.draft.document
            return .success(WriteOutcome(document: document, deltas: known, isRepeat: true))
        }
    }

    /// Merges batches in one transaction, as far as `mayGoOn` lets it.
    ///
    /// - Returns: What each batch did, of the first ones that are committed now.
    func apply(
        _ batches: [IncomingBatch], _ context: ReplicaContext, while mayGoOn: @escaping @Sendable () -> Bool
    ) async -> Result<[ApplyReport], ReplicaFault> {
        await Self.run(on: self.writing) { () throws(ReplicaFault) in
            try self.store.write { transaction throws(ReplicaFault) in
                let session = try ReplicaSession(
                    context, in: transaction, wallMilliseconds: NodeClock.wallMilliseconds)
                var reports = try session.apply(batches, while: mayGoOn)
                reports[reports.count - 1].documents = try session.finish().documents
                return reports
            }
        }
    }

    func change<Value: Sendable>(
        _ body: @escaping @Sendable (ReplicaStore) throws(ReplicaFault) -> Value
    ) async -> Result<Value, ReplicaFault> {
        await Self.run(on: self.writing) { () throws(ReplicaFault) in try body(self.store) }
    }

    // Reading and verifying.

    func read<Value: Sendable>(
        _ rank: RankedPool.Rank = .people,
        _ body: @escaping @Sendable (ReplicaStore) throws(ReplicaFault) -> Value
    ) async -> Result<Value, ReplicaFault> {
        await Self.run(on: self.reading, rank) { () throws(ReplicaFault) in try body(self.store) }
    }

    /// Authenticates a chunk and opens of it what this site may read, so that the writing thread need not; nil
    /// once the node stops.
    ///
    /// - Parameter clearances: Compartments that this site may store and read now.
    func verify(
        _ job: VerificationJob, _ lane: LinkPurpose, clearances: [Compartment]
    ) async -> VerificationOutcome? {
        await (lane == .urgent ? self.verifying : self.catchingUp)
            .verify(job, clearances: clearances, sealing: self.cipher)
    }

    /// Looks at each signature by itself; nil once the node stops.
    func check(_ deltas: [Delta], by audit: SignatureAudit) async -> [Delta]? {
        await self.catchingUp.pool.run(.bulk) {
            audit.wrong(in: deltas, hashing: Blake2b(), verifying: SignatureVerifier())
        }
    }

    private static func run<Value: Sendable>(
        on pool: RankedPool, _ rank: RankedPool.Rank = .people,
        _ body: @escaping @Sendable () throws(ReplicaFault) -> Value
    ) async -> Result<Value, ReplicaFault> {
        let result = await pool.run(rank) { () -> Result<Value, ReplicaFault> in
            do throws(ReplicaFault) { return .success(try body()) } catch { return .failure(error) }
        }
        let stopping = ReplicaFault(code: "node.stopping", message: "the node is stopping", isFatal: false)
        return result ?? .failure(stopping)
    }
}

/// Threads that verify, and what opens parts for them. One opener for two kinds of threads would let those that yield
/// hold up an urgent one for as long as their chunk takes.
private final class Verifiers: Sendable {
    let pool: RankedPool
    private let opener = Mutex(PartOpener())

    init(threads: Int, yields: Bool = false) {
        self.pool = RankedPool(threads: max(1, threads), yields: yields)
    }

    func verify(
        _ job: VerificationJob, clearances: [Compartment], sealing: PartCipher
    ) async -> VerificationOutcome? {
        await self.pool.run(.bulk) {
            var outcome = job.run(hashing: Blake2b(), verifying: SignatureVerifier())
            self.opener.withLock {
                $0.open(&outcome, clearances: clearances, sealing: sealing, entropy: KernelEntropy())
            }
            return outcome
        }
    }
}

struct AuthoredBatch: Sendable {
    /// One per order, in their order.
    let outcomes: [Result<WriteOutcome, WriteRefusal>]
    let report: ApplyReport
}
