import BatonEngine
package import BatonModel

/// L1: some time after the last fault every site of the core says of every other one that it is live and holds the
/// same: nobody believes to be catching up for ever.
package enum EventuallySessionsLive {
    package static func check(_ world: World, core: [SiteID]) -> [Violation] {
        var found: [Violation] = []
        for site in core {
            guard let node = world.machines[NodeID(site)], node.isUp else { continue }
            for peer in node.engine.snapshot.peers where core.contains(peer.site) {
                // A site with a second machine has two sessions, and a dial reaches either.
                let machines = world.nodeIDs.filter { $0.site == peer.site || $0.site == site }
                guard machines.count == 2, peer.state != "live" else { continue }
                found.append(
                    Violation(
                        "eventually-sessions-live", "\(site) says \"\(peer.state)\" of \(peer.site)",
                        node: node.id))
            }
        }
        return found
    }
}
