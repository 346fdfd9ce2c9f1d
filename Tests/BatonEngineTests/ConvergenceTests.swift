import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import BatonTestSupport
import Testing

@Suite("Convergence")
struct ConvergenceTests {
    private static let team = SimulatedTeam()

    /// Peers of a generated history; with `forked`, one of them is a clone of another's disk that goes on
    /// by itself.
    private static func peers(seed: UInt64, forked: Bool, _ generator: inout HistoryGenerator)
        -> [ReplicaPeer]
    {
        var peers = Self.team.sites.enumerated().map { index, site in
            ReplicaPeer(
                Self.team.context(site, seed: seed &+ UInt64(index)),
                wall: 1_000_000 + UInt64(generator.random.below(5_000)))
        }
        if forked {
            _ = generator.run(peers, steps: 6)
            let original = peers[0]
            peers.append(
                ReplicaPeer(original.context, replica: original.replica.clone(), wall: original.wall + 7))
        }
        return peers
    }

    /// Gives every delta of the history to a fresh replica in a drawn order, cut into drawn batches, some
    /// twice; now and then the replica goes on from a snapshot of itself.
    private static func replay(
        _ history: [(delta: Delta, by: ReplicaPeer)], on peer: ReplicaPeer, _ random: inout SeededRandom
    ) {
        var order = random.shuffled(Array(history.indices))
        order.append(contentsOf: order.filter { _ in random.chance(1, in: 4) })
        while !order.isEmpty {
            let count = min(order.count, 1 + random.below(9))
            for index in order.prefix(count) { peer.apply([history[index].delta], from: history[index].by) }
            order.removeFirst(count)
            if random.chance(1, in: 12) { peer.restore() }
        }
    }

    private static func everything(_ peers: [ReplicaPeer]) -> [(delta: Delta, by: ReplicaPeer)] {
        var seen: Set<DeltaID> = []
        var all: [(delta: Delta, by: ReplicaPeer)] = []
        for peer in peers {
            for delta in peer.replica.deltasInOrder where seen.insert(delta.id).inserted {
                all.append((delta, peer))
            }
        }
        return all
    }

    @Test(
        "any order, any batching, any duplication, any snapshot of a generated history gives the same bytes",
        arguments: 0..<HistoryCount.value)
    func orderFreedom(seed: Int) {
        let isForked = seed % 3 == 2
        var generator = HistoryGenerator(seed: UInt64(seed), team: Self.team, documentCount: 2)
        let peers = Self.peers(seed: UInt64(seed), forked: isForked, &generator)
        _ = generator.run(peers, steps: 60)
        let history = Self.everything(peers)
        var prints: [[[UInt8]]] = []
        for round in 0..<3 {
            let reader = ReplicaPeer(
                Self.team.context(Self.team.sites[1], incarnation: 9, seed: UInt64(round)))
            // Opened ahead with few keys at hand, with many, and not at all.
            reader.opener = [PartOpener(keysMax: 2), PartOpener(), nil][round]
            Self.replay(history, on: reader, &generator.random)
            #expect(reader.replica.waitingCount == 0, "seed \(seed): nothing waits once everything is here")
            prints.append(reader.fingerprint)
        }
        for peer in peers {
            for (delta, source) in history { peer.apply([delta], from: source) }
            prints.append(peer.fingerprint)
        }
        #expect(
            Set(prints).count == 1, "seed \(seed), forked \(isForked): \(Set(prints).count) different states")
        let proven = peers.flatMap(\.findings).contains { if case .forkProven = $0 { true } else { false } }
        if !isForked { #expect(!proven, "seed \(seed): no fork is proven where none is") }
    }

    @Test(
        "the fold equals a deliberately naive one that walks the graph for every question",
        arguments: 0..<HistoryCount.value)
    func equalsReference(seed: Int) throws {
        let isForked = seed % 3 == 2
        var generator = HistoryGenerator(seed: UInt64(seed) &+ 5_000, team: Self.team, documentCount: 1)
        let peers = Self.peers(seed: UInt64(seed), forked: isForked, &generator)
        _ = generator.run(peers, steps: 50)
        let reader = ReplicaPeer(Self.team.context(Self.team.sites[2], incarnation: 9))
        if seed % 2 == 0 { reader.opener = PartOpener(keysMax: 4) }
        Self.replay(Self.everything(peers), on: reader, &generator.random)
        let document = generator.documents[0]
        let reference = try Self.reference(reader, document)
        let state = try #require(try reader.replica.document(document))
        let global = try #require(state[.global])
        #expect(state.frontier.map(\.id) == reference.frontier)
        #expect(global.registers.standing == reference.registers)
        #expect(global.sets.standing == reference.sets)
        #expect(global.milestones.standing == reference.milestones)
        let custody = (global.ledgers[SimulatedFields.custody] ?? []).map {
            ReferenceFold.Standing(field: SimulatedFields.custody, dot: $0.write.dot)
        }
        #expect(custody == reference.ledger(.custody))
        if !isForked { Self.expectCausalOrder(in: global, reference) }
        let timeline = reader.replica.timeline(of: document)
            .map { ReferenceFold.Standing(field: $0.field, dot: $0.write.dot) }
        #expect(timeline.sorted() == reference.timeline)
        let closures = global.closures.map {
            ReferenceFold.Standing(field: SimulatedFields.closure, dot: $0.write.dot)
        }
        #expect(closures == reference.closures)
    }

