import BatonEncoding
package import BatonEngine
package import BatonModel

extension ReplicaStore {
    /// The site whose log this database continues; nil in one that no node has lived in yet.
    package func owner() throws(ReplicaFault) -> SiteID? {
        try self.reading { connection throws(ReplicaFault) in try connection.owner() }
    }

    /// Gives the document keys at both ends of the table, to see whether a vault opens them: none, one or two.
    package func outermostKeys() throws(ReplicaFault) -> [(scope: KeyScope, key: WrappedKey)] {
        try self.reading { connection throws(ReplicaFault) in
            var found: [(scope: KeyScope, key: WrappedKey)] = []
            for order in ["ASC", "DESC"] {
                let statement = try connection.prepare(
                    """
                    SELECT k.author_id, d.id, k.compartment, k.generation, k.hash, k.wrapped
                    FROM document_key k JOIN document d USING (document_id)
                    ORDER BY k.document_id \(order) LIMIT 1
                    """)
                defer { statement.reset() }
                guard try statement.step() else { continue }
                guard let document = DocumentID(statement.bytes(1)),
                    let compartment = UInt8(exactly: statement.integer(2)),
                    let generation = UInt32(exactly: statement.integer(3))
                else { throw .damaged("a document key") }
                let scope = KeyScope(
                    author: try connection.author(row: statement.integer(0)), document: document,
                    compartment: Compartment(code: compartment), generation: generation)
                let id = KeyID(
                    generation: generation, hash: UInt64(bitPattern: statement.integer(4)))
                found.append((scope, WrappedKey(id: id, bytes: statement.bytes(5))))
            }
            return found
        }
    }
}

extension Connection {
    func owner() throws(ReplicaFault) -> SiteID? {
        guard let bytes = try self.metaBytes(.author) else { return nil }
        var reader = CBORReader(bytes)
        do throws(ModelFault) { return try Author(from: &reader).site } catch {
            throw .damaged("the name of the own author")
        }
    }
}
