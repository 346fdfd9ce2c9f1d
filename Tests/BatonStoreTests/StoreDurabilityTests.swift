import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Foundation
import Glibc
import Testing

@testable import BatonStore

@Suite("Durability of a replica")
struct StoreDurabilityTests {
    @Test(
        "A process killed in the middle of a write loses nothing that it had acknowledged",
        arguments: [1, 4, 23])
    func killedInside(writes: Int) async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = folder.path as String, writes = writes as Int] in
            let store = try ReplicaStore(
                path: path + "/data/replica.sqlite", settings: ReplicaSettings(checkpointPages: 8),
                hashing: StandInHashing())
            let peer = StorePeer(store)
            for number in 1...writes {
                try peer.author(caseID(UInt8(number)), [operation(.set, CaseField.title, .text("t"))])
                acknowledge(path)
            }
            try store.write { (transaction) throws(ReplicaFault) in
                let session = try ReplicaSession(peer.context, in: transaction, wallMilliseconds: 5)
                let draft = Draft(
                    document: caseID(200), operations: [operation(.set, CaseField.title, .text("torn"))],
                    actor: Actor(person: OperatorID(1)))
                _ = try? session.author(draft)
                _ = try session.finish()
                kill(getpid(), SIGKILL)
            }
        }
        #expect(acknowledgedCount(folder.path) == writes)
        let store = try folder.open()
        #expect(try store.counts().deltas == writes)
        #expect(try store.document(caseID(200)) == nil)
        #expect(try store.integrityCheck().isEmpty)
    }

    @Test(
        "A process killed from another thread at any moment loses nothing that it had acknowledged",
        arguments: 1...4)
    func killedAnywhere(round: Int) async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = folder.path as String, round = round as Int] in
            let store = try ReplicaStore(
                path: path + "/data/replica.sqlite", settings: ReplicaSettings(checkpointPages: 4),
                hashing: StandInHashing())
            let peer = StorePeer(store)
            startKiller(path, after: 10 * round)
            for number in 1...10_000 {
                try peer.author(caseID(UInt8(number % 7)), [operation(.append, CaseField.note, .text("n"))])
                acknowledge(path)
            }
        }
        let acknowledged = acknowledgedCount(folder.path)
        let store = try folder.open()
        let held = try store.counts().deltas
        #expect(acknowledged >= 10 * round)
        // One write may have been made durable without its note.
        #expect(held == acknowledged || held == acknowledged + 1)
        #expect(try store.haveSet().count == UInt64(held))
        #expect(try store.integrityCheck().isEmpty)
        #expect(try store.firstBrokenAuditRecord() == nil)
    }

    @Test("The log is copied into the database by the writer once it is long enough")
    func checkpoints() throws {
        let folder = try TestFolder()
        let store = try ReplicaStore(
            path: folder.database, settings: ReplicaSettings(checkpointPages: 40), hashing: StandInHashing())
        let peer = StorePeer(store)
        var longest = 0
        for number in 0..<60 {
            try peer.author(caseID(UInt8(number)), [operation(.set, CaseField.title, .text("t"))])
            longest = max(longest, try store.writing { (writer) throws(ReplicaFault) in writer.pagesInLog })
        }
        #expect(longest < 80)
        let size = try FileManager.default.attributesOfItem(atPath: folder.database + "-wal")[.size] as? Int
        #expect(try #require(size) < 120 * 4200)
    }

    @Test("Readers on many threads see whole transactions while one writes")
    func concurrency() async throws {
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for number in 0..<50 {
                    let two = [
                        operation(.append, CaseField.note, .text("a")),
                        operation(.append, CaseField.note, .text("b")),
                    ]
                    guard (try? peer.author(caseID(UInt8(number % 3)), two)) != nil else { return false }
                }
                return true
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<60 {
                        guard let page = try? store.timeline(caseID(0), limit: 1000) else { return false }
                        guard page.entries.count.isMultiple(of: 2) else { return false }
                    }
                    return true
                }
            }
            for await isGood in group { #expect(isGood) }
        }
        #expect(try store.counts().deltas == 50)
    }
}

/// Notes outside the database that one more write has returned: a byte at the end of a file.
private func acknowledge(_ path: String) {
    let descriptor = unsafe open(path + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600 as mode_t)
    _ = unsafe write(descriptor, "x", 1)
    close(descriptor)
}

private func acknowledgedCount(_ path: String) -> Int {
    var status = stat()
    return unsafe stat(path + "/acknowledged", &status) == 0 ? Int(status.st_size) : 0
}

/// Kills this process once so many writes are noted: a moment that has nothing to do with what the writer
/// is doing.
private func startKiller(_ path: String, after count: Int) {
    Thread.detachNewThread {
        while acknowledgedCount(path) < count {}
        kill(getpid(), SIGKILL)
    }
}
