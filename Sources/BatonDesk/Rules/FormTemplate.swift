/// A form in blocks: what an external report, a page, a situation report or a review asks for.
package struct FormTemplate: Sendable, Equatable {
    package enum Purpose: String, Sendable, CaseIterable { case report, page, sitrep, review }

    /// Where what is written may be stored and read.
    package enum Residency: String, Sendable, CaseIterable {
        case global
        /// Stored in the restricted compartment only.
        case restricted
        /// Restricted, unless a person marks it clean.
        case contextual
    }

    package struct Field: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable { case text, flag, time, number, choice, choices }

        package let key: String
        package let label: String
        package let kind: Kind
        package let isRequired: Bool
        package let residency: Residency
        /// For `.choice` and `.choices`; empty otherwise.
        package let choices: [String]

        package init(
            key: String, label: String, kind: Kind, isRequired: Bool, residency: Residency, choices: [String]
        ) {
            self.key = key
            self.label = label
            self.kind = kind
            self.isRequired = isRequired
            self.residency = residency
            self.choices = choices
        }
    }

    package struct Block: Sendable, Equatable {
        package let key: String
        package let title: String
        /// May stand several times: victims, files, accounts.
        package let isRepeated: Bool
        package let fields: [Field]

        package init(key: String, title: String, isRepeated: Bool, fields: [Field]) {
            self.key = key
            self.title = title
            self.isRepeated = isRepeated
            self.fields = fields
        }
    }

    /// To whom it goes, under which rule, and how sure we are of its fields.
    package struct Filing: Sendable, Equatable {
        package let recipient: String
        /// The legal rule under which it is filed; empty for forms of our own.
        package let rule: String
        package let reading: LegalRule.Reading
        package let counselOK: Bool

        package init(recipient: String, rule: String, reading: LegalRule.Reading, counselOK: Bool) {
            self.recipient = recipient
            self.rule = rule
            self.reading = reading
            self.counselOK = counselOK
        }
    }

    package let id: String
    package let title: String
    package let purpose: Purpose
    package let filing: Filing
    package let blocks: [Block]

    package init(id: String, title: String, purpose: Purpose, filing: Filing, blocks: [Block]) {
        self.id = id
        self.title = title
        self.purpose = purpose
        self.filing = filing
        self.blocks = blocks
    }

    /// The names under which what is still asked for is missing: `block.field`, in the form's order.
    ///
    /// - Parameter filled: `block.field` of everything that holds a value.
    package func missing(filled: Set<String>) -> [String] {
        self.blocks.flatMap { block in
            block.fields.filter(\.isRequired).map { "\(block.key).\($0.key)" }
        }.filter { !filled.contains($0) }
    }
}
