import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonProtocol

/// A member with valid keys that lies. Its engine is the shipped one; beside what that says, it says this.
struct LyingPeer {
    let world: World
    let atlas: FaultAtlas
    let site: SiteID
    let document: DocumentID
    /// Whom it lies to, in order.
    let victims: [SiteID]

    /// Tells a lie.
    ///
    /// - Returns: False when the liar is down or the lie needs something that is not there yet.
    func tell(_ lie: Lie) -> Bool {
        guard let node = self.world.machines[NodeID(self.site)], node.isUp else { return false }
        switch lie {
        case .withhold: return self.withhold(node)
        case .haveAll, .haveTooMuch, .haveNothing, .receipt, .forgedReceipt: return self.misstate(lie, node)
        case .hugeFrame, .hugeChunk, .hugeDelta, .outOfTurn, .flood: return self.break(lie, node)
        case .wrongPart, .wrongKey: return self.garble(lie, node)
        case .membership: return self.usurp(node)
        case .approveOwn, .proposeOver: return self.decideAlone(lie, node)
        case .retired: return self.outstay(node)
        default: return self.forge(lie, node)
        }
    }

    private func say(_ frames: [[UInt8]]) -> Bool {
        for victim in self.victims { self.world.say(frames, from: self.site, to: victim) }
        return true
    }

    private func note(_ text: String) -> [Operation] {
        [
            Operation(
                shape: OperationShape(kind: .append, field: CaseField.note, isMaterial: true),
                body: .text(text))
        ]
    }

    private func owner(_ number: UInt64) -> [Operation] {
        [
            Operation(
                shape: OperationShape(kind: .set, field: CaseField.owner, isMaterial: true),
                body: .unsigned(number))
        ]
    }

    // Deltas.

    private func forge(_ lie: Lie, _ node: WorldNode) -> Bool {
        var wall = self.world.wall(node.id)
        if lie == .future { wall += 10 * 365 * 86_400_000 }
        let forger = Forger(node, self.world.team, wallMilliseconds: wall)
        let operations = lie == .badBody ? self.owner(7) : self.note("a lie: \(lie.rawValue)")
        guard let base = forger.author(self.document, operations) else { return false }
        switch lie {
        case .equivocate: return self.equivocate(forger, base)
        case .forge, .forgeRun: return self.impersonateSite(lie, forger, base)
        default: break
        }
        guard let forged = self.changed(lie, forger, base) else { return false }
        let mustBeVoid = lie == .impersonate || lie == .badBody
        self.atlas.noteSigned(forged.delta, mustBeVoid: mustBeVoid)
        self.atlas.noteFork(forged.delta.header.author)
        return self.say([forger.frame([forged])])
    }

    private func changed(_ lie: Lie, _ forger: Forger, _ base: Forger.Forgery) -> Forger.Forgery? {
        let other = self.victims.first ?? self.site
        var base = base
        if lie == .badBody { base.operations[0].body = .text("no number") }
        if lie == .restrictedPart {
            let header = base.delta.header
            let scope = KeyScope(
                author: header.author, document: header.document, compartment: .us, generation: 1)
            guard let key = forger.makeKey(scope) else { return nil }
            base.keys.append(key)
            base.operations.append(
                Operation(shape: base.operations[0].shape, compartment: .us, body: .text("restricted")))
        }
        return forger.change(base) { header in
            switch lie {
            case .ghosts:
                let ghost = Author(site: other, incarnation: Incarnation(counter: 77, nonce: 77))
                header.context.entries.append(DeltaReference(author: ghost, seq: 1_000_000))
                header.context.entries.sort()
            case .impersonate: header.actor.person = self.world.team.person(at: other)
            case .skipPrevious: header.documentPrev = 0
            case .restrictedPart:
                header.shape.append(header.shape[0])
                header.parts.append(
                    PartDescriptor(
                        compartment: .us, key: base.keys[1].id, commitment: .zero, length: 0))
            default: break
            }
        }
    }

