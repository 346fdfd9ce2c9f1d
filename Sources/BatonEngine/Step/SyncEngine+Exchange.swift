import BatonModel
import BatonProtocol

/// What a peer says on a live link, but for deltas: membership, have-sets, outlines, heartbeats.
///
/// The receiver states what it has; the sender works out the rest. No cursor outlives a session.
extension SyncEngine {
    mutating func receive(_ bytes: [UInt8], on link: LinkID) {
        // No copy of the link is held here: its buffer would be copied with each piece that comes.
        guard self.links.index(forKey: link) != nil else { return }
        self.links[link]?.lastHeard = self.now.monotonicMilliseconds
        if let session = self.links[link]?.session {
            self.sessions[session]?.count.bytesReceived += UInt64(bytes.count)
        }
        self.links[link]?.decoder.feed(bytes)
        do throws(PeerFault) {
            // A message may close the link; then nothing more is read from it.
            while let frame = try self.links[link]?.decoder.next() {
                let message = try Message(decoding: frame, limits: self.configuration.limits)
                try self.receive(message, on: link)
            }
        } catch {
            self.fail(link, error)
        }
        if let site = self.links[link]?.site { self.lastHeardWall[site] = self.now.wallMilliseconds }
    }

    private mutating func receive(_ message: Message, on link: LinkID) throws(PeerFault) {
        switch message {
        case .greet(let greeting): return try self.greeted(greeting, on: link)
        case .hello(let hello): return try self.helloReceived(hello, on: link)
        case .farewell:
            self.close(link, nil)
            return
        default: break
        }
        guard let state = self.links[link], let session = state.session else {
            throw .unexpected(message: message.name, state: self.links[link]?.stateWord ?? "closed")
        }
        switch message {
        case .membership(let entries): try self.membershipReceived(entries)
        case .have(let part): try self.haveReceived(part, in: session)
        case .deltas(let chunk): self.received(chunk, on: link)
        case .runs(let chunk): self.received(chunk, on: link)
        case .outline(let part):
            self.behind[state.site, default: BehindBoard()].take(
                part, documentsMax: self.configuration.limits.outlineDocumentsMax)
        case .receipt(let receipt): self.receiptReceived(receipt, in: session)
        case .ping(let token, let digest): self.pinged(token, digest, on: link, session)
        case .mark(let token): self.send(.pong(token), on: link)
        case .pong(let token): self.ponged(token, on: link, session)
        case .compare(let comparison): try self.comparisonReceived(comparison, on: link)
        case .compared(let answer): self.answered(answer, by: state.site)
        case .presence(let part): self.presenceReceived(part, in: session)
        case .unknownHint: break
        case .greet, .hello, .farewell: break
        }
    }

    /// After the hellos: membership first, then what each side has, unless the digests are equal already.
    mutating func beginExchange(_ id: SessionID, _ hello: Hello, on link: LinkID) {
        self.actions.append(
            .startTimer(.share(id), afterMilliseconds: self.configuration.limits.shareMillisecondsMin))
        self.urgentWaits.remove(hello.author.site)
        if self.context.membership.epoch > hello.membershipEpoch {
            let news = self.context.membership.entries.dropFirst(Int(clamping: hello.membershipEpoch))
            self.send(.membership(Array(news)), on: link)
        }
        self.acknowledgeLog(of: hello.author.site, in: id)
        let atHello = self.links[link]?.haveAtHello ?? HaveSet()
        guard hello.haveDigest != atHello.digest(hashing: self.context.hashing) else {
            self.sessions[id]?.isStated = true
            self.sessions[id]?.peerHave = atHello
            self.actions.append(.peerStated(hello.author.site, atHello))
            self.behind[hello.author.site]?.clear()
            let since = self.have.missing(at: atHello)
            self.sessions[id]?.enqueue(since, on: .urgent)
            self.pump(id)
            return
        }
        self.sessions[id]?.isCatchingUp = true
        self.sessions[id]?.isAwaitingHave = true
        self.sendHave(id)
    }

    mutating func sendHave(_ id: SessionID) {
        guard let link = self.sessions[id]?.controlLink else { return }
        let parts = self.have.parts(intervalsMax: self.configuration.limits.haveIntervalsPerPart)
        for (index, part) in parts.enumerated() {
            self.send(.have(HavePart(part, isLast: index == parts.count - 1)), on: link)
        }
        self.sessions[id]?.hasSentHave = true
    }

    private mutating func haveReceived(_ part: HavePart, in id: SessionID) throws(PeerFault) {
        guard var session = self.sessions[id] else { return }
        var sum = session.incoming ?? HaveSet()
        for entry in part.have.authors { sum.unite(entry) }
        session.incomingParts += 1
        guard session.incomingParts <= self.configuration.limits.havePartsMax,
            sum.authors.count <= HaveSet.authorsMax
        else {
            throw .tooLarge(
                field: "have", limit: self.configuration.limits.havePartsMax, actual: session.incomingParts)
        }
        session.incoming = part.isLast ? nil : sum
        if part.isLast { session.incomingParts = 0 }
        self.sessions[id] = session
        if part.isLast { self.stated(sum, by: id) }
    }

