import BatonEngine
import BatonModel
import BatonProtocol

/// One end of a link: who owns it and where its bytes go.
final class LinkEnd {
    let node: NodeID
    let other: LinkID
    let peer: NodeID
    /// A stream delivers in order: no byte overtakes the one before.
    var arrivesAt: UInt64 = 0
    /// Bytes sent from here that the other side has not read.
    var queuedBytes = 0
    var isCongested = false
    /// The engine here does not want to read now.
    var isPaused = false
    /// The process here does not read at all: its window is closed.
    var isDeaf = false
    /// What has come and was not read.
    var inbox: [Parcel] = []
    /// The frames of this end that are still on the way: their numbers and the bytes left of each.
    var shipping: [(number: UInt64, bytesLeft: Int)] = []
    /// How this end speaks on the wire; nil where frames travel as they are.
    var codec: (any LinkCodec)?
    /// What the engine is told once the codec has opened the link.
    var opening: LinkOpening?

    init(node: NodeID, other: LinkID, peer: NodeID) {
        self.node = node
        self.other = other
        self.peer = peer
    }
}

/// What a frame is, read off its first bytes.
package struct FrameKind: Hashable, Sendable {
    package let code: UInt8

    private static let names: [UInt8: String] = {
        let hash = Digest256.zero
        let samples: [Message] = [
            .have(HavePart(HaveSet())), .ping(0, hash), .pong(0), .mark(0),
            .deltas(DeltaChunk(keys: [], deltas: [], remaining: 0)),
            .runs(RunChunk(bytes: [], remaining: 0)), .farewell("x"), .membership([]),
            .greet(
                Greeting(
                    nonce: [UInt8](repeating: 0, count: 16), versionOldest: 1, versionNewest: 1,
                    purpose: .bulk)),
        ]
        var names: [UInt8: String] = [:]
        for sample in samples { names[FrameKind(sample.framed()).code] = sample.name }
        return names
    }()

    /// The head of the byte string, the head of the message's array, then its code.
    init(_ frame: [UInt8]) {
        let heads = [24: 2, 25: 3, 26: 5]
        let head = frame.isEmpty ? 0 : heads[Int(frame[0] & 31)] ?? 1
        self.code = frame.count > head + 1 ? frame[head + 1] : 0xff
    }

    package var name: String { Self.names[self.code] ?? "frame \(self.code)" }
    var isPulse: Bool { self.name == "ping" || self.name == "pong" }
    var carriesDeltas: Bool { self.name == "deltas" || self.name == "runs" }
}

extension World {
    private static let dialTimeoutMilliseconds: UInt64 = 10_000
    private static let resendMilliseconds: UInt64 = 200

    func path(_ direction: Direction) -> NetworkPath {
        self.paths[direction] ?? NetworkPath(delay: self.defaultDelay)
    }

    /// Caps what a direction carries.
    package func setRate(_ direction: Direction, bytesPerMillisecond: Double) {
        self.change(direction) { $0.bytesPerMillisecond = bytesPerMillisecond }
    }

    func change(_ direction: Direction, _ body: (inout NetworkPath) -> Void) {
        var path = self.path(direction)
        body(&path)
        self.paths[direction] = path
    }

    private func drawnDelay(_ direction: Direction) -> UInt64 {
        self.drawnDelay(direction, self.path(direction), 0)
    }

    private func drawnDelay(_ direction: Direction, _ path: NetworkPath, _ salt: UInt64) -> UInt64 {
        if case .constant(let milliseconds) = path.delay, path.lossPermille == 0 { return milliseconds }
        let entity = direction.from.packed ^ (direction.to.packed >> 8)
        var delay = path.delay.delay(
            self.random.drawn(.delay, entity, at: self.nowMilliseconds &* 8 &+ salt))
        guard path.lossPermille > 0 else { return delay }
        // Lost pieces are sent again, after pauses that double.
        var pause = Self.resendMilliseconds
        for attempt in 0..<6 {
            let drawn = self.random.drawn(
                .loss, entity, at: (self.nowMilliseconds &* 8 &+ salt) &* 8 &+ UInt64(attempt))
            guard drawn % 1_000 < UInt64(path.lossPermille) else { break }
            delay += pause
            pause *= 2
        }
        return delay
    }

    // Dialling.

