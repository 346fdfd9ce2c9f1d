import BatonAPI
import BatonNode
import Foundation
import Testing

@testable import BatonNode

@Suite("Figures for a monitoring system", .timeLimit(.minutes(1)))
struct MetricsTests {
    @Test("The text is OpenMetrics: types, units, help, escaped labels, thousandths, an end mark")
    func text() {
        var text = MetricsText()
        text.add("baton_things", .counter, "Things \"counted\".", [.init([("a", "x\"y\\z\n")], 3)])
        text.add("baton_nothing", .gauge, "Not said where there is nothing.", [])
        text.add(
            "baton_offset_seconds", .gauge, unit: "seconds", "How far.",
            [.init(milliseconds: -1_005), .init([("b", "1")], milliseconds: 42)])
        #expect(
            text.text == """
                # TYPE baton_things counter
                # HELP baton_things Things \\"counted\\".
                baton_things_total{a="x\\"y\\\\z\\n"} 3
                # TYPE baton_offset_seconds gauge
                # UNIT baton_offset_seconds seconds
                # HELP baton_offset_seconds How far.
                baton_offset_seconds -1.005
                baton_offset_seconds{b="1"} 0.042
                # EOF

                """)
    }

    @Test("A node tells its figures, each family once, and docs/operations.md lists every one of them")
    func node() async throws {
        let team = try SimulatedTeam(["syd", "usw"])
        // Nobody listens at that port.
        let node = try team.node("syd", dialling: ["usw": "127.0.0.1:1"])
        let manual = try ProjectFile.text("docs/operations.md")
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            do { try await Self.check(node, manual) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    private static func check(_ node: SiteNode, _ manual: String) async throws {
        _ = try await node.client.create(NewCase(type: "OTHER", title: "Nobody reads this title here"))
        let api = EmbeddedOperatorAPI(node.service, userID: getuid())
        let reply = try await api.call(APICall("GET", "/v1/metrics"))
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(reply.contentType.hasPrefix("application/openmetrics-text"))
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(!text.contains("Nobody reads"))
        #expect(text.contains("\nbaton_deltas 1\n"))
        #expect(text.contains("\nbaton_changes_authored_total 1\n"))
        #expect(text.contains("\nbaton_peer_state{peer=\"usw\",state=\"down\"} 1\n"))
        #expect(text.contains("\nbaton_alarms 0\n"))
        let families = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { $0.split(separator: " ")[2] }
        #expect(Set(families).count == families.count)
        for family in families { #expect(manual.contains("`\(family)`"), "\(family) is not listed") }
    }
}
