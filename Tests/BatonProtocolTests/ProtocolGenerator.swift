import BatonEncoding
import BatonModel
import BatonProtocol
import BatonSimulator

/// Draws messages of every kind from a seed.
struct ProtocolGenerator {
    var random: SeededRandom

    init(seed: UInt64) { self.random = SeededRandom(seed: seed) }

    /// An integer whose width is uniform, so that every length of head is drawn often.
    mutating func integer() -> UInt64 { self.random.next() >> UInt64(self.random.below(64)) }

    mutating func digest() -> Digest256 {
        Digest256(words: self.random.next(), self.random.next(), self.random.next(), self.random.next())
    }

    mutating func author() -> Author {
        let sites = ["syd", "usw", "use", "ab", "longname"].compactMap { SiteID($0) }
        return Author(
            site: self.random.pick(sites),
            incarnation: Incarnation(
                counter: UInt32(truncatingIfNeeded: self.integer()), nonce: self.random.next()))
    }

    mutating func haveSet() -> HaveSet {
        var set = HaveSet()
        for _ in 0..<self.random.below(4) {
            var have = AuthorHave(author: self.author())
            var next: UInt64 = 1
            for _ in 0..<self.random.below(5) {
                let first = next + UInt64(self.random.below(300))
                let last = first + UInt64(self.random.below(300))
                have.intervals.append(
                    HaveInterval(first: first, last: last, head: DeltaID(digest: self.digest())))
                next = last + 2
            }
            for seq in 0..<UInt64(self.random.below(3)) {
                have.contested.append(.init(seq: seq + 1, id: DeltaID(digest: self.digest())))
            }
            set.set(have)
        }
        return set
    }

    mutating func hello() -> Hello {
        Hello(
            versionOldest: self.integer(), versionNewest: self.integer(), level: self.integer(),
            team: TeamID(digest: self.digest()), author: self.author(), bootNonce: self.random.bytes(16),
            membershipEpoch: self.integer(), membershipHead: self.digest(), haveDigest: self.digest(),
            wallMilliseconds: self.integer(), nonce: self.random.bytes(16))
    }

    mutating func receipt() -> Receipt {
        let codes = [UInt8(0), 1, 77].filter { _ in self.random.chance(1, in: 2) }
        return Receipt(
            receiver: self.author(), wallMilliseconds: self.integer(), haves: self.haveSet().authors,
            compartments: codes.map { Compartment(code: $0) })
    }

    mutating func chunk() -> DeltaChunk {
        let keys = (0..<self.random.below(3)).map { _ in self.key() }
        let deltas = (0..<self.random.below(4)).map { _ in
            WireDelta(
                headerBytes: self.random.bytes(self.random.below(300)), signature: self.random.bytes(64),
                parts: (0..<self.random.below(4)).map { _ in
                    self.random.chance(1, in: 3) ? nil : self.random.bytes(self.random.below(300))
                })
        }
        return DeltaChunk(keys: keys, deltas: deltas, remaining: self.integer())
    }

    private mutating func key() -> BareKey {
        let generation = UInt32(truncatingIfNeeded: self.integer())
        let scope = KeyScope(
            author: self.author(), document: DocumentID(kind: .escalation, suffix: self.random.bytes(15)),
            compartment: Compartment(code: UInt8(self.random.below(256))), generation: generation)
        return BareKey(
            scope: scope, id: KeyID(generation: generation, hash: self.random.next()),
            bytes: self.random.bytes(32))
    }

    mutating func membership() throws(ModelFault) -> [SignedMembershipEntry] {
        var entries: [SignedMembershipEntry] = []
        for _ in 0..<self.random.below(3) {
            let site = SiteRecord(
                site: self.author().site, region: "region \(self.random.below(9))",
                signingKey: self.random.bytes(32),
                tlsPin: self.random.bytes(32), unwrapKey: self.random.bytes(32), clearances: [.us])
            let person = OperatorRecord(
                id: OperatorID(UInt32(self.random.below(99))), name: "op", site: site.site, roles: [.lead],
                userIDs: [7])
            let entry = MembershipEntry(
                epoch: self.integer(), prev: self.digest(), createdMilliseconds: self.integer(),
                teamName: "team",
                roots: [self.random.bytes(32)], rootThreshold: self.integer(), sites: [site],
                operators: [person])
            let signatures = (0..<self.random.below(3)).map { _ in
                SignedMembershipEntry.RootSignature(
                    key: self.random.bytes(32), signature: self.random.bytes(64))
            }
            entries.append(try SignedMembershipEntry(bytes: entry.encoded(), signatures: signatures))
        }
        return entries
    }

