package import BatonEncoding
package import BatonModel

/// What a person typed into a draft, saved as it was typed: the ledger `HandoffField.records`.
package struct DraftBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Part: UInt64, Sendable, CaseIterable {
        /// To whom and when: opens the draft.
        case terms = 1
        case trend = 2
        case situation = 3
        case contingency = 4
        case ruledOut = 5
        /// `none`: no answer is awaited.
        case nothingPending = 6
        case people = 7
        /// The record as it was offered.
        case record = 8
        /// A case that the leaver keeps.
        case without = 9
        /// A case that goes on; where one is named, only the named ones do.
        case with = 10
    }

    package var part: Part
    /// The case it is about; nil for the whole.
    package var document: DocumentID?
    package var words = ""
    package var site: SiteID?
    package var person: OperatorID?
    package var at: UInt64?
    package var record: HandoffRecord?

    package init(_ part: Part, on document: DocumentID? = nil, words: String = "") {
        self.part = part
        self.document = document
        self.words = words
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(1, .unsigned(self.part.rawValue))
        map.put(2, self.document.map { .bytes($0.bytes) })
        map.put(3, text: self.words)
        map.put(4, self.site.map { .text($0.description) })
        map.put(5, self.person.map { .unsigned(UInt64($0.number)) })
        map.put(6, milliseconds: self.at)
        map.put(7, self.record?.value)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let part = map.unsigned(1).flatMap(Part.init(rawValue:)), let words = map.longText(3) else {
            return nil
        }
        self.init(part, on: map[2]?.bytesValue.flatMap { DocumentID($0) }, words: words)
        self.site = map.text(4).flatMap { SiteID($0) }
        self.person = map.unsigned(5).flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }
        self.at = map.time(6)
        self.record = map[7].flatMap { HandoffRecord($0) }
        switch part {
        case .terms: guard self.site != nil, self.at != nil else { return nil }
        case .record: guard self.record != nil else { return nil }
        default: break
        }
    }
}

/// A step of the handoff: the ledger `HandoffField.moves`. Each is signed by its site with its delta, so an
/// offer and an accept together are the receipt.
package struct MoveBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case offer = 1
        case accept = 2
        case decline = 3
        case withdraw = 4
        case acknowledge = 5
    }

    package var kind: Kind
    /// The hash of the record that it is about.
    package var record: Digest256
    package var code = ""
    /// Of an accept: what the receiver had read of each case, and which parts it lacked.
    package var held: [Held] = []

    /// What a site had of one case when it signed.
    package struct Held: Hashable, Sendable {
        package let document: DocumentID
        package let vector: [DeltaReference]
        package let missing: [DeltaID]

        package init(document: DocumentID, vector: [DeltaReference], missing: [DeltaID]) {
            self.document = document
            self.vector = vector
            self.missing = missing
        }
    }

    package init(_ kind: Kind, _ record: Digest256) {
        self.kind = kind
        self.record = record
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(1, .unsigned(self.kind.rawValue))
        map.put(2, .bytes(self.record.bytes))
        map.put(3, text: self.code)
        let held = self.held.map { held -> CBORValue in
            .array([
                .bytes(held.document.bytes),
                .array(held.vector.map { CitedDot(reference: $0, index: 0).encoded }),
                .array(held.missing.map { .bytes($0.bytes) }),
            ])
        }
        map.put(4, held.isEmpty ? nil : .array(held))
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(1).flatMap(Kind.init(rawValue:)),
            let record = map[2]?.bytesValue.flatMap({ Digest256($0) }), let code = map.optionalText(3)
        else { return nil }
        self.init(kind, record)
        self.code = code
        for entry in map[4]?.arrayValue ?? [] {
            guard let parts = entry.arrayValue, parts.count == 3,
                let document = parts[0].bytesValue.flatMap({ DocumentID($0) }),
                let vector = parts[1].arrayValue, let missing = parts[2].arrayValue
            else { return nil }
            self.held.append(
                Held(
                    document: document, vector: vector.compactMap { CitedDot($0)?.reference },
                    missing: missing.compactMap { $0.bytesValue.flatMap { DeltaID($0) } }))
        }
    }
}

/// One read-back, as it was typed: the ledger `HandoffField.readbacks`. An interrupted accept goes on after the
/// last of them.
package struct ReadBackBody: EntryBody {
    package var record: Digest256
    package var document: DocumentID
    package var words: String
    /// What it differed in; empty where it agreed.
    package var mismatches: [String] = []
    /// The receiver takes the case without reading it back, in bulk.
    package var isBulk = false
    /// The receiver says that it was read back on the telephone too.
    package var isByTelephone = false
    /// Why it was not.
    package var gap = ""

    package init(record: Digest256, document: DocumentID, words: String) {
        self.record = record
        self.document = document
        self.words = words
    }

    package var isGood: Bool { self.mismatches.isEmpty }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(1, .bytes(self.record.bytes))
        map.put(2, .bytes(self.document.bytes))
        map.put(3, text: self.words)
        map.put(4, texts: self.mismatches)
        map.put(5, flag: self.isBulk)
        map.put(6, flag: self.isByTelephone)
        map.put(7, text: self.gap)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let record = map[1]?.bytesValue.flatMap({ Digest256($0) }),
            let document = map[2]?.bytesValue.flatMap({ DocumentID($0) }), let words = map.longText(3),
            let mismatches = map.texts(4)
        else { return nil }
        self.init(record: record, document: document, words: words)
        self.mismatches = mismatches
        self.isBulk = map.flag(5)
        self.isByTelephone = map.flag(6)
        self.gap = map.longText(7) ?? ""
    }
}

/// What is said after a handoff was accepted: the ledger `HandoffField.addenda`. The record itself stays.
package struct AddendumBody: EntryBody {
    package var record: Digest256
    package var document: DocumentID?
    package var words: String

    package init(record: Digest256, document: DocumentID?, words: String) {
        self.record = record
        self.document = document
        self.words = words
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(1, .bytes(self.record.bytes))
        map.put(2, self.document.map { .bytes($0.bytes) })
        map.put(3, .text(self.words))
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let record = map[1]?.bytesValue.flatMap({ Digest256($0) }), let words = map.longText(3),
            !words.isEmpty
        else { return nil }
        self.init(record: record, document: map[2]?.bytesValue.flatMap { DocumentID($0) }, words: words)
    }
}
