import BatonModel
import BatonProtocol

/// From received deltas to their commit, and what is said of it.
extension SyncEngine {
    mutating func received(_ chunk: DeltaChunk, on link: LinkID) {
        let job = VerificationJob(deltas: chunk.deltas, membership: self.context.membership)
        let bytes = chunk.deltas.reduce(0) { sum, delta in
            delta.parts.reduce(sum + delta.headerBytes.count + Delta.signatureBytes) { $0 + ($1?.count ?? 0) }
        }
        self.verify(job, bytes, chunk.keys, chunk.remaining, UInt64(chunk.deltas.count), on: link)
    }

    mutating func received(_ chunk: RunChunk, on link: LinkID) {
        let job = VerificationJob(
            runs: chunk.bytes, limits: self.configuration.limits, membership: self.context.membership)
        self.verify(job, chunk.bytes.count, [], chunk.remaining, 0, on: link)
    }

    private mutating func verify(
        _ job: VerificationJob, _ bytes: Int, _ keys: [BareKey], _ remaining: UInt64, _ count: UInt64,
        on link: LinkID
    ) {
        guard var state = self.links[link], let id = state.session else { return }
        state.chunks.add(bytes)
        if !state.isReadingPaused, state.chunks.isFull(by: self.configuration.limits) {
            state.isReadingPaused = true
            self.actions.append(.pauseReading(link))
        }
        self.links[link] = state
        if let session = self.sessions[id] {
            // Two lanes count down side by side: the lesser number is the later one.
            self.sessions[id]?.announced = min(session.announced, remaining)
            self.sessions[id]?.count.deltasReceived += count
        }
        let work = self.makeWork(.verification(link, state.site, keys))
        self.verifying[link, default: []].append(work)
        self.actions.append(.verify(work, job, state.purpose))
    }

    /// Goes on with the chunks of a link in the order received: keys stand in the first chunk that needs
    /// them, so a later one must not overtake it.
    mutating func verified(_ id: WorkID, _ outcome: VerificationOutcome) {
        guard case .verification(let link, _, _)? = self.work[id] else { return }
        self.verdicts[id] = outcome
        while let next = self.verifying[link]?.first, let verdict = self.verdicts.removeValue(forKey: next) {
            self.verifying[link]?.removeFirst()
            self.carryOn(next, verdict)
        }
        if self.verifying[link]?.isEmpty == true { self.verifying[link] = nil }
    }

    private mutating func carryOn(_ id: WorkID, _ outcome: VerificationOutcome) {
        guard case .verification(let link, let site, let keys)? = self.work.removeValue(forKey: id) else {
            return
        }
        if let session = self.links[link]?.session {
            self.sessions[session]?.count.deltasReceived += UInt64(outcome.decodedInRuns)
        }
        for reference in outcome.refused where outcome.unknownEpoch == nil {
            self.note(.signatureRefused(site, reference))
        }
        // What is authentic is kept even when the link is gone or the rest of the chunk was bad.
        let all = keys + outcome.keys
        if outcome.authentic.isEmpty && all.isEmpty {
            self.chunkDone(link)
        } else {
            let work = self.makeWork(.application(link, site))
            let lane = self.links[link]?.purpose ?? .bulk
            let batch = IncomingBatch(
                from: site, deltas: outcome.authentic, keys: all, ahead: outcome.ahead)
            self.actions.append(.apply(work, batch, lane))
        }
        if let malformed = outcome.malformed {
            self.fail(link, .malformed(malformed))
        } else if let epoch = outcome.unknownEpoch {
            self.fail(link, .membershipUnknown(epoch: epoch))
        }
    }

    mutating func applied(_ id: WorkID, _ result: Result<ApplyReport, ReplicaFault>) {
        guard case .application(let link, let site)? = self.work.removeValue(forKey: id) else { return }
        let session = self.links[link]?.session
        let lane = self.links[link]?.purpose ?? .bulk
        switch result {
        case .failure(let fault):
            self.note(.storeRefused(fault))
            self.close(link, nil)
        case .success(let report):
            self.take(report)
            self.acknowledge(report, from: site, in: session)
            self.relay(report, from: session, on: lane)
        }
        self.chunkDone(link)
    }

    mutating func take(_ report: ApplyReport) {
        for have in report.haves { self.have.set(have) }
        for finding in report.findings { self.note(.finding(finding)) }
        guard !self.behind.isEmpty else { return }
        for site in self.behind.keys.sorted() {
            for added in report.added { self.behind[site]?.arrived(added.document, added.reference.author) }
        }
    }

    private mutating func acknowledge(_ report: ApplyReport, from site: SiteID, in id: SessionID?) {
        let waiting = report.added.filter { $0.fate == .waiting }.count
        self.note(
            .merged(site, added: report.added.count, duplicates: report.duplicateCount, waiting: waiting))
        guard let id, self.sessions[id] != nil else { return }
        for added in report.added { self.sessions[id]?.peerHave.insert(added.reference, id: added.id) }
        let most = self.configuration.limits.receiptIntervalsMax
        let haves = report.haves.map { have in
            ReceiptScope.cut(
                have,
                to: report.added.filter { $0.reference.author == have.author }.map(\.reference.seq),
                intervalsMax: most)
        }
        if !haves.isEmpty { self.sendReceipt(haves, in: id) }
    }

    private mutating func chunkDone(_ link: LinkID) {
        guard var state = self.links[link] else { return }
        state.chunks.done()
        if state.isReadingPaused, state.chunks.isHalfEmpty(by: self.configuration.limits) {
            state.isReadingPaused = false
            self.actions.append(.resumeReading(link))
        }
        self.links[link] = state
        if let session = state.session { self.finishIfEven(session) }
    }

    // Receipts.

    /// Receipts of an earlier session may have been lost with it: what is held of the peer's own logs is
    /// stated anew.
    mutating func acknowledgeLog(of site: SiteID, in id: SessionID) {
        let most = self.configuration.limits.receiptIntervalsMax
        let haves = self.have.authors.filter { $0.author.site == site }
            .map { ReceiptScope.cut($0, to: $0.intervals.suffix(most).map(\.last), intervalsMax: most) }
        if !haves.isEmpty { self.sendReceipt(haves, in: id) }
    }

    private mutating func sendReceipt(_ haves: [AuthorHave], in id: SessionID) {
        guard let link = self.sessions[id]?.controlLink else { return }
        let receipt = Receipt(
            receiver: self.context.author, wallMilliseconds: self.now.wallMilliseconds, haves: haves,
            compartments: self.context.clearances)
        let bytes = receipt.encoded()
        let message = SignedReceipt.signedMessage(team: self.context.membership.team, bytes)
        do {
            let signed = try SignedReceipt(bytes: bytes, signature: self.context.signing.sign(message))
            self.send(.receipt(signed), on: link)
        } catch {
            preconditionFailure("our own receipt does not decode: \(error)")
        }
    }

    mutating func receiptReceived(_ signed: SignedReceipt, in id: SessionID) {
        guard let session = self.sessions[id], signed.receipt.receiver == id.author,
            let record = self.context.membership.head.site(session.site)
        else { return }
        let message = SignedReceipt.signedMessage(team: self.context.membership.team, signed.bytes)
        guard
            self.signatures.isValid(
                signature: signed.signature, message: message, publicKey: record.signingKey)
        else {
            self.note(.receiptRefused(session.site))
            return
        }
        for have in signed.receipt.haves { self.sessions[id]?.peerHave.unite(have) }
        self.actions.append(.saveReceipt(session.site, signed))
        self.note(.receiptTaken(session.site))
    }
}
