import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Foundation

@testable import BatonStore

/// A folder of its own for one test, removed with it.
final class TestFolder {
    let path: String
    var database: String { self.path + "/data/replica.sqlite" }

    init(in parent: String = NSTemporaryDirectory()) throws {
        self.path = (parent as NSString).appendingPathComponent("baton-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            atPath: self.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// As a node opens it: with a thread for rows.
    func open() throws(ReplicaFault) -> ReplicaStore {
        try ReplicaStore(
            path: self.database, settings: ReplicaSettings(hasRowThread: true), hashing: StandInHashing())
    }
}

/// One site on a real database, with the engine's own authoring and applying.
struct StorePeer {
    let store: ReplicaStore
    let team: SimulatedTeam
    var context: ReplicaContext

    init(
        _ store: ReplicaStore, team: SimulatedTeam = SimulatedTeam(table: DeskFieldTable.current),
        site: Int = 0
    ) {
        self.store = store
        self.team = team
        self.context = team.context(team.sites[site])
    }

    @discardableResult
    func author(
        _ document: DocumentID, _ operations: [BatonModel.Operation], wall: UInt64 = 1_000_000
    ) throws(ReplicaFault) -> Delta {
        let draft = Draft(
            document: document, operations: operations,
            actor: Actor(person: self.team.person(at: self.context.author.site)))
        return try self.store.write { (transaction) throws(ReplicaFault) in
            let session = try ReplicaSession(self.context, in: transaction, wallMilliseconds: wall)
            let delta: Delta
            do throws(AuthorFault) {
                delta = try session.author(draft)
            } catch {
                if case .replica(let fault) = error { throw fault }
                throw ReplicaFault(code: "test.refused", message: error.description, isFatal: false)
            }
            _ = try session.finish()
            return delta
        }
    }

    @discardableResult
    func apply(_ deltas: [Delta], keys: [BareKey], from site: Int = 1) throws(ReplicaFault) -> ApplyReport {
        let batch = IncomingBatch(from: self.team.sites[site], deltas: deltas, keys: keys)
        return try self.store.write { (transaction) throws(ReplicaFault) in
            let session = try ReplicaSession(self.context, in: transaction, wallMilliseconds: 9_000_000)
            try session.apply(batch)
            return try session.finish()
        }
    }
}

func operation(
    _ kind: OperationKind, _ field: FieldCode, _ body: CBORValue, isMaterial: Bool = true
) -> BatonModel.Operation {
    BatonModel.Operation(shape: OperationShape(kind: kind, field: field, isMaterial: isMaterial), body: body)
}

func caseID(_ number: UInt8) -> DocumentID {
    DocumentID(kind: .escalation, suffix: [UInt8](repeating: number, count: 15))
}

/// The keys that open a memory replica's deltas.
func keys(for deltas: [Delta], in replica: MemoryReplica) -> [BareKey] {
    var keys: [BareKey] = []
    for delta in deltas {
        for (scope, key) in replica.keys(for: delta) {
            let bare = BareKey(scope: scope, id: key.id, bytes: key.bytes)
            if !keys.contains(bare) { keys.append(bare) }
        }
    }
    return keys
}

/// The fault that a call ends with; nil when it succeeds.
func fault<Value>(_ body: () throws -> Value) -> ReplicaFault? {
    do {
        _ = try body()
        return nil
    } catch {
        return ReplicaFault(caught: error)
    }
}

func code<Value>(_ body: () throws -> Value) -> String? { fault(body)?.code }
