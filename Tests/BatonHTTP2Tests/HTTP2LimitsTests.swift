import BatonHTTP2
import Testing

@Suite("HTTP2Limits")
struct HTTP2LimitsTests {
    private func server(_ limits: HTTP2Limits = HTTP2Limits()) throws -> HTTP2Session {
        let server = try HTTP2Session(role: .server, limits: limits)
        _ = try server.feed(Wire.preface + Wire.settings, now: 0)
        _ = try server.pull(max: 1 << 20)
        return server
    }

    /// Feeds one frame at a time, reading the answers, and returns how many were taken and the fault.
    private func flood(
        _ server: HTTP2Session, times: Int, now: (Int) -> UInt64 = { _ in 0 }, _ frame: (Int) -> [UInt8]
    ) -> (taken: Int, fault: HTTP2Fault?) {
        for index in 0..<times {
            do throws(HTTP2Fault) {
                _ = try server.feed(frame(index), now: now(index))
                _ = try server.pull(max: 1 << 20)
            } catch {
                return (index, error)
            }
            if server.isFinished { return (index, nil) }
        }
        return (times, nil)
    }

    @Test("a PING flood ends when the budget is spent")
    func pingFlood() throws {
        let result = self.flood(try self.server(), times: 1_000) { _ in Wire.ping }
        // 200 tokens, 10 for the first SETTINGS, 4 each.
        #expect(result.taken == 47)
        #expect(result.fault == .abuse("PING"))
    }

    @Test("one PING a second is never too many")
    func slowPings() throws {
        let result = self.flood(try self.server(), times: 2_000, now: { UInt64($0) * 1_000 }) { _ in Wire.ping
        }
        #expect(result.taken == 2_000)
        #expect(result.fault == nil)
    }

    @Test("PING answers nobody asked for cost as much as PINGs")
    func pingAnswerFlood() throws {
        let answer = Wire.frame(6, flags: 1, [UInt8](repeating: 0, count: 8))
        let result = self.flood(try self.server(), times: 1_000) { _ in answer }
        #expect(result.fault == .abuse("PING"))
    }

    @Test("a SETTINGS flood ends when the budget is spent")
    func settingsFlood() throws {
        let result = self.flood(try self.server(), times: 1_000) { _ in Wire.settings }
        #expect(result.taken == 19)
        #expect(result.fault == .abuse("SETTINGS"))
    }

    @Test("a SETTINGS frame with too many entries ends the session")
    func settingsEntries() throws {
        let server = try self.server()
        let entries = (0..<9).flatMap { _ in [0, 3, 0, 0, 0, 100] as [UInt8] }
        _ = try server.feed(Wire.frame(4, entries), now: 0)
        _ = try server.pull(max: 1 << 20)
        #expect(server.sentGoAway == HTTP2Code.enhanceYourCalm)
        #expect(server.isFinished)
    }

    @Test("frames of unknown types end when the budget is spent")
    func unknownFrames() throws {
        let result = self.flood(try self.server(), times: 1_000) { _ in Wire.frame(0x77, [1, 2, 3]) }
        #expect(result.taken == 19)
        #expect(result.fault == .abuse("unknown frame"))
    }

    @Test("empty DATA frames end when the budget is spent")
    func emptyData() throws {
        let server = try self.server()
        _ = try server.feed(Wire.get(stream: 1, endStream: false), now: 0)
        let result = self.flood(server, times: 1_000) { _ in Wire.frame(0, stream: 1) }
        #expect(result.taken == 95)
        #expect(result.fault == .abuse("empty DATA"))
    }

    @Test("PRIORITY_UPDATE frames end when the budget is spent")
    func priorityUpdates() throws {
        let result = self.flood(try self.server(), times: 1_000) { _ in
            Wire.frame(0x10, [0, 0, 0, 1] + Array("u=1".utf8))
        }
        #expect(result.fault == .abuse("priority"))
    }

