import BatonEngine
import BatonModel

/// What a batch will ask of one document, read before the batch writes anything: questions in between would
/// each wait for the rows that are under way.
struct PreparedDocument {
    enum Stored {
        /// There is no state yet.
        case nothing
        case bytes([UInt8])
        case state(DocumentState, storedBytes: Int)
    }

    /// True while the document has no row.
    var isAbsent: Bool
    /// Nil once the state was given out or saved: the session has it then, or the database knows better.
    private(set) var stored: Stored?
    /// Every key of the document.
    var keys: [DocumentKey]

    init(isAbsent: Bool, stored: Stored?, keys: [DocumentKey]) {
        self.isAbsent = isAbsent
        self.stored = stored
        self.keys = keys
    }

    /// Gives the state out, once.
    mutating func take() -> Stored? { self.stored.take() }
}

/// A document as a transaction has saved it.
struct SavedDocument {
    let state: DocumentState
    let unread: UnreadChanges?
    /// Bytes that the state has in the database.
    let storedBytes: Int
}

extension StoreTransaction {
    func prepare(for documents: [DocumentID]) throws(ReplicaFault) {
        try self.flush()
        try self.prepareNumbers()
        self.prepared.reserveCapacity(self.prepared.count + documents.count)
        // Neighbours in the index are read one after the other.
        for document in documents.sorted() where self.prepared.index(forKey: document) == nil {
            let connection = try self.reading(document)
            let kept = self.cache.take(document)
            if let unread = kept?.unread { self.unreadBefore[document] = unread }
            guard let row = try connection.row(of: document) else {
                self.prepared[document] = PreparedDocument(isAbsent: true, stored: .nothing, keys: [])
                continue
            }
            let stored: PreparedDocument.Stored
            if let kept {
                stored = .state(kept.state, storedBytes: kept.storedBytes)
            } else {
                stored = try connection.stateBytes(row: row).map { .bytes($0) } ?? .nothing
            }
            let keys: [DocumentKey]
            if let known = kept?.keys {
                keys = known
            } else {
                keys = try connection.keys(of: document, row: row)
            }
            self.prepared[document] = PreparedDocument(isAbsent: false, stored: stored, keys: keys)
        }
    }

    func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState? {
        if let stored = self.prepared[id]?.take() {
            switch stored {
            case .nothing: return nil
            case .bytes(let bytes): return try Connection.state(id, bytes)
            case .state(let state, _): return state
            }
        }
        if let kept = self.cache.take(id) {
            if let unread = kept.unread { self.unreadBefore[id] = unread }
            if let keys = kept.keys, self.prepared.index(forKey: id) == nil {
                self.prepared[id] = PreparedDocument(isAbsent: false, stored: nil, keys: keys)
            }
            return kept.state
        }
        let connection = try self.reading(id)
        guard let row = try connection.row(of: id) else { return nil }
        return try connection.state(of: id, row: row)
    }

    func key(_ scope: KeyScope, id: KeyID?) throws(ReplicaFault) -> WrappedKey? {
        if let id, let known = self.prepared[scope.document] {
            return known.keys.first { $0.key.id == id && $0.scope == scope }?.key
        }
        return try self.reading(scope.document).key(scope, id: id)
    }

    func save(_ key: WrappedKey, scope: KeyScope) throws(ReplicaFault) {
        let document = try self.row(of: scope.document)
        let author = try self.row(of: scope.author)
        self.touch(scope.document)
        try self.add(.key) { cells in
            cells.add(document)
            cells.add(author)
            cells.add(Int(scope.compartment.code))
            cells.add(Int64(key.id.generation))
            cells.add(Int64(bitPattern: key.id.hash))
            cells.add(key.bytes)
        }
        guard self.prepared.index(forKey: scope.document) != nil else {
            return self.cache.forgetKeys(of: scope.document)
        }
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

    func keys(of document: DocumentID, row: Int64) throws(ReplicaFault) -> [DocumentKey] {
        let statement = try self.prepare(
            fixed:
                "SELECT author_id, compartment, generation, hash, wrapped FROM document_key WHERE document_id = ?"
        )
        defer { statement.reset() }
        statement.bind(1, row)
        var found: [DocumentKey] = []
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
