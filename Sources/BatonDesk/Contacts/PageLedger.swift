package import BatonEncoding
import BatonModel

/// The body of an entry of the page ledger: a call for somebody in SBAR form, and their answer. A page that
/// several sites make by themselves bears the same generated id and is one page.
package struct PageBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case page = 1
        case acknowledged = 2
        /// The site's hook has taken the page with this generated id.
        case sent = 3
    }

    package var kind: Kind
    package var item: ItemKey
    /// Of pages that nodes make; nil for those of people. Of `sent`: what was given to the hook.
    package var generated: GeneratedID?
    /// A role, a duty or an operator's desk name.
    package var to = ""
    package var situation = ""
    package var background = ""
    package var assessment = ""
    package var recommendation = ""

    package init(_ kind: Kind, item: ItemKey) {
        self.kind = kind
        self.item = item
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let item: UInt64 = 2
        static let generated: UInt64 = 3
        static let to: UInt64 = 4
        static let situation: UInt64 = 5
        static let background: UInt64 = 6
        static let assessment: UInt64 = 7
        static let recommendation: UInt64 = 8
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.item, item: self.item)
        map.put(Key.generated, self.generated.map { .bytes($0.bytes) })
        map.put(Key.to, text: self.to)
        map.put(Key.situation, text: self.situation)
        map.put(Key.background, text: self.background)
        map.put(Key.assessment, text: self.assessment)
        map.put(Key.recommendation, text: self.recommendation)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)), let item = map.item(Key.item),
            let to = map.optionalText(Key.to), let situation = map.optionalText(Key.situation),
            let background = map.optionalText(Key.background),
            let assessment = map.optionalText(Key.assessment),
            let recommendation = map.optionalText(Key.recommendation)
        else { return nil }
        self.init(kind, item: item)
        self.generated = map[Key.generated]?.bytesValue.flatMap { GeneratedID($0) }
        (self.to, self.situation, self.background) = (to, situation, background)
        (self.assessment, self.recommendation) = (assessment, recommendation)
        guard kind != .page || !to.isEmpty, kind != .sent || self.generated != nil else { return nil }
    }
}

/// The pages of a case as its entries make them.
package struct PageLedger: Sendable {
    package struct Item: Sendable {
        package let key: ItemKey
        /// `page:1`.
        package let label: String
        package let entry: Entry<PageBody>
        /// The earliest answer; nil while nobody has answered.
        package let answer: Entry<PageBody>?
        /// Every time that a site's hook took it, earliest first.
        package let sent: [Entry<PageBody>]
    }

    package let items: [Item]
    /// What hooks have taken, earliest first.
    package let sent: [Entry<PageBody>]
    package let unreadable: Int
    let labels: ItemLabels

    package init(_ ledger: Ledger<PageBody>) {
        self.unreadable = ledger.unreadable
        let sent = ledger.entries { $0.kind == .sent }
        self.sent = sent
        var made: [Entry<PageBody>] = []
        for page in ledger.entries where page.body.kind == .page {
            let isKnown = made.contains { $0.body.generated == page.body.generated }
            if page.body.generated == nil || !isKnown { made.append(page) }
        }
        let labels = ItemLabels("page", made.map { ($0.body.item, $0.site) })
        self.labels = labels
        self.items = made.map { page in
            let keys = ledger.entries.filter { other in
                other.body.item == page.body.item
                    || page.body.generated != nil && other.body.generated == page.body.generated
            }.map(\.body.item)
            return Item(
                key: page.body.item, label: labels.label(page.body.item), entry: page,
                answer: ledger.entries.first { $0.body.kind == .acknowledged && keys.contains($0.body.item) },
                sent: sent.filter { keys.contains($0.body.item) })
        }
    }

    /// The page that nodes made under an id; nil while none has.
    package func item(_ id: GeneratedID) -> Item? { self.items.first { $0.entry.body.generated == id } }

    package var section: FileSection {
        FileSection(
            "pages",
            self.items.map { item in
                let body = item.entry.body
                var details: [FileItem.Detail] = []
                for (key, value) in [
                    ("background", body.background), ("assessment", body.assessment),
                    ("recommendation", body.recommendation),
                ] where !value.isEmpty { details.append(.init(key, value)) }
                for sent in item.sent { details.append(sent.detail("sent")) }
                if let answer = item.answer {
                    details.append(answer.detail("answered"))
                }
                return FileItem(
                    id: item.label, state: item.answer == nil ? "waiting" : "answered",
                    text: "\(body.to): \(body.situation)", by: item.entry.by, site: item.entry.site,
                    at: item.entry.at, details: details)
            }, unreadable: self.unreadable)
    }
}

extension CaseFile {
    package var pages: PageLedger { PageLedger(self.ledger(CaseField.pages)) }
}

/// `page`, `page answer`.
enum PageActs {
    static let specs = [
        ActSpec(
            "page", "call somebody: situation, background, assessment, recommendation",
            parameters: [.init("to", .word, "a duty, a role or a person", required: true)],
            options: [
                .init("situation", .text, "what is happening, one line", required: true),
                .init("background", .text, "what led to it"),
                .init("assessment", .text, "what we think it is"),
                .init("recommendation", .text, "what we ask for", required: true),
                .init("sbar", .flag, "be asked for the four parts, one by one"),
            ],
            examples: [
                "page us-lead --situation \"stated plan tonight\" --recommendation \"approve dec:1\""
            ],
            perform: Self.page),
        ActSpec(
            "page answer", "say that you have a page in hand",
            parameters: [.init("id", .word, "the page, page:N", required: true)],
            examples: ["page answer page:1"],
            perform: Self.answer),
    ]

    private static func page(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let key = ItemKey.next(after: file.pages.items.map(\.key), scene)
        var body = PageBody(.page, item: key)
        body.to = try act.neededText("to", bytesMax: 64)
        body.situation = try act.neededText("situation")
        body.background = try act.cleanText("background") ?? ""
        body.assessment = try act.cleanText("assessment") ?? ""
        body.recommendation = try act.neededText("recommendation")
        return ActOutcome(
            [file.entry(CaseField.pages, body)], said: ["page:\(key.number) to \(body.to)."],
            hints: ["they say: page answer page:\(key.number)"])
    }

    private static func answer(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let ledger = file.pages
        let key = try ledger.labels.key(act.value("id") ?? "")
        guard let item = ledger.items.first(where: { $0.key == key }) else {
            preconditionFailure("a label of the page ledger names none of its items")
        }
        if let answer = item.answer {
            throw ActRefusal(
                .refused, "page.answered", "\(item.label) was answered by \(scene.name(of: answer.by)).",
                "Nothing need be done.")
        }
        return ActOutcome(
            [file.entry(CaseField.pages, PageBody(.acknowledged, item: key))],
            said: ["\(item.label) is in hand: \(scene.person.name)."])
    }
}
