import Foundation

/// A file that a command writes for a person: new, whole, and readable by its owner alone.
enum FreshFile {
    /// - Throws: `desk.file-exists`, `desk.file-unwritable`.
    static func write(_ text: String, to path: String) throws(CommandIssue) {
        try Self.checkAbsent(path)
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard isMade else {
            throw CommandIssue(
                .fileUnwritable, "`\(SafeText.line(path))` cannot be written.",
                "Check the folder and its permissions.")
        }
    }

    /// Takes back a file that `write` has made.
    static func remove(_ path: String) {
        // It may be gone already; there is nothing more to do then.
        try? FileManager.default.removeItem(atPath: path)
    }

    static func checkAbsent(_ path: String) throws(CommandIssue) {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandIssue(
                .fileExists, "There is a file at `\(SafeText.line(path))` already.",
                "Name another one, or take that one away first.")
        }
    }
}
