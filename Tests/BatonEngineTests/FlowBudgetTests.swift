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
