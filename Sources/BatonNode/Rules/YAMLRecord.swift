import BatonDesk
import Yams

/// One complaint about one file of the rule book.
package struct RuleIssue: Sendable, Equatable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let message: String
    package let hint: String

    package init(file: String, line: Int, message: String, hint: String) {
        self.file = file
        self.line = line
        self.message = message
        self.hint = hint
    }

    package var description: String { "\(self.file):\(self.line): \(self.message) \(self.hint)" }
}

/// Gathers every complaint about one file: whoever corrects it sees all at once.
final class RuleComplaints {
    let file: String
    private(set) var issues: [RuleIssue] = []

    init(file: String) { self.file = file }

    func add(_ node: Node, _ message: String, _ hint: String) {
        self.add(line: node.mark?.line ?? 1, message, hint)
    }

    func add(line: Int, _ message: String, _ hint: String) {
        self.issues.append(RuleIssue(file: self.file, line: line, message: message, hint: hint))
    }

    /// Refuses what would make a value other than what stands there: anchors, aliases, tags, merge keys.
    func isPlain(_ node: Node) -> Bool {
        guard let objection = StrictYAML.objection(to: node) else { return true }
        self.add(node, objection.message, objection.hint)
        return false
    }

    func unknown(_ node: Node, _ what: String, _ word: String, among known: [String]) {
        let nearest = Suggestion.nearest(to: word, among: known)
        let few = known.count <= 12 ? "It is one of: \(known.joined(separator: ", "))." : ""
        self.add(
            node, "There is no \(what) \(word).",
            nearest.map { "Did you mean \($0)?" } ?? (few.isEmpty ? "See docs/rules.md." : few))
    }
}

/// A mapping of known keys, read strictly: what the table does not declare is refused, what it demands and does
/// not find is refused, each with its line.
struct YAMLRecord {
    let node: Node
    let complaints: RuleComplaints
    private let what: String
    private let values: [String: Node]

    /// - Parameter what: For complaints: `law`, `step`.
    /// - Returns: Nil where there is no mapping; else a record, complaints about its keys made.
    init?(
        _ node: Node, _ what: String, required: [String], optional: [String] = [],
        _ complaints: RuleComplaints
    ) {
        guard complaints.isPlain(node) else { return nil }
        guard case .mapping(let mapping) = node else {
            complaints.add(
                node, "A \(what) is a list of `key: value` lines.",
                "It needs: \(required.joined(separator: ", ")).")
            return nil
        }
        var values: [String: Node] = [:]
        for (keyNode, value) in mapping {
            guard complaints.isPlain(keyNode), complaints.isPlain(value), let key = keyNode.scalar?.string
            else { continue }
            guard (required + optional).contains(key) else {
                complaints.unknown(keyNode, "key of a \(what) named", key, among: required + optional)
                continue
            }
            values[key] = value
        }
        for key in required where values[key] == nil {
            complaints.add(node, "This \(what) has no \(key).", "Add a line `\(key): …`.")
        }
        self.node = node
        self.complaints = complaints
        self.what = what
        self.values = values
    }

    var line: Int { self.node.mark?.line ?? 1 }

    func has(_ key: String) -> Bool { self.values[key] != nil }

    func value(_ key: String) -> Node? { self.values[key] }

