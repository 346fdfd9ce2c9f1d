import BatonAPI
import BatonDesk

/// The one table of the desk's commands. Grammar, help, completion and `docs/terminal.md` are made from it.
package enum CommandTable {
    package static let all: [CommandSpec] =
        Self.looking + Self.changing + ActCommands.all + Self.calendar + HandoffCommands.all + Self.team
        + StatsHandlers.commands + ExportHandlers.commands + RestHandlers.commands
        + Self.session

    /// The command that a word names, by its name or an alias; never by a beginning of it.
    package static func command(_ word: String) -> CommandName? {
        Self.all.first { $0.name.command == word || $0.aliases.contains(word) }?.name
    }

    static let reference = Parameter("case", .reference, optional: true)

    /// The page's own parts, and the sections of the case file.
    private static let showSections =
        ShowSection.allCases.map(\.rawValue)
        + CaseFile.sectionNames.filter { ShowSection(rawValue: $0) == nil }

    private static let looking: [CommandSpec] = [
        CommandSpec(
            name: .queue, aliases: ["list"], help: "the work list: gravest first, then by deadline",
            details: [
                "`team` (the default) is every open case, `mine` what you own, `unowned` what nobody "
                    + "owns, `all` also what is "
                    + "closed. The rows can be named @1, @2 … until the next list.",
                "Filters are those of `find` that a list can be made by: `type:EDR`, `sev:S0`, `tag:press`.",
            ],
            parameters: [
                Parameter("view", .choice(QueueQuery.View.allCases.map(\.rawValue)), optional: true),
                Parameter("filter", .words, optional: true),
            ],
            options: [
                CommandOption("type", .type, "only cases of that type"),
                CommandOption("sev", .severity, "only that severity"),
                CommandOption("tag", .text, "only cases with that tag"),
                CommandOption("limit", .count(1...500), "rows"),
                CommandOption("offset", .count(0...10_000_000), "leave out the first rows"),
            ],
            examples: [
                "queue", "queue mine --sev S0", "queue mine type:EDR", "queue all --type EDR --limit 50",
            ],
            handler: LookHandlers.queue),
        CommandSpec(
            name: .find, aliases: ["search"],
            help: "search titles, situations, tags and notes of this replica",
            details: [
                "Words must all occur in one text; a word may be a beginning. `\"duty officer\"` must stand there "
                    + "so, and `-test` must not.",
                "Filters: `agency:` a part of its name, `type:EDR`, `sev:S0` or `sev:S0..S2`, `owner:kim` or "
                    + "`owner:nobody`, `status:active`, `tag:`, `juris:AU-NSW`, and when a case was changed last, "
                    + "`after:-30d`, `before:2026-11-22`. Several of `type:` and `status:` are alternatives, all "
                    + "else must hold together. Filters alone list the case changed last first.",
                "The rows can be named @1, @2 … until the next list.",
            ],
            parameters: [Parameter("words", .search)],
            options: [CommandOption("limit", .count(1...500), "rows")],
            examples: [
                "find harbour bridge", "find \"call back\" --limit 5",
                "find agency:harlan type:EDR after:-30d -test",
            ], handler: LookHandlers.find),
        CommandSpec(
            name: .use, aliases: [], help: "make a case the current one; `use -` makes none current",
            details: ["The prompt shows the current case. Commands that name no case mean it."],
            parameters: [Parameter("case", .referenceOrDash, optional: true)], options: [],
            examples: ["use EDR-7K3QM2", "use @1", "use -"], handler: LookHandlers.use),
        CommandSpec(
            name: .show, aliases: [], help: "the page of a case",
            details: [
                "A value marked * has others beside it that somebody must settle. Cases with the same agency, "
                    + "reference or digest are named below: link suggest."
            ],
            parameters: [
                Self.reference,
                Parameter("section", .choice(Self.showSections), optional: true),
            ],
            options: [],
            examples: ["show", "show @2", "show EDR-7K3QM2 facts", "show EDR-7K3QM2 people"],
            handler: LookHandlers.show),
        CommandSpec(
            name: .log, aliases: ["timeline"],
            help: "the notes of a case, its signed changes, or a check of all of them",
            details: [
                "`log deltas` lists signed changes and where each is stored. `log verify` checks "
                    + "every signature and chain of this "
                    + "replica from the stored bytes, and exits 8 if something is wrong."
            ],
            parameters: [
                Self.reference, Parameter("what", .choice(["notes", "deltas", "verify"]), optional: true),
            ],
            options: [
                CommandOption("since", .span, "only what was written in that time"),
                CommandOption("limit", .count(1...500), "the newest so many"),
            ],
            examples: ["log", "log @1 --since 6h", "log EDR-7K3QM2 deltas", "log verify"],
            handler: LookHandlers.log),
    ]

    private static let changing: [CommandSpec] = [
        CommandSpec(
            name: .new, aliases: [], help: "take in a case and make it the current one",
            details: [
                "Types: " + CaseType.allCases.map(\.word).joined(separator: ", ")
                    + ". The title goes to every site: no names, no addresses. Left out, it says type, "
                    + "agency and channel."
            ],
            parameters: [
                Parameter("type", .choice(CaseType.allCases.map(\.word))),
                Parameter("title", .text, optional: true),
            ],
            options: [
                CommandOption("sev", .severity, "severity; left out, the case waits for triage"),
                CommandOption("from", .text, "the channel it came by"),
                CommandOption("agency", .text, "who asks"),
                CommandOption("received", .time, "when it reached us; left out, now"),
                CommandOption("due", .time, "the deadline"),
                CommandOption("owner", .text, "the desk name of the first owner; left out, nobody"),
                CommandOption("tag", .text, "a tag", repeats: true),
                CommandOption("note", .text, "the first note"),
            ],
            examples: [
                "new EDR \"Stated plan for tonight\" --sev S0 --from portal --agency harlan-so "
                    + "--received 02:51Z",
                "new TTL Caller reports a threat against a school",
            ], handler: ChangeHandlers.new),
        CommandSpec(
            name: .note, aliases: [], help: "add to the timeline of a case",
            details: [
                "Without text, lines are read until one that is a single dot (~p shows them, ~q "
                    + "throws them away). Quotes keep a "
                    + "first word that looks like a case from being taken for one. A note cannot be taken "
                    + "back.",
                "Notes go to every site: name people by their number in the case. With --situation the words become "
                    + "the case's one line of where it stands.",
            ],
            parameters: [Self.reference, Parameter("text", .text, optional: true)],
            options: [
                CommandOption("situation", .none, "set the situation line instead"),
                CommandOption(
                    "us-only", .none, "for text that may be stored in the US only; refused, nothing is kept"),
            ],
            examples: [
                "note --situation \"Report filed, waiting for receipt\"",
                "note Agency called back, line was poor", "note @2 \"--hold-- until counsel answers\"",
                "note",
            ],
            handler: ChangeHandlers.note),
        CommandSpec(
            name: .edit, aliases: [], help: "change a field of a case",
            details: [
                "Fields: " + EditField.allCases.map(\.rawValue).joined(separator: ", ")
                    + ". To lower a severity takes --why, and from S0 the word of a second person. `edit owner -` "
                    + "leaves the case to nobody; `edit "
                    + "status triaged` records "
                    + "the milestone."
            ],
            parameters: [
                Self.reference, Parameter("field", .choice(EditField.allCases.map(\.rawValue))),
                Parameter("value", .text),
            ],
            options: [CommandOption("why", .choice(ReasonCodes.lower), "reason for a lower severity")],
            examples: [
                "edit severity S1 --why NOT-CREDIBLE", "edit @3 owner kim", "edit EDR-7K3QM2 due +30m",
            ],
            handler: ChangeHandlers.edit),
        CommandSpec(
            name: .tag, aliases: [], help: "add tags, or take them away with a minus",
            details: [], parameters: [Self.reference, Parameter("tags", .words)], options: [],
            examples: ["tag graphic press", "tag @2 +graphic -press"], handler: ChangeHandlers.tag),
        CommandSpec(
            name: .close, aliases: [], help: "close a case, with a reason",
            details: [
                "A close closes only what it has read: changes made elsewhere that have not arrived "
                    + "keep the case open, and it says so.",
                "Reasons: " + ReasonCodes.close.joined(separator: ", ") + ".",
            ],
            parameters: [Self.reference, Parameter("text", .text, optional: true)],
            options: [CommandOption("why", .choice(ReasonCodes.close), "the reason; needed")],
            examples: [
                "close --why MITIGATED", "close EDR-7K3QM2 --why REFERRED handed to the state police",
            ],
            handler: ChangeHandlers.close),
        CommandSpec(
            name: .reopen, aliases: [], help: "open a closed case again, with a reason",
            details: ["Reasons: " + ReasonCodes.reopen.joined(separator: ", ") + "."],
            parameters: [Self.reference, Parameter("text", .text, optional: true)],
            options: [CommandOption("why", .choice(ReasonCodes.reopen), "the reason; needed")],
            examples: ["reopen --why NEW-EVIDENCE second video found"], handler: ChangeHandlers.reopen),
    ]

    private static let calendar: [CommandSpec] = [
        CommandSpec(
            name: .holdDue, aliases: [], help: "holds of all cases that end soon or have ended",
            details: ["Without a time, those of the next 30 days. A released hold is not listed."],
            parameters: [Parameter("within", .word, optional: true)],
            options: [CommandOption("limit", .count(1...500), "rows")],
            examples: ["hold due", "hold due 90d"], handler: LookHandlers.holdDue),
        CommandSpec(
            name: .slaAll, aliases: [], help: "the clocks of all open cases, the one due first first",
            details: ["The 300 most urgent open cases are looked at; it says so where there are more."],
            parameters: [],
            options: [
                CommandOption("check", .none, "exit 6 where one is past its time"),
                CommandOption("limit", .count(1...500), "rows"),
            ],
            examples: ["sla all", "sla all --check"], handler: LookHandlers.clocks),
        CommandSpec(
            name: .linkSuggest, aliases: [],
            help: "cases with the same agency, reference or digest",
            details: ["Those with most in common come first. The rows can be named @1, @2 …."],
            parameters: [Self.reference], options: [CommandOption("limit", .count(1...500), "rows")],
            examples: ["link suggest", "link suggest EDR-7K3QM2"], handler: LookHandlers.suggest),
    ]

    private static let team: [CommandSpec] = [
        CommandSpec(
            name: .conflicts, aliases: [],
            help: "what was written apart: what a person must decide, what to look at",
            details: [
                "`conflicts show 2` has both versions, who wrote them and which one holds meanwhile. "
                    + "`conflicts settle 2 b` decides by "
                    + "letter, `conflicts settle 2 keep usw` by site. A script names case and field: "
                    + "`conflicts settle EDR-7K3QM2 owner b`. `merge TEXT` writes a third value, `escalate WHOM` "
                    + "pages somebody with both histories. A settlement is a change like others: settled "
                    + "differently elsewhere, it is one new conflict."
            ],
            parameters: [
                Parameter("action", .choice(["show", "settle"]), optional: true),
                Parameter("which", .words, optional: true),
            ],
            options: [],
            examples: [
                "conflicts", "conflicts show 1", "conflicts settle 1 keep usw",
                "conflicts settle 2 escalate legal-oncall",
            ],
            handler: TeamHandlers.conflicts),
        CommandSpec(
            name: .sync, aliases: ["peers"], help: "peers: in touch or not, what waits to go and to come",
            details: [
                "`sync pause usw` stops exchange with a site until `sync resume usw`; work goes on at both. `sync "
                    + "now` dials at once whoever is out of reach, without waiting for the next try."
            ],
            parameters: [
                Parameter(
                    "action", .choice(["pause", "resume", "verify", "explain", "now"]), optional: true),
                Parameter("site", .word, optional: true),
            ],
            options: [],
            examples: [
                "sync", "sync now", "sync pause usw", "sync resume usw", "sync verify usw",
                "sync explain EDR-7K3Q",
            ],
            handler: TeamHandlers.sync),
        CommandSpec(
            name: .status, aliases: [], help: "this site at a glance",
            details: [], parameters: [], options: [], examples: ["status", "status --require-fresh"],
            handler: TeamHandlers.status),
        RosterHandlers.command,
    ]

    private static let session: [CommandSpec] = [
        CommandSpec(
            name: .help, aliases: ["?"], help: "all commands, one in full, a code, or a search",
            details: [], parameters: [Parameter("topic", .words, optional: true)], options: [],
            examples: ["help", "help close", "help check add", "help desk.no-list"],
            handler: SessionHandlers.help),
        CommandSpec(
            name: .why, aliases: [], help: "the last refusal once more, with its meaning",
            details: [], parameters: [], options: [], examples: ["why"], handler: SessionHandlers.why),
        CommandSpec(
            name: .set, aliases: [], help: "settings of this session",
            details: ["Without words it lists them. `set` never changes a case: that is `edit`."],
            parameters: [
                Parameter("name", .choice(SettingName.allCases.map(\.rawValue)), optional: true),
                Parameter("value", .word, optional: true),
            ],
            options: [], examples: ["set", "set wide on", "set scope type=EDR"], handler: SessionHandlers.set),
        CommandSpec(
            name: .alias, aliases: [], help: "names for lines that you type often",
            details: [
                "Without words it lists them; `alias NAME -` takes one away. An alias stands for the beginning of a "
                    + "line and never for a command's word; what it stands for is echoed."
            ],
            parameters: [Parameter("name", .word, optional: true), Parameter("line", .text, optional: true)],
            options: [], examples: ["alias", "alias hot \"queue team --sev S0\"", "alias hot -"],
            handler: HabitHandlers.alias),
        CommandSpec(
            name: .undo, aliases: [], help: "take back your last change by one that compensates",
            details: [
                "Fields, tags and closes of this sitting can be taken back, newest first. What happened, what was "
                    + "written down and what reached outside cannot; it says so."
            ],
            parameters: [], options: [], examples: ["undo"], handler: HabitHandlers.undo),
        CommandSpec(
            name: .quit, aliases: ["exit"], help: "leave the desk; everything is saved already",
            details: [], parameters: [], options: [], examples: ["quit"], handler: SessionHandlers.quit),
    ]
}