    /// Writes on after the retirement, by the newest entry. Under an older one it would count: authority is
    /// judged at the epoch that a delta names.
    private func outstay(_ node: WorldNode) -> Bool {
        let forger = Forger(node, self.world.team, wallMilliseconds: self.world.wall(node.id))
        let newest = node.context.membership.reference(hashing: self.world.team.suite.hashing)
        guard let base = forger.authorAsBefore(self.document, self.note("a lie: retired")),
            let forged = forger.change(base, { $0.membership = newest })
        else { return false }
        self.atlas.noteSigned(forged.delta, mustBeVoid: true)
        self.atlas.noteFork(forged.delta.header.author)
        return self.say([forger.frame([forged])])
    }

    /// Two deltas at one place, one to each side.
    private func equivocate(_ forger: Forger, _ first: Forger.Forgery) -> Bool {
        guard let second = forger.author(self.document, self.owner(3)) else { return false }
        for (index, victim) in self.victims.enumerated() {
            let told = index % 2 == 0 ? first : second
            self.world.say([forger.frame([told])], from: self.site, to: victim)
        }
        for forgery in [first, second] { self.atlas.noteSigned(forgery.delta) }
        self.atlas.noteFork(first.delta.header.author)
        return true
    }

    /// A delta in another site's name. In a run, a real delta of that site stands behind it.
    private func impersonateSite(_ lie: Lie, _ forger: Forger, _ base: Forger.Forgery) -> Bool {
        let real = forger.node.replica.deltasInOrder.last {
            $0.header.author.site != self.site && $0.header.seq > 1 && $0.hasAllParts
        }
        guard let named = self.named(lie) else { return false }
        let author = lie == .forgeRun ? real?.header.author : named.author
        guard let author else { return false }
        let seq = lie == .forgeRun ? (real?.header.seq ?? 2) - 1 : named.seq + 1
        let forged = forger.change(base, signedBy: "nobody") { header in
            header.author = author
            header.seq = seq
            header.prev = lie == .forgeRun ? .none : named.head
            header.documentPrev = 0
        }
        guard let forged else { return false }
        guard lie == .forgeRun, let real else { return self.say([forger.frame([forged])]) }
        let keys = forger.node.replica.keys(for: real).map(\.1)
        return self.say([
            forger.frame([forged, Forger.Forgery(delta: real, operations: [], keys: keys)])
        ])
    }

    /// A delta that not every victim has: the newest of another site, or one that it makes now and garbles
    /// before its engine sends it.
    private func unheard(_ node: WorldNode) -> Delta? {
        let others = self.victims.compactMap { self.world.machines[NodeID($0)]?.replica }
        let newest = node.replica.deltasInOrder.last { delta in
            delta.hasAllParts && others.contains { $0.fate(delta.id) == nil }
        }
        if let newest { return newest }
        guard case .success(let made)? = self.world.write(node.id, self.document, self.note("garbled")) else {
            return nil
        }
        return made
    }

    /// The log in whose name it writes: a victim's.
    private func named(_ lie: Lie) -> (author: Author, seq: UInt64, head: DeltaID)? {
        guard let victim = self.victims.last.flatMap({ self.world.machines[NodeID($0)] }) else { return nil }
        let author = victim.context.author
        let last = victim.replica.held(of: author)?.intervals.last
        return (author, last?.last ?? 0, last?.head ?? .none)
    }

    /// An honest delta with another part, or another key.
    private func garble(_ lie: Lie, _ node: WorldNode) -> Bool {
        guard let newest = self.unheard(node) else { return false }
        let forger = Forger(node, self.world.team, wallMilliseconds: self.world.wall(node.id))
        var keys = node.replica.keys(for: newest).compactMap { forger.bare($0.1, $0.0) }
        var parts = newest.parts
        if lie == .wrongPart {
            parts[0]?[0] ^= 1
        } else {
            keys = keys.map { BareKey(scope: $0.scope, id: $0.id, bytes: $0.bytes.map { $0 ^ 1 }) }
        }
        let wire = WireDelta(headerBytes: newest.headerBytes, signature: newest.signature, parts: parts)
        return self.say([Message.deltas(DeltaChunk(keys: keys, deltas: [wire], remaining: 0)).framed()])
    }

