/// One call of the operator API, whichever way it travels: over the Unix socket or inside one process.
package struct APICall: Sendable, Equatable {
    package var method: String
    /// Percent-encoded, without query: `/v1/cases/EDR-7K3QM2`.
    package var path: String
    /// Names and values in the order wanted, not encoded.
    package var query: [Parameter]
    /// JSON, or empty.
    package var body: [UInt8]
    /// At most 64 bytes. A repeated call with the same key gives the first one's outcome and does nothing
    /// twice.
    package var idempotencyKey: String?
    /// The desk name to act as; nil takes the only one that the user may use.
    package var actingAs: String?

    package struct Parameter: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        _ method: String, _ path: String, query: [Parameter] = [], body: [UInt8] = [],
        idempotencyKey: String? = nil, actingAs: String? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.idempotencyKey = idempotencyKey
        self.actingAs = actingAs
    }
}

/// A good answer; a bad one is an `APIFault`.
package struct APIReply: Sendable, Equatable {
    /// 200 or 201.
    package let status: Int
    /// JSON, unless `contentType` says otherwise.
    package let body: [UInt8]
    package let contentType: String

    package init(status: Int, body: [UInt8], contentType: String = "application/json") {
        self.status = status
        self.body = body
        self.contentType = contentType
    }
}

/// What answers operator calls. The desk knows nothing else of the node.
package protocol OperatorAPI: Sendable {
    /// Asks one thing.
    ///
    /// - Throws: `APIFault`: the node's own, or `api.unreachable` when no answer came. After that one a
    ///   change may
    ///   or may not have been made; repeating it with the same idempotency key is safe.
    func call(_ request: APICall) async throws(APIFault) -> APIReply
}

/// The paths of version 1 (`docs/openapi.yaml`).
package enum APIPath {
    package static let status = "/v1/status"
    package static let digest = "/v1/digest"
    package static let cases = "/v1/cases"
    package static let find = "/v1/find"
    package static let holds = "/v1/holds"
    package static let clocks = "/v1/clocks"
    package static let conflicts = "/v1/conflicts"
    package static let sync = "/v1/sync"
    package static let membership = "/v1/membership"
    package static let audit = "/v1/audit"
    package static let roster = "/v1/roster"
    package static let stats = "/v1/stats"
    package static let verify = "/v1/verify"
    package static let handoffs = "/v1/handoffs"
    package static let brief = "/v1/brief"
    package static let presence = "/v1/presence"
    package static let rest = "/v1/rest"
    package static let restTeam = "/v1/rest/team"
    package static let outcomes = "/v1/outcomes"
    package static let agencies = "/v1/agencies"

    package static func oneCase(_ reference: String) -> String {
        "\(Self.cases)/\(APIText.encoded(reference))"
    }

    package static func handoff(_ reference: String) -> String {
        "\(Self.handoffs)/\(APIText.encoded(reference))"
    }

    package static func peer(_ site: String, _ action: String) -> String {
        "\(Self.sync)/\(APIText.encoded(site))/\(action)"
    }
}

/// Request headers beside HTTP's own, in lower case.
package enum APIHeader {
    package static let idempotencyKey = "idempotency-key"
    package static let actingAs = "baton-as"
    package static let idempotencyKeyBytesMax = 64
}
