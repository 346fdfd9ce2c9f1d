/// How a scenario says what of it is real, and what its disks do.
extension Fidelity {
    init(_ reader: ScenarioReader) throws(ScenarioFault) {
        self.init()
        if reader.has("disk") { self.replica = try Self.word("disk", reader) }
        if reader.has("crypto") { self.crypto = try Self.word("crypto", reader) }
        if reader.has("wire") { self.transport = try Self.word("wire", reader) }
    }

    private static func word<Kind: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ reader: ScenarioReader
    ) throws(ScenarioFault) -> Kind {
        let word = try reader.text(key)
        if let kind = Kind(rawValue: word) { return kind }
        let known = Kind.allCases.map { "\"\($0.rawValue)\"" }
        throw ScenarioFault(
            reader.line, "there is no \(key) called \"\(word)\"",
            "write \(known.joined(separator: " or "))")
    }

    /// What is not a stand-in, as a scenario says it.
    var words: [(axis: String, word: String)] {
        var words: [(axis: String, word: String)] = []
        if self.replica != .memory { words.append(("disk", self.replica.rawValue)) }
        if self.crypto != .standIn { words.append(("crypto", self.crypto.rawValue)) }
        if self.transport != .message { words.append(("wire", self.transport.rawValue)) }
        return words
    }

    /// The same as options of `baton-sim run`.
    package var options: String {
        self.words.map { " --\($0.axis) \($0.word)" }.joined()
    }
}

/// A fault of a disk in words: `sync-lies log after 12`.
enum DiskFaultText {
    static func read(_ text: String, count: UInt64, _ line: Int) throws(ScenarioFault) -> DiskFault {
        var words = text.split(separator: " ").map(String.init)[...]
        let word = words.popFirst() ?? ""
        guard let kind = DiskFault.Kind(rawValue: word) else {
            let known = DiskFault.Kind.allCases.map(\.rawValue)
            let hint = ScenarioFault.nearest(word, in: known).map { "did you mean \"\($0)\"?" }
            throw ScenarioFault(
                line, "no disk fails by \"\(word)\"", hint ?? "use \(known.joined(separator: ", "))")
        }
        var fault = DiskFault(kind, count: count)
        if let files = words.first.flatMap(DiskFault.Files.init(rawValue:)) {
            fault.files = files
            words.removeFirst()
        }
        if words.first == "after", words.count == 2, let after = words.last.flatMap(UInt64.init) {
            fault.after = after
            words = []
        }
        guard words.isEmpty else {
            throw ScenarioFault(line, "\"\(text)\" is no fault", "write it like \"sync-lies log after 12\"")
        }
        return fault
    }

    static func write(_ fault: DiskFault) -> String {
        var words = [fault.kind.rawValue]
        if fault.files != .any { words.append(fault.files.rawValue) }
        if fault.after > 0 { words.append("after \(fault.after)") }
        return words.joined(separator: " ")
    }
}

/// What becomes of unsynced sectors, in one word.
enum PowerLossText {
    static let words: [(word: String, loss: PowerLoss)] = [
        ("kept", .allKept), ("dropped", .allDropped),
        ("garbled", PowerLoss(dropped: 0, garbled: 255, torn: 0)),
        ("torn", PowerLoss(dropped: 0, garbled: 0, torn: 255)), ("mixed", .mixed),
    ]

    static func read(_ text: String, _ line: Int) throws(ScenarioFault) -> PowerLoss {
        if let known = Self.words.first(where: { $0.word == text }) { return known.loss }
        let known = Self.words.map(\.word)
        throw ScenarioFault(
            line, "what was not synced cannot be \"\(text)\"", "use \(known.joined(separator: ", "))")
    }
}

extension Scenario {
    /// What only a disk can do needs one.
    func checkFidelity(_ reader: ScenarioReader) throws(ScenarioFault) {
        let verbs: [Verb] = [.diskFault, .rot]
        if self.fidelity.replica == .memory, self.events.contains(where: { verbs.contains($0.verb) }) {
            throw ScenarioFault(
                reader.line, "a disk fails, and replicas are in memory", "write \"disk\": \"faulty\"")
        }
    }
}
