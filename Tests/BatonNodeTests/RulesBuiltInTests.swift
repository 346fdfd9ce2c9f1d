import BatonDesk
import BatonNode
import Foundation
import Testing

/// The program carries a copy of `config/rules`, `config/sops` and `config/codes` as Swift. After a change there:
///
///     BATON_WRITE_RULES=1 swift test --disable-xctest --filter BatonNodeTests.RulesBuiltIn
@Suite("Built-in rules", .serialized)
struct RulesBuiltInTests {
    private static let target = ProjectFile.root.path + "/Sources/BatonNode/Rules/BuiltIn"

    @Test("the rules in the program are those of config")
    func equal() throws {
        let files = try BuiltInSource.files()
        let wanted =
            files.map { ($0.type + ".swift", BuiltInSource.swift($0)) }
            + [("BuiltInRules.swift", BuiltInSource.index(files))]
        if ProcessInfo.processInfo.environment["BATON_WRITE_RULES"] == "1" {
            for old in try FileManager.default.contentsOfDirectory(atPath: Self.target) {
                try FileManager.default.removeItem(atPath: "\(Self.target)/\(old)")
            }
            for (name, text) in wanted {
                try text.write(toFile: "\(Self.target)/\(name)", atomically: true, encoding: .utf8)
            }
        }
        for (name, text) in wanted {
            let written = try ProjectFile.text("Sources/BatonNode/Rules/BuiltIn/\(name)")
            #expect(written == text, "\(name) is not what config makes; write it anew")
        }
        let present = try FileManager.default.contentsOfDirectory(atPath: Self.target).sorted()
        #expect(present == wanted.map(\.0).sorted())
    }

    @Test("what the program carries is byte for byte what stands in config")
    func bytes() throws {
        let files = try BuiltInSource.files()
        #expect(BuiltInRules.files.map(\.name) == files.map(\.name))
        for (carried, file) in zip(BuiltInRules.files, files) { #expect(carried.text == file.text) }
    }
}

/// Writes YAML as Swift that stays within the columns of the house.
private struct BuiltInSource {
    let name: String
    let text: String

    /// `rules/us.yaml` gives `BuiltInRulesUS`; the file and its constant are called so.
    var type: String {
        let words = self.name.dropLast(".yaml".count).split(separator: "/")
        return "BuiltIn" + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private var constant: String { "file" + self.type.dropFirst("BuiltIn".count) }

    static func files() throws -> [BuiltInSource] {
        try ["codes", "rules", "sops"].flatMap { part in
            let names = try FileManager.default.contentsOfDirectory(
                atPath: "\(ProjectFile.root.path)/config/\(part)")
            return try names.sorted().map { name in
                BuiltInSource(
                    name: "\(part)/\(name)", text: try ProjectFile.text("config/\(part)/\(name)"))
            }
        }
    }

    private static let head =
        "// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.\n\n"

    static func index(_ files: [BuiltInSource]) -> String {
        let list = files.map { "        Self.\($0.constant),\n" }.joined()
        return Self.head + "/// The rule book that the program carries: a copy of `config`.\n"
            + "package enum BuiltInRules {\n"
            + "    package static let files: [RuleBookDecoder.File] = [\n\(list)    ]\n}\n"
    }

    static func swift(_ file: BuiltInSource) -> String {
        let indent = String(repeating: " ", count: 12)
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            Self.wrapped(String(line))
        }
        let body = lines.map { $0.isEmpty ? "\n" : "\(indent)\($0)\n" }.joined()
        return Self.head + "extension BuiltInRules {\n"
            + "    static let \(file.constant) = RuleBookDecoder.File(\n"
            + "        name: \"\(file.name)\",\n        text: #\"\"\"\n\(body)\(indent)\"\"\"#)\n}\n"
    }

    /// Breaks a long line where Swift joins it again: `\#` at the end of a line.
    private static func wrapped(_ line: String) -> [String] {
        var pieces: [String] = []
        var rest = Substring(line)
        while rest.count > 90 {
            let cut = rest.index(rest.startIndex, offsetBy: 90)
            // A break right after a space would end the piece in one, which is easily lost.
            var end = cut
            while end > rest.startIndex, rest[rest.index(before: end)] == " " {
                end = rest.index(before: end)
            }
            pieces.append(rest[..<end] + "\\#")
            rest = rest[end...]
        }
        return pieces + [String(rest)]
    }
}
