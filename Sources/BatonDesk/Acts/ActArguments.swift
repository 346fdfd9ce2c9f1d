/// Checks the arguments of an act against its row, so that no row need check them again.
package enum ActArguments {
    /// Every argument is known, has a value of its kind, and the needed ones are there.
    package static func check(_ act: Act, _ spec: ActSpec) throws(ActRefusal) {
        let known = spec.parameters + spec.options
        for name in act.arguments.keys.sorted() where !known.contains(where: { $0.name == name }) {
            throw ActRefusal(
                .badValue, "act.unknown-argument", "`\(spec.name)` takes no `\(name)`.",
                "It takes: \(known.map(\.name).joined(separator: ", ")).")
        }
        for argument in known {
            guard let values = act.arguments[argument.name] else {
                guard argument.isRequired else { continue }
                throw ActRefusal(
                    .badValue, "act.missing-argument", "`\(spec.name)` needs `\(argument.name)`.",
                    "It says \(argument.help). For example: \(spec.examples.first ?? spec.name)")
            }
            try Self.check(values, argument, spec)
        }
    }

    /// What cannot be taken back is done only to a case whose handle was typed again.
    ///
    /// - Parameters:
    ///   - typed: What was typed; nil where nothing was.
    ///   - handle: The case's.
    /// - Throws: `act.confirm-needed`.
    package static func confirm(_ spec: ActSpec, _ typed: String?, handle: String) throws(ActRefusal) {
        guard spec.danger == .irreversible, typed?.uppercased() != handle.uppercased() else { return }
        throw ActRefusal(
            .choice, Self.confirmNeeded,
            "`\(spec.name)` cannot be taken back, and the case was not named again.",
            "Add --confirm \(handle) if that is the case you mean.")
    }

    /// The code by which a front knows that it should ask for the handle.
    package static let confirmNeeded = "act.confirm-needed"

    private static func check(
        _ values: [String], _ argument: ActSpec.Argument, _ spec: ActSpec
    ) throws(ActRefusal) {
        if argument.value == .flag { return }
        guard values.count == 1 || (argument.repeats && !values.isEmpty) else {
            throw ActRefusal(
                .badValue, "act.bad-argument", "`\(argument.name)` of `\(spec.name)` takes one value.",
                "Give it once.")
        }
        for value in values where !Self.fits(value, argument.value) {
            throw ActRefusal(
                .badValue, "act.bad-argument",
                "`\(argument.name)` of `\(spec.name)` cannot be what was given.",
                "It takes \(Self.words(argument.value)).")
        }
    }

    private static func fits(_ text: String, _ value: ActSpec.Argument.Value) -> Bool {
        switch value {
        case .flag: true
        case .word, .reference, .person: !text.isEmpty && !text.contains(where: \.isWhitespace)
        case .text: text.contains { !$0.isWhitespace } && text.utf8.count <= 8192
        case .choice(let words): words.contains(text)
        case .time, .span: UInt64(text).map { $0 < 1 << 48 } ?? false
        case .count(let range): Int(text).map(range.contains) ?? false
        case .severity: ["S0", "S1", "S2", "S3", "S4"].contains(text)
        case .type: CaseType(word: text) != nil
        }
    }

    private static func words(_ value: ActSpec.Argument.Value) -> String {
        switch value {
        case .flag: "no value"
        case .word: "one word"
        case .text: "text of at most 8,192 bytes"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .time: "milliseconds since 1970"
        case .span: "milliseconds"
        case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .severity: "S0 to S4"
        case .type: "one of \(CaseType.allCases.map(\.word).joined(separator: ", "))"
        case .reference: "a case"
        case .person: "the desk name of an operator"
        }
    }
}
