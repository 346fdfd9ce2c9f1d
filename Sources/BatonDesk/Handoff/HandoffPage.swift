package import BatonModel

/// A handoff on paper: it stands alone, for whoever comes when nobody is there and no screen works.
package struct HandoffPage: Sendable {
    private let record: HandoffRecord
    private let hash: Digest256
    private let state: HandoffState
    private let name: @Sendable (OperatorID) -> String
    /// Minutes from UTC of the leaver's and the receiver's local time, with the sites' names.
    private let zones: [Zone]

    package struct Zone: Sendable {
        package let name: String
        package let offsetMinutes: Int

        package init(name: String, offsetMinutes: Int) {
            self.name = name
            self.offsetMinutes = offsetMinutes
        }
    }

    package init(
        _ record: HandoffRecord, hash: Digest256, state: HandoffState, zones: [Zone],
        name: @escaping @Sendable (OperatorID) -> String
    ) {
        self.record = record
        self.hash = hash
        self.state = state
        self.zones = zones
        self.name = name
    }

    /// `29 Nov 23:52Z 10:52 syd 15:52 usw`: UTC and both local times.
    private func instant(_ milliseconds: UInt64) -> String {
        let date = CivilDate(daysSince1970: Int(clamping: milliseconds / 86_400_000))
        var words = "\(date.day) \(ReadBackTerm.monthNames[date.month - 1]) "
        words += ReadBackTerm.clock(Int(milliseconds / 60_000 % 1_440)).words + "Z"
        for zone in self.zones {
            let minutes = (Int(milliseconds / 60_000 % 1_440) + zone.offsetMinutes + 2_880) % 1_440
            words += " \(ReadBackTerm.clock(minutes).words) \(zone.name)"
        }
        return words
    }

    /// One block of the page: a heading, its rows, or a case.
    private enum Block {
        case title(String)
        case rows([(key: String, value: String)])
        case heading(String)
        case list(String, [String])
    }

    private var blocks: [Block] {
        let record = self.record
        var blocks: [Block] = [
            .title("Handoff \(record.label)\(record.isUnstaffed ? " (unstaffed)" : "")"),
            .rows([
                ("from", "\(record.from), \(self.name(record.by))"),
                (
                    "to",
                    "\(record.to)\(record.toPerson.map { ", \(self.name($0))" } ?? ", whoever is on watch")"
                ),
                ("custody moves", self.instant(record.custodyAt)),
                ("if nobody accepts", "the escalation path is paged at \(self.instant(record.expiresAt))"),
                ("record", self.hash.description),
            ]),
        ]
        if record.isUnstaffed {
            blocks.append(
                .list(
                    "Nobody took this over",
                    [
                        "Custody stays with \(record.from) until it is accepted. The read-back is owed.",
                        "Who must act before that: take --emergency --why CODE, case by case.",
                    ]))
        }
        if !record.risks.isEmpty { blocks.append(.list("Risks of the system", record.risks)) }
        if !record.people.isEmpty { blocks.append(.list("People", [record.people])) }
        for (number, item) in record.items.enumerated() { blocks += self.blocks(item, number + 1) }
        blocks += self.receipt
        return blocks
    }

    private func blocks(_ item: HandoffItem, _ number: Int) -> [Block] {
        var blocks: [Block] = [
            .heading(
                "\(number). \(item.handle)  \(item.severity?.word ?? "S?")"
                    + "\(item.trend.map { " \($0.word)" } ?? "")  \(item.title)")
        ]
        if !item.situation.isEmpty { blocks.append(.list("Situation", [item.situation])) }
        blocks.append(
            .list("Changed since you last had it (\(item.changeCount) events)", item.changed))
        blocks.append(
            .list(
                "Actions",
                item.actions.map { action in
                    let due = action.due.map { " by \(self.instant($0))" } ?? ""
                    return "\(action.what)\(due)\(action.isHard ? " HARD" : "")"
                }))
        blocks.append(
            .list(
                "Awaited answers",
                item.pending.isEmpty
                    ? ["none"]
                    : item.pending.map { pending in
                        let expected = pending.expected.map { self.instant($0) } ?? "nobody said when"
                        return "\(pending.partner), expected \(expected); then: \(pending.then)"
                    }))
        if !item.contingencies.isEmpty { blocks.append(.list("If, then", item.contingencies)) }
        if !item.ruledOut.isEmpty { blocks.append(.list("Ruled out, tried", item.ruledOut)) }
        if !item.copied.isEmpty { blocks.append(.list("Copied forward, check", item.copied)) }
        if !item.missing.isEmpty {
            let missing = Count.words(item.missing.count, "change")
            blocks.append(.list("Not readable where this was written", [missing]))
        }
        return blocks
    }

    /// Who signed what, as far as it is here.
    private var receipt: [Block] {
        var lines: [String] = []
        for move in self.state.moves.entries where move.body.record == self.hash {
            lines.append(
                "\(move.body.kind) by \(self.name(move.by)) at \(move.site), \(self.instant(move.at)), "
                    + "delta \(move.dot.delta.description.prefix(16))")
            for held in move.body.held where !held.missing.isEmpty {
                let parts = Count.words(held.missing.count, "part", "was", "were")
                lines.append("  \(parts) missing of a case at \(move.site)")
            }
        }
        lines += self.state.telephoneLines(self.record, self.hash)
        let count = self.state.readBackCount(self.hash)
        if count > 0 {
            let corrected = self.state.corrections(self.hash)
            lines.append("\(Count.words(count, "read-back")), \(corrected) corrected")
        }
        lines += self.state.addenda.entries.filter { $0.body.record == self.hash }.map {
            "addendum by \(self.name($0.by)), \(self.instant($0.at)): \($0.body.words)"
        }
        return lines.isEmpty ? [] : [.list("Signed", lines)]
    }

    /// Plain text, at most `width` columns, words kept whole.
    package func text(width: Int = 80) -> String {
        var lines: [String] = []
        for block in self.blocks {
            switch block {
            case .title(let title): lines += [title, String(repeating: "=", count: title.count)]
            case .heading(let heading): lines += ["", heading]
            case .rows(let rows): lines += rows.flatMap { Self.wrapped("\($0.key): \($0.value)", "", width) }
            case .list(let name, let items):
                guard !items.isEmpty else { continue }
                lines.append("\(name):")
                lines += items.flatMap { Self.wrapped($0, "  - ", width) }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func wrapped(_ text: String, _ mark: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = mark
        for word in text.split(separator: " ") {
            if line.count > mark.count, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: mark.count)
            }
            line += line.count > mark.count ? " \(word)" : String(word)
        }
        return lines + [line]
    }

    /// One file with nothing outside of it, to be printed or kept.
    package var html: String {
        var body = ""
        for block in self.blocks {
            switch block {
            case .title(let title): body += "<h1>\(HTMLText.escaped(title))</h1>\n"
            case .heading(let heading): body += "<h2>\(HTMLText.escaped(heading))</h2>\n"
            case .rows(let rows):
                body += "<table>\n"
                for row in rows {
                    body +=
                        "<tr><th>\(HTMLText.escaped(row.key))</th><td>\(HTMLText.escaped(row.value))</td></tr>\n"
                }
                body += "</table>\n"
            case .list(let name, let items):
                guard !items.isEmpty else { continue }
                body += "<h3>\(HTMLText.escaped(name))</h3>\n<ul>\n"
                for item in items { body += "<li>\(HTMLText.escaped(item))</li>\n" }
                body += "</ul>\n"
            }
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(HTMLText.escaped(self.record.label))</title>
            <style>
            body { font: 11pt/1.35 sans-serif; color: #000; background: #fff; max-width: 44em; margin: 1em auto; }
            h1 { font-size: 15pt } h2 { font-size: 12pt; margin: 1em 0 0; border-top: 1px solid #000 }
            h3 { font-size: 10pt; margin: .4em 0 0 } ul { margin: 0; padding-left: 1.2em }
            th { text-align: left; padding-right: 1em; vertical-align: top } td { overflow-wrap: anywhere }
            @page { margin: 15mm } h2, h3 { break-after: avoid }
            </style></head><body>
            \(body)</body></html>

            """
    }
}
