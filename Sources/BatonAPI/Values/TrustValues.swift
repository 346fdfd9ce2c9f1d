/// `GET /v1/membership`: the entry in force.
package struct MembershipReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let membership: MembershipView

    package init(asOf: Freshness, membership: MembershipView) {
        self.asOf = asOf
        self.membership = membership
    }
}

/// One membership entry for people; keys are hexadecimal.
package struct MembershipView: Codable, Sendable, Equatable {
    package let team: String
    package let teamName: String
    package let epoch: Int64
    package let hash: String
    package let createdAt: Int64
    package let rootThreshold: Int64
    package let roots: [String]
    package let sites: [Site]
    package let operators: [Person]

    package struct Site: Codable, Sendable, Equatable {
        package let site: String
        package let region: String
        package let signingKey: String
        package let tlsPin: String
        package let unwrapKey: String
        package let clearances: [String]

        package init(
            site: String, region: String, signingKey: String, tlsPin: String, unwrapKey: String,
            clearances: [String]
        ) {
            self.site = site
            self.region = region
            self.signingKey = signingKey
            self.tlsPin = tlsPin
            self.unwrapKey = unwrapKey
            self.clearances = clearances
        }
    }

    package struct Person: Codable, Sendable, Equatable {
        package let id: Int64
        package let name: String
        package let site: String
        package let roles: [String]
        package let userIDs: [Int64]

        package init(id: Int64, name: String, site: String, roles: [String], userIDs: [Int64]) {
            self.id = id
            self.name = name
            self.site = site
            self.roles = roles
            self.userIDs = userIDs
        }
    }

    package init(
        team: String, teamName: String, epoch: Int64, hash: String, createdAt: Int64, rootThreshold: Int64,
        roots: [String], sites: [Site], operators: [Person]
    ) {
        self.team = team
        self.teamName = teamName
        self.epoch = epoch
        self.hash = hash
        self.createdAt = createdAt
        self.rootThreshold = rootThreshold
        self.roots = roots
        self.sites = sites
        self.operators = operators
    }
}

/// `GET /v1/audit`: newest first.
package struct AuditReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let records: [AuditView]

    package init(asOf: Freshness, records: [AuditView]) {
        self.asOf = asOf
        self.records = records
    }
}

package struct AuditView: Codable, Sendable, Equatable {
    package let number: Int64
    package let at: Int64
    /// `authored`, `merged`, `administered`, `fork-proven`, `incarnation-opened` or `alarm-raised`.
    package let kind: String
    package let by: String?
    package let site: String?
    /// The deltas concerned: `syd/1.9f2c4a01#4-17`.
    package let range: String?
    package let detail: String

    package init(
        number: Int64, at: Int64, kind: String, by: String?, site: String?, range: String?, detail: String
    ) {
        self.number = number
        self.at = at
        self.kind = kind
        self.by = by
        self.site = site
        self.range = range
        self.detail = detail
    }
}
