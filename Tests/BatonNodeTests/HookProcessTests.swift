import BatonAPI
import BatonDesk
import BatonModel
import Foundation
import Testing

@testable import BatonNode

/// The hook as a real process.
@Suite("The hook's process")
struct HookProcessTests {
    private static func shell(_ script: String, millisecondsMax: Int64 = 20_000) -> HookProcess {
        HookProcess(arguments: ["/bin/sh", "-c", script], millisecondsMax: millisecondsMax)
    }

    @Test("a letter longer than any pipe reaches the hook whole", .timeLimit(.minutes(1)))
    func long() {
        let letter = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
        let outcome = Self.shell("wc -c").run(input: letter, id: "1")
        #expect(outcome.ending == .exited(0) && outcome.output == "3000000", "\(outcome)")
    }

    @Test("a hook that reads nothing of a long letter ends as it says", .timeLimit(.minutes(1)))
    func unread() {
        let letter = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
        #expect(Self.shell("exec 0<&-; exit 3").run(input: letter, id: "1").ending == .exited(3))
        #expect(Self.shell("exit 0").run(input: letter, id: "1").ending == .exited(0))
        #expect(Self.shell("head -c 70000 | wc -c").run(input: letter, id: "1").output == "70000")
    }

    @Test("the input of the hook ends, however short it is", .timeLimit(.minutes(1)))
    func ends() {
        #expect(Self.shell("cat; echo .").run(input: Array("one\n".utf8), id: "1").output == "one .")
        #expect(Self.shell("wc -c").run(input: [], id: "1").output == "0")
    }

    @Test("runs at one time inherit no descriptor of this process and leave none", .timeLimit(.minutes(1)))
    func descriptors() async throws {
        let letter = [UInt8](repeating: UInt8(ascii: "x"), count: 200_000)
        let before = try Self.pipes()
        // Of those that a process started without care would inherit.
        let ours = unsafe open("/dev/null", O_RDONLY)
        try #require(ours > 2 && fcntl(ours, F_GETFD) == 0)
        defer { close(ours) }
        let seen = await withTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    Self.shell("ls /proc/self/fd | wc -l; cat > /dev/null").run(input: letter, id: "1").output
                }
            }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        // Its three and the one by which `ls` lists them.
        #expect(seen == ["4"])
        #expect(
            try Self.pipes() < before + 8,
            "other tests may open some meanwhile, one left by each of the eight runs would be more")
    }

    private static func pipes() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?
                .hasPrefix("pipe:") == true
        }
    }
}

@Suite("The journal of pages")
struct PageJournalTests {
    private static func id(_ number: UInt8) throws -> GeneratedID {
        try #require(GeneratedID([UInt8](repeating: number, count: 16)))
    }

    @Test("what a failing hook adds for days keeps the file small and forgets nothing")
    func growth() throws {
        let folder = try TestFolder()
        let path = folder.path + "/pages-journal"
        var journal = try PageJournal(path: path, nowMilliseconds: 0)
        let (id, other) = (try Self.id(1), try Self.id(2))
        try journal.note(other, .done, atMilliseconds: 5)
        for number in 1...12_000 {
            try journal.note(id, .failed, atMilliseconds: Int64(number), words: "exit 3")
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? .max
        #expect(size < 11_000 * 60, "\(size) bytes")
        let again = try PageJournal(path: path, nowMilliseconds: 12_001)
        #expect(again.records == journal.records && again.records.count == 2)
        #expect(again.records[id]?.atMilliseconds == 12_000)
    }

    @Test("a line that was cut off by a full disk is made whole by a renewal")
    func renewal() throws {
        let folder = try TestFolder()
        let path = folder.path + "/pages-journal"
        var journal = try PageJournal(path: path, nowMilliseconds: 0)
        try journal.note(try Self.id(1), .intent, atMilliseconds: 1)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("done 0101".utf8))
        try journal.renew(nowMilliseconds: 2)
        try journal.note(try Self.id(2), .done, atMilliseconds: 3)
        let again = try PageJournal(path: path, nowMilliseconds: 4)
        #expect(again.records == journal.records && again.records.count == 2)
    }
}

@Suite("Whole files")
struct WholeFileTests {
    @Test("rejects replace an older rejects file and nothing else: the log that is read stays")
    func rejects() throws {
        let folder = try TestFolder()
        let path = folder.path + "/log.csv"
        try Data("case,at,what\n1,2026-01-01T00:00:00Z,opened\n".utf8).write(to: URL(filePath: path))
        let fault = #expect(throws: NodeFault.self) { _ = try ImportSink(nil, rejects: path) }
        #expect(fault?.code == "file.exists")
        #expect(try Files.readText(path, bytesMax: 100).hasPrefix("case,at,what"))
        let rejects = folder.path + "/rejects.csv"
        for line in 1...2 {
            var sink = try ImportSink(nil, rejects: rejects)
            try sink.reject("log.csv", CSVScanner.Reject(line: line, reason: "no time"))
        }
        #expect(try Files.readText(rejects, bytesMax: 100) == "file,line,reason\n\"log.csv\",2,\"no time\"\n")
    }

    @Test("keys without a card get it again from the keys; with one, or of another site, nothing is touched")
    func lostCard() throws {
        let folder = try TestFolder().folder("syd")
        let person = SiteCard.Person(name: "alee", userIDs: [1], roles: [.specialist])
        func make(_ site: String) throws -> String {
            try MembershipWork.initialise(folder, site: site, region: "au", operators: [person]).text
        }
        let first = try make("syd")
        #expect(#expect(throws: NodeFault.self) { try make("syd") }?.code == "crypto.vault-exists")
        Files.remove(folder.path + "/syd.pub")
        #expect(#expect(throws: NodeFault.self) { try make("usw") }?.code == "crypto.vault-exists")
        #expect(try make("syd") == first)
        #expect(try Files.readText(folder.path + "/syd.pub", bytesMax: 4_096) == first)
    }

    @Test("a new team's file replaces none")
    func membershipFile() throws {
        let team = try SimulatedTeam(["syd"])
        let before = try Files.read(team.membershipFile, bytesMax: 1 << 20)
        let fault = #expect(throws: NodeFault.self) {
            try MembershipWork.create(
                rootFolder: team.place.folder("other"), team: "Other", clearances: [],
                cards: [team.place.folder("syd").path + "/syd.pub"], output: team.membershipFile)
        }
        #expect(fault?.code == "membership.file-exists")
        #expect(try Files.read(team.membershipFile, bytesMax: 1 << 20) == before)
        #expect(!Files.exists(team.place.folder("other").rootKey), "not even a key was made")
    }

    @Test("a replacement keeps the mode, takes nobody's file and leaves nothing behind when it fails")
    func replace() throws {
        let folder = try TestFolder()
        let path = folder.path + "/card.pub"
        try Data("mine".utf8).write(to: URL(filePath: path + ".new"))
        try Files.replace(path, Array("one".utf8), mode: 0o644)
        try Files.replace(path, Array("two".utf8), mode: 0o644)
        #expect(try Files.readText(path, bytesMax: 10) == "two")
        #expect(
            try Files.readText(path + ".new", bytesMax: 10) == "mine", "a file of that name is somebody's")
        // A folder stands where the file is to go: all is written, and the last step fails.
        let blocked = folder.path + "/blocked"
        try FileManager.default.createDirectory(atPath: blocked + "/x", withIntermediateDirectories: true)
        let fault = #expect(throws: NodeFault.self) { try Files.replace(blocked, [1]) }
        #expect(fault?.code == "file.unwritable")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["blocked", "card.pub", "card.pub.new"])
    }
}
