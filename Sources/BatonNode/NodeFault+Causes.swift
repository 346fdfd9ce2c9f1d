import BatonAPI
package import BatonCrypto
package import BatonEngine
package import BatonTransport

/// What the layers below report, with what to do about it. One place, so that every door says the same.
extension NodeFault {
    package init(_ fault: CryptoFault) {
        let code = fault.code.rawValue
        self.init(
            code: code, Self.sentence(fault.message), hint: Self.hints[code] ?? Self.hint(family: code),
            exit: code.hasSuffix("-damaged")
                ? .integrity : code.hasSuffix("-missing") ? .noSuchThing : .failed)
    }

    package init(_ fault: ReplicaFault) {
        self.init(
            code: fault.code, Self.sentence(fault.message),
            hint: Self.hints[fault.code] ?? Self.hint(family: fault.code),
            exit: Self.exits[fault.code] ?? (fault.isFatal ? .integrity : .failed))
    }

    package init(_ fault: TransportFault) {
        let code = fault.code.rawValue
        self.init(
            code: code, Self.sentence(fault.message), hint: Self.hints[code] ?? Self.hint(family: code),
            exit: Self.exits[code] ?? .failed)
    }

    private static func sentence(_ text: String) -> String {
        guard let first = text.first else { return "It failed." }
        return first.uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }

    private static func hint(family code: String) -> String {
        "Look up \(code) in docs/operations.md."
    }

    private static let exits: [String: ExitCode] = [
        "store.locked": .tryAgain, "store.busy": .tryAgain, "store.disk-full": .tryAgain,
        "store.log-full": .tryAgain, "store.corrupt": .integrity, "store.half-migrated": .integrity,
        "store.unsafe-permissions": .refused,
        "transport.socket-in-use": .tryAgain, "transport.connect-refused": .tryAgain,
    ]

    private static let hints: [String: String] = [
        "store.locked": "Another process has the folder open: stop it, or talk to it through its socket.",
        "store.busy": "Try again; another program has the database open.",
        "store.disk-full": "Free some space; the node goes on by itself.",
        "store.io": "Check the disk, then start the node again and run baton log verify.",
        "store.corrupt":
            "Run baton repair: it keeps the damaged files, and peers send what cannot be read.",
        "store.half-migrated": "Use the build that wrote it, or run baton repair.",
        "store.log-full": "End the program that reads the database; the node goes on by itself.",
        "store.unsafe-permissions": "Run chmod 700 on the folder and chmod 600 on its files.",
        "store.newer-schema": "Use the newer build that wrote it.",
        "store.not-a-replica": "Check that the data folder is the right one.",
        "crypto.vault-missing": "Run baton init, or check the data folder.",
        "crypto.vault-exists": "Its keys are in use; choose another folder.",
        "crypto.vault-permissions": "Run chmod 600 on the key file.",
        "crypto.vault-damaged": "Restore the key file from its backup.",
        "transport.library": "Update the package libnghttp2-14, then start the node again.",
        "transport.bind": "Choose another port, or stop what listens there.",
        "transport.socket-in-use": "A node runs on this folder already.",
        "transport.socket-path": "Choose another path with api.socket.",
        "transport.connect-refused": "Start the node of this folder.",
    ]
}
