package import BatonAPI
import Synchronization

/// One sitting at the desk: reads lines until the end, a `quit`, or the first error of a script.
package struct DeskSession: Sendable {
    private let api: any OperatorAPI
    private let options: DeskOptions
    private let input: any LineSource
    private let output: any DeskOutput
    private let board: NoticeBoard

    /// - Parameter board: The one that `input` shows while its prompt is idle.
    package init(
        api: any OperatorAPI, options: DeskOptions, input: some LineSource, output: some DeskOutput,
        board: NoticeBoard = NoticeBoard()
    ) {
        self.api = api
        self.options = options
        self.input = input
        self.output = output
        self.board = board
    }

    /// - Returns: The exit code: 0 where a person left; of a script, that of its first error.
    package func run() async -> Int32 {
        let watcher = NoticeWatcher(
            client: OperatorClient(self.api, actingAs: self.options.actingAs), options: self.options,
            board: self.board)
        guard self.input.isInteractive, self.options.wantsNotices else { return await self.read(watcher) }
        return await withTaskGroup(of: Int32?.self) { group in
            group.addTask {
                await watcher.watch()
                return nil
            }
            group.addTask { await self.read(watcher) }
            for await code in group {
                guard let code else { continue }
                group.cancelAll()
                return code
            }
            return Int32(ExitCode.failed.rawValue)
        }
    }

    private func read(_ watcher: NoticeWatcher) async -> Int32 {
        let input = CountedSource(self.input)
        var reader = SessionReader(
            desk: Desk(api: self.api, options: self.options, input: input, isOneShot: false), input: input,
            output: self.output, board: self.board, watcher: watcher)
        return Int32(await reader.run().rawValue)
    }
}

/// The loop of a session.
private struct SessionReader {
    var desk: Desk
    let input: CountedSource
    let output: any DeskOutput
    let board: NoticeBoard
    let watcher: NoticeWatcher
    let grammar: Grammar
    let history: HistoryFile?
    private var firstError: ExitCode?

    init(
        desk: Desk, input: CountedSource, output: any DeskOutput, board: NoticeBoard, watcher: NoticeWatcher
    ) {
        self.desk = desk
        self.desk.board = board
        self.input = input
        self.output = output
        self.board = board
        self.watcher = watcher
        self.grammar = Grammar(mode: input.isInteractive ? .person : .script)
        self.history = input.isInteractive ? desk.options.historyPath.map(HistoryFile.init) : nil
    }

    mutating func run() async -> ExitCode {
        if let code = await self.open() { return code }
        while true {
            self.printNotices()
            let prompt = self.input.isInteractive ? await self.prompt() : ""
            let words = self.desk.rows.map { rows in rows.indices.map { "@\($0 + 1)" } } ?? []
            let request = LineRequest(
                prompt: prompt, purpose: .command, words: self.desk.seen + words, agencies: self.desk.agencies
            )
            switch await self.input.line(request) {
            case .end:
                await self.desk.stopWatching()
                return self.firstError ?? .done
            case .abandoned: continue
            case .unreadable:
                let issue = CommandIssue(
                    .unreadableText,
                    "The line is not UTF-8 text, or has more than \(WordReader.lineBytesMax) bytes.",
                    "Send shorter lines of UTF-8 text.")
                if let code = self.fail(issue, command: nil, line: nil) { return code }
            case .line(let line):
                if let code = await self.perform(line) { return code }
            }
        }
    }

