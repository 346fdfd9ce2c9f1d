import BatonEncoding
package import BatonModel

/// Writes deltas without what the receiver works out again, and gives back their exact bytes.
///
/// A frame stands by itself: whatever it leaves out follows from the frame alone, so that a broken link
/// costs nothing but the frame under way. Left out are: `prev` and `seq` where the delta before of the same
/// author stands in the frame; the seal where all that it binds stands in the frame; authors, documents,
/// actors, shapes and key ids behind their first use; format and suite. The signature and the commitment
/// remain. Decoded headers are encoded again as deterministic CBOR, of which there is one form only; what
/// was signed is found again or the signature fails.
package enum RunCodec {
    struct Flags {
        /// `seq` and `prev` are given.
        static let start: UInt64 = 1
        static let seal: UInt64 = 2
        /// The stamp is given whole; otherwise as milliseconds after that of the delta before in the frame.
        static let stamp: UInt64 = 4
        /// Unread ranges or an operator's signature follow at the end.
        static let extras: UInt64 = 8
        static let all: UInt64 = 15
    }

    package struct Content: Sendable, Equatable {
        package var keys: [BareKey]
        package var deltas: [Delta]
    }

    /// One key id of the frame: who may use it, and whether the key itself stands in the frame.
    struct KeyEntry: Hashable {
        let scope: KeyScope
        let id: KeyID
    }

    /// Level and membership, which rarely change.
    struct Setting: Hashable {
        let level: UInt64
        let membership: MembershipReference
    }

    /// Encodes deltas, which keep their order, and keys (CDDL `runs-body`).
    ///
    /// - Complexity: O(bytes), and a hash of a few ids per delta.
    package static func encode(_ deltas: [Delta], keys: [BareKey], hashing: some Hashing) -> [UInt8] {
        var tables = RunTables()
        for delta in deltas { tables.note(delta) }
        for key in keys { tables.note(key) }
        var writer = CBORWriter(reservingCapacity: deltas.count * 224 + 512)
        writer.arrayHeader(7)
        tables.encode(into: &writer, keys: keys)
        writer.arrayHeader(deltas.count)
        var memory = RunMemory()
        for delta in deltas {
            Self.encode(delta, tables, memory, hashing, into: &writer)
            memory.note(delta.header, delta.id)
        }
        return writer.bytes
    }

    private static func encode(
        _ delta: Delta, _ tables: RunTables, _ memory: RunMemory, _ hashing: some Hashing,
        into writer: inout CBORWriter
    ) {
        let header = delta.header
        let last = memory.last(of: header.author)
        let isStart = last.map { $0.seq + 1 != header.seq || $0.id != header.prev } ?? true
        let named = SealedPast(
            author: header.author, documentPrev: header.documentPrev, entries: header.context.entries)
        let hasSeal = memory.seal(over: named, hashing) != header.context.seal
        let hasStamp = header.stamp.counter != 0 || memory.milliseconds == nil
        let hasExtras = !header.unread.isEmpty || header.authority != nil
        let flags =
            (isStart ? Flags.start : 0) | (hasSeal ? Flags.seal : 0) | (hasStamp ? Flags.stamp : 0)
            | (hasExtras ? Flags.extras : 0)
        writer.arrayHeader(11 + (isStart ? 1 : 0) + (hasExtras ? 1 : 0))
        writer.unsigned(flags)
        writer.unsigned(UInt64(tables.authors.index(of: header.author)))
        if isStart { writer.unsigned(header.seq) }
        writer.unsigned(
            UInt64(tables.settings.index(of: Setting(level: header.level, membership: header.membership))))
        writer.unsigned(UInt64(tables.documents.index(of: header.document)))
        writer.unsigned(header.documentPrev == 0 ? 0 : header.seq - header.documentPrev)
        if hasStamp {
            writer.unsigned(header.stamp.packed)
        } else {
            writer.int(Int64(header.stamp.milliseconds) - Int64(memory.milliseconds ?? 0))
        }
        writer.unsigned(UInt64(tables.actors.index(of: header.actor)))
        writer.unsigned(UInt64(tables.shapes.index(of: header.shape)))
        writer.arrayHeader(header.context.entries.count * 2)
        for entry in header.context.entries {
            writer.unsigned(UInt64(tables.authors.index(of: entry.author)))
            writer.unsigned(entry.seq - tables.base(of: entry.author))
        }
        writer.arrayHeader(header.parts.count * 2)
        for (index, part) in header.parts.enumerated() {
            let key = KeyEntry(scope: header.keyScope(part: index), id: part.key)
            writer.unsigned(UInt64(tables.keys.index(of: key)))
            writer.unsigned(UInt64(part.length) << 1 | (delta.parts[index] == nil ? 1 : 0))
        }
        writer.bytes(Self.blob(delta, isStart: isStart, hasSeal: hasSeal))
        if hasExtras { Self.encodeExtras(header, tables, into: &writer) }
    }

    /// Everything of fixed length in one byte string: a head each would cost two bytes.
    private static func blob(_ delta: Delta, isStart: Bool, hasSeal: Bool) -> [UInt8] {
        var blob = delta.signature
        if isStart { blob.append(contentsOf: delta.header.prev.bytes) }
        if hasSeal { blob.append(contentsOf: delta.header.context.seal.bytes) }
        for (part, bytes) in zip(delta.header.parts, delta.parts) {
            blob.append(contentsOf: part.commitment.bytes)
            if let bytes { blob.append(contentsOf: bytes) }
        }
        return blob
    }

    private static func encodeExtras(_ header: Header, _ tables: RunTables, into writer: inout CBORWriter) {
        writer.arrayHeader(2)
        writer.arrayHeader(header.unread.count)
        for range in header.unread {
            writer.arrayHeader(3)
            writer.unsigned(UInt64(tables.authors.index(of: range.author)))
            writer.unsigned(range.first)
            writer.unsigned(range.last)
        }
        if let authority = header.authority { writer.bytes(authority) } else { writer.null() }
    }
}

