import BatonAPI
package import BatonCrypto
package import BatonModel

/// Makes the entries that a root key signs (one-root mode: demos and tests; production needs more roots).
package struct MembershipMaker {
    package let root: SigningKey
    package let nowMilliseconds: UInt64

    package init(root: SigningKey, nowMilliseconds: UInt64) {
        self.root = root
        self.nowMilliseconds = nowMilliseconds
    }

    /// Founds a team.
    ///
    /// - Parameter clearances: Compartments beside `global`, by site.
    package func found(
        team: String, cards: [SiteCard], clearances: [SiteID: [Compartment]]
    ) throws(NodeFault) -> Membership {
        guard (1...64).contains(team.utf8.count) else {
            throw NodeFault(
                code: "membership.team-name", "A team's name has 1 to 64 bytes.",
                hint: "Choose a shorter one.",
                exit: .usage)
        }
        var entry = MembershipEntry(
            epoch: 1, prev: .zero, createdMilliseconds: self.nowMilliseconds, teamName: team,
            roots: [self.root.publicKey], rootThreshold: 1, sites: [], operators: [])
        var numbers = OperatorNumbers(used: 0, known: [])
        for card in cards.sorted(by: { $0.site < $1.site }) {
            try Self.add(card, clearances[card.site] ?? [], to: &entry, &numbers)
        }
        try Self.checkClearances(clearances, entry)
        return try self.signed(entry, after: nil)
    }

    /// Signs the next entry: some cards added or replaced, some sites removed.
    package func extend(
        _ membership: Membership, adding cards: [SiteCard], removing removed: [SiteID],
        clearances: [SiteID: [Compartment]]
    ) throws(NodeFault) -> Membership {
        let head = membership.head
        guard head.roots.contains(self.root.publicKey) else {
            throw NodeFault(
                code: "membership.not-a-root", "This root key does not sign for this team.",
                hint: "Use the root.key with which the team was founded.", exit: .refused)
        }
        for site in removed where head.site(site) == nil {
            throw NodeFault(
                code: "membership.no-such-site", "The site \(site) is not in the membership.",
                hint: "baton membership show lists the sites.", exit: .noSuchThing)
        }
        let replaced = removed + cards.map(\.site)
        var entry = head
        entry.epoch += 1
        entry.prev = membership.headHash
        entry.createdMilliseconds = max(self.nowMilliseconds, head.createdMilliseconds)
        entry.sites.removeAll { replaced.contains($0.site) }
        entry.operators.removeAll { replaced.contains($0.site) }
        let everyone = membership.entries.flatMap(\.entry.operators)
        var numbers = OperatorNumbers(used: everyone.map(\.id.number).max() ?? 0, known: everyone)
        for card in cards.sorted(by: { $0.site < $1.site }) {
            let kept = head.site(card.site)?.clearances ?? []
            try Self.add(card, clearances[card.site] ?? kept, to: &entry, &numbers)
        }
        for index in entry.sites.indices {
            guard let wanted = clearances[entry.sites[index].site] else { continue }
            entry.sites[index].clearances = wanted.sorted()
        }
        try Self.checkClearances(clearances, entry)
        return try self.signed(entry, after: membership)
    }

    private static func checkClearances(
        _ clearances: [SiteID: [Compartment]], _ entry: MembershipEntry
    ) throws(NodeFault) {
        for site in clearances.keys.sorted() where entry.site(site) == nil {
            throw NodeFault(
                code: "membership.no-such-site",
                "A clearance names the site \(site), which is not in the membership.",
                hint: "Give its card too, or leave it out.", exit: .usage)
        }
    }

    private static func add(
        _ card: SiteCard, _ clearances: [Compartment], to entry: inout MembershipEntry,
        _ numbers: inout OperatorNumbers
    ) throws(NodeFault) {
        guard entry.site(card.site) == nil else {
            throw NodeFault(
                code: "membership.site-twice", "Two cards name the site \(card.site).",
                hint: "Give one card a site.",
                exit: .usage)
        }
        entry.sites.append(card.record(clearances: clearances))
        entry.sites.sort { $0.site < $1.site }
        for person in card.operators {
            guard !entry.operators.contains(where: { $0.name == person.name }) else {
                throw NodeFault(
                    code: "membership.operator-twice", "Two operators are called \(person.name).",
                    hint: "Desk names are unique in a team; change one and run baton init again.",
                    exit: .usage)
            }
            entry.operators.append(
                OperatorRecord(
                    id: numbers.number(of: person.name, at: card.site), name: person.name, site: card.site,
                    roles: person.roles, userIDs: person.userIDs))
        }
        entry.operators.sort { $0.id < $1.id }
    }

    private func signed(_ entry: MembershipEntry, after before: Membership?) throws(NodeFault) -> Membership {
        let bytes = entry.encoded()
        let signature = self.root.sign(SignedMembershipEntry.signedMessage(bytes))
        do {
            let signed = try SignedMembershipEntry(
                bytes: bytes, signatures: [.init(key: self.root.publicKey, signature: signature)])
            guard var membership = before else {
                return try Membership(first: signed, hashing: Blake2b(), verifying: SignatureVerifier())
            }
            try membership.append(signed, hashing: Blake2b(), verifying: SignatureVerifier())
            return membership
        } catch {
            throw NodeFault(
                code: "membership.refused", "The new entry would be refused: \(error).",
                hint: "The team may need more root signatures than one.", exit: .refused)
        }
    }
}

/// Gives out operator numbers: one a person for ever, never a number twice.
private struct OperatorNumbers {
    var used: UInt32
    let known: [OperatorRecord]

    mutating func number(of name: String, at site: SiteID) -> OperatorID {
        if let before = self.known.last(where: { $0.name == name && $0.site == site }) { return before.id }
        self.used += 1
        return OperatorID(self.used)
    }
}
