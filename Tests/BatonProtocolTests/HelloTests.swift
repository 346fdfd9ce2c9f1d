import BatonEncoding
import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

@Suite("Hello and receipt")
struct HelloTests {
    private static func hello(_ bytes: [UInt8]) -> ModelFault? {
        do {
            _ = try Hello(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }

    private static func changed(_ index: Int, to value: CBORValue) throws -> [UInt8] {
        var generator = ProtocolGenerator(seed: 6)
        var values = try #require(try CBORValue.decode(generator.hello().encoded()).arrayValue)
        values[index] = value
        return CBORValue.encode(.array(values))
    }

    @Test("generated hellos and receipts survive encoding", arguments: UInt64(0)..<4)
    func roundTrip(seed: UInt64) throws {
        var generator = ProtocolGenerator(seed: seed)
        for _ in 0..<50 {
            let hello = generator.hello()
            #expect(try Hello(decoding: hello.encoded()) == hello)
            let receipt = generator.receipt()
            #expect(try Receipt(decoding: receipt.encoded()) == receipt)
        }
    }

    @Test("a signed hello is bound to its link: another nonce, pin or role is another message")
    func binding() {
        let (one, two) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
        let (nonce, other) = ([UInt8](repeating: 3, count: 16), [UInt8](repeating: 4, count: 16))
        let hello: [UInt8] = [9, 9, 9]
        func message(_ dialler: [UInt8], _ listener: [UInt8], _ nonce: [UInt8], _ isDialler: Bool) -> [UInt8]
        {
            LinkBinding(diallerPin: dialler, listenerPin: listener, greetingNonce: nonce)
                .signedMessage(hello: hello, isDialler: isDialler)
        }
        let messages = [
            message(one, two, nonce, true), message(one, two, nonce, false), message(two, one, nonce, true),
            message(two, one, nonce, false), message(one, one, nonce, true), message(one, two, other, true),
            message(one, two, other, false),
        ]
        #expect(Set(messages).count == messages.count)
        #expect(messages[0] == Array("baton/hello/1".utf8) + [1] + one + two + nonce + hello)
        let binding = LinkBinding(diallerPin: one, listenerPin: two, greetingNonce: nonce)
        #expect(binding.signedMessage(hello: [9, 9], isDialler: true) != messages[0])
        var answering = binding
        answering.listenerNonce = other
        #expect(
            answering.signedMessage(hello: hello, isDialler: true)
                == Array("baton/hello/1".utf8) + [1] + one + two + nonce + other + hello)
        #expect(
            answering.signedMessage(hello: hello, isDialler: false)
                == binding.signedMessage(hello: hello, isDialler: false))
    }

    @Test("a hello signed for one link does not verify on another")
    func replay() {
        let signing = StandInSigning(named: "syd")
        var generator = ProtocolGenerator(seed: 12)
        let hello = generator.hello().encoded()
        let pins = (generator.random.bytes(32), generator.random.bytes(32))
        let first = LinkBinding(
            diallerPin: pins.0, listenerPin: pins.1, greetingNonce: generator.random.bytes(16))
        let second = LinkBinding(
            diallerPin: pins.0, listenerPin: pins.1, greetingNonce: generator.random.bytes(16))
        let signature = signing.sign(first.signedMessage(hello: hello, isDialler: true))
        func isValid(_ binding: LinkBinding, isDialler: Bool) -> Bool {
            signing.isValid(
                signature: signature, message: binding.signedMessage(hello: hello, isDialler: isDialler),
                publicKey: signing.publicKey)
        }
        #expect(isValid(first, isDialler: true))
        #expect(!isValid(first, isDialler: false))
        #expect(!isValid(second, isDialler: true))
    }

    @Test("a signed hello keeps the bytes that were signed and takes only a signature of 64 bytes")
    func signed() throws {
        var generator = ProtocolGenerator(seed: 13)
        let hello = generator.hello()
        let signed = try SignedHello(bytes: hello.encoded(), signature: generator.random.bytes(64))
        #expect(signed.bytes == hello.encoded())
        #expect(signed.hello == hello)
        for count in [0, 63, 65] {
            #expect(throws: ModelFault.malformed("hello.signature")) {
                try SignedHello(bytes: hello.encoded(), signature: [UInt8](repeating: 0, count: count))
            }
            #expect(throws: ModelFault.malformed("receipt.signature")) {
                try SignedReceipt(
                    bytes: generator.receipt().encoded(), signature: [UInt8](repeating: 0, count: count))
            }
        }
    }

    @Test(
        "a hello's byte strings have their one length",
        arguments: [(3, 32), (5, 16), (7, 32), (8, 32), (10, 16)])
    func lengths(index: Int, count: Int) throws {
        #expect(Self.hello(try Self.changed(index, to: .bytes([UInt8](repeating: 1, count: count)))) == nil)
        for wrong in [0, count - 1, count + 1] {
            let bytes = try Self.changed(index, to: .bytes([UInt8](repeating: 1, count: wrong)))
            #expect(Self.hello(bytes) != nil, "value \(index) of \(wrong) bytes")
        }
    }

    @Test("a hello or receipt with a value too many or too few is malformed")
    func counts() throws {
        var generator = ProtocolGenerator(seed: 14)
        for (encoded, isHello) in [
            (generator.hello().encoded(), true), (generator.receipt().encoded(), false),
        ] {
            let values = try #require(try CBORValue.decode(encoded).arrayValue)
            for wrong in [Array(values.dropLast()), values + [.unsigned(0)], []] {
                let bytes = CBORValue.encode(.array(wrong))
                if isHello {
                    #expect(throws: ModelFault.malformed("hello")) { try Hello(decoding: bytes) }
                } else {
                    #expect(throws: ModelFault.malformed("receipt")) { try Receipt(decoding: bytes) }
                }
            }
        }
        let trailing = generator.hello().encoded() + [0]
        #expect(throws: ModelFault.encoding(.trailingBytes(at: trailing.count - 1))) {
            try Hello(decoding: trailing)
        }
    }

    @Test("a receipt states its logs in order, whatever order they were given in, and signs its team")
    func receipt() throws {
        var generator = ProtocolGenerator(seed: 15)
        var receipt = generator.receipt()
        while receipt.haves.count < 2 { receipt = generator.receipt() }
        var turned = receipt
        turned.haves.reverse()
        #expect(turned.encoded() == receipt.encoded())
        let (one, two) = (TeamID(digest: generator.digest()), TeamID(digest: generator.digest()))
        let bytes = receipt.encoded()
        #expect(
            SignedReceipt.signedMessage(team: one, bytes) == Array("baton/receipt/1".utf8) + one.bytes + bytes
        )
        #expect(
            SignedReceipt.signedMessage(team: one, bytes) != SignedReceipt.signedMessage(team: two, bytes))
    }
}

@Suite("WireLimits")
struct WireLimitsTests {
    @Test("the standard limits fit each other")
    func fit() {
        let limits = WireLimits.standard
        // A chunk that closes at its target, one delta later, still is one frame.
        #expect(limits.chunkBytesTarget + DeltaLimits.deltaBytesMax < limits.frameBytesMax)
        #expect(limits.silenceMillisecondsMax >= 2 * limits.heartbeatMilliseconds)
        #expect(limits.redialMillisecondsMin < limits.redialMillisecondsMax)
        #expect(limits.queuedBytesMax >= limits.frameBytesMax)
    }
}
