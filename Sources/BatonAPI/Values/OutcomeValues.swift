/// `GET /v1/outcomes`, and the answer to `POST /v1/outcomes`: how cases ended on which the caller worked and which
/// somebody else closed, as far as they were not told yet.
package struct OutcomesReply: Codable, Sendable, Equatable {
    package struct Outcome: Codable, Sendable, Equatable {
        package let ref: String
        /// The case's document id.
        package let id: String
        /// A code for closing; absent where none was given.
        package let code: String?
        /// In words: `the harm was stopped`. No text of the case.
        package let meaning: String
        package let by: String
        package let site: String
        /// Milliseconds since 1970.
        package let at: Int64
        /// The close, for `POST /v1/outcomes`.
        package let delta: String

        package init(
            _ ref: String, id: String, code: String?, meaning: String, by: (name: String, site: String),
            close: (at: Int64, delta: String)
        ) {
            self.ref = ref
            self.id = id
            self.code = code
            self.meaning = meaning
            self.by = by.name
            self.site = by.site
            self.at = close.at
            self.delta = close.delta
        }
    }

    package let asOf: Freshness
    /// Newest first.
    package let outcomes: [Outcome]

    package init(asOf: Freshness, outcomes: [Outcome]) {
        self.asOf = asOf
        self.outcomes = outcomes
    }
}

/// `GET /v1/agencies`: the agencies that cases name, for whoever types one.
package struct AgenciesReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    /// In lower case, sorted, each once.
    package let agencies: [String]

    package init(asOf: Freshness, agencies: [String]) {
        self.asOf = asOf
        self.agencies = agencies
    }
}

/// `POST /v1/outcomes`: closes that the caller was told of. It is noted at this node only.
package struct OutcomesCall: Codable, Sendable, Equatable {
    package static let deltasMax = 200

    /// Delta ids, as `outcomes` has them.
    package var deltas: [String]

    package init(deltas: [String]) { self.deltas = deltas }
}
