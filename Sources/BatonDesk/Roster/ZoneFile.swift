/// Reads a compiled time zone file, as every Unix system keeps them.
///
/// - Source: RFC 9636 (TZif), versions 2 to 4; the footer is a POSIX TZ string, from which the years after the
///   file's last transition are worked out.
package enum ZoneFile {
    package static let bytesMax = 256 * 1024

    /// - Parameter lastYear: Transitions are worked out up to its end.
    /// - Returns: Nil for anything that is not such a file.
    package static func decode(_ bytes: [UInt8], name: String, lastYear: Int) -> ZoneTable? {
        var reader = ZoneReader(bytes: bytes)
        guard let old = reader.header(), old.version >= 2, reader.skip(old.bodyCount(timeSize: 4)),
            let header = reader.header(), let body = reader.body(header)
        else { return nil }
        guard let footer = reader.footer() else { return nil }
        var transitions: [ZoneTable.Transition] = []
        for (at, index) in zip(body.times, body.kinds) {
            guard let kind = body.types[safe: index] else { return nil }
            transitions.append(
                ZoneTable.Transition(
                    atSeconds: at, offsetSeconds: kind.offset, abbreviation: kind.abbreviation))
        }
        guard let first = body.types.first else { return nil }
        let initial = ZoneTable.Transition(
            atSeconds: .min, offsetSeconds: first.offset, abbreviation: first.abbreviation)
        if !footer.isEmpty {
            guard let rule = ZoneRule(footer) else { return nil }
            transitions += rule.transitions(after: transitions.last, to: lastYear)
        }
        return ZoneTable(name: name, initial: initial, transitions: transitions)
    }
}

/// What a file holds, by number of entries.
private struct ZoneHeader {
    let version: Int
    let counts: [Int]

    // isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt: the order of RFC 9636 section 3.1.
    var universal: Int { self.counts[0] }
    var standard: Int { self.counts[1] }
    var leaps: Int { self.counts[2] }
    var times: Int { self.counts[3] }
    var types: Int { self.counts[4] }
    var characters: Int { self.counts[5] }

    func bodyCount(timeSize: Int) -> Int {
        self.times * (timeSize + 1) + self.types * 6 + self.characters + self.leaps * (timeSize + 4)
            + self.standard + self.universal
    }
}

private struct ZoneBody {
    struct Kind {
        let offset: Int64
        let abbreviation: String
    }

    let times: [Int64]
    let kinds: [Int]
    let types: [Kind]
}

private struct ZoneReader {
    let bytes: [UInt8]
    private var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, self.bytes.count - self.place >= count else { return false }
        self.place += count
        return true
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        let start = self.place
        return self.skip(count) ? self.bytes[start..<start + count] : nil
    }

    private mutating func integer(_ count: Int) -> Int64? {
        self.take(count)?.reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    mutating func header() -> ZoneHeader? {
        guard let magic = self.take(4), Array(magic) == Array("TZif".utf8), let version = self.take(1)?.first,
            self.skip(15)
        else { return nil }
        var counts: [Int] = []
        for _ in 0..<6 {
            guard let count = self.integer(4), count <= Int64(self.bytes.count) else { return nil }
            counts.append(Int(count))
        }
        return ZoneHeader(version: version == 0 ? 1 : Int(version) - 48, counts: counts)
    }

    mutating func body(_ header: ZoneHeader) -> ZoneBody? {
        guard self.bytes.count - self.place >= header.bodyCount(timeSize: 8) else { return nil }
        var times: [Int64] = []
        for _ in 0..<header.times {
            guard let high = self.integer(4), let low = self.integer(4) else { return nil }
            times.append(Int64(Int32(truncatingIfNeeded: high)) << 32 | low)
        }
        guard let kinds = self.take(header.times).map({ $0.map(Int.init) }) else { return nil }
        var raw: [(offset: Int64, start: Int)] = []
        for _ in 0..<header.types {
            guard let offset = self.integer(4), self.skip(1), let start = self.take(1)?.first else {
                return nil
            }
            raw.append((Int64(Int32(truncatingIfNeeded: offset)), Int(start)))
        }
        guard let characters = self.take(header.characters).map(Array.init) else { return nil }
        guard self.skip(header.leaps * 12 + header.standard + header.universal) else { return nil }
        let types = raw.map { entry in
            let letters = characters.dropFirst(entry.start).prefix { $0 != 0 }
            return ZoneBody.Kind(offset: entry.offset, abbreviation: String(decoding: letters, as: UTF8.self))
        }
        return ZoneBody(times: times, kinds: kinds, types: types)
    }

    /// The text between the two line ends at the end of the file.
    mutating func footer() -> String? {
        guard let start = self.take(1)?.first, start == 10 else { return nil }
        let rest = self.bytes[self.place...]
        guard let end = rest.firstIndex(of: 10) else { return nil }
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? {
        self.indices.contains(index) ? self[index] : nil
    }
}
