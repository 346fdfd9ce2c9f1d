import Foundation

/// Shows how far an import is, on standard error: a bar that redraws itself on a terminal, lines in a pipe.
package struct ImportProgress {
    package enum Style: Sendable {
        case silent
        /// Redrawn in place, at most ten times a second.
        case bar
        /// One line a second.
        case lines
    }

    private let style: Style
    private let started = ContinuousClock.now
    private var shown: ContinuousClock.Instant?

    package init(_ style: Style) { self.style = style }

    /// - Parameters:
    ///   - done: Bytes read, of `total`.
    ///   - rows: Rows read.
    package mutating func show(done: Int, total: Int, rows: Int) {
        guard self.style != .silent else { return }
        let now = ContinuousClock.now
        let pause: Duration = self.style == .bar ? .milliseconds(100) : .seconds(1)
        if let shown = self.shown, shown.duration(to: now) < pause { return }
        self.shown = now
        let seconds = max(1, self.started.duration(to: now).milliseconds) / 1000
        let text = Self.text(done: done, total: total, rows: rows, rate: Int64(rows) / max(1, seconds))
        switch self.style {
        case .silent: break
        case .bar: Self.write("\r\(Self.bar(done: done, total: total)) \(text)   ")
        case .lines: Self.write(text + "\n")
        }
    }

    package mutating func end() {
        // A blank line over the bar, so that the summary begins a line of its own.
        if self.style == .bar, self.shown != nil {
            Self.write("\r\(String(repeating: " ", count: 78))\r")
        }
    }

    static func text(done: Int, total: Int, rows: Int, rate: Int64) -> String {
        "\(Self.percent(done, total))%  \(rows) rows  \(rate) rows/s"
    }

    static func bar(done: Int, total: Int) -> String {
        let filled = Self.percent(done, total) * 30 / 100
        return "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: 30 - filled))]"
    }

    private static func percent(_ done: Int, _ total: Int) -> Int {
        total > 0 ? min(100, max(0, done) * 100 / total) : 0
    }

    private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
