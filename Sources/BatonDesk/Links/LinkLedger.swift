package import BatonEncoding
package import BatonModel

/// The body of an entry of the link ledger. A link is named by the other case and the relation.
package struct LinkBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case link = 1
        /// Takes back the links that its author had read.
        case drop = 2
    }

    package enum Relation: UInt64, Sendable, CaseIterable {
        case related = 1
        case sameSubject = 2
        case sameAgency = 3
        case duplicateOf = 4
        case mergedInto = 5
        case opened = 6
        case openedFrom = 7
        case fraud = 8

        package var word: String {
            switch self {
            case .related: "related"
            case .sameSubject: "same-subject"
            case .sameAgency: "same-agency"
            case .duplicateOf: "duplicate-of"
            case .mergedInto: "merged-into"
            case .opened: "opened"
            case .openedFrom: "opened-from"
            case .fraud: "fraud"
            }
        }
    }

    package var kind: Kind
    package var document: DocumentID
    package var relation: Relation
    package var words = ""

    package init(_ kind: Kind, document: DocumentID, relation: Relation) {
        self.kind = kind
        self.document = document
        self.relation = relation
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let document: UInt64 = 2
        static let relation: UInt64 = 3
        static let words: UInt64 = 4
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.document, .bytes(self.document.bytes))
        map.put(Key.relation, .unsigned(self.relation.rawValue))
        map.put(Key.words, text: self.words)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let document = map[Key.document]?.bytesValue.flatMap({ DocumentID($0) }),
            let relation = map.unsigned(Key.relation).flatMap(Relation.init(rawValue:)),
            let words = map.optionalText(Key.words)
        else { return nil }
        self.init(kind, document: document, relation: relation)
        self.words = words
    }
}

/// The links of a case to others.
package struct LinkLedger: Sendable {
    package struct Item: Sendable {
        package let document: DocumentID
        package let relation: LinkBody.Relation
        package let entry: Entry<LinkBody>
    }

    /// Links that stand, in order of document and relation.
    package let items: [Item]
    package let unreadable: Int

    package init(_ ledger: Ledger<LinkBody>) {
        self.unreadable = ledger.unreadable
        let drops = ledger.entries { $0.kind == .drop }
        var items: [Item] = []
        for entry in ledger.entries where entry.body.kind == .link {
            let isSame = { (body: LinkBody) in
                body.document == entry.body.document && body.relation == entry.body.relation
            }
            let isDropped = drops.contains { isSame($0.body) && $0.isAfter(entry) }
            let isKnown = items.contains {
                $0.document == entry.body.document && $0.relation == entry.body.relation
            }
            guard !isDropped, !isKnown else { continue }
            items.append(Item(document: entry.body.document, relation: entry.body.relation, entry: entry))
        }
        self.items = items.sorted {
            ($0.document, $0.relation.rawValue) < ($1.document, $1.relation.rawValue)
        }
    }

    package var section: FileSection {
        FileSection(
            "links",
            self.items.map { item in
                FileItem(
                    id: "\(item.relation.word)/\(item.document.description.suffix(8))",
                    state: item.relation.word,
                    text: item.entry.body.words, by: item.entry.by, site: item.entry.site, at: item.entry.at,
                    details: [.init("case", item.document.description)])
            }, unreadable: self.unreadable)
    }
}

extension CaseFile {
    package var links: LinkLedger { LinkLedger(self.ledger(CaseField.links)) }
}

/// `link`, `link drop`.
enum LinkActs {
    static let specs = [
        ActSpec(
            "link", "relate this case to another one", parameters: Self.parameters,
            options: [.init("note", .text, "why")], examples: ["link OTHER-2M9F4Q same-subject"],
            perform: Self.link),
        ActSpec(
            "link drop", "take a link back", parameters: Self.parameters,
            examples: ["link drop OTHER-2M9F4Q same-subject"], perform: Self.drop),
    ]

    private static let parameters: [ActSpec.Argument] = [
        .init("other", .reference, "the other case", required: true),
        .init(
            "relation", .choice(LinkBody.Relation.allCases.map(\.word)), "how they are related",
            required: true),
    ]

    private static func body(
        _ kind: LinkBody.Kind, _ act: Act, _ file: CaseFile
    ) throws(ActRefusal) -> LinkBody {
        let relation = LinkBody.Relation.allCases.first { $0.word == act.value("relation") } ?? .related
        guard let document = Hexadecimal.document(act.value("other") ?? "") else {
            throw ActRefusal(
                .badValue, "link.no-case", "That names no case.", "Give the other case's handle.")
        }
        guard document != file.document else {
            throw ActRefusal(
                .refused, "link.itself", "A case is not linked to itself.", "Name the other case.")
        }
        return LinkBody(kind, document: document, relation: relation)
    }

    private static func find(_ body: LinkBody, _ file: CaseFile) -> LinkLedger.Item? {
        file.links.items.first { $0.document == body.document && $0.relation == body.relation }
    }

    private static func link(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        var body = try Self.body(.link, act, file)
        guard Self.find(body, file) == nil else {
            throw ActRefusal(
                .refused, "link.exists", "They are linked so already.", "Nothing need be done.")
        }
        body.words = try act.cleanText("note") ?? ""
        return ActOutcome(
            [file.entry(CaseField.links, body)], said: ["Linked: \(body.relation.word)."],
            hints: ["the other case does not know of it: link it there too"])
    }

    private static func drop(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let body = try Self.body(.drop, act, file)
        guard Self.find(body, file) != nil else {
            throw ActRefusal(.notFound, "link.no-such", "They are not linked so.", "`link` lists the links.")
        }
        return ActOutcome(
            [file.entry(CaseField.links, body)], said: ["No longer linked: \(body.relation.word)."])
    }
}

extension Hexadecimal {
    /// A document id as 32 hexadecimal digits.
    static func document(_ text: String) -> DocumentID? {
        guard text.utf8.count == 32 else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text {
            guard character.isASCII, let digit = character.hexDigitValue.map({ UInt8($0) }) else {
                return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return DocumentID(bytes)
    }
}
