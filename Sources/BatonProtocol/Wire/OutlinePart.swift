import BatonEncoding
package import BatonModel

/// Tells how many changes of each document the receiver lacks, as counted from the newest end of each log.
///
/// It is for people: a desk says "this case is 14 changes behind syd" long before the changes come. Nothing
/// of it is trusted for anything else.
package struct OutlinePart: Sendable, Equatable {
    package struct Entry: Sendable, Hashable {
        package var document: DocumentID
        package var author: Author
        package var count: UInt64
        /// Of the newest change counted, milliseconds since 1970.
        package var newestMilliseconds: UInt64
        /// The lane that the sender's fold puts the document into; nil where it has folded nothing of it, and in
        /// what a peer before `ProtocolVersion.outlineLanes` says.
        package var lane: UInt8?

        package init(
            document: DocumentID, author: Author, count: UInt64, newestMilliseconds: UInt64, lane: UInt8?
        ) {
            self.document = document
            self.author = author
            self.count = count
            self.newestMilliseconds = newestMilliseconds
            self.lane = lane
        }
    }

    /// True for the first part of a catch-up: what was outlined before is forgotten.
    package var isFirst: Bool
    package var entries: [Entry]
    /// True when changes were left out because there are too many.
    package var isCut: Bool

    package init(isFirst: Bool, entries: [Entry], isCut: Bool) {
        self.isFirst = isFirst
        self.entries = entries
        self.isCut = isCut
    }
}

extension OutlinePart {
    /// The part as a peer of a version reads it.
    package func said(in version: UInt64) -> Self {
        guard version < ProtocolVersion.outlineLanes else { return self }
        var part = self
        for index in part.entries.indices { part.entries[index].lane = nil }
        return part
    }

    /// The same said in parts that a reader takes; at least one, in order.
    ///
    /// A page counts places of logs, and one place of a forked log may name a document more than its twin does:
    /// the entries of a full page can be more than its places.
    package func split(entriesMax: Int) -> [Self] {
        guard self.entries.count > entriesMax else { return [self] }
        let starts = Array(stride(from: 0, to: self.entries.count, by: entriesMax))
        return starts.map { start in
            let end = min(start + entriesMax, self.entries.count)
            return Self(
                isFirst: self.isFirst && start == 0, entries: Array(self.entries[start..<end]),
                isCut: self.isCut && end == self.entries.count)
        }
    }

    /// Writes the items after the message's code: first, `[authors, [[document, author, count, newest, lane?]…]]`,
    /// cut (CDDL `outline`).
    func encode(into writer: inout CBORWriter) {
        var table = IndexTable<Author>()
        for entry in self.entries { table.add(entry.author) }
        writer.bool(self.isFirst)
        writer.arrayHeader(2)
        writer.arrayHeader(table.values.count)
        for author in table.values { author.encode(into: &writer) }
        writer.arrayHeader(self.entries.count)
        for entry in self.entries {
            writer.arrayHeader(entry.lane == nil ? 4 : 5)
            writer.bytes(entry.document.bytes)
            writer.unsigned(UInt64(table.index(of: entry.author)))
            writer.unsigned(entry.count)
            writer.unsigned(entry.newestMilliseconds)
            if let lane = entry.lane { writer.unsigned(UInt64(lane)) }
        }
        writer.bool(self.isCut)
    }

    init(from reader: inout CBORReader, _ limits: WireLimits) throws(ModelFault) {
        let isFirst = try reader.modelBool("outline.first")
        try reader.expectArray(of: 2, "outline")
        var authors: [Author] = []
        for _ in 0..<(try reader.modelArray("outline.authors", upTo: HaveSet.authorsMax)) {
            authors.append(try Author(from: &reader))
        }
        var entries: [Entry] = []
        // Authors stand in the order in which entries first name them: there is one way to write a part.
        var named = 0
        for _ in 0..<(try reader.modelArray("outline.entries", upTo: limits.outlineDeltasPerPage)) {
            let items = try reader.modelArray("outline.entry", upTo: 5)
            guard items >= 4 else { throw .malformed("outline.entry") }
            guard let document = DocumentID(try reader.modelBytes("outline.document", count: 16)) else {
                throw .malformed("outline.document")
            }
            let author = try reader.modelUnsigned("outline.author")
            guard author < UInt64(authors.count), author <= UInt64(named) else {
                throw .malformed("outline.author")
            }
            if author == UInt64(named) { named += 1 }
            let count = try reader.modelUnsigned("outline.count")
            let newest = try reader.modelUnsigned("outline.newest")
            let lane = items == 5 ? UInt8(try reader.modelUnsigned("outline.lane", upTo: 255)) : nil
            entries.append(
                Entry(
                    document: document, author: authors[Int(author)], count: count,
                    newestMilliseconds: newest, lane: lane))
        }
        guard named == authors.count, Set(authors).count == authors.count else {
            throw .malformed("outline.authors")
        }
        self.init(isFirst: isFirst, entries: entries, isCut: try reader.modelBool("outline.cut"))
    }
}

/// Numbers values in the order in which they first come.
struct IndexTable<Value: Hashable> {
    private(set) var values: [Value] = []
    private var indexes: [Value: Int] = [:]

    mutating func add(_ value: Value) {
        guard self.indexes[value] == nil else { return }
        self.indexes[value] = self.values.count
        self.values.append(value)
    }

    func index(of value: Value) -> Int {
        guard let index = self.indexes[value] else {
            preconditionFailure("a value is looked up that was never added")
        }
        return index
    }

    func has(_ value: Value) -> Bool { self.indexes[value] != nil }
}

extension CBORReader {
    mutating func modelBool(_ field: String) throws(ModelFault) -> Bool {
        do { return try self.bool() } catch { throw .encoding(error) }
    }
}
