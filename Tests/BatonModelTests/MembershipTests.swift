import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// A membership log with stand-in roots, written by hand.
private struct Log {
    static let roots = ["ra", "rb", "rc"].map { StandInSigning(named: $0) }
    static let verifying = StandInSigning(named: "any")

    static func entry(
        _ epoch: UInt64, after prev: Digest256, roots: [StandInSigning] = Self.roots, threshold: UInt64 = 2,
        name: String = "team"
    ) -> MembershipEntry {
        MembershipEntry(
            epoch: epoch, prev: prev, createdMilliseconds: 1_700_000_000_000, teamName: name,
            roots: roots.map(\.publicKey), rootThreshold: threshold,
            sites: [Self.site("usw", clearances: [.us]), Self.site("syd")],
            operators: [Self.person(2, "usw"), Self.person(1, "syd")])
    }

    static func site(_ name: String, clearances: [Compartment] = []) -> SiteRecord {
        SiteRecord(
            site: ModelSamples.site(name), region: "region of \(name)",
            signingKey: StandInSigning(named: name).publicKey, tlsPin: [UInt8](repeating: 1, count: 32),
            unwrapKey: [UInt8](repeating: 2, count: 32), clearances: clearances)
    }

    static func person(_ number: UInt32, _ site: String) -> OperatorRecord {
        OperatorRecord(
            id: OperatorID(number), name: "op\(number)", site: ModelSamples.site(site),
            roles: [.lead, .specialist], userIDs: [1_000 + number])
    }

    static func signed(
        _ entry: MembershipEntry, by signers: [StandInSigning]
    ) throws(ModelFault) -> SignedMembershipEntry {
        let bytes = entry.encoded()
        let message = SignedMembershipEntry.signedMessage(bytes)
        return try SignedMembershipEntry(
            bytes: bytes, signatures: signers.map { .init(key: $0.publicKey, signature: $0.sign(message)) })
    }

    static func start(
        threshold: UInt64 = 2, by signers: [StandInSigning] = Array(Self.roots.prefix(2))
    ) throws -> Membership {
        try Membership(
            first: Self.signed(Self.entry(1, after: .zero, threshold: threshold), by: signers),
            hashing: ModelSamples.hashing, verifying: Self.verifying)
    }
}

@Suite("Membership")
struct MembershipTests {
    private static func fault(_ membership: Membership, appending next: SignedMembershipEntry)
        -> MembershipFault?
    {
        var copy = membership
        do {
            try copy.append(next, hashing: ModelSamples.hashing, verifying: Log.verifying)
            return nil
        } catch {
            if copy != membership { Issue.record("a refused entry changed the membership") }
            return error
        }
    }

    @Test("the team is the hash of the first entry, and each entry follows the hash of the one before")
    func chain() throws {
        var membership = try Log.start()
        #expect(membership.team.digest == membership.headHash)
        #expect(membership.headHash == ModelSamples.hashing.digest256(membership.entries[0].bytes))
        let second = try Log.signed(Log.entry(2, after: membership.headHash), by: Array(Log.roots.suffix(2)))
        try membership.append(second, hashing: ModelSamples.hashing, verifying: Log.verifying)
        #expect(membership.epoch == 2)
        #expect(membership.head == second.entry)
        #expect(membership.headHash == second.hash(ModelSamples.hashing))
        #expect(membership.team.digest != membership.headHash)
        let whole = try Membership(
            log: membership.entries, hashing: ModelSamples.hashing, verifying: Log.verifying)
        #expect(whole == membership)
    }

