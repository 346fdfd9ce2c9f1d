package import BatonModel

/// What happens in one type of case beside the five steps that every case goes through. Raw values are field
/// codes, signed into deltas: never reuse one.
package enum CaseMilestone: UInt16, Sendable, CaseIterable {
    // Emergency data request.
    case preserved = 37
    case verified = 38
    case emergencyStated = 39
    case proposed = 40
    case confirmed = 41
    case disclosed = 42
    case refused = 43
    case followUpReceived = 44
    // Child safety.
    case contentDisabled = 45
    case accountActioned = 46
    case drafted = 47
    case filed = 48
    case receipted = 49
    // Threat to life.
    case assessed = 50
    case jurisdictionLocated = 51
    case authorityInformed = 52
    case authorityAcknowledged = 53
    case welfareKnown = 54
    // Mass casualty.
    case declared = 55
    case commanderNamed = 56
    case stoodDown = 57
    case debriefed = 58
    // Sensitive content and the rest.
    case policyDecided = 59
    case actioned = 60
    case partnerTold = 61
    case decided = 62
    case done = 63

    package var field: FieldCode { FieldCode(self.rawValue) }

    package var word: String {
        switch self {
        case .preserved: "preserved"
        case .verified: "verified"
        case .emergencyStated: "emergency-stated"
        case .proposed: "proposed"
        case .confirmed: "confirmed"
        case .disclosed: "disclosed"
        case .refused: "refused"
        case .followUpReceived: "follow-up-received"
        case .contentDisabled: "content-disabled"
        case .accountActioned: "account-actioned"
        case .drafted: "drafted"
        case .filed: "filed"
        case .receipted: "receipted"
        case .assessed: "assessed"
        case .jurisdictionLocated: "jurisdiction-located"
        case .authorityInformed: "authority-informed"
        case .authorityAcknowledged: "authority-acknowledged"
        case .welfareKnown: "welfare-known"
        case .declared: "declared"
        case .commanderNamed: "commander-named"
        case .stoodDown: "stood-down"
        case .debriefed: "debriefed"
        case .policyDecided: "policy-decided"
        case .actioned: "actioned"
        case .partnerTold: "partner-told"
        case .decided: "decided"
        case .done: "done"
        }
    }
}
