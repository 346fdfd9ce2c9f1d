package import BatonAPI

/// Makes `docs/terminal.md` from the command table. A test compares the file with it.
package enum ManualText {
    package static func markdown(table: [CommandSpec] = CommandTable.all) -> String {
        let parts =
            [Self.opening, Self.overview(table)] + table.map(Self.section)
            + [Self.commonOptions, Self.settings, Self.exitCodes, Self.issueCodes]
        return parts.joined(separator: "\n")
    }

    private static let opening = """
        # The desk

        <!-- Made from the command table: BATON_WRITE_MANUAL=1 swift test --filter ManualText -->

        `baton desk` is a line of plain text: it works with `TERM=dumb`, through a pipe and with a
        screen reader. The same commands work one at a time: `baton queue --json`.

        - **Cases** are named by handle (`EDR-7K3QM2`, or its beginning from three characters on),
          by `@3` for row 3 of the list printed last, or not at all where one is current (`use`).
          Rows are frozen when the list is printed: a change through `@3` names the case that it
          met, and asks first if that case has changed since.
        - **Commands** may be shortened by people where the beginning is unique; the whole word is
          echoed. Scripts write them out.
        - **An empty line does nothing.** Nothing is ever repeated by Enter. Ctrl-C empties the
          line, Ctrl-D on an empty line leaves.
        - **Words** are split at blanks; `"…"` and `'…'` keep them together where a word begins, so
          `don't` is a word. A line that begins with `#` is a comment. `--` ends the options.
        - **Long text**: `note` without text reads lines until one that is a single `.`; `~p` shows
          them, `~e` opens `$EDITOR`, `~q` throws them away. After Ctrl-C, or where the node did not
          take it, the text is kept in this desk's memory: the next `note` of that case goes on with it.
        - **Times** are typed as `02:51Z` or `13:51+11:00` (the nearest one), `+30m`, `-2h`, `2026-11-22`,
          `2026-11-22T02:51Z`; spans as `6h`. A time that does not say where, such as `today 01:51`, is
          refused, and the refusal says what to type.
        - **The prompt** says site, person, open cases with life at stake, the next deadline, each
          peer and the current case. With `ACCESSIBLE=1` it is the case only, and tables become
          `label: value` lines. `NO_COLOR` turns bold off.
        - **News** of peers and cases is printed between commands and while the prompt is empty,
          never inside what is being typed.
        - **Stale answers say so**: `as of syd 03:12Z; usw last heard 02:34Z`.
        - **Text that could mislead** a terminal (control and bidirectional characters) is shown as
          `‹U+202E›`.
        - **The history file** holds commands and handles, never text.
        - **For programs**: `--json` gives one object a line, `--jsonl` one for each row. Every answer fits
          [desk.schema.json](desk.schema.json) and [openapi.yaml](openapi.yaml).
        - **In a pipe** the desk stops at the first error with that error's exit code; `set bail
          off` goes on.

        """

    private static func overview(_ table: [CommandSpec]) -> String {
        let rows = table.map { spec in
            let name = spec.name.rawValue
            return "| [`\(name)`](#\(name.replacing(" ", with: "-"))) | \(spec.help) |"
        }
        return (["## Commands", "", "| command | does |", "|---|---|"] + rows + [""]).joined(separator: "\n")
    }

    private static func section(_ spec: CommandSpec) -> String {
        var lines = ["## \(spec.name.rawValue)", "", "\(spec.help)", "", "```", spec.usage, "```", ""]
        for detail in spec.details { lines += [detail, ""] }
        if !spec.aliases.isEmpty {
            lines += ["Also: " + spec.aliases.map { "`\($0)`" }.joined(separator: ", ") + ".", ""]
        }
        if !spec.options.isEmpty {
            lines += ["| option | meaning |", "|---|---|"] + spec.options.map(Self.row) + [""]
        }
        return (lines + ["```"] + spec.examples + ["```", ""]).joined(separator: "\n")
    }

    private static func row(_ option: CommandOption) -> String {
        let value = option.valueWord.map { " " + $0.replacing("|", with: "\\|") } ?? ""
        return "| `--\(option.name)\(value)` | \(option.help) |"
    }

    private static let commonOptions =
        (["## Options of every command", "", "| option | meaning |", "|---|---|"] + CommonOptions.all.map(row)
        + [""])
        .joined(separator: "\n")

    private static let settings =
        (["## Settings", "", "| setting | values | meaning |", "|---|---|---|"]
        + SettingName.allCases.map {
            "| `\($0.rawValue)` | \($0.values.replacing("|", with: "\\|")) | \($0.help) |"
        } + [""])
        .joined(separator: "\n")

    private static let exitCodes =
        (["## Exit codes", "", "| code | meaning |", "|---|---|"]
        + ExitCode.allCases.map { "| \($0.rawValue) | \($0.meaning) |" } + [""]).joined(separator: "\n")

    private static let issueCodes =
        (["## Codes in brackets", "", "Codes of the node are in [operations](operations.md).", ""]
        + ["| code | exit | meaning |", "|---|---|---|"]
        + IssueKind.allCases.map { "| `\($0.rawValue)` | \($0.exit.rawValue) | \($0.meaning) |" } + [""])
        .joined(separator: "\n")
}

extension ExitCode {
    package var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .usage: "usage: the line could not be understood"
        case .noSuchThing: "no such thing"
        case .refused: "refused by policy, role or scope"
        case .humanMustChoose: "a person must choose"
        case .breached: "a deadline is breached (with `sla --check`)"
        case .stale: "answered, but a peer was not in touch (with --require-fresh)"
        case .integrity: "an integrity check failed"
        case .secondPersonAwaited: "a second person is awaited"
        case .tryAgain: "try again"
        }
    }
}