    func isReachable(_ from: SiteID, _ to: SiteID) -> Bool {
        let there = Direction(from, to)
        return !self.cut.contains(there) && !self.cut.contains(there.reversed)
            && !self.path(there).isBlocked && !self.path(there.reversed).isBlocked
            && !self.isLetGo(from, to)
    }

    /// True where people keep two sites from having a link: one has paused the other, or neither dials.
    private func isLetGo(_ one: SiteID, _ other: SiteID) -> Bool {
        let isPaused = { self.pausedPeers[$0]?.contains($1) == true }
        let isRemoved = { self.removedPeers[$0]?.contains($1) == true }
        return isPaused(one, other) || isPaused(other, one) || isRemoved(one, other) && isRemoved(other, one)
    }

    func dial(from node: NodeID, to site: SiteID, _ purpose: LinkPurpose) {
        let there = Direction(node.site, site)
        let isCut = self.cut.contains(there) || self.cut.contains(there.reversed)
        let isBlocked = self.path(there).isBlocked || self.path(there.reversed).isBlocked
        let listening = self.nodeIDs.filter { $0.site == site && self.machines[$0]?.isUp == true }
        guard !isCut, !isBlocked, !listening.isEmpty else {
            let delay = isBlocked && !isCut ? Self.dialTimeoutMilliseconds : self.drawnDelay(there)
            self.schedule(
                .input(.dialFailed(site, purpose, isRefusal: false)), at: node, after: delay, isPulse: true)
            return
        }
        let drawn = self.random.drawn(.target, node.key, at: self.nowMilliseconds)
        let peer = listening[Int(drawn % UInt64(listening.count))]
        let near = LinkID(self.linkCount + 1)
        let far = LinkID(self.linkCount + 2)
        self.linkCount += 2
        self.links[near] = LinkEnd(node: node, other: far, peer: peer)
        self.links[far] = LinkEnd(node: peer, other: near, peer: node)
        let delay = self.drawnDelay(there)
        for (link, isDialler, here, other) in [(near, true, node, peer), (far, false, peer, node)] {
            let opening = LinkOpening(
                link: link, site: other.site, isDialler: isDialler, purpose: isDialler ? purpose : nil,
                localPin: SimulatedTeam.pin(of: here.site), remotePin: SimulatedTeam.pin(of: other.site))
            guard self.fidelity.transport != .message else {
                self.schedule(.input(.linkOpened(opening)), at: here, after: delay)
                continue
            }
            self.links[link]?.codec = self.fidelity.transport.end(isDialler: isDialler)
            self.links[link]?.opening = opening
        }
        for link in [near, far] {
            guard let codec = self.links[link]?.codec else { continue }
            self.shipWire(codec.begin(), on: link)
        }
    }

    /// Ships what a codec says by itself: nothing that a quiet world waits for.
    private func shipWire(_ wire: [UInt8], on link: LinkID) {
        guard !wire.isEmpty else { return }
        self.ship(.bytes(wire), on: link, isPulse: true)
    }

    // Carrying.

    /// Carries a frame in one to three pieces: a receiver must not depend on how a stream is cut.
    func carry(_ bytes: [UInt8], on link: LinkID) {
        guard let end = self.links[link] else { return }
        let direction = Direction(end.node.site, end.peer.site)
        if self.recording.contains(direction) {
            // One connection is kept: the first on which something is said.
            let kept = self.recordedLinks[direction] ?? link
            self.recordedLinks[direction] = kept
            if kept == link { self.recordings[direction, default: []].append(bytes) }
        }
        let kind = FrameKind(bytes)
        if kind.carriesDeltas, self.machines[end.node]?.isWithholding == true { return }
        self.shipmentCount += 1
        let number = self.shipmentCount
        end.queuedBytes += bytes.count
        end.shipping.append((number, bytes.count))
        self.tell(
            .sent(
                Shipment(
                    number: number, from: end.node, to: end.peer, link: link, bytes: bytes.count,
                    queuedBytes: end.queuedBytes, kind: kind)))
        let wire = end.codec?.send(bytes) ?? bytes
        for piece in self.pieces(of: wire, on: link, direction, isPulse: kind.isPulse) {
            self.ship(.bytes(piece), on: link, isPulse: kind.isPulse)
            guard self.links[link] != nil else { return }
        }
        guard !end.isCongested, end.queuedBytes > self.settings.limits.queuedBytesMax else { return }
        end.isCongested = true
        self.schedule(.input(.linkCongested(link)), at: end.node, after: 0)
    }

