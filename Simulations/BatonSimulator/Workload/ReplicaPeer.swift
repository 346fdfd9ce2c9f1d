import BatonEncoding
package import BatonEngine
package import BatonModel

/// One site's replica in memory with the engine's own authoring and applying: what histories are generated
/// with.
package final class ReplicaPeer {
    package private(set) var replica: MemoryReplica
    package private(set) var context: ReplicaContext
    /// Opens parts before the transaction, as the verifying threads of a node do; nil leaves all to it.
    package var opener: PartOpener?
    /// Milliseconds of this peer's wall clock; tests skew it.
    package var wall: UInt64
    package private(set) var findings: [ApplyFinding] = []

    package init(
        _ context: ReplicaContext, replica: MemoryReplica = MemoryReplica(), wall: UInt64 = 1_000_000
    ) {
        self.context = context
        self.replica = replica
        self.wall = wall
    }

    package var site: SiteID { self.context.author.site }

    /// Authors one draft; a refusal is a bug of the test.
    package func author(_ document: DocumentID, _ operations: [Operation], by person: OperatorID) -> Delta {
        do {
            return try self.replica.write { (replica) throws(ReplicaFault) in
                let session = try ReplicaSession(self.context, in: replica, wallMilliseconds: self.wall)
                let draft = Draft(document: document, operations: operations, actor: Actor(person: person))
                let delta: Delta
                do throws(AuthorFault) {
                    delta = try session.author(draft)
                } catch {
                    throw ReplicaFault(code: "simulation.refused", message: error.description, isFatal: true)
                }
                _ = try session.finish()
                return delta
            }
        } catch {
            preconditionFailure("a test draft was refused: \(error)")
        }
    }

    /// Applies deltas, with the keys that open them, as one batch.
    @discardableResult
    package func apply(_ deltas: [Delta], from peer: ReplicaPeer) -> ApplyReport {
        var keys: [BareKey] = []
        for delta in deltas {
            for (scope, key) in peer.replica.keys(for: delta) {
                guard let bytes = try? peer.context.sealing.export(key, scope: scope) else { continue }
                let bare = BareKey(scope: scope, id: key.id, bytes: bytes)
                if !keys.contains(bare) { keys.append(bare) }
            }
        }
        do {
            let report = try self.replica.write { (replica) throws(ReplicaFault) in
                let session = try ReplicaSession(self.context, in: replica, wallMilliseconds: self.wall)
                try session.apply(
                    IncomingBatch(
                        from: peer.site, deltas: deltas, keys: keys, ahead: self.opened(deltas, keys)))
                return try session.finish()
            }
            self.findings.append(contentsOf: report.findings)
            return report
        } catch {
            preconditionFailure("a test batch was refused: \(error)")
        }
    }

    private func opened(_ deltas: [Delta], _ keys: [BareKey]) -> OpenedAhead? {
        guard self.opener != nil else { return nil }
        var outcome = VerificationOutcome()
        outcome.authentic = deltas
        outcome.keys = keys
        self.opener?.open(
            &outcome, clearances: self.context.clearances, sealing: StandInSealing(),
            entropy: NoEntropy())
        return outcome.ahead
    }

    /// Goes on with a snapshot of the replica.
    package func restore() {
        do {
            self.replica = try self.replica.restored()
        } catch {
            preconditionFailure("a snapshot does not read back: \(error)")
        }
    }

    /// The whole state as bytes: every document as stored, its timeline in canonical order by the digest.
    package var fingerprint: [[UInt8]] {
        let level = self.context.fold.table.level
        var out = [self.replica.digest(level: level, hashing: self.context.hashing).bytes]
        for id in self.replica.documentIDs {
            if let state = try? self.replica.document(id) { out.append(state.encodedForStorage()) }
        }
        return out
    }
}

/// The stand-in wraps keys without a nonce.
private struct NoEntropy: EntropySource {
    func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
}

/// Draws operations and histories from a seed.
package struct HistoryGenerator {
    package var random: SeededRandom
    package let team: SimulatedTeam
    package let documents: [DocumentID]

    package init(seed: UInt64, team: SimulatedTeam, documentCount: Int) {
        self.random = SeededRandom(seed: seed)
        self.team = team
        var documents: [DocumentID] = []
        for _ in 0..<documentCount {
            documents.append(DocumentID(kind: .escalation, suffix: self.random.bytes(15)))
        }
        self.documents = documents
    }

    package mutating func operations() -> [Operation] {
        (0..<(1 + self.random.below(3))).map { _ in self.operation() }
    }

    private mutating func operation() -> Operation {
        func make(_ kind: OperationKind, _ field: FieldCode, _ body: CBORValue) -> Operation {
            Operation(shape: OperationShape(kind: kind, field: field, isMaterial: true), body: body)
        }
        switch self.random.below(15) {
        case 0, 1: return make(.set, SimulatedFields.text, .text("text \(self.random.below(4))"))
        case 2, 3: return make(.set, SimulatedFields.severity, .unsigned(UInt64(self.random.below(5))))
        case 4: return make(.set, SimulatedFields.owner, .unsigned(UInt64(self.random.below(3))))
        case 5, 6: return make(.add, SimulatedFields.tags, .text("tag \(self.random.below(3))"))
        case 7: return make(.remove, SimulatedFields.tags, .text("tag \(self.random.below(3))"))
        case 8: return make(.milestone, SimulatedFields.acknowledged, .null)
        case 9: return make(.close, SimulatedFields.closure, .null)
        case 11: return make(.custody, SimulatedFields.custody, .text("move \(self.random.below(100))"))
        case 12: return make(.append, SimulatedFields.facts, .text("fact \(self.random.below(100))"))
        case 13: return make(.settle, SimulatedFields.owner, self.settlement())
        case 10: return make(.reopen, SimulatedFields.closure, .null)
        default: return make(.append, SimulatedFields.note, .text("note \(self.random.below(100))"))
        }
    }

    /// A settlement between two writes of nobody: what it cites is for people, the fold goes by its past.
    private mutating func settlement() -> CBORValue {
        let author = Author(site: self.random.pick(self.team.sites), incarnation: .init(counter: 1, nonce: 1))
        let cited = (1...2).map {
            CitedDot(reference: DeltaReference(author: author, seq: UInt64($0)), index: 0)
        }
        return Settlement(value: .unsigned(UInt64(self.random.below(3))), cited: cited).body
    }

    /// Lets peers author and exchange random subsets in random order for a number of steps.
    ///
    /// - Returns: Every delta that was authored, with the peer that authored it.
    package mutating func run(_ peers: [ReplicaPeer], steps: Int) -> [(delta: Delta, by: ReplicaPeer)] {
        var authored: [(delta: Delta, by: ReplicaPeer)] = []
        for _ in 0..<steps {
            let peer = self.random.pick(peers)
            peer.wall += UInt64(self.random.below(50))
            if self.random.chance(3, in: 5) {
                let document = self.random.pick(self.documents)
                let delta = peer.author(document, self.operations(), by: self.team.person(at: peer.site))
                authored.append((delta, peer))
            } else {
                self.exchange(from: self.random.pick(peers), to: peer)
            }
        }
        return authored
    }

    private mutating func exchange(from source: ReplicaPeer, to target: ReplicaPeer) {
        guard source !== target else { return }
        let known = source.replica.deltasInOrder
        let chosen = known.filter { _ in self.random.chance(2, in: 3) }
        target.apply(self.random.shuffled(chosen), from: source)
    }
}
