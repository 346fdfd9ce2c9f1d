import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// What a have-set stands for, kept naively: every id at every place.
struct NaiveHave {
    var places: [Author: [UInt64: Set<DeltaID>]] = [:]

    mutating func insert(_ reference: DeltaReference, _ id: DeltaID) {
        self.places[reference.author, default: [:]][reference.seq, default: []].insert(id)
    }

    func ids(at reference: DeltaReference) -> [DeltaID] {
        (self.places[reference.author]?[reference.seq] ?? []).sorted()
    }

    var all: [(reference: DeltaReference, id: DeltaID)] {
        self.places.keys.sorted().flatMap { author in
            (self.places[author] ?? [:]).sorted { $0.key < $1.key }.flatMap { seq, ids in
                ids.sorted().map { (DeltaReference(author: author, seq: seq), $0) }
            }
        }
    }

    /// The have-set that states this, made from the definition of an interval instead of by inserting.
    var expected: [AuthorHave] {
        self.places.keys.sorted().map { author in
            var have = AuthorHave(author: author)
            for (seq, ids) in (self.places[author] ?? [:]).sorted(by: { $0.key < $1.key }) {
                let head = ids.sorted()[0]
                if let last = have.intervals.last, last.last + 1 == seq {
                    have.intervals[have.intervals.count - 1] = HaveInterval(
                        first: last.first, last: seq, head: head)
                } else {
                    have.intervals.append(HaveInterval(first: seq, last: seq, head: head))
                }
                guard ids.count > 1 else { continue }
                for id in ids.sorted() { have.contested.append(.init(seq: seq, id: id)) }
            }
            return have
        }
    }

    /// A have-set that takes everything in the given order, as a replica does.
    static func set(_ order: [(reference: DeltaReference, id: DeltaID)]) -> HaveSet {
        var set = HaveSet()
        var held = NaiveHave()
        for (reference, id) in order {
            set.insert(reference, id: id, others: held.ids(at: reference))
            held.insert(reference, id)
        }
        return set
    }
}

@Suite("HaveSet")
struct HaveSetTests {
    private static let authors = ["syd", "usw", "use"].map { ModelSamples.author($0) }

    static func id(_ reference: DeltaReference, branch: UInt64 = 0) -> DeltaID {
        DeltaID(
            digest: ModelSamples.hashing.digest256(
                Array("\(reference.author.site)".utf8) + ModelSamples.seal(from: 1).bytes,
                Array("\(reference.seq) \(branch)".utf8)))
    }

    /// Draws a part of a small log: some places missing, some held in two or three branches.
    private static func drawn(_ random: inout SeededRandom, forks: Bool) -> NaiveHave {
        var naive = NaiveHave()
        for author in Self.authors where random.chance(5, in: 6) {
            for seq in 1...UInt64(24) where random.chance(2, in: 3) {
                let reference = DeltaReference(author: author, seq: seq)
                let branches = forks && random.chance(1, in: 4) ? 1 + random.below(3) : 1
                for branch in 0..<branches {
                    naive.insert(reference, Self.id(reference, branch: UInt64(branch)))
                }
            }
        }
        return naive
    }

    private static func expanded(_ ranges: [DeltaRange]) -> [DeltaReference] {
        ranges.flatMap { range in
            (range.first...range.last).map { DeltaReference(author: range.author, seq: $0) }
        }
    }

    @Test("any order of insertion gives the minimal intervals, and so one digest", arguments: UInt64(0)..<40)
    func orderFree(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let naive = Self.drawn(&random, forks: seed % 2 == 1)
        for _ in 0..<6 {
            let set = NaiveHave.set(random.shuffled(naive.all))
            #expect(set.authors == naive.expected)
            #expect(set.count == naive.places.values.reduce(0) { $0 + UInt64($1.count) })
        }
    }

