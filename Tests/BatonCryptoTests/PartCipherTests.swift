import BatonEngine
import BatonModel
import Testing

@testable import BatonCrypto

@Suite("PartCipher")
struct PartCipherTests {
    let cipher: PartCipher
    let scope: KeyScope
    let entropy = (0..<32).map { UInt8($0) } + (100..<124).map { UInt8($0) }
    let header = Array("header bytes".utf8)
    let plaintext = Array("the reporter called back".utf8)

    init() throws {
        self.cipher = try PartCipher(vaultKey: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
        self.scope = try Self.scope(seed: 0, generation: 1)
    }

    static func scope(seed: UInt8, generation: UInt32) throws -> KeyScope {
        let author = Author(
            site: try #require(SiteID("syd")),
            incarnation: Incarnation(counter: 3, nonce: 0x0102_0304_0506_0708))
        return KeyScope(
            author: author, document: DocumentID(kind: .escalation, suffix: (0..<15).map { $0 + seed }),
            compartment: .global, generation: generation)
    }

    private func place(_ seq: UInt64, _ index: Int = 2) -> PartPlace {
        PartPlace(scope: self.scope, seq: seq, index: index)
    }

    @Test("wrap, key id, commitment and seal are those of an independent implementation")
    func vectors() throws {
        // Made with Python's hashlib, PyNaCl and cbor2 from the layout in docs/protocol.md.
        let key = try self.cipher.makeKey(scope: self.scope, entropy: self.entropy)
        #expect(
            hexadecimal(key.bytes)
                == "6465666768696a6b6c6d6e6f707172737475767778797a7b0b91de40ddbca9b4d05e679eb42408d401ab9478c6e3"
                + "23b30ebc4d118b08f664956054bce6e468a28bc132b96109a2bc")
        #expect(key.id == KeyID(generation: 1, hash: 0x6689_5a11_a504_c535))
        let commitment = try self.cipher.commitment(to: self.plaintext, at: self.place(9), key: key)
        #expect(commitment.description == "e420ae15c446b852a437714f8cc4e8cf3e770e22d689445181c2448f059e3351")
        let sealed = try self.cipher.seal(
            self.plaintext, at: self.place(9), commitment: commitment, header: self.header, key: key)
        #expect(
            hexadecimal(sealed)
                == "7fc838914972da58398a530ceb40a2eded71c921288f9652851907aa26c0f2ffc18f37ca50fcee2e")
    }

    private func sealed() throws -> (key: WrappedKey, commitment: Digest256, bytes: [UInt8]) {
        let key = try self.cipher.makeKey(scope: self.scope, entropy: self.entropy)
        let commitment = try self.cipher.commitment(to: self.plaintext, at: self.place(9), key: key)
        let bytes = try self.cipher.seal(
            self.plaintext, at: self.place(9), commitment: commitment, header: self.header, key: key)
        return (key, commitment, bytes)
    }

    @Test("a part opens at its place only: another seq, index, header, commitment or byte is a mismatch")
    func mismatches() throws {
        let (key, commitment, bytes) = try self.sealed()
        #expect(
            try self.cipher.open(
                bytes, at: self.place(9), commitment: commitment, header: self.header, key: key)
                == self.plaintext)
        var tries: [([UInt8], PartPlace, Digest256, [UInt8])] = [
            (bytes, self.place(10), commitment, self.header),
            (bytes, self.place(9, 3), commitment, self.header),
            (bytes, self.place(9), commitment, self.header + [0]),
            (bytes, self.place(9), .zero, self.header),
            ([], self.place(9), commitment, self.header),
            (Array(bytes.dropLast()), self.place(9), commitment, self.header),
        ]
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            tries.append((changed, self.place(9), commitment, self.header))
        }
        for (bytes, place, commitment, header) in tries {
            #expect(throws: SealingFault.partMismatch) {
                try self.cipher.open(bytes, at: place, commitment: commitment, header: header, key: key)
            }
        }
    }

    @Test("a part that authenticates under a commitment with another end is still a mismatch")
    func commitmentTail() throws {
        let (key, commitment, bytes) = try self.sealed()
        // The last 8 bytes of the commitment are no part of the nonce, so only the recomputed commitment
        // tells.
        let other = Digest256(
            words: commitment.word0, commitment.word1, commitment.word2, commitment.word3 ^ 1)
        #expect(throws: SealingFault.partMismatch) {
            try self.cipher.open(
                bytes, at: self.place(9), commitment: other, header: self.header, key: key)
        }
    }

    @Test("sealing under a commitment that is not the plaintext's is refused")
    func wrongCommitment() throws {
        let (key, commitment, _) = try self.sealed()
        #expect(throws: SealingFault.partMismatch) {
            try self.cipher.seal(
                [1, 2, 3], at: self.place(9), commitment: commitment, header: self.header, key: key)
        }
    }

    @Test("a wrapped key opens for its own scope, under its own vault, also right after a good use")
    func keyMismatches() throws {
        let key = try self.cipher.makeKey(scope: self.scope, entropy: self.entropy)
        #expect(try self.cipher.export(key, scope: self.scope) == Array(self.entropy.prefix(32)))
        for scope in [try Self.scope(seed: 1, generation: 1), try Self.scope(seed: 0, generation: 2)] {
            #expect(throws: SealingFault.keyMismatch) { try self.cipher.export(key, scope: scope) }
        }
        let foreign = try PartCipher(vaultKey: SecretBytes(copying: [UInt8](repeating: 8, count: 32)))
        #expect(throws: SealingFault.keyMismatch) { try foreign.export(key, scope: self.scope) }
        for bytes in [[], Array(key.bytes.dropLast()), [key.bytes[0] ^ 1] + key.bytes.dropFirst()] {
            #expect(throws: SealingFault.keyMismatch) {
                try self.cipher.export(WrappedKey(id: key.id, bytes: bytes), scope: self.scope)
            }
        }
        #expect(try self.cipher.export(key, scope: self.scope) == Array(self.entropy.prefix(32)))
    }

    @Test("a bare key is adopted only as the key that headers name")
    func adopt() throws {
        let key = try self.cipher.makeKey(scope: self.scope, entropy: self.entropy)
        let bare = try self.cipher.export(key, scope: self.scope)
        let nonce = [UInt8](repeating: 3, count: 24)
        let adopted = try self.cipher.adopt(
            bareKey: bare, scope: self.scope, expecting: key.id, nonce: nonce)
        #expect(adopted.id == key.id && adopted.bytes != key.bytes)
        #expect(try self.cipher.export(adopted, scope: self.scope) == bare)
        let wrong = [KeyID(generation: 2, hash: key.id.hash), KeyID(generation: 1, hash: key.id.hash ^ 1)]
        for id in wrong {
            #expect(throws: SealingFault.keyMismatch) {
                try self.cipher.adopt(bareKey: bare, scope: self.scope, expecting: id, nonce: nonce)
            }
        }
        #expect(throws: SealingFault.keyMismatch) {
            try self.cipher.adopt(
                bareKey: Array(bare.dropLast()), scope: self.scope, expecting: key.id, nonce: nonce)
        }
    }

    @Test("several threads use one cipher with keys of several documents")
    func threads() async throws {
        let cipher = self.cipher
        let results = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in UInt8(0)..<8 {
                let scope = try Self.scope(seed: number, generation: 1)
                group.addTask {
                    let key = try cipher.makeKey(scope: scope, entropy: [UInt8](repeating: number, count: 56))
                    for seq in UInt64(1)...50 {
                        let place = PartPlace(scope: scope, seq: seq, index: 0)
                        let text = [number, UInt8(seq)]
                        let commitment = try cipher.commitment(to: text, at: place, key: key)
                        let sealed = try cipher.seal(
                            text, at: place, commitment: commitment, header: [], key: key)
                        let opened = try cipher.open(
                            sealed, at: place, commitment: commitment, header: [], key: key)
                        guard opened == text else { return false }
                    }
                    return true
                }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results == [Bool](repeating: true, count: 8))
    }
}
