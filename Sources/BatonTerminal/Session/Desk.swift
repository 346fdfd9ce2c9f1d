package import BatonAPI

/// What one person at the desk has before them: the node, the settings, the current case, the list printed
/// last.
package struct Desk: Sendable {
    package let client: OperatorClient
    /// Who answers questions and types long text; nil where nobody can.
    package let input: (any LineSource)?
    /// True for a single command of a process: there is no list and no current case.
    package let isOneShot: Bool
    package var options: DeskOptions
    package var scope: Scope?
    package internal(set) var current: CaseRow?
    /// Nil until a list has been printed.
    package internal(set) var rows: [FrozenRow]?
    package internal(set) var conflictRows: [ConflictView]?
    package internal(set) var lastIssue: CommandIssue?
    /// Where news waits until nobody types; nil outside of a session.
    var board: NoticeBoard?
    /// Sorted by name.
    package internal(set) var aliases: [Alias] = []
    /// Changes of this sitting, newest last.
    package internal(set) var undoSteps: [UndoStep] = []
    /// Counts graphic cases of this sitting, for the person alone.
    var exposure = ExposureWatch()
    /// By case, the lines of a long text that was typed and not saved: given up by Ctrl-C, cut off, or refused by
    /// the node. In memory only: it may be anything, and the disk is not the place for it.
    var keptTexts: [String: [String]] = [:]
    /// Handles seen in this session, newest last, for completion.
    package private(set) var seen: [String] = []
    /// Names of agencies that cases of this team have, for completion; sorted.
    package private(set) var agencies: [String] = []
    /// The command that was held back since somebody elsewhere is about to act in its case, by what words, and
    /// when, in milliseconds since 1970.
    private var heldBack: (command: Command, words: String, at: Int64)?
    /// The case of the act that peers were told of in this command.
    private var announced: String?

    package init(api: any OperatorAPI, options: DeskOptions, input: (any LineSource)?, isOneShot: Bool) {
        self.client = OperatorClient(api, actingAs: options.actingAs)
        self.input = input
        self.isOneShot = isOneShot
        self.options = options
    }

    /// A row of the list printed last, as it was then.
    package struct FrozenRow: Sendable, Equatable {
        package let id: String
        package let ref: String
        package let title: String
        package var changes: Int
    }

    mutating func freeze(_ cases: [CaseRow]) {
        self.rows = cases.map { FrozenRow(id: $0.id, ref: $0.ref, title: $0.title, changes: $0.changes) }
        for summary in cases { self.remember(summary.ref) }
        self.learn(agencies: cases.compactMap(\.agency))
    }

    /// Keeps how a change can be taken back.
    mutating func keepUndo(_ done: String, _ way: UndoStep.Way, _ after: CaseRow) {
        guard !self.isOneShot else { return }
        self.undoSteps.append(
            UndoStep(id: after.id, ref: after.ref, done: done, way: way, changes: after.changes))
        if self.undoSteps.count > 20 { self.undoSteps.removeFirst() }
    }

    mutating func remember(_ ref: String) {
        self.seen.removeAll { $0 == ref }
        self.seen.append(ref)
        if self.seen.count > 200 { self.seen.removeFirst() }
    }

    /// Takes up names of agencies, each once whatever its case.
    mutating func learn(agencies names: [String]) {
        var known = Set(self.agencies.map { $0.lowercased() })
        let fresh = names.filter { !$0.isEmpty && known.insert($0.lowercased()).inserted }
        if !fresh.isEmpty { self.agencies = (self.agencies + fresh).sorted() }
    }

    /// Runs a command and says so if the answer may be old.
    package mutating func run(_ command: Command, table: [CommandSpec]) async -> Result<Reply, CommandIssue> {
        guard let spec = table.first(where: { $0.name == command.name }) else {
            preconditionFailure("the grammar knows \(command.name.rawValue), the table does not")
        }
        let kept = self.options
        // Only `set` changes options for longer than its own line.
        if command.name != .set { self.options = kept.adding(command) }
        let isFreshNeeded = kept.adding(command).requiresFresh
        do throws(CommandIssue) {
            var reply = try await spec.handler(&self, command)
            self.announced = nil
            if command.name == .quit { await self.stopWatching() }
            if let agency = reply.caseShown?.agency { self.learn(agencies: [agency]) }
            reply.notes += await self.watch(reply)
            reply.notes += await self.outcomeNews(after: command.name)
            if command.name != .set { self.options = kept }
            if isFreshNeeded, reply.exit == .done, reply.asOf?.isStale ?? false { reply.exit = .stale }
            return .success(reply)
        } catch {
            await self.takeBackAnnouncement()
            self.options = kept
            self.lastIssue = error
            return .failure(error)
        }
    }

    /// Keeps what went wrong before a handler was reached, for `why`.
    mutating func failed(_ issue: CommandIssue) { self.lastIssue = issue }

    /// Asks the node.
    func ask<Value>(
        _ call: (OperatorClient) async throws(APIFault) -> Value
    ) async throws(CommandIssue) -> Value {
        do throws(APIFault) { return try await call(self.client) } catch { throw CommandIssue(error) }
    }

    /// Makes a change; without an answer it is asked for once more under the same key, which does nothing
    /// twice.
    func change<Value>(
        _ call: (OperatorClient, String) async throws(APIFault) -> Value
    ) async throws(CommandIssue) -> Value {
        let key = self.options.newKey()
        do throws(APIFault) { return try await call(self.client, key) } catch {
            guard error.code == APIFaultKind.unreachable.code else { throw CommandIssue(error) }
        }
        do throws(APIFault) { return try await call(self.client, key) } catch {
            guard error.code == APIFaultKind.unreachable.code else { throw CommandIssue(error) }
            throw CommandIssue(
                error, adding: "The change may or may not have been made: look before you repeat it.")
        }
    }
}

