package import BatonModel
import BatonProtocol

/// Who is dialled and when. A failed or lost link is retried with growing, jittered pauses; a banned site
/// waits out its ban.
extension SyncEngine {
    mutating func dialAll() {
        for site in self.peers { self.dialBoth(site) }
    }

    mutating func add(_ site: SiteID) {
        guard site != self.context.author.site, !self.peers.contains(site) else { return }
        self.peers.append(site)
        self.peers.sort()
        self.dialBoth(site)
    }

    mutating func remove(_ site: SiteID) {
        guard self.peers.contains(site) else { return }
        self.peers.removeAll { $0 == site }
        for link in self.linkOrder where self.links[link]?.site == site {
            self.send(.farewell("peer.removed"), on: link)
            self.close(link, nil)
        }
    }

    package func isBanned(_ site: SiteID) -> Bool {
        (self.bannedUntil[site] ?? 0) > self.now.monotonicMilliseconds
    }

    private mutating func dialBoth(_ site: SiteID) {
        for purpose in LinkPurpose.allCases { self.dial(DialPlace(site: site, purpose: purpose)) }
    }

    private mutating func dial(_ place: DialPlace) {
        guard self.peers.contains(place.site), !self.paused.contains(place.site) else { return }
        let isThere = self.links.values.contains { $0.site == place.site && $0.purpose == place.purpose }
        guard !isThere else { return }
        var redial = self.redials[place] ?? Redial()
        guard !redial.isDialling else { return }
        redial.isDialling = true
        self.redials[place] = redial
        self.actions.append(.dial(place.site, place.purpose))
    }

    mutating func dialFailed(_ place: DialPlace, isRefusal: Bool) {
        var redial = self.redials[place] ?? Redial()
        redial.isDialling = false
        redial.failed(isRefusal: isRefusal)
        self.redials[place] = redial
        self.scheduleRedial(place.site, place.purpose)
    }

    mutating func scheduleRedial(_ site: SiteID, _ purpose: LinkPurpose) {
        guard self.peers.contains(site), !self.paused.contains(site) else { return }
        let place = DialPlace(site: site, purpose: purpose)
        var redial = self.redials[place] ?? Redial()
        guard !redial.isWaiting, !redial.isDialling else { return }
        if redial.failures > 2, Mutant.isOn(.redialGivesUp) { return }
        let jitter = self.context.entropy.bytes(1)[0]
        let isUrgent = self.urgentWaits.contains(site)
        var delay = redial.delay(self.configuration.limits, isUrgent: isUrgent, jitter: jitter)
        if let banned = self.bannedUntil[site], banned > self.now.monotonicMilliseconds {
            delay = max(delay, banned - self.now.monotonicMilliseconds)
        }
        redial.isWaiting = true
        self.redials[place] = redial
        self.actions.append(.startTimer(.redial(site, purpose), afterMilliseconds: delay))
    }

    mutating func redial(_ place: DialPlace) {
        self.redials[place]?.isWaiting = false
        self.dial(place)
    }

    /// A path that is there for one purpose is there for all: after a cut the others need not wait out their pauses.
    /// Who accepted the link does not dial for that: its peer does.
    mutating func reached(_ link: Link) {
        for purpose in LinkPurpose.allCases {
            let place = DialPlace(site: link.site, purpose: purpose)
            self.redials[place, default: Redial()].succeeded()
            guard purpose != link.purpose, link.opening.isDialler, self.redials[place]?.isWaiting == true,
                !self.isBanned(link.site)
            else { continue }
            self.actions.append(.cancelTimer(.redial(link.site, purpose)))
            self.redial(place)
        }
    }

    mutating func pause(_ site: SiteID, _ isPaused: Bool) {
        if isPaused {
            self.paused.insert(site)
            for link in self.linkOrder where self.links[link]?.site == site {
                self.send(.farewell("peer.paused"), on: link)
                self.close(link, nil)
            }
        } else {
            self.paused.remove(site)
            self.bannedUntil[site] = nil
            for purpose in LinkPurpose.allCases {
                self.redials[DialPlace(site: site, purpose: purpose)]?.succeeded()
            }
            self.dialBoth(site)
        }
    }

    // Closing.

    /// Closes a link for a peer's fault, as far as the fault reaches.
    mutating func fail(_ link: LinkID, _ fault: PeerFault) {
        guard let site = self.links[link]?.site, let purpose = self.links[link]?.purpose else { return }
        var isBan = false
        switch fault.scope {
        case .ignore: return
        case .closeLink: break
        case .ban(let milliseconds):
            isBan = true
            self.bannedUntil[site] = self.now.monotonicMilliseconds + milliseconds
            self.redials[DialPlace(site: site, purpose: purpose), default: Redial()].failed()
        }
        self.send(.farewell(fault.code), on: link)
        self.close(link, fault)
        guard isBan else { return }
        for other in self.linkOrder where self.links[other]?.site == site {
            self.send(.farewell(fault.code), on: other)
            self.close(other, nil, isToldAlready: true)
        }
    }

    mutating func close(_ link: LinkID, _ fault: PeerFault?, isToldAlready: Bool = false) {
        guard self.links[link] != nil else { return }
        self.actions.append(.close(link))
        self.forget(link, fault, isToldAlready: isToldAlready)
    }

    mutating func closed(_ link: LinkID) {
        self.forget(link, nil)
    }

    private mutating func forget(_ link: LinkID, _ fault: PeerFault?, isToldAlready: Bool = false) {
        guard let gone = self.links.removeValue(forKey: link) else { return }
        self.actions.append(.cancelTimer(.heartbeat(link)))
        self.actions.append(.cancelTimer(.greeting(link)))
        if let session = gone.session { self.leave(session, gone.purpose, link) }
        // A fault is told in any case; a link that simply ended only when it was the last to its site.
        let isLast = !isToldAlready && !self.isMet(gone.site)
        if fault != nil || isLast { self.note(.linkLost(gone.site, fault)) }
        if !gone.isLive {
            self.redials[DialPlace(site: gone.site, purpose: gone.purpose), default: Redial()].failed()
        }
        self.scheduleRedial(gone.site, gone.purpose)
    }

    /// Takes a link out of its session. A session without a link is over: what it had planned is worked out
    /// anew from the next have.
    private mutating func leave(_ id: SessionID, _ purpose: LinkPurpose, _ link: LinkID) {
        // Also where another link has taken its place: the answer would have come on this one.
        if let site = self.sessions[id]?.site, self.comparisons[site]?.link == link {
            self.endComparison(site, .linkLost)
        }
        guard self.sessions[id]?.links[purpose] == link else { return }
        self.sessions[id]?.links[purpose] = nil
        guard let session = self.sessions[id], session.links.isEmpty else {
            // What was under way on the link may be lost: each side says on the other link what it holds.
            self.sendHave(id)
            return self.pump(id)
        }
        self.sessions[id] = nil
        self.actions.append(.cancelTimer(.forward(id)))
        self.actions.append(.cancelTimer(.share(id)))
        self.actions.append(.cancelTimer(.presence(id)))
        if !session.live.isEmpty { self.urgentWaits.insert(session.site) }
    }
}
