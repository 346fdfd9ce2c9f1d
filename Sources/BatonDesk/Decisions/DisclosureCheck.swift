import BatonModel

/// What stands between a proposal and a disclosure. Asked when it is proposed, when it is approved and when it
/// is delivered: a gate may fail in between.
enum DisclosureCheck {
    static func check(_ body: DecisionBody, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) {
        guard !file.verification.isFraudSuspected else {
            throw ActRefusal(
                .refused, "disclose.fraud-suspected", "The request is suspected to be false.",
                "Refuse or preserve only; another person than who raised it may clear it with `verify fraud "
                    + "cleared`.", because: [file.verification.suspicion?.body.words ?? ""])
        }
        let opposed = file.decisions.opposed
        guard opposed.isEmpty else {
            let words = opposed.map { "\($0.label) \($0.choice.word)" }.joined(separator: " and ")
            throw ActRefusal(
                .choice, "disclose.conflict-open", "\(words) stand against each other.",
                "Settle it first; until then nothing leaves. `conflicts` shows what each side had not seen.")
        }
        guard !file.holds.isFrozen else {
            throw ActRefusal(
                .choice, "disclose.frozen", "An order to destroy stands against a hold: access is frozen.",
                "Counsel decides; a lead records it with `hold counsel`.")
        }
        let open = file.openGates(scene.rules, isForeign: body.isForeign).filter { gate in
            gate.gapCode.isEmpty || !body.gaps.contains(gate.gapCode)
        }
        guard open.isEmpty else { throw Self.open(open) }
    }

    private static func open(_ gates: [VerificationGate]) -> ActRefusal {
        let names = gates.map { "\($0.id) \($0.word)" }
        let listed =
            names.count > 1
            ? names.dropLast().joined(separator: ", ") + " and \(names[names.count - 1]) are open"
            : "\(names.joined()) is open"
        let codes = gates.map(\.gapCode).filter { !$0.isEmpty }
        let way = codes.isEmpty ? "" : "name the gap with --gap \(codes.joined(separator: " --gap ")), "
        return ActRefusal(
            .refused, "disclose.gates-open", "\(listed).",
            "Record them with `verify`, \(way)or decide preserve-only.",
            because: gates.map { "\($0.id): \($0.rule) [\($0.anchor.text)]" }
                + ["A gap needs its code and a second person; with both, nobody is kept from saving a life."])
    }
}