    @Test("a have-set contains exactly the places that were inserted")
    func contains() {
        var random = SeededRandom(seed: 8)
        let naive = Self.drawn(&random, forks: true)
        let set = NaiveHave.set(random.shuffled(naive.all))
        for author in Self.authors + [ModelSamples.author("zz")] {
            for seq in UInt64(0)...26 {
                let reference = DeltaReference(author: author, seq: seq)
                #expect(set.contains(reference) == !naive.ids(at: reference).isEmpty)
            }
            #expect((set[author]?.lastSeq ?? 0) == (naive.places[author]?.keys.max() ?? 0))
        }
    }

    @Test("inserting what is held already changes nothing")
    func idempotent() {
        var random = SeededRandom(seed: 9)
        let naive = Self.drawn(&random, forks: true)
        var set = NaiveHave.set(naive.all)
        let before = set
        for (reference, id) in naive.all { set.insert(reference, id: id, others: naive.ids(at: reference)) }
        #expect(set == before)
    }

    @Test(
        "without forks, what a peer is missing is the difference of the sets, in maximal runs",
        arguments: UInt64(0)..<40)
    func missing(seed: UInt64) {
        var random = SeededRandom(seed: 500 + seed)
        let (mine, theirs) = (Self.drawn(&random, forks: false), Self.drawn(&random, forks: false))
        let ranges = NaiveHave.set(mine.all).missing(at: NaiveHave.set(theirs.all))
        let difference = mine.all.map(\.reference).filter { theirs.ids(at: $0).isEmpty }
        #expect(Self.expanded(ranges) == difference)
        for (range, next) in zip(ranges, ranges.dropFirst()) where range.author == next.author {
            // A run ends only where something is held on the other side or missing on ours.
            let gap = DeltaReference(author: range.author, seq: range.last + 1)
            #expect(next.first > gap.seq || mine.ids(at: gap).isEmpty, "seed \(seed)")
        }
        #expect(NaiveHave.set(mine.all).missing(at: NaiveHave.set(mine.all)).isEmpty)
    }

    @Test("a have-set survives encoding, and its digest is over those bytes", arguments: UInt64(0)..<20)
    func encoding(seed: UInt64) throws {
        var random = SeededRandom(seed: 900 + seed)
        let set = NaiveHave.set(Self.drawn(&random, forks: true).all)
        let encoded = set.encoded()
        var reader = CBORReader(encoded)
        #expect(try HaveSet(from: &reader) == set)
        #expect(reader.isAtEnd)
        let message = Array("baton/have/1".utf8) + encoded
        #expect(set.digest(hashing: ModelSamples.hashing) == ModelSamples.hashing.digest256(message))
    }

    @Test("noise never makes a have-set trap, and what decodes encodes to the same bytes")
    func fuzz() {
        var generator = ModelGenerator(seed: 77)
        for _ in 0..<20 {
            let source = NaiveHave.set(Self.drawn(&generator.random, forks: true).all).encoded()
            for _ in 0..<200 {
                let input = generator.damaged(source)
                var reader = CBORReader(input)
                guard let set = try? HaveSet(from: &reader) else { continue }
                if set.encoded() != Array(input[..<reader.position]) { Issue.record("\(hexadecimal(input))") }
                _ = set.missing(at: NaiveHave.set([]))
                _ = NaiveHave.set([]).missing(at: set)
            }
        }
    }
}

@Suite("HaveSet on the wire")
struct HaveSetRefusalTests {
    private static let head = [UInt8](repeating: 5, count: 32)

