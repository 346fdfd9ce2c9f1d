/// `POST /v1/cases`.
package struct NewCase: Codable, Sendable, Equatable {
    package var type: String
    package var title: String
    package var severity: String?
    package var source: String?
    package var agency: String?
    /// Milliseconds since 1970.
    package var receivedAt: Int64?
    package var tags: [String]?
    package var note: String?
    /// 32 hexadecimal digits beginning with 01, for imports whose ids are a hash of the origin; absent: a
    /// random one.
    package var id: String?
    /// The desk name of the first owner; absent: nobody has it yet.
    package var owner: String?

    package init(
        type: String, title: String, severity: String? = nil, source: String? = nil, agency: String? = nil,
        receivedAt: Int64? = nil, tags: [String]? = nil, note: String? = nil, id: String? = nil,
        owner: String? = nil
    ) {
        self.type = type
        self.title = title
        self.severity = severity
        self.source = source
        self.agency = agency
        self.receivedAt = receivedAt
        self.tags = tags
        self.note = note
        self.id = id
        self.owner = owner
    }
}

/// `POST /v1/cases/{ref}/changes`: one signed delta, all of it or nothing.
package struct ChangeRequest: Codable, Sendable, Equatable {
    package var operations: [ChangeOperation]
    /// Appended to the timeline in the same delta.
    package var note: String?
    /// True where `ref` is a full document id whose case may not be here yet (imports).
    package var mayBegin: Bool?

    package init(operations: [ChangeOperation], note: String? = nil, mayBegin: Bool? = nil) {
        self.operations = operations
        self.note = note
        self.mayBegin = mayBegin
    }
}

package struct ChangeOperation: Codable, Sendable, Equatable {
    package enum Action: String, Codable, Sendable, CaseIterable {
        case set, add, remove, append, milestone, close, reopen
    }

    package var action: Action
    /// A field's name; `close` and `reopen` need none, `append` takes `note` by default.
    package var field: String?
    /// Text or a whole number; for `append` also `{text, at, who}`.
    package var value: APIValue?

    package init(_ action: Action, field: String? = nil, value: APIValue? = nil) {
        self.action = action
        self.field = field
        self.value = value
    }
}

/// The answer to a change, given after its commit.
package struct ChangeReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let detail: CaseDetail
    /// The deltas that the call made, hexadecimal; the first call's when the idempotency key was known.
    package var deltas: [String]
    /// Always `here`: the answer follows the commit.
    package let saved: String
    /// Other sites that have signed for holding these deltas, sorted; empty right after the commit.
    package let safeAt: [String]
    /// True when the idempotency key was known and nothing was done again.
    package let isRepeat: Bool

    package init(
        asOf: Freshness, detail: CaseDetail, deltas: [String], saved: String, safeAt: [String], isRepeat: Bool
    ) {
        self.asOf = asOf
        self.detail = detail
        self.deltas = deltas
        self.saved = saved
        self.safeAt = safeAt
        self.isRepeat = isRepeat
    }
}

/// The query of `GET /v1/cases`.
package struct QueueQuery: Sendable, Equatable {
    package enum View: String, Sendable, CaseIterable { case mine, team, unowned, all, closed }

    package var view: View
    package var type: String?
    package var severity: String?
    package var tag: String?
    /// 1…500.
    package var limit: Int?
    package var offset: Int?

    package init(
        _ view: View = .team, type: String? = nil, severity: String? = nil, tag: String? = nil,
        limit: Int? = nil,
        offset: Int? = nil
    ) {
        self.view = view
        self.type = type
        self.severity = severity
        self.tag = tag
        self.limit = limit
        self.offset = offset
    }
}

/// `GET /v1/cases`: by severity, then due time, then last activity.
package struct QueueReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let cases: [CaseRow]
    /// How many cases the query has without limit and offset, counted up to 10,000.
    package let total: Int

    package init(asOf: Freshness, cases: [CaseRow], total: Int) {
        self.asOf = asOf
        self.cases = cases
        self.total = total
    }
}

/// `GET /v1/cases/{ref}`.
package struct CaseReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let detail: CaseDetail

    package init(asOf: Freshness, detail: CaseDetail) {
        self.asOf = asOf
        self.detail = detail
    }
}

/// `GET /v1/cases/{ref}/timeline`: oldest first within the page.
package struct TimelineReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let ref: String
    package let entries: [TimelineView]
    /// Pass as `before` for the entries that precede these; absent at the beginning.
    package let before: String?

    package init(asOf: Freshness, ref: String, entries: [TimelineView], before: String?) {
        self.asOf = asOf
        self.ref = ref
        self.entries = entries
        self.before = before
    }
}

/// `GET /v1/cases/{ref}/log`: oldest first.
package struct LogReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let ref: String
    package let deltas: [DeltaView]

    package init(asOf: Freshness, ref: String, deltas: [DeltaView]) {
        self.asOf = asOf
        self.ref = ref
        self.deltas = deltas
    }
}

/// `GET /v1/find`.
package struct FindReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let hits: [Hit]
    /// False where more was to be looked through than one search looks at: more may fit than is listed.
    package let isComplete: Bool

    package struct Hit: Codable, Sendable, Equatable {
        package let summary: CaseRow
        /// Words around the match, on one line.
        package let excerpt: String?

        package init(summary: CaseRow, excerpt: String?) {
            self.summary = summary
            self.excerpt = excerpt
        }
    }

    package init(asOf: Freshness, hits: [Hit], isComplete: Bool = true) {
        self.asOf = asOf
        self.hits = hits
        self.isComplete = isComplete
    }
}

/// `GET /v1/cases/{ref}/similar`: those with most in common first, then the one changed last.
package struct SimilarReply: Codable, Sendable, Equatable {
    package struct Hit: Codable, Sendable, Equatable {
        package let summary: CaseRow
        /// What both have: `agency:harlan so`, `reference:…`, `sha256:…`.
        package let shared: [String]

        package init(summary: CaseRow, shared: [String]) {
            self.summary = summary
            self.shared = shared
        }
    }

    package let asOf: Freshness
    package let ref: String
    package let cases: [Hit]

    package init(asOf: Freshness, ref: String, cases: [Hit]) {
        self.asOf = asOf
        self.ref = ref
        self.cases = cases
    }
}

/// `GET /v1/conflicts`.
package struct ConflictsReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let conflicts: [ConflictView]

    package init(asOf: Freshness, conflicts: [ConflictView]) {
        self.asOf = asOf
        self.conflicts = conflicts
    }
}
