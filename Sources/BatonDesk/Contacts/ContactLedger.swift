package import BatonEncoding
import BatonModel

/// The body of an entry of the contact ledger: what was said to a partner or by one, and what is awaited.
package struct ContactBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case log = 1
        /// When an answer is expected, and what to do then.
        case expect = 2
        case answer = 3
        /// Nobody waits for it any more.
        case drop = 4
    }

    package var kind: Kind
    package var item: ItemKey
    package var partner = ""
    package var isIncoming = false
    package var channel = ""
    package var words = ""
    /// An answer is awaited.
    package var isAsking = false
    package var expected: UInt64?
    /// What to do when it comes, and when it does not.
    package var then = ""

    package init(_ kind: Kind, item: ItemKey) {
        self.kind = kind
        self.item = item
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let item: UInt64 = 2
        static let partner: UInt64 = 3
        static let incoming: UInt64 = 4
        static let channel: UInt64 = 5
        static let words: UInt64 = 6
        static let asking: UInt64 = 7
        static let expected: UInt64 = 8
        static let then: UInt64 = 9
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.item, item: self.item)
        map.put(Key.partner, text: self.partner)
        map.put(Key.incoming, flag: self.isIncoming)
        map.put(Key.channel, text: self.channel)
        map.put(Key.words, text: self.words)
        map.put(Key.asking, flag: self.isAsking)
        map.put(Key.expected, milliseconds: self.expected)
        map.put(Key.then, text: self.then)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)), let item = map.item(Key.item),
            let partner = map.optionalText(Key.partner), let channel = map.optionalText(Key.channel),
            let words = map.longText(Key.words), let then = map.optionalText(Key.then)
        else { return nil }
        self.init(kind, item: item)
        (self.partner, self.channel, self.words, self.then) = (partner, channel, words, then)
        self.isIncoming = map.flag(Key.incoming)
        self.isAsking = map.flag(Key.asking)
        self.expected = map.time(Key.expected)
        guard kind != .log || !partner.isEmpty else { return nil }
    }
}

/// The contact log of a case as its entries make it.
package struct ContactLedger: Sendable {
    package enum State: String, Sendable, CaseIterable { case logged, pending, answered, dropped }

    package struct Item: Sendable {
        package let key: ItemKey
        /// `con:1`.
        package let label: String
        package let partner: String
        package let state: State
        /// Of a pending one; nil where nobody has said when.
        package let expected: UInt64?
        package let then: String
        package let entry: Entry<ContactBody>
        package let answers: [Entry<ContactBody>]

        /// A pending answer without a time cannot be handed to the next watch.
        package var lacksExpectation: Bool {
            self.state == .pending && (self.expected == nil || self.then.isEmpty)
        }
    }

    package let items: [Item]
    package let unreadable: Int
    let labels: ItemLabels

    package init(_ ledger: Ledger<ContactBody>) {
        self.unreadable = ledger.unreadable
        let logged = ledger.entries { $0.kind == .log }
        let labels = ItemLabels("con", logged.map { ($0.body.item, $0.site) })
        self.labels = labels
        self.items = logged.map { entry in
            Self.item(entry, ledger.entries { $0.item == entry.body.item }, labels.label(entry.body.item))
        }
    }

    private static func item(
        _ entry: Entry<ContactBody>, _ about: [Entry<ContactBody>], _ label: String
    ) -> Item {
        let answers = about.filter { $0.body.kind == .answer }
        let expectations = about.filter { $0.body.expected != nil }.latest()
        let isAsking = about.contains { $0.body.isAsking || $0.body.kind == .expect }
        let isDropped = about.contains { $0.body.kind == .drop }
        let state: State =
            !answers.isEmpty ? .answered : isDropped ? .dropped : isAsking ? .pending : .logged
        return Item(
            key: entry.body.item, label: label, partner: entry.body.partner, state: state,
            // Of times that were set apart the earlier one: nobody is told too late.
            expected: expectations.compactMap(\.body.expected).min(),
            then: about.filter { !$0.body.then.isEmpty }.newest()?.body.then ?? "", entry: entry,
            answers: answers)
    }

    /// Answers that are awaited, the next one first; those without a time before all.
    package var pending: [Item] {
        self.items.filter { $0.state == .pending }.sorted {
            ($0.expected ?? 0, $0.label) < ($1.expected ?? 0, $1.label)
        }
    }

    package func section(now: UInt64) -> FileSection {
        FileSection(
            "contacts",
            self.items.map { item in
                var marks: [String] = []
                if item.lacksExpectation { marks.append("no expected time") }
                if item.state == .pending, let expected = item.expected, expected <= now {
                    marks.append("overdue")
                }
                let body = item.entry.body
                var details: [FileItem.Detail] = []
                if !body.channel.isEmpty { details.append(.init("channel", body.channel)) }
                if !item.then.isEmpty { details.append(.init("then", item.then)) }
                details += item.answers.map { $0.detail("answer", $0.body.words) }
                return FileItem(
                    id: item.label, state: item.state.rawValue,
                    text: "\(item.partner) \(body.isIncoming ? "said" : "was told"): \(body.words)",
                    by: item.entry.by, site: item.entry.site, at: item.entry.at,
                    due: item.state == .pending ? item.expected : nil, marks: marks, details: details)
            }, unreadable: self.unreadable)
    }
}

extension CaseFile {
    package var contacts: ContactLedger { ContactLedger(self.ledger(CaseField.contacts)) }
}
