import BatonCrypto
import BatonEncoding
import BatonModel

/// The highest head of each log that this site has signed to hold, kept beside the database: a database that
/// was put back, or a log that was written anew, shows.
///
/// ```
/// "BATONW1" ‖ 00 ‖ CBOR [[author, seq, id]…] ascending by author ‖ H of everything before
/// ```
struct WitnessFile: Sendable {
    static let name = "witness"
    static let bytesMax = 1 << 20
    private static let magic = Array("BATONW1".utf8) + [0]

    let path: String
    private(set) var heads: [Author: LogHead] = [:]
    private(set) var isChanged = false

    struct LogHead: Sendable, Hashable {
        let seq: UInt64
        let id: DeltaID
    }

    /// What an entry says against what is remembered.
    enum Verdict: Equatable {
        case fine
        case wentBack(LogHead)
        case split(LogHead)
    }

    init(path: String) throws(NodeFault) {
        self.path = path
        guard Files.exists(path) else { return }
        let bytes = try Files.read(path, bytesMax: Self.bytesMax)
        guard let heads = Self.decode(bytes) else {
            throw NodeFault(
                code: "witness.damaged", "\(path) is damaged.",
                hint: "Move it away to start without it: what this site signed for is then not compared.")
        }
        self.heads = heads
    }

    /// Takes what is held of a log now. What is remembered never goes back.
    mutating func note(_ have: AuthorHave) -> Verdict {
        let known = self.heads[have.author]
        guard let run = have.intervals.first, run.first == 1 else {
            return known.map { .wentBack($0) } ?? .fine
        }
        guard let known else {
            self.remember(have.author, run)
            return .fine
        }
        if run.last < known.seq { return .wentBack(known) }
        if run.last > known.seq {
            self.remember(have.author, run)
            return .fine
        }
        // A fork's other branch may have the lesser id: both are known then.
        let isKnown = run.head == known.id || have.contested.contains { $0.id == known.id }
        return isKnown ? .fine : .split(known)
    }

    private mutating func remember(_ author: Author, _ run: HaveInterval) {
        self.heads[author] = LogHead(seq: run.last, id: run.head)
        self.isChanged = true
    }

    /// The bytes to be written, and nothing left to write.
    mutating func takeBytes() -> [UInt8]? {
        guard self.isChanged else { return nil }
        self.isChanged = false
        var writer = CBORWriter(reservingCapacity: 64 * self.heads.count + 16)
        writer.arrayHeader(self.heads.count)
        for author in self.heads.keys.sorted() {
            guard let head = self.heads[author] else { continue }
            writer.arrayHeader(3)
            author.encode(into: &writer)
            writer.unsigned(head.seq)
            writer.bytes(head.id.bytes)
        }
        let body = Self.magic + writer.bytes
        return body + Blake2b().digest256(body).bytes
    }

    private static func decode(_ bytes: [UInt8]) -> [Author: LogHead]? {
        guard bytes.count > Self.magic.count + 32, bytes.starts(with: Self.magic),
            Array(bytes.suffix(32)) == Blake2b().digest256(Array(bytes.dropLast(32))).bytes
        else { return nil }
        var reader = CBORReader(Array(bytes.dropFirst(Self.magic.count).dropLast(32)))
        var heads: [Author: LogHead] = [:]
        do throws(ModelFault) {
            for _ in 0..<(try reader.modelArray("witness", upTo: HaveSet.authorsMax)) {
                try reader.expectArray(of: 3, "witness.head")
                let author = try Author(from: &reader)
                let seq = try reader.modelUnsigned("witness.seq")
                guard let id = DeltaID(try reader.modelBytes("witness.id", count: 32)) else { return nil }
                heads[author] = LogHead(seq: seq, id: id)
            }
            try reader.modelFinish()
        } catch {
            return nil
        }
        return heads
    }
}
