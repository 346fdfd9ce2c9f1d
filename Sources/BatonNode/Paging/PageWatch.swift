import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore
import Logging
import NIOPosix
import Synchronization

/// What paging needs of the node.
struct PageParts: Sendable {
    let worker: StoreWorker
    let lane: WriteLane
    let trust: TrustBoard
    let site: SiteID
    let rules: RuleBook
    let zones: [String: ZoneTable]
    let configuration: NodeConfiguration.Pages
    let journalPath: String
    let board: PageBoard
    let logger: Logger
}

/// Follows the log, asks the desk which pages are due at this site (`PagingWork`), and has the hook run for
/// them. It decides nothing but when to look again.
///
/// Of each page: the delta that announces it, the journal's intent, the hook, the journal's end, the delta that
/// says that it was taken. Each step may be repeated: the deltas bear a command, the hook is given an id.
struct PageWatch {
    private static let pauseMilliseconds = 200
    private static let logPage = 500
    private static let casesPage = 50
    /// Cases of the start's backlog looked at before what is due goes out.
    private static let backlogPage = 250
    /// Runs of the hook at a time.
    private static let runsMax = 4
    private static let firstRetryMilliseconds: Int64 = 1_000
    /// Between two tries after a fault of the disk.
    private static let faultMilliseconds = 5_000

    private let parts: PageParts
    private var journal: PageJournal
    private let pool: NIOThreadPool
    private let results = Mailbox()
    private var arrival: Int64 = 0
    /// When a case has to be looked at again without a change.
    private var wakes: [DocumentID: Int64] = [:]
    private var changed: Set<DocumentID> = []
    /// Cases that were open at the start and have not been looked at, gravest first.
    private var backlog: ArraySlice<DocumentID> = []
    private var due: [GeneratedID: Held] = [:]
    private var running: Set<GeneratedID> = []
    /// Pages that wait because their announcement could not be written.
    private var unwritten: Set<GeneratedID> = []
    private var hasFoundCases = false
    private var journalRetry = ContinuousClock.now

    private struct Held {
        let page: DuePage
        let held: PagingCase
    }

    /// Where runs of the hook leave how they ended.
    private final class Mailbox: Sendable {
        private let letters = Mutex<[(id: GeneratedID, outcome: HookOutcome)]>([])

        func post(_ id: GeneratedID, _ outcome: HookOutcome) {
            self.letters.withLock { $0.append((id, outcome)) }
        }

        func take() -> [(id: GeneratedID, outcome: HookOutcome)] {
            self.letters.withLock { letters in
                defer { letters = [] }
                return letters
            }
        }
    }

    /// - Throws: `file.…`: the journal.
    init(_ parts: PageParts) throws(NodeFault) {
        self.parts = parts
        self.journal = try PageJournal(
            path: parts.journalPath, nowMilliseconds: Int64(clamping: NodeClock.wallMilliseconds))
        self.pool = NIOThreadPool(numberOfThreads: Self.runsMax)
    }

    /// Goes on until it is cancelled or the replica closes. A hook that runs then is waited for: it ends within
    /// its time.
    mutating func run() async {
        self.pool.start()
        let interrupted = self.journal.records.values.count { $0.state == .intent }
        if interrupted > 0 {
            self.parts.logger.notice(
                "pages were begun and not ended", metadata: ["pages": "\(interrupted)"])
        }
        await withTaskGroup(of: Void.self) { group in
            while !Task.isCancelled {
                var pause = Self.pauseMilliseconds
                do throws(ReplicaFault) {
                    try await self.turn(&group)
                } catch {
                    self.parts.logger.error("the watch for pages failed", metadata: ["code": "\(error.code)"])
                    // Any other fault passes, and then people have still to be called.
                    guard !error.isLast else { break }
                    pause = Self.faultMilliseconds
                }
                try? await Task.sleep(for: .milliseconds(pause))
            }
        }
        // What a hook has taken meanwhile must not be given to it again after the next start.
        for (id, outcome) in self.results.take() { self.ended(id, outcome) }
        // Stopping a pool twice is the only way to fail.
        try? await self.pool.shutdownGracefully()
    }

    private mutating func turn(_ group: inout TaskGroup<Void>) async throws(ReplicaFault) {
        for (id, outcome) in self.results.take() { self.ended(id, outcome) }
        if !self.hasFoundCases { try await self.findOpenCases() }
        try await self.follow()
        try await self.look()
        if self.isJournalWritable { await self.begin(&group) }
        let pages = self.due.keys
        let failing = pages.count { (self.journal.records[$0]?.words ?? "").isEmpty == false }
        self.parts.board.change {
            $0.waiting = pages.count
            $0.failing = failing
            if failing == 0 { $0.lastFailure = nil }
        }
        let unwritten = self.unwritten.intersection(pages)
        self.unwritten = unwritten
        self.parts.board.unwrittenCount = unwritten.count
    }

