import BatonDesk
import BatonTransport
import Logging

/// One key of the configuration file: the only place where it is declared.
///
/// The decoder, `config/node.example.yaml` and the table in `docs/operations.md` are made from this list.
package struct ConfigurationKey: Sendable {
    package enum Kind: Sendable {
        case site
        case address
        case path
        /// Of a Unix socket.
        case socket
        case paths
        /// An absolute path and its arguments, passed on as they stand.
        case command
        /// The desk name of an operator.
        case person
        case peers
        case bytes(ClosedRange<Int>)
        case kibibytes(ClosedRange<Int>)
        case milliseconds(ClosedRange<Int>)
        /// A time of whole minutes.
        case minutes(ClosedRange<Int>)
        /// A day, or `none`.
        case day
        case level
    }

    /// With a dot for the section: `limits.frame`.
    package let name: String
    package let kind: Kind
    /// One sentence.
    package let meaning: String
    /// As written in the example file.
    package let initial: String
    let set: @Sendable (inout NodeConfiguration, ConfigurationValue) -> Void

    init(
        _ name: String, _ kind: Kind, initial: String, _ meaning: String,
        set: @escaping @Sendable (inout NodeConfiguration, ConfigurationValue) -> Void
    ) {
        self.name = name
        self.kind = kind
        self.initial = initial
        self.meaning = meaning
        self.set = set
    }
}

/// A value that has passed its key's check.
enum ConfigurationValue: Sendable {
    case text(String)
    case texts([String])
    case number(Int)
    case address(PeerAddress?)
    case peers([NodeConfiguration.Peer])
    case day(CivilDate?)
    case level(Logger.Level)
}

extension ConfigurationKey {
    package static let all: [ConfigurationKey] = node + pages + rest + limits

    private static let node: [ConfigurationKey] = [
        ConfigurationKey(
            "folder", .path, initial: "/var/lib/baton", "The data folder, when the command line names none."
        ) { if case .text(let text) = $1 { $0.folder = text } },
        ConfigurationKey(
            "site", .site, initial: "syd",
            "The site that the data folder must belong to; a check against mistakes."
        ) { if case .text(let text) = $1 { $0.site = text } },
        ConfigurationKey(
            "listen", .address, initial: "0.0.0.0:7420",
            "Where peers reach this node; leave it out to only dial."
        ) { if case .address(let address) = $1 { $0.listen = address } },
        ConfigurationKey(
            "peers", .peers, initial: "", "The sites that this node dials: a list of site and address."
        ) { if case .peers(let peers) = $1 { $0.peers = peers } },
        ConfigurationKey(
            "rules", .path, initial: "/etc/baton/book",
            "The team's rule book: a folder with rules, sops and codes; by default the built-in one."
        ) { if case .text(let text) = $1 { $0.rules = text } },
        ConfigurationKey(
            "api.socket", .socket, initial: "/run/baton/api.sock",
            "The operator socket; by default api.sock in the data folder."
        ) { if case .text(let text) = $1 { $0.socket = text } },
        ConfigurationKey(
            "incarnation.records", .paths, initial: "[/run/baton]",
            "Folders in memory (tmpfs) for the record by which a restart proves that it continues its log; "
                + "by default /run/baton, then a private one in /dev/shm."
        ) { if case .texts(let texts) = $1 { $0.recordFolders = texts } },
        ConfigurationKey(
            "log.level", .level, initial: "info", "The least severe lines that are written."
        ) { if case .level(let level) = $1 { $0.logLevel = level } },
    ]

    private static let pages: [ConfigurationKey] = [
        ConfigurationKey(
            "pages.hook", .command, initial: "[/usr/local/bin/baton-page]",
            "The program that calls people, and its arguments; it reads one page as JSON; left out, this node "
                + "sends none."
        ) { if case .texts(let texts) = $1 { $0.pages.hook = texts } },
        ConfigurationKey(
            "pages.operator", .person, initial: "syd-watch",
            "The operator of this site in whose name the node writes what it has sent; needed with a hook."
        ) { if case .text(let text) = $1 { $0.pages.person = text } },
        ConfigurationKey(
            "pages.timeout", .milliseconds(100...120_000), initial: "10s",
            "How long the hook may take before it is ended."
        ) { if case .number(let number) = $1 { $0.pages.timeoutMilliseconds = number } },
        ConfigurationKey(
            "pages.grace", .milliseconds(0...3_600_000), initial: "2m",
            "How much longer each further site waits before it sends what nobody is known to have sent."
        ) { if case .number(let number) = $1 { $0.pages.graceMilliseconds = number } },
        ConfigurationKey(
            "pages.retry", .milliseconds(1_000...3_600_000), initial: "5m",
            "The longest pause before a page that the hook did not take is tried again."
        ) { if case .number(let number) = $1 { $0.pages.retryMilliseconds = number } },
    ]

