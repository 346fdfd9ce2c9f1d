import BatonCrypto
import BatonDesk
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
            case .apply(let id, let batch):
                await self.merge([MergeJob(id: id, batch: batch, isUrgent: false)])
            case .merge(let jobs): await self.merge(jobs)
            case .words(let words): await self.save(words)
            case .membership(let membership): await self.save(membership)
            case .pause(let job): await self.pause(job)
            case .batch(let job): await self.batch(job)
            case .whole(let job): await self.whole(job)
            case .alarm(let alarm): await self.save(alarm)
            case .statements(let bytes): await self.save(statements: bytes)
            case .told(let note): await self.save(note)
            case .index: await self.index()
            }
        }
        if let bytes = self.witness.takeBytes() { await self.keep(bytes) }
        self.end()
    }

    /// Carries out orders in one transaction. One that cannot be written takes no other with it: each is then
    /// tried alone.
    private func author(_ jobs: [AuthorJob]) async {
        switch await self.worker.author(jobs.map(\.order), self.context) {
        case .failure(let fault):
            if jobs.count > 1, !fault.isFatal {
                for job in jobs { await self.author([job]) }
                return
            }
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
            if !batch.report.added.isEmpty { self.take(.imported(batch.report)) }
            job.answer.resume(returning: .success(batch.outcomes))
        }
    }

    private func whole(_ job: BatchJob) async {
        switch await self.worker.author(whole: job.orders, self.context) {
        case .failure(let fault):
            self.noteFailure(fault)
            job.answer.resume(returning: .failure(.author(.replica(fault))))
        case .success(.failure(let refusal)): job.answer.resume(returning: .failure(refusal))
        case .success(.success(let batch)):
            self.isIndexDue = true
            self.counters.changesAuthored += UInt64(batch.report.added.count)
            self.counters.commitsShared += 1
            if !batch.report.added.isEmpty { self.take(.authored(batch.report)) }
            job.answer.resume(returning: .success(batch.outcomes))
        }
    }

    /// Merges batches in one transaction. A batch that fails takes no other with it: each is then tried
    /// alone.
    private func merge(_ jobs: [MergeJob]) async {
        let lane = self.lane
        let isUrgent = jobs.first?.isUrgent == true
        let result = await self.worker.apply(jobs.map(\.batch), self.context) {
            lane.mayGoOn(isUrgent: isUrgent)
        }
        self.isIndexDue = true
        switch result {
        case .success(let reports):
            lane.putBack(jobs.dropFirst(reports.count))
            for (job, report) in zip(jobs, reports) { self.take(.applied(job.id, .success(report))) }
        case .failure(let fault):
            if jobs.count > 1, !fault.isFatal {
                for job in jobs { await self.merge([job]) }
                return
            }
            self.noteFailure(fault)
            for job in jobs { self.take(.applied(job.id, .failure(fault))) }
        }
    }

    /// Keeps peers' words in their order; receipts that follow each other share a transaction.
    private func save(_ words: [PeerWord]) async {
        var receipts: [SignedReceipt] = []
        for word in words {
            switch word {
            case .receipt(let receipt): receipts.append(receipt)
            case .takeBack(let site, let author):
                await self.save(receipts)
                receipts = []
                await self.forget(site, about: author)
            }
        }
        await self.save(receipts)
    }

    private func save(_ receipts: [SignedReceipt]) async {
        guard !receipts.isEmpty else { return }
        let stored = receipts.flatMap(\.stored)
        let result = await self.worker.change { store throws(ReplicaFault) in try store.save(receipts: stored)
        }
        switch result {
        case .failure(let fault): self.noteFailure(fault)
        case .success: for signed in receipts { self.receipts.take(signed.receipt) }
        }
    }

    private func save(_ membership: Membership) async {
        let result = await self.worker.change { store throws(ReplicaFault) in
            try store.save(membership: membership.entries)
        }
        if case .failure(let fault) = result { self.noteFailure(fault) }
    }

    private func save(_ note: ToldNote) async {
        let oldest = note.at - min(note.at, 2 * CaseOutcome.oldestDays * 86_400_000)
        let result = await self.worker.change { store throws(ReplicaFault) in
            try store.noteTold(note.closes, to: note.person, at: note.at, forgettingBefore: oldest)
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
            self.saveWitness()
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func index() async {
        let result = await self.worker.change { store throws(ReplicaFault) in
            try store.catchUpIndex(entriesMax: WriteLane.indexedMax)
        }
        switch result {
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
