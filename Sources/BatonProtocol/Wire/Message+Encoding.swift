import BatonEncoding
import BatonModel

extension Message {
    private enum Code {
        static let greet: UInt64 = 1
        static let hello: UInt64 = 2
        static let membership: UInt64 = 3
        static let have: UInt64 = 4
        static let deltas: UInt64 = 5
        static let receipt: UInt64 = 6
        static let ping: UInt64 = 7
        static let pong: UInt64 = 8
        static let farewell: UInt64 = 9
        static let runs: UInt64 = 10
        static let outline: UInt64 = 11
        static let mark: UInt64 = 12
        static let compare: UInt64 = 13
        static let compared: UInt64 = 14
        static let presence: UInt64 = 64
    }

    /// Kinds of messages that change nothing of what is held: whoever does not know one reads past it.
    private static let hints: ClosedRange<UInt64> = 64...127

    /// Encodes the message as a framed byte string, ready to send.
    package func framed() -> [UInt8] { FrameCodec.frame(self.encoded()) }

    package func encoded() -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 512)
        switch self {
        case .greet(let greeting):
            writer.begin(Code.greet, 5)
            writer.bytes(greeting.nonce)
            writer.unsigned(greeting.versionOldest)
            writer.unsigned(greeting.versionNewest)
            writer.unsigned(UInt64(greeting.purpose.rawValue))
        case .hello(let hello): writer.signed(Code.hello, hello.bytes, hello.signature)
        case .membership(let entries):
            writer.begin(Code.membership, 2)
            writer.arrayHeader(entries.count)
            for entry in entries { entry.encode(into: &writer) }
        case .have(let part):
            writer.begin(Code.have, 3)
            part.have.encode(into: &writer)
            writer.bool(part.isLast)
        case .deltas(let chunk):
            writer.begin(Code.deltas, 4)
            chunk.encode(into: &writer)
        case .runs(let chunk):
            writer.begin(Code.runs, 3)
            writer.unsigned(chunk.remaining)
            writer.bytes(chunk.bytes)
        case .outline(let part):
            writer.begin(Code.outline, 4)
            part.encode(into: &writer)
        case .receipt(let receipt): writer.signed(Code.receipt, receipt.bytes, receipt.signature)
        case .ping(let token, let digest):
            writer.begin(Code.ping, 3)
            writer.unsigned(token)
            writer.bytes(digest.bytes)
        case .pong(let token):
            writer.begin(Code.pong, 2)
            writer.unsigned(token)
        case .mark(let token):
            writer.begin(Code.mark, 2)
            writer.unsigned(token)
        case .compare(let comparison):
            writer.begin(Code.compare, 4)
            comparison.encode(into: &writer)
        case .compared(let answer):
            writer.begin(Code.compared, 3)
            answer.encode(into: &writer)
        case .presence(let part):
            writer.begin(Code.presence, 3)
            part.encode(into: &writer)
        case .unknownHint(let bytes): return bytes
        case .farewell(let code):
            writer.begin(Code.farewell, 2)
            writer.text(code)
        }
        return writer.bytes
    }

    /// Decodes one message.
    ///
    /// - Throws: `PeerFault.malformed`, also for a message type that this version does not have.
    package init(decoding bytes: [UInt8], limits: WireLimits) throws(PeerFault) {
        do throws(ModelFault) {
            var reader = CBORReader(
                bytes, limits: CBORLimits(depthMax: 24, itemsMax: 1 << 20, bytesMax: limits.frameBytesMax))
            let count = try reader.modelArray("message", upTo: 5)
            let code = try reader.modelUnsigned("message.type")
            if Self.hints.contains(code), code != Code.presence {
                for _ in 1..<count { _ = try reader.modelValue("hint") }
                try reader.modelFinish()
                self = .unknownHint(bytes)
                return
            }
            self = try Self.body(code, count: count, &reader, limits)
            try reader.modelFinish()
        } catch {
            throw .malformed(error)
        }
    }

    /// How many items a message of each code has, itself included; two where it is not listed.
    private static let itemCounts: [UInt64: Int] = [
        Code.greet: 5, Code.hello: 3, Code.have: 3, Code.deltas: 4, Code.runs: 3, Code.outline: 4,
        Code.receipt: 3, Code.ping: 3, Code.compare: 4, Code.compared: 3, Code.presence: 3,
    ]

    // long: one branch per kind of message.
    private static func body(
        _ code: UInt64, count: Int, _ reader: inout CBORReader, _ limits: WireLimits
    ) throws(ModelFault) -> Message {
        guard count == Self.itemCounts[code] ?? 2 else { throw .malformed("message") }
        switch code {
        case Code.greet:
            let nonce = Array(try reader.modelBytes("greet.nonce", count: 16))
            let oldest = try reader.modelUnsigned("greet.oldest")
            let newest = try reader.modelUnsigned("greet.newest")
            let code = try reader.modelUnsigned("greet.purpose", upTo: 255)
            guard let purpose = LinkPurpose(rawValue: UInt8(code)) else {
                throw .malformed("greet.purpose")
            }
            return .greet(
                Greeting(nonce: nonce, versionOldest: oldest, versionNewest: newest, purpose: purpose))
        case Code.hello:
            let bytes = try reader.modelBytes("hello", upTo: 4096)
            return .hello(
                try SignedHello(
                    bytes: bytes, signature: Array(try reader.modelBytes("hello.signature", count: 64))))
        case Code.membership:
            var entries: [SignedMembershipEntry] = []
            for _ in 0..<(try reader.modelArray("membership", upTo: 1024)) {
                entries.append(try SignedMembershipEntry(from: &reader))
            }
            return .membership(entries)
        case Code.have:
            let have = try HaveSet(from: &reader)
            do { return .have(HavePart(have, isLast: try reader.bool())) } catch { throw .encoding(error) }
        case Code.deltas: return .deltas(try DeltaChunk(from: &reader, limits))
        case Code.runs:
            let remaining = try reader.modelUnsigned("runs.remaining")
            let bytes = try reader.modelBytes("runs", upTo: limits.frameBytesMax)
            return .runs(RunChunk(bytes: bytes, remaining: remaining))
        case Code.presence: return .presence(try PresencePart(from: &reader))
        case Code.outline: return .outline(try OutlinePart(from: &reader, limits))
        case Code.receipt:
            let bytes = try reader.modelBytes("receipt", upTo: limits.frameBytesMax)
            return .receipt(
                try SignedReceipt(
                    bytes: bytes, signature: Array(try reader.modelBytes("receipt.signature", count: 64))))
        case Code.ping:
            let token = try reader.modelUnsigned("ping")
            guard let digest = Digest256(try reader.modelBytes("ping.digest", count: 32)) else {
                throw .malformed("ping.digest")
            }
            return .ping(token, digest)
        case Code.pong: return .pong(try reader.modelUnsigned("pong"))
        case Code.mark: return .mark(try reader.modelUnsigned("mark"))
        case Code.compare: return .compare(try Comparison(from: &reader, limits))
        case Code.compared: return .compared(try ComparisonAnswer(from: &reader, limits))
        case Code.farewell: return .farewell(try reader.modelText("farewell", bytesMax: 128))
        default: throw .unsupported("message.type")
        }
    }
}

