import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("Fold of registers, sets and milestones")
struct FoldTests {
    @Test("concurrent writes of one register both stand, whichever is folded first")
    func concurrentWrites() {
        var scene = FoldScene()
        scene.write("syd", [Op.text("one")])
        scene.write("usw", [Op.text("two")])
        for order in [[0, 1], [1, 0]] {
            #expect(scene.folded(order).values(SimulatedFields.text) == ["one", "two"])
        }
        #expect(scene.folded([0, 1]).state == scene.folded([1, 0]).state)
        #expect(scene.folded().state.frontier.count == 2)
    }

    @Test("a write that saw both concurrent ones covers both; one that saw one covers that one")
    func coverage() {
        var scene = FoldScene()
        let one = scene.write("syd", [Op.text("one")])
        let two = scene.write("usw", [Op.text("two")])
        scene.write("use", seen: [one], [Op.text("three")])
        #expect(scene.folded().values(SimulatedFields.text) == ["three", "two"])
        scene.write("use", seen: [two], [Op.text("four")])
        let folded = scene.folded()
        #expect(folded.values(SimulatedFields.text) == ["four"])
        #expect(folded.state.frontier.map(\.reference) == [ModelSamples.place("use", 2)])
    }

    @Test("covering is transitive: what a covered write covered stays covered")
    func transitive() {
        var scene = FoldScene()
        let one = scene.write("syd", [Op.text("one")])
        let note = scene.write("usw", seen: [one], [Op.note("no write of the text")])
        scene.write("use", seen: [note], [Op.text("two")])
        #expect(scene.folded().values(SimulatedFields.text) == ["two"])
    }

