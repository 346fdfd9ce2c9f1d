import BatonDesk
import BatonModel
import BatonStore
import Synchronization

/// What was worked out of open cases and of handoffs, kept as long as they stay as they were.
final class HandoffBoard: Sendable {
    /// Of an open case.
    struct KnownCase: Sendable {
        let version: DocumentVersion
        /// Who answers for it; nil while its first change has not arrived.
        let holder: SiteID?
        /// What changed since this site last had it in hand.
        let brief: BriefCase
        /// When its running clocks and its own deadline run out, milliseconds since 1970, the first one first.
        let dues: [Int64]
    }

    private struct Known: Sendable {
        /// Who may depose whom is in the membership: with another one all is worked out anew.
        var epoch: UInt64 = 0
        var cases: [DocumentID: KnownCase] = [:]
        /// All open cases, most urgent first, as they were with these counts: a part that comes later changes a
        /// case and adds no delta.
        var whole: (counts: ReplicaCounts, cases: [KnownCase])?
        var handoffs: [DocumentID: (version: DocumentVersion, digest: HandoffDigest)] = [:]
    }

    private let known = Mutex(Known())
    /// One signal at the start, and one whenever something had to be left out; those that come together are one.
    let wanted: AsyncStream<Void>
    private let wanting: AsyncStream<Void>.Continuation

    let rules: RuleBook

    init(rules: RuleBook) {
        self.rules = rules
        (self.wanted, self.wanting) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.wanting.yield()
    }

    /// Has cases worked out that nobody waits for.
    func askForMore() { self.wanting.yield() }

    func cases(epoch: UInt64) -> [DocumentID: KnownCase] {
        self.known.withLock { known in
            Self.follow(&known, epoch)
            return known.cases
        }
    }

    /// Takes up what was worked out, and forgets cases that are open no more.
    ///
    /// - Parameter counts: What the log had before the cases were listed; nil where some are left out.
    func keep(_ cases: [KnownCase], whole counts: ReplicaCounts?, epoch: UInt64) {
        self.known.withLock { known in
            guard known.epoch == epoch else { return }
            known.cases = Dictionary(cases.map { ($0.version.document, $0) }, uniquingKeysWith: { $1 })
            known.whole = counts.map { ($0, cases) }
        }
    }

    /// - Returns: All open cases, most urgent first; nil where the log has changed since they were listed.
    func whole(at counts: ReplicaCounts, epoch: UInt64) -> [KnownCase]? {
        self.known.withLock { known in
            Self.follow(&known, epoch)
            return known.whole.flatMap { $0.counts == counts ? $0.cases : nil }
        }
    }

    /// Takes up what was worked out of some cases.
    func add(_ cases: [KnownCase], epoch: UInt64) {
        self.known.withLock { known in
            Self.follow(&known, epoch)
            for one in cases { known.cases[one.version.document] = one }
        }
    }

    func digest(_ version: DocumentVersion, epoch: UInt64) -> HandoffDigest? {
        self.known.withLock { known in
            Self.follow(&known, epoch)
            return known.handoffs[version.document].flatMap { $0.version == version ? $0.digest : nil }
        }
    }

    func keep(_ digest: HandoffDigest, _ version: DocumentVersion, epoch: UInt64) {
        self.known.withLock { known in
            guard known.epoch == epoch else { return }
            known.handoffs[version.document] = (version, digest)
        }
    }

    private static func follow(_ known: inout Known, _ epoch: UInt64) {
        guard known.epoch != epoch else { return }
        known = Known(epoch: epoch)
    }
}
