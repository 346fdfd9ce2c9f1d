"""Seeded scripts for the desk: what each command may answer, and the check of a reply against that."""

import dataclasses
import random

import _desk
from sites import expect

LENGTH = 200
TYPES = ("EDR", "CSEA", "TTL", "MCE", "SENS", "OTHER")
FIELDS = ("agency", "decision", "owner")
WORDS = ("bridge harbour caller threat video partner line agency tonight school reply upload account queue zürich "
         "東京 naïve \u202egnorw don't 50% *star* [link] \\back").split()


@dataclasses.dataclass(frozen=True)
class Step:
    """One command of a script, and what may come of it."""

    line: str
    # The schema of its data.
    value: str
    # The codes that it may be refused with; "" is success.
    codes: tuple = ("",)
    exits: tuple = (0,)
    # The text that a note or a new case must hold afterwards.
    text: str = ""

    @property
    def bytes(self):
        return self.line.encode()


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Author:
    """Writes seeded commands about some cases."""

    KINDS = {"note": 6, "long": 2, "edit": 6, "tag": 3, "new": 3, "close": 2, "reopen": 2}

    def __init__(self, seed, refs, owner):
        self.source = random.Random(seed)
        self.refs = refs
        self.owner = owner
        self.number = 0

    def words(self, count):
        self.number += 1
        return " ".join([f"n{self.number}", *self.source.choices(WORDS, k=count)])

    def ref(self):
        return self.source.choice(self.refs)

    def change(self):
        """A change that a node which answers makes."""
        ref, pick = self.ref(), self.source.choice
        text = self.words(self.source.randint(1, 9))
        kind = self.source.choices(list(self.KINDS), list(self.KINDS.values()))[0]
        if kind == "note":
            return Step(f"note {ref} {quoted(text)}", "ChangeReport", text=text)
        if kind == "long":
            # Lines that would be commands: they are text, also where the note is refused.
            lines = [text, "", self.words(3), "queue", f"close {ref} --why MITIGATED"]
            return Step("\n".join([f"note {ref}", *lines, "."]), "ChangeReport", text="\n".join(lines))
        if kind == "edit":
            field = pick((
                "title", "situation", "source", "reference", "severity", "due", "received", "status", "owner"))
            value = {
                # Only ever graver: to lower one is a triage (`desk_commands`), with a checklist that a close waits for.
                "severity": "S0", "due": "+30m", "received": "-2h",
                "status": pick(("acknowledged", "triaged", "active", "contained")),
                "owner": pick((self.owner, "-"))}.get(field, quoted(text))
            return Step(f"edit {ref} {field} {value}", "ChangeReport")
        if kind == "tag":
            return Step(f"tag {ref} +{pick(WORDS[:6])} -{pick(WORDS[:6])}", "ChangeReport")
        if kind == "new":
            more = pick(("", " --sev S0 --due +1h --tag a --tag b", f" --owner {self.owner} --from portal",
                         " --agency harlan-so --received -1h"))
            note = self.words(4)
            return Step(f"new {pick(TYPES)} {quoted(text)}{more} --note {quoted(note)}", "ChangeReport", text=note)
        why = "MITIGATED" if kind == "close" else "NEW-EVIDENCE"
        return Step(f"{kind} {ref} --why {why} {quoted(text)}", "ChangeReport")

    def look(self):
        """A command that reads, or one about the session."""
        ref, pick = self.ref(), self.source.choice
        line, value = pick((
            ("queue", "QueueReply"), (f"queue all --type {pick(TYPES)} --limit 50", "QueueReply"),
            ("queue mine --sev S0", "QueueReply"), ("list closed --offset 1", "QueueReply"),
            (f"find {quoted(pick(WORDS[:12]))}", "FindReply"), ("find n1 --limit 5", "FindReply"),
            (f"use {ref}", "CurrentReport"), ("use @1", "CurrentReport"), ("use", "CurrentReport"),
            (f"show {ref}", "CaseReply"), ("show @2 facts", "CaseReply"),
            (f"show {ref.lower()} conflicts", "CaseReply"),
            (f"log {ref}", "TimelineReply"), (f"log {ref} --since 6h --limit 3", "TimelineReply"),
            (f"log {ref} deltas", "LogReply"), ("log verify", "VerifyReply"),
            ("conflicts", "ConflictsReply"), ("sync", "SyncReply"), ("status", "StatusReply"),
            ("help", "HelpPage"), (f"help {pick(_desk.COMMANDS)}", "HelpPage"), ("help desk.no-list", "HelpPage"),
            ("set", "SettingsReport"), (f"set {pick(('utc', 'wide', 'accessible', 'notices'))} on", "SettingsReport"),
            ("set limit 50", "SettingsReport"), ("why", "WhyReport")))
        # The list printed last may be too short for a row.
        return Step(line, value, ("", "desk.no-such-row") if "@" in line else ("",))

    def slip(self):
        """A command that is refused."""
        ref = self.ref()
        line, code = self.source.choice((
            ("frobnicate", "grammar.unknown-command"), ("queue --frob", "grammar.unknown-option"),
            ("queue --limit 0", "grammar.bad-value"), ("find \"open", "grammar.unclosed-quote"),
            ("new EDR", "grammar.missing-argument"), (f"use {ref} {ref}", "grammar.too-many-arguments"),
            ("queue --sev", "grammar.missing-value"), ("status --utc=yes", "grammar.unwanted-value"),
            ("show @999", "desk.no-such-row"), (f"close {ref}", "desk.reason-needed"),
            (f"edit {ref} owner xyzzy", "api.bad-value"), (f"note {ref} \"\"", "desk.empty-text"),
            ("help zzz", "desk.no-such-topic"), ("sync pause xyz", "desk.no-such-peer"),
            (f"conflicts settle {ref} situation b", "desk.no-such-conflict"), ("show EDR-12", "grammar.not-a-handle"),
            ("show " + "0" * 32, "api.no-such-case"), (f"note {ref} x --no-input=1", "grammar.unwanted-value")))
        return Step(line, "", (code,), exits=())


