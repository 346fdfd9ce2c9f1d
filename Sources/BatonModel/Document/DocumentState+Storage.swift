package import BatonEncoding

/// The form in which a replica stores a folded document. Local and derived: `baton rebuild` makes it again
/// from the log.
extension DocumentState {
    package static let storageFormat: UInt64 = 3

    package func encodedForStorage() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        self.encodeForStorage(into: &bytes)
        return bytes
    }

    /// Appends what `encodedForStorage()` gives.
    package func encodeForStorage(into bytes: inout [UInt8]) {
        var writer = CBORWriter(appendingTo: bytes)
        bytes = []
        defer { bytes = writer.finish() }
        writer.arrayHeader(10)
        writer.unsigned(Self.storageFormat)
        writer.arrayHeader(self.frontier.count)
        for position in self.frontier { position.encode(into: &writer) }
        writer.references(self.latest)
        writer.arrayHeader(self.forked.count)
        for author in self.forked { author.encode(into: &writer) }
        writer.unsigned(self.appliedCount)
        writer.unsigned(self.voidCount)
        writer.unsigned(self.firstStamp.packed)
        writer.unsigned(self.lastStamp.packed)
        writer.arrayHeader(self.beginning == nil ? 0 : 3)
        if let beginning = self.beginning {
            writer.digest(beginning.id.digest)
            writer.reference(beginning.reference)
            writer.unsigned(beginning.stamp.packed)
        }
        writer.arrayHeader(self.compartments.count)
        for compartment in self.compartments { compartment.encode(into: &writer) }
    }

    /// Reads what `encodedForStorage()` wrote.
    ///
    /// - Throws: `ModelFault`, which means a damaged database or a newer build's format: fold again.
    package init(id: DocumentID, storage bytes: [UInt8]) throws(ModelFault) {
        self.init(id: id)
        var reader = CBORReader(bytes, limits: .init(depthMax: 24, itemsMax: .max, bytesMax: .max))
        try reader.expectArray(of: 10, "state")
        guard try reader.modelUnsigned("state.format") == Self.storageFormat else {
            throw .unsupported("state.format")
        }
        for _ in 0..<(try reader.modelArray("state.frontier", upTo: .max)) {
            self.frontier.append(try DeltaPosition(from: &reader))
        }
        self.latest = try reader.references("state.latest")
        for _ in 0..<(try reader.modelArray("state.forked", upTo: .max)) {
            self.forked.append(try Author(from: &reader))
        }
        self.appliedCount = try reader.modelUnsigned("state.applied")
        self.voidCount = try reader.modelUnsigned("state.void")
        self.firstStamp = HybridTime(packed: try reader.modelUnsigned("state.first"))
        self.lastStamp = HybridTime(packed: try reader.modelUnsigned("state.last"))
        let beginning = try reader.modelArray("state.beginning", upTo: 3)
        guard beginning == 0 || beginning == 3 else { throw .malformed("state.beginning") }
        if beginning == 3 {
            let id = DeltaID(digest: try reader.modelDigest("state.beginning"))
            let reference = try reader.reference("state.beginning")
            self.beginning = Beginning(
                id: id, reference: reference,
                stamp: HybridTime(packed: try reader.modelUnsigned("state.beginning")))
        }
        for _ in 0..<(try reader.modelArray("state.compartments", upTo: 256)) {
            self.compartments.append(try CompartmentState(from: &reader))
        }
        try reader.modelFinish()
    }
}

extension CBORWriter {
    fileprivate mutating func references(_ list: [DeltaReference]) {
        self.arrayHeader(list.count)
        for entry in list { self.reference(entry) }
    }

    fileprivate mutating func reference(_ entry: DeltaReference) {
        self.arrayHeader(2)
        entry.author.encode(into: &self)
        self.unsigned(entry.seq)
    }

    fileprivate mutating func ledgers(_ map: FieldMap<[LedgerEntry]>) {
        self.arrayHeader(map.entries.count)
        for entry in map.entries {
            self.arrayHeader(2)
            self.unsigned(UInt64(entry.field.code))
            self.arrayHeader(entry.value.count)
            for entry in entry.value {
                self.arrayHeader(2)
                entry.write.encode(into: &self)
                entry.vector.encode(into: &self)
            }
        }
    }

    fileprivate mutating func fieldMap(_ map: FieldMap<[Write]>) {
        self.arrayHeader(map.entries.count)
        for entry in map.entries {
            self.arrayHeader(2)
            self.unsigned(UInt64(entry.field.code))
            self.arrayHeader(entry.value.count)
            for write in entry.value { write.encode(into: &self) }
        }
    }
}

extension CBORReader {
    fileprivate mutating func reference(_ field: String) throws(ModelFault) -> DeltaReference {
        try self.expectArray(of: 2, field)
        let author = try Author(from: &self)
        return DeltaReference(author: author, seq: try self.modelUnsigned(field))
    }

    fileprivate mutating func references(_ field: String) throws(ModelFault) -> [DeltaReference] {
        var list: [DeltaReference] = []
        for _ in 0..<(try self.modelArray(field, upTo: .max)) { list.append(try self.reference(field)) }
        return list
    }

    fileprivate mutating func fieldCode(_ field: String) throws(ModelFault) -> FieldCode {
        FieldCode(UInt16(try self.modelUnsigned(field, upTo: UInt64(DeltaLimits.fieldCodeMax))))
    }

