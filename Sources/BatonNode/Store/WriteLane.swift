import BatonEngine
import BatonModel
import Synchronization

/// Puts everything that is to be written into one line, so that commits and what follows from them keep one
/// order.
///
/// Operators' orders go first and share a commit: those that arrive while a transaction runs are taken
/// together, up to a bound. So a lone change waits for nobody, and a burst costs one sync of the disk. Batches
/// from peers share a transaction likewise, while nobody waits (`mayGoOn`), and so do receipts.
final class WriteLane: Sendable {
    static let ordersMax = 256
    static let wordsMax = 256
    /// Texts that one turn of the index takes: a live change never waits for more of them.
    static let indexedMax = 500

    private struct State {
        var orders: [AuthorJob] = []
        /// What came from peers on the urgent lane.
        var urgent: [WriteJob] = []
        /// What peers have signed for: short, and somebody waits for "safe elsewhere".
        var words: [PeerWord] = []
        var others: [WriteJob] = []
        var reader: CheckedContinuation<WriteJob?, Never>?
        var isFinished = false
        /// After a fault of the disk: nothing more is carried out.
        var isFailed = false
        /// Jobs taken that were not the text index's.
        var takenCount: UInt64 = 0
        private var size = MergeSize()
        /// How many deltas the transaction took that runs now, or was the last one.
        private var mergedCount = 0

        mutating func take() -> WriteJob? {
            let job = self.takeNext()
            if let job, !job.isIndex { self.takenCount += 1 }
            return job
        }

        private mutating func takeNext() -> WriteJob? {
            if !self.orders.isEmpty {
                let taken = Array(self.orders.prefix(WriteLane.ordersMax))
                self.orders.removeFirst(taken.count)
                return .author(taken)
            }
            if !self.urgent.isEmpty {
                return Self.takeFirst(of: &self.urgent, deltasMax: MergeSize.smallest, isUrgent: true).job
            }
            if !self.words.isEmpty {
                let taken = Array(self.words.prefix(WriteLane.wordsMax))
                self.words.removeFirst(taken.count)
                return .words(taken)
            }
            guard !self.others.isEmpty else { return nil }
            // One that was cut has been noted.
            if self.mergedCount > 0 { self.size.note(deltas: self.mergedCount, wasCut: false) }
            let (job, deltas) = Self.takeFirst(
                of: &self.others, deltasMax: self.size.deltas, isUrgent: false)
            self.mergedCount = deltas
            return job
        }

        /// Puts back what a transaction had no time for, before all that waits on its lane.
        mutating func putBack(_ jobs: ArraySlice<MergeJob>) {
            // The jobs of a transaction come from one lane.
            let again = jobs.map { WriteJob.apply($0.id, $0.batch) }
            guard jobs.first?.isUrgent != true else { return self.urgent.insert(contentsOf: again, at: 0) }
            self.others.insert(contentsOf: again, at: 0)
            self.size.note(deltas: self.mergedCount, wasCut: true)
            self.mergedCount = 0
        }

        /// Takes what is first; of batches from peers also those that follow it.
        ///
        /// - Returns: Also how many deltas of peers that are.
        private static func takeFirst(
            of jobs: inout [WriteJob], deltasMax: Int, isUrgent: Bool
        ) -> (job: WriteJob, deltas: Int) {
            var merged: [MergeJob] = []
            var deltas = 0
            for case .apply(let id, let batch) in jobs.prefix(while: { $0.isApply }) {
                if !merged.isEmpty, deltas + batch.deltas.count > deltasMax { break }
                merged.append(MergeJob(id: id, batch: batch, isUrgent: isUrgent))
                deltas += batch.deltas.count
            }
            guard !merged.isEmpty else { return (jobs.removeFirst(), 0) }
            jobs.removeFirst(merged.count)
            return (.merge(merged), deltas)
        }
    }

    private let state = Mutex(State())

    /// Adds an order and waits for its commit. After `finish` every order is refused.
    func write(_ order: WriteOrder) async -> Result<WriteOutcome, WriteRefusal> {
        await withCheckedContinuation { continuation in
            let isTaken = self.put { $0.orders.append(AuthorJob(order: order, answer: continuation)) }
            if !isTaken { continuation.resume(returning: .failure(.stopping)) }
        }
    }

    func pause(_ site: SiteID, _ isPaused: Bool, by actor: OperatorID) async -> Result<Void, WriteRefusal> {
        await withCheckedContinuation { continuation in
            let job = PauseJob(site: site, isPaused: isPaused, actor: actor, answer: continuation)
            let isTaken = self.put { $0.others.append(.pause(job)) }
            if !isTaken { continuation.resume(returning: .failure(.stopping)) }
        }
    }

