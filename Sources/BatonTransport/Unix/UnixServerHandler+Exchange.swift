internal import BatonHTTP2
internal import NIOCore

extension UnixServerHandler {
    func handle(_ event: HTTP2Event) throws(HTTP2Fault) {
        switch event {
        case .headers(let stream, let fields, let endStream):
            if self.exchanges[stream] == nil { self.exchanges[stream] = Exchange(fields: fields) }
            if endStream { self.requestIsWhole(stream) }
        case .data(let stream, let bytes, let endStream):
            // The cap on the body bounds what is held, so the window can be given back at once.
            try self.pump?.session.consumed(stream: stream, bytes.count)
            try self.append(bytes, to: stream)
            if endStream { self.requestIsWhole(stream) }
        case .streamClosed(let stream, _):
            let exchange = self.exchanges.removeValue(forKey: stream)
            exchange?.task?.cancel()
            exchange?.roomPromise?.succeed(false)
        case .goAway, .settings, .settingsAck:
            break
        }
    }

    private func append(_ bytes: [UInt8], to stream: Int32) throws(HTTP2Fault) {
        guard let exchange = self.exchanges[stream], !exchange.isTaken else { return }
        guard exchange.body.count + bytes.count <= self.limits.bodyMax else {
            self.exchanges[stream]?.isTaken = true
            self.exchanges[stream]?.body = []
            let fields = [HTTP2Field(":status", "413"), HTTP2Field("content-length", "0")]
            try self.pump?.session.submitResponse(stream: stream, fields, endStream: true)
            return
        }
        self.exchanges[stream]?.body.append(contentsOf: bytes)
    }

    /// Hands a whole request to the handler in a task of its own.
    private func requestIsWhole(_ stream: Int32) {
        guard let exchange = self.exchanges[stream], !exchange.isTaken, let context = self.channelContext
        else { return }
        let request = self.makeRequest(exchange)
        let handler = self.handler
        let answer = UnixAnswer(
            stream: stream, eventLoop: context.eventLoop,
            handler: NIOLoopBound(self, eventLoop: context.eventLoop))
        self.exchanges[stream]?.isTaken = true
        self.exchanges[stream]?.body = []
        self.exchanges[stream]?.task = Task {
            await answer.give(await handler(request))
        }
    }

    private func makeRequest(_ exchange: Exchange) -> APIRequest {
        let target = exchange.fields.first(named: ":path") ?? ""
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let headers = exchange.fields.filter { !$0.name.hasPrefix(":") }
        return APIRequest(
            method: exchange.fields.first(named: ":method") ?? "",
            path: parts.first.map(String.init) ?? "",
            query: parts.count == 2 ? String(parts[1]) : nil,
            headers: headers.map { (name: $0.name, value: $0.value) },
            body: exchange.body,
            uid: self.credentials.uid, gid: self.credentials.gid, pid: self.credentials.pid)
    }

    // MARK: - Answers, on the event loop

    func begin(_ response: APIResponse, on stream: Int32) {
        guard let session = self.pump?.session else { return }
        var fields = [HTTP2Field(":status", "\(response.status)")]
        fields += response.headers.map { HTTP2Field($0.name.lowercased(), $0.value) }
        var whole: [UInt8]?
        if case .bytes(let bytes) = response.body {
            whole = bytes
            // RFC 9110 section 8.6 forbids a length on 204.
            if response.status != 204 { fields.append(HTTP2Field("content-length", "\(bytes.count)")) }
        }
        self.guarded { () throws(HTTP2Fault) in
            try session.submitResponse(stream: stream, fields, endStream: whole?.isEmpty == true)
            guard let whole, !whole.isEmpty else { return }
            try session.send(stream: stream, whole)
            try session.endStream(stream)
        }
        self.flush()
    }

    /// Queues a piece of a streamed answer; the future is true when there is room for the next.
    func write(_ bytes: [UInt8], on stream: Int32, eventLoop: any EventLoop) -> EventLoopFuture<Bool> {
        guard self.exchanges[stream] != nil, let session = self.pump?.session else {
            return eventLoop.makeSucceededFuture(false)
        }
        self.guarded { () throws(HTTP2Fault) in try session.send(stream: stream, bytes) }
        self.flush()
        guard self.exchanges[stream] != nil else { return eventLoop.makeSucceededFuture(false) }
        guard session.queuedBytes(stream: stream) > self.limits.queueHighMark else {
            return eventLoop.makeSucceededFuture(true)
        }
        let promise = eventLoop.makePromise(of: Bool.self)
        self.exchanges[stream]?.roomPromise = promise
        return promise.futureResult
    }

    func end(_ stream: Int32) {
        self.guarded { () throws(HTTP2Fault) in try self.pump?.session.endStream(stream) }
        self.flush()
    }
}

/// Carries one answer from the task that made it to the event loop that sends it.
struct UnixAnswer: Sendable {
    let stream: Int32
    let eventLoop: any EventLoop
    let handler: NIOLoopBound<UnixServerHandler>

    func give(_ response: APIResponse) async {
        let stream = self.stream
        self.eventLoop.execute { self.handler.value.begin(response, on: stream) }
        guard case .stream(let pieces) = response.body else { return }
        for await piece in pieces where !piece.isEmpty {
            guard await self.write(piece) else { return }
        }
        self.eventLoop.execute { self.handler.value.end(stream) }
    }

    private func write(_ piece: [UInt8]) async -> Bool {
        let room = self.eventLoop.flatSubmit {
            self.handler.value.write(piece, on: self.stream, eventLoop: self.eventLoop)
        }
        // The future fails only when the event loop ends; then nobody waits for the answer.
        return (try? await room.get()) ?? false
    }
}