/// What a seal is over, by place.
struct SealedPast {
    let author: Author
    let documentPrev: UInt64
    let entries: [DeltaReference]
}

/// What both ends remember of the deltas of one frame.
struct RunMemory {
    private var lasts: [Author: (seq: UInt64, id: DeltaID)] = [:]
    private var ids: [DeltaReference: DeltaID] = [:]
    private(set) var milliseconds: UInt64?

    func last(of author: Author) -> (seq: UInt64, id: DeltaID)? { self.lasts[author] }

    mutating func note(_ header: Header, _ id: DeltaID) {
        self.lasts[header.author] = (header.seq, id)
        self.ids[header.reference] = id
        self.milliseconds = header.stamp.milliseconds
    }

    /// The seal over what the header names; nil where any of it is not in the frame.
    func seal(over named: SealedPast, _ hashing: some Hashing) -> ContextSeal? {
        var prev = DeltaID.none
        if named.documentPrev > 0 {
            let place = DeltaReference(author: named.author, seq: named.documentPrev)
            guard let id = self.ids[place] else { return nil }
            prev = id
        }
        var entries: [DeltaID] = []
        for entry in named.entries {
            guard let id = self.ids[entry] else { return nil }
            entries.append(id)
        }
        return ContextSeal(documentPrev: prev, entries: entries, hashing: hashing)
    }
}

/// The dictionaries of a frame.
struct RunTables {
    var authors = IndexTable<Author>()
    var documents = IndexTable<DocumentID>()
    var settings = IndexTable<RunCodec.Setting>()
    var actors = IndexTable<Actor>()
    var shapes = IndexTable<[OperationShape]>()
    var keys = IndexTable<RunCodec.KeyEntry>()
    private var bases: [Author: UInt64] = [:]

    /// The least `seq` that a context of the frame names of an author.
    func base(of author: Author) -> UInt64 { self.bases[author] ?? 0 }

    mutating func note(_ delta: Delta) {
        let header = delta.header
        self.authors.add(header.author)
        self.documents.add(header.document)
        self.settings.add(RunCodec.Setting(level: header.level, membership: header.membership))
        self.actors.add(header.actor)
        self.shapes.add(header.shape)
        for entry in header.context.entries {
            self.authors.add(entry.author)
            self.bases[entry.author] = min(self.bases[entry.author] ?? entry.seq, entry.seq)
        }
        for range in header.unread { self.authors.add(range.author) }
        for (index, part) in header.parts.enumerated() {
            self.keys.add(RunCodec.KeyEntry(scope: header.keyScope(part: index), id: part.key))
        }
    }

    mutating func note(_ key: BareKey) {
        self.authors.add(key.scope.author)
        self.documents.add(key.scope.document)
        self.keys.add(RunCodec.KeyEntry(scope: key.scope, id: key.id))
    }

    func encode(into writer: inout CBORWriter, keys: [BareKey]) {
        writer.arrayHeader(self.authors.values.count)
        for author in self.authors.values {
            writer.arrayHeader(2)
            author.encode(into: &writer)
            writer.unsigned(self.base(of: author))
        }
        writer.arrayHeader(self.documents.values.count)
        for document in self.documents.values { writer.bytes(document.bytes) }
        writer.arrayHeader(self.settings.values.count)
        for setting in self.settings.values {
            writer.arrayHeader(3)
            writer.unsigned(setting.level)
            writer.unsigned(setting.membership.epoch)
            var prefix: [UInt8] = []
            appendBigEndian(setting.membership.hashPrefix, to: &prefix)
            writer.bytes(prefix)
        }
        writer.arrayHeader(self.actors.values.count)
        for actor in self.actors.values {
            writer.arrayHeader(actor.onBehalfOf == nil ? 1 : 2)
            writer.unsigned(UInt64(actor.person.number))
            if let principal = actor.onBehalfOf { writer.unsigned(UInt64(principal.number)) }
        }
        writer.arrayHeader(self.shapes.values.count)
        for shape in self.shapes.values {
            writer.arrayHeader(shape.count)
            for operation in shape { writer.unsigned(operation.packed) }
        }
        self.encodeKeys(keys, into: &writer)
    }

    /// A key that travels stands with its id; of any other only the id.
    private func encodeKeys(_ bare: [BareKey], into writer: inout CBORWriter) {
        var bytes: [RunCodec.KeyEntry: [UInt8]] = [:]
        for key in bare { bytes[RunCodec.KeyEntry(scope: key.scope, id: key.id)] = key.bytes }
        writer.arrayHeader(self.keys.values.count)
        for entry in self.keys.values {
            writer.arrayHeader(5)
            writer.unsigned(UInt64(self.authors.index(of: entry.scope.author)))
            writer.unsigned(UInt64(self.documents.index(of: entry.scope.document)))
            writer.unsigned(UInt64(entry.scope.compartment.code))
            writer.unsigned(UInt64(entry.scope.generation))
            var name: [UInt8] = []
            appendBigEndian(entry.id.hash, to: &name)
            writer.bytes(name + (bytes[entry] ?? []))
        }
    }
}