    @Test("two of three roots are needed; one, the same one twice, a stranger or a forgery do not count")
    func threshold() throws {
        let membership = try Log.start()
        let entry = Log.entry(2, after: membership.headHash)
        let (first, second, third) = (Log.roots[0], Log.roots[1], Log.roots[2])
        let stranger = StandInSigning(named: "stranger")
        for signers in [[], [first], [first, first], [first, stranger], [stranger, stranger]] {
            #expect(Self.fault(membership, appending: try Log.signed(entry, by: signers)) == .notEnoughRoots)
        }
        for signers in [
            [first, second], [third, first], [first, second, third], [stranger, first, first, third],
        ] {
            #expect(Self.fault(membership, appending: try Log.signed(entry, by: signers)) == nil)
        }
        let good = try Log.signed(entry, by: [first, second])
        var forged = good.signatures
        forged[1] = .init(key: second.publicKey, signature: forged[0].signature)
        let withForgery = try SignedMembershipEntry(bytes: good.bytes, signatures: forged)
        #expect(Self.fault(membership, appending: withForgery) == .notEnoughRoots)
        forged.append(good.signatures[1])
        let repaired = try SignedMembershipEntry(bytes: good.bytes, signatures: forged)
        #expect(
            Self.fault(membership, appending: repaired) == nil, "a forgery does not hide the true signature")
    }

    @Test("the roots of the entry before sign, not those that the new entry names")
    func rootsBefore() throws {
        let membership = try Log.start()
        let others = ["x", "y"].map { StandInSigning(named: $0) }
        let takeover = Log.entry(2, after: membership.headHash, roots: others, threshold: 1)
        #expect(Self.fault(membership, appending: try Log.signed(takeover, by: others)) == .notEnoughRoots)
        var moved = membership
        try moved.append(
            Log.signed(takeover, by: Array(Log.roots.prefix(2))), hashing: ModelSamples.hashing,
            verifying: Log.verifying)
        let next = Log.entry(3, after: moved.headHash, roots: others, threshold: 1)
        #expect(Self.fault(moved, appending: try Log.signed(next, by: Log.roots)) == .notEnoughRoots)
        #expect(Self.fault(moved, appending: try Log.signed(next, by: [others[1]])) == nil)
    }

    @Test("an entry that skips, repeats or follows another hash is out of order")
    func outOfOrder() throws {
        let membership = try Log.start()
        for (epoch, prev) in [
            (3, membership.headHash), (1, membership.headHash), (0, membership.headHash), (2, .zero),
            (2, ModelSamples.digest(from: 1)), (UInt64.max, membership.headHash),
        ] as [(UInt64, Digest256)] {
            let next = try Log.signed(Log.entry(epoch, after: prev), by: Log.roots)
            #expect(Self.fault(membership, appending: next) == .outOfOrder)
        }
        for entry in [Log.entry(2, after: .zero), Log.entry(1, after: ModelSamples.digest(from: 1))] {
            let first = try Log.signed(entry, by: Log.roots)
            #expect(throws: MembershipFault.outOfOrder) {
                try Membership(first: first, hashing: ModelSamples.hashing, verifying: Log.verifying)
            }
        }
        #expect(throws: MembershipFault.outOfOrder) {
            try Membership(log: [], hashing: ModelSamples.hashing, verifying: Log.verifying)
        }
    }

    @Test("the first entry is signed by its own roots", arguments: 0...3)
    func firstEntry(count: Int) {
        let isEnough = count >= 2
        if isEnough {
            #expect(throws: Never.self) { try Log.start(by: Array(Log.roots.prefix(count))) }
        } else {
            #expect(throws: MembershipFault.notEnoughRoots) {
                try Log.start(by: Array(Log.roots.prefix(count)))
            }
        }
    }

    @Test("a threshold of none, or of more roots than there are, is refused", arguments: [0, 4, UInt64.max])
    func wrongThreshold(threshold: UInt64) throws {
        #expect(throws: MembershipFault.threshold) { try Log.start(threshold: threshold, by: Log.roots) }
        let membership = try Log.start()
        let next = try Log.signed(
            Log.entry(2, after: membership.headHash, threshold: threshold), by: Log.roots)
        #expect(Self.fault(membership, appending: next) == .threshold)
    }

    @Test("a delta's reference finds its entry only by epoch and hash together")
    func references() throws {
        var membership = try Log.start()
        let first = membership.reference(hashing: ModelSamples.hashing)
        try membership.append(
            Log.signed(Log.entry(2, after: membership.headHash, name: "renamed"), by: Log.roots),
            hashing: ModelSamples.hashing, verifying: Log.verifying)
        let second = membership.reference(hashing: ModelSamples.hashing)
        func found(_ epoch: UInt64, _ prefix: UInt64) -> String? {
            membership.entry(
                for: MembershipReference(epoch: epoch, hashPrefix: prefix), hashing: ModelSamples.hashing)?
                .teamName
        }
        #expect(first.epoch == 1 && second.epoch == 2)
        #expect(found(1, first.hashPrefix) == "team")
        #expect(found(2, second.hashPrefix) == "renamed")
        for (epoch, prefix) in [
            (1, second.hashPrefix), (2, first.hashPrefix), (1, first.hashPrefix ^ 1), (0, first.hashPrefix),
            (3, second.hashPrefix), (UInt64.max, second.hashPrefix),
        ] as [(UInt64, UInt64)] {
            #expect(found(epoch, prefix) == nil)
        }
    }
}

