import BatonModel
import BatonProtocol

/// Remembers how many changes of which documents a peer has for us, and counts down as they come.
struct BehindBoard: Sendable {
    private struct Place: Hashable {
        let document: DocumentID
        let author: Author
    }

    private struct LaneOfLog: Hashable {
        let lane: UInt8?
        let author: Author
    }

    private struct Announced {
        var count: UInt64
        /// As the first part that named the place said.
        let lane: UInt8?
    }

    private var counts: [Place: Announced] = [:]
    private var totals: [LaneOfLog: UInt64] = [:]
    private var documents: [DocumentID: Behind] = [:]
    private(set) var isCut = false

    struct Behind: Sendable {
        var count: UInt64
        var newestMilliseconds: UInt64
    }

    mutating func take(_ part: OutlinePart, documentsMax: Int) {
        if part.isFirst { self = BehindBoard() }
        self.isCut = self.isCut || part.isCut
        for entry in part.entries where entry.count > 0 {
            guard self.documents[entry.document] != nil || self.documents.count < documentsMax else {
                self.isCut = true
                continue
            }
            let place = Place(document: entry.document, author: entry.author)
            var announced = self.counts[place] ?? Announced(count: 0, lane: entry.lane)
            announced.count = announced.count.saturatingAdd(entry.count)
            self.counts[place] = announced
            let log = LaneOfLog(lane: announced.lane, author: entry.author)
            self.totals[log] = (self.totals[log] ?? 0).saturatingAdd(entry.count)
            var behind = self.documents[entry.document] ?? Behind(count: 0, newestMilliseconds: 0)
            behind.count = behind.count.saturatingAdd(entry.count)
            behind.newestMilliseconds = max(behind.newestMilliseconds, entry.newestMilliseconds)
            self.documents[entry.document] = behind
        }
    }

    /// Counts a change that has come, from whomever.
    mutating func arrived(_ document: DocumentID, _ author: Author) {
        let place = Place(document: document, author: author)
        guard var announced = self.counts[place], let behind = self.documents[document] else { return }
        announced.count -= 1
        self.counts[place] = announced.count > 0 ? announced : nil
        let log = LaneOfLog(lane: announced.lane, author: author)
        let total = self.totals[log] ?? 0
        self.totals[log] = total > 1 ? total - 1 : nil
        self.documents[document]?.count = behind.count - min(behind.count, 1)
        if behind.count <= 1 { self.documents[document] = nil }
    }

    /// Everything has come: what is still counted was counted wrongly.
    mutating func clear() { self = BehindBoard() }

    /// What of an author's log was announced and has not come, by lane, in order of lane; unknown lanes come last.
    ///
    /// - Complexity: O(lanes that were named).
    func lanes(of author: Author) -> [(lane: UInt8?, count: UInt64)] {
        // order: sorted before use
        self.totals.filter { $0.key.author == author }.map { ($0.key.lane, $0.value) }
            .sorted { ($0.0.map { Int($0) } ?? .max) < ($1.0.map { Int($0) } ?? .max) }
    }

    var documentCount: Int { self.documents.count }
    func count(of document: DocumentID) -> UInt64 { self.documents[document]?.count ?? 0 }
}
