import BatonModel
import BatonProtocol

/// The exchange on a live link. The receiver states what it has; the sender works out the rest. No cursor
/// outlives a link.
extension SyncEngine {
    mutating func receive(_ bytes: [UInt8], on link: LinkID) {
        guard self.links[link] != nil else { return }
        self.links[link]?.lastHeard = self.now.monotonicMilliseconds
        self.links[link]?.count.bytesReceived += UInt64(bytes.count)
        self.links[link]?.decoder.feed(bytes)
        do throws(PeerFault) {
            // A message may close the link; then nothing more is read from it.
            while let frame = try self.links[link]?.decoder.next() {
                let message = try Message(decoding: frame, limits: self.configuration.limits)
                try self.receive(message, on: link, bytes: frame.count)
            }
        } catch {
            self.fail(link, error)
        }
        if let site = self.links[link]?.site { self.lastHeardWall[site] = self.now.wallMilliseconds }
    }

    private mutating func receive(_ message: Message, on link: LinkID, bytes: Int) throws(PeerFault) {
        switch message {
        case .greet(let greeting): return try self.greeted(greeting, on: link)
        case .hello(let hello): return try self.helloReceived(hello, on: link)
        case .farewell:
            self.close(link, nil)
            return
        case .membership, .have, .deltas, .receipt, .ping, .pong: break
        }
        guard let state = self.links[link], state.isLive else {
            throw .unexpected(message: message.name, state: self.links[link]?.stateWord ?? "closed")
        }
        switch message {
        case .membership(let entries): try self.membershipReceived(entries, on: link)
        case .have(let have): self.haveReceived(have, on: link)
        case .deltas(let chunk): self.deltasReceived(chunk, on: link, bytes: bytes)
        case .receipt(let receipt): self.receiptReceived(receipt, on: link)
        case .ping(let token, let digest): self.pinged(token, digest, on: link)
        case .pong, .greet, .hello, .farewell: break
        }
    }

    /// After the hellos: membership first, then what each side has, unless the digests are equal already.
    mutating func beginExchange(_ link: LinkID, _ hello: Hello) {
        if self.context.membership.epoch > hello.membershipEpoch {
            let news = self.context.membership.entries.dropFirst(Int(clamping: hello.membershipEpoch))
            self.send(.membership(Array(news)), on: link)
        }
        self.acknowledgeLog(of: hello.author.site, on: link)
        // Both sides compare the digests of the two hellos, so both decide alike whatever was committed
        // since.
        let atHello = self.links[link]?.haveAtHello ?? HaveSet()
        guard hello.haveDigest != atHello.digest(hashing: self.context.hashing) else {
            self.links[link]?.peerHave = atHello
            self.links[link]?.enqueue(self.have.missing(at: atHello))
            self.pump(link)
            return
        }
        self.links[link]?.isCatchingUp = true
        self.links[link]?.isAwaitingHave = true
        self.send(.have(self.have), on: link)
    }

    /// Receipts of an earlier link may have been lost with it: what is held of the peer's own log is stated
    /// anew.
    private mutating func acknowledgeLog(of site: SiteID, on link: LinkID) {
        let haves = self.have.authors.filter { $0.author.site == site }
        guard !haves.isEmpty else { return }
        self.sendReceipt(haves, on: link)
    }

    /// A heartbeat carries the have digest: replicas that stay unequal on an idle link state their sets
    /// again, so that whatever was dropped on the way (a refused part, a lost page) is asked for once more.
    private mutating func pinged(_ token: UInt64, _ digest: Digest256, on link: LinkID) {
        self.send(.pong(token), on: link)
        guard let state = self.links[link] else { return }
        guard state.isIdle, digest != self.haveDigest else {
            self.links[link]?.unequalHeartbeats = 0
            return
        }
        self.links[link]?.unequalHeartbeats += 1
        guard state.unequalHeartbeats >= 1 else { return }
        self.links[link]?.unequalHeartbeats = 0
        self.send(.have(self.have), on: link)
    }

    private mutating func membershipReceived(
        _ entries: [SignedMembershipEntry], on link: LinkID
    ) throws(PeerFault) {
        var longer = self.context.membership
        for entry in entries where entry.entry.epoch > longer.epoch {
            do {
                try longer.append(entry, hashing: self.context.hashing, verifying: self.signatures)
            } catch {
                throw .membershipRefused(error)
            }
        }
        self.adopt(longer)
    }

    /// Takes a longer log of the same team, tells live peers, and lets go of links to sites that are gone.
    mutating func adopt(_ membership: Membership) {
        let before = self.context.membership
        guard membership.team == before.team, membership.epoch > before.epoch else { return }
        self.context.membership = membership
        self.actions.append(.saveMembership(membership))
        self.note(.membershipAdvanced(epoch: membership.epoch))
        let news = Array(membership.entries.dropFirst(Int(before.epoch)))
        for link in self.linkOrder {
            guard let state = self.links[link] else { continue }
            if membership.head.site(state.site) == nil {
                self.close(link, .unauthenticated("its site has left the membership"))
            } else if state.isLive {
                self.send(.membership(news), on: link)
            }
        }
    }

