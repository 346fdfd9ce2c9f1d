import BatonEngine
import BatonModel
import BatonProtocol

/// What somebody is about to do is shown at no other desk than that of a site in touch with theirs, is shown no
/// longer than they said, and is never kept: saying or hearing it writes nothing.
struct AlwaysPresenceFresh: Checker {
    /// A word on a link that has stopped may come as long after as silence counts as a link.
    static let travelMillisecondsMax: UInt64 = 25_000

    private struct Word: Hashable {
        let site: SiteID
        let person: OperatorID
        let document: DocumentID?
        let act: PlannedAct?
    }

    /// When each word runs out at latest, by the world's own monotonic time.
    private var until: [Word: UInt64] = [:]

    var watchesTraffic: Bool { true }

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .stepped(let id, let input, let actions) = fact else { return nil }
        switch input {
        case .presenceStated(let people):
            for one in people { self.note(one.presence, id.site, world.ticks) }
            return Self.written(actions, id)
        case .timerFired: return self.shown(at: id, world, atlas)
        default: return nil
        }
    }

    private mutating func note(_ presence: Presence, _ site: SiteID, _ now: UInt64) {
        let word = Word(site: site, person: presence.person, document: presence.document, act: presence.act)
        self.until[word] = max(self.until[word] ?? 0, now + presence.remainingMilliseconds)
    }

    private static func written(_ actions: [EngineAction], _ id: NodeID) -> Violation? {
        let isQuiet = actions.allSatisfy { action in
            switch action {
            case .send, .startTimer: true
            default: false
            }
        }
        return isQuiet
            ? nil : Violation("always-presence-fresh", "a word about a desk did more than travel", node: id)
    }

    private func shown(at id: NodeID, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard let node = world.machines[id] else { return nil }
        let now = EngineTime(
            monotonicMilliseconds: world.ticks, wallMilliseconds: node.clock.wall(at: world.nowMilliseconds))
        for one in node.engine.peerPresence(at: now) {
            guard atlas.honest.contains(one.site) else { continue }
            guard ["live", "catching-up"].contains(node.engine.state(of: one.site)) else {
                return Violation(
                    "always-presence-fresh", "somebody is shown at \(one.site), which is not in touch",
                    node: id)
            }
            let word = Word(
                site: one.site, person: one.presence.person, document: one.presence.document,
                act: one.presence.act)
            guard let until = self.until[word] else {
                return Violation(
                    "always-presence-fresh", "\(one.site) never said what is shown of it", node: id)
            }
            // A machine that slept with the word in its queue, or a path that held it, is slower than silence.
            let isOff = [id.site, one.site].contains {
                atlas.isDisturbed($0, at: world.nowMilliseconds)
            }
            let slack = isOff ? 6 * Self.travelMillisecondsMax : Self.travelMillisecondsMax
            guard world.ticks + one.presence.remainingMilliseconds <= until + slack + 1 else {
                return Violation(
                    "always-presence-fresh",
                    "a word of \(one.site) is shown \(world.ticks - min(world.ticks, until)) ms after its end",
                    node: id)
            }
        }
        return nil
    }
}
