import BatonModel

/// The holds of a case as its entries make them. The latest end wins; a hold or a renewal that a release had not
/// read goes on.
package struct HoldLedger: Sendable {
    package struct Item: Sendable {
        package let rule: String
        /// As stored.
        package let scope: String
        /// `us.2703f`, `us.2703f/subj:1`.
        package let label: String
        package let start: UInt64
        /// The latest end of what stands; of a released hold, the one it had.
        package let end: UInt64
        /// Renewals that were made, counted once each.
        package let renewals: Int
        package let isReleased: Bool
        /// A release and a renewal were written apart: it is held.
        package let isDisputed: Bool
        package let entry: Entry<HoldBody>

        package func isHeld(now: UInt64) -> Bool { !self.isReleased && self.end > now }
    }

    /// An order to destroy, and what counsel said to it.
    package struct Order: Sendable {
        package let reference: String
        package let scope: String
        package let entry: Entry<HoldBody>
        /// True: the hold is kept; false: it is destroyed; nil: nobody has decided.
        package let isKept: Bool?
        /// Labels of the holds that stand against it.
        package let against: [String]

        package var isOpen: Bool { self.isKept == nil && !self.against.isEmpty }
    }

    package let items: [Item]
    package let orders: [Order]
    package let unreadable: Int

    package init(_ ledger: Ledger<HoldBody>, subjects: SubjectLedger) {
        self.unreadable = ledger.unreadable
        var keys: [(rule: String, scope: String)] = []
        for entry in ledger.entries where entry.body.kind == .add || entry.body.kind == .renew {
            let key = (rule: entry.body.rule, scope: entry.body.scope)
            if !keys.contains(where: { $0 == key }) { keys.append(key) }
        }
        let items = keys.compactMap { key in
            Self.item(ledger.entries { $0.rule == key.rule && $0.scope == key.scope }, subjects)
        }.sorted { ($0.end, $0.label) < ($1.end, $1.label) }
        self.items = items
        self.orders = Self.orders(ledger, items)
    }

    private static func item(_ entries: [Entry<HoldBody>], _ subjects: SubjectLedger) -> Item? {
        let periods = entries.filter { $0.body.kind == .add || $0.body.kind == .renew }
        let releases = entries.filter { $0.body.kind == .release }
        let standing = periods.filter { period in !releases.contains { $0.isAfter(period) } }
        let counted = standing.isEmpty ? periods : standing
        guard let end = counted.compactMap(\.body.end).max(), let first = periods.first else { return nil }
        let shown = TargetKey.shown(first.body.scope, subjects)
        let renewals = Set(counted.filter { $0.body.kind == .renew }.map(\.body.number)).count
        return Item(
            rule: first.body.rule, scope: first.body.scope,
            label: shown == TargetKey.wholeCase ? first.body.rule : "\(first.body.rule)/\(shown)",
            start: periods.compactMap(\.body.start).min() ?? first.at, end: end, renewals: renewals,
            isReleased: standing.isEmpty,
            isDisputed: !standing.isEmpty
                && releases.contains { release in
                    standing.contains { !release.isAfter($0) && !$0.isAfter(release) }
                }, entry: (standing.isEmpty ? releases.last : counted.first) ?? first)
    }

    private static func orders(_ ledger: Ledger<HoldBody>, _ items: [Item]) -> [Order] {
        var orders: [Order] = []
        for entry in ledger.entries where entry.body.kind == .destroyOrder {
            guard !orders.contains(where: { $0.reference == entry.body.rule && $0.scope == entry.body.scope })
            else { continue }
            let words = ledger.entries { $0.kind == .counsel && $0.rule == entry.body.rule }.latest()
            let against = items.filter { item in
                guard !item.isReleased else { return false }
                return item.scope == entry.body.scope || item.scope == TargetKey.wholeCase
                    || entry.body.scope == TargetKey.wholeCase
            }
            orders.append(
                Order(
                    reference: entry.body.rule, scope: entry.body.scope, entry: entry,
                    // Two answers written apart: what is destroyed cannot be brought back, so it is kept.
                    isKept: words.isEmpty ? nil : words.contains(where: \.body.isKept),
                    against: against.map(\.label)))
        }
        return orders
    }

    /// An order stands against a hold and counsel has not answered: nothing is disclosed, nothing destroyed.
    package var isFrozen: Bool { self.orders.contains(where: \.isOpen) }

    /// Holds that end before an instant, the next one first.
    package func due(before instant: UInt64) -> [Item] {
        self.items.filter { !$0.isReleased && $0.end <= instant }
    }

    package func section(_ rules: RuleBook, now: UInt64) -> FileSection {
        let holds = self.items.map { item -> FileItem in
            var marks: [String] = []
            if item.isDisputed { marks.append("held against a release") }
            if rules.law(item.rule)?.source.counselOK == false { marks.append("~") }
            var details = [FileItem.Detail("start", at: item.start), .init("renewals", "\(item.renewals)")]
            if let law = rules.law(item.rule) { details.append(.init("source", law.source.citation)) }
            if !item.entry.body.words.isEmpty { details.append(.init("note", item.entry.body.words)) }
            return FileItem(
                id: item.label, state: item.isReleased ? "released" : item.end > now ? "held" : "lapsed",
                text: rules.law(item.rule)?.words.title ?? item.rule, by: item.entry.by,
                site: item.entry.site,
                at: item.entry.at, due: item.end, marks: marks, details: details)
        }
        let orders = self.orders.map { order in
            FileItem(
                id: "order:\(order.reference)",
                state: order.isOpen ? "counsel" : order.isKept == true ? "kept" : "destroy",
                text: "order to destroy: \(order.entry.body.words)", by: order.entry.by,
                site: order.entry.site,
                at: order.entry.at, marks: order.isOpen ? ["frozen"] : [],
                details: order.against.map { .init("against", $0) })
        }
        return FileSection("holds", holds + orders, unreadable: self.unreadable)
    }
}

extension CaseFile {
    package var holds: HoldLedger {
        HoldLedger(self.ledger(CaseField.holds), subjects: self.subjects)
    }
}
