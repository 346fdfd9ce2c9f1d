import BatonEncoding
package import BatonModel

/// An entry that somebody had read, or had not.
package struct Sighting: Sendable, Equatable {
    package let text: String
    package let by: OperatorID
    package let site: SiteID
    /// Milliseconds since 1970.
    package let at: UInt64

    package func detail(_ key: String) -> FileItem.Detail {
        FileItem.Detail(key, self.text, by: self.by, site: self.site, at: self.at)
    }
}

/// Tells what the author of a write had read and what they surely had not, as far as the state knows.
///
/// Ledger entries carry their past. A register's write does not: for it the next entry of the same author
/// bounds what they can have read, so what is said to be unseen was unseen.
struct Sight {
    private struct Known {
        let entry: LedgerEntry
        let field: FieldCode
    }

    private let known: [Known]
    private let frontier: [DeltaPosition]
    private let words: EntryWords

    init(_ file: CaseFile) {
        var known: [Known] = []
        for ledger in file.state[.global]?.ledgers.entries ?? [] {
            known += ledger.value.map { Known(entry: $0, field: ledger.field) }
        }
        self.known = known.sorted {
            ($0.entry.write.stamp, $0.entry.write.dot) < ($1.entry.write.stamp, $1.entry.write.dot)
        }
        self.frontier = file.state.frontier
        self.words = EntryWords(file)
    }

    /// A past that holds all that the author of a write can have read; nil where nothing bounds it.
    private func bound(_ reference: DeltaReference) -> CausalVector? {
        let own = self.known.filter {
            $0.entry.write.reference.author == reference.author
                && $0.entry.write.reference.seq >= reference.seq
        }
        let next = own.min { $0.entry.write.reference.seq < $1.entry.write.reference.seq }
        if let next { return next.entry.vector }
        return self.frontier.first {
            $0.reference.author == reference.author && $0.reference.seq >= reference.seq
        }?.vector
    }

    /// What the others had in their past and this write's author had not, earliest first.
    func unseen(by reference: DeltaReference, knownTo others: [DeltaReference]) -> [Sighting] {
        guard let own = self.bound(reference) else { return [] }
        let pasts = others.compactMap { other in self.bound(other).map { (other, $0) } }
        let missed = self.known.filter { known in
            let place = known.entry.write.reference
            guard place != reference, !own.contains(place) else { return false }
            return pasts.contains { other, past in
                past.contains(place) && (place.author != other.author || place.seq <= other.seq)
            }
        }
        return missed.suffix(12).compactMap { self.words.sighting($0.entry, $0.field) }
    }

    /// Entries that an entry's author had not read although they were written before, elsewhere.
    func missed(by entry: LedgerEntry) -> [Sighting] {
        self.known.filter { known in
            known.entry.write.stamp < entry.write.stamp && !entry.isAfter(known.entry)
                && known.entry.write.dot.delta != entry.write.dot.delta
        }.compactMap { self.words.sighting($0.entry, $0.field) }
    }

    /// Entries that an entry's author had read.
    func read(by entry: LedgerEntry) -> [Sighting] {
        self.known.filter { entry.isAfter($0.entry) && $0.entry.write.dot.delta != entry.write.dot.delta }
            .compactMap { self.words.sighting($0.entry, $0.field) }
    }
}

/// What a ledger's entry says, in one line.
struct EntryWords {
    private let gapLabels: ItemLabels
    private let decisionLabels: ItemLabels
    private let subjects: SubjectLedger

    init(_ file: CaseFile) {
        self.gapLabels = file.verification.labels
        self.decisionLabels = file.decisions.labels
        self.subjects = file.subjects
    }

    /// Nil for entries that only the machine needs, and for those that cannot be read.
    func sighting(_ entry: LedgerEntry, _ field: FieldCode) -> Sighting? {
        guard let value = entry.write.value, let text = self.words(value, field) else { return nil }
        return Sighting(
            text: text, by: entry.write.actor.person, site: entry.write.reference.author.site,
            at: entry.write.stamp.milliseconds)
    }

    private func words(_ value: CBORValue, _ field: FieldCode) -> String? {
        switch field {
        case CaseField.verification: GateBody(value).map(self.gate)
        case CaseField.decisions: DecisionBody(value).map(self.decision)
        case CaseField.containment:
            ContainmentBody(value).map {
                "\($0.action) \(TargetKey.shown($0.target, self.subjects)) \(Self.word($0.kind))"
            }
        case CaseField.holds: HoldBody(value).map { "hold \($0.rule) \(Self.word($0.kind))" }
        case CaseField.contacts:
            ContactBody(value).flatMap { $0.words.isEmpty ? nil : "contact \($0.partner): \($0.words)" }
        case CaseField.triage:
            TriageBody(value).flatMap { body in body.severity.map { "triage \($0.word) \(body.code)" } }
        case CaseField.reports: ReportBody(value).map { "report \($0.form) \(Self.word($0.kind))" }
        case CaseField.evidence:
            EvidenceBody(value).flatMap { $0.kind == .add ? "evidence \($0.sort) registered" : nil }
        case CaseField.pages: PageBody(value).flatMap { $0.kind == .page ? "page \($0.to)" : nil }
        default: nil
        }
    }

    private func gate(_ body: GateBody) -> String {
        switch body.kind {
        case .result: "\(body.gate) \(body.result?.word ?? "")\(body.words.isEmpty ? "" : ": \(body.words)")"
        case .gap: "\(body.gate) gap \(body.code) proposed"
        case .gapApproved: "\(body.gate) gap agreed"
        case .fraud: "fraud \(body.suspicion?.word ?? ""): \(body.words)"
        }
    }

    private func decision(_ body: DecisionBody) -> String {
        let label = self.decisionLabels.label(body.item)
        return switch body.kind {
        case .propose: "\(label) \(body.choice?.word ?? "") proposed"
        case .approve: "\(label) approved"
        case .withdraw: "\(label) withdrawn"
        case .delivered: "\(label) delivered"
        case .settled: "conflict of decisions settled"
        }
    }

    private static func word(_ kind: ContainmentBody.Kind) -> String { "\(kind)" }
    private static func word(_ kind: HoldBody.Kind) -> String { "\(kind)" }
    private static func word(_ kind: ReportBody.Kind) -> String { "\(kind)" }
}
