package import BatonEncoding
package import BatonModel

/// What people change beside the rules: the body of an entry of the schedule's ledgers. People are numbers.
package struct RosterBody: Hashable, Sendable {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        /// Somebody takes a shift instead of whoever has it; nobody, where it falls out.
        case assign = 1
        /// Two shifts change hands.
        case swap = 2
        /// Takes back what its author had read of this shift.
        case withdraw = 3
    }

    /// One shift of one rotation, by the day on which it begins.
    package struct Slot: Hashable, Comparable, Sendable {
        package let rotation: String
        package let day: CivilDate

        package init(rotation: String, day: CivilDate) {
            self.rotation = rotation
            self.day = day
        }

        package static func < (left: Slot, right: Slot) -> Bool {
            (left.day, left.rotation) < (right.day, right.rotation)
        }
    }

    package var kind: Kind
    package var slot: Slot
    /// Of `swap`.
    package var other: Slot?
    /// Of `assign`; nil: nobody.
    package var person: OperatorID?
    package var why = ""

    package init(_ kind: Kind, _ slot: Slot) {
        self.kind = kind
        self.slot = slot
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let rotation: UInt64 = 2
        static let day: UInt64 = 3
        static let otherRotation: UInt64 = 4
        static let otherDay: UInt64 = 5
        static let person: UInt64 = 6
        static let why: UInt64 = 7
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.rotation, text: self.slot.rotation)
        map.put(Key.day, CBORValue(self.slot.day.daysSince1970))
        if let other = self.other {
            map.put(Key.otherRotation, text: other.rotation)
            map.put(Key.otherDay, CBORValue(other.day.daysSince1970))
        }
        map.put(Key.person, self.person.map { .unsigned(UInt64($0.number)) })
        map.put(Key.why, text: self.why)
        return map.value
    }

    /// - Returns: Nil for anything that says nothing here, also a swap without a second shift.
    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let slot = Self.slot(map, Key.rotation, Key.day), let why = map.optionalText(Key.why)
        else { return nil }
        self.init(kind, slot)
        self.other = Self.slot(map, Key.otherRotation, Key.otherDay)
        self.person = map.unsigned(Key.person).flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }
        self.why = why
        guard kind != .swap || self.other != nil else { return nil }
    }

    private static func slot(_ map: LedgerMap, _ rotation: UInt64, _ day: UInt64) -> Slot? {
        guard let rotation = map.text(rotation), let days = map[day]?.intValue, (0...200_000).contains(days)
        else { return nil }
        return Slot(rotation: rotation, day: CivilDate(daysSince1970: Int(days)))
    }
}

/// The changes that stand, out of the schedule's ledgers in any order.
package struct RosterChanges: Hashable, Sendable {
    /// Changes that no later one of the same shift has read, sorted by shift, then by dot.
    package private(set) var standing: [RosterBody] = []
    package private(set) var unreadable = 0

    package init() {}

    /// - Parameter ledgers: Entries of overrides and of swaps together.
    package init(_ ledgers: [LedgerEntry]) {
        var read: [(body: RosterBody, source: LedgerEntry)] = []
        for source in ledgers {
            guard let body = source.write.value.flatMap({ RosterBody($0) }) else {
                self.unreadable += 1
                continue
            }
            read.append((body, source))
        }
        let left = read.filter { entry in
            !read.contains { later in
                later.source.isAfter(entry.source) && Self.touch(later.body, entry.body)
            }
        }
        self.standing = left.filter { $0.body.kind != .withdraw }.sorted {
            ($0.body.slot, $0.source.write.dot) < ($1.body.slot, $1.source.write.dot)
        }.map(\.body)
    }

    private static func touch(_ left: RosterBody, _ right: RosterBody) -> Bool {
        let slots = [right.slot, right.other].compactMap { $0 }
        return slots.contains(left.slot) || left.other.map(slots.contains) ?? false
    }
}
