package import BatonModel

/// One handoff as its document makes it: the draft, the record as offered, and what became of it.
package struct HandoffState: Sendable {
    package enum Standing: String, Sendable, CaseIterable {
        case draft, offered, accepted, declined, withdrawing, withdrawn

        /// The leaver may still change it and offer it: nothing is on offer.
        package var isDrafted: Bool { [.draft, .declined, .withdrawn].contains(self) }
    }

    package let document: DocumentID
    package let drafts: Ledger<DraftBody>
    package let moves: Ledger<MoveBody>
    package let readBacks: Ledger<ReadBackBody>
    package let addenda: Ledger<AddendumBody>
    /// The newest deltas of the document.
    package let frontier: [DeltaID]

    package init(_ state: DocumentState) {
        let ledgers = state[.global]?.ledgers
        self.init(state.id, frontier: state.frontier.map(\.id)) { ledgers?[$0] ?? [] }
    }

    /// - Parameter entries: The ledger of a field, in any order.
    package init(
        _ document: DocumentID, frontier: [DeltaID] = [], entries: (FieldCode) -> [LedgerEntry]
    ) {
        self.document = document
        self.frontier = frontier
        self.drafts = Ledger(entries(HandoffField.records))
        self.moves = Ledger(entries(HandoffField.moves))
        self.readBacks = Ledger(entries(HandoffField.readbacks))
        self.addenda = Ledger(entries(HandoffField.addenda))
    }

    /// To whom and when the draft is meant.
    package var terms: Entry<DraftBody>? { self.drafts.entries.filter { $0.body.part == .terms }.newest() }

    /// The cases that the leaver named: where some are to go on, only those do; the last word about a case counts.
    package var marked: (only: [DocumentID]?, without: [DocumentID]) {
        let marks = self.drafts.entries.filter { [.with, .without].contains($0.body.part) }
        let documents = marks.compactMap(\.body.document).reduce(into: [DocumentID]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        let last = documents.map { document in
            (document, marks.filter { $0.body.document == document }.newest()?.body.part)
        }
        let with = last.filter { $0.1 == .with }.map(\.0)
        let without = last.filter { $0.1 == .without }.map(\.0)
        return (marks.contains { $0.body.part == .with } ? with : nil, without)
    }

    /// The newest record that was offered, with the entry that offered it.
    package var offered: Entry<MoveBody>? { self.moves.entries.filter { $0.body.kind == .offer }.newest() }

    /// The record of a hash, if its bytes are here and hash to it.
    package func record(_ hash: Digest256, hashing: some Hashing) -> HandoffRecord? {
        self.drafts.entries.compactMap(\.body.record).first { $0.hash(hashing) == hash }
    }

    package var standing: Standing {
        guard let offer = self.offered else { return .draft }
        let answers = self.moves.entries.filter {
            $0.body.record == offer.body.record && $0.isAfter(offer)
        }
        // An accept that did not know of the withdrawal wins.
        if answers.contains(where: { self.isStandingAccept($0, answers) }) { return .accepted }
        if answers.contains(where: { $0.body.kind == .decline }) { return .declined }
        if answers.contains(where: { $0.body.kind == .acknowledge }) { return .withdrawn }
        if answers.contains(where: { $0.body.kind == .withdraw }) { return .withdrawing }
        return .offered
    }

    private func isStandingAccept(_ entry: Entry<MoveBody>, _ answers: [Entry<MoveBody>]) -> Bool {
        guard entry.body.kind == .accept else { return false }
        return !answers.contains { $0.body.kind == .withdraw && entry.isAfter($0) }
    }

    package var accepted: Entry<MoveBody>? {
        self.moves.entries.filter { $0.body.kind == .accept }.newest()
    }

    /// The newest read-back of a case under a record; an interrupted accept begins after the good ones.
    package func readBack(_ document: DocumentID, _ record: Digest256) -> Entry<ReadBackBody>? {
        self.readBacks.entries.filter { $0.body.document == document && $0.body.record == record }.newest()
    }

    /// Whether the receiver said that a case was read back on the telephone, or why it was not.
    package func isTelephoned(_ document: DocumentID, _ record: Digest256) -> Bool {
        self.readBacks.entries.contains {
            $0.body.document == document && $0.body.record == record
                && ($0.body.isByTelephone || !$0.body.gap.isEmpty)
        }
    }

    /// A line for each case of a record that was read back on the telephone, or was not and why: of the receipt.
    package func telephoneLines(_ record: HandoffRecord, _ hash: Digest256) -> [String] {
        record.items.compactMap { item in
            let said = self.readBacks.entries.filter {
                $0.body.document == item.document && $0.body.record == hash
                    && ($0.body.isByTelephone || !$0.body.gap.isEmpty)
            }.newest()
            guard let said else { return nil }
            return said.body.isByTelephone
                ? "\(item.handle) read back on the telephone"
                : "\(item.handle) not read back on the telephone: \(said.body.gap)"
        }
    }

    /// How many cases of a record were read back wrongly first and right in the end.
    package func corrections(_ record: Digest256) -> Int {
        self.readDocuments(record).filter { document in
            self.readBacks.entries.contains {
                $0.body.record == record && $0.body.document == document && !$0.body.isGood
            }
        }.count
    }

    /// How many cases of a record were read back right.
    package func readBackCount(_ record: Digest256) -> Int { self.readDocuments(record).count }

    private func readDocuments(_ record: Digest256) -> [DocumentID] {
        self.readBacks.entries.filter { $0.body.record == record && !$0.body.isBulk && $0.body.isGood }
            .map(\.body.document).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

/// What is still to be done before a handoff can be accepted.
package struct AcceptWork: Sendable, Equatable {
    /// Grave cases that have not been read back right, in the record's order.
    package let toReadBack: [HandoffItem]
    /// The others, to be taken in bulk.
    package let bulk: [HandoffItem]
    /// Cases whose relay asks for a read-back on the telephone, and of which nobody has said that it was made, nor
    /// why not.
    package let onTelephone: [HandoffItem]

    package init(_ state: HandoffState, _ record: HandoffRecord, _ hash: Digest256, _ rules: HandoffRules) {
        func isGrave(_ item: HandoffItem) -> Bool { (item.severity ?? .s0) <= rules.readBackUpTo }
        self.toReadBack = record.items.filter { item in
            isGrave(item) && !Mutant.isOn(.readBackSkipped)
                && !(state.readBack(item.document, hash)?.body.isGood ?? false)
        }
        self.bulk = record.items.filter { !isGrave($0) }
        self.onTelephone = record.items.filter { item in
            isGrave(item) && item.hops >= rules.relayHops && !state.isTelephoned(item.document, hash)
        }
    }
}
