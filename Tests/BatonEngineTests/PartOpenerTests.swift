import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

private typealias Samples = SessionSamples

/// A batch does the same with parts that were opened ahead and without; `ConvergenceTests` shows it on
/// generated histories.
@Suite("PartOpener")
struct PartOpenerTests {
    private struct Zeros: EntropySource {
        func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
    }

    private static func text(_ value: String) -> BatonModel.Operation {
        Operation(
            shape: OperationShape(kind: .set, field: SimulatedFields.text, isMaterial: true),
            body: .text(value))
    }

    private static func open(
        _ opener: inout PartOpener, _ deltas: [Delta], keys: [BareKey], clearances: [Compartment] = [.global]
    ) throws -> OpenedAhead {
        var outcome = VerificationOutcome()
        outcome.authentic = deltas
        outcome.keys = keys
        opener.open(&outcome, clearances: clearances, sealing: StandInSealing(), entropy: Zeros())
        return try #require(outcome.ahead)
    }

    private static func apply(_ batch: IncomingBatch, to peer: ReplicaPeer) throws -> ApplyReport {
        try peer.replica.write { (replica) throws(ReplicaFault) in
            let session = try ReplicaSession(peer.context, in: replica, wallMilliseconds: peer.wall)
            try session.apply(batch)
            return try session.finish()
        }
    }

    private static func shown(_ peer: ReplicaPeer) throws -> CBORValue? {
        let state = try #require(try peer.replica.document(Samples.document))
        return state[.global]?.registers[SimulatedFields.text]?.first?.value
    }

    /// Two deltas of one author, with the one key that opens both.
    private static func history() -> (deltas: [Delta], keys: [BareKey], site: SiteID) {
        let author = Samples.peer(0)
        let deltas = [
            Samples.author(author, [Self.text("one")]), Samples.author(author, [Self.text("two")]),
        ]
        return (deltas, Samples.keys(author, deltas), author.site)
    }

    @Test("the key of a chunk opens its parts, and later ones that come without it")
    func remembersKeys() throws {
        let (deltas, keys, _) = Self.history()
        var opener = PartOpener()
        let first = try Self.open(&opener, [deltas[0]], keys: keys)
        #expect(first.keys.count == 1)
        #expect(first.parts.allSatisfy { $0 != nil })
        let second = try Self.open(&opener, [deltas[1]], keys: [])
        #expect(second.keys.isEmpty)
        #expect(second.parts.allSatisfy { $0 != nil })
    }

    @Test("without a key, without clearance and where the bytes are wrong a part is left to the transaction")
    func leavesTheRest() throws {
        let (deltas, keys, _) = Self.history()
        var fresh = PartOpener()
        #expect(try Self.open(&fresh, deltas, keys: []).parts.allSatisfy { $0 == nil })
        var uncleared = PartOpener()
        let withheld = try Self.open(&uncleared, deltas, keys: keys, clearances: [])
        #expect(withheld.keys.isEmpty && withheld.parts.allSatisfy { $0 == nil })
        var damaged = deltas[0]
        damaged.parts[0]?[0] ^= 1
        var opener = PartOpener()
        let parts = try Self.open(&opener, [damaged, deltas[1]], keys: keys).parts
        #expect(parts.map { $0 != nil } == [false, true])
    }

    @Test("a key that is not the one named is neither kept nor used")
    func refusesForgedKeys() throws {
        let (deltas, keys, _) = Self.history()
        let forged = keys.map { BareKey(scope: $0.scope, id: $0.id, bytes: $0.bytes.reversed()) }
        var opener = PartOpener()
        let ahead = try Self.open(&opener, deltas, keys: forged)
        #expect(ahead.keys.isEmpty && ahead.parts.allSatisfy { $0 == nil })
    }

    @Test("what was opened ahead is what is folded, if the key is the very one that is held")
    func usesOnlyTheHeldKey() throws {
        let (deltas, keys, site) = Self.history()
        var opener = PartOpener()
        let ahead = try Self.open(&opener, deltas, keys: keys)
        let held = try #require(ahead.parts[0]?.key)
        let other = OpenedDelta.Part.bodies([.init(index: 0, value: .text("other"))])
        var marked = ahead
        marked.parts[1] = OpenedAhead.Part(key: held, content: other)
        let trusting = Samples.peer(1)
        _ = try Self.apply(IncomingBatch(from: site, deltas: deltas, keys: keys, ahead: marked), to: trusting)
        #expect(try Self.shown(trusting) == .text("other"))
        marked.parts[1] = OpenedAhead.Part(
            key: WrappedKey(id: held.id, bytes: held.bytes.reversed()), content: other)
        let wary = Samples.peer(1)
        _ = try Self.apply(IncomingBatch(from: site, deltas: deltas, keys: keys, ahead: marked), to: wary)
        #expect(try Self.shown(wary) == .text("two"))
    }

    @Test("parts that were opened ahead of another list of deltas are not used")
    func refusesOtherLists() throws {
        let (deltas, keys, site) = Self.history()
        var opener = PartOpener()
        var ahead = try Self.open(&opener, deltas, keys: keys)
        ahead.parts.removeLast()
        let peer = Samples.peer(1)
        let report = try Self.apply(
            IncomingBatch(from: site, deltas: deltas, keys: keys, ahead: ahead), to: peer)
        #expect(report.added.map(\.fate) == [.applied, .applied])
        #expect(try Self.shown(peer) == .text("two"))
    }

    @Test("keys are remembered up to a bound, those of late use longest")
    func forgetsKeys() throws {
        let author = Samples.peer(0)
        let documents = (1...4).map { number in
            DocumentID(kind: .escalation, suffix: [UInt8](repeating: number, count: 15))
        }
        let deltas = documents.map { Samples.author(author, [Self.text("one")], on: $0) }
        var opener = PartOpener(keysMax: 4)
        for delta in deltas { _ = try Self.open(&opener, [delta], keys: Samples.keys(author, [delta])) }
        let parts = try Self.open(&opener, deltas, keys: []).parts
        #expect(parts.filter { $0 != nil }.count >= 2, "at least half the bound stays")
        var small = PartOpener(keysMax: 2)
        for delta in deltas { _ = try Self.open(&small, [delta], keys: Samples.keys(author, [delta])) }
        #expect(try Self.open(&small, [deltas[0]], keys: []).parts == [nil])
    }
}