    private mutating func haveReceived(_ have: HaveSet, on link: LinkID) {
        guard let site = self.links[link]?.site else { return }
        self.links[link]?.peerHave = have
        self.links[link]?.isAwaitingHave = false
        self.links[link]?.announcedRemaining = Self.count(have.missing(at: self.have))
        let missing = self.have.missing(at: have)
        self.links[link]?.pending = []
        self.links[link]?.enqueue(missing)
        if !missing.isEmpty { self.note(.catchUpStarted(site, missing: Self.count(missing))) }
        self.pump(link)
        self.finishIfEven(link)
    }

    // Sending.

    /// Loads the next page for a link when it can take one.
    mutating func pump(_ link: LinkID) {
        guard let state = self.links[link], state.isLive, state.loading == nil, !state.isCongested,
            !state.pending.isEmpty
        else { return }
        let work = self.makeWork(.load(link))
        self.links[link]?.loading = work
        self.links[link]?.loadingRanges = state.pending
        self.links[link]?.pending = []
        self.actions.append(
            .load(work, state.pending, bytesMax: self.configuration.limits.chunkBytesTarget))
    }

    mutating func loaded(_ id: WorkID, _ result: Result<LoadedChunk, ReplicaFault>) {
        guard case .load(let link)? = self.work.removeValue(forKey: id), var state = self.links[link] else {
            return
        }
        state.loading = nil
        state.loadingRanges = []
        switch result {
        case .failure(let fault):
            self.links[link] = state
            self.note(.storeRefused(fault))
            self.close(link, nil)
            return
        case .success(let chunk):
            state.pending = chunk.rest + state.pending
            let keys = chunk.keys.filter { state.keysSent.insert(.init(scope: $0.scope, id: $0.id)).inserted }
            for delta in chunk.deltas { state.peerHave.insert(delta.reference, id: delta.id) }
            state.count.deltasSent += UInt64(chunk.deltas.count)
            let remaining = Self.count(state.pending)
            self.links[link] = state
            guard !chunk.deltas.isEmpty else { break }
            self.send(
                .deltas(
                    DeltaChunk(keys: keys, deltas: chunk.deltas.map(WireDelta.init), remaining: remaining)),
                on: link)
        }
        self.pump(link)
        self.finishIfEven(link)
    }

    mutating func drained(_ link: LinkID) {
        self.links[link]?.isCongested = false
        self.pump(link)
    }

    private mutating func finishIfEven(_ link: LinkID) {
        guard let state = self.links[link], state.isCatchingUp, !state.isAwaitingHave, state.pending.isEmpty,
            state.loading == nil, state.announcedRemaining == 0, state.chunksInFlight == 0
        else { return }
        self.links[link]?.isCatchingUp = false
        self.note(.catchUpFinished(state.site, state.count))
    }

    /// Own deltas go to every live peer at once.
    mutating func authored(_ report: ApplyReport) {
        self.take(report)
        let ranges = report.added.map { DeltaRange($0.reference) }
        for link in self.linkOrder where self.links[link]?.isLive == true {
            self.links[link]?.enqueue(ranges)
            self.pump(link)
        }
    }

    // Receiving.

    private mutating func deltasReceived(_ chunk: DeltaChunk, on link: LinkID, bytes: Int) {
        guard var state = self.links[link] else { return }
        state.count.deltasReceived += UInt64(chunk.deltas.count)
        state.announcedRemaining = chunk.remaining
        state.chunksInFlight += 1
        let mustPause =
            state.chunksInFlight >= self.configuration.limits.chunksInFlightMax && !state.isReadingPaused
        if mustPause {
            state.isReadingPaused = true
            self.actions.append(.pauseReading(link))
        }
        self.links[link] = state
        let work = self.makeWork(.verification(link, state.site, chunk.keys, bytes: bytes))
        self.verifying[link, default: []].append(work)
        self.actions.append(
            .verify(work, VerificationJob(deltas: chunk.deltas, membership: self.context.membership)))
    }

    /// Goes on with the chunks of a link in the order received: keys stand in the first chunk that needs
    /// them, so a later one must not overtake it.
    mutating func verified(_ id: WorkID, _ outcome: VerificationOutcome) {
        guard case .verification(let link, _, _, _)? = self.work[id] else { return }
        self.verdicts[id] = outcome
        while let next = self.verifying[link]?.first, let verdict = self.verdicts.removeValue(forKey: next) {
            self.verifying[link]?.removeFirst()
            self.carryOn(next, verdict)
        }
        if self.verifying[link]?.isEmpty == true { self.verifying[link] = nil }
    }

