import BatonDesk

/// Reads lines by the command table. Pure: the same line gives the same command everywhere.
package struct Grammar: Sendable {
    package let table: [CommandSpec]
    package let mode: GrammarMode

    package init(table: [CommandSpec] = CommandTable.all, mode: GrammarMode) {
        self.table = table
        self.mode = mode
    }

    /// - Returns: Nil for an empty line and a comment.
    package func parse(_ line: String) -> Result<Command, CommandIssue>? {
        switch WordReader.words(of: line) {
        case .failure(let issue): .failure(issue)
        case .success(let words): words.isEmpty ? nil : self.parse(words)
        }
    }

    /// - Parameter words: At least one.
    package func parse(_ words: [Word]) -> Result<Command, CommandIssue> {
        let words = Phrases.meant(words)
        guard let first = words.first else {
            return .failure(CommandIssue(.unknownCommand, "There is no command.", "Try: help"))
        }
        var understood: CommandName?
        do throws(CommandIssue) {
            let (spec, completedFrom) = try self.spec(for: first, form: words.dropFirst().first)
            understood = spec.name
            var reader = ArgumentReader(spec: spec, words: words.dropFirst(spec.name.form == nil ? 1 : 2))
            return .success(try reader.command(completedFrom: completedFrom))
        } catch {
            var issue = error
            issue.command = understood ?? CommandTable.command(first.text.lowercased())
            return .failure(issue)
        }
    }

    /// The row of a command word and of the form that may follow it, and the word if it was shortened.
    private func spec(for word: Word, form: Word?) throws(CommandIssue) -> (CommandSpec, String?) {
        let typed = word.text.lowercased()
        if let exact = try self.row(typed, form: form) { return (exact, nil) }
        let longer = self.words.filter { $0.hasPrefix(typed) }
        if self.mode == .person, !typed.isEmpty, longer.count == 1,
            let spec = try self.row(longer[0], form: form)
        {
            return (spec, typed)
        }
        let shown = SafeText.line(word.text)
        if self.mode == .person, !typed.isEmpty, longer.count > 1 {
            throw CommandIssue(
                .ambiguousCommand, "`\(shown)` could be \(longer.joined(separator: ", ")).",
                "Type more of it.", column: word.column)
        }
        let known = self.words + self.table.flatMap(\.aliases)
        let near = longer.first ?? NearestWord.of(typed, among: known)
        throw CommandIssue(
            .unknownCommand, "There is no command `\(shown)`.",
            near.map { "Did you mean \($0)? Else: help" } ?? "Try: help",
            column: word.column)
    }
}

extension Grammar {
    /// Every first word, once each, in order.
    private var words: [String] {
        Set(self.table.map { String($0.name.command) }).sorted()
    }

    /// The row of a whole command word: that of its form where one follows, else the one without a form.
    ///
    /// - Returns: Nil when the word begins no command.
    private func row(_ command: String, form: Word?) throws(CommandIssue) -> CommandSpec? {
        let rows = self.table.filter { $0.name.command == command || $0.aliases.contains(command) }
        let typed = form.flatMap { $0.isQuoted ? nil : $0.text.lowercased() }
        if let exact = rows.first(where: { $0.name.form.map { $0 == typed ?? "" } ?? false }) { return exact }
        if let plain = rows.first(where: { $0.name.form == nil }) { return plain }
        guard !rows.isEmpty else { return nil }
        let forms = rows.compactMap { $0.name.form.map(String.init) }
        let near = typed.flatMap { NearestWord.of($0, among: forms) }.map {
            "Did you mean \(command) \($0)? "
        }
        throw CommandIssue(
            .missingArgument, "`\(command)` needs to know what to do.",
            "\(near ?? "")It takes: \(forms.joined(separator: ", ")).", column: form?.column)
    }
}

/// Reads what follows a command word.
private struct ArgumentReader {
    let spec: CommandSpec
    private var plain: [Word] = []
    private var options: [String: [String]] = [:]
    private var rest: ArraySlice<Word>

    init(spec: CommandSpec, words: ArraySlice<Word>) {
        self.spec = spec
        self.rest = words
    }

