package import BatonEncoding
import BatonModel

/// The body of an entry of the evidence ledger: what was acquired, who has had it, and whether it is still what
/// it was. Where it lies is a reference that means nothing outside the restricted compartment.
package struct EvidenceBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case add = 1
        case move = 2
        case verify = 3
    }

    package var kind: Kind
    package var item: ItemKey
    /// `log`, `image`, `document` …
    package var sort = ""
    /// SHA-256, 32 bytes; of `add` and `verify`.
    package var digest: [UInt8] = []
    package var size: UInt64?
    package var acquired: UInt64?
    package var how = ""
    /// A reference such as `locker:14`.
    package var place = ""
    package var from = ""
    package var to = ""
    package var purpose = ""

    package init(_ kind: Kind, item: ItemKey) {
        self.kind = kind
        self.item = item
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let item: UInt64 = 2
        static let sort: UInt64 = 3
        static let digest: UInt64 = 4
        static let size: UInt64 = 5
        static let acquired: UInt64 = 6
        static let how: UInt64 = 7
        static let place: UInt64 = 8
        static let from: UInt64 = 9
        static let to: UInt64 = 10
        static let purpose: UInt64 = 11
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.item, item: self.item)
        map.put(Key.sort, text: self.sort)
        map.put(Key.digest, self.digest.isEmpty ? nil : .bytes(self.digest))
        map.put(Key.size, self.size.map { .unsigned($0) })
        map.put(Key.acquired, milliseconds: self.acquired)
        map.put(Key.how, text: self.how)
        map.put(Key.place, text: self.place)
        map.put(Key.from, text: self.from)
        map.put(Key.to, text: self.to)
        map.put(Key.purpose, text: self.purpose)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)), let item = map.item(Key.item),
            let sort = map.optionalText(Key.sort), let how = map.optionalText(Key.how),
            let place = map.optionalText(Key.place), let from = map.optionalText(Key.from),
            let to = map.optionalText(Key.to), let purpose = map.optionalText(Key.purpose)
        else { return nil }
        self.init(kind, item: item)
        (self.sort, self.how, self.place) = (sort, how, place)
        (self.from, self.to, self.purpose) = (from, to, purpose)
        self.digest = map[Key.digest]?.bytesValue ?? []
        self.size = map.unsigned(Key.size)
        self.acquired = map.time(Key.acquired)
        guard kind == .move || self.digest.count == 32 else { return nil }
    }
}

/// The evidence register of a case as its entries make it.
package struct EvidenceLedger: Sendable {
    package struct Item: Sendable {
        package let key: ItemKey
        /// `ev:1`.
        package let label: String
        package let entry: Entry<EvidenceBody>
        /// In order of the stamp; moves that were written apart stand beside each other.
        package let moves: [Entry<EvidenceBody>]
        package let checks: [Entry<EvidenceBody>]
        /// Other pieces with the same digest.
        package let same: [String]

        /// Whoever has it now; several where moves were written apart.
        package var holders: [String] {
            let last = self.moves.latest().map(\.body.to)
            return last.isEmpty ? [self.entry.body.place].filter { !$0.isEmpty } : Set(last).sorted()
        }

        /// A check found another digest: it is not what was acquired. No later check heals that.
        package var isBroken: Bool { self.checks.contains { $0.body.digest != self.entry.body.digest } }
    }

    package let items: [Item]
    package let unreadable: Int
    let labels: ItemLabels

    package init(_ ledger: Ledger<EvidenceBody>) {
        self.unreadable = ledger.unreadable
        let added = ledger.entries { $0.kind == .add }
        let labels = ItemLabels("ev", added.map { ($0.body.item, $0.site) })
        self.labels = labels
        self.items = added.map { entry in
            let about = ledger.entries { $0.item == entry.body.item }
            return Item(
                key: entry.body.item, label: labels.label(entry.body.item), entry: entry,
                moves: about.filter { $0.body.kind == .move },
                checks: about.filter { $0.body.kind == .verify },
                same: added.filter { $0.dot != entry.dot && $0.body.digest == entry.body.digest }
                    .map { labels.label($0.body.item) })
        }
    }

    package var section: FileSection {
        FileSection("evidence", self.items.map(Self.fileItem), unreadable: self.unreadable)
    }

    private static func fileItem(_ item: Item) -> FileItem {
        let body = item.entry.body
        var details = [FileItem.Detail("sha256", hexadecimal(body.digest))]
        if let size = body.size { details.append(.init("bytes", "\(size)")) }
        if let acquired = body.acquired { details.append(.init("acquired", at: acquired)) }
        if !body.how.isEmpty { details.append(.init("how", body.how)) }
        for move in item.moves {
            let words = "\(move.body.from) to \(move.body.to): \(move.body.purpose)"
            details.append(move.detail("moved", words))
        }
        for check in item.checks {
            let word = check.body.digest == body.digest ? "same" : "DIFFERENT"
            details.append(check.detail("checked", word))
        }
        var marks = item.same.map { "same as \($0)" }
        if item.holders.count > 1 { marks.append("conflict") }
        return FileItem(
            id: item.label, state: item.isBroken ? "broken" : item.checks.isEmpty ? "registered" : "verified",
            text: ([body.sort] + item.holders.map { "with \($0)" }).joined(separator: " "), by: item.entry.by,
            site: item.entry.site, at: item.entry.at, marks: marks, details: details)
    }
}

extension CaseFile {
    package var evidence: EvidenceLedger { EvidenceLedger(self.ledger(CaseField.evidence)) }
}
