import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("Releasing a waiting change at the desk")
struct ReleaseActTests {
    private static func delta(_ seed: String) -> DeltaID {
        guard let id = DeltaID(StandInHashing().digest256(Array(seed.utf8)).bytes) else {
            preconditionFailure("a digest has 32 bytes")
        }
        return id
    }

    /// A case in which `usw/1.….#41` waits for #40; one delta of its past is here.
    private static func desk() throws -> (DeskDouble, line: String) {
        let desk = DeskDouble("usw")
        guard let site = SiteID("usw") else { preconditionFailure("usw is a site") }
        let author = Author(site: site, incarnation: Incarnation(counter: 1, nonce: 7))
        let reference = DeltaReference(author: author, seq: 41)
        desk.waiting = [
            WaitingDelta(
                id: Self.delta("waits"), reference: reference, parents: [Self.delta("here")],
                missing: [DeltaReference(author: author, seq: 40)])
        ]
        return (desk, "release \(reference) --note \"disk destroyed\"")
    }

    @Test("the first word waits for a second person, whose word lets the change count")
    func twoPeople() throws {
        let (desk, line) = try Self.desk()
        let first = try desk.act("kim", line)
        #expect(first.awaitsSecondPerson)
        #expect(first.said.first?.contains("#40") == true, "what is given up is named")
        #expect(first.hints.first?.hasPrefix("A second person says: release usw/") == true)
        #expect(desk.refusal("kim", line)?.code == "release.same-person")
        let second = try desk.act("pat", line)
        #expect(!second.awaitsSecondPerson && second.said.last == "Agreed with kim.")
        let words = try #require(desk.state.releases(by: DeskFieldTable.current)[Self.delta("waits")])
        #expect(words.count == 1 && words[0].isSaidByTwo(havingRead: []))
        #expect(words[0].release.parents == [Self.delta("here")])
    }

    @Test("who misses something else than the first person is told so, and nothing takes effect")
    func otherPast() throws {
        let (desk, line) = try Self.desk()
        try desk.act("kim", line)
        let waiting = desk.waiting[0]
        desk.waiting = [
            WaitingDelta(
                id: waiting.id, reference: waiting.reference, parents: [], missing: waiting.missing)
        ]
        let second = try desk.act("pat", line)
        #expect(second.awaitsSecondPerson && second.hints.last?.hasPrefix("kim released it") == true)
        let words = try #require(desk.state.releases(by: DeskFieldTable.current)[waiting.id])
        #expect(words.count == 2 && !words.contains { $0.isSaidByTwo(havingRead: []) })
    }

    @Test("a change that does not wait is not released")
    func nothingWaits() throws {
        let (desk, line) = try Self.desk()
        let before = desk.state
        #expect(desk.refusal("kim", "release usw/1.00000000#9 --note x")?.code == "release.no-such")
        desk.waiting = []
        #expect(desk.refusal("kim", line)?.code == "release.none-waiting")
        #expect(desk.state == before)
    }
}