    /// Finds out who sits here; nil where work can begin.
    private mutating func open() async -> ExitCode? {
        do throws(APIFault) {
            let status = try await self.desk.client.status()
            guard self.input.isInteractive else { return nil }
            self.history?.trim()
            for line in self.history?.lines() ?? [] { self.input.remember(line) }
            self.desk.aliases = (self.desk.options.aliasPath.map { AliasFile(path: $0).aliases() } ?? [])
                .filter { CommandTable.command($0.name) == nil }
            let counts = status.counts
            let greeting =
                "Baton at \(status.site), you are \(status.operatorName). \(counts.openCases) open cases, "
                + "\(counts.openS0) with life at stake. Type help for commands."
            self.desk.learn(agencies: (try? await self.desk.client.agencies().agencies) ?? [])
            let news = await self.desk.outcomeNews()
            self.output.write(
                BlockRenderer(self.desk.options.render).text(
                    [greeting].map { .paragraph($0, indent: 0) } + news.map { .paragraph($0, indent: 0) }))
            return nil
        } catch {
            let issue = CommandIssue(error)
            self.complain(issue, command: nil, line: nil)
            return issue.exit
        }
    }

    private mutating func prompt() async -> String {
        let status = try? await self.desk.client.status()
        let current = self.desk.current?.ref
        return PromptText.make(
            status: status, current: current, now: self.desk.options.now(),
            isAccessible: self.desk.options.render.isAccessible)
    }

    private func printNotices() {
        guard self.input.isInteractive, self.desk.options.wantsNotices else {
            _ = self.board.take()
            return
        }
        let options = self.desk.options
        for notice in self.board.take() {
            self.output.write(notice.line(options.render, mayRing: options.mayRing))
        }
    }

    /// - Returns: The exit code where the session ends here.
    private mutating func perform(_ line: String) async -> ExitCode? {
        let expanded = self.input.isInteractive ? Alias.expanded(line, self.desk.aliases) : nil
        if let expanded { self.output.write("-> \(SafeText.line(expanded))\n") }
        guard let parsed = self.grammar.parse(expanded ?? line) else { return nil }
        switch parsed {
        case .failure(let issue):
            self.input.remember(line)
            let now = self.desk.options.now()
            let advised = issue.advised(now: now, zones: self.desk.options.render.zones)
            self.desk.failed(advised)
            let code = self.fail(advised, command: nil, line: expanded ?? line)
            if code == nil { await self.skipTextOfRefusedNote(line) }
            return code
        case .success(let command):
            self.input.remember(line)
            self.history?.add(command)
            if command.completedFrom != nil { self.output.write("-> \(command.name.rawValue)\n") }
            return await self.perform(command)
        }
    }

    /// A script that goes on after errors: what follows a refused `note` without words is its text, not commands.
    private func skipTextOfRefusedNote(_ line: String) async {
        guard !self.input.isInteractive, Self.isNoteWithoutWords(line) else { return }
        await Composer(input: self.input, isOneShot: false).skip()
    }

    /// True for `note` alone, with options, or with one word that names a case or was meant to.
    static func isNoteWithoutWords(_ line: String) -> Bool {
        var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        words.removeAll { $0.hasPrefix("--") }
        guard let first = words.first, CommandTable.command(first.lowercased()) == .note else { return false }
        guard words.count > 1 else { return true }
        guard words.count == 2 else { return false }
        let word = Word(
            text: words[1], raw: words[1], column: 0, isQuoted: words[1].contains { "\"'".contains($0) })
        return CaseReference.reading(word) != .other
    }

    private mutating func perform(_ command: Command) async -> ExitCode? {
        switch await self.desk.run(command, table: self.grammar.table) {
        case .failure(let issue):
            let zones = self.desk.options.render.zones
            let advised = issue.advised(now: self.desk.options.now(), zones: zones)
            return self.fail(advised, command: command, line: nil)
        case .success(let reply):
            if case .changed(let report) = reply.body { self.watcher.own(report.summary.id) }
            if case .acted(let report) = reply.body { self.watcher.own(report.change.summary.id) }
            await self.show(ReplyRenderer(self.desk.options.adding(command).render).text(reply))
            if reply.command == .quit { return self.input.isInteractive ? .done : self.firstError ?? .done }
            return reply.exit == .done ? nil : self.ended(reply.exit)
        }
    }