    private mutating func carryOn(_ id: WorkID, _ outcome: VerificationOutcome) {
        guard case .verification(let link, let site, let keys, _)? = self.work.removeValue(forKey: id) else {
            return
        }
        for reference in outcome.refused where outcome.unknownEpoch == nil {
            self.note(.signatureRefused(site, reference))
        }
        // What is authentic is kept even when the link is gone or the rest of the chunk was bad.
        if outcome.authentic.isEmpty && keys.isEmpty {
            self.chunkDone(link)
        } else {
            let work = self.makeWork(.application(link, site))
            self.actions.append(
                .apply(work, IncomingBatch(from: site, deltas: outcome.authentic, keys: keys)))
        }
        if let malformed = outcome.malformed {
            self.fail(link, .malformed(malformed))
        } else if let epoch = outcome.unknownEpoch {
            self.fail(link, .membershipUnknown(epoch: epoch))
        }
    }

    mutating func applied(_ id: WorkID, _ result: Result<ApplyReport, ReplicaFault>) {
        guard case .application(let link, let site)? = self.work.removeValue(forKey: id) else { return }
        switch result {
        case .failure(let fault):
            self.note(.storeRefused(fault))
            self.close(link, nil)
        case .success(let report):
            self.take(report)
            self.acknowledge(report, from: site, on: link)
            self.relay(report, from: link)
        }
        self.chunkDone(link)
    }

    private mutating func take(_ report: ApplyReport) {
        for have in report.haves { self.have.set(have) }
        for finding in report.findings { self.note(.finding(finding)) }
    }

    private mutating func acknowledge(_ report: ApplyReport, from site: SiteID, on link: LinkID) {
        let waiting = report.added.filter { $0.fate == .waiting }.count
        self.note(
            .merged(site, added: report.added.count, duplicates: report.duplicateCount, waiting: waiting))
        for added in report.added { self.links[link]?.peerHave.insert(added.reference, id: added.id) }
        guard self.links[link]?.isLive == true, !report.haves.isEmpty else { return }
        self.sendReceipt(report.haves, on: link)
    }

    private mutating func sendReceipt(_ haves: [AuthorHave], on link: LinkID) {
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

    private mutating func chunkDone(_ link: LinkID) {
        guard var state = self.links[link] else { return }
        state.chunksInFlight = max(0, state.chunksInFlight - 1)
        if state.isReadingPaused, state.chunksInFlight * 2 <= self.configuration.limits.chunksInFlightMax {
            state.isReadingPaused = false
            self.actions.append(.resumeReading(link))
        }
        self.links[link] = state
        self.finishIfEven(link)
    }

    // Relaying: the origin pushes; others forward after a delay what has not arrived by then.

    private mutating func relay(_ report: ApplyReport, from source: LinkID) {
        guard !report.added.isEmpty else { return }
        let ranges = report.added.map { DeltaRange($0.reference) }
        for link in self.linkOrder where link != source {
            guard let state = self.links[link], state.isLive else { continue }
            if state.forward.isEmpty {
                self.actions.append(
                    .startTimer(
                        .forward(link), afterMilliseconds: self.configuration.limits.forwardDelayMilliseconds)
                )
            }
            self.links[link]?.forward.append(contentsOf: ranges)
        }
    }

    mutating func forward(_ link: LinkID) {
        guard let state = self.links[link] else { return }
        let missing = state.forward.filter {
            !state.peerHave.contains(DeltaReference(author: $0.author, seq: $0.first))
        }
        self.links[link]?.forward = []
        self.links[link]?.enqueue(missing)
        self.pump(link)
    }

    private mutating func receiptReceived(_ signed: SignedReceipt, on link: LinkID) {
        guard let state = self.links[link], signed.receipt.receiver == state.peerAuthor,
            let record = self.context.membership.head.site(state.site)
        else { return }
        let message = SignedReceipt.signedMessage(team: self.context.membership.team, signed.bytes)
        guard
            self.signatures.isValid(
                signature: signed.signature, message: message, publicKey: record.signingKey)
        else {
            self.note(.receiptRefused(state.site))
            return
        }
        for have in signed.receipt.haves { self.links[link]?.peerHave.set(have) }
        self.actions.append(.saveReceipt(state.site, signed))
        self.note(.receiptTaken(state.site))
    }
}

extension SyncEngine {
    var haveDigest: Digest256 { self.have.digest(hashing: self.context.hashing) }

    /// Adds up ranges. A peer may claim more than there are numbers: the sum stays at the greatest one then.
    static func count(_ ranges: [DeltaRange]) -> UInt64 {
        ranges.reduce(0) { $0.saturatingAdd($1.last - $1.first + 1) }
    }
}

extension DeltaRange {
    init(_ reference: DeltaReference) {
        self.init(author: reference.author, first: reference.seq, last: reference.seq)
    }
}
