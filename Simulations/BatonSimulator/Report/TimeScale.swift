/// Where moments stand in a picture: by their rank, so that milliseconds and hours can be seen in one, and quiet
/// time is short.
struct TimeScale {
    /// Moments at which something happened, in order.
    let moments: [UInt64]
    static let left = 70.0

    init(_ story: RunStory) {
        let messages = story.recorder.messages.flatMap { [$0.sentAt, $0.arrivedAt ?? $0.sentAt] }
        let all = story.recorder.entries.map(\.at) + messages + story.recorder.holds.map(\.at)
        self.moments = Set(all.filter { $0 <= story.end } + [0, story.end]).sorted()
    }

    var step: Double { self.moments.count > 400 ? 4 : self.moments.count > 120 ? 9 : 18 }
    var width: Double { self.end + 40 }
    var end: Double { Self.left + Double(self.moments.count) * self.step }

    func x(_ at: UInt64) -> Double {
        var low = 0
        var high = self.moments.count
        while low < high {
            let middle = (low + high) / 2
            if self.moments[middle] < at { low = middle + 1 } else { high = middle }
        }
        return Self.left + Double(low) * self.step
    }

    /// A number as SVG takes it, with one decimal.
    static func short(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
