import BatonDesk
import BatonModel
import BatonTransport
import Logging
import Yams

/// One complaint about a configuration file.
package struct ConfigurationIssue: Sendable, Equatable, CustomStringConvertible {
    package let line: Int
    package let message: String
    package let hint: String

    package var description: String { "line \(self.line): \(self.message) \(self.hint)" }
}

/// Reads a configuration file by the key table. What the table does not declare is refused (decision 0006).
package struct ConfigurationDecoder {
    package static let bytesMax = 64 * 1024

    private var configuration = NodeConfiguration()
    private var issues: [ConfigurationIssue] = []

    /// Decodes a file's text.
    ///
    /// - Returns: The configuration, or every complaint in order of line.
    package static func decode(_ text: String) -> Result<NodeConfiguration, ConfigurationIssues> {
        guard text.utf8.count <= Self.bytesMax else {
            return .failure(
                ConfigurationIssues([
                    ConfigurationIssue(
                        line: 1, message: "The file is larger than \(Self.bytesMax) bytes.",
                        hint: "Keep only keys of config/node.example.yaml.")
                ]))
        }
        var decoder = ConfigurationDecoder()
        decoder.read(text)
        decoder.checkWhole()
        guard decoder.issues.isEmpty else {
            return .failure(ConfigurationIssues(decoder.issues.sorted { $0.line < $1.line }))
        }
        return .success(decoder.configuration)
    }

    /// What one key asks of another.
    private mutating func checkWhole() {
        let pages = self.configuration.pages
        guard !pages.hook.isEmpty, pages.person.isEmpty, self.issues.isEmpty else { return }
        self.complain(
            ConfigurationIssue(
                line: 1, message: "pages.hook stands without pages.operator.",
                hint: "Name an operator of this site in whose name the node writes what it has sent."))
    }

    private mutating func read(_ text: String) {
        do {
            let parser = try Parser(yaml: text)
            // Nodes hold their anchors weakly; the parser keeps them alive while the nodes are judged.
            try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else { return }
                self.section(root, prefix: "")
            }
        } catch {
            let failure = StrictYAML.failure(error)
            self.complain(
                ConfigurationIssue(
                    line: failure.line, message: failure.message,
                    hint: failure.hint ?? "Compare it with config/node.example.yaml."))
        }
    }

    private mutating func section(_ node: Node, prefix: String) {
        guard self.isPlain(node) else { return }
        guard case .mapping(let mapping) = node else {
            return self.complain(
                node, "A list of `key: value` lines is expected here.", "See config/node.example.yaml.")
        }
        for (keyNode, value) in mapping {
            guard self.isPlain(keyNode), let key = keyNode.scalar?.string else { continue }
            let name = prefix + key
            if let declared = ConfigurationKey.all.first(where: { $0.name == name }) {
                self.take(declared, value)
            } else if prefix.isEmpty, ConfigurationKey.all.contains(where: { $0.name.hasPrefix(name + ".") })
            {
                self.section(value, prefix: name + ".")
            } else {
                self.unknown(keyNode, name, among: ConfigurationKey.all.map(\.name))
            }
        }
    }

    private mutating func take(_ key: ConfigurationKey, _ node: Node) {
        guard self.isPlain(node) else { return }
        guard let value = self.value(key, node) else { return }
        key.set(&self.configuration, value)
    }

    // Values.

    private mutating func value(_ key: ConfigurationKey, _ node: Node) -> ConfigurationValue? {
        switch key.kind {
        case .peers: return self.peers(node).map { .peers($0) }
        case .paths:
            guard let texts = self.list(node, key.name, { $0.hasPrefix("/") }) else { return nil }
            return .texts(texts)
        case .command: return self.command(node, key.name).map { .texts($0) }
        case .site, .address, .path, .socket, .bytes, .kibibytes, .milliseconds, .minutes, .day, .level,
            .person:
            break
        }
        guard let text = node.scalar?.string, let value = Self.scalar(key.kind, text) else {
            self.complain(node, "\(key.name) does not take this value.", "It takes: \(key.kind.words).")
            return nil
        }
        return value
    }

    private static func scalar(_ kind: ConfigurationKey.Kind, _ text: String) -> ConfigurationValue? {
        switch kind {
        case .site: SiteID(text).map { .text($0.description) }
        case .address: PeerAddress(text).map { .address($0) }
        case .path: text.hasPrefix("/") && !text.contains("\0") ? .text(text) : nil
        case .socket:
            text.hasPrefix("/") && !text.contains("\0") && text.utf8.count <= UnixServerLimits.pathBytesMax
                ? .text(text) : nil
        case .bytes(let range), .kibibytes(let range):
            Int(text).flatMap { range.contains($0) ? .number($0) : nil }
        case .milliseconds(let range): Self.time(text).flatMap { range.contains($0) ? .number($0) : nil }
        case .minutes(let range):
            Self.time(text).flatMap { $0.isMultiple(of: 60_000) ? $0 / 60_000 : nil }
                .flatMap { range.contains($0) ? .number($0) : nil }
        case .day: text == "none" ? .day(nil) : CivilDate(text).map { .day($0) }
        case .level: Logger.Level(rawValue: text).map { .level($0) }
        case .person: Self.isName(text) ? .text(text) : nil
        case .paths, .peers, .command: nil
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46 || $0 == 95
            }
    }

    /// The first word is an absolute path; the others are whatever they are, without a shell between.
    private mutating func command(_ node: Node, _ name: String) -> [String]? {
        guard case .sequence(let sequence) = node, (1...32).contains(sequence.count) else {
            self.complain(
                node, "\(name) is a list of 1 to 32 words.", "Write [/path/of/the/program, argument].")
            return nil
        }
        var words: [String] = []
        for entry in sequence {
            guard self.isPlain(entry) else { return nil }
            guard let word = entry.scalar?.string, !word.contains("\0"),
                !words.isEmpty || word.hasPrefix("/")
            else {
                self.complain(
                    entry, "\(name) begins with the program's path, and each word is text.",
                    "Write [/path/of/the/program, argument].")
                return nil
            }
            words.append(word)
        }
        return words
    }

    /// Reads `250ms`, `5s`, `2m`, `1h`. A bare number has no unit and is refused.
    static func time(_ text: String) -> Int? {
        for (unit, size) in [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
        where text.hasSuffix(unit) {
            guard let number = Int(text.dropLast(unit.count)), number >= 0, number <= 1_000_000 else {
                continue
            }
            return number * size
        }
        return nil
    }

    private mutating func list(_ node: Node, _ name: String, _ isGood: (String) -> Bool) -> [String]? {
        guard case .sequence(let sequence) = node else {
            self.complain(node, "\(name) is a list.", "Write [first, second], or one `- entry` a line.")
            return nil
        }
        var texts: [String] = []
        for entry in sequence {
            guard self.isPlain(entry) else { return nil }
            guard let text = entry.scalar?.string, isGood(text) else {
                self.complain(entry, "\(name) takes absolute paths only.", "Begin each with a slash.")
                return nil
            }
            texts.append(text)
        }
        return texts
    }

    private mutating func peers(_ node: Node) -> [NodeConfiguration.Peer]? {
        guard case .sequence(let sequence) = node else {
            self.complain(node, "peers is a list.", "Write `- site: usw` and below it `address: host:port`.")
            return nil
        }
        var peers: [NodeConfiguration.Peer] = []
        for entry in sequence {
            guard let peer = self.peer(entry) else { return nil }
            guard !peers.contains(where: { $0.site == peer.site }) else {
                self.complain(entry, "The site \(peer.site) stands twice among the peers.", "Keep one.")
                return nil
            }
            peers.append(peer)
        }
        return peers
    }

    private mutating func peer(_ node: Node) -> NodeConfiguration.Peer? {
        guard self.isPlain(node), case .mapping(let mapping) = node else {
            self.complain(
                node, "A peer has a site and an address.", "Write `site: usw` and `address: host:port`.")
            return nil
        }
        var site: String?
        var address: PeerAddress?
        for (keyNode, value) in mapping {
            guard self.isPlain(keyNode), self.isPlain(value) else { return nil }
            let text = value.scalar?.string ?? ""
            switch keyNode.scalar?.string {
            case "site": site = SiteID(text)?.description
            case "address": address = PeerAddress(text).flatMap { $0.port > 0 ? $0 : nil }
            case let other:
                self.unknown(keyNode, "peers.\(other ?? "")", among: ["peers.site", "peers.address"])
                return nil
            }
        }
        guard let site, let address else {
            self.complain(
                node, "This peer lacks a site or an address that can be read.", "Write `address: host:port`.")
            return nil
        }
        return NodeConfiguration.Peer(site: site, address: address)
    }

    // Complaints.

    /// Refuses what would make a value other than what stands there: anchors, aliases, tags, merge keys.
    private mutating func isPlain(_ node: Node) -> Bool {
        guard let objection = StrictYAML.objection(to: node) else { return true }
        self.complain(node, objection.message, objection.hint)
        return false
    }

    private mutating func unknown(_ node: Node, _ name: String, among known: [String]) {
        let nearest = Suggestion.nearest(to: name, among: known)
        self.complain(
            node, "There is no key \(name).",
            nearest.map { "Did you mean \($0)?" } ?? "config/node.example.yaml lists every key.")
    }

    private mutating func complain(_ node: Node, _ message: String, _ hint: String) {
        self.complain(ConfigurationIssue(line: node.mark?.line ?? 1, message: message, hint: hint))
    }

    private mutating func complain(_ issue: ConfigurationIssue) { self.issues.append(issue) }
}

/// Every complaint about one file.
package struct ConfigurationIssues: Error, Sendable, Equatable {
    package let list: [ConfigurationIssue]

    init(_ list: [ConfigurationIssue]) { self.list = list }
}
