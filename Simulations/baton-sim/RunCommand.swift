import ArgumentParser
import BatonSimulator
import Foundation

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play one scenario, or the one that a seed draws.",
        discussion: "Example: baton-sim run Simulations/scenarios/six-hour-cut.json")

    @Argument(help: "The path of a scenario, or a seed.") var scenario: String
    @Flag(help: "One line of JSON.") var json = false
    @Flag(help: "Print the scenario instead of playing it: what a seed stands for.") var show = false
    @Flag(help: "The week of a team's whole work that the seed draws, instead of dense minutes.")
    var week = false
    @OptionGroup var fidelity: FidelityOptions

    func run() throws {
        try self.complaining {
            let scenario = try self.read()
            guard !self.show else { return print(scenario.json, terminator: "") }
            let outcome = ScenarioRun(scenario).run()
            print(self.json ? try OutcomeText.json(outcome) : OutcomeText.text(outcome, scenario))
            for violation in outcome.violations { Channel.tell(OutcomeText.line(violation)) }
            let options = self.fidelity.isGiven ? scenario.fidelity.options : ""
            Channel.tell("again: baton-sim run \(self.scenario)\(self.week ? " --week" : "")\(options)")
            if let code = OutcomeText.exitCode(outcome.violations, expecting: scenario.violates) {
                throw ExitCode(code)
            }
        }
    }

    private func read() throws -> Scenario {
        let seed = UInt64(self.scenario)
        guard self.week else {
            return try self.fidelity.applied(to: try Source.read(self.scenario), isSeed: seed != nil)
        }
        guard let seed else {
            throw Complaint("--week goes with a seed, not with \"\(self.scenario)\". Give a number.")
        }
        return WeekScenario.make(seed, fidelity: try self.fidelity.over(.standIns))
    }
}

/// What a run came to, in words and as JSON.
enum OutcomeText {
    private struct Line: Encodable {
        let name: String
        let seed: UInt64
        let held: Bool
        let violations: [String]
        let deltas: Int
        let events: UInt64
        let simulated_seconds: UInt64
        let faults: [String: Int]
        let trace: String
    }

    static func json(_ outcome: RunOutcome) throws -> String {
        let line = Line(
            name: outcome.name, seed: outcome.seed, held: outcome.violations.isEmpty,
            violations: outcome.violations.map(\.property), deltas: outcome.deltaCount,
            events: outcome.eventCount, simulated_seconds: outcome.simulatedMilliseconds / 1_000,
            faults: outcome.faults, trace: String(outcome.traceHash, radix: 16))
        return try Self.encode(line)
    }

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func text(_ outcome: RunOutcome, _ scenario: Scenario) -> String {
        let faults = outcome.faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        var lines = ["\(outcome.name): \(outcome.violations.isEmpty ? "all held" : "broken")"]
        if !scenario.story.isEmpty { lines.append(scenario.story) }
        lines.append(
            "\(outcome.deltaCount) deltas, \(outcome.eventCount) events, "
                + "\(outcome.simulatedMilliseconds / 1_000) simulated seconds")
        lines.append("faults: \(faults.isEmpty ? "none" : faults.joined(separator: ", "))")
        for digest in outcome.digests {
            let (log, state) = ("\(digest.log)".prefix(12), "\(digest.state)".prefix(12))
            lines.append("\(digest.node): \(digest.deltas) deltas, log \(log), state \(state)")
        }
        for hand in outcome.hands {
            let now = hand.accountable == hand.firm ? "" : ", \(hand.accountable) answers"
            lines.append("baton of \(hand.label): \(hand.firm)\(now), as \(hand.node) sees it")
        }
        lines.append("trace: \(String(outcome.traceHash, radix: 16))")
        return lines.joined(separator: "\n")
    }

    static func line(_ violation: Violation) -> String {
        let at = violation.at.map { " at \($0 / 1_000).\(String($0 % 1_000 + 1_000).dropFirst())s" } ?? ""
        return "broken\(at): \(violation)"
    }

    /// Safety before liveness. A run that breaks what its scenario says it breaks is as it should be.
    static func exitCode(_ violations: [Violation], expecting: String?) -> Int32? {
        if let expecting {
            guard !violations.contains(where: { $0.property == expecting }) else { return nil }
            Channel.tell("the scenario says that it breaks \(expecting), and it did not")
            return 10
        }
        guard !violations.isEmpty else { return nil }
        return violations.contains { !$0.isLiveness } ? 10 : 11
    }
}

struct Verbs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verbs", abstract: "List what can happen in a scenario, and what each takes.")

    func run() {
        for rule in VerbRule.all {
            let required = rule.required.map(\.rawValue)
            let optional = rule.optional.map { "[\($0.rawValue)]" }
            print("\(rule.verb.rawValue) \((required + optional).joined(separator: " "))")
            print("    \(rule.help)")
        }
        print("lies: \(Lie.allCases.map(\.rawValue).joined(separator: ", "))")
    }
}
