import BatonEngine
import BatonModel

/// What waits in the world's queue for its time.
enum Happening {
    case input(EngineInput)
    /// A timer of the engine, with the number of its setting: a cancelled one finds another number.
    case timer(EngineTimer, setting: UInt64)
    /// Bytes, or the end of the stream, at the far end of a link.
    case parcel(LinkID, Parcel)
    /// What was not read while reading was paused, in order.
    case drain(LinkID)
    /// The moment in which a batch is committed: before it, the batch is lost with the process.
    case commit(WorkID, IncomingBatch)
}

/// What travels on a link. A stream keeps its order, so the end waits for the bytes before it.
enum Parcel {
    case bytes([UInt8])
    case end
}

struct QueuedEvent {
    let at: UInt64
    let tiebreak: UInt64
    let serial: UInt64
    let node: NodeID
    let life: Int
    let happening: Happening
    /// Nothing but the pulse of a quiet world: heartbeats, and dials of what cannot be reached.
    let isPulse: Bool

    fileprivate func isBefore(_ other: QueuedEvent) -> Bool {
        if self.at != other.at { return self.at < other.at }
        if self.tiebreak != other.tiebreak { return self.tiebreak < other.tiebreak }
        return self.serial < other.serial
    }
}

/// The one queue of the world: a binary heap by (time, drawn tiebreak).
struct EventQueue {
    private var heap: [QueuedEvent] = []
    /// Events that are more than the pulse: while there are any, time may not be skipped.
    private(set) var busyCount = 0

    var first: QueuedEvent? { self.heap.first }

    mutating func push(_ event: QueuedEvent) {
        if !event.isPulse { self.busyCount += 1 }
        self.heap.append(event)
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.heap[child].isBefore(self.heap[parent]) else { return }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> QueuedEvent? {
        guard let first = self.heap.first, let last = self.heap.popLast() else { return nil }
        if !first.isPulse { self.busyCount -= 1 }
        guard !self.heap.isEmpty else { return first }
        self.heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count {
                if self.heap[child].isBefore(self.heap[least]) { least = child }
            }
            guard least != parent else { return first }
            self.heap.swapAt(parent, least)
            parent = least
        }
    }
}