    mutating func outline() -> OutlinePart {
        let authors = [self.author(), self.author()]
        let entries = (0..<self.random.below(5)).map { _ in
            OutlinePart.Entry(
                document: DocumentID(kind: .escalation, suffix: self.random.bytes(15)),
                author: self.random.pick(authors), count: self.integer(), newestMilliseconds: self.integer(),
                lane: self.random.chance(1, in: 3) ? nil : UInt8(self.random.below(4)))
        }
        return OutlinePart(
            isFirst: self.random.chance(1, in: 2), entries: entries, isCut: self.random.chance(1, in: 2))
    }

    mutating func comparison() -> Comparison {
        let ranges = (0..<self.random.below(4)).map { _ in
            let first = 1 + UInt64(self.random.below(500))
            return DeltaRange(
                author: self.author(), first: first, last: first + UInt64(self.random.below(500)))
        }
        return Comparison(token: self.integer(), key: self.random.bytes(16), ranges: ranges)
    }

    mutating func comparisonAnswer() -> ComparisonAnswer {
        let prints = (0..<self.random.below(4)).map { _ in
            self.random.chance(1, in: 3) ? nil : RangeFingerprint(self.random.bytes(16))
        }
        return ComparisonAnswer(token: self.integer(), fingerprints: prints)
    }

    mutating func presence() -> PresencePart {
        let people = (0..<self.random.below(4)).map { _ in
            Presence(
                person: OperatorID(UInt32(self.random.below(1_000))),
                document: self.random.chance(1, in: 3)
                    ? nil : DocumentID(kind: .escalation, suffix: self.random.bytes(15)),
                act: self.random.chance(1, in: 3) ? nil : self.random.pick(PlannedAct.allCases),
                remainingMilliseconds: 1 + UInt64(self.random.below(60_000)))
        }
        return PresencePart(wallMilliseconds: self.integer(), people: people)
    }

    /// How many kinds of message there are.
    static let kindCount = 15

    mutating func message(kind: Int) throws(ModelFault) -> Message {
        switch kind {
        case 0:
            .greet(
                Greeting(
                    nonce: self.random.bytes(16), versionOldest: self.integer(),
                    versionNewest: self.integer(),
                    purpose: self.random.chance(1, in: 2) ? .urgent : .bulk))
        case 1: .hello(try SignedHello(bytes: self.hello().encoded(), signature: self.random.bytes(64)))
        case 2: .membership(try self.membership())
        case 3: .have(HavePart(self.haveSet(), isLast: self.random.chance(1, in: 2)))
        case 4: .deltas(self.chunk())
        case 5: .receipt(try SignedReceipt(bytes: self.receipt().encoded(), signature: self.random.bytes(64)))
        case 6: .ping(self.integer(), self.digest())
        case 7: .pong(self.integer())
        case 8: .farewell(self.random.pick(["", "peer.silent", "going away", "\u{e9}\u{6c34}"]))
        case 9: .runs(RunChunk(bytes: self.random.bytes(self.random.below(300)), remaining: self.integer()))
        case 10: .outline(self.outline())
        case 11: .mark(self.integer())
        case 12: .compare(self.comparison())
        case 13: .compared(self.comparisonAnswer())
        default: .presence(self.presence())
        }
    }

    /// Damages bytes: cut, one bit turned, a byte replaced, a piece doubled, or noise instead.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return self.random.bytes(5) }
        var out = bytes
        switch self.random.below(6) {
        case 0: return Array(bytes.prefix(self.random.below(bytes.count)))
        case 1, 2: out[self.random.below(out.count)] ^= 1 << UInt8(self.random.below(8))
        case 3:
            out[self.random.below(out.count)] = self.random.pick([
                0x00, 0x17, 0x18, 0x1b, 0x5f, 0x9f, 0xf6, 0xff,
            ])
        case 4:
            let start = self.random.below(out.count)
            out.insert(contentsOf: bytes[start..<min(bytes.count, start + 5)], at: start)
        default: return self.random.bytes(self.random.below(300))
        }
        return out
    }
}
