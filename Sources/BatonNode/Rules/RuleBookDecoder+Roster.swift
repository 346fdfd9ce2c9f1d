import BatonDesk
import BatonModel

extension RuleBookDecoder {
    mutating func roster(_ file: YAMLRecord) {
        if let days = file.number("notice_days", 14...365) { self.book.roster.noticeDays = days }
        for node in file.list("lines") {
            guard
                let record = YAMLRecord(node, "line", required: ["key", "title", "covered"], file.complaints)
            else { continue }
            self.define(.line(record.name("key")), record)
            self.book.roster.lines.append(
                RosterRules.Line(
                    key: record.name("key"), title: record.text("title"), isCovered: record.flag("covered")))
        }
        for node in file.list("rotations") {
            guard
                let record = YAMLRecord(
                    node, "rotation",
                    required: [
                        "id", "line", "watch", "site", "zone", "days", "from", "to", "since", "turn_days",
                        "people",
                    ], optional: ["off_on_holidays"], file.complaints),
                let rotation = Self.rotation(record)
            else { continue }
            self.define(.rotation(rotation.id), record)
            self.book.roster.rotations.append(rotation)
        }
        for node in file.list("holidays") {
            guard
                let record = YAMLRecord(node, "holiday", required: ["site", "day", "name"], file.complaints),
                let site = Self.site(record), let day = record.date("day")
            else { continue }
            self.book.roster.holidays.append(
                RosterRules.Holiday(site: site, day: day, name: record.text("name")))
        }
        self.paths(file)
    }

    private static func rotation(_ record: YAMLRecord) -> RosterRules.Rotation? {
        let days = record.words("days", Weekday.allCases.map { ($0.word, $0) })
        guard let start = record.minute("from"), let end = record.minute("to"),
            let since = record.date("since"), let turn = record.number("turn_days", 0...366),
            let site = Self.site(record)
        else { return nil }
        return RosterRules.Rotation(
            id: record.name("id"), line: record.name("line"), watch: record.name("watch"), site: site,
            hours: RosterRules.Hours(
                zone: record.text("zone", bytesMax: 64), days: days, startMinute: start, endMinute: end,
                isOffOnHolidays: record.flag("off_on_holidays")),
            turns: RosterRules.Rotation.Turns(from: since, days: turn, people: record.texts("people")))
    }

    private static func site(_ record: YAMLRecord) -> String? {
        let text = record.text("site")
        guard SiteID(text) != nil else {
            if let node = record.value("site"), !text.isEmpty {
                record.refuse("site", node, "a site's name: 2 to 8 of a-z and 0-9")
            }
            return nil
        }
        return text
    }

    private mutating func paths(_ file: YAMLRecord) {
        for node in file.list("paths") {
            guard
                let record = YAMLRecord(node, "path", required: ["key", "title", "steps"], file.complaints)
            else { continue }
            var steps: [RosterRules.Path.Step] = []
            for node in record.list("steps") {
                guard
                    let step = YAMLRecord(
                        node, "step", required: ["line", "wait"], optional: ["site"], file.complaints),
                    let wait = step.span("wait")
                else { continue }
                steps.append(
                    RosterRules.Path.Step(
                        line: step.name("line"), site: step.has("site") ? Self.site(step) ?? "" : "",
                        waitMilliseconds: wait))
            }
            self.define(.path(record.name("key")), record)
            self.book.roster.paths.append(
                RosterRules.Path(key: record.name("key"), title: record.text("title"), steps: steps))
        }
    }
}
