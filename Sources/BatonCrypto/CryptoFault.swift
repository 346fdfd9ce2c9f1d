/// Says why a key, a seal, a signature or the vault could not be used. It never carries secret bytes.
package struct CryptoFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Stable strings that appear in logs and in `docs/operations.md`.
    package enum Code: String, Sendable, CaseIterable {
        /// Bytes are not the part that the signed header commits to: ask elsewhere.
        case partMismatch = "crypto.part-mismatch"
        /// A key is not the one that is named, or was not wrapped here for this scope.
        case keyMismatch = "crypto.key-mismatch"
        case vaultMissing = "crypto.vault-missing"
        /// A key file may be read by others.
        case vaultPermissions = "crypto.vault-permissions"
        case vaultDamaged = "crypto.vault-damaged"
        /// A key file stands where a new one was to be made; it is never overwritten.
        case vaultExists = "crypto.vault-exists"
        case vaultUnwritable = "crypto.vault-unwritable"
        /// No guarded or locked memory is left.
        case memoryExhausted = "crypto.memory-exhausted"
        /// libsodium or the kernel refused what it should always do.
        case libraryFailed = "crypto.library-failed"
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "[\(self.code.rawValue)] \(self.message)" }
}
