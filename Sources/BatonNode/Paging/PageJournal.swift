import BatonAPI
import BatonDesk
import BatonModel
import Foundation

/// What this node has meant to give to its hook and what came of it: a local file that survives a crash.
///
/// A line is appended and synced before the hook runs (`intent`) and after (`done`, `failed`). An intent
/// without an end means that nobody knows whether the hook has taken the page: it is given again, with the
/// same id. The file holds ids, times and exit codes, never a word of a page.
struct PageJournal {
    enum State: String, CaseIterable { case intent, done, failed }

    struct Record: Equatable {
        var state: State
        var atMilliseconds: Int64
        /// How often it was begun.
        var attempts: Int
        var words: String
    }

    static let name = "pages-journal"
    /// Ends older than this are left out when the file is opened.
    private static let keptMilliseconds: Int64 = 7 * 86_400_000
    private static let bytesMax = 16 << 20

    /// Lines beyond those that say something new, after which the file is written anew: a hook that fails for
    /// days adds two lines at each try.
    private static let staleLinesMax = 10_000

    private(set) var records: [GeneratedID: Record] = [:]
    private let path: String
    private var file: FileHandle
    private var lineCount = 0

    /// Reads the file and writes it anew without what is long over.
    ///
    /// - Throws: `file.…`.
    init(path: String, nowMilliseconds now: Int64) throws(NodeFault) {
        if Files.exists(path) {
            let text = String(decoding: try Files.read(path, bytesMax: Self.bytesMax), as: UTF8.self)
            for line in text.split(separator: "\n") {
                // A crash may have cut the last line off.
                guard let (id, record) = Self.read(line) else { continue }
                self.records[id] = record
            }
        }
        self.path = path
        self.records = Self.kept(self.records, now)
        self.lineCount = self.records.count
        self.file = try Self.written(self.records, to: path)
    }

    /// Writes the file anew without what is long over; after a failed line this is what makes it whole again.
    ///
    /// - Throws: `file.unwritable`; then the old file is still there.
    mutating func renew(nowMilliseconds now: Int64) throws(NodeFault) {
        let records = Self.kept(self.records, now)
        self.file = try Self.written(records, to: self.path)
        self.records = records
        self.lineCount = records.count
    }

    private static func kept(_ records: [GeneratedID: Record], _ now: Int64) -> [GeneratedID: Record] {
        records.filter { $0.value.state == .intent || $0.value.atMilliseconds + Self.keptMilliseconds > now }
    }

    /// - Returns: The new file, open at its end.
    private static func written(
        _ records: [GeneratedID: Record], to path: String
    ) throws(NodeFault) -> FileHandle {
        let lines = records.sorted { $0.key < $1.key }.map { Self.line($0.key, $0.value) }
        try Files.replace(path, Array(lines.joined().utf8))
        guard let file = FileHandle(forWritingAtPath: path), (try? file.seekToEnd()) != nil else {
            throw NodeFault(
                code: "file.unwritable", "\(path) cannot be written.",
                hint: "Check free space and permissions.")
        }
        return file
    }

    /// Appends a line and syncs it.
    ///
    /// - Throws: `file.unwritable`; then nothing may be given to the hook.
    mutating func note(
        _ id: GeneratedID, _ state: State, atMilliseconds now: Int64, words: String = ""
    ) throws(NodeFault) {
        let before = self.records[id]?.attempts ?? 0
        let record = Record(
            state: state, atMilliseconds: now, attempts: state == .intent ? before + 1 : before, words: words)
        do {
            try self.file.write(contentsOf: Data(Self.line(id, record).utf8))
            try self.file.synchronize()
        } catch {
            throw NodeFault(
                code: "file.unwritable", "The journal of pages cannot be written.",
                hint: "Check free space and permissions.")
        }
        self.records[id] = record
        self.lineCount += 1
        // The line is in the old file already: a renewal that fails is tried again after the next one.
        if self.lineCount > self.records.count + Self.staleLinesMax { try? self.renew(nowMilliseconds: now) }
    }

    private static func line(_ id: GeneratedID, _ record: Record) -> String {
        let words = record.words.isEmpty ? "" : " \(record.words)"
        return "\(record.state.rawValue) \(id) \(record.atMilliseconds) \(record.attempts)\(words)\n"
    }

    private static func read(_ line: Substring) -> (GeneratedID, Record)? {
        let parts = line.split(separator: " ", maxSplits: 4)
        guard parts.count >= 4, let state = State(rawValue: String(parts[0])),
            let id = bytes(hexadecimal: String(parts[1])).flatMap({ GeneratedID($0) }),
            let at = Int64(parts[2]), let attempts = Int(parts[3])
        else { return nil }
        return (
            id,
            Record(
                state: state, atMilliseconds: at, attempts: attempts,
                words: parts.count > 4 ? String(parts[4]) : "")
        )
    }
}
