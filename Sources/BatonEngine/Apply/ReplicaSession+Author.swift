import BatonEncoding
package import BatonModel

/// What a person wants to do to one document.
package struct Draft: Sendable, Hashable {
    package var document: DocumentID
    package var operations: [Operation]
    package var actor: Actor
    /// What stood at the document's frontier when the change was decided. Where more has come since, it is refused
    /// (`AuthorFault.movedOn`): it would state as read what nobody had judged. Nil where nothing depends on it.
    package var basis: [DeltaID]?

    package init(document: DocumentID, operations: [Operation], actor: Actor, basis: [DeltaID]? = nil) {
        self.document = document
        self.operations = operations
        self.actor = actor
        self.basis = basis
    }
}

/// Says why a draft was not signed. Nothing has been written then.
package enum AuthorFault: Error, Equatable, Sendable, CustomStringConvertible {
    case notAMember
    case notAuthorised
    case unknownField(FieldCode)
    case badValue(FieldCode)
    /// Restricted compartments cannot be written yet at this feature level.
    case compartmentClosed(Compartment)
    case empty
    /// The document has changed since the change was decided; decide again.
    case movedOn
    case tooLarge(limit: Int)
    case replica(ReplicaFault)

    package var description: String {
        switch self {
        case .notAMember: "this site is not in the membership"
        case .notAuthorised: "this operator may not change documents at this site"
        case .unknownField(let field): "\(field) does not exist in this kind of document"
        case .badValue(let field): "the value does not fit \(field)"
        case .compartmentClosed(let compartment):
            "the compartment \(compartment) takes no entries at this level"
        case .empty: "the change has no operation"
        case .movedOn: "the document has changed since"
        case .tooLarge(let limit): "the change is over the limit of \(limit) bytes"
        case .replica(let fault): fault.description
        }
    }
}

extension ReplicaSession {
    /// Signs a draft as this site's next delta and folds it.
    ///
    /// - Returns: The delta, whole. It may leave this node only after the transaction has committed.
    /// - Throws: `AuthorFault`; the session is unchanged unless it is `.replica`, which aborts the
    ///   transaction.
    package func author(_ draft: Draft) throws(AuthorFault) -> Delta {
        let bodies = try self.check(draft)
        try self.checkBasis(draft)
        do throws(ReplicaFault) {
            let delta = try self.sign(draft)
            try self.log(delta, others: [])
            // Nobody needs to decrypt what was encrypted a moment ago.
            try self.passThrough(
                delta, opened: OpenedDelta(id: delta.id, header: delta.header, parts: [.bodies(bodies)]))
            try self.audit(
                .authored, actor: draft.actor.person,
                range: DeltaRange(
                    author: delta.header.author, first: delta.header.seq, last: delta.header.seq),
                site: delta.header.author.site)
            return delta
        } catch {
            throw .replica(error)
        }
    }

    private func checkBasis(_ draft: Draft) throws(AuthorFault) {
        guard let basis = draft.basis else { return }
        let frontier: [DeltaPosition]
        do throws(ReplicaFault) { frontier = try self.document(draft.document).frontier } catch {
            throw .replica(error)
        }
        guard frontier.map(\.id) == basis else { throw .movedOn }
    }

    /// Judges the draft as every replica will judge the delta, so that nothing of ours is ever void.
    ///
    /// - Returns: The operations' bodies as every replica will read them.
    private func check(_ draft: Draft) throws(AuthorFault) -> [OpenedDelta.Body] {
        let member = self.context.membership.head
        let site = self.context.author.site
        guard member.site(site) != nil else { throw .notAMember }
        guard let person = member.operatorRecord(draft.actor.person), person.site == site,
            person.roles.contains(where: { $0 != .auditor && $0 != .rootKeeper })
        else { throw .notAuthorised }
        guard !draft.operations.isEmpty else { throw .empty }
        guard draft.operations.count <= DeltaLimits.operationsMax else {
            throw .tooLarge(limit: DeltaLimits.operationsMax)
        }
        var bytes = DeltaLimits.headerBytesMax
        for operation in draft.operations {
            guard operation.compartment == .global else { throw .compartmentClosed(operation.compartment) }
            try self.check(operation, of: draft.document)
        }
        let plaintext = PartPlaintext.encode(draft.operations, compartment: .global)
        bytes += plaintext.count
        guard bytes <= DeltaLimits.deltaBytesMax else { throw .tooLarge(limit: DeltaLimits.deltaBytesMax) }
        // What we could not read back (a body nested too deep) every replica would judge void.
        do throws(ModelFault) {
            return try PartPlaintext.bodies(
                of: plaintext, compartment: .global, operationCount: draft.operations.count)
        } catch {
            throw .badValue(draft.operations[0].shape.field)
        }
    }

    private func check(_ operation: Operation, of document: DocumentID) throws(AuthorFault) {
        let field = operation.shape.field
        guard let rule = self.context.fold.table.rule(document, field), let kind = operation.shape.kind,
            rule.structure.takes(kind)
        else { throw .unknownField(field) }
        guard rule.accepts(operation.body, written: kind) else { throw .badValue(field) }
    }

