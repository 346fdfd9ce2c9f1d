import ArgumentParser
import BatonAPI
import BatonNode
import BatonTerminal
import Foundation
import Logging

/// The door from the shell to the desk: `baton queue --json` is what `queue --json` is inside.
enum DeskDoor {
    /// A desk command of the process, apart from the options that only a process has.
    struct Command {
        var words: [String]
        var dir: String?
        var actingAs: String?
    }

    /// Recognises a desk command. `log verify` is upkeep, not a case's log.
    ///
    /// - Throws: `usage`: `--dir` or `--as` without its word, which must never mean the usual folder or person.
    static func command(_ arguments: [String]) throws(NodeFault) -> Command? {
        guard let first = arguments.first, CommandTable.command(first) != nil, first != "help",
            !(first == "log" && arguments.dropFirst().first == "verify")
        else { return nil }
        var command = Command(words: [])
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--dir": command.dir = try Self.value(of: word, rest.popFirst())
            case "--as": command.actingAs = try Self.value(of: word, rest.popFirst())
            case _ where word.hasPrefix("--dir="):
                command.dir = try Self.value(of: "--dir", String(word.dropFirst(6)))
            case _ where word.hasPrefix("--as="):
                command.actingAs = try Self.value(of: "--as", String(word.dropFirst(5)))
            case "--":
                command.words.append(word)
                command.words.append(contentsOf: rest)
                rest = []
            default: command.words.append(word)
            }
        }
        return command
    }

    private static func value(of option: String, _ word: String?) throws(NodeFault) -> String {
        guard let word, !word.isEmpty, !word.hasPrefix("--") else {
            throw NodeFault(
                code: "grammar.missing-value", "\(option) needs a value.",
                hint: "Write \(option == "--dir" ? "--dir FOLDER" : "--as NAME").", exit: .usage)
        }
        return word
    }

    static func run(_ command: Command) async -> Int32 {
        let options = Self.options(actingAs: command.actingAs)
        let api = UnixOperatorAPI(path: ProcessPlaces.socket(ProcessPlaces.folder(command.dir)))
        return await OneShot.run(arguments: command.words, api: api, options: options)
    }

    static func options(actingAs: String?) -> DeskOptions {
        var options = DeskOptions.process(
            environment: ProcessInfo.processInfo.environment, isTerminal: StandardOutput.isTerminal,
            columns: StandardOutput.columns, rows: StandardOutput.rows)
        options.edit = TextEditor.ofEnvironment(ProcessInfo.processInfo.environment)
        if let actingAs { options.actingAs = actingAs }
        return options
    }
}

struct DeskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk", abstract: "Open the desk: at the running node, or with one inside this process.")

    @OptionGroup var place: FolderOptions
    @Option(name: .customLong("as"), help: "The desk name to act as.") var name: String?
    @Flag(help: "Answers as JSON.") var json = false
    @Flag(help: "Never ask back.") var noInput = false

    func run() async throws {
        let folder = self.place.folder
        var options = DeskDoor.options(actingAs: self.name)
        if self.json { options.render.format = .json }
        if self.noInput { options.mayAsk = false }
        options.historyPath = folder.deskHistory
        options.aliasPath = folder.deskHistory + ".aliases"
        let chosen = options
        if let api = await Output.running(folder) { throw Self.code(await Self.sit(at: api, chosen)) }
        var logger = Logger(label: "baton.desk") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let node = try SiteNode(folder, Upkeep.configuration(file: nil, folder: folder), logger: logger)
        let embedded = EmbeddedOperatorAPI(node.service, userID: getuid())
        throw Self.code(try await node.run { await Self.sit(at: embedded, chosen) })
    }

    static func sit(at api: some OperatorAPI, _ options: DeskOptions) async -> Int32 {
        let board = NoticeBoard()
        let input = LineSources.process(
            environment: ProcessInfo.processInfo.environment, options: options, board: board)
        return await DeskSession(
            api: api, options: options, input: input, output: StandardOutput(), board: board
        ).run()
    }

    private static func code(_ code: Int32) -> ArgumentParser.ExitCode { ArgumentParser.ExitCode(code) }
}
