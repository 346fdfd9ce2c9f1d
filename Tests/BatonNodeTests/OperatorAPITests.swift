import BatonAPI
import BatonModel
import BatonNode
import Foundation
import Testing

/// The API of one node, called in this process.
@Suite("Operator API", .timeLimit(.minutes(1)))
struct OperatorAPITests {
    /// Runs a body beside a node of a team of one.
    private func withNode(
        people: [SiteCard.Person]? = nil, _ body: @Sendable (SiteNode) async throws -> Void
    ) async throws {
        let team = try SimulatedTeam(["syd"], people: people)
        let node = try team.node("syd")
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            do { try await body(node) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    private func fault(_ body: () async throws -> Void) async throws -> APIFault {
        do { try await body() } catch { return try #require(error as? APIFault) }
        throw NodeFault(code: "test", "nothing was refused", hint: "")
    }

    @Test("a case is made, changed, found, closed and reopened, and its log says so")
    func life() async throws {
        try await self.withNode { node in
            let client = node.client
            let made = try await client.create(
                NewCase(
                    type: "edr", title: "Harlan request", severity: "S0", agency: "Harlan SO",
                    tags: ["night", "edr"],
                    note: "Received by phone.", owner: "syd-op"))
            let ref = made.detail.summary.ref
            #expect(ref.hasPrefix("EDR-"))
            #expect(made.detail.summary.severity == "S0")
            #expect(made.detail.summary.owner == "syd-op")
            #expect(made.detail.summary.tags == ["edr", "night"])
            #expect(made.saved == "here")
            let changed = try await client.change(
                ref,
                ChangeRequest(
                    operations: [
                        ChangeOperation(.set, field: "situation", value: .text("Waiting for a call back.")),
                        ChangeOperation(.remove, field: "tags", value: .text("night")),
                        ChangeOperation(.milestone, field: "triaged"),
                    ], note: "Called back at 03:02."))
            #expect(changed.detail.summary.status == "triaged")
            #expect(changed.detail.summary.tags == ["edr"])
            #expect(changed.deltas.count == 1)
            #expect(try await client.find("harlan").hits.map(\.summary.ref) == [ref])
            #expect(try await client.find("called").hits.first?.excerpt == "Called back at 03:02.")
            let closed = try await client.change(ref, ChangeRequest(operations: [ChangeOperation(.close)]))
            #expect(closed.detail.summary.isClosed)
            #expect(try await client.queue().cases.isEmpty)
            #expect(try await client.queue(QueueQuery(.closed)).cases.map(\.ref) == [ref])
            let open = try await client.change(ref, ChangeRequest(operations: [ChangeOperation(.reopen)]))
            #expect(!open.detail.summary.isClosed)
            let timeline = try await client.timeline(ref)
            #expect(timeline.entries.map(\.text) == ["Received by phone.", "Called back at 03:02."])
            let page = try await client.timeline(ref, limit: 1)
            #expect(page.entries.map(\.text) == ["Called back at 03:02."])
            #expect(
                try await client.timeline(ref, limit: 1, before: page.before).entries.map(\.text) == [
                    "Received by phone."
                ])
            let log = try await client.log(ref)
            #expect(log.deltas.count == 4)
            #expect(
                log.deltas.allSatisfy {
                    $0.fate == "applied" && $0.safeAt == ["syd"] && $0.written.by == "syd-op"
                })
            #expect(try await client.status().counts.openS0 == 1)
            #expect(try await client.audit().records.first?.kind == "authored")
            let verified = try await client.verify()
            #expect(verified.isSound)
            #expect(verified.signatureChecks == 4)
        }
    }

    @Test("a repeated command does nothing twice, and another operator's key is another key")
    func idempotency() async throws {
        let people = ["one", "two"].map {
            SiteCard.Person(name: $0, userIDs: [getuid()], roles: [.specialist])
        }
        try await self.withNode(people: people) { node in
            let api = EmbeddedOperatorAPI(node.service, userID: getuid())
            let new = NewCase(type: "OTHER", title: "Once")
            let first = try await OperatorClient(api, actingAs: "one").create(new, key: "k")
            let again = try await OperatorClient(api, actingAs: "one").create(new, key: "k")
            let other = try await OperatorClient(api, actingAs: "two").create(new, key: "k")
            #expect(again.deltas == first.deltas)
            #expect([first.isRepeat, again.isRepeat, other.isRepeat] == [false, true, false])
            #expect(again.detail.summary.id == first.detail.summary.id)
            #expect(try await OperatorClient(api, actingAs: "one").status().counts.cases == 2)
            let fault = try await self.fault { _ = try await OperatorClient(api).status() }
            #expect(fault.code == "api.choose-operator")
            #expect(fault.exit == ExitCode.humanMustChoose.rawValue)
        }
    }

    @Test("only listed users ask, and only roles that may change do")
    func authority() async throws {
        let people = [SiteCard.Person(name: "watch", userIDs: [getuid()], roles: [.auditor])]
        try await self.withNode(people: people) { node in
            let stranger = OperatorClient(EmbeddedOperatorAPI(node.service, userID: getuid() &+ 1))
            #expect(try await self.fault { _ = try await stranger.status() }.code == "api.not-an-operator")
            var other = node.client
            other.actingAs = "somebody"
            #expect(try await self.fault { _ = try await other.status() }.code == "api.not-an-operator")
            #expect(try await node.client.status().operatorName == "watch")
            let fault = try await self.fault {
                _ = try await node.client.create(NewCase(type: "OTHER", title: "x"))
            }
            #expect(fault.code == "api.not-authorised")
            #expect(fault.exit == ExitCode.refused.rawValue)
            #expect(
                try await self.fault { _ = try await node.client.pause("usw") }.code == "api.no-such-peer")
        }
    }

