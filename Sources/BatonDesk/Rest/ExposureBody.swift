package import BatonEncoding
package import BatonModel

/// One entry of a person's exposure record: numbers and words of the model only, never a case and never a text.
package struct ExposureBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        /// A graphic case was in use.
        case graphic = 1
        /// Another case was in use after a graphic one; it ends the row of graphic cases.
        case other = 2
        /// A break was taken by command.
        case pause = 3
        /// The person asks to be put on work that is not graphic for a while.
        case swapWanted = 4
        case swapWithdrawn = 5
        /// A page was answered at night.
        case nightPage = 6
        /// A change was written past the end of the person's own shift.
        case overrun = 7
    }

    package static let minutesMax: UInt64 = 24 * 60

    package let kind: Kind
    /// Of `graphic`, the most that it can have been; of `pause`, as planned; of `overrun`, since the shift ended or
    /// the entry before. 0 elsewhere.
    package let minutes: UInt64
    /// Of `graphic`.
    package let type: CaseType?

    package init(_ kind: Kind, minutes: UInt64 = 0, type: CaseType? = nil) {
        self.kind = kind
        self.minutes = min(minutes, Self.minutesMax)
        self.type = type
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let minutes: UInt64 = 2
        static let type: UInt64 = 3
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.minutes, self.minutes > 0 ? .unsigned(self.minutes) : nil)
        map.put(Key.type, self.type.map { .unsigned(UInt64($0.rawValue)) })
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)) else { return nil }
        let minutes = map.unsigned(Key.minutes) ?? 0
        guard minutes <= Self.minutesMax else { return nil }
        let type = map.unsigned(Key.type).flatMap { Int64(exactly: $0) }.flatMap { CaseType(rawValue: $0) }
        self.init(kind, minutes: minutes, type: type)
    }
}

/// Where a person's exposure record is, and which cases count as graphic.
package enum Exposure {
    /// Each person has a record of their own, so that to read one's own figures nobody else's are touched.
    package static func document(of person: OperatorID, team: TeamID, hashing: some Hashing) -> DocumentID {
        var message = Array("baton/exposure/1".utf8)
        message.append(contentsOf: team.bytes)
        appendBigEndian(UInt64(person.number), to: &message)
        return DocumentID(kind: .exposure, suffix: hashing.digest256(message).bytes)
    }

    package static func operation(_ body: ExposureBody) -> Operation {
        Operation(
            shape: OperationShape(kind: .append, field: ExposureField.entries, isMaterial: false),
            body: body.value)
    }

    /// A tag by which people mark any other case as graphic.
    package static let tag = "graphic"

    /// Reading what happened counts as exposure too, not only seeing it: so abuse and mass casualties always do.
    package static func isGraphic(type: CaseType?, tags: [String]) -> Bool {
        type == .childSafety || type == .massCasualty || tags.contains(Self.tag)
    }

    /// Nobody should be alone on the gravest cases of abuse.
    package static func wantsBuddy(type: CaseType?, severity: Int?) -> Bool {
        type == .childSafety && (severity ?? 9) <= 1
    }
}
