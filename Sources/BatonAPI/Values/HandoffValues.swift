/// `GET /v1/handoffs`: newest first; all that have not ended, and the newest of those that have.
package struct HandoffsReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let handoffs: [HandoffRow]
    /// How many have ended and are not listed; absent for none.
    package let older: Int?

    package init(asOf: Freshness, handoffs: [HandoffRow], older: Int? = nil) {
        self.asOf = asOf
        self.handoffs = handoffs
        self.older = older
    }
}

/// A handoff in a list.
package struct HandoffRow: Codable, Sendable, Equatable {
    package let id: String
    /// `HO-1122-SU`: day of custody and both sites.
    package let label: String
    /// `draft`, `offered`, `accepted`, `declined`, `withdrawing`, `withdrawn`.
    package let standing: String
    package let from: String
    package let to: String
    /// A desk name; absent where the whole watch is meant.
    package let toPerson: String?
    package let by: String
    /// Milliseconds since 1970, as all times here.
    package let custodyAt: Int64
    package let expiresAt: Int64?
    package let cases: Int
    /// Grave cases that are still to be read back.
    package let owed: Int
    /// True where it is on offer and nobody took it in time.
    package let isOverdue: Bool

    // long: one parameter a member.
    package init(
        id: String, label: String, standing: String, from: String, to: String, toPerson: String?, by: String,
        custodyAt: Int64, expiresAt: Int64?, cases: Int, owed: Int, isOverdue: Bool
    ) {
        self.id = id
        self.label = label
        self.standing = standing
        self.from = from
        self.to = to
        self.toPerson = toPerson
        self.by = by
        self.custodyAt = custodyAt
        self.expiresAt = expiresAt
        self.cases = cases
        self.owed = owed
        self.isOverdue = isOverdue
    }
}

/// `GET /v1/handoffs/{ref}`: a draft as it would be offered now, or the record that was.
package struct HandoffReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let row: HandoffRow
    /// BLAKE2b-256 of the record; absent for a draft.
    package let record: String?
    package let isUnstaffed: Bool
    package let people: String
    package let risks: [String]
    package let items: [HandoffItemView]
    package let findings: [HandoffFindingView]
    /// Good read-backs, and how many of them were wrong at first.
    package let readBacks: Int
    package let corrections: Int
    /// Who signed what, and what was missing there.
    package let signed: [String]

    package init(
        asOf: Freshness, row: HandoffRow, record: String?, isUnstaffed: Bool, people: String,
        risks: [String], items: [HandoffItemView], findings: [HandoffFindingView], readBacks: Int,
        corrections: Int, signed: [String]
    ) {
        self.asOf = asOf
        self.row = row
        self.record = record
        self.isUnstaffed = isUnstaffed
        self.people = people
        self.risks = risks
        self.items = items
        self.findings = findings
        self.readBacks = readBacks
        self.corrections = corrections
        self.signed = signed
    }
}

/// One case of a handoff.
package struct HandoffItemView: Codable, Sendable, Equatable {
    package struct Action: Codable, Sendable, Equatable {
        package let what: String
        package let due: Int64?
        package let isHard: Bool

        package init(what: String, due: Int64?, isHard: Bool) {
            self.what = what
            self.due = due
            self.isHard = isHard
        }
    }

    package struct Pending: Codable, Sendable, Equatable {
        package let partner: String
        package let asked: Int64
        package let expected: Int64?
        package let then: String

        package init(partner: String, asked: Int64, expected: Int64?, then: String) {
            self.partner = partner
            self.asked = asked
            self.expected = expected
            self.then = then
        }
    }

    package let id: String
    package let ref: String
    package let severity: String?
    package let trend: String?
    package let title: String
    package let situation: String
    package let changed: [String]
    package let changeCount: Int
    package let actions: [Action]
    package let pending: [Pending]
    package let contingencies: [String]
    package let ruledOut: [String]
    package let hops: Int
    /// Changes that could not be read where this was written.
    package let missing: Int
    /// `owed`, `good`, or `bulk` where none is asked for.
    package let readBack: String
    /// True while nobody has said that the case was read back on the telephone, or why not; absent where that is not
    /// asked for.
    package let needsTelephone: Bool?

    // long: one parameter a member.
    package init(
        id: String, ref: String, severity: String?, trend: String?, title: String, situation: String,
        changed: [String], changeCount: Int, actions: [Action], pending: [Pending], contingencies: [String],
        ruledOut: [String], hops: Int, missing: Int, readBack: String, needsTelephone: Bool? = nil
    ) {
        self.needsTelephone = needsTelephone
        self.id = id
        self.ref = ref
        self.severity = severity
        self.trend = trend
        self.title = title
        self.situation = situation
        self.changed = changed
        self.changeCount = changeCount
        self.actions = actions
        self.pending = pending
        self.contingencies = contingencies
        self.ruledOut = ruledOut
        self.hops = hops
        self.missing = missing
        self.readBack = readBack
    }
}