    /// The peer has said all that it holds: what was planned for it before is void.
    private mutating func stated(_ have: HaveSet, by id: SessionID) {
        guard var session = self.sessions[id] else { return }
        let isFirst = !session.isStated
        session.peerHave = have
        session.isStated = true
        session.isAwaitingHave = false
        let missingHere = Self.count(have.missing(at: self.have))
        session.announced = missingHere
        session.missingAtStart = missingHere
        let missing = self.have.missing(at: have)
        session.plan(missing, self.configuration.limits)
        if !missing.isEmpty || missingHere > 0 { session.isCatchingUp = true }
        self.sessions[id] = session
        for link in session.links.values.sorted() { self.links[link]?.keysSent = [] }
        if isFirst {
            self.actions.append(.peerStated(session.site, have))
            self.checkOwnLog(of: id, have)
        }
        if !missing.isEmpty { self.note(.catchUpStarted(session.site, missing: Self.count(missing))) }
        // A side that saw equal digests has said nothing yet.
        if !session.hasSentHave { self.sendHave(id) }
        self.pump(id)
        self.finishIfEven(id)
    }

    /// A node always holds its own log: one that states less of it than others hold has lost some, and
    /// would give its numbers out twice.
    private mutating func checkOwnLog(of id: SessionID, _ have: HaveSet) {
        let held = self.have[id.author]?.lastSeq ?? 0
        let stated = have[id.author]?.lastSeq ?? 0
        if stated < held { self.note(.peerWentBack(id.author, held: held, stated: stated)) }
    }

    /// A heartbeat carries the have digest: replicas that stay unequal while nothing is under way state
    /// their sets again, so that whatever was dropped (a refused part, a lost page) is asked for once more. Equal
    /// ones have caught up, whatever was still to come.
    private mutating func pinged(_ token: UInt64, _ digest: Digest256, on link: LinkID, _ id: SessionID) {
        self.send(.pong(token), on: link)
        guard let state = self.links[link], let session = self.sessions[id] else { return }
        let isFed = self.isFed(session, since: state.receivedAtHeartbeat)
        self.links[link]?.receivedAtHeartbeat = session.count.deltasReceived
        guard !isFed, self.isIdle(session), digest != self.haveDigest else {
            self.links[link]?.unequalHeartbeats = 0
            // An equal digest says as much as the have that was lost with a link, or the rest that came from
            // somebody else.
            if session.isCatchingUp, digest == self.haveDigest { self.stated(self.have, by: id) }
            return
        }
        // A set is far larger than a heartbeat: whoever sends more of them than are due gets no more sets for it.
        let now = self.now.monotonicMilliseconds
        let apartMin = self.configuration.limits.heartbeatMilliseconds / 2
        if let last = state.unequalAt, now - last < apartMin { return }
        self.links[link]?.unequalAt = now
        self.links[link]?.unequalHeartbeats += 1
        guard state.unequalHeartbeats >= 1, !Mutant.isOn(.staysUnequal) else { return }
        for other in session.links.values { self.links[other]?.unequalHeartbeats = 0 }
        self.sendHave(id)
    }

    /// Whether the catch-up that a peer has announced still brings something, though nothing may be in hand at this
    /// moment. To state the set again would have all of it planned anew, and what is on its way sent twice.
    private func isFed(_ session: PeerSession, since received: UInt64) -> Bool {
        guard session.announced > 0 else { return false }
        return session.count.deltasReceived > received
            || session.links.values.contains { self.links[$0]?.decoder.isMidFrame == true }
    }

    private mutating func ponged(_ token: UInt64, on link: LinkID, _ id: SessionID) {
        let now = self.now.monotonicMilliseconds
        guard self.links[link]?.flow.acknowledge(token, at: now) == true else { return }
        self.pump(id)
    }

    private mutating func membershipReceived(_ entries: [SignedMembershipEntry]) throws(PeerFault) {
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
            }
        }
        for id in self.sessionOrder {
            if let link = self.sessions[id]?.controlLink { self.send(.membership(news), on: link) }
        }
    }

    // Evenness.

    func isIdle(_ session: PeerSession) -> Bool {
        !session.hasWork && session.links.values.allSatisfy { self.links[$0]?.chunks.isEmpty == true }
    }

    mutating func finishIfEven(_ id: SessionID) {
        guard let session = self.sessions[id], session.isCatchingUp, !session.isAwaitingHave,
            session.announced == 0, self.isIdle(session)
        else { return }
        self.sessions[id]?.isCatchingUp = false
        self.sessions[id]?.remaining = 0
        self.behind[session.site]?.clear()
        self.note(.catchUpFinished(session.site, session.count))
    }
}

extension SyncEngine {
    var haveDigest: Digest256 {
        mutating get {
            if let known = self.knownDigest { return known }
            let made = self.have.digest(hashing: self.context.hashing)
            self.knownDigest = made
            return made
        }
    }

    /// Adds up ranges. A peer may claim more than there are numbers: the sum stays at the greatest one then.
    static func count(_ ranges: [DeltaRange]) -> UInt64 {
        ranges.reduce(0) { $0.saturatingAdd($1.last - $1.first + 1) }
    }
}

extension PeerSession {
    /// Plans a catch-up anew.
    fileprivate mutating func plan(_ missing: [DeltaRange], _ limits: WireLimits) {
        self.sentSince = SentSet()
        self.live = []
        self.forwarded = []
        self.recentDocuments = []
        self.urgentDocuments = []
        self.isUrgentSurveyDue = !missing.isEmpty
        self.urgentPages = 0
        self.outline = OutlineWork(missing, limits)
        self.rest = missing
        self.remaining = SyncEngine.count(missing)
    }
}

extension DeltaRange {
    init(_ reference: DeltaReference) {
        self.init(author: reference.author, first: reference.seq, last: reference.seq)
    }
}
