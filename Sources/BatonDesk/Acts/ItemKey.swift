import BatonEncoding
package import BatonModel

/// Names one thing that a person made in a case: a subject, a proposal, a piece of evidence.
///
/// The number is what people say. Two sites may give out the same one while they cannot reach each other, and
/// an old disk may give it out twice, so eight random bytes tell them apart for ever.
package struct ItemKey: Hashable, Sendable {
    package let number: UInt64
    package let tag: UInt64

    package init(number: UInt64, tag: UInt64) {
        self.number = number
        self.tag = tag
    }

    /// Mints the next key of a list.
    ///
    /// - Parameter keys: All that the ledger knows.
    package static func next(after keys: [ItemKey], _ scene: ActScene) -> ItemKey {
        precondition(scene.entropy.count >= 8, "an act needs 8 bytes of entropy, got \(scene.entropy.count)")
        // A number that nobody can have counted to is passed over, so that it does not use the others up.
        let counted = keys.map(\.number).filter { $0 < Self.numberMax }
        return ItemKey(number: (counted.max() ?? 0) + 1, tag: bigEndianWord(scene.entropy, from: 0))
    }

    package static let numberMax: UInt64 = 1_000_000
}

extension LedgerMap {
    package mutating func put(_ key: UInt64, item: ItemKey?) {
        guard let item else { return }
        var tag: [UInt8] = []
        appendBigEndian(item.tag, to: &tag)
        self.put(key, .array([.unsigned(item.number), .bytes(tag)]))
    }

    package func item(_ key: UInt64) -> ItemKey? {
        guard let parts = self[key]?.arrayValue, parts.count == 2,
            let number = parts[0].unsignedValue, (1...ItemKey.numberMax).contains(number),
            let tag = parts[1].bytesValue, tag.count == 8
        else { return nil }
        return ItemKey(number: number, tag: bigEndianWord(tag, from: 0))
    }
}

/// What people call the things of one list: `subj:1`, and `subj:1.syd` where two sites gave out one number.
package struct ItemLabels: Sendable {
    package let prefix: String
    private let made: [(key: ItemKey, site: SiteID)]

    /// - Parameter made: Each key with the site that made it.
    package init(_ prefix: String, _ made: [(key: ItemKey, site: SiteID)]) {
        self.prefix = prefix
        // A key that stands twice, which no desk writes, is one name still.
        var seen: Set<ItemKey> = []
        self.made = made.filter { seen.insert($0.key).inserted }
    }

    package func label(_ key: ItemKey) -> String {
        let alike = self.made.filter { $0.key.number == key.number }
        let short = "\(self.prefix):\(key.number)"
        guard alike.count > 1, let own = alike.first(where: { $0.key == key }) else { return short }
        let here = alike.filter { $0.site == own.site }
        guard here.count > 1 else { return "\(short).\(own.site)" }
        var tag: [UInt8] = []
        appendBigEndian(key.tag, to: &tag)
        return "\(short).\(own.site).\(hexadecimal(tag.prefix(2)))"
    }

    /// Finds what a person typed: `subj:1`, `1`, `subj:1.syd`.
    package func key(_ typed: String) throws(ActRefusal) -> ItemKey {
        let text = typed.lowercased()
        let whole = text.hasPrefix(self.prefix + ":") ? text : "\(self.prefix):\(text)"
        if let found = self.made.first(where: { self.label($0.key) == whole }) { return found.key }
        let alike = self.made.filter { "\(self.prefix):\($0.key.number)" == whole }
        let known = self.made.map { self.label($0.key) }
        guard alike.isEmpty else {
            throw ActRefusal(
                .choice, "item.ambiguous", "`\(whole)` was given out at more than one site.",
                "Say which: \(alike.map { self.label($0.key) }.joined(separator: ", ")).")
        }
        throw ActRefusal(
            .notFound, "item.unknown", "This case has no `\(whole)`.",
            known.isEmpty ? "It has none yet: record it first." : "It has: \(known.joined(separator: ", ")).")
    }
}
