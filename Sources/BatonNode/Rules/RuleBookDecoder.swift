package import BatonDesk
import Yams

/// Reads the files of a rule book. All complaints of all files are listed, not only the first.
package struct RuleBookDecoder {
    package static let bytesMax = 256 * 1024

    /// One file: its name in the book (`rules/us.yaml`) and its text.
    package struct File: Sendable, Equatable {
        package let name: String
        package let text: String

        package init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    var book = RuleBook()
    /// Where each thing was defined, by `RuleBookCheck.Subject`.
    var places: [String: (file: String, line: Int)] = [:]
    private var issues: [RuleIssue] = []

    package static func decode(_ files: [File]) -> Result<RuleBook, RuleIssues> {
        var decoder = RuleBookDecoder()
        for file in files.sorted(by: { $0.name < $1.name }) { decoder.read(file) }
        decoder.crossCheck()
        guard decoder.issues.isEmpty else {
            return .failure(
                RuleIssues(decoder.issues.sorted { ($0.file, $0.line) < ($1.file, $1.line) }))
        }
        return .success(decoder.book)
    }

    private mutating func read(_ file: File) {
        let complaints = RuleComplaints(file: file.name)
        defer { self.issues += complaints.issues }
        guard file.text.utf8.count <= Self.bytesMax else {
            return complaints.add(
                line: 1, "The file is larger than \(Self.bytesMax) bytes.",
                "Split it; each file says its book.")
        }
        do {
            let parser = try Parser(yaml: file.text)
            // Nodes hold their anchors weakly; the parser keeps them alive while the nodes are judged.
            try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else {
                    return complaints.add(
                        line: 1, "The file is empty.", "Begin with `book: laws` or the like.")
                }
                self.read(root, file.name, complaints)
            }
        } catch {
            let failure = StrictYAML.failure(error)
            complaints.add(
                line: failure.line, failure.message,
                failure.hint ?? "Compare it with the built-in one, which baton rules export writes.")
        }
    }

    /// What a file may be, by the word after `book:`.
    private enum Kind: String, CaseIterable {
        case laws, clocks, severity, gates, containment, checklist, codes, handoff, forms, roster

        /// The lists and records beside the head of the file.
        var keys: (required: [String], optional: [String]) {
            switch self {
            case .laws: (["laws"], ["regions"])
            case .clocks: (["stages"], ["orders"])
            case .severity: (["severities"], [])
            case .gates: (["gates"], ["expectations"])
            case .containment: (["actions"], [])
            case .checklist: (["checklist", "steps"], [])
            case .codes: (["codes"], [])
            case .handoff: (["handoff"], [])
            case .forms: (["forms"], [])
            case .roster: (["lines", "rotations"], ["notice_days", "holidays", "paths"])
            }
        }
    }

    private mutating func read(_ root: Node, _ name: String, _ complaints: RuleComplaints) {
        guard let kind = Self.kind(root, complaints) else { return }
        let head = ["book", "version", "effective", "review_by", "owner"]
        let keys = kind.keys
        guard
            let record = YAMLRecord(
                root, "file", required: head + keys.required, optional: keys.optional, complaints)
        else { return }
        let version = record.number("version", 1...1_000_000) ?? 0
        if let effective = record.date("effective"), let reviewBy = record.date("review_by") {
            self.book.editions.append(
                RuleBook.Edition(
                    file: name, version: version, effective: effective, reviewBy: reviewBy,
                    owner: record.text("owner")))
        }
        switch kind {
        case .laws: self.laws(record, version)
        case .clocks: self.stages(record, version)
        case .severity: self.severities(record)
        case .gates: self.gates(record)
        case .containment: self.containments(record)
        case .checklist: self.checklist(record, version)
        case .codes: self.codes(record)
        case .handoff: self.handoff(record)
        case .forms: self.forms(record)
        case .roster: self.roster(record)
        }
    }

    private static func kind(_ root: Node, _ complaints: RuleComplaints) -> Kind? {
        guard complaints.isPlain(root) else { return nil }
        let words = Kind.allCases.map(\.rawValue)
        guard let node = root.mapping?["book"], let word = node.scalar?.string else {
            complaints.add(
                root, "The file does not say what it is.",
                "Begin with `book:` and one of: \(words.joined(separator: ", ")).")
            return nil
        }
        guard let kind = Kind(rawValue: word) else {
            complaints.unknown(node, "book", word, among: words)
            return nil
        }
        return kind
    }

    /// Remembers where something stands, and refuses a second one of the same name.
    mutating func define(_ subject: RuleBookCheck.Subject, _ record: YAMLRecord) {
        let key = subject.description
        if let first = self.places[key] {
            record.complaints.add(
                record.node, "There are two of \(subject).",
                "The first stands in \(first.file), line \(first.line). Keep one.")
        } else {
            self.places[key] = (record.complaints.file, record.line)
        }
    }

    /// What only shows when all files are read. Broken files would make false complaints: they come first.
    private mutating func crossCheck() {
        guard self.issues.isEmpty else { return }
        for problem in RuleBookCheck.problems(self.book) {
            let place = self.places[problem.subject.description]
            self.issues.append(
                RuleIssue(
                    file: place?.file ?? "the rule book", line: place?.line ?? 1, message: problem.message,
                    hint: problem.hint))
        }
    }
}

/// Every complaint about a rule book.
package struct RuleIssues: Error, Sendable, Equatable {
    package let list: [RuleIssue]

    init(_ list: [RuleIssue]) { self.list = list }
}
