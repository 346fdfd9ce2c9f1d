import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("Checklist")
struct ChecklistTests {
    private let hashing = StandInHashing()
    private let list = SampleBook.checklist(version: 7)

    private func state(_ scene: LedgerScene, at site: Int = 0) -> ChecklistState {
        ChecklistState(scene.ledger(CaseField.steps, at: site))
    }

    private func open(_ scene: inout LedgerScene, _ list: Checklist, at site: Int = 0) {
        let bodies = list.opening(
            of: scene.document, beside: self.state(scene, at: site), hashing: self.hashing)
        scene.write(bodies.map(\.value), field: CaseField.steps, at: site)
    }

    private func id(_ key: String, _ scene: LedgerScene) -> GeneratedID {
        Checklist.stepID(of: scene.document, checklist: "edr", key: key, hashing: self.hashing)
    }

    private func mark(
        _ kind: StepBody.Kind, _ key: String, _ scene: inout LedgerScene, at site: Int = 0, code: String = "",
        version: Int = 7, stamp: Int64 = 1_000
    ) {
        var body = StepBody(kind, id: self.id(key, scene), version: version)
        body.code = code
        scene.write([body.value], field: CaseField.steps, at: site, stamp: stamp, by: UInt32(site + 1))
    }

    private func step(_ key: String, _ scene: LedgerScene, at site: Int = 0) throws -> StepState {
        try #require(self.state(scene, at: site).step(self.id(key, scene)))
    }

    @Test("a case takes the steps of its type in order, and takes them once")
    func opening() throws {
        var scene = try LedgerScene(["syd"])
        self.open(&scene, self.list)
        let state = self.state(scene)
        #expect(state.steps.map(\.step.key) == ["receipt", "preserve", "callback", "confirm"])
        #expect(state.steps.allSatisfy { $0.standing == .open && $0.version == 7 })
        #expect(state.missing.count == 4)
        #expect(self.list.opening(of: scene.document, beside: state, hashing: self.hashing).isEmpty)
    }

    @Test("a step that both sites did is done once: the earliest time shows, both people stay")
    func doneTwice() throws {
        var scene = try LedgerScene(["syd", "usw"])
        self.open(&scene, self.list, at: 0)
        self.open(&scene, self.list, at: 1)
        self.mark(.done, "callback", &scene, at: 0, stamp: 5_000)
        self.mark(.done, "callback", &scene, at: 1, stamp: 3_000)
        scene.heal()
        let step = try self.step("callback", scene)
        #expect(self.state(scene).steps.count == 4)
        #expect(step.standing == .done && step.mark?.atMilliseconds == 3_000)
        #expect(step.marks.map(\.by.person) == [OperatorID(2), OperatorID(1)])
        #expect(self.state(scene, at: 0) == self.state(scene, at: 1))
    }

    @Test("a step is left out only with a code, and done beats left out")
    func skipping() throws {
        var scene = try LedgerScene(["syd", "usw"])
        self.open(&scene, self.list)
        self.mark(.skip, "callback", &scene)
        #expect(try self.step("callback", scene).standing == .open)
        #expect(self.state(scene).unreadable == 1)
        scene.heal()
        self.mark(.skip, "callback", &scene, code: "OVERTAKEN")
        #expect(try self.step("callback", scene).standing == .skipped)
        self.mark(.done, "callback", &scene, at: 1)
        scene.heal()
        let step = try self.step("callback", scene)
        #expect(step.standing == .done && step.marks.count == 2)
    }

    @Test("a step that is taken back is to do again; what its author had not read stays done")
    func reopening() throws {
        var scene = try LedgerScene(["syd", "usw"])
        self.open(&scene, self.list)
        scene.heal()
        self.mark(.done, "callback", &scene)
        self.mark(.reopen, "callback", &scene, code: "WRONG-TIME")
        #expect(try self.step("callback", scene).standing == .reopened)
        #expect(try self.step("callback", scene).isMissing)
        self.mark(.done, "callback", &scene, at: 1)
        scene.heal()
        #expect(try self.step("callback", scene).standing == .done)
    }