    @Test("a write of the value that stands already is still a write")
    func equalValues() {
        var scene = FoldScene()
        let one = scene.write("syd", [Op.owner(3)])
        scene.write("usw", [Op.owner(3)])
        scene.write("use", seen: [one], [Op.owner(3)])
        let folded = scene.folded()
        #expect(folded.values(SimulatedFields.owner) == ["3", "3"])
        #expect(
            folded.writes(SimulatedFields.owner).map(\.reference.author.site.description).sorted() == [
                "use", "usw",
            ])
    }

    @Test("two writes of one field in one delta both stand, since neither is in the other's past")
    func sameDelta() {
        var scene = FoldScene()
        scene.write("syd", [Op.owner(1), Op.owner(2)])
        let writes = scene.folded().writes(SimulatedFields.owner)
        #expect(writes.map(\.dot.index) == [0, 1])
        scene.write("syd", [Op.owner(9)])
        #expect(scene.folded().values(SimulatedFields.owner) == ["9"])
    }

    @Test("a remove takes away the adds it has seen and no others")
    func observedRemove() {
        var scene = FoldScene()
        let mine = scene.write("syd", [Op.tag("spam"), Op.tag("minor")])
        scene.write("usw", [Op.tag("spam")])
        scene.write("use", seen: [mine], [Op.untag("spam")])
        let folded = scene.folded()
        #expect(folded.values(SimulatedFields.tags) == ["minor", "spam"])
        let standing = folded.state[.global]?.sets[SimulatedFields.tags] ?? []
        #expect(
            standing.filter { $0.value == .text("spam") }.map(\.reference) == [ModelSamples.place("usw", 1)])
    }

    @Test("an element can be added again after its removal, and a last removal leaves no empty field behind")
    func addAgain() {
        var scene = FoldScene()
        scene.write("syd", [Op.tag("spam")])
        scene.write("syd", [Op.untag("spam")])
        #expect(scene.folded().state[.global]?.sets.entries.isEmpty == true)
        scene.write("syd", [Op.tag("spam")])
        #expect(scene.folded().values(SimulatedFields.tags) == ["spam"])
        scene.write("syd", [Op.tag("spam")])
        #expect(
            scene.folded().values(SimulatedFields.tags) == ["spam"], "an add replaces the adds it has seen")
    }

    @Test("milestones are a union: every record stays, also after one that saw it")
    func milestones() {
        var scene = FoldScene()
        let first = scene.write("syd", [Op.acknowledge()])
        scene.write("usw", seen: [first], [Op.acknowledge()])
        scene.write("use", [Op.acknowledge()])
        for order in [[0, 1, 2], [2, 0, 1]] {
            let records = scene.folded(order).state[.global]?.milestones[SimulatedFields.acknowledged] ?? []
            #expect(records.count == 3)
            #expect(records.map(\.dot) == records.map(\.dot).sorted())
        }
    }

    @Test("timeline entries come out once each, in no compartment's state")
    func timeline() {
        var scene = FoldScene()
        scene.write("syd", [Op.note("a"), Op.note("b")])
        scene.write("usw", [Op.note("a")])
        let folded = scene.folded()
        #expect(folded.timeline.compactMap { $0.write.value?.textValue } == ["a", "b", "a"])
        #expect(Set(folded.timeline.map(\.write.dot)).count == 3)
        #expect(folded.state[.global] == CompartmentState(compartment: .global))
    }

    @Test("a reopen cancels the closes in its past and none that it has not seen")
    func closures() {
        var scene = FoldScene()
        let close = scene.write("syd", [Op.close()])
        scene.write("usw", [Op.close()])
        let reopen = scene.write("use", seen: [close], [Op.reopen()])
        let standing = scene.folded().state[.global]?.closures ?? []
        #expect(standing.map(\.write.reference) == [ModelSamples.place("usw", 1)])
        scene.write("syd", seen: [reopen], [Op.close()])
        let after = scene.folded().state[.global]?.closures ?? []
        #expect(after.count == 2)
        let newest = after.first { $0.write.reference == ModelSamples.place("syd", 2) }
        #expect(
            newest?.vector.contains(ModelSamples.place("use", 1)) == true, "a close tells what it has read")
        #expect(newest?.vector.contains(ModelSamples.place("usw", 1)) == false)
        #expect(newest?.kindCode == OperationKind.close.rawValue)
    }

    @Test("first and last stamp and each author's newest place follow the deltas, not their order")
    func summary() {
        var scene = FoldScene()
        scene.write("syd", stamp: 50, [Op.note("late")])
        scene.write("usw", stamp: 20, [Op.note("early")])
        scene.write("syd", stamp: 30, [Op.note("between")])
        for order in [[0, 1, 2], [1, 0, 2], [0, 2, 1]] {
            let state = scene.folded(order).state
            #expect(state.firstStamp.milliseconds == 20)
            #expect(state.lastStamp.milliseconds == 50)
            #expect(state.latest == [ModelSamples.place("syd", 2), ModelSamples.place("usw", 1)])
            #expect(state.latestSeq(of: ModelSamples.author("use")) == 0)
            #expect(state.appliedCount == 3)
        }
    }

    @Test("every causal order of a small history with all structures gives equal states")
    func allOrders() {
        var scene = FoldScene()
        let one = scene.write("syd", [Op.text("a"), Op.tag("x"), Op.close()])
        let two = scene.write("usw", [Op.text("b"), Op.tag("x"), Op.acknowledge()])
        scene.write("use", seen: [one], [Op.untag("x"), Op.reopen(), Op.severity(1)])
        scene.write("syd", seen: [two], [Op.text("c"), Op.close(), Op.severity(2)])
        let orders = [[0, 1, 2, 3], [1, 0, 3, 2], [0, 2, 1, 3], [1, 0, 2, 3], [0, 1, 3, 2]]
        let states = orders.map { scene.folded($0).state }
        #expect(Set(states).count == 1)
        #expect(states[0][.global]?.registers[SimulatedFields.severity]?.count == 2)
    }
}

@Suite("Fold: void, unread and restricted deltas")
struct FoldJudgementTests {
    private static let tableOfLevel2 = FieldTable(
        level: 2,
        rules: [
            (
                kind: .escalation,
                fields: [
                    FieldRule(1, "text", .register, .greatest, .text(bytesMax: 512)),
                    FieldRule(9, "newer", .register, .greatest, .text(bytesMax: 512), level: 2),
                ]
            )
        ])

