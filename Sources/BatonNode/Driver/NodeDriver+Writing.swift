import BatonCrypto
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore
import Logging

/// One loop carries out everything that is written, and tells the engine of each commit before the next one
/// begins: reports that overtook each other would make a have-set go back.
extension NodeDriver {
    func writeInOrder() async {
        while let job = await self.lane.next() {
            switch job {
            case .author(let jobs): await self.author(jobs)
            case .apply(let id, let batch): await self.apply(id, batch)
            case .receipt(let site, let receipt): await self.save(receipt, from: site)
            case .membership(let membership): await self.save(membership)
            case .pause(let job): await self.pause(job)
            case .batch(let job): await self.batch(job)
            case .index: await self.index()
            }
        }
        self.end()
    }

    private func author(_ jobs: [AuthorJob]) async {
        switch await self.worker.author(jobs.map(\.order), self.context) {
        case .failure(let fault):
            self.noteFailure(fault)
            for job in jobs { job.answer.resume(returning: .failure(.author(.replica(fault)))) }
        case .success(let batch):
            self.isIndexDue = true
            self.counters.changesAuthored += UInt64(batch.report.added.count)
            self.counters.commitsShared += 1
            if !batch.report.added.isEmpty { self.take(.authored(batch.report)) }
            for (job, outcome) in zip(jobs, batch.outcomes) { job.answer.resume(returning: outcome) }
        }
    }

    private func batch(_ job: BatchJob) async {
        switch await self.worker.author(job.orders, self.context) {
        case .failure(let fault):
            self.noteFailure(fault)
            job.answer.resume(returning: .failure(.author(.replica(fault))))
        case .success(let batch):
            self.isIndexDue = true
            self.counters.changesAuthored += UInt64(batch.report.added.count)
            self.counters.commitsShared += 1
            if !batch.report.added.isEmpty { self.take(.authored(batch.report)) }
            job.answer.resume(returning: .success(batch.outcomes))
        }
    }

    private func apply(_ id: WorkID, _ batch: IncomingBatch) async {
        let result = await self.worker.apply(batch, self.context)
        if case .failure(let fault) = result { self.noteFailure(fault) }
        self.isIndexDue = true
        self.take(.applied(id, result))
    }

    private func save(_ receipt: SignedReceipt, from site: SiteID) async {
        let stored = receipt.stored
        let result = await self.worker.change { store throws(ReplicaFault) in try store.save(receipts: stored)
        }
        switch result {
        case .failure(let fault): self.noteFailure(fault)
        case .success: self.receipts.take(stored)
        }
    }

    private func save(_ membership: Membership) async {
        let result = await self.worker.change { store throws(ReplicaFault) in
            try store.save(membership: membership.entries)
        }
        if case .failure(let fault) = result { self.noteFailure(fault) }
    }

    private func pause(_ job: PauseJob) async {
        let record = AuditRecord(
            kind: .administered, atMilliseconds: NodeClock.wallMilliseconds, actor: job.actor, site: job.site,
            detail: job.isPaused ? "sync paused" : "sync resumed")
        let result = await self.worker.change { store throws(ReplicaFault) in
            try store.setPaused(job.isPaused, peer: job.site, record: record)
        }
        switch result {
        case .failure(let fault):
            self.noteFailure(fault)
            job.answer.resume(returning: .failure(.author(.replica(fault))))
        case .success:
            if job.isPaused { self.pausedSites.insert(job.site) } else { self.pausedSites.remove(job.site) }
            self.take(.peerPaused(job.site, job.isPaused))
            job.answer.resume(returning: .success(()))
        }
    }

    // The text index follows the commits at a distance, so that it never makes an operator wait for long.

    func indexNowAndThen() async {
        while !Task.isCancelled {
            if self.isIndexDue {
                self.isIndexDue = false
                self.lane.add(.index)
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func index() async {
        switch await self.worker.change({ store throws(ReplicaFault) in try store.catchUpIndex() }) {
        case .failure(let fault): self.noteFailure(fault)
        case .success(let hasMore): if hasMore { self.lane.add(.index) }
        }
    }

    /// Writes a fault down. After a fatal one nothing is acknowledged any more, and the node ends.
    func noteFailure(_ fault: ReplicaFault) {
        self.logger.error(
            "the replica refused", metadata: ["code": "\(fault.code)", "reason": "\(fault.message)"])
        guard fault.isFatal, self.failure == nil else { return }
        self.failure = fault
        self.lane.fail()
    }

    // Reading for peers.

    func load(_ ranges: [DeltaRange], bytesMax: Int) async -> Result<LoadedChunk, ReplicaFault> {
        let cipher = self.worker.cipher
        return await self.worker.read { store throws(ReplicaFault) in
            let page = try store.deltas(in: ranges, bytesMax: bytesMax)
            var keys: [BareKey] = []
            // Only the global compartment takes entries at this level, and every member is cleared for it.
            for entry in page.keys where entry.scope.compartment == .global {
                do throws(SealingFault) {
                    let bytes = try cipher.export(entry.key, scope: entry.scope)
                    keys.append(BareKey(scope: entry.scope, id: entry.key.id, bytes: bytes))
                } catch {
                    throw ReplicaFault(
                        code: "node.key-unreadable", message: "a document key was not wrapped by this vault",
                        isFatal: true)
                }
            }
            return LoadedChunk(deltas: page.deltas, keys: keys, rest: page.rest)
        }
    }
}

extension SignedReceipt {
    /// What the receipt vouches for, author by author: the run from the first delta on.
    var stored: [StoredReceipt] {
        self.receipt.haves.compactMap { have in
            guard let run = have.intervals.first, run.first == 1 else { return nil }
            return StoredReceipt(
                peer: self.receipt.receiver, about: have.author, head: LogHead(seq: run.last, id: run.head),
                atMilliseconds: self.receipt.wallMilliseconds, bytes: self.bytes + self.signature)
        }
    }
}
