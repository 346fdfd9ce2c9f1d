import BatonHTTP2
import Glibc
import Testing

@Suite("HTTP2Session")
struct HTTP2SessionTests {
    @Test("a request and its response cross in order")
    func requestResponse() throws {
        let pair = try SessionPair()
        let stream = try pair.client.submitRequest(SessionPair.request, endStream: false)
        try pair.client.send(stream: stream, Array("question".utf8))
        try pair.client.endStream(stream)
        try pair.exchange()
        let asked = HTTP2Event.headers(stream: 1, fields: SessionPair.request, endStream: false)
        #expect(pair.serverEvents.contains(asked))
        #expect(pair.serverEvents.body(of: stream) == Array("question".utf8))
        #expect(pair.serverEvents.ended(stream))

        let answer = [HTTP2Field(":status", "200")]
        try pair.server.submitResponse(stream: stream, answer, endStream: false)
        try pair.server.send(stream: stream, Array("answer".utf8))
        try pair.server.endStream(stream)
        try pair.exchange()
        #expect(pair.clientEvents.contains(.headers(stream: 1, fields: answer, endStream: false)))
        #expect(pair.clientEvents.body(of: stream) == Array("answer".utf8))
        #expect(pair.clientEvents.last == .streamClosed(stream: 1, code: 0))
        #expect(pair.serverEvents.last == .streamClosed(stream: 1, code: 0))
    }

    @Test("ten megabytes cross both ways on one stream under flow control")
    func longLivedStream() throws {
        let pair = try SessionPair()
        let stream = try pair.openStream()
        let bytes = pattern(10 << 20)
        var (atClient, atServer): ([UInt8], [UInt8]) = ([], [])
        var sent = 0
        while atClient.count < bytes.count || atServer.count < bytes.count {
            if sent < bytes.count {
                let piece = Array(bytes[sent..<min(sent + 100_000, bytes.count)])
                try pair.client.send(stream: stream, piece)
                try pair.server.send(stream: stream, piece)
                sent += piece.count
            }
            try pair.exchange()
            let (up, down) = (pair.serverEvents.body(of: stream), pair.clientEvents.body(of: stream))
            pair.serverEvents = []
            pair.clientEvents = []
            atServer += up
            atClient += down
            try pair.server.consumed(stream: stream, up.count)
            try pair.client.consumed(stream: stream, down.count)
        }
        #expect(atServer == bytes)
        #expect(atClient == bytes)
    }

    @Test("an unread stream stops at its window and resumes when bytes are consumed")
    func windowExhaustion() throws {
        var limits = HTTP2Limits()
        limits.streamWindow = 100_000
        let pair = try SessionPair(serverLimits: limits)
        let stream = try pair.openStream()
        let bytes = pattern(250_000)
        try pair.client.send(stream: stream, bytes)
        try pair.exchange()
        var received = pair.serverEvents.body(of: stream)
        #expect(received.count == 100_000)
        #expect(pair.client.queuedBytes(stream: stream) == 150_000)
        #expect(try pair.exchange() == 0)

        while received.count < bytes.count {
            pair.serverEvents = []
            try pair.server.consumed(stream: stream, 100_000)
            try pair.exchange()
            received += pair.serverEvents.body(of: stream)
        }
        #expect(received == bytes)
        #expect(pair.client.queuedBytes(stream: stream) == 0)
    }

    @Test("the connection window bounds what several unread streams hold together")
    func connectionWindow() throws {
        var limits = HTTP2Limits()
        limits.streamWindow = 100_000
        limits.connectionWindow = 150_000
        let pair = try SessionPair(serverLimits: limits)
        let streams = [try pair.openStream(), try pair.openStream()]
        for stream in streams {
            try pair.client.send(stream: stream, pattern(100_000))
        }
        try pair.exchange()
        #expect(streams.map { pair.serverEvents.body(of: $0).count }.reduce(0, +) == 150_000)
    }

