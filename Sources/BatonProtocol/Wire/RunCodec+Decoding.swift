import BatonEncoding
package import BatonModel

extension RunCodec {
    /// Decodes a frame to whole deltas and keys.
    ///
    /// - Throws: `ModelFault` for anything that is not a frame, and for a header that would be malformed.
    /// - Complexity: O(bytes); every count is bounded by the limits before anything is kept for it.
    package static func decode(
        _ bytes: [UInt8], limits: WireLimits, hashing: some Hashing
    ) throws(ModelFault) -> Content {
        var reader = CBORReader(
            bytes, limits: CBORLimits(depthMax: 8, itemsMax: 1 << 18, bytesMax: limits.frameBytesMax))
        try reader.expectArray(of: 7, "runs")
        let tables = try DecodedTables(from: &reader, limits)
        let count = try reader.modelArray("runs.deltas", upTo: limits.deltasPerChunkMax)
        var memory = RunMemory()
        var deltas: [Delta] = []
        deltas.reserveCapacity(count)
        for _ in 0..<count {
            let delta = try Self.delta(from: &reader, tables, memory, hashing)
            memory.note(delta.header, delta.id)
            deltas.append(delta)
        }
        try reader.modelFinish()
        return Content(keys: tables.bareKeys, deltas: deltas)
    }

    private static func delta(
        from reader: inout CBORReader, _ tables: DecodedTables, _ memory: RunMemory, _ hashing: some Hashing
    ) throws(ModelFault) -> Delta {
        let count = try reader.modelArray("runs.delta", upTo: 13)
        let flags = try reader.modelUnsigned("runs.flags", upTo: Flags.all)
        let isStart = flags & Flags.start != 0
        let hasExtras = flags & Flags.extras != 0
        guard count == 11 + (isStart ? 1 : 0) + (hasExtras ? 1 : 0) else { throw .malformed("runs.delta") }
        let author = try tables.author(&reader).author
        let last = memory.last(of: author)
        var seq = (last?.seq ?? 0) + 1
        if isStart {
            seq = try reader.modelUnsigned("runs.seq", upTo: UInt64(Int64.max))
        } else if last == nil {
            throw .malformed("runs.seq")
        }
        let setting = try tables.pick(tables.settings, &reader, "runs.setting")
        let document = try tables.pick(tables.documents, &reader, "runs.document")
        let distance = try reader.modelUnsigned("runs.document-prev")
        guard seq > 0, distance < seq else { throw .malformed("runs.document-prev") }
        let stamp = try Self.stamp(from: &reader, isWhole: flags & Flags.stamp != 0, memory)
        let actor = try tables.pick(tables.actors, &reader, "runs.actor")
        let shape = try tables.pick(tables.shapes, &reader, "runs.shape")
        let context = try Self.context(from: &reader, tables)
        let parts = try Self.parts(from: &reader, tables, author, document)
        var blob = RunBlob(try Self.blob(from: &reader))
        let signature = try blob.take(Delta.signatureBytes)
        let prev = isStart ? try blob.id() : (last?.id ?? .none)
        let documentPrev = distance == 0 ? 0 : seq - distance
        let named = SealedPast(author: author, documentPrev: documentPrev, entries: context)
        let seal = try Self.seal(over: named, flags, &blob, memory, hashing)
        var header = Header(
            level: setting.level, author: author, seq: seq, prev: prev, membership: setting.membership,
            document: document, documentPrev: documentPrev, context: Context(entries: context, seal: seal),
            stamp: stamp, actor: actor, shape: shape, parts: parts.map(\.descriptor))
        var bytes: [[UInt8]?] = []
        for (index, part) in parts.enumerated() {
            header.parts[index].commitment = try blob.id().digest
            bytes.append(part.isAbsent ? nil : try blob.take(part.descriptor.length + Delta.sealBytes))
        }
        try blob.finish()
        if hasExtras { try Self.readExtras(from: &reader, tables, into: &header) }
        return try Delta(headerBytes: header.encoded(), signature: signature, parts: bytes, hashing: hashing)
    }

    private static func blob(from reader: inout CBORReader) throws(ModelFault) -> ArraySlice<UInt8> {
        do { return try reader.bytesSlice() } catch { throw .encoding(error) }
    }

