import BatonModel
import BatonProtocol

/// From an authenticated connection to a live link of a session.
extension SyncEngine {
    mutating func open(_ opening: LinkOpening) {
        if opening.isDialler, let purpose = opening.purpose {
            let place = DialPlace(site: opening.site, purpose: purpose)
            self.redials[place, default: Redial()].isDialling = false
        }
        let isKnown = self.context.membership.head.site(opening.site) != nil
        guard isKnown, !self.isBanned(opening.site), !self.paused.contains(opening.site) else {
            self.actions.append(.close(opening.link))
            if opening.isDialler { self.scheduleRedial(opening.site, opening.purpose ?? .bulk) }
            return
        }
        let nonce = self.context.entropy.bytes(16)
        var phase = Link.Phase.awaitingGreet
        if opening.isDialler { phase = .awaitingHello(self.binding(opening, greetingNonce: nonce)) }
        let link = Link(
            opening, phase: phase, nonce: nonce, frameBytesMax: self.configuration.limits.frameBytesMax,
            now: self.now)
        self.links[opening.link] = link
        self.actions.append(
            .startTimer(
                .greeting(opening.link), afterMilliseconds: self.configuration.limits.greetingMillisecondsMax)
        )
        guard opening.isDialler else { return }
        self.send(
            .greet(
                Greeting(
                    nonce: nonce, versionOldest: ProtocolVersion.oldest,
                    versionNewest: ProtocolVersion.current, purpose: link.purpose)),
            on: opening.link)
    }

    private func binding(_ opening: LinkOpening, greetingNonce: [UInt8]) -> LinkBinding {
        opening.isDialler
            ? LinkBinding(
                diallerPin: opening.localPin, listenerPin: opening.remotePin, greetingNonce: greetingNonce)
            : LinkBinding(
                diallerPin: opening.remotePin, listenerPin: opening.localPin, greetingNonce: greetingNonce)
    }

    mutating func greeted(_ greeting: Greeting, on link: LinkID) throws(PeerFault) {
        guard let state = self.links[link] else { return }
        guard state.phase == .awaitingGreet else {
            throw .unexpected(message: "greet", state: state.stateWord)
        }
        guard greeting.versionOldest <= ProtocolVersion.current,
            greeting.versionNewest >= ProtocolVersion.oldest
        else {
            throw .incompatible(version: greeting.versionNewest)
        }
        var binding = self.binding(state.opening, greetingNonce: greeting.nonce)
        binding.listenerNonce = state.nonce
        self.links[link]?.phase = .awaitingHello(binding)
        self.links[link]?.purpose = greeting.purpose
        self.sendHello(on: link, binding)
    }

    private mutating func sendHello(on link: LinkID, _ binding: LinkBinding) {
        guard let state = self.links[link] else { return }
        let hello = Hello(
            level: self.context.fold.table.level, team: self.context.membership.team,
            author: self.context.author,
            bootNonce: self.configuration.bootNonce, membershipEpoch: self.context.membership.epoch,
            membershipHead: self.context.membership.headHash,
            haveDigest: self.haveDigest, wallMilliseconds: self.now.wallMilliseconds, nonce: state.nonce)
        self.links[link]?.haveAtHello = self.have
        let bytes = hello.encoded()
        let message = binding.signedMessage(hello: bytes, isDialler: state.opening.isDialler)
        do {
            let signed = try SignedHello(bytes: bytes, signature: self.context.signing.sign(message))
            self.send(.hello(signed), on: link)
        } catch {
            preconditionFailure("our own hello does not decode: \(error)")
        }
    }

    mutating func helloReceived(_ signed: SignedHello, on link: LinkID) throws(PeerFault) {
        guard let state = self.links[link] else { return }
        guard case .awaitingHello(let binding) = state.phase else {
            throw .unexpected(message: "hello", state: state.stateWord)
        }
        try self.check(signed, state, binding)
        if state.opening.isDialler {
            var answering = binding
            answering.listenerNonce = signed.hello.nonce
            self.sendHello(on: link, answering)
        }
        self.enterLive(link, signed.hello)
    }

