import BatonAPI
package import BatonDesk
import Foundation

/// Finds the rule book: a folder that the configuration names, else the one that is built in.
///
/// The built-in book is a copy of `config/` in the program itself, so that a node has rules wherever it was
/// started from. A test holds the two equal.
package enum RuleBookFiles {
    /// The folders of a book, and nothing else is read.
    package static let folders = ["codes", "rules", "sops"]
    private static let filesMax = 200

    /// - Parameter folder: Empty: the built-in book.
    /// - Throws: `rules.no-folder`, `rules.refused` with every complaint, one a line.
    package static func load(folder: String) throws(NodeFault) -> RuleBook {
        let files = folder.isEmpty ? BuiltInRules.files : try Self.files(in: folder)
        switch RuleBookDecoder.decode(files) {
        case .success(let book): return book
        case .failure(let issues):
            let prefix = folder.isEmpty ? "" : folder + "/"
            let lines = issues.list.map { "\(prefix)\($0)" }
            throw NodeFault(
                code: "rules.refused", "The rule book was refused:\n\(lines.joined(separator: "\n"))",
                hint: "Correct the files, then run baton config check.", exit: .usage)
        }
    }

    /// Every `.yaml` file of a book's folders, in order of name.
    static func files(in folder: String) throws(NodeFault) -> [RuleBookDecoder.File] {
        var files: [RuleBookDecoder.File] = []
        for part in Self.folders {
            let path = "\(folder)/\(part)"
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for entry in entries.sorted() where entry.hasSuffix(".yaml") && !entry.hasPrefix(".") {
                let text = try Files.readText("\(path)/\(entry)", bytesMax: RuleBookDecoder.bytesMax)
                files.append(RuleBookDecoder.File(name: "\(part)/\(entry)", text: text))
            }
        }
        guard !files.isEmpty else {
            throw NodeFault(
                code: "rules.no-folder", "\(folder) holds no rule book.",
                hint: "Name a folder with \(Self.folders.joined(separator: ", ")) in it; "
                    + "baton rules export writes one.",
                exit: .noSuchThing)
        }
        guard files.count <= Self.filesMax else {
            throw NodeFault(
                code: "rules.refused", "\(folder) holds more than \(Self.filesMax) files of rules.",
                hint: "Check that it is the right folder.", exit: .usage)
        }
        return files
    }

    /// Writes the built-in book out, to be changed by the team. It is written beside and put in place as a whole: a
    /// part of a book could be taken for one.
    ///
    /// - Throws: `rules.exists` where one of its folders stands already: nothing is overwritten.
    package static func export(to folder: String) throws(NodeFault) -> [String] {
        for part in Self.folders where Files.exists("\(folder)/\(part)") {
            throw NodeFault(
                code: "rules.exists", "\(folder)/\(part) is there already.",
                hint: "Name an empty folder; nothing was written.", exit: .refused)
        }
        // A name of ours: what an export that was killed has left there is no book.
        let beside = "\(folder)/.baton-new"
        Files.remove(beside)
        for part in Self.folders { try Self.makeFolder("\(beside)/\(part)", of: folder) }
        for file in BuiltInRules.files {
            try Files.replace("\(beside)/\(file.name)", Array(file.text.utf8), mode: 0o644)
        }
        for part in Self.folders {
            do {
                try FileManager.default.moveItem(atPath: "\(beside)/\(part)", toPath: "\(folder)/\(part)")
            } catch { throw Self.unwritable(folder) }
        }
        Files.remove(beside)
        return BuiltInRules.files.map { "\(folder)/\($0.name)" }
    }

    private static func makeFolder(_ path: String, of folder: String) throws(NodeFault) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { throw Self.unwritable(folder) }
    }

    private static func unwritable(_ folder: String) -> NodeFault {
        NodeFault(
            code: "folder.unwritable", "\(folder) cannot be made.", hint: "Check its parent's permissions.")
    }
}

/// What `baton config check` and `baton rules` say of a book.
package enum RuleBookText {
    /// A few lines: what it holds, what counsel has not agreed to, what should be read again.
    ///
    /// - Parameter today: For reviews that are overdue.
    package static func summary(_ book: RuleBook, origin: String, today: CivilDate) -> [String] {
        let unread = book.laws.filter { !$0.source.counselOK }
        let overdue =
            book.laws.filter { $0.source.isReviewOverdue(on: today) }.map(\.id)
            + book.editions.filter { $0.reviewBy < today }.map(\.file)
        var lines = [
            "rules: \(origin)",
            "  \(book.laws.count) laws, \(book.stages.count) clocks of our own, "
                + "\(book.checklists.count) checklists, \(book.codes.count) reason codes, "
                + "\(book.forms.count) forms, \(book.roster.rotations.count) rotations",
        ]
        if !unread.isEmpty {
            lines.append("  ~ \(unread.count) of \(book.laws.count) laws await counsel's word (counsel_ok)")
        }
        if !overdue.isEmpty { lines.append("  to be read again: \(overdue.joined(separator: ", "))") }
        return lines
    }

    /// One line a law: the mark `~`, id, what runs, where it comes from, what was read of it.
    package static func laws(_ book: RuleBook) -> [String] {
        book.laws.map { law in
            let mark = law.source.counselOK ? " " : "~"
            let clock = law.clock.map { Self.span($0.withinMilliseconds) + ($0.isHard ? " hard" : "") } ?? "-"
            let hold = law.hold.map { "\($0.days) d" } ?? "-"
            return "\(mark) \(law.id.padded(24)) \(clock.padded(18)) hold \(hold.padded(6)) "
                + "[\(law.source.reading.rawValue)] \(law.source.citation)"
        }
    }

    private static func span(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "without delay" }
        if milliseconds == 0 { return "immediately" }
        for (unit, size) in [("d", Int64(86_400_000)), ("h", 3_600_000)]
        where milliseconds % size == 0 && milliseconds >= 2 * size {
            return "\(milliseconds / size) \(unit)"
        }
        return "\(milliseconds / 60_000) m"
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - self.count))
    }
}
