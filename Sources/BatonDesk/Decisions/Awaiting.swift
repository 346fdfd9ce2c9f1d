package import BatonModel

/// Something that takes effect with a second person's word.
package struct Awaiting: Sendable {
    /// What `approve` calls it.
    package let label: String
    package let what: String
    package let proposer: OperatorID
    package let site: SiteID
    package let at: UInt64
}

extension CaseFile {
    /// All that waits for a second person, earliest first.
    package var awaiting: [Awaiting] {
        let decisions = self.decisions.items.filter { $0.state == .proposed }.map { item in
            let body = item.proposal.body
            let words = [item.choice.word, body.categories, body.severity?.word ?? ""].filter { !$0.isEmpty }
            return Self.awaiting(item.label, words.joined(separator: " "), item.proposal)
        }
        let gaps = self.verification.gaps.filter { $0.approval == nil }.map { gap in
            Self.awaiting(
                gap.label, "\(gap.proposal.body.gate) open, \(gap.proposal.body.code)", gap.proposal)
        }
        let effects = self.containments.items.filter { $0.state == .awaiting }.compactMap { item in
            item.intents.last.map { Self.awaiting(item.label, "containment", $0) }
        }
        return (decisions + gaps + effects).sorted { ($0.at, $0.label) < ($1.at, $1.label) }
    }

    private static func awaiting<Body>(_ label: String, _ what: String, _ entry: Entry<Body>) -> Awaiting {
        Awaiting(label: label, what: what, proposer: entry.by, site: entry.site, at: entry.at)
    }

    package var awaitingSection: FileSection {
        FileSection(
            "awaiting",
            self.awaiting.map {
                FileItem(
                    id: $0.label, state: "awaiting", text: $0.what, by: $0.proposer, site: $0.site, at: $0.at)
            })
    }
}
