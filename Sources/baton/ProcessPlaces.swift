import BatonNode
import Foundation

/// Where things are for this process: from its arguments, then its environment, then custom.
enum ProcessPlaces {
    static let usualFolder = "/var/lib/baton"

    static func folder(_ argument: String?) -> NodeFolder {
        NodeFolder(argument ?? ProcessInfo.processInfo.environment["BATON_DIR"] ?? Self.usualFolder)
    }

    /// The operator socket of a folder: the one that its settings name, else the usual one.
    static func socket(_ folder: NodeFolder) -> String {
        // Settings that cannot be read here are the node's to complain about.
        let named = (try? Upkeep.configuration(file: nil, folder: folder))?.socket ?? ""
        return named.isEmpty ? folder.socket : named
    }
}
