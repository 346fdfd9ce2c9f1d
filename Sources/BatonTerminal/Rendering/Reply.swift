package import BatonAPI

/// The answer to a command, before anyone decides how it looks.
package struct Reply: Sendable, Equatable {
    package enum Body: Sendable, Equatable {
        case queue(QueueReply, view: String, offset: Int)
        case found(FindReply, words: String)
        case similar(SimilarReply)
        case holds(HoldsReply)
        case clocks(ClocksReply)
        case detail(CaseReply, section: ShowSection)
        case timeline(TimelineReply)
        case deltas(LogReply)
        case verified(VerifyReply)
        case conflicts(ConflictsReply)
        case conflict(ConflictPage)
        case sync(SyncReply)
        case compared(ComparisonReply)
        case explained(ExplainReply)
        case status(StatusReply)
        case roster(RosterReply, view: String)
        case stats(StatsReply)
        /// What a step came to; nil for the page itself.
        case rest(RestReply, said: String?)
        case restTeam(RestTeamReply)
        case exported(ExportReport)
        case changed(ChangeReport)
        case acted(ActReport)
        case file(FileReply)
        case handoffs(HandoffsReply)
        case handoff(HandoffReply)
        case handoffStep(HandoffStepReply)
        case handoffPage(HandoffPageReport)
        case brief(BriefReply)
        case current(CurrentReport)
        case help(HelpPage)
        case settings(SettingsReport)
        case why(WhyReport)
        case quit
    }

    package let command: CommandName
    package let body: Body
    package var exit: ExitCode
    /// Sentences below the answer.
    package var notes: [String]

    package init(_ command: CommandName, _ body: Body, exit: ExitCode = .done, notes: [String] = []) {
        self.command = command
        self.body = body
        self.exit = exit
        self.notes = notes
    }

    /// What the answer is based on; nil where no data of the team is in it.
    package var asOf: Freshness? {
        switch self.body {
        case .queue(let reply, _, _): reply.asOf
        case .found(let reply, _): reply.asOf
        case .similar(let reply): reply.asOf
        case .holds(let reply): reply.asOf
        case .clocks(let reply): reply.asOf
        case .detail(let reply, _): reply.asOf
        case .timeline(let reply): reply.asOf
        case .deltas(let reply): reply.asOf
        case .verified(let reply): reply.asOf
        case .conflicts(let reply): reply.asOf
        case .conflict(let page): page.asOf
        case .sync(let reply): reply.asOf
        case .compared(let reply): reply.asOf
        case .explained(let reply): reply.asOf
        case .status(let reply): reply.asOf
        case .roster(let reply, _): reply.asOf
        case .stats(let reply): reply.asOf
        case .rest(let reply, _): reply.asOf
        case .restTeam(let reply): reply.asOf
        case .exported(let report): report.asOf
        case .changed(let report): report.asOf
        case .acted(let report): report.change.asOf
        case .file(let reply): reply.asOf
        case .handoffs(let reply): reply.asOf
        case .handoff(let reply): reply.asOf
        case .handoffStep(let reply): reply.handoff.asOf
        case .handoffPage(let report): report.page.asOf
        case .brief(let reply): reply.asOf
        case .current, .help, .settings, .why, .quit: nil
        }
    }
}

/// Parts of a case page.
package enum ShowSection: String, Sendable, CaseIterable {
    case all, facts, milestones, conflicts
}