    private func pieces(
        of bytes: [UInt8], on link: LinkID, _ direction: Direction, isPulse: Bool
    ) -> [[UInt8]] {
        if self.path(direction).isDribbling {
            let single = bytes.prefix(400).map { [$0] }
            return bytes.count > 400 ? single + [Array(bytes.dropFirst(400))] : single
        }
        guard !isPulse else { return [bytes] }
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let isLast = rest.count < 3 || pieces.count == 2
            let count = isLast ? rest.count : 1 + self.random.below(2 * rest.count, .pieces, link.number)
            pieces.append(Array(rest.prefix(min(count, rest.count))))
            rest = rest.dropFirst(min(count, rest.count))
        }
        return pieces
    }

    private func ship(_ parcel: Parcel, on link: LinkID, isPulse: Bool) {
        guard let end = self.links[link] else { return }
        let direction = Direction(end.node.site, end.peer.site)
        let path = self.path(direction)
        guard !path.isBlocked else {
            self.change(direction) { $0.held.append((link, parcel)) }
            return
        }
        var at = max(end.arrivesAt + 1, self.ticks + self.drawnDelay(direction, path, end.arrivesAt & 7))
        if case .bytes(let bytes) = parcel {
            if let rate = path.bytesPerMillisecond {
                at = max(at, end.arrivesAt + UInt64(Double(bytes.count) / rate) + 1)
            }
            if path.stall != nil { at += self.stallTime(direction, bytes.count) }
        }
        end.arrivesAt = at
        self.schedule(.parcel(end.other, parcel), at: end.peer, after: at - self.ticks, isPulse: isPulse)
        if path.resetAfterBytes != nil { self.breakIfDue(direction, link, parcel) }
    }

    private func stallTime(_ direction: Direction, _ count: Int) -> UInt64 {
        guard let stall = self.path(direction).stall else { return 0 }
        let left = stall.bytes - count
        self.change(direction) { $0.stall = left > 0 ? (left, stall.milliseconds) : nil }
        return left > 0 ? 0 : stall.milliseconds
    }

    private func breakIfDue(_ direction: Direction, _ link: LinkID, _ parcel: Parcel) {
        guard let left = self.path(direction).resetAfterBytes, case .bytes(let bytes) = parcel else { return }
        self.change(direction) { $0.resetAfterBytes = left > bytes.count ? left - bytes.count : nil }
        if left <= bytes.count { self.breakLink(link) }
    }

    /// Lets a blocked direction through again: what was held back comes now, in order.
    func unblock(_ direction: Direction) {
        guard self.path(direction).isBlocked else { return }
        let held = self.path(direction).held
        self.change(direction) {
            $0.isBlocked = false
            $0.held = []
        }
        for (link, parcel) in held { self.ship(parcel, on: link, isPulse: false) }
    }

    // Arriving.

    func arrived(_ parcel: Parcel, on link: LinkID, at node: WorldNode) {
        guard let end = self.links[link] else {
            self.lost(parcel, on: link)
            return
        }
        guard !end.isPaused, !end.isDeaf, end.inbox.isEmpty else {
            end.inbox.append(parcel)
            return
        }
        self.read(parcel, on: link, end, node)
    }

    private func read(_ parcel: Parcel, on link: LinkID, _ end: LinkEnd, _ node: WorldNode) {
        switch parcel {
        case .bytes(let wire) where end.codec != nil: self.receive(wire, on: link, end, node)
        case .bytes(let bytes):
            self.credit(end.other, bytes.count)
            self.step(.bytesReceived(link, bytes), node)
        case .end:
            self.links[link] = nil
            self.step(.linkClosed(link), node)
        }
    }

    /// Takes bytes of the wire through the link's codec.
    private func receive(_ wire: [UInt8], on link: LinkID, _ end: LinkEnd, _ node: WorldNode) {
        guard let codec = end.codec else { return }
        let reception = codec.receive(wire, now: self.ticks)
        self.shipWire(reception.wire, on: link)
        if reception.hasOpened, let opening = end.opening { self.step(.linkOpened(opening), node) }
        if !reception.bytes.isEmpty, node.isUp {
            self.credit(end.other, reception.bytes.count)
            self.step(.bytesReceived(link, reception.bytes), node)
            if self.links[link] != nil { self.shipWire(codec.consumed(reception.bytes.count), on: link) }
        }
        if reception.hasEnded, self.links[link] != nil, node.isUp {
            self.forgetEnd(link)
            self.step(.linkClosed(link), node)
        }
    }

    /// Gives room back to the sender.
    private func credit(_ link: LinkID, _ count: Int) {
        guard let end = self.links[link] else { return }
        end.queuedBytes -= min(count, end.queuedBytes)
        var left = count
        while left > 0, let first = end.shipping.first {
            let taken = min(left, first.bytesLeft)
            left -= taken
            end.shipping[0].bytesLeft -= taken
            guard end.shipping[0].bytesLeft == 0 else { break }
            end.shipping.removeFirst()
            self.tell(.arrived(shipment: first.number, isLost: false))
        }
        let isDrained = end.isCongested && end.queuedBytes <= self.settings.limits.queuedBytesMax / 2
        guard isDrained else { return }
        end.isCongested = false
        self.schedule(.input(.linkDrained(link)), at: end.node, after: 0)
    }

    func lost(_ parcel: Parcel, on link: LinkID) {
        guard case .bytes = parcel, let end = self.links[link], let other = self.links[end.other] else {
            return
        }
        for (number, _) in other.shipping { self.tell(.arrived(shipment: number, isLost: true)) }
        other.shipping = []
    }

    func setPaused(_ link: LinkID, _ isPaused: Bool) {
        self.links[link]?.isPaused = isPaused
        if !isPaused { self.drainInbox(link) }
    }

    func drainInbox(_ link: LinkID) {
        guard let end = self.links[link], !end.inbox.isEmpty else { return }
        self.schedule(.drain(link), at: end.node, after: 1)
    }

    /// Reads what had to wait, until reading is paused again. What comes meanwhile goes behind it.
    func drain(_ link: LinkID, _ node: WorldNode) {
        while let end = self.links[link], !end.isPaused, !end.isDeaf, let first = end.inbox.first, node.isUp {
            end.inbox.removeFirst()
            self.read(first, on: link, end, node)
        }
    }

    // Ending.

    func breakLink(_ id: LinkID) {
        guard let end = self.links.removeValue(forKey: id) else { return }
        let other = self.links.removeValue(forKey: end.other)
        for (number, _) in end.shipping + (other?.shipping ?? []) {
            self.tell(.arrived(shipment: number, isLost: true))
        }
        self.schedule(.input(.linkClosed(id)), at: end.node, after: 0)
        if other != nil { self.schedule(.input(.linkClosed(end.other)), at: end.peer, after: 0) }
    }

    /// Ends a link at one side only: the other one does not know.
    func forgetEnd(_ id: LinkID) {
        guard let end = self.links.removeValue(forKey: id) else { return }
        // The pulse that finds out about it is no event of a busy world, and the world may be quiet after it.
        self.unquietAt = nil
        for (number, _) in end.shipping { self.tell(.arrived(shipment: number, isLost: true)) }
    }

    func closeAfterFlush(_ link: LinkID) {
        guard let end = self.links[link] else { return }
        if let codec = end.codec { self.shipWire(codec.close(), on: link) }
        self.ship(.end, on: link, isPulse: false)
        self.forgetEnd(link)
    }

    // Quiet.

    /// True when nothing can happen but heartbeats: whoever can reach each other is connected and equal.
    func findQuiet() -> Bool {
        for (_, end) in self.links where end.isDeaf || !end.inbox.isEmpty { return false }
        let up = self.nodeIDs.filter { self.machines[$0]?.isUp == true }
        for id in up {
            guard let node = self.machines[id], !node.isPaused, node.effectsLeft == nil else { return false }
            for site in self.team.sites where site != id.site {
                guard self.isSettled(id, node, site, up) else { return false }
            }
        }
        // Only heartbeats find out that the other side of a link has gone.
        return self.links.values.allSatisfy { self.links.index(forKey: $0.other) != nil }
    }

    private func isSettled(
        _ id: NodeID, _ node: WorldNode, _ site: SiteID, _ up: [NodeID]
    ) -> Bool {
        let state = node.engine.state(of: site)
        if state == "paused" { return true }
        let others = up.filter { $0.site == site }
        guard !others.isEmpty, self.isReachable(id.site, site) else { return state == "down" }
        guard state == "live", others.count == 1,
            let other = self.machines[others[0]]
        else {
            return false
        }
        return node.currentHaveDigest() == other.currentHaveDigest()
    }
}
