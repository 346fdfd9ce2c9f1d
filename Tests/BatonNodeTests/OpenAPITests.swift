import BatonAPI
import BatonNode
import Foundation
import Testing
import Yams

/// Holds `docs/openapi.yaml` to what the code does: paths and methods are routed, schemas are the Swift
/// types' JSON.
@Suite("OpenAPI document", .timeLimit(.minutes(1)))
struct OpenAPITests {
    private let document: [String: Any]

    init() throws {
        let text = try ProjectFile.text("docs/openapi.yaml")
        self.document = try #require(try Yams.load(yaml: text) as? [String: Any])
    }

    private func map(_ value: Any?, _ what: String) throws -> [String: Any] {
        try #require(value as? [String: Any], "\(what) is a map")
    }

    private func schemas() throws -> [String: Any] {
        try self.map(try self.map(self.document["components"], "components")["schemas"], "schemas")
    }

    @Test("every described path and method is routed, and nothing else")
    func paths() async throws {
        let team = try SimulatedTeam(["syd", "usw"])
        let node = try team.node("syd")
        let paths = try self.map(self.document["paths"], "paths")
        var described: Set<String> = []
        for (path, operations) in paths {
            for method in try self.map(operations, path).keys {
                described.insert("\(method.uppercased()) \(path)")
            }
        }
        #expect(described == Self.routes)
        let failure = try await node.run { () async throws(NodeFault) -> (any Error)? in
            do { try await Self.callAll(node) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    private static let routes: Set = [
        "GET /v1/stats", "GET /v1/rest", "POST /v1/rest", "GET /v1/rest/team",
        "GET /v1/outcomes", "POST /v1/outcomes", "GET /v1/agencies",
        "GET /v1/roster", "POST /v1/roster", "GET /v1/brief", "POST /v1/presence",
        "GET /v1/handoffs", "POST /v1/handoffs", "GET /v1/handoffs/{ref}", "POST /v1/handoffs/{ref}/steps",
        "GET /v1/handoffs/{ref}/page",
        "GET /v1/status", "GET /v1/digest", "GET /v1/cases", "POST /v1/cases", "GET /v1/cases/{ref}",
        "GET /v1/cases/{ref}/timeline", "GET /v1/cases/{ref}/log", "POST /v1/cases/{ref}/changes",
        "POST /v1/cases/{ref}/acts", "GET /v1/cases/{ref}/file", "GET /v1/cases/{ref}/export",
        "GET /v1/cases/{ref}/similar",
        "GET /v1/holds",
        "GET /v1/clocks",
        "POST /v1/batch",
        "GET /v1/find", "GET /v1/conflicts", "GET /v1/sync", "POST /v1/sync/{peer}/pause",
        "POST /v1/sync/{peer}/resume", "POST /v1/sync/{peer}/verify", "POST /v1/sync/{peer}/now",
        "GET /v1/sync/explain/{ref}",
        "GET /v1/membership", "GET /v1/metrics", "GET /v1/audit", "POST /v1/verify",
    ]

    private static func callAll(_ node: SiteNode) async throws {
        let api = EmbeddedOperatorAPI(node.service, userID: getuid())
        let made = try await node.client.create(NewCase(type: "OTHER", title: "x"))
        for route in Self.routes.sorted() {
            let words = route.split(separator: " ")
            let path = words[1].replacingOccurrences(of: "{ref}", with: made.detail.summary.ref)
                .replacingOccurrences(of: "{peer}", with: "usw")
            let call = APICall(String(words[0]), path)
            var code = ""
            do { _ = try await api.call(call) } catch { code = error.code }
            #expect(!["api.no-such-path", "api.no-such-method"].contains(code), "\(route)")
            let wrong = APICall(words[0] == "GET" ? "PUT" : "DELETE", path)
            do { _ = try await api.call(wrong) } catch { code = error.code }
            #expect(code == "api.no-such-method", "\(wrong.method) \(path)")
        }
    }

    @Test("every schema has the keys and types of its Swift type", arguments: OpenAPISamples.all)
    func schema(sample: OpenAPISample) throws {
        try self.check(sample.full, sample.schema, isFull: true)
        try self.check(sample.least, sample.schema, isFull: false)
    }

    @Test("every described schema is compared")
    func complete() throws {
        let names = Set(try self.schemas().keys).subtracting(["Value"])
        // What is nested in a sample is compared with it.
        var reached = Set(OpenAPISamples.all.map(\.schema))
        for name in reached { try self.reach(name, &reached) }
        #expect(names.subtracting(reached).isEmpty, "\(names.subtracting(reached))")
    }

    private func reach(_ name: String, _ reached: inout Set<String>) throws {
        reached.insert(name)
        let schema = try self.map(self.schemas()[name], name)
        for (_, property) in try self.map(schema["properties"], name) {
            guard let property = property as? [String: Any] else { continue }
            let items = property["items"] as? [String: Any]
            guard let target = (property["$ref"] ?? items?["$ref"]) as? String,
                let next = target.split(separator: "/").last.map(String.init), next != "Value",
                !reached.contains(next)
            else { continue }
            try self.reach(next, &reached)
        }
    }

    private func check(_ json: [UInt8], _ name: String, isFull: Bool) throws {
        let value = try JSONSerialization.jsonObject(with: Data(json))
        try self.check(value, try self.map(self.schemas()[name], name), at: name, isFull: isFull)
    }

    private func check(_ value: Any, _ schema: [String: Any], at place: String, isFull: Bool) throws {
        if let reference = schema["$ref"] as? String {
            let name = String(reference.split(separator: "/").last ?? "")
            guard name != "Value" else { return }
            return try self.check(value, try self.map(self.schemas()[name], name), at: place, isFull: isFull)
        }
        switch schema["type"] as? String {
        case "object":
            let object = try #require(value as? [String: Any], "\(place) is an object")
            let properties = try self.map(schema["properties"], place)
            let required = Set(schema["required"] as? [String] ?? [])
            #expect(Set(object.keys) == (isFull ? Set(properties.keys) : required), "\(place)")
            for (key, member) in object {
                guard let property = properties[key] as? [String: Any] else { continue }
                try self.check(member, property, at: "\(place).\(key)", isFull: isFull)
            }
        case "array":
            let list = try #require(value as? [Any], "\(place) is a list")
            #expect(!isFull || !list.isEmpty, "the sample of \(place) shows an element")
            let items = try self.map(schema["items"], place)
            for member in list { try self.check(member, items, at: place + "[]", isFull: isFull) }
        case "string": #expect(value is String, "\(place) is text")
        case "integer":
            #expect((value as? NSNumber).map { !Self.isBoolean($0) } == true, "\(place) is a number")
        case "boolean": #expect((value as? NSNumber).map(Self.isBoolean) == true, "\(place) is a boolean")
        case let other: Issue.record("\(place) has the type \(other ?? "none")")
        }
    }

    private static func isBoolean(_ number: NSNumber) -> Bool {
        unsafe String(cString: number.objCType) == "c"
    }
}
