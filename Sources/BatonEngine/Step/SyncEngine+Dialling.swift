import BatonModel
import BatonProtocol

/// Who is dialled and when. A failed or lost link is retried with growing, jittered pauses; a banned site
/// waits out its ban.
extension SyncEngine {
    mutating func dialAll() {
        for site in self.peers { self.dial(site) }
    }

    mutating func add(_ site: SiteID) {
        guard site != self.context.author.site, !self.peers.contains(site) else { return }
        self.peers.append(site)
        self.peers.sort()
        self.dial(site)
    }

    private mutating func dial(_ site: SiteID) {
        guard self.peers.contains(site), !self.paused.contains(site) else { return }
        guard !self.links.values.contains(where: { $0.site == site }) else { return }
        var redial = self.redials[site] ?? Redial()
        guard !redial.isDialling else { return }
        redial.isDialling = true
        self.redials[site] = redial
        self.actions.append(.dial(site))
    }

    mutating func dialFailed(_ site: SiteID) {
        var redial = self.redials[site] ?? Redial()
        redial.isDialling = false
        redial.failed()
        self.redials[site] = redial
        self.scheduleRedial(site)
    }

    mutating func scheduleRedial(_ site: SiteID) {
        guard self.peers.contains(site), !self.paused.contains(site) else { return }
        var redial = self.redials[site] ?? Redial()
        guard !redial.isWaiting, !redial.isDialling else { return }
        let jitter = self.context.entropy.bytes(1)[0]
        var delay = redial.delay(self.configuration.limits, jitter: jitter)
        if redial.bannedUntil > self.now.monotonicMilliseconds {
            delay = max(delay, redial.bannedUntil - self.now.monotonicMilliseconds)
        }
        redial.isWaiting = true
        self.redials[site] = redial
        self.actions.append(.startTimer(.redial(site), afterMilliseconds: delay))
    }

    mutating func redial(_ site: SiteID) {
        self.redials[site]?.isWaiting = false
        self.dial(site)
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
            self.redials[site]?.bannedUntil = 0
            self.redials[site]?.succeeded()
            self.dial(site)
        }
    }

    // Closing.

    /// Closes a link for a peer's fault, as far as the fault reaches.
    mutating func fail(_ link: LinkID, _ fault: PeerFault) {
        guard let site = self.links[link]?.site else { return }
        switch fault.scope {
        case .ignore: return
        case .closeLink: break
        case .ban(let milliseconds):
            var redial = self.redials[site] ?? Redial()
            redial.bannedUntil = self.now.monotonicMilliseconds + milliseconds
            redial.failed()
            self.redials[site] = redial
        }
        self.send(.farewell(fault.code), on: link)
        self.close(link, fault)
    }

    mutating func close(_ link: LinkID, _ fault: PeerFault?) {
        guard self.links[link] != nil else { return }
        self.actions.append(.close(link))
        self.forget(link, fault)
    }

    mutating func closed(_ link: LinkID) {
        self.forget(link, nil)
    }

    private mutating func forget(_ link: LinkID, _ fault: PeerFault?) {
        guard let gone = self.links.removeValue(forKey: link) else { return }
        self.actions.append(.cancelTimer(.heartbeat(link)))
        self.actions.append(.cancelTimer(.greeting(link)))
        self.actions.append(.cancelTimer(.forward(link)))
        // A fault is told in any case; a link that simply ended only when it was the last to its site.
        if fault != nil || self.liveLink(of: gone.site) == nil { self.note(.linkLost(gone.site, fault)) }
        if !gone.isLive { self.redials[gone.site, default: Redial()].failed() }
        self.scheduleRedial(gone.site)
    }
}