    fileprivate mutating func ledgers(_ field: String) throws(ModelFault) -> FieldMap<[LedgerEntry]> {
        var map = FieldMap<[LedgerEntry]>()
        for _ in 0..<(try self.modelArray(field, upTo: .max)) {
            try self.expectArray(of: 2, field)
            let code = try self.fieldCode(field)
            var entries: [LedgerEntry] = []
            for _ in 0..<(try self.modelArray(field, upTo: .max)) {
                try self.expectArray(of: 2, field)
                let write = try Write(from: &self)
                entries.append(LedgerEntry(write: write, vector: try CausalVector(from: &self)))
            }
            guard map.append(entries, for: code) else { throw .malformed(field) }
        }
        return map
    }

    fileprivate mutating func fieldMap(_ field: String) throws(ModelFault) -> FieldMap<[Write]> {
        var map = FieldMap<[Write]>()
        for _ in 0..<(try self.modelArray(field, upTo: .max)) {
            try self.expectArray(of: 2, field)
            let code = try self.fieldCode(field)
            var writes: [Write] = []
            let count = try self.modelArray(field, upTo: .max)
            writes.reserveCapacity(count)
            for _ in 0..<count { writes.append(try Write(from: &self)) }
            guard map.append(writes, for: code) else { throw .malformed(field) }
        }
        return map
    }
}

extension CausalVector {
    /// Writes the entries as an array of `[author, seq]`.
    package func encode(into writer: inout CBORWriter) { writer.references(self.entries) }

    package init(from reader: inout CBORReader) throws(ModelFault) {
        self.init(entries: try reader.references("vector"))
    }
}

extension DeltaPosition {
    fileprivate func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(4)
        writer.digest(self.id.digest)
        writer.reference(self.reference)
        self.vector.encode(into: &writer)
        writer.unsigned(self.level)
    }

    fileprivate init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 4, "position")
        let id = DeltaID(digest: try reader.modelDigest("position.id"))
        let reference = try reader.reference("position")
        let vector = try CausalVector(from: &reader)
        self.init(
            id: id, reference: reference, vector: vector, level: try reader.modelUnsigned("position.level"))
    }
}

extension Write {
    /// Writes `[id, index, author, seq, level, stamp, [actor…], material, value or absent]`.
    package func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(self.value == nil ? 8 : 9)
        writer.digest(self.dot.delta.digest)
        writer.unsigned(UInt64(self.dot.index))
        self.reference.author.encode(into: &writer)
        writer.unsigned(self.reference.seq)
        writer.unsigned(self.level)
        writer.unsigned(self.stamp.packed)
        writer.arrayHeader(self.actor.onBehalfOf == nil ? 1 : 2)
        writer.unsigned(UInt64(self.actor.person.number))
        if let principal = self.actor.onBehalfOf { writer.unsigned(UInt64(principal.number)) }
        writer.bool(self.isMaterial)
        if let value = self.value { writer.value(value) }
    }

    package init(from reader: inout CBORReader) throws(ModelFault) {
        let count = try reader.modelArray("write", upTo: 9)
        guard count >= 8 else { throw .malformed("write") }
        let id = DeltaID(digest: try reader.modelDigest("write.id"))
        let index = UInt32(try reader.modelUnsigned("write.index", upTo: UInt64(UInt32.max)))
        let author = try Author(from: &reader)
        let seq = try reader.modelUnsigned("write.seq")
        let level = try reader.modelUnsigned("write.level")
        let stamp = HybridTime(packed: try reader.modelUnsigned("write.stamp"))
        let people = try reader.modelArray("write.actor", upTo: 2)
        let person = OperatorID(UInt32(try reader.modelUnsigned("write.actor", upTo: UInt64(UInt32.max))))
        var principal: OperatorID?
        if people == 2 {
            principal = OperatorID(UInt32(try reader.modelUnsigned("write.actor", upTo: UInt64(UInt32.max))))
        }
        let isMaterial: Bool
        do { isMaterial = try reader.bool() } catch { throw .encoding(error) }
        self.init(
            dot: Dot(delta: id, index: index), reference: DeltaReference(author: author, seq: seq),
            level: level,
            stamp: stamp, actor: Actor(person: person, onBehalfOf: principal), isMaterial: isMaterial,
            value: count == 9 ? try reader.modelValue("write.value") : nil)
    }
}

extension CompartmentState {
    fileprivate func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(7)
        writer.unsigned(UInt64(self.compartment.code))
        writer.fieldMap(self.registers)
        writer.fieldMap(self.sets)
        writer.fieldMap(self.milestones)
        writer.ledgers(self.ledgers)
        writer.arrayHeader(self.closures.count)
        for closure in self.closures {
            writer.arrayHeader(3)
            writer.unsigned(UInt64(closure.kindCode))
            closure.write.encode(into: &writer)
            closure.vector.encode(into: &writer)
        }
        writer.arrayHeader(self.unread.count)
        for id in self.unread { writer.digest(id.digest) }
    }

    fileprivate init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 7, "compartment")
        self.init(
            compartment: Compartment(code: UInt8(try reader.modelUnsigned("compartment.code", upTo: 255))))
        self.registers = try reader.fieldMap("compartment.registers")
        self.sets = try reader.fieldMap("compartment.sets")
        self.milestones = try reader.fieldMap("compartment.milestones")
        self.ledgers = try reader.ledgers("compartment.ledgers")
        for _ in 0..<(try reader.modelArray("compartment.closures", upTo: .max)) {
            try reader.expectArray(of: 3, "closure")
            let kind = UInt8(try reader.modelUnsigned("closure.kind", upTo: 31))
            let write = try Write(from: &reader)
            self.closures.append(
                Closure(kindCode: kind, write: write, vector: try CausalVector(from: &reader)))
        }
        for _ in 0..<(try reader.modelArray("compartment.unread", upTo: .max)) {
            self.unread.append(DeltaID(digest: try reader.modelDigest("compartment.unread")))
        }
    }
}
