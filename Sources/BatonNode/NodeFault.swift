package import BatonAPI

/// Says why a node, a folder, a key file or a command of `baton` failed: a code, what, what to do, an exit
/// code.
package struct NodeFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable (`docs/operations.md`).
    package let code: String
    package let message: String
    package let hint: String
    package let exit: ExitCode

    package init(code: String, _ message: String, hint: String, exit: ExitCode = .failed) {
        self.code = code
        self.message = message
        self.hint = hint
        self.exit = exit
    }

    package var description: String { "[\(self.code)] \(self.message) \(self.hint)" }
}
