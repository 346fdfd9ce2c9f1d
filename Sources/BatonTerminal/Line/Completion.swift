import BatonDesk

/// What Tab does. Pure.
package struct Completion: Sendable {
    package enum Effect: Sendable, Equatable {
        case insert(String)
        /// Several words fit and have nothing more in common.
        case list([String])
        case nothing
    }

    package let table: [CommandSpec]
    /// Handles seen in the session, newest last.
    package let handles: [String]
    /// Names of agencies as the team writes them, sorted.
    package let agencies: [String]

    package init(table: [CommandSpec], handles: [String], agencies: [String] = []) {
        self.table = table
        self.handles = handles
        self.agencies = agencies
    }

    /// - Parameter line: What stands before the cursor.
    package func effect(on line: String) -> Effect {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let typed = words.last ?? ""
        let candidates = self.candidates(after: words.dropLast().filter { !$0.isEmpty }, typed: typed)
        let fitting = candidates.filter { $0.lowercased().hasPrefix(typed.lowercased()) }
        guard let first = fitting.first else { return .nothing }
        // What ends with a colon wants its value at once.
        if fitting.count == 1 { return Self.insert(first, after: typed, isWhole: !first.hasSuffix(":")) }
        let common = fitting.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        return common.count > typed.count ? Self.insert(common, after: typed, isWhole: false) : .list(fitting)
    }

    /// What was typed in another case is left as it is: the grammar does not mind.
    private static func insert(_ word: String, after typed: String, isWhole: Bool) -> Effect {
        .insert(String(word.dropFirst(typed.count)) + (isWhole ? " " : ""))
    }

    private func candidates(after words: [String], typed: String) -> [String] {
        guard let name = words.first else { return Set(self.table.map { String($0.name.command) }).sorted() }
        let rows = self.table.filter { $0.name.command == name || $0.aliases.contains(name) }
        let forms = words.count == 1 ? rows.compactMap { $0.name.form.map(String.init) } : []
        let form = words.dropFirst().first ?? ""
        guard
            let spec = rows.first(where: { $0.name.form.map { $0 == form } ?? false })
                ?? rows.first(where: { $0.name.form == nil })
        else { return forms.sorted() }
        return (forms + self.candidates(of: spec, after: words, typed: typed)).sorted()
    }

    private func candidates(of spec: CommandSpec, after words: [String], typed: String) -> [String] {
        if typed.hasPrefix("--") {
            return (spec.options + CommonOptions.all).map { "--\($0.name)" }.sorted()
        }
        if let last = words.last, last.hasPrefix("--"), let option = spec.option(String(last.dropFirst(2))) {
            return option.name == "agency" ? self.agencyWords : Self.values(of: option)
        }
        let given = words.dropFirst(spec.name.form == nil ? 1 : 2).filter { !$0.hasPrefix("--") }
        if [.queue, .find].contains(spec.name), typed.lowercased().hasPrefix("agency:") {
            // A part of a name is enough for a filter.
            return self.agencies.map { "agency:\($0.prefix { !$0.isWhitespace })" }
        }
        var candidates: [String] = []
        for parameter in spec.parameters {
            switch parameter.kind {
            case .reference, .referenceOrDash: if given.isEmpty { candidates += self.handles }
            case .choice(let choices): candidates += choices
            case .word: break
            case .search: candidates += SearchQuery.filters.map { "\($0):" }
            case .words: if spec.name == .help { candidates += self.topics(after: given) }
            case .text: break
            }
        }
        if spec.name == .edit, words.last?.lowercased() == "agency" { candidates = self.agencyWords }
        return candidates.filter { !given.contains($0) }
    }

    /// Commands, and behind one of them its forms.
    private func topics(after given: [String]) -> [String] {
        guard let command = given.first else {
            return Set(self.table.map { String($0.name.command) }).sorted()
        }
        return self.table.filter { $0.name.command == command }.compactMap { $0.name.form.map(String.init) }
    }

    /// As one word each: a name of several is quoted.
    private var agencyWords: [String] {
        self.agencies.map { $0.contains(where: \.isWhitespace) ? "\"\($0)\"" : $0 }
    }

    private static func values(of option: CommandOption) -> [String] {
        switch option.value {
        case .choice(let words): words
        case .severity: ["S0", "S1", "S2", "S3", "S4"]
        case .type: CaseType.allCases.map(\.word)
        case .none, .text, .time, .span, .count: []
        }
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0.0 == $0.1 }.map(\.0))
    }
}
