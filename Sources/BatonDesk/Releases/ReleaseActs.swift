package import BatonModel

extension Release: EntryBody {}

/// A change of a case that is here and waits for what was written before it.
package struct WaitingDelta: Sendable, Hashable {
    package let id: DeltaID
    package let reference: DeltaReference
    /// What of its signed past on the case is here.
    package let parents: [DeltaID]
    /// What of it is not, or waits itself.
    package let missing: [DeltaReference]

    package init(
        id: DeltaID, reference: DeltaReference, parents: [DeltaID], missing: [DeltaReference]
    ) {
        self.id = id
        self.reference = reference
        self.parents = parents.sorted()
        self.missing = missing
    }
}

/// `release DELTA`: two people let a change count whose past has been lost.
enum ReleaseActs {
    static let name = "release"

    static let specs = [
        ActSpec(
            ReleaseActs.name, "let a waiting change count without what it waits for",
            details: [
                "For a change whose past no site has any more. `sync explain` lists what waits, and for what.",
                "It takes effect when a second person says the same. What was missing is then part of nobody's "
                    + "past: should it turn up after all, it counts as written apart, and may be a conflict.",
            ],
            parameters: [
                .init("delta", .word, "the change, as `sync explain` names it", required: true)
            ],
            options: [.init("note", .text, "why it will not come", required: true)], danger: .irreversible,
            examples: ["release usw/1.0b5e77d1#41 --note \"disk of usw destroyed on 3 November\""],
            perform: Self.release)
    ]

    private static func find(_ act: Act, _ scene: ActScene) throws(ActRefusal) -> WaitingDelta {
        let typed = act.value("delta") ?? ""
        if let found = scene.waiting.first(where: { $0.reference.description == typed }) { return found }
        guard !scene.waiting.isEmpty else {
            throw ActRefusal(
                .notFound, "release.none-waiting", "No change of this case waits for another one.",
                "Nothing need be released; `sync explain` shows what this site has of the case.")
        }
        let known = scene.waiting.prefix(5).map(\.reference.description).joined(separator: ", ")
        throw ActRefusal(
            .notFound, "release.no-such", "No change `\(typed)` of this case waits.", "These do: \(known).")
    }

    private static func release(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let waiting = try Self.find(act, scene)
        let release = Release(
            delta: waiting.id, parents: waiting.parents, reason: try act.neededText("note"))
        let before = file.releases.filter { $0.body.delta == waiting.id }
        let agreed = before.filter { $0.body.parents == release.parents }
        guard !agreed.contains(where: { $0.by == scene.person.id }) else {
            throw ActRefusal(
                .secondPerson, "release.same-person", "You have released \(waiting.reference) yourself.",
                "Another person says the same `release`.")
        }
        var outcome = ActOutcome([file.entry(CaseField.releases, release)])
        let missing = waiting.missing.map(\.description).joined(separator: ", ")
        if let first = agreed.first {
            outcome.said = [
                "\(waiting.reference) counts now, without \(missing).",
                "Agreed with \(scene.name(of: first.by)).",
            ]
        } else {
            outcome.said = ["You would let \(waiting.reference) count without \(missing)."]
            outcome.hints = ["A second person says: release \(waiting.reference) --note TEXT"]
            if let other = before.first {
                outcome.hints.append(
                    "\(scene.name(of: other.by)) released it where other changes were missing:"
                        + " both must miss the same")
            }
            outcome.awaitsSecondPerson = true
        }
        return outcome
    }
}

extension CaseFile {
    /// What people have said of changes that wait, earliest stamp first.
    package var releases: [Entry<Release>] { Ledger<Release>(self.entries(CaseField.releases)).entries }
}
