import CSodium

/// Owns secret bytes between guard pages, never swapped, wiped when the last owner lets go; lends them
/// by closure.
///
/// One secret costs a locked page (4 KiB of RLIMIT_MEMLOCK) and about 40 µs, so secrets are few and live
/// long.
// Invariant: the bytes are written once, inside `init`, and the pages are read-only after it, so threads
// may share them. Tests: "a secret is read by several threads at once", "a secret cannot be written to".
@safe
package final class SecretBytes: @unchecked Sendable, CustomStringConvertible {
    private let storage: UnsafeMutableRawPointer
    package let count: Int

    /// Takes guarded memory, has it filled in place and makes it read-only.
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
        guard unsafe sodium_mprotect_readonly(storage) == 0 else {
            unsafe sodium_free(storage)
            throw CryptoFault(.libraryFailed, "a key could not be protected from being overwritten")
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

    /// Copies a part of another secret, from guarded memory to guarded memory.
    ///
    /// - Shape: `range` lies inside `other` and is not empty.
    convenience init(_ range: Range<Int>, of other: SecretBytes) throws(CryptoFault) {
        try unsafe self.init(count: range.count) { (buffer) throws(CryptoFault) in
            unsafe other.withBytes { source in
                unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
            }
        }
    }

    /// Draws bytes from the kernel's generator, which writes them into the guarded memory itself.
    convenience init(drawing count: Int) throws(CryptoFault) {
        try unsafe self.init(count: count) { (buffer) throws(CryptoFault) in
            unsafe Sodium.drawRandom(into: buffer)
        }
    }

    deinit { unsafe sodium_free(self.storage) }

    /// Lends the bytes; they must not be kept.
    package func withBytes<Value, Fault: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Fault) -> Value
    ) throws(Fault) -> Value {
        try unsafe body(UnsafeRawBufferPointer(start: self.storage, count: self.count))
    }

    /// Lends the bytes behind checks of every index.
    func withSpan<Value, Fault: Error>(
        _ body: (Span<UInt8>) throws(Fault) -> Value
    ) throws(Fault) -> Value {
        try unsafe self.withBytes { (bytes) throws(Fault) in
            try unsafe body(bytes.assumingMemoryBound(to: UInt8.self).span)
        }
    }

    package var description: String { "a secret of \(self.count) bytes" }
}

extension SecretBytes: CustomReflectable {
    /// Shows no children, so that `dump` shows no address either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
