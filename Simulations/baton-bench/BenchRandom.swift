/// Draws from a seed: SplitMix64. The same seed gives the same cases on every machine.
struct BenchRandom {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(self.next() % UInt64(limit)) }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: self.next() >> 24) }
    }

    /// Words with spaces between, about `length` characters.
    mutating func words(_ length: Int) -> String {
        var text = ""
        while text.utf8.count < length {
            if !text.isEmpty { text += " " }
            text += Self.vocabulary[self.below(Self.vocabulary.count)]
        }
        return text
    }

    private static let vocabulary = [
        "account", "agency", "appeal", "border", "bridge", "caller", "camera", "chat", "child", "clinic",
        "coast",
        "court", "device", "email", "emergency", "escort", "family", "file", "flag", "forum", "ground",
        "harbour",
        "hash", "hold", "image", "island", "keeper", "label", "letter", "location", "market", "minor",
        "night",
        "notice", "number", "officer", "order", "parent", "phone", "photo", "police", "post", "profile",
        "queue",
        "record", "report", "request", "river", "school", "session", "shelter", "station", "street", "threat",
        "ticket", "token", "trace", "upload", "victim", "video", "warrant", "witness",
    ]
}
