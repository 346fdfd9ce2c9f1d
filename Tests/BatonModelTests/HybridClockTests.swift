import BatonModel
import Testing

@Suite("HybridClock")
struct HybridClockTests {
    @Test("stamps rise strictly even when the wall clock stands still or goes back")
    func rises() {
        var clock = HybridClock()
        var last = HybridTime.zero
        for wall in [1_000, 1_000, 999, 5, 2_000, 2_000] as [UInt64] {
            let stamp = clock.tick(wallMilliseconds: wall)
            #expect(stamp > last)
            last = stamp
        }
        #expect(last.milliseconds == 2_000)
        #expect(last.counter == 1)
    }

    @Test("a full counter carries into the next millisecond")
    func carries() {
        var clock = HybridClock(latest: HybridTime(milliseconds: 7, counter: .max))
        #expect(clock.tick(wallMilliseconds: 7) == HybridTime(milliseconds: 8, counter: 0))
    }

    @Test("a stamp beyond the bound is reported and never followed")
    func bounded() {
        var clock = HybridClock(skewMillisecondsMax: 100)
        let isFollowed = clock.observe(HybridTime(milliseconds: 1_100, counter: 0), wallMilliseconds: 1_000)
        #expect(isFollowed)
        #expect(clock.latest.milliseconds == 1_100)
        let isFar = !clock.observe(HybridTime(milliseconds: 1_102, counter: 0), wallMilliseconds: 1_001)
        #expect(isFar)
        #expect(clock.latest.milliseconds == 1_100)
    }
}
