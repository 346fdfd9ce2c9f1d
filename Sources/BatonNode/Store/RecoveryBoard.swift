import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonStore
import Synchronization

/// What the other sites have stated of this site's earlier lives, since this one began.
///
/// A whole have-set comes on a link whose hellos are signed over both link nonces, so it was said to this
/// incarnation and after it opened: what a restored disk remembers of older statements counts nothing. What is
/// kept in the database is bound to the incarnation for the same reason.
final class RecoveryBoard: Sendable {
    /// Statements longer than this are kept in memory only.
    static let keptBytesMax = 1 << 20

    let author: Author
    /// By site, the part of its newest statement that concerns other lives of this site.
    private let statements: Mutex<[SiteID: HaveSet]>

    /// - Parameter bytes: What `take` gave in an earlier process of this incarnation; anything else counts
    ///   nothing.
    init(_ author: Author, kept bytes: [UInt8]?) {
        self.author = author
        self.statements = Mutex(bytes.flatMap { Self.decode($0, author) } ?? [:])
    }

    /// Takes a site's whole statement.
    ///
    /// - Returns: What to keep; nil where nothing has changed or needs keeping.
    func take(_ site: SiteID, _ have: HaveSet) -> [UInt8]? {
        guard site != self.author.site else { return nil }
        var stated = HaveSet()
        for entry in have.authors where entry.author.site == self.author.site && entry.author != self.author {
            stated.set(entry)
        }
        return self.statements.withLock { statements in
            guard statements[site] != stated else { return nil }
            statements[site] = stated
            let bytes = Self.encode(statements, self.author)
            return bytes.count <= Self.keptBytesMax ? bytes : nil
        }
    }

    /// Says which of these sites have not stated anything since this incarnation opened, sorted.
    func silent(of sites: [SiteID]) -> [SiteID] {
        self.statements.withLock { statements in
            sites.filter { $0 != self.author.site && statements[$0] == nil }.sorted()
        }
    }

    /// Says whether this replica holds all that these sites have stated of earlier lives, and all have.
    func isRecovered(holding held: HaveSet, asked sites: [SiteID]) -> Bool {
        self.statements.withLock { statements in
            sites.allSatisfy { site in
                if site == self.author.site { return true }
                return statements[site]?.missing(at: held).isEmpty ?? false
            }
        }
    }

    /// Which log acts on a case, and what shows that it knows what this site did before; nil while the case's
    /// beginning is not here.
    ///
    /// - Parameter held: What this replica held before the file was read.
    func scene(_ file: CaseFile, holding held: HaveSet, membership: Membership) -> CustodyScene? {
        guard let origin = file.origin else { return nil }
        let custody = file.custody
        let asked = membership.head.sites.map(\.site).filter { !(custody?.isDeposed($0) ?? false) }
        // Changes of the case that wait for their past may be this site's own.
        let isRecovered =
            file.summary.waitingCount == 0 && self.isRecovered(holding: held, asked: asked)
        return CustodyScene(
            author: self.author, origin: origin, evidence: isRecovered ? .statements : nil,
            silent: self.silent(of: asked))
    }

    // `[author, [[site, have]…]]`, sites ascending.

    private static func encode(_ statements: [SiteID: HaveSet], _ author: Author) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 256)
        writer.arrayHeader(2)
        author.encode(into: &writer)
        writer.arrayHeader(statements.count)
        for site in statements.keys.sorted() {
            writer.arrayHeader(2)
            writer.text(site.description)
            (statements[site] ?? HaveSet()).encode(into: &writer)
        }
        return writer.bytes
    }

    private static func decode(_ bytes: [UInt8], _ author: Author) -> [SiteID: HaveSet]? {
        var reader = CBORReader(bytes)
        var statements: [SiteID: HaveSet] = [:]
        do throws(ModelFault) {
            try reader.expectArray(of: 2, "statements")
            guard try Author(from: &reader) == author else { return nil }
            for _ in 0..<(try reader.modelArray("statements", upTo: 1024)) {
                try reader.expectArray(of: 2, "statement")
                let name = try reader.modelText("statement.site", bytesMax: 16)
                guard let site = SiteID(name) else { return nil }
                statements[site] = try HaveSet(from: &reader)
            }
            try reader.modelFinish()
        } catch {
            return nil
        }
        return statements
    }
}
