import BatonEngine
import Testing

@Suite("FlowBudget")
struct FlowBudgetTests {
    /// A path of a given rate and round trip: what is sent is answered when it has been read at its end.
    private struct Path {
        let bytesPerSecond: Int
        let roundTrip: UInt64
        var flow = FlowBudget()
        private(set) var now: UInt64 = 0
        private var free: UInt64 = 0
        private var answers: [(at: UInt64, token: UInt64)] = []

        init(_ bytesPerSecond: Int, roundTrip: UInt64) {
            self.bytesPerSecond = bytesPerSecond
            self.roundTrip = roundTrip
        }

        mutating func send(_ bytes: Int) {
            let token = self.flow.send(bytes, at: self.now)
            self.free = max(self.free, self.now) + UInt64(bytes * 1_000 / self.bytesPerSecond)
            self.answers.append((self.free + self.roundTrip, token))
        }

        /// Lets time pass, a millisecond at least, and answers what has come by then.
        mutating func pass(milliseconds: UInt64 = 1, reading isReading: Bool = true) {
            self.now += milliseconds
            while isReading, let next = self.answers.first, next.at <= self.now {
                _ = self.flow.acknowledge(next.token, at: self.now)
                self.answers.removeFirst()
            }
        }

        mutating func fill(_ chunk: Int) {
            while self.flow.bytesInFlight < self.flow.budget(chunk, queueMilliseconds: 100) {
                self.send(chunk)
            }
        }
    }

    private static func settled(_ bytesPerSecond: Int, roundTrip: UInt64) -> FlowBudget {
        var path = Path(bytesPerSecond, roundTrip: roundTrip)
        for _ in 0..<20_000 {
            path.fill(65_536)
            path.pass()
        }
        return path.flow
    }

    @Test(
        "the budget settles at what the path carries in its round trip and 100 ms", arguments: [0, 40, 160])
    func settles(roundTrip: Int) {
        let rate = 2_500_000
        let flow = Self.settled(rate, roundTrip: UInt64(roundTrip))
        // The shortest round trip seen has a chunk's own time in it.
        let chunkTime = 65_536 * 1_000 / rate
        let most = rate * (roundTrip + 2 * chunkTime + 100) / 1_000
        let budget = Int(flow.budget(65_536, queueMilliseconds: 100))
        #expect(budget >= rate * roundTrip / 1_000)
        #expect(budget <= most * 5 / 4)
    }

    @Test("a rate that was measured far too low is found out, also where three pages fill its budget")
    func recovers() {
        var path = Path(2_500_000, roundTrip: 160)
        for _ in 0..<12 {
            for _ in 0..<3 { path.send(15_400) }
            // The last one's own time on the path, too.
            path.pass(milliseconds: 160 + 19)
        }
        #expect(path.flow.bytesPerSecond < 300_000)
        for _ in 0..<10_000 {
            let page = max(16_384, Int(path.flow.bytes(in: 25) ?? 0))
            // Pages end with a whole change.
            while path.flow.hasRoom(
                forPage: page, smallest: 16_384, bytesMin: 2 * page, queueMilliseconds: 50)
            {
                path.send(page * 94 / 100)
            }
            path.pass()
        }
        #expect(path.flow.bytesPerSecond > 2_250_000)
    }

    @Test("a peer that reads in bursts does not make the path look faster than it is")
    func bursts() {
        var path = Path(2_500_000, roundTrip: 160)
        var most: UInt64 = 0
        for now in UInt64(0)..<20_000 {
            path.fill(65_536)
            // Reads for 300 ms of every 800.
            path.pass(reading: now % 800 < 300)
            if now > 5_000 { most = max(most, path.flow.bytesPerSecond) }
        }
        #expect(most <= 2_500_000 * 5 / 4)
    }

    @Test("single changes on an idle line do not make the path look slow")
    func trickle() {
        var flow = Self.settled(2_500_000, roundTrip: 160)
        let before = flow.bytesPerSecond
        var now: UInt64 = 30_000
        while flow.bytesInFlight > 0 {
            let token = flow.send(1, at: now)
            _ = flow.acknowledge(token, at: now + 1)
        }
        for _ in 0..<50 {
            now += 1_000
            let token = flow.send(300, at: now)
            _ = flow.acknowledge(token, at: now + 160)
        }
        #expect(flow.bytesPerSecond == before)
    }

    @Test("an answer to no mark changes nothing, and a later one speaks for those before")
    func tokens() {
        var flow = FlowBudget()
        let first = flow.send(100, at: 0)
        let second = flow.send(50, at: 1)
        let strange = flow.acknowledge(99, at: 2)
        #expect(!strange)
        #expect(flow.bytesInFlight == 150)
        let known = flow.acknowledge(second, at: 20)
        #expect(known)
        #expect(flow.bytesInFlight == 0)
        let late = flow.acknowledge(first, at: 21)
        #expect(!late)
    }
}
