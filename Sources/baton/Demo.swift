import ArgumentParser
import BatonAPI
import BatonNode
import BatonTerminal
import Foundation

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Three sites on this machine: cut one off, work on both sides, heal, look.",
        discussion: """
            Everything that is printed is read back from the three nodes. At a terminal it ends at the desk of the site
            that was cut off; quit leaves it, and everything is removed. Exit code 0 only if the replicas are equal,
            nothing is lost and every log is sound.
            """)

    @Option(help: "How many sites; the story needs three.") var sites = 3
    @Option(help: "A folder to use and to leave, logs and replicas included.") var keep: String?
    @Flag(help: "Do not open the desk at the end.") var noDesk = false
    @Flag(help: "The report as JSON.") var json = false

    func run() async throws {
        guard self.sites == 3 else {
            throw NodeFault(
                code: "demo.sites", "The demo plays at three sites, not at \(self.sites).",
                hint: "Leave --sites out.",
                exit: .usage)
        }
        let cleanup = DemoCleanup()
        let isTerminal = StandardOutput.isTerminal && StandardOutput.isInputTerminal
        let code: Int32
        do {
            code = try await Interruption.guarding({ cleanup.run() }) {
                try await self.play(cleanup, endsAtDesk: isTerminal && !self.noDesk && !self.json)
            }
        } catch {
            cleanup.run()
            throw error
        }
        cleanup.run()
        throw ArgumentParser.ExitCode(code)
    }

    private func play(_ cleanup: DemoCleanup, endsAtDesk: Bool) async throws -> Int32 {
        let isQuiet = self.json
        var demo = DemoRun(program: try Self.program(), keep: self.keep, cleanup: cleanup) { line in
            if !isQuiet { StandardOutput().write(line + "\n") }
        }
        let (report, desk) = try await demo.play()
        if self.json {
            try Output.json(report)
        } else {
            StandardOutput().write("\n" + demo.text(report).joined(separator: "\n") + "\n")
        }
        let isGood = report.problems.isEmpty
        guard isGood, endsAtDesk else {
            return Int32((isGood ? BatonAPI.ExitCode.done : .integrity).rawValue)
        }
        StandardOutput().write(
            "\nYou are \(desk.person) at the desk of \(desk.folder.path).\nTry: conflicts, queue, show @1, quit.\n"
        )
        return await DeskCommand.sit(
            at: UnixOperatorAPI(path: desk.folder.socket), DeskDoor.options(actingAs: desk.person))
    }

    private static func program() throws(NodeFault) -> String {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw NodeFault(
                code: "demo.program", "The program's own file was not found.",
                hint: "Check that /proc is mounted.")
        }
        return path
    }
}
