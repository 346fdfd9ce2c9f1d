import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

/// A history of one case in which a delta waits for one that may never come, and people release it.
private struct ReleaseScene {
    let syd = SessionSamples.peer(0)
    let usw = SessionSamples.peer(1)
    let use = SessionSamples.peer(2)
    var deltas: [(delta: Delta, by: ReplicaPeer)] = []

    static func entry(_ delta: Delta, _ parents: [Delta], _ reason: String = "lost") -> [Operation] {
        let release = Release(delta: delta.id, parents: parents.map(\.id), reason: reason)
        return [operation(.release, SimulatedFields.releases, release.value)]
    }

    /// Authors at a site, and notes the delta.
    mutating func author(_ peer: ReplicaPeer, _ operations: [Operation]) -> Delta {
        let delta = SessionSamples.author(peer, operations)
        self.deltas.append((delta, peer))
        return delta
    }

    /// Says the same release at usw and at use, the second having read the first.
    mutating func releaseTwice(_ delta: Delta, _ parents: [Delta]) {
        let first = self.author(self.usw, Self.entry(delta, parents))
        self.use.apply([first], from: self.usw)
        let second = self.author(self.use, Self.entry(delta, parents, "also lost"))
        self.usw.apply([second], from: self.use)
    }

    func state(_ peer: ReplicaPeer) throws -> CompartmentState {
        try #require(try peer.replica.document(SessionSamples.document)?[.global])
    }

    func owners(_ peer: ReplicaPeer) throws -> Set<Int64> {
        Set((try self.state(peer).registers[SimulatedFields.owner] ?? []).compactMap { $0.value?.intValue })
    }

    /// Gives these deltas to a fresh replica, one at a time.
    func reader(_ order: [Int]) -> ReplicaPeer {
        let reader = ReplicaPeer(SessionSamples.team.context(SessionSamples.team.sites[1], incarnation: 9))
        for place in order { reader.apply([self.deltas[place].delta], from: self.deltas[place].by) }
        return reader
    }

    func fate(_ delta: Delta, at peer: ReplicaPeer) -> Fate? { peer.replica.fate(delta.id) }
}

private func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.flatMap { first in permutations(items.filter { $0 != first }).map { [first] + $0 } }
}

@Suite("Release of waiting deltas")
struct ReleaseTests {
    /// syd writes a, b, c; b is lost on its way, and usw and use let c count without it.
    private static func lostPredecessor() -> (ReleaseScene, a: Delta, b: Delta, c: Delta) {
        var scene = ReleaseScene()
        let (a, b) = (scene.author(scene.syd, owner(1)), scene.author(scene.syd, owner(2)))
        let c = scene.author(scene.syd, owner(3))
        for peer in [scene.usw, scene.use] { peer.apply([a, c], from: scene.syd) }
        return (scene, a, b, c)
    }

    @Test("what two people release counts, and covers nothing that was not here")
    func counts() throws {
        var (scene, _, _, c) = Self.lostPredecessor()
        #expect(scene.fate(c, at: scene.usw) == .waiting)
        let first = scene.author(scene.usw, ReleaseScene.entry(c, []))
        #expect(scene.fate(c, at: scene.usw) == .waiting, "one person is not two")
        _ = scene.author(scene.usw, ReleaseScene.entry(c, [], "once more"))
        #expect(scene.fate(c, at: scene.usw) == .waiting, "the same person twice is one")
        scene.use.apply([first], from: scene.usw)
        _ = scene.author(scene.use, ReleaseScene.entry(c, []))
        #expect(scene.fate(c, at: scene.use) == .applied)
        #expect(try scene.owners(scene.use) == [1, 3], "what c wrote over is not known to be a")
        #expect(scene.use.replica.waitingCount == 0)
        let fork = scene.use.findings.contains { if case .forkProven = $0 { true } else { false } }
        #expect(!fork, "a gap is no fork")
    }

    @Test("every order of the history gives the same state, also where the lost delta turns up")
    func orderFree() throws {
        var (scene, _, _, c) = Self.lostPredecessor()
        scene.releaseTwice(c, [])
        // What is written after the release knows c, and so does its reader.
        let after = scene.author(scene.use, owner(4))
        scene.usw.apply([after], from: scene.use)
        for lost in [true, false] {
            let places = scene.deltas.indices.filter { !lost || $0 != 1 }
            let expected = scene.reader(Array(places)).fingerprint
            for order in permutations(Array(places)) {
                let reader = scene.reader(order)
                #expect(reader.fingerprint == expected, "order \(order)")
                #expect(reader.replica.waitingCount == 0)
            }
            let owners = try scene.owners(scene.reader(Array(places)))
            #expect(owners == (lost ? [4] : [2, 4]), "what turns up is not written over")
        }
    }

