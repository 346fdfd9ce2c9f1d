import BatonCrypto
import BatonModel
import BatonNode
import Foundation
import Testing

@Suite("Site cards and membership files")
struct TrustTests {
    private static func key(_ byte: UInt8) throws -> SigningKey {
        try SigningKey(seed: SecretBytes(copying: [UInt8](repeating: byte, count: 32)))
    }

    private static func card(_ name: String, key: SigningKey, people: [String]) throws -> SiteCard {
        let site = try #require(SiteID(name))
        return SiteCard(
            site: site, region: "test", signingKey: key.publicKey, tlsPin: [UInt8](repeating: 7, count: 32),
            unwrapKey: [UInt8](repeating: 8, count: 32),
            operators: people.map { SiteCard.Person(name: $0, userIDs: [1000], roles: [.specialist]) })
    }

    private static func maker(_ byte: UInt8 = 9) throws -> MembershipMaker {
        MembershipMaker(root: try self.key(byte), nowMilliseconds: 1_000)
    }

    @Test("a card is read back as it was written")
    func cardRoundTrip() throws {
        let key = try Self.key(1)
        let card = try Self.card("syd", key: key, people: ["alee", "mo"])
        #expect(try SiteCard(reading: card.text(signedBy: key), origin: "syd.pub") == card)
    }

    @Test("a card of which one character was changed is refused")
    func cardChanged() throws {
        let key = try Self.key(1)
        let text = try Self.card("syd", key: key, people: ["alee"]).text(signedBy: key)
        for (old, new) in [
            ("region: test", "region: best"), ("uid=1000", "uid=1001"), ("alee", "blee"),
            ("\nsite", "\n\nsite"),
        ] {
            let changed = text.replacingOccurrences(of: old, with: new)
            #expect(throws: NodeFault.self) { try SiteCard(reading: changed, origin: "x") }
        }
        for wrong in ["", "site: syd\n", text + "more", "\nsignature: 00\n"] {
            #expect(throws: NodeFault.self) { try SiteCard(reading: wrong, origin: "x") }
        }
    }

    @Test("an operator is read from the command line's form")
    func operatorArgument() {
        #expect(SiteCard.Person(argument: "alee:1000")?.roles == [.specialist])
        #expect(SiteCard.Person(argument: "alee:1000,1001:lead,auditor")?.userIDs == [1000, 1001])
        for wrong in ["alee", "alee:", "alee:x", "A B:1", "alee:1:king", "-a:1", "alee:1:lead:x"] {
            #expect(SiteCard.Person(argument: wrong) == nil, "\(wrong)")
        }
    }

    @Test("a membership grows by signed entries and keeps its operators' numbers")
    func grow() throws {
        let maker = try Self.maker()
        let syd = try Self.card("syd", key: Self.key(1), people: ["alee"])
        let usw = try Self.card("usw", key: Self.key(2), people: ["kim"])
        let use = try Self.card("use", key: Self.key(3), people: ["pat"])
        let first = try maker.found(team: "T", cards: [usw, syd], clearances: [usw.site: [.us]])
        #expect(first.head.operators.map(\.name) == ["alee", "kim"])
        let second = try maker.extend(first, adding: [use], removing: [usw.site], clearances: [:])
        #expect(second.epoch == 2)
        #expect(second.head.sites.map(\.site.description) == ["syd", "use"])
        let third = try maker.extend(second, adding: [usw], removing: [], clearances: [:])
        // Kim has the number of before; nobody has got it meanwhile.
        #expect(third.head.operators.map { "\($0.name) \($0.id)" } == ["alee op1", "kim op2", "pat op3"])
        let bytes = MembershipFile.encode(third)
        #expect(try MembershipFile.decode(bytes, origin: "x") == third)
    }

    @Test("names are unique, and only a root of the team signs")
    func refusals() throws {
        let maker = try Self.maker()
        let syd = try Self.card("syd", key: Self.key(1), people: ["alee"])
        let usw = try Self.card("usw", key: Self.key(2), people: ["alee"])
        #expect(throws: NodeFault.self) { try maker.found(team: "T", cards: [syd, usw], clearances: [:]) }
        #expect(throws: NodeFault.self) { try maker.found(team: "T", cards: [syd, syd], clearances: [:]) }
        #expect(throws: NodeFault.self) { try maker.found(team: "", cards: [syd], clearances: [:]) }
        #expect(throws: NodeFault.self) {
            try maker.found(team: "T", cards: [syd], clearances: [usw.site: [.us]])
        }
        let team = try maker.found(team: "T", cards: [syd], clearances: [:])
        #expect(throws: NodeFault.self) {
            try Self.maker(10).extend(team, adding: [], removing: [], clearances: [:])
        }
        #expect(throws: NodeFault.self) {
            try maker.extend(team, adding: [], removing: [usw.site], clearances: [:])
        }
    }

    @Test("the longer of two logs wins, and none goes back or forks")
    func newer() throws {
        let maker = try Self.maker()
        let syd = try Self.card("syd", key: Self.key(1), people: ["alee"])
        let usw = try Self.card("usw", key: Self.key(2), people: ["kim"])
        let first = try maker.found(team: "T", cards: [syd], clearances: [:])
        let second = try maker.extend(first, adding: [usw], removing: [], clearances: [:])
        let forked = try maker.extend(first, adding: [], removing: [], clearances: [syd.site: [.us]])
        let mark = Vault.MembershipMark(epoch: 2, head: second.headHash)
        #expect(try MembershipFile.newer(first, second, mark: nil) == second)
        #expect(try MembershipFile.newer(second, first, mark: mark) == second)
        func code(_ body: () throws -> Void) -> String? {
            do { try body() } catch { return (error as? NodeFault)?.code }
            return nil
        }
        #expect(code { _ = try MembershipFile.newer(second, forked, mark: nil) } == "membership.fork")
        #expect(code { _ = try MembershipFile.newer(nil, forked, mark: mark) } == "membership.fork")
        #expect(code { _ = try MembershipFile.newer(nil, first, mark: mark) } == "membership.rolled-back")
        let other = try Self.maker(11).found(team: "T", cards: [syd], clearances: [:])
        #expect(code { _ = try MembershipFile.newer(first, other, mark: nil) } == "membership.other-team")
    }

    @Test("a damaged membership file is refused")
    func damaged() throws {
        let team = try Self.maker().found(
            team: "T", cards: [Self.card("syd", key: Self.key(1), people: ["alee"])], clearances: [:])
        let bytes = MembershipFile.encode(team)
        for place in stride(from: 0, to: bytes.count, by: 7) {
            var changed = bytes
            changed[place] ^= 1
            #expect(throws: NodeFault.self) { try MembershipFile.decode(changed, origin: "x") }
        }
        #expect(throws: NodeFault.self) { try MembershipFile.decode(Array(bytes.dropLast()), origin: "x") }
        #expect(throws: NodeFault.self) { try MembershipFile.decode([], origin: "x") }
    }

    @Test("a long folder gets a short socket, the same each time")
    func socket() {
        let short = NodeFolder("/srv/baton/")
        #expect(short.socket == "/srv/baton/api.sock")
        let long = NodeFolder("/" + String(repeating: "a", count: 120))
        #expect(long.hasShortSocket)
        #expect(long.socket == NodeFolder("/" + String(repeating: "a", count: 120)).socket)
        #expect(long.socket.utf8.count <= NodeFolder.socketBytesMax)
    }
}
