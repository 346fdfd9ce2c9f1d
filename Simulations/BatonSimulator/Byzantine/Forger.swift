import BatonEngine
import BatonModel
import BatonProtocol

/// Makes deltas with a member's own valid keys that its engine would never sign.
struct Forger {
    let node: WorldNode
    let team: SimulatedTeam
    let wallMilliseconds: UInt64

    /// A delta, the operations behind it, and the key that opens it.
    struct Forgery {
        var delta: Delta
        var operations: [Operation]
        var keys: [WrappedKey]

    }

    init(_ node: WorldNode, _ team: SimulatedTeam, wallMilliseconds: UInt64) {
        self.node = node
        self.team = team
        self.wallMilliseconds = wallMilliseconds
    }

    /// Authors on a copy of the replica: the liar's own log does not know of it, so its next delta makes a
    /// fork.
    func author(_ document: DocumentID, _ operations: [Operation], on disk: MemoryReplica? = nil) -> Forgery?
    {
        let copy = disk ?? self.node.replica.clone()
        let peer = ReplicaPeer(self.node.context, replica: copy, wall: self.wallMilliseconds)
        guard self.mayWrite else { return nil }
        let delta = peer.author(document, operations, by: self.team.person(at: self.node.id.site))
        return Forgery(delta: delta, operations: operations, keys: copy.keys(for: delta).map(\.1))
    }

    /// Authors by the last membership entry under which the liar's person might write.
    ///
    /// - Returns: Nil where that person may write still, or never might.
    func authorAsBefore(_ document: DocumentID, _ operations: [Operation]) -> Forgery? {
        let entries = self.node.context.membership.entries
        guard !self.mayWrite, let last = entries.lastIndex(where: { self.mayWrite(under: $0.entry) }),
            let before = try? Membership(
                log: Array(entries[...last]), hashing: self.team.suite.hashing,
                verifying: self.team.suite.verifying)
        else { return nil }
        var context = self.node.context
        context.membership = before
        let copy = self.node.replica.clone()
        let peer = ReplicaPeer(context, replica: copy, wall: self.wallMilliseconds)
        let delta = peer.author(document, operations, by: self.team.person(at: self.node.id.site))
        return Forgery(delta: delta, operations: operations, keys: copy.keys(for: delta).map(\.1))
    }

    private var mayWrite: Bool { self.mayWrite(under: self.node.context.membership.head) }

    private func mayWrite(under entry: MembershipEntry) -> Bool {
        let person = entry.operatorRecord(self.team.person(at: self.node.id.site))
        return person?.roles.contains(.specialist) == true
    }

    private var sealing: any PartSealing { self.team.sealing(of: self.node.id.site) }

    /// A document key of its own making, wrapped by the liar's vault.
    func makeKey(_ scope: KeyScope) -> WrappedKey? {
        try? self.sealing.makeKey(scope: scope, entropy: [UInt8](repeating: 7, count: 56))
    }

    /// Changes a header, commits and seals again, and signs with the liar's key or another one's, by the
    /// team's own cryptography.
    ///
    /// A key is bound to its scope: a delta in another's name is sealed under the key wrapped anew.
    func change(
        _ forgery: Forgery, signedBy name: String? = nil, _ body: (inout Header) -> Void
    ) -> Forgery? {
        var header = forgery.delta.header
        body(&header)
        do {
            let sealing = self.sealing
            let keys = try self.rebound(forgery, to: header)
            var plaintexts: [[UInt8]] = []
            for index in header.parts.indices {
                let plaintext = PartPlaintext.encode(
                    forgery.operations, compartment: header.parts[index].compartment)
                let place = PartPlace(scope: header.keyScope(part: index), seq: header.seq, index: index)
                header.parts[index].length = plaintext.count
                header.parts[index].commitment = try sealing.commitment(
                    to: plaintext, at: place, key: keys[index])
                plaintexts.append(plaintext)
            }
            let bytes = header.encoded()
            var parts: [[UInt8]?] = []
            for index in header.parts.indices {
                let place = PartPlace(scope: header.keyScope(part: index), seq: header.seq, index: index)
                parts.append(
                    try sealing.seal(
                        plaintexts[index], at: place, commitment: header.parts[index].commitment,
                        header: bytes, key: keys[index]))
            }
            let signing = self.team.suite.signing(named: name ?? self.node.id.site.description)
            let message = Delta.signedMessage(
                team: self.node.context.membership.team, headerBytes: bytes)
            let delta = try Delta(
                headerBytes: bytes, signature: signing.sign(message), parts: parts,
                hashing: self.team.suite.hashing)
            return Forgery(delta: delta, operations: forgery.operations, keys: keys)
        } catch {
            return nil
        }
    }

    /// The same keys for the places that a header names now.
    private func rebound(_ forgery: Forgery, to header: Header) throws(SealingFault) -> [WrappedKey] {
        var keys: [WrappedKey] = []
        for (index, key) in forgery.keys.enumerated() {
            let scope = header.keyScope(part: index)
            let isOld = forgery.delta.header.parts.indices.contains(index)
            guard isOld, forgery.delta.header.keyScope(part: index) != scope else {
                keys.append(key)
                continue
            }
            let bytes = try self.sealing.export(key, scope: forgery.delta.header.keyScope(part: index))
            keys.append(
                try self.sealing.adopt(
                    bareKey: bytes, scope: scope, expecting: key.id,
                    nonce: [UInt8](repeating: 9, count: 24)))
        }
        return keys
    }

    /// The key as it travels.
    func bare(_ key: WrappedKey, _ scope: KeyScope) -> BareKey? {
        guard let bytes = try? self.sealing.export(key, scope: scope) else { return nil }
        return BareKey(scope: scope, id: key.id, bytes: bytes)
    }

    /// The frame that brings forgeries.
    func frame(_ forgeries: [Forgery]) -> [UInt8] {
        var keys: [BareKey] = []
        for forgery in forgeries {
            for (index, key) in forgery.keys.enumerated() {
                let scope = forgery.delta.header.keyScope(part: index)
                if let bare = self.bare(key, scope), !keys.contains(bare) { keys.append(bare) }
            }
        }
        let chunk = DeltaChunk(keys: keys, deltas: forgeries.map { WireDelta($0.delta) }, remaining: 0)
        return Message.deltas(chunk).framed()
    }
}
