// Simple values, floats, and items whose shape is not known beforehand.

extension CBORReader {
    /// A float of any width, provided it is the narrowest that holds its value.
    package mutating func float() throws(CBORError) -> Double {
        let start = self.position
        let type = try self.peekType()
        guard type == .float else { throw .unexpectedType(at: start, expected: .float, got: type) }
        try self.countItem(at: start)
        switch self.source[start] {
        case 0xf9: return try self.half(at: start)
        case 0xfa: return try self.single(at: start)
        default: return try self.double(at: start)
        }
    }

    /// Reads one item of any type as a tree, checking everything under it.
    package mutating func value() throws(CBORError) -> CBORValue {
        try self.value(depth: 0)
    }

    /// Passes over one item of any type, checking everything under it as `value()` does, and returns the
    /// bytes it covers. Nothing is allocated.
    package mutating func skip() throws(CBORError) -> Range<Int> {
        let start = self.position
        try self.skip(depth: 0)
        return start..<self.position
    }

    /// Reads a simple value as its number.
    mutating func simple() throws(CBORError) -> UInt8 {
        let start = self.position
        let type = try self.peekType()
        guard type == .simple else { throw .unexpectedType(at: start, expected: .simple, got: type) }
        try self.countItem(at: start)
        let information = self.source[start] & 0x1f
        switch information {
        case 0..<24:
            self.position = start + 1
            return information
        case 24:
            let value = UInt8(truncatingIfNeeded: try self.word(bytes: 1, at: start))
            guard value >= 32 else { throw .nonCanonical(at: start, .longSimple) }
            return value
        case 31: throw .nonCanonical(at: start, .indefiniteLength)
        default: throw .unsupported(at: start)
        }
    }

    private mutating func half(at start: Int) throws(CBORError) -> Double {
        let bits = UInt16(truncatingIfNeeded: try self.word(bytes: 2, at: start))
        let value = Float16(bitPattern: bits)
        guard !value.isNaN || bits == 0x7e00 else { throw .nonCanonical(at: start, .otherNaN) }
        return Double(value)
    }

    private mutating func single(at start: Int) throws(CBORError) -> Double {
        let value = Float(bitPattern: UInt32(truncatingIfNeeded: try self.word(bytes: 4, at: start)))
        guard !value.isNaN else { throw .nonCanonical(at: start, .otherNaN) }
        guard Float(Float16(value)) != value else { throw .nonCanonical(at: start, .longFloat) }
        return Double(value)
    }

    private mutating func double(at start: Int) throws(CBORError) -> Double {
        let value = Double(bitPattern: try self.word(bytes: 8, at: start))
        guard !value.isNaN else { throw .nonCanonical(at: start, .otherNaN) }
        guard Double(Float(value)) != value else { throw .nonCanonical(at: start, .longFloat) }
        return value
    }
}

// MARK: - Trees

extension CBORReader {
    /// Room reserved for a container before its content is seen. Larger ones grow as they are read, so that
    /// nested false counts cannot reserve more than their own bytes justify.
    private static let reservedItemsMax = 256

    private mutating func value(depth: Int) throws(CBORError) -> CBORValue {
        switch try self.peekType() {
        case .unsigned: return .unsigned(try self.argument(.unsigned))
        case .negative: return .negative(try self.argument(.negative))
        case .bytes: return .bytes(try self.bytes())
        case .text: return .text(try self.text())
        case .array: return .array(try self.array(depth: try self.deeper(depth)))
        case .map: return .map(try self.map(depth: try self.deeper(depth)))
        case .tag:
            let inner = try self.deeper(depth)
            return .tagged(try self.tag(), try self.value(depth: inner))
        case .float: return .float(try self.float())
        case .simple:
            switch try self.simple() {
            case 20: return .bool(false)
            case 21: return .bool(true)
            case 22: return .null
            case 23: return .undefined
            case let number: return .simple(number)
            }
        }
    }

    private mutating func array(depth: Int) throws(CBORError) -> [CBORValue] {
        let count = try self.arrayHeader()
        var items: [CBORValue] = []
        items.reserveCapacity(min(count, Self.reservedItemsMax))
        for _ in 0..<count { items.append(try self.value(depth: depth)) }
        return items
    }

    private mutating func map(depth: Int) throws(CBORError) -> [CBORPair] {
        let count = try self.mapHeader()
        var pairs: [CBORPair] = []
        pairs.reserveCapacity(min(count, Self.reservedItemsMax))
        var previous: Range<Int>?
        for _ in 0..<count {
            let start = self.position
            let key = try self.value(depth: depth)
            try self.checkOrder(previous, start..<self.position)
            previous = start..<self.position
            pairs.append(CBORPair(key: key, value: try self.value(depth: depth)))
        }
        return pairs
    }

    private mutating func skip(depth: Int) throws(CBORError) {
        switch try self.peekType() {
        case .unsigned: _ = try self.argument(.unsigned)
        case .negative: _ = try self.argument(.negative)
        case .bytes: _ = try self.content(.bytes)
        case .text: try self.skipText()
        case .array:
            let inner = try self.deeper(depth)
            for _ in 0..<(try self.arrayHeader()) { try self.skip(depth: inner) }
        case .map: try self.skipMap(depth: try self.deeper(depth))
        case .tag:
            let inner = try self.deeper(depth)
            _ = try self.tag()
            try self.skip(depth: inner)
        case .float: _ = try self.float()
        case .simple: _ = try self.simple()
        }
    }

    private mutating func skipText() throws(CBORError) {
        let start = self.position
        let content = self.source[try self.content(.text)]
        do {
            _ = try UTF8Span(validating: content.span)
        } catch {
            throw .invalidText(at: start)
        }
    }

    private mutating func skipMap(depth: Int) throws(CBORError) {
        var previous: Range<Int>?
        for _ in 0..<(try self.mapHeader()) {
            let start = self.position
            try self.skip(depth: depth)
            try self.checkOrder(previous, start..<self.position)
            previous = start..<self.position
            try self.skip(depth: depth)
        }
    }

    private func deeper(_ depth: Int) throws(CBORError) -> Int {
        guard depth < self.limits.depthMax else { throw .tooDeep(at: self.position) }
        return depth + 1
    }

    /// Checks that a map key sorts strictly behind the one in front of it, by the bytes of their encodings.
    private func checkOrder(_ previous: Range<Int>?, _ current: Range<Int>) throws(CBORError) {
        guard let previous else { return }
        let left = self.source[previous]
        let right = self.source[current]
        guard !left.lexicographicallyPrecedes(right) else { return }
        throw .nonCanonical(at: current.lowerBound, left == right ? .duplicateKey : .keyOrder)
    }
}
