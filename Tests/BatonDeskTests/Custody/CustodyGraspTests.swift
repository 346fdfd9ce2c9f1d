import BatonDesk
import BatonModel
import BatonSimulator
import Testing

/// What somebody else's act makes of an epoch, and what its own site knows of that. Machine 0 is syd, the origin; 1
/// is use, 2 is usw.
@Suite struct CustodyGraspTests {
    private func isHeld(_ town: CustodyTown) -> Bool {
        town.machines.contains { machine in
            let view = town.view(machine)
            return [view.accountable.site, view.firm.site].contains(machine.site)
        }
    }

    /// Syd's new life, not recovered, offers to use; usw takes the case; use has read that and accepts.
    private func promoted() -> CustodyTown {
        var town = CustodyTown(seed: 1, troubles: [])
        town.write(CustodyBody(.reconfirm), at: 0)
        town.rebirth(0, knowing: town.machines[0].known)
        town.write(.offer(nil, to: town.sites[1], person: nil), at: 0)
        let offer = town.lastWritten
        town.exchange(from: 0, to: 2, all: true)
        town.write(.take(nil, code: "PARTITION"), at: 2)
        town.exchange(from: 0, to: 1, all: true)
        town.exchange(from: 2, to: 1, all: true)
        town.write(.accept(offer), at: 1)
        town.exchange(from: 1, to: 0, all: true)
        town.exchange(from: 1, to: 2, all: true)
        return town
    }

    @Test("an accept that a recovery made firm outweighs a take once its own site has acted with that read")
    func recoveryAndTake() {
        var town = self.promoted()
        #expect(town.view(town.machines[2]).accountable.site == town.sites[2])
        town.recover(0)
        town.exchange(from: 0, to: 2, all: true)
        let taker = town.view(town.machines[2])
        #expect(taker.epochs.contains { $0.isFirm && $0.number == 1 })
        #expect(taker.accountable.site == town.sites[2], "use does not know that its accept counts")
        #expect(self.isHeld(town))
        town.exchange(from: 0, to: 1, all: true)
        #expect(self.isHeld(town))
        let accepted = town.view(town.machines[1]).epochs.first { $0.number == 1 && $0.site == town.sites[1] }
        town.write(CustodyBody(.reconfirm, on: accepted?.cited), at: 1)
        town.exchange(from: 1, to: 2, all: true)
        #expect(town.view(town.machines[2]).firm.site == town.sites[1])
        #expect(town.view(town.machines[2]).accountable.site == town.sites[1])
    }

    @Test("of two accepts, the one that a recovery makes firm goes first once its own site knows")
    func recoveryAndAccepts() {
        var town = CustodyTown(seed: 1, troubles: [])
        town.write(CustodyBody(.reconfirm), at: 0)
        town.rebirth(0, knowing: town.machines[0].known)
        var offers: [CitedDot] = []
        for target in [2, 1] {
            town.write(.offer(nil, to: town.sites[target], person: nil), at: 0)
            offers.append(town.lastWritten)
        }
        for target in [1, 2] { town.exchange(from: 0, to: target, all: true) }
        town.write(.accept(offers[0]), at: 2)
        town.write(.accept(offers[1]), at: 1)
        town.exchange(from: 1, to: 2, all: true)
        town.exchange(from: 2, to: 1, all: true)
        for source in [1, 2] { town.exchange(from: source, to: 0, all: true) }
        #expect(town.view(town.machines[2]).accountable.site == town.sites[1], "the lesser of two unsure")
        town.recover(0)
        town.exchange(from: 0, to: 1, all: true)
        #expect(self.isHeld(town), "usw has not heard that its accept counts")
        #expect(town.view(town.machines[1]).accountable.site == town.sites[1])
    }

    @Test("the heir of a site that held nothing stands in until the holder has acted with that read")
    func standIn() {
        var town = CustodyTown(seed: 1, troubles: [])
        town.write(.offer(nil, to: town.sites[2], person: nil), at: 0)
        let offer = town.lastWritten
        town.exchange(from: 0, to: 1, all: true)
        town.exchange(from: 0, to: 2, all: true)
        town.depose(town.sites[2], at: 1, town.view(town.machines[1]))
        town.write(.accept(offer), at: 2)
        town.exchange(from: 2, to: 0, all: true)
        #expect(town.view(town.machines[0]).firm.site == town.sites[2], "syd gave it away")
        town.exchange(from: 1, to: 2, all: true)
        #expect(town.view(town.machines[2]).firm.site == town.sites[0], "usw's accept is late")
        #expect(town.view(town.machines[1]).accountable.opening == .standIn)
        #expect(self.isHeld(town))
        town.exchange(from: 1, to: 0, all: true)
        let view = town.view(town.machines[0])
        #expect(view.power(of: town.machines[0].author) == .provisional([.taken(town.sites[1])]))
        town.write(CustodyBody(.reconfirm), at: 0)
        town.exchange(from: 0, to: 1, all: true)
        #expect(town.view(town.machines[1]).accountable.site == town.sites[0])
        #expect(town.view(town.machines[1]).contenders.isEmpty, "nobody need settle with a stand-in")
    }

    @Test("an answer that cites a forked place reaches the offer of each branch")
    func forkedOffers() {
        var town = CustodyTown(seed: 1, troubles: [])
        let twin = town.machines[0]
        town.machines.append(twin)
        for machine in [0, 3] { town.write(.offer(nil, to: town.sites[2], person: nil), at: machine) }
        let offer = town.lastWritten
        for source in [0, 3] { town.exchange(from: source, to: 2, all: true) }
        town.write(.decline(offer, code: "REST"), at: 2)
        var facts = town.facts
        facts.forked = [twin.author]
        let state = CustodyState(of: town.ledger(town.everything), facts)
        #expect(state.offers.map(\.standing) == [.declined(code: "REST"), .declined(code: "REST")])
        #expect(state.late.isEmpty)
    }
}
