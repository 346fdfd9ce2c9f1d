import BatonEngine
import BatonModel
import BatonProtocol

/// Two sites' engines and real databases, joined by a wire that is computed, not slept.
///
/// Time is virtual, in milliseconds. What a site does (a step of the engine, a read, a check of signatures, a
/// transaction with its disk syncs) takes the time that it really took here, one thread each, as in a node.
/// The wire takes what a path of the given round trip and rate takes: both connections of a pair share one
/// bottleneck a direction, each in slow start from ten segments. There is no loss. As in a node, the urgent
/// lane overtakes bulk at the writing and at the verifying thread, and a link with too many chunks under way is
/// not read. Urgent chunks that wait share a transaction; unlike in a node each bulk chunk is one of its own,
/// which is where a node's transaction ends when something urgent waits.
final class BenchWire {
    private struct Event {
        enum What {
            case input(EngineInput)
            /// The node's writing thread takes what comes next.
            case write
        }

        let at: Double
        let number: Int
        let node: Int
        let what: What
    }

    private struct End {
        let node: Int
        let other: LinkID
        var queue: [ArraySlice<UInt8>] = []
        var queued = 0
        var inFlight = 0
        /// What TCP lets be on its way.
        var window = 14_600
        var isCongested = false
        var isPaused = false
        /// Came while the link was not read.
        var held: [[UInt8]] = []
    }

    private static let windowMax = 4 << 20
    private static let segment = 1_460
    private static let handshakes = 3.0

    let nodes: [BenchNode]
    private(set) var now = 0.0
    private(set) var bytesSent = [0, 0]
    /// How long each segment waited for the path, by the node that sent it; milliseconds.
    private(set) var waits: [[Double]] = [[], []]
    /// Seconds in which this thread was ready and others had the processors: not in any figure.
    private(set) var contended = 0.0
    private let runQueue = RunQueue()
    let roundTrip: Double
    private let bytesPerMillisecond: Double
    private let limits = WireLimits.standard
    private var queue: [Event] = []
    private var acknowledged: [(at: Double, link: LinkID, bytes: Int)] = []
    private var eventCount = 0
    private var ends: [LinkID: End] = [:]
    private var linkCount: UInt64 = 0
    private var wireFree = [0.0, 0.0]

    /// - Parameter roundTrip: Milliseconds.
    /// - Parameter assumed: A have-set that both state, whatever they hold.
    init(_ sites: [BenchSite], roundTrip: Double, megabits: Double, assumed: HaveSet? = nil) throws {
        self.nodes = [
            try BenchNode(sites[0], dials: [], assumed),
            try BenchNode(sites[1], dials: [sites[0].member.site], assumed),
        ]
        self.roundTrip = roundTrip
        self.bytesPerMillisecond = megabits * 1_000_000 / 8 / 1_000
    }

    /// Node 1 dials node 0; the clock starts with its first SYN.
    func connect() { for node in self.nodes.indices { self.schedule(.started, at: node, self.now) } }

    /// Authors at a node now, as one person's change.
    ///
    /// - Returns: The change, and when its commit returned.
    func author(_ node: Int, _ change: CaseChange) throws -> (DeltaReference, Double) {
        let (report, took) = try self.timed { try self.nodes[node].site.authorOne(change, wall: self.wall) }
        guard let added = report.added.first else { throw BenchFault("a change was not written") }
        let done = self.nodes[node].take(.writing, from: self.now, took)
        self.schedule(.authored(report), at: node, done)
        return (added.reference, done)
    }

    var wall: UInt64 { BenchNode.wallBase + UInt64(self.now) }

    /// Lets time pass until a condition holds; false when nothing happens any more, or too late.
    func run(until limit: Double, _ isDone: () throws -> Bool) throws -> Bool {
        while let next = self.popNext(limit) {
            self.now = max(self.now, next.at)
            try self.deliver(next)
            if try isDone() { return true }
        }
        self.now = max(self.now, limit)
        return try isDone()
    }

    private func popNext(_ limit: Double) -> Event? {
        while let first = self.acknowledged.first,
            first.at <= (self.queue.last?.at ?? .infinity), first.at <= limit
        {
            self.acknowledged.removeFirst()
            self.now = max(self.now, first.at)
            self.ends[first.link]?.inFlight -= first.bytes
            if let end = self.ends[first.link] {
                self.ends[first.link]?.window = min(Self.windowMax, end.window + first.bytes)
            }
            self.pump(first.link)
        }
        guard let next = self.queue.last, next.at <= limit else { return nil }
        return self.queue.removeLast()
    }

