import BatonDesk
import BatonModel
import BatonSimulator
import Testing

@Suite("Case handles")
struct CaseHandleTests {
    private let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    @Test("A code has 16 characters of the alphabet and is the same everywhere")
    func codes() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<50 {
            let id = DocumentID(kind: .escalation, suffix: random.bytes(15))
            let code = CaseCode.of(id, hashing: StandInHashing())
            #expect(code.count == 16)
            #expect(code.allSatisfy { self.alphabet.contains($0) })
            #expect(code == CaseCode.of(id, hashing: StandInHashing()))
        }
    }

    @Test("What is printed can be typed, in any case and with letters that look like digits")
    func typing() throws {
        let handle = CaseHandle(typeWord: "EDR", code: "7K3Q01")
        #expect(handle.description == "EDR-7K3Q01")
        for typed in [
            "EDR-7K3Q01", "edr-7k3qo1", "7k3qOl", "EDR-7K3Q0I", handle.checked, handle.checked.lowercased(),
        ] {
            #expect(try CaseHandleQuery(typed).prefix == "7K3Q01", "\(typed)")
        }
        #expect(try CaseHandleQuery("sens-7k3").typeWord == "SENS")
        #expect(try CaseHandleQuery("7k3").typeWord == nil)
        #expect(try CaseHandleQuery("handoff-7k3").typeWord == "HANDOFF")
    }

    @Test("Text that is no handle is refused with its reason")
    func refusals() {
        #expect(throws: CaseHandleFault.tooShort(min: 3)) { try CaseHandleQuery("EDR-7K") }
        #expect(throws: CaseHandleFault.notAHandle) { try CaseHandleQuery("EDR-7K!Q") }
        #expect(throws: CaseHandleFault.notAHandle) { try CaseHandleQuery("EDR-7K3U") }
        #expect(throws: CaseHandleFault.notAHandle) { try CaseHandleQuery("EDR-7K3QM2-X-Y") }
        #expect(throws: CaseHandleFault.notAHandle) { try CaseHandleQuery("EDR-7K3QM2-XY") }
        #expect(throws: CaseHandleFault.notAHandle) { try CaseHandleQuery("00000000000000000") }
        #expect(throws: CaseHandleFault.tooShort(min: 3)) { try CaseHandleQuery("") }
    }

    @Test("The check character catches every single wrong character and every two that changed places")
    func check() {
        let code = Array("7K3QM2XW9A0ZC4TN")
        let check = CaseCode.check(String(code))
        for index in code.indices {
            for other in self.alphabet where other != code[index] {
                var wrong = code
                wrong[index] = other
                #expect(CaseCode.check(String(wrong)) != check)
            }
            for partner in code.indices where code[partner] != code[index] {
                var swapped = code
                swapped.swapAt(index, partner)
                #expect(CaseCode.check(String(swapped)) != check)
            }
        }
    }

    @Test("A shown code grows until it is unlike its neighbours")
    func growth() {
        #expect(CaseHandle.lengthNeeded("7K3QM2XW9A0ZC4TN", neighbours: []) == 6)
        #expect(CaseHandle.lengthNeeded("7K3QM2XW9A0ZC4TN", neighbours: ["7K3QM1XW9A0ZC4TN"]) == 6)
        #expect(CaseHandle.lengthNeeded("7K3QM2XW9A0ZC4TN", neighbours: ["7K3QM2XWAA0ZC4TN"]) == 9)
        #expect(CaseHandle.lengthNeeded("7K3QM2XW9A0ZC4TN", neighbours: ["7K3QM2XW9A0ZC4TP"]) == 16)
        #expect(CaseHandle.lengthNeeded("7K3QM2XW9A0ZC4TN", neighbours: ["7K3QM2XW9A0ZC4TN"]) == 6)
    }
}