    private func check(_ signed: SignedHello, _ state: Link, _ binding: LinkBinding) throws(PeerFault) {
        let hello = signed.hello
        guard hello.versionOldest <= ProtocolVersion.current, hello.versionNewest >= ProtocolVersion.oldest
        else {
            throw .incompatible(version: hello.versionNewest)
        }
        guard hello.team == self.context.membership.team else { throw .otherTeam }
        guard hello.author.site == state.site else {
            throw .unauthenticated("it names another site than its TLS key")
        }
        guard let record = self.context.membership.head.site(state.site) else {
            throw .unauthenticated("its site is not in the membership")
        }
        let message = binding.signedMessage(hello: signed.bytes, isDialler: !state.opening.isDialler)
        guard
            self.signatures.isValid(
                signature: signed.signature, message: message, publicKey: record.signingKey)
        else { throw .unauthenticated("the signature is not its site's over this link") }
    }

    private mutating func enterLive(_ link: LinkID, _ hello: Hello) {
        guard var state = self.links[link] else { return }
        let id = SessionID(author: hello.author, bootNonce: hello.bootNonce)
        state.phase = .live
        state.liveAt = self.now.monotonicMilliseconds
        state.session = id
        let offset = Int64(clamping: hello.wallMilliseconds) - Int64(clamping: self.now.wallMilliseconds)
        self.links[link] = state
        self.reached(state)
        self.actions.append(.cancelTimer(.greeting(link)))
        self.actions.append(
            .startTimer(.heartbeat(link), afterMilliseconds: self.configuration.limits.heartbeatMilliseconds))
        self.note(.linkGreeted(state.site, hello.author, clockOffsetMilliseconds: offset))
        let isNew = self.sessions[id] == nil
        if isNew {
            self.suspectClone(id)
            self.sessions[id] = PeerSession(
                state.site, openedAt: self.now.monotonicMilliseconds, clockOffsetMilliseconds: offset)
        }
        self.sessions[id]?.clockOffsetMilliseconds = offset
        self.sessions[id]?.version = min(ProtocolVersion.current, hello.versionNewest)
        guard self.join(link, state, id) else { return }
        if isNew { self.beginExchange(id, hello, on: link) } else { self.pump(id) }
        // What was said on a link that has ended may be lost.
        self.tellPresence(id)
    }

    /// Two boot nonces alive for one incarnation are two machines with one disk. Both go on; people are told.
    private mutating func suspectClone(_ id: SessionID) {
        let isClone = self.sessions.keys.contains { $0.author == id.author && $0 != id }
        if isClone { self.note(.cloneSuspected(id.author)) }
    }

    /// Makes the link the session's for its purpose. Where both sides dialled, the link that the lesser site
    /// dialled stays; both sides decide alike. Where one side dialled twice, or long after the first link was
    /// live, it has lost the first.
    ///
    /// - Returns: False when the link has been closed for another.
    private mutating func join(_ link: LinkID, _ state: Link, _ id: SessionID) -> Bool {
        guard let twin = self.sessions[id]?.links[state.purpose], let other = self.links[twin] else {
            self.sessions[id]?.links[state.purpose] = link
            return true
        }
        let lesserDials = self.context.author.site < state.site
        let isSameDialler = other.opening.isDialler == state.opening.isDialler
        let hasCrossed = !isSameDialler && state.hasCrossed(other)
        let staysOther = hasCrossed && other.opening.isDialler == lesserDials
        let (kept, gone) = staysOther ? (twin, link) : (link, twin)
        self.sessions[id]?.links[state.purpose] = kept
        self.note(.linkRedundant(state.site))
        self.close(gone, nil)
        // What was said on the closed one may be lost with it.
        self.acknowledgeLog(of: state.site, in: id)
        if self.sessions[id]?.hasSentHave == true { self.sendHave(id) }
        return kept == link
    }

    mutating func greetingLate(_ link: LinkID) {
        guard let state = self.links[link], !state.isLive else { return }
        self.fail(link, .greetingTimeout)
    }

    mutating func heartbeat(_ link: LinkID) {
        guard let state = self.links[link], state.isLive else { return }
        let silence = self.now.monotonicMilliseconds - state.lastHeard
        guard silence < self.configuration.limits.silenceMillisecondsMax || state.isReadingPaused else {
            self.fail(link, .silent)
            return
        }
        self.send(.ping(self.now.monotonicMilliseconds, self.haveDigest), on: link)
        self.actions.append(
            .startTimer(.heartbeat(link), afterMilliseconds: self.configuration.limits.heartbeatMilliseconds))
    }
}
