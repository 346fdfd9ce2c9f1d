package import BatonEngine
package import BatonModel
import BatonStore

/// A machine whose disk is the reference model itself: every write that returned is durable, and nothing fails.
///
/// Whether a start continues its incarnation is decided by the shipped decision, on a record kept as the store
/// keeps it.
package final class MemoryMachine: NodeMachine {
    package private(set) var model = MemoryReplica()
    package var disk: FaultDisk? { nil }
    private let number: UInt64
    private var bootCount: UInt64 = 0
    private var inode: UInt64 = 1
    /// On the disk: the author whose numbers it gives out.
    private var author: Author?
    /// On volatile storage.
    private var claim: IncarnationClaim?

    package init(number: UInt64) { self.number = number }

    package func takeDifferences() -> [String] { [] }
    package func compare() throws(ReplicaFault) -> [String] { [] }

    package func start(
        site: SiteID, nonce: UInt64, nowMilliseconds: UInt64, hashing: any Hashing,
        context: (_ author: Author, _ previousHead: DeltaID) -> ReplicaContext
    ) throws(ReplicaFault) -> StartedNode {
        let file = FileIdentity(device: self.number, inode: self.inode)
        let boot = Self.bootID(self.number, self.bootCount)
        let known = self.author
        let evidence = IncarnationEvidence(
            bootID: boot, file: file, author: known, head: known.map(self.head) ?? .none)
        let author: Author
        var opened: IncarnationBreak?
        switch IncarnationDecision(claim: self.claim, evidence: evidence) {
        case .resume(let same, _): author = same
        case .open(let reason):
            author = self.next(site, nonce: nonce)
            opened = reason
        }
        self.author = author
        let head = self.head(of: author)
        self.claim = IncarnationClaim(
            bootID: boot, file: file, author: author, intended: head, settled: head)
        return StartedNode(
            context: context(author, self.previousHead(before: author)), opened: opened, lost: [],
            surfaced: [])
    }

    package func write<Value>(
        _ body: (any ReplicaTransaction) throws(ReplicaFault) -> Value
    ) throws(ReplicaFault) -> Value {
        let value = try self.model.write { (model) throws(ReplicaFault) in try body(model) }
        if let author = self.author {
            let head = self.head(of: author)
            self.claim?.intended = head
            self.claim?.settled = head
        }
        return value
    }

    package func load(
        _ ranges: [DeltaRange], bytesMax: Int, sealing: any PartSealing
    ) throws(ReplicaFault) -> MachinePage {
        var page = MachinePage()
        var bytes = 0
        for delta in self.model.deltasInOrder where ranges.contains(where: { $0.contains(delta.reference) }) {
            guard bytes < bytesMax else {
                let seq = delta.reference.seq
                page.rest.append(DeltaRange(author: delta.reference.author, first: seq, last: seq))
                continue
            }
            bytes += delta.headerBytes.count + 64 + delta.parts.reduce(0) { $0 + ($1?.count ?? 0) }
            page.deltas.append(delta)
            for (scope, key) in self.model.keys(for: delta) {
                guard let bare = try? sealing.export(key, scope: scope) else { continue }
                let made = BareKey(scope: scope, id: key.id, bytes: bare)
                if !page.keys.contains(made) { page.keys.append(made) }
            }
        }
        return page
    }

    package func close() {}
    package func kill() {}

    package func losePower(_ key: UInt64, loss: PowerLoss) {
        self.bootCount += 1
        self.claim = nil
    }

    package func image(key: UInt64) -> MachineImage {
        let copy = self.model.clone()
        return MachineImage(content: .memory(copy, self.author), model: copy)
    }

    package func restore(_ image: MachineImage, inPlace: Bool) {
        guard case .memory(let model, let author) = image.content else {
            preconditionFailure("the image of a disk was given to a machine without one")
        }
        self.model = model.clone()
        self.author = author
        if !inPlace { self.inode += 1 }
    }

    package func wipe() {
        self.model = MemoryReplica()
        self.author = nil
        self.inode += 1
    }

    // What the disk knows of its own site.

    private func head(of author: Author) -> LogHead {
        let have = try? self.model.have(author)
        guard let last = have?.intervals.last else { return .none }
        return LogHead(seq: last.last, id: last.head)
    }

    private func authors(of site: SiteID) -> [Author] {
        self.model.haveSet.authors.map(\.author).filter { $0.site == site }.sorted()
    }

    private func next(_ site: SiteID, nonce: UInt64) -> Author {
        var counter = self.authors(of: site).map(\.incarnation.counter).max() ?? 0
        counter = max(counter, self.author?.incarnation.counter ?? 0)
        if let claim = self.claim, claim.author.site == site {
            counter = max(counter, claim.author.incarnation.counter)
        }
        return Author(site: site, incarnation: Incarnation(counter: counter + 1, nonce: nonce))
    }

    private func previousHead(before author: Author) -> DeltaID {
        let earlier = self.authors(of: author.site).filter { $0 < author }
        return earlier.last.map { self.head(of: $0).id } ?? .none
    }

    private static func bootID(_ machine: UInt64, _ count: UInt64) -> [UInt8] {
        [machine, count].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }
}
