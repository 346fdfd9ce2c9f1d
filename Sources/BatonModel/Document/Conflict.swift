package import BatonEncoding

/// One write as a signed delta cites it: the delta's place in the citer's past, and the operation's index.
package struct CitedDot: Hashable, Sendable {
    package let reference: DeltaReference
    package let index: UInt32

    package init(reference: DeltaReference, index: UInt32) {
        self.reference = reference
        self.index = index
    }
}

/// The body of a `settle`: the value that ends a conflict, and the writes between which it chose.
///
/// As CBOR: `{1: value, 2: [[author, seq, index], …]}`, two writes or more. A settlement stands in the register
/// as a write of its value. So equal settlements collapse, and different ones make one new conflict, whose
/// writes they are.
package struct Settlement: Hashable, Sendable {
    /// The most writes that one settlement cites.
    package static let citedMax = 64

    package let value: CBORValue
    package let cited: [CitedDot]

    package init(value: CBORValue, cited: [CitedDot]) {
        self.value = value
        self.cited = cited
    }

    /// - Returns: Nil for a body that no settlement has.
    package init?(body: CBORValue) {
        guard case .map(let entries) = body, entries.count == 2,
            entries[0].key == .unsigned(1), entries[1].key == .unsigned(2),
            case .array(let dots) = entries[1].value, (2...Self.citedMax).contains(dots.count)
        else { return nil }
        var cited: [CitedDot] = []
        for dot in dots {
            guard let read = CitedDot(dot) else { return nil }
            cited.append(read)
        }
        self.init(value: entries[0].value, cited: cited)
    }

    package var body: CBORValue {
        .map([
            .init(key: .unsigned(1), value: self.value),
            .init(key: .unsigned(2), value: .array(self.cited.map(\.encoded))),
        ])
    }

    /// What a write puts into its field: of a settlement the value alone, of anything else its whole body.
    static func value(of body: CBORValue, written kind: OperationKind?) -> CBORValue {
        guard kind == .settle, let settlement = Settlement(body: body) else { return body }
        return settlement.value
    }
}

extension CitedDot {
    /// Reads `[author, seq, index]`; nil for anything else.
    package init?(_ value: CBORValue) {
        guard case .array(let parts) = value, parts.count == 3,
            case .array(let author) = parts[0], author.count == 3,
            let site = author[0].textValue.flatMap({ SiteID($0) }),
            let counter = author[1].unsignedValue.flatMap({ UInt32(exactly: $0) }),
            let nonce = author[2].bytesValue, nonce.count == 8,
            let seq = parts[1].unsignedValue, seq > 0,
            let index = parts[2].unsignedValue.flatMap({ UInt32(exactly: $0) })
        else { return nil }
        let incarnation = Incarnation(counter: counter, nonce: bigEndianWord(nonce, from: 0))
        self.init(
            reference: DeltaReference(author: Author(site: site, incarnation: incarnation), seq: seq),
            index: index)
    }

    /// `[[site, counter, nonce], seq, index]`.
    package var encoded: CBORValue {
        let author = self.reference.author
        var nonce: [UInt8] = []
        appendBigEndian(author.incarnation.nonce, to: &nonce)
        return .array([
            .array([
                .text(author.site.description), .unsigned(UInt64(author.incarnation.counter)), .bytes(nonce),
            ]),
            .unsigned(self.reference.seq), .unsigned(UInt64(self.index)),
        ])
    }
}

/// Names a conflict for ever: the field and the writes that stand against each other.
package struct ConflictID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let digest: Digest256

    /// Hashes `"baton/conflict/1" ‖ document ‖ compartment ‖ field (2 bytes) ‖ for each dot, ascending: delta
    /// id ‖ index (4 bytes)`, numbers big-endian. Alike at every replica that holds the same writes.
    package init(
        document: DocumentID, compartment: Compartment, field: FieldCode, dots: [Dot],
        hashing: some Hashing
    ) {
        var message = Array("baton/conflict/1".utf8)
        message.append(contentsOf: document.bytes)
        message.append(compartment.code)
        message.append(UInt8(field.code >> 8))
        message.append(UInt8(truncatingIfNeeded: field.code))
        for dot in dots.sorted() {
            message.append(contentsOf: dot.delta.bytes)
            for shift in [24, 16, 8, 0] {
                message.append(UInt8(truncatingIfNeeded: dot.index >> UInt32(shift)))
            }
        }
        self.digest = hashing.digest256(message)
    }

    package var description: String { self.digest.description }

    package static func < (left: ConflictID, right: ConflictID) -> Bool { left.digest < right.digest }
}
