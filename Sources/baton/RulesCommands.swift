import ArgumentParser
import BatonNode

/// Which rule book a command is about.
struct BookOptions: ParsableArguments {
    @OptionGroup var place: FolderOptions
    @Option(
        name: .long,
        help: "A folder with rules, sops and codes; else what node.yaml says, else the built-in book.")
    var book: String?

    /// Empty: the built-in book.
    func folder() throws -> String {
        if let book = self.book { return NodeFolder(book).path }
        return try Upkeep.configuration(file: nil, folder: self.place.folder).rules
    }
}

struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "The rule book: laws, checklists, codes, forms, the roster.",
        subcommands: [Show.self, Export.self, Duty.self, Gaps.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judge the rule book and list its laws; ~ marks those that await counsel's word.")

        @OptionGroup var book: BookOptions

        func run() throws {
            for line in try RulesReport.laws(try self.book.folder()) { print(line) }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the built-in rule book into a folder, to be made the team's own.")

        @Argument(help: "The folder. What stands in it is never overwritten.") var folder: String

        func run() throws {
            let path = NodeFolder(self.folder).path
            for file in try RuleBookFiles.export(to: path) { print(file) }
            print("Set `rules: \(path)` in node.yaml, then run baton config check.")
        }
    }

    struct Duty: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who is on duty now by the roster's rules, without overrides and swaps.")

        @OptionGroup var book: BookOptions

        func run() throws {
            let lines = try RulesReport.onDuty(try self.book.folder(), atMilliseconds: nil)
            for line in lines { print(line) }
            if lines.isEmpty { print("Nobody is on duty.") }
        }
    }

    struct Gaps: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "When nobody is on duty by the rules, and when watches overlap.")

        @OptionGroup var book: BookOptions
        @Option(help: "The first day, in UTC: 2026-01-01.") var from: String
        @Option(help: "The day after the last one.") var to: String
        @Flag(help: "Every stretch by itself, not runs of equal ones.") var each = false
        @Flag(help: "JSON.") var json = false

        func run() throws {
            let coverage = try RulesReport.coverage(
                try self.book.folder(), from: self.from, to: self.to, isEach: self.each)
            if self.json { return try Output.json(coverage) }
            for line in RulesReport.lines(coverage) { print(line) }
        }
    }
}
