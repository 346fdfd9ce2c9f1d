import BatonAPI
import Foundation

/// One site of the demo: its folder, its node as a process of its own, and the way to ask it.
final class DemoSite {
    let name: String
    let folder: NodeFolder
    private(set) var processID: Int32 = 0
    private(set) var port = 0
    /// Kept open for as long as the node shall live.
    private var lifeline: FileHandle?
    private var process: Process?
    private let api: UnixOperatorAPI

    private static let startTries = 1500

    init(name: String, folder: NodeFolder) {
        self.name = name
        self.folder = folder
        self.api = UnixOperatorAPI(path: folder.socket)
    }

    var address: String { "127.0.0.1:\(self.port)" }

    func client(as person: String) -> OperatorClient { OperatorClient(self.api, actingAs: person) }

    /// Starts `baton node` and waits until it listens.
    ///
    /// - Parameter peers: Nodes that run already; this one dials them, so no port has to be chosen
    ///   beforehand.
    /// - Throws: `demo.node`, with the node's last words.
    func start(_ program: String, peers: [DemoSite], cleanup: DemoCleanup) async throws(NodeFault) {
        let readyFile = self.folder.path + "/ready.json"
        var arguments = [
            "node", "--dir", self.folder.path, "--listen", "127.0.0.1:0", "--ready-file", readyFile,
            "--log-level", "info", "--while-input",
        ]
        for peer in peers { arguments += ["--peer", "\(peer.name)=\(peer.address)"] }
        try Files.replace(self.logPath, [])
        guard let log = FileHandle(forWritingAtPath: self.logPath) else {
            throw self.fault("no log could be opened")
        }
        guard !cleanup.isEnding else { throw self.fault("the demo was interrupted") }
        let lifeline = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = lifeline
        process.standardOutput = log
        process.standardError = log
        do { try process.run() } catch { throw self.fault("the program could not be started") }
        cleanup.owns(process: process.processIdentifier)
        self.process = process
        self.processID = process.processIdentifier
        self.lifeline = lifeline.fileHandleForWriting
        for _ in 0..<Self.startTries {
            if Files.exists(readyFile) { return try self.read(readyFile) }
            guard process.isRunning else { throw self.fault("it ended at once: \(self.lastWords)") }
            // Cancelled: the node is found missing at the next look.
            try? await Task.sleep(for: .milliseconds(20))
        }
        throw self.fault("it was not ready after half a minute: \(self.lastWords)")
    }

    private var logPath: String { self.folder.path + "/node.log" }

    private func read(_ readyFile: String) throws(NodeFault) {
        let bytes = try Files.read(readyFile, bytesMax: 64 * 1024)
        do throws(APIFault) { self.port = try APIText.value(NodeReady.self, json: bytes).port ?? 0 } catch {
            throw self.fault("its ready file cannot be read")
        }
    }

    private var lastWords: String {
        guard let text = try? Files.readText(self.logPath, bytesMax: 1 << 20) else {
            return "it said nothing"
        }
        return text.split(separator: "\n").last.map(String.init) ?? "it said nothing"
    }

    private func fault(_ what: String) -> NodeFault {
        NodeFault(
            code: "demo.node", "The node of \(self.name) does not run: \(Quoted.name(what)).",
            hint: "Look into \(self.logPath) (run the demo with --keep DIR).")
    }
}
