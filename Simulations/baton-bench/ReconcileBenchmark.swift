import BatonCrypto
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore

/// What two equal replicas say to each other when they meet: bytes each way, and round trips after the hello.
struct ReconcileBenchmark {
    let sites: Int
    let seed: UInt64
    let settings: ReplicaSettings

    func run(in folder: BenchFolder) throws -> BenchResult {
        let team = try BenchTeam(seed: self.seed)
        let pair = try (0..<2).map { try BenchSite($0, of: team, in: folder, self.settings) }
        // Both hold the same of every site's log.
        var random = BenchRandom(seed: self.seed)
        var have = HaveSet()
        for number in 0..<self.sites {
            let author = Author(
                site: try Self.site(number), incarnation: Incarnation(counter: 1, nonce: UInt64(number)))
            var entry = AuthorHave(author: author)
            let digest = Blake2b().digest256(random.bytes(32))
            entry.intervals = [HaveInterval(first: 1, last: 1_000, head: DeltaID(digest: digest))]
            have.set(entry)
        }
        let wire = try BenchWire(pair, roundTrip: 160, megabits: 20, assumed: have)
        wire.connect()
        let greeted = try wire.run(until: 60_000) { wire.nodes.allSatisfy { Self.greetings($0) == 2 } }
        guard greeted else { throw BenchFault("the pair did not greet") }
        let helloAt = wire.now
        _ = try wire.run(until: helloAt + 4_000) { false }
        let exchanged = wire.nodes.contains { node in
            node.notes.contains { if case .catchUpStarted = $0 { true } else { false } }
        }
        var result = BenchResult("reconcile")
        result.add("sites", self.sites)
        result.add("bytes_there", wire.bytesSent[1])
        result.add("bytes_back", wire.bytesSent[0])
        result.add("round_trips", exchanged ? 1 : 0)
        result.add("seed", Int(self.seed))
        return result
    }

    private static func greetings(_ node: BenchNode) -> Int {
        node.notes.count { if case .linkGreeted = $0 { true } else { false } }
    }

    private static func site(_ number: Int) throws -> SiteID {
        guard let site = SiteID("s\(number)x") else { throw BenchFault("no site \(number)") }
        return site
    }
}
