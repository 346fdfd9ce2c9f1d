/// How much of a simulated run is the real thing, axis by axis.
package struct Fidelity: Sendable, Hashable, CustomStringConvertible {
    package var replica: ReplicaKind
    package var crypto: CryptoKind
    package var transport: TransportKind

    package init(
        replica: ReplicaKind = .memory, crypto: CryptoKind = .standIn, transport: TransportKind = .message
    ) {
        self.replica = replica
        self.crypto = crypto
        self.transport = transport
    }

    /// Logic alone: the fastest.
    package static let standIns = Fidelity()
    package static let real = Fidelity(replica: .sqlite, crypto: .sodium, transport: .http2)

    /// Draws each axis on its own, from the seed alone: the choice never moves another draw of the run.
    ///
    /// - Parameter realPercent: How many seeds of a hundred are real on an axis.
    package static func drawn(seed: UInt64, realPercent: Int = 20) -> Fidelity {
        var random = SeededRandom(seed: seed ^ 0xf1de_1177)
        return Fidelity(
            replica: random.below(100) < realPercent ? .sqlite : .memory,
            crypto: random.below(100) < realPercent ? .sodium : .standIn,
            transport: random.below(100) < realPercent ? .http2 : .message)
    }

    package var description: String {
        "\(self.replica.rawValue)+\(self.crypto.rawValue)+\(self.transport.rawValue)"
    }
}
