/// Judges a rule book as a whole: that what is named is there, and that what must be there is.
package enum RuleBookCheck {
    /// What a problem is about; loaders know where each stands.
    package enum Subject: Hashable, Sendable, CustomStringConvertible {
        case book
        case region(String)
        case law(String)
        case stage(String)
        case severity(String)
        case gate(String)
        case containment(String)
        case code(String)
        case handoff
        case checklist(String)
        /// `edr/callback`.
        case step(String)
        case form(String)
        case line(String)
        case rotation(String)
        case path(String)

        package var description: String {
            switch self {
            case .book: "the rule book"
            case .region(let name): "region \(name)"
            case .law(let name): "law \(name)"
            case .stage(let name): "stage \(name)"
            case .severity(let name): "severity \(name)"
            case .gate(let name): "gate \(name)"
            case .containment(let name): "action \(name)"
            case .code(let name): "code \(name)"
            case .handoff: "the handoff's numbers"
            case .checklist(let name): "checklist \(name)"
            case .step(let name): "step \(name)"
            case .form(let name): "form \(name)"
            case .line(let name): "line \(name)"
            case .rotation(let name): "rotation \(name)"
            case .path(let name): "path \(name)"
            }
        }
    }

    package struct Problem: Sendable, Equatable {
        package let subject: Subject
        package let message: String
        package let hint: String
    }

    /// - Returns: Every problem, in the order of the book.
    package static func problems(_ book: RuleBook) -> [Problem] {
        Self.laws(book) + Self.completeness(book) + Self.gates(book) + Self.checklists(book)
            + Self.forms(book) + Self.roster(book)
    }

    private static func laws(_ book: RuleBook) -> [Problem] {
        book.laws.flatMap { law -> [Problem] in
            var problems: [Problem] = []
            func complain(_ message: String, _ hint: String) {
                problems.append(Problem(subject: .law(law.id), message: message, hint: hint))
            }
            if !book.regions.contains(where: { $0.key == law.scope.jurisdiction }) {
                complain(
                    "The jurisdiction \(law.scope.jurisdiction) is no region of the book.",
                    "Use one of \(book.regions.map(\.key).joined(separator: ", ")), or add a region.")
            }
            if law.scope.types.isEmpty { complain("It concerns no type of case.", "Name at least one.") }
            if law.scope.decides.isEmpty {
                complain("Nobody may decide under it.", "Name at least one role.")
            }
            switch law.scope.kind {
            case .deadline where law.clock?.withinMilliseconds == nil:
                complain("A deadline needs a clock with a time.", "Add `within:`, or make it `kind: prompt`.")
            case .prompt where law.clock == nil || law.clock?.withinMilliseconds != nil:
                complain(
                    "What is prompt has a clock without a number.",
                    "Leave `within:` out, or make it `kind: deadline`.")
            case .permission where law.clock != nil:
                complain("A permission has no clock.", "Leave `clock:` out.")
            default: break
            }
            if law.source.reviewBy <= law.source.readOn {
                complain("It is to be reviewed before it was read.", "Set `review_by` after `read_on`.")
            }
            // What nobody has read at the source cannot have counsel's word.
            if law.source.counselOK, law.source.reading == .unverified {
                complain(
                    "Counsel cannot agree to what nobody could read.", "Read the source and set `reading`.")
            }
            return problems
        }
    }

    private static func completeness(_ book: RuleBook) -> [Problem] {
        var problems: [Problem] = []
        func complain(_ message: String, _ hint: String) {
            problems.append(Problem(subject: .book, message: message, hint: hint))
        }
        for type in CaseType.allCases {
            let lists = book.checklists.filter { $0.type == type }
            if lists.isEmpty {
                complain("\(type.word) has no checklist.", "Add sops/\(type.word.lowercased()).yaml.")
            }
            if lists.count > 1 { complain("\(type.word) has \(lists.count) checklists.", "Keep one.") }
            if !book.stages.contains(where: { $0.type == type && $0.key == ClockStage.firstKey }) {
                complain(
                    "\(type.word) has no stage \(ClockStage.firstKey), so nothing runs before triage.",
                    "Add it to rules/clocks.yaml.")
            }
        }
        for severity in Severity.allCases where book.severity(severity) == nil {
            complain("Nothing says what \(severity.word) means.", "Add it to rules/severity.yaml.")
        }
        if book.gates.isEmpty { complain("There are no verification gates.", "Add rules/gates.yaml.") }
        if book.containments.isEmpty {
            complain("There is no way to contain.", "Add rules/containment.yaml.")
        }
        for use in ReasonCode.Use.allCases where book.codes(for: use).isEmpty {
            complain("There is no reason code for \(use.rawValue).", "Add one to codes/reasons.yaml.")
        }
        if book.roster.lines.isEmpty { complain("There is no roster.", "Add rules/roster.yaml.") }
        return problems
    }

    private static func gates(_ book: RuleBook) -> [Problem] {
        book.gates.compactMap { gate in
            guard !gate.gapCode.isEmpty, book.code(gate.gapCode)?.uses.contains(.edr) != true else {
                return nil
            }
            return Problem(
                subject: .gate(gate.id), message: "Its gap \(gate.gapCode) is no reason code for edr.",
                hint: "Add the code to codes/reasons.yaml, or correct it here.")
        }
    }

    private static func checklists(_ book: RuleBook) -> [Problem] {
        book.checklists.flatMap { list -> [Problem] in
            var problems: [Problem] = []
            if list.steps.isEmpty {
                problems.append(
                    Problem(
                        subject: .checklist(list.id), message: "It has no steps.", hint: "Add at least one."))
            }
            for step in list.steps where !step.gate.isEmpty && book.gate(step.gate) == nil {
                problems.append(
                    Problem(
                        subject: .step("\(list.id)/\(step.key)"),
                        message: "There is no gate \(step.gate).",
                        hint: "Use one of \(book.gates.map(\.id).joined(separator: ", "))."))
            }
            return problems
        }
    }

    private static func forms(_ book: RuleBook) -> [Problem] {
        book.forms.compactMap { form in
            guard !form.filing.rule.isEmpty, book.law(form.filing.rule) == nil else { return nil }
            return Problem(
                subject: .form(form.id), message: "There is no law \(form.filing.rule).",
                hint: "Name the id of a law of the book, or leave `rule` out.")
        }
    }

    private static func roster(_ book: RuleBook) -> [Problem] {
        let lines = book.roster.lines.map(\.key)
        let known = lines.joined(separator: ", ")
        var problems: [Problem] = []
        for rotation in book.roster.rotations {
            if !lines.contains(rotation.line) {
                problems.append(
                    Problem(
                        subject: .rotation(rotation.id), message: "There is no line \(rotation.line).",
                        hint: "Use one of \(known)."))
            }
            if rotation.hours.days.isEmpty {
                problems.append(
                    Problem(
                        subject: .rotation(rotation.id), message: "It works on no day.",
                        hint: "Name at least one."))
            }
        }
        problems += book.roster.paths.flatMap { Self.path($0, book.roster, known) }
        return problems
    }

    /// A path that can reach nobody is worse than none: people rely on it.
    private static func path(_ path: RosterRules.Path, _ roster: RosterRules, _ known: String) -> [Problem] {
        var problems: [Problem] = []
        func complain(_ message: String, _ hint: String) {
            problems.append(Problem(subject: .path(path.key), message: message, hint: hint))
        }
        if path.steps.isEmpty { complain("It has no steps.", "Add at least one.") }
        for step in path.steps {
            if !roster.lines.contains(where: { $0.key == step.line }) {
                complain("There is no line \(step.line).", "Use one of \(known).")
            } else if !roster.rotations.contains(where: {
                $0.line == step.line && (step.site.isEmpty || $0.site == step.site)
            }) {
                let place = step.site.isEmpty ? "" : " at \(step.site)"
                complain(
                    "Nobody is ever on duty for \(step.line)\(place).",
                    "Correct the step, or add a rotation.")
            }
        }
        return problems
    }
}
