internal import BatonHTTP2
internal import Glibc

/// Proves before a node serves that the installed HTTP/2 library has the repairs on which links rest.
package enum LibraryCheck {
    /// Attacks sessions in memory; some milliseconds.
    ///
    /// A library without the last repair would end the process by an assertion. Then, too, the process says
    /// why, and exits with 1.
    ///
    /// - Throws: `transport.library`, with the repair that is missing.
    package static func run() throws(TransportFault) {
        try Self.tellingAborts { () throws(TransportFault) in
            do throws(HTTP2Fault) { try HTTP2Canary.run() } catch { throw Self.fault(error) }
        }
    }

    private static func fault(_ error: HTTP2Fault) -> TransportFault {
        let missing = if case .library(let call, _) = error { call } else { "\(error)" }
        return TransportFault(.library, "the installed libnghttp2 lacks the repair for \(missing)")
    }

    /// Runs a body in which C code may abort. One caller at a time: a signal's handler is the process's.
    static func tellingAborts<Fault: Error>(_ body: () throws(Fault) -> Void) throws(Fault) {
        let before = signal(SIGABRT) { _ in
            // Only what a signal handler may call.
            let words: StaticString =
                "[transport.library] The installed libnghttp2 lacks repairs. Update the package libnghttp2-14.\n"
            _ = unsafe write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
            _exit(1)
        }
        defer { _ = signal(SIGABRT, before) }
        try body()
    }
}
