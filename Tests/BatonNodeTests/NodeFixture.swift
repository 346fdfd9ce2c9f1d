import BatonAPI
import BatonCrypto
import BatonModel
import BatonNode
import Foundation
import Logging
import Synchronization

/// A folder of its own that is gone when the fixture is.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        self.path = NSTemporaryDirectory() + "baton-test-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(
            atPath: self.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func folder(_ name: String) -> NodeFolder { NodeFolder("\(self.path)/\(name)") }
}

/// The project's own files, for tests that compare documents with code.
enum ProjectFile {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }
}

/// A team of sites on one machine, each with one operator for this user, called `SITE-op`.
struct SimulatedTeam {
    let place: TestFolder
    let sites: [String]

    init(_ sites: [String], people: [SiteCard.Person]? = nil) throws {
        self.place = try TestFolder()
        self.sites = sites
        var cards: [String] = []
        for site in sites {
            let usual = SiteCard.Person(name: "\(site)-op", userIDs: [getuid()], roles: [.specialist])
            let made = try MembershipWork.initialise(
                self.place.folder(site), site: site, region: "test", operators: people ?? [usual])
            cards.append(made.path)
        }
        let file = "\(self.place.path)/membership.cbor"
        _ = try MembershipWork.create(
            rootFolder: self.place.folder("root"), team: "Test", clearances: [], cards: cards, output: file)
        for site in sites { _ = try MembershipWork.adopt(file, into: self.place.folder(site)) }
    }

    var membershipFile: String { "\(self.place.path)/membership.cbor" }

    /// Opens a site's node. It listens on a port of the system's choice and dials the peers given.
    func node(_ site: String, dialling peers: [String: String] = [:]) throws -> SiteNode {
        var configuration = NodeConfiguration()
        configuration.listen = PeerAddress(host: "127.0.0.1", port: 0)
        for (peer, address) in peers {
            guard let address = PeerAddress(address) else { continue }
            configuration.peers.append(.init(site: peer, address: address))
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try SiteNode(self.place.folder(site), configuration, logger: logger)
    }
}

extension SiteNode {
    var client: OperatorClient { OperatorClient(EmbeddedOperatorAPI(self.service, userID: getuid())) }
}

/// Asks until the answer is there. The engine works by events; a test can only ask.
func eventually<Value>(_ ask: () async throws -> Value?) async throws -> Value {
    while true {
        if let value = try await ask() { return value }
        try Task.checkCancellation()
        await Task.yield()
    }
}
