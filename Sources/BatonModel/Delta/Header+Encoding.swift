import BatonEncoding

/// Keys of the header map. Frozen: a number is never given a second meaning.
private enum Key {
    static let format: UInt64 = 1
    static let suite: UInt64 = 2
    static let level: UInt64 = 3
    static let author: UInt64 = 4
    static let seq: UInt64 = 5
    static let prev: UInt64 = 6
    static let membership: UInt64 = 7
    static let document: UInt64 = 8
    static let documentPrev: UInt64 = 9
    static let context: UInt64 = 10
    static let seal: UInt64 = 11
    static let unread: UInt64 = 12
    static let stamp: UInt64 = 13
    static let actor: UInt64 = 14
    static let authority: UInt64 = 15
    static let shape: UInt64 = 16
    static let parts: UInt64 = 17
}

extension Header {
    /// Encodes the header as deterministic CBOR: the exact bytes that are signed.
    package func encoded() -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 256)
        writer.mapHeader(15 + (self.unread.isEmpty ? 0 : 1) + (self.authority == nil ? 0 : 1))
        writer.pair(Key.format, Self.formatCurrent)
        writer.pair(Key.suite, Self.suiteCurrent)
        writer.pair(Key.level, self.level)
        writer.unsigned(Key.author)
        self.author.encode(into: &writer)
        writer.pair(Key.seq, self.seq)
        writer.unsigned(Key.prev)
        writer.digest(self.prev.digest)
        writer.unsigned(Key.membership)
        self.membership.encode(into: &writer)
        writer.unsigned(Key.document)
        writer.bytes(self.document.bytes)
        writer.pair(Key.documentPrev, self.documentPrev)
        self.encodeContext(into: &writer)
        writer.pair(Key.stamp, self.stamp.packed)
        self.encodeActor(into: &writer)
        writer.unsigned(Key.shape)
        writer.arrayHeader(self.shape.count)
        for operation in self.shape { writer.unsigned(operation.packed) }
        writer.unsigned(Key.parts)
        writer.arrayHeader(self.parts.count)
        for part in self.parts { part.encode(into: &writer) }
        return writer.bytes
    }

    private func encodeContext(into writer: inout CBORWriter) {
        writer.unsigned(Key.context)
        writer.arrayHeader(self.context.entries.count)
        for entry in self.context.entries {
            writer.arrayHeader(2)
            entry.author.encode(into: &writer)
            writer.unsigned(entry.seq)
        }
        writer.unsigned(Key.seal)
        writer.bytes(self.context.seal.bytes)
        guard !self.unread.isEmpty else { return }
        writer.unsigned(Key.unread)
        writer.arrayHeader(self.unread.count)
        for range in self.unread {
            writer.arrayHeader(3)
            range.author.encode(into: &writer)
            writer.unsigned(range.first)
            writer.unsigned(range.last)
        }
    }

    private func encodeActor(into writer: inout CBORWriter) {
        writer.unsigned(Key.actor)
        if let principal = self.actor.onBehalfOf {
            writer.arrayHeader(2)
            writer.unsigned(UInt64(self.actor.person.number))
            writer.unsigned(UInt64(principal.number))
        } else {
            writer.arrayHeader(1)
            writer.unsigned(UInt64(self.actor.person.number))
        }
        guard let authority = self.authority else { return }
        writer.unsigned(Key.authority)
        writer.bytes(authority)
    }
}

extension CBORWriter {
    fileprivate mutating func pair(_ key: UInt64, _ value: UInt64) {
        self.unsigned(key)
        self.unsigned(value)
    }
}

extension MembershipReference {
    fileprivate func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(2)
        writer.unsigned(self.epoch)
        writer.bytes(self.hashPrefix)
    }
}

extension PartDescriptor {
    fileprivate func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(5)
        writer.unsigned(UInt64(self.compartment.code))
        writer.unsigned(UInt64(self.key.generation))
        writer.bytes(self.key.hash)
        writer.digest(self.commitment)
        writer.unsigned(UInt64(self.length))
    }
}

