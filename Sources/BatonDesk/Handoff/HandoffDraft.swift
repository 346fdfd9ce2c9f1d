package import BatonModel

/// A case as a handoff draws on it.
package struct HandoffCase: Sendable {
    package let file: CaseFile
    package let custody: CustodyState
    /// What the receiver's site had read of the case when it last had it in hand; empty if it never had.
    package let lastHeld: CausalVector
    /// Entries of the timeline that the receiver had not read, newest last.
    package let news: [TimelineEntry]
    package let handle: String

    package init(
        file: CaseFile, custody: CustodyState, lastHeld: CausalVector, news: [TimelineEntry], handle: String
    ) {
        self.file = file
        self.custody = custody
        self.lastHeld = lastHeld
        self.news = news
        self.handle = handle
    }
}

/// Fills the record of a handoff: what people typed from its draft, all else from the cases.
package struct HandoffDraft: Sendable {
    package let record: HandoffRecord
    package let findings: [HandoffFinding]

    /// - Parameter caseCount: How many cases it would hand on, where more than `cases` were not read.
    /// - Parameter earlier: Records of handoffs before this one, newest first: what was copied forward.
    /// - Parameter risks: Of the system, as the node knows them.
    /// - Returns: Nil while the draft has no terms.
    package init?(
        _ state: HandoffState, cases: [HandoffCase], caseCount: Int = 0, earlier: [HandoffRecord],
        risks: [String], scene: ActScene
    ) {
        guard let terms = state.terms, let to = terms.body.site, let at = terms.body.at else { return nil }
        var record = HandoffRecord(
            document: state.document, from: scene.site, to: to, by: scene.person.id, madeAt: scene.now,
            custodyAt: at)
        let rules = scene.rules.handoff
        record.toPerson = terms.body.person
        record.expiresAt = at + UInt64(clamping: rules.offerExpiryMilliseconds)
        record.risks = risks
        record.people = Self.word(.people, nil, state) ?? ""
        let marked = state.marked
        record.items = cases.filter { held in
            marked.only?.contains(held.file.document) ?? !marked.without.contains(held.file.document)
        }.map {
            Self.item($0, state, earlier, scene)
        }.sorted { Self.rank($0) < Self.rank($1) }
        self.record = record
        let checked = HandoffCheck.tooMany(caseCount) + HandoffCheck.findings(record, rules, now: scene.now)
        self.findings = Mutant.isOn(.handoffUnchecked) ? [] : checked
    }

    /// The gravest first, then what is due first.
    private static func rank(_ item: HandoffItem) -> (Int64, UInt64, DocumentID) {
        (item.severity?.rawValue ?? -1, item.nextHard?.due ?? .max, item.document)
    }

    /// What was typed about a case, earliest first.
    private static func words(
        _ part: DraftBody.Part, _ document: DocumentID?, _ state: HandoffState
    ) -> [String] {
        state.drafts.entries.filter { $0.body.part == part && $0.body.document == document }.map(\.body.words)
    }

    /// What was typed last where one thing is meant.
    private static func word(
        _ part: DraftBody.Part, _ document: DocumentID?, _ state: HandoffState
    ) -> String? {
        state.drafts.entries.filter { $0.body.part == part && $0.body.document == document }.newest()?
            .body.words
    }

    private static func item(
        _ source: HandoffCase, _ state: HandoffState, _ earlier: [HandoffRecord], _ scene: ActScene
    ) -> HandoffItem {
        let file = source.file
        let document = file.document
        var item = HandoffItem(document: document, handle: source.handle)
        item.severity = file.severity
        item.title = file.summary.title
        item.trend = Trend.allCases.first { $0.word == Self.word(.trend, document, state) }
        item.situation = Self.word(.situation, document, state) ?? file.summary.situation
        item.contingencies = Self.words(.contingency, document, state)
        item.ruledOut = Self.words(.ruledOut, document, state)
        item.isNothingPending = !Self.words(.nothingPending, document, state).isEmpty
        let changes = BriefCase(file, since: source.lastHeld, news: source.news, handle: source.handle)
        item.changed = changes.lines.map(\.text)
        item.changeCount = changes.count
        item.actions = Self.actions(file, scene)
        item.pending = file.contacts.pending.map {
            HandoffItem.Pending(
                partner: $0.partner, asked: $0.entry.at, expected: $0.expected, then: $0.then)
        }
        item.hops = (Mutant.isOn(.hopsIgnored) ? 0 : source.custody.hops(before: scene.now)) + 1
        item.vector = file.state.latest
        item.missing = file.state.compartments.flatMap(\.unread)
        item.copied = Self.copied(item, earlier, scene.rules.handoff)
        return item
    }

    /// Clocks that run, then open steps; due ones first.
    private static func actions(_ file: CaseFile, _ scene: ActScene) -> [HandoffItem.Action] {
        let clocks = file.clocks(scene.rules).filter { $0.stop == nil }.map {
            HandoffItem.Action(
                what: $0.title, due: $0.dueMilliseconds.map { UInt64(clamping: $0) }, isHard: $0.isHard)
        }
        let open = file.steps(scene.rules).open.map(\.state)
        // What people added to this case is told before what every case of its type has to do.
        let steps = (open.filter(\.isAdded) + open.filter { !$0.isAdded }.prefix(5)).map { state in
            let owner = state.owner.map { " (\(scene.name(of: $0)))" } ?? ""
            return HandoffItem.Action(
                what: LedgerMap.clipped(state.step.text + owner), due: state.due, isHard: false)
        }
        return clocks + steps
    }

    /// Sentences that stood in so many handoffs before this one, each time unchanged.
    private static func copied(
        _ item: HandoffItem, _ earlier: [HandoffRecord], _ rules: HandoffRules
    ) -> [String] {
        let before = earlier.compactMap { record in
            record.items.first { $0.document == item.document }?.sentences
        }
        guard before.count >= rules.copiedHandoffsMax else { return [] }
        return item.sentences.filter { sentence in
            !sentence.isEmpty && before.prefix(rules.copiedHandoffsMax).allSatisfy { $0.contains(sentence) }
        }
    }
}

extension CustodyState {
    /// How often the baton moved in the day before an instant.
    package func hops(before now: UInt64) -> Int {
        let day: UInt64 = 86_400_000
        return self.epochs.filter { epoch in
            guard epoch.opening == .accept, !epoch.isEnded, let since = epoch.since else { return false }
            return since.milliseconds + day > now
        }.count
    }

    /// What a site had read when it last did something with the baton; empty if it never has.
    package func lastRead(by site: SiteID) -> CausalVector {
        var vector = CausalVector()
        for item in self.folding.graph.items where item.site == site { vector.merge(item.source.vector) }
        return vector
    }
}
