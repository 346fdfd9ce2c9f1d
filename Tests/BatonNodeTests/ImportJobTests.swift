import BatonAPI
import BatonCrypto
import BatonModel
import Foundation
import Synchronization
import Testing

@testable import BatonNode

/// Stands for a node: remembers keys by document, as the replica does.
private final class StandInNode: OperatorAPI {
    private struct State {
        var keys: Set<String> = []
        var entries: [BatchEntry] = []
        var sizes: [Int] = []
        var failures = 0
    }

    private let site: String
    private let state = Mutex(State())

    init(site: String, failures: Int = 0) {
        self.site = site
        self.state.withLock { $0.failures = failures }
    }

    var entries: [BatchEntry] { self.state.withLock { $0.entries } }
    var sizes: [Int] { self.state.withLock { $0.sizes } }

    func call(_ request: APICall) async throws(APIFault) -> APIReply {
        switch request.path {
        case APIPath.status: return APIReply(status: 200, body: try APIText.json(self.status))
        case APIPath.batch: return try self.batch(request)
        default: throw APIFault(.noSuchPath, "There is no such path.", "Check the test.")
        }
    }

    private func batch(_ request: APICall) throws(APIFault) -> APIReply {
        let batch = try APIText.value(BatchRequest.self, json: request.body)
        let outcomes = self.state.withLock { state -> [BatchOutcome]? in
            guard state.failures == 0 else {
                state.failures -= 1
                return nil
            }
            state.sizes.append(batch.entries.count)
            return batch.entries.map { entry in
                if entry.operations[0].value == .map(["text": .text("refuse me"), "at": .integer(0)]) {
                    return BatchOutcome(
                        .refused, error: APIFault(.badValue, "It does not fit.", "Change it."))
                }
                guard state.keys.insert(entry.document + entry.key).inserted else {
                    return BatchOutcome(.known)
                }
                state.entries.append(entry)
                return BatchOutcome(.authored, delta: "00")
            }
        }
        guard let outcomes else { throw APIFault(.unreachable, "Nobody answers.", "Start the node.") }
        let reply = BatchReply(asOf: Freshness(site: self.site, at: 0, peers: []), outcomes: outcomes)
        return APIReply(status: 200, body: try APIText.json(reply))
    }

    private var status: StatusReply {
        StatusReply(
            asOf: Freshness(site: self.site, at: 0, peers: []), version: "1", site: self.site, author: "",
            team: "",
            teamName: "", membershipEpoch: 1, operatorName: "alee", operatorRoles: [], operatorChoices: [],
            counts: StatusReply.Counts(
                cases: 0, openCases: 0, openS0: 0, deltas: 0, waiting: 0, void: 0, unread: 0, conflicts: 0),
            nextDueAt: nil, logDigest: "", peers: [], listen: nil)
    }
}

@Suite("Imports from files")
struct ImportJobTests {
    /// A folder of its own for each test.
    private struct Folder: ~Copyable {
        let path = FileManager.default.temporaryDirectory.path + "/baton-import-\(UUID().uuidString)"

        init() throws {
            try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        }
        deinit { try? FileManager.default.removeItem(atPath: self.path) }

        func write(_ name: String, _ text: String) throws -> String { try self.write(name, Data(text.utf8)) }

        func write(_ name: String, _ bytes: Data) throws -> String {
            let file = "\(self.path)/\(name)"
            try bytes.write(to: URL(fileURLWithPath: file))
            return file
        }

        func text(_ name: String) throws -> String {
            try String(contentsOf: URL(fileURLWithPath: "\(self.path)/\(name)"), encoding: .utf8)
        }
    }

