import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@Suite("PageSealing")
struct PageSealingTests {
    private static let team = SimulatedTeam()
    private static let document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 4, count: 15))
    private static let badSignature = [UInt8](repeating: 9, count: 64)
    private static let pages = PageSealing(
        membership: Self.team.membership, hashing: StandInHashing(),
        verifying: StandInSigning(named: "nobody"))

    /// A log in which the deltas at some places have a signature that is not their site's.
    private static func log(_ count: Int, wrongAt wrong: ClosedRange<Int>) throws -> [Delta] {
        let site = Self.team.sites[0]
        let peer = ReplicaPeer(Self.team.context(site))
        var log: [Delta] = []
        for place in 0..<count {
            let made = peer.author(Self.document, note("\(place)"), by: Self.team.person(at: site))
            log.append(
                try DeltaForge.resigned(
                    made, team: Self.team.membership.team,
                    signature: wrong.contains(place) ? Self.badSignature : nil
                ) { header in if let last = log.last { header.prev = last.id } })
        }
        return log
    }

    private static func close(_ page: ArraySlice<Delta>, of log: [Delta]) throws -> [Delta] {
        try Self.pages.close(Array(page)) { place throws(ReplicaFault) in
            log.filter { $0.reference == place }
        }
    }

    @Test("A page whose last delta is authentic by itself is left as it is")
    func whole() throws {
        let log = try Self.log(4, wrongAt: 1...1)
        #expect(try Self.close(log[0...2], of: log) == Array(log[0...2]))
        #expect(Self.pages.isAuthentic(log[0]))
        #expect(!Self.pages.isAuthentic(log[1]))
    }

    @Test("A page goes on until a delta vouches for those before it")
    func lengthened() throws {
        let log = try Self.log(6, wrongAt: 1...3)
        #expect(try Self.close(log[0...1], of: log) == Array(log[0...4]))
    }

    @Test("Where nobody vouches the page ends with the log, and a long wrong run is followed only so far")
    func bounded() throws {
        let short = try Self.log(3, wrongAt: 1...2)
        #expect(try Self.close(short[0...1], of: short) == short)
        let long = try Self.log(300, wrongAt: 1...299)
        #expect(try Self.close(long[0...1], of: long).count == 2 + 256)
    }

    @Test("A delta of another branch does not vouch")
    func branch() throws {
        let log = try Self.log(3, wrongAt: 1...1)
        let other = try DeltaForge.resigned(log[2], team: Self.team.membership.team) {
            $0.prev = log[0].id
        }
        #expect(try Self.close(log[0...1], of: [log[0], log[1], other]) == Array(log[0...1]))
    }
}