    @Test("a second CONTINUATION frame ends the session")
    func continuationFlood() throws {
        let server = try self.server()
        let head = Wire.frame(1, flags: 0x1, stream: 1, Wire.getBlock)
        let more = Wire.frame(9, stream: 1, Wire.literal("x", "y"))
        #expect(throws: HTTP2Fault.abuse("continuation frames")) {
            _ = try server.feed(head + more + more + more, now: 0)
        }
    }

    @Test("a header block with more than 24 fields is refused while it is decoded")
    func manyFields() throws {
        let server = try self.server()
        let fields = (0..<21).flatMap { Wire.literal("x\($0)", "v") }
        #expect(throws: HTTP2Fault.abuse("header block")) {
            _ = try server.feed(Wire.get(stream: 1, more: fields), now: 0)
        }
        let exact = try self.server()
        let allowed = (0..<20).flatMap { Wire.literal("x\($0)", "v") }
        let events = try exact.feed(Wire.get(stream: 1, more: allowed), now: 0)
        #expect(events.count == 1)
    }

    @Test("a header block with more than 4 KiB is refused while it is decoded")
    func largeFields() throws {
        let server = try self.server()
        let fields = (0..<20).flatMap { _ in
            [0, 1, 0x78, 0x7f, 0x81, 0x01] as [UInt8] + [UInt8](repeating: 0x61, count: 256)
        }
        #expect(throws: HTTP2Fault.abuse("header block")) {
            _ = try server.feed(Wire.get(stream: 1, more: fields), now: 0)
        }
    }

    @Test("references to one large table entry are refused after 24 fields")
    func tableReferences() throws {
        let server = try self.server()
        // Literal with incremental indexing, then one byte per further copy (RFC 7541 section 6.1).
        let indexed = [0x40, 1, 0x78, 0x7e] as [UInt8] + [UInt8](repeating: 0x61, count: 126)
        let references = [UInt8](repeating: 0xbe, count: 10_000)
        #expect(throws: HTTP2Fault.abuse("header block")) {
            _ = try server.feed(Wire.get(stream: 1, more: indexed + references), now: 0)
        }
    }

    @Test("a client that opens and resets streams is sent away after its burst")
    func rapidReset() throws {
        let server = try self.server()
        let result = self.flood(server, times: 1_000) { index in
            let stream = UInt32(1 + 2 * index)
            return Wire.get(stream: stream, endStream: false)
                + Wire.frame(3, stream: stream, [0, 0, 0, 8])
        }
        #expect(result.taken >= 50 && result.taken <= 60)
        #expect(server.sentGoAway != nil)
    }

    @Test("a client that makes the server reset its streams pays for each")
    func madeYouReset() throws {
        let upperCase = Wire.literal("X-Bad", "v")
        let result = self.flood(try self.server(), times: 1_000) { index in
            Wire.get(stream: UInt32(1 + 2 * index), more: upperCase)
        }
        #expect(result.taken == 9)
        #expect(result.fault == .abuse("provoked resets"))
    }

    @Test("a body that contradicts its content-length pays as a provoked reset")
    func contentLength() throws {
        let length = Wire.literal("content-length", "1")
        let result = self.flood(try self.server(), times: 1_000) { index in
            let stream = UInt32(1 + 2 * index)
            return Wire.get(stream: stream, more: length, endStream: false)
                + Wire.frame(0, flags: 1, stream: stream, [1, 2, 3])
        }
        #expect(result.taken == 9)
        #expect(result.fault == .abuse("provoked resets"))
    }

    @Test("answers nobody reads are bounded")
    func outboundQueue() throws {
        var limits = HTTP2Limits()
        limits.costs.budget = 1_000_000
        limits.outboundAcks = 10_000
        let server = try self.server(limits)
        #expect(throws: HTTP2Fault.abuse("outbound queue")) {
            for _ in 0..<1_000 { _ = try server.feed(Wire.ping, now: 0) }
        }
    }

    @Test("one large read cannot pass the outbound bound unseen")
    func outboundQueueInOneFeed() throws {
        let server = try self.server()
        let resets = (0..<5_000).flatMap { index in
            Wire.get(stream: UInt32(1 + 2 * index), more: Wire.literal("X-Bad", "v"))
        }
        #expect(throws: HTTP2Fault.self) { _ = try server.feed(resets, now: 0) }
    }

    @Test("a seventeenth stream is refused")
    func concurrency() throws {
        let server = try self.server()
        var opened = 0
        for index in 0..<20 {
            let events = try server.feed(Wire.get(stream: UInt32(1 + 2 * index)), now: 0)
            opened += events.count
        }
        #expect(opened == 16)
    }

    @Test("a failed session still says why in one GOAWAY frame")
    func farewell() throws {
        let server = try self.server()
        _ = try server.feed(Wire.get(stream: 5), now: 0)
        let expected = Wire.frame(7, [0, 0, 0, 5, 0, 0, 0, 0xb])
        #expect(server.farewell(code: HTTP2Code.enhanceYourCalm) == expected)
    }
}