/// What a change did, in the words of the desk.
package struct ChangeReport: Codable, Sendable, Equatable {
    package struct FieldChange: Codable, Sendable, Equatable {
        package let field: String
        /// Absent where there was nothing.
        package let before: String?
        package let after: String?

        package init(field: String, before: String?, after: String?) {
            self.field = field
            self.before = before
            self.after = after
        }
    }

    package let asOf: Freshness
    /// `Created`, `Note added`, `Changed`, `Tagged`, `Closed`, `Reopened`, `Settled`.
    package let action: String
    package let summary: CaseRow
    package let changes: [FieldChange]
    package let deltas: [String]
    /// The site that has it on disk.
    package let savedAt: String
    /// Other sites that have signed for holding it.
    package let safeAt: [String]
    /// Other sites that have not yet.
    package let awaited: [String]
    /// True when the node had done this very call already.
    package let isRepeat: Bool

    package init(_ action: String, _ reply: ChangeReply, changes: [FieldChange]) {
        self.asOf = reply.asOf
        self.action = action
        self.summary = reply.detail.summary
        self.changes = changes
        self.deltas = reply.deltas
        self.savedAt = reply.asOf.site
        self.safeAt = reply.safeAt.filter { $0 != reply.asOf.site }
        self.awaited = reply.asOf.peers.map(\.site).filter { !reply.safeAt.contains($0) }
        self.isRepeat = reply.isRepeat
    }
}

/// What an act did.
package struct ActReport: Codable, Sendable, Equatable {
    package let change: ChangeReport
    /// What changed, a line each.
    package let said: [String]
    /// What to do next, a line each.
    package let hints: [String]
    package let awaitsSecondPerson: Bool

    package init(_ reply: ActReply, changes: [ChangeReport.FieldChange]) {
        self.change = ChangeReport("Done", reply.change, changes: changes)
        self.said = reply.said
        self.hints = reply.hints
        self.awaitsSecondPerson = reply.awaitsSecondPerson
    }
}

/// A case file that was written.
package struct ExportReport: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let ref: String
    /// `LE`, `counsel` or `team`.
    package let reader: String
    package let file: String
    package let bytes: Int64
    package let sha256: String
    /// Parts of the case file that are in it.
    package let sections: [String]
    /// Changes whose restricted parts are not in it.
    package let withheld: Int64
    /// What the evidence register says of it, a line each.
    package let said: [String]
    package let deltas: [String]

    package init(_ page: CaseExportReply, file: String, act: ActReply) {
        self.asOf = page.asOf
        self.ref = page.ref
        self.reader = page.reader
        self.file = file
        self.bytes = page.bytes
        self.sha256 = page.sha256
        self.sections = page.sections
        self.withheld = page.withheld
        self.said = act.said
        self.deltas = act.change.deltas
    }
}

/// One conflict with the number under which it was listed.
package struct ConflictPage: Codable, Sendable, Equatable {
    package let asOf: Freshness
    /// Nil where it was named by case and field.
    package let number: Int?
    package let conflict: ConflictView

    package init(asOf: Freshness, number: Int?, conflict: ConflictView) {
        self.asOf = asOf
        self.number = number
        self.conflict = conflict
    }
}

package struct CurrentReport: Codable, Sendable, Equatable {
    /// Absent when there is none.
    package let current: CaseRow?

    package init(current: CaseRow?) { self.current = current }
}

package struct SettingsReport: Codable, Sendable, Equatable {
    package struct Entry: Codable, Sendable, Equatable {
        package let name: String
        package let value: String
        package let help: String

        package init(name: String, value: String, help: String) {
            self.name = name
            self.value = value
            self.help = help
        }
    }

    package let settings: [Entry]

    package init(settings: [Entry]) { self.settings = settings }
}

package struct WhyReport: Codable, Sendable, Equatable {
    /// The last thing that was refused or failed in this session; absent when nothing was.
    package let problem: APIFault?
    package let meaning: String?

    package init(problem: APIFault?, meaning: String?) {
        self.problem = problem
        self.meaning = meaning
    }
}

package struct HelpPage: Codable, Sendable, Equatable {
    package struct Entry: Codable, Sendable, Equatable {
        package let name: String
        package let aliases: [String]
        package let help: String
        package let usage: String
        package let details: [String]
        package let options: [Option]
        package let examples: [String]
    }

    package struct Option: Codable, Sendable, Equatable {
        package let name: String
        package let value: String?
        package let help: String
    }

    /// One command in full, or several in one line each.
    package let topic: String?
    package let entries: [Entry]
    /// Sentences: the meaning of a code, a convention.
    package let text: [String]

    package init(topic: String?, entries: [Entry], text: [String]) {
        self.topic = topic
        self.entries = entries
        self.text = text
    }
}
