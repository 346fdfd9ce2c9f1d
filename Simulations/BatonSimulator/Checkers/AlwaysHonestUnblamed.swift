import BatonEngine
import BatonModel
import BatonProtocol

/// Nobody is accused of what it has not done: no honest author of a fork, no honest peer of broken bytes.
struct AlwaysHonestUnblamed: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .noted(let node, let note, let input) = fact, atlas.honest.contains(node.site) else {
            return nil
        }
        switch note {
        case .finding(let finding):
            guard let place = self.blamed(finding, atlas) else { return nil }
            return Violation(
                "always-honest-unblamed", "\(node) blames \(place) without cause", node: node)
        case .signatureRefused(let peer, let reference):
            guard atlas.isSound(peer) else { return nil }
            return Violation(
                "always-honest-unblamed", "\(node) refused the signature of \(reference), from \(peer)",
                node: node)
        case .linkLost(let peer, let fault?):
            guard atlas.isSound(peer), !self.isAbout(input, atlas) else { return nil }
            return self.isBlame(fault)
                ? Violation("always-honest-unblamed", "\(node) blames \(peer): \(fault)", node: node) : nil
        default: return nil
        }
    }

    private func isAbout(_ input: EngineInput, _ atlas: FaultAtlas) -> Bool {
        switch input {
        case .bytesReceived(let link, _): atlas.replays.contains(link)
        // Work in hand may have come over any link.
        case .verified: atlas.hasLiar || !atlas.replays.isEmpty
        default: false
        }
    }

    /// Silence, slowness and news that came in another order are nobody's fault.
    private func isBlame(_ fault: PeerFault) -> Bool {
        switch fault {
        case .silent, .greetingTimeout, .membershipUnknown: false
        default: true
        }
    }

    private func blamed(_ finding: ApplyFinding, _ atlas: FaultAtlas) -> DeltaReference? {
        switch finding {
        case .forkProven(let place, _), .documentPrevSkipped(let place), .voided(let place):
            atlas.isHonest(place.author) ? place : nil
        // A liar may send a wrong part or key of anybody's delta.
        case .partRefused(let place): atlas.hasLiar ? nil : place
        case .clockSuspect(let place):
            atlas.hasLiar || !atlas.clockFaults.isEmpty ? nil : place
        default: nil
        }
    }
}