extension Header {
    /// Decodes a header, refusing everything that is not exactly what `encoded()` would write.
    ///
    /// - Throws: `ModelFault.malformed` with the field's name; `.unsupported` for a format or suite of a
    ///   later build.
    /// - Complexity: O(bytes).
    package init(decoding bytes: [UInt8]) throws(ModelFault) {
        guard bytes.count <= DeltaLimits.headerBytesMax else {
            throw .tooLarge("header", limit: DeltaLimits.headerBytesMax)
        }
        var reader = CBORReader(bytes)
        var fields = HeaderFields(try HeaderFields.count(&reader))
        try fields.expect(Key.format, &reader, "header.format")
        guard try reader.modelUnsigned("header.format") == Self.formatCurrent else {
            throw .unsupported("header.format")
        }
        try fields.expect(Key.suite, &reader, "header.suite")
        guard try reader.modelUnsigned("header.suite") == Self.suiteCurrent else {
            throw .unsupported("header.suite")
        }
        try fields.expect(Key.level, &reader, "header.level")
        let level = try reader.modelUnsigned("header.level")
        try fields.expect(Key.author, &reader, "header.author")
        let author = try Author(from: &reader)
        try fields.expect(Key.seq, &reader, "header.seq")
        let seq = try reader.modelUnsigned("header.seq", upTo: UInt64(Int64.max))
        guard seq > 0 else { throw .malformed("header.seq") }
        try fields.expect(Key.prev, &reader, "header.prev")
        let prev = DeltaID(digest: try reader.modelDigest("header.prev"))
        try fields.expect(Key.membership, &reader, "header.membership")
        let membership = try MembershipReference(from: &reader)
        try fields.expect(Key.document, &reader, "header.document")
        guard let document = DocumentID(try reader.modelBytes("header.document", count: 16)) else {
            throw .malformed("header.document")
        }
        try fields.expect(Key.documentPrev, &reader, "header.document-prev")
        let documentPrev = try reader.modelUnsigned("header.document-prev")
        guard documentPrev < seq else { throw .malformed("header.document-prev") }
        let context = try Context(from: &reader, &fields)
        let unread = try fields.accepts(Key.unread, &reader) ? DeltaRange.list(from: &reader) : []
        try fields.expect(Key.stamp, &reader, "header.stamp")
        let stamp = HybridTime(packed: try reader.modelUnsigned("header.stamp"))
        try fields.expect(Key.actor, &reader, "header.actor")
        let actor = try Actor(from: &reader)
        let authority: [UInt8]? =
            try fields.accepts(Key.authority, &reader)
            ? Array(reader.modelBytes("header.authority", count: 64)) : nil
        try fields.expect(Key.shape, &reader, "header.shape")
        let shape = try OperationShape.list(from: &reader)
        try fields.expect(Key.parts, &reader, "header.parts")
        let parts = try PartDescriptor.list(from: &reader)
        try fields.finish()
        try reader.modelFinish()
        self.init(
            level: level, author: author, seq: seq, prev: prev, membership: membership, document: document,
            documentPrev: documentPrev, context: context, unread: unread, stamp: stamp, actor: actor,
            authority: authority, shape: shape, parts: parts)
    }
}

/// Walks the header's keys in their one order. Sorted keys make a map of fixed fields a sequence.
private struct HeaderFields {
    private var left: Int
    private var pending: UInt64?

    init(_ count: Int) { self.left = count }

    static func count(_ reader: inout CBORReader) throws(ModelFault) -> Int {
        let count: Int
        do { count = try reader.mapHeader() } catch { throw .encoding(error) }
        guard (15...17).contains(count) else { throw .malformed("header") }
        return count
    }

    private mutating func next(_ reader: inout CBORReader) throws(ModelFault) -> UInt64 {
        if let key = self.pending { return key }
        guard self.left > 0 else { throw .malformed("header") }
        self.left -= 1
        let key = try reader.modelUnsigned("header key")
        self.pending = key
        return key
    }

    mutating func expect(_ key: UInt64, _ reader: inout CBORReader, _ field: String) throws(ModelFault) {
        guard try self.next(&reader) == key else { throw .malformed(field) }
        self.pending = nil
    }

    mutating func accepts(_ key: UInt64, _ reader: inout CBORReader) throws(ModelFault) -> Bool {
        guard try self.next(&reader) == key else { return false }
        self.pending = nil
        return true
    }

    func finish() throws(ModelFault) {
        guard self.left == 0, self.pending == nil else { throw .malformed("header") }
    }
}

