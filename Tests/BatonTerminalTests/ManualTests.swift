import BatonTerminal
import Foundation
import Testing

@Suite("ManualText")
struct ManualTextTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/terminal.md").standardizedFileURL

    @Test("the terminal manual is what the command table says")
    func manualIsCurrent() throws {
        let made = ManualText.markdown()
        if ProcessInfo.processInfo.environment["BATON_WRITE_MANUAL"] == "1" {
            try Data(made.utf8).write(to: Self.path)
        }
        let kept = try String(contentsOf: Self.path, encoding: .utf8)
        #expect(kept == made, "run: BATON_WRITE_MANUAL=1 swift test --filter ManualText")
    }
}
