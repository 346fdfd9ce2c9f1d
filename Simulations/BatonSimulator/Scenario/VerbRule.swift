/// Says which members a verb takes: what the reader holds to, and what its complaints and the manual are made
/// of.
package struct VerbRule: Sendable {
    package enum Member: String, Sendable, CaseIterable {
        case site, peer, by, count, how, to
        case span = "for"
        case label = "case"
        case writes = "write"
    }

    package let verb: Verb
    package let required: [Member]
    package let optional: [Member]
    package let help: String

    package static let all: [VerbRule] = [
        VerbRule(
            verb: .write, required: [.site, .label, .writes], optional: [],
            help: "a person at `site` changes a case, all of `write` in one delta"),
        VerbRule(
            verb: .baton, required: [.site, .label, .how], optional: [],
            help: "a person at `site` moves the baton of a case: the first of `how` that the rules allow, of "
                + BatonWish.forms.joined(separator: ", ")),
        VerbRule(
            verb: .handoff, required: [.site, .how], optional: [.count],
            help: "the watch at `site` gives at most `count` cases, takes or ends a handoff, as `how` says: "
                + WatchWish.forms.joined(separator: ", ")),
        VerbRule(
            verb: .decide, required: [.site, .label, .how], optional: [],
            help:
                "a person at `site` proposes what two people must agree to, or agrees: the first of `how` that "
                + "the desk allows, of " + DecisionWish.forms.joined(separator: ", ")),
        VerbRule(
            verb: .compare, required: [.site, .peer], optional: [],
            help: "a person at `site` compares its log with that of `peer`, by the ids of what both hold"),
        VerbRule(
            verb: .cut, required: [.site], optional: [.peer, .span],
            help: "cuts `site` off `peer`, or off everybody; links break, dialling fails"),
        VerbRule(
            verb: .heal, required: [], optional: [.site, .peer],
            help: "takes every fault of the network away, between two sites or everywhere"),
        VerbRule(
            verb: .block, required: [.site, .peer], optional: [.span],
            help: "lets nothing pass from `site` to `peer`; the other direction works, nobody is told"),
        VerbRule(
            verb: .flap, required: [.site, .peer, .count, .span], optional: [],
            help: "cuts and joins `count` times, each `for` so long"),
        VerbRule(
            verb: .halfOpen, required: [.site, .peer], optional: [],
            help: "`site` loses its links to `peer`, which does not notice"),
        VerbRule(
            verb: .breakLinks, required: [.site, .peer], optional: [], help: "resets the links of a pair once"
        ),
        VerbRule(
            verb: .pausePeer, required: [.site, .peer], optional: [.span],
            help: "a person at `site` pauses the exchange with `peer`; no link to it is opened or taken"),
        VerbRule(
            verb: .removePeer, required: [.site, .peer], optional: [.span],
            help: "`peer` goes from the list of those that `site` dials; after `for` it is there again"),
        VerbRule(
            verb: .stall, required: [.site, .peer, .count, .span], optional: [],
            help: "after `count` more bytes the stream from `site` stands still"),
        VerbRule(
            verb: .reset, required: [.site, .peer, .count], optional: [],
            help: "after `count` more bytes from `site` the connection breaks, in mid-frame"),
        VerbRule(
            verb: .delay, required: [.site, .peer, .how], optional: [],
            help: "`how`: `constant 80ms`, `exponential 50ms`, `lognormal 75ms 20`, `heavy 40ms`; both ways"),
        VerbRule(
            verb: .bandwidth, required: [.site, .peer, .count], optional: [],
            help: "`count` kilobit a second from `site` to `peer`"),
        VerbRule(
            verb: .loss, required: [.site, .peer, .count], optional: [],
            help: "`count` in a thousand pieces from `site` are lost and sent again"),
        VerbRule(
            verb: .dribble, required: [.site, .peer], optional: [.span],
            help: "bytes from `site` come one at a time"),
        VerbRule(
            verb: .deaf, required: [.site, .span], optional: [],
            help: "`site` stops reading: a window of zero"),
        VerbRule(
            verb: .record, required: [.site, .peer], optional: [],
            help: "keeps what `site` sends to `peer` from its next connection on"),
        VerbRule(
            verb: .replay, required: [.site, .peer], optional: [],
            help: "plays the recorded connection to `peer` again, hours later"),
        VerbRule(verb: .jump, required: [.site, .by], optional: [], help: "the wall clock jumps"),
        VerbRule(
            verb: .drift, required: [.site, .by], optional: [],
            help: "`by`: how far the wall clock runs ahead or behind in a day"),
        VerbRule(verb: .freeze, required: [.site], optional: [.span], help: "the wall clock stands still"),
        VerbRule(
            verb: .setClock, required: [.site, .to], optional: [], help: "sets the wall clock to a moment"),
        VerbRule(
            verb: .crash, required: [.site], optional: [.span, .count, .how],
            help: "the process dies, after `count` more effects if given, and starts again after `for`; "
                + "`how`: `machine` makes the start a new incarnation"),
        VerbRule(
            verb: .pause, required: [.site, .span], optional: [],
            help: "the process stands still, then goes on"),
        VerbRule(
            verb: .slow, required: [.site, .count], optional: [.span],
            help: "work takes `count` times as long"),
        VerbRule(
            verb: .upgrade, required: [.site], optional: [],
            help: "the site gets a build with one field more; its state is folded anew"),
        VerbRule(verb: .backup, required: [.site], optional: [], help: "copies the disk"),
        VerbRule(
            verb: .restore, required: [.site], optional: [.span],
            help: "puts the last backup back; a new incarnation starts after `for`"),
        VerbRule(
            verb: .amnesia, required: [.site], optional: [.span],
            help: "the disk is lost; the same keys start on an empty one"),
        VerbRule(
            verb: .clone, required: [.site], optional: [],
            help: "a second machine starts on a copy of the disk, in an incarnation of its own"),
        VerbRule(
            verb: .liveClone, required: [.site], optional: [],
            help: "a second machine goes on from a snapshot of the memory: one incarnation, twice"),
        VerbRule(verb: .endClone, required: [.site], optional: [], help: "the clone is switched off"),
        VerbRule(
            verb: .diskFault, required: [.site, .how], optional: [.count],
            help: "a fault waits on the disk: `how`: `full`, `read-fails`, `write-fails`, `sync-fails`, "
                + "`sync-lies`, `misdirected` or `stop`, then if wanted `database` or `log`, and `after 12` "
                + "operations; it strikes `count` times in a row"),
        VerbRule(
            verb: .powerLoss, required: [.site], optional: [.how, .span],
            help: "the machine loses power and starts again after `for`; what was not synced is `how`: "
                + "`kept`, `dropped`, `garbled`, `torn` or `mixed`"),
        VerbRule(
            verb: .rot, required: [.site], optional: [.how, .count, .span],
            help: "the node stops, `count` bits of its `database` or `log` (`how`) flip, and it starts again "
                + "after `for`"),
        VerbRule(
            verb: .retire, required: [.site], optional: [],
            help: "a membership entry, imported at `site`, takes all roles from that site's operator"),
        VerbRule(
            verb: .lie, required: [.site, .how], optional: [.peer, .label],
            help: "a lying member does what `how` says: see the list of lies"),
        VerbRule(
            verb: .quiet, required: [], optional: [.span],
            help: "lets `for` pass and demands that whoever can reach each other is equal"),
    ]

    package static func of(_ verb: Verb) -> VerbRule {
        guard let rule = Self.all.first(where: { $0.verb == verb }) else {
            preconditionFailure("the verb \(verb.rawValue) has no rule")
        }
        return rule
    }
}

