package import BatonModel

/// The containment journal of a case as its entries make it: intent, done, confirmed; failed, reversed.
package struct ContainmentLedger: Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// Wanted, and waiting for a second person.
        case awaiting
        case intent, done, confirmed, failed, reversed, cancelled
    }

    package struct Item: Sendable {
        package let action: String
        /// As stored.
        package let target: String
        /// `suspend/subj:1`.
        package let label: String
        package let state: State
        /// Intents that nobody took back, earliest first.
        package let intents: [Entry<ContainmentBody>]
        /// Every time that it was done and not reversed since, earliest first.
        package let effects: [Entry<ContainmentBody>]
        /// The entry that made the state.
        package let entry: Entry<ContainmentBody>?

        /// Sites that were to carry it out; more than one only where they were named apart.
        package var executors: [SiteID] {
            Set(self.intents.latest().compactMap(\.body.executor)).sorted()
        }

        /// It was done at several places or several times, none of which knew of the other.
        package var isTwice: Bool {
            self.effects.latest().count > 1 || Set(self.effects.map(\.site)).count > 1
        }

        /// Several executors were named apart and nobody has done it yet.
        package var isConflict: Bool {
            self.executors.count > 1 && (self.state == .intent || self.state == .awaiting)
        }

        /// Something is still to be done or looked at.
        package var isOpen: Bool { self.state == .awaiting || self.state == .intent || self.state == .done }
    }

    package let items: [Item]
    package let unreadable: Int

    package init(_ ledger: Ledger<ContainmentBody>, subjects: SubjectLedger) {
        self.unreadable = ledger.unreadable
        var keys: [(action: String, target: String)] = []
        for entry in ledger.entries {
            let key = (action: entry.body.action, target: entry.body.target)
            if !keys.contains(where: { $0 == key }) { keys.append(key) }
        }
        self.items = keys.map { key in
            let entries = ledger.entries { $0.action == key.action && $0.target == key.target }
            return Self.item(entries, label: "\(key.action)/\(TargetKey.shown(key.target, subjects))")
        }.sorted { $0.label < $1.label }
    }

    private static func item(_ entries: [Entry<ContainmentBody>], label: String) -> Item {
        func live(_ kind: ContainmentBody.Kind, but enders: ContainmentBody.Kind...) -> [Entry<
            ContainmentBody
        >] {
            entries.filter { entry in
                entry.body.kind == kind
                    && !entries.contains { enders.contains($0.body.kind) && $0.isAfter(entry) }
            }
        }
        let intents = live(.intent, but: .reversed, .cancelled)
        let effects = live(.done, but: .reversed)
        let (state, entry) = Self.state(entries, intents, effects, live(.confirmed, but: .reversed))
        return Item(
            action: entries[0].body.action, target: entries[0].body.target, label: label, state: state,
            intents: intents, effects: effects, entry: entry)
    }

    /// What was done stands whatever was wanted; a failure stands until somebody wants it again.
    private static func state(
        _ entries: [Entry<ContainmentBody>], _ intents: [Entry<ContainmentBody>],
        _ effects: [Entry<ContainmentBody>], _ confirmations: [Entry<ContainmentBody>]
    ) -> (State, Entry<ContainmentBody>?) {
        if let confirmation = confirmations.first { return (.confirmed, confirmation) }
        if let effect = effects.first { return (.done, effect) }
        let failures = entries.filter { $0.body.kind == .failed }
        let wanted = intents.filter { intent in !failures.contains { $0.isAfter(intent) } }
        if let intent = wanted.last {
            let isApproved = wanted.allSatisfy { intent in
                !intent.body.needsSecondPerson
                    || entries.contains { $0.body.kind == .approved && $0.isSecondWord(on: intent) }
            }
            return (isApproved ? .intent : .awaiting, intent)
        }
        let last = entries.latest().last
        switch last?.body.kind {
        case .reversed: return (.reversed, last)
        case .cancelled: return (.cancelled, last)
        default: return (.failed, failures.last ?? last)
        }
    }

    package var section: FileSection {
        FileSection("containment", self.items.map(Self.fileItem), unreadable: self.unreadable)
    }

    private static func fileItem(_ item: Item) -> FileItem {
        var marks: [String] = []
        if item.isTwice { marks.append("twice") }
        if item.isConflict { marks.append("conflict") }
        let executors = item.executors.map(\.description).joined(separator: ", ")
        var details = executors.isEmpty ? [] : [FileItem.Detail("executor", executors)]
        if let code = item.intents.last?.body.code, !code.isEmpty { details.append(.init("code", code)) }
        for effect in item.effects {
            details.append(effect.detail("done"))
        }
        if let words = item.entry?.body.words, !words.isEmpty { details.append(.init("note", words)) }
        return FileItem(
            id: item.label, state: item.state.rawValue, text: item.label.replacing("/", with: " "),
            by: item.entry?.by, site: item.entry?.site, at: item.entry?.at, marks: marks, details: details)
    }
}

extension CaseFile {
    package var containments: ContainmentLedger {
        ContainmentLedger(self.ledger(CaseField.containment), subjects: self.subjects)
    }
}
