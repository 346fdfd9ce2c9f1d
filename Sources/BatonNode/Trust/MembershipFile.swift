import BatonAPI
package import BatonCrypto
import BatonEncoding
package import BatonModel

/// The membership log as a file: a CBOR array of signed entries, first to last.
package enum MembershipFile {
    package static let bytesMax = 16 << 20
    package static let name = "membership.cbor"

    package static func encode(_ membership: Membership) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 4096)
        writer.arrayHeader(membership.entries.count)
        for entry in membership.entries { entry.encode(into: &writer) }
        return writer.bytes
    }

    /// Decodes and verifies a whole log.
    ///
    /// - Throws: `membership.malformed`, `membership.refused`.
    package static func decode(_ bytes: [UInt8], origin: String) throws(NodeFault) -> Membership {
        let entries: [SignedMembershipEntry]
        do throws(ModelFault) {
            entries = try Self.entries(bytes)
        } catch {
            throw NodeFault(
                code: "membership.malformed", "\(origin) is not a membership file: \(error).",
                hint: "Ask for the file that baton membership create or sign wrote.", exit: .integrity)
        }
        do throws(MembershipFault) {
            return try Membership(log: entries, hashing: Blake2b(), verifying: SignatureVerifier())
        } catch {
            throw NodeFault(
                code: "membership.refused", "\(origin) was refused: \(error).",
                hint: "Ask the holder of the root key for the right file.", exit: .integrity)
        }
    }

    private static func entries(_ bytes: [UInt8]) throws(ModelFault) -> [SignedMembershipEntry] {
        var reader = CBORReader(
            bytes, limits: CBORLimits(depthMax: 8, itemsMax: 1 << 20, bytesMax: Self.bytesMax))
        var entries: [SignedMembershipEntry] = []
        for _ in 0..<(try reader.modelArray("membership", upTo: 1 << 16)) {
            entries.append(try SignedMembershipEntry(from: &reader))
        }
        try reader.modelFinish()
        return entries
    }

    /// Chooses between what is known and what is offered.
    ///
    /// - Returns: The longer of two logs where one continues the other.
    /// - Throws: `membership.other-team`, `membership.fork`, `membership.rolled-back`.
    package static func newer(
        _ known: Membership?, _ offered: Membership, mark: Vault.MembershipMark?
    ) throws(NodeFault) -> Membership {
        let chosen = try Self.longer(known, offered)
        guard let mark else { return chosen }
        guard chosen.epoch >= mark.epoch else {
            throw NodeFault(
                code: "membership.rolled-back",
                "The membership ends at epoch \(chosen.epoch), but this node has seen epoch \(mark.epoch).",
                hint: "Import the newest membership file.", exit: .integrity)
        }
        let then = chosen.entries[Int(mark.epoch) - 1].hash(Blake2b())
        guard then == mark.head else { throw Self.forked(mark.epoch) }
        return chosen
    }

    private static func longer(_ known: Membership?, _ offered: Membership) throws(NodeFault) -> Membership {
        guard let known else { return offered }
        guard known.team == offered.team else {
            throw NodeFault(
                code: "membership.other-team", "The membership file belongs to another team.",
                hint: "A data folder stays with one team; use another folder, or the right file.",
                exit: .refused)
        }
        let shared = min(known.entries.count, offered.entries.count)
        for index in 0..<shared where known.entries[index].bytes != offered.entries[index].bytes {
            throw Self.forked(UInt64(index + 1))
        }
        return offered.epoch > known.epoch ? offered : known
    }

    private static func forked(_ epoch: UInt64) -> NodeFault {
        NodeFault(
            code: "membership.fork",
            "The membership file contradicts what this node knows at epoch \(epoch).",
            hint: "Two entries were signed for one epoch: stop, and ask the holders of the root keys.",
            exit: .integrity)
    }
}
