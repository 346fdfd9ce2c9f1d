import BatonAPI
import BatonEngine
import BatonModel
import BatonStore
import Logging
import Synchronization

/// The alarms that held when the log was last looked through.
final class AlarmBoard: Sendable {
    private let known = Mutex<[LogAlarm]>([])

    var alarms: [LogAlarm] {
        get { self.known.withLock { $0 } }
        set { self.known.withLock { $0 = newValue } }
    }
}

extension ReplicaFault {
    /// True where nothing is to be had of the replica any more: the node ends, or the disk has failed. Whoever
    /// watches in the background goes on after any other fault.
    var isLast: Bool { self.isFatal || self.code == "node.stopping" || self.code == "store.closed" }
}

/// Looks through the log for alarms while the node runs: each is said once in the node's own log and once in
/// the audit log; the board has all that hold.
struct AlarmWatch {
    private static let pauseMilliseconds = 1000
    private static let faultMilliseconds = 15_000
    /// How many of the newest audit records are asked for what was told before the last restart.
    private static let auditLines = 1000

    private let worker: StoreWorker
    private let logger: Logger
    private var deltas = -1
    private var told: Set<String> = []

    init(_ worker: StoreWorker, logger: Logger) {
        self.worker = worker
        self.logger = logger
    }

    /// Looks at once, and then whenever the log has grown, until it is cancelled or the replica closes.
    mutating func run() async {
        var hasAsked = false
        while !Task.isCancelled {
            var pause = Self.pauseMilliseconds
            do throws(ReplicaFault) {
                if !hasAsked { self.told = try await self.toldBefore() }
                hasAsked = true
                try await self.look()
            } catch {
                self.logger.debug("the watch for alarms failed", metadata: ["code": "\(error.code)"])
                guard !error.isLast else { return }
                // A full disk is free again some day, and what was found has then still to be told.
                self.deltas = -1
                pause = Self.faultMilliseconds
            }
            try? await Task.sleep(for: .milliseconds(pause))
        }
    }

    private func toldBefore() async throws(ReplicaFault) -> Set<String> {
        let lines = try await self.worker.read { store throws(ReplicaFault) in
            try store.auditTail(limit: Self.auditLines)
        }.get()
        return Set(lines.map(\.record).filter { $0.kind == .alarmRaised }.map(\.detail))
    }

    private mutating func look() async throws(ReplicaFault) {
        let known = self.deltas
        let found = try await self.worker.read { store throws(ReplicaFault) in
            let count = try store.logLength()
            return (count: count, alarms: count == known ? nil : try store.alarms())
        }.get()
        self.deltas = found.count
        guard let alarms = found.alarms else { return }
        self.worker.alarms.alarms = alarms
        for alarm in alarms where !self.told.contains(alarm.key) {
            try await self.tell(alarm)
            self.told.insert(alarm.key)
        }
    }

    private func tell(_ alarm: LogAlarm) async throws(ReplicaFault) {
        let view = AlarmView(alarm)
        self.logger.error(
            "alarm", metadata: ["code": "\(view.code)", "reason": "\(view.message)", "hint": "\(view.hint)"])
        let record = AuditRecord(
            kind: .alarmRaised, atMilliseconds: NodeClock.wallMilliseconds, site: SiteID(view.site),
            detail: alarm.key)
        try await self.worker.change { store throws(ReplicaFault) in try store.append(audit: record) }.get()
    }
}
