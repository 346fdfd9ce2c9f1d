import BatonCrypto
import BatonEngine
import BatonModel
import BatonStore

/// Checks in the background the signatures that a merge took for granted: those inside a run, which its last
/// one vouches for.
///
/// It walks the log in order of arrival, a page at a time, and yields: a page begins only when nothing was
/// written for a while. What it finds becomes an alarm (`LogAlarm.wrongSignature`); the delta stays. How far
/// it is, is written down, so that a restart goes on from there.
struct SignatureCheck {
    /// Deltas of a page: about 20 ms of one processor.
    private static let pageDeltas = 250
    /// Pages between two notes of how far it is: each note is a commit.
    private static let pagesPerNote = 40
    private static let idleMilliseconds = 2000
    private static let pauseMilliseconds = 20
    private static let faultMilliseconds = 15_000

    private let worker: StoreWorker
    private let lane: WriteLane
    private let trust: TrustBoard
    private var progress = SignatureProgress()
    private var untold = 0

    init(_ worker: StoreWorker, lane: WriteLane, trust: TrustBoard) {
        self.worker = worker
        self.lane = lane
        self.trust = trust
    }

    /// Goes on until it is cancelled or the replica closes.
    mutating func run() async {
        while !Task.isCancelled {
            do throws(ReplicaFault) {
                try await self.checkAll()
            } catch {
                // After any other fault, a full disk among them, the check goes on from what was written down.
                guard !error.isLast else { return }
                try? await Task.sleep(for: .milliseconds(Self.faultMilliseconds))
            }
        }
    }

    private mutating func checkAll() async throws(ReplicaFault) {
        self.untold = 0
        self.progress = try await self.worker.read { store throws(ReplicaFault) in
            try store.signatureProgress()
        }.get()
        while !Task.isCancelled {
            let before = self.lane.takenCount
            try? await Task.sleep(for: .milliseconds(Self.idleMilliseconds))
            while !Task.isCancelled, self.lane.takenCount == before, try await self.checkPage() {
                try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
            }
            try await self.note()
        }
    }

    /// - Returns: False at the end of the log.
    private mutating func checkPage() async throws(ReplicaFault) -> Bool {
        let after = self.progress.checked
        let page = try await self.worker.read(.bulk) { store throws(ReplicaFault) in
            try store.log(after: after, limit: Self.pageDeltas)
        }.get()
        guard let last = page.last else { return false }
        let audit = SignatureAudit(membership: self.trust.membership)
        // Nil once the node stops: the page is checked again after the next start.
        guard let wrong = await self.worker.check(page.map(\.delta), by: audit) else { return false }
        self.progress.checked = last.arrival
        self.untold += 1
        let room = SignatureProgress.wrongMax - self.progress.wrong.count
        self.progress.wrong += wrong.prefix(max(0, room)).map(\.id)
        if !wrong.isEmpty || self.untold >= Self.pagesPerNote { try await self.note() }
        return true
    }

    /// Writes down how far the check is.
    private mutating func note() async throws(ReplicaFault) {
        guard self.untold > 0 else { return }
        self.untold = 0
        let progress = self.progress
        try await self.worker.change { store throws(ReplicaFault) in
            try store.save(signatureProgress: progress)
        }.get()
    }
}