/// What a lying member can do.
package enum Lie: String, Sendable, CaseIterable {
    /// Two deltas at one place of its own log, one to each side.
    case equivocate
    /// A delta in another site's name, with a signature that is none.
    case forge
    /// A forged delta in front of a real one of the same site.
    case forgeRun = "forge-run"
    /// A delta whose context names deltas that nobody has.
    case ghosts
    /// A stamp ten years ahead.
    case future
    /// Claims to have everything.
    case haveAll = "have-all"
    /// Claims to have numbers that nobody can have.
    case haveTooMuch = "have-too-much"
    /// Claims to have nothing.
    case haveNothing = "have-nothing"
    /// Sends no deltas any more.
    case withhold
    /// A frame with a length of two gigabytes.
    case hugeFrame = "huge-frame"
    /// More deltas in a chunk than allowed.
    case hugeChunk = "huge-chunk"
    /// A delta over the limit.
    case hugeDelta = "huge-delta"
    /// An honest delta with another part.
    case wrongPart = "wrong-part"
    /// An honest delta with a key that is not its own.
    case wrongKey = "wrong-key"
    /// A delta in the name of another site's operator.
    case impersonate
    /// A delta that skips its own predecessor on the document.
    case skipPrevious = "skip-previous"
    /// A body that does not fit its field.
    case badBody = "bad-body"
    /// A membership entry that no root signed.
    case membership
    /// A part in a compartment that the receiver may not store.
    case restrictedPart = "restricted-part"
    /// Messages out of turn.
    case outOfTurn = "out-of-turn"
    /// A receipt for what it does not hold.
    case receipt
    /// A receipt that another key has signed.
    case forgedReceipt = "forged-receipt"
    /// Pings without end.
    case flood
    /// Proposes what two people must agree to, and agrees as well.
    case approveOwn = "approve-own"
    /// Proposes something else under the key of what others have agreed to.
    case proposeOver = "propose-over"
    /// A delta by an operator who has lost every role that may write, naming the very entry that says so.
    case retired

    /// What any moment may draw. The lie of who was retired follows the retirement.
    static let drawn = Self.allCases.filter { $0 != .retired }

    /// What no peer may send: whoever gets it closes the link.
    package var isBreach: Bool { [.hugeFrame, .hugeChunk, .hugeDelta, .outOfTurn].contains(self) }
}
