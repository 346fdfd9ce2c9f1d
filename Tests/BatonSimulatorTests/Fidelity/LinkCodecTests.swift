import BatonSimulator
import Testing

/// Two ends of a link with a wire between them that delivers in pieces of drawn length.
private struct Wire {
    let dialler: any LinkCodec
    let listener: any LinkCodec
    var random: SeededRandom
    var now: UInt64 = 1_000
    /// Bytes under way: up to the listener, down to the dialler.
    var up: [UInt8] = []
    var down: [UInt8] = []
    private(set) var received: (up: [UInt8], down: [UInt8]) = ([], [])
    private(set) var openCount = 0
    private(set) var endCount = 0
    private(set) var faults: [String] = []
    /// Every byte that was on the wire.
    private(set) var carried: [UInt8] = []
    /// False lets received bytes lie, so that windows close.
    var reads = true

    init(_ kind: TransportKind, seed: UInt64) {
        self.dialler = kind.end(isDialler: true)
        self.listener = kind.end(isDialler: false)
        self.random = SeededRandom(seed: seed)
        self.up = self.dialler.begin()
        self.down = self.listener.begin()
    }

    /// Moves bytes until nothing is under way.
    mutating func settle() {
        var isFirst = true
        while isFirst || !self.up.isEmpty || !self.down.isEmpty {
            isFirst = false
            self.now += 1
            let toListener = self.random.chance(1, in: 2)
            let count = toListener ? self.up.count : self.down.count
            let taken = count == 0 ? 0 : 1 + self.random.below(count)
            self.deliver(taken, toListener: toListener)
        }
        self.deliver(0, toListener: true)
        self.deliver(0, toListener: false)
        if !self.up.isEmpty || !self.down.isEmpty { self.settle() }
    }

    private mutating func deliver(_ count: Int, toListener: Bool) {
        let piece = Array((toListener ? self.up : self.down).prefix(count))
        if toListener { self.up.removeFirst(count) } else { self.down.removeFirst(count) }
        self.carried += piece
        let end = toListener ? self.listener : self.dialler
        let reception = end.receive(piece, now: self.now)
        var wire = reception.wire
        if self.reads, !reception.bytes.isEmpty { wire += end.consumed(reception.bytes.count) }
        if toListener {
            self.received.up += reception.bytes
            self.down += wire
        } else {
            self.received.down += reception.bytes
            self.up += wire
        }
        if reception.hasOpened { self.openCount += 1 }
        if reception.hasEnded { self.endCount += 1 }
        if let fault = reception.fault { self.faults.append(fault) }
    }

    /// Opens the window again after a time without reading.
    mutating func consumeAll() {
        self.reads = true
        self.down += self.listener.consumed(self.received.up.count)
    }
}

@Suite("Links of the simulator")
struct LinkCodecTests {
    @Test("bytes arrive whole and in order, however the wire cuts them", arguments: TransportKind.allCases)
    func inOrder(kind: TransportKind) {
        var wire = Wire(kind, seed: 4)
        wire.settle()
        #expect(wire.openCount == 2)
        var sent: (up: [UInt8], down: [UInt8]) = ([], [])
        var random = SeededRandom(seed: 5)
        for _ in 0..<40 {
            let bytes = random.bytes(1 + random.below(3_000))
            if random.chance(1, in: 2) {
                sent.up += bytes
                wire.up += wire.dialler.send(bytes)
            } else {
                sent.down += bytes
                wire.down += wire.listener.send(bytes)
            }
            if random.chance(1, in: 3) { wire.settle() }
        }
        wire.settle()
        #expect(wire.received.up == sent.up)
        #expect(wire.received.down == sent.down)
        #expect(wire.faults == [])
        #expect(wire.endCount == 0)
    }

    @Test("the same bytes are on the wire in two runs of one seed", arguments: TransportKind.allCases)
    func deterministic(kind: TransportKind) {
        func carried() -> [UInt8] {
            var wire = Wire(kind, seed: 6)
            wire.settle()
            for size in [10, 70_000, 3, 200_000] {
                wire.up += wire.dialler.send([UInt8](repeating: 7, count: size))
                wire.settle()
            }
            return wire.carried
        }
        #expect(carried() == carried())
    }

    @Test("a reader that takes nothing stops the sender at its window, and starts it again by reading")
    func window() {
        var wire = Wire(.http2, seed: 8)
        wire.settle()
        wire.reads = false
        let bytes = SeededRandom(seed: 1).drawn(1 << 20)
        wire.up += wire.dialler.send(bytes)
        wire.settle()
        #expect(wire.received.up.count == 512 << 10)
        #expect(wire.dialler.queuedBytes == 512 << 10)
        wire.consumeAll()
        wire.settle()
        #expect(wire.received.up == bytes)
        #expect(wire.dialler.queuedBytes == 0)
    }

    @Test("a goodbye lets what was sent before arrive and ends both sides without a fault")
    func goodbye() {
        var wire = Wire(.http2, seed: 9)
        wire.settle()
        wire.up += wire.dialler.send([1, 2, 3])
        wire.up += wire.dialler.close()
        wire.settle()
        #expect(wire.received.up == [1, 2, 3])
        #expect(wire.endCount == 2)
        #expect(wire.faults == [])
    }

    @Test("a wire that garbles ends the link by name and nothing that follows is taken")
    func garbled() {
        var wire = Wire(.http2, seed: 10)
        wire.settle()
        wire.up += [UInt8](repeating: 0xff, count: 64)
        wire.settle()
        #expect(wire.endCount >= 1)
        #expect(wire.received.up == [])
    }
}

extension SeededRandom {
    fileprivate func drawn(_ count: Int) -> [UInt8] {
        var copy = self
        return copy.bytes(count)
    }
}
