import BatonAPI

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
        }
        return blocks
    }

    private func section(_ section: SectionView, isOnly: Bool) -> [Block] {
        var blocks: [Block] = isOnly ? [] : [.heading(section.name)]
        var table = Table([
            .init("id"), .init("state"), .init("what", gives: true), .init("who"), .init("when"),
        ])
        for item in section.items {
            let words = ([item.text] + item.marks.map { "[\($0)]" }).filter { !$0.isEmpty }
            table.add([
                item.id, item.state, words.joined(separator: " "),
                [item.by, item.site].compactMap(\.self).joined(separator: " "), self.time(item),
            ])
        }
        if !section.items.isEmpty { blocks.append(.table(table)) }
        if section.unreadable > 0 {
            blocks.append(
                .line(
                    "\(section.unreadable) entries were written by a newer program and cannot be read here."))
        }
        return blocks
    }

    /// `due 03:12Z` for what is awaited, else when it was.
    private func time(_ item: ItemView) -> String {
        if let due = item.due { return "due \(self.options.clock.short(due))" }
        return item.at.map { self.options.clock.short($0) } ?? ""
    }
}
