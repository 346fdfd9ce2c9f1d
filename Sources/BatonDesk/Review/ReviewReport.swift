import BatonModel

/// What the log knows by itself for a review: times, decisions with what was known at that site at that time,
/// clocks, handoffs, verification, containment, partners.
package struct ReviewReport: Sendable {
    /// What nothing is recorded of is left out; the answers, under `review`, are always there.
    package let sections: [FileSection]

    /// - Parameter handoffs: Those that `ReviewHandoffs.documents(of:)` names, as far as they are here.
    package init(_ file: CaseFile, rules: RuleBook, handoffs: [HandoffState] = [], now: UInt64) {
        let filled = [
            Self.milestones(file), Self.decisions(file), Self.clocks(file, rules, now: now),
            ReviewHandoffs(file, handoffs, now: now).section, Self.partition(file),
            Self.verification(file, rules), Self.containment(file), Self.partners(file),
        ]
        self.sections = filled.filter { !$0.items.isEmpty } + [Self.answers(file, rules, now: now)]
    }

    /// What people have written, and once the review has begun what it still asks for.
    private static func answers(_ file: CaseFile, _ rules: RuleBook, now: UInt64) -> FileSection {
        let review = file.review
        let written = review.section(now: now)
        guard let start = review.start else { return written }
        let begun = FileItem(
            id: "start", state: "begun", text: "the review", by: start.by, site: start.site, at: start.at)
        let open = rules.questions(after: review).map { name, label in
            FileItem(id: name, state: "to answer", text: label)
        }
        return FileSection("review", [begun] + written.items + open, unreadable: written.unreadable)
    }

    /// Detection and the way of the case: each milestone with the minutes since it was received.
    private static func milestones(_ file: CaseFile) -> FileSection {
        let received = file.receivedMilliseconds
        let reached = Milestone.all.compactMap { milestone in file.reached(milestone).map { (milestone, $0) }
        }
        let ordered = reached.sorted { ($0.1, $0.0.field) < ($1.1, $1.0.field) }
        return FileSection(
            "timeline",
            ordered.map { milestone, at in
                FileItem(
                    id: milestone.word, state: "reached",
                    text: "\(TimeWords.span(at > received ? at - received : 0)) after receipt", at: at)
            })
    }

    /// Each decision with what its second person had read and what had been written elsewhere by then.
    private static func decisions(_ file: CaseFile) -> FileSection {
        let sight = Sight(file)
        let items = file.decisions.items.compactMap { item -> FileItem? in
            guard let approval = item.approval else { return nil }
            let known = sight.read(by: approval.source).map { $0.detail("known at \(approval.site)") }
            let missed = sight.missed(by: approval.source).map { $0.detail("not known at \(approval.site)") }
            return FileItem(
                id: item.label, state: item.state.rawValue, text: item.choice.word, by: approval.by,
                site: approval.site, at: approval.at, marks: missed.isEmpty ? [] : ["not all was known"],
                details: known + missed)
        }
        return FileSection("decisions", items)
    }

    private static func clocks(_ file: CaseFile, _ rules: RuleBook, now: UInt64) -> FileSection {
        let items = file.clocks(rules).map { clock -> FileItem in
            let word = clock.standing(nowMilliseconds: Int64(clamping: now)).word
            let end = clock.stop?.atMilliseconds ?? Int64(clamping: now)
            var text = clock.title
            if let due = clock.dueMilliseconds {
                let gap = TimeWords.span(UInt64(abs(due - end)))
                text += end <= due ? ", \(gap) left" : ", \(gap) over"
            }
            return FileItem(
                id: clock.key.word, state: word, text: text,
                due: clock.dueMilliseconds.map { UInt64(clamping: $0) }, marks: clock.isHard ? ["hard"] : [])
        }
        return FileSection("clocks", items)
    }

    /// Verification quality: which gates were passed, and when, against the first decision.
    private static func verification(_ file: CaseFile, _ rules: RuleBook) -> FileSection {
        let ledger = file.verification
        // Gates are of requests for data; in another case only what somebody has verified is told.
        let isAsked = file.type == .emergencyDataRequest
        let decided = file.decisions.items.compactMap { $0.approval?.at }.min()
        let gates = file.neededGates(rules, isForeign: false).filter {
            isAsked || !ledger.standing($0.id).results.isEmpty
        }
        let items = gates.map { gate -> FileItem in
            let standing = ledger.standing(gate.id)
            let at = standing.results.last?.at
            let isLate = decided.map { (at ?? .max) > $0 } ?? false
            return FileItem(
                id: gate.id, state: standing.result?.word ?? (standing.gap == nil ? "open" : "gap"),
                text: gate.word, by: standing.results.last?.by, at: at,
                marks: isLate ? ["after the decision"] : [])
        }
        return FileSection("verification", items)
    }

    private static func containment(_ file: CaseFile) -> FileSection {
        let items = file.containments.items
        guard !items.isEmpty else { return FileSection("containment", []) }
        let effects = items.flatMap(\.effects).map(\.at)
        var lines = [
            FileItem(
                id: "first", state: effects.isEmpty ? "none" : "done", text: "first containment",
                at: effects.min()),
            FileItem(
                id: "complete", state: items.allSatisfy { !$0.isOpen } ? "done" : "open",
                text: "\(items.filter { $0.state == .confirmed }.count) of \(items.count) confirmed",
                at: effects.max()),
        ]
        lines += items.filter { $0.state == .reversed }.map {
            FileItem(id: $0.label, state: "reversed", text: $0.label, by: $0.entry?.by, at: $0.entry?.at)
        }
        return FileSection("containment", lines)
    }

    private static func partners(_ file: CaseFile) -> FileSection {
        let contacts = file.contacts.items
        return FileSection(
            "partners",
            Set(contacts.map(\.partner)).sorted().map { partner in
                let own = contacts.filter { $0.partner == partner }
                let answered = own.filter { $0.state == .answered }.count
                let silent = own.filter { $0.state == .pending || $0.state == .dropped }.count
                return FileItem(
                    id: partner, state: silent == 0 ? "answered" : "silence",
                    text: "\(own.count) contacts, \(answered) answered, \(silent) without an answer")
            })
    }

    /// Whether working apart changed anything: conflicts and doubled effects.
    private static func partition(_ file: CaseFile) -> FileSection {
        let conflicts = file.conflicts
        return FileSection(
            "partition",
            (conflicts.open + conflicts.toLookAt).map { record in
                let sides = record.versions.map { "\($0.text) (\($0.site))" }.joined(separator: " / ")
                let words = [record.what == record.handle ? "" : record.what, sides].filter { !$0.isEmpty }
                return FileItem(
                    id: record.handle, state: record.needsPerson ? "open" : "look",
                    text: words.joined(separator: ": "))
            })
    }
}
