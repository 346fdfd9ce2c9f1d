import Foundation

/// Runs a person's editor on text that is nowhere else yet.
enum TextEditor {
    /// The editor of the environment, working on a file in memory where the system has such a place.
    ///
    /// - Returns: Nil where no editor is set.
    static func ofEnvironment(_ environment: [String: String]) -> (@Sendable (String) -> String?)? {
        guard let command = environment["VISUAL"] ?? environment["EDITOR"], !command.isEmpty else {
            return nil
        }
        return { text in Self.edit(text, with: command) }
    }

    private static func edit(_ text: String, with command: String) -> String? {
        // Text about a case must not stay on a disk; `/dev/shm` is memory where it exists.
        let memory = "/dev/shm"
        let place = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        let path = "\(place)/baton-\(UUID().uuidString.lowercased())"
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard isMade else { return nil }
        defer { try? FileManager.default.removeItem(atPath: path) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command + " \"$1\"", "baton", path]
        do { try process.run() } catch { return nil }
        process.waitUntilExit()
        guard process.terminationStatus == 0, let data = FileManager.default.contents(atPath: path) else {
            return nil
        }
        return String(data: data, encoding: .utf8)
    }
}