extension CBORWriter {
    fileprivate mutating func begin(_ code: UInt64, _ count: Int) {
        self.arrayHeader(count)
        self.unsigned(code)
    }

    fileprivate mutating func signed(_ code: UInt64, _ bytes: [UInt8], _ signature: [UInt8]) {
        self.begin(code, 3)
        self.bytes(bytes)
        self.bytes(signature)
    }
}

extension DeltaChunk {
    fileprivate func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(self.keys.count)
        for key in self.keys { key.encode(into: &writer) }
        writer.arrayHeader(self.deltas.count)
        for delta in self.deltas {
            writer.arrayHeader(3)
            writer.bytes(delta.headerBytes)
            writer.bytes(delta.signature)
            writer.arrayHeader(delta.parts.count)
            for part in delta.parts {
                if let part { writer.bytes(part) } else { writer.null() }
            }
        }
        writer.unsigned(self.remaining)
    }

    fileprivate init(from reader: inout CBORReader, _ limits: WireLimits) throws(ModelFault) {
        var keys: [BareKey] = []
        for _ in 0..<(try reader.modelArray("chunk.keys", upTo: limits.keysPerChunkMax)) {
            keys.append(try BareKey(from: &reader))
        }
        var deltas: [WireDelta] = []
        for _ in 0..<(try reader.modelArray("chunk.deltas", upTo: limits.deltasPerChunkMax)) {
            deltas.append(try WireDelta(from: &reader))
        }
        self.init(keys: keys, deltas: deltas, remaining: try reader.modelUnsigned("chunk.remaining"))
    }
}

extension WireDelta {
    fileprivate init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 3, "delta")
        let header = try reader.modelBytes("delta.header", upTo: DeltaLimits.headerBytesMax)
        let signature = Array(try reader.modelBytes("delta.signature", count: Delta.signatureBytes))
        var parts: [[UInt8]?] = []
        for _ in 0..<(try reader.modelArray("delta.parts", upTo: DeltaLimits.partsMax)) {
            if reader.isNull() {
                do { try reader.null() } catch { throw .encoding(error) }
                parts.append(nil)
            } else {
                parts.append(try reader.modelBytes("delta.part", upTo: DeltaLimits.deltaBytesMax))
            }
        }
        self.init(headerBytes: header, signature: signature, parts: parts)
    }
}

extension BareKey {
    fileprivate func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(6)
        self.scope.author.encode(into: &writer)
        writer.bytes(self.scope.document.bytes)
        writer.unsigned(UInt64(self.scope.compartment.code))
        writer.unsigned(UInt64(self.scope.generation))
        var hash: [UInt8] = []
        appendBigEndian(self.id.hash, to: &hash)
        writer.bytes(hash)
        writer.bytes(self.bytes)
    }

    fileprivate init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 6, "key")
        let author = try Author(from: &reader)
        guard let document = DocumentID(try reader.modelBytes("key.document", count: 16)) else {
            throw .malformed("key.document")
        }
        let compartment = Compartment(code: UInt8(try reader.modelUnsigned("key.compartment", upTo: 255)))
        let generation = UInt32(try reader.modelUnsigned("key.generation", upTo: UInt64(UInt32.max)))
        let hash = bigEndianWord(try reader.modelBytes("key.hash", count: 8), from: 0)
        self.init(
            scope: KeyScope(
                author: author, document: document, compartment: compartment, generation: generation),
            id: KeyID(generation: generation, hash: hash),
            bytes: Array(try reader.modelBytes("key.bytes", count: 32)))
    }
}