def script(author, disputed, peer):
    """The 200 steps: the fixed ones, then seeded ones between them."""
    first = [
        Step("set bail off", "SettingsReport"), Step("use @1", "", ("desk.no-list",)),
        Step("note nowhere", "", ("desk.no-current-case",)),
        Step(f"note\nclose {disputed} --why MITIGATED\n.", "", ("desk.no-current-case",)),
        Step(f"note EDR-12\nclose {disputed} --why MITIGATED\n.", "", ("grammar.not-a-handle",)),
        Step("set limit 50", "SettingsReport"),
        Step("queue", "QueueReply"), Step("use @1", "CurrentReport"), Step("show", "CaseReply"),
        Step("note At the current case.", "ChangeReport", text="At the current case."),
        Step("use -", "CurrentReport"), Step("conflicts", "ConflictsReply"),
        Step("conflicts show 1", "ConflictPage"),
        *(Step(f"conflicts show {disputed} {field}", "ConflictPage") for field in FIELDS),
        Step(f"conflicts settle {disputed} agency keep {peer}", "ChangeReport"),
        Step(f"conflicts settle {disputed} agency b", "", ("desk.no-such-conflict",)),
        Step(f"conflicts settle {disputed} decision b", "ChangeReport"),
        Step(f"set scope case={disputed}", "SettingsReport"),
        Step(f"note {author.refs[0]} x", "", ("desk.out-of-scope",)), Step("set scope off", "SettingsReport"),
        Step(f"edit {author.refs[0]} severity S1 --why INSUFFICIENT", "ChangeReport"),
        Step(f"edit {author.refs[0]} severity S4", "", ("desk.reason-needed",)), Step("why", "WhyReport"),
        Step(f"sync pause {peer}", "SyncReply"), Step("status --require-fresh", "StatusReply", exits=(7,)),
        Step("queue --require-fresh", "QueueReply", exits=(7,))]
    last = [Step(f"sync resume {peer}", "SyncReply"), Step("log verify", "VerifyReply"), Step("quit", "NoData")]
    kinds = author.source.choices(
        (author.change, author.look, author.slip), (5, 5, 2), k=LENGTH - len(first) - len(last))
    return [*first, *(kind() for kind in kinds), *last]


def check(step, reply, place):
    """Holds one reply against its step."""
    where = f"command {place} ({step.line.splitlines()[0][:60]})"
    code = reply.get("problem", {}).get("code", "")
    expect(code in step.codes, f"{where} was answered with {code or 'success'}, not {step.codes}: {reply}")
    if not code:
        expect(reply["exit"] in step.exits, f"{where} has exit {reply['exit']}, not {step.exits}")
        name = step.line.split()[0]
        expect(reply["command"] == {"list": "queue"}.get(name, name), f"{where} calls itself {reply['command']}")
        _desk.demand(step.value, reply["data"], where)


def changes_of(author, count):
    """A script that mostly changes; nothing in it is refused by a node that answers."""
    looks = ("queue", "status", "sync")
    schemas = {"queue": "QueueReply", "status": "StatusReply", "sync": "SyncReply"}
    for _ in range(count):
        if author.source.random() < 0.8:
            yield author.change()
        else:
            name = author.source.choice(looks)
            yield Step(name, schemas[name])
