import BatonEngine
import BatonModel

/// Documents as the last commit left them, decoded: what one transaction folds, one of the next mostly folds
/// again.
///
/// `take` leaves nothing behind, so that a state is changed where it lies; what was saved comes back once
/// the commit stands. Whoever changes documents in another way empties it, and a transaction that is given
/// up does too. Confined to the writer's queue.
@safe final class DocumentCache {
    struct Entry {
        let state: DocumentState
        /// Every key of the document; nil where they have not all been read.
        let keys: [DocumentKey]?
        /// What no close of it has read; nil where that is not known.
        let unread: UnreadChanges?
        /// Bytes of the stored state; decoded it takes about four times as many.
        let storedBytes: Int
    }

    /// Stored bytes of all that is kept.
    private let bytesMax: Int
    /// What stands beside each state, however small.
    private static let entryBytes = 256

    // Two tables take turns, so that what was used of late stays and no list has to be kept in order.
    private var recent: [DocumentID: Entry] = [:]
    private var earlier: [DocumentID: Entry] = [:]
    private var recentBytes = 0

    /// - Parameter bytesMax: The default is some 8,000 cases of ordinary size.
    init(bytesMax: Int = 8 << 20) { self.bytesMax = bytesMax }

    var count: Int { self.recent.count + self.earlier.count }

    /// Gives a document out; nil where it is not at hand.
    func take(_ id: DocumentID) -> Entry? {
        if let known = self.recent.removeValue(forKey: id) {
            self.recentBytes -= known.storedBytes + Self.entryBytes
            return known
        }
        return self.earlier.removeValue(forKey: id)
    }

    /// Keeps a document that was committed so.
    ///
    /// - Returns: What was not asked for in a long time and is kept no more; nearly always nothing.
    func put(_ entry: consuming Entry) -> [DocumentID: Entry] {
        _ = self.take(entry.state.id)
        self.recentBytes += entry.storedBytes + Self.entryBytes
        self.recent[entry.state.id] = entry
        guard self.recentBytes >= self.bytesMax / 2 else { return [:] }
        let dropped = self.earlier
        self.earlier = self.recent
        self.recent = [:]
        self.recentBytes = 0
        return dropped
    }

    /// Forgets which keys a document has.
    func forgetKeys(of id: DocumentID) {
        guard let known = self.take(id) else { return }
        _ = self.put(
            Entry(state: known.state, keys: nil, unread: known.unread, storedBytes: known.storedBytes))
    }

    func removeAll() {
        self.recent = [:]
        self.earlier = [:]
        self.recentBytes = 0
    }
}

/// A key of a document, wrapped as it lies in the database.
typealias DocumentKey = (scope: KeyScope, key: WrappedKey)