@Suite("MembershipEntry encoding")
struct MembershipEntryTests {
    private static func fault(_ bytes: [UInt8]) -> ModelFault? {
        do {
            _ = try MembershipEntry(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }

    /// The entry as a tree, with one of its nine values replaced.
    private static func changed(_ index: Int, to value: (CBORValue) -> CBORValue) throws -> [UInt8] {
        var values = try #require(try CBORValue.decode(Log.entry(1, after: .zero).encoded()).arrayValue)
        values[index] = value(values[index])
        return CBORValue.encode(.array(values))
    }

    /// Replaces a value of one record in a list of records.
    private static func record(
        _ list: Int, _ place: Int, to value: @escaping (CBORValue) -> CBORValue
    ) throws -> [UInt8] {
        try Self.changed(list) { records in
            var records = records.arrayValue ?? []
            var values = records[0].arrayValue ?? []
            values[place] = value(values[place])
            records[0] = .array(values)
            return .array(records)
        }
    }

    @Test("an entry survives encoding, sorted whatever order it was made in")
    func roundTrip() throws {
        let entry = Log.entry(1, after: .zero)
        #expect(entry.sites.map(\.site.description) == ["syd", "usw"])
        #expect(entry.operators.map(\.id.number) == [1, 2])
        #expect(entry.operators[0].roles == [.specialist, .lead])
        #expect(try MembershipEntry(decoding: entry.encoded()) == entry)
        #expect(entry.site(ModelSamples.site("usw"))?.clearances == [.us])
        #expect(entry.site(ModelSamples.site("zz")) == nil)
        #expect(entry.operatorRecord(OperatorID(2))?.name == "op2")
        let signed = try Log.signed(entry, by: Log.roots)
        var writer = CBORWriter()
        signed.encode(into: &writer)
        var reader = CBORReader(writer.bytes)
        #expect(try SignedMembershipEntry(from: &reader) == signed)
    }

    @Test("lists in another order are refused", arguments: [5, 7, 8])
    func order(list: Int) throws {
        let turned = try Self.changed(list) { .array(($0.arrayValue ?? []).reversed()) }
        #expect(Self.fault(turned) == .malformed("membership"))
    }

    @Test("a root, a site or an operator twice is refused", arguments: [5, 7, 8])
    func repeats(list: Int) throws {
        let doubled = try Self.changed(list) { value in
            let items = value.arrayValue ?? []
            return .array([items[0]] + items)
        }
        #expect(Self.fault(doubled) == .malformed("membership"))
    }

    @Test("two operators of one desk name are refused")
    func sameName() throws {
        let bytes = try Self.record(8, 1) { _ in .text("op2") }
        #expect(Self.fault(bytes) == .malformed("membership"))
    }

    @Test("a clearance, a role or a user id twice would be a second way to write an entry and is refused")
    func innerRepeats() throws {
        let one = CBORValue.unsigned(1)
        #expect(Self.fault(try Self.record(7, 5) { _ in .array([one]) }) == nil)
        for (list, place) in [(7, 5), (8, 3), (8, 4)] {
            let bytes = try Self.record(list, place) { _ in .array([one, one]) }
            #expect(Self.fault(bytes) == .malformed("membership"), "list \(list), value \(place)")
        }
    }

    @Test("a format or a role of the future is unsupported, not malformed")
    func future() throws {
        #expect(Self.fault(try Self.changed(0) { _ in .unsigned(2) }) == .unsupported("membership.format"))
        #expect(
            Self.fault(try Self.record(8, 3) { _ in .array([.unsigned(6)]) }) == .unsupported("operator.role")
        )
    }

    @Test("keys of another length and texts over their limit are refused")
    func lengths() throws {
        let short = CBORValue.bytes([UInt8](repeating: 1, count: 31))
        #expect(Self.fault(try Self.changed(2) { _ in short }) == .malformed("membership.prev"))
        #expect(Self.fault(try Self.changed(5) { _ in .array([short]) }) == .malformed("membership.root"))
        for (place, field) in [(2, "site.signing-key"), (3, "site.tls-pin"), (4, "site.unwrap-key")] {
            #expect(Self.fault(try Self.record(7, place) { _ in short }) == .malformed(field))
        }
        let long = CBORValue.text(String(repeating: "a", count: 129))
        #expect(Self.fault(try Self.changed(4) { _ in long }) == .tooLarge("membership.team", limit: 128))
        #expect(Self.fault(try Self.record(7, 1) { _ in long }) == .tooLarge("site.region", limit: 64))
        let roots = (0..<17).map { CBORValue.bytes([UInt8](repeating: UInt8($0), count: 32)) }
        #expect(
            Self.fault(try Self.changed(5) { _ in .array(roots) }) == .tooLarge("membership.roots", limit: 16)
        )
    }

    @Test("noise never makes an entry trap, and what decodes encodes to the same bytes")
    func fuzz() {
        var generator = ModelGenerator(seed: 21)
        let source = Log.entry(1, after: .zero).encoded()
        for _ in 0..<3_000 {
            let input = generator.damaged(source)
            guard let entry = try? MembershipEntry(decoding: input) else { continue }
            if entry.encoded() != input { Issue.record("\(hexadecimal(input)) is a second encoding") }
        }
    }
}
