import BatonDesk
import BatonEncoding
import BatonModel

/// What a person does to a case, as words of a scenario.
enum WriteText {
    private static let forms = [
        "severity 0…4", "owner 0…100", "text WORDS", "tag +WORD", "tag -WORD", "note WORDS", "acknowledge",
        "close", "reopen", "priority 0…9 (at a site of level 2)",
    ]

    static func operation(_ text: String) -> Operation? {
        let word = String(text.prefix { $0 != " " })
        let rest = String(text.dropFirst(word.count).drop { $0 == " " })
        switch word {
        case "severity": return Self.number(.set, CaseField.severity, rest, 0...4)
        case "owner": return Self.number(.set, CaseField.owner, rest, 0...100)
        case "priority": return Self.number(.set, MixedLevels.priority, rest, 0...9)
        case "text" where !rest.isEmpty && rest.utf8.count <= 512:
            return Self.make(.set, CaseField.situation, .text(rest))
        case "note" where !rest.isEmpty && rest.utf8.count <= 30_000:
            return Self.make(.append, CaseField.note, .text(rest))
        case "tag": return Self.tag(rest)
        case "acknowledge" where rest.isEmpty:
            return Self.make(.milestone, CaseField.acknowledged, .null)
        case "close" where rest.isEmpty: return Self.make(.close, CaseField.closure, .null)
        case "reopen" where rest.isEmpty: return Self.make(.reopen, CaseField.closure, .null)
        default: return nil
        }
    }

    static func help(for text: String) -> String {
        let word = String(text.prefix { $0 != " " })
        let words = Self.forms.map { String($0.prefix { $0 != " " }) }
        if let near = ScenarioFault.nearest(word, in: words), near != word {
            return "did you mean \"\(near) …\"?"
        }
        return "write one of: " + Self.forms.joined(separator: ", ")
    }

    private static func make(_ kind: OperationKind, _ field: FieldCode, _ body: CBORValue) -> Operation {
        Operation(shape: OperationShape(kind: kind, field: field, isMaterial: true), body: body)
    }

    private static func number(
        _ kind: OperationKind, _ field: FieldCode, _ text: String, _ range: ClosedRange<UInt64>
    ) -> Operation? {
        guard let number = UInt64(text), range.contains(number) else { return nil }
        return Self.make(kind, field, .unsigned(number))
    }

    private static func tag(_ text: String) -> Operation? {
        let name = String(text.dropFirst())
        guard !name.isEmpty, name.utf8.count <= 64 else { return nil }
        switch text.first {
        case "+": return Self.make(.add, CaseField.tags, .text(name))
        case "-": return Self.make(.remove, CaseField.tags, .text(name))
        default: return nil
        }
    }

    /// The case that a label means: the same document in every run.
    static func document(_ label: String) -> DocumentID {
        let digest = StandInHashing().digest256(Array("case \(label)".utf8))
        return DocumentID(kind: .escalation, suffix: digest.bytes)
    }
}

/// Two builds side by side: the later one has one field more.
enum MixedLevels {
    static let priority = FieldCode(900)
    static let level: UInt64 = 2

    /// The desk's own table with the field of the next feature level on top.
    static let table = DeskFieldTable.current.raised(
        to: 2,
        adding: [
            (
                kind: .escalation,
                fields: [FieldRule(900, "priority", .register, .maximum, .integer(0...9), level: 2)]
            )
        ])

    static func table(_ level: UInt64) -> FieldTable { level >= 2 ? self.table : DeskFieldTable.current }
}
