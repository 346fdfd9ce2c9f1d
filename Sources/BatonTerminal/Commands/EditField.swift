import BatonAPI
import BatonDesk

/// Fields that `edit` changes, and how their values are typed.
package enum EditField: String, Sendable, CaseIterable {
    case title, type, severity, owner, situation, source, reference, agency, decision, received, due
    case status

    /// The register that it sets; nil for a milestone.
    var register: String? { self == .status ? nil : self.rawValue }

    /// - Parameter now: Milliseconds since 1970.
    func operation(_ text: String, now: Int64) throws(CommandIssue) -> ChangeOperation {
        switch self {
        case .status: try Self.milestone(text)
        default: ChangeOperation(.set, field: self.rawValue, value: try self.value(text, now: now))
        }
    }

    private func value(_ text: String, now: Int64) throws(CommandIssue) -> APIValue {
        switch self {
        case .severity:
            if let severity = OptionValue.severity(text) { return .text(severity) }
            throw self.bad(text, "Severities are S0 (life at stake) to S4 (routine).")
        case .type:
            if let type = CaseType(word: text) { return .text(type.word) }
            throw self.bad(text, "Types are \(CaseType.allCases.map(\.word).joined(separator: ", ")).")
        case .received, .due:
            if let time = TimeExpression(text) { return .integer(time.resolved(now: now)) }
            throw CommandIssue.badTime(
                "`\(SafeText.line(text))` is no value for \(self.rawValue).", text)
        case .owner:
            return text == "-" ? .null : .text(text)
        case .title, .situation, .source, .reference, .agency, .decision, .status:
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw self.bad(text, "It takes some words.")
            }
            return .text(text)
        }
    }

    private static func milestone(_ text: String) throws(CommandIssue) -> ChangeOperation {
        let words = CaseStatus.allCases.filter { $0.milestone != nil }.map(\.word)
        guard let word = words.first(where: { $0 == text.lowercased() }) else {
            throw Self.status.bad(
                text, "Milestones are \(words.joined(separator: ", ")); `close` and `reopen` do the rest.")
        }
        return ChangeOperation(.milestone, field: word)
    }

    private func bad(_ text: String, _ hint: String) -> CommandIssue {
        CommandIssue(.badValue, "`\(SafeText.line(text))` is no value for \(self.rawValue).", hint)
    }

    /// The value of the field on a case page, in words that stay the same at every place; nil where it has
    /// none.
    func text(in detail: CaseDetail) -> String? {
        switch self {
        case .title: return detail.summary.title
        case .status: return detail.summary.status
        default: break
        }
        guard let field = detail.fields.first(where: { $0.field == self.rawValue }) else { return nil }
        if let number = field.value.integer, FieldText.times.contains(self.rawValue) {
            return ClockText(now: 0, zones: []).full(number)
        }
        return FieldText.text(self.rawValue, field.value, ClockText(now: 0, zones: []))
    }
}
