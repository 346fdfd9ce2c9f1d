import BatonModel
import BatonProtocol
import BatonStore
import Foundation
import Testing

@testable import BatonNode

/// Made-up names and ids.
private enum Made {
    static func author(_ site: String) throws -> Author {
        Author(site: try #require(SiteID(site)), incarnation: Incarnation(counter: 1, nonce: 7))
    }

    static func id(_ number: UInt8) throws -> DeltaID {
        try #require(DeltaID([UInt8](repeating: number, count: 32)))
    }

    static func have(_ author: Author, _ first: UInt64, _ last: UInt64, head: UInt8) throws -> AuthorHave {
        var have = AuthorHave(author: author)
        have.intervals = [HaveInterval(first: first, last: last, head: try Self.id(head))]
        return have
    }
}

@Suite("The witness file")
struct WitnessTests {
    private let folder: TestFolder
    private var path: String { "\(self.folder.path)/witness" }

    init() throws { self.folder = try TestFolder() }

    @Test("It remembers the highest head through a restart, and writes nothing when nothing has changed")
    func remembers() throws {
        var file = try WitnessFile(path: self.path)
        let author = try Made.author("usw")
        let untouched = file.takeBytes()
        #expect(untouched == nil)
        let verdict1 = file.note(try Made.have(author, 1, 5, head: 5))
        #expect(verdict1 == .fine)
        let verdict2 = file.note(try Made.have(author, 1, 9, head: 9))
        #expect(verdict2 == .fine)
        let taken = file.takeBytes()
        let bytes = try #require(taken)
        let more = file.takeBytes()
        #expect(more == nil)
        try Files.replace(self.path, bytes)
        var again = try WitnessFile(path: self.path)
        #expect(again.heads == file.heads)
        #expect(again.heads[author] == .init(seq: 9, id: try Made.id(9)))
        let verdict3 = again.note(try Made.have(author, 1, 9, head: 9))
        #expect(verdict3 == .fine)
        let unchanged = again.takeBytes()
        #expect(unchanged == nil)
    }

    @Test("A log that is shorter, does not begin at 1, or ends otherwise is told; what is known stays")
    func alarms() throws {
        var file = try WitnessFile(path: self.path)
        let author = try Made.author("usw")
        _ = file.note(try Made.have(author, 1, 9, head: 9))
        let known = WitnessFile.LogHead(seq: 9, id: try Made.id(9))
        let verdict4 = file.note(try Made.have(author, 1, 8, head: 8))
        #expect(verdict4 == .wentBack(known))
        let verdict5 = file.note(try Made.have(author, 2, 12, head: 12))
        #expect(verdict5 == .wentBack(known))
        let verdict6 = file.note(AuthorHave(author: author))
        #expect(verdict6 == .wentBack(known))
        let verdict7 = file.note(try Made.have(author, 1, 9, head: 8))
        #expect(verdict7 == .split(known))
        #expect(file.heads[author] == known)
    }

    @Test("The other branch of a fork that is known is no split")
    func fork() throws {
        var file = try WitnessFile(path: self.path)
        let author = try Made.author("usw")
        _ = file.note(try Made.have(author, 1, 9, head: 9))
        var forked = try Made.have(author, 1, 9, head: 8)
        forked.contested = [.init(seq: 9, id: try Made.id(8)), .init(seq: 9, id: try Made.id(9))]
        let verdict8 = file.note(forked)
        #expect(verdict8 == .fine)
    }

    @Test("A file with one bit changed anywhere, or cut, is refused with a code and a way out")
    func damaged() throws {
        var file = try WitnessFile(path: self.path)
        _ = file.note(try Made.have(try Made.author("usw"), 1, 9, head: 9))
        let taken = file.takeBytes()
        let bytes = try #require(taken)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            try Files.replace(self.path, changed)
            #expect(self.code() == "witness.damaged", "bit at \(place)")
        }
        try Files.replace(self.path, Array(bytes.dropLast()))
        #expect(self.code() == "witness.damaged")
        try Files.replace(self.path, [])
        #expect(self.code() == "witness.damaged")
    }

    private func code() -> String? {
        do throws(NodeFault) { _ = try WitnessFile(path: self.path) } catch { return error.code }
        return nil
    }
}

