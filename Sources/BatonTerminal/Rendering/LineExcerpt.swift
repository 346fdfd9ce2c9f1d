/// The part of a typed line in which something is wrong, with a caret under the place.
enum LineExcerpt {
    private static let indent = "  "

    /// - Parameters:
    ///   - column: Characters from 1.
    ///   - columns: The width of the screen; nil for as wide as need be.
    /// - Returns: Two safe lines.
    static func lines(of line: String, column: Int, columns: Int?) -> [String] {
        var before = SafeText.line(String(line.prefix(column - 1)))
        let after = SafeText.line(String(line.dropFirst(column - 1)))
        var cut = ""
        if let columns {
            let room = max(8, columns - Self.indent.count)
            if DisplayWidth.of(before) > room / 2 {
                cut = "…"
                while !before.isEmpty, DisplayWidth.of(before) > room / 2 - 1 { before.removeFirst() }
            }
            let shown = DisplayWidth.fit(cut + before + after, columns: room)
            return [Self.indent + shown, Self.caret(cut + before)]
        }
        return [Self.indent + before + after, Self.caret(before)]
    }

    private static func caret(_ before: String) -> String {
        Self.indent + String(repeating: " ", count: DisplayWidth.of(before)) + "^"
    }
}
