import BatonModel

/// Whose hands each case is in: a bar for each node that knows of it, under the lanes and in their time.
///
/// A bar has the colour of the site that answers by what the node knows at that moment, and is hatched where that
/// is provisional. Where the bars of a case differ, so do the views.
struct CustodyDrawing {
    private let story: RunStory
    private let scale: TimeScale
    /// What is drawn, by the names of the scenario.
    private let labels: [String]
    let leftOut: Int
    private static let casesMax = 8
    private static let bar = 12.0
    private static let coloursMax = 6

    init(_ story: RunStory, _ scale: TimeScale) {
        self.story = story
        self.scale = scale
        var last: [String: UInt64] = [:]
        for hold in story.recorder.holds where hold.at <= story.end { last[hold.label] = hold.at }
        // What moved last is nearest to the break.
        let moved = last.keys.sorted { (last[$1] ?? 0, $0) < (last[$0] ?? 0, $1) }
        self.labels = moved.prefix(Self.casesMax).sorted()
        self.leftOut = moved.count - self.labels.count
    }

    var isEmpty: Bool { self.labels.isEmpty }

    private var caseHeight: Double { Double(self.story.nodes.count) * Self.bar + 12 }

    var svg: String {
        let height = Double(self.labels.count) * self.caseHeight + 8
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(TimeScale.short(self.scale.width))\" "
            + "height=\"\(TimeScale.short(height))\" role=\"img\" aria-label=\"Who answers for each case, by node\">"
            + Self.hatch + self.labels.enumerated().map { self.bars($1, row: $0) }.joined(separator: "\n")
            + self.break(height) + "</svg>"
    }

    private static let hatch =
        "<defs><pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
        + "patternTransform=\"rotate(45)\"><rect width=\"2.5\" height=\"5\" fill=\"var(--bg)\" "
        + "fill-opacity=\"0.65\"/></pattern></defs>"

    private func bars(_ label: String, row: Int) -> String {
        let top = Double(row) * self.caseHeight + 6
        let middle = top + Double(self.story.nodes.count) * Self.bar / 2 + 4
        let name = "<text x=\"8\" y=\"\(TimeScale.short(middle))\">\(HTMLReport.escaped(label))</text>"
        return name
            + self.story.nodes.enumerated().map { place, node in
                let y = top + Double(place) * Self.bar
                return "<text class=\"small\" x=\"36\" y=\"\(TimeScale.short(y + 9))\">\(node)</text>"
                    + self.spans(label, node).map { self.span($0.hold, until: $0.end, y) }.joined()
            }.joined()
    }

    private func spans(_ label: String, _ node: NodeID) -> [(hold: RunRecorder.Hold, end: UInt64)] {
        let holds = self.story.recorder.holds.filter {
            $0.label == label && $0.node == node && $0.at <= self.story.end
        }
        return holds.enumerated().map { place, hold in
            (hold, place + 1 < holds.count ? holds[place + 1].at : self.story.end)
        }
    }

    private func span(_ hold: RunRecorder.Hold, until end: UInt64, _ y: Double) -> String {
        let x = self.scale.x(hold.at)
        let width = max(3, self.scale.x(end) - x)
        let place =
            "x=\"\(TimeScale.short(x))\" y=\"\(TimeScale.short(y))\" width=\"\(TimeScale.short(width))\" "
            + "height=\"\(TimeScale.short(Self.bar - 2))\""
        let title = "<title>\(RunStory.clock(hold.at)) \(hold.words)</title>"
        let hatched = hold.isProvisional ? "<rect \(place) fill=\"url(#hatch)\">\(title)</rect>" : ""
        let words =
            width > 44
            ? "<text class=\"held\" x=\"\(TimeScale.short(x + 3))\" y=\"\(TimeScale.short(y + 8.5))\">"
                + "\(hold.answers) \(hold.epoch)</text>" : ""
        return "<rect \(place) fill=\"var(--s\(self.colour(hold.answers)))\">\(title)</rect>" + hatched
            + words
    }

    private func colour(_ site: SiteID) -> Int {
        let sites = Set(self.story.nodes.map(\.site)).sorted()
        return (sites.firstIndex(of: site) ?? 0) % Self.coloursMax
    }

    private func `break`(_ height: Double) -> String {
        guard let violation = self.story.violations.first else { return "" }
        let x = TimeScale.short(self.scale.x(min(violation.at ?? self.story.end, self.story.end)))
        return
            "<line x1=\"\(x)\" y1=\"0\" x2=\"\(x)\" y2=\"\(TimeScale.short(height))\" stroke=\"var(--bad)\" "
            + "stroke-width=\"2\" stroke-dasharray=\"5 3\"/>"
    }

    /// The colours of the sites, for the legend.
    var key: String {
        Set(self.story.nodes.map(\.site)).sorted().map {
            "<span class=\"site\" style=\"background:var(--s\(self.colour($0)))\"></span>\($0)"
        }.joined(separator: " · ")
    }
}
