import CSodium

/// Keeps secrets out of crash files: no core dumps, no attaching by other processes of the user.
package enum Hardening {
    package static func apply() throws(CryptoFault) {
        guard baton_forbid_dumps() == 0 else {
            throw CryptoFault(.libraryFailed, "core dumps could not be switched off for this process")
        }
    }
}