    mutating func command(completedFrom: String?) throws(CommandIssue) -> Command {
        try self.readOptions()
        var reference: CaseReference?
        var arguments: [String: [String]] = [:]
        var words = self.plain[...]
        for (index, parameter) in self.spec.parameters.enumerated() {
            let isLast = index == self.spec.parameters.count - 1
            switch parameter.kind {
            case .reference:
                let next = isLast ? nil : self.spec.parameters[index + 1]
                reference = try self.reference(&words, before: next)
            case .referenceOrDash:
                guard let word = words.popFirst() else { break }
                if word.text == "-" {
                    arguments[parameter.name] = ["-"]
                } else {
                    reference = try self.read(word)
                }
            case .choice, .word, .words, .text, .search:
                if words.isEmpty, arguments.isEmpty, self.listsAlone { break }
                if let values = try self.values(of: parameter, from: &words) {
                    arguments[parameter.name] = values
                }
            }
        }
        if let extra = words.first { throw self.tooMany(extra) }
        return Command(
            name: self.spec.name, reference: reference, arguments: arguments, options: self.options,
            completedFrom: completedFrom)
    }

    private var listsAlone: Bool {
        self.spec.listsAlone && !self.spec.options.contains { self.options[$0.name] != nil }
    }

    private mutating func readOptions() throws(CommandIssue) {
        while let word = self.rest.popFirst() {
            if word.text == "--", !word.isQuoted {
                self.plain += self.rest
                self.rest = []
            } else if word.text.hasPrefix("--"), !word.isQuoted {
                try self.readOption(word)
            } else {
                self.plain.append(word)
            }
        }
    }

    private mutating func readOption(_ word: Word) throws(CommandIssue) {
        let sides = word.text.dropFirst(2).split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(sides[0])
        guard let option = self.spec.option(name) ?? CommonOptions.all.first(where: { $0.name == name })
        else {
            throw self.unknownOption(name, word)
        }
        if case .none = option.value {
            guard sides.count == 1 else {
                throw CommandIssue(
                    .unwantedValue, "--\(name) takes no value.", "Write --\(name) alone.", column: word.column
                )
            }
            self.options[name] = [""]
            return
        }
        var value: Word
        if sides.count == 2 {
            value = Word(text: String(sides[1]), raw: word.raw, column: word.column, isQuoted: false)
        } else if let next = self.rest.first, next.isQuoted || !next.text.hasPrefix("--") {
            value = next
            self.rest.removeFirst()
        } else {
            throw CommandIssue(
                .missingValue, "--\(name) needs a value (\(option.valueWord ?? "TEXT")).",
                "Write --\(name) \(OptionValue.example(option)).", column: word.column)
        }
        if case .time = option.value { value = self.timeWords(from: value) }
        let read = try OptionValue.read(value, for: option)
        self.options[name, default: []].append(read)
    }

    /// A day and its time of day are two words to the reader and one to whoever types: what belongs to the time
    /// must not become part of a title.
    private mutating func timeWords(from first: Word) -> Word {
        var value = first
        guard !first.isQuoted else { return first }
        while let next = self.rest.first, !next.isQuoted, SaidTime.goes(on: value.text, with: next.text) {
            value = Word(
                text: "\(value.text) \(next.text)", raw: "\(value.raw) \(next.raw)", column: first.column,
                isQuoted: false)
            self.rest.removeFirst()
        }
        return value
    }

    private func unknownOption(_ name: String, _ word: Word) -> CommandIssue {
        let known = self.spec.options.map(\.name) + CommonOptions.all.map(\.name)
        let own = self.spec.options.map { "--\($0.name)" }.joined(separator: ", ")
        let near =
            NearestWord.of(name, among: known).map { "Did you mean --\($0)? " }
            ?? (own.isEmpty ? "" : "It takes \(own). ")
        return CommandIssue(
            .unknownOption, "`\(self.spec.name.rawValue)` has no option --\(SafeText.line(name)).",
            "\(near)Quote it to use it as text, or see: help \(self.spec.name.rawValue)", column: word.column)
    }

    private func read(_ word: Word) throws(CommandIssue) -> CaseReference {
        try CaseReference.read(word).get()
    }

    /// - Parameter next: The parameter after it: a word that it knows is not a case.
    private func reference(
        _ words: inout ArraySlice<Word>, before next: Parameter?
    ) throws(CommandIssue) -> CaseReference? {
        guard let word = words.first else { return nil }
        if case .choice(let known)? = next?.kind,
            known.contains(where: { $0.lowercased() == word.text.lowercased() })
        {
            return nil
        }
        // Where all that could follow was looked at, the word can only be a case.
        var isOnly = next == nil
        if case .choice? = next?.kind, next?.isOptional == true { isOnly = true }
        if isOnly {
            words.removeFirst()
            return try self.read(word)
        }
        switch CaseReference.reading(word) {
        case .reference(let reference):
            words.removeFirst()
            return reference
        case .other:
            return nil
        case .broken:
            return try self.read(word)
        case .unclear:
            throw CommandIssue(
                .caseOrText, "`\(SafeText.line(word.text))` could be a case or the first word of the text.",
                "Write \(word.text.uppercased()) for the case, or \"\(SafeText.line(word.text))\" for text.",
                column: word.column)
        }
    }