    // Statements.

    private func withhold(_ node: WorldNode) -> Bool {
        node.isWithholding = true
        self.atlas.noteWithheld(node.id, in: self.world)
        return true
    }

    private func misstate(_ lie: Lie, _ node: WorldNode) -> Bool {
        var set = HaveSet()
        let reach: UInt64 = lie == .haveTooMuch ? UInt64(Int64.max) : 40
        if lie != .haveNothing {
            for have in node.replica.haveSet.authors {
                var claimed = AuthorHave(author: have.author)
                claimed.intervals = [
                    HaveInterval(
                        first: 1, last: min(have.lastSeq, UInt64.max - reach).saturatingAdd(reach),
                        head: DeltaID(digest: StandInHashing().digest256([9])))
                ]
                if claimed.lastSeq > UInt64(Int64.max) { claimed.intervals[0].last = UInt64(Int64.max) }
                set.set(claimed)
            }
        }
        guard lie == .receipt || lie == .forgedReceipt else {
            return self.say([Message.have(HavePart(set)).framed()])
        }
        let receipt = Receipt(
            receiver: node.context.author, wallMilliseconds: self.world.wall(node.id), haves: set.authors,
            compartments: [.global])
        let bytes = receipt.encoded()
        let message = SignedReceipt.signedMessage(team: node.context.membership.team, bytes)
        let name = lie == .receipt ? self.site.description : "nobody"
        let signature = self.world.team.suite.signing(named: name).sign(message)
        guard let signed = try? SignedReceipt(bytes: bytes, signature: signature) else { return false }
        return self.say([Message.receipt(signed).framed()])
    }

    // Breaches of the protocol.

    private func `break`(_ lie: Lie, _ node: WorldNode) -> Bool {
        switch lie {
        case .hugeFrame: return self.say([[0x5a, 0x7f, 0xff, 0xff, 0xff]])
        case .outOfTurn:
            let greeting = Greeting(
                nonce: [UInt8](repeating: 3, count: 16), versionOldest: 1, versionNewest: 1,
                purpose: .bulk)
            return self.say([Message.greet(greeting).framed()])
        case .flood: return self.say((0..<300).map { Message.ping(UInt64($0), .zero).framed() })
        case .hugeChunk:
            let scope = KeyScope(
                author: node.context.author, document: self.document, compartment: .global, generation: 1)
            let keys = (0...self.world.settings.limits.keysPerChunkMax).map {
                BareKey(
                    scope: scope, id: KeyID(generation: 1, hash: UInt64($0)),
                    bytes: [UInt8](repeating: 1, count: 32))
            }
            return self.say([Message.deltas(DeltaChunk(keys: keys, deltas: [], remaining: 0)).framed()])
        default:
            let forger = Forger(node, self.world.team, wallMilliseconds: self.world.wall(node.id))
            guard let base = forger.author(self.document, self.note("small")) else { return false }
            let parts: [[UInt8]?] = [[UInt8](repeating: 1, count: DeltaLimits.deltaBytesMax)]
            let wire = WireDelta(
                headerBytes: base.delta.headerBytes, signature: base.delta.signature, parts: parts)
            return self.say([Message.deltas(DeltaChunk(keys: [], deltas: [wire], remaining: 0)).framed()])
        }
    }

    /// A membership entry that takes a victim out, signed by the liar instead of a root.
    private func usurp(_ node: WorldNode) -> Bool {
        var entry = node.context.membership.head
        entry.epoch += 1
        entry.prev = node.context.membership.headHash
        entry.operators.removeAll { $0.site != self.site }
        let bytes = entry.encoded()
        let key = self.world.team.suite.signing(named: self.site.description)
        let signature = key.sign(SignedMembershipEntry.signedMessage(bytes))
        let signatures = [SignedMembershipEntry.RootSignature(key: key.publicKey, signature: signature)]
        guard let signed = try? SignedMembershipEntry(bytes: bytes, signatures: signatures) else {
            return false
        }
        return self.say([Message.membership([signed]).framed()])
    }
}
