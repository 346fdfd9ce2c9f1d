import BatonDesk
import BatonEncoding
import BatonModel
import Testing

@Suite("Table of acts")
struct ActTableTests {
    @Test("Names are unique, and a command word names a section that there is")
    func names() {
        let names = ActTable.all.map(\.name)
        #expect(Set(names).count == names.count)
        for entry in ActTable.sectionOfCommand {
            #expect(CaseFile.sectionNames.contains(entry.section))
            #expect(
                names.contains { $0 == entry.command || $0.hasPrefix(entry.command + " ") }
                    || entry.command == "sla")
        }
        #expect(Set(CaseFile.sectionNames).count == CaseFile.sectionNames.count)
    }

    @Test(
        "Every row has help, an example, and arguments that are named once",
        arguments: ActTable.all.map(\.name))
    func row(_ name: String) throws {
        let spec = try #require(ActTable.spec(name))
        #expect(!spec.help.isEmpty && spec.help.utf8.count <= 80)
        #expect(!spec.examples.isEmpty)
        let arguments = (spec.parameters + spec.options).map(\.name)
        #expect(Set(arguments).count == arguments.count)
        // What reaches outside takes a reason code (`ActSpec.Danger`).
        if spec.danger == .external { #expect(spec.options.contains { $0.name == "why" && $0.isRequired }) }
        for option in spec.options {
            #expect(!["json", "plain", "why-not", "confirm"].contains(option.name))
        }
    }

    @Test(
        "Every example parses into an act whose arguments the row takes", arguments: ActTable.all.map(\.name))
    func examples(_ name: String) throws {
        let spec = try #require(ActTable.spec(name))
        for example in spec.examples {
            let (act, found) = DeskLine.read(example)
            #expect(found.name == name)
            try ActArguments.check(Self.timed(act, spec), spec)
        }
    }

    /// Times and spans as the desk hands them on.
    private static func timed(_ act: Act, _ spec: ActSpec) -> Act {
        var arguments = act.arguments
        for argument in spec.parameters + spec.options
        where argument.value == .time || argument.value == .span {
            arguments[argument.name] = arguments[argument.name]?.map { _ in "60000" }
        }
        return Act(act.name, arguments)
    }

    @Test("An entry that nobody can read is counted, and the rest is shown")
    func unreadable() throws {
        let desk = DeskDouble("usw")
        for (person, line) in Lines.verified { try desk.act(person, line) }
        let fields: [(FieldCode, OperationKind, String)] = [
            (CaseField.steps, .step, "steps"), (CaseField.clocks, .clock, "clocks"),
            (CaseField.holds, .hold, "holds"), (CaseField.verification, .append, "gates"),
            (CaseField.decisions, .append, "decisions"), (CaseField.containment, .append, "containment"),
            (CaseField.reports, .append, "reports"), (CaseField.evidence, .append, "evidence"),
            (CaseField.contacts, .append, "contacts"), (CaseField.links, .append, "links"),
            (CaseField.subjects, .append, "people"), (CaseField.pages, .append, "pages"),
            (CaseField.review, .append, "review"), (CaseField.triage, .append, "triage"),
        ]
        let bodies: [CBORValue] = [
            .null, .array([.unsigned(1)]), .text("x"), .map([.init(key: .text("kind"), value: .unsigned(1))]),
            .map([.init(key: .unsigned(1), value: .unsigned(99))]),
            .map([.init(key: .unsigned(1), value: .text("1")), .init(key: .unsigned(2), value: .bool(true))]),
        ]
        let before = CaseFile.sectionNames.map { desk.section($0).items.count }
        for (field, kind, _) in fields {
            let shape = OperationShape(kind: kind, field: field, isMaterial: true)
            desk.write(bodies.map { Operation(shape: shape, body: $0) }, by: OperatorID(1))
        }
        for (field, _, section) in fields where field != CaseField.triage {
            #expect(desk.section(section).unreadable == bodies.count, "\(section)")
        }
        let after = CaseFile.sectionNames.filter { $0 != "triage" }.map { desk.section($0).items.count }
        let triage = CaseFile.sectionNames.firstIndex(of: "triage") ?? 0
        #expect(after == before.enumerated().filter { $0.offset != triage }.map(\.element))
    }
}
