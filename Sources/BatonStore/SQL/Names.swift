import BatonEngine
import BatonModel

/// Authors and documents have small local numbers in this database, so that rows and indexes stay small.
///
/// What is looked up is remembered. A rolled-back transaction may have made numbers up: `forget()` then.
///
/// The connections of one transaction share it: confined, as they are, to the writer's queue.
final class Names {
    var authorRows: [Author: Int64] = [:]
    var authors: [Int64: Author] = [:]
    var documentRows: [DocumentID: Int64] = [:]

    /// A document costs about 60 bytes here.
    static let documentsMax = 65_536

    /// The author that was asked for last: deltas come in runs.
    private var lastAuthor: (author: Author, row: Int64)?

    func forget() {
        self.authorRows = [:]
        self.authors = [:]
        self.documentRows = [:]
        self.lastAuthor = nil
    }

    func row(of author: Author) -> Int64? {
        if let last = self.lastAuthor, last.author == author { return last.row }
        guard let row = self.authorRows[author] else { return nil }
        self.lastAuthor = (author, row)
        return row
    }

    func remember(_ author: Author, _ row: Int64) {
        self.authorRows[author] = row
        self.authors[row] = author
    }

    func remember(_ document: DocumentID, _ row: Int64) {
        if self.documentRows.count >= Self.documentsMax { self.documentRows.removeAll(keepingCapacity: true) }
        self.documentRows[document] = row
    }
}

extension Connection {
    func row(of author: Author) throws(ReplicaFault) -> Int64? {
        if let known = self.names.row(of: author) { return known }
        let statement = try self.prepare(
            "SELECT author_id FROM author WHERE site = ? AND counter = ? AND nonce = ?")
        defer { statement.reset() }
        statement.bind(author)
        guard try statement.step() else { return nil }
        self.names.remember(author, statement.integer(0))
        return statement.integer(0)
    }

    func makeRow(of author: Author) throws(ReplicaFault) -> Int64 {
        if let known = try self.row(of: author) { return known }
        let statement = try self.prepare("INSERT INTO author (site, counter, nonce) VALUES (?, ?, ?)")
        statement.bind(author)
        try statement.run()
        self.names.remember(author, self.lastRow)
        return self.lastRow
    }

    func author(row: Int64) throws(ReplicaFault) -> Author {
        if let known = self.names.authors[row] { return known }
        let statement = try self.prepare("SELECT site, counter, nonce FROM author WHERE author_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step(), let author = statement.author(from: 0) else {
            throw .damaged("author \(row)")
        }
        self.names.remember(author, row)
        return author
    }

    func row(of document: DocumentID) throws(ReplicaFault) -> Int64? {
        if let known = self.names.documentRows[document] { return known }
        let statement = try self.prepare("SELECT document_id FROM document WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, document.bytes)
        guard try statement.step() else { return nil }
        self.names.remember(document, statement.integer(0))
        return statement.integer(0)
    }
}

extension SQLStatement {
    /// Binds site, counter and nonce as parameters 1 to 3.
    func bind(_ author: Author) {
        self.bind(1, author.site.description)
        self.bind(2, Int64(author.incarnation.counter))
        self.bind(3, Int64(bitPattern: author.incarnation.nonce))
    }

    /// Reads site, counter and nonce from three columns.
    func author(from column: Int32) -> Author? {
        guard let site = SiteID(self.text(column)), let counter = UInt32(exactly: self.integer(column + 1))
        else {
            return nil
        }
        let nonce = UInt64(bitPattern: self.integer(column + 2))
        return Author(site: site, incarnation: Incarnation(counter: counter, nonce: nonce))
    }

    /// Reads a number that the model holds unsigned. The schema keeps such columns from being negative.
    func unsigned(_ column: Int32) -> UInt64 { UInt64(max(0, self.integer(column))) }

    func bind(_ index: Int32, unsigned value: UInt64) { self.bind(index, Int64(clamping: value)) }
}
