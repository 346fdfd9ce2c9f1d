import BatonEngine
import BatonModel

/// Stamps are stored with their highest bit turned, so that SQL's signed order is the order of time for
/// every stamp.
extension HybridTime {
    var stored: Int64 { Int64(bitPattern: self.packed ^ (1 << 63)) }

    init(stored: Int64) { self.init(packed: UInt64(bitPattern: stored) ^ (1 << 63)) }
}

/// Unsigned numbers of seven bits a byte, lowest first (LEB128).
func appendVariable(_ value: UInt64, to out: inout [UInt8]) {
    var left = value
    while left >= 0x80 {
        out.append(UInt8(truncatingIfNeeded: left) | 0x80)
        left >>= 7
    }
    out.append(UInt8(truncatingIfNeeded: left))
}

/// Reads from a column that this module wrote. Everything it cannot read is damage.
struct ColumnReader {
    private let bytes: [UInt8]
    private var place = 0
    private let name: String

    init(_ bytes: [UInt8], _ name: String) {
        self.bytes = bytes
        self.name = name
    }

    var isAtEnd: Bool { self.place == self.bytes.count }

    mutating func variable() throws(ReplicaFault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard self.place < self.bytes.count else { throw .damaged(self.name) }
            let byte = self.bytes[self.place]
            self.place += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw .damaged(self.name)
    }

    mutating func take(_ count: Int) throws(ReplicaFault) -> [UInt8] {
        guard count >= 0, self.place + count <= self.bytes.count else { throw .damaged(self.name) }
        defer { self.place += count }
        return Array(self.bytes[self.place..<self.place + count])
    }
}

/// The column `parts`: for each part its length plus one, or 0 where it is absent, then its bytes.
enum PartsColumn {
    static func encode(_ parts: [[UInt8]?]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(parts.reduce(4) { $0 + ($1?.count ?? 0) + 3 })
        Self.encode(parts, into: &out)
        return out
    }

    static func encode(_ parts: [[UInt8]?], into out: inout [UInt8]) {
        for part in parts {
            appendVariable(part.map { UInt64($0.count) + 1 } ?? 0, to: &out)
            if let part { out.append(contentsOf: part) }
        }
    }

    static func decode(_ bytes: [UInt8]) throws(ReplicaFault) -> [[UInt8]?] {
        var reader = ColumnReader(bytes, "parts")
        var parts: [[UInt8]?] = []
        while !reader.isAtEnd {
            let length = try reader.variable()
            guard length <= UInt64(bytes.count) else { throw .damaged("parts") }
            parts.append(length == 0 ? nil : try reader.take(Int(length) - 1))
        }
        return parts
    }
}

extension Connection {
    /// The column `vector`: pairs of local author number and `seq`.
    func encode(_ vector: CausalVector) throws(ReplicaFault) -> [UInt8] {
        var out: [UInt8] = []
        for entry in vector.entries {
            appendVariable(UInt64(try self.makeRow(of: entry.author)), to: &out)
            appendVariable(entry.seq, to: &out)
        }
        return out
    }

    func decodeVector(_ bytes: [UInt8]) throws(ReplicaFault) -> CausalVector {
        var reader = ColumnReader(bytes, "vector")
        var entries: [DeltaReference] = []
        while !reader.isAtEnd {
            guard let row = Int64(exactly: try reader.variable()) else { throw .damaged("vector") }
            let seq = try reader.variable()
            entries.append(DeltaReference(author: try self.author(row: row), seq: seq))
        }
        return CausalVector(entries: entries)
    }
}
