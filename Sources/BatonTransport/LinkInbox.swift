internal import Synchronization

/// Holds events for one reader; what the reader has not taken is not given back to the peer's window.
final class LinkInbox: Sendable {
    private struct State {
        var events: [PeerConnectionEvent] = []
        var head = 0
        var isFinished = false
        var waiter: CheckedContinuation<PeerConnectionEvent?, Never>?
    }

    private static let joinBytes = 64 << 10

    private let state = Mutex(State())
    private let taken = Mutex<(@Sendable (Int) -> Void)?>(nil)

    /// Called with the number of bytes the reader took.
    var onTaken: (@Sendable (Int) -> Void)? {
        get { self.taken.withLock { $0 } }
        set { self.taken.withLock { $0 = newValue } }
    }

    func deliver(_ event: PeerConnectionEvent) {
        let waiter = self.state.withLock { state -> CheckedContinuation<PeerConnectionEvent?, Never>? in
            guard !state.isFinished else { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            Self.push(event, &state)
            return nil
        }
        waiter?.resume(returning: event)
    }

    /// Lets the reader end after the events that are here, and lets go of the link.
    func finish() {
        let waiter = self.state.withLock { state in
            state.isFinished = true
            defer { state.waiter = nil }
            return state.waiter
        }
        self.onTaken = nil
        waiter?.resume(returning: nil)
    }

    /// Returns the next event, or nil at the end or when the reading task is cancelled.
    func next() async -> PeerConnectionEvent? {
        let event = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.park(continuation)
            }
        } onCancel: {
            self.cancelWaiter()
        }
        if case .bytes(let bytes)? = event {
            self.onTaken?(bytes.count)
        }
        return event
    }

    private func park(_ continuation: CheckedContinuation<PeerConnectionEvent?, Never>) {
        let isCancelled = Task.isCancelled
        let (isReady, event) = self.state.withLock { state -> (Bool, PeerConnectionEvent?) in
            precondition(state.waiter == nil, "the events of a link have one reader")
            if let event = Self.pop(&state) { return (true, event) }
            guard !state.isFinished, !isCancelled else { return (true, nil) }
            state.waiter = continuation
            return (false, nil)
        }
        if isReady {
            continuation.resume(returning: event)
        } else if Task.isCancelled {
            // Cancelled between the look and the parking, when the handler found nobody to wake.
            self.cancelWaiter()
        }
    }

    private func cancelWaiter() {
        let waiter = self.state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// Joins small pieces, so that a peer that writes single bytes does not make an event of each.
    private static func push(_ event: PeerConnectionEvent, _ state: inout State) {
        guard case .bytes(let more) = event, state.head < state.events.count,
            case .bytes(var joined)? = state.events.last, joined.count + more.count <= Self.joinBytes
        else {
            state.events.append(event)
            return
        }
        state.events.removeLast()
        joined.append(contentsOf: more)
        state.events.append(.bytes(joined))
    }

    private static func pop(_ state: inout State) -> PeerConnectionEvent? {
        guard state.head < state.events.count else { return nil }
        let event = state.events[state.head]
        state.head += 1
        // Dropping the front only when it is half of the array keeps the cost constant per event.
        if state.head * 2 >= state.events.count {
            state.events.removeFirst(state.head)
            state.head = 0
        }
        return event
    }
}
