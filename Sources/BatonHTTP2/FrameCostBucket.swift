/// Counts what a peer's cheap frames cost; a token bucket with time as an argument.
struct FrameCostBucket {
    let costs: FrameCosts
    /// Thousandths of a token, so that refilling by milliseconds needs no fractions.
    private var balance: Int
    private var refilledAt: UInt64?

    init(costs: FrameCosts) {
        self.costs = costs
        self.balance = costs.budget * 1_000
    }

    /// Adds the tokens earned since the last call.
    ///
    /// - Units: `now` is monotonic milliseconds; a step back earns nothing.
    mutating func refill(now: UInt64) {
        defer { self.refilledAt = max(now, self.refilledAt ?? now) }
        guard let before = self.refilledAt, now > before else { return }
        let cap = self.costs.budget * 1_000
        // An hour fills any sensible bucket; the bound keeps the product small.
        let elapsed = Int(min(now - before, 3_600_000))
        self.balance = min(cap, self.balance + elapsed * self.costs.refillPerSecond)
    }

    /// Takes the price of one frame and says whether the peer could pay it.
    mutating func spend(_ cost: Int) -> Bool {
        self.balance -= cost * 1_000
        return self.balance >= 0
    }
}
