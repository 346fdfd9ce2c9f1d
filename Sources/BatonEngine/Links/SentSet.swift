package import BatonModel

/// What was sent to a peer since its last have.
///
/// Counted by place where an author's log has one branch, and by id at a contested place: there one branch
/// on its way says nothing of the other one, which may stand on a later page.
package struct SentSet: Sendable, Equatable {
    private var places = HaveSet()
    private var branches: [DeltaReference: [DeltaID]] = [:]

    package init() {}

    package mutating func insert(_ reference: DeltaReference, id: DeltaID, isContested: Bool) {
        guard isContested else { return self.places.insert(reference, id: id) }
        self.branches[reference, default: []].append(id)
    }

    /// Lists what of `ranges` may still have to be sent, in their order.
    ///
    /// - Complexity: O(log intervals) a range, and what it meets.
    package func lacking(_ ranges: [DeltaRange]) -> [DeltaRange] { self.places.lacking(ranges) }

    package func contains(_ reference: DeltaReference, id: DeltaID) -> Bool {
        self.branches[reference]?.contains(id) ?? self.places.contains(reference)
    }
}
