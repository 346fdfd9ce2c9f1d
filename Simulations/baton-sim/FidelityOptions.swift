import ArgumentParser
import BatonSimulator

/// What of a run is the real thing, asked for on the command line.
struct FidelityOptions: ParsableArguments {
    @Option(help: "memory, or faulty: the shipped store on a disk that fails.") var disk: String?
    @Option(help: "stand-in, or real: libsodium.") var crypto: String?
    @Option(help: "messages, or http2: the bytes of the shipped HTTP/2 session.") var wire: String?

    var isGiven: Bool { self.disk != nil || self.crypto != nil || self.wire != nil }

    /// What was asked for, beside what is there already.
    func over(_ given: Fidelity) throws -> Fidelity {
        var fidelity = given
        if let disk = self.disk { fidelity.replica = try Self.word(disk, "--disk") }
        if let crypto = self.crypto { fidelity.crypto = try Self.word(crypto, "--crypto") }
        if let wire = self.wire { fidelity.transport = try Self.word(wire, "--wire") }
        return fidelity
    }

    /// The scenario with it.
    func applied(to scenario: Scenario, isSeed: Bool) throws -> Scenario {
        guard self.isGiven else { return scenario }
        let fidelity = try self.over(scenario.fidelity)
        guard !isSeed else { return SeedScenario.make(scenario.seed, fidelity: fidelity) }
        var changed = scenario
        changed.fidelity = fidelity
        return changed
    }

    private static func word<Kind: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ option: String
    ) throws -> Kind {
        if let kind = Kind(rawValue: text) { return kind }
        let known = Kind.allCases.map(\.rawValue).joined(separator: " or ")
        throw Complaint("\(option) takes \(known), not \"\(text)\".")
    }
}
