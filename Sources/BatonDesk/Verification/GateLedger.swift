package import BatonModel

/// The verification ledger of a case as its entries make it.
package struct GateLedger: Sendable {
    /// How one gate stands.
    package struct Standing: Sendable {
        /// Nil while nobody has recorded anything. Of opposing results written apart the bad one is in force.
        package let result: GateBody.Result?
        /// The results that nothing later replaces, earliest first.
        package let results: [Entry<GateBody>]
        /// Its gap, if somebody has named one.
        package let gap: Gap?

        /// Results of different kinds stand against each other; a new check settles it.
        package var isConflict: Bool { Set(self.results.compactMap(\.body.result)).count > 1 }
    }

    package struct Gap: Sendable {
        package let proposal: Entry<GateBody>
        /// Nil while it waits for a second person.
        package let approval: Entry<GateBody>?
        /// Another proposal goes by the same key, which no desk does: see `secondWord`.
        package let isKeyTwice: Bool
        package let label: String
    }

    package let unreadable: Int
    package let gaps: [Gap]
    private let entries: [Entry<GateBody>]
    let labels: ItemLabels

    package init(_ ledger: Ledger<GateBody>) {
        self.unreadable = ledger.unreadable
        self.entries = ledger.entries
        let proposals = ledger.entries { $0.kind == .gap }
        let labels = ItemLabels(
            "gap", proposals.compactMap { entry in entry.body.item.map { ($0, entry.site) } })
        self.labels = labels
        let approvals = ledger.entries { $0.kind == .gapApproved }
        self.gaps = proposals.compactMap { proposal in
            guard let item = proposal.body.item else { return nil }
            let alike = proposals.filter { $0.body.item == item }
            let approval = approvals.filter { $0.body.item == item }
                .secondWord(on: proposal, among: alike)
            return Gap(
                proposal: proposal, approval: approval, isKeyTwice: alike.count > 1,
                label: labels.label(item))
        }
    }

    /// Gates of which something was recorded, sorted.
    package var gateIDs: [String] {
        Set(self.entries.filter { $0.body.kind == .result }.map(\.body.gate)).sorted()
    }

    package var keys: [ItemKey] { self.gaps.compactMap(\.proposal.body.item) }

    package func standing(_ gate: String) -> Standing {
        let results = self.entries.filter { $0.body.kind == .result && $0.body.gate == gate }.latest()
        let order: [GateBody.Result] = [.failed, .unknown, .ok]
        let gaps = self.gaps.filter { $0.proposal.body.gate == gate }
        return Standing(
            result: order.first { result in results.contains { $0.body.result == result } }, results: results,
            gap: gaps.last { $0.approval != nil } ?? gaps.last)
    }

    /// The newest word on fraud; a suspicion outlives a clearing that had not seen it.
    package var suspicion: Entry<GateBody>? {
        let words = self.entries.filter { $0.body.kind == .fraud }.latest()
        return words.last { $0.body.suspicion != .cleared } ?? words.last
    }

    package var isFraudSuspected: Bool {
        self.suspicion.map { $0.body.suspicion != .cleared } ?? false
    }

    /// Who recorded that gates are passed: they do not decide on grave cases.
    package func verifiers(of gates: [VerificationGate]) -> Set<OperatorID> {
        Set(
            gates.flatMap { gate in
                self.standing(gate.id).results.filter { $0.body.result == .ok }.map(\.by)
            })
    }

    /// - Parameter openGates: Gates that a disclosure waits for.
    /// - Parameter followUp: When paper after a disclosure is due; nil before one.
    package func section(
        _ rules: RuleBook, openGates: [VerificationGate], followUp: UInt64?, now: UInt64
    ) -> FileSection {
        var items = rules.gates.map { gate in
            let due = gate.isAfterwards && self.standing(gate.id).result != .ok ? followUp : nil
            return self.item(
                gate.id, text: "\(gate.word): \(gate.rule)",
                isNeeded: due != nil || openGates.contains { $0.id == gate.id }, due: due, now: now)
        }
        if let suspicion = self.suspicion {
            items.append(
                FileItem(
                    id: "fraud", state: suspicion.body.suspicion?.word ?? "suspected",
                    text: [suspicion.body.code, suspicion.body.words].filter { !$0.isEmpty }.joined(
                        separator: " "),
                    by: suspicion.by, site: suspicion.site, at: suspicion.at))
        }
        let known = Set(rules.gates.map(\.id))
        let others = Set(self.entries.map(\.body.gate)).subtracting(known).filter { !$0.isEmpty }.sorted()
        items += others.map {
            self.item(
                $0, text: "a gate that this site's rule book has not", isNeeded: false, due: nil, now: now)
        }
        return FileSection("gates", items, unreadable: self.unreadable)
    }

    private func item(
        _ gate: String, text: String, isNeeded: Bool, due: UInt64?, now: UInt64
    ) -> FileItem {
        let standing = self.standing(gate)
        let entry = standing.results.last { $0.body.result == standing.result }
        var marks: [String] = isNeeded ? ["needed"] : []
        if standing.isConflict { marks.append("conflict") }
        if let due, due <= now { marks.append("overdue") }
        var details: [FileItem.Detail] = []
        if let body = entry?.body {
            for (key, value) in [
                ("checked", body.subject), ("spoke to", body.spoke), ("number", body.number),
                ("note", body.words),
            ] where !value.isEmpty { details.append(.init(key, value)) }
            for question in GateBody.Question.allCases {
                if let answer = body.answers[question] { details.append(.init(question.text, answer)) }
            }
        }
        if let gap = standing.gap {
            let word = gap.approval == nil ? "waits for a second person" : "agreed"
            details.append(.init(gap.label, "\(gap.proposal.body.code), \(word)"))
            marks.append(gap.approval == nil ? "gap?" : "gap")
        }
        return FileItem(
            id: gate, state: standing.result?.word ?? "open", text: text, by: entry?.by, site: entry?.site,
            at: entry?.at, due: due, marks: marks, details: details)
    }
}

