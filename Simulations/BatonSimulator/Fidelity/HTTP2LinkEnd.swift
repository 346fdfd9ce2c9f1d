import BatonHTTP2

/// One end of a link through the shipped HTTP/2 session: one stream, opened by a POST, as `docs/protocol.md` has
/// it.
///
/// The library's own limiter of resets counts real seconds; its burst is set beyond reach here, so that no real
/// time enters a run. Baton's limiter of cheap frames works on virtual time and stays as it is.
final class HTTP2LinkEnd: LinkCodec {
    private let session: HTTP2Session
    private let isDialler: Bool
    private var stream: Int32?
    private var isOpen = false
    private var hasEnded = false

    /// What the node's links have: one stream, and its windows.
    private static var limits: HTTP2Limits {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 1
        limits.streamWindow = 512 << 10
        limits.connectionWindow = 2 << 20
        limits.resetBurst = .max
        return limits
    }

    private static let contentType = HTTP2Field("content-type", "application/cbor-seq")

    init(isDialler: Bool) {
        self.isDialler = isDialler
        do throws(HTTP2Fault) {
            self.session = try HTTP2Session(role: isDialler ? .client : .server, limits: Self.limits)
        } catch {
            preconditionFailure("there is no HTTP/2 session for a simulated link: \(error)")
        }
    }

    var queuedBytes: Int { self.stream.map { self.session.queuedBytes(stream: $0) } ?? 0 }

    func begin() -> [UInt8] {
        self.speak { (session) throws(HTTP2Fault) in
            guard self.isDialler else { return }
            self.stream = try session.submitRequest(
                [
                    HTTP2Field(":method", "POST"), HTTP2Field(":scheme", "https"),
                    HTTP2Field(":authority", "peer"), HTTP2Field(":path", "/baton/v1/sync"),
                    Self.contentType,
                ], endStream: false)
        }
    }

    func send(_ bytes: [UInt8]) -> [UInt8] {
        self.speak { (session) throws(HTTP2Fault) in
            guard let stream = self.stream else { return }
            try session.send(stream: stream, bytes)
        }
    }

    func consumed(_ count: Int) -> [UInt8] {
        self.speak { (session) throws(HTTP2Fault) in
            guard let stream = self.stream else { return }
            try session.consumed(stream: stream, count)
        }
    }

    func close() -> [UInt8] {
        self.speak { (session) throws(HTTP2Fault) in
            guard let stream = self.stream else { return }
            try session.endStream(stream)
        }
    }

    func receive(_ wire: [UInt8], now: UInt64) -> LinkReception {
        var reception = LinkReception()
        do throws(HTTP2Fault) {
            for event in try self.session.feed(wire, now: now) { try self.take(event, &reception) }
            try self.flush(into: &reception)
        } catch {
            reception.fault = "\(error)"
            reception.wire += self.session.farewell(code: HTTP2Code.protocolError)
            self.end(&reception)
        }
        if self.session.isFinished { self.end(&reception) }
        return reception
    }

    /// Pulls all there is to say; what that brings about may have more to say.
    private func flush(into reception: inout LinkReception) throws(HTTP2Fault) {
        while true {
            let wire = try self.session.pull(max: 1 << 20)
            reception.wire += wire
            let events = self.session.takeEvents()
            for event in events { try self.take(event, &reception) }
            if wire.isEmpty, events.isEmpty { return }
        }
    }

    private func take(_ event: HTTP2Event, _ reception: inout LinkReception) throws(HTTP2Fault) {
        switch event {
        case .headers(let stream, let fields, let endStream):
            try self.take(fields, on: stream, &reception)
            if endStream { try self.takeEnd(&reception) }
        case .data(let stream, let bytes, let endStream):
            if stream == self.stream { reception.bytes += bytes }
            if endStream { try self.takeEnd(&reception) }
        case .streamClosed(let stream, let code):
            guard stream == self.stream else { return }
            if code == HTTP2Code.noError { try self.session.terminate(code: HTTP2Code.noError) }
            self.end(&reception)
        case .goAway(_, let code) where code != HTTP2Code.noError: self.end(&reception)
        case .goAway, .settings, .settingsAck: break
        }
    }

    private func take(
        _ fields: [HTTP2Field], on stream: Int32, _ reception: inout LinkReception
    ) throws(HTTP2Fault) {
        guard !self.isOpen else { return }
        if self.isDialler {
            guard fields.first(named: ":status") == "200" else { return self.end(&reception) }
        } else {
            try self.session.submitResponse(
                stream: stream, [HTTP2Field(":status", "200"), Self.contentType], endStream: false)
        }
        self.stream = stream
        self.isOpen = true
        reception.hasOpened = true
    }

    /// The other side has ended its half: ours ends too.
    private func takeEnd(_ reception: inout LinkReception) throws(HTTP2Fault) {
        self.end(&reception)
        guard let stream = self.stream else { return }
        do throws(HTTP2Fault) {
            try self.session.endStream(stream)
        } catch .streamGone {
            // It was ours that ended first.
        }
    }

    private func end(_ reception: inout LinkReception) {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        reception.hasEnded = true
    }

    /// Has the session say something. A stream that is gone says nothing; its end is told by the reception that
    /// brought it.
    private func speak(_ body: (HTTP2Session) throws(HTTP2Fault) -> Void) -> [UInt8] {
        do throws(HTTP2Fault) {
            try body(self.session)
            return try self.session.pull(max: .max)
        } catch .streamGone {
            return []
        } catch {
            preconditionFailure("a simulated link cannot speak HTTP/2: \(error)")
        }
    }
}
