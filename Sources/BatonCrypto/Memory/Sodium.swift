import CSodium

/// Starts libsodium; gives randomness, wiping and constant-time comparison.
package enum Sodium {
    // Swift runs this once, under a lock of its own.
    private static let isReady = sodium_init() >= 0

    /// Makes libsodium choose its implementations and open its randomness; later calls cost nothing.
    ///
    /// - Throws: `crypto.library-failed`.
    package static func initialise() throws(CryptoFault) {
        guard Self.isReady else {
            throw CryptoFault(.libraryFailed, "libsodium could not start on this machine")
        }
    }

    /// Gives `count` bytes from the kernel's generator: the only source of randomness of this module.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        precondition(Self.isReady, "libsodium could not start on this machine")
        var out = [UInt8](repeating: 0, count: count)
        unsafe out.withUnsafeMutableBytes { buffer in unsafe Self.drawRandom(into: buffer) }
        return out
    }

    /// Has the kernel's generator write into memory of the caller's, so that no other copy exists.
    @unsafe static func drawRandom(into buffer: UnsafeMutableRawBufferPointer) {
        if let base = buffer.baseAddress { unsafe baton_random(base, buffer.count) }
    }

    /// Overwrites what finished calls have left on the stack below this one. The hash over a key file
    /// works on blocks of it there.
    static func wipeStack() { sodium_stackzero(Self.stackBytes) }

    /// More than any call of libsodium that takes a secret uses.
    private static let stackBytes = 16 * 1024

    /// Overwrites an array in a way that the compiler may not leave out. Copies made earlier keep their
    /// bytes.
    package static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { unsafe baton_wipe(base, buffer.count) }
        }
    }

    /// Compares in constant time; the counts are not secret.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe baton_equal(left, right, left.count) != 0
    }
}
