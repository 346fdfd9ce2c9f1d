import CSodium

/// Owns secret bytes between guard pages, never swapped, wiped when the last owner lets go; lends them
/// by closure.
///
/// One secret costs a locked page (4 KiB of RLIMIT_MEMLOCK) and about 40 µs, so secrets are few and live
/// long.
// Invariant: the bytes are written once, inside `init`, and only read after it, so threads may share them.
// Test: "a secret is read by several threads at once".
@safe
package final class SecretBytes: @unchecked Sendable, CustomStringConvertible {
    private let storage: UnsafeMutableRawPointer
    package let count: Int

    /// Takes guarded memory and has it filled in place.
    ///
    /// - Throws: `crypto.memory-exhausted`, and what `fill` throws; the memory is then wiped and freed.
    init(
        count: Int, fill: (UnsafeMutableRawBufferPointer) throws(CryptoFault) -> Void
    ) throws(CryptoFault) {
        precondition(count > 0, "a secret has at least one byte, not \(count)")
        try Sodium.initialise()
        guard let storage = unsafe sodium_malloc(count) else {
            throw CryptoFault(
                .memoryExhausted, "no guarded memory is left for a key; raise the locked-memory limit")
        }
        // sodium_malloc locks too, but keeps the result to itself. Locks do not stack: sodium_free
        // undoes both.
        guard unsafe sodium_mlock(storage, count) == 0 else {
            unsafe sodium_free(storage)
            throw CryptoFault(
                .memoryExhausted, "a key could not be locked in memory; raise the locked-memory limit")
        }
        do {
            try unsafe fill(UnsafeMutableRawBufferPointer(start: storage, count: count))
        } catch {
            unsafe sodium_free(storage)
            throw error
        }
        unsafe self.storage = storage
        self.count = count
    }

    /// Copies bytes in. The caller wipes its own copy.
    package convenience init(copying bytes: [UInt8]) throws(CryptoFault) {
        try unsafe self.init(count: bytes.count) { (buffer) throws(CryptoFault) in
            unsafe buffer.copyBytes(from: bytes)
        }
    }

    deinit { unsafe sodium_free(self.storage) }

    /// Lends the bytes; they must not be kept.
    package func withBytes<Value, Fault: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Fault) -> Value
    ) throws(Fault) -> Value {
        try unsafe body(UnsafeRawBufferPointer(start: self.storage, count: self.count))
    }

    package var description: String { "a secret of \(self.count) bytes" }
}

extension SecretBytes: CustomReflectable {
    /// Shows no children, so that `dump` shows no address either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
