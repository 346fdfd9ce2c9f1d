import BatonEngine
import BatonModel

/// Where the rows of a transaction go: to SQLite at once, or to the thread that writes behind it.
@safe final class RowOutput {
    private let writer: RowWriter
    private let lane: RowLane?
    /// True while the thread may have rows: the connection is not the transaction's then.
    private(set) var isBehind = false
    /// A buffer to use again, where no thread has them.
    private var spare: [RowBuffer] = []

    init(_ connection: Connection, hasThread: Bool) throws(ReplicaFault) {
        self.writer = try RowWriter(connection)
        self.lane = hasThread ? try RowLane(self.writer) : nil
    }

    // A replica that could not be opened whole never closes it.
    deinit { self.lane?.stop() }

    /// Hands on rows while the transaction goes on.
    func put(_ rows: consuming RowBuffer) throws(ReplicaFault) {
        guard let lane = self.lane else {
            try self.writer.write(rows)
            return self.recycle(rows)
        }
        self.isBehind = true
        lane.put(rows)
    }

    /// Has something done with the connection after all rows that were put: by the thread, where there is one,
    /// and then a failure shows at the next `drain`.
    func later(_ work: @escaping () throws(ReplicaFault) -> Void) throws(ReplicaFault) {
        guard let lane = self.lane else { return try work() }
        self.isBehind = true
        lane.put(work)
    }

    /// Has documents freed by the thread, where there is one.
    func free(_ documents: consuming [[DocumentID: DocumentCache.Entry]]) { self.lane?.free(documents) }

    /// Writes rows after all that were put.
    func writeAll(_ rows: consuming RowBuffer) throws(ReplicaFault) {
        try self.drain()
        try self.writer.write(rows)
        self.recycle(rows)
    }

    // Buffers are used again: making one costs the kernel a cleared page for each four kilobytes.

    func emptyBuffer() -> RowBuffer {
        if let lane = self.lane { return lane.emptyBuffer() }
        return self.spare.popLast() ?? RowBuffer()
    }

    func recycle(_ rows: consuming RowBuffer) {
        if let lane = self.lane { return lane.recycle(rows) }
        guard self.spare.isEmpty, rows.isWorthKeeping else { return }
        rows.removeAll()
        self.spare.append(rows)
    }

    func drain() throws(ReplicaFault) {
        guard self.isBehind else { return }
        self.isBehind = false
        try self.lane?.drain()
    }

    /// Leaves out what is not done yet.
    ///
    /// - Returns: What has failed behind the transaction and nobody has met yet.
    func discard() -> ReplicaFault? {
        guard self.isBehind else { return nil }
        self.isBehind = false
        return self.lane?.discard()
    }

    /// Ends the thread and lets go of the statements.
    func close() {
        self.lane?.stop()
        self.writer.finalizeStatements()
    }
}
