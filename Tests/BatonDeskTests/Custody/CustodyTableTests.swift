import BatonDesk
import Foundation
import Testing

/// The transition table stands in three places: as data, in the handbook, and in the guards of the model.
@Suite struct CustodyTableTests {
    @Test("the transition table of custody in the handbook is the one that the program goes by")
    func handbook() throws {
        let text = try Self.read("docs/custody.md")
        #expect(
            text.contains(CustodyTable.markdown), "docs/custody.md should have:\n\(CustodyTable.markdown)")
    }

    @Test("every kind of custody act has one row in the transition table")
    func whole() {
        #expect(CustodyTable.rules.map(\.kind) == CustodyKind.allCases)
    }

    @Test("the guards of the custody model are the facts of the transition table")
    func model() throws {
        let model = try Self.read("Simulations/models/custody.pml")
        let guards: [(CustodyFact, String)] = [
            (.answered, "is_answered("), (.withdrawn, "is_withdrawn("), (.given, "is_given("),
            (.rivalsEnded, "are_rivals_ended("), (.parentConfirmed, "is_parent_confirmed("),
            (.inHand, "is_in_hand("),
        ]
        // The model has no settlements, and a name or a word of confirmation moves nothing.
        let left: [CustodyKind] = [.settle, .reconfirm, .claim]
        for rule in CustodyTable.rules where !left.contains(rule.kind) {
            let body = try #require(
                Self.body(of: "may_\(rule.kind.word)", in: model), "\(rule.kind) has no guard")
            for (fact, call) in guards {
                #expect(
                    body.contains("!\(call)") == rule.forbids.contains(fact),
                    "\(rule.kind.word): forbids \(fact.rawValue)")
                let asked = body.replacing("!\(call)", with: "").contains(call)
                #expect(asked == rule.needs.contains(fact), "\(rule.kind.word): needs \(fact.rawValue)")
            }
        }
    }

    /// From a C function's name in its definition to the end of its body.
    private static func body(of name: String, in text: String) -> String? {
        guard let start = text.range(of: "static int \(name)(") else { return nil }
        let rest = text[start.upperBound...]
        let end = rest.range(of: "\n  static ")?.lowerBound ?? rest.endIndex
        return String(rest[..<end])
    }

    /// A file of the repository; the tests know where their source stands.
    private static func read(_ path: String, file: String = #filePath) throws -> String {
        let root = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
            .joined(separator: "/")
        return try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }
}
