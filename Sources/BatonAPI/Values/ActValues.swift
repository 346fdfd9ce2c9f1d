/// `POST /v1/cases/{ref}/acts`: a command of the desk, done to one case. One signed delta, all of it or nothing.
package struct ActCall: Codable, Sendable, Equatable {
    /// The command's words: `verify`, `hold add` (`docs/terminal.md` lists them with their arguments).
    package var act: String
    /// Values by the name of the parameter or option; a switch has an empty list. Times are milliseconds
    /// since 1970, lengths of time milliseconds.
    package var arguments: [String: [String]]
    /// The case's handle, typed again: needed for what cannot be taken back.
    package var confirm: String?

    package init(act: String, arguments: [String: [String]] = [:], confirm: String? = nil) {
        self.act = act
        self.arguments = arguments
        self.confirm = confirm
    }
}

/// The answer to an act, given after its commit.
package struct ActReply: Codable, Sendable, Equatable {
    package let change: ChangeReply
    /// What changed, a line each.
    package let said: [String]
    /// What to do next, a line each.
    package let hints: [String]
    /// True where nothing takes effect before a second person's word.
    package let awaitsSecondPerson: Bool

    package init(change: ChangeReply, said: [String], hints: [String], awaitsSecondPerson: Bool) {
        self.change = change
        self.said = said
        self.hints = hints
        self.awaitsSecondPerson = awaitsSecondPerson
    }
}

/// `GET /v1/cases/{ref}/file`: what the ledgers of a case come to.
package struct FileReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let summary: CaseRow
    package let sections: [SectionView]

    package init(asOf: Freshness, summary: CaseRow, sections: [SectionView]) {
        self.asOf = asOf
        self.summary = summary
        self.sections = sections
    }
}

/// `GET /v1/holds`: holds of all cases that end by an instant or have ended, the earliest first.
package struct HoldsReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    /// Milliseconds since 1970.
    package let until: Int64
    package let holds: [CaseItemView]
    /// False where more cases have such holds than one call looks at.
    package let isComplete: Bool

    package init(asOf: Freshness, until: Int64, holds: [CaseItemView], isComplete: Bool) {
        self.asOf = asOf
        self.until = until
        self.holds = holds
        self.isComplete = isComplete
    }
}

/// `GET /v1/clocks`: clocks of open cases that still run, the one that is due first first.
package struct ClocksReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let clocks: [CaseItemView]
    /// How many of them are past their time.
    package let breached: Int
    /// Open cases that were looked at, the most urgent ones.
    package let looked: Int
    /// False where there are more open cases than one call looks at.
    package let isComplete: Bool

    package init(asOf: Freshness, clocks: [CaseItemView], breached: Int, looked: Int, isComplete: Bool) {
        self.asOf = asOf
        self.clocks = clocks
        self.breached = breached
        self.looked = looked
        self.isComplete = isComplete
    }
}

/// An item of a case file beside its case.
package struct CaseItemView: Codable, Sendable, Equatable {
    package let summary: CaseRow
    package let item: ItemView

    package init(summary: CaseRow, item: ItemView) {
        self.summary = summary
        self.item = item
    }
}

package struct SectionView: Codable, Sendable, Equatable {
    /// `steps`, `gates`, `clocks`, `holds` …
    package let name: String
    package let items: [ItemView]
    /// Entries of a newer build, kept and not shown.
    package let unreadable: Int

    package init(name: String, items: [ItemView], unreadable: Int) {
        self.name = name
        self.items = items
        self.unreadable = unreadable
    }
}

package struct ItemView: Codable, Sendable, Equatable {
    /// What a command calls it: `4`, `V3`, `subj:1`.
    package let id: String
    /// One word.
    package let state: String
    package let text: String
    /// A desk name.
    package let by: String?
    package let site: String?
    /// Milliseconds since 1970.
    package let at: Int64?
    package let due: Int64?
    /// `hard`, `~`, `provisional`, `twice` …
    package let marks: [String]
    package let details: [Detail]

    package struct Detail: Codable, Sendable, Equatable {
        package let key: String
        package let value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    package init(
        id: String, state: String, text: String, by: String? = nil, site: String? = nil, at: Int64? = nil,
        due: Int64? = nil, marks: [String] = [], details: [Detail] = []
    ) {
        self.id = id
        self.state = state
        self.text = text
        self.by = by
        self.site = site
        self.at = at
        self.due = due
        self.marks = marks
        self.details = details
    }
}
