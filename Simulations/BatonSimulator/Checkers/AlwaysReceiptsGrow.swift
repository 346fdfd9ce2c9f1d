import BatonModel
import BatonProtocol

/// S11: what one incarnation of a receiver states of a log never goes back.
struct AlwaysReceiptsGrow: Checker {
    private struct Statement: Hashable {
        let receiver: Author
        let about: Author
        let heard: NodeID
    }

    private var latest: [Statement: UInt64] = [:]

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .receipt(let node, let peer, let signed) = fact, atlas.isHonest(signed.receipt.receiver)
        else { return nil }
        for have in signed.receipt.haves {
            let statement = Statement(receiver: signed.receipt.receiver, about: have.author, heard: node)
            let count = have.intervals.reduce(UInt64(0)) { $0.saturatingAdd($1.last - $1.first + 1) }
            let before = self.latest.updateValue(count, forKey: statement) ?? 0
            guard count < before else { continue }
            return Violation(
                "always-receipts-grow",
                "\(peer) stated \(before) deltas of \(have.author), and \(count) later", node: node)
        }
        return nil
    }
}
