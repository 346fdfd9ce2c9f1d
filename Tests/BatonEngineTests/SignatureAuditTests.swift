import BatonCrypto
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@Suite("Signatures checked one by one")
struct SignatureAuditTests {
    /// Says of all signatures but some that they are right.
    private struct Refusing: SignatureVerifying {
        let refused: [[UInt8]]

        func isValid(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
            !self.refused.contains(signature)
        }
    }

    @Test("A wrong signature inside a run is found though the run was authentic, and no other is named")
    func insideRun() throws {
        let team = SimulatedTeam()
        var generator = HistoryGenerator(seed: 11, team: team, documentCount: 2)
        let peers = team.sites.map { ReplicaPeer(team.context($0)) }
        let deltas = generator.run(peers, steps: 60).map(\.delta)
        let membership = peers[0].context.membership
        let hashing = StandInHashing()
        let audit = SignatureAudit(membership: membership)
        #expect(audit.wrong(in: deltas, hashing: hashing, verifying: Refusing(refused: [])).isEmpty)
        let culprit = try #require(deltas.dropFirst(deltas.count / 2).first)
        let found = audit.wrong(
            in: deltas, hashing: hashing, verifying: Refusing(refused: [culprit.signature]))
        #expect(found.map(\.id) == [culprit.id])
    }
}
