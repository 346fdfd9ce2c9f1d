import BatonEncoding
import BatonModel

extension CaseFile {
    package var conflicts: ConflictLedger { ConflictLedger(of: self) }
}

/// Finds what stands against each other in a case. Pure: equal files give equal records, in a fixed order.
struct ConflictFinder {
    private let file: CaseFile
    private let sight: Sight

    init(_ file: CaseFile) {
        self.file = file
        self.sight = Sight(file)
    }

    var open: [ConflictRecord] {
        self.custody + self.decisions + self.registers + self.gates + self.executors + self.reports
            + self.orders
    }

    private func version(_ write: Write, _ text: String, against others: [Write]) -> ConflictRecord.Version {
        ConflictRecord.Version(
            site: write.reference.author.site, by: write.actor.person, at: write.stamp.milliseconds,
            text: text,
            dot: write.dot, cited: CitedDot(reference: write.reference, index: write.dot.index),
            unseen: self.sight.unseen(
                by: write.reference, knownTo: others.filter { $0.dot != write.dot }.map(\.reference)))
    }

    private func versions(_ sides: [(write: Write, text: String)]) -> [ConflictRecord.Version] {
        let ordered = sides.sorted { ($0.write.stamp, $0.write.dot) < ($1.write.stamp, $1.write.dot) }
        return ordered.map { self.version($0.write, $0.text, against: ordered.map(\.write)) }
    }

    // MARK: - Registers

    private var registers: [ConflictRecord] {
        let hasDecisions = !self.file.decisions.opposed.isEmpty
        return (self.file.state[.global]?.registers.entries ?? []).compactMap { entry in
            if entry.field == CaseField.decision, hasDecisions { return nil }
            return self.register(entry.field, entry.value)
        }
    }

    private func register(_ field: FieldCode, _ writes: [Write]) -> ConflictRecord? {
        guard let rule = DeskFieldTable.current.rule(self.file.document, field) else { return nil }
        // A graver severity wins by itself, and still two people judged differently.
        guard rule.policy == .multiValue || field == CaseField.severity else { return nil }
        let readable = writes.filter { $0.value != nil }
        guard Set(readable.compactMap(\.value)).count > 1 else { return nil }
        let words = RegisterWords(membership: self.file.membership)
        return ConflictRecord(
            kind: .register(field), handle: rule.name, what: rule.name, field: field,
            versions: self.versions(readable.map { ($0, words.text(field, $0.value)) }),
            safeValue: words.safe(field, readable), remedy: "settle \(rule.name) keep SITE",
            isEscalated: false)
    }

    // MARK: - Custody

    /// The epoch that answers and those beside it that nobody has ended.
    private var custody: [ConflictRecord] {
        guard let state = self.file.custody, !state.contenders.isEmpty else { return [] }
        var epochs = [state.accountable, state.firm].filter { $0.opening != .origin } + state.contenders
        epochs = epochs.reduce(into: []) { found, epoch in
            if !found.contains(where: { $0.index == epoch.index }) { found.append(epoch) }
        }
        let sides = epochs.compactMap { epoch in
            state.opening(of: epoch).map {
                ($0, "epoch \(epoch.word) (\(CustodyWords.words(epoch.opening)))", epoch.site)
            }
        }
        let sites = sides.map(\.2.description).joined(separator: ", ")
        return [
            ConflictRecord(
                kind: .custody, handle: "custody", what: "custody", field: CaseField.custody,
                versions: self.versions(sides.map { ($0.0, $0.1) }),
                safeValue: "\(state.accountable.site) acts, epoch \(state.accountable.word); told: \(sites)",
                remedy:
                    "settle custody keep SITE: counts at \(state.firm.site), elsewhere it gives up your own",
                isEscalated: false)
        ]
    }

    // MARK: - Ledgers

    private var decisions: [ConflictRecord] {
        let ledger = self.file.decisions
        let sides = ledger.opposed.compactMap { item in
            item.approval.map { approval in
                let done = item.deliveries.isEmpty ? "" : " (delivered)"
                return (approval.source.write, "\(item.label) \(item.choice.word)\(done)")
            }
        }
        guard sides.count > 1 else { return [] }
        return [
            ConflictRecord(
                kind: .decision, handle: "decision", what: "decision", field: CaseField.decisions,
                versions: self.versions(sides),
                safeValue: "no further disclosure",
                remedy: "settle decision keep SITE, or settle decision escalate WHO",
                isEscalated: ledger.isEscalated)
        ]
    }

    private var gates: [ConflictRecord] {
        let ledger = self.file.verification
        return ledger.gateIDs.compactMap { gate in
            let standing = ledger.standing(gate)
            guard standing.isConflict else { return nil }
            return ConflictRecord(
                kind: .gate(gate), handle: gate, what: "gate \(gate)", field: CaseField.verification,
                versions: self.versions(
                    standing.results.map { ($0.source.write, $0.body.result?.word ?? "") }),
                safeValue: "\(standing.result?.word ?? "open"): not passed",
                remedy: "check again with `verify`, or settle \(gate) keep SITE", isEscalated: false)
        }
    }

    private var executors: [ConflictRecord] {
        self.file.containments.items.filter(\.isConflict).map { item in
            ConflictRecord(
                kind: .executor(action: item.action, target: item.target), handle: item.label,
                what: "executor of \(item.label)", field: CaseField.containment,
                versions: self.versions(
                    item.intents.latest().map { ($0.source.write, $0.body.executor?.description ?? "") }),
                safeValue: "the first that says done has done it", remedy: "settle \(item.label) keep SITE",
                isEscalated: false)
        }
    }

