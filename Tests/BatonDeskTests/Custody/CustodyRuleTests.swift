import BatonDesk
import BatonEncoding
import BatonModel
import Testing

/// The rules of custody one by one, as stories of three sites. Machine 0 is syd, the origin; 1 is use, 2 is usw.
@Suite struct CustodyRuleTests {
    private func town() -> CustodyTown { CustodyTown(seed: 1, troubles: []) }

    private func all(_ town: CustodyTown) -> CustodyState {
        CustodyState(of: town.ledger(town.everything), town.facts)
    }

    /// Offers an epoch and gives the offer's citation.
    private func offer(_ town: inout CustodyTown, from machine: Int, _ epoch: CitedDot?, to site: Int)
        -> CitedDot
    {
        town.write(.offer(epoch, to: town.sites[site], person: nil), at: machine)
        return town.lastWritten
    }

    @Test("a case that nobody took is held by its origin's watch, firmly")
    func origin() {
        let state = self.all(self.town())
        #expect(state.firm.site == SiteID("syd"))
        #expect(state.accountable.number == 0)
        #expect(state.isUntaken)
    }

    @Test("an offer does not move custody, an accept does, and the offerer lags by that accept alone")
    func offerAndAccept() {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 2)
        #expect(self.all(town).accountable.site == SiteID("syd"))
        #expect(
            town.view(town.machines[0]).power(of: town.machines[0].author)
                == .provisional([.offerOpen(town.sites[2])]))
        town.exchange(from: 0, to: 2, all: true)
        town.write(.accept(offer), at: 2)
        #expect(town.view(town.machines[0]).accountable.site == SiteID("syd"), "it has not seen the accept")
        let state = self.all(town)
        #expect(state.firm.site == SiteID("usw"))
        #expect(state.firm.number == 1)
        #expect(state.firm.person == town.person(town.sites[2]))
    }

    @Test("an accept that did not know of the withdrawal wins, one that had read it is late")
    func withdrawRace() {
        for hasRead in [false, true] {
            var town = self.town()
            let offer = self.offer(&town, from: 0, nil, to: 2)
            town.exchange(from: 0, to: 2, all: true)
            town.write(CustodyBody(.withdraw, on: offer), at: 0)
            if hasRead { town.exchange(from: 0, to: 2, all: true) }
            town.write(.accept(offer), at: 2)
            let state = self.all(town)
            #expect(state.firm.site == SiteID(hasRead ? "syd" : "usw"))
            #expect(state.late.map(\.reason) == (hasRead ? [.forbidden(.withdrawn)] : []))
        }
    }

    @Test("a withdrawal ends the offer only when its target has acknowledged it")
    func acknowledgement() throws {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 2, all: true)
        town.write(CustodyBody(.withdraw, on: offer), at: 0)
        #expect(self.all(town).offers.map(\.standing) == [.withdrawing])
        town.exchange(from: 0, to: 2, all: true)
        let view = town.view(town.machines[2])
        let withdrawal = try #require(view.withdrawal(of: view.offers[0]))
        town.write(CustodyBody(.acknowledge, on: withdrawal), at: 2)
        #expect(self.all(town).offers.map(\.standing) == [.acknowledged])
    }

    @Test(
        "the accept of an offer beside an open one is provisional until a confirm that has read the decline")
    func promotion() {
        var town = self.town()
        let first = self.offer(&town, from: 0, nil, to: 1)
        let second = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 1, all: true)
        town.exchange(from: 0, to: 2, all: true)
        town.write(.accept(second), at: 2)
        let accepted = town.lastWritten
        #expect(self.all(town).accountable.word == "1'")
        #expect(self.all(town).firm.site == SiteID("syd"))
        // A confirm that has read no decline is signed too early: it changes nothing.
        town.write(CustodyBody(.confirm, on: accepted), at: 2)
        town.write(.decline(first, code: "REST"), at: 1)
        #expect(self.all(town).firm.site == SiteID("syd"))
        town.exchange(from: 1, to: 2, all: true)
        town.write(CustodyBody(.confirm, on: accepted), at: 2)
        #expect(self.all(town).firm.site == SiteID("usw"))
        #expect(self.all(town).accountable.word == "1")
    }

    @Test("an epoch opened from a provisional one is firm only after both are confirmed")
    func chain() {
        var town = self.town()
        let first = self.offer(&town, from: 0, nil, to: 1)
        let second = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 1, all: true)
        town.exchange(from: 0, to: 2, all: true)
        town.write(.accept(second), at: 2)
        let middle = town.lastWritten
        let third = self.offer(&town, from: 2, middle, to: 0)
        town.exchange(from: 2, to: 0, all: true)
        town.write(.accept(third), at: 0)
        let last = town.lastWritten
        town.write(.decline(first, code: "REST"), at: 1)
        town.exchange(from: 1, to: 2, all: true)
        town.write(CustodyBody(.confirm, on: middle), at: 2)
        #expect(self.all(town).firm.number == 1)
        #expect(self.all(town).accountable.word == "2'")
        town.exchange(from: 2, to: 0, all: true)
        town.exchange(from: 1, to: 0, all: true)
        town.write(CustodyBody(.confirm, on: last), at: 0)
        #expect(self.all(town).firm.number == 2)
    }

    @Test("a decline by a machine that has forgotten its accept never counts")
    func forgottenAccept() {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 2, all: true)
        let before = town.machines[2].known
        town.write(.accept(offer), at: 2)
        town.exchange(from: 2, to: 1, all: true)
        town.rebirth(2, knowing: before)
        town.write(.decline(offer, code: "REST"), at: 2)
        town.exchange(from: 2, to: 0, all: true)
        // syd knows the decline alone: it may offer again, but that accept is not firm.
        #expect(town.view(town.machines[0]).offers[0].isAnswerProvisional)
        #expect(self.all(town).firm.site == SiteID("usw"))
        #expect(self.all(town).offers[0].standing == .accepted)
        #expect(!self.all(town).offers[0].isAnswerProvisional)
    }

    @Test("the acts of a new incarnation count once its recovery is there")
    func recovery() {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 2, all: true)
        town.rebirth(2, knowing: town.machines[2].known)
        town.write(.accept(offer), at: 2)
        #expect(self.all(town).accountable.word == "1'")
        #expect(self.all(town).power(of: town.machines[2].author) != .firm)
        town.recover(2)
        #expect(self.all(town).firm.site == SiteID("usw"))
        #expect(self.all(town).power(of: town.machines[2].author) == .firm)
    }

    @Test("leads of two sites can vouch for an incarnation, one cannot")
    func leads() {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 2, all: true)
        town.rebirth(2, knowing: town.machines[2].known)
        town.write(.accept(offer), at: 2)
        let life = town.machines[2].incarnation
        let vouching = CustodyBody.recovered(town.sites[2], life, .leads)
        town.write(vouching, at: 0, by: CustodyTown.lead)
        #expect(self.all(town).firm.number == 0)
        town.write(vouching, at: 1, by: CustodyTown.lead)
        #expect(self.all(town).accountable.word == "1")
        #expect(self.all(town).firm.number == 0, "usw has not heard that its accept counts")
        for source in [0, 1] { town.exchange(from: source, to: 2, all: true) }
        town.write(CustodyBody(.reconfirm, on: self.all(town).accountable.cited), at: 2)
        #expect(self.all(town).firm.number == 1)
    }

    @Test(
        "an emergency take stands in until a firm holder has acted knowing of it, the lowest site of several")
    func emergency() {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 2, all: true)
        town.write(.accept(offer), at: 2)
        let epoch = town.lastWritten
        for machine in [0, 1] { town.exchange(from: 2, to: machine, all: true) }
        town.write(.take(epoch, code: "PARTITION"), at: 1)
        town.write(.take(epoch, code: "PARTITION"), at: 0)
        #expect(self.all(town).accountable.site == SiteID("syd"))
        #expect(self.all(town).accountable.word == "2'")
        #expect(self.all(town).firm.site == SiteID("usw"))
        for machine in [0, 1] { town.exchange(from: machine, to: 2, all: true) }
        town.write(CustodyBody(.reconfirm, on: epoch), at: 2)
        #expect(self.all(town).accountable.site == SiteID("usw"))
        #expect(self.all(town).contenders.count == 2)
    }

    @Test(
        "the firm holder's settlement ends what stands against it and opens the next epoch; others have opinions"
    )
    func settlement() {
        var town = self.town()
        town.write(.take(nil, code: "PARTITION"), at: 1)
        let take = town.lastWritten
        town.exchange(from: 1, to: 2, all: true)
        town.write(.settle(nil, keep: town.sites[2], ending: [take]), at: 2)
        #expect(self.all(town).accountable.site == SiteID("use"), "usw holds nothing and decides nothing")
        town.exchange(from: 1, to: 0, all: true)
        town.write(.settle(nil, keep: town.sites[1], ending: [take]), at: 0)
        let state = self.all(town)
        #expect(state.firm.site == SiteID("use"))
        #expect(state.firm.number == 1)
        #expect(state.contenders.isEmpty)
        #expect(state.late.map(\.reason) == [.opinion])
    }

    @Test(
        "a deposition gives the baton to its heir, and an accept of a trusted offer wins whenever it arrives")
    func deposition() {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 1, all: true)
        town.exchange(from: 0, to: 2, all: true)
        town.write(.accept(offer), at: 2)
        // use has the offer and not its accept.
        town.depose(town.sites[0], at: 1, town.view(town.machines[1]))
        let view = town.view(town.machines[1])
        #expect(view.accountable.site == SiteID("use"))
        #expect(view.accountable.isProvisional, "usw may have accepted")
        #expect(self.all(town).firm.site == SiteID("usw"))
        // What the deposed site does without knowing is late.
        town.write(.offer(nil, to: town.sites[1], person: nil), at: 0)
        #expect(self.all(town).late.map(\.reason) == [.deposed])
    }

    @Test("without open offers the heir of a deposed site is firm at once, and only a root keeper may depose")
    func heir() {
        var town = self.town()
        town.write(.depose(town.sites[0], holding: nil, heads: [], heir: town.sites[2]), at: 2)
        #expect(self.all(town).firm.number == 0)
        #expect(self.all(town).alarms == [.unauthorised(town.person(town.sites[2]))])
        town.depose(town.sites[0], at: 1, town.view(town.machines[1]))
        #expect(self.all(town).firm.site == SiteID("use"))
        #expect(self.all(town).firm.opening == .heir)
    }

    @Test("acts of a forked author are provisional, and the fork is told")
    func fork() {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 2)
        town.exchange(from: 0, to: 2, all: true)
        town.write(.accept(offer), at: 2)
        var facts = town.facts
        facts.forked = [town.machines[0].author]
        let state = CustodyState(of: town.ledger(town.everything), facts)
        #expect(state.accountable.word == "1'")
        #expect(state.alarms == [.cloned(town.sites[0])])
    }

    @Test("a body of custody says the same after a round through its bytes; nothing half survives")
    func codec() throws {
        let place = CitedDot(
            reference: DeltaReference(
                author: Author(
                    site: try #require(SiteID("syd")), incarnation: Incarnation(counter: 3, nonce: 9)),
                seq: 4), index: 1)
        let site = try #require(SiteID("usw"))
        let bodies: [CustodyBody] = [
            .offer(
                place, to: site, person: OperatorID(4), record: .zero,
                handoff: DocumentID(kind: .handoff, suffix: [UInt8](repeating: 5, count: 15))),
            .accept(place), .decline(place, code: "REST"), .take(nil, code: "S0"),
            .recovered(site, place.reference.author.incarnation, .statements),
            .depose(site, holding: place, heads: [place.reference], heir: place.reference.author.site),
            .settle(nil, keep: site, ending: [place]), .claim(nil, person: OperatorID(7)),
            CustodyBody(.withdraw, on: place), CustodyBody(.acknowledge, on: place),
            CustodyBody(.confirm, on: place), CustodyBody(.reconfirm),
        ]
        for body in bodies { #expect(CustodyBody(body.value) == body) }
        #expect(CustodyBody(CustodyBody(.accept).value) == nil, "an accept of nothing")
        #expect(CustodyBody(.text("move")) == nil)
    }

    @Test("a refusal names what was read, with a code")
    func refusals() {
        var town = self.town()
        let state = town.view(town.machines[2])
        #expect(throws: CustodyRefusal.notHolder(town.sites[0])) {
            try state.judge(.offer, on: state.firm, by: town.machines[2].author)
        }
        #expect(throws: CustodyRefusal.forbidden(.inHand)) {
            try state.judge(.take, on: state.firm, by: town.machines[0].author)
        }
        _ = self.offer(&town, from: 0, nil, to: 2)
        let view = town.view(town.machines[0])
        #expect(throws: CustodyRefusal.forbidden(.offerOpen)) {
            try view.judge(.settle, on: view.firm, by: town.machines[0].author)
        }
        #expect(throws: CustodyRefusal.notTarget(town.sites[2])) {
            try view.judge(.accept, on: view.offers[0], by: town.machines[1].author)
        }
        #expect(CustodyWords.refusal(.forbidden(.offerOpen), "EDR-1").code == "custody.offer-open")
    }

    @Test("a site that was deposed by mistake is told that what it was offered before is void, and may take")
    func deposedBefore() throws {
        var town = self.town()
        let offer = self.offer(&town, from: 0, nil, to: 1)
        town.exchange(from: 0, to: 1, all: true)
        town.depose(town.sites[1], at: 2, town.view(town.machines[2]))
        town.exchange(from: 2, to: 1, all: true)
        let (view, author) = (town.view(town.machines[1]), town.machines[1].author)
        let offered = try #require(view.offers.first { $0.cited == offer })
        #expect(throws: CustodyRefusal.deposedBefore(town.sites[1])) {
            try view.judge(.accept, on: offered, by: author)
        }
        #expect(throws: Never.self) { try view.judge(.take, on: view.accountable, by: author) }
        #expect(CustodyWords.refusal(.deposedBefore(town.sites[1]), "EDR-1").code == "custody.deposed-before")
    }
}
