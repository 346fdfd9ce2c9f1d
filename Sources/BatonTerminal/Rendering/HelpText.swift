import BatonAPI

/// Makes help from the command table.
package enum HelpText {
    /// Help on everything, a command, a code, or a word that occurs in the help of some commands.
    package static func page(_ topic: String?, table: [CommandSpec]) -> HelpPage? {
        guard let topic else {
            return HelpPage(topic: nil, entries: table.map(Self.entry), text: Self.conventions)
        }
        let word = topic.lowercased()
        if let spec = table.first(where: { $0.name.rawValue == word || $0.aliases.contains(word) }) {
            return HelpPage(topic: spec.name.rawValue, entries: [Self.entry(spec)], text: [])
        }
        if let kind = IssueKind(rawValue: word) {
            return HelpPage(
                topic: kind.rawValue, entries: [], text: [kind.meaning, "Exit code \(kind.exit.rawValue)."])
        }
        if let text = Self.foreignCode(word) { return HelpPage(topic: word, entries: [], text: [text]) }
        let hits = table.filter { Self.searched($0).contains { $0.lowercased().contains(word) } }
        guard !hits.isEmpty, word.count > 1 else { return nil }
        return HelpPage(
            topic: topic, entries: hits.map(Self.entry), text: hits.count == 1 ? [] : ["More: help COMMAND"])
    }

    /// Codes that the node makes are explained where the node is.
    private static func foreignCode(_ word: String) -> String? {
        let families = ["api.", "store.", "node.", "config.", "transport.", "crypto.", "client."]
        guard families.contains(where: word.hasPrefix) else { return nil }
        return "\(word) comes from the node. docs/operations.md says what it means and what to do."
    }

    private static func searched(_ spec: CommandSpec) -> [String] {
        [spec.help] + spec.details + spec.options.map(\.name) + spec.options.map(\.help)
    }

    package static func entry(_ spec: CommandSpec) -> HelpPage.Entry {
        HelpPage.Entry(
            name: spec.name.rawValue, aliases: spec.aliases, help: spec.help, usage: spec.usage,
            details: spec.details,
            options: spec.options.map { HelpPage.Option(name: $0.name, value: $0.valueWord, help: $0.help) },
            examples: spec.examples)
    }

    static func blocks(_ page: HelpPage) -> [Block] {
        if page.entries.count == 1, let entry = page.entries.first { return Self.blocks(entry) }
        var blocks: [Block] = []
        if !page.entries.isEmpty {
            blocks.append(.fields(page.entries.map { BlockField($0.name, $0.help) }))
            blocks.append(.blank)
        }
        return blocks + page.text.map { .paragraph($0, indent: 0) }
    }

    private static func blocks(_ entry: HelpPage.Entry) -> [Block] {
        var blocks: [Block] = [
            .heading("\(entry.name): \(entry.help)"), .paragraph("usage: \(entry.usage)", indent: 0),
        ]
        if !entry.aliases.isEmpty { blocks.append(.line("also: \(entry.aliases.joined(separator: ", "))")) }
        blocks += entry.details.map { .paragraph($0, indent: 2) }
        if let form = entry.details.first(where: { $0.hasPrefix("`\(entry.name) ") }) {
            let name = form.dropFirst().prefix { $0 != "`" }
            blocks.append(.line("  Each in full: help \(name)"))
        }
        if !entry.options.isEmpty {
            blocks.append(
                .fields(
                    entry.options.map {
                        BlockField("--\($0.name)\($0.value.map { " \($0)" } ?? "")", $0.help)
                    }))
        }
        return blocks + [.line("for example:")] + entry.examples.map { .paragraph($0, indent: 2) }
    }

    static let conventions = [
        "help COMMAND shows one in full; help WORD searches; help CODE explains a code in brackets.",
        "A case is named by its handle (EDR-7K3QM2, or the beginning of it), by @3 for row 3 "
            + "of the last list, or not at "
            + "all where one is current (use).",
        "Every command takes: " + CommonOptions.all.map { "--\($0.name)" }.joined(separator: " ") + ".",
        "An empty line does nothing. A line that begins with # is a comment.",
    ]
}
