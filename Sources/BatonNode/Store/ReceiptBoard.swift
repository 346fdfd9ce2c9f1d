import BatonModel
import BatonProtocol
import BatonStore
import Synchronization

/// What other sites have signed for, ready to be asked at every answer.
final class ReceiptBoard: Sendable {
    /// By site, what its incarnations have signed to hold.
    private let haves: Mutex<[SiteID: HaveSet]>

    /// - Parameter receipts: The newest kept word of each peer about each author. Each carries the whole
    ///   receipt, of which every run counts, also one that does not start at the first delta.
    init(_ receipts: [StoredReceipt]) {
        self.haves = Mutex([:])
        for stored in receipts {
            guard stored.bytes.count > Delta.signatureBytes,
                let receipt = try? Receipt(decoding: Array(stored.bytes.dropLast(Delta.signatureBytes)))
            else { continue }
            self.take(receipt, only: stored.about)
        }
    }

    func take(_ receipt: Receipt) { self.take(receipt, only: nil) }

    private func take(_ receipt: Receipt, only author: Author?) {
        self.haves.withLock { haves in
            for have in receipt.haves where author == nil || have.author == author {
                haves[receipt.receiver.site, default: HaveSet()].unite(have)
            }
        }
    }

    /// Takes a site's whole have-set: what it had signed for and does not hold is not safe there.
    ///
    /// - Returns: The authors concerned, sorted.
    func restate(_ site: SiteID, _ have: HaveSet) -> [Author] {
        self.haves.withLock { haves in
            guard let signed = haves[site] else { return [] }
            var kept = HaveSet()
            var lost: [Author] = []
            for entry in signed.authors {
                let missing = have.lacking(
                    entry.intervals.map { DeltaRange(author: entry.author, first: $0.first, last: $0.last) })
                if missing.isEmpty {
                    kept.set(entry)
                } else {
                    lost.append(entry.author)
                    if let held = have[entry.author] { kept.set(held) }
                }
            }
            haves[site] = kept
            return lost
        }
    }

    /// How many deltas of an author a site has signed for.
    func count(of author: Author, at site: SiteID) -> UInt64 {
        self.haves.withLock { haves in
            (haves[site]?[author]?.intervals ?? []).reduce(0) { $0.saturatingAdd($1.last - $1.first + 1) }
        }
    }

    /// How many deltas a site has not signed for, without those that it wrote itself.
    ///
    /// - Parameter have: What is held here.
    func unsigned(_ have: HaveSet, at site: SiteID) -> UInt64 {
        let signed = self.haves.withLock { $0[site] ?? HaveSet() }
        return have.authors.filter { $0.author.site != site }.reduce(UInt64(0)) { sum, entry in
            let ranges = entry.intervals.map {
                DeltaRange(author: entry.author, first: $0.first, last: $0.last)
            }
            return signed.lacking(ranges).reduce(sum) { $0.saturatingAdd($1.last - $1.first + 1) }
        }
    }

    /// Lists the sites that hold all of these deltas by their own signed word, sorted. A delta is its
    /// author's word too.
    func sites(holding references: [DeltaReference]) -> [SiteID] {
        self.haves.withLock { haves in
            let sites = Set(haves.keys).union(references.map(\.author.site)).sorted()
            return sites.filter { site in
                references.allSatisfy { reference in
                    reference.author.site == site || haves[site]?.contains(reference) == true
                }
            }
        }
    }
}
