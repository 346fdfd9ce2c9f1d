import BatonAPI

/// Commands that change a case. Each is one signed change of one case.
enum ChangeHandlers {
    @Sendable
    static func new(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let now = desk.options.now()
        let time = { (name: String) in
            command.option(name).flatMap { TimeExpression($0) }?.resolved(now: now)
        }
        let type = command.argument("type") ?? ""
        if let scope = desk.scope, scope != .type(type) {
            throw CommandIssue(
                .outOfScope, "A new case of type \(type) is outside the scope \(scope.text).",
                "Lift it with: set scope off")
        }
        let fresh = NewCase(
            type: type, title: try Self.title(type, command),
            severity: command.option("sev"),
            source: command.option("from"), agency: command.option("agency"),
            receivedAt: time("received") ?? now,
            tags: command.options["tag"], note: command.option("note"), owner: command.option("owner"))
        let made = try await desk.change { client, key throws(APIFault) in
            try await client.create(fresh, key: key)
        }
        desk.current = made.detail.summary
        desk.note(made.detail.summary, before: nil)
        guard let due = time("due") else {
            let notes = await LookHandlers.alike(desk, made.detail.summary.id)
            return Reply(
                .new, .changed(ChangeReport("Created", made, changes: Self.opening(made.detail))),
                notes: notes)
        }
        // A deadline is a second change: the call that creates takes none.
        let request = ChangeRequest(operations: [ChangeOperation(.set, field: "due", value: .integer(due))])
        let (id, ref) = (made.detail.summary.id, made.detail.summary.ref)
        var dated: ChangeReply
        do throws(CommandIssue) {
            dated = try await desk.change { client, key throws(APIFault) in
                try await client.change(id, request, key: key)
            }
        } catch {
            // Whoever hears only that something failed would create the case again.
            throw error.after("\(ref) was created, and its deadline was not set: edit \(ref) due TIME.")
        }
        dated.deltas = made.deltas + dated.deltas
        desk.note(dated.detail.summary, before: nil)
        return Reply(
            .new, .changed(ChangeReport("Created", dated, changes: Self.opening(dated.detail))),
            notes: await LookHandlers.alike(desk, id))
    }

    /// What a case is called before anybody named it: facts that may go to every site.
    private static func title(_ type: String, _ command: Command) throws(CommandIssue) -> String {
        if let title = command.argument("title") { return title }
        let by = [("from", command.option("agency")), ("by", command.option("from"))].compactMap {
            word, value in
            value.map { "\(word) \($0)" }
        }
        guard !by.isEmpty else {
            throw CommandIssue(
                .missingArgument, "`new` needs TITLE.",
                "Usage: new \(type) TITLE; or say who asks, --agency, or how it came, --from.")
        }
        return "\(type) \(by.joined(separator: " "))"
    }

    private static func opening(_ detail: CaseDetail) -> [ChangeReport.FieldChange] {
        let fields: [EditField] = [.type, .severity, .owner, .received, .due]
        var changes = fields.compactMap { field in
            field.text(in: detail).map {
                ChangeReport.FieldChange(field: field.rawValue, before: nil, after: $0)
            }
        }
        if !detail.summary.tags.isEmpty {
            changes.append(
                .init(field: "tags", before: nil, after: detail.summary.tags.joined(separator: ", ")))
        }
        return changes
    }

    @Sendable
    static func note(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let before: CaseDetail
        do throws(CommandIssue) {
            try Self.checkCompartment(command)
            before = try await desk.target(of: command)
        } catch {
            await Self.skipText(of: command, desk)
            throw error
        }
        if command.has("situation") { return try await Self.situation(&desk, command, before) }
        let text = try await Self.text(command, &desk, about: before)
        let request = ChangeRequest(operations: [ChangeOperation(.append, field: "note", value: .text(text))])
        let reply = try await Self.change(&desk, before, request)
        if command.argument("text") == nil { desk.keptTexts[before.summary.id] = nil }
        let count = ChangeReport.FieldChange(
            field: "notes", before: "\(before.timelineCount)", after: "\(reply.detail.timelineCount)")
        desk.keepUndo(
            "note", .impossible(instead: "A note stays; write another that corrects it."),
            reply.detail.summary)
        return Self.reply(.note, ChangeReport("Note added", reply, changes: [count]))
    }

