/// `POST /v1/batch`: entries that were written elsewhere first, at most `entriesMax`, committed together
/// and in order.
///
/// What they record has happened long ago, so none of it counts as news that a close must have read.
package struct BatchRequest: Codable, Sendable, Equatable {
    package static let entriesMax = 256

    package var entries: [BatchEntry]

    package init(entries: [BatchEntry]) { self.entries = entries }
}

/// One delta of a batch.
package struct BatchEntry: Codable, Sendable, Equatable {
    /// A case's id, 32 hexadecimal digits beginning with 01; the case is begun where it is not here.
    package var document: String
    /// 32 hexadecimal digits that name the entry's origin. An entry whose key the case already holds, from
    /// whichever site, is known and not written again.
    package var key: String
    package var operations: [ChangeOperation]

    package init(document: String, key: String, operations: [ChangeOperation]) {
        self.document = document
        self.key = key
        self.operations = operations
    }
}

/// The answer to a batch, given after its commit.
package struct BatchReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    /// One per entry, in their order.
    package let outcomes: [BatchOutcome]

    package init(asOf: Freshness, outcomes: [BatchOutcome]) {
        self.asOf = asOf
        self.outcomes = outcomes
    }
}

package struct BatchOutcome: Codable, Sendable, Equatable {
    package enum State: String, Codable, Sendable {
        /// Written now.
        case authored
        /// Was here already; nothing was written.
        case known
        /// Not written; the other entries of the batch were.
        case refused
    }

    package let state: State
    /// The delta that this node wrote for it, hexadecimal; absent where another site wrote the entry.
    package let delta: String?
    package let error: APIFault?

    package init(_ state: State, delta: String? = nil, error: APIFault? = nil) {
        self.state = state
        self.delta = delta
        self.error = error
    }
}