    /// Adds an import's orders, behind whatever operators want, and waits for their one commit.
    func write(batch orders: [WriteOrder]) async -> Result<[Result<WriteOutcome, WriteRefusal>], WriteRefusal>
    {
        await withCheckedContinuation { continuation in
            let isTaken = self.put {
                $0.others.append(.batch(BatchJob(orders: orders, answer: continuation)))
            }
            if !isTaken { continuation.resume(returning: .failure(.stopping)) }
        }
    }

    /// Adds orders that belong together and waits for their one commit: all of them or none.
    func write(whole orders: [WriteOrder]) async -> Result<[Result<WriteOutcome, WriteRefusal>], WriteRefusal>
    {
        await withCheckedContinuation { continuation in
            let isTaken = self.put {
                $0.urgent.append(.whole(BatchJob(orders: orders, answer: continuation)))
            }
            if !isTaken { continuation.resume(returning: .failure(.stopping)) }
        }
    }

    /// - Parameter isUrgent: Goes before everything but operators' orders.
    func add(_ job: WriteJob, isUrgent: Bool = false) {
        _ = self.put { state in
            if isUrgent { state.urgent.append(job) } else { state.others.append(job) }
        }
    }

    /// Adds what a peer has signed for, behind what is urgent and before everything in bulk.
    func add(_ word: PeerWord) { _ = self.put { $0.words.append(word) } }

    /// False while an operator waits, or while the urgent lane waits for the bulk one: a transaction of many
    /// batches then ends after the one at hand. The urgent lane does not cut itself, so that a stream of live
    /// changes shares its commits.
    func mayGoOn(isUrgent: Bool) -> Bool {
        self.state.withLock { $0.orders.isEmpty && (isUrgent || $0.urgent.isEmpty) }
    }

    struct Waiting: Sendable {
        let orders: Int
        let urgent: Int
        let words: Int
        let bulk: Int
    }

    /// How many jobs wait of each kind.
    var waiting: Waiting {
        self.state.withLock {
            Waiting(
                orders: $0.orders.count, urgent: $0.urgent.count, words: $0.words.count, bulk: $0.others.count
            )
        }
    }

    /// Rises with everything that is written: whoever works in the background goes on while it stands still.
    var takenCount: UInt64 { self.state.withLock { $0.takenCount } }

    /// Puts back what a transaction had no time for, before all that waits on its lane.
    func putBack(_ jobs: ArraySlice<MergeJob>) {
        self.state.withLock { state in
            if !state.isFailed { state.putBack(jobs) }
        }
    }

    /// Takes what comes next; nil once everything is done after `finish`. One reader.
    func next() async -> WriteJob? {
        await withCheckedContinuation { continuation in
            let (isReady, job) = self.state.withLock { state -> (Bool, WriteJob?) in
                if let job = state.take() { return (true, job) }
                if state.isFinished { return (true, nil) }
                state.reader = continuation
                return (false, nil)
            }
            if isReady { continuation.resume(returning: job) }
        }
    }

    /// Takes no more. What is queued is still carried out.
    func finish() {
        let reader = self.state.withLock { state in
            state.isFinished = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    /// Takes no more and refuses what is queued: after a fault of the disk nothing may be acknowledged.
    func fail() {
        let (orders, jobs, reader) = self.state.withLock { state in
            // In one step: what came between would be carried out and acknowledged.
            state.isFinished = true
            state.isFailed = true
            defer {
                state.orders = []
                state.urgent = []
                state.words = []
                state.others = []
                state.reader = nil
            }
            return (state.orders, state.urgent + state.others, state.reader)
        }
        reader?.resume(returning: nil)
        for job in orders { job.answer.resume(returning: .failure(.stopping)) }
        for job in jobs {
            switch job {
            case .pause(let job): job.answer.resume(returning: .failure(.stopping))
            case .batch(let job), .whole(let job): job.answer.resume(returning: .failure(.stopping))
            default: break
            }
        }
    }

    /// - Returns: False after `finish`; nothing was added then.
    private func put(_ change: (inout State) -> Void) -> Bool {
        let (isTaken, reader, job) = self.state.withLock {
            state -> (Bool, CheckedContinuation<WriteJob?, Never>?, WriteJob?) in
            guard !state.isFinished else { return (false, nil, nil) }
            change(&state)
            guard let reader = state.reader, let job = state.take() else { return (true, nil, nil) }
            state.reader = nil
            return (true, reader, job)
        }
        reader?.resume(returning: job)
        return isTaken
    }
}

extension WriteJob {
    fileprivate var isIndex: Bool {
        if case .index = self { return true }
        return false
    }

    fileprivate var isApply: Bool {
        if case .apply = self { return true }
        return false
    }
}
