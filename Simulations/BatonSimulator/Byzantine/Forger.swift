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

        /// The frame that brings it.
        var frame: [UInt8] { Forger.frame([self]) }
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

    private var mayWrite: Bool {
        let person = self.node.context.membership.head.operatorRecord(self.team.person(at: self.node.id.site))
        return person?.roles.contains(.specialist) == true
    }

    /// Changes a header, commits and seals again, and signs with the liar's key or another one.
    func change(
        _ forgery: Forgery, signedBy key: StandInSigning? = nil, _ body: (inout Header) -> Void
    ) -> Forgery? {
        let sealing = StandInSealing()
        var header = forgery.delta.header
        body(&header)
        do {
            var plaintexts: [[UInt8]] = []
            for index in header.parts.indices {
                let plaintext = PartPlaintext.encode(
                    forgery.operations, compartment: header.parts[index].compartment)
                let place = PartPlace(scope: header.keyScope(part: index), seq: header.seq, index: index)
                header.parts[index].length = plaintext.count
                header.parts[index].commitment = try sealing.commitment(
                    to: plaintext, at: place, key: forgery.keys[index])
                plaintexts.append(plaintext)
            }
            let bytes = header.encoded()
            var parts: [[UInt8]?] = []
            for index in header.parts.indices {
                let place = PartPlace(scope: header.keyScope(part: index), seq: header.seq, index: index)
                parts.append(
                    try sealing.seal(
                        plaintexts[index], at: place, commitment: header.parts[index].commitment,
                        header: bytes, key: forgery.keys[index]))
            }
            let signing = key ?? StandInSigning(named: self.node.id.site.description)
            let message = Delta.signedMessage(
                team: self.node.context.membership.team, headerBytes: bytes)
            let delta = try Delta(
                headerBytes: bytes, signature: signing.sign(message), parts: parts, hashing: StandInHashing())
            return Forgery(delta: delta, operations: forgery.operations, keys: forgery.keys)
        } catch {
            return nil
        }
    }

    static func frame(_ forgeries: [Forgery]) -> [UInt8] {
        var keys: [BareKey] = []
        for forgery in forgeries {
            for (index, key) in forgery.keys.enumerated() {
                let bare = BareKey(
                    scope: forgery.delta.header.keyScope(part: index), id: key.id, bytes: key.bytes)
                if !keys.contains(bare) { keys.append(bare) }
            }
        }
        let chunk = DeltaChunk(keys: keys, deltas: forgeries.map { WireDelta($0.delta) }, remaining: 0)
        return Message.deltas(chunk).framed()
    }
}
