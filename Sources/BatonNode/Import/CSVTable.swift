import BatonAPI
import Foundation

/// A CSV file with a header row, read row by row; only the wanted columns are handed on, in the order asked
/// for.
package final class CSVTable {
    package struct Column: Sendable {
        let name: String
        let isRequired: Bool

        package static func required(_ name: String) -> Column { Column(name: name, isRequired: true) }
        package static func optional(_ name: String) -> Column { Column(name: name, isRequired: false) }
    }

    package struct Row: Sendable, Equatable {
        package let line: Int
        /// One per wanted column; empty where the file does not have it.
        package let values: [String]
    }

    package enum Item: Sendable, Equatable {
        case row(Row)
        case reject(CSVScanner.Reject)
    }

    package let path: String
    package private(set) var bytesRead = 0
    private let file: FileHandle
    private var scanner = CSVScanner()
    private var events: [CSVScanner.Event] = []
    private var next = 0
    private var isAtEnd = false
    private var places: [Int?] = []
    private var columnCount = 0

    private static let pieceBytes = 64 * 1024

    /// Opens the file and reads its header.
    ///
    /// - Throws: `import.unreadable`, `import.not-csv`, `import.empty`, `import.missing-column`,
    ///   `import.column-twice`.
    package init(_ path: String, columns: [Column]) throws(NodeFault) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw NodeFault(
                code: "import.unreadable", "The file \(Quoted.name(path)) cannot be opened.",
                hint: "Check the name and its permissions.", exit: .noSuchThing)
        }
        self.path = path
        self.file = file
        try self.readHeader(columns)
    }

    /// The size of a file in bytes; 0 where it cannot be asked.
    package static func size(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    /// - Returns: The next row or reject; nil at the end.
    package func nextItem() throws(NodeFault) -> Item? {
        guard let event = try self.nextEvent() else { return nil }
        switch event {
        case .reject(let reject): return .reject(reject)
        case .row(let row):
            guard row.fields.count == self.columnCount else {
                let reason = "it has \(row.fields.count) fields where the header has \(self.columnCount)"
                return .reject(CSVScanner.Reject(line: row.line, reason: reason))
            }
            return .row(Row(line: row.line, values: self.places.map { $0.map { row.fields[$0] } ?? "" }))
        }
    }

    private func nextEvent() throws(NodeFault) -> CSVScanner.Event? {
        while self.next == self.events.count {
            guard !self.isAtEnd else { return nil }
            self.next = 0
            let piece = try self.read()
            self.events = self.scanner.feed(piece)
            guard piece.isEmpty else { continue }
            self.isAtEnd = true
            if let last = self.scanner.finish() { self.events = [last] }
        }
        self.next += 1
        return self.events[self.next - 1]
    }

    private func read() throws(NodeFault) -> [UInt8] {
        var piece: [UInt8]
        do { piece = Array(try self.file.read(upToCount: Self.pieceBytes) ?? Data()) } catch {
            throw NodeFault(
                code: "import.unreadable", "The file \(Quoted.name(self.path)) cannot be read.",
                hint:
                    "Check that it is a file and that its disk is well, then import again: nothing is written twice."
            )
        }
        // The mark that some programs put before UTF-8.
        if self.bytesRead == 0, piece.starts(with: [0xEF, 0xBB, 0xBF]) { piece.removeFirst(3) }
        self.bytesRead += piece.count
        return piece
    }

    private func readHeader(_ columns: [Column]) throws(NodeFault) {
        let names: [String]
        switch try self.nextEvent() {
        case nil:
            throw NodeFault(
                code: "import.empty", "The file \(Quoted.name(self.path)) is empty.",
                hint: "Its first line must name the columns.", exit: .usage)
        case .reject(let reject):
            throw NodeFault(
                code: "import.not-csv",
                "The file \(Quoted.name(self.path)) is not CSV text: in its first line, \(reject.reason).",
                hint: "Export it as CSV in UTF-8, with a first line that names the columns.", exit: .usage)
        case .row(let row): names = row.fields
        }
        for column in columns {
            let found = names.indices.filter { names[$0] == column.name }
            guard found.count <= 1 else {
                throw NodeFault(
                    code: "import.column-twice", "The column \(Quoted.name(column.name)) is named twice.",
                    hint: "Rename one of them in the first line of \(Quoted.name(self.path)).", exit: .usage)
            }
            guard !found.isEmpty || !column.isRequired else {
                throw NodeFault(
                    code: "import.missing-column",
                    "The file \(Quoted.name(self.path)) has no column \(Quoted.name(column.name)).",
                    hint: "It has: \(names.prefix(20).map { Quoted.name($0) }.joined(separator: ", ")).",
                    exit: .usage)
            }
            self.places.append(found.first)
        }
        self.columnCount = names.count
    }
}

/// Words from files and command lines, fit for one line of a message.
enum Quoted {
    /// Cut to 60 characters, without what could move the cursor or turn the line around.
    static func name(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars.prefix(60) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: out += "?"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + (text.unicodeScalars.count > 60 ? "…" : "")
    }
}