extension Context {
    fileprivate init(from reader: inout CBORReader, _ fields: inout HeaderFields) throws(ModelFault) {
        try fields.expect(Key.context, &reader, "header.context")
        let count = try reader.modelArray("header.context", upTo: DeltaLimits.contextEntriesMax)
        var entries: [DeltaReference] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            try reader.expectArray(of: 2, "header.context")
            let author = try Author(from: &reader)
            let seq = try reader.modelUnsigned("header.context", upTo: UInt64(Int64.max))
            let entry = DeltaReference(author: author, seq: seq)
            guard entry.seq > 0, entries.last.map({ $0 <= entry }) ?? true else {
                throw .malformed("header.context")
            }
            entries.append(entry)
        }
        try fields.expect(Key.seal, &reader, "header.seal")
        guard let seal = ContextSeal(try reader.modelBytes("header.seal", count: 16)) else {
            throw .malformed("header.seal")
        }
        self.init(entries: entries, seal: seal)
    }
}

extension DeltaRange {
    fileprivate static func list(from reader: inout CBORReader) throws(ModelFault) -> [DeltaRange] {
        let count = try reader.modelArray("header.unread", upTo: DeltaLimits.unreadRangesMax)
        guard count > 0 else { throw .malformed("header.unread") }
        var ranges: [DeltaRange] = []
        for _ in 0..<count {
            try reader.expectArray(of: 3, "header.unread")
            let author = try Author(from: &reader)
            let first = try reader.modelUnsigned("header.unread", upTo: UInt64(Int64.max))
            let last = try reader.modelUnsigned("header.unread", upTo: UInt64(Int64.max))
            guard first > 0, first <= last else { throw .malformed("header.unread") }
            if let before = ranges.last {
                guard (before.author, before.last) < (author, first) else {
                    throw .malformed("header.unread")
                }
            }
            ranges.append(DeltaRange(author: author, first: first, last: last))
        }
        return ranges
    }
}

extension MembershipReference {
    fileprivate init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 2, "header.membership")
        let epoch = try reader.modelUnsigned("header.membership")
        self.init(epoch: epoch, hashPrefix: try reader.modelWord("header.membership"))
    }
}

extension Actor {
    fileprivate init(from reader: inout CBORReader) throws(ModelFault) {
        let count = try reader.modelArray("header.actor", upTo: 2)
        guard count > 0 else { throw .malformed("header.actor") }
        let person = OperatorID(UInt32(try reader.modelUnsigned("header.actor", upTo: UInt64(UInt32.max))))
        guard count == 2 else {
            self.init(person: person)
            return
        }
        let principal = OperatorID(UInt32(try reader.modelUnsigned("header.actor", upTo: UInt64(UInt32.max))))
        self.init(person: person, onBehalfOf: principal)
    }
}

extension OperationShape {
    fileprivate static func list(from reader: inout CBORReader) throws(ModelFault) -> [OperationShape] {
        let count = try reader.modelArray("header.shape", upTo: DeltaLimits.operationsMax)
        var shape: [OperationShape] = []
        shape.reserveCapacity(count)
        for _ in 0..<count {
            guard let operation = OperationShape(packed: try reader.modelUnsigned("header.shape")) else {
                throw .malformed("header.shape")
            }
            shape.append(operation)
        }
        return shape
    }
}

extension PartDescriptor {
    fileprivate static func list(from reader: inout CBORReader) throws(ModelFault) -> [PartDescriptor] {
        let count = try reader.modelArray("header.parts", upTo: DeltaLimits.partsMax)
        var parts: [PartDescriptor] = []
        for _ in 0..<count {
            try reader.expectArray(of: 5, "header.parts")
            let compartment = Compartment(
                code: UInt8(try reader.modelUnsigned("part.compartment", upTo: 255)))
            let generation = UInt32(try reader.modelUnsigned("part.generation", upTo: UInt64(UInt32.max)))
            let hash = try reader.modelWord("part.key")
            let commitment = try reader.modelDigest("part.commitment")
            let length = Int(try reader.modelUnsigned("part.length", upTo: UInt64(DeltaLimits.deltaBytesMax)))
            guard parts.last.map({ $0.compartment < compartment }) ?? true else {
                throw .malformed("part.compartment")
            }
            parts.append(
                PartDescriptor(
                    compartment: compartment, key: KeyID(generation: generation, hash: hash),
                    commitment: commitment, length: length))
        }
        return parts
    }
}
