package import BatonModel

/// The kinds of escalation. Codes are values of the field `type`: never reuse one.
package enum CaseType: Int64, Sendable, CaseIterable {
    case emergencyDataRequest = 1
    case childSafety = 2
    case threatToLife = 3
    case massCasualty = 4
    case sensitiveContent = 5
    case other = 6

    /// The first word of a handle.
    package var word: String {
        switch self {
        case .emergencyDataRequest: "EDR"
        case .childSafety: "CSEA"
        case .threatToLife: "TTL"
        case .massCasualty: "MCE"
        case .sensitiveContent: "SENS"
        case .other: "OTHER"
        }
    }

    package init?(word: String) {
        let upper = word.uppercased()
        guard let found = Self.allCases.first(where: { $0.word == upper }) else { return nil }
        self = found
    }

    /// Every word that a handle may begin with.
    package static let words: [String] =
        Self.allCases.map(\.word) + DocumentKind.allCases.map { $0.word.uppercased() }
}

/// Where a case stands. Derived from milestones and closures, never stored as such.
package enum CaseStatus: UInt8, Sendable, CaseIterable {
    case received = 1
    case acknowledged = 2
    case triaged = 3
    case active = 4
    case contained = 5
    case resolved = 6
    case closed = 7

    package var word: String {
        switch self {
        case .received: "received"
        case .acknowledged: "acknowledged"
        case .triaged: "triaged"
        case .active: "active"
        case .contained: "contained"
        case .resolved: "resolved"
        case .closed: "closed"
        }
    }

    /// The milestone that brings a case here; nil for the first and the last.
    package var milestone: FieldCode? {
        switch self {
        case .received, .closed: nil
        case .acknowledged: CaseField.acknowledged
        case .triaged: CaseField.triaged
        case .active: CaseField.active
        case .contained: CaseField.contained
        case .resolved: CaseField.resolved
        }
    }
}

/// The order in which replicas send documents to each other and people see them.
package enum Lane: UInt8, Sendable, CaseIterable, Comparable {
    /// Life at stake, custody, handoff.
    case lifeAtStake = 0
    case urgent = 1
    case open = 2
    case closed = 3

    package var word: String {
        switch self {
        case .lifeAtStake: "life-at-stake"
        case .urgent: "urgent"
        case .open: "open"
        case .closed: "closed"
        }
    }

    package static func < (left: Lane, right: Lane) -> Bool { left.rawValue < right.rawValue }
}
