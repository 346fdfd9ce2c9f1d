import BatonModel
import BatonStore
import Synchronization

/// What other sites have signed for, ready to be asked at every answer.
final class ReceiptBoard: Sendable {
    private struct Place: Hashable {
        let site: SiteID
        let author: Author
    }

    private let seqs: Mutex<[Place: UInt64]>

    init(_ receipts: [StoredReceipt]) {
        self.seqs = Mutex([:])
        self.take(receipts)
    }

    func take(_ receipts: [StoredReceipt]) {
        self.seqs.withLock { seqs in
            for receipt in receipts {
                let place = Place(site: receipt.peer.site, author: receipt.about)
                seqs[place] = max(seqs[place] ?? 0, receipt.head.seq)
            }
        }
    }

    /// Lists the sites that hold all of these deltas by their own signed word, sorted. A delta is its
    /// author's word too.
    func sites(holding references: [DeltaReference]) -> [SiteID] {
        self.seqs.withLock { seqs in
            let sites = Set(seqs.keys.map(\.site)).union(references.map(\.author.site)).sorted()
            return sites.filter { site in
                references.allSatisfy { reference in
                    reference.author.site == site
                        || (seqs[Place(site: site, author: reference.author)] ?? 0) >= reference.seq
                }
            }
        }
    }
}
