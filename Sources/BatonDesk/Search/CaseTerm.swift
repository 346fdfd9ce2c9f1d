import BatonEncoding
package import BatonModel

/// A word by which cases are looked up whole, beside the text index: an agency, a tag, a digest. The replica keeps
/// each case's terms in a table of their own, so that no case need be decoded to be found.
///
/// Global fields only; nothing in them identifies a person.
package struct CaseTerm: Hashable, Sendable, Comparable {
    /// Codes are stored in the index: never reuse one.
    package enum Kind: UInt8, Sendable, CaseIterable {
        case agency = 1
        case digest = 2
        case reference = 3
        case tag = 4
        case jurisdiction = 5
    }

    package let kind: Kind
    /// Lower case; jurisdictions upper case.
    package let value: String

    package init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    package init(_ key: SimilarKey) {
        let kind: Kind =
            switch key.kind {
            case .agency: .agency
            case .digest: .digest
            case .reference: .reference
            }
        self.init(kind, key.value)
    }

    /// The term as a key by which cases are alike; nil for a tag or a jurisdiction, which are no likeness.
    package var similarKey: SimilarKey? {
        switch self.kind {
        case .agency: SimilarKey(.agency, self.value)
        case .digest: SimilarKey(.digest, self.value)
        case .reference: SimilarKey(.reference, self.value)
        case .tag, .jurisdiction: nil
        }
    }

    package static func < (left: CaseTerm, right: CaseTerm) -> Bool {
        (left.kind.rawValue, left.value) < (right.kind.rawValue, right.value)
    }

    /// The terms of a document, sorted, each once; those of a case, none of other documents.
    package static func all(of state: DocumentState) -> [CaseTerm] {
        guard state.id.kind == .escalation, let global = state[.global] else { return [] }
        var terms: Set<CaseTerm> = []
        for (field, kind) in [
            (CaseField.agency, SimilarKey.Kind.agency), (CaseField.externalReference, .reference),
        ] {
            let key = SimilarKey(kind, Self.text(field, state, global))
            if !key.value.isEmpty { terms.insert(CaseTerm(key)) }
        }
        for write in global.sets[CaseField.tags] ?? [] {
            if let tag = write.value?.textValue { terms.insert(CaseTerm(.tag, tag.lowercased())) }
        }
        for write in global.sets[CaseField.jurisdictions] ?? [] {
            if let place = write.value?.textValue {
                terms.insert(CaseTerm(.jurisdiction, place.uppercased()))
            }
        }
        for entry in Ledger<EvidenceBody>(global.ledgers[CaseField.evidence] ?? []).entries
        where entry.body.kind == .add {
            terms.insert(CaseTerm(.digest, hexadecimal(entry.body.digest)))
        }
        return terms.sorted()
    }

    private static func text(_ field: FieldCode, _ state: DocumentState, _ global: CompartmentState) -> String
    {
        guard let writes = global.registers[field],
            let policy = DeskFieldTable.current.rule(state.id, field)?.policy
        else { return "" }
        return policy.view(writes)?.shown.value?.textValue ?? ""
    }
}

/// A moment that is looked up over all cases: the end of a hold that stands, the receipt.
package struct CaseDate: Hashable, Sendable, Comparable {
    /// Codes are stored in the index: never reuse one.
    package enum Kind: UInt8, Sendable, CaseIterable {
        case holdEnd = 1
        /// When it reached the team.
        case received = 2
    }

    package let kind: Kind
    /// Milliseconds since 1970.
    package let at: UInt64

    package init(_ kind: Kind, at: UInt64) {
        self.kind = kind
        self.at = at
    }

    package static func < (left: CaseDate, right: CaseDate) -> Bool {
        (left.kind.rawValue, left.at) < (right.kind.rawValue, right.at)
    }

    /// Sorted, each once; those of a case, none of other documents.
    package static func all(of state: DocumentState) -> [CaseDate] {
        guard state.id.kind == .escalation, let global = state[.global] else { return [] }
        var dates: Set<CaseDate> = [CaseDate(.received, at: Self.received(state, global))]
        let holds = HoldLedger(
            Ledger(global.ledgers[CaseField.holds] ?? []),
            subjects: SubjectLedger(Ledger(global.ledgers[CaseField.subjects] ?? [])))
        for item in holds.items where !item.isReleased { dates.insert(CaseDate(.holdEnd, at: item.end)) }
        return dates.sorted()
    }

    /// As `CaseFile.receivedMilliseconds` has it.
    private static func received(_ state: DocumentState, _ global: CompartmentState) -> UInt64 {
        let policy = DeskFieldTable.current.rule(state.id, CaseField.receivedAt)?.policy
        let shown = global.registers[CaseField.receivedAt].flatMap {
            policy?.view($0)?.shown.value?.unsignedValue
        }
        return shown ?? state.firstStamp.milliseconds
    }
}