    /// False while the journal cannot be written, which is tried again now and then: a disk that was full for a
    /// minute must not silence this site until somebody restarts it.
    private var isJournalWritable: Bool {
        mutating get {
            guard self.parts.board.journalFault != nil else { return true }
            guard ContinuousClock.now >= self.journalRetry else { return false }
            self.journalRetry = .now + .milliseconds(Self.faultMilliseconds)
            do throws(NodeFault) {
                try self.journal.renew(nowMilliseconds: Int64(clamping: NodeClock.wallMilliseconds))
            } catch { return false }
            self.parts.board.journalFault = nil
            return true
        }
    }

    // What is due.

    private mutating func findOpenCases() async throws(ReplicaFault) {
        let (last, open) = try await self.parts.worker.read { store throws(ReplicaFault) in
            let last = try store.lastArrival()
            return (last, try store.queue(QueueFilter(), limit: .max).map(\.document))
        }.get()
        self.arrival = last
        self.backlog = open[...]
        self.hasFoundCases = true
    }

    private mutating func follow() async throws(ReplicaFault) {
        while true {
            let after = self.arrival
            let (documents, last) = try await self.parts.worker.read { store throws(ReplicaFault) in
                let page = try store.documents(changedAfter: after, limit: Self.logPage)
                return (page.documents, page.last)
            }.get()
            guard last > after else { return }
            self.arrival = last
            self.changed.formUnion(documents.filter { $0.kind == .escalation })
        }
    }

    /// Looks at the cases that changed or whose time has come, some at a time.
    private mutating func look() async throws(ReplicaFault) {
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        for (document, wake) in self.wakes where wake <= now { self.changed.insert(document) }
        self.changed.formUnion(self.backlog.prefix(Self.backlogPage))
        self.backlog = self.backlog.dropFirst(Self.backlogPage)
        guard !self.changed.isEmpty else { return }
        let work = PagingWork(
            site: self.parts.site, rules: self.parts.rules, roster: try await self.roster(),
            membership: self.parts.trust.membership,
            graceMilliseconds: Int64(self.parts.configuration.graceMilliseconds), hashing: Blake2b())
        let wanted = self.changed.sorted()
        var place = 0
        while place < wanted.count {
            let some = Array(wanted[place..<min(place + Self.casesPage, wanted.count)])
            place += some.count
            let membership = self.parts.trust.membership
            let found = try await self.parts.worker.read { store throws(ReplicaFault) in
                var found: [(document: DocumentID, held: PagingCase?, verdict: PagingWork.Verdict)] = []
                for document in some {
                    let held = try PageReader(store: store, membership: membership).held(document)
                    let verdict = held.map { work.due($0, now: now) } ?? PagingWork.Verdict()
                    found.append((document, held, verdict))
                }
                return found
            }.get()
            // Not before: what could not be looked at is looked at again.
            self.changed.subtract(some)
            for (document, held, verdict) in found { self.take(document, held, verdict) }
        }
    }

    private mutating func take(_ document: DocumentID, _ held: PagingCase?, _ verdict: PagingWork.Verdict) {
        self.wakes[document] = verdict.nextMilliseconds
        self.due = self.due.filter { $0.value.page.call.document != document }
        guard let held else { return }
        for page in verdict.pages { self.due[page.id] = Held(page: page, held: held) }
    }

    private func roster() async throws(ReplicaFault) -> RosterWork {
        let team = self.parts.trust.membership.team
        let changes = try await self.parts.worker.read { store throws(ReplicaFault) in
            try store.rosterChanges(team: team)
        }.get()
        return RosterWork(rules: self.parts.rules.roster, zones: self.parts.zones, changes: changes)
    }

    // Sending.

    private var ordered: [Held] {
        self.due.values.sorted {
            let left = ($0.held.file.severity?.rawValue ?? 2, $0.page.sinceMilliseconds, $0.page.id)
            let right = ($1.held.file.severity?.rawValue ?? 2, $1.page.sinceMilliseconds, $1.page.id)
            return left < right
        }
    }

