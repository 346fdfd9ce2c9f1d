import BatonEngine
import BatonModel

/// What a transaction has logged so far, kept beside its rows: a question to SQLite would wait for every row before it.
///
/// - Complexity: O(1) for each call but `material`, which is O(what it gives).
struct LoggedAhead {
    private struct Place: Hashable {
        let author: Int64
        let seq: UInt64
    }

    private struct Entry {
        let logged: LoggedDelta
        /// Where the document's material delta before this one lies; -1 for none.
        let materialBefore: Int32
    }

    private var entries: [Entry] = []
    private var places: [Place: Int32] = [:]
    /// By the row of a document.
    private var newestMaterial: [Int64: Int32] = [:]

    /// Keeps a delta.
    ///
    /// - Returns: False where another one of the transaction has its place: a fork, which is not kept track of here.
    mutating func add(_ logged: LoggedDelta, author: Int64, document: Int64, isMaterial: Bool) -> Bool {
        let index = Int32(self.entries.count)
        let place = Place(author: author, seq: logged.reference.seq)
        guard self.places.updateValue(index, forKey: place) == nil else { return false }
        let counts = isMaterial && (logged.fate == .applied || logged.fate == .unread)
        let before = counts ? self.newestMaterial.updateValue(index, forKey: document) : nil
        self.entries.append(Entry(logged: logged, materialBefore: before ?? -1))
        return true
    }

    func logged(author: Int64, seq: UInt64) -> LoggedDelta? {
        self.places[Place(author: author, seq: seq)].map { self.entries[Int($0)].logged }
    }

    /// Goes through a document's material deltas that are in its history, newest first.
    func material(in document: Int64) -> some Sequence<LoggedDelta> {
        var next = self.newestMaterial[document] ?? -1
        return AnyIterator {
            guard next >= 0 else { return nil }
            let entry = self.entries[Int(next)]
            next = entry.materialBefore
            return entry.logged
        }
    }
}
