package import BatonModel

/// Two or more things that were written apart and stand against each other, or that somebody should look at.
package struct ConflictRecord: Sendable {
    package enum Kind: Sendable, Equatable {
        case register(FieldCode)
        /// Answers to the request that were decided apart.
        case decision
        /// Results of one gate that differ.
        case gate(String)
        /// Executors of one effect that were named apart.
        case executor(action: String, target: String)
        case report(form: String, number: UInt64)
        /// An order to destroy against a hold.
        case order(String)
        /// Epochs of custody that stand against each other.
        case custody
        /// Nobody has to choose: a doubled effect, a step done twice.
        case toLookAt
    }

    /// One side of it.
    package struct Version: Sendable, Equatable {
        package let site: SiteID
        package let by: OperatorID
        package let at: UInt64
        package let text: String
        package let dot: Dot
        package let cited: CitedDot
        /// What the other sides knew and this one surely did not.
        package let unseen: [Sighting]
    }

    package let kind: Kind
    /// What `settle` calls it: `severity`, `decision`, `V3`. There is one open conflict of each thing.
    package let handle: String
    package let what: String
    package let field: FieldCode
    /// Earliest stamp first.
    package let versions: [Version]
    /// What holds until it is settled.
    package let safeValue: String
    package let remedy: String
    /// Handed up, and still open.
    package let isEscalated: Bool

    package var needsPerson: Bool { self.kind != .toLookAt }

    /// Names the conflict for ever, alike at every site that holds the same writes.
    package func id(of document: DocumentID, hashing: some Hashing) -> ConflictID {
        ConflictID(
            document: document, compartment: .global, field: self.field, dots: self.versions.map(\.dot),
            hashing: hashing)
    }

    /// The version that a person named: by its number from 1, or by its site where only one is from there.
    package func version(_ typed: String) -> Version? {
        if let number = Int(typed), self.versions.indices.contains(number - 1) {
            return self.versions[number - 1]
        }
        let found = self.versions.filter { $0.site.description == typed.lowercased() }
        return found.count == 1 ? found[0] : nil
    }
}

/// All conflicts of a case, and what is to be looked at.
package struct ConflictLedger: Sendable {
    /// What a person must settle.
    package let open: [ConflictRecord]
    package let toLookAt: [ConflictRecord]

    package var section: FileSection {
        FileSection("conflicts", (self.open + self.toLookAt).map(Self.fileItem))
    }

    /// How many a document counts for in the list of conflicts: what is open, and of an open case what is to be
    /// looked at.
    ///
    /// - Complexity: O(1) where one author wrote all; else that of the ledger.
    package static func count(_ state: DocumentState, _ summary: CaseSummary) -> Int {
        guard state.latest.count > 1, state.id.kind == .escalation else { return summary.conflicts.count }
        let ledger = ConflictLedger(of: CaseFile(state: state, summary: summary))
        let looks = summary.isClosed ? 0 : ledger.toLookAt.count
        return ledger.open.count + looks + (summary.holder?.isContested == true ? 1 : 0)
    }

    init(of file: CaseFile) {
        let finder = ConflictFinder(file)
        self.open = finder.open
        self.toLookAt = finder.toLookAt
    }

    private static func fileItem(_ record: ConflictRecord) -> FileItem {
        var details: [FileItem.Detail] = []
        for (place, version) in record.versions.enumerated() {
            details.append(
                .init(
                    "\(place + 1) \(version.site)", version.text, by: version.by, site: version.site,
                    at: version.at))
            details += version.unseen.map { $0.detail("\(version.site) had not seen") }
        }
        if record.needsPerson { details.append(.init("until settled", record.safeValue)) }
        details.append(.init("settle", record.remedy))
        return FileItem(
            id: record.handle, state: record.needsPerson ? "open" : "look",
            text: "\(record.what): "
                + record.versions.map { "\($0.site) \($0.text)" }.joined(separator: " | "),
            at: record.versions.last?.at, marks: record.isEscalated ? ["escalated"] : [], details: details)
    }
}
