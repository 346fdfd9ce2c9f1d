package import BatonEncoding
package import BatonModel

/// The body of one custody operation: a map with integer keys, of which each kind uses some.
///
/// What is said about an epoch cites the operation that opened it; nothing cited is the origin's epoch, which
/// no operation opened.
package struct CustodyBody: Hashable, Sendable {
    /// Why a new incarnation may be believed. Codes are signed into deltas: never reuse one.
    package enum Evidence: UInt64, Sendable, CaseIterable {
        /// It holds its predecessor up to the last custody delta, whose id was kept where no restore of the
        /// machine brings an older one back.
        case record = 1
        /// Every member site that is not deposed has stated what it has of the predecessor.
        case statements = 2
        /// Leads of two sites vouch for it.
        case leads = 3
    }

    package var kind: CustodyKind
    /// The epoch, the offer or the withdrawal that it is about.
    package var on: CitedDot?
    /// Of a settlement: the epochs that it ends.
    package var ends: [CitedDot] = []
    /// Whom: the target of an offer, the deposed site, the site a settlement keeps, the recovered one.
    package var site: SiteID?
    package var person: OperatorID?
    /// Of an offer: the hash of the handoff's record, and its document.
    package var record: Digest256?
    package var handoff: DocumentID?
    /// A reason code: of a take or a decline.
    package var code = ""
    /// Of a deposition: the last deltas of the site that are trusted.
    package var heads: [DeltaReference] = []
    /// Of a deposition.
    package var heir: SiteID?
    package var incarnation: Incarnation?
    package var evidence: Evidence?

    package init(_ kind: CustodyKind, on: CitedDot? = nil) {
        self.kind = kind
        self.on = on
    }

    package static let citedMax = 64
    package static let codeBytesMax = 64
}

extension CustodyBody {
    private enum Key {
        static let kind: UInt64 = 1
        static let on: UInt64 = 2
        static let ends: UInt64 = 3
        static let site: UInt64 = 4
        static let person: UInt64 = 5
        static let record: UInt64 = 6
        static let handoff: UInt64 = 7
        static let code: UInt64 = 8
        static let heads: UInt64 = 9
        static let heir: UInt64 = 10
        static let incarnation: UInt64 = 11
        static let evidence: UInt64 = 12
    }

    package var value: CBORValue {
        var pairs: [CBORPair] = []
        func put(_ key: UInt64, _ value: CBORValue?) {
            guard let value else { return }
            pairs.append(CBORPair(key: .unsigned(key), value: value))
        }
        put(Key.kind, .unsigned(self.kind.rawValue))
        put(Key.on, self.on?.encoded)
        put(Key.ends, self.ends.isEmpty ? nil : .array(self.ends.map(\.encoded)))
        put(Key.site, self.site.map { .text($0.description) })
        put(Key.person, self.person.map { .unsigned(UInt64($0.number)) })
        put(Key.record, self.record.map { .bytes($0.bytes) })
        put(Key.handoff, self.handoff.map { .bytes($0.bytes) })
        put(Key.code, self.code.isEmpty ? nil : .text(self.code))
        // A place is a cited dot whose index says nothing.
        let heads = self.heads.map { CitedDot(reference: $0, index: 0).encoded }
        put(Key.heads, heads.isEmpty ? nil : .array(heads))
        put(Key.heir, self.heir.map { .text($0.description) })
        put(Key.incarnation, self.incarnation.map(Self.encode))
        put(Key.evidence, self.evidence.map { .unsigned($0.rawValue) })
        return .map(pairs)
    }

    private static func encode(_ incarnation: Incarnation) -> CBORValue {
        var nonce: [UInt8] = []
        appendBigEndian(incarnation.nonce, to: &nonce)
        return .array([.unsigned(UInt64(incarnation.counter)), .bytes(nonce)])
    }

    private static func incarnation(_ value: CBORValue) -> Incarnation? {
        guard let parts = value.arrayValue, parts.count == 2,
            let counter = parts[0].unsignedValue.flatMap({ UInt32(exactly: $0) }),
            let nonce = parts[1].bytesValue, nonce.count == 8
        else { return nil }
        return Incarnation(counter: counter, nonce: bigEndianWord(nonce, from: 0))
    }

