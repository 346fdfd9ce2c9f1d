import BatonModel

extension ScenarioRun {
    func disturbNetwork(_ event: ScenarioEvent) {
        guard let site = event.site else {
            if event.verb == .heal { self.healNetwork(event) }
            return
        }
        switch event.verb {
        case .heal: self.healNetwork(event)
        case .cut: self.cut(event, site)
        case .deaf:
            self.world.setDeaf(site, true)
            self.later(after: event.span ?? 1_000) { $0.world.setDeaf(site, false) }
        default:
            guard let peer = event.peer else { return }
            self.disturbPair(event, Direction(site, peer))
        }
    }

    private func healNetwork(_ event: ScenarioEvent) {
        let sites = self.world.team.sites
        for one in sites {
            for other in sites where one < other {
                let isMeant =
                    (event.site == nil || event.site == one || event.site == other)
                    && (event.peer == nil || event.peer == one || event.peer == other)
                if isMeant { self.world.heal(one, other) }
            }
        }
    }

    private func cut(_ event: ScenarioEvent, _ site: SiteID) {
        let peers = event.peer.map { [$0] } ?? self.world.team.sites.filter { $0 != site }
        for peer in peers { self.world.setCut(site, peer, true) }
        guard let span = event.span else { return }
        self.later(after: span) { run in for peer in peers { run.world.setCut(site, peer, false) } }
    }

    private func disturbPair(_ event: ScenarioEvent, _ way: Direction) {
        let span = event.span ?? 1_000
        let count = Int(clamping: event.count ?? 1)
        switch event.verb {
        case .block:
            self.world.block(way)
            if event.span != nil { self.later(after: span) { $0.world.unblock(way) } }
        case .flap: self.flap(way, times: count, each: span)
        case .halfOpen: self.world.halfOpen(way.from, way.to)
        case .breakLinks: self.world.breakLinks(way.from, way.to)
        case .pausePeer, .removePeer:
            self.world.letGo(way.to, of: way.from, isPause: event.verb == .pausePeer)
            if event.span != nil { self.later(after: span) { $0.world.takeUp(way.to, at: way.from) } }
        case .stall: self.world.change(way) { $0.stall = (count, span) }
        case .reset: self.world.change(way) { $0.resetAfterBytes = count }
        case .bandwidth: self.world.change(way) { $0.bytesPerMillisecond = Double(count) / 8 }
        case .loss: self.world.change(way) { $0.lossPermille = count }
        case .dribble:
            self.world.change(way) { $0.isDribbling = true }
            if event.span != nil {
                self.later(after: span) { $0.world.change(way) { $0.isDribbling = false } }
            }
        case .delay:
            guard let model = try? DelayText.read(event.how ?? "", 0) else { return }
            for direction in [way, way.reversed] { self.world.change(direction) { $0.delay = model } }
        case .record: self.world.startRecording(way)
        case .replay: if let link = self.world.replay(way) { self.atlas.noteReplay(link) }
        default: break
        }
    }

    private func flap(_ way: Direction, times: Int, each span: UInt64) {
        for round in 0..<times {
            let start = UInt64(round) * 2 * span
            self.later(after: start) { $0.world.setCut(way.from, way.to, true) }
            self.later(after: start + span) { $0.world.setCut(way.from, way.to, false) }
        }
    }
}
