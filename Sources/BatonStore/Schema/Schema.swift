import BatonEngine
import GRDB

/// The tables of a replica. A migration is never renamed and never edited once released; `docs/storage.md`
/// describes the tables.
enum Schema {
    /// "Batn": tells a replica from every other SQLite file (`PRAGMA application_id`).
    static let applicationID: Int64 = 0x4261_746e
    /// The number of the newest migration (`PRAGMA user_version`).
    static let version: Int64 = 1

    /// Brings a database to the newest version and holds it to what the migrations make of an empty one.
    ///
    /// - Throws: `store.half-migrated` when tables, indexes or triggers are those of no version: somebody
    ///   edited it, or a migration was cut short by something that does not keep transactions.
    static func migrate(_ queue: DatabaseQueue) throws {
        do {
            try Self.migrator.migrate(queue)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
            throw Self.halfMigrated
        }
        let model = try DatabaseQueue()
        try Self.migrator.migrate(model)
        guard try Self.objects(of: queue) == Self.objects(of: model) else { throw Self.halfMigrated }
    }

    private static let halfMigrated = ReplicaFault(
        StoreCode.halfMigrated, "the tables are those of no version of this program: nothing was changed")

    /// Kind, name and text of everything that the schema defines, in order.
    private static func objects(of queue: DatabaseQueue) throws -> [String] {
        try queue.inDatabase { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
                    WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name
                    """)
        }
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-create-replica", foreignKeyChecks: .immediate) { database in
            for statement in Self.log + Self.documents + Self.search + Self.bookkeeping {
                try database.execute(sql: statement)
            }
            try database.execute(sql: "PRAGMA user_version = 1")
        }
        return migrator
    }

    /// What cannot be made again: names, the log, what waits.
    private static let log = [
        """
        CREATE TABLE author (
            author_id INTEGER PRIMARY KEY,
            site TEXT NOT NULL CHECK (length(site) BETWEEN 2 AND 8),
            counter INTEGER NOT NULL CHECK (counter BETWEEN 0 AND 4294967295),
            nonce INTEGER NOT NULL,
            UNIQUE (site, counter, nonce)
        ) STRICT
        """,
        """
        CREATE TABLE document (
            document_id INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
        ) STRICT
        """,
        // `arrival` is the order in which deltas were logged here. It is local and never signed.
        """
        CREATE TABLE delta (
            arrival INTEGER PRIMARY KEY,
            author_id INTEGER NOT NULL REFERENCES author,
            seq INTEGER NOT NULL CHECK (seq > 0),
            id BLOB NOT NULL CHECK (length(id) = 32),
            document_id INTEGER NOT NULL REFERENCES document,
            document_prev INTEGER NOT NULL CHECK (document_prev BETWEEN 0 AND seq - 1),
            level INTEGER NOT NULL CHECK (level >= 0),
            stamp INTEGER NOT NULL,
            fate INTEGER NOT NULL CHECK (fate BETWEEN 1 AND 4),
            is_material INTEGER NOT NULL CHECK (is_material IN (0, 1)),
            lacks_part INTEGER NOT NULL CHECK (lacks_part IN (0, 1)),
            vector BLOB NOT NULL,
            header BLOB NOT NULL CHECK (length(header) BETWEEN 1 AND 8192),
            signature BLOB NOT NULL CHECK (length(signature) = 64),
            parts BLOB NOT NULL
        ) STRICT
        """,
        "CREATE UNIQUE INDEX delta_by_id ON delta (id)",
        // Not unique: a fork puts two deltas at one place, and both are kept.
        "CREATE INDEX delta_by_place ON delta (author_id, seq)",
        "CREATE INDEX delta_by_document ON delta (document_id, author_id, seq)",
        "CREATE INDEX delta_by_odd_fate ON delta (fate) WHERE fate IN (3, 4)",
        """
        CREATE TABLE waiting (
            arrival INTEGER PRIMARY KEY REFERENCES delta,
            document_id INTEGER NOT NULL REFERENCES document,
            missing_author_id INTEGER NOT NULL REFERENCES author,
            missing_seq INTEGER NOT NULL CHECK (missing_seq >= 0)
        ) STRICT
        """,
        "CREATE INDEX waiting_by_missing ON waiting (missing_author_id, missing_seq)",
        "CREATE INDEX waiting_by_document ON waiting (document_id)",
        """
        CREATE TABLE document_key (
            document_id INTEGER NOT NULL REFERENCES document,
            author_id INTEGER NOT NULL REFERENCES author,
            compartment INTEGER NOT NULL CHECK (compartment BETWEEN 0 AND 255),
            generation INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
            hash INTEGER NOT NULL,
            wrapped BLOB NOT NULL CHECK (length(wrapped) > 0),
            PRIMARY KEY (document_id, author_id, compartment, generation, hash)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE have (
            author_id INTEGER PRIMARY KEY REFERENCES author,
            intervals BLOB NOT NULL
        ) STRICT
        """,
    ]

    /// What `baton rebuild` makes again from the log.
    private static let documents = [
        """
        CREATE TABLE document_state (
            document_id INTEGER PRIMARY KEY REFERENCES document,
            state BLOB NOT NULL
        ) STRICT
        """,
        // NULL severity and due sort last in the queue: `severity_order` 9, `due_order` the greatest integer.
        """
        CREATE TABLE document_index (
            document_id INTEGER PRIMARY KEY REFERENCES document,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 255),
            code TEXT NOT NULL CHECK (length(code) = 16),
            lane INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 3),
            due_order INTEGER NOT NULL,
            severity_order INTEGER NOT NULL,
            first_stamp INTEGER NOT NULL,
            last_stamp INTEGER NOT NULL,
            type INTEGER,
            owner INTEGER,
            status INTEGER NOT NULL,
            title TEXT NOT NULL,
            conflict_count INTEGER NOT NULL,
            uncovered_count INTEGER NOT NULL,
            unread_count INTEGER NOT NULL,
            void_count INTEGER NOT NULL,
            applied_count INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX document_index_by_code ON document_index (code)",
        """
        CREATE INDEX document_index_by_urgency
            ON document_index (kind, lane, due_order, severity_order, first_stamp)
        """,
        "CREATE INDEX document_index_by_lane ON document_index (lane)",
        "CREATE INDEX document_index_by_conflict ON document_index (kind) WHERE conflict_count > 0",
        // The rest of an entry (author, seq, delta id, level) is in its delta.
        """
        CREATE TABLE timeline (
            entry INTEGER PRIMARY KEY,
            document_id INTEGER NOT NULL REFERENCES document,
            stamp INTEGER NOT NULL,
            arrival INTEGER NOT NULL REFERENCES delta,
            operation INTEGER NOT NULL CHECK (operation >= 0),
            compartment INTEGER NOT NULL CHECK (compartment BETWEEN 0 AND 255),
            field INTEGER NOT NULL CHECK (field BETWEEN 0 AND 1023),
            actor INTEGER NOT NULL,
            on_behalf_of INTEGER,
            is_material INTEGER NOT NULL CHECK (is_material IN (0, 1)),
            value BLOB
        ) STRICT
        """,
        "CREATE INDEX timeline_by_document ON timeline (document_id, stamp)",
    ]

    /// The text index keeps no text of its own; rows are timeline entries (positive) and documents
    /// (negative).
    private static let search = [
        """
        CREATE VIRTUAL TABLE search
            USING fts5 (text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2')
        """,
        // The text under which a document stands in the index: FTS5 needs it to take the row out again.
        """
        CREATE TABLE search_document (
            document_id INTEGER PRIMARY KEY REFERENCES document,
            text TEXT NOT NULL
        ) STRICT
        """,
        "CREATE TABLE search_queue (document_id INTEGER PRIMARY KEY REFERENCES document) STRICT",
        // Agencies, digests, references, tags, jurisdictions: `CaseTerm`.
        """
        CREATE TABLE search_term (
            term INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            value TEXT NOT NULL,
            UNIQUE (kind, value)
        ) STRICT
        """,
        """
        CREATE TABLE search_document_term (
            term INTEGER NOT NULL REFERENCES search_term,
            document_id INTEGER NOT NULL REFERENCES document,
            PRIMARY KEY (term, document_id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX search_document_term_by_document ON search_document_term (document_id)",
        // Ends of holds: `CaseDate`.
        """
        CREATE TABLE search_date (
            kind INTEGER NOT NULL,
            at_ms INTEGER NOT NULL CHECK (at_ms >= 0),
            document_id INTEGER NOT NULL REFERENCES document,
            PRIMARY KEY (kind, at_ms, document_id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX search_date_by_document ON search_date (document_id)",
    ]

    private static let bookkeeping = [
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE audit (
            record INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            at_ms INTEGER NOT NULL CHECK (at_ms >= 0),
            actor INTEGER,
            author_id INTEGER REFERENCES author,
            first_seq INTEGER,
            last_seq INTEGER,
            site TEXT,
            detail TEXT NOT NULL,
            chain BLOB NOT NULL CHECK (length(chain) = 32)
        ) STRICT
        """,
        // The log of what was done is never changed, not even by a mistake of ours.
        """
        CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
        """,
        """
        CREATE TRIGGER audit_stays BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
        """,
        """
        CREATE TABLE receipt (
            peer_id INTEGER NOT NULL REFERENCES author,
            author_id INTEGER NOT NULL REFERENCES author,
            seq INTEGER NOT NULL CHECK (seq > 0),
            head BLOB NOT NULL CHECK (length(head) = 32),
            at_ms INTEGER NOT NULL CHECK (at_ms >= 0),
            bytes BLOB NOT NULL,
            PRIMARY KEY (peer_id, author_id)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE command_outcome (
            command INTEGER PRIMARY KEY,
            idempotency_key BLOB NOT NULL UNIQUE CHECK (length(idempotency_key) BETWEEN 1 AND 64),
            deltas BLOB NOT NULL CHECK (length(deltas) % 32 = 0)
        ) STRICT
        """,
        """
        CREATE TABLE membership (
            epoch INTEGER PRIMARY KEY CHECK (epoch > 0),
            entry BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE peer_setting (
            site TEXT PRIMARY KEY,
            is_paused INTEGER NOT NULL CHECK (is_paused IN (0, 1))
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