extension Desk {
    /// The words by which the node finds the case that a command means.
    func reference(of command: Command) throws(CommandIssue) -> String {
        if let named = command.reference { return try self.reference(named) }
        if let current = self.current { return current.id }
        throw CommandIssue(
            .noCurrentCase, "`\(command.name.rawValue)` needs a case, and none is current.",
            "Name it (\(command.name.rawValue) EDR-7K3QM2), or choose one first: use EDR-7K3QM2")
    }

    /// The same for a case that an option names.
    func reference(_ typed: String) throws(CommandIssue) -> String {
        let word = Word(text: typed, raw: typed, column: 0, isQuoted: false)
        return try self.reference(try CaseReference.read(word).get())
    }

    private func reference(_ named: CaseReference) throws(CommandIssue) -> String {
        switch named {
        case .handle(let text): text.count == 32 ? text.lowercased() : text.uppercased()
        case .row(let row): try self.row(row).id
        }
    }

    private func row(_ number: Int) throws(CommandIssue) -> FrozenRow {
        guard let rows = self.rows else {
            throw CommandIssue(
                .noList, "@\(number) is a row of the list printed last, and no list was printed.",
                "Print one: queue")
        }
        guard number <= rows.count else {
            throw CommandIssue(
                .noSuchRow, "The last list has \(rows.count) rows, so there is no @\(number).",
                "Print it again: queue")
        }
        return rows[number - 1]
    }

    /// The case that a changing command means: looked at first, so that nobody changes what they have not
    /// seen.
    mutating func target(of command: Command) async throws(CommandIssue) -> CaseDetail {
        let reference = try self.reference(of: command)
        let shown = try await self.ask { client throws(APIFault) in try await client.show(reference) }
        let detail = shown.detail
        try self.checkScope(detail.summary)
        try await self.mind(shown.asOf, detail.summary, before: command)
        if case .row(let number)? = command.reference {
            let row = try self.row(number)
            if row.changes != detail.summary.changes {
                try await self.confirmChanged(number, row, detail.summary)
            }
        }
        return detail
    }

    /// Says to the peers that an act begins; that they cannot be told keeps nobody from it.
    mutating func announce(_ intent: String?, in reference: String) async {
        guard let intent else { return }
        self.announced = reference
        _ = try? await self.client.announce(intent, in: reference)
    }

