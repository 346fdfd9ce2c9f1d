import BatonEngine
import Testing

@Suite("FlowBudget")
struct FlowBudgetTests {
    /// A path of a given rate and round trip that answers every mark.
    private static func settled(_ bytesPerSecond: Int, roundTrip: UInt64) -> FlowBudget {
        var flow = FlowBudget()
        var now: UInt64 = 0
        var free: UInt64 = 0
        var answers: [(at: UInt64, token: UInt64)] = []
        for _ in 0..<20_000 {
            while flow.bytesInFlight < flow.budget(65_536, queueMilliseconds: 100) {
                let chunk = 65_536
                let token = flow.send(chunk, at: now)
                free = max(free, now) + UInt64(chunk * 1_000 / bytesPerSecond)
                answers.append((free + roundTrip, token))
            }
            now += 1
            while let next = answers.first, next.at <= now {
                _ = flow.acknowledge(next.token, at: now)
                answers.removeFirst()
            }
        }
        return flow
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
        let (rate, roundTrip) = (2_500_000, UInt64(160))
        var flow = FlowBudget()
        var now: UInt64 = 0
        for _ in 0..<12 {
            let tokens = (0..<3).map { _ in flow.send(15_400, at: now) }
            now += roundTrip
            for token in tokens { _ = flow.acknowledge(token, at: now) }
        }
        #expect(flow.bytesPerSecond < 300_000)
        var free = now
        var answers: [(at: UInt64, token: UInt64)] = []
        for _ in 0..<10_000 {
            let page = max(16_384, Int(flow.bytes(in: 25) ?? 0))
            while flow.hasRoom(forPage: page, smallest: 16_384, bytesMin: 2 * page, queueMilliseconds: 50) {
                // Pages end with a whole change.
                let chunk = page * 94 / 100
                let token = flow.send(chunk, at: now)
                free = max(free, now) + UInt64(chunk * 1_000 / rate)
                answers.append((free + roundTrip, token))
            }
            now += 1
            while let next = answers.first, next.at <= now {
                _ = flow.acknowledge(next.token, at: now)
                answers.removeFirst()
            }
        }
        #expect(Int(flow.bytesPerSecond) > rate * 9 / 10)
    }

    @Test("a peer that reads in bursts does not make the path look faster than it is")
    func bursts() {
        let (rate, roundTrip) = (2_500_000, UInt64(160))
        var flow = FlowBudget()
        var free: UInt64 = 0
        var most = 0
        var arrived: [(at: UInt64, token: UInt64)] = []
        for now in UInt64(0)..<20_000 {
            while flow.bytesInFlight < flow.budget(65_536, queueMilliseconds: 100) {
                let token = flow.send(65_536, at: now)
                free = max(free, now) + UInt64(65_536 * 1_000 / rate)
                arrived.append((free + roundTrip, token))
            }
            // Reads for 300 ms of every 800.
            while now % 800 < 300, let next = arrived.first, next.at <= now {
                _ = flow.acknowledge(next.token, at: now)
                arrived.removeFirst()
            }
            if now > 5_000 { most = max(most, Int(flow.bytesPerSecond)) }
        }
        #expect(most <= rate * 5 / 4)
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