    @Test("every wrong value is refused in words, and nothing is written")
    func refusals() async throws {
        try await self.withNode { node in
            let client = node.client
            let ref = try await client.create(NewCase(type: "OTHER", title: "x")).detail.summary.ref
            let before = try await client.digest().stateDigest
            let wrong: [(ChangeOperation, String)] = [
                (ChangeOperation(.set, field: "colour", value: .text("red")), "api.unknown-field"),
                (ChangeOperation(.set, value: .text("red")), "api.unknown-field"),
                (ChangeOperation(.set, field: "severity", value: .text("S7")), "api.bad-value"),
                (ChangeOperation(.set, field: "type", value: .text("XYZ")), "api.bad-value"),
                (ChangeOperation(.set, field: "owner", value: .text("nobody-here")), "api.bad-value"),
                (
                    ChangeOperation(.set, field: "title", value: .text(String(repeating: "a", count: 600))),
                    "api.bad-value"
                ),
                (ChangeOperation(.set, field: "title", value: .text("  ")), "api.bad-value"),
                (ChangeOperation(.set, field: "received", value: .integer(-1)), "api.bad-value"),
                (ChangeOperation(.set, field: "tags", value: .text("x")), "api.bad-value"),
                (ChangeOperation(.append, value: .text("")), "api.bad-value"),
                (ChangeOperation(.append, value: .integer(3)), "api.bad-value"),
                (
                    ChangeOperation(.append, value: .map(["text": .text("a"), "x": .text("b")])),
                    "api.bad-value"
                ),
                (
                    ChangeOperation(.append, value: .text(String(repeating: "a", count: 40_000))),
                    "api.too-large"
                ),
            ]
            for (operation, code) in wrong {
                let fault = try await self.fault {
                    _ = try await client.change(ref, ChangeRequest(operations: [operation]))
                }
                #expect(fault.code == code, "\(operation)")
                #expect(fault.message.hasSuffix(".") && fault.hint.hasSuffix("."))
            }
            let empty = try await self.fault {
                _ = try await client.change(ref, ChangeRequest(operations: []))
            }
            #expect(empty.code == "api.bad-body")
            for (text, code) in [
                ("EDR-ZZZZZZ", "api.no-such-case"), ("%%%", "api.bad-handle"), ("X", "api.bad-handle"),
                (String(repeating: "01", count: 16), "api.no-such-case"),
            ] {
                #expect(try await self.fault { _ = try await client.show(text) }.code == code, "\(text)")
            }
            #expect(try await client.digest().stateDigest == before)
        }
    }

    @Test("what a path, method, query or body does not have is refused, never ignored")
    func strictness() async throws {
        try await self.withNode { node in
            let api = EmbeddedOperatorAPI(node.service, userID: getuid())
            let calls: [(APICall, String)] = [
                (APICall("GET", "/"), "api.no-such-path"), (APICall("GET", "/v2/status"), "api.no-such-path"),
                (APICall("GET", "/v1/nothing"), "api.no-such-path"),
                (APICall("GET", "/v1/cases/a/b/c"), "api.no-such-path"),
                (APICall("DELETE", "/v1/status"), "api.no-such-method"),
                (APICall("GET", "/v1/verify"), "api.no-such-method"),
                (APICall("GET", "/v1/status", query: [.init("x", "1")]), "api.bad-query"),
                (APICall("GET", "/v1/cases", query: [.init("view", "hers")]), "api.bad-query"),
                (APICall("GET", "/v1/cases", query: [.init("limit", "0")]), "api.bad-query"),
                (
                    APICall("GET", "/v1/cases", query: [.init("limit", "1"), .init("limit", "2")]),
                    "api.bad-query"
                ),
                (APICall("GET", "/v1/find"), "api.bad-query"),
                (APICall("POST", "/v1/cases", body: Array("{".utf8)), "api.bad-body"),
                (APICall("POST", "/v1/cases", body: Array(#"{"type":"OTHER"}"#.utf8)), "api.bad-body"),
                (
                    APICall(
                        "POST", "/v1/cases", body: Array(#"{"type":"OTHER","title":"x","severty":"S0"}"#.utf8)
                    ),
                    "api.bad-body"
                ),
                (
                    APICall(
                        "POST", "/v1/cases", body: Array(#"{"type":"OTHER","title":"x"}"#.utf8),
                        idempotencyKey: String(repeating: "k", count: 65)), "api.bad-idempotency-key"
                ),
            ]
            for (call, code) in calls {
                let fault = try await self.fault { _ = try await api.call(call) }
                #expect(fault.code == code, "\(call.method) \(call.path)")
            }
        }
    }

    @Test("text survives the way into a path and back")
    func encoding() {
        for text in ["", "plain", "a b/c?d=e&f%", "émoji 🚨", "+"] {
            #expect(APIText.decoded(APIText.encoded(text)) == text)
            #expect(
                APIText.parameters(String(APIText.query([.init("q", text)]).dropFirst()))?.first?.value
                    == text)
        }
        #expect(APIText.decoded("%zz") == nil)
        #expect(APIText.decoded("%f") == nil)
        #expect(APIText.decoded("%ff") == nil)
    }
}
