import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import BatonStore

/// One site on a machine of the simulator, which remembers what it was told is durable.
final class DiskSite {
    let machine: any NodeMachine
    let team: SimulatedTeam
    let site: SiteID
    private(set) var context: ReplicaContext?
    /// Deltas whose write returned, in that order.
    private(set) var acknowledged: [Delta] = []
    private var starts: UInt64 = 0
    var wall: UInt64 = 1_000_000

    init(
        _ kind: ReplicaKind = .sqlite, team: SimulatedTeam = SimulatedTeam(table: DeskFieldTable.current),
        at place: Int = 0, key: UInt64 = 1, checkpointPages: Int = 1000
    ) {
        self.team = team
        self.site = team.sites[place]
        self.machine = kind.machine(
            number: UInt64(place + 1), key: key, checkpointPages: checkpointPages)
    }

    var storeMachine: StoreMachine? { self.machine as? StoreMachine }

    @discardableResult
    func start() throws(ReplicaFault) -> StartedNode {
        self.starts += 1
        let seed = self.site.packed ^ self.starts << 40
        let started = try self.machine.start(
            site: self.site, nonce: seed, nowMilliseconds: self.wall, hashing: self.team.suite.hashing
        ) { author, previousHead in self.team.context(of: author, seed: seed, previousHead: previousHead) }
        self.context = started.context
        return started
    }

    /// Writes one delta; the machine has said that it is durable when this returns.
    @discardableResult
    func author(_ document: DocumentID, _ operations: [Operation]) throws(ReplicaFault) -> Delta {
        guard let context = self.context else { preconditionFailure("a test wrote at a site that is down") }
        self.wall += 1_000
        let person = self.team.person(at: self.site)
        let draft = Draft(document: document, operations: operations, actor: Actor(person: person))
        let delta = try self.machine.write { (transaction) throws(ReplicaFault) in
            let session = try ReplicaSession(context, in: transaction, wallMilliseconds: self.wall)
            let delta: Delta
            do throws(AuthorFault) {
                delta = try session.author(draft)
            } catch {
                if case .replica(let fault) = error { throw fault }
                preconditionFailure("a test draft was refused: \(error)")
            }
            _ = try session.finish()
            return delta
        }
        self.acknowledged.append(delta)
        return delta
    }

    /// Takes over all that another site has and this one has not, through the loading and applying of nodes.
    ///
    /// - Parameter bytesMax: How much goes into one transaction.
    func pull(from other: DiskSite, bytesMax: Int = 1 << 20) throws(ReplicaFault) {
        guard let context = self.context else { preconditionFailure("a test wrote at a site that is down") }
        var ranges: [DeltaRange] = []
        for have in other.machine.model.haveSet.authors {
            for interval in have.intervals {
                ranges.append(DeltaRange(author: have.author, first: interval.first, last: interval.last))
            }
        }
        while !ranges.isEmpty {
            let chunk = try other.machine.load(
                ranges, bytesMax: bytesMax, sealing: other.team.sealing(of: other.site))
            ranges = chunk.rest
            let batch = IncomingBatch(from: other.site, deltas: chunk.deltas, keys: chunk.keys)
            let known = Set(self.machine.model.deltasInOrder.map(\.id))
            try self.machine.write { (transaction) throws(ReplicaFault) in
                let session = try ReplicaSession(context, in: transaction, wallMilliseconds: self.wall)
                try session.apply(batch)
                _ = try session.finish()
            }
            self.acknowledged.append(contentsOf: chunk.deltas.filter { !known.contains($0.id) })
        }
    }

    var digest: Digest256 {
        self.machine.model.digest(level: DeskFieldTable.level, hashing: self.team.suite.hashing)
    }

    /// Acknowledged deltas that the machine does not hold.
    var missing: [DeltaID] {
        let held = Set(self.machine.model.deltasInOrder.map(\.id))
        return self.acknowledged.map(\.id).filter { !held.contains($0) }
    }

    func forget(_ deltas: [Delta]) {
        let gone = Set(deltas.map(\.id))
        self.acknowledged.removeAll { gone.contains($0.id) }
    }
}

/// Draws changes to a few cases in the desk's own fields.
struct CaseWriter {
    var random: SeededRandom
    let documents: [DocumentID]

    init(seed: UInt64, documents: Int = 4) {
        var random = SeededRandom(seed: seed)
        self.documents = (0..<documents).map { _ in
            DocumentID(kind: .escalation, suffix: random.bytes(15))
        }
        self.random = random
    }

    mutating func document() -> DocumentID { self.random.pick(self.documents) }

    mutating func operations() -> [Operation] {
        (0..<(1 + self.random.below(3))).map { _ in self.operation() }
    }

    private mutating func operation() -> Operation {
        func make(_ kind: OperationKind, _ field: FieldCode, _ body: CBORValue) -> Operation {
            Operation(shape: OperationShape(kind: kind, field: field, isMaterial: true), body: body)
        }
        switch self.random.below(9) {
        case 0: return make(.set, CaseField.title, .text("title \(self.random.below(5))"))
        case 1: return make(.set, CaseField.severity, .unsigned(UInt64(self.random.below(5))))
        case 2: return make(.set, CaseField.owner, .unsigned(UInt64(self.random.below(3))))
        case 3: return make(.add, CaseField.tags, .text("tag \(self.random.below(3))"))
        case 4: return make(.remove, CaseField.tags, .text("tag \(self.random.below(3))"))
        case 5: return make(.milestone, CaseField.acknowledged, .null)
        case 6: return make(.close, CaseField.closure, .null)
        case 7: return make(.reopen, CaseField.closure, .null)
        default:
            let words = String(repeating: "word ", count: 1 + self.random.below(120))
            return make(.append, CaseField.note, .text("\(words)\(self.random.below(1000))"))
        }
    }
}

/// The code with which a call is refused; nil when it is not.
func refusal<Value>(_ body: () throws(ReplicaFault) -> Value) -> ReplicaFault? {
    do throws(ReplicaFault) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
