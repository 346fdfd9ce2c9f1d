import BatonAPI
import BatonDesk

extension ReplyRenderer {
    func acted(_ report: ActReport) -> [Block] {
        var blocks = report.said.map { Block.paragraph($0, indent: 0) }
        if report.awaitsSecondPerson {
            blocks.append(.line("A second person must confirm before it takes effect. [9]"))
        }
        blocks += self.changed(report.change)
        return blocks + report.hints.map { .paragraph($0, indent: 0) }
    }

    func file(_ reply: FileReply) -> [Block] {
        var blocks: [Block] = [.heading("\(reply.summary.ref)  \(reply.summary.title)")]
        for section in reply.sections { blocks += self.section(section, isOnly: reply.sections.count == 1) }
        if reply.sections.allSatisfy({ $0.items.isEmpty && $0.unreadable == 0 }) {
            blocks.append(.line("Nothing is recorded yet."))
            blocks += Self.first(reply)
        }
        return blocks + Self.next(reply)
    }

    /// How the first entry of an empty section is written.
    private static func first(_ reply: FileReply) -> [Block] {
        guard reply.sections.count == 1, let name = reply.sections.first?.name,
            !["review", "awaiting"].contains(name)
        else {
            return []
        }
        // Steps come with the triage.
        let command =
            name == "steps" ? "triage" : ActTable.sectionOfCommand.first { $0.section == name }?.command
        let spec = ActTable.all.first { $0.name == command || $0.name.hasPrefix("\(command ?? "-") ") }
        return (spec?.examples.first).map { [.paragraph("For example: \($0)", indent: 0)] } ?? []
    }

    /// What a person may do with what is listed.
    private static func next(_ reply: FileReply) -> [Block] {
        guard let section = reply.sections.last, !reply.summary.isClosed || section.name == "review" else {
            return []
        }
        let open = section.items.first { $0.state == "todo" }
        switch section.name {
        case "steps":
            guard reply.sections.count == 1, let open else { return [] }
            return [.line("Next: check done \(open.id), or check skip \(open.id) --why CODE")]
        case "review":
            guard !section.items.isEmpty else { return [.line("Nobody has begun its review: review start")] }
            let asked = section.items.first { $0.state == "to answer" }
            return asked.map { [.line("Next: review answer \($0.id) \"...\"")] } ?? []
        default: return []
        }
    }

    private func section(_ section: SectionView, isOnly: Bool) -> [Block] {
        var blocks: [Block] = isOnly ? [] : [.heading(section.name)]
        var table = Table([
            .init("id"), .init("state"), .init("what", gives: true, wraps: true), .init("who"), .init("when"),
        ])
        for item in section.items {
            let words = ([item.text] + item.marks.map { "[\($0)]" }).filter { !$0.isEmpty }
            table.add([
                item.id, item.state, words.joined(separator: " "),
                [item.by, item.site].compactMap(\.self).joined(separator: " "), self.time(item),
            ])
        }
        if !section.items.isEmpty { blocks.append(.table(table)) }
        for item in section.items { blocks += self.sights(item) }
        if section.unreadable > 0 {
            blocks.append(
                .line(
                    "\(section.unreadable) entries were written by a newer program and cannot be read here."))
        }
        return blocks
    }

    /// Of a decision in a review: how much had been read when it was taken, and what had not, word by word.
    private func sights(_ item: ItemView) -> [Block] {
        let known = item.details.filter { $0.key.hasPrefix("known at ") }
        let missed = item.details.filter { $0.key.hasPrefix("not known at ") }
        let read = known.prefix(1).map { "\(item.id) \($0.key): \(known.count) of what the log has" }
        let lines = read + missed.map { "\(item.id) \($0.key): \($0.value)" }
        return lines.map { .paragraph($0, indent: 2) }
    }

    /// `due 03:12Z` for what is awaited, else when it was.
    private func time(_ item: ItemView) -> String {
        if let due = item.due { return "due \(self.options.clock.short(due))" }
        return item.at.map { self.options.clock.short($0) } ?? ""
    }
}
