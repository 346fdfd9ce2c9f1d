import BatonAPI
import BatonCrypto
import BatonModel
import Testing

@testable import BatonNode

@Suite("Mapping of logs to cases")
struct ImportMappingTests {
    private let hashing = Blake2b()
    private let time = ImportTime(assumesUTC: false)
    private var mapping: ITSMMapping { ITSMMapping(hashing: self.hashing) }

    private func incident(
        _ id: String = "IM0000013", priority: String = "4", status: String = "Closed",
        opened: String = "2012-08-10T11:27:59Z"
    ) throws -> ITSMIncident {
        let values = [
            id, "incident", status, "4", "4", priority, "application", "Web Based Application", "WBS000088",
            "Other", "4",
            opened, "", "2013-11-08T13:54:07Z", "2013-11-08T13:54:12Z",
        ]
        return try ITSMIncident(CSVTable.Row(line: 2, values: values), time: self.time, hashing: self.hashing)
    }

    private func activity(
        _ line: Int, _ name: String, at: String = "2013-02-06T13:07:45Z", team: String = "TEAM0001"
    ) throws
        -> ITSMActivity
    {
        let values = ["IM0000013", at, "001A\(line)", name, team, "KM0000524"]
        return try ITSMActivity(
            CSVTable.Row(line: line, values: values), time: self.time, hashing: self.hashing)
    }

