import ArgumentParser
import BatonSimulator

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell a run as one HTML file that needs no script and no network, or as text.",
        discussion: "Example: baton-sim report fail-4711.json --out fail-4711.html")

    @Argument(help: "The path of a scenario, or a seed.") var scenario: String
    @Option(help: "Where the HTML goes.") var out: String?
    @Flag(help: "The same as plain text, on standard output.") var text = false

    func run() throws {
        try self.complaining {
            let scenario = try Source.read(self.scenario)
            let recorder = RunRecorder()
            _ = ScenarioRun(scenario, recorder: recorder).run()
            let again = "baton-sim run \(self.scenario)"
            let story = RunStory(scenario, recorder, again: again)
            if self.text || self.out == nil { print(TextReport(story).text, terminator: "") }
            if let out = self.out {
                try Source.write(HTMLReport(story).html, to: out)
                Channel.tell("written to \(out)")
            }
            Channel.tell("again: \(again)")
        }
    }
}
