import BatonCrypto
import BatonModel
import BatonProtocol

/// Where the bytes of frames of runs go. What no other row counts is numbers, tables and framing.
struct WireAccount {
    private var deltas = 0
    private var frames = 0
    private var total = 0
    private var rows: [(name: String, bytes: Int)] = Self.names.map { ($0, 0) }

    private static let names = [
        "signature", "commitment", "seal_tag", "text", "document_id", "context_seal", "key_id", "key", "prev",
    ]

    /// Counts a frame from its deltas, as `RunCodec` writes them.
    ///
    /// - Parameter total: Bytes of the frame, its head included.
    mutating func count(_ content: RunCodec.Content, total: Int) {
        self.frames += 1
        self.deltas += content.deltas.count
        var documents: Set<DocumentID> = []
        var keys: Set<KeyID> = []
        var places: [DeltaReference: DeltaID] = [:]
        var lasts: [Author: Delta] = [:]
        let bare = Set(content.keys.map(\.id))
        for delta in content.deltas {
            let header = delta.header
            self.add("signature", delta.signature.count + (header.authority?.count ?? 0))
            self.add("document_id", documents.insert(header.document).inserted ? 16 : 0)
            self.add("context_seal", Self.hasSeal(header, places) ? 0 : 16)
            let last = lasts[header.author]
            self.add("prev", last?.id == header.prev && last?.header.seq == header.seq - 1 ? 0 : 32)
            for (part, bytes) in zip(header.parts, delta.parts) {
                self.add("commitment", 32)
                self.add("seal_tag", bytes == nil ? 0 : Delta.sealBytes)
                self.add("text", bytes == nil ? 0 : part.length)
                let isNew = keys.insert(part.key).inserted
                self.add("key", isNew && bare.contains(part.key) ? 32 : 0)
                self.add("key_id", isNew && !bare.contains(part.key) ? 8 : 0)
            }
            places[header.reference] = delta.id
            lasts[header.author] = delta
        }
        self.total += total
    }

    /// Whether the seal follows from what stands before in the frame.
    private static func hasSeal(_ header: Header, _ places: [DeltaReference: DeltaID]) -> Bool {
        var prev = DeltaID.none
        if header.documentPrev > 0 {
            guard let id = places[DeltaReference(author: header.author, seq: header.documentPrev)] else {
                return false
            }
            prev = id
        }
        let entries = header.context.entries.compactMap { places[$0] }
        return entries.count == header.context.entries.count
            && ContextSeal(documentPrev: prev, entries: entries, hashing: Blake2b()) == header.context.seal
    }

    private mutating func add(_ name: String, _ bytes: Int) {
        guard let place = self.rows.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("no row is called \(name)")
        }
        self.rows[place].bytes += bytes
    }

    /// Bytes a delta, by row, the rest last.
    var perDelta: [(name: String, bytes: Double)] {
        let count = Double(max(1, self.deltas))
        let rest = self.total - self.rows.reduce(0) { $0 + $1.bytes }
        return (self.rows + [("numbers_and_framing", rest)]).map { ($0.name, Double($0.bytes) / count) }
    }

    /// What TLS 1.3 records (RFC 8446: 5 bytes of head, 1 of type, 16 of tag for at most 16,384) and HTTP/2 DATA
    /// frames (RFC 9113: 9 bytes for at most 16,384) add to a frame's bytes, worked out.
    var sessionBytes: Double {
        let perFrame = Double(self.total) / Double(max(1, self.frames))
        let pieces = (perFrame / 16_384).rounded(.up)
        return pieces * Double(9 + 22) * Double(self.frames) / Double(max(1, self.deltas))
    }
}
