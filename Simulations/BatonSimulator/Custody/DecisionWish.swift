import BatonDesk
import BatonModel

/// What a person does about things that two people must agree to, as words of a scenario: `refuse`, `approve`.
///
/// Several wishes stand in one text, with commas: the first one that the desk allows is done.
enum DecisionWish: String, CaseIterable {
    case refuse
    case preserveOnly = "preserve-only"
    /// Leaves a gate open on record.
    case gap
    case contain
    /// Agrees to what has waited longest, whoever proposed it.
    case approve
    case withdraw
    /// Lets a change count whose past will not come: what another person has let through already, or any.
    case release

    /// As often as they are drawn: there is more to agree to than to propose.
    static let drawn: [DecisionWish] =
        Self.allCases.filter { $0 != .release } + [.approve, .approve, .approve, .approve]

    static let forms = Self.allCases.map(\.rawValue)

    /// - Returns: Nil where a word is none of these.
    static func list(_ text: String) -> [DecisionWish]? {
        let words = text.split(separator: ",").map { String($0.drop { $0 == " " }) }
        let wishes = words.compactMap(DecisionWish.init)
        return wishes.isEmpty || wishes.count < words.count ? nil : wishes
    }

    /// The act of the desk; nil where there is nothing to do it to.
    func act(on file: CaseFile, _ scene: ActScene) -> Act? {
        let why = [Self.code]
        switch self {
        case .refuse: return Act("decide refuse", ["why": why])
        case .preserveOnly: return Act("decide preserve-only", ["why": why])
        case .gap: return Act("verify gap", ["gate": [Self.gate], "why": why, "note": ["rang twice"]])
        case .contain:
            return Act("contain", ["action": [Self.action], "target": ["cont:1"], "why": why])
        case .approve: return file.awaiting.first.map { Act("approve", ["id": [$0.label]]) }
        case .withdraw:
            return file.decisions.items.last.map { Act("decide withdraw", ["id": [$0.label]]) }
        case .release:
            let own = file.releases.filter { $0.by == scene.person.id }.map(\.body.delta)
            let said = Set(file.releases.map(\.body.delta))
            let open = scene.waiting.filter { !own.contains($0.id) }
            return (open.first { said.contains($0.id) } ?? open.first).map {
                Act("release", ["delta": [$0.reference.description], "note": ["it will not come"]])
            }
        }
    }

    private static let code = "TOLD"
    private static let gate = "callback"
    private static let action = "suspend"

    /// As much of a rule book as these acts ask for.
    static let rules: RuleBook = {
        var rules = RuleBook()
        rules.codes = [
            ReasonCode(code: Self.code, meaning: "told so", uses: [.edr, .contain], isRetired: false)
        ]
        rules.gates = [
            VerificationGate(
                id: "V3", word: Self.gate, rule: "call back on a number of our own",
                anchor: .init(text: "the simulator", reading: .unverified),
                applies: .init(isRequired: true, foreignOnly: false, withinDays: 0), gapCode: Self.code)
        ]
        rules.containments = [
            ContainmentAction(
                key: Self.action, title: "suspend", reversibility: .yes, secondPerson: .always,
                isSingleExecutor: true, caution: "")
        ]
        return rules
    }()
}