    @Test("a change released without another site's lost change folds behind the rest of its past")
    func lostContext() throws {
        var scene = ReleaseScene()
        let base = scene.author(scene.syd, owner(1))
        scene.use.apply([base], from: scene.syd)
        let lost = scene.author(scene.use, owner(5))
        scene.syd.apply([lost], from: scene.use)
        let next = scene.author(scene.syd, owner(2))
        // use has lost its disk: a new life of it agrees with usw.
        let life = SessionSamples.peer(2, incarnation: 2)
        for peer in [scene.usw, life] { peer.apply([base, next], from: scene.syd) }
        #expect(scene.fate(next, at: scene.usw) == .waiting)
        let first = scene.author(scene.usw, ReleaseScene.entry(next, [base]))
        life.apply([first], from: scene.usw)
        _ = scene.author(life, ReleaseScene.entry(next, [base]))
        #expect(try scene.owners(life) == [2], "the base is in its past still")
        for isLost in [true, false] {
            let places = scene.deltas.indices.filter { !isLost || $0 != 1 }
            let expected = scene.reader(Array(places)).fingerprint
            for order in permutations(Array(places)) {
                #expect(scene.reader(order).fingerprint == expected, "order \(order)")
            }
            #expect(try scene.owners(scene.reader(Array(places))) == (isLost ? [2] : [2, 5]))
        }
    }

    @Test("a release gives no delta a past that its author did not sign or its signers had not read")
    func foreignPast() throws {
        var (scene, a, _, c) = Self.lostPredecessor()
        // a is here, but c does not name it.
        scene.releaseTwice(c, [a])
        #expect(scene.fate(c, at: scene.usw) == .waiting && scene.fate(c, at: scene.use) == .waiting)
        let (other, _, b, d) = Self.lostPredecessor()
        var second = other
        // b is named by d, but neither of the two has it.
        second.releaseTwice(d, [b])
        #expect(second.fate(d, at: second.use) == .waiting)
        second.use.apply([b], from: second.syd)
        #expect(second.fate(d, at: second.use) == .applied, "with b here it folds as it was signed")
        #expect(try second.owners(second.use) == [3])
    }

    @Test("two people who miss different changes have not agreed")
    func disagreement() throws {
        var scene = ReleaseScene()
        let (one, two) = (scene.author(scene.use, owner(1)), scene.author(scene.usw, owner(2)))
        scene.syd.apply([one], from: scene.use)
        scene.syd.apply([two], from: scene.usw)
        let both = scene.author(scene.syd, owner(3))
        scene.usw.apply([both], from: scene.syd)
        scene.use.apply([both], from: scene.syd)
        let left = scene.author(scene.usw, ReleaseScene.entry(both, [two]))
        scene.use.apply([left], from: scene.usw)
        let right = scene.author(scene.use, ReleaseScene.entry(both, [one]))
        scene.usw.apply([right], from: scene.use)
        #expect(scene.fate(both, at: scene.usw) == .waiting && scene.fate(both, at: scene.use) == .waiting)
        scene.usw.apply([one], from: scene.use)
        scene.use.apply([two], from: scene.usw)
        for peer in [scene.usw, scene.use] {
            #expect(scene.fate(both, at: peer) == .applied, "all came in the end")
        }
        #expect(try scene.owners(scene.usw) == [3] && scene.owners(scene.use) == [3])
    }

    @Test("a release reads back as it was written, and nothing else reads as one")
    func body() throws {
        let ids = SessionSamples.team.sites.map { _ in
            SessionSamples.author(SessionSamples.peer(0), owner(1)).id
        }
        let release = Release(delta: ids[0], parents: [ids[0]], reason: "gone")
        #expect(Release(release.value) == release)
        let bytes = CBORValue.bytes(ids[0].bytes)
        func map(_ values: [CBORValue]) -> CBORValue {
            .map(
                values.enumerated().map { place, value in
                    CBORPair(key: .unsigned(UInt64(place + 1)), value: value)
                })
        }
        let bad: [CBORValue] = [
            .null, map([bytes]), map([.text("x"), .array([]), .text("")]),
            map([bytes, .array([bytes, bytes]), .text("")]), map([bytes, .array([.null]), .text("")]),
            map([bytes, .array([]), .text(String(repeating: "x", count: 513))]),
            map([bytes, .array([CBORValue](repeating: bytes, count: 257)), .text("")]),
        ]
        for value in bad { #expect(Release(value) == nil) }
    }
}
