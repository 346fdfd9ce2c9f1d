package import BatonEncoding

/// One operation of a delta with its content. The kind and the field stand in the signed header as its shape.
package struct Operation: Hashable, Sendable {
    package var shape: OperationShape
    package var compartment: Compartment
    /// `set`: the value. `add`, `remove`: the element. `append`: the entry. `milestone`, `close`, `reopen`:
    /// details or null.
    package var body: CBORValue

    package init(shape: OperationShape, compartment: Compartment = .global, body: CBORValue) {
        self.shape = shape
        self.compartment = compartment
        self.body = body
    }
}

/// Names one operation for ever: the delta's id and the operation's index in its shape.
package struct Dot: Hashable, Comparable, Sendable {
    package let delta: DeltaID
    package let index: UInt32

    package init(delta: DeltaID, index: UInt32) {
        self.delta = delta
        self.index = index
    }

    package static func < (left: Dot, right: Dot) -> Bool {
        if left.delta != right.delta { return left.delta < right.delta }
        return left.index < right.index
    }
}

/// The plaintext of a part: a map from operation index to body, padded to hide its length outside `global`.
package enum PartPlaintext {
    private static let paddingBlock = 64

    /// Encodes the bodies of those operations of a delta that belong to a compartment.
    package static func encode(_ operations: [Operation], compartment: Compartment) -> [UInt8] {
        let chosen = operations.indices.filter { operations[$0].compartment == compartment }
        var writer = CBORWriter(reservingCapacity: 64)
        writer.mapHeader(chosen.count)
        for index in chosen {
            writer.unsigned(UInt64(index))
            writer.value(operations[index].body)
        }
        guard compartment != .global else { return writer.bytes }
        return Self.padded(writer.bytes)
    }

    /// Decodes a part against the delta's shape.
    ///
    /// - Returns: Bodies in rising order of index.
    /// - Throws: `ModelFault` for anything that `encode` would not write. The part is void then.
    package static func decode(
        _ plaintext: [UInt8], compartment: Compartment, operationCount: Int
    ) throws(ModelFault) -> [(index: UInt32, body: CBORValue)] {
        try Self.bodies(of: plaintext, compartment: compartment, operationCount: operationCount)
            .map { (index: $0.index, body: $0.value) }
    }

    /// Decodes a part into what the fold takes.
    package static func bodies(
        of plaintext: [UInt8], compartment: Compartment, operationCount: Int
    ) throws(ModelFault) -> [OpenedDelta.Body] {
        let bytes = compartment == .global ? plaintext : try Self.unpadded(plaintext)
        var reader = CBORReader(bytes)
        let count: Int
        do { count = try reader.mapHeader() } catch { throw .encoding(error) }
        guard count <= operationCount else { throw .malformed("part") }
        var bodies: [OpenedDelta.Body] = []
        bodies.reserveCapacity(count)
        for _ in 0..<count {
            let index = try reader.modelUnsigned("part.index", upTo: UInt64(operationCount - 1))
            guard bodies.last.map({ UInt64($0.index) < index }) ?? true else {
                throw .malformed("part.index")
            }
            bodies.append(OpenedDelta.Body(index: UInt32(index), value: try reader.modelValue("part.body")))
        }
        try reader.modelFinish()
        return bodies
    }

    /// ISO/IEC 7816-4 padding: 0x80, then zeros up to a multiple of the block.
    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        out.append(0x80)
        while out.count % Self.paddingBlock != 0 { out.append(0) }
        return out
    }

    private static func unpadded(_ bytes: [UInt8]) throws(ModelFault) -> [UInt8] {
        guard bytes.count % Self.paddingBlock == 0, let mark = bytes.lastIndex(where: { $0 != 0 }),
            bytes[mark] == 0x80, bytes.count - mark <= Self.paddingBlock
        else { throw .malformed("part.padding") }
        return Array(bytes[..<mark])
    }
}