    private static func encoded(
        _ authors: [(String, [(UInt64, UInt64)], [(UInt64, UInt8)])], idBytes: Int = 32
    ) -> [UInt8] {
        var writer = CBORWriter()
        writer.arrayHeader(authors.count)
        for (site, intervals, contested) in authors {
            writer.arrayHeader(3)
            ModelSamples.author(site).encode(into: &writer)
            writer.arrayHeader(intervals.count)
            for (first, last) in intervals {
                writer.arrayHeader(3)
                writer.unsigned(first)
                writer.unsigned(last)
                writer.bytes(Array(Self.head.prefix(idBytes)))
            }
            writer.arrayHeader(contested.count)
            for (seq, byte) in contested {
                writer.arrayHeader(3)
                writer.unsigned(seq)
                writer.bytes([UInt8](repeating: byte, count: idBytes))
                writer.bool(true)
            }
        }
        return writer.bytes
    }

    private static func fault(_ bytes: [UInt8]) -> ModelFault? {
        var reader = CBORReader(bytes)
        do {
            _ = try HaveSet(from: &reader)
            return nil
        } catch {
            return error
        }
    }

    @Test("intervals that touch, overlap, turn, start at 0 or pass the greatest number are refused")
    func intervals() {
        let wrong: [[(UInt64, UInt64)]] = [
            [(1, 2), (3, 4)], [(1, 5), (5, 6)], [(4, 3)], [(0, 3)], [(8, 9), (1, 2)],
            [(1, UInt64(Int64.max) + 1)], [(1, .max)], [(1, UInt64(Int64.max)), (1, 2)],
        ]
        for intervals in wrong {
            #expect(Self.fault(Self.encoded([("syd", intervals, [])])) != nil, "\(intervals)")
        }
        #expect(Self.fault(Self.encoded([("syd", [(1, 2), (4, UInt64(Int64.max))], [])])) == nil)
    }

    @Test("authors out of order or twice, and contested places out of order or twice, are refused")
    func orders() {
        let run: [(UInt64, UInt64)] = [(1, 9)]
        #expect(Self.fault(Self.encoded([("usw", run, []), ("syd", run, [])])) == .malformed("have.author"))
        #expect(Self.fault(Self.encoded([("syd", run, []), ("syd", run, [])])) == .malformed("have.author"))
        for contested in [[(2, 1), (2, 1)], [(2, 2), (2, 1)], [(3, 1), (2, 1)]] as [[(UInt64, UInt8)]] {
            #expect(Self.fault(Self.encoded([("syd", run, contested)])) == .malformed("have.contested"))
        }
        #expect(Self.fault(Self.encoded([("syd", run, [(2, 1), (2, 2)])])) == nil)
    }

    @Test("heads and contested ids of another length are refused")
    func lengths() {
        #expect(Self.fault(Self.encoded([("syd", [(1, 2)], [])], idBytes: 31)) == .malformed("have.head"))
        #expect(
            Self.fault(Self.encoded([("syd", [], [(1, 2)])], idBytes: 31)) == .malformed("have.contested"))
    }

    @Test("more authors than the limit are refused before they are read")
    func authorsLimit() {
        var writer = CBORWriter()
        writer.arrayHeader(HaveSet.authorsMax + 1)
        writer.raw([UInt8](repeating: 0, count: HaveSet.authorsMax + 1))
        #expect(Self.fault(writer.bytes) == .tooLarge("have", limit: HaveSet.authorsMax))
    }
}

@Suite("HaveSet with forks")
struct HaveSetForkTests {
    private static let author = ModelSamples.author("syd")

    /// A log of one author: number and branch of each delta held.
    private static func log(_ held: [(seq: UInt64, branch: UInt64)]) -> NaiveHave {
        var naive = NaiveHave()
        for (seq, branch) in held {
            let reference = DeltaReference(author: Self.author, seq: seq)
            naive.insert(reference, HaveSetTests.id(reference, branch: branch))
        }
        return naive
    }

