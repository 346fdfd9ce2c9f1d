import ArgumentParser
import BatonSimulator

struct Shrink: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find the least scenario that still breaks the same property.",
        discussion: "Example: baton-sim shrink fail-4711.json --out small.json")

    @Argument(help: "The path of a scenario, or a seed.") var scenario: String
    @Option(help: "Where the small scenario goes; printed if not given.") var out: String?
    @Option(help: "Give what there is after so many seconds.") var seconds: Double = 60

    func run() throws {
        try self.complaining {
            let shrinker = Shrinker(try Source.read(self.scenario))
            guard let shrunk = shrinker.shrink(seconds: self.seconds, clock: WallClock.seconds) else {
                throw Complaint("\(self.scenario) breaks nothing. There is nothing to shrink.")
            }
            if let out = self.out {
                try Source.write(shrunk.scenario.json, to: out)
            } else {
                print(shrunk.scenario.json, terminator: "")
            }
            Channel.tell("\(shrunk.property), \(shrunk.scenario.events.count) events, \(shrunk.runs) runs")
            for (event, reason) in zip(shrunk.scenario.events, shrunk.reasons) {
                Channel.tell("  \(event.words)\n    needed: \(reason)")
            }
            Channel.tell("again: baton-sim run \(self.out ?? self.scenario)")
        }
    }
}
