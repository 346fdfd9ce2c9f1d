@testable import BatonEncoding

/// SplitMix64: a sequence that depends on its seed alone, so that a failing case can be run again.
struct Generator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var word = self.state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        Int(self.next() % UInt64(bound))
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: self.next()) }
    }

    /// An integer whose width is uniform, so that every head length is drawn often.
    mutating func integer() -> UInt64 {
        self.next() >> UInt64(self.below(64))
    }

    mutating func text() -> String {
        let letters: [Character] = [
            "a", "z", "0", "\u{e9}", "e\u{301}", "\u{6c34}", "\u{10151}", "\u{0}", "\"",
        ]
        return String((0..<self.below(30)).map { _ in letters[self.below(letters.count)] })
    }

    /// A float drawn from all three widths and their special values.
    mutating func float() -> Double {
        switch self.below(4) {
        case 0: return Double(Float16(bitPattern: UInt16(truncatingIfNeeded: self.next())))
        case 1: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: self.next())))
        case 2: return Double(bitPattern: self.next())
        default:
            let special: [Double] = [
                0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 65504, 65536, 0.1,
            ]
            return special[self.below(special.count)]
        }
    }

    mutating func scalar() -> CBORValue {
        switch self.below(9) {
        case 0: return .unsigned(self.integer())
        case 1: return .negative(self.integer())
        case 2: return .bytes(self.bytes(self.below(300)))
        case 3: return .text(self.text())
        case 4: return .bool(self.below(2) == 0)
        case 5: return .null
        case 6: return .undefined
        case 7: return .simple(UInt8(self.below(2) == 0 ? self.below(20) : 32 + self.below(224)))
        default: return .float(self.float())
        }
    }

    /// A tree at most `depth` levels deep.
    ///
    /// - Parameter plainKeys: Keep the keys of each map to integers of one sign, byte strings or texts. Such
    ///   keys sort alike bytewise and length-first, so an implementation of either order agrees.
    mutating func value(depth: Int, plainKeys: Bool = false) -> CBORValue {
        guard depth > 0 else { return self.scalar() }
        switch self.below(6) {
        case 0, 1:
            return .array((0..<self.below(7)).map { _ in self.value(depth: depth - 1, plainKeys: plainKeys) })
        case 2, 3: return self.map(depth: depth, plainKeys: plainKeys)
        // Far from the tag numbers that cbor2 turns into objects of its own.
        case 4:
            return .tagged(65_000 + (self.integer() >> 1), self.value(depth: depth - 1, plainKeys: plainKeys))
        default: return self.scalar()
        }
    }

    /// A map whose pairs are in the order decoding yields.
    private mutating func map(depth: Int, plainKeys: Bool) -> CBORValue {
        var pairs: [[UInt8]: CBORPair] = [:]
        let kind = self.below(4)
        for _ in 0..<self.below(9) {
            let key = plainKeys ? self.plainKey(kind) : self.value(depth: depth - 1)
            let value = self.value(depth: depth - 1, plainKeys: plainKeys)
            pairs[CBORValue.encode(key)] = CBORPair(key: key, value: value)
        }
        return .map(pairs.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { $0.value })
    }

    private mutating func plainKey(_ kind: Int) -> CBORValue {
        switch kind {
        case 0: .unsigned(self.integer())
        case 1: .negative(self.integer())
        case 2: .bytes(self.bytes(self.below(40)))
        default: .text(self.text())
        }
    }
}