    private var reports: [ConflictRecord] {
        self.file.reports.items.filter { $0.executors.count > 1 && $0.state == .draft }.map { item in
            let drafts = self.file.ledger(CaseField.reports, ReportBody.self).entries {
                $0.kind == .draft && $0.form == item.form && $0.number == item.number && $0.executor != nil
            }.latest()
            return ConflictRecord(
                kind: .report(form: item.form, number: item.number), handle: item.label,
                what: "who files \(item.label)", field: CaseField.reports,
                versions: self.versions(
                    drafts.map { ($0.source.write, $0.body.executor?.description ?? "") }),
                safeValue: "nobody files it", remedy: "settle \(item.label) keep SITE", isEscalated: false)
        }
    }

    private var orders: [ConflictRecord] {
        let holds = self.file.holds
        return holds.orders.filter(\.isOpen).map { order in
            let against = holds.items.filter { order.against.contains($0.label) }
            return ConflictRecord(
                kind: .order(order.reference), handle: "order:\(order.reference)",
                what: "hold against destroy",
                field: CaseField.holds,
                versions: self.versions(
                    against.map { ($0.entry.source.write, "hold \($0.label)") }
                        + [(order.entry.source.write, "destroy by order \(order.reference)")]),
                safeValue: "held, and access is frozen",
                remedy: "hold counsel \(order.reference) keep|destroy",
                isEscalated: false)
        }
    }

    // MARK: - To look at

    var toLookAt: [ConflictRecord] {
        let effects = self.file.containments.items.filter(\.isTwice).map { item in
            self.look(item.label, "doubled effect", CaseField.containment, item.effects) {
                "done at \($0.site)"
            }
        }
        let dropped = self.file.containments.items.filter { item in
            !item.effects.isEmpty
                && item.intents.contains { intent in
                    item.effects.allSatisfy { !$0.isAfter(intent) && $0.site != intent.site }
                }
        }.map { item in
            self.look(
                item.label, "intent beside an effect", CaseField.containment, item.intents + item.effects
            ) {
                $0.body.kind == .done ? "done" : "intent, overtaken"
            }
        }
        let deliveries = self.file.decisions.items.filter { $0.deliveries.count > 1 }.map { item in
            self.look(item.label, "delivered twice", CaseField.decisions, item.deliveries) {
                $0.body.recipient
            }
        }
        let filings = self.file.reports.items.filter(\.isTwice).map { item in
            self.look(item.label, "filed twice", CaseField.reports, item.filings) { "filed at \($0.site)" }
        }
        return effects + dropped + deliveries + filings + self.contacts + self.steps
    }

    /// A partner that two sites turned to, each without knowing of the other.
    private var contacts: [ConflictRecord] {
        let logged = self.file.ledger(CaseField.contacts, ContactBody.self).entries {
            $0.kind == .log && !$0.isIncoming && !$0.partner.isEmpty
        }
        let partners = logged.map(\.body.partner).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        return partners.compactMap { partner in
            let calls = logged.filter { $0.body.partner == partner }
            let apart = calls.filter { call in
                calls.contains { $0.site != call.site && !$0.isAfter(call) && !call.isAfter($0) }
            }
            guard !apart.isEmpty else { return nil }
            return self.look(partner, "contacted twice", CaseField.contacts, apart) {
                $0.body.words.isEmpty ? "contacted at \($0.site)" : $0.body.words
            }
        }
    }

    private var steps: [ConflictRecord] {
        let ledger: Ledger<StepBody> = self.file.ledger(CaseField.steps)
        return self.file.checklist.steps.filter { step in
            step.standing == .done && Set(step.marks.filter { $0.kind == .done }.map(\.by)).count > 1
        }.map { step in
            let done = ledger.entries { $0.kind == .done && $0.id == step.id }
            return self.look("step \(step.step.key)", "step done twice", CaseField.steps, done) { _ in "done"
            }
        }
    }

    private func look<Body>(
        _ handle: String, _ what: String, _ field: FieldCode, _ entries: [Entry<Body>],
        _ text: (Entry<Body>) -> String
    ) -> ConflictRecord {
        ConflictRecord(
            kind: .toLookAt, handle: handle, what: what, field: field,
            versions: self.versions(entries.map { ($0.source.write, text($0)) }), safeValue: "both are kept",
            remedy: "nothing; tell whoever is concerned", isEscalated: false)
    }
}

/// Values of registers in words.
struct RegisterWords {
    /// Puts names to operators, who stand in a log by number; nil where it is not known.
    let membership: Membership?

    func text(_ field: FieldCode, _ value: CBORValue?) -> String {
        switch (field, value) {
        case (CaseField.severity, let value?): value.intValue.map { "S\($0)" } ?? "?"
        case (CaseField.type, let value?):
            value.intValue.flatMap { CaseType(rawValue: $0) }?.word ?? "type \(value.intValue ?? 0)"
        case (CaseField.owner, let value?): value.intValue.map { $0 == 0 ? "nobody" : self.name($0) } ?? "?"
        case (_, let value?): value.textValue ?? value.intValue.map { "\($0)" } ?? "?"
        case (_, nil): "?"
        }
    }

    private func name(_ number: Int64) -> String {
        guard let number = UInt32(exactly: number) else { return "?" }
        let person = OperatorID(number)
        return self.membership?.newestRecord(of: person)?.name ?? person.description
    }

    func safe(_ field: FieldCode, _ writes: [Write]) -> String {
        switch field {
        case CaseField.severity:
            return writes.compactMap { $0.value?.intValue }.min().map { "S\($0) (graver)" } ?? ""
        case CaseField.owner: return "who holds the baton acts; both are told"
        case CaseField.decision: return "no further disclosure"
        default:
            let shown = MergePolicy.multiValue.view(writes)?.shown.value
            return "\(self.text(field, shown)) is shown; both are kept"
        }
    }
}
