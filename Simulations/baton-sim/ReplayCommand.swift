import ArgumentParser
import BatonSimulator
import Foundation

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a service desk's log as a week that follows the sun, and prove who held what.",
        discussion: """
            The folder holds incidents.csv or itsm-incidents.csv, and activities.csv or itsm-activities.csv, as \
            docs/import.md describes them. Without a folder a made-up log is played.

            Example: baton-sim replay --folder /srv/log
            """)

    @Option(help: "Where the log is.") var folder: String?
    @Option(help: "How many incidents are played.") var cases: Int = 120
    @Option(help: "Decides the cuts and the delays.") var seed: UInt64 = 1
    @Flag(help: "One line of JSON.") var json = false

    private struct Line: Encodable {
        let cases: Int
        let events: Int
        let custody_acts: Int
        let wrong_holder: Int
        let lag_max: Int
        let lag_counts: [String: Int]
        let handoffs: Int
        let accepted_in_time: Int
        let accepted_late: Int
        let escalated: Int
        let dropped: Int
        let violations: [String]
    }

    func run() throws {
        try self.complaining {
            let log = try self.read()
            let scenario = IncidentWeek.make(
                log, from: log.busiestWeek, casesMax: self.cases, seed: self.seed)
            let proof = CustodyProof()
            let run = ScenarioRun(scenario, holding: [proof])
            let outcome = run.run()
            let line = Self.line(proof, run, outcome, scenario)
            print(self.json ? try OutcomeText.encode(line) : Self.text(line))
            for violation in outcome.violations { Channel.tell(OutcomeText.line(violation)) }
            let folder = self.folder.map { " --folder \($0)" } ?? ""
            Channel.tell("again: baton-sim replay\(folder) --cases \(self.cases) --seed \(self.seed)")
            if !outcome.violations.isEmpty || line.wrong_holder > 0 || line.dropped > 0 { throw ExitCode(10) }
        }
    }

    private func read() throws -> IncidentLog {
        guard let folder = self.folder else {
            return IncidentLog(seed: self.seed, incidents: self.cases, start: 1_780_272_000_000)
        }
        let incidents = try Self.table(folder, "incidents.csv")
        let activities = try Self.table(folder, "activities.csv")
        guard let log = IncidentLog(incidents: incidents, activities: activities), !log.acts.isEmpty else {
            throw Complaint(
                "The tables in \(folder) lack a column or hold no activity. Compare with docs/import.md.")
        }
        return log
    }

    private static func table(_ folder: String, _ name: String) throws -> String {
        for path in ["\(folder)/\(name)", "\(folder)/itsm-\(name)"] {
            if let text = try? String(contentsOfFile: path, encoding: .utf8) { return text }
        }
        throw Complaint("There is no \(name) in \"\(folder)\". Name the folder that holds the log.")
    }

    private static func line(
        _ proof: CustodyProof, _ run: ScenarioRun, _ outcome: RunOutcome, _ scenario: Scenario
    ) -> Line {
        let handoffs = proof.handoffs(run)
        let lags = Dictionary(uniqueKeysWithValues: proof.lags.map { ("\($0.key)", $0.value) })
        return Line(
            cases: proof.cases.count, events: scenario.events.count, custody_acts: proof.instants,
            wrong_holder: proof.wrongHolderCount, lag_max: proof.lagMax, lag_counts: lags,
            handoffs: handoffs.offered, accepted_in_time: handoffs.inTime, accepted_late: handoffs.late,
            escalated: handoffs.escalated, dropped: handoffs.dropped,
            violations: outcome.violations.map(\.property))
    }

    private static func text(_ line: Line) -> String {
        let lags = line.lag_counts.sorted { $0.key < $1.key }.map { "\($0.key) behind: \($0.value)" }
        return [
            "\(line.cases) cases changed hands, \(line.custody_acts) custody acts in \(line.events) events.",
            "Acts after which not exactly one site held the case for certain: \(line.wrong_holder).",
            "Views at each act, by accepts behind: \(lags.joined(separator: ", ")).",
            "\(line.handoffs) handoffs offered: \(line.accepted_in_time) accepted in time, "
                + "\(line.accepted_late) later and paged, \(line.escalated) paged only, "
                + "\(line.dropped) neither.",
        ].joined(separator: "\n")
    }
}
