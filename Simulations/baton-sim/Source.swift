import ArgumentParser
import BatonSimulator
import Foundation

/// Where a scenario comes from: a file, or a seed.
enum Source {
    static func read(_ text: String) throws -> Scenario {
        if let seed = UInt64(text) { return SeedScenario.make(seed) }
        guard let data = FileManager.default.contents(atPath: text) else {
            throw Complaint(
                "There is no seed and no file \"\(text)\". Give a number, or the path of a scenario.")
        }
        do throws(ScenarioFault) {
            return try Scenario(json: String(decoding: data, as: UTF8.self))
        } catch {
            throw Complaint("\(text): \(error).")
        }
    }

    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Complaint("\(path) cannot be written. Name another place with --out.")
        }
    }
}

/// What is wrong with what was asked for, in words; it exits with 2.
struct Complaint: Error, CustomStringConvertible {
    let description: String
    init(_ text: String) { self.description = text }
}

extension ParsableCommand {
    /// Does the work of a command; a complaint goes to the error channel and exits with 2.
    func complaining(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let complaint as Complaint {
            Channel.tell("baton-sim: \(complaint)")
            throw ExitCode(2)
        }
    }
}

/// The error channel, and what a terminal shows there.
enum Channel {
    static let isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    static func tell(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// A line of the answer, at once.
    static func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    /// One line that is written over; nothing where the channel is no terminal.
    static func progress(_ text: String) {
        guard Self.isTerminal else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }

    static func endProgress() {
        guard Self.isTerminal else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
