import BatonEncoding
package import BatonModel

/// An act that somebody has begun and that cannot be taken back. Codes travel: never reuse one.
package enum PlannedAct: UInt8, Sendable, CaseIterable {
    case disclose = 1
    case contain = 2
    case decide = 3
    case close = 4
    case take = 5
    case release = 6
    case depose = 7
    /// One that this build has no word for.
    case other = 255

    package var word: String {
        switch self {
        case .disclose: "disclose"
        case .contain: "contain"
        case .decide: "decide"
        case .close: "close"
        case .take: "take"
        case .release: "release"
        case .depose: "depose"
        case .other: "act"
        }
    }
}

/// A person at a desk: on which case, and what they are about to do there. Never stored, never signed into a log.
package struct Presence: Sendable, Equatable {
    package let person: OperatorID
    /// Nil: at the desk, and on no case that the receiver may know of.
    package let document: DocumentID?
    /// 0: nothing; one that this build has no word for stays as it came.
    let actCode: UInt8
    /// How much longer it holds, 1 to `millisecondsMax`; it runs out by itself.
    package let remainingMilliseconds: UInt64

    /// Who is silent for a minute has left, or has thought better of it.
    package static let millisecondsMax: UInt64 = 60_000

    package init(
        person: OperatorID, document: DocumentID?, act: PlannedAct?, remainingMilliseconds: UInt64
    ) {
        self.person = person
        self.document = document
        self.actCode = act?.rawValue ?? 0
        self.remainingMilliseconds = remainingMilliseconds
    }

    private init(
        person: OperatorID, document: DocumentID?, actCode: UInt8, remainingMilliseconds: UInt64
    ) {
        self.person = person
        self.document = document
        self.actCode = actCode
        self.remainingMilliseconds = remainingMilliseconds
    }

    package var act: PlannedAct? {
        self.actCode == 0 ? nil : PlannedAct(rawValue: self.actCode) ?? .other
    }
}

/// Everybody who is at a desk of the sender's site (CDDL `presence`). It replaces what the sender said before.
package struct PresencePart: Sendable, Equatable {
    package var wallMilliseconds: UInt64
    package var people: [Presence]

    /// The whole list fits one message.
    package static let peopleMax = 64

    package init(wallMilliseconds: UInt64, people: [Presence]) {
        self.wallMilliseconds = wallMilliseconds
        self.people = people
    }
}

extension PresencePart {
    func encode(into writer: inout CBORWriter) {
        writer.unsigned(self.wallMilliseconds)
        writer.arrayHeader(self.people.count)
        for one in self.people {
            writer.arrayHeader(4)
            writer.unsigned(UInt64(one.person.number))
            if let document = one.document { writer.bytes(document.bytes) } else { writer.null() }
            writer.unsigned(UInt64(one.actCode))
            writer.unsigned(one.remainingMilliseconds)
        }
    }

    init(from reader: inout CBORReader) throws(ModelFault) {
        let wall = try reader.modelUnsigned("presence.wall")
        var people: [Presence] = []
        for _ in 0..<(try reader.modelArray("presence", upTo: Self.peopleMax)) {
            people.append(try Presence(from: &reader))
        }
        self.init(wallMilliseconds: wall, people: people)
    }
}

extension Presence {
    fileprivate init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 4, "presence.person")
        let person = OperatorID(
            UInt32(try reader.modelUnsigned("presence.operator", upTo: UInt64(UInt32.max))))
        var document: DocumentID?
        if reader.isNull() {
            do { try reader.null() } catch { throw .encoding(error) }
        } else {
            guard let named = DocumentID(try reader.modelBytes("presence.document", count: 16)) else {
                throw .malformed("presence.document")
            }
            document = named
        }
        let code = UInt8(try reader.modelUnsigned("presence.act", upTo: 255))
        let remaining = try reader.modelUnsigned("presence.remaining", upTo: Self.millisecondsMax)
        guard remaining > 0 else { throw .malformed("presence.remaining") }
        self.init(
            person: person, document: document, actCode: code, remainingMilliseconds: remaining)
    }
}