    /// - Returns: Nil for anything that says nothing here: another shape, an unknown kind, a kind without what
    ///   it is about.
    package init?(_ value: CBORValue) {
        guard let kind = value[Key.kind]?.unsignedValue.flatMap(CustodyKind.init(rawValue:)) else {
            return nil
        }
        self.init(kind)
        guard self.readCited(value), self.readNames(value), self.isWhole else { return nil }
    }

    private mutating func readCited(_ value: CBORValue) -> Bool {
        if let on = value[Key.on] {
            guard let cited = CitedDot(on) else { return false }
            self.on = cited
        }
        for entry in value[Key.ends]?.arrayValue ?? [] {
            guard let cited = CitedDot(entry), self.ends.count < Self.citedMax else { return false }
            self.ends.append(cited)
        }
        for entry in value[Key.heads]?.arrayValue ?? [] {
            guard let cited = CitedDot(entry), self.heads.count < Self.citedMax else { return false }
            self.heads.append(cited.reference)
        }
        return true
    }

    private mutating func readNames(_ value: CBORValue) -> Bool {
        self.site = value[Key.site]?.textValue.flatMap { SiteID($0) }
        self.person = value[Key.person]?.unsignedValue.flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }
        self.record = value[Key.record]?.bytesValue.flatMap { Digest256($0) }
        self.handoff = value[Key.handoff]?.bytesValue.flatMap { DocumentID($0) }
        self.heir = value[Key.heir]?.textValue.flatMap { SiteID($0) }
        self.incarnation = value[Key.incarnation].flatMap(Self.incarnation)
        self.evidence = value[Key.evidence]?.unsignedValue.flatMap(Evidence.init(rawValue:))
        self.code = value[Key.code]?.textValue ?? ""
        return self.code.utf8.count <= Self.codeBytesMax
    }

    /// Says whether everything is there that the kind is about.
    private var isWhole: Bool {
        switch self.kind {
        case .offer: self.site != nil
        case .accept, .withdraw, .acknowledge, .confirm: self.on != nil
        case .decline: self.on != nil && !self.code.isEmpty
        case .take: !self.code.isEmpty
        case .recovered: self.site != nil && self.incarnation != nil && self.evidence != nil
        case .depose: self.site != nil && self.heir != nil && self.heir != self.site
        case .settle: self.site != nil
        case .reconfirm: true
        case .claim: self.person != nil
        }
    }
}

extension CustodyBody {
    package static func offer(
        _ epoch: CitedDot?, to site: SiteID, person: OperatorID?, record: Digest256? = nil,
        handoff: DocumentID? = nil
    ) -> CustodyBody {
        var body = CustodyBody(.offer, on: epoch)
        body.site = site
        body.person = person
        body.record = record
        body.handoff = handoff
        return body
    }

    package static func accept(_ offer: CitedDot) -> CustodyBody { CustodyBody(.accept, on: offer) }

    package static func decline(_ offer: CitedDot, code: String) -> CustodyBody {
        var body = CustodyBody(.decline, on: offer)
        body.code = code
        return body
    }

    package static func take(_ epoch: CitedDot?, code: String) -> CustodyBody {
        var body = CustodyBody(.take, on: epoch)
        body.code = code
        return body
    }

    package static func claim(_ epoch: CitedDot?, person: OperatorID) -> CustodyBody {
        var body = CustodyBody(.claim, on: epoch)
        body.person = person
        return body
    }

    package static func recovered(
        _ site: SiteID, _ incarnation: Incarnation, _ evidence: Evidence
    ) -> CustodyBody {
        var body = CustodyBody(.recovered)
        body.site = site
        body.incarnation = incarnation
        body.evidence = evidence
        return body
    }

    package static func depose(
        _ site: SiteID, holding epoch: CitedDot?, heads: [DeltaReference], heir: SiteID
    ) -> CustodyBody {
        var body = CustodyBody(.depose, on: epoch)
        body.site = site
        body.heads = heads
        body.heir = heir
        return body
    }

    package static func settle(
        _ epoch: CitedDot?, keep site: SiteID, ending ends: [CitedDot]
    ) -> CustodyBody {
        var body = CustodyBody(.settle, on: epoch)
        body.site = site
        body.ends = ends
        return body
    }

    /// The operation of the case document that carries it. Custody is never material: no close need read it.
    package var operation: Operation {
        Operation(
            shape: OperationShape(kind: .custody, field: CaseField.custody, isMaterial: false),
            body: self.value)
    }
}
