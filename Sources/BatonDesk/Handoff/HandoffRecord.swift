package import BatonEncoding
package import BatonModel

/// The record of a handoff: what the leaver gives and the receiver takes, bound by its hash.
///
/// As bytes it is deterministic CBOR, so that both sites and paper have one hash of it.
package struct HandoffRecord: Hashable, Sendable {
    package var document: DocumentID
    package var from: SiteID
    package var to: SiteID
    package var by: OperatorID
    /// Nil: whoever is on watch there.
    package var toPerson: OperatorID?
    /// Milliseconds since 1970.
    package var madeAt: UInt64
    /// When custody is meant to move.
    package var custodyAt: UInt64
    /// When the escalation path is paged if nobody has accepted. Nothing else happens then.
    package var expiresAt: UInt64
    /// Nobody was there to take it: the record stands alone, the read-back is owed.
    package var isUnstaffed = false
    package var items: [HandoffItem] = []
    /// Of the system: peers down, changes missing, conflicts open.
    package var risks: [String] = []
    /// Who saw graphic material, who needs rest: only what people wanted told.
    package var people = ""

    package init(
        document: DocumentID, from: SiteID, to: SiteID, by: OperatorID, madeAt: UInt64, custodyAt: UInt64
    ) {
        self.document = document
        self.from = from
        self.to = to
        self.by = by
        self.madeAt = madeAt
        self.custodyAt = custodyAt
        self.expiresAt = custodyAt
    }

    /// A delta has room for so much beside its envelope.
    package static let bytesMax = 48 * 1_024
    /// More cases are not even filled in: with a hundred bytes each they do not fit.
    package static let casesMax = 500

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(1, .bytes(self.document.bytes))
        map.put(2, .text(self.from.description))
        map.put(3, .text(self.to.description))
        map.put(4, .unsigned(UInt64(self.by.number)))
        map.put(5, self.toPerson.map { .unsigned(UInt64($0.number)) })
        map.put(6, milliseconds: self.madeAt)
        map.put(7, milliseconds: self.custodyAt)
        map.put(8, milliseconds: self.expiresAt)
        map.put(9, flag: self.isUnstaffed)
        map.put(10, .array(self.items.map(\.value)))
        map.put(11, texts: self.risks)
        map.put(12, text: self.people)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let document = map[1]?.bytesValue.flatMap({ DocumentID($0) }),
            let from = map.text(2).flatMap({ SiteID($0) }), let to = map.text(3).flatMap({ SiteID($0) }),
            let by = map.unsigned(4).flatMap({ UInt32(exactly: $0) }), let madeAt = map.time(6),
            let custodyAt = map.time(7), let expiresAt = map.time(8), let risks = map.texts(11),
            let people = map.longText(12)
        else { return nil }
        self.init(
            document: document, from: from, to: to, by: OperatorID(by), madeAt: madeAt, custodyAt: custodyAt)
        self.expiresAt = expiresAt
        self.toPerson = map.unsigned(5).flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }
        self.isUnstaffed = map.flag(9)
        let items = map[10]?.arrayValue ?? []
        self.items = items.compactMap { HandoffItem($0) }
        guard self.items.count == items.count else { return nil }
        self.risks = risks
        self.people = people
    }

    package var bytes: [UInt8] { CBORValue.encode(self.value) }

    /// BLAKE2b-256 of `"baton/handoff/1" ‖ bytes`.
    package func hash(_ hashing: some Hashing) -> Digest256 {
        hashing.digest256(Array("baton/handoff/1".utf8), self.bytes)
    }

    /// `HO-1122-SU`: the day of custody and the first letters of both sites. For people; the code is the handle.
    package var label: String {
        let date = CivilDate(daysSince1970: Int(clamping: self.custodyAt / 86_400_000))
        let sites = [self.from, self.to].map { $0.description.prefix(1).uppercased() }.joined()
        return "HO-\(Self.two(date.month))\(Self.two(date.day))-\(sites)"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
