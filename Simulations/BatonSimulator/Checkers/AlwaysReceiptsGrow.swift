import BatonModel
import BatonProtocol

/// S11: what one incarnation of a receiver states of a log never goes back.
///
/// A receipt about a log with many holes or branches names some of its runs only, the first and the last always
/// (`ReceiptScope`). Of a forked log, the only one that comes to have so many here, the last place is compared, of
/// every other log the number of deltas too.
struct AlwaysReceiptsGrow: Checker {
    private struct Statement: Hashable {
        let receiver: Author
        let about: Author
        let heard: NodeID
    }

    private struct Count {
        let deltas: UInt64
        let last: UInt64
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
            self.latest[statement] = Count(
                deltas: count, last: have.lastSeq, signedMilliseconds: moment)
            guard let known, !atlas.clockFaults.contains(peer) else { continue }
            let isFewer = count < known.deltas && !atlas.forked.contains(have.author)
            guard isFewer || have.lastSeq < known.last else { continue }
            return Violation(
                "always-receipts-grow",
                "\(peer) stated \(known.deltas) deltas of \(have.author) up to \(known.last), and "
                    + "\(count) up to \(have.lastSeq) later", node: node)
        }
        return nil
    }
}
