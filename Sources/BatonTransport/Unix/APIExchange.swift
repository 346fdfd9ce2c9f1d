/// One request of the operator API with the process behind it.
package struct APIRequest: Sendable {
    package let method: String
    /// The path without query, still percent-encoded.
    package let path: String
    /// Text after the first `?`, without it; nil when there was none.
    package let query: String?
    /// Lower-case names in the order received; pseudo-headers are left out.
    package let headers: [(name: String, value: String)]
    /// At most `UnixServerLimits.bodyMax` bytes.
    package let body: [UInt8]
    /// Credentials of the client process when it connected (SO_PEERCRED, unix(7)).
    package let uid: UInt32
    package let gid: UInt32
    package let pid: Int32

    package init(
        method: String, path: String, query: String?, headers: [(name: String, value: String)],
        body: [UInt8], uid: UInt32, gid: UInt32, pid: Int32
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.uid = uid
        self.gid = gid
        self.pid = pid
    }
}

/// One answer of the operator API, whole or as a stream.
package struct APIResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Sent as it comes and asked for no faster than the client reads; let go when the client goes away.
        case stream(AsyncStream<[UInt8]>)
    }

    /// HTTP status, 200…599.
    package let status: Int
    /// Lower-case names; `content-length` is added for whole bodies.
    package let headers: [(name: String, value: String)]
    package let body: Body

    package init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The bytes of a whole body; empty for a streamed one.
    package var bytes: [UInt8] {
        switch self.body {
        case .bytes(let bytes): bytes
        case .stream: []
        }
    }
}

/// Answers one request; called concurrently, cancelled when the client gives up.
package typealias APIHandler = @Sendable (APIRequest) async -> APIResponse
