import BatonSimulator
import Testing

@Suite struct CustodyRunTests {
    @Test(
        "through the engine, with machines that forget and sites that die, a case has one holder and offers end",
        arguments: 0..<60)
    func run(seed: UInt64) {
        var run = CustodyRun(seed: seed)
        let outcome = run.run()
        #expect(outcome.violations.isEmpty, "seed \(seed): \(outcome.violations)")
    }

    @Test("the custody workload does every kind of act that it is there for")
    func coverage() {
        var kinds: [String: Int] = [:]
        for seed in 0..<30 {
            var run = CustodyRun(seed: UInt64(seed))
            kinds.merge(run.run().kinds) { $0 + $1 }
        }
        for word in [
            "offer", "accept", "decline", "withdraw", "acknowledge", "take", "confirm", "recovered", "depose",
            "reconfirm", "settle",
        ] {
            #expect(kinds[word] ?? 0 > 0, "no \(word)")
        }
    }
}
