package import BatonModel
import BatonProtocol

/// Names the exchange with one running node: an author and the random bytes of its run.
///
/// Two boot nonces for one author are two machines, and each has an exchange of its own.
package struct SessionID: Hashable, Comparable, Sendable {
    package let author: Author
    /// The 16 bytes as two words, the first byte the highest: sessions are looked up with every message.
    private let high: UInt64
    private let low: UInt64

    package init(author: Author, bootNonce: [UInt8]) {
        precondition(bootNonce.count == 16, "a boot nonce has 16 bytes, got \(bootNonce.count)")
        self.author = author
        self.high = bootNonce[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        self.low = bootNonce[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    package static func < (left: SessionID, right: SessionID) -> Bool {
        if left.author != right.author { return left.author < right.author }
        return (left.high, left.low) < (right.high, right.low)
    }
}

/// The exchange with one running node, over one or two connections.
///
/// The receiver's have-set decides everything: what a peer lacks is worked out from what it states, and
/// nothing that this value remembers outlives it. Its lanes are emptied in this order:
///
/// ```
/// urgent:  live ► documents of lanes 0 and 1, newest first
/// bulk:    first page of the outline ► open documents, newest first ► forwarded ► rest of the outline
///          ► the rest, log by log
/// ```
struct PeerSession: Sendable {
    let site: SiteID
    /// Live connections, at most one of each purpose once twins are settled.
    var links: [LinkPurpose: LinkID] = [:]
    let openedAt: UInt64
    var clockOffsetMilliseconds: Int64
    /// The newest version of the protocol that both speak.
    var version = ProtocolVersion.oldest
    var presence = PresenceExchange()

    // What is known of the peer.

    /// What the peer has stated to hold, plus what has been sent to it or come from it since.
    var peerHave = HaveSet()
    /// What has been sent since the peer's last have: that alone is left out of the catch-up it asked for.
    /// A place that both hold may be a fork, and is asked for all the same.
    var sentSince = SentSet()
    /// True once the peer has stated a whole set, or its digest equalled ours.
    var isStated = false
    /// Parts of a have that is not complete yet.
    var incoming: HaveSet?
    var incomingParts = 0
    var hasSentHave = false
    var isAwaitingHave = false

    // What is to be sent.

    /// What was written here or at the peer's other side of us since, for the urgent lane.
    var live: [DeltaRange] = []
    var isUrgentSurveyDue = false
    var urgentDocuments: [DocumentID] = []
    var urgentPages = 0
    var isSurveying = false
    var outline = OutlineWork()
    var recentDocuments: [DocumentID] = []
    /// Imported here, or come from others over their bulk lane.
    var forwarded: [DeltaRange] = []
    var rest: [DeltaRange] = []
    /// Waiting for their delay, by lane.
    var delayed: [LinkPurpose: [DeltaRange]] = [:]
    var loading: [LinkPurpose: WorkID] = [:]
    /// Deltas of the catch-up that have not been sent: progress for people.
    var remaining: UInt64 = 0

    // What is to come.

    /// What the peer has said to have for us.
    var announced: UInt64 = 0
    /// What was missing here when the peer stated its set.
    var missingAtStart: UInt64 = 0
    var isCatchingUp = false
    var count = ExchangeCount()

    init(_ site: SiteID, openedAt: UInt64, clockOffsetMilliseconds: Int64) {
        self.site = site
        self.openedAt = openedAt
        self.clockOffsetMilliseconds = clockOffsetMilliseconds
    }

    /// The link for messages that are no deltas.
    var controlLink: LinkID? { self.links[.urgent] ?? self.links[.bulk] }

    var hasUrgentWork: Bool {
        !self.live.isEmpty || self.isUrgentSurveyDue || !self.urgentDocuments.isEmpty
            || self.loading[.urgent] != nil
    }

    var isBeforeFirstUrgentPage: Bool {
        self.isUrgentSurveyDue || self.isSurveying
            || (self.urgentPages < 2 && !self.urgentDocuments.isEmpty)
    }

    var hasWork: Bool {
        self.hasUrgentWork || self.loading[.bulk] != nil || self.outline.hasWork
            || !self.recentDocuments.isEmpty || !self.forwarded.isEmpty || !self.rest.isEmpty
            || self.delayed.values.contains { !$0.isEmpty }
    }

    /// What the peer lacks, as far as is known.
    var missingThere: UInt64 { self.remaining.saturatingAdd(SyncEngine.count(self.live)) }

    /// Adds up deltas sent to the peer.
    ///
    /// - Parameter have: What is held here, with the places at which it holds more than one delta.
    mutating func sent(_ deltas: [Delta], contested have: HaveSet) {
        for delta in deltas {
            let place = delta.reference
            self.peerHave.insert(place, id: delta.id)
            let isContested = have[place.author]?.isContested(place.seq) ?? false
            self.sentSince.insert(place, id: delta.id, isContested: isContested)
        }
        self.remaining -= min(self.remaining, UInt64(deltas.count))
        self.count.deltasSent += UInt64(deltas.count)
    }
}

/// Which ranges of a catch-up are still to be counted for the peer's outline.
struct OutlineWork: Sendable {
    var ranges: [DeltaRange] = []
    var pagesSent = 0
    var pagesMax = 0

    init() {}

    init(_ missing: [DeltaRange], _ limits: WireLimits) {
        guard SyncEngine.count(missing) >= limits.outlineMissingMin else { return }
        self.ranges = missing
        self.pagesMax = limits.outlinePagesMax
    }

    var hasWork: Bool { !self.ranges.isEmpty && self.pagesSent < self.pagesMax }
    var isFirstPageDue: Bool { self.hasWork && self.pagesSent == 0 }
    var isLastPage: Bool { self.pagesSent + 1 >= self.pagesMax }
}

enum RangeList {
    /// How far back a range looks for the one that it goes on: authors take turns in what is forwarded.
    private static let lookBack = 16

    /// Adds ranges, joining those that go on where one before ended.
    static func append(_ ranges: [DeltaRange], to list: inout [DeltaRange]) {
        for range in ranges {
            let last = list.lastIndex(of: range, within: Self.lookBack)
            if let last, list[last].last + 1 == range.first {
                list[last].last = range.last
            } else {
                list.append(range)
            }
        }
    }

    /// Takes some ranges so that every author has a share: a page is read from few ranges at a time.
    static func take(_ countMax: Int, from list: inout [DeltaRange]) -> [DeltaRange] {
        guard list.count > countMax else {
            defer { list = [] }
            return list
        }
        let authors = Set(list.map(\.author)).count
        let share = max(1, countMax / authors)
        var taken: [DeltaRange] = []
        var left: [DeltaRange] = []
        var counts: [Author: Int] = [:]
        for range in list {
            if taken.count < countMax, counts[range.author, default: 0] < share {
                counts[range.author, default: 0] += 1
                taken.append(range)
            } else {
                left.append(range)
            }
        }
        list = left
        return taken
    }

    /// Takes the newest end of every author's ranges, so many deltas of all of them together.
    static func takeNewest(_ deltasMax: Int, from list: inout [DeltaRange]) -> [DeltaRange] {
        let authors = Set(list.map(\.author)).count
        guard authors > 0 else { return [] }
        let share = UInt64(max(1, deltasMax / authors))
        var room: [Author: UInt64] = [:]
        var taken: [DeltaRange] = []
        var left: [DeltaRange] = []
        for range in list.reversed() {
            let size = range.last - range.first + 1
            let fits = min(size, room[range.author] ?? share)
            room[range.author] = (room[range.author] ?? share) - fits
            if fits > 0 {
                taken.append(DeltaRange(author: range.author, first: range.last - fits + 1, last: range.last))
            }
            if fits < size {
                left.append(DeltaRange(author: range.author, first: range.first, last: range.last - fits))
            }
        }
        list = left.reversed()
        return taken
    }
}

extension [DeltaRange] {
    fileprivate func lastIndex(of range: DeltaRange, within count: Int) -> Int? {
        var index = self.count - 1
        while index >= 0, index >= self.count - count {
            if self[index].author == range.author { return index }
            index -= 1
        }
        return nil
    }
}
