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
        try reader.expectArray(of: 6, "runs")
        let tables = try DecodedTables(from: &reader, limits)
        var pieces = RunReader(try Self.slice(from: &reader))
        try reader.modelFinish()
        var memory = RunMemory()
        var content = Content(keys: [], deltas: [])
        // Growing step by step would move every delta several times. Few take less than this.
        content.deltas.reserveCapacity(min(limits.deltasPerChunkMax, bytes.count / Self.deltaBytesLeast))
        while !pieces.isAtEnd {
            guard content.deltas.count < limits.deltasPerChunkMax else {
                throw .tooLarge("runs.deltas", limit: limits.deltasPerChunkMax)
            }
            let delta = try Self.delta(from: &pieces, tables, memory, &content.keys, hashing)
            guard content.keys.count <= limits.keysPerChunkMax else {
                throw .tooLarge("runs.keys", limit: limits.keysPerChunkMax)
            }
            memory.note(delta.header, delta.id)
            content.deltas.append(delta)
        }
        return content
    }

    /// About the least that a delta takes in a frame: its signature, a commitment, a seal.
    private static let deltaBytesLeast = 160

    private static func slice(from reader: inout CBORReader) throws(ModelFault) -> ArraySlice<UInt8> {
        do { return try reader.bytesSlice() } catch { throw .encoding(error) }
    }

    private static func delta(
        from pieces: inout RunReader, _ tables: DecodedTables, _ memory: RunMemory, _ keys: inout [BareKey],
        _ hashing: some Hashing
    ) throws(ModelFault) -> Delta {
        let number = try pieces.number("runs.form")
        guard number < UInt64(tables.forms.count) else { throw .malformed("runs.form") }
        let form = tables.forms[Int(number)]
        var header = try Self.header(from: &pieces, form, tables, memory)
        for (index, part) in form.parts.enumerated() {
            let id = try Self.keyID(
                from: &pieces, part.key, KeyPlace(header, part: index), memory, &keys, hashing)
            header.parts[index].key = id
            header.parts[index].length = Int(
                try pieces.number("runs.length", upTo: UInt64(DeltaLimits.deltaBytesMax)))
        }
        if form.has(Flags.unread) { header.unread = try Self.unread(from: &pieces, tables) }
        let signature = Array(try pieces.piece(Delta.signatureBytes, "runs.signature"))
        // Where nothing is given, `header` has made sure that there is a delta before.
        header.prev =
            form.has(Flags.start)
            ? try pieces.id("runs.prev") : memory.last(of: header.author)?.id ?? DeltaID.none
        header.context.seal = try Self.seal(of: header, form, &pieces, memory, hashing)
        if form.has(Flags.authority) {
            header.authority = Array(try pieces.piece(Delta.signatureBytes, "runs.authority"))
        }
        var parts: [[UInt8]?] = []
        for (index, part) in form.parts.enumerated() {
            header.parts[index].commitment = try pieces.id("runs.commitment").digest
            let count = header.parts[index].length + Delta.sealBytes
            parts.append(part.isAbsent ? nil : Array(try pieces.piece(count, "runs.part")))
        }
        return try Delta(headerBytes: header.encoded(), signature: signature, parts: parts, hashing: hashing)
    }

    /// Reads the numbers of a header up to its context; what comes later is still empty.
    private static func header(
        from pieces: inout RunReader, _ form: RunForm, _ tables: DecodedTables, _ memory: RunMemory
    ) throws(ModelFault) -> Header {
        let author = tables.authors[form.author].author
        let last = memory.last(of: author)
        var seq = (last?.seq ?? 0) + 1
        if form.has(Flags.start) {
            seq = try pieces.number("runs.seq", upTo: UInt64(Int64.max))
        } else if last == nil {
            throw .malformed("runs.seq")
        }
        let document = try Self.document(from: &pieces, memory)
        let distance = try pieces.number("runs.document-prev")
        guard seq > 0, distance < seq else { throw .malformed("runs.document-prev") }
        let stamp = try Self.stamp(from: &pieces, form, memory)
        var entries: [DeltaReference] = []
        for index in form.context {
            let (author, base) = tables.authors[index]
            let (seq, isOver) = base.addingReportingOverflow(try pieces.number("runs.context"))
            guard !isOver else { throw .malformed("runs.context") }
            entries.append(DeltaReference(author: author, seq: seq))
        }
        let setting = tables.settings[form.setting]
        let empty = KeyID(generation: 0, hash: 0)
        return Header(
            level: setting.level, author: author, seq: seq, prev: .none, membership: setting.membership,
            document: document, documentPrev: distance == 0 ? 0 : seq - distance,
            context: Context(entries: entries, seal: .zero), stamp: stamp, actor: tables.actors[form.actor],
            shape: tables.shapes[form.shape],
            parts: form.parts.map { part in
                PartDescriptor(compartment: part.compartment, key: empty, commitment: .zero, length: 0)
            })
    }

    private static func document(
        from pieces: inout RunReader, _ memory: RunMemory
    ) throws(ModelFault) -> DocumentID {
        let distance = try pieces.number("runs.document")
        if distance > 0 {
            guard let known = memory.document(at: distance) else { throw .malformed("runs.document") }
            return known
        }
        guard let document = DocumentID(try pieces.piece(16, "runs.document")) else {
            throw .malformed("runs.document")
        }
        return document
    }

    private static func stamp(
        from pieces: inout RunReader, _ form: RunForm, _ memory: RunMemory
    ) throws(ModelFault) -> HybridTime {
        guard !(form.has(Flags.stamp) && form.has(Flags.step)) else { throw .malformed("runs.stamp") }
        if form.has(Flags.stamp) { return HybridTime(packed: try pieces.number("runs.stamp")) }
        guard let before = memory.stamp else { throw .malformed("runs.stamp") }
        let distance = try pieces.signed("runs.stamp")
        if form.has(Flags.step) { return HybridTime(packed: before.packed &+ UInt64(bitPattern: distance)) }
        let (sum, isOver) = Int64(before.milliseconds).addingReportingOverflow(distance)
        guard !isOver, sum >= 0, UInt64(sum) <= HybridTime.millisecondsMax else {
            throw .malformed("runs.stamp")
        }
        return HybridTime(milliseconds: UInt64(sum), counter: 0)
    }

    private static func keyID(
        from pieces: inout RunReader, _ naming: RunForm.KeyNaming, _ place: KeyPlace, _ memory: RunMemory,
        _ keys: inout [BareKey], _ hashing: some Hashing
    ) throws(ModelFault) -> KeyID {
        if naming == .known {
            guard let known = memory.key(of: place) else { throw .malformed("runs.key") }
            return known
        }
        let generation = UInt32(try pieces.number("runs.generation", upTo: UInt64(UInt32.max)))
        var id = KeyID(generation: generation, hash: naming == .whole ? 0 : try pieces.word("runs.key"))
        guard naming != .byID else { return id }
        let bytes = Array(try pieces.piece(32, "runs.key"))
        if naming == .whole { id = KeyID(generation: generation, of: bytes, hashing: hashing) }
        let scope = KeyScope(
            author: place.author, document: place.document, compartment: place.compartment,
            generation: generation)
        keys.append(BareKey(scope: scope, id: id, bytes: bytes))
        return id
    }

    private static func unread(
        from pieces: inout RunReader, _ tables: DecodedTables
    ) throws(ModelFault) -> [DeltaRange] {
        var ranges: [DeltaRange] = []
        let count = try pieces.number("runs.unread", upTo: UInt64(DeltaLimits.unreadRangesMax))
        guard count > 0 else { throw .malformed("runs.unread") }
        for _ in 0..<count {
            let index = try pieces.number("runs.unread")
            guard index < UInt64(tables.authors.count) else { throw .malformed("runs.unread") }
            let first = try pieces.number("runs.unread")
            let last = try pieces.number("runs.unread")
            ranges.append(
                DeltaRange(author: tables.authors[Int(index)].author, first: first, last: last))
        }
        return ranges
    }

    private static func seal(
        of header: Header, _ form: RunForm, _ pieces: inout RunReader, _ memory: RunMemory,
        _ hashing: some Hashing
    ) throws(ModelFault) -> ContextSeal {
        if form.has(Flags.seal) {
            guard let seal = ContextSeal(try pieces.piece(16, "runs.seal")) else {
                throw .malformed("runs.seal")
            }
            return seal
        }
        let named = SealedPast(
            author: header.author, documentPrev: header.documentPrev, entries: header.context.entries)
        guard let seal = memory.seal(over: named, hashing) else { throw .malformed("runs.seal") }
        return seal
    }
}