    /// States a log of which every delta names the one before it on its own branch, if that has one.
    private static func stated(_ held: NaiveHave) -> HaveSet {
        var set = NaiveHave.set(held.all)
        for (seq, ids) in (held.places[Self.author] ?? [:]).sorted(by: { $0.key < $1.key }) where seq > 2 {
            let before = DeltaReference(author: Self.author, seq: seq - 1)
            for branch in [0, 7, 9] as [UInt64] {
                let reference = DeltaReference(author: Self.author, seq: seq)
                guard ids.contains(HaveSetTests.id(reference, branch: branch)) else { continue }
                let prev = HaveSetTests.id(before, branch: branch)
                let others = held.ids(at: before)
                if !others.isEmpty, !others.contains(prev) { set.learn(prev, at: before, others: others) }
            }
        }
        return set
    }

    /// Sends each side what the other states that it lacks, until neither finds anything to send.
    private static func reconciled(_ left: NaiveHave, _ right: NaiveHave) -> (NaiveHave, NaiveHave) {
        var (left, right) = (left, right)
        for _ in 0..<8 {
            let (mine, theirs) = (Self.stated(left), Self.stated(right))
            let toRight = mine.missing(at: theirs)
            let toLeft = theirs.missing(at: mine)
            let (fromLeft, fromRight) = (left.all, right.all)
            for (reference, id) in fromLeft where toRight.contains(where: { $0.contains(reference) }) {
                right.insert(reference, id)
            }
            for (reference, id) in fromRight where toLeft.contains(where: { $0.contains(reference) }) {
                left.insert(reference, id)
            }
        }
        return (left, right)
    }

    private static func expectEqualAfterwards(_ left: NaiveHave, _ right: NaiveHave, _ note: Comment) {
        let (one, two) = Self.reconciled(left, right)
        #expect(one.places == two.places, note)
    }

    @Test("two branches of one length are told apart by their heads and exchanged")
    func equalLength() {
        let left = Self.log([(1, 0), (2, 0)])
        let right = Self.log([(1, 0), (2, 7)])
        #expect(
            NaiveHave.set(left.all).digest(hashing: ModelSamples.hashing)
                != NaiveHave.set(right.all).digest(hashing: ModelSamples.hashing))
        Self.expectEqualAfterwards(left, right, "the last number is the same, its id is not")
    }

    @Test("a third branch is asked for by who holds the other two")
    func thirdBranch() {
        Self.expectEqualAfterwards(
            Self.log([(1, 0), (2, 0), (2, 7)]), Self.log([(1, 0), (2, 7), (2, 9)]),
            "three branches at one place")
    }

    @Test("a known fork in the middle of a run is exchanged with a side that knows one branch")
    func knownFork() {
        Self.expectEqualAfterwards(
            Self.log([(1, 0), (2, 0), (2, 7), (3, 0)]), Self.log([(1, 0), (2, 0), (3, 0), (4, 0)]),
            "one side has proven the fork")
    }

    /// Neither side has two deltas at one place, and once the longer branch's end has been sent both state
    /// 1 to 3 with the same head: equal digests must still mean equal logs.
    @Test("branches of different length cannot hide behind equal numbers and an equal head")
    func differentLength() {
        let left = Self.log([(1, 0), (2, 0)])
        let right = Self.log([(1, 0), (2, 7), (3, 7)])
        let (one, two) = Self.reconciled(left, right)
        let digests = [one, two].map { Self.stated($0).digest(hashing: ModelSamples.hashing) }
        #expect(one.places == two.places || digests[0] != digests[1], "equal digests for different logs")
        #expect(one.places == two.places, "the second branch never reaches the side that holds the first")
    }

    /// The other side has both branches by now, so nothing but the missing branch itself tells the two apart.
    @Test("a branch that is known of and not held is still sent by a side that holds all of them")
    func knownAndNotHeld() {
        let left = Self.log([(1, 0), (2, 0), (3, 7)])
        let right = Self.log([(1, 0), (2, 0), (2, 7), (3, 7)])
        let digests = [left, right].map { Self.stated($0).digest(hashing: ModelSamples.hashing) }
        #expect(digests[0] != digests[1], "equal digests for different logs")
        Self.expectEqualAfterwards(left, right, "the branch never comes")
    }
}
