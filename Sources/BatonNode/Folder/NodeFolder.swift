import BatonAPI
import BatonCrypto
package import BatonModel
import Foundation
import Glibc

/// The data folder of a node and what lies in it.
///
/// ```
/// vault            keys of this node (0600); never copied to another machine
/// root.key         the team's root key, in one-root mode only (0600)
/// S.pub            this site's card, for the holders of the root keys
/// membership.cbor  the newest membership log that was imported or received
/// witness          the highest head of each log that this site has signed to hold
/// node.yaml        settings, optional
/// pages-journal    what was given to the hook, and what came of it
/// replica.sqlite   the replica, with -wal and -shm while it is open
/// lock             held by the process that has the replica open
/// api.sock         the operator socket of a running node
/// ```
package struct NodeFolder: Sendable, Equatable {
    package let path: String

    /// - Parameter path: Made absolute, so that a later change of the working folder does not matter.
    package init(_ path: String) {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        self.path = absolute.count > 1 && absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
    }

    package var vault: String { self.path + "/vault" }
    package var rootKey: String { self.path + "/root.key" }
    package var membership: String { self.path + "/" + MembershipFile.name }
    package var settings: String { self.path + "/node.yaml" }
    package var witness: String { self.path + "/" + WitnessFile.name }
    package var pagesJournal: String { self.path + "/" + PageJournal.name }
    package var replica: String { self.path + "/replica.sqlite" }
    /// Command names and ids that were typed at the desk; never text.
    package var deskHistory: String { self.path + "/desk-history" }

    package func card(of site: SiteID) -> String { "\(self.path)/\(site).pub" }

    /// The longest path that a Unix socket may have, with room to spare (108 bytes with the closing zero).
    package static let socketBytesMax = 100

    /// Where the operator socket is: in the folder, or under `/tmp/baton-<uid>` when that path would be too
    /// long.
    ///
    /// The short name is a hash of the folder's path, so that the node and the desk agree on it.
    package var socket: String {
        let inside = self.path + "/api.sock"
        guard inside.utf8.count > Self.socketBytesMax else { return inside }
        let name = hexadecimal(Blake2b().digest256(Array(self.path.utf8)).bytes.prefix(8))
        return "\(Self.shortSocketFolder)/\(name).sock"
    }

    package static var shortSocketFolder: String { "/tmp/baton-\(geteuid())" }

    /// True where the socket could not lie in the folder.
    package var hasShortSocket: Bool { self.socket.hasPrefix(Self.shortSocketFolder) }

    package var isInitialised: Bool { Files.exists(self.vault) }

    /// - Throws: `folder.not-initialised`.
    package func checkInitialised() throws(NodeFault) {
        guard self.isInitialised else {
            throw NodeFault(
                code: "folder.not-initialised", "There is no Baton node in \(self.path).",
                hint: "Run baton init --site NAME --dir \(self.path), or name another folder.",
                exit: .noSuchThing)
        }
    }
}
