import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel

/// A team of two sites with keys as real nodes have them, drawn from a seed.
struct BenchTeam {
    struct Member {
        let site: SiteID
        let person: OperatorID
        let signing: SigningKey
        let cipher: PartCipher
    }

    let membership: Membership
    let members: [Member]

    init(seed: UInt64) throws {
        try Sodium.initialise()
        var random = BenchRandom(seed: seed)
        var members: [Member] = []
        for (index, name) in ["syd", "usw"].enumerated() {
            guard let site = SiteID(name) else { throw BenchFault("\(name) is no site name") }
            members.append(
                Member(
                    site: site, person: OperatorID(UInt32(index + 1)),
                    signing: try SigningKey(seed: SecretBytes(copying: random.bytes(32))),
                    cipher: try PartCipher(vaultKey: SecretBytes(copying: random.bytes(32)))))
        }
        let root = try SigningKey(seed: SecretBytes(copying: random.bytes(32)))
        self.members = members
        self.membership = try Self.membership(of: members, root: root)
    }

    private static func membership(of members: [Member], root: SigningKey) throws -> Membership {
        let sites = members.map { member in
            SiteRecord(
                site: member.site, region: member.site.description, signingKey: member.signing.publicKey,
                tlsPin: [UInt8](repeating: 1, count: 32), unwrapKey: [UInt8](repeating: 2, count: 32),
                clearances: [])
        }
        let operators = members.map { member in
            OperatorRecord(
                id: member.person, name: "op\(member.person.number)", site: member.site, roles: [.specialist],
                userIDs: [])
        }
        let entry = MembershipEntry(
            epoch: 1, prev: .zero, createdMilliseconds: 0, teamName: "bench", roots: [root.publicKey],
            rootThreshold: 1, sites: sites, operators: operators)
        let bytes = entry.encoded()
        let signature = root.sign(SignedMembershipEntry.signedMessage(bytes))
        let signed = try SignedMembershipEntry(
            bytes: bytes, signatures: [.init(key: root.publicKey, signature: signature)])
        return try Membership(first: signed, hashing: Blake2b(), verifying: SignatureVerifier())
    }

    /// What a node of this team applies and authors with.
    func context(_ member: Member, _ living: (author: Author, previousHead: DeltaID)) -> ReplicaContext {
        ReplicaContext(
            author: living.author, previousHead: living.previousHead, membership: self.membership,
            fold: Fold(table: DeskFieldTable.current), hashing: Blake2b(), sealing: member.cipher,
            signing: member.signing, entropy: KernelEntropy())
    }
}
