import ArgumentParser
import BatonAPI
import BatonNode

struct DigestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Hash the replica, to compare it with another site's.")

    @OptionGroup var place: FolderOptions
    @Option(name: .customLong("as"), help: "The desk name to act as.") var name: String?
    @Flag(help: "JSON.") var json = false

    func run() async throws {
        let folder = self.place.folder
        if let api = await Output.running(folder) {
            let reply = try await OperatorClient(api, actingAs: self.name).digest()
            guard !self.json else { return try Output.json(reply) }
            return Output.digests(
                reply.asOf.site, state: reply.stateDigest, log: reply.logDigest, reply.documents, reply.deltas
            )
        }
        let digests = try Upkeep.digests(folder)
        guard !self.json else { return try Output.json(digests) }
        Output.digests(
            digests.site, state: digests.stateDigest, log: digests.logDigest, digests.documents,
            digests.deltas)
    }
}

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "`log verify` checks the whole log; `log CASE` is the desk's.",
        subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check ids, signatures, chains, commitments and audit from the stored bytes.")

        @OptionGroup var place: FolderOptions
        @Option(name: .customLong("as"), help: "The desk name to act as.") var name: String?
        @Flag(help: "JSON.") var json = false

        func run() async throws {
            let folder = self.place.folder
            let (isSound, line, alarms): (Bool, String, [AlarmView])
            if let api = await Output.running(folder) {
                let reply = try await OperatorClient(api, actingAs: self.name).verify()
                (isSound, line, alarms) = (
                    reply.isSound,
                    Self.line(reply.deltas, reply.authors, reply.signatureChecks, reply.problem),
                    reply.alarms
                )
                if self.json { try Output.json(reply) }
            } else {
                let report = try Upkeep.verifyLog(folder)
                (isSound, line, alarms) = (
                    report.isSound,
                    Self.line(report.deltas, report.authors, report.signatureChecks, report.problem),
                    report.alarms
                )
                if self.json { try Output.json(report) }
            }
            if !self.json {
                print(line)
                for alarm in alarms { Output.alarm(alarm) }
            }
            guard isSound else { throw ArgumentParser.ExitCode(Int32(BatonAPI.ExitCode.integrity.rawValue)) }
        }

        private static func line(_ deltas: Int, _ authors: Int, _ checks: Int, _ problem: String?) -> String {
            let counts = "\(deltas) deltas of \(authors) authors, \(checks) signatures checked"
            return problem.map { "NOT SOUND after \(counts): \($0)" } ?? "sound: \(counts)"
        }
    }
}

struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Fold the log again and compare digests. The node must be stopped.")

    @OptionGroup var place: FolderOptions
    @Flag(help: "JSON.") var json = false

    func run() throws {
        let report = try Upkeep.rebuild(self.place.folder)
        if self.json {
            try Output.json(report)
        } else {
            print("\(report.deltasFolded) deltas folded again.")
            print("before \(report.before.stateDigest)")
            print("after  \(report.after.stateDigest)  \(report.isEqual ? "equal" : "NOT EQUAL")")
        }
        guard report.isEqual else {
            throw ArgumentParser.ExitCode(Int32(BatonAPI.ExitCode.integrity.rawValue))
        }
    }
}

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The configuration file.", subcommands: [Check.self, Example.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judge a file and print the settings in force.")

        @OptionGroup var place: FolderOptions
        @Argument(help: "The file; else node.yaml in the data folder.") var file: String?

        func run() throws {
            let configuration = try Upkeep.configuration(file: self.file, folder: self.place.folder)
            for line in ConfigurationText.effective(configuration) { print(line) }
            for line in try RulesReport.summary(configuration.rules) { print(line) }
        }
    }

    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print an example with every key.")

        @Flag(help: "Print the table of docs/operations.md instead.") var table = false

        func run() { print(self.table ? ConfigurationText.table : ConfigurationText.example, terminator: "") }
    }
}

/// How answers leave the process.
enum Output {
    /// The API of the folder's running node; nil when nobody answers.
    static func running(_ folder: NodeFolder) async -> UnixOperatorAPI? {
        let path = ProcessPlaces.socket(folder)
        return await UnixOperatorAPI.isAnswered(path: path) ? UnixOperatorAPI(path: path) : nil
    }

    static func json(_ value: some Encodable) throws(APIFault) {
        print(String(decoding: try APIText.json(value), as: UTF8.self))
    }

    static func alarm(_ alarm: AlarmView) {
        print("ALARM [\(alarm.code)] \(alarm.message) \(alarm.hint)")
        for delta in alarm.deltas { print("  delta \(delta)") }
    }

    static func digests(_ site: String, state: String, log: String, _ documents: Int, _ deltas: Int) {
        print("\(site) state \(state)")
        print("\(site) log   \(log)")
        print("\(site) holds \(documents) documents, \(deltas) deltas")
    }
}
