import BatonEngine
import BatonModel

/// What the writer knows of the log from one commit to the next, without asking the disk again.
///
/// Only this process writes the file, so that nothing of it can change behind its back; what can is the disk: one that
/// has lost a page gives an older one. A site that read its own head from that would sign a number twice.
///
/// Grows with the number of authors, not with their deltas.
struct KnownHeads {
    /// As last read or saved.
    var haves: [Author: AuthorHave] = [:]
    var clock: HybridTime?
    /// The chain behind the newest audit record.
    var audit: Digest256?
    /// The place that the next delta gets in the order of arrival.
    var nextArrival: Int64?
    /// The number that the next document gets.
    var nextDocument: Int64?
    /// False while nothing waits for what it follows, as nearly always.
    var mayHaveWaiting: Bool?
}