    @Test("an incident begins a case of type OTHER with its id, opening time, severity and tags")
    func header() throws {
        let entry = self.mapping.header(try self.incident(), isClosedByActivity: true)
        #expect(
            entry.operations.map(\.action) == [.set, .set, .set, .set, .set, .set, .add, .add, .add, .append])
        let title = "incident: application, Web Based Application; service WBS000088"
        #expect(entry.operations[1] == ChangeOperation(.set, field: "title", value: .text(title)))
        #expect(entry.operations[2].value == .integer(1_344_598_079_000))
        #expect(entry.operations[4].value == .text("IM0000013"))
        #expect(entry.operations[5].value == .text("S4"))
        #expect(
            entry.operations[6...8].map(\.value) == [.text("itsm"), .text("incident"), .text("application")])
        #expect(entry.document.hasPrefix("01"))
        #expect(entry.document.utf8.count == 32)
        #expect(entry.key.utf8.count == 32)
    }

    @Test(
        "priorities become severities by the table, and none becomes S0",
        arguments: [
            ("1", "S1"), ("2", "S2"), ("3", "S3"), ("4", "S4"), ("5", "S4"), ("", nil), ("0", nil),
            ("high", nil),
        ])
    func severities(priority: String, severity: String?) {
        #expect(ITSMMapping.severity(priority: priority) == severity)
    }

    @Test("the last Closed closes the case unless a Reopen follows, and each milestone is reached once")
    func milestones() throws {
        var survey = ITSMSurvey()
        let names = [
            "Open", "Assignment", "Assignment", "Closed", "Reopen", "Operator Update", "Closed",
            "Caused By CI",
        ]
        let rows = try names.enumerated().map { try self.activity($0.offset + 2, $0.element) }
        for row in rows { survey.take(row) }
        let known = survey.incidents["IM0000013"]
        let actions = rows.map { self.mapping.entry($0, survey: known).operations.map(\.action) }
        #expect(
            actions == [
                [.append], [.append, .milestone], [.append], [.append, .milestone], [.append],
                [.append, .milestone],
                [.append, .close], [.append],
            ])
        survey.take(try self.activity(10, "Reopen"))
        #expect(survey.incidents["IM0000013"]?.closingLine == nil)
    }

    @Test("an incident whose activities do not close it is closed by its own row")
    func closingHeader() throws {
        let closed = self.mapping.header(try self.incident(), isClosedByActivity: false)
        #expect(
            closed.operations.last
                == ChangeOperation(.close, value: .map(["at": .integer(1_383_918_852_000)])))
        let open = self.mapping.header(try self.incident(status: "Open"), isClosedByActivity: false)
        #expect(open.operations.last?.action == .append)
    }

    @Test("an activity keeps its own time and team, even when it precedes the incident")
    func originals() throws {
        let row = try self.activity(5, "Open", at: "2012-08-10T09:27:59Z")
        let note = self.mapping.entry(row, survey: nil).operations[0]
        #expect(
            note.value
                == .map([
                    "text": .text("Open (activity 001A5, knowledge KM0000524)"),
                    "at": .integer(1_344_590_879_000),
                    "who": .text("TEAM0001"),
                ]))
    }

    @Test("the same row makes the same entry, another row another key, whatever the line")
    func determinism() throws {
        let first = self.mapping.entry(try self.activity(5, "Open"), survey: nil)
        #expect(first == self.mapping.entry(try self.activity(5, "Open"), survey: nil))
        let moved = ITSMActivity.Row.moved(try self.activity(5, "Open"))
        #expect(self.mapping.entry(moved, survey: nil).key == first.key)
        #expect(self.mapping.entry(try self.activity(6, "Open"), survey: nil).key != first.key)
    }

    @Test("ids and keys stay what they were in earlier builds")
    func golden() throws {
        let document = ImportIdentity.document(incident: "IM0000013", hashing: self.hashing)
        #expect(document.description == "017e17ec69c85febdfb693fec2619781")
        #expect(
            ImportIdentity.rowKey("itsm-activity", ["a", "b"], hashing: self.hashing)
                == "7c7679df0539d59edacf3ca445213534")
        let split = SiteSplit(try ["usw", "syd"].map { try #require(SiteID($0)) })
        let sites = ["TEAM0001", "TEAM0008", "TEAM9999", ""].map {
            split.site(of: $0, hashing: self.hashing).description
        }
        #expect(sites == ["syd", "usw", "usw", "syd"])
    }

    @Test("the order of the sites on the command line does not matter")
    func splitting() throws {
        let sites = try ["usw", "syd", "use"].map { try #require(SiteID($0)) }
        let split = SiteSplit(sites)
        var counts: [SiteID: Int] = [:]
        for number in 0..<3000 {
            let team = "TEAM\(number)"
            let site = split.site(of: team, hashing: self.hashing)
            #expect(site == SiteSplit(sites.reversed()).site(of: team, hashing: self.hashing))
            counts[site, default: 0] += 1
        }
        #expect(sites.allSatisfy { (850...1150).contains(counts[$0] ?? 0) })
    }

    @Test("rows without id, time or activity are refused with the column's name")
    func refusals() throws {
        #expect(throws: RowFault("incident_id is empty")) { try self.incident(" ") }
        #expect(throws: RowFault("incident_id is longer than 256 bytes")) {
            try self.incident(String(repeating: "x", count: 257))
        }
        #expect(throws: RowFault("open_time: there is no time")) { try self.incident(opened: "") }
        #expect(throws: RowFault("activity is empty")) { try self.activity(2, "") }
        #expect(throws: RowFault("team is longer than 128 bytes")) {
            try self.activity(2, "Open", team: String(repeating: "t", count: 129))
        }
    }

    @Test("titles and tags are cut between characters to what the fields take")
    func cutting() {
        let text = String(repeating: "é", count: 40)
        #expect(ImportRule.cut(text, bytesMax: 64).utf8.count == 64)
        #expect(ImportRule.cut(text, bytesMax: 63).utf8.count == 62)
        #expect(ImportRule.cut("short", bytesMax: 64) == "short")
    }

    @Test("cases of two event logs with equal numbers stay two")
    func eventLogs() throws {
        let columns = EventColumns(caseID: "case", at: "at", activity: "what", actor: nil)
        let row = CSVTable.Row(line: 2, values: ["7", "2020-01-01T00:00:00Z", "begun"])
        let entries = try ["permits", "loans"].map { log in
            let event = try EventRow(row, columns: columns, log: log, time: self.time, hashing: self.hashing)
            return EventMapping(log: log, hashing: self.hashing).entry(event)
        }
        #expect(entries[0].document != entries[1].document)
        #expect(entries[0].key != entries[1].key)
    }
}

extension ITSMActivity {
    fileprivate enum Row {
        /// The same row further down in another export.
        static func moved(_ row: ITSMActivity) -> ITSMActivity {
            let values = [
                row.incident, "2013-02-06T13:07:45Z", row.activityID, row.activity, row.team,
                row.knowledgeItem,
            ]
            guard
                let moved = try? ITSMActivity(
                    CSVTable.Row(line: row.line + 100, values: values), time: ImportTime(assumesUTC: false),
                    hashing: Blake2b())
            else { preconditionFailure("a good row was refused") }
            return moved
        }
    }
}
