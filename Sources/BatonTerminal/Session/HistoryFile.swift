import Foundation

/// The history on disk: commands and handles only, one a line, readable by its owner alone.
struct HistoryFile: Sendable {
    static let linesMax = 500

    let path: String

    /// The newest lines, oldest first; none where there is no file.
    func lines() -> [String] {
        guard let data = FileManager.default.contents(atPath: self.path) else { return [] }
        let text = String(decoding: data, as: UTF8.self)
        return text.split(separator: "\n").suffix(Self.linesMax).map(String.init)
    }

    /// Adds a command. That history cannot be written stops nobody from working.
    func add(_ command: Command) {
        let line = Array((command.historyLine + "\n").utf8)
        let descriptor = unsafe open(self.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { _ = close(descriptor) }
        _ = unsafe write(descriptor, line, line.count)
    }

    /// Keeps the newest lines of a file that has grown; called when a desk opens.
    func trim() {
        let kept = self.lines()
        guard let data = FileManager.default.contents(atPath: self.path), data.count > 64 * Self.linesMax
        else { return }
        let text = kept.map { $0 + "\n" }.joined()
        _ = FileManager.default.createFile(
            atPath: self.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    }
}
