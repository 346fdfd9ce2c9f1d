import BatonAPI

extension Freshness {
    /// What somebody at another site is about to do.
    struct Intent {
        let site: String
        let desk: DeskView

        /// `usw: kim is about to disclose in EDR-7K3QM2`.
        var words: String {
            let place = self.desk.ref.map { " in \($0)" } ?? ""
            return "\(self.site): \(self.desk.by) is about to \(self.desk.intent ?? "act")\(place)"
        }
    }

    /// In order of site, then as the site said it.
    var intents: [Intent] {
        self.peers.flatMap { peer in
            (peer.desks ?? []).filter { $0.intent != nil }.map { Intent(site: peer.site, desk: $0) }
        }
    }
}

extension ReplyRenderer {
    /// What others are about to do: below every answer.
    func intents(_ asOf: Freshness) -> [Block] {
        asOf.intents.map { .line("** \($0.words) (\($0.desk.secondsLeft) s)") }
    }

    /// "At usw: kim on EDR-7K3QM2, mo."
    func desks(_ asOf: Freshness) -> [Block] {
        asOf.peers.compactMap { peer in
            guard let desks = peer.desks, !desks.isEmpty else { return nil }
            let people = desks.map { desk in "\(desk.by)\(desk.ref.map { " on \($0)" } ?? "")" }
            return .line("At \(peer.site): \(people.joined(separator: ", ")).")
        }
    }
}
