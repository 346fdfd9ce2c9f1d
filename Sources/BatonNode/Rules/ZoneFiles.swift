import BatonAPI
package import BatonDesk
import Foundation

/// Reads the system's time zones for the roster.
package enum ZoneFiles {
    /// Where systems keep them.
    private static let folders = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"]
    /// How far the roster may look ahead.
    static let lastYear = 2100

    /// Every zone that a roster names.
    ///
    /// - Throws: `rules.no-zone`.
    package static func tables(for rules: RosterRules) throws(NodeFault) -> [String: ZoneTable] {
        var tables: [String: ZoneTable] = [:]
        for name in rules.zones { tables[name] = try Self.table(name) }
        return tables
    }

    package static func table(_ name: String) throws(NodeFault) -> ZoneTable {
        guard Self.isName(name) else { throw Self.unknown(name) }
        for folder in Self.folders where Files.exists("\(folder)/\(name)") {
            let bytes = try Files.read("\(folder)/\(name)", bytesMax: ZoneFile.bytesMax)
            guard let table = ZoneFile.decode(bytes, name: name, lastYear: Self.lastYear) else {
                throw NodeFault(
                    code: "rules.no-zone", "The time zone file of \(name) cannot be read.",
                    hint: "Install the package tzdata anew.")
            }
            return table
        }
        throw Self.unknown(name)
    }

    /// Letters, digits and `_+-` between slashes: nothing that leads out of the folder.
    private static func isName(_ name: String) -> Bool {
        let pieces = name.split(separator: "/", omittingEmptySubsequences: false)
        return (1...3).contains(pieces.count)
            && pieces.allSatisfy { piece in
                !piece.isEmpty
                    && piece.utf8.allSatisfy {
                        (48...57).contains($0) || (97...122).contains($0 | 0x20) || [43, 45, 95].contains($0)
                    }
            }
    }

    private static func unknown(_ name: String) -> NodeFault {
        NodeFault(
            code: "rules.no-zone", "This system has no time zone \(name).",
            hint: "Write it as in Australia/Sydney, or install the package tzdata.", exit: .noSuchThing)
    }
}
