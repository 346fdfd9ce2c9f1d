import BatonDesk

/// The watch handoff and the brief, as rows of the command table.
enum HandoffCommands {
    private static let which = Parameter("handoff", .word, optional: true)
    private static let named = CommandOption(
        "handoff", .text, "a handoff's label or id; left out, the one that can be meant")

    private static let rows = CommandOption(
        "rows", .count(1...100_000), "how many that have ended; left out, 20. All others are listed")

    static let all: [CommandSpec] = Self.looking + Self.leaving + Self.receiving

    private static func spec(
        _ name: String, _ help: String, details: [String] = [], parameters: [Parameter] = [],
        options: [CommandOption] = [], examples: [String], handler: @escaping CommandSpec.Handler
    ) -> CommandSpec {
        CommandSpec(
            name: CommandName(rawValue: name), aliases: [], help: help, details: details,
            parameters: parameters, options: options, examples: examples, handler: handler)
    }

    private static let looking: [CommandSpec] = [
        Self.spec(
            "brief", "what changed since this site last had each case in hand",
            details: [
                "The gravest cases first, one line each, on one screen; a case in full: `brief EDR-7K3QM2`."
            ],
            parameters: [CommandTable.reference],
            options: [
                CommandOption("since", .span, "what changed in that time instead"),
                CommandOption("rows", .count(3...100_000), "lines at most; left out, 20"),
            ],
            examples: ["brief", "brief @1", "brief --since 8h"], handler: HandoffHandlers.brief),
        Self.spec(
            "handoff", "the shift's handoffs, newest first",
            details: [
                "A leaver drafts and offers; custody stays where it is until the receiver has read back the gravest "
                    + "cases and accepted. Whatever is typed is saved at once."
            ],
            options: [Self.rows], examples: ["handoff", "handoff --rows 200"], handler: HandoffHandlers.list),
        Self.spec(
            "handoff status", "the shift's handoffs, or one of them in full", parameters: [Self.which],
            options: [Self.rows],
            examples: ["handoff status", "handoff status HO-1122-SU"], handler: HandoffHandlers.status),
        Self.spec(
            "handoff print", "one handoff as a page that stands alone on paper",
            parameters: [Self.which],
            options: [CommandOption("html", .text, "write a web page to this new file instead")],
            examples: ["handoff print", "handoff print HO-1122-SU --html handoff.html"],
            handler: HandoffHandlers.page),
    ]

    private static let leaving: [CommandSpec] = [
        Self.spec(
            "handoff draft", "begin a handoff, or see what the draft still needs",
            details: [
                "It fills itself from the cases whose baton this site holds. With --case only those are handed on; "
                    + "with --keep a case stays."
            ],
            options: [
                CommandOption("to", .text, "a desk name, or a site for its watch"),
                CommandOption("at", .time, "when custody is to move; left out, now"),
                CommandOption("case", .text, "hand on this case; others stay", repeats: true),
                CommandOption("keep", .text, "this case stays", repeats: true),
            ],
            examples: ["handoff draft --to kim --at 23:00Z", "handoff draft --keep @2", "handoff draft"],
            handler: HandoffHandlers.draft),
        Self.spec(
            "handoff say", "what only a person knows of a case that is handed on",
            parameters: [CommandTable.reference],
            options: [
                CommandOption("situation", .text, "where it stands, in one line"),
                CommandOption("trend", .choice(Trend.allCases.map(\.word)), "where it is going"),
                CommandOption("if", .text, "an if-then plan", repeats: true),
                CommandOption("ruled-out", .text, "what was tried or ruled out", repeats: true),
                CommandOption("pending", .choice(["none"]), "no answer is awaited"),
                CommandOption(
                    "people", .text, "who saw graphic material, who needs rest: only what they want told"),
            ],
            examples: [
                "handoff say @1 --situation \"Report filed, waiting for receipt\" --trend same",
                "handoff say @1 --if \"if no receipt by noon then ring the duty officer\" --pending none",
            ], handler: HandoffHandlers.say),
        Self.spec(
            "handoff offer", "offer the draft; custody stays here until it is accepted",
            options: [CommandOption("unstaffed", .none, "nobody is there: the record stands alone")],
            examples: ["handoff offer", "handoff offer --unstaffed"], handler: HandoffHandlers.offer),
        Self.spec(
            "handoff withdraw", "take back an offer that is not accepted yet", parameters: [Self.which],
            examples: ["handoff withdraw"], handler: HandoffHandlers.end),
        Self.spec(
            "handoff addendum", "add words to an accepted handoff; its record stays as it was",
            parameters: [Parameter("words", .text)],
            options: [CommandOption("case", .text, "about this case"), Self.named],
            examples: ["handoff addendum --case EDR-7K3QM2 \"The agency rang after we left\""],
            handler: HandoffHandlers.addendum),
    ]

    private static let receiving: [CommandSpec] = [
        Self.spec(
            "handoff accept", "take over: read the gravest cases back, then the rest",
            details: [
                "Each grave case is shown, and your words are compared with the record: dates, times, names. A "
                    + "mismatch is shown, and you say it again. A case that has changed hands before within a day is "
                    + "read back on the telephone as well, or you say why not. Leave at any time with Ctrl-C: what "
                    + "was read back stays, and `handoff accept` goes on there. A script gives one line for each case.",
                "What the record lacks becomes an action of the case: y where you are asked, or at any time a line "
                    + "that begins with +, such as `+ ring the duty officer by 23:30Z`. It is yours, stands in the "
                    + "receipt, and you stay where you are. Another person's: `handoff action`.",
            ],
            parameters: [Self.which],
            options: [CommandOption("all", .none, "take the less grave cases without a read-back")],
            examples: ["handoff accept", "handoff accept HO-1122-SU --all"], handler: HandoffHandlers.accept),
        Self.spec(
            "handoff readback", "read one case back",
            parameters: [Parameter("case", .reference), Parameter("words", .text)],
            options: [
                CommandOption("telephone", .none, "it was read back on the telephone too"),
                CommandOption("gap", .text, "why it could not be read back on the telephone"), Self.named,
            ],
            examples: ["handoff readback EDR-7K3QM2 \"paperwork due 29 nov, ring the agency first\""],
            handler: HandoffHandlers.readBack),
        Self.spec(
            "handoff action", "add what an offered case lacks, as an action of it",
            details: [
                "It becomes a step of the case (`check`) and a line of the receipt. After the accept: `check add`."
            ],
            parameters: [Parameter("case", .reference), Parameter("words", .text)],
            options: [
                CommandOption("owner", .text, "who is to do it; you where it is left out"),
                CommandOption("due", .time, "until when"), Self.named,
            ],
            examples: ["handoff action EDR-7K3QM2 \"confirm the removal to the authority\" --due +2h"],
            handler: HandoffHandlers.action),
        Self.spec(
            "handoff decline", "decline an offer, with a reason; custody stays with the leaver",
            parameters: [Self.which],
            options: [CommandOption("why", .choice(ReasonCodes.decline), "the reason; needed")],
            examples: ["handoff decline --why TOO-MANY"], handler: HandoffHandlers.end),
        Self.spec(
            "handoff acknowledge", "confirm that an offer to you was withdrawn", parameters: [Self.which],
            examples: ["handoff acknowledge"], handler: HandoffHandlers.end),
    ]
}
