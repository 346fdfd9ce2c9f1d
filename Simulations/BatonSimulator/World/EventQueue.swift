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
}

/// The one queue of the world: a binary heap by (time, drawn tiebreak). The heap moves keys alone; the events
/// stay where they were put.
struct EventQueue {
    private struct Key {
        let at: UInt64
        let tiebreak: UInt64
        let serial: UInt64
        let slot: Int

        func isBefore(_ other: Key) -> Bool {
            if self.at != other.at { return self.at < other.at }
            if self.tiebreak != other.tiebreak { return self.tiebreak < other.tiebreak }
            return self.serial < other.serial
        }
    }

    private var heap: [Key] = []
    private var slots: [QueuedEvent?] = []
    private var free: [Int] = []
    /// Events that are more than the pulse: while there are any, time may not be skipped.
    private(set) var busyCount = 0

    /// When the first one is due.
    var firstAt: UInt64? { self.heap.first?.at }

    mutating func push(_ event: QueuedEvent) {
        if !event.isPulse { self.busyCount += 1 }
        let slot = self.free.popLast() ?? self.slots.count
        let key = Key(at: event.at, tiebreak: event.tiebreak, serial: event.serial, slot: slot)
        if slot == self.slots.count { self.slots.append(event) } else { self.slots[slot] = event }
        self.heap.append(key)
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard key.isBefore(self.heap[parent]) else { break }
            self.heap[child] = self.heap[parent]
            child = parent
        }
        self.heap[child] = key
    }

    mutating func pop() -> QueuedEvent? {
        guard let first = self.heap.first, let last = self.heap.popLast() else { return nil }
        let event = self.slots[first.slot].take()
        self.free.append(first.slot)
        if event?.isPulse == false { self.busyCount -= 1 }
        guard !self.heap.isEmpty else { return event }
        var parent = 0
        while true {
            var least = 2 * parent + 1
            guard least < self.heap.count else { break }
            if least + 1 < self.heap.count, self.heap[least + 1].isBefore(self.heap[least]) { least += 1 }
            guard self.heap[least].isBefore(last) else { break }
            self.heap[parent] = self.heap[least]
            parent = least
        }
        self.heap[parent] = last
        return event
    }
}