    private static let incidents = """
        incident_id,category,status,priority,item_type,open_time,close_time
        IM1,incident,Closed,3,application,2013-02-06T14:00:00Z,2013-02-08T00:00:00Z
        IM2,request,Open,5,hardware,2013-02-07T14:00:00Z,
        IM1,incident,Closed,3,application,2013-02-06T14:00:00Z,
        IM3,incident,Open,2,application,06/02/2013,

        """
    private static let activities = """
        incident_id,at,activity_id,activity,team,knowledge_item
        IM1,2013-02-06T13:00:00Z,1,Open,TEAM1,KM1
        IM2,2013-02-07T13:00:00Z,2,Open,TEAM2,KM1
        IM1,2013-02-07T13:00:00Z,3,Assignment,TEAM2,KM1
        IM9,2013-02-07T13:00:00Z,4,Open,TEAM2,KM1
        IM1,2013-02-08T13:00:00Z,5,Closed
        IM1,2013-02-08T13:00:00Z,6,Closed,TEAM1,KM1

        """

    private func options(_ folder: borrowing Folder, _ sites: [String] = []) throws -> ImportOptions {
        var options = ImportOptions()
        options.rejects = folder.path + "/rejects.csv"
        if !sites.isEmpty { options.split = SiteSplit(try sites.map { try #require(SiteID($0)) }) }
        return options
    }

    @Test("good rows reach the node, bad ones the rejects file with line and reason")
    func itsm() async throws {
        let folder = try Folder()
        let incidents = try folder.write("incidents.csv", Self.incidents)
        let activities = try folder.write("activities.csv", Self.activities)
        let node = StandInNode(site: "syd")
        let job = ImportJob(OperatorClient(node), options: try self.options(folder), hashing: Blake2b())
        let summary = try await job.itsm(incidents: incidents, activities: activities)
        #expect((summary.cases, summary.entries, summary.known, summary.rejected) == (2, 4, 0, 4))
        #expect(summary.rows == 10)
        let rejects = try folder.text("rejects.csv").replacingOccurrences(of: folder.path + "/", with: "")
        #expect(
            rejects == """
                file,line,reason
                "incidents.csv",4,"the incident IM1 stands in line 2 already"
                "incidents.csv",5,"open_time: a day with slashes leaves open what is the month: \
                write 2013-02-06T13:07:45Z"
                "activities.csv",5,"no good row of the incidents has the id IM9"
                "activities.csv",6,"it has 4 fields where the header has 6"

                """)
        let again = try await job.itsm(incidents: incidents, activities: activities)
        #expect((again.cases, again.entries, again.known, again.rejected) == (0, 0, 6, 4))
        #expect(node.sizes == [6, 6])
    }

    @Test("two sites that divide a log write every row once, and a dry run writes none")
    func dividing() async throws {
        let folder = try Folder()
        let incidents = try folder.write("incidents.csv", Self.incidents)
        let activities = try folder.write("activities.csv", Self.activities)
        let options = try self.options(folder, ["syd", "usw"])
        let nodes = [StandInNode(site: "syd"), StandInNode(site: "usw")]
        for node in nodes {
            let job = ImportJob(OperatorClient(node), options: options, hashing: Blake2b())
            let summary = try await job.itsm(incidents: incidents, activities: activities)
            #expect(summary.deltas + summary.elsewhere == 6)
        }
        let keys = nodes.flatMap(\.entries).map(\.key)
        #expect(keys.count == 6)
        #expect(Set(keys).count == 6)
        let dry = try await ImportJob(nil, options: options, hashing: Blake2b())
            .itsm(incidents: incidents, activities: activities)
        #expect((dry.isDryRun, dry.cases, dry.entries, dry.rejected) == (true, 2, 4, 4))
    }

    @Test("a site that the division does not name is refused before anything is read")
    func otherSite() async throws {
        let folder = try Folder()
        let options = try self.options(folder, ["syd", "usw"])
        let job = ImportJob(OperatorClient(StandInNode(site: "use")), options: options, hashing: Blake2b())
        await #expect(throws: NodeFault.self) { try await job.itsm(incidents: "/none", activities: "/none") }
    }

    @Test("a batch whose answer was lost is sent again")
    func lostAnswers() async throws {
        let folder = try Folder()
        let file = try folder.write("log.csv", "case,at,what\n1,2020-01-01T00:00:00Z,begun\n")
        let columns = EventColumns(caseID: "case", at: "at", activity: "what", actor: nil)
        let node = StandInNode(site: "syd", failures: 1)
        let job = ImportJob(OperatorClient(node), options: try self.options(folder), hashing: Blake2b())
        #expect(try await job.events(file, columns: columns, log: "events").deltas == 2)
    }

    @Test("an event log becomes cases with their entries in batches of at most 256")
    func events() async throws {
        let folder = try Folder()
        var text = "case,at,what,who\n"
        for number in 0..<600 { text += "C\(number % 7),2020-01-01T00:00:00Z,step \(number),ann\n" }
        text += "C1,2020-01-01T00:00:00,no zone,ann\n"
        let file = try folder.write("log.csv", text)
        let node = StandInNode(site: "syd")
        let job = ImportJob(OperatorClient(node), options: try self.options(folder), hashing: Blake2b())
        let columns = EventColumns(caseID: "case", at: "at", activity: "what", actor: "who")
        let summary = try await job.events(file, columns: columns, log: "permits")
        #expect((summary.cases, summary.entries, summary.rejected) == (7, 600, 1))
        #expect(node.sizes == [256, 256, 95])
    }

    @Test("an entry that the node refuses is told with its line")
    func refusedByNode() async throws {
        let folder = try Folder()
        let file = try folder.write("log.csv", "case,at,what\n1,1970-01-01T00:00:00Z,refuse me\n")
        let columns = EventColumns(caseID: "case", at: "at", activity: "what", actor: nil)
        let job = ImportJob(
            OperatorClient(StandInNode(site: "syd")), options: try self.options(folder), hashing: Blake2b())
        #expect(try await job.events(file, columns: columns, log: "events").rejected == 1)
        #expect(try folder.text("rejects.csv").contains(",2,\"the node refused it: It does not fit.\""))
    }

    @Test(
        "files that are no CSV, empty, or without a needed column are refused as a whole, each with its code")
    func wholeFiles() async throws {
        let folder = try Folder()
        let cases: [(name: String, bytes: Data, code: String)] = [
            ("binary.csv", Data([0x1F, 0x8B, 0x08, 0x00, 0x00, 0xFF, 0x0A]), "import.not-csv"),
            ("utf16.csv", Data("case,at,what\n".data(using: .utf16) ?? Data()), "import.not-csv"),
            ("empty.csv", Data(), "import.empty"),
            ("other.csv", Data("id,when,what\n".utf8), "import.missing-column"),
            ("twice.csv", Data("case,at,case,what\n".utf8), "import.column-twice"),
        ]
        let columns = EventColumns(caseID: "case", at: "at", activity: "what", actor: nil)
        let job = ImportJob(nil, options: try self.options(folder), hashing: Blake2b())
        for (name, bytes, code) in cases {
            let file = try folder.write(name, bytes)
            let fault = await #expect(throws: NodeFault.self) {
                try await job.events(file, columns: columns, log: "l")
            }
            #expect(fault?.code == code)
            #expect(fault?.hint.isEmpty == false)
        }
        let missing = await #expect(throws: NodeFault.self) {
            try await job.events(folder.path + "/none.csv", columns: columns, log: "l")
        }
        #expect(missing?.code == "import.unreadable")
    }

    @Test("a byte order mark before the header is passed over")
    func byteOrderMark() async throws {
        let folder = try Folder()
        let file = try folder.write("log.csv", "\u{FEFF}case,at,what\n1,2020-01-01T00:00:00Z,begun\n")
        let columns = EventColumns(caseID: "case", at: "at", activity: "what", actor: nil)
        let job = ImportJob(nil, options: try self.options(folder), hashing: Blake2b())
        #expect(try await job.events(file, columns: columns, log: "l").entries == 1)
    }
}
