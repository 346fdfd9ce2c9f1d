import BatonEncoding
import BatonModel
import BatonSimulator
import BatonTestSupport
import Testing

@Suite("Partly superseded actions")
struct PartlySupersededTests {
    private static func torn(_ state: DocumentState) -> [PartlySuperseded] {
        state.partlySuperseded(in: .global, by: SimulatedFields.table)
    }

    @Test("an action whose severity holds and whose text lost to one written apart is named with both")
    func torn() throws {
        var scene = FoldScene()
        let action = scene.write("syd", stamp: 10, [Op.text("one"), Op.severity(0)])
        scene.write("usw", stamp: 20, [Op.text("two"), Op.severity(3)])
        for order in [[0, 1], [1, 0]] {
            let found = Self.torn(scene.folded(order).state)
            // Both are torn: each lost in one field.
            #expect(found.count == 2)
            let own = try #require(found.first { $0.standing.dot.delta == action.id })
            #expect(own.inForce == [SimulatedFields.severity] && own.lost == [SimulatedFields.text])
        }
    }

    @Test("what was replaced on purpose, an equal value and an open conflict are no partly superseded action")
    func whole() {
        var read = FoldScene()
        let first = read.write("syd", [Op.text("one"), Op.severity(2)])
        read.write("usw", seen: [first], [Op.text("two")])
        #expect(Self.torn(read.folded().state) == [])
        var equal = FoldScene()
        equal.write("syd", [Op.text("one"), Op.severity(2)])
        equal.write("usw", [Op.text("one"), Op.severity(2)])
        #expect(Self.torn(equal.folded().state) == [])
        var conflict = FoldScene()
        conflict.write("syd", [Op.owner(1), Op.severity(2)])
        conflict.write("usw", [Op.owner(2)])
        #expect(Self.torn(conflict.folded().state) == [])
    }

    @Test("an action that lost in every field is wholly superseded, which its fields show")
    func lost() {
        var scene = FoldScene()
        scene.write("syd", stamp: 10, [Op.text("one"), Op.severity(4)])
        scene.write("usw", stamp: 20, [Op.text("two"), Op.severity(1)])
        #expect(Self.torn(scene.folded().state) == [])
    }

    @Test(
        "in drawn histories exactly those actions are named that a search over all writes finds",
        arguments: 0..<200)
    func equalsSearch(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var scene = FoldScene()
        for _ in 0..<(2 + random.below(8)) {
            let seen = scene.entries.filter { _ in random.chance(1, in: 3) }
            var operations: [Operation] = []
            if random.chance(2, in: 3) { operations.append(Op.text("t\(random.below(3))")) }
            if random.chance(2, in: 3) { operations.append(Op.severity(UInt64(random.below(5)))) }
            if operations.isEmpty { operations.append(Op.owner(UInt64(random.below(2)))) }
            let site = random.pick(["syd", "usw", "use"])
            scene.write(site, seen: seen, stamp: UInt64(1 + random.below(50)), operations)
        }
        let state = scene.folded().state
        var expected: [DeltaID: (held: Set<FieldCode>, lost: Set<FieldCode>)] = [:]
        for entry in state[.global]?.registers.entries ?? [] {
            // Severity shows the least, text the latest; an owner is a conflict or alone.
            guard entry.field != SimulatedFields.owner else { continue }
            let best: Write? =
                entry.field == SimulatedFields.severity
                ? entry.value.min { ($0.value?.intValue ?? 9) < ($1.value?.intValue ?? 9) }
                : entry.value.max { $1.isLater(than: $0) }
            for write in entry.value {
                if write.value == best?.value {
                    expected[write.dot.delta, default: ([], [])].held.insert(entry.field)
                } else {
                    expected[write.dot.delta, default: ([], [])].lost.insert(entry.field)
                }
            }
        }
        let torn = expected.filter { !$0.value.held.isEmpty && !$0.value.lost.isEmpty }
        let found = Self.torn(state)
        #expect(found.map(\.standing.dot.delta) == torn.keys.sorted(), "seed \(seed)")
        for action in found {
            #expect(Set(action.inForce) == torn[action.standing.dot.delta]?.held)
            #expect(Set(action.lost) == torn[action.standing.dot.delta]?.lost)
        }
    }
}
