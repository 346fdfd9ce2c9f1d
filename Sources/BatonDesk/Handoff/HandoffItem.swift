import BatonEncoding
package import BatonModel

/// Where a case is going, as the leaver sees it.
package enum Trend: UInt64, Sendable, CaseIterable {
    case worse = 1
    case same = 2
    case better = 3

    package var word: String {
        switch self {
        case .worse: "worse"
        case .same: "same"
        case .better: "better"
        }
    }
}

/// What one case hands on: what people typed, and what the desk worked out beside it.
package struct HandoffItem: Hashable, Sendable {
    /// An action or a deadline that the receiver takes over.
    package struct Action: Hashable, Sendable {
        package let what: String
        /// Milliseconds since 1970.
        package let due: UInt64?
        package let isHard: Bool

        package init(what: String, due: UInt64?, isHard: Bool) {
            self.what = what
            self.due = due
            self.isHard = isHard
        }
    }

    /// An answer from outside that somebody waits for.
    package struct Pending: Hashable, Sendable {
        package let partner: String
        package let asked: UInt64
        package let expected: UInt64?
        package let then: String

        package init(partner: String, asked: UInt64, expected: UInt64?, then: String) {
            self.partner = partner
            self.asked = asked
            self.expected = expected
            self.then = then
        }

        package var lacksExpectation: Bool { self.expected == nil || self.then.isEmpty }
    }

    package var document: DocumentID
    /// `EDR-7K3QM2`, as it was shown.
    package var handle: String
    package var severity: Severity?
    package var title = ""
    // Typed.
    package var trend: Trend?
    package var situation = ""
    package var contingencies: [String] = []
    package var ruledOut: [String] = []
    /// Somebody said in words that no answer is awaited.
    package var isNothingPending = false
    // Worked out.
    /// What matters of what changed since the receiver last had the case; never typed.
    package var changed: [String] = []
    package var changeCount = 0
    package var actions: [Action] = []
    package var pending: [Pending] = []
    /// How often the baton has moved within a day, this time included.
    package var hops = 1
    /// Sentences that came unchanged through more handoffs than the rules allow.
    package var copied: [String] = []
    /// What the offerer had read of the case: per author the highest seq.
    package var vector: [DeltaReference] = []
    /// Parts that the offerer could not read.
    package var missing: [DeltaID] = []

    package init(document: DocumentID, handle: String) {
        self.document = document
        self.handle = handle
    }

    package var isGrave: Bool { (self.severity ?? .s0) <= .s1 }

    /// The next deadline that the law or an order sets.
    package var nextHard: Action? {
        self.actions.filter { $0.isHard && $0.due != nil }.min { ($0.due ?? 0) < ($1.due ?? 0) }
    }

    /// The sentences that a person typed, in order.
    package var sentences: [String] { [self.situation] + self.contingencies + self.ruledOut }
}

extension HandoffItem {
    private enum Key {
        static let document: UInt64 = 1
        static let handle: UInt64 = 2
        static let severity: UInt64 = 3
        static let title: UInt64 = 4
        static let trend: UInt64 = 5
        static let situation: UInt64 = 6
        static let contingencies: UInt64 = 7
        static let ruledOut: UInt64 = 8
        static let nothingPending: UInt64 = 9
        static let changed: UInt64 = 10
        static let changeCount: UInt64 = 11
        static let actions: UInt64 = 12
        static let pending: UInt64 = 13
        static let hops: UInt64 = 14
        static let copied: UInt64 = 15
        static let vector: UInt64 = 16
        static let missing: UInt64 = 17
    }

    var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.document, .bytes(self.document.bytes))
        map.put(Key.handle, .text(self.handle))
        map.put(Key.severity, self.severity.map { .unsigned(UInt64($0.rawValue)) })
        map.put(Key.title, text: self.title)
        map.put(Key.trend, self.trend.map { .unsigned($0.rawValue) })
        map.put(Key.situation, text: self.situation)
        map.put(Key.contingencies, texts: self.contingencies)
        map.put(Key.ruledOut, texts: self.ruledOut)
        map.put(Key.nothingPending, flag: self.isNothingPending)
        map.put(Key.changed, texts: self.changed)
        map.put(Key.changeCount, .unsigned(UInt64(self.changeCount)))
        map.put(Key.actions, .array(self.actions.map(Self.encode)))
        map.put(Key.pending, .array(self.pending.map(Self.encode)))
        map.put(Key.hops, .unsigned(UInt64(self.hops)))
        map.put(Key.copied, texts: self.copied)
        map.put(Key.vector, .array(self.vector.map { CitedDot(reference: $0, index: 0).encoded }))
        map.put(Key.missing, .array(self.missing.map { .bytes($0.bytes) }))
        return map.value
    }

    private static func encode(_ action: Action) -> CBORValue {
        var map = LedgerMap()
        map.put(1, .text(action.what))
        map.put(2, milliseconds: action.due)
        map.put(3, flag: action.isHard)
        return map.value
    }

    private static func encode(_ pending: Pending) -> CBORValue {
        var map = LedgerMap()
        map.put(1, .text(pending.partner))
        map.put(2, milliseconds: pending.asked)
        map.put(3, milliseconds: pending.expected)
        map.put(4, text: pending.then)
        return map.value
    }

    init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let document = map[Key.document]?.bytesValue.flatMap({ DocumentID($0) }),
            let handle = map.text(Key.handle), let title = map.optionalText(Key.title),
            let situation = map.longText(Key.situation), let contingencies = map.texts(Key.contingencies),
            let ruledOut = map.texts(Key.ruledOut), let changed = map.texts(Key.changed),
            let copied = map.texts(Key.copied)
        else { return nil }
        self.init(document: document, handle: handle)
        (self.title, self.situation) = (title, situation)
        (self.contingencies, self.ruledOut) = (contingencies, ruledOut)
        (self.changed, self.copied) = (changed, copied)
        self.severity = map.unsigned(Key.severity).flatMap { Severity(rawValue: Int64(clamping: $0)) }
        self.trend = map.unsigned(Key.trend).flatMap(Trend.init(rawValue:))
        self.isNothingPending = map.flag(Key.nothingPending)
        self.changeCount = Int(clamping: map.unsigned(Key.changeCount) ?? 0)
        self.hops = Int(clamping: map.unsigned(Key.hops) ?? 1)
        self.actions = (map[Key.actions]?.arrayValue ?? []).compactMap(Self.action)
        self.pending = (map[Key.pending]?.arrayValue ?? []).compactMap(Self.pending)
        self.vector = (map[Key.vector]?.arrayValue ?? []).compactMap { CitedDot($0)?.reference }
        self.missing = (map[Key.missing]?.arrayValue ?? []).compactMap {
            $0.bytesValue.flatMap { DeltaID($0) }
        }
    }

    private static func action(_ value: CBORValue) -> Action? {
        let map = LedgerMap(value)
        return map.text(1).map { Action(what: $0, due: map.time(2), isHard: map.flag(3)) }
    }

    private static func pending(_ value: CBORValue) -> Pending? {
        let map = LedgerMap(value)
        guard let partner = map.text(1), let asked = map.time(2), let then = map.optionalText(4) else {
            return nil
        }
        return Pending(partner: partner, asked: asked, expected: map.time(3), then: then)
    }
}
