package import BatonAPI

/// The JSON object of one command. `data` is the value of `docs/openapi.yaml` where the node answered it.
package struct ReplyEnvelope<Value: Codable & Sendable>: Codable, Sendable {
    /// Absent where the line was not understood as far as that.
    package let command: String?
    /// The exit code of the command alone.
    package let exit: Int
    package let data: Value?
    /// Set where the command failed.
    package let problem: APIFault?
    package let notes: [String]

    package init(
        command: String?, exit: Int, data: Value? = nil, problem: APIFault? = nil, notes: [String] = []
    ) {
        self.command = command
        self.exit = exit
        self.data = data
        self.problem = problem
        self.notes = notes
    }
}

/// An object without members.
package struct NoData: Codable, Sendable, Equatable {
    package init() {}
}

/// Writes answers as JSON, one object a line.
package enum JSONReply {
    package static func text(_ reply: Reply, perRow: Bool) -> String {
        if perRow, let rows = Self.rows(reply) { return rows }
        switch reply.body {
        case .queue(let value, _, _): return Self.envelope(reply, value)
        case .found(let value, _): return Self.envelope(reply, value)
        case .similar(let value): return Self.envelope(reply, value)
        case .holds(let value): return Self.envelope(reply, value)
        case .clocks(let value): return Self.envelope(reply, value)
        case .detail(let value, _): return Self.envelope(reply, value)
        case .timeline(let value): return Self.envelope(reply, value)
        case .deltas(let value): return Self.envelope(reply, value)
        case .verified(let value): return Self.envelope(reply, value)
        case .conflicts(let value): return Self.envelope(reply, value)
        case .conflict(let value): return Self.envelope(reply, value)
        case .sync(let value): return Self.envelope(reply, value)
        case .compared(let value): return Self.envelope(reply, value)
        case .explained(let value): return Self.envelope(reply, value)
        case .status(let value): return Self.envelope(reply, value)
        case .roster(let value, _): return Self.envelope(reply, value)
        case .stats(let value): return Self.envelope(reply, value)
        case .rest(let value, _): return Self.envelope(reply, value)
        case .restTeam(let value): return Self.envelope(reply, value)
        case .exported(let value): return Self.envelope(reply, value)
        case .changed(let value): return Self.envelope(reply, value)
        case .acted(let value): return Self.envelope(reply, value)
        case .file(let value): return Self.envelope(reply, value)
        case .handoffs(let value): return Self.envelope(reply, value)
        case .handoff(let value): return Self.envelope(reply, value)
        case .handoffStep(let value): return Self.envelope(reply, value)
        case .handoffPage(let value): return Self.envelope(reply, value)
        case .brief(let value): return Self.envelope(reply, value)
        case .current(let value): return Self.envelope(reply, value)
        case .help(let value): return Self.envelope(reply, value)
        case .settings(let value): return Self.envelope(reply, value)
        case .why(let value): return Self.envelope(reply, value)
        case .quit: return Self.envelope(reply, NoData())
        }
    }

    package static func problem(_ issue: CommandIssue, command: CommandName?) -> String {
        Self.line(
            ReplyEnvelope<NoData>(
                command: (command ?? issue.command)?.rawValue, exit: issue.exit.rawValue,
                problem: issue.fault))
    }

    /// The rows of a list without envelope; nil where the answer is no list.
    private static func rows(_ reply: Reply) -> String? {
        switch reply.body {
        case .queue(let value, _, _): value.cases.map { Self.line($0) }.joined()
        case .found(let value, _): value.hits.map { Self.line($0) }.joined()
        case .similar(let value): value.cases.map { Self.line($0) }.joined()
        case .holds(let value): value.holds.map { Self.line($0) }.joined()
        case .clocks(let value): value.clocks.map { Self.line($0) }.joined()
        case .timeline(let value): value.entries.map { Self.line($0) }.joined()
        case .deltas(let value): value.deltas.map { Self.line($0) }.joined()
        case .conflicts(let value): value.conflicts.map { Self.line($0) }.joined()
        case .sync(let value): value.peers.map { Self.line($0) }.joined()
        case .handoffs(let value): value.handoffs.map { Self.line($0) }.joined()
        case .brief(let value): value.cases.map { Self.line($0) }.joined()
        case .file(let value): value.sections.flatMap(\.items).map { Self.line($0) }.joined()
        default: nil
        }
    }

    private static func envelope(_ reply: Reply, _ value: some Codable & Sendable) -> String {
        Self.line(
            ReplyEnvelope(
                command: reply.command.rawValue, exit: reply.exit.rawValue, data: value, notes: reply.notes))
    }

    private static func line(_ value: some Encodable) -> String {
        do throws(APIFault) {
            return Self.safe(String(decoding: try APIText.json(value), as: UTF8.self)) + "\n"
        } catch {
            return "{\"exit\":\(error.exit),\"notes\":[],\"problem\":{\"code\":\"\(error.code)\"}}\n"
        }
    }

    /// Escapes what a terminal would obey. Such characters stand inside strings only, so the value stays
    /// the same.
    private static func safe(_ json: String) -> String {
        if json.unicodeScalars.allSatisfy({ !SafeText.isUnsafe($0) }) { return json }
        var out = ""
        for scalar in json.unicodeScalars {
            guard SafeText.isUnsafe(scalar) else {
                out.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return out
    }
}

extension CommandIssue {
    /// The same in the form of the API, for JSON.
    package var fault: APIFault {
        APIFault(
            code: self.code, status: 0, exit: self.exit, message: SafeText.line(self.message),
            hint: SafeText.line(self.hint), candidates: self.candidates.isEmpty ? nil : self.candidates,
            because: self.because.isEmpty ? nil : self.because)
    }
}
