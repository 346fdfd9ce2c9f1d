package import BatonEncoding
package import BatonModel

/// The body of a ledger's entry: a map with small integer keys, written whole and read with leniency.
package protocol EntryBody: Hashable, Sendable {
    var value: CBORValue { get }
    /// - Returns: Nil for anything that says nothing here: another shape, an unknown kind, a missing key.
    init?(_ value: CBORValue)
}

extension StepBody: EntryBody {}
extension ClockBody: EntryBody {}

/// An entry that could be read, with who wrote it, where, and the past that they had read.
package struct Entry<Body: EntryBody>: Hashable, Sendable {
    package let body: Body
    package let source: LedgerEntry

    package init(body: Body, source: LedgerEntry) {
        self.body = body
        self.source = source
    }

    package var by: OperatorID { self.source.write.actor.person }
    package var site: SiteID { self.source.write.reference.author.site }
    /// Milliseconds since 1970, as the author's clock told it: for people, never for decisions.
    package var at: UInt64 { self.source.write.stamp.milliseconds }
    package var dot: Dot { self.source.write.dot }

    /// Who, where and when, beside some words.
    package func detail(_ key: String, _ value: String = "") -> FileItem.Detail {
        FileItem.Detail(key, value, by: self.by, site: self.site, at: self.at)
    }

    package var cited: CitedDot {
        CitedDot(reference: self.source.write.reference, index: self.source.write.dot.index)
    }

    /// Says whether the author of this entry had read the other one.
    package func isAfter(_ other: Entry) -> Bool { self.source.isAfter(other.source) }

    package func isAfter<Other: EntryBody>(_ other: Entry<Other>) -> Bool {
        self.source.isAfter(other.source)
    }

    /// Says whether this is another person's word by somebody who had read what it is about.
    package func isSecondWord(on proposal: Entry) -> Bool {
        (self.by != proposal.by || Mutant.isOn(.approvesOwn))
            && (self.isAfter(proposal) || Mutant.isOn(.approvesUnread))
    }

    /// Says that neither author had read the other's entry.
    package func isConcurrent(with other: Entry) -> Bool {
        self.dot != other.dot && !self.isAfter(other) && !other.isAfter(self)
    }
}

/// A ledger of a case as it could be read. The same entries give the same ledger in whatever order they came.
package struct Ledger<Body: EntryBody>: Hashable, Sendable {
    /// Earliest stamp first; equal stamps by dot.
    package private(set) var entries: [Entry<Body>] = []
    /// Entries that say nothing to this build.
    package private(set) var unreadable = 0

    package init(_ sources: [LedgerEntry]) {
        for source in sources {
            guard let value = source.write.value, let body = Body(value) else {
                self.unreadable += 1
                continue
            }
            self.entries.append(Entry(body: body, source: source))
        }
        self.entries.sort { Self.order($0) < Self.order($1) }
    }

    private static func order(_ entry: Entry<Body>) -> (HybridTime, Dot) {
        (entry.source.write.stamp, entry.source.write.dot)
    }

    package func entries(where isWanted: (Body) -> Bool) -> [Entry<Body>] {
        self.entries.filter { isWanted($0.body) }
    }
}

extension Array {
    /// The entries that nobody in the list has read: one, or several that were written apart.
    ///
    /// - Complexity: O(n²).
    package func latest<Body>() -> [Entry<Body>] where Element == Entry<Body> {
        self.filter { entry in !self.contains { $0.isAfter(entry) } }
    }

    /// The first word of a second person on a proposal.
    ///
    /// A word names a proposal by its key, and no desk gives one key out twice. Where somebody has, a word that had
    /// read both agrees to neither: its author saw one of them on the screen, and nobody can tell which.
    ///
    /// - Parameter proposals: All of the same key.
    package func secondWord<Body>(
        on proposal: Entry<Body>, among proposals: [Entry<Body>]
    ) -> Entry<Body>? where Element == Entry<Body> {
        self.first { word in
            word.isSecondWord(on: proposal)
                && !proposals.contains { $0.dot != proposal.dot && word.isAfter($0) }
        }
    }

    /// The entry that later-by-causality chooses; of several written apart the one with the later stamp.
    package func newest<Body>() -> Entry<Body>? where Element == Entry<Body> { self.latest().last }
}

extension LedgerMap {
    /// As much of a text that the desk made as a reader takes, whole characters only.
    package static func clipped(_ text: String) -> String {
        var clipped = text
        while clipped.utf8.count > ClockBody.textBytesMax { clipped.removeLast() }
        return clipped
    }

    /// Texts longer than a word or a line.
    package static let longTextBytesMax = 2_048

    /// Empty where it is absent; nil where something else stands there or it is too long.
    package func longText(_ key: UInt64) -> String? {
        guard let value = self[key] else { return "" }
        guard let text = value.textValue, text.utf8.count <= Self.longTextBytesMax else { return nil }
        return text
    }

    package mutating func put(_ key: UInt64, texts: [String]) {
        self.put(key, texts.isEmpty ? nil : .array(texts.map { .text($0) }))
    }

    /// Empty where it is absent; nil where something else stands there.
    package func texts(_ key: UInt64) -> [String]? {
        guard let value = self[key] else { return [] }
        guard let items = value.arrayValue, items.count <= 64 else { return nil }
        let texts = items.compactMap(\.textValue)
        return texts.count == items.count ? texts : nil
    }

    package mutating func put(_ key: UInt64, flag: Bool) { self.put(key, flag ? .bool(true) : nil) }

    package mutating func put(_ key: UInt64, milliseconds: UInt64?) {
        self.put(key, milliseconds.map { .unsigned($0) })
    }

    /// An instant that a stamp could have; nil where it is absent or none.
    package func time(_ key: UInt64) -> UInt64? {
        guard let number = self.unsigned(key), number <= HybridTime.millisecondsMax else { return nil }
        return number
    }
}
