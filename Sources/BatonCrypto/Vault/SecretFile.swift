import BatonModel
import CSodium

/// A file of named records that only its owner may read (`vault`, `root.key`), held in guarded memory.
///
/// Layout: the magic `"BATONV1\0"`, then records of (length of name: 1 byte, name, length of value: 2 bytes
/// big-endian, value), then BLAKE2b-256 over everything before it. Replaced as a whole: written beside,
/// synced, renamed. The file's bytes go between disk and guarded memory and nowhere else.
struct SecretFile {
    static let magic = Array("BATONV1\0".utf8)
    static let bytesMax = 64 * 1024
    static let sumBytes = 32

    /// Where a record's value lies. Names and lengths are no secrets.
    struct Record {
        let name: String
        let value: Range<Int>
    }

    let path: String
    let memory: SecretBytes
    let records: [Record]

    /// Checks the sum and finds the records, in place.
    ///
    /// - Throws: `crypto.vault-damaged`: cut, changed, or not a key file.
    init(_ memory: SecretBytes, path: String) throws(CryptoFault) {
        let damaged = Self.damaged(path)
        guard memory.count >= Self.magic.count + Self.sumBytes, Self.hasTrueSum(memory) else {
            throw damaged
        }
        guard let records = memory.withSpan({ Self.parse($0) }) else { throw damaged }
        self.path = path
        self.memory = memory
        self.records = records
    }

    static func damaged(_ path: String) -> CryptoFault {
        CryptoFault(.vaultDamaged, "\(path) is not a whole key file; restore it from its backup")
    }

    // Values.

    /// Copies a secret into guarded memory of its own; nil when there is no such record of that length.
    func secret(_ name: String, count: Int) throws(CryptoFault) -> SecretBytes? {
        guard let range = self.range(of: name), range.count == count else { return nil }
        return try SecretBytes(range, of: self.memory)
    }

    /// Copies a record that is no secret into ordinary memory.
    func plain(_ name: String) -> [UInt8]? {
        guard let range = self.range(of: name) else { return nil }
        return self.memory.withSpan { bytes in range.map { bytes[$0] } }
    }

    private func range(of name: String) -> Range<Int>? {
        self.records.first { $0.name == name }?.value
    }

    // Reading.

    private static var nothing: UnsafeRawBufferPointer { unsafe .init(start: nil, count: 0) }

    private static func hasTrueSum(_ memory: SecretBytes) -> Bool {
        let end = memory.count - Self.sumBytes
        let sum = unsafe memory.withBytes { bytes in
            unsafe Blake2b.digest256(UnsafeRawBufferPointer(rebasing: bytes[..<end]), Self.nothing)
        }
        Sodium.wipeStack()
        return memory.withSpan { bytes in
            Sodium.areEqual(sum.bytes, (end..<bytes.count).map { bytes[$0] })
        }
    }

    /// Finds the records between magic and sum; nil when a length leads beyond the end.
    private static func parse(_ bytes: Span<UInt8>) -> [Record]? {
        guard Self.magic.indices.allSatisfy({ bytes[$0] == Self.magic[$0] }) else { return nil }
        let end = bytes.count - Self.sumBytes
        var records: [Record] = []
        var place = Self.magic.count
        while place < end {
            let nameEnd = place + 1 + Int(bytes[place])
            guard nameEnd + 2 <= end else { return nil }
            let valueEnd = nameEnd + 2 + (Int(bytes[nameEnd]) << 8 | Int(bytes[nameEnd + 1]))
            guard valueEnd <= end else { return nil }
            let name = ((place + 1)..<nameEnd).map { bytes[$0] }
            records.append(
                Record(name: String(decoding: name, as: UTF8.self), value: (nameEnd + 2)..<valueEnd))
            place = valueEnd
        }
        return records
    }
}

// Writing.

extension SecretFile {
    /// A record on its way into a new file.
    enum Entry {
        case plain(String, [UInt8])
        case secret(String, SecretBytes)

        var name: String {
            switch self {
            case .plain(let name, _), .secret(let name, _): name
            }
        }

        var valueCount: Int {
            switch self {
            case .plain(_, let value): value.count
            case .secret(_, let value): value.count
            }
        }
    }

    /// Every record but one, and that one anew: what a replacement holds.
    func entries(replacing name: String, with value: [UInt8]) throws(CryptoFault) -> [Entry] {
        var entries: [Entry] = []
        for record in self.records where record.name != name {
            entries.append(
                record.value.isEmpty
                    ? .plain(record.name, [])
                    : .secret(record.name, try SecretBytes(record.value, of: self.memory)))
        }
        return entries + [.plain(name, value)]
    }

    /// Lays records out in guarded memory, as they go to disk.
    static func encode(_ entries: [Entry]) throws(CryptoFault) -> SecretBytes {
        for entry in entries {
            precondition(
                entry.name.utf8.count < 256 && entry.valueCount < 65_536, "a vault record is too long")
        }
        let body = entries.reduce(Self.magic.count) { $0 + 3 + $1.name.utf8.count + $1.valueCount }
        return try unsafe SecretBytes(count: body + Self.sumBytes) { (target) throws(CryptoFault) in
            var place = unsafe Self.put(Self.magic, into: target, at: 0)
            for entry in entries {
                let count = entry.valueCount
                let name = Array(entry.name.utf8)
                unsafe place = Self.put([UInt8(name.count)] + name, into: target, at: place)
                unsafe place = Self.put([UInt8(count >> 8), UInt8(count & 255)], into: target, at: place)
                switch entry {
                case .plain(_, let value): unsafe place = Self.put(value, into: target, at: place)
                case .secret(_, let value):
                    unsafe value.withBytes { source in
                        let room = unsafe UnsafeMutableRawBufferPointer(
                            rebasing: target[place..<place + count])
                        unsafe room.copyMemory(from: source)
                    }
                    place += count
                }
            }
            let sum = unsafe Blake2b.digest256(
                UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[..<place]), Self.nothing)
            Sodium.wipeStack()
            place = unsafe Self.put(sum.bytes, into: target, at: place)
            precondition(place == target.count, "a key file was laid out over \(place) bytes")
        }
    }

    /// - Returns: The place behind the bytes.
    private static func put(
        _ bytes: [UInt8], into target: UnsafeMutableRawBufferPointer, at place: Int
    ) -> Int {
        let end = place + bytes.count
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[place..<end]).copyBytes(from: bytes)
        return end
    }
}