    private func values(
        of parameter: Parameter, from words: inout ArraySlice<Word>
    ) throws(CommandIssue) -> [String]? {
        guard let first = words.first else {
            if parameter.isOptional { return nil }
            throw CommandIssue(
                .missingArgument, "`\(self.spec.name.rawValue)` needs \(parameter.usage).",
                "Usage: \(self.spec.usage)")
        }
        switch parameter.kind {
        case .choice(let allowed):
            guard let word = allowed.first(where: { $0.lowercased() == first.text.lowercased() }) else {
                throw OptionValue.notAChoice(first, allowed)
            }
            words.removeFirst()
            return [word]
        case .words:
            defer { words = [] }
            return words.map(\.text)
        case .text:
            defer { words = [] }
            // Quotation marks around all of it are the desk's; those within belong to the text.
            if words.count == 1 { return [first.text] }
            return [words.map { $0.hasQuotes ? $0.raw : $0.text }.joined(separator: " ")]
        case .search:
            defer { words = [] }
            return [words.map(\.raw).joined(separator: " ")]
        case .word, .reference, .referenceOrDash:
            words.removeFirst()
            return [first.text]
        }
    }

    private func tooMany(_ word: Word) -> CommandIssue {
        CommandIssue(
            .tooManyArguments,
            "`\(SafeText.line(word.text))` is one word too many for `\(self.spec.name.rawValue)`.",
            "Usage: \(self.spec.usage)", column: word.column)
    }
}

/// Checks values of options by their kind.
enum OptionValue {
    static func example(_ option: CommandOption) -> String {
        switch option.value {
        case .none: ""
        case .text: "\"some words\""
        case .severity: "S1"
        case .type: "EDR"
        case .time: "02:51Z"
        case .span: "6h"
        case .count(let range): "\(min(20, range.upperBound))"
        case .choice(let words): words.first ?? ""
        }
    }

    /// The value in its one form: severities and codes in capitals.
    static func read(_ word: Word, for option: CommandOption) throws(CommandIssue) -> String {
        let text = word.text
        switch option.value {
        case .none, .text: return text
        case .severity:
            if let severity = Self.severity(text) { return severity }
            throw Self.bad(word, "a severity", "Severities are S0 (life at stake) to S4 (routine).")
        case .type:
            if let type = CaseType(word: text) { return type.word }
            let words = CaseType.allCases.map(\.word).joined(separator: ", ")
            throw Self.bad(word, "a type of case", "Types are \(words).")
        case .time:
            if TimeExpression(text) != nil { return text }
            let message = "`\(SafeText.line(text))` is not a time that the desk takes."
            throw CommandIssue.badTime(message, text, column: word.column)
        case .span:
            if TimeExpression.span(text) != nil { return text }
            throw Self.bad(word, "a length of time", "Write 45s, 30m, 6h or 2d.")
        case .count(let range):
            if let count = Int(text), range.contains(count) { return String(count) }
            throw Self.bad(
                word, "a number that fits", "Write a number from \(range.lowerBound) to \(range.upperBound).")
        case .choice(let allowed):
            if let found = allowed.first(where: { $0.lowercased() == text.lowercased() }) { return found }
            throw Self.notAChoice(word, allowed)
        }
    }

    /// `s1` and `1` are S1.
    static func severity(_ text: String) -> String? {
        let digits = text.uppercased().hasPrefix("S") ? text.dropFirst() : text[...]
        guard let level = Int(digits), digits.count == 1, (0...4).contains(level) else { return nil }
        return "S\(level)"
    }

    static func notAChoice(_ word: Word, _ allowed: [String]) -> CommandIssue {
        let near = NearestWord.of(word.text, among: allowed).map { "Did you mean \($0)? " } ?? ""
        return Self.bad(
            word, "one of the words that may stand here",
            "\(near)Choose from: \(allowed.joined(separator: ", ")).")
    }

    private static func bad(_ word: Word, _ what: String, _ hint: String) -> CommandIssue {
        CommandIssue(.badValue, "`\(SafeText.line(word.text))` is not \(what).", hint, column: word.column)
    }
}
