package import BatonEngine
package import BatonModel

/// Fast stand-ins for cryptography, for tests of logic that hash and sign many thousand times.
///
/// They have the shape of the real thing (equal input, equal output; any change shows) and none of its
/// strength.
package struct StandInHashing: Hashing {
    package init() {}

    package func digest256(_ message: [UInt8]) -> Digest256 {
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (
            0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93
        )
        Self.absorb(message, &lanes)
        lanes.0 ^= UInt64(message.count)
        for _ in 0..<2 {
            lanes.1 = Self.mix(lanes.1 ^ lanes.0)
            lanes.2 = Self.mix(lanes.2 ^ lanes.1)
            lanes.3 = Self.mix(lanes.3 ^ lanes.2)
            lanes.0 = Self.mix(lanes.0 ^ lanes.3)
        }
        return Digest256(words: lanes.0, lanes.1, lanes.2, lanes.3)
    }

    /// Eight bytes at a time, then the rest one by one.
    private static func absorb(_ message: [UInt8], _ lanes: inout (UInt64, UInt64, UInt64, UInt64)) {
        let whole = message.count & ~7
        var place = 0
        while place < whole {
            var word: UInt64 = 0
            for offset in 0..<8 { word |= UInt64(message[place + offset]) << UInt64(8 * offset) }
            lanes.0 = Self.mix(lanes.0 ^ word)
            lanes.1 = lanes.1 &* 31 &+ lanes.0
            place += 8
        }
        while place < message.count {
            lanes.0 = Self.mix(lanes.0 ^ UInt64(message[place]))
            lanes.1 = lanes.1 &* 31 &+ lanes.0
            place += 1
        }
    }

    package func digest256(_ first: [UInt8], _ second: [UInt8]) -> Digest256 {
        self.digest256(first + second)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Signs by hashing the public key with the message: whoever knows the public key can forge, which tests use.
package struct StandInSigning: SiteSigning, SignatureVerifying {
    package let publicKey: [UInt8]
    private let hashing = StandInHashing()

    package init(publicKey: [UInt8]) { self.publicKey = publicKey }

    package init(named name: String) {
        self.publicKey = StandInHashing().digest256(Array("key of \(name)".utf8)).bytes
    }

    package func sign(_ message: [UInt8]) -> [UInt8] {
        let half = self.hashing.digest256(self.publicKey, message).bytes
        return half + half.reversed()
    }

    package func isValid(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
        StandInSigning(publicKey: publicKey).sign(message) == signature
    }
}

/// Seals by appending a keyed digest of the plaintext: nothing is hidden, everything is bound.
package struct StandInSealing: PartSealing {
    private let hashing = StandInHashing()

    package init() {}

    private func keyID(_ key: [UInt8], _ scope: KeyScope) -> KeyID {
        KeyID(generation: scope.generation, hash: self.hashing.digest256(key).word0)
    }

    package func makeKey(scope: KeyScope, entropy: [UInt8]) throws(SealingFault) -> WrappedKey {
        let key = Array(entropy.prefix(32))
        return WrappedKey(id: self.keyID(key, scope), bytes: key)
    }

    package func adopt(
        bareKey: [UInt8], scope: KeyScope, expecting id: KeyID, nonce: [UInt8]
    ) throws(SealingFault) -> WrappedKey {
        guard self.keyID(bareKey, scope) == id else { throw .keyMismatch }
        return WrappedKey(id: id, bytes: bareKey)
    }

    package func export(_ key: WrappedKey, scope: KeyScope) throws(SealingFault) -> [UInt8] { key.bytes }

    package func commitment(
        to plaintext: [UInt8], at place: PartPlace, key: WrappedKey
    ) throws(SealingFault) -> Digest256 {
        let prefix = Header.commitmentPrefix(author: place.scope.author, seq: place.seq, part: place.index)
        return self.hashing.digest256(key.bytes, prefix + plaintext)
    }

    package func seal(
        _ plaintext: [UInt8], at place: PartPlace, commitment: Digest256, header: [UInt8], key: WrappedKey
    ) throws(SealingFault) -> [UInt8] {
        plaintext + self.hashing.digest256(key.bytes + header, plaintext).bytes.prefix(16)
    }

    package func open(
        _ sealed: [UInt8], at place: PartPlace, commitment: Digest256, header: [UInt8], key: WrappedKey
    ) throws(SealingFault) -> [UInt8] {
        guard sealed.count >= 16 else { throw .partMismatch }
        let plaintext = Array(sealed.dropLast(16))
        guard try self.seal(plaintext, at: place, commitment: commitment, header: header, key: key) == sealed,
            try self.commitment(to: plaintext, at: place, key: key) == commitment
        else { throw .partMismatch }
        return plaintext
    }
}
