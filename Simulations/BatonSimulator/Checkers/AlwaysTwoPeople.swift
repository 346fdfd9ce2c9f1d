import BatonDesk
import BatonModel

/// S14: what two people must agree to takes effect nowhere without the word of another person who had read it.
/// It reads the entries and their pasts itself and shares no judgement with the ledgers.
struct AlwaysTwoPeople: Checker {
    private static let fields = [CaseField.decisions, CaseField.verification, CaseField.containment]

    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site),
            let machine = world.machines[node]
        else { return nil }
        var documents: [DocumentID] = []
        for id in commit.passed {
            guard let header = machine.replica.row(id)?.delta.header, !documents.contains(header.document),
                header.shape.contains(where: { Self.fields.contains($0.field) })
            else { continue }
            documents.append(header.document)
        }
        for document in documents {
            guard let file = ScenarioRun.file(document, at: machine) else { continue }
            guard let broken = TwoPeople(file, atlas.honest).broken else { continue }
            return Violation("always-two-people", "\(node): \(broken)", node: node)
        }
        return nil
    }
}

/// One view of one case.
private struct TwoPeople {
    private let file: CaseFile
    private let honest: Set<SiteID>

    init(_ file: CaseFile, _ honest: Set<SiteID>) {
        self.file = file
        self.honest = honest
    }

    /// What does not hold, in words; nil for a view in which everything has its two people.
    var broken: String? { self.brokenDecision ?? self.brokenGap ?? self.brokenContainment }

    private func isSecond(_ word: LedgerEntry, on proposal: LedgerEntry) -> Bool {
        word.write.actor.person != proposal.write.actor.person
            && word.write.reference != proposal.write.reference
            && word.vector.contains(proposal.write.reference)
    }

    private func words<Body: EntryBody>(
        _ field: FieldCode, _ isWanted: (Body) -> Bool
    ) -> [LedgerEntry] {
        self.file.entries(field).filter { entry in
            entry.write.value.flatMap { Body($0) }.map(isWanted) ?? false
        }
    }

    private var brokenDecision: String? {
        for item in self.file.decisions.items where ![.proposed, .withdrawn].contains(item.state) {
            let words = self.words(CaseField.decisions) { (body: DecisionBody) in
                body.kind == .approve && body.item == item.key
            }
            if words.contains(where: { self.isSecond($0, on: item.proposal.source) }) { continue }
            return "\(item.label) is \(item.state.rawValue), and no second person had read it"
        }
        // At an honest desk nobody gives the second word on their own proposal.
        for item in self.file.decisions.items {
            let own = self.words(CaseField.decisions) { (body: DecisionBody) in
                body.kind == .approve && body.item == item.key
            }.first { word in
                word.write.actor.person == item.proposal.by
                    && self.honest.contains(word.write.reference.author.site)
            }
            if own != nil { return "\(item.label) was approved by whoever proposed it" }
        }
        return nil
    }

    private var brokenGap: String? {
        for gap in self.file.verification.gaps where gap.approval != nil {
            let words = self.words(CaseField.verification) { (body: GateBody) in
                body.kind == .gapApproved && body.item == gap.proposal.body.item
            }
            if words.contains(where: { self.isSecond($0, on: gap.proposal.source) }) { continue }
            return "\(gap.label) is agreed to, and no second person had read it"
        }
        return nil
    }

    private var brokenContainment: String? {
        for item in self.file.containments.items where item.state == .intent {
            guard let intent = item.entry, intent.body.needsSecondPerson else { continue }
            let words = self.words(CaseField.containment) { (body: ContainmentBody) in
                body.kind == .approved && body.action == item.action && body.target == item.target
            }
            if words.contains(where: { self.isSecond($0, on: intent.source) }) { continue }
            return "\(item.label) may be carried out, and no second person had read it"
        }
        return nil
    }
}
