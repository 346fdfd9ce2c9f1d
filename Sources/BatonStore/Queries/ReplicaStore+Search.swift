package import BatonDesk
import BatonEncoding
package import BatonEngine
package import BatonModel

/// The text index. It follows the commits: `catchUpIndex` is called after them, and a search looks through
/// what is not indexed yet.
extension ReplicaStore {
    /// Indexes some of the text that is not indexed yet, in a transaction of its own.
    ///
    /// - Returns: True when there may be more.
    package func catchUpIndex(entriesMax: Int = 2000) throws(ReplicaFault) -> Bool {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                let entries = try transaction.connection.indexEntries(limit: entriesMax)
                let documents = try transaction.connection.indexDocuments(limit: entriesMax)
                return entries == entriesMax || documents == entriesMax
            }
        }
    }

    /// Finds documents by words of their title, situation, tags and timeline: every typed word must begin a
    /// word of one text.
    package func find(_ text: String, limit: Int) throws(ReplicaFault) -> FindResult {
        var query = SearchQuery()
        query.words = [text]
        return try self.find(query, owners: [], limit: limit)
    }

    /// Finds documents by words and by filters, each document once: where words are asked for, those whose own text
    /// has them first, then by the newest entry that has them; else the one changed last first.
    ///
    /// - Parameter owners: The ids of everybody whom `query.owner` may mean; not looked at where it names nobody.
    /// - Returns: `isComplete` is false where more was to be looked through than one search looks at.
    /// - Complexity: Bounded by `FindLimits`, whatever the replica holds; a filter that no index serves reads one
    ///   row of the document index per case.
    package func find(
        _ query: SearchQuery, owners: [OperatorID], limit: Int
    ) throws(ReplicaFault) -> FindResult {
        guard limit > 0 else { return FindResult() }
        return try self.reading { connection throws(ReplicaFault) in
            var run = SearchRun(connection, query, owners: owners, limit: limit)
            return try run.result()
        }
    }

    /// Finds the cases that share a key with a case, those with most in common first, then the one changed last.
    ///
    /// - Complexity: O(cases that share a key), at most `FindLimits.alikeMax` of each.
    package func similar(
        to keys: [SimilarKey], except: DocumentID, limit: Int
    ) throws(ReplicaFault) -> [SimilarHit] {
        try self.reading { connection throws(ReplicaFault) in
            try connection.similar(keys, except: except, limit: limit)
        }
    }

    /// Lists the agencies that cases name, in lower case and sorted, as far as they are indexed.
    ///
    /// - Complexity: O(limit), by the index of terms.
    package func agencies(limit: Int) throws(ReplicaFault) -> [String] {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                """
                SELECT value FROM search_term t WHERE kind = ?1 AND EXISTS (
                    SELECT 1 FROM search_document_term d WHERE d.term = t.term
                ) ORDER BY value LIMIT ?2
                """)
            defer { statement.reset() }
            statement.bind(1, Int(CaseTerm.Kind.agency.rawValue))
            statement.bind(2, limit)
            var found: [String] = []
            while try statement.step() { found.append(statement.text(0)) }
            return found
        }
    }

    /// Lists the cases that have a date of a kind up to an instant, the earliest first; those not indexed yet last.
    package func documents(
        with kind: CaseDate.Kind, upTo instant: UInt64, limit: Int
    ) throws(ReplicaFault) -> [DocumentID] {
        try self.reading { connection throws(ReplicaFault) in
            try connection.documents(with: kind, upTo: instant, limit: limit)
        }
    }
}

/// Bounds of one search.
enum FindLimits {
    /// Entries and documents that are looked through beside the index.
    static let tail = 20_000
    /// Rows of the text index that are compared with the filters.
    static let matches = 50_000
    /// A filter that leaves no more cases than this is applied first.
    static let narrow = 400
    static let alike = 500
}

/// The words of a search or of a text: runs of letters and digits, in lower case.
struct SearchWords {
    let words: [String]

    init(_ text: String) {
        self.words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    var isEmpty: Bool { self.words.isEmpty }

    func begins(with word: String) -> Bool { self.words.contains { $0.hasPrefix(word) } }

    /// Says that these stand there whole and in this order, one after the other.
    func holds(_ sequence: [String]) -> Bool {
        guard let first = sequence.first, sequence.count <= self.words.count else { return false }
        return self.words.indices.contains { start in
            self.words[start] == first && self.words[start...].starts(with: sequence)
        }
    }
}

/// What a search asks of one text.
struct TextMatch {
    private let words: [String]
    private let phrases: [[String]]
    private let without: [[String]]

    init(_ query: SearchQuery) {
        self.words = query.words.flatMap { SearchWords($0).words }
        self.phrases = query.phrases.map { SearchWords($0).words }.filter { !$0.isEmpty }
        self.without = query.without.map { SearchWords($0).words }.filter { !$0.isEmpty }
    }

    /// Says that no text is asked for. Exclusions alone ask for none: the index cannot answer them.
    var isEmpty: Bool { self.words.isEmpty && self.phrases.isEmpty }

    /// The FTS5 query: each word quoted, so that nothing typed is syntax.
    var query: String {
        let wanted = self.words.map { "\"\($0)\"*" } + self.phrases.map { Self.quoted($0) }
        return self.without.reduce("(\(wanted.joined(separator: " AND ")))") {
            "\($0) NOT \(Self.quoted($1))"
        }
    }

    private static func quoted(_ words: [String]) -> String { "\"\(words.joined(separator: " "))\"" }

    func fits(_ text: String) -> Bool {
        let found = SearchWords(text)
        return self.words.allSatisfy { found.begins(with: $0) } && self.phrases.allSatisfy { found.holds($0) }
            && !self.without.contains { found.holds($0) }
    }
}
