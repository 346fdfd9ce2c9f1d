import BatonModel
import BatonProtocol

/// Who is at the desks, and what they are about to do: said between peers in touch, so that most conflicts never
/// happen. It is no delta: nothing of it is stored, signed for, or passed on to a third site. Each site speaks for
/// its own desks alone, so that the session's own authentication is enough.
extension SyncEngine {
    mutating func presenceStated(_ people: [DeskPresence]) {
        let now = self.now.monotonicMilliseconds
        self.ownPresence = people.prefix(PresencePart.peopleMax).map {
            let lasts = min($0.presence.remainingMilliseconds, Presence.millisecondsMax)
            return StandingPresence(word: $0, until: now + lasts)
        }
        for id in self.sessionOrder { self.tellPresence(id) }
    }

    /// Tells one peer, or later where it was told a moment ago or its link is full.
    mutating func tellPresence(_ id: SessionID) {
        guard let session = self.sessions[id], session.version >= ProtocolVersion.hints,
            let link = session.controlLink
        else { return }
        let now = self.now.monotonicMilliseconds
        let pause = self.configuration.limits.presenceMillisecondsMin
        let next = session.presence.toldAt.map { $0 + pause } ?? now
        guard next <= now, self.links[link]?.isCongested == false else {
            guard !session.presence.isDue else { return }
            self.sessions[id]?.presence.isDue = true
            let wait = next > now ? next - now : pause
            self.actions.append(.startTimer(.presence(id), afterMilliseconds: wait))
            return
        }
        let people = self.ownPresence.compactMap { self.word($0, to: session.site, at: now) }
        guard !people.isEmpty || session.presence.hasTold else { return }
        self.sessions[id]?.presence.toldAt = now
        self.sessions[id]?.presence.hasTold = !people.isEmpty
        self.send(
            .presence(PresencePart(wallMilliseconds: self.now.wallMilliseconds, people: people)), on: link)
    }

    mutating func presenceDue(_ id: SessionID) {
        self.sessions[id]?.presence.isDue = false
        self.tellPresence(id)
    }

    /// What may be said to a site: to one that is not cleared, only that the person is at the desk.
    private func word(_ standing: StandingPresence, to site: SiteID, at now: UInt64) -> Presence? {
        guard let presence = standing.left(at: now) else { return nil }
        let compartment = standing.word.compartment
        let cleared = self.context.membership.head.site(site)?.clearances ?? []
        guard compartment != .global, !cleared.contains(compartment) else { return presence }
        return Presence(
            person: presence.person, document: nil, act: nil,
            remainingMilliseconds: presence.remainingMilliseconds)
    }

    /// Takes the place of what the peer said before. What the word has lost on its way, beyond what its hello lost,
    /// is taken off its time; a clock that was set meanwhile can only make it run out early.
    mutating func presenceReceived(_ part: PresencePart, in id: SessionID) {
        let now = self.now.monotonicMilliseconds
        guard var session = self.sessions[id] else { return }
        guard session.presence.admits(at: now, self.configuration.limits) else { return }
        defer { self.sessions[id] = session }
        let sentAt = Int64(clamping: part.wallMilliseconds)
        let hereAt = Int64(clamping: self.now.wallMilliseconds)
        let age = hereAt.saturatingAdd(session.clockOffsetMilliseconds).saturatingSubtract(sentAt)
        let lost = UInt64(max(0, age))
        let people = self.context.membership.head.operators
        session.presence.heard = part.people.compactMap { presence in
            guard presence.remainingMilliseconds > lost,
                people.contains(where: { $0.id == presence.person && $0.site == session.site })
            else { return nil }
            return StandingPresence(
                word: DeskPresence(presence), until: now + presence.remainingMilliseconds - lost)
        }
    }

    /// Who is at the desks of the peers in touch: nothing that has run out, nothing of a peer without a link.
    ///
    /// - Returns: In order of session, then as each peer said it.
    package func peerPresence(at now: EngineTime) -> [PeerPresence] {
        self.sessionOrder.flatMap { id -> [PeerPresence] in
            guard let session = self.sessions[id] else { return [] }
            return session.presence.heard.compactMap { standing in
                standing.left(at: now.monotonicMilliseconds).map {
                    PeerPresence(site: session.site, presence: $0)
                }
            }
        }
    }
}

extension Int64 {
    fileprivate func saturatingAdd(_ other: Int64) -> Int64 {
        let (sum, isOver) = self.addingReportingOverflow(other)
        return isOver ? (other > 0 ? .max : .min) : sum
    }

    fileprivate func saturatingSubtract(_ other: Int64) -> Int64 {
        let (difference, isOver) = self.subtractingReportingOverflow(other)
        return isOver ? (other < 0 ? .max : .min) : difference
    }
}
