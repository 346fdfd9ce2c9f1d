/// A word by which a person says why. Codes are never renamed; one that is no longer given is `retired`.
package struct ReasonCode: Sendable, Equatable {
    /// Where a code may be given.
    package enum Use: String, Sendable, CaseIterable {
        case triage, edr, clock, skip, takeover, close, decline, severity, contain, settle
    }

    package let code: String
    package let meaning: String
    /// Never empty.
    package let uses: [Use]
    package let isRetired: Bool

    package init(code: String, meaning: String, uses: [Use], isRetired: Bool) {
        self.code = code
        self.meaning = meaning
        self.uses = uses
        self.isRetired = isRetired
    }
}
