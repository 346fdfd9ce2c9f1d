package import BatonDesk
package import Logging

/// Everything that an operator may set, decoded once at start and passed down. Secrets are not among it.
package struct NodeConfiguration: Sendable, Equatable {
    /// The data folder; empty where the command line names it.
    package var folder = ""
    /// The site that the folder must belong to; empty: whichever it belongs to.
    package var site = ""
    /// Where peers may reach this node; nil: it only dials.
    package var listen: PeerAddress?
    /// Sites that this node dials.
    package var peers: [Peer] = []
    /// The folder of the team's rule book; empty: the built-in one.
    package var rules = ""
    /// The operator socket; empty: `api.sock` in the data folder.
    package var socket = ""
    /// Folders in memory (tmpfs) for the record that proves that this machine wrote the log's head; empty:
    /// the usual ones.
    package var recordFolders: [String] = []
    package var pages = Pages()
    /// What the team has settled about counters of graphic cases.
    package var rest = RestPolicy()
    package var limits = NodeLimits()
    package var logLevel = Logger.Level.info

    package init() {}

    /// How this node calls people.
    package struct Pages: Sendable, Equatable {
        /// The hook's path and its arguments; empty: this node sends no page.
        package var hook: [String] = []
        /// The desk name of the operator of this site in whose name the node writes what it has sent.
        package var person = ""
        package var timeoutMilliseconds = 10_000
        /// How much longer each further site waits before it sends what nobody is known to have sent.
        package var graceMilliseconds = 120_000
        /// The longest pause before a page that the hook refused is tried again.
        package var retryMilliseconds = 300_000

        package init() {}
    }

    package struct Peer: Sendable, Equatable {
        package var site: String
        package var address: PeerAddress

        package init(site: String, address: PeerAddress) {
            self.site = site
            self.address = address
        }
    }
}

/// A host and a TCP port: `127.0.0.1:7420`, `[::1]:7420`, `node.syd.example:7420`.
package struct PeerAddress: Sendable, Equatable, CustomStringConvertible {
    package var host: String
    /// 0 lets the system choose; only for listening.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { return nil }
        self.init(host: String(host), port: port)
    }

    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}

/// Bounds that an operator may change; the rest are in the modules that keep them.
package struct NodeLimits: Sendable, Equatable {
    package var frameBytesMax = 256 * 1024
    package var chunkBytesTarget = 96 * 1024
    package var queuedBytesMax = 1 << 20
    package var heartbeatMilliseconds = 5_000
    package var silenceMillisecondsMax = 15_000
    package var redialMillisecondsMax = 30_000
    package var skewMillisecondsMax = 120_000
    package var cacheKibibytes = 32_768

    package init() {}
}
