import BatonEngine
import BatonModel

/// S12: no peer's stamp moves a node's clock further than the bound ahead of the latest time that its own
/// wall clock has ever shown.
struct AlwaysClockBounded: Checker {
    private var latestWall: [NodeID: UInt64] = [:]

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, _) = fact, let machine = world.machines[node] else { return nil }
        let wall = max(self.latestWall[node] ?? 0, world.wall(node))
        self.latestWall[node] = wall
        // A clone or a restored disk may have followed another machine's clock: only the own bound counts.
        let bound = wall + machine.context.skewMillisecondsMax
        guard atlas.honest.contains(node.site), !atlas.clockFaults.contains(node.site),
            machine.replica.latestStamp.milliseconds > bound
        else { return nil }
        let ahead = machine.replica.latestStamp.milliseconds - wall
        return Violation(
            "always-clock-bounded", "\(node)'s stamps run \(ahead) ms ahead of its own clock", node: node)
    }
}
