import BatonDesk
import BatonEngine
import BatonModel

/// The filters of a search as conditions over the document index (`i`) and its terms. Values are always bound.
struct SearchFilter {
    private enum Value {
        case integer(Int64)
        case text(String)
    }

    /// A term that a case must have: whole, or as a part of an agency's name.
    private struct Wanted {
        let kind: CaseTerm.Kind
        let value: String
    }

    private var columns: [String] = []
    private var columnValues: [Value] = []
    private var wanted: [Wanted] = []

    /// The first parameters belong to the statement around the conditions.
    private static let firstParameter = 10

    init(_ query: SearchQuery, owners: [OperatorID]) {
        for agency in query.agencies { self.wanted.append(Wanted(kind: .agency, value: agency)) }
        for tag in query.tags { self.wanted.append(Wanted(kind: .tag, value: tag.lowercased())) }
        for place in query.jurisdictions { self.wanted.append(Wanted(kind: .jurisdiction, value: place)) }
        self.oneOf("i.type", query.types.map { Int64($0.rawValue) }, isAsked: !query.types.isEmpty)
        self.oneOf("i.status", query.statuses.map { Int64($0.rawValue) }, isAsked: !query.statuses.isEmpty)
        switch query.owner {
        case .nobody: self.columns.append("i.owner IS NULL")
        case .person: self.oneOf("i.owner", owners.map { Int64($0.number) }, isAsked: true)
        case nil: break
        }
        if let range = query.severities {
            self.add("i.severity_order >= ", Int64(range.lowerBound.rawValue))
            self.add("i.severity_order <= ", Int64(range.upperBound.rawValue))
        }
        if let after = query.after { self.add("i.last_stamp >= ", Self.stamp(after)) }
        if let before = query.before { self.add("i.last_stamp < ", Self.stamp(before)) }
    }

    private static func stamp(_ milliseconds: UInt64) -> Int64 {
        HybridTime(milliseconds: min(milliseconds, (1 << 48) - 1), counter: 0).stored
    }

    private mutating func add(_ condition: String, _ value: Int64) {
        self.columns.append(condition + "?\(Self.firstParameter + self.columnValues.count)")
        self.columnValues.append(.integer(value))
    }

    private mutating func oneOf(_ column: String, _ values: [Int64], isAsked: Bool) {
        guard isAsked else { return }
        let first = Self.firstParameter + self.columnValues.count
        let places = values.indices.map { "?\(first + $0)" }.joined(separator: ", ")
        self.columns.append("\(column) IN (\(places))")
        self.columnValues += values.map { .integer($0) }
    }

    var isEmpty: Bool { self.columns.isEmpty && self.wanted.isEmpty }
    var hasTerms: Bool { !self.wanted.isEmpty }

    func fits(_ terms: [CaseTerm]) -> Bool {
        self.wanted.allSatisfy { wanted in
            terms.contains { term in
                guard term.kind == wanted.kind else { return false }
                return term.kind == .agency ? term.value.contains(wanted.value) : term.value == wanted.value
            }
        }
    }

    // Statements.

    private static let always = "+i.kind = \(DocumentKind.escalation.rawValue) AND i.applied_count > 0"

    private var conditions: String {
        var all = [Self.always] + self.columns
        var parameter = Self.firstParameter + self.columnValues.count
        for wanted in self.wanted {
            let comparison =
                wanted.kind == .agency ? "instr(t.value, ?\(parameter)) > 0" : "t.value = ?\(parameter)"
            all.append(
                """
                i.document_id IN (SELECT dt.document_id FROM search_term t JOIN search_document_term dt USING (term)
                    WHERE t.kind = \(wanted.kind.rawValue) AND \(comparison))
                """)
            parameter += 1
        }
        return all.joined(separator: " AND ")
    }

    func bind(to statement: SQLStatement, termsToo: Bool = true) {
        var parameter = Int32(Self.firstParameter)
        for value in self.columnValues + (termsToo ? self.wanted.map { .text($0.value) } : []) {
            switch value {
            case .integer(let number): statement.bind(parameter, number)
            case .text(let text): statement.bind(parameter, text)
            }
            parameter += 1
        }
    }

    /// Documents that pass, the one changed last first, by what is indexed.
    func rows(_ connection: Connection, limit: Int) throws(ReplicaFault) -> [(row: Int64, newest: Int64)] {
        let statement = try connection.prepare(
            """
            SELECT i.document_id, i.last_stamp FROM document_index i WHERE \(self.conditions)
            ORDER BY i.last_stamp DESC, i.document_id DESC LIMIT ?1
            """)
        defer { statement.reset() }
        statement.bind(1, limit)
        self.bind(to: statement)
        var rows: [(row: Int64, newest: Int64)] = []
        while try statement.step() { rows.append((statement.integer(0), statement.integer(1))) }
        return rows
    }

    /// The last change of a document whose columns pass, whatever its terms; nil of one whose do not.
    func columns(_ connection: Connection, document row: Int64) throws(ReplicaFault) -> Int64? {
        let statement = try connection.prepare(
            """
            SELECT i.last_stamp FROM document_index i
            WHERE i.document_id = ?1 AND \(([Self.always] + self.columns).joined(separator: " AND "))
            """)
        defer { statement.reset() }
        statement.bind(1, row)
        self.bind(to: statement, termsToo: false)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Rows of the text index that pass, newest first: 1 the match, 2 how many matches are compared.
    func textStatement(ofEntries isEntry: Bool) -> String {
        let matches = """
            (SELECT rowid AS place FROM search WHERE search MATCH ?1 AND rowid \(isEntry ? ">" : "<") 0
                ORDER BY rowid DESC LIMIT ?2) m
            """
        let source =
            isEntry
            ? "\(matches) CROSS JOIN timeline t ON t.entry = m.place CROSS JOIN document_index i USING (document_id)"
            : "\(matches) CROSS JOIN document_index i ON i.document_id = -m.place"
        return "SELECT m.place, i.document_id FROM \(source) WHERE \(self.conditions)"
    }
}
