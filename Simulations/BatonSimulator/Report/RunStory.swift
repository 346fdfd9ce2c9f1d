/// What both reports tell: the run, and which of it the violation could have been caused by.
package struct RunStory {
    let scenario: Scenario
    let recorder: RunRecorder
    /// The one command that plays it again.
    let again: String
    let nodes: [NodeID]
    /// Numbers of the messages in the causal past of the violation.
    let causes: Set<UInt64>
    /// Until when each node belongs to that past; absent where it does not at all.
    let causesUntil: [NodeID: UInt64]
    let end: UInt64

    package init(_ scenario: Scenario, _ recorder: RunRecorder, again: String) {
        self.scenario = scenario
        self.recorder = recorder
        self.again = again
        self.nodes = recorder.nodes.sorted()
        let violation = recorder.outcome?.violations.first
        let last = recorder.entries.last?.at ?? 0
        // The calm at the end shows nothing: the picture ends a little after the last thing that happened.
        self.end = max(1, violation?.at.map { min($0, max(last, 1)) } ?? last)
        var until: [NodeID: UInt64] = [:]
        if let violation {
            for node in violation.node.map({ [$0] }) ?? self.nodes { until[node] = violation.at ?? .max }
        }
        (self.causes, self.causesUntil) = Self.past(recorder, until)
    }

    /// Walks happens-before back: whatever a node got before it was itself a cause, and what the sender had
    /// before it sent that.
    private static func past(
        _ recorder: RunRecorder, _ start: [NodeID: UInt64]
    ) -> (Set<UInt64>, [NodeID: UInt64]) {
        var until = start
        var causes: Set<UInt64> = []
        let arrived = recorder.messages.filter { !$0.isLost && $0.arrivedAt != nil }
            .sorted { ($0.arrivedAt ?? 0, $0.number) > ($1.arrivedAt ?? 0, $1.number) }
        for message in arrived {
            guard let limit = until[message.to], let at = message.arrivedAt, at <= limit else { continue }
            causes.insert(message.number)
            until[message.from] = max(until[message.from] ?? 0, message.sentAt)
        }
        return (causes, until)
    }

    func isCause(_ entry: RunRecorder.Entry) -> Bool {
        guard let node = entry.node, !self.violations.isEmpty else { return true }
        return self.causesUntil[node].map { entry.at <= $0 } ?? false
    }

    var violations: [Violation] { self.recorder.outcome?.violations ?? [] }

    static func clock(_ milliseconds: UInt64) -> String {
        let rest = String(milliseconds % 1_000 + 1_000).dropFirst()
        let seconds = milliseconds / 1_000
        func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = seconds / 86_400
        return (days > 0 ? "\(days)d " : "")
            + "\(two(seconds / 3_600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(rest)"
    }

    /// Spans in which something was wrong, from the scenario's own events: what to shade.
    var bands: [(from: UInt64, to: UInt64, node: NodeID?, text: String)] {
        let shaded: Set<Verb> = [
            .cut, .block, .flap, .deaf, .pause, .crash, .slow, .freeze, .dribble, .restore, .amnesia,
        ]
        return TeamTraffic.expand(self.scenario).events.compactMap { event in
            guard shaded.contains(event.verb), event.at <= self.end else { return nil }
            let length = event.span ?? 1_000
            let times = event.verb == .flap ? 2 * (event.count ?? 1) : 1
            let to = event.at.addingReportingOverflow(length * times).partialValue
            return (event.at, min(max(event.at, to), self.end), event.site.map { NodeID($0) }, event.words)
        }
    }
}
