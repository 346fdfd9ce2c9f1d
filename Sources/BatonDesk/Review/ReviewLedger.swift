package import BatonEncoding
package import BatonModel

/// The body of an entry of the review ledger: a post-mortem in answers and actions.
package struct ReviewBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case start = 1
        case answer = 2
        case action = 3
        case actionDone = 4
    }

    package var kind: Kind
    /// `block.field` of the review form; of `answer`.
    package var field = ""
    package var words = ""
    package var item: ItemKey?
    package var owner: OperatorID?
    package var due: UInt64?
    /// The test that proves it done; of `actionDone`, what proved it.
    package var proof = ""

    package init(_ kind: Kind) { self.kind = kind }

    private enum Key {
        static let kind: UInt64 = 1
        static let field: UInt64 = 2
        static let words: UInt64 = 3
        static let item: UInt64 = 4
        static let owner: UInt64 = 5
        static let due: UInt64 = 6
        static let proof: UInt64 = 7
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.field, text: self.field)
        map.put(Key.words, text: self.words)
        map.put(Key.item, item: self.item)
        map.put(Key.owner, self.owner.map { .unsigned(UInt64($0.number)) })
        map.put(Key.due, milliseconds: self.due)
        map.put(Key.proof, text: self.proof)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let field = map.optionalText(Key.field), let words = map.longText(Key.words),
            let proof = map.optionalText(Key.proof)
        else { return nil }
        self.init(kind)
        (self.field, self.words, self.proof) = (field, words, proof)
        self.item = map.item(Key.item)
        self.owner = map.unsigned(Key.owner).flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }
        self.due = map.time(Key.due)
        switch kind {
        case .start: break
        case .answer: guard !field.isEmpty else { return nil }
        case .action, .actionDone: guard self.item != nil else { return nil }
        }
    }
}

/// The review of a case as its entries make it.
package struct ReviewLedger: Sendable {
    package struct Action: Sendable {
        package let key: ItemKey
        /// `action:1`.
        package let label: String
        package let entry: Entry<ReviewBody>
        package let done: Entry<ReviewBody>?
    }

    /// The earliest start; nil while there is no review.
    package let start: Entry<ReviewBody>?
    package let answers: [Entry<ReviewBody>]
    package let actions: [Action]
    package let unreadable: Int
    let labels: ItemLabels

    package init(_ ledger: Ledger<ReviewBody>) {
        self.unreadable = ledger.unreadable
        self.start = ledger.entries { $0.kind == .start }.first
        let answers = ledger.entries { $0.kind == .answer }
        self.answers = Set(answers.map(\.body.field)).sorted().flatMap { field in
            answers.filter { $0.body.field == field }.latest()
        }
        let actions = ledger.entries { $0.kind == .action }
        let labels = ItemLabels(
            "action", actions.compactMap { entry in entry.body.item.map { ($0, entry.site) } })
        self.labels = labels
        self.actions = actions.compactMap { entry in
            guard let key = entry.body.item else { return nil }
            return Action(
                key: key, label: labels.label(key), entry: entry,
                done: ledger.entries { $0.kind == .actionDone && $0.item == key }.first)
        }
    }

    /// Answers that stand, those that were written apart beside each other, then actions.
    package func section(now: UInt64) -> FileSection {
        let answers = self.answers.map { entry in
            let apart = self.answers.filter { $0.body.field == entry.body.field }.count > 1
            return FileItem(
                id: entry.body.field, state: "answered", text: entry.body.words, by: entry.by,
                site: entry.site,
                at: entry.at, marks: apart ? ["written apart"] : [])
        }
        let actions = self.actions.map { action in
            let body = action.entry.body
            var details = [FileItem.Detail("proof", body.proof)]
            if let owner = body.owner { details.append(.init("owner", owner.description)) }
            if let done = action.done { details.append(.init("proved", done.body.proof)) }
            let isLate = action.done == nil && (body.due ?? .max) <= now
            return FileItem(
                id: action.label, state: action.done == nil ? "todo" : "done", text: body.words,
                by: action.entry.by, site: action.entry.site, at: action.entry.at, due: body.due,
                marks: isLate ? ["overdue"] : [], details: details)
        }
        return FileSection("review", answers + actions, unreadable: self.unreadable)
    }
}

extension RuleBook {
    /// What a review still asks people for, in the form's order; actions are no question.
    func questions(after review: ReviewLedger) -> [(name: String, label: String)] {
        let answered = Set(review.answers.map(\.body.field))
        let blocks = self.forms.first { $0.purpose == .review }?.blocks ?? []
        return blocks.filter { !$0.isRepeated }.flatMap { block in
            block.fields.filter(\.isRequired).map { ("\(block.key).\($0.key)", $0.label) }
        }.filter { !answered.contains($0.0) }
    }
}

extension CaseFile {
    package var review: ReviewLedger { ReviewLedger(self.ledger(CaseField.review)) }
}
