import BatonAPI
import BatonNode
import Testing

/// The brief of a desk with more open cases than one question may read.
@Suite("Brief of a whole desk", .timeLimit(.minutes(1)))
struct BriefAPITests {
    private static let count = 230

    private func withCases(_ body: @Sendable (OperatorClient, [String]) async throws -> Void) async throws {
        let team = try SimulatedTeam(["syd"])
        let node = try team.node("syd")
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            do {
                var refs: [String] = []
                for number in 0..<Self.count {
                    let new = NewCase(
                        type: "OTHER", title: "Matter \(number)", severity: number == 200 ? "S0" : "S3")
                    refs.append(try await node.client.create(new).detail.summary.ref)
                }
                try await body(node.client, refs)
            } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    @Test("what is still being read is counted, and is known soon after somebody asked")
    func pending() async throws {
        try await self.withCases { client, refs in
            let whole = try await eventually { () async throws -> BriefReply? in
                let reply = try await client.brief(nil, since: nil, rows: 10)
                #expect(reply.changed + (reply.pending ?? 0) == Self.count)
                let says = reply.page.last?.hasSuffix("still being read: ask again in a moment")
                #expect(says == (reply.pending != nil))
                return reply.pending == nil ? reply : nil
            }
            #expect(whole.page.count == 10)
            #expect(whole.page.first?.hasPrefix("230 cases changed: ") == true)
            #expect(whole.page.last == "and 222 more cases: brief CASE shows one, --rows more")
            #expect(whole.cases.count == 8)
            #expect(whole.cases.first?.ref == refs[200])
            let all = try await client.brief(nil, since: nil, rows: 300)
            #expect(Set(all.cases.map(\.ref)) == Set(refs))
            // What is written after that is in the next answer.
            let before = try #require(all.cases.first { $0.ref == refs[7] }).count
            _ = try await client.change(refs[7], ChangeRequest(operations: [], note: "Rang back."))
            let after = try await client.brief(nil, since: nil, rows: 300)
            #expect(after.cases.first { $0.ref == refs[7] }?.count == before + 1)
        }
    }

    @Test("since a time, the case whose clock runs out first is among the most urgent")
    func sinceByClocks() async throws {
        let team = try SimulatedTeam(["syd"])
        let node = try team.node("syd")
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            do {
                let now = try await node.client.status().asOf.at
                for number in 0..<Self.count {
                    let made = try await node.client.create(
                        NewCase(type: "OTHER", title: "Matter \(number)", severity: "S3"))
                    let due = ChangeOperation(
                        .set, field: "due", value: .integer(now + 3_600_000 * Int64(number + 1)))
                    _ = try await node.client.change(
                        made.detail.summary.id, ChangeRequest(operations: [due]))
                }
                // No deadline was typed for it; its clock has run out.
                let late = try await node.client.create(
                    NewCase(type: "EDR", title: "Late", severity: "S2", receivedAt: now - 3_600_000)
                ).detail.summary
                // Clocks are worked out while nobody waits.
                _ = try await eventually { () async throws -> Bool? in
                    try await node.client.queue().cases.first?.ref == late.ref ? true : nil
                }
                let reply = try await node.client.brief(nil, since: 0, rows: 5)
                #expect(reply.changed == Self.count + 1)
                #expect(reply.cases.first?.ref == late.ref)
            } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    @Test("since a time, the most urgent cases are told and the others counted")
    func since() async throws {
        try await self.withCases { client, refs in
            let reply = try await client.brief(nil, since: 0, rows: 5)
            #expect(reply.changed == Self.count)
            #expect(reply.page.count == 5)
            #expect(reply.page.first?.hasPrefix("230 cases changed; in the 200 most urgent: ") == true)
            #expect(reply.cases.first?.ref == refs[200])
            let all = try await client.brief(nil, since: 0, rows: 300)
            #expect(all.page.first?.hasPrefix("230 cases changed: ") == true)
            #expect(Set(all.cases.map(\.ref)) == Set(refs))
            let none = try await client.brief(nil, since: .max / 2, rows: 5)
            #expect(none.changed == 0 && none.cases.isEmpty)
        }
    }
}

/// The work list goes by what runs out first, whether a person wrote the deadline or a rule made the clock.
@Suite("Deadlines of the work list", .timeLimit(.minutes(1)))
struct QueueDueTests {
    private static let minute: Int64 = 60_000

    @Test("within a lane the clock that runs out first comes first, and the status counts what is late")
    func order() async throws {
        let team = try SimulatedTeam(["syd"])
        let node = try team.node("syd")
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            do { try await Self.check(node.client) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    private static func make(
        _ client: OperatorClient, _ title: String, minutesAgo: Int64
    ) async throws -> CaseRow {
        let now = try await client.status().asOf.at
        return try await client.create(
            NewCase(
                type: "EDR", title: title, severity: "S2", receivedAt: now - minutesAgo * Self.minute)
        ).detail.summary
    }

    private static func check(_ client: OperatorClient) async throws {
        let fresh = try await Self.make(client, "Just in", minutesAgo: 0)
        let waiting = try await Self.make(client, "Waiting", minutesAgo: 15)
        var rows = try await client.queue().cases
        #expect(rows.map(\.ref) == [waiting.ref, fresh.ref])
        // An S2 request is acknowledged within half an hour.
        let received = try #require(waiting.receivedAt)
        #expect(rows.first?.nextDueAt == received + 30 * Self.minute)
        var status = try await client.status()
        #expect(status.nextDueAt == received + 30 * Self.minute)
        #expect(status.counts.late == 0)
        let late = try await Self.make(client, "Late", minutesAgo: 60)
        rows = try await client.queue().cases
        #expect(rows.map(\.ref) == [late.ref, waiting.ref, fresh.ref])
        status = try await client.status()
        #expect(status.counts.late == 1)
        #expect(status.nextDueAt == received + 30 * Self.minute)
        let page = try await client.queue(QueueQuery(limit: 1, offset: 1))
        #expect(page.cases.map(\.ref) == [waiting.ref])
        #expect(page.total == 3)
        // A milestone stops the clock; the next one counts.
        _ = try await client.change(
            late.ref, ChangeRequest(operations: [ChangeOperation(.milestone, field: "acknowledged")]))
        #expect(try await client.status().counts.late == 0)
        let closed = try await client.change(
            waiting.ref, ChangeRequest(operations: [ChangeOperation(.close)]))
        #expect(closed.detail.summary.isClosed)
        rows = try await client.queue().cases
        #expect(Set(rows.map(\.ref)) == [late.ref, fresh.ref])
        #expect(rows.allSatisfy { $0.nextDueAt != received + 30 * Self.minute })
    }
}
