import BatonModel

/// Draws watches that are offered and that nobody takes: once the offer has run out, whoever made it is told to
/// page.
///
/// It stands at the end of a run, where the network is whole and all are equal: what passes until then costs
/// nothing. The watch has a case of its own, since the others are mostly on offer by then. The draw has a stream
/// of its own: it moves no other one.
enum UntakenDraw {
    /// Of so many runs one waits for an offer to run out.
    private static let oneRunIn = 12
    private static let settlingMilliseconds: UInt64 = 25_000
    /// The moment of custody is ten minutes after the offer, and the escalation path forty later.
    private static let waitMilliseconds: UInt64 = 51 * 60_000

    static func add(to scenario: inout Scenario) {
        var random = SeededRandom(seed: scenario.seed ^ 0x0_7a5e)
        guard random.chance(1, in: Self.oneRunIn), let last = scenario.events.last?.at,
            !scenario.sites.contains(where: \.isLiar)
        else { return }
        let pair = random.shuffled(scenario.siteIDs)
        func handoff(_ at: UInt64, _ how: String) -> ScenarioEvent {
            var event = ScenarioEvent(at, .handoff, pair[0])
            event.how = how
            return event
        }
        let start = last + Self.settlingMilliseconds
        scenario.events += [
            ScenarioEvent(last, .heal),
            .write(start, pair[0], "untaken", ["severity \(random.below(5))", "text it stays here"]),
            handoff(start + 500, "offer \(pair[1])"),
            handoff(start + 5_000, "page"),
            handoff(start + Self.waitMilliseconds, "page"),
        ]
        guard random.chance(1, in: 2) else { return }
        // Late, but taken.
        var late = handoff(start + Self.waitMilliseconds + 1_000, "accept")
        late.site = pair[1]
        scenario.events.append(late)
    }
}
