import BatonEncoding
import BatonEngine
import BatonModel
import BatonProtocol
import BatonSimulator
import Synchronization
import Testing

/// Counts the checks that are made, so that the figure in an outcome is held to what happened.
private final class CountingVerifier: SignatureVerifying {
    let count = Mutex(0)

    func isValid(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
        self.count.withLock { $0 += 1 }
        return StandInSigning(publicKey: publicKey)
            .isValid(signature: signature, message: message, publicKey: publicKey)
    }
}

@Suite("VerificationJob")
struct VerificationJobTests {
    private static let team = SimulatedTeam()
    private static let teamID = Self.team.membership.team
    private static let document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 3, count: 15))
    private static let badSignature = [UInt8](repeating: 9, count: 64)

    private static func chain(_ count: Int, site: Int = 0) -> [Delta] {
        let site = Self.team.sites[site]
        let peer = ReplicaPeer(Self.team.context(site))
        return (0..<count).map { peer.author(Self.document, note("\($0)"), by: Self.team.person(at: site)) }
    }

    private static func run(_ deltas: [WireDelta], membership: Membership = Self.team.membership)
        -> VerificationOutcome
    {
        let verifier = CountingVerifier()
        let outcome = VerificationJob(deltas: deltas, membership: membership)
            .run(hashing: StandInHashing(), verifying: verifier)
        #expect(outcome.signatureChecks == verifier.count.withLock { $0 })
        return outcome
    }

    private static func expect(
        _ outcome: VerificationOutcome, authentic: [Delta], refused: [DeltaReference] = [], checks: Int,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.authentic.map(\.id) == authentic.map(\.id), sourceLocation: location)
        #expect(outcome.refused == refused, sourceLocation: location)
        #expect(outcome.signatureChecks == checks, sourceLocation: location)
    }

    @Test("a run of 100 chained deltas costs one signature check, wherever it starts")
    func oneCheck() {
        let chain = Self.chain(130)
        for part in [chain[..<100], chain[30...], chain[7..<8]] {
            let outcome = Self.run(part.map { WireDelta($0) })
            Self.expect(outcome, authentic: Array(part), checks: 1)
            #expect(outcome.authentic == Array(part), "whole, with their parts")
            #expect(outcome.malformed == nil && outcome.unknownEpoch == nil)
        }
        Self.expect(Self.run([]), authentic: [], checks: 0)
    }

    @Test("a bad last signature takes nothing authentic with it")
    func badLast() {
        let chain = Self.chain(100)
        let wires =
            chain.dropLast().map { WireDelta($0) } + [
                DeltaForge.wire(chain[99], signature: Self.badSignature)
            ]
        Self.expect(
            Self.run(wires), authentic: Array(chain.dropLast()), refused: [chain[99].reference], checks: 2)
    }

    @Test("a tampered header or signature in the middle loses that delta alone")
    func tamperedMiddle() throws {
        let chain = Self.chain(20)
        let other = try DeltaForge.resigned(chain[10], team: Self.teamID, signature: chain[10].signature) {
            $0.stamp = HybridTime(packed: $0.stamp.packed + 1)
        }
        for tampered in [
            DeltaForge.wire(other),
            DeltaForge.wire(chain[10], signature: DeltaForge.flipped(chain[10].signature, at: 63)),
            DeltaForge.wire(chain[10], signature: DeltaForge.flipped(chain[10].signature, at: 0)),
        ] {
            var wires = chain.map { WireDelta($0) }
            wires[10] = tampered
            Self.expect(
                Self.run(wires), authentic: Array(chain[..<10] + chain[11...]),
                refused: [chain[10].reference],
                checks: 3)
        }
    }

    @Test("bytes of a part are not what a signature covers: they are checked against the commitment later")
    func tamperedPart() throws {
        let chain = Self.chain(5)
        var wires = chain.map { WireDelta($0) }
        let part = try #require(chain[2].parts[0])
        wires[2] = DeltaForge.wire(chain[2], parts: [DeltaForge.flipped(part, at: 0)])
        wires[3] = DeltaForge.wire(chain[3], parts: [nil])
        Self.expect(Self.run(wires), authentic: chain, checks: 1)
    }

    @Test("a bad signature that a verified successor has covered by prev travels with the run")
    func vouchedBadSignature() throws {
        let chain = Self.chain(3)
        let second = try DeltaForge.resigned(chain[1], team: Self.teamID, signature: Self.badSignature) { _ in
        }
        let third = try DeltaForge.resigned(chain[2], team: Self.teamID) { $0.prev = second.id }
        Self.expect(
            Self.run([chain[0], second, third].map { WireDelta($0) }), authentic: [chain[0], second, third],
            checks: 1)
        Self.expect(
            Self.run([chain[0], second].map { WireDelta($0) }), authentic: [chain[0]],
            refused: [second.reference],
            checks: 2)
    }

    @Test("a delta vouches only for the delta whose id its prev is, not for whatever stands before it")
    func prevMustMatch() throws {
        let chain = Self.chain(4)
        let forged = try DeltaForge.resigned(chain[2], team: Self.teamID, signature: Self.badSignature) {
            $0.documentPrev = 1
        }
        let outcome = Self.run([chain[0], chain[1], forged, chain[3]].map { WireDelta($0) })
        Self.expect(
            outcome, authentic: [chain[0], chain[1], chain[3]], refused: [forged.reference], checks: 3)
    }

    @Test("reordered deltas are all found authentic, in the order received, at more checks")
    func reordered() {
        let chain = Self.chain(6)
        let turned = Array(chain.reversed())
        Self.expect(Self.run(turned.map { WireDelta($0) }), authentic: turned, checks: 6)
        let doubled = [chain[0], chain[1], chain[1], chain[2]]
        Self.expect(Self.run(doubled.map { WireDelta($0) }), authentic: doubled, checks: 2)
    }

    @Test("two authors interleaved cost two checks")
    func interleaved() {
        let (one, two) = (Self.chain(30), Self.chain(30, site: 1))
        let mixed = zip(one, two).flatMap { [$0, $1] }
        Self.expect(Self.run(mixed.map { WireDelta($0) }), authentic: mixed, checks: 2)
    }

    @Test("deltas of an unknown epoch, or of a known one with another hash, are refused and name the epoch")
    func unknownEpoch() throws {
        let chain = Self.chain(3)
        let future = try DeltaForge.resigned(chain[1], team: Self.teamID) { $0.membership.epoch = 99 }
        let after = try DeltaForge.resigned(chain[2], team: Self.teamID) { $0.prev = future.id }
        let outcome = Self.run([chain[0], future, after].map { WireDelta($0) })
        // The chain of ids goes on, but an unknown entry ends the vouching: the first is checked by itself.
        Self.expect(outcome, authentic: [chain[0], after], refused: [future.reference], checks: 2)
        #expect(outcome.unknownEpoch == 99)
        let other = try DeltaForge.resigned(chain[0], team: Self.teamID) { $0.membership.hashPrefix ^= 1 }
        let second = Self.run([DeltaForge.wire(other)])
        Self.expect(second, authentic: [], refused: [other.reference], checks: 0)
        #expect(second.unknownEpoch == 1)
    }

    @Test("a delta of a site that the membership does not have is refused without a check")
    func unknownSite() throws {
        let stranger = SimulatedTeam(["zzz"])
        let peer = ReplicaPeer(stranger.context(stranger.sites[0]))
        let made = peer.author(Self.document, note("x"), by: OperatorID(1))
        let delta = try DeltaForge.resigned(made, team: Self.teamID) {
            $0.membership = Self.team.membership.reference(hashing: StandInHashing())
        }
        let outcome = Self.run([DeltaForge.wire(delta)])
        Self.expect(outcome, authentic: [], refused: [delta.reference], checks: 0)
        #expect(outcome.unknownEpoch == nil)
    }

    @Test("a delta signed for another team or by another member is refused")
    func otherSigner() throws {
        let delta = Self.chain(1)[0]
        let message = Delta.signedMessage(team: Self.teamID, headerBytes: delta.headerBytes)
        let byOther = StandInSigning(named: "usw").sign(message)
        let otherTeam = StandInSigning(named: "syd").sign(
            Delta.signedMessage(
                team: TeamID(digest: StandInHashing().digest256([1])), headerBytes: delta.headerBytes))
        for signature in [byOther, otherTeam] {
            Self.expect(
                Self.run([DeltaForge.wire(delta, signature: signature)]), authentic: [],
                refused: [delta.reference],
                checks: 1)
        }
    }

    @Test(
        "what does not decode stops the chunk there: what came before counts, what follows is not looked at"
    )
    func malformed() {
        let chain = Self.chain(6)
        let wrong: [(WireDelta, ModelFault)] = [
            (
                DeltaForge.wire(chain[3], header: chain[3].headerBytes + [0]),
                .encoding(.trailingBytes(at: chain[3].headerBytes.count))
            ),
            (DeltaForge.wire(chain[3], signature: [1]), .malformed("delta.signature")),
            (DeltaForge.wire(chain[3], parts: []), .malformed("delta.parts")),
            (DeltaForge.wire(chain[3], parts: [[1, 2, 3]]), .malformed("delta.part length")),
        ]
        for (wire, fault) in wrong {
            let outcome = Self.run(
                chain[..<3].map { WireDelta($0) } + [wire] + chain[4...].map { WireDelta($0) })
            Self.expect(outcome, authentic: Array(chain[..<3]), checks: 1)
            #expect(outcome.malformed == fault)
        }
    }

    @Test("every delta is judged by the key of its own epoch when a site's key has changed")
    func rotatedKey() throws {
        let rotated = try Memberships.appended(to: Self.team.membership) { entry in
            entry.sites[0].signingKey = StandInSigning(named: "new key").publicKey
        }
        let site = Self.team.sites[0]
        #expect(rotated.head.site(site) != nil && rotated.epoch == 2)
        let index = try #require(
            Self.team.membership.head.sites.firstIndex { $0.site == rotated.head.sites[0].site })
        let name = Self.team.membership.head.sites[index].site
        let peer = ReplicaPeer(Self.team.context(name))
        let old = peer.author(Self.document, note("old"), by: Self.team.person(at: name))
        let next = peer.author(Self.document, note("new"), by: Self.team.person(at: name))
        let reference = rotated.reference(hashing: StandInHashing())
        let byOldKey = try DeltaForge.resigned(next, team: Self.teamID) { $0.membership = reference }
        let signature = StandInSigning(named: "new key").sign(
            Delta.signedMessage(team: Self.teamID, headerBytes: byOldKey.headerBytes))
        Self.expect(
            Self.run([DeltaForge.wire(old), DeltaForge.wire(byOldKey)], membership: rotated),
            authentic: [old],
            refused: [byOldKey.reference], checks: 2)
        let outcome = Self.run(
            [DeltaForge.wire(old), DeltaForge.wire(byOldKey, signature: signature)], membership: rotated)
        #expect(outcome.authentic.count == 2 && outcome.signatureChecks == 1)
    }
}

/// Memberships with later entries, signed by the test team's one root.
enum Memberships {
    static func appended(
        to membership: Membership, _ change: (inout MembershipEntry) -> Void
    ) throws -> Membership {
        let root = StandInSigning(named: "root")
        var entry = membership.head
        entry.epoch += 1
        entry.prev = membership.headHash
        change(&entry)
        let bytes = entry.encoded()
        let signed = try SignedMembershipEntry(
            bytes: bytes,
            signatures: [
                .init(key: root.publicKey, signature: root.sign(SignedMembershipEntry.signedMessage(bytes)))
            ])
        var copy = membership
        try copy.append(signed, hashing: StandInHashing(), verifying: root)
        return copy
    }
}
