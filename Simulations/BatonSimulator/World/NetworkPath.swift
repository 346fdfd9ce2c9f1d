import BatonEngine
package import BatonModel

/// How long bytes take from one site to another.
package enum DelayModel: Sendable, Hashable {
    case constant(milliseconds: UInt64)
    /// Exponential above a third of the mean, which no packet beats.
    case exponential(meanMilliseconds: UInt64)
    /// Log-normal: `percent` is sigma in hundredths. Sydney to the US west coast is about 75 ms, 20.
    case logNormal(medianMilliseconds: UInt64, percent: UInt64)
    /// Pareto with exponent 1.5, capped at 200 times the least: now and then a packet takes seconds.
    case heavyTail(leastMilliseconds: UInt64)

    /// - Parameter drawn: 64 random bits.
    func delay(_ drawn: UInt64) -> UInt64 {
        switch self {
        case .constant(let milliseconds): return milliseconds
        case .exponential(let mean):
            // -ln(u) from its integer and fractional powers of two, in thousandths.
            return mean / 3 + mean * 2 / 3 * Self.negativeLogThousandths(drawn) / 1_000
        case .logNormal(let median, let percent):
            // The sum of twelve uniform draws is normal enough: six sigma wide, and the same on any machine.
            var sum = Int64(0)
            var random = SeededRandom(seed: drawn)
            for _ in 0..<12 { sum += Int64(random.next() % 1_001) }
            let exponent = (sum - 6_000) * Int64(percent) / 100
            return Self.scaled(median, exponentThousandths: exponent)
        case .heavyTail(let least):
            // u^(-2/3): e to two thirds of the exponential draw.
            let exponent = Int64(Self.negativeLogThousandths(drawn)) * 2 / 3
            return min(Self.scaled(least, exponentThousandths: exponent), least * 200)
        }
    }

    /// -ln(u) of a uniform draw, in thousandths, by integers alone.
    private static func negativeLogThousandths(_ drawn: UInt64) -> UInt64 {
        let uniform = drawn | 1
        let zeros = UInt64(uniform.leadingZeroBitCount)
        // The next ten bits after the leading one: u = 2^-(zeros+1) × (1 + fraction/1024).
        let fraction = zeros >= 53 ? 0 : (uniform << (zeros + 1)) >> 54
        let log2Thousandths = (zeros + 1) * 1_000 - Self.log2OnePlus(fraction)
        return log2Thousandths * 693 / 1_000
    }

    /// log2(1 + x/1024) in thousandths, by x + 0.35 x (1 - x), right within a hundredth.
    private static func log2OnePlus(_ fraction: UInt64) -> UInt64 {
        let x = fraction * 1_000 / 1_024
        return x + 350 * x * (1_000 - x) / 1_000_000
    }

    /// value × e^(exponent/1000), by squaring e^(1/1000) in fixed point.
    private static func scaled(_ value: UInt64, exponentThousandths exponent: Int64) -> UInt64 {
        let one: UInt64 = 1 << 20
        let base: UInt64 = exponent >= 0 ? 1_049_625 : 1_047_528
        var result = one
        var power = base
        var left = UInt64(min(abs(exponent), 9_000))
        while left > 0 {
            if left & 1 == 1 { result = result * power >> 20 }
            power = power * power >> 20
            left >>= 1
        }
        return max(1, value * result >> 20)
    }
}

/// One direction between two sites, and what is wrong with it.
struct NetworkPath {
    var delay: DelayModel
    /// Nothing gets through and nobody is told: bytes wait, as TCP sends them again until they pass.
    var isBlocked = false
    /// A piece in this many thousand is lost and sent again.
    var lossPermille = 0
    /// Nil without a cap.
    var bytesPerMillisecond: Double?
    /// Every byte by itself, up to a frame's first 400.
    var isDribbling = false
    /// After so many more bytes the stream stands still for so long.
    var stall: (bytes: Int, milliseconds: UInt64)?
    /// After so many more bytes the connection breaks.
    var resetAfterBytes: Int?
    var held: [(link: LinkID, parcel: Parcel)] = []
}

/// A direction between two sites.
package struct Direction: Hashable, Comparable, Sendable {
    package let from: SiteID
    package let to: SiteID

    package init(_ from: SiteID, _ to: SiteID) {
        self.from = from
        self.to = to
    }

    package var reversed: Direction { Direction(self.to, self.from) }

    package static func < (left: Direction, right: Direction) -> Bool {
        (left.from, left.to) < (right.from, right.to)
    }
}
