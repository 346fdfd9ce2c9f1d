import BatonModel

/// Makes a failing scenario small: as few events, sites and oddities as still break the same property.
///
/// - Source: Zeller and Hildebrandt 2002, "Simplifying and isolating failure-inducing input" (ddmin), applied
///   first to groups (a kind of fault, a site, a case), then to single events.
package final class Shrinker {
    private let original: Scenario
    private var property = ""
    private var runs = 0
    /// Scenarios that were played already, as text, and whether they break the property.
    private var known: [String: Bool] = [:]
    private var deadline = 0.0
    private var clock: () -> Double = { 0 }

    private let more: [any Checker]
    /// How long explaining may take beyond the time for shrinking.
    private let graceSeconds = 5.0

    /// - Parameter more: Properties to hold beside those that always are.
    package init(_ scenario: Scenario, holding more: [any Checker] = []) {
        self.original = scenario
        self.more = more
    }

    /// What is left, and why.
    package struct Shrunk {
        package let scenario: Scenario
        package let property: String
        package let runs: Int
        /// One a remaining event, in their order: what holds without it. Fewer where time ran out.
        package let reasons: [String]
    }

    /// Shrinks.
    ///
    /// - Parameter seconds: When to stop and give what there is.
    /// - Parameter clock: Seconds of a clock that does not jump.
    /// - Returns: Nil when the scenario breaks nothing.
    package func shrink(seconds: Double, clock: @escaping () -> Double) -> Shrunk? {
        self.clock = clock
        self.deadline = clock() + seconds
        var scenario = TeamTraffic.expand(self.original)
        scenario.violates = nil
        let outcome = self.play(scenario)
        guard let violation = outcome.violations.first else { return nil }
        self.property = violation.property
        if let at = violation.at {
            var cut = scenario
            cut.events.removeAll { $0.at > at }
            if self.breaks(cut) { scenario = cut }
        }
        var before = Int.max
        while self.weight(scenario) < before, !self.isLate {
            before = self.weight(scenario)
            scenario = self.dropGroups(scenario)
            scenario = self.dropEvents(scenario)
            scenario = self.simplify(scenario)
        }
        scenario.name = "\(self.original.name), shrunk"
        scenario.violates = self.property
        var reasons: [String] = []
        let whole = self.play(scenario)
        let played = scenario
        for index in scenario.events.indices {
            // Where time ran out nothing small is left to explain.
            guard self.clock() < self.deadline + self.graceSeconds else { break }
            let reason = self.reason(played, whole, without: index)
            reasons.append(reason)
            scenario.events[index].why = "needed: \(reason)"
        }
        return Shrunk(scenario: scenario, property: self.property, runs: self.runs, reasons: reasons)
    }

    private var isLate: Bool { self.clock() > self.deadline }

    private func play(_ scenario: Scenario) -> RunOutcome {
        self.runs += 1
        return ScenarioRun(scenario, holding: self.more).run()
    }

    private func breaks(_ scenario: Scenario) -> Bool {
        guard !self.isLate, scenario.sites.count >= 2 else { return false }
        let text = scenario.json
        if let known = self.known[text] { return known }
        let isBroken = self.play(scenario).violations.contains { $0.property == self.property }
        self.known[text] = isBroken
        return isBroken
    }

    private func weight(_ scenario: Scenario) -> Int {
        scenario.events.reduce(scenario.sites.count * 4 + scenario.links.count) {
            $0 + 2 + $1.writes.count + $1.json.utf8.count / 16
        }
    }

    // Groups.

    private func dropGroups(_ scenario: Scenario) -> Scenario {
        var kept = scenario
        for verb in Verb.allCases where verb != .write {
            kept = self.without(kept) { $0.verb == verb }
        }
        for how in Set(kept.events.filter { $0.verb == .lie }.compactMap(\.how)).sorted() {
            kept = self.without(kept) { $0.verb == .lie && $0.how == how }
        }
        for site in kept.siteIDs {
            var fewer = kept
            fewer.sites.removeAll { $0.site == site }
            fewer.links.removeAll { $0.from == site || $0.to == site }
            fewer.core.removeAll { $0 == site }
            fewer.events.removeAll { $0.site == site || $0.peer == site }
            if self.breaks(fewer) { kept = fewer }
        }
        for label in Set(kept.events.compactMap(\.label)).sorted() {
            kept = self.without(kept) { $0.label == label && $0.verb.isWork }
        }
        for site in kept.siteIDs { kept = self.without(kept) { $0.site == site && $0.verb.isWork } }
        return kept
    }

    private func without(_ scenario: Scenario, _ isDropped: (ScenarioEvent) -> Bool) -> Scenario {
        var fewer = scenario
        fewer.events.removeAll(where: isDropped)
        guard fewer.events.count < scenario.events.count, self.breaks(fewer) else { return scenario }
        return fewer
    }

    // Events.

    /// Drops ever smaller runs of events as long as the property stays broken.
    private func dropEvents(_ scenario: Scenario) -> Scenario {
        var kept = scenario
        var size = max(1, kept.events.count / 2)
        while true {
            var start = 0
            var hasDropped = false
            while start < kept.events.count {
                var fewer = kept
                fewer.events.removeSubrange(start..<min(start + size, kept.events.count))
                if self.breaks(fewer) {
                    kept = fewer
                    hasDropped = true
                } else {
                    start += size
                }
            }
            if size == 1 {
                guard hasDropped, !self.isLate else { return kept }
            } else {
                size = max(1, size / 2)
            }
        }
    }

    // Simplifying.

    private func simplify(_ scenario: Scenario) -> Scenario {
        var kept = self.attempt(scenario) { $0.links = [] }
        kept = self.attempt(kept) { $0.isTight = false }
        kept = self.attempt(kept) { $0.fidelity.crypto = .standIn }
        kept = self.attempt(kept) { $0.fidelity.transport = .message }
        if !kept.events.contains(where: { [.diskFault, .rot].contains($0.verb) }) {
            kept = self.attempt(kept) { $0.fidelity.replica = .memory }
        }
        for index in kept.sites.indices {
            kept = self.attempt(kept) { $0.sites[index].skewMilliseconds = 0 }
            kept = self.attempt(kept) { $0.sites[index].driftPPM = 0 }
            kept = self.attempt(kept) { $0.sites[index].level = 1 }
            if !kept.events.contains(where: { $0.verb == .lie }) {
                kept = self.attempt(kept) { $0.sites[index].isLiar = false }
            }
        }
        kept = self.attempt(kept) { scenario in
            for index in scenario.events.indices where scenario.events[index].label != nil {
                scenario.events[index].label = "C1"
            }
        }
        for index in kept.events.indices { kept = self.simplify(kept, event: index) }
        return self.compress(kept)
    }

    private func simplify(_ scenario: Scenario, event index: Int) -> Scenario {
        var kept = scenario
        if kept.events[index].writes.count > 1 {
            for writes in [
                Array(kept.events[index].writes.prefix(1)), Array(kept.events[index].writes.suffix(1)),
            ] {
                kept = self.attempt(kept) { $0.events[index].writes = writes }
            }
        }
        if [.baton, .decide].contains(kept.events[index].verb), let how = kept.events[index].how,
            how.contains(",")
        {
            for wish in how.split(separator: ",").map({ String($0.drop { $0 == " " }) }) {
                kept = self.attempt(kept) { $0.events[index].how = wish }
            }
        }
        if kept.events[index].verb == .write, kept.events[index].writes != ["note x"] {
            kept = self.attempt(kept) { $0.events[index].writes = ["note x"] }
        }
        for span in [100, 1_000, 10_000] as [UInt64] {
            guard let now = kept.events[index].span, now > span else { break }
            let shorter = self.attempt(kept) { $0.events[index].span = span }
            guard shorter == kept else { return shorter }
        }
        if let how = kept.events[index].how, how == "machine" {
            kept = self.attempt(kept) { $0.events[index].how = nil }
        }
        return kept
    }

    /// Closes the gaps between events: what need not take hours takes seconds.
    private func compress(_ scenario: Scenario) -> Scenario {
        var kept = scenario
        for index in kept.events.indices {
            let before = index == 0 ? 0 : kept.events[index - 1].at
            let gap = kept.events[index].at - before
            for shorter in [0, 10, 100, 1_000, 10_000] as [UInt64] where gap > shorter {
                let moved = self.attempt(kept) { scenario in
                    for later in index..<scenario.events.count { scenario.events[later].at -= gap - shorter }
                }
                guard moved == kept else {
                    kept = moved
                    break
                }
            }
        }
        return kept
    }

    private func attempt(_ scenario: Scenario, _ change: (inout Scenario) -> Void) -> Scenario {
        var changed = scenario
        change(&changed)
        guard changed != scenario, self.breaks(changed) else { return scenario }
        return changed
    }

    // Explaining.

    private func reason(_ scenario: Scenario, _ whole: RunOutcome, without index: Int) -> String {
        var fewer = scenario
        fewer.events.remove(at: index)
        let outcome = self.play(fewer)
        let others = Set(outcome.violations.map(\.property)).sorted()
        if others.contains(self.property) { return "not for the break itself, but time ran out" }
        var text =
            others.isEmpty
            ? "without it everything holds" : "without it \(others.joined(separator: ", ")) breaks instead"
        let changed = whole.digests.compactMap { before -> String? in
            let after = outcome.digests.first { $0.node == before.node }?.deltas ?? 0
            return after == before.deltas
                ? nil : "\(before.node) ends with \(after) deltas instead of \(before.deltas)"
        }
        if !changed.isEmpty { text += "; " + changed.joined(separator: ", ") }
        return text
    }
}
