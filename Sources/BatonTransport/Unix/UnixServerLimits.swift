package import NIOCore

/// Bounds of the operator API's socket.
package struct UnixServerLimits: Sendable {
    /// What every system takes for a socket's path (`sun_path` has 104 bytes at least), without its closing zero.
    package static let pathBytesMax = 103

    /// Bytes of one request body; more is answered with 413.
    package var bodyMax = 1 << 20
    /// Connections at once, and requests at once on each.
    package var connectionsMax = 64
    package var streamsMax: UInt32 = 16
    /// From the first header to the last body byte of a request.
    package var requestTimeout: TimeAmount = .seconds(30)
    /// Answer bytes queued and none taken for this long ends the connection.
    package var stallTimeout: TimeAmount = .seconds(30)
    /// A connection without a request is closed after this long.
    package var idleTimeout: TimeAmount = .minutes(10)
    /// Requests still running when the server shuts down get this long.
    package var shutdownTimeout: TimeAmount = .seconds(5)
    package var tick: TimeAmount = .seconds(1)
    /// Bytes of a streamed answer queued before its source is made to wait.
    package var queueHighMark = 256 << 10

    package init() {}
}
