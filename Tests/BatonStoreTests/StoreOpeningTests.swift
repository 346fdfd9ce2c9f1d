import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import CSQLiteShim
import Foundation
import GRDB
import Testing

@testable import BatonStore

@Suite("Opening a replica")
struct StoreOpeningTests {
    @Test("The writer has every setting it asks for, read back from SQLite")
    func writerSettings() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        let expected: [(String, Int64)] = [
            ("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("cell_size_check", 1),
            ("temp_store", 2),
            ("secure_delete", 1), ("wal_autocheckpoint", 0), ("journal_size_limit", 67_108_864),
            ("application_id", Schema.applicationID), ("user_version", Schema.version),
            ("busy_timeout", 5000),
        ]
        try store.writing { (writer) throws(ReplicaFault) in
            for (name, value) in expected {
                #expect(try writer.connection.integer("PRAGMA \(name)") == value, "\(name)")
            }
            #expect(try writer.connection.text("PRAGMA journal_mode") == "wal")
            #expect(try writer.connection.integer("PRAGMA mmap_size") ?? 0 == 0)
            #expect(writer.connection.optionValue(SQLITE_DBCONFIG_DEFENSIVE) == 1)
            #expect(writer.connection.optionValue(SQLITE_DBCONFIG_TRUSTED_SCHEMA) == 0)
            #expect(writer.connection.optionValue(SQLITE_DBCONFIG_DQS_DML) == 0)
            #expect(writer.connection.optionValue(SQLITE_DBCONFIG_DQS_DDL) == 0)
        }
    }

    @Test("The reader can neither write nor checkpoint")
    func readerSettings() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        try store.reading { (reader) throws(ReplicaFault) in
            #expect(try reader.integer("PRAGMA query_only") == 1)
            #expect(try reader.integer("PRAGMA wal_autocheckpoint") == 0)
            #expect(reader.optionValue(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE) == 1)
            #expect(throws: ReplicaFault.self) { try reader.run("DELETE FROM meta") }
        }
    }

    @Test("The folder is 0700 and every file in it 0600")
    func permissions() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        try StorePeer(store).author(caseID(1), [operation(.append, FieldCode(7), .text("x"))])
        let data = (folder.database as NSString).deletingLastPathComponent
        let mode = try FileManager.default.attributesOfItem(atPath: data)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        let files = try FileManager.default.contentsOfDirectory(atPath: data)
        #expect(
            Set(files).isSuperset(of: ["lock", "replica.sqlite", "replica.sqlite-wal", "replica.sqlite-shm"]))
        for file in files {
            let mode =
                try FileManager.default.attributesOfItem(atPath: data + "/" + file)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(file)")
        }
    }

    @Test("A folder that others may enter is refused, not changed")
    func openFolder() throws {
        let folder = try TestFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        #expect(code { try Self.open(folder.path + "/replica.sqlite") } == StoreCode.unsafePermissions)
    }

    @Test("A second opening is refused while the first holds the folder, and succeeds after it")
    func locked() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        #expect(code { try folder.open() } == StoreCode.locked)
        store.close()
        _ = consume store
        _ = try folder.open()
    }

    @Test("A file of garbage is not a replica")
    func garbage() throws {
        let folder = try TestFolder()
        try self.place([UInt8](repeating: 0x5a, count: 8192), folder)
        #expect(code { try folder.open() } == StoreCode.notAReplica)
    }

    @Test("Another program's database is not a replica, and stays as it was")
    func otherProgram() throws {
        let folder = try TestFolder()
        try self.place([], folder)
        let queue = try DatabaseQueue(path: folder.database)
        try queue.write { try $0.execute(sql: "CREATE TABLE recipe (name TEXT)") }
        try queue.close()
        let before = FileManager.default.contents(atPath: folder.database)
        #expect(code { try folder.open() } == StoreCode.notAReplica)
        #expect(FileManager.default.contents(atPath: folder.database) == before)
    }

    @Test("A schema of a newer build is refused with both numbers")
    func newerSchema() throws {
        let folder = try TestFolder()
        try folder.open().close()
        let queue = try DatabaseQueue(path: folder.database)
        try queue.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        #expect(code { try folder.open() } == StoreCode.newerSchema)
    }

    @Test("A closed replica answers in words")
    func closed() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        store.close()
        store.close()
        #expect(code { try store.counts() } == StoreCode.closed)
        #expect(code { try store.finishRebuild() } == StoreCode.closed)
    }

    @Test("Closing copies the log into the database")
    func truncates() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        try StorePeer(store).author(caseID(1), [operation(.append, FieldCode(7), .text("x"))])
        store.close()
        let size = try? FileManager.default.attributesOfItem(atPath: folder.database + "-wal")[.size] as? Int
        #expect(size ?? 0 == 0)
    }

    private static func open(_ path: String) throws(ReplicaFault) -> ReplicaStore {
        try ReplicaStore(path: path, settings: ReplicaSettings(), hashing: StandInHashing())
    }

    private func place(_ bytes: [UInt8], _ folder: TestFolder) throws {
        let data = (folder.database as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        _ = FileManager.default.createFile(
            atPath: folder.database, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    }
}
