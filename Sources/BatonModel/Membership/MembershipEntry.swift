/// What a person may do. Codes are frozen.
package enum Role: UInt8, Sendable, CaseIterable {
    case analyst = 1
    case specialist = 2
    case lead = 3
    case auditor = 4
    case rootKeeper = 5

    package var word: String {
        switch self {
        case .analyst: "analyst"
        case .specialist: "specialist"
        case .lead: "lead"
        case .auditor: "auditor"
        case .rootKeeper: "root-keeper"
        }
    }
}

/// One site of the team: its keys and what it may read.
package struct SiteRecord: Hashable, Sendable {
    package var site: SiteID
    package var region: String
    /// Ed25519, 32 bytes: signs deltas, hellos and receipts.
    package var signingKey: [UInt8]
    /// SHA-256 of the TLS certificate's SubjectPublicKeyInfo, 32 bytes.
    package var tlsPin: [UInt8]
    /// X25519, 32 bytes: document keys of restricted compartments are wrapped to it.
    package var unwrapKey: [UInt8]
    /// Compartments beside `global` that the site may store and read, sorted.
    package var clearances: [Compartment]

    package init(
        site: SiteID, region: String, signingKey: [UInt8], tlsPin: [UInt8], unwrapKey: [UInt8],
        clearances: [Compartment]
    ) {
        self.site = site
        self.region = region
        self.signingKey = signingKey
        self.tlsPin = tlsPin
        self.unwrapKey = unwrapKey
        self.clearances = clearances.sorted()
    }
}

/// One person who may use a desk.
package struct OperatorRecord: Hashable, Sendable {
    package var id: OperatorID
    /// The desk name, unique in the team: `alee`.
    package var name: String
    package var site: SiteID
    /// Sorted by code.
    package var roles: [Role]
    /// Unix user ids that may act as this operator on the site's node.
    package var userIDs: [UInt32]

    package init(id: OperatorID, name: String, site: SiteID, roles: [Role], userIDs: [UInt32]) {
        self.id = id
        self.name = name
        self.site = site
        self.roles = roles.sorted { $0.rawValue < $1.rawValue }
        self.userIDs = userIDs.sorted()
    }
}

/// One entry of the membership log: the whole membership as of its epoch, chained to the entry before.
package struct MembershipEntry: Hashable, Sendable {
    package var epoch: UInt64
    /// Hash of the entry before; zero in the first one, whose own hash is the team id.
    package var prev: Digest256
    package var createdMilliseconds: UInt64
    package var teamName: String
    /// Ed25519 public keys, 32 bytes each, sorted; they sign the *next* entry, and the first one signs
    /// itself.
    package var roots: [[UInt8]]
    package var rootThreshold: UInt64
    /// Sorted by site.
    package var sites: [SiteRecord]
    /// Sorted by id.
    package var operators: [OperatorRecord]

    package init(
        epoch: UInt64, prev: Digest256, createdMilliseconds: UInt64, teamName: String, roots: [[UInt8]],
        rootThreshold: UInt64, sites: [SiteRecord], operators: [OperatorRecord]
    ) {
        self.epoch = epoch
        self.prev = prev
        self.createdMilliseconds = createdMilliseconds
        self.teamName = teamName
        self.roots = roots.sorted { $0.lexicographicallyPrecedes($1) }
        self.rootThreshold = rootThreshold
        self.sites = sites.sorted { $0.site < $1.site }
        self.operators = operators.sorted { $0.id < $1.id }
    }

    package func site(_ id: SiteID) -> SiteRecord? { self.sites.first { $0.site == id } }
    package func operatorRecord(_ id: OperatorID) -> OperatorRecord? { self.operators.first { $0.id == id } }
}

/// An entry as it travels and is stored: exact bytes and the roots' signatures.
package struct SignedMembershipEntry: Hashable, Sendable {
    package struct RootSignature: Hashable, Sendable {
        package let key: [UInt8]
        package let signature: [UInt8]

        package init(key: [UInt8], signature: [UInt8]) {
            self.key = key
            self.signature = signature
        }
    }

    package let bytes: [UInt8]
    package let entry: MembershipEntry
    package let signatures: [RootSignature]

    package init(bytes: [UInt8], signatures: [RootSignature]) throws(ModelFault) {
        self.bytes = bytes
        self.entry = try MembershipEntry(decoding: bytes)
        self.signatures = signatures
    }

    package func hash(_ hashing: some Hashing) -> Digest256 { hashing.digest256(self.bytes) }

    /// The bytes that a root signs: `"baton/membership/1" ‖ entry`. The entry's `prev` binds it to its team.
    package static func signedMessage(_ bytes: [UInt8]) -> [UInt8] {
        Array("baton/membership/1".utf8) + bytes
    }
}