    /// Takes back what was announced and then refused or given up: peers would be told of it for a minute.
    private mutating func takeBackAnnouncement() async {
        guard let reference = self.announced else { return }
        self.announced = nil
        _ = try? await self.client.announce(nil, in: reference)
    }

    /// Holds a change back from a case in which somebody elsewhere is about to do what cannot be taken back; the
    /// same line once more within a minute goes through, whatever was typed in between. In a sitting nothing is
    /// asked: the next line may have been typed ahead, and would be taken for the answer. Where nobody types it goes
    /// on: a script has been told in `asOf`.
    private mutating func mind(
        _ asOf: Freshness, _ summary: CaseRow, before command: Command
    ) async throws(CommandIssue) {
        let others = asOf.intents.filter { $0.desk.ref == summary.ref }
        guard let first = others.first, self.options.mayAsk, self.options.render.format == .text,
            self.input?.isInteractive == true
        else { return }
        let what = "\(first.words)."
        guard !self.isOneShot else {
            let issue = CommandIssue(
                .intentElsewhere, what, "Speak to \(first.desk.by) at \(first.site), or wait a minute.")
            return try await self.confirm("\(what) Go on?", otherwise: issue)
        }
        let now = self.options.now()
        if let held = self.heldBack, held.command == command, held.words == first.words,
            (0..<Self.heldBackMilliseconds).contains(now - held.at)
        {
            self.heldBack = nil
            return
        }
        self.heldBack = (command, first.words, now)
        throw CommandIssue(
            .intentElsewhere, "\(what) Nothing was done.",
            "Speak to \(first.desk.by) at \(first.site); the same line once more within a minute goes through."
        )
    }

    /// As long as the word of an act lives: what was read longer ago was another one.
    private static let heldBackMilliseconds: Int64 = 60_000

    private func confirmChanged(
        _ number: Int, _ row: FrozenRow, _ now: CaseRow
    ) async throws(CommandIssue) {
        let count = now.changes - row.changes
        let what = "@\(number) is \(row.ref), and it changed after the list was printed (\(count) changes)."
        let issue = CommandIssue(
            .changedSinceListed, what, "Look at it: show \(row.ref). Then name it by its handle.")
        try await self.confirm("\(what) Go on?", otherwise: issue)
    }

    private func checkScope(_ summary: CaseRow) throws(CommandIssue) {
        guard let scope = self.scope else { return }
        let isInside: Bool =
            switch scope {
            case .type(let type): summary.type == type
            case .oneCase(let id, _): summary.id == id
            }
        guard !isInside else { return }
        throw CommandIssue(
            .outOfScope, "\(summary.ref) is outside the scope \(scope.text).", "Lift it with: set scope off")
    }

    /// Asks for a yes; throws the issue where the answer is no or nobody is there.
    ///
    /// - Parameter preface: What the question is about; whole lines.
    func confirm(
        _ question: String, preface: String = "", otherwise issue: CommandIssue
    ) async throws(CommandIssue) {
        guard self.options.mayAsk, self.options.render.format == .text, let input = self.input,
            input.isInteractive
        else { throw issue }
        let prompt = SafeText.line(question) + " (y/N) "
        let answer = await input.line(LineRequest(prompt: prompt, purpose: .text, preface: preface))
        guard case .line(let text) = answer, YesNo(text) == .yes else { throw issue }
    }

    /// Takes up what a change made, so that a second change through the same row does not ask about the
    /// first.
    mutating func note(_ after: CaseRow, before: Int?) {
        self.remember(after.ref)
        if self.current?.id == after.id { self.current = after }
        if let before, after.changes == before + 1 {
            for index in self.undoSteps.indices
            where self.undoSteps[index].id == after.id && self.undoSteps[index].changes == before {
                self.undoSteps[index].changes = after.changes
            }
        }
        guard let before, let index = self.rows?.firstIndex(where: { $0.id == after.id }) else { return }
        if self.rows?[index].changes == before, after.changes == before + 1 {
            self.rows?[index].changes = after.changes
        }
    }
}
