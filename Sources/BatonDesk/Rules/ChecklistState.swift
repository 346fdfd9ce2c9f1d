package import BatonModel

/// One step of a case's checklist as all sites together have left it.
package struct StepState: Hashable, Sendable {
    package enum Standing: String, Sendable, CaseIterable {
        case open = "to do"
        case done
        case skipped
        /// Was done or skipped, and taken back.
        case reopened
    }

    /// One person's word on a step.
    package struct Mark: Hashable, Sendable {
        package let kind: StepBody.Kind
        package let by: Actor
        package let atMilliseconds: Int64
        /// The version of the text that this person read.
        package let version: Int
        package let code: String
        package let note: String

        init(_ entry: StepEntry) {
            self.kind = entry.body.kind
            self.by = entry.by
            self.atMilliseconds = entry.atMilliseconds
            self.version = entry.body.version
            self.code = entry.body.code
            self.note = entry.body.note
        }
    }

    package let id: GeneratedID
    package let checklist: String
    package let ordinal: Int
    /// In the version that counts: of a step that is done, what was read; of any other, the highest.
    package let step: ChecklistStep
    package let version: Int
    /// Who is to do it, and until when in milliseconds since 1970; nil for a step of a rule book.
    package let owner: OperatorID?
    package let due: UInt64?
    package let standing: Standing
    /// The earliest mark that makes the standing; nil for a step that nobody has touched.
    package let mark: Mark?
    /// Everybody's marks that stand, in order of time: two sites may both have done it.
    package let marks: [Mark]

    /// Somebody added it to this one case: it counts whatever type the case has.
    package var isAdded: Bool { self.checklist == StepBody.addedChecklist }
    package var isSettled: Bool { self.standing == .done || self.standing == .skipped }
    /// Holds back the closing of the case.
    package var isMissing: Bool { self.step.isMandatory && !self.isSettled }
}

/// The checklist of a case: a pure function of the step ledger, in whatever order its entries arrived.
package struct ChecklistState: Hashable, Sendable {
    /// In the order in which to work: by checklist, then by place.
    package let steps: [StepState]
    /// Entries that say nothing here, marks of steps that nobody opened among them.
    package let unreadable: Int

    package init(_ ledger: [LedgerEntry]) {
        var entries: [StepEntry] = []
        for source in ledger {
            guard let value = source.write.value, let body = StepBody(value) else { continue }
            entries.append(StepEntry(body: body, source: source))
        }
        let groups = Dictionary(grouping: entries, by: \.body.id)
        // order: sorted right below
        let steps = groups.compactMap { Self.step($0.key, $0.value) }
        self.steps = steps.sorted {
            ($0.checklist, $0.ordinal, $0.id) < ($1.checklist, $1.ordinal, $1.id)
        }
        let known = Set(self.steps.map(\.id))
        self.unreadable = ledger.count - entries.count + entries.filter { !known.contains($0.body.id) }.count
    }

    package func step(_ id: GeneratedID) -> StepState? { self.steps.first { $0.id == id } }

    /// Mandatory steps that nobody has done or skipped.
    package var missing: [StepState] { self.steps.filter(\.isMissing) }

    package var settledCount: Int { self.steps.filter(\.isSettled).count }

    private static func step(_ id: GeneratedID, _ entries: [StepEntry]) -> StepState? {
        let texts = entries.filter { $0.body.kind == .open }
        let marks = Self.standing(entries)
        let done = marks.filter { $0.body.kind == .done }
        let skipped = marks.filter { $0.body.kind == .skip }
        // Done beats left out: the work was done whatever the other site thought of it.
        let settling = done.isEmpty ? skipped : done
        let first = settling.first
        guard let text = Self.text(texts, version: first?.body.version), let step = text.body.step else {
            return nil
        }
        let wasTaken = entries.contains { $0.body.kind == .reopen }
        let standing: StepState.Standing =
            !done.isEmpty ? .done : !skipped.isEmpty ? .skipped : wasTaken ? .reopened : .open
        return StepState(
            id: id, checklist: text.body.checklist, ordinal: text.body.ordinal, step: step,
            version: text.body.version, owner: text.body.owner, due: text.body.due, standing: standing,
            mark: first.map(StepState.Mark.init), marks: marks.map(StepState.Mark.init))
    }

    /// Every `done` and `skip` that no later `reopen` takes back, in order of time.
    private static func standing(_ entries: [StepEntry]) -> [StepEntry] {
        let reopened = entries.filter { $0.body.kind == .reopen }
        return entries.filter { entry in
            (entry.body.kind == .done || entry.body.kind == .skip)
                && !reopened.contains { $0.isAfter(entry) }
        }.sorted {
            ($0.atMilliseconds, $0.source.write.dot) < ($1.atMilliseconds, $1.source.write.dot)
        }
    }

    /// The text in a version; else, or without one, in the highest. Equal versions differ only where somebody
    /// edited a file without raising its number: the least dot is shown, alike everywhere.
    private static func text(_ texts: [StepEntry], version: Int?) -> StepEntry? {
        let ordered = texts.sorted {
            $0.body.version != $1.body.version
                ? $0.body.version > $1.body.version : $0.source.write.dot < $1.source.write.dot
        }
        return ordered.first { $0.body.version == version } ?? ordered.first
    }
}

extension Checklist {
    /// Names a step of a case by what it means, not by its version: sites with different books make the same
    /// step (decision 0010).
    package static func stepID(
        of document: DocumentID, checklist: String, key: String, hashing: some Hashing
    ) -> GeneratedID {
        GeneratedID(.step, of: document, parts: [checklist, key], hashing: hashing)
    }

    /// What opens this checklist in a case.
    ///
    /// - Parameter state: What the case has. Steps that stand there keep their text and version: a new version
    ///   of the file adds the steps it has more and rewrites nothing.
    /// - Returns: One body for each step that the case lacks, in order; empty when it has all.
    package func opening(
        of document: DocumentID, beside state: ChecklistState, hashing: some Hashing
    ) -> [StepBody] {
        var bodies: [StepBody] = []
        for (index, step) in self.steps.enumerated() {
            let id = Self.stepID(of: document, checklist: self.id, key: step.key, hashing: hashing)
            guard state.step(id) == nil else { continue }
            var body = StepBody(.open, id: id, version: self.version)
            body.checklist = self.id
            body.step = step
            body.ordinal = index + 1
            bodies.append(body)
        }
        return bodies
    }
}
