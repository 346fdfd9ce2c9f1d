import BatonModel
import Testing

@testable import BatonCrypto

func hex(_ text: String) -> [UInt8] { bytes(hexadecimal: text) ?? [] }

func key(_ seed: [UInt8]) throws -> SigningKey { try SigningKey(seed: SecretBytes(copying: seed)) }

private let verifier = SignatureVerifier()

@Suite("Ed25519 and hashes")
struct SigningTests {
    @Test(
        "RFC 8032 section 7.1, tests 1 to 3",
        arguments: [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                    + "d25bf5f0595bbe24655141438e7a100b"
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                    + "387b2eaeb4302aeeb00d291612bb0c00"
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                    + "4a7c15e9716ed28dc027beceea1ec40a"
            ),
        ])
    func vectors(seed: String, publicKey: String, message: String, signature: String) throws {
        let key = try key(hex(seed))
        #expect(key.publicKey == hex(publicKey))
        #expect(key.sign(hex(message)) == hex(signature))
        #expect(
            verifier.isValid(signature: hex(signature), message: hex(message), publicKey: hex(publicKey)))
    }

    private let one = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

    @Test("a signature whose S was raised by L is refused")
    func malleable() {
        let raised = hex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901554c8c7872aa064e049dbb3013fbf29380"
                + "d25bf5f0595bbe24655141438e7a101b")
        #expect(!verifier.isValid(signature: raised, message: [], publicKey: hex(self.one)))
    }

    @Test(
        "a key of small order is refused, also where the equation holds for every message",
        arguments: [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ])
    func smallOrder(publicKey: String) {
        // R = B, S = 1: under the neutral element as key, S·B = R + h·A whatever the message says.
        let base = [UInt8(0x58)] + [UInt8](repeating: 0x66, count: 31)
        let signature = base + [1] + [UInt8](repeating: 0, count: 31)
        for message: [UInt8] in [[], [1], [2], [3], [4], [5], [6], [7]] {
            #expect(!verifier.isValid(signature: signature, message: message, publicKey: hex(publicKey)))
        }
    }

    @Test("a signature that only the cofactored equation accepts is refused")
    func cofactor() {
        // Key = a·B + a point of order 8, made by an independent Ed25519: 8·S·B = 8·(R + h·A), but S·B ≠ R
        // + h·A.
        #expect(
            !verifier.isValid(
                signature: hex(
                    "72e6529f8c273f1fc66688cf15ab63195702c173034b6346c210131b79979127"
                        + "c3dd00eb6a0139780cb06a63d19ed8c3cd565f7823649e249d5caa992140a60b"),
                message: Array("cofactor".utf8),
                publicKey: hex("dbec9bb375d01892557e724f253e35fc2a0533ea9e09b8277c10e1c88bd356bd")))
    }

    @Test("a flipped bit, another message, another key and wrong lengths are refused")
    func wrong() throws {
        let mine = try key([UInt8](repeating: 1, count: 32))
        let other = try key([UInt8](repeating: 2, count: 32))
        let signature = mine.sign([1, 2, 3])
        for index in [0, 31, 32, 63] {
            var changed = signature
            changed[index] ^= 1
            #expect(!verifier.isValid(signature: changed, message: [1, 2, 3], publicKey: mine.publicKey))
        }
        #expect(!verifier.isValid(signature: signature, message: [1, 2], publicKey: mine.publicKey))
        #expect(!verifier.isValid(signature: signature, message: [1, 2, 3], publicKey: other.publicKey))
        #expect(!verifier.isValid(signature: [], message: [1, 2, 3], publicKey: mine.publicKey))
        #expect(!verifier.isValid(signature: signature, message: [1, 2, 3], publicKey: []))
    }

    @Test("a seed of another length is refused")
    func seedLength() throws {
        let fault = #expect(throws: CryptoFault.self) { try key([1, 2, 3]) }
        #expect(fault?.code == .keyMismatch)
    }

    @Test("BLAKE2b and SHA-256 give the published digests of abc")
    func hashes() {
        let abc = Array("abc".utf8)
        #expect(
            Blake2b().digest256(abc).description
                == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
        #expect(
            hexadecimal(Blake2b.hash(abc, key: [], count: 64))
                == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")
        #expect(
            hexadecimal(Blake2b.sha256(abc))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("a hash in two pieces equals the hash of both joined, wherever the cut is")
    func pieces() {
        let message = (0..<300).map { UInt8($0 & 255) }
        let whole = Blake2b().digest256(message)
        let keyed = Blake2b.hash(message, key: [UInt8](repeating: 4, count: 32), count: 32)
        for cut in [0, 1, 127, 128, 129, 256, 299, 300] {
            let first = Array(message[..<cut])
            let second = Array(message[cut...])
            #expect(Blake2b().digest256(first, second) == whole)
            #expect(
                Blake2b.hash(first, second, key: [UInt8](repeating: 4, count: 32), count: 32) == keyed)
        }
    }

    @Test("a sealed box opens for its recipient only")
    func sealedBox() throws {
        let mine = try UnwrapKey(seed: SecretBytes(copying: [UInt8](repeating: 5, count: 32)))
        let other = try UnwrapKey(seed: SecretBytes(copying: [UInt8](repeating: 6, count: 32)))
        let sealed = try SealedBox.seal(SecretBytes(copying: [1, 2, 3]), to: mine.publicKey)
        #expect(sealed.count == 3 + SealedBox.overheadBytes)
        let opened = try mine.open(sealed)
        #expect(unsafe opened.withBytes { bytes in unsafe Array(bytes) } == [1, 2, 3])
        for broken in [
            Array(sealed.dropLast()), Array(sealed.prefix(47)), [sealed[0] ^ 1] + sealed.dropFirst(),
            Array(sealed.prefix(48)),
        ] {
            let fault = #expect(throws: CryptoFault.self) { try mine.open(broken) }
            #expect(fault?.code == .keyMismatch)
        }
        #expect(throws: CryptoFault.self) { try other.open(sealed) }
        #expect(throws: CryptoFault.self) {
            try SealedBox.seal(SecretBytes(copying: [1]), to: [UInt8](repeating: 0, count: 32))
        }
        #expect(throws: CryptoFault.self) {
            try UnwrapKey(seed: SecretBytes(copying: [UInt8](repeating: 5, count: 31)))
        }
    }
}