    private func sign(_ draft: Draft) throws(ReplicaFault) -> Delta {
        let author = self.context.author
        let head = try self.have(author).intervals.last
        let seq = (head?.last ?? 0) + (Mutant.isOn(.seqReused) && head != nil ? 0 : 1)
        let plaintext = PartPlaintext.encode(draft.operations, compartment: .global)
        let scope = KeyScope(author: author, document: draft.document, compartment: .global, generation: 1)
        let key = try self.ownKey(scope)
        let place = PartPlace(scope: scope, seq: seq, index: 0)
        let header = try self.header(
            draft, seq: seq,
            prev: Mutant.isOn(.prevForgotten) ? .none : head?.head ?? self.context.previousHead,
            part: PartDescriptor(
                compartment: .global, key: key.id,
                commitment: try self.sealed { () throws(SealingFault) in
                    try self.context.sealing.commitment(to: plaintext, at: place, key: key)
                },
                length: plaintext.count))
        let bytes = header.encoded()
        let message = Delta.signedMessage(team: self.context.membership.team, headerBytes: bytes)
        let part = try self.sealed { () throws(SealingFault) in
            try self.context.sealing.seal(
                plaintext, at: place, commitment: header.parts[0].commitment, header: bytes, key: key)
        }
        do {
            return try Delta(
                headerBytes: bytes, signature: self.context.signing.sign(message), parts: [part],
                hashing: self.context.hashing)
        } catch {
            throw ReplicaFault(
                code: "engine.own-delta", message: "our own delta would not decode: \(error)", isFatal: false)
        }
    }

    private func header(
        _ draft: Draft, seq: UInt64, prev: DeltaID, part: PartDescriptor
    ) throws(ReplicaFault) -> Header {
        let author = self.context.author
        let state = try self.document(draft.document)
        let documentPrev = Mutant.isOn(.documentPrevForgotten) ? 0 : state.latestSeq(of: author)
        let previousID = try self.previousID(documentPrev, of: state)
        let entries = state.frontier.filter { $0.id != previousID && !Mutant.isOn(.contextForgotten) }
            .sorted { ($0.reference, $0.id) < ($1.reference, $1.id) }
        let seal = ContextSeal(
            documentPrev: previousID, entries: entries.map(\.id), hashing: self.context.hashing)
        return Header(
            level: self.context.fold.table.level, author: author, seq: seq, prev: prev,
            membership: self.context.membership.reference(hashing: self.context.hashing),
            document: draft.document, documentPrev: documentPrev,
            context: Context(entries: entries.map(\.reference), seal: seal),
            unread: try self.unreadRanges(of: state), stamp: self.nextStamp(), actor: draft.actor,
            shape: draft.operations.map(\.shape), parts: [part])
    }

    /// Finds which delta `document prev` means: at a place that a clone of ours also wrote there may be
    /// several.
    private func previousID(_ seq: UInt64, of state: DocumentState) throws(ReplicaFault) -> DeltaID {
        guard seq > 0 else { return .none }
        let place = DeltaReference(author: self.context.author, seq: seq)
        if let standing = state.frontier.first(where: { $0.reference == place }) { return standing.id }
        let logged = try self.transaction.logged(at: place)
        return logged.first { $0.document == state.id && $0.fate.hasPassedGate }?.id ?? .none
    }

    /// Says in our own write what of its past we could not read, so that it covers none of it.
    private func unreadRanges(of state: DocumentState) throws(ReplicaFault) -> [DeltaRange] {
        var places: Set<DeltaReference> = []
        for compartment in state.compartments {
            for id in compartment.unread {
                guard let logged = try self.transaction.logged(id) else { continue }
                places.insert(logged.reference)
            }
        }
        var ranges: [DeltaRange] = []
        for place in places.sorted() {
            if let last = ranges.last, last.author == place.author, last.last + 1 == place.seq {
                ranges[ranges.count - 1].last = place.seq
            } else {
                ranges.append(DeltaRange(author: place.author, first: place.seq, last: place.seq))
            }
        }
        return Self.widened(ranges)
    }

    /// Keeps within what a header may list: more than that becomes one range an author. Listing more as
    /// unread is the safe side, as it only covers less.
    private static func widened(_ ranges: [DeltaRange]) -> [DeltaRange] {
        guard ranges.count > DeltaLimits.unreadRangesMax else { return ranges }
        var wide: [DeltaRange] = []
        for range in ranges {
            if let last = wide.last, last.author == range.author {
                wide[wide.count - 1].last = range.last
            } else {
                wide.append(range)
            }
        }
        return wide
    }

    private func ownKey(_ scope: KeyScope) throws(ReplicaFault) -> WrappedKey {
        if let known = try self.transaction.key(scope, id: nil) { return known }
        let key = try self.sealed { () throws(SealingFault) in
            try self.context.sealing.makeKey(scope: scope, entropy: self.context.entropy.bytes(56))
        }
        try self.keep(key, scope: scope)
        return key
    }

    private func sealed<Value>(_ body: () throws(SealingFault) -> Value) throws(ReplicaFault) -> Value {
        do {
            return try body()
        } catch {
            throw ReplicaFault(code: "engine.sealing", message: error.description, isFatal: false)
        }
    }
}
