import ArgumentParser
import Foundation

/// Runs the shipped engine in a deterministic world and checks what must hold.
@main
struct BatonSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton-sim",
        abstract: "Run sites under faults in a deterministic world.",
        discussion: """
            A run is a scenario: a team, a network, and what happens when. `run` plays a scenario file, or the \
            one that a seed draws. The same scenario plays the same way on every machine.

            Exit codes: 0 all held, 2 usage or a scenario that cannot be read, 10 a safety property was broken, \
            11 the world did not converge, 12 the run crashed.

            docs/simulation.md teaches how to write a scenario.
            """,
        subcommands: [
            Run.self, Soak.self, Smoke.self, Shrink.self, Report.self, Bugbench.self, Replay.self, Verbs.self,
        ])

    /// Words that no command takes exit with 2, as everything else that is wrong with what was asked for.
    static func main() {
        do {
            var command = try Self.parseAsRoot()
            try command.run()
        } catch {
            guard Self.exitCode(for: error) == .validationFailure else { Self.exit(withError: error) }
            Channel.tell(Self.fullMessage(for: error))
            Foundation.exit(2)
        }
    }
}
