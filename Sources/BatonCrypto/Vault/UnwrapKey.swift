import CSodium

/// The X25519 pair to which other nodes wrap document keys of restricted compartments.
enum UnwrapKey {
    static func publicKey(seed: SecretBytes) throws(CryptoFault) -> [UInt8] {
        var publicKey = [UInt8](repeating: 0, count: 32)
        let pair = try unsafe SecretBytes(count: 32) { (buffer) throws(CryptoFault) in
            let result = unsafe seed.withBytes { seedBytes in
                unsafe publicKey.withUnsafeMutableBufferPointer { target in
                    unsafe baton_box_keypair(
                        target.baseAddress, buffer.assumingMemoryBound(to: UInt8.self).baseAddress,
                        seedBytes.assumingMemoryBound(to: UInt8.self).baseAddress)
                }
            }
            guard result == 0 else { throw CryptoFault(.libraryFailed, "an X25519 key could not be derived") }
        }
        precondition(pair.count == 32, "an X25519 secret has 32 bytes")
        return publicKey
    }
}
