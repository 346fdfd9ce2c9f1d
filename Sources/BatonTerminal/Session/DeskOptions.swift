import Foundation

/// What a desk is given when it opens; `set` and the options of a command change copies of it.
package struct DeskOptions: Sendable {
    package var render = RenderOptions()
    /// False with `--no-input`.
    package var mayAsk = true
    package var requiresFresh = false
    /// Stop at the first error when the input is a script.
    package var bails = true
    /// Rows of a list, 1…500.
    package var rowLimit = 20
    package var wantsNotices = true
    /// The width to come back to after `set wide off`.
    package var screenColumns = 80
    /// Rows to come back to after `set pager on`.
    package var screenRows = 24
    /// Ring the bell for news of a case with life at stake.
    package var mayRing = false
    /// The desk name to act as; nil takes the only one that the user may use.
    package var actingAs: String?
    /// Where command names and handles are kept; nil keeps nothing.
    package var historyPath: String?
    /// Where aliases are kept; nil keeps them for the sitting.
    package var aliasPath: String?
    /// Rows of the screen, where long answers stop for a person; nil never stops.
    package var pageRows: Int?
    /// Lets a person edit text in a program of theirs; nil where there is none. Nil when it failed.
    package var edit: (@Sendable (String) -> String?)?
    /// How often news is looked for.
    package var noticeInterval: Duration = .seconds(2)
    /// Milliseconds since 1970.
    package var now: @Sendable () -> Int64
    /// A new idempotency key, different each time; at most 64 bytes.
    package var newKey: @Sendable () -> String

    package init(now: @escaping @Sendable () -> Int64, newKey: @escaping @Sendable () -> String) {
        self.now = now
        self.newKey = newKey
    }

    /// The options of a process: clock, width, `NO_COLOR`, `ACCESSIBLE`, `TERM`, `BATON_AS`.
    ///
    /// - Parameters:
    ///   - isTerminal: Whether standard output is one; without it nothing is bold and no bell rings.
    ///   - columns, rows: The terminal's size; nil or 0 where unknown.
    package static func process(
        environment: [String: String], isTerminal: Bool, columns: Int?, rows: Int? = nil
    ) -> DeskOptions {
        var options = DeskOptions(
            now: { Int64(Date().timeIntervalSince1970 * 1_000) }, newKey: { UUID().uuidString.lowercased() })
        let isDumb = environment["TERM"] == "dumb" || environment["TERM"] == nil
        let noColour = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        options.render.isAccessible = environment["ACCESSIBLE"].map { !$0.isEmpty && $0 != "0" } ?? false
        options.render.isStyled = isTerminal && !isDumb && !noColour && !options.render.isAccessible
        let width = columns.flatMap { $0 >= 20 ? $0 : nil } ?? 80
        options.screenColumns = min(width, 200)
        options.render.columns = options.screenColumns
        options.screenRows = rows.flatMap { $0 >= 5 ? $0 : nil } ?? 24
        if isTerminal, !isDumb, !options.render.isAccessible { options.pageRows = options.screenRows }
        options.mayRing = isTerminal && !options.render.isAccessible
        options.actingAs = environment["BATON_AS"].flatMap { $0.isEmpty ? nil : $0 }
        return options
    }

    /// These options with those of one command on top.
    func adding(_ command: Command) -> DeskOptions {
        var options = self
        if command.has("json") { options.render.format = .json }
        if command.has("jsonl") { options.render.format = .jsonl }
        if command.has("plain") { options.render.format = .plain }
        if command.has("wide") { options.render.columns = nil }
        if command.has("utc") { options.render.isUTC = true }
        if command.has("no-input") { options.mayAsk = false }
        if command.has("require-fresh") { options.requiresFresh = true }
        options.render.now = self.now()
        return options
    }
}
