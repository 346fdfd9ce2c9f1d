package import BatonModel

/// A case as one HTML file that needs nothing else: no script, no font, no picture from elsewhere.
package struct CasePage: Sendable {
    /// What stands at the head of the file.
    package struct Head: Sendable {
        package let handle: String
        package let title: String
        package let site: SiteID
        /// A desk name.
        package let madeBy: String
        /// Milliseconds since 1970.
        package let madeAt: UInt64
        /// Changes of the case whose restricted parts are not in the file.
        package let withheld: Int

        package init(
            handle: String, title: String, site: SiteID, madeBy: String, madeAt: UInt64, withheld: Int
        ) {
            self.handle = handle
            self.title = title
            self.site = site
            self.madeBy = madeBy
            self.madeAt = madeAt
            self.withheld = withheld
        }
    }

    package struct Note: Sendable {
        package let at: UInt64
        package let by: String
        package let site: SiteID
        package let text: String

        package init(at: UInt64, by: String, site: SiteID, text: String) {
            self.at = at
            self.by = by
            self.site = site
            self.text = text
        }
    }

    private let head: Head
    private let reader: ExportReader
    private let sections: [FileSection]
    private let notes: [Note]
    /// Ids of the newest changes on which the file rests.
    private let frontier: [DeltaID]
    private let name: @Sendable (OperatorID) -> String

    /// - Parameter notes: Oldest first; left out where the reader gets none.
    package init(
        _ head: Head, file: CaseFile, rules: RuleBook, for reader: ExportReader, notes: [Note],
        name: @escaping @Sendable (OperatorID) -> String
    ) {
        self.head = head
        self.reader = reader
        self.notes = reader.hasNotes ? notes : []
        self.frontier = file.state.frontier.map(\.id)
        if reader.namesStaff { self.name = name } else { self.name = Self.nameless }
        let fields = file.fieldSection
        let wanted = reader.fields
        let shown = fields.items.filter { item in
            guard let wanted else { return true }
            return wanted.contains(item.id)
        }
        var sections = [FileSection("fields", shown, unreadable: fields.unreadable)]
        for part in reader.sections {
            let section = file.section(part, rules: rules, now: head.madeAt)
            sections.append(CaseExport.narrowed(section, for: reader, file))
        }
        self.sections = sections
    }

    private static let nameless: @Sendable (OperatorID) -> String = { _ in "the team" }

    package var sectionNames: [String] { self.filled.map(\.name) }

    private var filled: [FileSection] { self.sections.filter { !$0.items.isEmpty || $0.unreadable > 0 } }

    /// The file. The same case, reader and moment give the same bytes.
    package var html: String {
        let title = "\(self.head.handle) \(self.reader == .lawEnforcement ? "" : self.head.title)"
        let parts = self.filled.map(self.part).joined()
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(HTMLText.escaped(title))</title>
            <style>
            body { font: 11pt/1.4 sans-serif; color: #000; background: #fff; max-width: 50em; }
            body { margin: 1em auto; padding: 0 1em }
            h1 { font-size: 15pt } h2 { font-size: 12pt; margin: 1.2em 0 .2em; border-top: 1px solid #000 }
            table { border-collapse: collapse; width: 100% } tr { border-bottom: 1px solid #ccc }
            th { text-align: left; padding-right: 1em; vertical-align: top }
            td { overflow-wrap: anywhere; vertical-align: top; padding: .1em .6em .1em 0 }
            ul { margin: .2em 0; padding-left: 1.2em } @page { margin: 15mm } h2 { break-after: avoid }
            </style></head><body>
            <h1>Case file \(HTMLText.escaped(title))</h1>
            \(self.heading)\(parts)\(self.timeline)\(self.proof)</body></html>

            """
    }

    private var heading: String {
        var rows = [
            ("written for", self.reader == .lawEnforcement ? "law enforcement" : self.reader.rawValue),
            ("made", "\(Self.instant(self.head.madeAt)) at \(self.head.site)"),
            ("compartment", "global. What is restricted is not in this file, wherever it is stored."),
        ]
        if self.reader.namesStaff { rows.append(("made by", self.head.madeBy)) }
        if self.head.withheld > 0 {
            rows.append(("withheld", "\(self.head.withheld) changes have parts that are not in this file"))
        }
        let table = rows.map { "<tr><th>\($0.0)</th><td>\(HTMLText.escaped($0.1))</td></tr>\n" }.joined()
        return "<table>\n\(table)</table>\n<p>\(self.reader.leftOut)</p>\n"
    }

    private func part(_ section: FileSection) -> String {
        var out = "<h2>\(HTMLText.escaped(section.name))</h2>\n<table>\n"
        for item in section.items {
            let who = [
                item.by.map(self.name), item.site.map { "at \($0)" }, item.at.map { Self.instant($0) },
                item.due.map { "due \(Self.instant($0))" },
            ].compactMap { $0 }.joined(separator: ", ")
            let state = ([item.state] + item.marks).joined(separator: ", ")
            let details = item.details.map { detail in
                "<li>\(HTMLText.escaped("\(detail.key): \(detail.text(now: 0, name: self.name))"))</li>"
            }
            let list = details.isEmpty ? "" : "<ul>\(details.joined())</ul>"
            out += "<tr><th>\(HTMLText.escaped(item.id))</th><td>\(HTMLText.escaped(state))</td>"
            out += "<td>\(HTMLText.escaped(item.text))\(list)</td><td>\(HTMLText.escaped(who))</td></tr>\n"
        }
        out += "</table>\n"
        if section.unreadable > 0 {
            out += "<p>\(section.unreadable) entries of a newer program are not shown.</p>\n"
        }
        return out
    }

    private var timeline: String {
        guard !self.notes.isEmpty else { return "" }
        let rows = self.notes.map { note in
            "<tr><th>\(Self.instant(note.at))</th>"
                + "<td>\(HTMLText.escaped("\(note.by) at \(note.site)"))</td>"
                + "<td>\(HTMLText.escaped(note.text))</td></tr>\n"
        }
        return "<h2>notes</h2>\n<table>\n\(rows.joined())</table>\n"
    }

    /// What the file rests on, for whoever checks it against the signed log.
    private var proof: String {
        let ids = self.frontier.map { "<li>\($0.description)</li>" }.joined()
        return "<h2>what this rests on</h2>\n<p>The newest signed changes of the case when this was written; "
            + "every earlier one is chained to them.</p>\n<ul>\(ids)</ul>\n"
    }

    /// `2026-11-22 03:12:00 UTC`: a file outlives the day on which it was made.
    private static func instant(_ milliseconds: UInt64) -> String {
        let date = CivilDate(daysSince1970: Int(clamping: milliseconds / 86_400_000))
        let seconds = Int(milliseconds / 1_000 % 86_400)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date) \(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) UTC"
    }
}

/// Text as it may stand in HTML, and as it cannot mislead: what a reader would not see is shown as a code.
enum HTMLText {
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\n": out += "<br>"
            default:
                let isHidden: Bool =
                    switch scalar.properties.generalCategory {
                    case .control, .format, .surrogate, .privateUse, .unassigned: true
                    default: false
                    }
                if isHidden {
                    out += "[U+\(String(scalar.value, radix: 16, uppercase: true))]"
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out
    }
}