extension CaseFile {
    package var verification: GateLedger { GateLedger(self.ledger(CaseField.verification)) }

    /// Gates that a disclosure still waits for, in the book's order: neither passed nor a gap that a second
    /// person agreed to.
    ///
    /// What the desk can see itself is not asked for: the channel (V1) of a case with a source, the smallest
    /// set (V7), which the proposal names, and the two people (V9), whom `approve` checks.
    ///
    /// - Parameter isForeign: The asking agency is a foreign one.
    package func openGates(_ rules: RuleBook, isForeign: Bool) -> [VerificationGate] {
        let ledger = self.verification
        return self.neededGates(rules, isForeign: isForeign).filter { gate in
            let standing = ledger.standing(gate.id)
            if standing.result == .ok { return false }
            return standing.gap?.approval == nil
        }
    }

    /// When paper after the first disclosure is due; nil where nothing was delivered or no gate asks for it.
    package func followUpDue(_ rules: RuleBook) -> UInt64? {
        let delivered = self.decisions.items.flatMap(\.deliveries).map(\.at).min()
        guard let delivered, let gate = rules.gates.first(where: \.isAfterwards) else { return nil }
        return delivered + UInt64(gate.withinDays) * 86_400_000
    }

    package func neededGates(_ rules: RuleBook, isForeign: Bool) -> [VerificationGate] {
        rules.gates.filter { gate in
            guard gate.isRequired, !gate.isAfterwards, isForeign || !gate.foreignOnly else { return false }
            switch gate.id {
            case GateID.channel: return self.text(CaseField.source).isEmpty
            case GateID.minimum, GateID.twoPeople: return false
            default: return true
            }
        }
    }
}

/// Gates to which the desk itself gives a meaning. The book numbers them; the numbers never change.
enum GateID {
    static let channel = "V1"
    static let domain = "V2"
    static let callBack = "V3"
    static let emergency = "V6"
    static let minimum = "V7"
    static let twoPeople = "V9"
    static let afterwards = "V10"
}
