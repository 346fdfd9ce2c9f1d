/// Bounds the bytes that may be on their way on one connection, so that bulk never fills the path's queues:
/// what the path carries in its shortest round trip, and a little time more.
///
/// Each chunk is followed by a mark, which the peer answers once it has read everything before. The rate is
/// the best one seen lately. A sample reaches back to the answer before the mark was sent: a peer that has
/// paused reads everything at once afterwards, and its answers then come faster than the path carries bytes.
/// - Source: Cheng et al., "Delivery Rate Estimation", draft-cheng-iccrg-delivery-rate-estimation, section 2.2.
package struct FlowBudget: Sendable {
    private struct Mark {
        let token: UInt64
        let sent: UInt64
        let acknowledgedBefore: UInt64
        /// When `acknowledgedBefore` was reached; when nothing was on its way, the time of sending.
        let countedFrom: UInt64
        let at: UInt64
        /// True where so little was on its way that the answer says nothing of what the path carries.
        let isTrickle: Bool
    }

    private static let samplesMax = 10
    private static let trickleBytes = 16_384

    private var marks: [Mark] = []
    private var nextToken: UInt64 = 1
    private var sent: UInt64 = 0
    private var acknowledged: UInt64 = 0
    private var acknowledgedAt: UInt64 = 0
    /// Bytes a second, newest last.
    private var samples: [UInt64] = []
    private var roundTrip: UInt64?

    package init() {}

    /// The best rate of the last samples, bytes a second; 0 before the first.
    package var bytesPerSecond: UInt64 { self.samples.max() ?? 0 }
    package var roundTripMilliseconds: UInt64? { self.roundTrip }
    package var bytesInFlight: UInt64 { self.sent - self.acknowledged }

    /// How many bytes take a time on the path; nil before a rate has been measured.
    package func bytes(in milliseconds: UInt64) -> UInt64? {
        self.samples.isEmpty ? nil : self.bytesPerSecond.multipliedSaturating(by: milliseconds) / 1000
    }

    package func budget(_ bytesMin: Int, queueMilliseconds: UInt64) -> UInt64 {
        let time = (self.roundTrip ?? 0) + queueMilliseconds
        return max(UInt64(bytesMin), self.bytesPerSecond.multipliedSaturating(by: time) / 1000)
    }

    /// Says whether another page may follow what is on its way.
    ///
    /// A page of the smallest size may reach beyond the budget. Where a rate was once measured far too low, three of
    /// them filled a budget that the fourth was just too large for, and the path was never found to carry more.
    package func hasRoom(
        forPage page: Int, smallest: Int, bytesMin: Int, queueMilliseconds: UInt64
    ) -> Bool {
        let budget = self.budget(bytesMin, queueMilliseconds: queueMilliseconds)
        if page <= smallest, self.bytesInFlight >= UInt64(bytesMin) { return self.bytesInFlight < budget }
        return self.bytesInFlight + UInt64(page) <= budget
    }

    /// Notes a chunk.
    ///
    /// - Returns: The token of the mark that is to follow it.
    package mutating func send(_ bytes: Int, at now: UInt64) -> UInt64 {
        let countedFrom = self.bytesInFlight == 0 ? now : self.acknowledgedAt
        let isTrickle = self.bytesInFlight == 0 && bytes < Self.trickleBytes
        self.sent += UInt64(bytes)
        let token = self.nextToken
        self.nextToken += 1
        self.marks.append(
            Mark(
                token: token, sent: self.sent, acknowledgedBefore: self.acknowledged,
                countedFrom: countedFrom, at: now, isTrickle: isTrickle))
        return token
    }

    /// Takes the answer to a mark. Any other token changes nothing.
    ///
    /// - Returns: True when it was one of ours.
    package mutating func acknowledge(_ token: UInt64, at now: UInt64) -> Bool {
        guard let index = self.marks.firstIndex(where: { $0.token == token }) else { return false }
        let mark = self.marks[index]
        self.marks.removeFirst(index + 1)
        self.acknowledged = mark.sent
        self.acknowledgedAt = now
        let time = max(1, now - min(now, mark.at))
        self.roundTrip = min(self.roundTrip ?? time, time)
        let counted = max(1, now - min(now, mark.countedFrom))
        let rate = (self.acknowledged - mark.acknowledgedBefore).multipliedSaturating(by: 1000) / counted
        guard !mark.isTrickle || rate > self.bytesPerSecond else { return true }
        self.samples.append(rate)
        if self.samples.count > Self.samplesMax { self.samples.removeFirst() }
        return true
    }
}

extension UInt64 {
    fileprivate func multipliedSaturating(by other: UInt64) -> UInt64 {
        let (product, isOver) = self.multipliedReportingOverflow(by: other)
        return isOver ? .max : product
    }
}