    /// Later events stand first, so that the next one is taken from the end.
    private func schedule(_ input: EngineInput, at node: Int, _ time: Double) {
        self.schedule(.input(input), at: node, time)
    }

    private func schedule(_ what: Event.What, at node: Int, _ time: Double) {
        self.eventCount += 1
        let event = Event(at: time, number: self.eventCount, node: node, what: what)
        var low = 0
        var high = self.queue.count
        while low < high {
            let middle = (low + high) / 2
            let other = self.queue[middle]
            if (other.at, other.number) > (event.at, event.number) { low = middle + 1 } else { high = middle }
        }
        self.queue.insert(event, at: low)
    }

    /// Does something for real. Gives the milliseconds that it took, but for those in which other programs had
    /// the processors: the disk's time counts, a busy machine's does not.
    func timed<Value>(_ body: () throws -> Value) rethrows -> (Value, Double) {
        var watch = Stopwatch()
        let before = self.runQueue.waited
        let value = try watch.time(body)
        let waited = self.runQueue.waited - before
        self.contended += waited
        return (value, max(0, watch.seconds - waited) * 1_000)
    }

    private func deliver(_ event: Event) throws {
        let node = self.nodes[event.node]
        guard case .input(let input) = event.what else { return try self.write(at: event.node) }
        if case .bytesReceived(let link, let bytes) = input, self.ends[link]?.isPaused == true {
            self.ends[link]?.held.append(bytes)
            return
        }
        if case .timerFired(let timer) = input, node.timers.removeValue(forKey: timer) != event.number {
            return
        }
        let time = EngineTime(
            monotonicMilliseconds: UInt64(self.now), wallMilliseconds: self.wall)
        let (actions, took) = self.timed { node.engine.step(input, at: time) }
        let at = node.take(.engine, from: self.now, took)
        for action in actions { try self.perform(action, event.node, at) }
    }

    private func perform(_ action: EngineAction, _ number: Int, _ at: Double) throws {
        let node = self.nodes[number]
        switch action {
        case .dial(_, let purpose): self.dial(from: number, purpose, at)
        case .send(let link, let bytes): self.send(bytes, on: link)
        case .close(let link): self.ends[link] = nil
        case .verify(let work, let job, let lane):
            let (outcome, took) = self.timed { node.site.verify(job) }
            self.schedule(.verified(work, outcome), at: number, node.take(.verifying(lane), from: at, took))
        case .apply(let work, let batch, let lane):
            node.writes[lane, default: []].append((work, batch))
            self.schedule(.write, at: number, node.take(.writing, from: at, 0))
        case .load(let work, let order, _):
            let (answer, took) = try self.timed { try node.site.answer(order) }
            self.schedule(.loaded(work, .success(answer)), at: number, node.take(.reading, from: at, took))
        case .startTimer(let timer, let delay):
            self.schedule(.timerFired(timer), at: number, at + Double(delay))
            node.timers[timer] = self.eventCount
        case .cancelTimer(let timer): node.timers[timer] = nil
        case .saveReceipt(_, let receipt): node.receipts.append((receipt.receipt, at))
        case .note(let note): node.notes.append(note)
        case .pauseReading(let link): self.ends[link]?.isPaused = true
        case .resumeReading(let link): self.resume(link, of: number)
        case .saveMembership, .peerStated, .compared: break
        }
    }

    /// Commits what waits of the first lane that has something: urgent batches together, bulk one by one.
    private func write(at number: Int) throws {
        let node = self.nodes[number]
        let free = node.take(.writing, from: self.now, 0)
        if free > self.now { return self.schedule(.write, at: number, free) }
        guard let lane = LinkPurpose.allCases.first(where: { node.writes[$0]?.isEmpty == false }) else {
            return
        }
        let waiting = node.writes[lane] ?? []
        let taken = lane == .urgent ? waiting : Array(waiting.prefix(1))
        node.writes[lane]?.removeFirst(taken.count)
        let (reports, took) = try self.timed { try node.site.merge(taken.map(\.1), wall: self.wall) }
        let done = node.take(.writing, from: self.now, took)
        for (job, report) in zip(taken, reports) {
            node.committed(report, at: done)
            self.schedule(.input(.applied(job.0, .success(report))), at: number, done)
        }
        self.schedule(.write, at: number, done)
    }

    private func resume(_ link: LinkID, of node: Int) {
        self.ends[link]?.isPaused = false
        let held = self.ends[link]?.held ?? []
        self.ends[link]?.held = []
        for bytes in held { self.schedule(.bytesReceived(link, bytes), at: node, self.now) }
    }

    // The wire.

