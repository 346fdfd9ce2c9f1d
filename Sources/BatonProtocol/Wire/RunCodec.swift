import BatonEncoding
package import BatonModel

/// Writes deltas without what the receiver works out again, and gives back their exact bytes.
///
/// A frame stands by itself: whatever it leaves out follows from the frame alone, so that a broken link
/// costs nothing but the frame under way. Left out are: `prev` and `seq` where the delta before of the same
/// author stands in the frame; the seal where all that it binds stands in the frame; documents and key ids
/// behind their first use; what rarely changes from delta to delta, which is said once as a form; format and
/// suite. The signature and the commitment remain. Decoded headers are encoded again as deterministic CBOR,
/// of which there is one form only; what was signed is found again or the signature fails.
package enum RunCodec {
    struct Flags {
        /// `seq` and `prev` are given.
        static let start: UInt64 = 1
        static let seal: UInt64 = 2
        /// The stamp is given whole. Without this and `step` it is given as milliseconds after that of the delta
        /// before in the frame, and its counter is 0.
        static let stamp: UInt64 = 4
        /// Unread ranges are given.
        static let unread: UInt64 = 8
        /// An operator's signature is given.
        static let authority: UInt64 = 16
        /// The stamp is given as the distance from that of the delta before in the frame, counter and all: what one
        /// commit wrote counts up by one. From `ProtocolVersion.stampSteps` on.
        static let step: UInt64 = 32
        static let all: UInt64 = 63
    }

    package struct Content: Sendable, Equatable {
        package var keys: [BareKey]
        package var deltas: [Delta]
    }

    /// Encodes deltas, which keep their order (CDDL `runs-body`). A key goes with the first delta that names
    /// it; one that no delta names is left out, since a receiver takes none such.
    ///
    /// - Parameter version: What both ends speak; older ones are not sent what they cannot read.
    /// - Complexity: O(bytes), and a hash of a few ids per delta.
    package static func encode(
        _ deltas: [Delta], keys: [BareKey], version: UInt64 = ProtocolVersion.current, hashing: some Hashing
    ) -> [UInt8] {
        var tables = RunTables()
        for delta in deltas { tables.note(delta) }
        var memory = RunMemory()
        var bare = BareKeys(keys)
        var forms = IndexTable<RunForm>()
        var pieces = RunWriter(reservingCapacity: deltas.count * 208)
        for delta in deltas {
            var form = Self.form(of: delta, tables, memory, bare, hashing)
            form.flags |= Self.stampFlag(delta.header.stamp, after: memory.stamp, version)
            forms.add(form)
            pieces.number(UInt64(forms.index(of: form)))
            Self.encode(delta, form, tables, memory, &bare, into: &pieces)
            memory.note(delta.header, delta.id)
        }
        var writer = CBORWriter(reservingCapacity: pieces.bytes.count + 1024)
        writer.arrayHeader(6)
        tables.encode(into: &writer)
        writer.arrayHeader(forms.values.count)
        for form in forms.values { form.encode(into: &writer) }
        writer.bytes(pieces.bytes)
        return writer.bytes
    }

    /// How a delta will be said: what of it stands in the frame already.
    private static func form(
        of delta: Delta, _ tables: RunTables, _ memory: RunMemory, _ bare: BareKeys, _ hashing: some Hashing
    ) -> RunForm {
        let header = delta.header
        let last = memory.last(of: header.author)
        let isStart = last.map { $0.seq + 1 != header.seq || $0.id != header.prev } ?? true
        let named = SealedPast(
            author: header.author, documentPrev: header.documentPrev, entries: header.context.entries)
        var flags = isStart ? Flags.start : 0
        if memory.seal(over: named, hashing) != header.context.seal { flags |= Flags.seal }
        if !header.unread.isEmpty { flags |= Flags.unread }
        if header.authority != nil { flags |= Flags.authority }
        let parts = header.parts.indices.map { index in
            RunForm.Part(
                compartment: header.parts[index].compartment,
                key: Self.naming(header, part: index, memory, bare, hashing),
                isAbsent: delta.parts[index] == nil)
        }
        let setting = RunTables.Setting(level: header.level, membership: header.membership)
        return RunForm(
            flags: flags, author: tables.authors.index(of: header.author),
            setting: tables.settings.index(of: setting), actor: tables.actors.index(of: header.actor),
            shape: tables.shapes.index(of: header.shape),
            context: header.context.entries.map { tables.authors.index(of: $0.author) }, parts: parts)
    }

    private static func stampFlag(
        _ stamp: HybridTime, after before: HybridTime?, _ version: UInt64
    ) -> UInt64 {
        guard before != nil else { return Flags.stamp }
        guard stamp.counter != 0 else { return 0 }
        return version >= ProtocolVersion.stampSteps ? Flags.step : Flags.stamp
    }

    private static func naming(
        _ header: Header, part index: Int, _ memory: RunMemory, _ bare: BareKeys, _ hashing: some Hashing
    ) -> RunForm.KeyNaming {
        let scope = header.keyScope(part: index)
        let id = header.parts[index].key
        if let bytes = bare.bytes(of: scope, id) {
            return KeyID(generation: id.generation, of: bytes, hashing: hashing) == id ? .whole : .wholeWithID
        }
        return memory.key(of: KeyPlace(header, part: index)) == id ? .known : .byID
    }

    private static func encode(
        _ delta: Delta, _ form: RunForm, _ tables: RunTables, _ memory: RunMemory,
        _ bare: inout BareKeys, into pieces: inout RunWriter
    ) {
        let header = delta.header
        if form.has(Flags.start) { pieces.number(header.seq) }
        if let distance = memory.distance(to: header.document) {
            pieces.number(UInt64(distance))
        } else {
            pieces.number(0)
            pieces.piece(header.document.bytes)
        }
        pieces.number(header.documentPrev == 0 ? 0 : header.seq - header.documentPrev)
        let before = memory.stamp ?? HybridTime(packed: 0)
        if form.has(Flags.stamp) {
            pieces.number(header.stamp.packed)
        } else if form.has(Flags.step) {
            pieces.signed(Int64(bitPattern: header.stamp.packed &- before.packed))
        } else {
            pieces.signed(Int64(header.stamp.milliseconds) - Int64(before.milliseconds))
        }
        for entry in header.context.entries { pieces.number(entry.seq - tables.base(of: entry.author)) }
        for (index, part) in form.parts.enumerated() {
            Self.encodeKey(of: header, part: index, part.key, &bare, into: &pieces)
            pieces.number(UInt64(header.parts[index].length))
        }
        if form.has(Flags.unread) { Self.encodeUnread(header, tables, into: &pieces) }
        pieces.piece(delta.signature)
        if form.has(Flags.start) { pieces.piece(header.prev.bytes) }
        if form.has(Flags.seal) { pieces.piece(header.context.seal.bytes) }
        if let authority = header.authority { pieces.piece(authority) }
        for (part, bytes) in zip(header.parts, delta.parts) {
            pieces.piece(part.commitment.bytes)
            if let bytes { pieces.piece(bytes) }
        }
    }

    private static func encodeKey(
        of header: Header, part index: Int, _ naming: RunForm.KeyNaming, _ bare: inout BareKeys,
        into pieces: inout RunWriter
    ) {
        guard naming != .known else { return }
        let id = header.parts[index].key
        pieces.number(UInt64(id.generation))
        if naming != .whole { pieces.word(id.hash) }
        if naming != .byID { pieces.piece(bare.take(header.keyScope(part: index), id)) }
    }

    private static func encodeUnread(
        _ header: Header, _ tables: RunTables, into pieces: inout RunWriter
    ) {
        pieces.number(UInt64(header.unread.count))
        for range in header.unread {
            pieces.number(UInt64(tables.authors.index(of: range.author)))
            pieces.number(range.first)
            pieces.number(range.last)
        }
    }
}

/// The keys that still have to travel with a frame.
private struct BareKeys {
    private struct Name: Hashable {
        let scope: KeyScope
        let id: KeyID
    }

    private var left: [Name: [UInt8]] = [:]

    init(_ keys: [BareKey]) {
        for key in keys { self.left[Name(scope: key.scope, id: key.id)] = key.bytes }
    }

    func bytes(of scope: KeyScope, _ id: KeyID) -> [UInt8]? { self.left[Name(scope: scope, id: id)] }

    mutating func take(_ scope: KeyScope, _ id: KeyID) -> [UInt8] {
        guard let bytes = self.left.removeValue(forKey: Name(scope: scope, id: id)) else {
            preconditionFailure("a key is said to travel that is not at hand")
        }
        return bytes
    }
}
