import BatonModel

/// The claim as a file: one fixed block, so that one write replaces it whole, with a sum that shows a torn
/// or foreign one.
extension IncarnationClaim {
    static let byteCount = 192
    static let bootIDBytes = 16
    private static let magic: UInt64 = 0x6261_746f_6e69_6e01

    /// Lays out: magic 8, boot id 16, device 8, inode 8, site 8, counter 8, nonce 8, intended 8 + 32,
    /// settled 8 + 32, zeros, sum 8.
    var encoded: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.byteCount)
        appendBigEndian(Self.magic, to: &out)
        out.append(contentsOf: self.bootID)
        let site = self.author.site.packed
        let incarnation = self.author.incarnation
        for word in [
            self.file.device, self.file.inode, site, UInt64(incarnation.counter), incarnation.nonce,
        ] { appendBigEndian(word, to: &out) }
        for head in [self.intended, self.settled] {
            appendBigEndian(head.seq, to: &out)
            out.append(contentsOf: head.id.bytes)
        }
        precondition(out.count <= Self.byteCount - 8, "an incarnation claim has outgrown its block")
        out.append(contentsOf: Array(repeating: 0, count: Self.byteCount - 8 - out.count))
        appendBigEndian(Self.sum(out[...]), to: &out)
        return out
    }

    /// Reads a block; nil when it is not a claim of this form, whole.
    init?(encoded bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, bigEndianWord(bytes, from: 0) == Self.magic,
            bigEndianWord(bytes, from: Self.byteCount - 8) == Self.sum(bytes.dropLast(8))
        else { return nil }
        let words = 8 + Self.bootIDBytes
        let counter = bigEndianWord(bytes, from: words + 24)
        guard let site = Self.site(bigEndianWord(bytes, from: words + 16)),
            let counter = UInt32(exactly: counter),
            let intended = Self.head(bytes, from: words + 40),
            let settled = Self.head(bytes, from: words + 80)
        else { return nil }
        let nonce = bigEndianWord(bytes, from: words + 32)
        self.init(
            bootID: Array(bytes[8..<words]),
            file: FileIdentity(
                device: bigEndianWord(bytes, from: words), inode: bigEndianWord(bytes, from: words + 8)),
            author: Author(site: site, incarnation: Incarnation(counter: counter, nonce: nonce)),
            intended: intended, settled: settled)
    }

    private static func head(_ bytes: [UInt8], from offset: Int) -> LogHead? {
        guard let id = DeltaID(bytes[offset + 8..<offset + 40]) else { return nil }
        return LogHead(seq: bigEndianWord(bytes, from: offset), id: id)
    }

    private static func site(_ packed: UInt64) -> SiteID? {
        var characters: [UInt8] = []
        appendBigEndian(packed, to: &characters)
        return SiteID(String(decoding: characters.prefix { $0 != 0 }, as: UTF8.self))
    }

    /// FNV-1a, 64 bits: against tearing, not against people, who could write any claim they like into their
    /// own folder.
    private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