    private mutating func begin(_ group: inout TaskGroup<Void>) async {
        let name = self.parts.configuration.person
        let person = self.parts.trust.membership.head.operators.first {
            $0.name == name && $0.site == self.parts.site
        }
        self.parts.board.isNameless = person == nil
        guard let person else { return }
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        for held in self.ordered where self.running.count < Self.runsMax {
            let id = held.page.id
            guard !self.running.contains(id), self.mayBegin(id, now: now) else { continue }
            if self.journal.records[id]?.state == .done {
                let receipt = held.page.receipt(in: held.held.file, site: self.parts.site)
                await self.write(receipt, held, person.id, "sent")
                continue
            }
            let announced = held.page.announcement(in: held.held.file)
            guard await self.write(announced, held, person.id, "page") else { continue }
            // What the announcement changes is seen at the next turn, with the label that it gave.
            guard announced.isEmpty else { continue }
            guard self.note(id, .intent) else { return }
            self.start(held, attempt: self.journal.records[id]?.attempts ?? 1, &group)
        }
    }

    private func mayBegin(_ id: GeneratedID, now: Int64) -> Bool {
        guard let record = self.journal.records[id], record.state == .failed else { return true }
        // Written down while the clock was wrong: nobody waits for that time to come.
        guard record.atMilliseconds <= now else { return true }
        let doubled = Self.firstRetryMilliseconds << Int64(min(record.attempts - 1, 20))
        return record.atMilliseconds + min(doubled, Int64(self.parts.configuration.retryMilliseconds)) <= now
    }

    private mutating func start(_ held: Held, attempt: Int, _ group: inout TaskGroup<Void>) {
        let id = held.page.id
        let letter = PageLetter(
            held.page, held.held, label: held.page.item?.label ?? "", site: self.parts.site, attempt: attempt,
            names: self.parts.trust.membership)
        // A letter is made of texts and numbers, and every text in it is bounded.
        guard let input = try? APIText.json(letter) else { return }
        self.running.insert(id)
        let hook = HookProcess(
            arguments: self.parts.configuration.hook,
            millisecondsMax: Int64(self.parts.configuration.timeoutMilliseconds))
        let (pool, results) = (self.pool, self.results)
        group.addTask {
            let outcome = try? await pool.runIfActive { hook.run(input: input + [10], id: "\(id)") }
            if let outcome { results.post(id, outcome) }
        }
    }

    private mutating func ended(_ id: GeneratedID, _ outcome: HookOutcome) {
        self.running.remove(id)
        let metadata: Logger.Metadata = [
            "page": "\(id)", "ended": "\(outcome.ending.words)", "milliseconds": "\(outcome.milliseconds)",
        ]
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        guard outcome.ending.isDone else {
            self.parts.logger.error("the hook did not take a page", metadata: metadata)
            _ = self.note(id, .failed, words: outcome.ending.words)
            self.parts.board.change { $0.lastFailure = .init(at: now, words: outcome.ending.words) }
            return
        }
        self.parts.logger.notice("page sent", metadata: metadata)
        _ = self.note(id, .done)
        self.parts.board.change {
            $0.sent += 1
            $0.lastSentAt = now
        }
    }

    private mutating func note(_ id: GeneratedID, _ state: PageJournal.State, words: String = "") -> Bool {
        do throws(NodeFault) {
            try self.journal.note(
                id, state, atMilliseconds: Int64(clamping: NodeClock.wallMilliseconds), words: words)
            return true
        } catch {
            self.parts.logger.error("the journal of pages failed", metadata: ["code": "\(error.code)"])
            self.parts.board.journalFault = error.code
            self.journalRetry = .now + .milliseconds(Self.faultMilliseconds)
            return false
        }
    }

    /// Writes what a page changes in its case, once however often it is tried.
    @discardableResult
    private mutating func write(
        _ operations: [Operation], _ held: Held, _ person: OperatorID, _ what: String
    ) async -> Bool {
        guard !operations.isEmpty else { return true }
        let command = Blake2b().digest256(Array("baton/pages/1/\(what)/".utf8), held.page.id.bytes)
        let draft = Draft(
            document: held.page.call.document, operations: operations, actor: Actor(person: person))
        let order = WriteOrder(draft: draft, command: command.bytes)
        let id = held.page.id
        do throws(WriteRefusal) {
            _ = try await self.parts.lane.write(order).get()
            self.unwritten.remove(id)
            return true
        } catch {
            if case .stopping = error { return false }
            // Tried at every turn, said once.
            if self.unwritten.insert(id).inserted {
                self.parts.logger.error("a page could not be written down", metadata: ["page": "\(id)"])
            }
            return false
        }
    }
}
