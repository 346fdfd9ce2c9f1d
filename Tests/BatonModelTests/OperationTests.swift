import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("OperationShape")
struct OperationShapeTests {
    @Test("every packed shape of 16 bits unpacks to the parts it was made of and packs again")
    func packing() {
        for packed in UInt64(0)..<65_536 {
            guard let shape = OperationShape(packed: packed), shape.packed == packed,
                UInt64(shape.kindCode) == packed & 31, shape.isMaterial == (packed & 32 != 0),
                UInt64(shape.field.code) == packed >> 6
            else {
                Issue.record("shape \(packed)")
                return
            }
        }
        for packed in [65_536, 1 << 32, UInt64.max] { #expect(OperationShape(packed: packed) == nil) }
    }

    @Test("the codes of operation kinds are frozen")
    func codes() {
        let kinds: [OperationKind] = [
            .set, .add, .remove, .append, .milestone, .step, .hold, .clock, .custody, .close, .reopen,
            .concur,
            .settle, .release,
        ]
        #expect(kinds.map(\.rawValue) == Array(1...14))
        #expect(OperationKind.allCases == kinds)
        #expect(OperationShape(packed: 31)?.kind == nil, "an unknown kind is kept by its code")
        #expect(OperationShape(packed: 0)?.kind == nil)
    }

    @Test("a field code beyond ten bits is a broken invariant")
    func fieldCode() async {
        await #expect(processExitsWith: .failure) { _ = FieldCode(1_024) }
    }
}

@Suite("PartPlaintext")
struct PartPlaintextTests {
    private static func operation(_ body: CBORValue, in compartment: Compartment = .global) -> Operation {
        Operation(
            shape: OperationShape(kind: .set, field: FieldCode(1), isMaterial: true),
            compartment: compartment,
            body: body)
    }

    private static func decoded(
        _ bytes: [UInt8], _ compartment: Compartment = .global, count: Int = 3
    ) throws(ModelFault) -> [[CBORValue]] {
        try PartPlaintext.decode(bytes, compartment: compartment, operationCount: count)
            .map { [.unsigned(UInt64($0.index)), $0.body] }
    }

    private static func fault(_ bytes: [UInt8], _ compartment: Compartment = .global, count: Int = 3)
        -> ModelFault?
    {
        do {
            _ = try Self.decoded(bytes, compartment, count: count)
            return nil
        } catch {
            return error
        }
    }

    @Test("each compartment's part holds its own operations under their index in the delta")
    func split() throws {
        let operations = [
            Self.operation(.text("g0")), Self.operation(.text("u1"), in: .us), Self.operation(.unsigned(2)),
        ]
        let global = PartPlaintext.encode(operations, compartment: .global)
        #expect(hexadecimal(global) == "a2006267300202")
        #expect(try Self.decoded(global) == [[.unsigned(0), .text("g0")], [.unsigned(2), .unsigned(2)]])
        let restricted = PartPlaintext.encode(operations, compartment: .us)
        #expect(try Self.decoded(restricted, .us) == [[.unsigned(1), .text("u1")]])
        #expect(PartPlaintext.encode(operations, compartment: Compartment(code: 2)).count == 64)
    }

    @Test("a restricted part's length tells only which block of 64 bytes its content ends in")
    func padding() throws {
        for length in 0..<200 {
            let operations = [Self.operation(.bytes([UInt8](repeating: 0, count: length)), in: .us)]
            let bare = PartPlaintext.encode([Self.operation(operations[0].body)], compartment: .global)
            let padded = PartPlaintext.encode(operations, compartment: .us)
            #expect(padded.count % 64 == 0 && padded.count > bare.count && padded.count <= bare.count + 64)
            #expect(padded.starts(with: bare + [0x80]))
            #expect(try Self.decoded(padded, .us) == [[.unsigned(0), operations[0].body]])
        }
    }

    @Test("padding that encode would not write is refused")
    func wrongPadding() {
        let good = PartPlaintext.encode([Self.operation(.null, in: .us)], compartment: .us)
        #expect(Self.fault(good, .us) == nil)
        var noMark = good
        noMark[3] = 0
        var otherMark = good
        otherMark[3] = 0x81
        var dirty = good
        dirty[63] = 1
        let wrong: [[UInt8]] = [
            [], Array(good.prefix(63)), good + [0], [UInt8](repeating: 0, count: 64), noMark, otherMark,
            dirty,
        ]
        for bytes in wrong {
            #expect(Self.fault(bytes, .us) == .malformed("part.padding"), "\(hexadecimal(bytes))")
        }
        // A whole block more than needed would be a second way to write one part.
        #expect(Self.fault(good + [UInt8](repeating: 0, count: 64), .us) != nil, "one block too many")
        #expect(Self.fault(good) != nil, "global parts carry no padding")
    }

    @Test("indexes out of order, twice or beyond the shape, and anything after the map, are refused")
    func wrongIndexes() {
        for hex in ["a201000000", "a200000000", "a10300", "a400000100020003f6", "a1000000", "a0f6", "80", ""]
        {
            #expect(Self.fault(bytes(hexadecimal: hex) ?? []) != nil, "\(hex)")
        }
        #expect(Self.fault([0xa0], count: 0) == nil)
        #expect(Self.fault([0xa1, 0x00, 0xf6], count: 0) == .malformed("part"))
    }

    @Test("noise never makes a part trap, and what decodes encodes to the same bytes")
    func fuzz() {
        var generator = ModelGenerator(seed: 44)
        let source = PartPlaintext.encode(
            [Self.operation(.array([.text("a"), .unsigned(300)])), Self.operation(.map([]))],
            compartment: .global)
        for _ in 0..<3_000 {
            let input = generator.damaged(source)
            guard let bodies = try? Self.decoded(input) else { continue }
            let map = CBORValue.map(bodies.map { CBORPair(key: $0[0], value: $0[1]) })
            if CBORValue.encode(map) != input { Issue.record("\(hexadecimal(input)) is a second encoding") }
        }
    }
}

@Suite("ContextSeal")
struct ContextSealTests {
    private static func id(_ first: UInt8) -> DeltaID { DeltaID(digest: ModelSamples.digest(from: first)) }

    private static func seal(_ prev: DeltaID, _ entries: [DeltaID]) -> ContextSeal {
        ContextSeal(documentPrev: prev, entries: entries, hashing: ModelSamples.hashing)
    }

    @Test("a seal is the first half of the hash over its domain, document prev and the entries")
    func definition() {
        let (one, two) = (Self.id(1), Self.id(2))
        let message = Array("baton/seal/1".utf8) + one.bytes + two.bytes
        #expect(
            Self.seal(one, [two]).bytes == Array(ModelSamples.hashing.digest256(message).bytes.prefix(16)))
    }

    @Test("another id, another order or another place gives another seal")
    func bindings() {
        let (one, two, three) = (Self.id(1), Self.id(2), Self.id(3))
        let seals = [
            Self.seal(.none, []), Self.seal(one, []), Self.seal(.none, [one]), Self.seal(one, [two, three]),
            Self.seal(one, [three, two]), Self.seal(two, [one, three]), Self.seal(.none, [one, two, three]),
        ]
        #expect(Set(seals).count == seals.count)
    }

    @Test("a seal is 16 bytes", arguments: [0, 15, 16, 17, 32])
    func length(count: Int) {
        let input = (0..<count).map { UInt8($0) }
        #expect(ContextSeal(input)?.bytes == (count == 16 ? input : nil))
    }
}
