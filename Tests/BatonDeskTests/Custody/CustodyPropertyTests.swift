import BatonDesk
import BatonModel
import BatonSimulator
import Testing

@Suite struct CustodyPropertyTests {
    private static let allTroubles: CustodyTown.Troubles = [.amnesia, .clone, .death, .takes, .settles]

    private struct Shown: Equatable {
        let epochs: [CustodyEpoch]
        let offers: [CustodyOffer]
        let late: [CustodyLate]
        let alarms: [CustodyAlarm]
        let holders: [Int]

        init(_ state: CustodyState) {
            self.epochs = state.epochs
            self.offers = state.offers
            self.late = state.late
            self.alarms = state.alarms
            self.holders = [state.firm.index, state.accountable.index]
        }
    }

    @Test("the same custody operations in any order give the same custody", arguments: 0..<40)
    func orderFree(seed: UInt64) {
        var town = CustodyTown(seed: seed, troubles: Self.allTroubles)
        for _ in 0..<60 { town.step() }
        let ledger = town.ledger(town.everything)
        let expected = Shown(CustodyState(of: ledger, town.facts))
        for _ in 0..<4 {
            let other = Shown(CustodyState(of: town.random.shuffled(ledger), town.facts))
            #expect(other == expected, "seed \(seed)")
        }
    }

    @Test(
        "among sites that recover, no two sets of what happened name two firm holders of one epoch",
        arguments: 0..<60)
    func oneFirmHolder(seed: UInt64) {
        var town = CustodyTown(seed: seed, troubles: [.amnesia, .takes])
        var holders: [Int: SiteID] = [:]
        func check(_ known: [Int]) {
            let state = CustodyState(of: town.ledger(known), town.facts)
            for epoch in state.epochs where epoch.isFirm {
                let before = holders.updateValue(epoch.site, forKey: epoch.number)
                #expect(
                    before == nil || before == epoch.site,
                    "seed \(seed): epoch \(epoch.number) is firm at \(epoch.site) and at \(before ?? epoch.site)"
                )
            }
        }
        for step in 0..<60 {
            town.step()
            if step % 4 == 0 { for machine in town.machines { check(machine.known) } }
            if step % 10 == 0 { check(town.closedSubset()) }
        }
    }

    @Test("with clones, dead sites and depositions too, no set names two firm holders", arguments: 0..<40)
    func noTwoHoldersInOneSet(seed: UInt64) {
        var town = CustodyTown(seed: seed, troubles: Self.allTroubles)
        for step in 0..<50 {
            town.step()
            guard step % 4 == 0 else { continue }
            let sets = town.machines.map(\.known) + [town.closedSubset(), town.everything]
            for known in sets {
                let state = CustodyState(of: town.ledger(known), town.facts)
                let pairs = state.epochs.filter(\.isFirm).map { "\($0.number)" }
                #expect(Set(pairs).count == pairs.count, "seed \(seed): firm epochs \(pairs)")
                #expect(!state.alarms.contains { if case .twoHolders = $0 { true } else { false } })
            }
        }
    }

    @Test(
        "with restarts that recover, takes, and living sites deposed, a site holds the case in its own view",
        arguments: 0..<120)
    func neverUnownedAfterPromotion(seed: UInt64) {
        var troubles: CustodyTown.Troubles = [.takes, .restarts]
        if seed % 2 == 1 { troubles.insert(.mistakes) }
        var town = CustodyTown(seed: seed, troubles: troubles)
        for _ in 0..<60 {
            town.step()
            let own = town.machines.contains { machine in
                let view = town.view(machine)
                return [view.accountable.site, view.firm.site].contains(machine.site)
            }
            #expect(own, "seed \(seed): every site thinks that another one has it")
        }
    }

    @Test(
        "what may be done has its effect in the view of whoever does it, depositions and lost memory or not",
        arguments: 0..<80)
    func allowedTakesEffect(seed: UInt64) {
        var town = CustodyTown(seed: seed, troubles: Self.allTroubles.union([.mistakes, .restarts]))
        for _ in 0..<60 {
            let before = town.entryCount
            town.step()
            guard town.entryCount > before, let last = town.entries.last,
                let machine = town.machines.first(where: { $0.known.last == before })
            else { continue }
            // A settlement by who does not hold the case for certain is an opinion, and is told as one.
            let late = town.view(machine).late.filter {
                $0.entry.write.dot == last.write.dot && $0.reason != .opinion
            }
            #expect(late.isEmpty, "seed \(seed): \(machine.site) \(late.map { "\($0.kind): \($0.reason)" })")
        }
    }

    @Test(
        "while no memory is lost, at every instant a site holds the case in its own view", arguments: 0..<60)
    func neverUnowned(seed: UInt64) {
        var town = CustodyTown(seed: seed, troubles: [.takes])
        for _ in 0..<50 {
            town.step()
            let own = town.machines.contains { machine in
                let view = town.view(machine)
                return [view.accountable.site, view.firm.site].contains(machine.site)
            }
            #expect(own, "seed \(seed): every site thinks that another one has it")
            let all = CustodyState(of: town.ledger(town.everything), town.facts)
            let holder = town.machines.first { $0.site == all.accountable.site }
            let ownView = holder.map { town.view($0).accountable.site }
            #expect(ownView == all.accountable.site || !all.contenders.isEmpty, "seed \(seed)")
        }
    }
}
