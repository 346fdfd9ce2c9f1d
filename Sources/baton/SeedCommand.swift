import ArgumentParser
import BatonAPI
import BatonCrypto
import BatonModel
import BatonNode
import Foundation

/// `baton seed --cases 1000`: a desk to try things on.
struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract:
            "Fill a node with invented cases, for exercises and measurements. Running it twice adds nothing.",
        discussion: """
            The same --seed and --until make the same cases at every site: with --sites each site writes its share.
            Never do this on a node that holds real cases: what is written stays in the log.
            """)

    @Option(help: "How many cases, of all sites together.") var cases = 200
    @Option(help: "A number: another one makes other cases.") var seed: UInt64 = 1
    @Option(help: "How many days back the oldest case came in.") var days = 180
    @Option(help: "The moment that counts as now, 2026-11-22T00:00Z; left out, this day's midnight.")
    var until: String?
    @Option(help: "The sites among which the cases are divided: syd,usw.") var sites: String?
    @OptionGroup var place: FolderOptions
    @Option(name: .customLong("as"), help: "The desk name to act as.") var name: String?
    @Flag(help: "The summary as JSON.") var json = false

    func validate() throws {
        guard (1...10_000_000).contains(self.cases) else {
            throw ValidationError("--cases is a number from 1 to 10,000,000.")
        }
        guard (1...3650).contains(self.days) else {
            throw ValidationError("--days is a number from 1 to 3,650.")
        }
    }

    func run() async throws {
        guard let api = await Output.running(self.place.folder) else {
            throw NodeFault(
                code: "import.no-node", "No node runs on \(self.place.folder.path).",
                hint: "Start it with baton node --dir \(self.place.folder.path).", exit: .tryAgain)
        }
        var options = SeedJob.Options(cases: self.cases, seed: self.seed, now: try self.moment())
        options.days = self.days
        options.split = try self.split()
        options.progress = isatty(STDERR_FILENO) == 1 ? .bar : .silent
        let job = SeedJob(OperatorClient(api, actingAs: self.name), options: options, hashing: Blake2b())
        let summary = try await job.run()
        if self.json { try Output.json(summary) } else { for line in summary.lines { print(line) } }
        guard summary.rejected == 0 else {
            throw ArgumentParser.ExitCode(Int32(BatonAPI.ExitCode.failed.rawValue))
        }
    }

    private func moment() throws -> Int64 {
        guard let until = self.until else {
            let day: Int64 = 86_400_000
            return Int64(Date().timeIntervalSince1970 * 1000) / day * day
        }
        guard case .at(let milliseconds) = ImportTime(assumesUTC: false).read(until) else {
            throw ValidationError("--until is a time like 2026-11-22T00:00:00Z.")
        }
        return milliseconds
    }

    private func split() throws -> SiteSplit? {
        guard let sites = self.sites else { return nil }
        let named = sites.split(separator: ",").map { SiteID($0) }
        guard !named.isEmpty, named.allSatisfy({ $0 != nil }) else {
            throw ValidationError("--sites is a list of sites: syd,usw.")
        }
        return SiteSplit(named.compactMap(\.self))
    }
}
