/// Reads the nine header bytes of every frame and charges the peer for the cheap ones.
///
/// The library reports no callback for frames it ignores (unknown types, frames of closed streams), so the
/// session looks at the bytes itself, before the library does.
///
/// - Source: RFC 9113 sections 3.4, 4.1 and 6.
struct FrameScanner {
    private let costs: FrameCosts
    /// Bytes that belong to no frame header: the client preface, then payloads.
    private var skip: Int
    private var header: [UInt8] = []

    init(role: HTTP2Session.Role, costs: FrameCosts) {
        self.costs = costs
        self.skip = role == .server ? RawFrame.clientPreface.count : 0
    }

    /// Goes through the next bytes of the peer, charging as it meets frames.
    ///
    /// - Parameter box: Pays from its bucket; gets the fault when it cannot.
    mutating func scan(_ bytes: ArraySlice<UInt8>, charging box: CallbackBox) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let skipped = min(self.skip, bytes.endIndex - index)
            self.skip -= skipped
            index += skipped
            let wanted = min(RawFrame.headerBytes - self.header.count, bytes.endIndex - index)
            self.header.append(contentsOf: bytes[index..<index + wanted])
            index += wanted
            guard self.header.count == RawFrame.headerBytes else { return }
            self.skip = Int(self.header[0]) << 16 | Int(self.header[1]) << 8 | Int(self.header[2])
            self.charge(box)
            self.header.removeAll(keepingCapacity: true)
        }
    }

    private func charge(_ box: CallbackBox) {
        let flags = self.header[4]
        // ACK and END_STREAM are the same bit on different frames.
        let acksOrEnds = flags & 0x1 != 0
        let isPadded = flags & 0x8 != 0
        switch self.header[3] {
        case RawFrame.data:
            let isCheap = (self.skip == 0 && !acksOrEnds) || isPadded
            if isCheap { box.charge(self.costs.emptyData, for: "empty DATA") }
        case RawFrame.headers, RawFrame.resetStream, RawFrame.windowUpdate, RawFrame.continuation:
            break
        case RawFrame.ping:
            if acksOrEnds, box.pingsOut > 0 {
                box.pingsOut -= 1
            } else {
                box.charge(self.costs.ping, for: "PING")
            }
        case RawFrame.settings:
            if acksOrEnds, box.settingsOut > 0 {
                box.settingsOut -= 1
            } else {
                box.charge(self.costs.settings, for: "SETTINGS")
            }
        case RawFrame.goAway:
            box.charge(self.costs.goAway, for: "GOAWAY")
        case RawFrame.priority, RawFrame.priorityUpdate:
            box.charge(self.costs.priority, for: "priority")
        default:
            box.charge(self.costs.unknown, for: "unknown frame")
        }
    }
}
