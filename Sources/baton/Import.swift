import ArgumentParser
import BatonAPI
import BatonCrypto
import BatonModel
import BatonNode
import Foundation

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring another system's log in as cases. Running it twice adds nothing.",
        discussion:
            "Rows that cannot be read go to a rejects file with line and reason; the exit code is 1 then.",
        subcommands: [ITSM.self, Events.self])

    struct ITSM: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "itsm",
            abstract: "Incidents become cases, activities their timelines (docs/import.md).")

        @Option(help: "The incidents, one a row.") var incidents: String
        @Option(help: "The activities, one a row.") var activities: String
        @OptionGroup var place: FolderOptions
        @OptionGroup var how: ImportArguments

        func run() async throws {
            try await self.how.run(self.place.folder, splittingBy: "team") { job throws(NodeFault) in
                try await job.itsm(incidents: self.incidents, activities: self.activities)
            }
        }
    }

    struct Events: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "events", abstract: "Any event log: a case, a time and an activity a row.")

        @Option(help: "The file.") var csv: String
        @Option(name: .customLong("case"), help: "The column that names the case.") var caseColumn: String
        @Option(name: .customLong("at"), help: "The column of the time.") var timeColumn: String
        @Option(name: .customLong("activity"), help: "The column that says what happened.")
        var activityColumn: String
        @Option(name: .customLong("actor"), help: "The column that says who did it.") var actorColumn: String?
        @Option(help: "The log's name: keeps its case numbers apart from those of other logs.") var log =
            "events"
        @OptionGroup var place: FolderOptions
        @OptionGroup var how: ImportArguments

        func run() async throws {
            let columns = EventColumns(
                caseID: self.caseColumn, at: self.timeColumn, activity: self.activityColumn,
                actor: self.actorColumn)
            try await self.how.run(self.place.folder, splittingBy: "actor") { job throws(NodeFault) in
                try await job.events(self.csv, columns: columns, log: self.log)
            }
        }
    }
}

/// What every import takes.
struct ImportArguments: ParsableArguments {
    @Option(
        help: "Divide the rows among --sites by this (team, or actor for events); each site writes its own.")
    var siteBy: String?
    @Option(help: "The sites among which rows are divided: syd,usw.") var sites: String?
    @Option(help: "UTC: what a time without zone is in. Without it such times are rejected.") var zone:
        String?
    @Option(help: "Where rejected rows are told, with line and reason.") var rejects = "import-rejects.csv"
    @Option(name: .customLong("as"), help: "The desk name to act as.") var name: String?
    @Flag(help: "Read and judge everything, write nothing; needs no node.") var dryRun = false
    @Flag(help: "The summary as JSON.") var json = false
    @Flag(help: "Tell the progress in a pipe too, a line a second.") var progress = false

    func run(
        _ folder: NodeFolder, splittingBy key: String,
        _ body: (ImportJob) async throws(NodeFault) -> ImportSummary
    ) async throws {
        let options = try self.options(splittingBy: key)
        let job = ImportJob(try await self.client(folder), options: options, hashing: Blake2b())
        let summary = try await body(job)
        if self.json {
            try Output.json(summary)
        } else {
            for line in summary.lines { print(line) }
        }
        guard summary.rejected == 0 else {
            throw ArgumentParser.ExitCode(Int32(BatonAPI.ExitCode.failed.rawValue))
        }
    }

    private func client(_ folder: NodeFolder) async throws(NodeFault) -> OperatorClient? {
        guard !self.dryRun else { return nil }
        guard let api = await Output.running(folder) else {
            throw NodeFault(
                code: "import.no-node", "No node runs on \(folder.path).",
                hint: "Start it with baton node --dir \(folder.path), or judge the files with --dry-run.",
                exit: .tryAgain)
        }
        return OperatorClient(api, actingAs: self.name)
    }

    private func options(splittingBy key: String) throws(NodeFault) -> ImportOptions {
        var options = ImportOptions()
        options.rejects = self.rejects
        options.split = try self.split(by: key)
        switch self.zone {
        case nil: break
        case "UTC"?: options.assumesUTC = true
        default:
            throw NodeFault(
                code: "import.bad-zone", "Only UTC can be given as --zone.",
                hint: "For other zones write the offset into the file: 2013-02-06T14:07:45+01:00.",
                exit: .usage)
        }
        options.progress = isatty(STDERR_FILENO) == 1 ? .bar : self.progress ? .lines : .silent
        return options
    }

    private func split(by key: String) throws(NodeFault) -> SiteSplit? {
        guard self.siteBy != nil || self.sites != nil else { return nil }
        var sites: [SiteID] = []
        for name in (self.sites ?? "").split(separator: ",") {
            guard let site = SiteID(name) else { throw Self.badSplit(key) }
            sites.append(site)
        }
        guard self.siteBy == key, !sites.isEmpty else { throw Self.badSplit(key) }
        return SiteSplit(sites)
    }

    private static func badSplit(_ key: String) -> NodeFault {
        NodeFault(
            code: "import.bad-sites", "The division among sites was not understood.",
            hint: "Write --site-by \(key) --sites syd,usw.", exit: .usage)
    }
}