    /// A long answer stops at each screenful, where a person reads it.
    private func show(_ text: String) async {
        guard self.input.isInteractive, let rows = self.desk.options.pageRows else {
            return self.output.write(text)
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        while lines.count > rows {
            self.output.write(lines.prefix(rows - 1).joined(separator: "\n") + "\n")
            lines = lines.dropFirst(rows - 1)
            let prompt = "-- \(lines.count) more lines: Enter goes on, q stops -- "
            let answer = await self.input.line(LineRequest(prompt: prompt, purpose: .text))
            guard case .line(let word) = answer, !word.lowercased().hasPrefix("q") else { return }
        }
        self.output.write(lines.joined(separator: "\n"))
    }

    private mutating func fail(_ issue: CommandIssue, command: Command?, line: String?) -> ExitCode? {
        self.complain(issue, command: command, line: line)
        return self.ended(issue.exit)
    }

    /// People go on after an error; a script does with `set bail off` only.
    private mutating func ended(_ exit: ExitCode) -> ExitCode? {
        guard !self.input.isInteractive else { return nil }
        self.firstError = self.firstError ?? exit
        return self.desk.options.bails ? exit : nil
    }

    /// - Parameter line: As it was read, where it was not understood.
    private func complain(_ issue: CommandIssue, command: Command?, line: String?) {
        let options = command.map { self.desk.options.adding($0) } ?? self.desk.options
        let text = ReplyRenderer(options.render).text(issue, command: command?.name, line: line)
        switch options.render.format {
        case .json, .jsonl: self.output.write(text)
        case .text, .plain:
            if self.input.isInteractive {
                self.output.write(text)
            } else {
                // One line each, however long: scripts are read by their logs.
                var unbroken = options.render
                unbroken.columns = nil
                let column = line == nil ? nil : issue.column.flatMap { $0 > 1 ? ", column \($0)" : nil }
                let place = self.input.count > 0 ? "line \(self.input.count)\(column ?? ""): " : ""
                self.output.complain(place + ReplyRenderer(unbroken).text(issue, command: command?.name))
            }
        }
    }
}

/// Counts lines, those of notes as well, so that a complaint can say where a script went wrong.
private final class CountedSource: LineSource {
    private let source: any LineSource
    private let lines = Mutex(0)

    init(_ source: any LineSource) { self.source = source }

    var isInteractive: Bool { self.source.isInteractive }
    var count: Int { self.lines.withLock { $0 } }

    func line(_ request: LineRequest) async -> LineOutcome {
        let outcome = await self.source.line(request)
        if outcome != .end { self.lines.withLock { $0 += 1 } }
        return outcome
    }

    func remember(_ line: String) { self.source.remember(line) }
}

/// Looks for news as long as a session lasts.
private final class NoticeWatcher: Sendable {
    private let client: OperatorClient
    private let options: DeskOptions
    private let board: NoticeBoard
    private let changed = Mutex<Set<String>>([])

    init(client: OperatorClient, options: DeskOptions, board: NoticeBoard) {
        self.client = client
        self.options = options
        self.board = board
    }

    /// Notes a case of this desk: its own changes are no news to it.
    func own(_ id: String) {
        self.changed.withLock { _ = $0.insert(id) }
    }

    /// Ends when the task is cancelled.
    func watch() async {
        var watch = NoticeWatch()
        while !Task.isCancelled {
            let status = try? await self.client.status()
            let urgent =
                status == nil
                ? nil : try? await self.client.queue(QueueQuery(severity: "S0", limit: 50)).cases
            let conflicts = status == nil ? nil : try? await self.client.conflicts().conflicts
            let own = self.changed.withLock { $0 }
            let clock = ClockText(now: self.options.now(), zones: [])
            self.board.post(
                watch.news(
                    status: status, urgent: urgent, own: own, clock: clock, conflicts: conflicts))
            // Cancelled sleep only means that the session has ended.
            try? await Task.sleep(for: self.options.noticeInterval)
        }
    }
}
