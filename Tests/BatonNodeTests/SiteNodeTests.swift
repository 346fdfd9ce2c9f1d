import BatonAPI
import BatonNode
import Foundation
import Testing

/// Whole nodes in this process, over real sockets on loopback.
@Suite("SiteNode", .timeLimit(.minutes(2)))
struct SiteNodeTests {
    private func run(
        _ node: SiteNode, _ body: @Sendable (OperatorClient) async throws -> Void
    ) async throws {
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            do { try await body(node.client) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    private func address(_ client: OperatorClient) async throws -> String {
        try await eventually { try await client.status().listen }
    }

    @Test("nobody sits down at a node that could not start, and its own fault says why")
    func failedStart() async throws {
        let team = try SimulatedTeam(["syd"])
        let node = try team.node("syd")
        try Data("no socket".utf8).write(to: URL(filePath: node.socketPath))
        var code: String?
        do throws(NodeFault) {
            _ = try await node.run { () async throws(NodeFault) in Issue.record("the body ran") }
        } catch { code = error.code }
        #expect(code == "transport.socket-path")
        #expect(try String(contentsOfFile: node.socketPath, encoding: .utf8) == "no socket")
    }

    @Test("what one site writes is read at the other, and both fold it alike")
    func crossing() async throws {
        let team = try SimulatedTeam(["syd", "usw"])
        let syd = try team.node("syd")
        try await self.run(syd) { sydney in
            let made = try await sydney.create(NewCase(type: "TTL", title: "Over the sea", severity: "S0"))
            let usw = try team.node("usw", dialling: ["syd": try await self.address(sydney)])
            try await self.run(usw) { western in
                let id = made.detail.summary.id
                _ = try await eventually { try? await western.show(id) }
                _ = try await western.change(
                    id, ChangeRequest(operations: [ChangeOperation(.milestone, field: "triaged")]))
                _ = try await eventually {
                    try await sydney.show(id).detail.summary.status == "triaged" ? true : nil
                }
                let digests = [try await sydney.digest(), try await western.digest()]
                #expect(digests[0].stateDigest == digests[1].stateDigest)
                #expect(digests[0].logDigest == digests[1].logDigest)
                _ = try await eventually {
                    try await sydney.show(id).detail.safeAt == ["syd", "usw"] ? true : nil
                }
            }
        }
    }

    @Test("a pause survives a restart, is audited, and ends with a resume")
    func pause() async throws {
        let team = try SimulatedTeam(["syd", "usw"])
        try await self.run(try team.node("syd")) { client in
            let paused = try await client.pause("usw").paused
            #expect(paused == ["usw"])
            let records = try await client.audit().records
            #expect(records.contains { $0.detail == "sync paused" && $0.by == "syd-op" })
        }
        try await self.run(try team.node("syd")) { client in
            let paused = try await client.sync().paused
            #expect(paused == ["usw"])
            let resumed = try await client.resume("usw").paused
            #expect(resumed == [])
        }
    }

    @Test("a restart keeps everything and numbers nothing twice")
    func restart() async throws {
        let team = try SimulatedTeam(["syd"])
        var digests: [String] = []
        for round in 0..<3 {
            let node = try team.node("syd")
            try await self.run(node) { client in
                #expect(try await client.status().counts.cases == round)
                _ = try await client.create(NewCase(type: "OTHER", title: "Round \(round)"))
            }
            digests.append(try Upkeep.digests(team.place.folder("syd")).stateDigest)
        }
        #expect(Set(digests).count == 3)
        let report = try Upkeep.verifyLog(team.place.folder("syd"))
        #expect(report.isSound)
        #expect(report.deltas == 3)
        let rebuilt = try Upkeep.rebuild(team.place.folder("syd"))
        #expect(rebuilt.isEqual)
        #expect(rebuilt.deltasFolded == 3)
    }

    @Test("a folder is held by one process, and one that is not a node's is refused")
    func folders() async throws {
        let team = try SimulatedTeam(["syd"])
        let node = try team.node("syd")
        try await self.run(node) { _ in
            #expect(throws: NodeFault.self) { try team.node("syd") }
            #expect(throws: NodeFault.self) { try Upkeep.rebuild(team.place.folder("syd")) }
        }
        #expect(throws: NodeFault.self) { try team.node("usw") }
    }

    @Test("many commands at once share commits and none is lost")
    func burst() async throws {
        let team = try SimulatedTeam(["syd"])
        try await self.run(try team.node("syd")) { client in
            let refs = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try await client.create(NewCase(type: "OTHER", title: "Case \(number)")).detail
                            .summary.id
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(refs.count == 200)
            let queue = try await client.queue(QueueQuery(limit: 150, offset: 100))
            #expect(queue.total == 200)
            #expect(queue.cases.count == 100)
        }
    }

    @Test("commands during a stop are either kept or refused, never lost in silence")
    func stopping() async throws {
        let team = try SimulatedTeam(["syd"])
        let node = try team.node("syd")
        var kept = 0
        try await self.run(node) { client in
            let codes = await withTaskGroup(of: String.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        do {
                            _ = try await client.create(NewCase(type: "OTHER", title: "Case \(number)"))
                            return "kept"
                        } catch {
                            return (error as? APIFault)?.code ?? "\(error)"
                        }
                    }
                    if number == 32 {
                        group.addTask {
                            node.stop()
                            return "stop"
                        }
                    }
                }
                return await group.reduce(into: [String]()) { $0.append($1) }
            }
            // A command may also be kept and its answer not be read any more, since the replica closes.
            let known: Set = [
                "kept", "stop", "api.stopping", "node.stopping", "store.closed", "api.no-such-case",
            ]
            #expect(Set(codes).isSubset(of: known), "\(Set(codes))")
        }
        let report = try Upkeep.verifyLog(team.place.folder("syd"))
        #expect(report.isSound)
        kept = report.deltas
        #expect(kept <= 64)
    }
}