    private func dial(from node: Int, _ purpose: LinkPurpose, _ at: Double) {
        let (near, far) = (LinkID(self.linkCount + 1), LinkID(self.linkCount + 2))
        self.linkCount += 2
        self.ends[near] = End(node: node, other: far)
        self.ends[far] = End(node: 1 - node, other: near)
        for (link, here) in [(near, node), (far, 1 - node)] {
            let isDialler = here == node
            let opening = LinkOpening(
                link: link, site: self.nodes[1 - here].site.member.site, isDialler: isDialler,
                purpose: isDialler ? purpose : nil, localPin: [UInt8](repeating: UInt8(here), count: 32),
                remotePin: [UInt8](repeating: UInt8(1 - here), count: 32))
            // TCP, TLS 1.3, then the request and its answer: half a round trip earlier where it is answered.
            let trips = isDialler ? Self.handshakes : Self.handshakes - 0.5
            self.schedule(.linkOpened(opening), at: here, at + trips * self.roundTrip)
        }
    }

    private func send(_ bytes: [UInt8], on link: LinkID) {
        guard var end = self.ends[link] else { return }
        end.queue.append(bytes[...])
        end.queued += bytes.count
        self.bytesSent[end.node] += bytes.count
        if !end.isCongested, end.queued > self.limits.queuedBytesMax {
            end.isCongested = true
            self.schedule(.linkCongested(link), at: end.node, self.now)
        }
        self.ends[link] = end
        self.pump(link)
    }

    /// Gives the path as much as TCP's window allows.
    private func pump(_ link: LinkID) {
        guard var end = self.ends[link] else { return }
        while let first = end.queue.first, end.inFlight < end.window {
            let count = min(first.count, Self.segment)
            let piece = first.prefix(count)
            end.queue[0] = first.dropFirst(count)
            if end.queue[0].isEmpty { end.queue.removeFirst() }
            end.queued -= count
            end.inFlight += count
            let start = max(self.now, self.wireFree[end.node])
            self.waits[end.node].append(start - self.now)
            // 78 bytes of Ethernet, IP, TCP and TLS a segment.
            self.wireFree[end.node] = start + Double(count + 78) / self.bytesPerMillisecond
            let arrival = self.wireFree[end.node] + self.roundTrip / 2
            self.schedule(
                .bytesReceived(end.other, Array(piece)), at: self.ends[end.other]?.node ?? 0, arrival)
            self.acknowledge(link, count, arrival + self.roundTrip / 2)
        }
        if end.isCongested, end.queued < self.limits.queuedBytesMax / 4 {
            end.isCongested = false
            self.schedule(.linkDrained(link), at: end.node, self.now)
        }
        self.ends[link] = end
    }

    private func acknowledge(_ link: LinkID, _ bytes: Int, _ at: Double) {
        let place = self.acknowledged.lastIndex { $0.at <= at }.map { $0 + 1 } ?? 0
        self.acknowledged.insert((at, link, bytes), at: place)
    }
}

/// A node of the virtual wire: an engine over a real database.
final class BenchNode {
    enum Thread: Hashable {
        case engine
        case reading
        case writing
        case verifying(LinkPurpose)
    }

    static let wallBase: UInt64 = 1_764_000_000_000

    let site: BenchSite
    fileprivate(set) var engine: SyncEngine
    fileprivate var timers: [EngineTimer: Int] = [:]
    fileprivate(set) var receipts: [(receipt: Receipt, at: Double)] = []
    fileprivate(set) var notes: [EngineNote] = []
    /// When each delta's commit returned.
    private(set) var commits: [DeltaReference: Double] = [:]
    /// What waits for the writing thread.
    fileprivate var writes: [LinkPurpose: [(WorkID, IncomingBatch)]] = [:]
    private var free: [Thread: Double] = [:]

    init(_ site: BenchSite, dials peers: [SiteID], _ assumed: HaveSet?) throws {
        self.site = site
        self.engine = try site.engine(dials: peers, assumed: assumed)
    }

    /// How often a peer's have-set made this node plan what to send.
    var catchUpsPlanned: Int { self.notes.count { if case .catchUpStarted = $0 { true } else { false } } }

    /// Gives a thread work of some milliseconds; it is done when the thread has done it.
    func take(_ thread: Thread, from at: Double, _ milliseconds: Double) -> Double {
        let done = max(at, self.free[thread] ?? 0) + milliseconds
        self.free[thread] = done
        return done
    }

    fileprivate func committed(_ report: ApplyReport, at time: Double) {
        for added in report.added { self.commits[added.reference] = time }
    }
}
