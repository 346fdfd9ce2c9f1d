import BatonModel

/// The decisions of a case as its entries make them.
package struct DecisionLedger: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case proposed, approved, withdrawn, superseded
        /// Stands against another one that was taken apart.
        case conflict
        /// A settlement kept another one.
        case setAside = "set-aside"
    }

    package struct Item: Sendable {
        package let key: ItemKey
        /// `dec:1`.
        package let label: String
        package let proposal: Entry<DecisionBody>
        /// The second person's word; nil while it waits.
        package let approval: Entry<DecisionBody>?
        package let withdrawal: Entry<DecisionBody>?
        /// Another proposal goes by the same key, which no desk does: see `secondWord`.
        package let isKeyTwice: Bool
        /// Earliest first. More than one is a doubled effect.
        package let deliveries: [Entry<DecisionBody>]
        package fileprivate(set) var state: State

        package var choice: DecisionBody.Choice { self.proposal.body.choice ?? .refuse }
    }

    package let items: [Item]
    package let unreadable: Int
    /// Somebody handed the open conflict up.
    package let isEscalated: Bool
    let labels: ItemLabels

    package init(_ ledger: Ledger<DecisionBody>) {
        self.unreadable = ledger.unreadable
        let proposals = ledger.entries { $0.kind == .propose }
        let labels = ItemLabels("dec", proposals.map { ($0.body.item, $0.site) })
        self.labels = labels
        var items = proposals.map { Self.item($0, ledger, labels) }
        Self.supersede(&items)
        self.isEscalated = Self.settle(&items, ledger.entries { $0.kind == .settled })
        self.items = items
    }

    private static func item(
        _ proposal: Entry<DecisionBody>, _ ledger: Ledger<DecisionBody>, _ labels: ItemLabels
    ) -> Item {
        let key = proposal.body.item
        let about = ledger.entries { $0.item == key }
        // Whatever the ledger says, nobody is their own second person, and nobody agrees to what they have not
        // read: a key may name another proposal later.
        let proposals = about.filter { $0.body.kind == .propose }
        let approval = about.filter { $0.body.kind == .approve }.secondWord(on: proposal, among: proposals)
        let withdrawal = about.first { $0.body.kind == .withdraw }
        return Item(
            key: key, label: labels.label(key), proposal: proposal, approval: approval,
            withdrawal: withdrawal, isKeyTwice: proposals.count > 1,
            deliveries: about.filter { $0.body.kind == .delivered },
            state: withdrawal != nil ? .withdrawn : approval != nil ? .approved : .proposed)
    }

    /// A later decision that had read an earlier one replaces it.
    private static func supersede(_ items: inout [Item]) {
        let approved = items.filter { $0.state == .approved && $0.choice.isAnswer }.compactMap(\.approval)
        for place in items.indices where items[place].state == .approved && items[place].choice.isAnswer {
            guard let own = items[place].approval else { continue }
            if approved.contains(where: { $0.isAfter(own) }) { items[place].state = .superseded }
        }
    }

    /// Decisions of different kinds that were taken apart conflict until somebody who has read them all keeps
    /// one. Settlements that disagree leave the conflict open.
    private static func settle(_ items: inout [Item], _ settlements: [Entry<DecisionBody>]) -> Bool {
        let standing = items.indices.filter { items[$0].state == .approved && items[$0].choice.isAnswer }
        guard Set(standing.map { items[$0].choice }).count > 1 else { return false }
        let approvals = standing.compactMap { items[$0].approval }
        let words = settlements.filter { word in approvals.allSatisfy { word.isAfter($0) } }.latest()
        let kept = Set(words.filter { !$0.body.isEscalated }.map(\.body.item))
        if kept.count == 1, let keep = kept.first, standing.contains(where: { items[$0].key == keep }) {
            for place in standing where items[place].key != keep { items[place].state = .setAside }
            return false
        }
        for place in standing { items[place].state = .conflict }
        return words.contains { $0.body.isEscalated }
    }

    package var keys: [ItemKey] { self.items.map(\.key) }
    package func item(_ key: ItemKey) -> Item? { self.items.first { $0.key == key } }

    /// Answers to the request that are in force: none, one, or several alike.
    package var standing: [Item] {
        self.items.filter { ($0.state == .approved || $0.state == .conflict) && $0.choice.isAnswer }
    }

    /// Answers that stand against each other; empty for none.
    package var opposed: [Item] { self.items.filter { $0.state == .conflict } }

    package var section: FileSection {
        FileSection("decisions", self.items.map(Self.fileItem), unreadable: self.unreadable)
    }

    private static func fileItem(_ item: Item) -> FileItem {
        let body = item.proposal.body
        var details: [FileItem.Detail] = []
        for (key, value) in [
            ("records", body.records.joined(separator: ", ")),
            ("contents", body.contents.joined(separator: ", ")),
            ("basis", body.basis.joined(separator: ", ")), ("gaps", body.gaps.joined(separator: ", ")),
            ("code", body.code), ("note", body.words), ("to", body.severity?.word ?? ""),
        ] where !value.isEmpty { details.append(.init(key, value)) }
        if let approval = item.approval {
            details.append(approval.detail("approved"))
        }
        for delivery in item.deliveries {
            details.append(delivery.detail("delivered", delivery.body.recipient))
            details.append(.init("manifest", hexadecimal(delivery.body.manifest)))
        }
        var marks: [String] = []
        if item.state == .proposed { marks.append("awaits a second person") }
        if item.isKeyTwice { marks.append("name used twice") }
        if !item.deliveries.isEmpty { marks.append("delivered") }
        if item.deliveries.count > 1 { marks.append("twice") }
        if !body.gaps.isEmpty { marks.append("gap") }
        if body.isForeign { marks.append("foreign") }
        return FileItem(
            id: item.label, state: item.state.rawValue,
            text: [item.choice.word, body.categories].filter { !$0.isEmpty }.joined(separator: ": "),
            by: item.proposal.by, site: item.proposal.site, at: item.proposal.at, marks: marks,
            details: details)
    }
}

extension CaseFile {
    package var decisions: DecisionLedger { DecisionLedger(self.ledger(CaseField.decisions)) }
}
