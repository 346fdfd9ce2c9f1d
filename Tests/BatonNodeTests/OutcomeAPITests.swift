import BatonAPI
import BatonModel
import BatonNode
import Foundation
import Testing

/// What one node tells its people of cases that others closed, and the names of agencies that it knows.
@Suite("Outcomes at a node", .timeLimit(.minutes(1)))
struct OutcomeAPITests {
    private static let people = ["one", "two"].map {
        SiteCard.Person(name: $0, userIDs: [getuid()], roles: [.specialist])
    }

    private func run(
        _ team: SimulatedTeam, _ body: @Sendable ((String) -> OperatorClient) async throws -> Void
    ) async throws {
        let node = try team.node("syd")
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            let api = EmbeddedOperatorAPI(node.service, userID: getuid())
            do { try await body { OperatorClient(api, actingAs: $0) } } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    private static func close(_ client: OperatorClient, _ ref: String, _ words: String) async throws {
        _ = try await client.change(
            ref, ChangeRequest(operations: [ChangeOperation(.close, value: .text(words))]))
    }

    @Test("an outcome is told to whoever worked on the case and did not close it, until they were told")
    func once() async throws {
        let team = try SimulatedTeam(["syd"], people: Self.people)
        try await self.run(team) { client in
            let (one, two) = (client("one"), client("two"))
            let ref = try await one.create(NewCase(type: "OTHER", title: "A rope")).detail.summary.ref
            let own = try await one.create(NewCase(type: "OTHER", title: "Mine")).detail.summary.ref
            #expect(try await one.outcomes().outcomes.isEmpty)
            try await Self.close(two, ref, "BENIGN: the rope was a toy")
            try await Self.close(one, own, "BENIGN")
            let news = try await one.outcomes().outcomes
            #expect(news.map(\.ref) == [ref] && news.map(\.code) == ["BENIGN"])
            let first = try #require(news.first)
            #expect(first.meaning == "there was no harm in it" && first.by == "two" && first.site == "syd")
            #expect(try await two.outcomes().outcomes.isEmpty)
            #expect(try await one.outcomes().outcomes == news, "looking alone tells nobody")
            #expect(try await one.told(OutcomesCall(deltas: news.map(\.delta))).outcomes.isEmpty)
            #expect(try await one.outcomes().outcomes.isEmpty)
            // A note on the closed case is no news; that it is closed anew is.
            _ = try await two.change(ref, ChangeRequest(operations: [], note: "For the review."))
            #expect(try await one.outcomes().outcomes.isEmpty)
            _ = try await two.change(ref, ChangeRequest(operations: [ChangeOperation(.reopen)]))
            try await Self.close(two, ref, "MITIGATED")
            let again = try await one.outcomes().outcomes
            #expect(again.map(\.code) == ["MITIGATED"])
            _ = try await one.told(OutcomesCall(deltas: again.map(\.delta)))
            _ = try await one.create(NewCase(type: "OTHER", title: "Written after the note"))
        }
        // The node has ended and starts again on the same disk.
        try await self.run(team) { client in
            let news = try await client("one").outcomes().outcomes
            #expect(news.isEmpty)
        }
    }

    @Test("ids that are none, and too many of them, are refused")
    func refused() async throws {
        try await self.run(try SimulatedTeam(["syd"], people: Self.people)) { client in
            for deltas in [["xyz"], [""], [String](repeating: String(repeating: "0", count: 64), count: 201)]
            {
                do {
                    _ = try await client("one").told(OutcomesCall(deltas: deltas))
                    Issue.record("\(deltas.count) ids were taken")
                } catch { #expect((error as? APIFault)?.code == "api.bad-value") }
            }
        }
    }

    @Test("the agencies of cases are known by name, each once, as long as a case has them")
    func agencies() async throws {
        try await self.run(try SimulatedTeam(["syd"], people: Self.people)) { client in
            let one = client("one")
            for agency in ["Harlan SO", "harlan so", "AFP"] {
                _ = try await one.create(NewCase(type: "EDR", title: "From \(agency)", agency: agency))
            }
            // The index follows the commits at a distance.
            let names = try await eventually { () async throws -> [String]? in
                let names = try await one.agencies().agencies
                return names.count == 2 ? names : nil
            }
            #expect(names == ["afp", "harlan so"])
        }
    }
}
