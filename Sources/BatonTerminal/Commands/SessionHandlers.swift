import BatonAPI
import BatonDesk

/// Commands about the desk itself.
enum SessionHandlers {
    @Sendable
    static func help(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        // A form has two words: check add.
        let topic = command.arguments["topic"].flatMap { $0.isEmpty ? nil : $0.joined(separator: " ") }
        guard let page = HelpText.page(topic, table: CommandTable.all) else {
            let shown = SafeText.line(topic ?? "")
            let near = NearestWord.of(topic ?? "", among: CommandTable.all.map(\.name.rawValue))
            throw CommandIssue(
                .noSuchTopic, "There is no help on `\(shown)`.",
                near.map { "Did you mean: help \($0)?" } ?? "Try: help")
        }
        return Reply(.help, .help(page))
    }

    @Sendable
    static func why(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let issue = desk.lastIssue
        let meaning = issue.flatMap { HelpText.page($0.code, table: CommandTable.all)?.text.first }
        return Reply(.why, .why(WhyReport(problem: issue?.fault, meaning: meaning)))
    }

    @Sendable
    static func quit(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        Reply(.quit, .quit)
    }

    @Sendable
    static func set(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        guard let name = command.argument("name").flatMap(SettingName.init(rawValue:)) else {
            return Reply(.set, .settings(Self.report(SettingName.allCases, desk)))
        }
        if let value = command.argument("value") { try await Self.apply(name, value, &desk) }
        return Reply(.set, .settings(Self.report([name], desk)))
    }

    private static func apply(
        _ name: SettingName, _ value: String, _ desk: inout Desk
    ) async throws(CommandIssue) {
        switch name {
        case .accessible: desk.options.render.isAccessible = try Self.isOn(name, value)
        case .bail: desk.options.bails = try Self.isOn(name, value)
        case .notices: desk.options.wantsNotices = try Self.isOn(name, value)
        case .pager:
            desk.options.pageRows = try Self.isOn(name, value) ? desk.options.screenRows : nil
        case .utc: desk.options.render.isUTC = try Self.isOn(name, value)
        case .wide:
            desk.options.render.columns = try Self.isOn(name, value) ? nil : desk.options.screenColumns
        case .format:
            guard let format = OutputFormat(rawValue: value.lowercased()) else { throw Self.bad(name, value) }
            desk.options.render.format = format
        case .limit:
            guard let limit = Int(value), (1...500).contains(limit) else { throw Self.bad(name, value) }
            desk.options.rowLimit = limit
        case .scope: desk.scope = try await Self.scope(value, desk)
        }
    }

    private static func isOn(_ name: SettingName, _ value: String) throws(CommandIssue) -> Bool {
        switch value.lowercased() {
        case "on", "yes", "1": return true
        case "off", "no", "0": return false
        default: throw Self.bad(name, value)
        }
    }

    private static func bad(_ name: SettingName, _ value: String) -> CommandIssue {
        CommandIssue(
            .badValue, "`\(SafeText.line(value))` is no value for \(name.rawValue).",
            "Write: set \(name.rawValue) \(name.values)")
    }

    private static func scope(_ value: String, _ desk: Desk) async throws(CommandIssue) -> Scope? {
        if value.lowercased() == "off" { return nil }
        let sides = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        if sides.count == 2, sides[0] == "type", let type = CaseType(word: sides[1]) {
            return .type(type.word)
        }
        guard sides.count == 2, sides[0] == "case" else { throw Self.bad(.scope, value) }
        let summary = try await desk.ask { client throws(APIFault) in
            try await client.show(sides[1].uppercased()).detail.summary
        }
        return .oneCase(id: summary.id, ref: summary.ref)
    }

    private static func report(_ names: [SettingName], _ desk: Desk) -> SettingsReport {
        SettingsReport(
            settings: names.map { .init(name: $0.rawValue, value: Self.value($0, desk), help: $0.help) })
    }

    private static func value(_ name: SettingName, _ desk: Desk) -> String {
        let word = { (isOn: Bool) in isOn ? "on" : "off" }
        return switch name {
        case .accessible: word(desk.options.render.isAccessible)
        case .bail: word(desk.options.bails)
        case .notices: word(desk.options.wantsNotices)
        case .pager: word(desk.options.pageRows != nil)
        case .utc: word(desk.options.render.isUTC)
        case .wide: word(desk.options.render.columns == nil)
        case .format: desk.options.render.format.rawValue
        case .limit: "\(desk.options.rowLimit)"
        case .scope: desk.scope?.text ?? "off"
        }
    }
}
