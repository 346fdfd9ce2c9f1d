package import BatonEngine
package import BatonModel

/// A team of sites with keys made from their names, one operator each.
package struct SimulatedTeam: Sendable {
    package let membership: Membership
    package let sites: [SiteID]
    package let table: FieldTable
    package let suite: CryptoSuite
    /// One vault for each site, in their order: real ones cost locked memory.
    private let sealings: [any PartSealing]

    /// - Parameters:
    ///   - names: Site names; operator n works at site n (counted from 1).
    ///   - crypto: Stand-ins for tests of logic, libsodium for the whole.
    ///   - roles: What a site's operator may do, by the site's name.
    package init(
        _ names: [String] = ["syd", "usw", "use"], table: FieldTable = SimulatedFields.table,
        crypto: CryptoKind = .standIn, roles: (String) -> [Role] = { _ in [.specialist] }
    ) {
        let sites = names.compactMap { SiteID($0) }
        precondition(sites.count == names.count, "a test names a site that is none")
        let suite = crypto.suite
        let root = suite.signing(named: "root")
        let records = zip(sites, names).map { site, name in
            SiteRecord(
                site: site, region: name, signingKey: suite.signing(named: name).publicKey,
                tlsPin: Self.pin(of: site), unwrapKey: [UInt8](repeating: 7, count: 32), clearances: [])
        }
        let operators = sites.enumerated().map { index, site in
            OperatorRecord(
                id: OperatorID(UInt32(index + 1)), name: "op-\(site)", site: site,
                roles: roles(site.description), userIDs: [UInt32(index)])
        }
        let entry = MembershipEntry(
            epoch: 1, prev: .zero, createdMilliseconds: 0, teamName: "test", roots: [root.publicKey],
            rootThreshold: 1, sites: records, operators: operators)
        self.membership = Self.signed(entry, root, suite)
        self.sites = sites
        self.table = table
        self.suite = suite
        self.sealings = names.map { suite.sealing(named: $0) }
    }

    private static func signed(
        _ entry: MembershipEntry, _ root: any SiteSigning, _ suite: CryptoSuite
    ) -> Membership {
        let bytes = entry.encoded()
        let signature = root.sign(SignedMembershipEntry.signedMessage(bytes))
        do {
            let signed = try SignedMembershipEntry(
                bytes: bytes, signatures: [.init(key: root.publicKey, signature: signature)])
            return try Membership(first: signed, hashing: suite.hashing, verifying: suite.verifying)
        } catch {
            preconditionFailure("the test team's membership was refused: \(error)")
        }
    }

    package static func pin(of site: SiteID) -> [UInt8] {
        StandInHashing().digest256(Array("pin of \(site)".utf8)).bytes
    }

    package func person(at site: SiteID) -> OperatorID {
        OperatorID(UInt32((self.sites.firstIndex(of: site) ?? 0) + 1))
    }

    package func sealing(of site: SiteID) -> any PartSealing {
        self.sealings[self.sites.firstIndex(of: site) ?? 0]
    }

    package func context(
        _ site: SiteID, incarnation: UInt32 = 1, seed: UInt64 = 1, previousHead: DeltaID = .none
    ) -> ReplicaContext {
        let author = Author(
            site: site, incarnation: Incarnation(counter: incarnation, nonce: UInt64(incarnation) &* 0x1_0001)
        )
        return self.context(
            of: author, seed: seed &* 977 &+ site.packed &+ UInt64(incarnation), previousHead: previousHead)
    }

    /// - Parameter seed: Decides the entropy of this life.
    package func context(of author: Author, seed: UInt64, previousHead: DeltaID = .none) -> ReplicaContext {
        ReplicaContext(
            author: author, previousHead: previousHead, membership: self.membership,
            fold: Fold(table: self.table), hashing: self.suite.hashing,
            sealing: self.sealing(of: author.site),
            signing: self.suite.signing(named: author.site.description), entropy: SeededEntropy(seed: seed))
    }
}

/// A small field table with one field of each structure and policy.
package enum SimulatedFields {
    package static let text = FieldCode(1)
    package static let severity = FieldCode(2)
    package static let owner = FieldCode(3)
    package static let tags = FieldCode(4)
    package static let note = FieldCode(5)
    package static let acknowledged = FieldCode(6)
    package static let closure = FieldCode(7)
    package static let custody = FieldCode(8)
    package static let facts = FieldCode(9)
    package static let releases = FieldCode(10)

    package static let table = FieldTable(
        level: 1,
        rules: [
            (
                kind: .escalation,
                fields: [
                    FieldRule(1, "text", .register, .greatest, .text(bytesMax: 512)),
                    FieldRule(2, "severity", .register, .minimum, .integer(0...4)),
                    FieldRule(3, "owner", .register, .multiValue, .integer(0...100)),
                    FieldRule(4, "tags", .set, .union, .text(bytesMax: 64)),
                    FieldRule(5, "note", .timeline, .union, .details),
                    FieldRule(6, "acknowledged", .milestone, .union, .details),
                    FieldRule(7, "closure", .closure, .union, .details),
                    FieldRule(8, "custody", .ledger(.custody), .union, .details),
                    FieldRule(9, "facts", .ledger(.append), .union, .details),
                    FieldRule(10, "releases", .ledger(.release), .union, .details),
                ]
            )
        ])
}