    private static let rest: [ConfigurationKey] = [
        ConfigurationKey(
            "rest.notice", .day, initial: "none",
            "The day on which everybody was told in writing that graphic cases are counted; counting begins two "
                + "weeks later; none: nothing is counted."
        ) { if case .day(let day) = $1 { $0.rest.notice = day } },
        ConfigurationKey(
            "rest.break", .minutes(5...480), initial: "1h",
            "After how long with graphic cases a break is offered: policy, not science."
        ) { if case .number(let number) = $1 { $0.rest.breakAfterMinutes = number } },
        ConfigurationKey(
            "rest.day", .minutes(5...1_440), initial: "4h",
            "After how long with graphic cases a day is called full: policy, not science."
        ) { if case .number(let number) = $1 { $0.rest.dayMinutesMax = number } },
    ]

    private static let limits: [ConfigurationKey] = [
        ConfigurationKey(
            "limits.frame", .bytes(64 * 1024...1 << 20), initial: "262144",
            "The largest frame that a peer may send, bytes."
        ) { if case .number(let number) = $1 { $0.limits.frameBytesMax = number } },
        ConfigurationKey(
            "limits.chunk", .bytes(4096...512 * 1024), initial: "98304",
            "Where this node closes a chunk of deltas, bytes."
        ) { if case .number(let number) = $1 { $0.limits.chunkBytesTarget = number } },
        ConfigurationKey(
            "limits.queued", .bytes(256 * 1024...8 << 20), initial: "1048576",
            "Bytes queued to one peer before sending waits."
        ) { if case .number(let number) = $1 { $0.limits.queuedBytesMax = number } },
        ConfigurationKey(
            "limits.heartbeat", .milliseconds(500...60_000), initial: "5s",
            "How often an idle link is asked for life."
        ) { if case .number(let number) = $1 { $0.limits.heartbeatMilliseconds = number } },
        ConfigurationKey(
            "limits.silence", .milliseconds(2_000...300_000), initial: "15s",
            "Silence after which a link counts as dead."
        ) { if case .number(let number) = $1 { $0.limits.silenceMillisecondsMax = number } },
        ConfigurationKey(
            "limits.redial", .milliseconds(500...600_000), initial: "30s",
            "The longest pause before a peer is dialled again."
        ) { if case .number(let number) = $1 { $0.limits.redialMillisecondsMax = number } },
        ConfigurationKey(
            "limits.skew", .milliseconds(1_000...3_600_000), initial: "2m",
            "How far ahead of this machine's clock another site's stamp may pull our own."
        ) { if case .number(let number) = $1 { $0.limits.skewMillisecondsMax = number } },
        ConfigurationKey(
            "limits.cache", .kibibytes(1024...1 << 20), initial: "32768",
            "Page cache of each database connection, KiB."
        ) { if case .number(let number) = $1 { $0.limits.cacheKibibytes = number } },
    ]
}

extension ConfigurationKey.Kind {
    /// For the handbook's table.
    package var words: String {
        switch self {
        case .site: "site name, 2 to 8 of a-z and 0-9"
        case .address: "host:port"
        case .path: "absolute path"
        case .socket: "absolute path of at most \(UnixServerLimits.pathBytesMax) bytes"
        case .paths: "list of absolute paths"
        case .command: "list: absolute path, arguments"
        case .person: "desk name"
        case .peers: "list of `site`, `address`"
        case .bytes(let range): "bytes, \(range.lowerBound) to \(range.upperBound)"
        case .kibibytes(let range): "KiB, \(range.lowerBound) to \(range.upperBound)"
        case .milliseconds(let range):
            "time with unit, \(Self.time(range.lowerBound)) to \(Self.time(range.upperBound))"
        case .minutes(let range):
            "time of whole minutes, \(Self.time(range.lowerBound * 60_000)) to "
                + "\(Self.time(range.upperBound * 60_000))"
        case .day: "day as 2026-12-24, or none"
        case .level: Logger.Level.allCases.map { "\($0)" }.joined(separator: ", ")
        }
    }

    /// Writes milliseconds in the largest unit that divides them.
    package static func time(_ milliseconds: Int) -> String {
        for (unit, size) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000)] where milliseconds >= size {
            if milliseconds.isMultiple(of: size) { return "\(milliseconds / size)\(unit)" }
        }
        return "\(milliseconds)ms"
    }
}