    @Test("a reset cancels the stream at both ends and forgets queued bytes")
    func cancel() throws {
        let pair = try SessionPair()
        let stream = try pair.openStream()
        try pair.client.send(stream: stream, pattern(2_000_000))
        try pair.client.reset(stream: stream, code: HTTP2Code.cancel)
        #expect(pair.client.queuedBytes(stream: stream) == 0)
        try pair.exchange()
        #expect(pair.serverEvents.last == .streamClosed(stream: stream, code: HTTP2Code.cancel))
        #expect(throws: HTTP2Fault.streamGone(stream)) { try pair.server.send(stream: stream, [1]) }
        #expect(throws: HTTP2Fault.streamGone(stream)) { try pair.client.reset(stream: stream, code: 0) }
    }

    @Test("a goaway lets the open stream finish and then both sessions are done")
    func goAway() throws {
        let pair = try SessionPair()
        let stream = try pair.openStream()
        try pair.server.shutdownNotice()
        try pair.exchange()
        try pair.server.goAway(code: HTTP2Code.noError)
        try pair.exchange()
        #expect(pair.clientEvents.contains(.goAway(lastStream: stream, code: 0)))
        let late = try pair.client.submitRequest(SessionPair.request, endStream: true)
        try pair.exchange()
        let refused = HTTP2Event.streamClosed(stream: late, code: HTTP2Code.refusedStream)
        #expect((pair.clientEvents + pair.client.takeEvents()).filter { $0 == refused }.count == 1)
        try pair.client.send(stream: stream, [1, 2, 3])
        try pair.client.endStream(stream)
        try pair.server.endStream(stream)
        try pair.exchange()
        #expect(pair.serverEvents.body(of: stream) == [1, 2, 3])
        #expect(pair.client.isFinished)
        #expect(pair.server.isFinished)
    }

    @Test("small sends leave in one coalesced piece")
    func coalescing() throws {
        let pair = try SessionPair()
        let stream = try pair.openStream()
        for byte in UInt8(0)..<200 {
            try pair.client.send(stream: stream, [byte])
        }
        let output = try pair.client.pull(max: 64 << 10)
        #expect(output.count == 9 + 200)
        #expect(try pair.client.pull(max: 64 << 10).isEmpty)
    }

    @Test("garbage instead of the client preface is a fault")
    func badPreface() throws {
        let server = try HTTP2Session(role: .server)
        #expect(throws: HTTP2Fault.malformed("client preface")) {
            _ = try server.feed(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), now: 0)
        }
        #expect(throws: HTTP2Fault.finished) { _ = try server.feed([0], now: 0) }
        #expect(server.isFinished)
    }

    @Test("thousands of sessions are each released exactly once")
    func releasedOnce() async {
        // A child process: a double release would crash it, a leak shows in its peak memory.
        await #expect(processExitsWith: .success) {
            func useOne() throws {
                let pair = try SessionPair()
                let stream = try pair.openStream()
                try pair.client.send(stream: stream, pattern(20_000))
                try pair.exchange()
            }
            func peakKiB() -> Int {
                var usage = rusage()
                _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
                return usage.ru_maxrss
            }
            for _ in 0..<200 { try useOne() }
            let before = peakKiB()
            for _ in 0..<2_000 { try useOne() }
            #expect(peakKiB() < before + 8 << 10)
        }
    }

    @Test("the installed library has the repairs the node relies on")
    func canary() async {
        await #expect(processExitsWith: .success) {
            try HTTP2Canary.run()
        }
    }

    @Test("bytes changed on the way never break more than the session", arguments: 0..<8 as Range<UInt32>)
    func changedBytes(seed: UInt32) throws {
        let donor = try HTTP2Session(role: .client)
        let stream = try donor.submitRequest(SessionPair.request, endStream: false)
        try donor.send(stream: stream, pattern(3_000))
        try donor.endStream(stream)
        try donor.ping()
        let whole = try donor.pull(max: 1 << 20)
        var state = seed
        func draw(_ bound: Int) -> Int {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int(state >> 8) % bound
        }
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0...draw(6) { bytes[draw(bytes.count)] = UInt8(draw(256)) }
            let server = try HTTP2Session(role: .server)
            var start = 0
            while start < bytes.count, !server.isFinished {
                let end = min(start + 1 + draw(400), bytes.count)
                _ = try? server.feed(Array(bytes[start..<end]), now: 0)
                _ = try? server.pull(max: 1 << 20)
                start = end
            }
        }
    }
}
