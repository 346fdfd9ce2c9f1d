import BatonDesk
import BatonEngine
import BatonModel

/// What the handoff of a watch must be when a site signs it: the record is the one that was offered, each grave
/// case was read back before, the receipt says what the receiver had, and the relay is counted.
struct AlwaysHandoffWhole: Checker {
    private static let rules = HandoffRules()

    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .authored(let node, let delta) = fact, atlas.honest.contains(node.site),
            delta.header.document.kind == .handoff, let machine = world.machines[node],
            let folded = machine.replica.folded(delta.header.document)
        else { return nil }
        let paper = HandoffState(folded)
        for move in paper.moves.entries where move.source.write.dot.delta == delta.id {
            let broken: String?
            switch move.body.kind {
            case .offer: broken = self.brokenOffer(move, paper, machine, atlas)
            case .accept: broken = self.brokenAccept(move, paper, machine)
            case .decline, .withdraw, .acknowledge: broken = nil
            }
            guard let broken else { continue }
            return Violation("always-handoff-whole", "\(node): \(broken)", node: node)
        }
        return nil
    }

    private func brokenOffer(
        _ move: Entry<MoveBody>, _ paper: HandoffState, _ node: WorldNode, _ atlas: FaultAtlas
    ) -> String? {
        guard let record = paper.record(move.body.record, hashing: StandInHashing()) else {
            return "an offer names a record that is not there"
        }
        if record.items.isEmpty { return "a handoff without a case was offered" }
        for item in record.items {
            guard let custody = atlas.custody.state(item.document, at: node) else { continue }
            let isOffered = custody.offers.contains {
                $0.handoff == paper.document && $0.record == move.body.record && $0.to == record.to
            }
            if !isOffered { return "\(item.handle) is in the record and was not offered" }
            let day: UInt64 = 86_400_000
            let moves = custody.epochs.filter {
                guard case .accept = $0.opening, !$0.isEnded, let since = $0.since else { return false }
                return since.milliseconds + day > record.madeAt
            }
            if item.hops != moves.count + 1 {
                return "\(item.handle) moves for the \(moves.count + 1). time in a day, "
                    + "the record says \(item.hops)"
            }
            if let severity = item.severity, severity <= Self.rules.contingencyUpTo,
                item.contingencies.isEmpty
            {
                return "\(item.handle) was offered without an if-then plan"
            }
        }
        return nil
    }

    private func brokenAccept(_ move: Entry<MoveBody>, _ paper: HandoffState, _ node: WorldNode) -> String? {
        guard let record = paper.record(move.body.record, hashing: StandInHashing()) else {
            return "a record was accepted whose bytes are not those that were signed"
        }
        for item in record.items where (item.severity ?? .s0) <= Self.rules.readBackUpTo {
            let isRead = paper.readBacks.entries.contains {
                $0.body.document == item.document && $0.body.record == move.body.record && $0.body.isGood
                    && move.isAfter($0)
            }
            if !isRead { return "\(item.handle) was accepted without a read-back" }
        }
        for held in move.body.held {
            guard let folded = node.replica.folded(held.document) else { continue }
            // The accept itself came after the receipt was written.
            let isTold = folded.latest.allSatisfy { place in
                place.author == node.context.author || held.vector.contains(place)
            }
            if !isTold { return "the receipt of \(held.document) leaves out what was there" }
            let unread = folded.compartments.flatMap(\.unread)
            if !unread.allSatisfy({ held.missing.contains($0) }) {
                return "the receipt of \(held.document) hides what was missing"
            }
        }
        return move.body.held.isEmpty ? "an accept without a receipt" : nil
    }
}
