/// One user action on one document: the exact header bytes, their signature, and the sealed parts that are
/// at hand.
///
/// Nothing is ever re-encoded to verify: `headerBytes` are the bytes as received.
package struct Delta: Hashable, Sendable {
    package let id: DeltaID
    package let header: Header
    package let headerBytes: [UInt8]
    /// Ed25519, 64 bytes.
    package let signature: [UInt8]
    /// One place per `header.parts`: ciphertext and tag, or nil when the part is not here.
    package var parts: [[UInt8]?]

    package static let signatureBytes = 64
    /// Bytes that XChaCha20-Poly1305 adds to a part's plaintext.
    package static let sealBytes = 16
    private static let signingDomain = Array("baton/delta/1".utf8)

    /// Takes a delta from the wire or the log.
    ///
    /// - Throws: `ModelFault` when the header is malformed or a part has not the length that the header says.
    package init(
        headerBytes: [UInt8], signature: [UInt8], parts: [[UInt8]?], hashing: some Hashing
    ) throws(ModelFault) {
        guard signature.count == Self.signatureBytes else { throw .malformed("delta.signature") }
        let header = try Header(decoding: headerBytes)
        guard parts.count == header.parts.count else { throw .malformed("delta.parts") }
        var total = headerBytes.count
        for (part, descriptor) in zip(parts, header.parts) {
            total += descriptor.length + Self.sealBytes
            guard let part else { continue }
            guard part.count == descriptor.length + Self.sealBytes else {
                throw .malformed("delta.part length")
            }
        }
        guard total <= DeltaLimits.deltaBytesMax else {
            throw .tooLarge("delta", limit: DeltaLimits.deltaBytesMax)
        }
        self.header = header
        self.headerBytes = headerBytes
        self.signature = signature
        self.parts = parts
        self.id = DeltaID(digest: hashing.digest256(headerBytes, signature))
    }

    /// The bytes that an author signs: `"baton/delta/1" ‖ team id ‖ header`.
    package static func signedMessage(team: TeamID, headerBytes: [UInt8]) -> [UInt8] {
        var message = Self.signingDomain
        message.reserveCapacity(Self.signingDomain.count + Digest256.byteCount + headerBytes.count)
        team.digest.append(to: &message)
        message.append(contentsOf: headerBytes)
        return message
    }

    package var reference: DeltaReference { self.header.reference }
    package var hasAllParts: Bool { self.parts.allSatisfy { $0 != nil } }

    /// True unless the part that every member may read is described and missing.
    package var hasGlobalPart: Bool {
        zip(self.header.parts, self.parts).allSatisfy { $0.compartment != .global || $1 != nil }
    }
}

/// Names what one document key opens: the parts of one author in one compartment of one document, for one
/// generation.
package struct KeyScope: Hashable, Sendable {
    package let author: Author
    package let document: DocumentID
    package let compartment: Compartment
    package let generation: UInt32

    package init(author: Author, document: DocumentID, compartment: Compartment, generation: UInt32) {
        self.author = author
        self.document = document
        self.compartment = compartment
        self.generation = generation
    }

    /// `author ‖ document id ‖ compartment (1 byte) ‖ generation (4 bytes, big-endian)`: the associated
    /// data of a wrapped key.
    package var bytes: [UInt8] {
        var out = self.author.encoded
        out.append(contentsOf: self.document.bytes)
        out.append(self.compartment.code)
        for shift in [24, 16, 8, 0] as [UInt32] {
            out.append(UInt8(truncatingIfNeeded: self.generation >> shift))
        }
        return out
    }
}

extension Header {
    /// The bytes that a part's commitment covers before the plaintext:
    /// `author ‖ seq (8 bytes, big-endian) ‖ part index (4 bytes, big-endian)`.
    package static func commitmentPrefix(author: Author, seq: UInt64, part: Int) -> [UInt8] {
        var out = author.encoded
        appendBigEndian(seq, to: &out)
        for shift in [24, 16, 8, 0] { out.append(UInt8(truncatingIfNeeded: part >> shift)) }
        return out
    }

    package func keyScope(part: Int) -> KeyScope {
        KeyScope(
            author: self.author, document: self.document, compartment: self.parts[part].compartment,
            generation: self.parts[part].key.generation)
    }
}

/// A document key on its way between cleared nodes, inside TLS.
package struct BareKey: Hashable, Sendable {
    package let scope: KeyScope
    package let id: KeyID
    package let bytes: [UInt8]

    package init(scope: KeyScope, id: KeyID, bytes: [UInt8]) {
        self.scope = scope
        self.id = id
        self.bytes = bytes
    }
}
