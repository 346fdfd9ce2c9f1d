package import BatonModel

/// A milestone of a case by field and word: one of the five that every case has, or one of its type's own.
package struct Milestone: Hashable, Sendable, CustomStringConvertible {
    package let field: FieldCode
    package let word: String

    package static let all: [Milestone] =
        CaseStatus.allCases.compactMap { status in
            status.milestone.map { Milestone(field: $0, word: status.word) }
        } + CaseMilestone.allCases.map { Milestone(field: $0.field, word: $0.word) }

    private init(field: FieldCode, word: String) {
        self.field = field
        self.word = word
    }

    package init?(word: String) {
        guard let found = Self.all.first(where: { $0.word == word }) else { return nil }
        self = found
    }

    package init?(field: FieldCode) {
        guard let found = Self.all.first(where: { $0.field == field }) else { return nil }
        self = found
    }

    package var description: String { self.word }
}
