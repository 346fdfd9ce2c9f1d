import BatonModel
import BatonProtocol

/// S11: what one incarnation of a receiver states of a log never goes back.
struct AlwaysReceiptsGrow: Checker {
    private struct Statement: Hashable {
        let receiver: Author
        let about: Author
        let heard: NodeID
    }

    private struct Count {
        let deltas: UInt64
        let signedMilliseconds: UInt64
    }

    private var latest: [Statement: Count] = [:]

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .receipt(let node, let peer, let signed) = fact, atlas.isHonest(signed.receipt.receiver)
        else { return nil }
        for have in signed.receipt.haves {
            let statement = Statement(receiver: signed.receipt.receiver, about: have.author, heard: node)
            let count = have.intervals.reduce(UInt64(0)) { $0.saturatingAdd($1.last - $1.first + 1) }
            let moment = signed.receipt.wallMilliseconds
            let known = self.latest[statement]
            // A session has two links, and what was signed earlier may come later over the slower one.
            guard moment > (known?.signedMilliseconds ?? 0) else { continue }
            self.latest[statement] = Count(deltas: count, signedMilliseconds: moment)
            let before = known?.deltas ?? 0
            guard count < before, !atlas.clockFaults.contains(peer) else { continue }
            return Violation(
                "always-receipts-grow",
                "\(peer) stated \(before) deltas of \(have.author), and \(count) later", node: node)
        }
        return nil
    }
}
