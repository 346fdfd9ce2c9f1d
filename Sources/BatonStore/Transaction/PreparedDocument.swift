import BatonEngine
import BatonModel

/// What a batch will ask of one document, read before the batch writes anything: questions in between would
/// each wait for the rows that are under way.
struct PreparedDocument {
    /// True while the document has no row.
    var isAbsent: Bool
    /// The stored state; nil where there is none. Given out once: the session keeps it from then on.
    var state: [UInt8]?
    /// False once the state was given out or saved: the database knows better then.
    var isFresh = true
    var keys: [(scope: KeyScope, key: WrappedKey)]
}

extension StoreTransaction {
    func prepare(for documents: [DocumentID]) throws(ReplicaFault) {
        try self.flush()
        let connection = try self.connection
        self.prepared.removeAll(keepingCapacity: true)
        // Neighbours in the index are read one after the other.
        for document in documents.sorted() {
            guard let row = try connection.row(of: document) else {
                self.prepared[document] = PreparedDocument(isAbsent: true, state: nil, keys: [])
                continue
            }
            self.prepared[document] = PreparedDocument(
                isAbsent: false, state: try connection.stateBytes(row: row),
                keys: try connection.keys(of: document, row: row))
        }
    }

    func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState? {
        if let known = self.prepared[id], known.isFresh {
            self.prepared[id]?.isFresh = false
            self.prepared[id]?.state = nil
            return try known.state.map { bytes throws(ReplicaFault) in try Connection.state(id, bytes) }
        }
        let connection = try self.connection
        guard let row = try connection.row(of: id) else { return nil }
        return try connection.state(of: id, row: row)
    }

    func key(_ scope: KeyScope, id: KeyID?) throws(ReplicaFault) -> WrappedKey? {
        if let id, let known = self.prepared[scope.document] {
            return known.keys.first { $0.key.id == id && $0.scope == scope }?.key
        }
        return try self.connection.key(scope, id: id)
    }

    func save(_ key: WrappedKey, scope: KeyScope) throws(ReplicaFault) {
        let document = try self.row(of: scope.document)
        let author = try self.row(of: scope.author)
        try self.add(.key) { cells in
            cells.add(document)
            cells.add(author)
            cells.add(Int(scope.compartment.code))
            cells.add(Int64(key.id.generation))
            cells.add(Int64(bitPattern: key.id.hash))
            cells.add(key.bytes)
        }
        guard self.prepared[scope.document] != nil else { return }
        self.prepared[scope.document]?.keys.removeAll { $0.key.id == key.id && $0.scope == scope }
        self.prepared[scope.document]?.keys.append((scope, key))
    }
}

extension Connection {
    func stateBytes(row: Int64) throws(ReplicaFault) -> [UInt8]? {
        let statement = try self.prepare(fixed: "SELECT state FROM document_state WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        return try statement.step() ? statement.bytes(0) : nil
    }

    func keys(
        of document: DocumentID, row: Int64
    ) throws(ReplicaFault) -> [(scope: KeyScope, key: WrappedKey)] {
        let statement = try self.prepare(
            fixed:
                "SELECT author_id, compartment, generation, hash, wrapped FROM document_key WHERE document_id = ?"
        )
        defer { statement.reset() }
        statement.bind(1, row)
        var found: [(scope: KeyScope, key: WrappedKey)] = []
        while try statement.step() {
            guard let compartment = UInt8(exactly: statement.integer(1)),
                let generation = UInt32(exactly: statement.integer(2))
            else { throw .damaged("a document key") }
            let scope = KeyScope(
                author: try self.author(row: statement.integer(0)), document: document,
                compartment: Compartment(code: compartment), generation: generation)
            let id = KeyID(generation: generation, hash: UInt64(bitPattern: statement.integer(3)))
            found.append((scope, WrappedKey(id: id, bytes: statement.bytes(4))))
        }
        return found
    }
}