    private static func stamp(
        from reader: inout CBORReader, isWhole: Bool, _ memory: RunMemory
    ) throws(ModelFault) -> HybridTime {
        if isWhole { return HybridTime(packed: try reader.modelUnsigned("runs.stamp")) }
        let distance: Int64
        do { distance = try reader.int() } catch { throw .encoding(error) }
        guard let before = memory.milliseconds else { throw .malformed("runs.stamp") }
        let (sum, isOver) = Int64(before).addingReportingOverflow(distance)
        guard !isOver, sum >= 0, UInt64(sum) <= HybridTime.millisecondsMax else {
            throw .malformed("runs.stamp")
        }
        return HybridTime(milliseconds: UInt64(sum), counter: 0)
    }

    private static func context(
        from reader: inout CBORReader, _ tables: DecodedTables
    ) throws(ModelFault) -> [DeltaReference] {
        let count = try reader.modelArray("runs.context", upTo: DeltaLimits.contextEntriesMax * 2)
        guard count % 2 == 0 else { throw .malformed("runs.context") }
        var entries: [DeltaReference] = []
        for _ in 0..<count / 2 {
            let (author, base) = try tables.author(&reader)
            let distance = try reader.modelUnsigned("runs.context")
            let (seq, isOver) = base.addingReportingOverflow(distance)
            guard !isOver else { throw .malformed("runs.context") }
            entries.append(DeltaReference(author: author, seq: seq))
        }
        return entries
    }

    private static func parts(
        from reader: inout CBORReader, _ tables: DecodedTables, _ author: Author, _ document: DocumentID
    ) throws(ModelFault) -> [(descriptor: PartDescriptor, isAbsent: Bool)] {
        let count = try reader.modelArray("runs.parts", upTo: DeltaLimits.partsMax * 2)
        guard count % 2 == 0 else { throw .malformed("runs.parts") }
        var parts: [(descriptor: PartDescriptor, isAbsent: Bool)] = []
        for _ in 0..<count / 2 {
            let key = try tables.pick(tables.keys, &reader, "runs.key").entry
            guard key.scope.author == author, key.scope.document == document else {
                throw .malformed("runs.key")
            }
            let length = try reader.modelUnsigned("runs.length", upTo: UInt64(DeltaLimits.deltaBytesMax) << 1)
            parts.append(
                (
                    PartDescriptor(
                        compartment: key.scope.compartment, key: key.id, commitment: .zero,
                        length: Int(length >> 1)), length & 1 == 1
                ))
        }
        return parts
    }

    private static func seal(
        over named: SealedPast, _ flags: UInt64, _ blob: inout RunBlob, _ memory: RunMemory,
        _ hashing: some Hashing
    ) throws(ModelFault) -> ContextSeal {
        if flags & Flags.seal != 0 {
            guard let seal = ContextSeal(try blob.take(16)) else { throw .malformed("runs.seal") }
            return seal
        }
        guard let seal = memory.seal(over: named, hashing) else { throw .malformed("runs.seal") }
        return seal
    }

    private static func readExtras(
        from reader: inout CBORReader, _ tables: DecodedTables, into header: inout Header
    ) throws(ModelFault) {
        try reader.expectArray(of: 2, "runs.extras")
        for _ in 0..<(try reader.modelArray("runs.unread", upTo: DeltaLimits.unreadRangesMax)) {
            try reader.expectArray(of: 3, "runs.unread")
            let author = try tables.author(&reader).author
            let first = try reader.modelUnsigned("runs.unread")
            let last = try reader.modelUnsigned("runs.unread")
            header.unread.append(DeltaRange(author: author, first: first, last: last))
        }
        if reader.isNull() {
            do { try reader.null() } catch { throw .encoding(error) }
        } else {
            header.authority = Array(try reader.modelBytes("runs.authority", count: Delta.signatureBytes))
        }
    }
}

/// Takes pieces of fixed length from the byte string of a delta.
private struct RunBlob {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    mutating func take(_ count: Int) throws(ModelFault) -> [UInt8] {
        guard self.bytes.count >= count else { throw .malformed("runs.blob") }
        defer { self.bytes = self.bytes.dropFirst(count) }
        return Array(self.bytes.prefix(count))
    }

    mutating func id() throws(ModelFault) -> DeltaID {
        guard self.bytes.count >= Digest256.byteCount, let id = DeltaID(self.bytes.prefix(32)) else {
            throw .malformed("runs.blob")
        }
        self.bytes = self.bytes.dropFirst(Digest256.byteCount)
        return id
    }

    func finish() throws(ModelFault) {
        guard self.bytes.isEmpty else { throw .malformed("runs.blob") }
    }
}

/// The dictionaries of a received frame.
private struct DecodedTables {
    var authors: [(author: Author, base: UInt64)] = []
    var documents: [DocumentID] = []
    var settings: [RunCodec.Setting] = []
    var actors: [Actor] = []
    var shapes: [[OperationShape]] = []
    var keys: [(entry: RunCodec.KeyEntry, bytes: [UInt8]?)] = []