    /// Text of one line without control characters; empty where the key is absent.
    func text(_ key: String, bytesMax: Int = 400) -> String {
        guard let node = self.values[key] else { return "" }
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
            self.refuse(key, node, "a line of text")
            return ""
        }
        let text = scalar.string
        guard text.utf8.count <= bytesMax, !text.unicodeScalars.contains(where: Self.isUnprintable) else {
            self.refuse(key, node, "one line of at most \(bytesMax) bytes, without control characters")
            return ""
        }
        return text
    }

    /// Control characters and what turns the direction of text.
    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            || (0x202a...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    /// A name: letters, digits, dots and hyphens.
    func name(_ key: String) -> String {
        let text = self.text(key, bytesMax: 64)
        let isName = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (97...122).contains(byte | 0x20) || [45, 46, 47].contains(byte)
        }
        guard isName || text.isEmpty else {
            if let node = self.values[key] { self.refuse(key, node, "letters, digits, dots and hyphens") }
            return ""
        }
        return text
    }

    /// One of some words; nil where the key is absent or wrong.
    func word<Value>(_ key: String, _ known: [(word: String, value: Value)]) -> Value? {
        guard let node = self.values[key], !self.text(key).isEmpty else { return nil }
        return self.word(node, key, known)
    }

    private func word<Value>(_ node: Node, _ key: String, _ known: [(word: String, value: Value)]) -> Value? {
        let text = node.scalar?.string ?? ""
        guard let found = known.first(where: { $0.word == text }) else {
            self.complaints.unknown(node, key, text, among: known.map(\.word))
            return nil
        }
        return found.value
    }

    func word<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        self.word(key, Value.allCases.map { ($0.rawValue, $0) })
    }

    func list(_ key: String) -> [Node] {
        guard let node = self.values[key] else { return [] }
        guard case .sequence(let sequence) = node else {
            self.refuse(key, node, "a list: [first, second], or one `- entry` a line")
            return []
        }
        return Array(sequence)
    }

    func words<Value>(_ key: String, _ known: [(word: String, value: Value)]) -> [Value] {
        self.list(key).compactMap { node in
            self.complaints.isPlain(node) ? self.word(node, key, known) : nil
        }
    }

    func texts(_ key: String) -> [String] {
        self.list(key).compactMap { node in
            guard self.complaints.isPlain(node), let text = node.scalar?.string, !text.isEmpty,
                text.utf8.count <= 64
            else {
                self.refuse(key, node, "a list of short words")
                return nil
            }
            return text
        }
    }

    func flag(_ key: String) -> Bool {
        self.word(key, [("true", true), ("false", false)]) ?? false
    }

    func number(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard let node = self.values[key] else { return nil }
        guard let text = node.scalar?.string, let number = Int(text), range.contains(number) else {
            self.refuse(key, node, "a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    func date(_ key: String) -> CivilDate? {
        guard let node = self.values[key] else { return nil }
        guard let text = node.scalar?.string, let date = CivilDate(text) else {
            self.refuse(key, node, "a day such as 2026-11-22")
            return nil
        }
        return date
    }

    /// `5m`, `48h`, `10d`, `immediately`: milliseconds.
    func span(_ key: String) -> Int64? {
        guard let node = self.values[key] else { return nil }
        guard let text = node.scalar?.string, let span = Self.span(text) else {
            self.refuse(key, node, "a time with its unit (20m, 48h, 10d), or `immediately`")
            return nil
        }
        return span
    }

    static func span(_ text: String) -> Int64? {
        if text == "immediately" { return 0 }
        for (unit, size) in [("m", Int64(60_000)), ("h", 3_600_000), ("d", 86_400_000)]
        where text.hasSuffix(unit) {
            guard let number = Int64(text.dropLast()), (1...100_000).contains(number) else { return nil }
            return number * size
        }
        return nil
    }

    /// `06:00`: minutes after midnight.
    func minute(_ key: String) -> Int? {
        guard let node = self.values[key] else { return nil }
        let pieces = (node.scalar?.string ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard pieces.map(\.utf8.count) == [2, 2], let hour = Int(pieces[0]), let minute = Int(pieces[1]),
            (0...23).contains(hour), (0...59).contains(minute)
        else {
            self.refuse(key, node, "a time of day in quotes: \"06:00\"")
            return nil
        }
        return hour * 60 + minute
    }

    func record(_ key: String, required: [String], optional: [String] = []) -> YAMLRecord? {
        self.values[key].flatMap {
            YAMLRecord($0, key, required: required, optional: optional, self.complaints)
        }
    }

    func refuse(_ key: String, _ node: Node, _ takes: String) {
        self.complaints.add(
            node, "\(key) of this \(self.what) does not take this value.", "It takes \(takes).")
    }
}
