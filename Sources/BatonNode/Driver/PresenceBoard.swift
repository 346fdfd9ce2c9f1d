import BatonEngine
import BatonModel
import BatonProtocol

/// Who is at the desks of this site: told by their own calls, in memory only.
struct PresenceBoard: Sendable {
    enum Word: Sendable {
        /// Asked the node for something; of a case, where it was one.
        case seen(DocumentID?)
        case plans(PlannedAct, DocumentID)
        /// Did what was planned, or thought better of it.
        case rests
    }

    private struct Seat: Sendable {
        var document: DocumentID?
        var act: PlannedAct?
        var actUntil: UInt64 = 0
        var until: UInt64
    }

    private var seats: [OperatorID: Seat] = [:]
    private var toldAt: UInt64?

    /// A seat that nothing new is known of is told anew after this time.
    private static let repeatMilliseconds: UInt64 = 20_000

    /// - Returns: Everybody who is to be told of; nil where the peers know it already.
    mutating func take(_ word: Word, of person: OperatorID, at now: UInt64) -> [DeskPresence]? {
        let before = self.seats[person]
        var seat = before ?? Seat(until: 0)
        seat.until = now + Presence.millisecondsMax
        switch word {
        case .seen(let document): seat.document = document ?? seat.document
        case .plans(let act, let document):
            seat.document = document
            seat.act = act
            seat.actUntil = now + Presence.millisecondsMax
        case .rests: seat.act = nil
        }
        if seat.actUntil <= now { seat.act = nil }
        self.seats[person] = seat
        self.seats = self.seats.filter { $0.value.until > now }
        let isKnown = before.map { $0.document == seat.document && $0.act == seat.act } ?? false
        let isRecent = self.toldAt.map { now - $0 < Self.repeatMilliseconds } ?? false
        if isKnown, isRecent, case .seen = word { return nil }
        if isKnown, isRecent, case .rests = word { return nil }
        self.toldAt = now
        return self.people(at: now)
    }

    /// Those who are about to do something first: a list that is too long is cut at its end.
    private func people(at now: UInt64) -> [DeskPresence] {
        let order = self.seats.keys.sorted { left, right in
            let isLeft = self.seats[left]?.act != nil
            return isLeft != (self.seats[right]?.act != nil) ? isLeft : left.number < right.number
        }
        return order.prefix(PresencePart.peopleMax).compactMap { person in
            guard let seat = self.seats[person] else { return nil }
            let until = seat.act == nil ? seat.until : seat.actUntil
            return DeskPresence(
                Presence(
                    person: person, document: seat.document, act: seat.act,
                    remainingMilliseconds: until - now))
        }
    }
}
