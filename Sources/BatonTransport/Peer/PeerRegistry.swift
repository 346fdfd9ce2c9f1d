internal import Synchronization

/// Knows every live peer link of a node, dialled or accepted, so that revocation can reach them.
package final class PeerRegistry: Sendable {
    private struct State {
        var nextID: UInt64 = 1
        var links: [UInt64: PeerConnection] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Live links in the order they opened.
    package var connections: [PeerConnection] {
        self.state.withLock { $0.links.values.sorted { $0.id < $1.id } }
    }

    /// Ends every link of a site at once, as after a removal from the roster.
    package func closeAll(site: String) {
        let fault = TransportFault(.revoked, "the site's links were ended")
        for link in self.connections where link.remoteSite == site {
            link.close(fault)
        }
    }

    /// Says goodbye on every link, as at the end of the node.
    package func closeAll() {
        for link in self.connections {
            link.close()
        }
    }

    func makeID() -> UInt64 {
        self.state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }

    func add(_ link: PeerConnection) {
        self.state.withLock { $0.links[link.id] = link }
    }

    func remove(_ link: PeerConnection) {
        _ = self.state.withLock { $0.links.removeValue(forKey: link.id) }
    }
}
