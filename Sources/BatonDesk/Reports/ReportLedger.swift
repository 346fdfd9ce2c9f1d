package import BatonModel

/// The external reports of a case as its entries make them.
package struct ReportLedger: Sendable {
    package enum State: String, Sendable, CaseIterable { case draft, filed, receipted, retracted }

    package struct Item: Sendable {
        package let form: String
        package let number: UInt64
        /// `NCMEC`, `NCMEC/2`.
        package let label: String
        package let state: State
        /// The newest word on each field, by name.
        package let fields: [ReportBody.Field]
        /// Fields of which different values were written apart.
        package let disputed: [String]
        package let isTest: Bool
        package let executors: [SiteID]
        /// Filings that were not taken back, earliest first.
        package let filings: [Entry<ReportBody>]
        package let receipts: [Entry<ReportBody>]
        package let entry: Entry<ReportBody>

        package var isTwice: Bool {
            Set(self.filings.map(\.site)).count > 1 || self.filings.latest().count > 1
        }

        /// Fields that hold something, as `FormTemplate.missing` wants them: without the number of a block.
        package var filled: Set<String> {
            Set(
                self.fields.map { field in
                    let pieces = field.name.split(separator: ".")
                    return pieces.count == 3 ? "\(pieces[0]).\(pieces[2])" : field.name
                })
        }
    }

    package let items: [Item]
    package let unreadable: Int

    package init(_ ledger: Ledger<ReportBody>) {
        self.unreadable = ledger.unreadable
        var keys: [(form: String, number: UInt64)] = []
        for entry in ledger.entries {
            let key = (form: entry.body.form, number: entry.body.number)
            if !keys.contains(where: { $0 == key }) { keys.append(key) }
        }
        self.items = keys.sorted { $0 < $1 }.map { key in
            Self.item(ledger.entries { $0.form == key.form && $0.number == key.number })
        }
    }

    private static func item(_ entries: [Entry<ReportBody>]) -> Item {
        let retractions = entries.filter { $0.body.kind == .retracted }
        func live(_ kind: ReportBody.Kind) -> [Entry<ReportBody>] {
            entries.filter { entry in
                entry.body.kind == kind && !retractions.contains { $0.isAfter(entry) }
            }
        }
        let drafts = live(.draft)
        let (filings, receipts) = (live(.filed), live(.receipt))
        let state: State =
            !receipts.isEmpty ? .receipted : !filings.isEmpty ? .filed : !drafts.isEmpty ? .draft : .retracted
        let (fields, disputed) = Self.fields(drafts)
        let body = entries[0].body
        return Item(
            form: body.form, number: body.number,
            label: body.number == 1 ? body.form : "\(body.form)/\(body.number)", state: state, fields: fields,
            disputed: disputed,
            isTest: drafts.filter { $0.body.isTest != nil }.newest()?.body.isTest ?? false,
            executors: Set(drafts.filter { $0.body.executor != nil }.latest().compactMap(\.body.executor))
                .sorted(),
            filings: filings, receipts: receipts,
            entry: receipts.first ?? filings.first ?? drafts.last ?? retractions.last ?? entries[0])
    }

    private static func fields(_ drafts: [Entry<ReportBody>]) -> ([ReportBody.Field], [String]) {
        let names = Set(drafts.flatMap { $0.body.fields.map(\.name) }).sorted()
        var fields: [ReportBody.Field] = []
        var disputed: [String] = []
        for name in names {
            let words = drafts.filter { $0.body.fields.contains { $0.name == name } }.latest()
            let values = words.compactMap { $0.body.fields.last { $0.name == name } }
            if let newest = values.last { fields.append(newest) }
            if Set(values).count > 1 { disputed.append(name) }
        }
        return (fields, disputed)
    }

    package func section(_ rules: RuleBook) -> FileSection {
        FileSection("reports", self.items.map { Self.fileItem($0, rules) }, unreadable: self.unreadable)
    }

    private static func fileItem(_ item: Item, _ rules: RuleBook) -> FileItem {
        var marks: [String] = []
        if item.isTest { marks.append("test") }
        if item.isTwice { marks.append("twice") }
        if item.executors.count > 1 { marks.append("conflict") }
        let form = rules.form(item.form)
        if form?.filing.counselOK == false { marks.append("~") }
        var details = item.fields.map { FileItem.Detail($0.name, $0.value ?? "(filled outside)") }
        details += item.disputed.map { .init("written apart", $0) }
        let missing = form?.missing(filled: item.filled) ?? []
        if item.state == .draft, !missing.isEmpty {
            details.append(.init("missing", missing.joined(separator: ", ")))
        }
        details += item.receipts.map { .init("receipt", $0.body.receipt) }
        details += item.filings.dropFirst().map { $0.detail("also filed") }
        return FileItem(
            id: item.label, state: item.state.rawValue, text: form?.title ?? item.form, by: item.entry.by,
            site: item.entry.site, at: item.entry.at, marks: marks, details: details)
    }
}

extension CaseFile {
    package var reports: ReportLedger { ReportLedger(self.ledger(CaseField.reports)) }
}