/// What keeps a draft from being offered, or should be looked at.
package struct HandoffFindingView: Codable, Sendable, Equatable {
    package let code: String
    package let isBlocking: Bool
    /// The case's id; absent for the whole.
    package let caseID: String?
    package let what: String
    package let remedy: String
    /// A later moment of custody that would avoid it.
    package let laterAt: Int64?

    package init(
        code: String, isBlocking: Bool, caseID: String?, what: String, remedy: String, laterAt: Int64?
    ) {
        self.code = code
        self.isBlocking = isBlocking
        self.caseID = caseID
        self.what = what
        self.remedy = remedy
        self.laterAt = laterAt
    }
}

/// `POST /v1/handoffs/{ref}/steps`: one step of a handoff, all of it or nothing.
package struct HandoffCall: Codable, Sendable, Equatable {
    /// `say`, `offer`, `readback`, `accept` …
    package var step: String
    /// As for acts: values by name, a switch has an empty list. `case` is a handle or an id.
    package var arguments: [String: [String]]

    package init(step: String, arguments: [String: [String]] = [:]) {
        self.step = step
        self.arguments = arguments
    }
}

/// The answer to a step, given after its commit.
package struct HandoffStepReply: Codable, Sendable, Equatable {
    package let handoff: HandoffReply
    package let step: String
    package let said: [String]
    package let hints: [String]
    /// Of a read-back: false where it differs from the record.
    package let isGood: Bool?
    /// Of a read-back: what was said that no action of the record has a word of.
    package let unlisted: [String]?
    /// Ids of what was signed, cases first.
    package let deltas: [String]

    package init(
        handoff: HandoffReply, step: String, said: [String], hints: [String], isGood: Bool?,
        unlisted: [String]? = nil, deltas: [String]
    ) {
        self.unlisted = unlisted
        self.handoff = handoff
        self.step = step
        self.said = said
        self.hints = hints
        self.isGood = isGood
        self.deltas = deltas
    }
}

/// `GET /v1/handoffs/{ref}/page`: the record as a page that stands alone.
package struct HandoffPageReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let label: String
    package let text: String
    package let html: String

    package init(asOf: Freshness, label: String, text: String, html: String) {
        self.asOf = asOf
        self.label = label
        self.text = text
        self.html = html
    }
}

/// `GET /v1/brief`: what changed since this site last had each case in hand, or since a time.
package struct BriefReply: Codable, Sendable, Equatable {
    package struct Case: Codable, Sendable, Equatable {
        package let id: String
        package let ref: String
        package let severity: String?
        package let title: String
        package let count: Int
        package let lines: [String]

        package init(id: String, ref: String, severity: String?, title: String, count: Int, lines: [String]) {
            self.id = id
            self.ref = ref
            self.severity = severity
            self.title = title
            self.count = count
            self.lines = lines
        }
    }

    package let asOf: Freshness
    /// As read out: at most the rows that were asked for.
    package let page: [String]
    /// Those that the page names.
    package let cases: [Case]
    /// Cases with a change, on the page or not.
    package let changed: Int
    /// Open cases that are still being read; absent where there is none.
    package let pending: Int?

    package init(asOf: Freshness, page: [String], cases: [Case], changed: Int, pending: Int?) {
        self.asOf = asOf
        self.page = page
        self.cases = cases
        self.changed = changed
        self.pending = pending
    }
}