    @Test("a new version rewrites nothing that runs; new cases take it")
    func versions() throws {
        var scene = try LedgerScene(["syd"])
        self.open(&scene, self.list)
        self.mark(.done, "receipt", &scene)
        let next = SampleBook.checklist(version: 8, extra: ["followup"])
        let bodies = next.opening(of: scene.document, beside: self.state(scene), hashing: self.hashing)
        #expect(bodies.map(\.step?.key) == ["followup"])
        #expect(self.state(scene).steps.allSatisfy { $0.version == 7 })
        var fresh = try LedgerScene(["syd"], case: 2)
        self.open(&fresh, next)
        #expect(self.state(fresh).steps.count == 5)
    }

    @Test("two versions meet: open steps take the higher one, done steps keep what was read")
    func versionsMeet() throws {
        var scene = try LedgerScene(["syd", "usw"])
        self.open(&scene, self.list, at: 0)
        self.open(&scene, SampleBook.checklist(version: 8, extra: ["followup"]), at: 1)
        self.mark(.done, "receipt", &scene, at: 0, version: 7)
        scene.heal()
        let state = self.state(scene)
        #expect(state.steps.map(\.step.key) == ["receipt", "preserve", "callback", "confirm", "followup"])
        #expect(try self.step("receipt", scene).step.text == "receipt as of 7")
        #expect(try self.step("callback", scene).step.text == "callback as of 8")
    }

    @Test("entries that say nothing are counted, and marks of steps that nobody opened wait")
    func malformed() throws {
        var scene = try LedgerScene(["syd"])
        self.mark(.done, "receipt", &scene)
        scene.write([.null, .map([]), .text("done")], field: CaseField.steps, at: 0)
        #expect(self.state(scene).steps.isEmpty && self.state(scene).unreadable == 4)
        self.open(&scene, self.list)
        #expect(try self.step("receipt", scene).standing == .done)
        #expect(self.state(scene).unreadable == 3)
        var random = SeededRandom(seed: 3)
        for _ in 0..<2_000 {
            let pairs = (1...14).map { key in
                let values: [CBORValue] = [
                    .unsigned(UInt64(random.below(6))), .bytes(random.bytes(16)), .text("x"), .null,
                    .bool(true),
                    .negative(random.next()), .array([.text("lead")]),
                ]
                return CBORPair(key: .unsigned(UInt64(key)), value: random.pick(values))
            }
            scene.write([.map(pairs)], field: CaseField.steps, at: 0)
        }
        #expect(self.state(scene).steps.count >= 4)
    }

    @Test("the checklist does not depend on the order in which its entries arrived")
    func order() throws {
        for seed in 1...200 {
            var random = SeededRandom(seed: UInt64(seed))
            var scene = try LedgerScene(["syd", "usw"], case: seed)
            for _ in 0..<20 {
                let site = random.below(2)
                switch random.below(6) {
                case 0: self.open(&scene, SampleBook.checklist(version: 6 + random.below(3)), at: site)
                case 1: scene.send(from: site, to: 1 - site)
                default:
                    self.mark(
                        random.pick([.done, .skip, .reopen]), random.pick(["receipt", "callback"]), &scene,
                        at: site, code: "OVERTAKEN", version: 6 + random.below(3),
                        stamp: Int64(random.below(50)))
                }
            }
            scene.heal()
            let expected = self.state(scene)
            for _ in 0..<3 {
                let entries = random.shuffled(scene.ledger(CaseField.steps, at: 1))
                #expect(ChecklistState(entries) == expected, "seed \(seed)")
            }
        }
    }

    @Test("every word on a step comes back from its bytes as it went")
    func roundTrip() throws {
        let scene = try LedgerScene(["syd"])
        for kind in StepBody.Kind.allCases {
            var body = StepBody(kind, id: self.id("receipt", scene), version: 3)
            (body.code, body.note, body.atMilliseconds, body.checklist) = ("OVERTAKEN", "a note", 17, "edr")
            if kind == .open {
                body.ordinal = 4
                body.step = ChecklistStep(
                    key: "confirm", text: "Confirm it.", isMandatory: true,
                    milestone: Milestone(word: "confirmed"), gate: "V9", roles: ["lead", "specialist"])
            }
            #expect(StepBody(try CBORValue.decode(CBORValue.encode(body.value))) == body)
        }
    }
}
