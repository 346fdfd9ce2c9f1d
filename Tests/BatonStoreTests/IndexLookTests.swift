import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Foundation
import Testing

@testable import BatonStore

@Suite("Indexes that do not match their tables")
struct IndexLookTests {
    private let folder: TestFolder

    init() throws { self.folder = try TestFolder() }

    private func fill(_ count: Int) throws {
        let store = try self.folder.open()
        defer { store.close() }
        let peer = StorePeer(store)
        for number in 0..<count {
            let text = CBORValue.text(String(repeating: "n", count: 200))
            try peer.author(caseID(UInt8(number % 3)), [operation(.append, CaseField.note, text)])
        }
    }

    /// Goes through a table as the background does.
    private func look(_ store: ReplicaStore, at table: String, rows: Int = 16) throws -> [String] {
        var damaged: Set<String> = []
        var after: Int64 = 0
        while true {
            let look = try store.lookAtIndexes(of: table, after: after, rows: rows)
            damaged.formUnion(look.damaged)
            guard let last = look.last else { return damaged.sorted() }
            after = last
        }
    }

    private func lookAtAll(_ store: ReplicaStore) throws -> [String] {
        try ReplicaStore.indexedTables.flatMap { try self.look(store, at: $0) }
    }

    /// Takes the entries of rows up to `last` out of an index, which stays sound in itself.
    private func hollow(_ index: String, _ definition: String, last: Int) throws {
        for (sql, isNew) in [("\(definition) WHERE arrival > \(last)", true), (definition, false)] {
            let program = try OtherProgram(self.folder.database)
            try program.run("PRAGMA writable_schema = ON")
            try program.run("UPDATE sqlite_schema SET sql = '\(sql)' WHERE name = '\(index)'")
            guard isNew else { continue }
            try OtherProgram(self.folder.database).run("REINDEX \(index)")
        }
    }

    /// Writes one root page over another one.
    private func misdirect(_ source: String, over target: String) throws {
        let store = try self.folder.open()
        func root(_ name: String) throws -> UInt64 {
            try store.reading { connection throws(ReplicaFault) in
                UInt64(
                    try connection.integer("SELECT rootpage FROM sqlite_schema WHERE name = '\(name)'") ?? 0)
            }
        }
        let (from, to) = (try root(source), try root(target))
        let size = try store.reading { connection throws(ReplicaFault) in
            UInt64(try connection.integer("PRAGMA page_size") ?? 0)
        }
        store.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: self.folder.database))
        try file.seek(toOffset: (from - 1) * size)
        let page = try #require(try file.read(upToCount: Int(size)))
        try file.seek(toOffset: (to - 1) * size)
        try file.write(contentsOf: page)
        try file.close()
    }

    @Test("A sound replica has every row in every index, whatever the size of a look")
    func sound() throws {
        try self.fill(40)
        let store = try self.folder.open()
        #expect(try self.lookAtAll(store) == [])
        #expect(try self.look(store, at: "delta", rows: 1) == [])
        #expect(try store.lookAtNewest(rows: 10) == [])
        #expect(try store.alarms().isEmpty)
    }

    @Test("Rows that an index leaves out are found, among the newest only by a look at those")
    func hollowIndex() throws {
        try self.fill(40)
        let definition = "CREATE INDEX delta_by_place ON delta (author_id, seq)"
        try self.hollow("delta_by_place", definition, last: 8)
        let store = try self.folder.open()
        #expect(try self.lookAtAll(store) == ["delta_by_place"])
        #expect(try store.lookAtNewest(rows: 10) == [])
        #expect(try store.lookAtNewest(rows: 40) == ["delta_by_place"])
    }

    @Test("A page of another tree in the place of an index is named, and the log stays readable")
    func misdirected() throws {
        try self.fill(40)
        try self.misdirect("timeline", over: "delta_by_document")
        let store = try self.folder.open()
        #expect(try self.look(store, at: "delta") == ["delta_by_document"])
        #expect(try store.log(after: 0, limit: 100).count == 40)
    }

    @Test("What is damaged is an alarm until it is taken back, and the watcher looks again")
    func alarm() throws {
        try self.fill(2)
        let store = try self.folder.open()
        let author = StorePeer(store).context.author
        var writer = CBORWriter()
        author.encode(into: &writer)
        let bytes = writer.bytes
        try store.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                try transaction.connection.setMeta(.author, bytes)
            }
        }
        let length = try store.logLength()
        try store.save(damagedIndexes: ["timeline_by_document", "delta_by_id"])
        let names = ["delta_by_id", "timeline_by_document"]
        #expect(try store.alarms() == [.damagedIndex(author.site, names: names)])
        #expect(try store.logLength() != length)
        store.close()
        let again = try self.folder.open()
        #expect(try again.damagedIndexes() == names)
        try again.save(damagedIndexes: [])
        #expect(try again.alarms().isEmpty)
    }

    @Test("A replica whose process ended in order says so, and one that was killed says that")
    func killed() throws {
        try self.fill(3)
        let store = try self.folder.open()
        #expect(!store.wasKilled)
        let peer = StorePeer(store)
        try peer.author(caseID(1), [operation(.append, CaseField.note, .text("last"))])
        // What a kill leaves: the files as they are while the process lives.
        let copy = try TestFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.createDirectory(
                atPath: copy.path + "/data", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try FileManager.default.copyItem(
                atPath: self.folder.database + suffix, toPath: copy.database + suffix)
        }
        #expect(try copy.open().wasKilled)
    }
}
