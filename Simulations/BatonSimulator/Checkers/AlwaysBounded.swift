import BatonEngine
import BatonModel
import BatonProtocol

/// S15: frames, what is queued to a link, and work in hand stay under their stated bounds.
struct AlwaysBounded: Checker {
    private static let smallBytesMax = 16_384
    let watchesTraffic = true
    private var verifying: [NodeID: Int] = [:]
    private var applying: [NodeID: Int] = [:]

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        switch fact {
        case .started(let node, _):
            self.verifying[node] = 0
            self.applying[node] = 0
            return nil
        case .sent(let shipment): return self.check(shipment, world, atlas)
        case .stepped(let node, let input, let actions):
            guard atlas.honest.contains(node.site) else { return nil }
            return self.count(node, input, actions, world)
        default: return nil
        }
    }

    private func check(_ shipment: Shipment, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard atlas.honest.contains(shipment.from.site) else { return nil }
        let limits = world.settings.limits
        if shipment.bytes > limits.frameBytesMax + 9 {
            return Violation(
                "always-bounded", "\(shipment.from) sent a frame of \(shipment.bytes) bytes",
                node: shipment.from)
        }
        // One page may be under way when the queue passes its mark; small messages are never held back, until
        // the silence of the other side ends the link.
        let bound =
            limits.queuedBytesMax + 2 * limits.chunkBytesTarget + DeltaLimits.deltaBytesMax
            + Self.smallBytesMax
        guard shipment.queuedBytes > bound else { return nil }
        return Violation(
            "always-bounded",
            "\(shipment.from) has \(shipment.queuedBytes) bytes queued to \(shipment.to)", node: shipment.from
        )
    }

    private mutating func count(
        _ node: NodeID, _ input: EngineInput, _ actions: [EngineAction], _ world: World
    ) -> Violation? {
        switch input {
        case .verified: self.verifying[node, default: 0] -= 1
        case .applied: self.applying[node, default: 0] -= 1
        default: break
        }
        for action in actions {
            switch action {
            case .verify: self.verifying[node, default: 0] += 1
            case .apply: self.applying[node, default: 0] += 1
            default: break
            }
        }
        // Links come and go while their work is in hand; more than a few at once they are not.
        let bound = (world.settings.limits.chunksInFlightMax + 1) * 4 * max(1, world.team.sites.count - 1)
        let most = max(self.verifying[node] ?? 0, self.applying[node] ?? 0)
        guard most > bound else { return nil }
        return Violation("always-bounded", "\(node) has \(most) chunks in hand at once", node: node)
    }
}
