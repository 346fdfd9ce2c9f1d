package import BatonDesk
package import BatonModel

/// What a site may do with the baton of a case, by what it knows: every act that all replicas will let stand.
package struct CustodyChoices {
    private let state: CustodyState
    private let author: Author
    private let sites: [SiteID]
    private let person: OperatorID?

    /// - Parameter person: Who would put their name to the case; nil leaves that out.
    package init(_ state: CustodyState, author: Author, sites: [SiteID], person: OperatorID? = nil) {
        self.state = state
        self.author = author
        self.sites = sites
        self.person = person
    }

    private func may(_ kind: CustodyKind, _ epoch: CustodyEpoch) -> Bool {
        do { try self.state.judge(kind, on: epoch, by: self.author) } catch { return false }
        return true
    }

    private func may(_ kind: CustodyKind, _ offer: CustodyOffer) -> Bool {
        do { try self.state.judge(kind, on: offer, by: self.author) } catch { return false }
        return true
    }

    /// On epochs first, then on offers; of each the newest last.
    package var all: [CustodyBody] {
        var bodies: [CustodyBody] = []
        for epoch in self.state.epochs where !epoch.isEnded { bodies += self.acts(on: epoch) }
        for offer in self.state.offers {
            if self.may(.accept, offer) { bodies.append(.accept(offer.cited)) }
            if self.may(.decline, offer) { bodies.append(.decline(offer.cited, code: "REST")) }
            if self.may(.withdraw, offer) { bodies.append(CustodyBody(.withdraw, on: offer.cited)) }
            if self.may(.acknowledge, offer), let withdrawal = self.state.withdrawal(of: offer) {
                bodies.append(CustodyBody(.acknowledge, on: withdrawal))
            }
        }
        return bodies
    }

    private func acts(on epoch: CustodyEpoch) -> [CustodyBody] {
        var bodies: [CustodyBody] = []
        if self.may(.offer, epoch), self.state.openOffers(of: epoch).count < 3 {
            bodies += self.sites.filter { $0 != self.author.site && !self.state.isDeposed($0) }.map {
                .offer(epoch.cited, to: $0, person: nil)
            }
        }
        if epoch.needsConfirm, epoch.isProvisional, let cited = epoch.cited, self.may(.confirm, epoch) {
            bodies.append(CustodyBody(.confirm, on: cited))
        }
        if epoch.index == self.state.accountable.index || epoch.index == self.state.firm.index {
            if self.may(.reconfirm, epoch) { bodies.append(CustodyBody(.reconfirm, on: epoch.cited)) }
            if let person = self.person, self.may(.claim, epoch) {
                bodies.append(.claim(epoch.cited, person: person))
            }
        }
        guard epoch.index == self.state.firm.index else { return bodies }
        if self.may(.take, epoch) { bodies.append(.take(epoch.cited, code: "PARTITION")) }
        return bodies + self.settlements(epoch)
    }

    /// Who holds the baton decides for itself or for one that stands against it.
    private func settlements(_ epoch: CustodyEpoch) -> [CustodyBody] {
        let ends = self.state.contenders.compactMap(\.cited)
        guard !ends.isEmpty else { return [] }
        guard epoch.site == self.author.site else {
            // What a site that does not hold the baton says is its opinion, for people to read.
            return [.settle(epoch.cited, keep: self.author.site, ending: ends)]
        }
        guard self.may(.settle, epoch) else { return [] }
        let keeps = self.state.contenders.map(\.site) + [self.author.site]
        return keeps.map { .settle(epoch.cited, keep: $0, ending: ends) }
    }

    /// An end for every offer that is this site's to answer, and what shows that nothing stands against it.
    package var answers: [CustodyBody] {
        let confirms = self.state.epochs.filter {
            $0.needsConfirm && $0.isProvisional && !$0.isEnded && self.may(.confirm, $0)
        }.compactMap { epoch in epoch.cited.map { CustodyBody(.confirm, on: $0) } }
        return confirms + self.endings
    }

    private var endings: [CustodyBody] {
        self.state.offers.filter { !$0.isEnded || $0.isAnswerProvisional }.compactMap { offer in
            if self.may(.acknowledge, offer), let withdrawal = self.state.withdrawal(of: offer) {
                return CustodyBody(.acknowledge, on: withdrawal)
            }
            return self.may(.decline, offer) ? .decline(offer.cited, code: "REST") : nil
        }
    }
}
