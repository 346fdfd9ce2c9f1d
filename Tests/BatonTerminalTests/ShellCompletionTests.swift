import BatonTerminal
import Foundation
import Testing

@Suite("Completion in a shell")
struct ShellCompletionTests {
    private static let others = [
        (name: "node", help: "Run the node."), (name: "it's", help: "A quote's test."),
    ]

    /// What bash offers for a line, by the script itself.
    private func offered(_ words: [String]) throws -> [String] {
        let script = ShellCompletion.script(for: .bash, others: [Self.others[0]])
        let line = words.map { "'\($0)'" }.joined(separator: " ")
        let ask =
            "\nCOMP_WORDS=(baton \(line)); COMP_CWORD=\(words.count); _baton; printf '%s\\n' \"${COMPREPLY[@]}\""
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script + ask]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("bash completes commands of the desk and of the process")
    func commands() throws {
        #expect(try self.offered(["que"]) == ["queue"])
        #expect(try self.offered(["nod"]) == ["node"])
    }

    @Test("bash completes options, their fixed values and fixed words")
    func options() throws {
        #expect(try self.offered(["queue", "--se"]) == ["--sev"])
        #expect(try self.offered(["queue", "--sev", ""]) == ["S0", "S1", "S2", "S3", "S4"])
        #expect(try self.offered(["queue", "un"]) == ["unowned"])
    }

    @Test("every shell's script names every command of the table", arguments: ShellCompletion.Shell.allCases)
    func complete(shell: ShellCompletion.Shell) {
        let script = ShellCompletion.script(for: shell, others: Self.others)
        for spec in CommandTable.all { #expect(script.contains(spec.name.command), "\(spec.name.rawValue)") }
    }
}
