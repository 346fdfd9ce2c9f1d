import BatonModel

/// What keeps a case from being closed: each open thing, and how it is ended.
package struct ClosingCheck: Sendable {
    package struct Open: Sendable, Equatable {
        /// What the desk calls it: `edr.decide`, `4`, `con:1`.
        package let id: String
        package let what: String
        package let remedy: String
    }

    /// In the order of the case file.
    package let open: [Open]

    package init(_ file: CaseFile, rules: RuleBook) {
        self.open =
            Self.clocks(file, rules) + Self.steps(file, rules) + Self.people(file) + Self.effects(file)
            + Self.outside(file) + Self.conflicts(file)
    }

    private static func clocks(_ file: CaseFile, _ rules: RuleBook) -> [Open] {
        file.clocks(rules).filter { $0.isHard && $0.stop == nil }.map {
            Open(
                id: $0.key.word, what: "the hard clock \($0.key.word) runs", remedy: "sla meet \($0.key.word)"
            )
        }
    }

    private static func steps(_ file: CaseFile, _ rules: RuleBook) -> [Open] {
        file.steps(rules).open.map {
            // Its text is a sentence; here it stands within one.
            let text = $0.state.step.text
            return Open(
                id: "\($0.number)",
                what: "step \($0.number) is to do: \(text.hasSuffix(".") ? String(text.dropLast()) : text)",
                remedy: "check done \($0.number), or check skip \($0.number) --why CODE")
        }
    }

    private static func people(_ file: CaseFile) -> [Open] {
        let awaiting = file.awaiting.map {
            Open(id: $0.label, what: "\($0.label) waits for a second person", remedy: "approve \($0.label)")
        }
        let orders = file.holds.orders.filter(\.isOpen).map {
            Open(
                id: "order:\($0.reference)", what: "counsel has not decided on the order \($0.reference)",
                remedy: "hold counsel \($0.reference) keep|destroy")
        }
        return awaiting + orders
    }

    private static func effects(_ file: CaseFile) -> [Open] {
        let effects = file.containments.items.filter { $0.state == .intent || $0.state == .done }.map {
            item in
            let words = item.label.replacing("/", with: " ")
            return Open(
                id: item.label, what: "\(words) is \(item.state.rawValue), not confirmed",
                remedy: item.state == .intent ? "contain done \(words)" : "contain confirm \(words)")
        }
        let decisions = file.decisions.items.filter {
            $0.state == .approved && $0.choice.isDisclosure && $0.deliveries.isEmpty
        }.map {
            Open(
                id: $0.label, what: "\($0.label) was decided and never delivered",
                remedy: "decide delivered \($0.label), or decide withdraw \($0.label)")
        }
        return effects + decisions
    }

    private static func outside(_ file: CaseFile) -> [Open] {
        let reports = file.reports.items.filter { $0.state == .draft || $0.state == .filed && !$0.isTest }.map
        {
            Open(
                id: $0.label, what: "the report \($0.label) is \($0.state.rawValue)",
                remedy: $0.state == .draft
                    ? "report \($0.label) file, or retract" : "report \($0.label) receipt NUMBER")
        }
        let contacts = file.contacts.pending.map {
            Open(
                id: $0.label, what: "\($0.partner) has not answered",
                remedy: "contact answer \($0.label), or contact drop \($0.label)")
        }
        return reports + contacts
    }

    private static func conflicts(_ file: CaseFile) -> [Open] {
        file.conflicts.open.map {
            Open(id: $0.handle, what: "\($0.what) is in conflict", remedy: "settle \($0.handle)")
        }
    }

    /// The refusal of `close`; nil when nothing keeps the case open.
    package var refusal: ActRefusal? {
        guard let first = self.open.first else { return nil }
        let more = self.open.count > 1 ? ", and \(self.open.count - 1) more" : ""
        return ActRefusal(
            .refused, "close.open-items", "The case cannot be closed: \(first.what)\(more).",
            "Begin with: \(first.remedy). `why` lists the rest.",
            because: self.open.map { "\($0.what): \($0.remedy)" })
    }
}
