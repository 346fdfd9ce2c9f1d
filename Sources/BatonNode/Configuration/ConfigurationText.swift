import BatonDesk

/// What is written for people from the key table: the example file, the handbook's table, and the effective
/// settings.
package enum ConfigurationText {
    /// The text of `config/node.example.yaml`.
    package static var example: String {
        var text = """
            # Every key of a Baton node, with an example or its default. `baton config check FILE` judges a copy.
            # Unknown keys are refused. Times carry a unit: 250ms, 5s, 2m, 1h. A change takes effect at the next start.

            """
        var section = ""
        for key in ConfigurationKey.all {
            let (group, name) = Self.split(key.name)
            if group != section {
                section = group
                if !group.isEmpty { text += "\n\(group):\n" }
            }
            let indent = group.isEmpty ? "" : "  "
            text += "\(group.isEmpty ? "\n" : "")\(indent)# \(key.meaning) (\(key.kind.words))\n"
            if case .peers = key.kind {
                text += "\(indent)peers:\n  - site: usw\n    address: 192.0.2.20:7420\n"
                text += "  - site: use\n    address: 192.0.2.30:7420\n"
            } else {
                text += "\(indent)\(name): \(key.initial)\n"
            }
        }
        return text
    }

    /// The table of `docs/operations.md`, between its two marks.
    package static var table: String {
        var lines = ["| key | value | default or example | meaning |", "|---|---|---|---|"]
        for key in ConfigurationKey.all {
            let initial = key.initial.isEmpty ? "none" : "`\(key.initial)`"
            lines.append("| `\(key.name)` | \(key.kind.words) | \(initial) | \(key.meaning) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The settings in force, one `key: value` a line.
    package static func effective(_ configuration: NodeConfiguration) -> [String] {
        let limits = configuration.limits
        let records = configuration.recordFolders.joined(separator: " ")
        let peers = configuration.peers.map { "\($0.site)=\($0.address)" }.joined(separator: " ")
        return [
            "folder: \(Self.orNone(configuration.folder))",
            "site: \(Self.orNone(configuration.site))",
            "listen: \(configuration.listen.map(\.description) ?? "(none: only dials)")",
            "peers: \(Self.orNone(peers))",
            "rules: \(configuration.rules.isEmpty ? "(built in)" : configuration.rules)",
            "api.socket: \(configuration.socket.isEmpty ? "(api.sock in the data folder)" : configuration.socket)",
            "incarnation.records: \(records.isEmpty ? "(/run/baton, then a private folder in /dev/shm)" : records)",
            "log.level: \(configuration.logLevel)",
            "pages.hook: \(Self.orNone(configuration.pages.hook.joined(separator: " ")))",
            "pages.operator: \(Self.orNone(configuration.pages.person))",
            "pages.timeout: \(ConfigurationKey.Kind.time(configuration.pages.timeoutMilliseconds))",
            "pages.grace: \(ConfigurationKey.Kind.time(configuration.pages.graceMilliseconds))",
            "pages.retry: \(ConfigurationKey.Kind.time(configuration.pages.retryMilliseconds))",
            "rest.notice: \(configuration.rest.notice?.description ?? "none")",
            "rest.break: \(ConfigurationKey.Kind.time(configuration.rest.breakAfterMinutes * 60_000))",
            "rest.day: \(ConfigurationKey.Kind.time(configuration.rest.dayMinutesMax * 60_000))",
            "limits.frame: \(limits.frameBytesMax)",
            "limits.chunk: \(limits.chunkBytesTarget)",
            "limits.queued: \(limits.queuedBytesMax)",
            "limits.heartbeat: \(ConfigurationKey.Kind.time(limits.heartbeatMilliseconds))",
            "limits.silence: \(ConfigurationKey.Kind.time(limits.silenceMillisecondsMax))",
            "limits.redial: \(ConfigurationKey.Kind.time(limits.redialMillisecondsMax))",
            "limits.skew: \(ConfigurationKey.Kind.time(limits.skewMillisecondsMax))",
            "limits.cache: \(limits.cacheKibibytes)",
        ]
    }

    private static func orNone(_ text: String) -> String { text.isEmpty ? "(none)" : text }

    private static func split(_ name: String) -> (group: String, name: String) {
        guard let dot = name.firstIndex(of: ".") else { return ("", name) }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }
}
