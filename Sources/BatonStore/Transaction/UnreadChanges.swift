import BatonDesk
import BatonEngine
import BatonModel

/// Material changes of a closed case that no standing close has read and that follow none.
///
/// Kept beside a document that stays decoded: asking the log for them reads rows all over the file.
struct UnreadChanges {
    /// More than these are asked for again each time.
    static let countMax = 256

    /// The deltas of the closes that this is about, sorted.
    private let closes: [DeltaID]
    private var references: [DeltaReference] = []

    var count: Int { self.references.count }
    var isWorthKeeping: Bool { self.count <= Self.countMax }

    init(of closures: Closures) { self.closes = closures.deltas.sorted() }

    func isAbout(_ closures: Closures) -> Bool { self.closes == closures.deltas.sorted() }

    /// Adds a material change of the case, if it is one of them.
    ///
    /// - Parameters:
    ///   - tails: `Closures.unreadTails` of the state that has the change.
    ///   - vector: The change's past, itself included.
    mutating func include(
        _ reference: DeltaReference, vector: CausalVector, of closures: Closures, from tails: [DeltaReference]
    ) {
        guard tails.contains(where: { $0.author == reference.author && $0.seq <= reference.seq }),
            !closures.isFollowed(by: vector)
        else { return }
        self.references.append(reference)
    }
}