@Suite("What other sites have signed for")
struct ReceiptBoardTests {
    private static func receipt(_ receiver: String, _ haves: [AuthorHave]) throws -> Receipt {
        Receipt(
            receiver: try Made.author(receiver), wallMilliseconds: 1, haves: haves,
            compartments: [.global])
    }

    @Test("A delta is safe at its author and at each site whose receipts cover it; receipts add up")
    func adds() throws {
        let board = ReceiptBoard([])
        let (syd, usw, use) = (try Made.author("syd"), try Made.author("usw"), try Made.author("use"))
        let place = DeltaReference(author: syd, seq: 7)
        #expect(board.sites(holding: [place]) == [syd.site])
        board.take(try Self.receipt("usw", [try Made.have(syd, 1, 5, head: 5)]))
        #expect(board.sites(holding: [place]) == [syd.site])
        board.take(try Self.receipt("usw", [try Made.have(syd, 6, 9, head: 9)]))
        #expect(board.sites(holding: [place]) == [syd.site, usw.site])
        #expect(board.count(of: syd, at: usw.site) == 9)
        #expect(board.count(of: syd, at: use.site) == 0)
    }

    @Test("What a site had signed for and does not state any more is taken back, and nothing else is")
    func takesBack() throws {
        let board = ReceiptBoard([])
        let (syd, usw, use) = (try Made.author("syd"), try Made.author("usw"), try Made.author("use"))
        board.take(
            try Self.receipt("usw", [try Made.have(syd, 1, 9, head: 9), try Made.have(use, 1, 3, head: 3)]))
        var stated = HaveSet()
        stated.set(try Made.have(syd, 1, 4, head: 4))
        stated.set(try Made.have(use, 1, 8, head: 8))
        #expect(board.restate(usw.site, stated) == [syd])
        #expect(board.count(of: syd, at: usw.site) == 4)
        // More than was signed for is not safe: nobody signed for it.
        #expect(board.count(of: use, at: usw.site) == 3)
        #expect(board.restate(usw.site, stated) == [])
        #expect(board.restate(use.site, HaveSet()) == [])
    }

    @Test("What a site has not signed for is counted without its own changes, and in every run")
    func unsigned() throws {
        let board = ReceiptBoard([])
        let (syd, usw, use) = (try Made.author("syd"), try Made.author("usw"), try Made.author("use"))
        var held = HaveSet()
        held.set(try Made.have(syd, 1, 9, head: 9))
        held.set(try Made.have(usw, 1, 100, head: 8))
        held.set(try Made.have(use, 3, 4, head: 4))
        #expect(board.unsigned(held, at: usw.site) == 11)
        board.take(try Self.receipt("usw", [try Made.have(syd, 1, 5, head: 5)]))
        #expect(board.unsigned(held, at: usw.site) == 6)
        board.take(try Self.receipt("usw", [try Made.have(use, 1, 4, head: 4)]))
        #expect(board.unsigned(held, at: usw.site) == 4)
        #expect(board.unsigned(HaveSet(), at: usw.site) == 0)
    }

    @Test("After a start each kept receipt counts for the author about whom it was kept")
    func restored() throws {
        let (syd, usw, use) = (try Made.author("syd"), try Made.author("usw"), try Made.author("use"))
        let receipt = try Self.receipt(
            "usw", [try Made.have(syd, 1, 5, head: 5), try Made.have(use, 1, 3, head: 3)])
        let bytes = receipt.encoded() + [UInt8](repeating: 1, count: Delta.signatureBytes)
        let head = LogHead(seq: 5, id: try Made.id(5))
        let stored = StoredReceipt(peer: usw, about: syd, head: head, atMilliseconds: 1, bytes: bytes)
        let board = ReceiptBoard([stored])
        #expect(board.count(of: syd, at: usw.site) == 5)
        #expect(board.count(of: use, at: usw.site) == 0)
        let broken = StoredReceipt(peer: usw, about: syd, head: head, atMilliseconds: 1, bytes: [1, 2, 3])
        #expect(ReceiptBoard([broken]).count(of: syd, at: usw.site) == 0)
    }
}
