import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import CSQLiteShim
import Foundation
import Glibc
import Testing

@testable import BatonStore

@Suite("Faults of a replica")
struct StoreFaultTests {
    @Test(
        "Every SQLite result has its code, and only those after which memory and disk may differ are fatal",
        arguments: [
            (SQLITE_FULL, "store.disk-full", false), (10 | 4 << 8, "store.io", true),
            (10 | 3 << 8, "store.io", true), (SQLITE_CORRUPT, "store.corrupt", true),
            (SQLITE_NOTADB, "store.not-a-replica", true), (SQLITE_READONLY, "store.read-only", false),
            (SQLITE_BUSY, "store.busy", false), (SQLITE_CANTOPEN, "store.cannot-open", false),
            (19 | 8 << 8, "store.constraint", false), (SQLITE_MISUSE, "store.sqlite", true),
        ] as [(Int32, String, Bool)])
    func mapping(result: Int32, code: String, isFatal: Bool) {
        let fault = ReplicaFault(sqlite: result)
        #expect(fault.code == code)
        #expect(fault.isFatal == isFatal)
    }

    @Test(
        "A full database refuses the change whole, goes on reading, and recovers by itself"
    )
    func diskFull() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store)
        try peer.author(caseID(1), [operation(.append, CaseField.note, .text("before"))])
        try store.writing { (writer) throws(ReplicaFault) in
            let pages = try writer.connection.integer("PRAGMA page_count") ?? 0
            try writer.connection.pragma("max_page_count = \(pages + 2)")
        }
        let long = String(repeating: "x", count: 20_000)
        let fault = fault { try peer.author(caseID(2), [operation(.append, CaseField.note, .text(long))]) }
        #expect(fault?.code == StoreCode.diskFull)
        #expect(fault?.isFatal == false)
        #expect(try store.counts().deltas == 1)
        try store.writing { (writer) throws(ReplicaFault) in
            try writer.connection.pragma("max_page_count = 1073741823")
        }
        try peer.author(caseID(2), [operation(.append, CaseField.note, .text(long))])
        #expect(try store.counts().deltas == 2)
        #expect(try store.integrityCheck().isEmpty)
    }

    @Test(
        "A full disk refuses changes in words, keeps every acknowledged one, and recovers once there is room",
        .enabled(if: geteuid() == 0, "mounting a small disk needs root"))
    func fullDisk() throws {
        let folder = try TestFolder()
        // Where the kernel lets nobody mount there is nothing to test.
        guard unsafe mount("none", folder.path, "tmpfs", 0, "size=1m,mode=0700") == 0 else { return }
        defer { _ = unsafe umount2(folder.path, 2) }
        let filler = folder.path + "/filler"
        _ = FileManager.default.createFile(atPath: filler, contents: Data(count: 300_000))
        let store = try folder.open()
        let peer = StorePeer(store)
        let text = CBORValue.text(String(repeating: "x", count: 5000))
        var acknowledged = 0
        var refusal: ReplicaFault?
        while refusal == nil {
            refusal = fault { try peer.author(caseID(1), [operation(.append, CaseField.note, text)]) }
            if refusal == nil { acknowledged += 1 }
        }
        #expect(refusal?.code == StoreCode.diskFull)
        #expect(refusal?.isFatal == false)
        #expect(acknowledged > 3)
        #expect(try store.counts().deltas == acknowledged)
        try FileManager.default.removeItem(atPath: filler)
        try peer.author(caseID(1), [operation(.append, CaseField.note, .text("after"))])
        #expect(try store.counts().deltas == acknowledged + 1)
        #expect(try store.integrityCheck().isEmpty)
        store.close()
    }

    @Test("A write that the system refuses is fatal and sticks until the replica is opened again")
    func ioError() async throws {
        let folder = try TestFolder()
        let path = folder.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            let database = path + "/data/replica.sqlite"
            let store = try ReplicaStore(
                path: database, settings: ReplicaSettings(), hashing: StandInHashing())
            let peer = StorePeer(store)
            try peer.author(caseID(1), [operation(.append, CaseField.note, .text("before"))])
            forbidGrowth()
            for attempt in 1...2 {
                do throws(ReplicaFault) {
                    try peer.author(caseID(2), [operation(.append, CaseField.note, .text("after"))])
                    _exit(1)
                } catch {
                    guard error.code == StoreCode.io, error.isFatal else { _exit(Int32(attempt + 1)) }
                }
            }
            _exit(0)
        }
        #expect(try folder.open().counts().deltas == 1)
    }

    @Test(
        "A log that cannot be copied into the database stops the replica, and all that was acknowledged stands",
        arguments: [false, true])
    func copyingFails(hasThread: Bool) async throws {
        let folder = try TestFolder()
        let path = folder.path
        await #expect(processExitsWith: .success) { [path = path as String, hasThread = hasThread as Bool] in
            let settings = ReplicaSettings(checkpointPages: 8, hasRowThread: hasThread)
            let store = try ReplicaStore(
                path: path + "/data/replica.sqlite", settings: settings, hashing: StandInHashing())
            let peer = StorePeer(store)
            // The log begins anew each time it was copied and stays far below.
            forbidGrowth(beyond: 1_500_000)
            var count = 0
            var faults = 0
            let text = CBORValue.text(String(repeating: "x", count: 8_000))
            while faults < 2, count < 1_000 {
                do throws(ReplicaFault) {
                    try peer.author(caseID(1), [operation(.append, CaseField.note, text)])
                    if faults > 0 { _exit(1) }
                    count += 1
                } catch {
                    guard error.code == StoreCode.io, error.isFatal else { _exit(2) }
                    faults += 1
                }
            }
            try "\(count)".write(toFile: path + "/acknowledged", atomically: false, encoding: .utf8)
            _exit(0)
        }
        let acknowledged = try String(contentsOfFile: path + "/acknowledged", encoding: .utf8)
        let count = try #require(Int(acknowledged))
        #expect(count > 20 && count < 1_000)
        let store = try folder.open()
        #expect(try store.counts().deltas == count)
        #expect(try store.integrityCheck().isEmpty)
    }

    @Test("A database that may only be read is refused in words")
    func readOnly() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        try store.writing { (writer) throws(ReplicaFault) in try writer.connection.pragma("query_only = ON") }
        let fault = fault { try store.finishRebuild() }
        #expect(fault?.code == StoreCode.readOnly)
    }

    @Test("A change that another program's lock holds up ends as busy")
    func busy() throws {
        let folder = try TestFolder()
        let store = try ReplicaStore(
            path: folder.database, settings: ReplicaSettings(busyMillisecondsMax: 0),
            hashing: StandInHashing())
        var other: OpaquePointer?
        let opened = unsafe sqlite3_open(folder.database, &other)
        #expect(opened == SQLITE_OK)
        defer { _ = unsafe sqlite3_close(other) }
        let began = unsafe sqlite3_exec(other, "BEGIN IMMEDIATE", nil, nil, nil)
        #expect(began == SQLITE_OK)
        #expect(fault { try store.finishRebuild() }?.code == StoreCode.busy)
        let ended = unsafe sqlite3_exec(other, "ROLLBACK", nil, nil, nil)
        #expect(ended == SQLITE_OK)
        try store.finishRebuild()
    }

    @Test("A delta whose bytes were changed on disk is found by its id")
    func changedBytes() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        let delta = try StorePeer(store).author(
            caseID(1), [operation(.append, CaseField.note, .text("before"))])
        try store.writing { (writer) throws(ReplicaFault) in
            try writer.connection.run("UPDATE delta SET signature = zeroblob(64)")
        }
        #expect(fault { try store.delta(delta.id) }?.code == StoreCode.corrupt)
    }
}

/// Files of this process cannot grow beyond so many bytes from here on: a write there fails with EFBIG.
private func forbidGrowth(beyond bytes: rlim_t = 4096) {
    _ = signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}
