/// The picture: one lane a node, time to the right, messages slanted between the lanes.
struct LaneDrawing {
    private let story: RunStory
    private let scale: TimeScale
    private static let top = 46.0
    private static let gap = 92.0
    private static let messagesMax = 600

    init(_ story: RunStory, _ scale: TimeScale) {
        self.story = story
        self.scale = scale
    }

    private func x(_ at: UInt64) -> Double { self.scale.x(at) }

    private func y(_ node: NodeID) -> Double {
        Self.top + Double(self.story.nodes.firstIndex(of: node) ?? 0) * Self.gap
    }

    var svg: String {
        let height = Self.top + (Double(max(1, self.story.nodes.count)) - 0.6) * Self.gap
        let parts = [self.bands, self.lanes, self.ribbons, self.messages, self.marks, self.break]
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.short(self.scale.width))\" "
            + "height=\"\(Self.short(height))\" role=\"img\" aria-label=\"Lanes of the nodes over time\">"
            + parts.joined(separator: "\n") + "</svg>"
    }

    private static func short(_ number: Double) -> String { TimeScale.short(number) }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
        "<line x1=\"\(Self.short(x1))\" y1=\"\(Self.short(y1))\" x2=\"\(Self.short(x2))\" "
            + "y2=\"\(Self.short(y2))\" \(style)/>"
    }

    private var bands: String {
        self.story.bands.map { band in
            let from = self.x(band.from)
            let width = max(4, self.x(band.to) - from)
            let y = band.node.map { self.y($0) - 22 } ?? Self.top - 30
            let height = band.node == nil ? Self.gap * Double(self.story.nodes.count) : 44
            return "<rect x=\"\(Self.short(from))\" y=\"\(Self.short(y))\" width=\"\(Self.short(width))\" "
                + "height=\"\(Self.short(height))\" fill=\"var(--band)\"><title>"
                + "\(HTMLReport.escaped(band.text))</title></rect>"
        }.joined()
    }

    private var lanes: String {
        let lanes = self.story.nodes.map { node in
            "<text x=\"8\" y=\"\(Self.short(self.y(node) + 4))\">\(node)</text>"
                + self.line(
                    TimeScale.left, self.y(node), self.scale.end, self.y(node),
                    "stroke=\"var(--dim)\" stroke-width=\"1.5\"")
        }
        let moments = self.scale.moments
        let every = max(1, moments.count / 12)
        let ticks = stride(from: 0, to: moments.count, by: every).map { index in
            "<text class=\"small\" x=\"\(Self.short(TimeScale.left + Double(index) * self.scale.step))\" y=\"14\">"
                + "\(RunStory.clock(moments[index]))</text>"
        }
        return lanes.joined() + ticks.joined()
    }

    /// The clock's error as a ribbon above the lane: logarithmic, so that seconds and years both show.
    private var ribbons: String {
        self.story.nodes.map { node in
            let points = self.story.recorder.clock.filter { $0.node == node && $0.at <= self.story.end }
            guard points.contains(where: { $0.errorMilliseconds != 0 }) else { return "" }
            let path = points.map { point in
                let size = abs(point.errorMilliseconds)
                let height = Double(64 - UInt64(size).leadingZeroBitCount) * 0.5
                let y = self.y(node) - 4 - (point.errorMilliseconds < 0 ? -height - 8 : height)
                return "\(Self.short(self.x(point.at))),\(Self.short(y))"
            }
            let worst = points.max { abs($0.errorMilliseconds) < abs($1.errorMilliseconds) }
            let words = worst.map { SpanText.write($0.errorMilliseconds) } ?? ""
            return
                "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" stroke=\"var(--ribbon)\" "
                + "stroke-width=\"2\"><title>clock off by up to \(words)</title></polyline>"
                + "<text class=\"small\" x=\"8\" y=\"\(Self.short(self.y(node) + 18))\">±\(words)</text>"
        }.joined()
    }

    private var messages: String {
        let shown = self.story.recorder.messages.filter { $0.sentAt <= self.story.end }
        let causes = shown.filter { self.story.causes.contains($0.number) }
        let others = shown.filter { !self.story.causes.contains($0.number) }
        return (others.suffix(Self.messagesMax) + causes.suffix(Self.messagesMax)).map(self.message).joined()
    }

    private func message(_ message: RunRecorder.Message) -> String {
        let isCause = self.story.causes.contains(message.number)
        let (x1, y1) = (self.x(message.sentAt), self.y(message.from))
        let arrived = min(message.arrivedAt ?? self.story.end, self.story.end)
        var (x2, y2) = (max(x1 + 2, self.x(arrived)), self.y(message.to))
        if message.isLost { (x2, y2) = ((x1 + x2) / 2, (y1 + y2) / 2) }
        let style =
            isCause
            ? "stroke=\"var(--cause)\" stroke-width=\"2\""
            : "stroke=\"var(--dim)\" stroke-width=\"1\" stroke-opacity=\"0.6\""
        let cross =
            message.isLost
            ? "<text x=\"\(Self.short(x2 - 3))\" y=\"\(Self.short(y2 + 4))\" style=\"fill:var(--bad)\">×</text>"
            : ""
        return
            "<g><title>\(message.from) → \(message.to): \(message.kind.name), \(message.bytes) bytes, sent "
            + "\(RunStory.clock(message.sentAt))</title>" + self.line(x1, y1, x2, y2, style) + cross + "</g>"
    }

    private var marks: String {
        self.story.recorder.entries.filter { $0.at <= self.story.end }.suffix(2_000).compactMap { entry in
            guard let node = entry.node else { return nil }
            let (x, y) = (Self.short(self.x(entry.at)), self.y(node))
            let title =
                "<title>\(RunStory.clock(entry.at)) \(HTMLReport.escaped(String(entry.text.prefix(160))))</title>"
            let color = self.story.isCause(entry) ? "var(--cause)" : "var(--dim)"
            return entry.isFault
                ? "<text x=\"\(x)\" y=\"\(Self.short(y - 8))\" style=\"fill:var(--bad)\">▲\(title)</text>"
                : "<circle cx=\"\(x)\" cy=\"\(Self.short(y))\" r=\"3\" fill=\"\(color)\">\(title)</circle>"
        }.joined()
    }

    private var `break`: String {
        guard let violation = self.story.violations.first else { return "" }
        let x = self.x(min(violation.at ?? self.story.end, self.story.end))
        let bottom = Self.top + Self.gap * Double(max(1, self.story.nodes.count)) - 50
        return self.line(
            x, Self.top - 26, x, bottom, "stroke=\"var(--bad)\" stroke-width=\"2\" stroke-dasharray=\"5 3\"")
            + "<text x=\"\(Self.short(max(TimeScale.left, x - 180)))\" y=\"\(Self.short(Self.top - 18))\" "
            + "style=\"fill:var(--bad)\">\(violation.property)</text>"
    }
}
