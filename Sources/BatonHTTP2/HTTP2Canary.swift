/// Proves that the installed library has the repairs Baton relies on; its version number does not tell.
///
/// Debian repairs nghttp2 1.52.0 without changing what it says of itself. A node runs this once before it
/// serves, in a child process: a library without the last repair ends the process.
///
/// - Source: CVE-2024-28182, CVE-2023-44487, CVE-2026-27135; Debian package 1.52.0-1+deb12u3.
package enum HTTP2Canary {
    /// `:method GET`, `:scheme http`, `:path /` of the static table, then `:authority: a` (RFC 7541).
    private static let request: [UInt8] = [0x82, 0x86, 0x84, 0x41, 0x01, 0x61]

    /// Attacks sessions in memory.
    ///
    /// - Throws: `HTTP2Fault.library`, whose `call` names the repair that is missing.
    package static func run() throws(HTTP2Fault) {
        try Self.provokeContinuations()
        try Self.provokeResets()
        try Self.readAfterEnd()
    }

    /// A server whose own budget is out of the way, so that only the library's limits act.
    private static func makeServer() throws(HTTP2Fault) -> HTTP2Session {
        var limits = HTTP2Limits()
        limits.continuations = 8
        limits.resetBurst = 1_000
        limits.resetRate = 33
        limits.costs.budget = 1_000_000
        let server = try HTTP2Session(role: .server, limits: limits)
        _ = try server.feed(RawFrame.clientPreface + RawFrame.bytes(type: RawFrame.settings), now: 0)
        _ = try server.pull(max: .max)
        return server
    }

    private static func provokeContinuations() throws(HTTP2Fault) {
        let server = try Self.makeServer()
        var bytes = RawFrame.bytes(type: RawFrame.headers, stream: 1, Self.request)
        for _ in 0..<9 {
            bytes += RawFrame.bytes(type: RawFrame.continuation, stream: 1, [0x00, 0x01, 0x78, 0x01, 0x79])
        }
        do throws(HTTP2Fault) {
            _ = try server.feed(bytes, now: 0)
        } catch .abuse {
            return
        }
        throw .library(call: "CVE-2024-28182", code: 0)
    }

    private static func provokeResets() throws(HTTP2Fault) {
        let server = try Self.makeServer()
        for index in 0..<UInt32(1_100) {
            let stream = 1 + 2 * index
            let cancel = RawFrame.bigEndian(HTTP2Code.cancel)
            let open = RawFrame.bytes(type: RawFrame.headers, flags: 0x4, stream: stream, Self.request)
            _ = try server.feed(
                open + RawFrame.bytes(type: RawFrame.resetStream, stream: stream, cancel), now: 0)
            _ = try server.pull(max: .max)
            if server.sentGoAway != nil { return }
        }
        throw .library(call: "CVE-2023-44487", code: 0)
    }

    /// Goes on reading malformed frames after the session was ended; an old library asserts.
    private static func readAfterEnd() throws(HTTP2Fault) {
        for type in UInt8(0)...UInt8(16) {
            let server = try Self.makeServer()
            try server.terminate(code: HTTP2Code.protocolError)
            _ = try? server.feed(RawFrame.bytes(type: type, flags: 0xff, stream: 1, [0xff]), now: 0)
            _ = try? server.feed(RawFrame.bytes(type: type, flags: 0x4, stream: 0), now: 0)
            _ = try? server.pull(max: .max)
        }
    }
}
