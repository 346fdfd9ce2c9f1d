import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("DocumentState")
struct DocumentStateTests {
    private static let team = SimulatedTeam()

    /// A replica after a generated history; odd seeds hold a forked author.
    private static func history(seed: UInt64) -> (peer: ReplicaPeer, documents: [DocumentID]) {
        var generator = HistoryGenerator(seed: seed, team: Self.team, documentCount: 2)
        var peers = Self.team.sites.map { ReplicaPeer(Self.team.context($0, seed: seed)) }
        if seed % 2 == 1 {
            _ = generator.run(peers, steps: 8)
            peers.append(
                ReplicaPeer(peers[0].context, replica: peers[0].replica.clone(), wall: peers[0].wall + 3))
        }
        _ = generator.run(peers, steps: 50)
        for peer in peers.dropFirst() { peers[0].apply(peer.replica.deltasInOrder, from: peer) }
        return (peers[0], peers[0].replica.documentIDs)
    }

    @Test("generated states survive storage, byte for byte", arguments: UInt64(0)..<20)
    func storage(seed: UInt64) throws {
        let (peer, documents) = Self.history(seed: seed)
        #expect(!documents.isEmpty)
        for id in documents {
            let state = try #require(try peer.replica.document(id))
            let stored = state.encodedForStorage()
            let read = try DocumentState(id: id, storage: stored)
            #expect(read == state)
            #expect(read.encodedForStorage() == stored)
        }
    }

    @Test("a state with restricted, void and unread deltas survives storage")
    func unusualState() throws {
        var scene = FoldScene()
        let one = scene.write("usw", [Op.text("open"), Op.text("secret", in: .us), Op.close()])
        scene.write("syd", level: 2, [Op.make(.set, FieldCode(99), .null)])
        scene.write("use", seen: [one], [Op.severity(9)])
        var state = scene.folded().state
        state.forked = [ModelSamples.author("syd"), ModelSamples.author("usw")]
        state.withCompartment(Compartment(code: 9)) { $0.unread = [one.id] }
        #expect(state.voidCount == 1 && state.unreadCount == 2)
        #expect(try DocumentState(id: state.id, storage: state.encodedForStorage()) == state)
    }

    @Test("damaged storage is refused or read as some state, never trapped on", arguments: UInt64(0)..<4)
    func damage(seed: UInt64) throws {
        var generator = ModelGenerator(seed: seed)
        var scene = FoldScene()
        scene.write("usw", [Op.text("open"), Op.text("secret", in: .us), Op.close(), Op.tag("a")])
        let state = scene.folded().state
        let stored = state.encodedForStorage()
        for _ in 0..<500 { _ = try? DocumentState(id: state.id, storage: generator.damaged(stored)) }
        for count in 0..<stored.count {
            #expect(throws: ModelFault.self) {
                try DocumentState(id: state.id, storage: Array(stored.prefix(count)))
            }
        }
        var newer = stored
        newer[1] = 4
        #expect(throws: ModelFault.unsupported("state.format")) {
            try DocumentState(id: state.id, storage: newer)
        }
    }

    @Test("the digest of a state does not depend on the order of its timeline", arguments: UInt64(0)..<10)
    func timelineOrder(seed: UInt64) throws {
        let (peer, documents) = Self.history(seed: 100 + seed)
        var random = SeededRandom(seed: seed)
        for id in documents {
            let state = try #require(try peer.replica.document(id))
            let timeline = peer.replica.timeline(of: id)
            func digest(_ entries: [TimelineEntry]) -> Digest256 {
                state.digest(of: .global, timeline: entries, level: 1, hashing: ModelSamples.hashing)
            }
            let first = digest(timeline)
            for _ in 0..<5 { #expect(digest(random.shuffled(timeline)) == first) }
            if timeline.count > 1 { #expect(digest(Array(timeline.dropFirst())) != first) }
        }
    }

    @Test("the digest tells apart level, unread, frontier, every structure and the timeline")
    func digestBindings() {
        var scene = FoldScene()
        scene.write("syd", [Op.text("a"), Op.tag("t"), Op.acknowledge(), Op.close(), Op.note("n")])
        let folded = scene.folded()
        func digest(_ state: DocumentState, _ timeline: [TimelineEntry] = folded.timeline, level: UInt64 = 1)
            -> Digest256
        {
            state.digest(of: .global, timeline: timeline, level: level, hashing: ModelSamples.hashing)
        }
        func changed(_ body: (inout CompartmentState) -> Void) -> DocumentState {
            var state = folded.state
            state.withCompartment(.global, body)
            return state
        }
        var moved = folded.state
        moved.frontier = []
        let digests = [
            digest(folded.state), digest(folded.state, level: 2), digest(folded.state, []), digest(moved),
            digest(changed { $0.unread = [DeltaID.none] }), digest(changed { $0.registers = FieldMap() }),
            digest(changed { $0.sets = FieldMap() }), digest(changed { $0.milestones = FieldMap() }),
            digest(changed { $0.closures = [] }), digest(DocumentState(id: ModelSamples.document), []),
        ]
        #expect(Set(digests).count == digests.count)
        #expect(
            digest(DocumentState(id: folded.state.id), []) == digest(DocumentState(id: folded.state.id), []))
    }

    @Test("a replica's digest counts and binds each document, compartment and digest")
    func replicaDigest() {
        func digest(_ parts: [(Compartment, UInt8)]) -> Digest256 {
            var replica = ReplicaDigest()
            for (compartment, first) in parts {
                replica.include(ModelSamples.document, compartment, ModelSamples.digest(from: first))
            }
            #expect(replica.documentCount == parts.count)
            return replica.finish(hashing: ModelSamples.hashing)
        }
        let digests = [
            digest([]), digest([(.global, 1)]), digest([(.us, 1)]), digest([(.global, 1), (.us, 1)]),
        ]
        #expect(Set(digests).count == 4)
    }
}

@Suite("CausalVector and FieldMap")
struct SmallCollectionTests {
    @Test("a vector keeps the greatest number of each author, and merging is commutative and idempotent")
    func vector() {
        var generator = ModelGenerator(seed: 3)
        func drawn() -> CausalVector {
            var vector = CausalVector()
            for _ in 0..<generator.random.below(8) {
                vector.include(
                    DeltaReference(
                        author: ModelSamples.author(generator.random.pick(["syd", "usw", "use", "zz"])),
                        seq: UInt64(1 + generator.random.below(9))))
            }
            return vector
        }
        for _ in 0..<200 {
            let (one, two, three) = (drawn(), drawn(), drawn())
            var left = one
            left.merge(two)
            var right = two
            right.merge(one)
            #expect(left == right)
            #expect(left.entries == left.entries.sorted())
            var again = left
            again.merge(two)
            #expect(again == left)
            left.merge(three)
            var other = two
            other.merge(three)
            var associated = one
            associated.merge(other)
            #expect(associated == left)
            for entry in one.entries {
                #expect(left.contains(entry))
                #expect(left[entry.author] >= entry.seq)
            }
        }
    }

    @Test("a field map stays in order and forgets what is set to nil")
    func fieldMap() {
        var random = SeededRandom(seed: 2)
        var map = FieldMap<Int>()
        var model: [UInt16: Int] = [:]
        for round in 0..<400 {
            let code = UInt16(random.below(20))
            let value = random.chance(1, in: 3) ? nil : round
            map[FieldCode(code)] = value
            model[code] = value
            if round % 20 != 0 { continue }
            #expect(map.entries.map(\.field.code) == model.keys.sorted())
            #expect(map.entries.map(\.value) == model.keys.sorted().compactMap { model[$0] })
        }
    }
}
