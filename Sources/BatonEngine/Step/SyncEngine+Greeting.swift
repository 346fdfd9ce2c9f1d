import BatonModel
import BatonProtocol

/// From an authenticated connection to a live link.
extension SyncEngine {
    mutating func open(_ opening: LinkOpening) {
        if opening.isDialler { self.redials[opening.site, default: Redial()].isDialling = false }
        let isBanned = (self.redials[opening.site]?.bannedUntil ?? 0) > self.now.monotonicMilliseconds
        let isKnown = self.context.membership.head.site(opening.site) != nil
        guard isKnown, !isBanned, !self.paused.contains(opening.site) else {
            self.actions.append(.close(opening.link))
            if opening.isDialler { self.scheduleRedial(opening.site) }
            return
        }
        let nonce = self.context.entropy.bytes(16)
        var phase = Link.Phase.awaitingGreet
        if opening.isDialler { phase = .awaitingHello(self.binding(opening, greetingNonce: nonce)) }
        self.links[opening.link] = Link(
            opening, phase: phase, nonce: nonce, frameBytesMax: self.configuration.limits.frameBytesMax,
            now: self.now)
        self.actions.append(
            .startTimer(
                .greeting(opening.link), afterMilliseconds: self.configuration.limits.greetingMillisecondsMax)
        )
        guard opening.isDialler else { return }
        self.send(
            .greet(
                Greeting(
                    nonce: nonce, versionOldest: ProtocolVersion.oldest,
                    versionNewest: ProtocolVersion.current)),
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
        let binding = self.binding(state.opening, greetingNonce: greeting.nonce)
        self.links[link]?.phase = .awaitingHello(binding)
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
        if state.opening.isDialler { self.sendHello(on: link, binding) }
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
        state.phase = .live
        state.peerAuthor = hello.author
        state.peerBootNonce = hello.bootNonce
        let offset = Int64(clamping: hello.wallMilliseconds) - Int64(clamping: self.now.wallMilliseconds)
        state.clockOffsetMilliseconds = offset
        self.links[link] = state
        self.redials[state.site, default: Redial()].succeeded()
        self.actions.append(.cancelTimer(.greeting(link)))
        self.actions.append(
            .startTimer(.heartbeat(link), afterMilliseconds: self.configuration.limits.heartbeatMilliseconds))
        self.note(.linkGreeted(state.site, hello.author, clockOffsetMilliseconds: offset))
        self.suspectClone(link, hello)
        guard self.keepsLink(link, site: state.site) else { return }
        self.beginExchange(link, hello)
    }

    /// Two boot nonces alive for one incarnation are two machines with one disk. Both go on; people are told.
    private mutating func suspectClone(_ link: LinkID, _ hello: Hello) {
        for other in self.linkOrder where other != link {
            guard let known = self.links[other], known.peerAuthor == hello.author else { continue }
            if known.peerBootNonce != hello.bootNonce { self.note(.cloneSuspected(hello.author)) }
        }
    }

    /// When both sides dialled, the link that the lesser site dialled stays. Both sides decide alike.
    private mutating func keepsLink(_ link: LinkID, site: SiteID) -> Bool {
        let twins = self.linkOrder.filter { id in
            guard let other = self.links[id], let mine = self.links[link] else { return false }
            return other.isLive && other.peerAuthor == mine.peerAuthor
                && other.peerBootNonce == mine.peerBootNonce
        }
        guard twins.count > 1 else { return true }
        let lesserDials = self.context.author.site < site
        let kept = twins.first { self.links[$0]?.opening.isDialler == lesserDials } ?? twins[0]
        for twin in twins where twin != kept {
            self.note(.linkRedundant(site))
            self.close(twin, nil)
        }
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
