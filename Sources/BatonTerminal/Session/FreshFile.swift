import Foundation

/// A file that a command writes for a person: new, whole, and readable by its owner alone.
enum FreshFile {
    /// Written beside and put in place: whoever finds the file finds all of it, also after a kill.
    ///
    /// - Throws: `desk.file-exists`, `desk.file-unwritable`.
    static func write(_ text: String, to path: String) throws(CommandIssue) {
        try Self.checkAbsent(path)
        // A name of ours: a file that somebody calls `x.new` is theirs.
        let beside = path + ".baton-new"
        Self.remove(beside)
        let isMade = FileManager.default.createFile(
            atPath: beside, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        do {
            guard isMade else { throw CocoaError(.fileWriteUnknown) }
            try FileManager.default.moveItem(atPath: beside, toPath: path)
        } catch {
            Self.remove(beside)
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
