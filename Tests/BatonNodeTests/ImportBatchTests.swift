import BatonAPI
import BatonCrypto
import BatonModel
import BatonNode
import Foundation
import Testing

/// Imports into whole nodes in this process.
@Suite("Imports into nodes", .timeLimit(.minutes(2)))
struct ImportBatchTests {
    private static let incidents = """
        incident_id,category,status,priority,item_type,open_time,close_time
        IM1,incident,Closed,3,application,2013-02-06T14:00:00Z,2013-02-08T13:00:00Z
        IM2,request,Open,5,hardware,2013-02-07T14:00:00Z,

        """
    private static let activities = """
        incident_id,at,activity_id,activity,team,knowledge_item
        IM1,2013-02-06T13:00:00Z,1,Open,TEAM0001,KM1
        IM2,2013-02-07T13:00:00Z,2,Open,TEAM0008,KM1
        IM1,2013-02-07T13:00:00Z,3,Assignment,TEAM0008,KM1
        IM1,2013-02-08T13:00:00Z,6,Closed,TEAM0001,KM1

        """

    private func run(_ node: SiteNode, _ body: @Sendable (OperatorClient) async throws -> Void) async throws {
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            do { try await body(node.client) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    private func write(_ place: TestFolder) throws -> (incidents: String, activities: String) {
        let files = (incidents: place.path + "/incidents.csv", activities: place.path + "/activities.csv")
        try Self.incidents.write(toFile: files.incidents, atomically: true, encoding: .utf8)
        try Self.activities.write(toFile: files.activities, atomically: true, encoding: .utf8)
        return files
    }

    private func importing(
        _ client: OperatorClient, _ place: TestFolder, sites: [String] = []
    ) async throws -> ImportSummary {
        let files = try self.write(place)
        var options = ImportOptions()
        options.rejects = place.path + "/rejects.csv"
        if !sites.isEmpty { options.split = SiteSplit(try sites.map { try #require(SiteID($0)) }) }
        return try await ImportJob(client, options: options, hashing: Blake2b())
            .itsm(incidents: files.incidents, activities: files.activities)
    }

    private func id(_ incident: String) -> String {
        ImportIdentity.document(incident: incident, hashing: Blake2b()).description
    }

    @Test("an imported case has its fields, original times and close, and a second import adds nothing")
    func oneNode() async throws {
        let team = try SimulatedTeam(["syd"])
        try await self.run(try team.node("syd")) { client in
            let summary = try await self.importing(client, team.place)
            #expect((summary.cases, summary.entries, summary.rejected) == (2, 4, 0))
            let detail = try await client.show(self.id("IM1")).detail
            #expect(detail.summary.severity == "S3")
            #expect(detail.summary.isClosed)
            #expect(detail.summary.receivedAt == 1_360_159_200_000)
            #expect(detail.milestones.map(\.milestone) == ["acknowledged", "resolved"])
            let entries = try await client.timeline(self.id("IM1")).entries
            #expect(
                entries.dropFirst().map(\.originallyAt) == [
                    1_360_155_600_000, 1_360_242_000_000, 1_360_328_400_000,
                ])
            #expect(entries.dropFirst().map(\.originallyBy) == ["TEAM0001", "TEAM0008", "TEAM0001"])
            #expect(
                try await client.log(self.id("IM1")).deltas.flatMap(\.operations).allSatisfy {
                    !$0.isMaterial
                })
            #expect(try await client.show(self.id("IM2")).detail.summary.isClosed == false)
            let before = try await client.digest()
            let again = try await self.importing(client, team.place)
            #expect((again.deltas, again.known) == (0, 6))
            #expect(try await client.digest().logDigest == before.logDigest)
            #expect(try await client.verify().isSound)
        }
    }

    @Test("a site that has read another's import adds nothing of its own")
    func twoSites() async throws {
        let team = try SimulatedTeam(["syd", "usw"])
        try await self.run(try team.node("syd")) { sydney in
            _ = try await self.importing(sydney, team.place)
            let address = try await eventually { try await sydney.status().listen }
            try await self.run(try team.node("usw", dialling: ["syd": address])) { western in
                _ = try await eventually { try await western.status().counts.deltas == 6 ? true : nil }
                let again = try await self.importing(western, team.place)
                #expect((again.deltas, again.known) == (0, 6))
            }
        }
    }

    @Test("two sites that each import their teams' rows become equal, without a conflict or an unseen update")
    func dividedSites() async throws {
        let team = try SimulatedTeam(["syd", "usw"])
        try await self.run(try team.node("syd")) { sydney in
            let here = try await self.importing(sydney, team.place, sites: ["syd", "usw"])
            let address = try await eventually { try await sydney.status().listen }
            // The other site is closed to this one until both have imported.
            _ = try await sydney.pause("usw")
            try await self.run(try team.node("usw", dialling: ["syd": address])) { western in
                let there = try await self.importing(western, team.place, sites: ["syd", "usw"])
                #expect((here.deltas, there.deltas) == (3, 3))
                _ = try await sydney.resume("usw")
                for client in [sydney, western] {
                    _ = try await eventually { try await client.status().counts.deltas == 6 ? true : nil }
                }
                let digests = [try await sydney.digest(), try await western.digest()]
                #expect(digests[0].stateDigest == digests[1].stateDigest)
                let detail = try await western.show(self.id("IM1")).detail
                #expect(detail.summary.isClosed)
                #expect(detail.conflicts.isEmpty)
                #expect(detail.timelineCount == 4)
            }
        }
    }

    @Test(
        "an entry of a batch that is wrong is refused alone; a batch that is too large or empty is refused whole"
    )
    func refusals() async throws {
        let team = try SimulatedTeam(["syd"])
        try await self.run(try team.node("syd")) { client in
            let note = [ChangeOperation(.append, value: .text("kept"))]
            let key = String(repeating: "ab", count: 16)
            let good = BatchEntry(document: self.id("IM1"), key: key, operations: note)
            let bad = [
                BatchEntry(document: "EDR-7K3QM2", key: key, operations: note),
                BatchEntry(document: self.id("IM1"), key: "short", operations: note),
                BatchEntry(document: self.id("IM1"), key: key, operations: []),
                BatchEntry(
                    document: self.id("IM1"), key: key, operations: [ChangeOperation(.set, field: "nonsense")]
                ),
            ]
            let reply = try await client.batch(bad + [good, good])
            #expect(
                reply.outcomes.map(\.state) == [.refused, .refused, .refused, .refused, .authored, .known])
            #expect(reply.outcomes.prefix(4).allSatisfy { $0.error?.hint.isEmpty == false })
            #expect(reply.outcomes[4].delta == reply.outcomes[5].delta)
            for entries in [[], Array(repeating: good, count: 257)] {
                await #expect(throws: APIFault.self) { try await client.batch(entries) }
            }
        }
    }
}
