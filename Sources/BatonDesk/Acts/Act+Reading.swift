import BatonModel

/// What the rows of the table of acts read out of an act, with the refusals that every act shares.
extension Act {
    /// A text that goes into the global compartment: no control characters, nothing that names a person.
    ///
    /// - Returns: Nil where it was left out.
    func cleanText(_ name: String, bytesMax: Int = 512) throws(ActRefusal) -> String? {
        guard let text = self.value(name) else { return nil }
        return try Self.clean(text, name, bytesMax: bytesMax)
    }

    func neededText(_ name: String, bytesMax: Int = 512) throws(ActRefusal) -> String {
        guard let text = try self.cleanText(name, bytesMax: bytesMax) else {
            throw ActRefusal(.badValue, "act.missing-argument", "This needs `\(name)`.", "Add --\(name).")
        }
        return text
    }

    static func clean(_ text: String, _ name: String, bytesMax: Int = 512) throws(ActRefusal) -> String {
        guard text.utf8.count <= bytesMax else {
            throw ActRefusal(
                .badValue, "text.too-long", "`\(name)` has \(text.utf8.count) bytes, and \(bytesMax) fit.",
                "Say it shorter, or put the rest into a note.")
        }
        let findings = TextLint.findings(text)
        if let bad = findings.first(where: { !$0.isPersonal }) {
            throw ActRefusal(
                .badValue, "text.unprintable", "`\(name)` has \(bad.rawValue) in it.",
                "Type it again without; what was pasted may not be what it looks like.")
        }
        guard findings.isEmpty else {
            let found = findings.map(\.rawValue).joined(separator: " and ")
            throw ActRefusal(
                .refused, "text.personal-data", "`\(name)` has \(found) in it, and every site stores it.",
                "Name the person or thing by its number in the case, such as subj:1.",
                because: ["Identifiers of people stay in the restricted compartment; this text is global."])
        }
        return text
    }

    /// The reason code of `--why`, checked against the book.
    ///
    /// - Returns: Nil where it was left out.
    func reason(_ use: ReasonCode.Use, _ scene: ActScene, _ name: String = "why") throws(ActRefusal)
        -> String?
    {
        guard let typed = self.value(name) else { return nil }
        if let code = scene.rules.code(typed), code.uses.contains(use), !code.isRetired { return code.code }
        let known = scene.rules.codes(for: use).map(\.code).joined(separator: ", ")
        throw ActRefusal(
            .badValue, "code.unknown", "`\(typed)` is no reason code that can be given here.",
            known.isEmpty ? "The rule book has none for this; see config/codes." : "Give one of: \(known).")
    }

    func neededReason(_ use: ReasonCode.Use, _ scene: ActScene) throws(ActRefusal) -> String {
        if let code = try self.reason(use, scene) { return code }
        let known = scene.rules.codes(for: use).map(\.code).joined(separator: ", ")
        throw ActRefusal(
            .badValue, "code.missing", "This needs a reason.", "Add --why with one of: \(known).")
    }

    /// A time or a span as the table has checked it, in milliseconds.
    func milliseconds(_ name: String) -> UInt64? { self.value(name).flatMap { UInt64($0) } }

    /// `y` or `n`; nil where it was left out.
    func answer(_ name: String) -> Bool? { self.value(name).map { $0 == "y" } }
}

extension ActScene {
    func has(_ role: Role) -> Bool { self.person.roles.contains(role) }
}

extension ActSpec.Argument {
    static func why(_ help: String, required isRequired: Bool = false) -> ActSpec.Argument {
        ActSpec.Argument("why", .word, help, required: isRequired)
    }

    static let yesOrNo = Value.choice(["y", "n"])
}
