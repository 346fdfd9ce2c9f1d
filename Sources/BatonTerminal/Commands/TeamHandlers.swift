import BatonAPI

/// Commands about the team: what is to be settled, who is in touch.
enum TeamHandlers {
    @Sendable
    static func conflicts(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let words = command.arguments["which"] ?? []
        guard let action = command.argument("action") else {
            let reply = try await desk.ask { client throws(APIFault) in try await client.conflicts() }
            desk.conflictRows = reply.conflicts
            for conflict in reply.conflicts { desk.remember(conflict.ref) }
            return Reply(.conflicts, .conflicts(reply))
        }
        let choice = try await ConflictChoice(words, desk, action: action)
        if action == "show" {
            guard choice.rest.isEmpty else { throw Self.usage(action) }
            return Reply(
                .conflicts,
                .conflict(ConflictPage(asOf: choice.asOf, number: choice.number, conflict: choice.conflict)))
        }
        return try await Self.settle(&desk, choice)
    }

    static func usage(_ action: String) -> CommandIssue {
        CommandIssue(
            .missingArgument, "`conflicts \(action)` does not understand these words.",
            action == "show"
                ? "Write: conflicts show 1"
                : "Write: conflicts settle 1 b, or: conflicts settle 1 keep usw, merge TEXT, escalate WHOM")
    }

    private static func settle(_ desk: inout Desk, _ choice: ConflictChoice) async throws(CommandIssue)
        -> Reply
    {
        let conflict = choice.conflict
        guard !conflict.isLook else {
            throw CommandIssue(
                .badValue, "Nobody has to choose here: both stand, and both are kept.",
                "Tell whoever is concerned.")
        }
        let before = try await desk.ask { client throws(APIFault) in
            try await client.show(conflict.caseID).detail
        }
        try Self.checkUnchanged(conflict, before, number: choice.number)
        if let word = choice.rest.first?.lowercased(), ["merge", "escalate"].contains(word) {
            return try await Self.settle(&desk, conflict, way: word, Array(choice.rest.dropFirst()), before)
        }
        let version = try choice.version()
        if conflict.handle != nil, let number = version.number {
            return try await Self.settle(&desk, conflict, way: "keep", ["\(number)"], before, version)
        }
        let operation = ChangeOperation(.set, field: conflict.field, value: version.value)
        let reply = try await ChangeHandlers.change(&desk, before, ChangeRequest(operations: [operation]))
        let clock = ClockText(now: 0, zones: [])
        let both = conflict.versions.map { FieldText.text(conflict.field, $0.value, clock) }.joined(
            separator: " / ")
        let change = ChangeReport.FieldChange(
            field: conflict.field, before: both, after: FieldText.text(conflict.field, version.value, clock))
        return Reply(.conflicts, .changed(ChangeReport("Settled", reply, changes: [change])))
    }

    /// Settles by the act: the delta cites what it chose between.
    private static func settle(
        _ desk: inout Desk, _ conflict: ConflictView, way: String, _ words: [String], _ before: CaseDetail,
        _ version: FieldVersion? = nil
    ) async throws(CommandIssue) -> Reply {
        guard let handle = conflict.handle, !words.isEmpty else { throw Self.usage("settle") }
        var arguments = ["conflict": [handle], "way": [way]]
        arguments[way == "merge" ? "value" : "which"] = [words.joined(separator: " ")]
        let call = ActCall(act: "settle", arguments: arguments)
        let reply = try await desk.change { client, key throws(APIFault) in
            try await client.act(conflict.caseID, call, key: key)
        }
        desk.note(reply.change.detail.summary, before: before.summary.changes)
        let clock = ClockText(now: 0, zones: [])
        let both = conflict.versions.map { FieldText.text(conflict.field, $0.value, clock) }.joined(
            separator: " / ")
        let after = version.map { FieldText.text(conflict.field, $0.value, clock) }
        let change = ChangeReport.FieldChange(
            field: conflict.field, before: both, after: after ?? reply.said.joined(separator: " "))
        let action = way == "escalate" ? "Changed" : "Settled"
        var result = Reply(.conflicts, .changed(ChangeReport(action, reply.change, changes: [change])))
        result.notes = reply.hints
        return result
    }

    /// Nobody decides between versions that they have not seen.
    private static func checkUnchanged(
        _ conflict: ConflictView, _ detail: CaseDetail, number: Int?
    ) throws(CommandIssue) {
        let now = detail.conflicts.first { $0.field == conflict.field }
        guard now?.versions.map(\.delta).sorted() != conflict.versions.map(\.delta).sorted() else { return }
        throw CommandIssue(
            .changedSinceListed, "\(conflict.ref) \(conflict.field) changed after it was listed.",
            "Look again: conflicts")
    }

    @Sendable
    static func sync(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        guard let action = command.argument("action") else {
            return Reply(
                .sync, .sync(try await desk.ask { client throws(APIFault) in try await client.sync() }))
        }
        if action == "now" { return try await Self.dial(desk, command.argument("site")) }
        guard let site = command.argument("site") else {
            throw CommandIssue(
                .missingArgument,
                action == "explain" ? "`sync explain` needs a case." : "`sync \(action)` needs a site.",
                action == "explain" ? "Write: sync explain EDR-7K3Q" : "Write: sync \(action) usw")
        }
        if action == "explain" {
            let reply = try await desk.ask { client throws(APIFault) in
                try await client.explain(site.uppercased())
            }
            return Reply(.sync, .explained(reply))
        }
        try await Self.checkPeer(desk, site)
        if action == "verify" {
            let reply = try await desk.ask { client throws(APIFault) in try await client.compare(with: site) }
            return Reply(.sync, .compared(reply))
        }
        let reply = try await desk.ask { client throws(APIFault) in
            action == "pause" ? try await client.pause(site) : try await client.resume(site)
        }
        return Reply(.sync, .sync(reply))
    }

