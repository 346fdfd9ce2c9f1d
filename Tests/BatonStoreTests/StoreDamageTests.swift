import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import CSQLiteShim
import Foundation
import Testing

@testable import BatonStore

/// Another program at the database.
@safe final class OtherProgram {
    private var handle: OpaquePointer?

    init(_ path: String) throws {
        try #require(unsafe sqlite3_open(path, &self.handle) == SQLITE_OK)
    }

    deinit { _ = unsafe sqlite3_close(self.handle) }

    func run(_ sql: String) throws {
        try #require(unsafe sqlite3_exec(self.handle, sql, nil, nil, nil) == SQLITE_OK)
    }
}

@Suite("Damage, strangers and endless readers")
struct StoreDamageTests {
    private let folder: TestFolder

    init() throws { self.folder = try TestFolder() }

    private func fill(_ count: Int) throws -> [DeltaID] {
        let store = try self.folder.open()
        defer { store.close() }
        let peer = StorePeer(store)
        return try (0..<count).map { number in
            let text = CBORValue.text(String(repeating: "n", count: 200))
            return try peer.author(caseID(UInt8(number % 3)), [operation(.append, CaseField.note, text)]).id
        }
    }

    @Test("an endless reader bounds what is written, not what is read; when it ends all goes on")
    func endlessReader() throws {
        var settings = ReplicaSettings(busyMillisecondsMax: 0, checkpointPages: 20)
        settings.logPagesMax = 100
        let store = try ReplicaStore(
            path: self.folder.database, settings: settings, hashing: StandInHashing())
        let peer = StorePeer(store)
        func write() throws {
            _ = try peer.author(caseID(1), [operation(.append, CaseField.note, .text("n"))])
        }
        try write()
        let reader = try OtherProgram(self.folder.database)
        try reader.run("BEGIN; SELECT count(*) FROM delta")
        var refusal: ReplicaFault?
        var taken = 1
        while refusal == nil, taken < 1000 {
            refusal = fault(write)
            if refusal == nil { taken += 1 }
        }
        #expect(refusal?.code == StoreCode.logFull && refusal?.isFatal == false)
        #expect(code(write) == StoreCode.logFull)
        #expect(try store.counts().deltas == taken)
        let log = self.folder.database + "-wal"
        let size = { try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int }
        #expect(try #require(try size()) < 150 * 4200)
        try reader.run("COMMIT")
        try write()
        #expect(try store.counts().deltas == taken + 1)
        #expect(try #require(try size()) < 40 * 4200)
    }

    @Test(
        "tables that are those of no version are refused, and stay as they were",
        arguments: [
            "DELETE FROM grdb_migrations", "PRAGMA user_version = 0; DELETE FROM grdb_migrations",
            "DROP TABLE waiting", "DROP INDEX delta_by_place", "DROP TRIGGER audit_stays",
            "CREATE TABLE half_made (a INTEGER)",
        ])
    func halfMigrated(edit: String) throws {
        _ = try self.fill(3)
        try OtherProgram(self.folder.database).run(edit)
        let before = try Data(contentsOf: URL(fileURLWithPath: self.folder.database))
        #expect(code { try self.folder.open() } == StoreCode.halfMigrated)
        #expect(try Data(contentsOf: URL(fileURLWithPath: self.folder.database)) == before)
    }

    @Test("a database that was killed before its first migration is made whole")
    func unborn() throws {
        _ = try self.fill(0)
        try FileManager.default.removeItem(atPath: self.folder.database)
        try OtherProgram(self.folder.database).run("PRAGMA application_id = \(Schema.applicationID)")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: self.folder.database)
        #expect(try self.folder.open().counts().deltas == 0)
    }

    @Test("all of a log that is whole is taken out, bytes and keys")
    func wholeLog() throws {
        let ids = try self.fill(30)
        let aside = try DamagedReplica.setAside(self.folder.database)
        #expect(aside.hasSuffix("/data/damaged-1/replica.sqlite"))
        #expect(!FileManager.default.fileExists(atPath: self.folder.database))
        var rows: [DamagedReplica.Row] = []
        let count = try DamagedReplica(path: aside, hashing: StandInHashing())
            .salvage { (row) throws(ReplicaFault) in rows.append(row) }
        #expect(rows.map(\.delta.id) == ids)
        #expect(rows.allSatisfy { $0.keys.count == 1 })
        #expect(count.read == 30 && count.unreadable == 0)
    }

    @Test("what a page of noise leaves of a log is taken out, and the rest is counted")
    func brokenLog() throws {
        let ids = try self.fill(60)
        let aside = try DamagedReplica.setAside(self.folder.database)
        try Self.garbleLeaf(of: "delta", in: aside)
        var found: [DeltaID] = []
        let count = try DamagedReplica(path: aside, hashing: StandInHashing())
            .salvage { (row) throws(ReplicaFault) in found.append(row.delta.id) }
        #expect(!found.isEmpty && found.count < 60)
        #expect(found == ids.filter(found.contains))
        #expect(count.read + (count.unreadable ?? 0) == 60)
    }

    @Test("damaged files are never put on top of each other")
    func twice() throws {
        _ = try self.fill(1)
        #expect(try DamagedReplica.setAside(self.folder.database).contains("/damaged-1/"))
        _ = try self.fill(1)
        #expect(try DamagedReplica.setAside(self.folder.database).contains("/damaged-2/"))
    }

    @Test("a database that a node holds is not set aside")
    func held() throws {
        let store = try self.folder.open()
        #expect(code { try DamagedReplica.setAside(self.folder.database) } == StoreCode.locked)
        #expect(try store.counts().deltas == 0)
    }

    /// Writes noise over a page in the middle of a table: the first child of its root.
    private static func garbleLeaf(of table: String, in path: String) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let size = Int(bytes[16]) << 8 | Int(bytes[17])
        let root = try Self.rootPage(of: table, in: path)
        let start = (root - 1) * size
        // An interior table page: the cells' places from byte 12 on, each cell beginning with a child's number.
        try #require(bytes[start] == 5)
        let cell = start + (Int(bytes[start + 12]) << 8 | Int(bytes[start + 13]))
        let child = bytes[cell..<cell + 4].reduce(0) { $0 << 8 | Int($1) }
        for place in 0..<size { bytes[(child - 1) * size + place] = UInt8(truncatingIfNeeded: 7 &* place) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private static func rootPage(of table: String, in path: String) throws -> Int {
        var handle: OpaquePointer?
        try #require(unsafe sqlite3_open(path, &handle) == SQLITE_OK)
        defer { _ = unsafe sqlite3_close(handle) }
        var statement: OpaquePointer?
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'"
        try #require(unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK)
        defer { _ = unsafe sqlite3_finalize(statement) }
        try #require(unsafe sqlite3_step(statement) == SQLITE_ROW)
        return Int(unsafe sqlite3_column_int64(statement, 0))
    }
}
