import BatonModel
import BatonProtocol

/// Remembers how many changes of which documents a peer has for us, and counts down as they come.
struct BehindBoard: Sendable {
    private struct Place: Hashable {
        let document: DocumentID
        let author: Author
    }

    private var counts: [Place: UInt64] = [:]
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
            self.counts[place] = (self.counts[place] ?? 0).saturatingAdd(entry.count)
            var behind = self.documents[entry.document] ?? Behind(count: 0, newestMilliseconds: 0)
            behind.count = behind.count.saturatingAdd(entry.count)
            behind.newestMilliseconds = max(behind.newestMilliseconds, entry.newestMilliseconds)
            self.documents[entry.document] = behind
        }
    }

    /// Counts a change that has come, from whomever.
    mutating func arrived(_ document: DocumentID, _ author: Author) {
        let place = Place(document: document, author: author)
        guard let count = self.counts[place], let behind = self.documents[document] else { return }
        self.counts[place] = count > 1 ? count - 1 : nil
        self.documents[document]?.count = behind.count - min(behind.count, 1)
        if behind.count <= 1 { self.documents[document] = nil }
    }

    /// Everything has come: what is still counted was counted wrongly.
    mutating func clear() { self = BehindBoard() }

    var documentCount: Int { self.documents.count }
    func count(of document: DocumentID) -> UInt64 { self.documents[document]?.count ?? 0 }
}
