package import BatonModel

/// What is to be given to a site's hook now, or was and is to be tried again: one step of one call.
package struct DuePage: Sendable, Equatable {
    /// The same at every site that sends it; the hook tells repeats apart by it.
    package let id: GeneratedID
    package let call: PageCall
    /// From 0.
    package let step: Int
    /// Nil for a step that names no duty: the person whom somebody typed.
    package let line: String?
    package let person: String?
    /// Who is on duty on that step now; empty where nobody is.
    package let duties: [Duty]
    /// When this site had to send it, milliseconds since 1970.
    package let sinceMilliseconds: Int64
    /// The page that stands for it in the case already, and what people call it.
    package let item: (key: ItemKey, label: String)?

    /// Whom it calls, in words that fit in a ledger entry: `desk at usw`, `kim`.
    package var to: String {
        if let person = self.person { return person }
        let sites = self.duties.map(\.site).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        guard let line = self.line else { return "whoever is on duty" }
        return sites.isEmpty ? "\(line) (nobody is on duty)" : "\(line) at \(sites.joined(separator: ", "))"
    }

    package static func == (left: DuePage, right: DuePage) -> Bool {
        left.id == right.id && left.step == right.step && left.duties == right.duties
            && left.sinceMilliseconds == right.sinceMilliseconds && left.item?.key == right.item?.key
    }

    /// The operations with which a site says that the page exists. Empty where it stands already.
    ///
    /// - Parameter file: The case as it is now.
    package func announcement(in file: CaseFile) -> [Operation] {
        var operations: [Operation] = []
        if let alert = self.call.alert, !file.raisedAlerts.contains(alert.id) {
            operations.append(file.entry(CaseField.alerts, AlertBody(alert), isGenerated: true))
        }
        let pages = file.pages
        let isTyped = self.step == 0 && self.call.item != nil
        guard !isTyped, pages.item(self.id) == nil else { return operations }
        let counted = pages.items.map(\.key.number).filter { $0 < ItemKey.numberMax }.max() ?? 0
        var body = PageBody(.page, item: ItemKey(number: counted + 1, tag: self.id.low))
        body.generated = self.id
        body.to = LedgerMap.clipped(self.to)
        body.situation = LedgerMap.clipped(self.call.words.situation)
        body.background = LedgerMap.clipped(self.call.words.background)
        body.assessment = LedgerMap.clipped(self.call.words.assessment)
        body.recommendation = LedgerMap.clipped(self.call.words.recommendation)
        return operations + [file.entry(CaseField.pages, body, isGenerated: true)]
    }

    /// The operations with which a site says that its hook has taken the page; none where it said so before.
    package func receipt(in file: CaseFile, site: SiteID) -> [Operation] {
        let pages = file.pages
        let key = self.call.item ?? pages.item(self.id)?.key
        let isSaid = pages.sent.contains { $0.body.generated == self.id && $0.site == site }
        guard let key, !isSaid else { return [] }
        var body = PageBody(.sent, item: key)
        body.generated = self.id
        return [file.entry(CaseField.pages, body, isGenerated: true)]
    }
}

/// Why somebody has to be called, and in which words. It goes along a path until somebody answers or it no
/// longer holds.
package struct PageCall: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A clock of the case runs out.
        case alert
        /// Somebody typed `page`.
        case page
        /// An offer of the baton, or a whole handoff, was not answered in time.
        case offer
        /// Nobody has said for too long that they have a grave case in hand.
        case custody
        /// A step that somebody added to the case was not done in time.
        case step
    }

    package struct Words: Sendable, Equatable {
        package var situation = ""
        package var background = ""
        package var assessment = ""
        package var recommendation = ""

        package init() {}

        /// Four lines, as somebody would say it on the telephone.
        package var text: String {
            [
                ("Situation", self.situation), ("Background", self.background),
                ("Assessment", self.assessment), ("Recommendation", self.recommendation),
            ].filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)" }.joined(separator: "\n")
        }
    }

    package let kind: Kind
    package let document: DocumentID
    /// The site that answers for the case: its path is walked, and it sends first while it is on duty.
    package let site: SiteID
    package let path: RosterRules.Path
    /// Of a typed page to one person; of an added step, who is to do it.
    package let person: String?
    /// When the first step came due, milliseconds since 1970.
    package let beginsMilliseconds: Int64
    /// False: only the first step is told, nobody is asked to answer.
    package let isEscalating: Bool
    package let words: Words
    package let alert: ClockAlert?
    /// Of a typed page.
    package let item: ItemKey?
    /// What tells this call from others of the document, beside its kind: hashed into the ids of its steps.
    let name: [String]

    /// Alike at every site.
    package func id(step: Int, hashing: some Hashing) -> GeneratedID {
        if let alert = self.alert {
            return alert.pageID(of: self.document, path: self.path.key, step: step, hashing: hashing)
        }
        let parts = [self.kind.rawValue] + self.name + [self.path.key, String(step)]
        return GeneratedID(.page, of: self.document, parts: parts, hashing: hashing)
    }
}
