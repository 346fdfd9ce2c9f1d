import Foundation

/// The names that a person has given to lines, one `name line` a row, readable by its owner alone.
struct AliasFile: Sendable {
    static let countMax = 200

    let path: String

    /// None where there is no file; rows that are no alias are passed over.
    func aliases() -> [Alias] {
        guard let data = FileManager.default.contents(atPath: self.path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").prefix(Self.countMax).compactMap {
            row in
            let parts = row.split(separator: " ", maxSplits: 1).map(String.init)
            return parts.count == 2 ? Alias(name: parts[0], line: parts[1]) : nil
        }
    }

    /// Writes all of them, whole or not at all.
    ///
    /// - Returns: False when the system refused; the aliases hold for this session then.
    func write(_ aliases: [Alias]) -> Bool {
        let text = aliases.map { "\($0.name) \($0.line)\n" }.joined()
        let fresh = self.path + ".new"
        let isMade = FileManager.default.createFile(
            atPath: fresh, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard isMade, Self.isOnDisk(fresh) else { return false }
        return unsafe rename(fresh, self.path) == 0
    }

    /// The name must not move to a file whose bytes a power cut can still take.
    private static func isOnDisk(_ path: String) -> Bool {
        guard let handle = FileHandle(forWritingAtPath: path) else { return false }
        do {
            try handle.synchronize()
            try handle.close()
        } catch { return false }
        return true
    }
}

/// A name that stands for the beginning of a line.
package struct Alias: Sendable, Equatable {
    package let name: String
    package let line: String

    package init(name: String, line: String) {
        self.name = name
        self.line = line
    }

    /// The line that a typed line means; nil where its first word is no alias.
    ///
    /// Expanded once: an alias never means another one.
    package static func expanded(_ line: String, _ aliases: [Alias]) -> String? {
        let trimmed = line.drop { $0 == " " || $0 == "\t" }
        let first = trimmed.prefix { !$0.isWhitespace }
        guard let alias = aliases.first(where: { $0.name == first.lowercased() }) else { return nil }
        return alias.line + trimmed.dropFirst(first.count)
    }
}
