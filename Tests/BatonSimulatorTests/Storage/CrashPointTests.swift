import BatonEngine
import BatonModel
import BatonSimulator
import BatonStore
import Testing

/// Plays a site that writes, is stopped in the middle of some write of its disk, and starts again on what is
/// left, several times over.
private struct CrashRun {
    var random: SeededRandom
    var writer: CaseWriter
    let here: DiskSite
    let peer: DiskSite
    private(set) var problems: [String] = []
    /// What happened, in words: two runs of one seed must say the same.
    private(set) var trace: [String] = []
    /// Every place of our log that was given out, with the delta that got it.
    private var places: [DeltaReference: DeltaID] = [:]

    init(seed: UInt64) {
        self.random = SeededRandom(seed: seed)
        self.writer = CaseWriter(seed: seed &+ 7)
        let pages = self.random.pick([6, 20, 60, 1000])
        self.here = DiskSite(at: 0, key: seed, checkpointPages: pages)
        self.peer = DiskSite(.memory, at: 1)
    }

    /// Where the disk fails beside stopping: only faults that tell the truth.
    private static let honest: [DiskFault.Kind] = [.stop, .stop, .stop, .syncFails, .writeFails, .full]

    mutating func run(rounds: Int) {
        _ = try? self.peer.start()
        for _ in 0..<rounds { self.round() }
        self.here.machine.disk?.disarmAll()
        self.begin()
        do throws(ReplicaFault) {
            try self.here.pull(from: self.peer)
            try self.peer.pull(from: self.here)
        } catch {
            self.problems.append("the calm end: \(error)")
        }
        if self.here.digest != self.peer.digest { self.problems.append("the replicas differ in the end") }
        self.trace.append("end \(self.here.digest)")
    }

    private mutating func round() {
        self.begin()
        let kind = self.random.pick(Self.honest)
        let fault = DiskFault(kind, after: UInt64(self.random.below(150)))
        self.here.machine.disk?.arm(fault)
        for _ in 0..<40 {
            guard let error = self.step() else { continue }
            self.trace.append("\(error.code)")
            if error.isFatal { break }
        }
        self.end()
    }

    /// Starts, after a start that was stopped in its middle now and then.
    private mutating func begin() {
        let disk = self.here.machine.disk
        disk?.disarmAll()
        while self.random.chance(1, in: 3) {
            disk?.arm(
                DiskFault(self.random.pick([.stop, .stop, .syncFails]), after: UInt64(self.random.below(40))))
            let fault = refusal { () throws(ReplicaFault) in try self.here.start() }
            self.trace.append(fault?.code ?? "started in time")
            disk?.disarmAll()
            self.end()
        }
        do throws(ReplicaFault) {
            let started = try self.here.start()
            self.trace.append(
                "start \(started.context.author) \(started.opened?.rawValue ?? "continued")")
            if let lost = started.lost.first {
                self.problems.append("\(started.lost.count) acknowledged deltas lost, \(lost.reference)")
            }
            self.problems.append(contentsOf: try self.here.machine.compare())
        } catch {
            self.problems.append("refused to start: \(error)")
            self.here.machine.wipe()
            _ = try? self.here.start()
        }
        if let missing = self.here.missing.first { self.problems.append("\(missing) is missing") }
    }

    private mutating func step() -> ReplicaFault? {
        let fault: ReplicaFault?
        if self.random.chance(1, in: 5) {
            _ = try? self.peer.author(self.writer.document(), self.writer.operations())
            fault = refusal { () throws(ReplicaFault) in
                try self.here.pull(from: self.peer, bytesMax: 2_000)
            }
        } else {
            let document = self.writer.document()
            let operations = self.writer.operations()
            fault = refusal { () throws(ReplicaFault) in try self.here.author(document, operations) }
        }
        for delta in self.here.acknowledged.suffix(1) where delta.reference.author.site == self.here.site {
            let known = self.places.updateValue(delta.id, forKey: delta.reference)
            if let known, known != delta.id { self.problems.append("\(delta.reference) was signed twice") }
        }
        self.problems.append(contentsOf: self.here.machine.takeDifferences())
        return fault
    }

    private mutating func end() {
        switch self.random.below(4) {
        case 0: self.here.machine.kill()
        case 1 where !(self.here.machine.disk?.isFrozen ?? false): self.here.machine.close()
        default:
            self.here.machine.losePower(self.random.next(), loss: PowerLoss.drawn(&self.random))
        }
    }
}

@Suite("Crash points of the store")
struct CrashPointTests {
    @Test(
        "what was acknowledged is there after every crash, whatever becomes of unsynced sectors",
        arguments: UInt64(1)...40)
    func acknowledgedSurvive(seed: UInt64) {
        var run = CrashRun(seed: seed)
        run.run(rounds: 6)
        #expect(run.problems == [])
    }

    @Test("a run of crashes goes the same way twice, and another seed another way")
    func determinism() {
        func trace(_ seed: UInt64) -> [String] {
            var run = CrashRun(seed: seed)
            run.run(rounds: 4)
            return run.trace
        }
        #expect(trace(301) == trace(301))
        #expect(trace(301) != trace(302))
    }
}
