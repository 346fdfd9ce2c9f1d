import BatonEngine
import BatonModel

/// Where the rows of a transaction go: to SQLite at once, or to the thread that writes behind it.
@safe final class RowOutput {
    private let writer: RowWriter
    private let lane: RowLane?
    /// True while the thread may have rows: the connection is not the transaction's then.
    private var isBehind = false

    init(_ connection: Connection, hasThread: Bool) throws(ReplicaFault) {
        self.writer = try RowWriter(connection)
        self.lane = hasThread ? try RowLane(self.writer) : nil
    }

    // A replica that could not be opened whole never closes it.
    deinit { self.lane?.stop() }

    /// Hands on rows while the transaction goes on.
    func put(_ rows: consuming RowBuffer) throws(ReplicaFault) {
        guard let lane = self.lane else { return try self.writer.write(rows) }
        self.isBehind = true
        lane.put(rows)
    }

    /// Has states freed by the thread, where there is one.
    func free(_ states: consuming [DocumentState]) { self.lane?.free(states) }

    /// Writes rows after all that were put.
    func writeAll(_ rows: consuming RowBuffer) throws(ReplicaFault) {
        try self.drain()
        try self.writer.write(rows)
    }

    func drain() throws(ReplicaFault) {
        guard self.isBehind else { return }
        self.isBehind = false
        try self.lane?.drain()
    }

    func discard() {
        guard self.isBehind else { return }
        self.isBehind = false
        self.lane?.discard()
    }

    /// Ends the thread and lets go of the statements.
    func close() {
        self.lane?.stop()
        self.writer.finalizeStatements()
    }
}
