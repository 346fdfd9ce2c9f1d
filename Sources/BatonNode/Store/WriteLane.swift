import BatonEngine
import BatonModel
import Synchronization

/// Puts everything that is to be written into one line, so that commits and what follows from them keep one
/// order.
///
/// Operators' orders go first and share a commit: those that arrive while a transaction runs are taken
/// together, up to a bound. So a lone change waits for nobody, and a burst costs one sync of the disk.
final class WriteLane: Sendable {
    static let ordersMax = 256

    private struct State {
        var orders: [AuthorJob] = []
        var others: [WriteJob] = []
        var reader: CheckedContinuation<WriteJob?, Never>?
        var isFinished = false

        mutating func take() -> WriteJob? {
            if !self.orders.isEmpty {
                let taken = Array(self.orders.prefix(WriteLane.ordersMax))
                self.orders.removeFirst(taken.count)
                return .author(taken)
            }
            return self.others.isEmpty ? nil : self.others.removeFirst()
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

    func add(_ job: WriteJob) { _ = self.put { $0.others.append(job) } }

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
        let (orders, others) = self.state.withLock { state in
            defer {
                state.orders = []
                state.others = []
            }
            return (state.orders, state.others)
        }
        self.finish()
        for job in orders { job.answer.resume(returning: .failure(.stopping)) }
        for case .pause(let job) in others { job.answer.resume(returning: .failure(.stopping)) }
        for case .batch(let job) in others { job.answer.resume(returning: .failure(.stopping)) }
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
