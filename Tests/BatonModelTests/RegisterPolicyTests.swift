import BatonEncoding
import BatonSimulator
import Testing

@testable import BatonModel

@Suite("Register policies")
struct RegisterPolicyTests {
    private static func writes(_ values: [(String, UInt64, CBORValue)]) -> [Write] {
        var scene = FoldScene()
        for (site, stamp, value) in values {
            let isText = value.textValue != nil
            scene.write(
                site, stamp: stamp,
                [Op.make(.set, isText ? SimulatedFields.text : SimulatedFields.owner, value)])
        }
        let folded = scene.folded()
        return folded.writes(SimulatedFields.text) + folded.writes(SimulatedFields.owner)
    }

    private static func shown(_ policy: MergePolicy, _ writes: [Write]) -> CBORValue? {
        policy.view(writes)?.shown.value
    }

    /// Three writes in every order: the order of the list never decides.
    private static func orders(_ writes: [Write]) -> [[Write]] {
        [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map { $0.map { writes[$0] } }
    }

    @Test("minimum shows the least integer and maximum the greatest, whatever their stamps")
    func extremes() {
        let writes = Self.writes([
            ("syd", 10, .unsigned(3)), ("usw", 30, .unsigned(2)), ("use", 20, .unsigned(7)),
        ])
        for order in Self.orders(writes) {
            #expect(Self.shown(.minimum, order) == .unsigned(2))
            #expect(Self.shown(.maximum, order) == .unsigned(7))
            #expect(Self.shown(.greatest, order) == .unsigned(2))
        }
    }

    @Test("equal extremes show the later write, so that its author is the one named")
    func equalExtremes() {
        let writes = Self.writes([
            ("syd", 10, .unsigned(2)), ("usw", 30, .unsigned(2)), ("use", 20, .unsigned(9)),
        ])
        for order in Self.orders(writes) {
            #expect(MergePolicy.minimum.view(order)?.shown.reference == ModelSamples.place("usw", 1))
        }
    }

    @Test("greatest goes by stamp, then by place, in every order of the list")
    func greatest() {
        let writes = Self.writes([("syd", 30, .text("a")), ("usw", 30, .text("b")), ("use", 20, .text("c"))])
        for order in Self.orders(writes) {
            #expect(Self.shown(.greatest, order) == .text("b"))
            let others = MergePolicy.greatest.view(order)?.others ?? []
            #expect(others.map(\.dot) == others.map(\.dot).sorted())
            #expect(others.count == 2)
        }
    }

    @Test("several values conflict; the same value several times does not")
    func conflict() {
        let same = Self.writes([("syd", 10, .unsigned(3)), ("usw", 30, .unsigned(3))])
        #expect(MergePolicy.multiValue.view(same)?.isConflict == false)
        #expect(MergePolicy.multiValue.view(same)?.others.count == 1, "both writes stand all the same")
        let different = Self.writes([("syd", 10, .unsigned(3)), ("usw", 30, .unsigned(4))])
        #expect(MergePolicy.multiValue.view(different)?.isConflict == true)
        for policy in [MergePolicy.maximum, .minimum, .greatest] {
            #expect(policy.view(different)?.isConflict == false)
        }
        #expect(MergePolicy.multiValue.view([different[0]])?.isConflict == false)
    }

    @Test("a register of no writes, or of none that can be read, shows nothing")
    func nothing() {
        #expect(MergePolicy.multiValue.view([]) == nil)
        let write = Self.writes([("syd", 10, .unsigned(3))])[0]
        let blind = Write(
            dot: write.dot, reference: write.reference, level: 1, stamp: write.stamp, actor: write.actor,
            isMaterial: true, value: nil)
        #expect(MergePolicy.greatest.view([blind]) == nil)
        let other = Self.writes([("usw", 5, .unsigned(4))])[0]
        #expect(MergePolicy.multiValue.view([blind, other])?.isConflict == false)
    }

    @Test("values are accepted by type and range")
    func valueTypes() {
        #expect(ValueType.text(bytesMax: 4).accepts(.text("\u{e9}\u{e9}")))
        #expect(!ValueType.text(bytesMax: 4).accepts(.text("\u{e9}\u{e9}a")))
        #expect(!ValueType.text(bytesMax: 4).accepts(.unsigned(1)))
        #expect(ValueType.integer(-2...2).accepts(.negative(1)))
        #expect(!ValueType.integer(-2...2).accepts(.negative(2)))
        #expect(!ValueType.integer(0...Int64.max).accepts(.unsigned(.max)))
        #expect(ValueType.time.accepts(.unsigned(HybridTime.millisecondsMax)))
        #expect(!ValueType.time.accepts(.unsigned(HybridTime.millisecondsMax + 1)))
        for value in [CBORValue.null, .text(""), .map([]), .array([])] {
            #expect(ValueType.details.accepts(value))
        }
        for value in [CBORValue.bool(true), .unsigned(1), .bytes([]), .float(1)] {
            #expect(!ValueType.details.accepts(value))
        }
    }

    @Test("each structure takes its own operations and no others")
    func structures() {
        let taken: [(FieldRule.Structure, [OperationKind])] = [
            (.register, [.set, .settle]), (.set, [.add, .remove]), (.timeline, [.append]),
            (.milestone, [.milestone]),
            (.closure, [.close, .reopen, .concur]), (.ledger(.custody), [.custody]),
            (.ledger(.append), [.append]), (.ledger(.release), [.release]),
        ]
        for (structure, kinds) in taken {
            #expect(OperationKind.allCases.filter(structure.takes) == kinds)
        }
    }

    @Test("a field declared twice is a broken invariant")
    func twice() async {
        await #expect(processExitsWith: .failure) {
            let rule = FieldRule(1, "text", .register, .greatest, .details)
            _ = FieldTable(level: 1, rules: [(kind: .escalation, fields: [rule, rule])])
        }
    }
}