    /// Which entry of a ledger came after which is what the graph says.
    private static func expectCausalOrder(in state: CompartmentState, _ reference: ReferenceFold) {
        let entries = state.ledgers[SimulatedFields.custody] ?? []
        for later in entries {
            for earlier in entries where earlier.write.dot.delta != later.write.dot.delta {
                #expect(
                    later.isAfter(earlier)
                        == reference.isAncestor(earlier.write.dot.delta, of: later.write.dot.delta))
            }
        }
    }

    /// Opens every delta of a document and resolves its references by trying all ids against the seal.
    private static func reference(_ peer: ReplicaPeer, _ document: DocumentID) throws -> ReferenceFold {
        let deltas = peer.replica.deltasInOrder.filter { $0.header.document == document }
        var byPlace: [DeltaReference: [DeltaID]] = [:]
        for delta in deltas { byPlace[delta.reference, default: []].append(delta.id) }
        var opened: [OpenedDelta] = []
        var parents: [DeltaID: [DeltaID]] = [:]
        for delta in deltas {
            let plaintext = delta.parts[0].map { Array($0.dropLast(16)) } ?? []
            let bodies = try PartPlaintext.decode(
                plaintext, compartment: .global, operationCount: delta.header.shape.count)
            opened.append(
                OpenedDelta(
                    id: delta.id, header: delta.header,
                    parts: [.bodies(bodies.map { OpenedDelta.Body(index: $0.index, value: $0.body) })]))
            let found: [DeltaID] = try #require(
                Self.parents(of: delta.header, byPlace),
                "the seal of \(delta.reference) names deltas that are here")
            parents[delta.id] = found
        }
        return ReferenceFold(deltas: opened, parents: parents, table: SimulatedFields.table)
    }

    private static func parents(of header: Header, _ byPlace: [DeltaReference: [DeltaID]]) -> [DeltaID]? {
        let prevChoices: [DeltaID] =
            header.documentPrev == 0
            ? [.none] : byPlace[DeltaReference(author: header.author, seq: header.documentPrev)] ?? []
        var combinations: [[DeltaID]] = prevChoices.map { [$0] }
        for entry in header.context.entries {
            combinations = combinations.flatMap { head in (byPlace[entry] ?? []).map { head + [$0] } }
        }
        let match = combinations.first {
            ContextSeal(documentPrev: $0[0], entries: Array($0.dropFirst()), hashing: StandInHashing())
                == header.context.seal
        }
        return match?.filter { $0 != DeltaID.none }
    }

    @Test("a clone that wrote by itself is proven as a fork, and both branches fold")
    func forkIsProven() throws {
        let context = Self.team.context(Self.team.sites[0])
        let person = Self.team.person(at: Self.team.sites[0])
        let document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 1, count: 15))
        func owner(_ number: UInt64) -> [Operation] {
            [
                Operation(
                    shape: OperationShape(kind: .set, field: SimulatedFields.owner, isMaterial: true),
                    body: .unsigned(number))
            ]
        }
        let original = ReplicaPeer(context)
        _ = original.author(document, owner(1), by: person)
        let clone = ReplicaPeer(context, replica: original.replica.clone())
        let left = original.author(document, owner(2), by: person)
        let right = clone.author(document, owner(3), by: person)
        #expect(left.reference == right.reference)
        let reader = ReplicaPeer(Self.team.context(Self.team.sites[1]))
        reader.apply(original.replica.deltasInOrder, from: original)
        reader.apply(clone.replica.deltasInOrder, from: clone)
        #expect(reader.findings.contains { if case .forkProven = $0 { true } else { false } })
        let state = try #require(try reader.replica.document(document))
        let writes = try #require(state[.global]?.registers[SimulatedFields.owner])
        #expect(Set(writes.compactMap { $0.value?.intValue }) == [2, 3], "neither branch hides the other")
        #expect(reader.replica.haveSet[context.author]?.contested.count == 2)
    }
}