    /// What may be stored in one place only has no place here yet: better no note than one at every site.
    private static func checkCompartment(_ command: Command) throws(CommandIssue) {
        guard command.has("us-only") else { return }
        throw CommandIssue(
            .compartmentClosed, "This build keeps no text for one compartment alone, so nothing was saved.",
            "Keep it in the US system, and note its reference here: note \"see US file 4711\"")
    }

    private static func situation(
        _ desk: inout Desk, _ command: Command, _ before: CaseDetail
    ) async throws(CommandIssue) -> Reply {
        let text = try await Self.text(command, &desk, about: before)
        let operation = try EditField.situation.operation(text, now: desk.options.now())
        let reply = try await Self.change(&desk, before, ChangeRequest(operations: [operation]))
        if command.argument("text") == nil { desk.keptTexts[before.summary.id] = nil }
        let field = EditField.situation
        let change = ChangeReport.FieldChange(
            field: field.rawValue, before: field.text(in: before), after: field.text(in: reply.detail))
        desk.keepUndo(
            "note --situation", UndoStep.edit(field, before, reply.detail), reply.detail.summary)
        return Self.reply(.note, ChangeReport("Changed", reply, changes: [change]))
    }

    private static func text(
        _ command: Command, _ desk: inout Desk, about before: CaseDetail
    ) async throws(CommandIssue) -> String {
        if let text = command.argument("text") {
            try Composer.check(text.utf8.count)
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw CommandIssue(
                    .emptyText, "The text is blank.", "Nothing was saved; write: note some words")
            }
            return text
        }
        guard desk.options.mayAsk, let input = desk.input else {
            await Self.skipText(of: command, desk)
            throw CommandIssue(
                .answerNeeded, "There was no text, and none may be asked for.",
                "Nothing was saved; write: note some words")
        }
        let composer = Composer(input: input, isOneShot: desk.isOneShot, edit: desk.options.edit)
        return try await composer.text(
            about: before.summary.ref, lines: &desk.keptTexts[before.summary.id, default: []])
    }

    /// In a script the lines after a refused `note` are its text: run as commands they could close a case.
    private static func skipText(of command: Command, _ desk: Desk) async {
        guard command.argument("text") == nil, !desk.isOneShot, let input = desk.input, !input.isInteractive
        else { return }
        await Composer(input: input, isOneShot: false).skip()
    }

    @Sendable
    static func edit(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        guard let field = command.argument("field").flatMap(EditField.init(rawValue:)) else {
            preconditionFailure("the grammar lets only fields through, got \(command.arguments)")
        }
        let before = try await desk.target(of: command)
        let typed = command.argument("value") ?? ""
        let request = ChangeRequest(operations: [try field.operation(typed, now: desk.options.now())])
        if field == .severity, let (severity, why) = try Self.lowering(command, before.summary, request) {
            return try await ActHandlers.lower(&desk, before, to: severity, why: why)
        }
        let reply = try await Self.change(&desk, before, request)
        let change = ChangeReport.FieldChange(
            field: field.rawValue, before: field.text(in: before), after: field.text(in: reply.detail))
        desk.keepUndo(
            "edit \(field.rawValue)", UndoStep.edit(field, before, reply.detail), reply.detail.summary)
        return Self.reply(.edit, ChangeReport("Changed", reply, changes: [change]))
    }

    /// Raising is free; lowering needs a reason. Nil for a raise.
    private static func lowering(
        _ command: Command, _ summary: CaseRow, _ request: ChangeRequest
    ) throws(CommandIssue) -> (severity: String, why: String)? {
        guard let old = summary.severity, let new = request.operations.first?.value?.text, new > old else {
            return nil
        }
        guard let why = command.option("why") else {
            throw CommandIssue(
                .reasonNeeded, "\(old) to \(new) lowers the severity, which is kept only with a reason.",
                "Add --why CODE, one of: \(ReasonCodes.lower.joined(separator: ", ")).")
        }
        return (new, why)
    }

    @Sendable
    static func tag(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        var operations: [ChangeOperation] = []
        for word in command.arguments["tags"] ?? [] {
            let name = word.hasPrefix("+") || word.hasPrefix("-") ? String(word.dropFirst()) : word
            guard name.contains(where: { !$0.isWhitespace }), name.utf8.count <= 64 else {
                throw CommandIssue(
                    .badValue, "`\(SafeText.line(word))` is not a tag.",
                    "Tags are words of at most 64 bytes: tag +press -graphic")
            }
            operations.append(
                ChangeOperation(word.hasPrefix("-") ? .remove : .add, field: "tags", value: .text(name)))
        }
        let before = try await desk.target(of: command)
        let reply = try await Self.change(&desk, before, ChangeRequest(operations: operations))
        let change = ChangeReport.FieldChange(
            field: "tags", before: Self.list(before.summary.tags), after: Self.list(reply.detail.summary.tags)
        )
        desk.keepUndo("tag", UndoStep.tags(operations), reply.detail.summary)
        return Self.reply(.tag, ChangeReport("Tagged", reply, changes: [change]))
    }

    private static func list(_ words: [String]) -> String? {
        words.isEmpty ? nil : words.joined(separator: ", ")
    }

    @Sendable
    static func close(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let why = try Self.reason(command, ReasonCodes.close)
        await desk.announce("close", in: try desk.reference(of: command))
        return try await Self.closure(&desk, command, .close, why: why, action: "Closed")
    }

    @Sendable
    static func reopen(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let why = try Self.reason(command, ReasonCodes.reopen)
        return try await Self.closure(&desk, command, .reopen, why: why, action: "Reopened")
    }

    private static func reason(_ command: Command, _ codes: [String]) throws(CommandIssue) -> String {
        if let why = command.option("why") { return why }
        throw CommandIssue(
            .reasonNeeded, "`\(command.name.rawValue)` is kept only with a reason.",
            "Add --why CODE, one of: \(codes.joined(separator: ", ")).")
    }

    private static func closure(
        _ desk: inout Desk, _ command: Command, _ action: ChangeOperation.Action, why: String,
        action word: String
    ) async throws(CommandIssue) -> Reply {
        let before = try await desk.target(of: command)
        let text = command.argument("text").map { "\(why): \($0)" } ?? why
        let request = ChangeRequest(operations: [ChangeOperation(action, value: .text(text))])
        let reply = try await Self.change(&desk, before, request)
        let after = reply.detail.summary
        let way =
            action == .close
            ? UndoStep.close : .impossible(instead: "Close it again with a reason: close --why CODE")
        desk.keepUndo(command.name.rawValue, way, after)
        let change = ChangeReport.FieldChange(
            field: "status", before: before.summary.status, after: after.status)
        var result = Self.reply(command.name, ChangeReport(word, reply, changes: [change]))
        if action == .close, !after.isClosed {
            result.notes.append(
                "It stays open: \(after.unseenByClose) changes are not in what this close has read.")
        }
        if action == .close, after.conflicts > 0 {
            result.notes.append("\(after.conflicts) fields are still to settle: conflicts")
        }
        return result
    }

    /// Sends one change of a case that was looked at just before.
    static func change(
        _ desk: inout Desk, _ before: CaseDetail, _ request: ChangeRequest
    ) async throws(CommandIssue) -> ChangeReply {
        let id = before.summary.id
        let reply = try await desk.change { client, key throws(APIFault) in
            try await client.change(id, request, key: key)
        }
        desk.note(reply.detail.summary, before: before.summary.changes)
        return reply
    }

    static func reply(_ command: CommandName, _ report: ChangeReport) -> Reply {
        Reply(command, .changed(report))
    }
}
