import BatonAPI
import Foundation

/// Keeps the rows that were not imported: file, line and reason as CSV. Made when the first one comes.
struct RejectsFile: ~Copyable {
    let path: String
    private var file: FileHandle?
    private(set) var count = 0

    private static let heading = "file,line,reason\n"

    /// - Throws: `file.exists`: a file stands there that is no rejects file, such as the log itself.
    init(_ path: String) throws(NodeFault) {
        self.path = path
        guard Files.exists(path) else { return }
        let file = FileHandle(forReadingAtPath: path)
        let begin = (try? file?.read(upToCount: Self.heading.utf8.count)) ?? Data()
        guard begin.isEmpty || begin == Data(Self.heading.utf8) else {
            throw NodeFault(
                code: "file.exists", "\(Quoted.name(path)) is there already and is no rejects file.",
                hint: "Name another with --rejects; nothing was written.", exit: .refused)
        }
    }

    deinit { try? self.file?.close() }

    /// - Throws: `file.unwritable`.
    mutating func add(_ source: String, _ reject: CSVScanner.Reject) throws(NodeFault) {
        self.count += 1
        if self.file == nil {
            try Files.replace(self.path, Array(Self.heading.utf8))
            self.file = FileHandle(forWritingAtPath: self.path)
        }
        let row = "\(Self.field(source)),\(reject.line),\(Self.field(reject.reason))\n"
        do {
            guard let file = self.file else { throw CocoaError(.fileWriteUnknown) }
            try file.seekToEnd()
            try file.write(contentsOf: Data(row.utf8))
        } catch {
            throw NodeFault(
                code: "file.unwritable", "The rejects file \(Quoted.name(self.path)) cannot be written.",
                hint: "Check free space, or name another with --rejects.")
        }
    }

    private static func field(_ text: String) -> String {
        "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\""
    }
}
