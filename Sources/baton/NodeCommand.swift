import ArgumentParser
import BatonAPI
import BatonNode
import Foundation
import Logging

struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Run the node of a data folder in the foreground, until SIGTERM or SIGINT.",
        discussion: "SIGHUP reads the peers of the configuration again, without a restart.")

    @Option(name: .long, help: "The data folder; else the configuration's, $BATON_DIR, /var/lib/baton.")
    var dir: String?
    @Option(help: "A configuration file; else node.yaml in the data folder.") var config: String?
    @Option(help: "HOST:PORT for peers; port 0 lets the system choose.") var listen: String?
    @Option(help: "SITE=HOST:PORT to dial; repeat it. Replaces the configuration's.") var peer: [String] = []
    @Option(help: "Written as JSON once everything listens.") var readyFile: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel: String?
    @Flag(help: .hidden) var whileInput = false

    func run() async throws {
        if self.whileInput { Interruption.whileInputLasts() }
        var configuration = try Upkeep.configuration(
            file: self.config, folder: self.config == nil ? ProcessPlaces.folder(self.dir) : nil)
        try self.apply(to: &configuration)
        let named = configuration.folder.isEmpty ? nil : configuration.folder
        let folder = ProcessPlaces.folder(self.dir ?? named)
        var logger = Logger(label: "baton.node") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = configuration.logLevel
        let node = try SiteNode(folder, configuration, readyFile: self.readyFile, logger: logger)
        try await node.serve(logger: logger) { () throws(NodeFault) in
            var again = try Upkeep.configuration(
                file: self.config, folder: self.config == nil ? ProcessPlaces.folder(self.dir) : nil)
            try self.apply(to: &again)
            return again
        }
    }

    private func apply(to configuration: inout NodeConfiguration) throws(NodeFault) {
        if let text = self.listen {
            guard let address = PeerAddress(text) else { throw Self.badAddress(text) }
            configuration.listen = address
        }
        if !self.peer.isEmpty { configuration.peers = [] }
        for text in self.peer {
            let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let address = PeerAddress(String(sides[1])), address.port > 0 else {
                throw Self.badAddress(text)
            }
            configuration.peers.append(.init(site: String(sides[0]), address: address))
        }
        if let text = self.logLevel {
            guard let level = Logger.Level(rawValue: text) else {
                throw NodeFault(
                    code: "config.bad-level", "There is no log level of that name.",
                    hint: "Use trace, debug, info, notice, warning, error or critical.", exit: .usage)
            }
            configuration.logLevel = level
        }
    }

    private static func badAddress(_ text: String) -> NodeFault {
        NodeFault(
            code: "config.bad-address", "\(text) is not an address of that form.",
            hint: "Write --listen HOST:PORT and --peer SITE=HOST:PORT.", exit: .usage)
    }
}
