import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// The signed bytes are frozen for ever, so they stand here as they are.
@Suite("Header")
struct HeaderTests {
    /// Made by hand from the table in `docs/protocol.cddl`, not by this codec.
    private static let minimal = [
        "af01010201030104836373796401480102030405060708050106582000000000000000000000000000000000",
        "000000000000000000000000000000000782014811121314151617180850010102030405060708090a0b0c0d",
        "0e0f09000a800b50a0a1a2a3a4a5a6a7a8a9aaabacadaeaf0d000e810110801180",
    ].joined()

    private static let full = [
        "b1010102010319012c048364757365311a0001117048fffefdfcfbfaf9f8051b000000012a05f20006582020",
        "2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f07821818482122232425262728",
        "0850010102030405060708090a0b0c0d0e0f091b000000012a05f1ff0a828283637379640148010203040506",
        "070817828363757377014801020304050607081a000100000b50b0b1b2b3b4b5b6b7b8b9babbbcbdbebf0c82",
        "8383637379640148010203040506070803038383637573770148010203040506070818ff1901000d1b018bcf",
        "e5680000070e82182a1affffffff0f5840000102030405060708090a0b0c0d0e0f101112131415161718191a",
        "1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f1082186119ffce",
        "11828500014831323334353637385820404142434445464748494a4b4c4d4e4f505152535455565758595a5b",
        "5c5d5e5f1785011901004851525354555657585820606162636465666768696a6b6c6d6e6f70717273747576",
        "7778797a7b7c7d7e7f1840",
    ].joined()

    @Test("the smallest header and one with every field encode to the bytes kept here and decode from them")
    func golden() throws {
        for (header, text) in [
            (ModelSamples.minimalHeader(), Self.minimal), (ModelSamples.fullHeader(), Self.full),
        ] {
            #expect(hexadecimal(header.encoded()) == text)
            let kept = try #require(bytes(hexadecimal: text))
            #expect(try Header(decoding: kept) == header)
        }
    }

    @Test("generated headers survive encoding and decoding", arguments: UInt64(0)..<4)
    func roundTrip(seed: UInt64) throws {
        var generator = ModelGenerator(seed: seed)
        for _ in 0..<100 {
            let header = generator.header()
            let encoded = header.encoded()
            #expect(try Header(decoding: encoded) == header, "\(hexadecimal(encoded))")
        }
    }

    @Test("the optional keys may be absent, one without the other")
    func optionalKeys() throws {
        for (hasUnread, hasAuthority) in [(true, false), (false, true), (false, false)] {
            var header = ModelSamples.fullHeader()
            if !hasUnread { header.unread = [] }
            if !hasAuthority { header.authority = nil }
            #expect(try Header(decoding: header.encoded()) == header)
        }
    }

    @Test(
        "no damage makes decoding trap, and whatever decodes encodes to the same bytes",
        arguments: UInt64(0)..<4)
    func fuzz(seed: UInt64) {
        var generator = ModelGenerator(seed: 1_000 + seed)
        var decodedCount = 0
        var source = generator.header().encoded()
        for round in 0..<5_000 {
            if round % 20 == 0 { source = generator.header().encoded() }
            let input = generator.damaged(source)
            guard let header = try? Header(decoding: input) else { continue }
            decodedCount += 1
            if header.encoded() != input { Issue.record("\(hexadecimal(input)) is a second encoding") }
        }
        #expect(decodedCount > 100, "some damage leaves a header, or the check above proves nothing")
    }

    @Test("a header cut at any byte or followed by one is refused")
    func cuts() {
        let whole = ModelSamples.fullHeader().encoded()
        for count in 0..<whole.count {
            #expect(throws: ModelFault.self) { try Header(decoding: Array(whole.prefix(count))) }
        }
        #expect(throws: ModelFault.encoding(.trailingBytes(at: whole.count))) {
            try Header(decoding: whole + [0])
        }
    }
}

@Suite("Delta from the wire")
struct DeltaTests {
    private static let signature = [UInt8](repeating: 3, count: 64)

    private static func delta(
        _ header: Header, signature: [UInt8] = Self.signature, parts: [[UInt8]?]
    ) throws(ModelFault) -> Delta {
        try Delta(
            headerBytes: header.encoded(), signature: signature, parts: parts, hashing: ModelSamples.hashing)
    }

    @Test("the id of a delta covers the header and the signature and no part")
    func id() throws {
        let header = ModelSamples.fullHeader()
        let whole = try Self.delta(
            header, parts: [[UInt8](repeating: 1, count: 39), [UInt8](repeating: 2, count: 80)])
        let bare = try Self.delta(header, parts: [nil, nil])
        #expect(whole.id == bare.id)
        #expect(whole.hasAllParts && !bare.hasAllParts)
        #expect(whole.id.digest == ModelSamples.hashing.digest256(header.encoded() + Self.signature))
        var other = Self.signature
        other[63] ^= 1
        #expect(try Self.delta(header, signature: other, parts: [nil, nil]).id != bare.id)
    }

    @Test("a part must have the length that the header says plus the seal, and each described part its place")
    func partLengths() {
        let header = ModelSamples.fullHeader()
        let good = [UInt8](repeating: 1, count: 39)
        for count in [0, 23, 38, 40] {
            #expect(throws: ModelFault.malformed("delta.part length")) {
                try Self.delta(header, parts: [[UInt8](repeating: 1, count: count), nil])
            }
        }
        for parts in [[], [good], [good, nil, nil]] as [[[UInt8]?]] {
            #expect(throws: ModelFault.malformed("delta.parts")) { try Self.delta(header, parts: parts) }
        }
    }

    @Test("a signature of another length is refused", arguments: [0, 63, 65])
    func signatureLength(count: Int) {
        #expect(throws: ModelFault.malformed("delta.signature")) {
            try Self.delta(
                ModelSamples.fullHeader(), signature: [UInt8](repeating: 0, count: count), parts: [nil, nil])
        }
    }

    @Test("a delta over its limit is refused from its header alone")
    func tooLarge() throws {
        var header = ModelSamples.fullHeader()
        let room = DeltaLimits.deltaBytesMax - Delta.sealBytes * 2 - header.parts[1].length
        // The field of the length grows from one byte to three.
        header.parts[0].length = room - header.encoded().count - 2
        #expect(header.encoded().count + header.parts[0].length == room)
        _ = try Self.delta(header, parts: [nil, nil])
        header.parts[0].length += 1
        #expect(throws: ModelFault.tooLarge("delta", limit: DeltaLimits.deltaBytesMax)) {
            try Self.delta(header, parts: [nil, nil])
        }
    }

    @Test("what a delta's signature covers begins with the domain and the team")
    func signedMessage() {
        let team = TeamID(digest: ModelSamples.digest(from: 7))
        let message = Delta.signedMessage(team: team, headerBytes: [1, 2, 3])
        #expect(message == Array("baton/delta/1".utf8) + team.bytes + [1, 2, 3])
    }

    @Test("a key scope's bytes tell every field apart")
    func scopeBytes() {
        let author = ModelSamples.author("syd")
        let base = KeyScope(
            author: author, document: ModelSamples.document, compartment: .us, generation: 0x0102_0304)
        #expect(base.bytes == author.encoded + ModelSamples.document.bytes + [1, 1, 2, 3, 4])
        #expect(
            Header.commitmentPrefix(author: author, seq: 258, part: 3)
                == author.encoded + [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3])
        #expect(ModelSamples.fullHeader().keyScope(part: 1).generation == 256)
        #expect(ModelSamples.fullHeader().keyScope(part: 1).compartment == .us)
    }
}
