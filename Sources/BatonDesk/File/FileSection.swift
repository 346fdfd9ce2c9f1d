package import BatonModel

/// A part of the case file as people read it: the checklist, the gates, the holds …
package struct FileSection: Sendable, Equatable {
    /// `steps`, `gates`, `decisions`, `containment`, `holds`, `reports`, `evidence`, `contacts`, `links`,
    /// `people`, `clocks`, `custody`.
    package let name: String
    package let items: [FileItem]
    /// Entries that this build could not read.
    package let unreadable: Int

    package init(_ name: String, _ items: [FileItem], unreadable: Int = 0) {
        self.name = name
        self.items = items
        self.unreadable = unreadable
    }
}

/// One line of a section.
package struct FileItem: Sendable, Equatable {
    /// What a command calls it: `4`, `V3`, `subj:1`, `hold:2`. Stable within the case.
    package let id: String
    /// One word: `todo`, `done`, `skipped`, `open`, `ok`, `failed`, `intent`, `confirmed`, `met`, `breached` …
    package let state: String
    /// One line.
    package let text: String
    package let by: OperatorID?
    package let site: SiteID?
    /// Milliseconds since 1970.
    package let at: UInt64?
    package let due: UInt64?
    /// Short words: `hard`, `~`, `provisional`, `twice`.
    package let marks: [String]
    /// More, in order, for `show` and `--json`.
    package let details: [Detail]

    package struct Detail: Sendable, Equatable {
        package let key: String
        /// Words that name nobody and no instant: those stand beside it, for whoever shows it.
        package let value: String
        package let by: OperatorID?
        package let site: SiteID?
        /// Milliseconds since 1970.
        package let at: UInt64?

        package init(
            _ key: String, _ value: String = "", by: OperatorID? = nil, site: SiteID? = nil, at: UInt64? = nil
        ) {
            self.key = key
            self.value = value
            self.by = by
            self.site = site
            self.at = at
        }

        /// All of it in one line: `V3 ok (kim at usw, 02:58Z)`.
        ///
        /// - Parameter now: Milliseconds since 1970; an instant of another day is shown with its day.
        package func text(now: UInt64, name: (OperatorID) -> String) -> String {
            let place = self.site.map { "at \($0)" }
            let who = [self.by.map(name), place].compactMap { $0 }.joined(separator: " ")
            let when = self.at.map { TimeWords.instant($0, now: now) } ?? ""
            let aside = [who, when].filter { !$0.isEmpty }.joined(separator: ", ")
            if aside.isEmpty { return self.value }
            return self.value.isEmpty ? aside : "\(self.value) (\(aside))"
        }
    }

    package init(
        id: String, state: String, text: String, by: OperatorID? = nil, site: SiteID? = nil,
        at: UInt64? = nil, due: UInt64? = nil, marks: [String] = [], details: [Detail] = []
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
