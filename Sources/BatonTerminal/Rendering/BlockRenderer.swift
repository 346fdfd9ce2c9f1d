/// Turns blocks into lines. Pure.
package struct BlockRenderer: Sendable {
    package let options: RenderOptions

    package init(_ options: RenderOptions) { self.options = options }

    /// - Returns: Lines that end with a line break, or nothing.
    package func text(_ blocks: [Block]) -> String {
        let lines = blocks.flatMap { self.options.format == .plain ? self.plain($0) : self.lines($0) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func lines(_ block: Block) -> [String] {
        switch block {
        case .blank: return self.options.isAccessible ? [] : [""]
        case .line(let text): return [self.fitted(SafeText.line(text))]
        case .heading(let text): return [self.strong(self.fitted(SafeText.line(text)))]
        case .paragraph(let text, let indent): return self.paragraph(text, indent: indent)
        case .item(let text): return self.item(text)
        case .fields(let fields): return self.fields(fields)
        case .table(let table): return self.options.isAccessible ? self.spoken(table) : self.table(table)
        }
    }

    private func fitted(_ text: String) -> String {
        guard let columns = self.options.columns else { return text }
        return DisplayWidth.fit(text, columns: columns)
    }

    private func strong(_ text: String) -> String {
        self.options.isStyled ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    }

    private func paragraph(_ text: String, indent: Int) -> [String] {
        let space = String(repeating: " ", count: self.options.isAccessible ? 0 : indent)
        return SafeText.lines(text).flatMap { line -> [String] in
            guard let columns = self.options.columns else { return [space + line] }
            return DisplayWidth.wrap(line, columns: columns - space.count).map { space + $0 }
        }
    }

    private func item(_ text: String) -> [String] {
        // A line may be indented itself: what follows stands two further in.
        let start = text.prefix { $0 == " " }.count
        let line = SafeText.line(String(text.dropFirst(start)))
        let first = String(repeating: " ", count: start)
        guard let columns = self.options.columns else { return [first + line] }
        let space = self.options.isAccessible ? first : first + "  "
        let wrapped = DisplayWidth.wrap(line, columns: columns - start - 2)
        return wrapped.enumerated().map { ($0.offset == 0 ? first : space) + $0.element }
    }

    private func fields(_ fields: [BlockField]) -> [String] {
        if self.options.isAccessible {
            return fields.flatMap { field -> [String] in
                // Further lines of a value are indented: none can pass for a field of its own.
                let lines = SafeText.lines(field.value)
                return ["\(SafeText.line(field.label)): \(lines[0])"] + lines.dropFirst().map { "  \($0)" }
            }
        }
        let width = fields.map { DisplayWidth.of(SafeText.line($0.label)) }.max() ?? 0
        return fields.flatMap { field -> [String] in
            let label = DisplayWidth.padded(SafeText.line(field.label), columns: width)
            let wrapped = SafeText.lines(field.value).flatMap { line -> [String] in
                guard let columns = self.options.columns else { return [line] }
                return DisplayWidth.wrap(line, columns: columns - width - 2)
            }
            let space = String(repeating: " ", count: width)
            return wrapped.enumerated().map { "\($0.offset == 0 ? label : space)  \($0.element)".trimmedEnd }
        }
    }

    /// One row after another, each value with its heading; an empty value is not spoken.
    private func spoken(_ table: Table) -> [String] {
        table.rows.flatMap { row in
            zip(table.columns, row).compactMap { column, cell in
                cell.isEmpty ? nil : "\(column.heading): \(SafeText.line(cell))"
            }
        }
    }

    private func table(_ table: Table) -> [String] {
        let rows = table.rows.map { $0.map(SafeText.line) }
        let widths = self.widths(table, rows)
        let heading = self.row(table.columns.map(\.heading), table, widths)
        return [self.strong(heading)] + rows.flatMap { self.wrapped($0, table, widths) }
    }

    private func widths(_ table: Table, _ rows: [[String]]) -> [Int] {
        var widths = table.columns.indices.map { index in
            rows.reduce(DisplayWidth.of(table.columns[index].heading)) { max($0, DisplayWidth.of($1[index])) }
        }
        guard let columns = self.options.columns else { return widths }
        let isGiving = table.columns.firstIndex(where: \.gives) ?? table.columns.count - 1
        let gaps = max(0, widths.count - 1) * 2
        var excess = widths.reduce(0, +) + gaps - columns
        // The giving column shrinks first, then the widest of the others, until the row fits.
        let least = 8
        let given = min(max(0, excess), max(0, widths[isGiving] - least))
        widths[isGiving] -= given
        excess -= given
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 4
        {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func wrapped(_ cells: [String], _ table: Table, _ widths: [Int]) -> [String] {
        let lines = zip(zip(cells, table.columns), widths).map { pair, width in
            pair.1.wraps && self.options.columns != nil ? DisplayWidth.wrap(pair.0, columns: width) : [pair.0]
        }
        return (0..<(lines.map(\.count).max() ?? 0)).map { number in
            self.row(lines.map { number < $0.count ? $0[number] : "" }, table, widths)
        }
    }

    private func row(_ cells: [String], _ table: Table, _ widths: [Int]) -> String {
        let pieces = zip(zip(cells, table.columns), widths).map { pair, width in
            let cell = DisplayWidth.fit(pair.0, columns: width)
            return pair.1.isRightAligned
                ? DisplayWidth.padded(left: cell, columns: width) : DisplayWidth.padded(cell, columns: width)
        }
        return pieces.joined(separator: "  ").trimmedEnd
    }

    /// Tabs between the columns, no headings, nothing shortened.
    private func plain(_ block: Block) -> [String] {
        switch block {
        case .blank: []
        case .line(let text), .heading(let text): [SafeText.line(text)]
        case .paragraph(let text, _), .item(let text): SafeText.lines(text)
        case .fields(let fields): fields.map { "\(SafeText.line($0.label))\t\(SafeText.line($0.value))" }
        case .table(let table): table.rows.map { $0.map(SafeText.line).joined(separator: "\t") }
        }
    }
}

extension String {
    /// Without blanks at the end.
    var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
