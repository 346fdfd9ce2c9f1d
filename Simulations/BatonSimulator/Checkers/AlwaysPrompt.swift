import BatonEngine
import BatonModel

/// L3: what a person writes reaches every site that is linked and undisturbed within the bound, whatever a
/// third site floods, lies or does not read.
struct AlwaysPrompt: Checker {
    /// Far above a round trip of the slowest undisturbed path and the work of both sides.
    static let millisecondsMax: UInt64 = 5_000

    private struct Pair: Hashable {
        let from: SiteID
        let to: SiteID
    }

    private struct Promise {
        let id: DeltaID
        let pair: Pair
        let madeAt: UInt64
    }

    /// In order of time.
    private var promises: [Promise] = []
    private var met: Set<Pair> = []
    /// When a pair has last lost its links.
    private var lostAt: [Pair: UInt64] = [:]

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        let now = world.nowMilliseconds
        switch fact {
        case .noted(let node, .linkGreeted(let site, _, _), _):
            self.met.insert(Pair(from: node.site, to: site))
        case .noted(let node, .linkLost(let site, _), _):
            self.met.remove(Pair(from: node.site, to: site))
            self.lostAt[Pair(from: node.site, to: site)] = now
        case .crashed(let node, _):
            for site in world.team.sites {
                self.met.remove(Pair(from: node.site, to: site))
                self.met.remove(Pair(from: site, to: node.site))
            }
        case .authored(let node, let delta): self.promise(delta, node, now, world, atlas)
        default: break
        }
        return self.overdue(now, world, atlas)
    }

    private mutating func promise(
        _ delta: Delta, _ node: NodeID, _ now: UInt64, _ world: World, _ atlas: FaultAtlas
    ) {
        // A dial to a site with two machines reaches either.
        func isPlain(_ site: SiteID) -> Bool {
            atlas.honest.contains(site) && world.machines[NodeID(site, copy: 1)] == nil
        }
        guard isPlain(node.site), delta.header.author.site == node.site else { return }
        for site in world.team.sites where site != node.site && isPlain(site) {
            let pair = Pair(from: node.site, to: site)
            guard self.met.contains(pair), self.met.contains(Pair(from: site, to: node.site)),
                !atlas.isDisturbed(node.site, at: now), !atlas.isDisturbed(site, at: now),
                world.path(Direction(node.site, site)).delay.isShort
            else { continue }
            self.promises.append(Promise(id: delta.id, pair: pair, madeAt: now))
        }
    }

    private mutating func overdue(_ now: UInt64, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        while let first = self.promises.first, first.madeAt + Self.millisecondsMax < now {
            self.promises.removeFirst()
            let pair = first.pair
            let isOff = [pair.from, pair.to].contains { atlas.wasDisturbed($0, since: first.madeAt) }
            let isLost = [pair, Pair(from: pair.to, to: pair.from)].contains {
                (self.lostAt[$0] ?? 0) >= first.madeAt
            }
            guard !isOff, !isLost, atlas.everHeld[pair.to]?.contains(first.id) != true else { continue }
            let reference = atlas.truth[first.id]?.reference
            return Violation(
                "always-prompt",
                "\(reference.map { "\($0)" } ?? "a delta") was not at \(pair.to) within "
                    + "\(Self.millisecondsMax) ms, undisturbed", node: NodeID(pair.to))
        }
        return nil
    }
}

extension DelayModel {
    /// Whether a round trip stays far under the bound for certain.
    fileprivate var isShort: Bool {
        switch self {
        case .constant(let milliseconds): milliseconds <= 300
        case .logNormal(let median, let percent): median <= 150 && percent <= 30
        case .exponential, .heavyTail: false
        }
    }
}
