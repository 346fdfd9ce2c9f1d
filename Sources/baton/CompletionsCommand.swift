import ArgumentParser
import BatonTerminal

/// `baton completions bash`: what a shell needs to complete commands of the desk.
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print completion for bash, zsh or fish.",
        discussion: """
            bash: source <(baton completions bash)
            zsh:  source <(baton completions zsh)
            fish: baton completions fish | source
            """)

    @Argument(help: "bash, zsh or fish.") var shell: ShellCompletion.Shell

    func run() {
        let others = Baton.configuration.subcommands.map {
            (name: $0.configuration.commandName ?? "", help: $0.configuration.abstract)
        }
        print(ShellCompletion.script(for: self.shell, others: others), terminator: "")
    }
}

extension ShellCompletion.Shell: ExpressibleByArgument {}
