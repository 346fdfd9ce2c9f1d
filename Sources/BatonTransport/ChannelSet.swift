internal import NIOCore
internal import Synchronization

/// The live connections of one server, finished handshakes or not, counted against a maximum.
final class ChannelSet: Sendable {
    private let max: Int
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    init(max: Int) {
        self.max = max
    }

    /// Adds a connection until it closes; false when there are too many.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isIn = self.channels.withLock { channels in
            guard channels.count < self.max else { return false }
            channels[id] = channel
            return true
        }
        guard isIn else { return false }
        channel.closeFuture.whenComplete { _ in
            _ = self.channels.withLock { $0.removeValue(forKey: id) }
        }
        return true
    }

    var all: [any Channel] {
        self.channels.withLock { Array($0.values) }
    }
}
