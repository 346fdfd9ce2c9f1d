/// The verified membership log of a team: who may write, read and sign, epoch by epoch.
package struct Membership: Hashable, Sendable {
    package let team: TeamID
    /// Entry of epoch e at index e - 1.
    package private(set) var entries: [SignedMembershipEntry]
    package private(set) var headHash: Digest256

    /// Starts from the first entry, which must be signed by enough of the roots that it names itself.
    package init(
        first: SignedMembershipEntry, hashing: some Hashing, verifying: some SignatureVerifying
    ) throws(MembershipFault) {
        guard first.entry.epoch == 1, first.entry.prev == .zero else { throw .outOfOrder }
        try Self.check(first, roots: first.entry, verifying)
        self.headHash = first.hash(hashing)
        self.team = TeamID(digest: self.headHash)
        self.entries = [first]
    }

    /// Adds the next entry.
    ///
    /// - Throws: `MembershipFault`; the membership is unchanged then.
    package mutating func append(
        _ next: SignedMembershipEntry, hashing: some Hashing, verifying: some SignatureVerifying
    ) throws(MembershipFault) {
        guard next.entry.epoch == self.head.epoch + 1, next.entry.prev == self.headHash else {
            throw .outOfOrder
        }
        try Self.check(next, roots: self.head, verifying)
        self.entries.append(next)
        self.headHash = next.hash(hashing)
    }

    /// Verifies a whole log, as a file or a peer gives it.
    package init(
        log: [SignedMembershipEntry], hashing: some Hashing, verifying: some SignatureVerifying
    ) throws(MembershipFault) {
        guard let first = log.first else { throw .outOfOrder }
        try self.init(first: first, hashing: hashing, verifying: verifying)
        for next in log.dropFirst() { try self.append(next, hashing: hashing, verifying: verifying) }
    }

    package var head: MembershipEntry { self.entries[self.entries.count - 1].entry }
    package var epoch: UInt64 { self.head.epoch }

    package func entry(at epoch: UInt64) -> MembershipEntry? {
        guard epoch >= 1, epoch <= UInt64(self.entries.count) else { return nil }
        return self.entries[Int(epoch) - 1].entry
    }

    package func reference(hashing: some Hashing) -> MembershipReference {
        MembershipReference(epoch: self.epoch, hashPrefix: self.headHash.word0)
    }

    /// Finds the entry that a delta names; nil when it is not known here or is another one.
    package func entry(for reference: MembershipReference, hashing: some Hashing) -> MembershipEntry? {
        guard let entry = self.entry(at: reference.epoch) else { return nil }
        let signed = self.entries[Int(reference.epoch) - 1]
        let hash = reference.epoch == self.epoch ? self.headHash : signed.hash(hashing)
        return hash.word0 == reference.hashPrefix ? entry : nil
    }

    private static func check(
        _ signed: SignedMembershipEntry, roots: MembershipEntry, _ verifying: some SignatureVerifying
    ) throws(MembershipFault) {
        guard signed.entry.rootThreshold >= 1, signed.entry.rootThreshold <= UInt64(signed.entry.roots.count)
        else {
            throw .threshold
        }
        let message = SignedMembershipEntry.signedMessage(signed.bytes)
        var signers: [[UInt8]] = []
        for signature in signed.signatures where roots.roots.contains(signature.key) {
            guard !signers.contains(signature.key) else { continue }
            if verifying.isValid(signature: signature.signature, message: message, publicKey: signature.key) {
                signers.append(signature.key)
            }
        }
        guard UInt64(signers.count) >= roots.rootThreshold || Mutant.isOn(.membershipUnsigned) else {
            throw .notEnoughRoots
        }
    }
}

/// Says why a membership log is not one.
package enum MembershipFault: Error, Equatable, Sendable, CustomStringConvertible {
    case outOfOrder
    case threshold
    case notEnoughRoots

    package var description: String {
        switch self {
        case .outOfOrder: "the membership entry does not follow the one before it"
        case .threshold: "the membership entry asks for more root signatures than it has roots"
        case .notEnoughRoots: "the membership entry is not signed by enough roots"
        }
    }
}

extension Membership {
    /// What the newest entry that knows an operator says of them: names stay readable after somebody has left.
    ///
    /// - Complexity: O(entries × operators); a membership has dozens of each.
    package func newestRecord(of person: OperatorID) -> OperatorRecord? {
        for signed in self.entries.reversed() {
            if let record = signed.entry.operatorRecord(person) { return record }
        }
        return nil
    }
}
