extension Rule {
    static let traps = Rule.perLine(
        "nothing traps without words", needles: ["try!", "as!", "fatalError()", "preconditionFailure()"],
        in: \.swift
    ) { _, line in
        if line.holds(word: "try!") {
            return "`try!` hides a failure; use a typed throw, or `guard` with a precondition that says why"
        }
        if line.holds(word: "as!") {
            return "`as!` hides a failure; use `as?` with `guard`, or make the type known"
        }
        if line.holds(word: "fatalError()") || line.holds(word: "preconditionFailure()") {
            return "a trap says what was impossible: give it a message with the state"
        }
        return nil
    }

    static let access = Rule.perLine(
        "modules share symbols with package access", needles: ["public", "open class", "@_exported"],
        in: \.swift
    ) { _, line in
        if line.holds(word: "@_exported") {
            return "no umbrella modules: import what is used where it is used"
        }
        if line.holds(word: "public") || line.holds(word: "open class") {
            return "there are no library products: write `package` instead of `public`"
        }
        return nil
    }

    static let notes = Rule(name: "no leftovers in comments") { repository in
        repository.swift.flatMap { file in
            file.findings(in: file.commentLines) { _, line in
                if line.holds(word: "FIX" + "ME") || line.holds(word: "XX" + "X") {
                    return "repair it now, or write an issue and name it"
                }
                let isOpen =
                    line.holds(word: "TO" + "DO") && !line.contains("#") && !line.contains("decision 0")
                return isOpen ? "name the issue (#12) or the decision (decision 0003)" : nil
            }
        }
    }

    /// How often a module steps around the checks of the compiler. To raise a number is a matter for review.
    static let escapesAllowed: [String: Int] = ["BatonCrypto": 1, "BatonStore": 1]

    static let escapes = Rule(name: "escapes from Sendable checking are counted and explained") {
        repository in
        escapeFindings(in: repository, allowed: Rule.escapesAllowed)
    }

    static func escapeFindings(in repository: Repository, allowed: [String: Int]) -> [Finding] {
        let counts = escapeCounts(in: repository)
        return escapePlaces(in: repository).compactMap { file, index in
            let isOver = counts[file.module] ?? 0 > allowed[file.module] ?? 0
            let isExplained = file.explains("nvariant:", within: 6, above: index)
            guard isOver || !isExplained else { return nil }
            let message =
                isExplained
                ? "over the number of escapes of \(file.module); use a Mutex, an actor or a ~Copyable value"
                : "name what keeps it safe just above: `Invariant: …`, and the test that covers it"
            return Finding(path: file.path, line: index + 1, message: message)
        }
    }

    static func escapeCounts(in repository: Repository) -> [String: Int] {
        Dictionary(grouping: escapePlaces(in: repository), by: \.file.module).mapValues(\.count)
    }

    private static func escapePlaces(in repository: Repository) -> [(file: SourceFile, index: Int)] {
        let needles = ["@unchecked Sendable", "nonisolated(unsafe)"]
        let files = repository.swift.filter { file in
            !file.module.isEmpty && needles.contains { file.code.contains($0) }
        }
        return files.flatMap { file in
            file.codeLines.indices.compactMap { index in
                let line = file.codeLines[index]
                let isEscape =
                    line.holds(word: "@unchecked Sendable") || line.holds(word: "nonisolated(unsafe)")
                return isEscape ? (file, index) : nil
            }
        }
    }
}

extension SourceFile {
    /// Whether a comment with this marker stands on the line or at most `distance` lines above it.
    func explains(_ marker: String, within distance: Int, above index: Int) -> Bool {
        (max(0, index - distance)...index).contains { self.commentLines[$0].contains(marker) }
    }
}
