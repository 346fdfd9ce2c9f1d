package import BatonEncoding
import BatonModel

/// The body of an entry of the subject ledger: a person of the case without anything that identifies them.
package struct SubjectBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case add = 1
        case change = 2
    }

    package var kind: Kind
    package var item: ItemKey
    package var role = ""
    /// ISO 3166, two letters.
    package var country = ""
    package var ageBand = ""
    package var account = ""

    package static let roles = ["suspect", "victim", "at-risk", "recipient", "bystander"]
    package static let ageBands = ["child", "teen", "adult", "older", "unknown"]
    package static let accounts = ["active", "limited", "suspended", "banned", "deleted", "unknown"]

    package init(_ kind: Kind, item: ItemKey) {
        self.kind = kind
        self.item = item
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let item: UInt64 = 2
        static let role: UInt64 = 3
        static let country: UInt64 = 4
        static let ageBand: UInt64 = 5
        static let account: UInt64 = 6
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.item, item: self.item)
        map.put(Key.role, text: self.role)
        map.put(Key.country, text: self.country)
        map.put(Key.ageBand, text: self.ageBand)
        map.put(Key.account, text: self.account)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)), let item = map.item(Key.item),
            let role = map.optionalText(Key.role), let country = map.optionalText(Key.country),
            let ageBand = map.optionalText(Key.ageBand), let account = map.optionalText(Key.account)
        else { return nil }
        self.init(kind, item: item)
        (self.role, self.country, self.ageBand, self.account) = (role, country, ageBand, account)
    }
}

/// The people of a case by number.
package struct SubjectLedger: Sendable {
    package struct Item: Sendable {
        package let key: ItemKey
        /// `subj:1`.
        package let label: String
        package let role: String
        package let country: String
        package let ageBand: String
        package let account: String
        package let entry: Entry<SubjectBody>
    }

    package let items: [Item]
    package let unreadable: Int
    let labels: ItemLabels

    package init(_ ledger: Ledger<SubjectBody>) {
        self.unreadable = ledger.unreadable
        let added = ledger.entries { $0.kind == .add }
        let labels = ItemLabels("subj", added.map { ($0.body.item, $0.site) })
        self.labels = labels
        self.items = added.map { entry in
            let about = ledger.entries { $0.item == entry.body.item }
            func newest(_ field: (SubjectBody) -> String) -> String {
                about.filter { !field($0.body).isEmpty }.newest().map { field($0.body) } ?? ""
            }
            return Item(
                key: entry.body.item, label: labels.label(entry.body.item), role: newest(\.role),
                country: newest(\.country), ageBand: newest(\.ageBand), account: newest(\.account),
                entry: entry)
        }
    }

    package var section: FileSection {
        FileSection(
            "people",
            self.items.map { item in
                let words = [
                    item.country, item.ageBand, item.account.isEmpty ? "" : "account \(item.account)",
                ]
                return FileItem(
                    id: item.label, state: item.role,
                    text: words.filter { !$0.isEmpty }.joined(separator: ", "),
                    by: item.entry.by, site: item.entry.site, at: item.entry.at)
            }, unreadable: self.unreadable)
    }
}

extension CaseFile {
    package var subjects: SubjectLedger { SubjectLedger(self.ledger(CaseField.subjects)) }
}

/// `subject add`, `subject set`.
enum SubjectActs {
    static let specs = [
        ActSpec(
            "subject add", "add a person to the case, by number alone",
            details: [
                "Identifiers of people stay in the restricted compartment: here stand a role, a country, an age "
                    + "band and the state of an account."
            ],
            parameters: [.init("role", .choice(SubjectBody.roles), "their part in it", required: true)],
            options: Self.options,
            examples: ["subject add suspect --country US --age adult --account active"],
            perform: Self.add),
        ActSpec(
            "subject set", "change what is known of a person",
            parameters: [.init("subject", .word, "subj:N", required: true)],
            options: Self.options + [.init("role", .choice(SubjectBody.roles), "their part in it")],
            examples: ["subject set subj:1 --account suspended"], perform: Self.change),
    ]

    private static let options: [ActSpec.Argument] = [
        .init("country", .word, "two letters"), .init("age", .choice(SubjectBody.ageBands), "an age band"),
        .init("account", .choice(SubjectBody.accounts), "the state of the account"),
    ]

    private static func fill(_ body: inout SubjectBody, _ act: Act) throws(ActRefusal) {
        let country = (act.value("country") ?? "").uppercased()
        guard
            country.isEmpty || country.utf8.count == 2 && country.utf8.allSatisfy({ (65...90).contains($0) })
        else {
            throw ActRefusal(
                .badValue, "subject.bad-country", "`\(country)` is no country code.",
                "Give its two letters of ISO 3166, such as US.")
        }
        body.country = country
        body.ageBand = act.value("age") ?? ""
        body.account = act.value("account") ?? ""
    }

    private static func add(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let item = ItemKey.next(after: file.subjects.items.map(\.key), scene)
        var body = SubjectBody(.add, item: item)
        body.role = act.value("role") ?? ""
        try Self.fill(&body, act)
        return ActOutcome(
            [file.entry(CaseField.subjects, body)], said: ["subj:\(item.number) is a \(body.role)."])
    }

    private static func change(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let key = try file.subjects.labels.key(act.value("subject") ?? "")
        var body = SubjectBody(.change, item: key)
        body.role = act.value("role") ?? ""
        try Self.fill(&body, act)
        guard !(body.role + body.country + body.ageBand + body.account).isEmpty else {
            throw ActRefusal(
                .badValue, "subject.nothing", "Nothing was said about them.",
                "Give --role, --country, --age or --account.")
        }
        return ActOutcome(
            [file.entry(CaseField.subjects, body)], said: ["\(file.subjects.labels.label(key)) changed."])
    }
}