    init(from reader: inout CBORReader, _ limits: WireLimits) throws(ModelFault) {
        let itemsMax = limits.deltasPerChunkMax
        for _ in 0..<(try reader.modelArray("runs.authors", upTo: HaveSet.authorsMax)) {
            try reader.expectArray(of: 2, "runs.author")
            let author = try Author(from: &reader)
            self.authors.append((author, try reader.modelUnsigned("runs.base", upTo: UInt64(Int64.max))))
        }
        for _ in 0..<(try reader.modelArray("runs.documents", upTo: itemsMax)) {
            guard let document = DocumentID(try reader.modelBytes("runs.document", count: 16)) else {
                throw .malformed("runs.document")
            }
            self.documents.append(document)
        }
        for _ in 0..<(try reader.modelArray("runs.settings", upTo: itemsMax)) {
            try reader.expectArray(of: 3, "runs.setting")
            let level = try reader.modelUnsigned("runs.level")
            let epoch = try reader.modelUnsigned("runs.epoch")
            let prefix = bigEndianWord(try reader.modelBytes("runs.epoch", count: 8), from: 0)
            self.settings.append(
                RunCodec.Setting(
                    level: level, membership: MembershipReference(epoch: epoch, hashPrefix: prefix)))
        }
        for _ in 0..<(try reader.modelArray("runs.actors", upTo: itemsMax)) {
            self.actors.append(try Self.actor(from: &reader))
        }
        for _ in 0..<(try reader.modelArray("runs.shapes", upTo: itemsMax)) {
            self.shapes.append(try Self.shape(from: &reader))
        }
        for _ in 0..<(try reader.modelArray("runs.keys", upTo: limits.keysPerChunkMax)) {
            self.keys.append(try self.key(from: &reader))
        }
    }

    private static func actor(from reader: inout CBORReader) throws(ModelFault) -> Actor {
        let count = try reader.modelArray("runs.actor", upTo: 2)
        guard count > 0 else { throw .malformed("runs.actor") }
        let person = UInt32(try reader.modelUnsigned("runs.actor", upTo: UInt64(UInt32.max)))
        guard count == 2 else { return Actor(person: OperatorID(person)) }
        let principal = UInt32(try reader.modelUnsigned("runs.actor", upTo: UInt64(UInt32.max)))
        return Actor(person: OperatorID(person), onBehalfOf: OperatorID(principal))
    }

    private static func shape(from reader: inout CBORReader) throws(ModelFault) -> [OperationShape] {
        var shape: [OperationShape] = []
        for _ in 0..<(try reader.modelArray("runs.shape", upTo: DeltaLimits.operationsMax)) {
            guard let operation = OperationShape(packed: try reader.modelUnsigned("runs.shape")) else {
                throw .malformed("runs.shape")
            }
            shape.append(operation)
        }
        return shape
    }

    private func key(from reader: inout CBORReader) throws(ModelFault) -> (RunCodec.KeyEntry, [UInt8]?) {
        try reader.expectArray(of: 5, "runs.key")
        let author = try self.author(&reader).author
        let document = try self.pick(self.documents, &reader, "runs.document")
        let compartment = Compartment(code: UInt8(try reader.modelUnsigned("runs.compartment", upTo: 255)))
        let generation = UInt32(try reader.modelUnsigned("runs.generation", upTo: UInt64(UInt32.max)))
        let name = try reader.modelBytes("runs.key", upTo: 40)
        guard name.count == 8 || name.count == 40 else { throw .malformed("runs.key") }
        let id = KeyID(generation: generation, hash: bigEndianWord(name, from: 0))
        let scope = KeyScope(
            author: author, document: document, compartment: compartment, generation: generation)
        return (RunCodec.KeyEntry(scope: scope, id: id), name.count == 8 ? nil : Array(name.dropFirst(8)))
    }

    var bareKeys: [BareKey] {
        self.keys.compactMap { key in
            key.bytes.map { BareKey(scope: key.entry.scope, id: key.entry.id, bytes: $0) }
        }
    }

    func author(_ reader: inout CBORReader) throws(ModelFault) -> (author: Author, base: UInt64) {
        try self.pick(self.authors, &reader, "runs.author")
    }

    func pick<Value>(
        _ table: [Value], _ reader: inout CBORReader, _ field: String
    ) throws(ModelFault) -> Value {
        let index = try reader.modelUnsigned(field)
        guard index < UInt64(table.count) else { throw .malformed(field) }
        return table[Int(index)]
    }
}
