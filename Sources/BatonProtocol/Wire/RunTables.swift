import BatonEncoding
import BatonModel

/// What a delta of a frame has in common with others: said once, named by its number.
struct RunForm: Hashable {
    /// How the key id of a part is said.
    enum KeyNaming: UInt64 {
        /// The id of the part before of this author, document and compartment in the frame.
        case known = 0
        /// Generation and hash.
        case byID = 1
        /// Generation and the key itself, whose hash is the id's.
        case whole = 2
        /// Generation, hash and key.
        case wholeWithID = 3
    }

    struct Part: Hashable {
        let compartment: Compartment
        let key: KeyNaming
        let isAbsent: Bool
    }

    var flags: UInt64
    /// Places in the tables of the frame.
    let author: Int
    let setting: Int
    let actor: Int
    let shape: Int
    let context: [Int]
    let parts: [Part]

    func has(_ flag: UInt64) -> Bool { self.flags & flag != 0 }

    func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(7)
        writer.unsigned(self.flags)
        for index in [self.author, self.setting, self.actor, self.shape] { writer.unsigned(UInt64(index)) }
        writer.arrayHeader(self.context.count)
        for index in self.context { writer.unsigned(UInt64(index)) }
        writer.arrayHeader(self.parts.count)
        for part in self.parts {
            writer.unsigned(
                UInt64(part.compartment.code) << 3 | part.key.rawValue << 1 | (part.isAbsent ? 1 : 0))
        }
    }
}

/// The dictionaries of a frame. Each stands in the order of first use.
struct RunTables {
    /// Level and membership, which rarely change.
    struct Setting: Hashable {
        let level: UInt64
        let membership: MembershipReference
    }

    var authors = IndexTable<Author>()
    var settings = IndexTable<Setting>()
    var actors = IndexTable<Actor>()
    var shapes = IndexTable<[OperationShape]>()
    private var bases: [Author: UInt64] = [:]

    /// The least `seq` that a context of the frame names of an author.
    func base(of author: Author) -> UInt64 { self.bases[author] ?? 0 }

    mutating func note(_ delta: Delta) {
        let header = delta.header
        self.authors.add(header.author)
        self.settings.add(Setting(level: header.level, membership: header.membership))
        self.actors.add(header.actor)
        self.shapes.add(header.shape)
        for entry in header.context.entries {
            self.authors.add(entry.author)
            self.bases[entry.author] = min(self.bases[entry.author] ?? entry.seq, entry.seq)
        }
        for range in header.unread { self.authors.add(range.author) }
    }

    func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(self.authors.values.count)
        for author in self.authors.values {
            writer.arrayHeader(2)
            author.encode(into: &writer)
            writer.unsigned(self.base(of: author))
        }
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
    }
}

/// The dictionaries of a received frame.
struct DecodedTables {
    private(set) var authors: [(author: Author, base: UInt64)] = []
    private(set) var settings: [RunTables.Setting] = []
    private(set) var actors: [Actor] = []
    private(set) var shapes: [[OperationShape]] = []
    private(set) var forms: [RunForm] = []

    init(from reader: inout CBORReader, _ limits: WireLimits) throws(ModelFault) {
        let itemsMax = limits.deltasPerChunkMax
        for _ in 0..<(try reader.modelArray("runs.authors", upTo: HaveSet.authorsMax)) {
            try reader.expectArray(of: 2, "runs.author")
            let author = try Author(from: &reader)
            self.authors.append((author, try reader.modelUnsigned("runs.base", upTo: UInt64(Int64.max))))
        }
        for _ in 0..<(try reader.modelArray("runs.settings", upTo: itemsMax)) {
            try reader.expectArray(of: 3, "runs.setting")
            let level = try reader.modelUnsigned("runs.level")
            let epoch = try reader.modelUnsigned("runs.epoch")
            let prefix = bigEndianWord(try reader.modelBytes("runs.epoch", count: 8), from: 0)
            let membership = MembershipReference(epoch: epoch, hashPrefix: prefix)
            self.settings.append(RunTables.Setting(level: level, membership: membership))
        }
        for _ in 0..<(try reader.modelArray("runs.actors", upTo: itemsMax)) {
            self.actors.append(try Self.actor(from: &reader))
        }
        for _ in 0..<(try reader.modelArray("runs.shapes", upTo: itemsMax)) {
            self.shapes.append(try Self.shape(from: &reader))
        }
        for _ in 0..<(try reader.modelArray("runs.forms", upTo: itemsMax)) {
            self.forms.append(try self.form(from: &reader))
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

    private func form(from reader: inout CBORReader) throws(ModelFault) -> RunForm {
        try reader.expectArray(of: 7, "runs.form")
        let flags = try reader.modelUnsigned("runs.flags", upTo: RunCodec.Flags.all)
        let author = try Self.index(&reader, self.authors.count, "runs.author")
        let setting = try Self.index(&reader, self.settings.count, "runs.setting")
        let actor = try Self.index(&reader, self.actors.count, "runs.actor")
        let shape = try Self.index(&reader, self.shapes.count, "runs.shape")
        var context: [Int] = []
        for _ in 0..<(try reader.modelArray("runs.context", upTo: DeltaLimits.contextEntriesMax)) {
            context.append(try Self.index(&reader, self.authors.count, "runs.context"))
        }
        var parts: [RunForm.Part] = []
        for _ in 0..<(try reader.modelArray("runs.parts", upTo: DeltaLimits.partsMax)) {
            let packed = try reader.modelUnsigned("runs.part", upTo: 0x7FF)
            guard let key = RunForm.KeyNaming(rawValue: packed >> 1 & 3) else {
                throw .malformed("runs.part")
            }
            parts.append(
                RunForm.Part(
                    compartment: Compartment(code: UInt8(packed >> 3)), key: key, isAbsent: packed & 1 == 1))
        }
        return RunForm(
            flags: flags, author: author, setting: setting, actor: actor, shape: shape, context: context,
            parts: parts)
    }

    private static func index(
        _ reader: inout CBORReader, _ count: Int, _ field: String
    ) throws(ModelFault) -> Int {
        let index = try reader.modelUnsigned(field)
        guard index < UInt64(count) else { throw .malformed(field) }
        return Int(index)
    }
}
