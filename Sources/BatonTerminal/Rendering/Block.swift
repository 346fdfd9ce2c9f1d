/// What an answer is made of, before it is known how it will look. Text in it is as stored: the renderer
/// makes it safe.
package enum Block: Sendable, Equatable {
    /// One line; shortened when too long.
    case line(String)
    /// Broken into lines at blanks.
    case paragraph(String, indent: Int)
    /// Broken into lines at blanks; all but the first are indented, so that one entry is told from the next.
    case item(String)
    /// A line that stands out.
    case heading(String)
    case fields([BlockField])
    case table(Table)
    case blank
}

package struct BlockField: Sendable, Equatable {
    package let label: String
    package let value: String

    package init(_ label: String, _ value: String) {
        self.label = label
        self.value = value
    }
}

/// Rows under headings. Every row has as many cells as there are columns.
package struct Table: Sendable, Equatable {
    package struct Column: Sendable, Equatable {
        package let heading: String
        package let isRightAligned: Bool
        /// The column that gives way when the screen is narrow; one at most.
        package let gives: Bool
        /// Breaks what does not fit into lines: instructions are read to their end.
        package let wraps: Bool

        package init(
            _ heading: String, right isRightAligned: Bool = false, gives: Bool = false, wraps: Bool = false
        ) {
            self.heading = heading
            self.isRightAligned = isRightAligned
            self.gives = gives
            self.wraps = wraps
        }
    }

    package let columns: [Column]
    package private(set) var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    package mutating func add(_ cells: [String]) {
        precondition(
            cells.count == self.columns.count, "\(cells.count) cells for \(self.columns.count) columns")
        self.rows.append(cells)
    }
}

/// How an answer looks.
package struct RenderOptions: Sendable, Equatable {
    package var format: OutputFormat = .text
    /// Nil for as wide as need be.
    package var columns: Int? = 80
    /// Tables become `label: value` lines, for people who listen.
    package var isAccessible = false
    package var isUTC = false
    /// Bold headings; meaning never depends on it.
    package var isStyled = false
    /// Milliseconds since 1970.
    package var now: Int64 = 0
    package var zones: [ZoneLabel] = ZoneLabel.team

    package init() {}

    package var clock: ClockText { ClockText(now: self.now, zones: self.isUTC ? [] : self.zones) }
}

package enum OutputFormat: String, Sendable, CaseIterable {
    case text, json, jsonl, plain
}