    @Test("a delta with a malformed operation is void: it folds nothing, and the frontier moves past it")
    func void() {
        let wrong: [[Operation]] = [
            [Op.make(.set, SimulatedFields.severity, .text("high"))], [Op.severity(5)],
            [Op.make(.set, FieldCode(99), .text("no such field"))],
            [Op.make(.set, SimulatedFields.tags, .text("a set takes no set"))],
            [Op.make(.custody, SimulatedFields.text, .text("no field takes it yet"))],
            [Op.text("fine"), Op.owner(1), Op.owner(101)],
        ]
        for operations in wrong {
            var scene = FoldScene()
            let good = scene.write("syd", [Op.text("good")])
            let bad = scene.write("usw", seen: [good], operations)
            var folded = scene.folded()
            #expect(folded.fates == [.applied, .void], "\(operations)")
            #expect(folded.values(SimulatedFields.text) == ["good"])
            #expect(folded.state.frontier.map(\.id) == [bad.id])
            #expect([folded.state.appliedCount, folded.state.voidCount] == [1, 1])
            scene.write("use", seen: [bad], [Op.text("after")])
            folded = scene.folded()
            #expect(
                folded.values(SimulatedFields.text) == ["after"],
                "reachability is transitive through a void delta"
            )
        }
    }

    @Test("a void delta covers nothing and appends nothing")
    func voidCoversNothing() {
        var scene = FoldScene()
        let good = scene.write("syd", [Op.text("good"), Op.tag("x"), Op.close()])
        scene.write(
            "usw", seen: [good], [Op.text("bad"), Op.untag("x"), Op.reopen(), Op.note("n"), Op.severity(9)])
        let folded = scene.folded()
        #expect(folded.fates == [.applied, .void])
        #expect(folded.values(SimulatedFields.text) == ["good"])
        #expect(folded.values(SimulatedFields.tags) == ["x"])
        #expect(folded.state[.global]?.closures.count == 1)
        #expect(folded.timeline.isEmpty)
    }

    @Test("a delta of an unauthorised person or site is void even where this build cannot read it")
    func unauthorised() {
        var scene = FoldScene()
        scene.write("syd", [Op.text("mine")])
        scene.changeLast { $0.isAuthorised = false }
        #expect(scene.folded().fates == [.void])
        #expect(scene.replacing(.global, by: .unread).folded().fates == [.void])
    }

    @Test("a malformed global part makes the delta void, a malformed restricted part only that part")
    func malformedParts() {
        var scene = FoldScene()
        scene.write("syd", [Op.text("open"), Op.text("closed", in: .us)])
        #expect(scene.replacing(.global, by: .void).folded().fates == [.void])
        let folded = scene.replacing(.us, by: .void).folded()
        #expect(folded.fates == [.applied])
        #expect(folded.values(SimulatedFields.text) == ["open"])
        #expect(folded.values(SimulatedFields.text, in: .us) == [])
    }

    @Test("an unknown operation of a newer level is kept unread, not void; the rest of its delta is folded")
    func newerLevel() {
        var scene = FoldScene()
        let newer = scene.write(
            "syd", level: 2, [Op.make(.set, FieldCode(9), .text("new field")), Op.text("old field")])
        let folded = scene.folded()
        #expect(folded.fates == [.unread])
        #expect(folded.state[.global]?.unread == [newer.id])
        #expect(folded.state.unreadCount == 1)
        #expect(folded.values(SimulatedFields.text) == ["old field"])
        let later = scene.folded(by: Self.tableOfLevel2)
        #expect(later.fates == [.applied])
        #expect(later.values(FieldCode(9)) == ["new field"])
        #expect(later.state.unreadCount == 0)
    }

    @Test("a delta of level 1 cannot use a field that level 2 brought")
    func fieldAheadOfLevel() {
        var scene = FoldScene()
        scene.write("syd", level: 1, [Op.make(.set, FieldCode(9), .text("too early"))])
        #expect(scene.folded(by: Self.tableOfLevel2).fates == [.void])
    }

    @Test("a writer of a lower level covers nothing of a higher one, at every replica alike")
    func lowerLevelWriter() {
        var scene = FoldScene()
        let newer = scene.write("syd", level: 2, [Op.text("of level 2")])
        scene.write("usw", seen: [newer], level: 1, [Op.text("of level 1")])
        #expect(scene.folded().values(SimulatedFields.text) == ["of level 1", "of level 2"])
        scene.write("use", seen: scene.entries, level: 2, [Op.text("has read both")])
        #expect(scene.folded().values(SimulatedFields.text) == ["has read both"])
    }

    @Test("an author's lower level still covers the author's own higher one")
    func ownHigherLevel() {
        var scene = FoldScene()
        scene.write("syd", level: 2, [Op.text("of level 2")])
        scene.write("syd", level: 1, [Op.text("after a downgrade")])
        #expect(scene.folded().values(SimulatedFields.text) == ["after a downgrade"])
    }

    @Test("what a delta lists as unread it does not cover, remove or reopen")
    func unreadRanges() {
        var scene = FoldScene()
        let first = scene.write("syd", [Op.text("read"), Op.tag("a")])
        let second = scene.write("syd", [Op.text("not read"), Op.tag("a"), Op.close()])
        scene.write(
            "usw", seen: [first, second],
            unread: [DeltaRange(author: ModelSamples.author("syd"), first: 2, last: 2)],
            [Op.text("mine"), Op.untag("a"), Op.reopen()])
        let folded = scene.folded()
        #expect(folded.values(SimulatedFields.text) == ["mine", "not read"])
        #expect(
            folded.state[.global]?.sets[SimulatedFields.tags]?.map(\.reference) == [
                ModelSamples.place("syd", 2)
            ])
        #expect(folded.state[.global]?.closures.count == 1)
    }

    @Test("in a restricted compartment a site covers what it was cleared for, and always its own")
    func clearances() {
        var scene = FoldScene()
        let one = scene.write("usw", [Op.text("secret", in: .us)])
        scene.write("syd", seen: [one], [Op.text("from outside", in: .us)])
        #expect(scene.folded().values(SimulatedFields.text, in: .us) == ["from outside", "secret"])
        scene.write("syd", [Op.text("from outside again", in: .us)])
        #expect(scene.folded().values(SimulatedFields.text, in: .us) == ["from outside again", "secret"])
        scene.write("use", seen: scene.entries, [Op.text("cleared", in: .us)])
        scene.changeLast { $0.clearances = [.us] }
        #expect(scene.folded().values(SimulatedFields.text, in: .us) == ["cleared"])
    }

    @Test("a site that may not read a compartment has the same global digest as one that may")
    func withheld() {
        var scene = FoldScene()
        let one = scene.write("usw", [Op.text("open"), Op.text("secret", in: .us), Op.note("n")])
        scene.write("syd", seen: [one], [Op.tag("t")])
        scene.write("use", [Op.make(.append, SimulatedFields.note, .text("hidden"), in: .us)])
        let full = scene.folded()
        let blind = scene.withholding(.us).folded()
        func digest(_ result: FoldScene.Result, _ compartment: Compartment) -> Digest256 {
            result.state.digest(
                of: compartment, timeline: result.timeline.filter { $0.compartment == compartment }, level: 1,
                hashing: ModelSamples.hashing)
        }
        #expect(digest(full, .global) == digest(blind, .global))
        #expect(digest(full, .us) != digest(blind, .us))
        #expect(blind.state[.us] == nil, "nothing of a withheld compartment is kept")
        #expect(blind.fates == full.fates)
    }

    @Test("a part that is erased or unreadable here badges its compartment and moves the frontier")
    func unreadPart() {
        var scene = FoldScene()
        let one = scene.write("usw", [Op.text("open"), Op.text("secret", in: .us)])
        let folded = scene.replacing(.us, by: .unread).folded()
        #expect(folded.fates == [.applied])
        #expect(folded.state[.us]?.unread == [one.id])
        #expect(folded.state[.global]?.unread == [])
        #expect(folded.state.frontier.map(\.id) == [one.id])
    }
}
