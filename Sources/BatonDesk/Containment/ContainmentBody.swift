package import BatonEncoding
package import BatonModel

/// The body of an entry of the containment journal. An effect is named by its action and its target, so that
/// two sites that do it apart are found to have done one thing twice.
package struct ContainmentBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case intent = 1
        case done = 2
        /// Somebody looked and the effect is there.
        case confirmed = 3
        case failed = 4
        case reversed = 5
        /// The second person's word on the intents that they had read.
        case approved = 6
        /// Takes back the intents that its author had read.
        case cancelled = 7
    }

    package var kind: Kind
    /// A key of the containment catalogue.
    package var action: String
    /// `TargetKey.stored`.
    package var target: String
    /// The one site that carries it out; of intents.
    package var executor: SiteID?
    package var needsSecondPerson = false
    package var code = ""
    package var words = ""

    package init(_ kind: Kind, action: String, target: String) {
        self.kind = kind
        self.action = action
        self.target = target
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let action: UInt64 = 2
        static let target: UInt64 = 3
        static let executor: UInt64 = 4
        static let secondPerson: UInt64 = 5
        static let code: UInt64 = 6
        static let words: UInt64 = 7
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.action, .text(self.action))
        map.put(Key.target, .text(self.target))
        map.put(Key.executor, text: self.executor?.description ?? "")
        map.put(Key.secondPerson, flag: self.needsSecondPerson)
        map.put(Key.code, text: self.code)
        map.put(Key.words, text: self.words)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let action = map.text(Key.action), !action.isEmpty, let target = map.text(Key.target),
            !target.isEmpty, let code = map.optionalText(Key.code), let words = map.optionalText(Key.words)
        else { return nil }
        self.init(kind, action: action, target: target)
        self.executor = map.text(Key.executor).flatMap { SiteID($0) }
        self.needsSecondPerson = map.flag(Key.secondPerson)
        (self.code, self.words) = (code, words)
        guard kind != .intent || self.executor != nil else { return nil }
    }
}

/// What an effect, a hold or a piece of evidence is about: a subject of the case, or something named by a word.
package enum TargetKey {
    /// The whole case.
    package static let wholeCase = "case"

    /// The form that is stored: of a subject its tag, since its number may be given out twice.
    static func stored(_ typed: String, _ file: CaseFile) throws(ActRefusal) -> String {
        let text = typed.lowercased()
        guard text.hasPrefix("subj:") else { return try Act.clean(text, "target", bytesMax: 64) }
        let key = try file.subjects.labels.key(text)
        var tag: [UInt8] = []
        appendBigEndian(key.tag, to: &tag)
        return "subj#\(hexadecimal(tag))"
    }

    /// The form that people read.
    static func shown(_ stored: String, _ subjects: SubjectLedger) -> String {
        guard stored.hasPrefix("subj#") else { return stored }
        let found = subjects.items.first { item in
            var tag: [UInt8] = []
            appendBigEndian(item.key.tag, to: &tag)
            return stored == "subj#\(hexadecimal(tag))"
        }
        return found?.label ?? "subj:?"
    }
}
