import BatonCrypto
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore

/// What the engine's driver does at a site, without threads.
extension BenchSite {
    /// - Parameter assumed: A have-set to state instead of what is held.
    func engine(dials peers: [SiteID], assumed: HaveSet?) throws -> SyncEngine {
        let configuration = EngineConfiguration(
            peers: peers, bootNonce: [UInt8](repeating: UInt8(peers.count), count: 16))
        return SyncEngine(
            self.context, configuration: configuration, have: try assumed ?? self.store.haveSet(),
            verifying: SignatureVerifier())
    }

    /// How many deltas are held now.
    func held() throws -> Int { Int(clamping: try self.store.haveSet().count) }

    /// Signs one change in a transaction of its own.
    func authorOne(_ change: CaseChange, wall: UInt64) throws -> ApplyReport {
        try self.store.write { transaction throws(ReplicaFault) in
            let session = try ReplicaSession(self.context, in: transaction, wallMilliseconds: wall)
            let draft = Draft(
                document: change.document, operations: change.operations,
                actor: Actor(person: self.member.person))
            do throws(AuthorFault) {
                _ = try session.author(draft)
            } catch {
                throw ReplicaFault(code: "bench.refused", message: error.description, isFatal: false)
            }
            return try session.finish()
        }
    }

    func verify(_ job: VerificationJob) -> VerificationOutcome {
        self.verifier.run(job)
    }

    /// Merges what came from a peer in one durable transaction.
    ///
    /// - Returns: What each batch did, in order.
    func merge(_ batches: [IncomingBatch], wall: UInt64) throws -> [ApplyReport] {
        try self.store.write { transaction throws(ReplicaFault) in
            let session = try ReplicaSession(self.context, in: transaction, wallMilliseconds: wall)
            var reports = try session.apply(batches) { true }
            reports[reports.count - 1].documents = try session.finish().documents
            return reports
        }
    }

    func answer(_ order: LoadOrder) throws -> LoadAnswer {
        let reader = CatchUpReader(
            sealing: self.member.cipher,
            pages: PageSealing(
                membership: self.context.membership, hashing: Blake2b(), verifying: SignatureVerifier()))
        return try reader.answer(order, from: self.store)
    }
}