    @discardableResult
    private static func checkPeer(_ desk: Desk, _ site: String?) async throws(CommandIssue) -> [String] {
        let known = try await desk.ask { client throws(APIFault) in try await client.sync() }.peers.map(
            \.site)
        guard let site, !known.contains(site) else { return known }
        throw CommandIssue(
            .noSuchPeer, "No peer is called `\(SafeText.line(site))`.",
            known.isEmpty ? "This site has no peers." : "Peers are: \(known.joined(separator: ", ")).")
    }

    /// Dials whoever is out of reach, at once.
    private static func dial(_ desk: Desk, _ site: String?) async throws(CommandIssue) -> Reply {
        let known = try await Self.checkPeer(desk, site)
        for peer in known where site == nil || site == peer {
            _ = try await desk.ask { client throws(APIFault) in try await client.dial(peer) }
        }
        let reply = try await desk.ask { client throws(APIFault) in try await client.sync() }
        let away = reply.peers.filter { $0.state != "live" && (site == nil || site == $0.site) }.map(\.site)
        let note =
            away.isEmpty
            ? "Everybody is in touch; changes go out as they are made."
            : "Dialling \(away.joined(separator: ", ")) now; `sync` shows how it went."
        return Reply(.sync, .sync(reply), notes: [note])
    }

    @Sendable
    static func status(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        Reply(.status, .status(try await desk.ask { client throws(APIFault) in try await client.status() }))
    }
}

/// Which conflict a line means, and what is left of the line.
private struct ConflictChoice {
    let conflict: ConflictView
    /// Nil where it was named by case and field.
    let number: Int?
    let asOf: Freshness
    let rest: [String]

    init(_ words: [String], _ desk: Desk, action: String) async throws(CommandIssue) {
        guard let first = words.first else { throw TeamHandlers.usage(action) }
        let now = try await desk.ask { client throws(APIFault) in try await client.conflicts() }
        self.asOf = now.asOf
        if let number = Int(first) {
            guard let rows = desk.conflictRows else {
                throw CommandIssue(
                    .noList, "Number \(number) belongs to a list of conflicts, and none was printed.",
                    "Print it: conflicts. Scripts name case and field.")
            }
            guard rows.indices.contains(number - 1) else {
                throw CommandIssue(
                    .noSuchConflict, "The list has no number \(number).", "Print it again: conflicts")
            }
            self.conflict = rows[number - 1]
            self.number = number
            self.rest = Array(words.dropFirst())
        } else {
            let detail = try await desk.ask { client throws(APIFault) in
                try await client.show(first.uppercased()).detail
            }
            self.conflict = try Self.named(words.count > 1 ? words[1].lowercased() : nil, in: detail)
            self.number = nil
            self.rest = Array(words.dropFirst(2))
        }
    }

    /// - Parameter field: Nil means the only one that the case has.
    private static func named(
        _ field: String?, in detail: CaseDetail
    ) throws(CommandIssue) -> ConflictView {
        if field == nil, detail.conflicts.count == 1 { return detail.conflicts[0] }
        if let found = detail.conflicts.first(where: { $0.field == field }) { return found }
        let (ref, fields) = (detail.summary.ref, detail.conflicts.map(\.field).joined(separator: ", "))
        guard let field else {
            guard !fields.isEmpty else {
                throw CommandIssue(.noSuchConflict, "\(ref) has nothing to settle.", "List all: conflicts")
            }
            throw CommandIssue(
                .noSuchConflict, "\(ref) has several things to settle.",
                "Say which, of \(fields): conflicts show \(ref) \(detail.conflicts[0].field)")
        }
        throw CommandIssue(
            .noSuchConflict, "\(ref) has nothing to settle in `\(SafeText.line(field))`.",
            fields.isEmpty ? "List all: conflicts" : "To settle there: \(fields).")
    }

    /// The version that the rest of the line names: a letter, or `keep SITE`.
    func version() throws(CommandIssue) -> FieldVersion {
        let words = self.rest.first?.lowercased() == "keep" ? Array(self.rest.dropFirst()) : self.rest
        guard words.count == 1, let word = words.first?.lowercased() else {
            throw TeamHandlers.usage("settle")
        }
        let versions = self.conflict.versions
        let bySite = versions.filter { $0.written.site == word }
        if bySite.count == 1 { return bySite[0] }
        if bySite.isEmpty, let index = ConflictLetters.all.firstIndex(of: word), index < versions.count {
            return versions[index]
        }
        let letters = zip(ConflictLetters.all, versions).map { "\($0) (\($1.written.site))" }.joined(
            separator: ", ")
        throw CommandIssue(
            .badValue,
            "`\(SafeText.line(word))` names \(bySite.isEmpty ? "none" : "several") of the versions.",
            "Choose from: \(letters).")
    }
}
