import ArgumentParser
import BatonNode

/// The commands that are not the desk's. The desk's own (`queue`, `show`, `new` …) are found first, by
/// `DeskDoor`.
struct Baton: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton",
        abstract: "A distributed escalation desk: one node a site, no site waits for another.",
        discussion: """
            Desk commands work alike in `baton desk` and here: queue, find, show, new, triage, verify, decide, contain,
            hold, contact, close, custody and more. `help` inside the desk lists them; each takes --dir and --json.
            Exit codes: 0 done, 1 failed, 2 usage, 3 no such thing, 4 refused, 5 a human must choose, 6 a deadline is
            breached, 7 stale, 8 integrity, 9 a second person is awaited, 75 try again.
            """,
        version: BatonVersion.current,
        subcommands: [
            InitCommand.self, MembershipCommand.self, NodeCommand.self, DeskCommand.self, DigestCommand.self,
            LogCommand.self, RebuildCommand.self, RepairCommand.self, ConfigCommand.self, RulesCommand.self,
            ImportCommand.self,
            DemoCommand.self,
            SeedCommand.self, CompletionsCommand.self,
        ])
}

/// Where a command's node is.
struct FolderOptions: ParsableArguments {
    @Option(name: .long, help: "The data folder; else $BATON_DIR, else /var/lib/baton.")
    var dir: String?

    var folder: NodeFolder { ProcessPlaces.folder(self.dir) }
}
