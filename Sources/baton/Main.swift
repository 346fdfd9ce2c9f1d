import ArgumentParser
import BatonAPI
import BatonCrypto
import BatonNode
import Foundation

/// The process: harden, find out what is asked, do it, and say in one place what went wrong.
@main
enum Main {
    static func main() async {
        ProcessStart.withoutBacktraces()
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try ProcessStart.harden()
            if let command = try DeskDoor.command(arguments) { exit(await DeskDoor.run(command)) }
            var command = try Baton.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(Complaint.report(error))
        }
    }
}

/// What a process does before anything else.
enum ProcessStart {
    private static let variable = "SWIFT_BACKTRACE"
    private static let wanted = "enable=no"

    /// Starts this program anew with crash reports off: they print register memory, which may hold a
    /// secret, and the runtime reads the variable before `main`.
    static func withoutBacktraces() {
        guard ProcessInfo.processInfo.environment[Self.variable] != Self.wanted else { return }
        guard unsafe setenv(Self.variable, Self.wanted, 1) == 0 else { return }
        var arguments = unsafe CommandLine.arguments.map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        // Returns only when it fails; then the process goes on, and says nothing of itself should it crash
        // later beyond what the runtime prints.
        unsafe execv("/proc/self/exe", arguments)
        for index in unsafe arguments.indices { unsafe free(arguments[index]) }
    }

    static func harden() throws(NodeFault) {
        do throws(CryptoFault) {
            try Hardening.apply()
            try Sodium.initialise()
        } catch {
            throw NodeFault(error)
        }
    }
}

/// Turns every failure into lines on standard error and an exit code.
enum Complaint {
    static func report(_ error: any Error) -> Int32 {
        switch error {
        case let fault as NodeFault:
            Self.say(code: fault.code, fault.message, fault.hint)
            return Int32(fault.exit.rawValue)
        case let fault as APIFault:
            Self.say(code: fault.code, fault.message, fault.hint)
            for candidate in fault.candidates ?? [] {
                Self.line("  \(candidate.ref)  \(candidate.title ?? "")")
            }
            return Int32(fault.exit)
        case let code as ArgumentParser.ExitCode: return code.rawValue
        default: return Self.usage(error)
        }
    }

    private static func usage(_ error: any Error) -> Int32 {
        let text = Baton.fullMessage(for: error)
        guard Baton.exitCode(for: error).isSuccess else {
            Self.line("[usage] \(text)")
            return Int32(BatonAPI.ExitCode.usage.rawValue)
        }
        print(text)
        return Int32(BatonAPI.ExitCode.done.rawValue)
    }

    private static func say(code: String, _ message: String, _ hint: String) {
        Self.line("baton: [\(code)] \(message)")
        Self.line("  \(hint)")
    }

    static func line(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
