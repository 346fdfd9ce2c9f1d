package import BatonModel

/// One key of a scope: the branches of a forked author may have two.
package struct KeyPlace: Hashable, Sendable {
    package let scope: KeyScope
    package let id: KeyID

    package init(scope: KeyScope, id: KeyID) {
        self.scope = scope
        self.id = id
    }
}

/// Keys that were wrapped and parts that were opened before their transaction began, on the threads that
/// verify (`PartOpener`).
///
/// What stands here counts only where the transaction finds the very same wrapped key held: a batch does the
/// same with it and without it, only sooner.
package struct OpenedAhead: Sendable, Equatable {
    package struct Part: Sendable, Equatable {
        /// What it was opened with.
        package let key: WrappedKey
        package let content: OpenedDelta.Part

        package init(key: WrappedKey, content: OpenedDelta.Part) {
            self.key = key
            self.content = content
        }
    }

    package var keys: [KeyPlace: WrappedKey] = [:]
    /// For each delta of the batch in its order, each of its parts; nil where the transaction is to open it.
    package var parts: [Part?] = []

    package init() {}
}

extension OpenedDelta.Part {
    /// Decodes the plaintext of a part; void where it is malformed.
    static func decoded(_ plaintext: [UInt8], _ compartment: Compartment, operationCount: Int) -> Self {
        do {
            return .bodies(
                try PartPlaintext.bodies(
                    of: plaintext, compartment: compartment, operationCount: operationCount))
        } catch {
            return .void
        }
    }
}

/// Opens the parts of verified chunks ahead of their transaction, as far as keys are at hand: those of the
/// chunk, and those that were at hand of late.
///
/// The transaction decides what is kept: nothing is remembered here but wrapped keys, at most `keysMax`.
package struct PartOpener: Sendable {
    private var recent: [KeyPlace: WrappedKey] = [:]
    private var earlier: [KeyPlace: WrappedKey] = [:]
    private let keysMax: Int

    /// - Parameter keysMax: About 250 bytes each.
    package init(keysMax: Int = 16_384) {
        precondition(keysMax >= 2, "an opener that remembers no key opens nothing")
        self.keysMax = keysMax
    }

    /// - Parameter clearances: Compartments that this site may store and read now.
    /// - Complexity: O(bytes of the parts).
    package mutating func open(
        _ outcome: inout VerificationOutcome, clearances: [Compartment], sealing: some PartSealing,
        entropy: some EntropySource
    ) {
        var offered: [KeyPlace: BareKey] = [:]
        for key in outcome.keys where offered[KeyPlace(scope: key.scope, id: key.id)] == nil {
            offered[KeyPlace(scope: key.scope, id: key.id)] = key
        }
        var ahead = OpenedAhead()
        ahead.parts.reserveCapacity(outcome.authentic.count)
        for delta in outcome.authentic {
            for index in delta.header.parts.indices {
                let descriptor = delta.header.parts[index]
                guard clearances.contains(descriptor.compartment), let sealed = delta.parts[index] else {
                    ahead.parts.append(nil)
                    continue
                }
                let place = KeyPlace(scope: delta.header.keyScope(part: index), id: descriptor.key)
                let key = self.key(place, offered[place], &ahead, sealing, entropy)
                ahead.parts.append(key.flatMap { Self.open(sealed, of: delta, index, $0, place, sealing) })
            }
        }
        outcome.ahead = ahead
    }

    private mutating func key(
        _ place: KeyPlace, _ offered: BareKey?, _ ahead: inout OpenedAhead, _ sealing: some PartSealing,
        _ entropy: some EntropySource
    ) -> WrappedKey? {
        if let known = self.remembered(place) {
            if offered != nil { ahead.keys[place] = known }
            return known
        }
        guard let offered else { return nil }
        // A key that is refused here is refused in the transaction too, and reported there.
        guard
            let wrapped = try? sealing.adopt(
                bareKey: offered.bytes, scope: place.scope, expecting: place.id, nonce: entropy.bytes(24))
        else { return nil }
        ahead.keys[place] = wrapped
        self.remember(wrapped, at: place)
        return wrapped
    }

    private static func open(
        _ sealed: [UInt8], of delta: Delta, _ index: Int, _ key: WrappedKey, _ place: KeyPlace,
        _ sealing: some PartSealing
    ) -> OpenedAhead.Part? {
        let descriptor = delta.header.parts[index]
        // What does not open here is tried again in the transaction, which says so.
        guard
            let plaintext = try? sealing.open(
                sealed, at: PartPlace(scope: place.scope, seq: delta.header.seq, index: index),
                commitment: descriptor.commitment, header: delta.headerBytes, key: key)
        else { return nil }
        let content = OpenedDelta.Part.decoded(
            plaintext, descriptor.compartment, operationCount: delta.header.shape.count)
        return OpenedAhead.Part(key: key, content: content)
    }

    private mutating func remembered(_ place: KeyPlace) -> WrappedKey? {
        if let known = self.recent[place] { return known }
        guard let known = self.earlier[place] else { return nil }
        self.remember(known, at: place)
        return known
    }

    /// Two tables take turns, so that what was used of late stays and no list has to be kept in order.
    private mutating func remember(_ key: WrappedKey, at place: KeyPlace) {
        if self.recent.count >= self.keysMax / 2 {
            self.earlier = self.recent
            self.recent = [:]
        }
        self.recent[place] = key
    }
}
