package import BatonModel

/// What somebody wants written into their own exposure record.
package struct RestWish: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A break begins.
        case pause = "break"
        /// A graphic case was in use for some minutes.
        case graphic
        /// Another case came after it.
        case other
        /// Asks for work that is not graphic.
        case swap
        /// Takes that back.
        case keep
    }

    package let kind: Kind
    package var minutes: Int?
    /// Of `graphic`.
    package var type: CaseType?

    package init(_ kind: Kind, minutes: Int? = nil, type: CaseType? = nil) {
        self.kind = kind
        self.minutes = minutes
        self.type = type
    }
}

/// Decides what is written into an exposure record.
package enum RestActs {
    package static let breakMinutes = 1...240

    /// - Parameters:
    ///   - isOn: The counters are on. What a person says of themselves to be heard, a wish, is kept in any case.
    ///   - isWanted: Such a wish stands already.
    /// - Returns: Nil where nothing is to be written.
    package static func body(
        _ wish: RestWish, isOn: Bool, isWanted: Bool
    ) throws(ActRefusal) -> ExposureBody? {
        switch wish.kind {
        case .pause:
            let minutes = wish.minutes ?? 15
            guard Self.breakMinutes.contains(minutes) else {
                throw ActRefusal(
                    .badValue, "rest.bad-length", "A break of \(minutes) minutes cannot be recorded.",
                    "Take 1 to \(Self.breakMinutes.upperBound) minutes: rest start 15m")
            }
            return isOn ? ExposureBody(.pause, minutes: UInt64(minutes)) : nil
        case .graphic:
            guard let minutes = wish.minutes, minutes >= 0 else {
                throw ActRefusal(
                    .badValue, "rest.bad-length", "How long the case was in use is missing.",
                    "Give whole minutes.")
            }
            return isOn ? ExposureBody(.graphic, minutes: UInt64(max(1, minutes)), type: wish.type) : nil
        case .other: return isOn ? ExposureBody(.other) : nil
        case .swap: return isWanted ? nil : ExposureBody(.swapWanted)
        case .keep:
            guard isWanted else {
                throw ActRefusal(
                    .refused, "rest.no-swap",
                    "You have not asked for other work, so there is nothing to take back.",
                    "See your own page: rest")
            }
            return ExposureBody(.swapWithdrawn)
        }
    }

    /// Team figures are for leads.
    package static func checkLead(_ person: OperatorRecord) throws(ActRefusal) {
        guard person.roles.contains(.lead) else {
            throw ActRefusal(
                .refused, "rest.leads-only", "Team totals are shown to leads only.",
                "Your own figures: rest mine",
                because: [
                    "Each person sees their own counters; leads see totals of whole weeks of "
                        + "\(TeamLoad.peopleMin) people or more."
                ])
        }
    }
}
