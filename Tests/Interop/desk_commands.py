"""Every command of the desk does its work on a real node, and another site reads the same.

Two rounds of one story, by two people: with --json (each reply held against docs/openapi.yaml and
docs/desk.schema.json), and as plain text with ACCESSIBLE=1 NO_COLOR=1 TERM=dumb while the other site is away. After
each round both sites are equal and the other site has every change that was answered for. Then fifty bad inputs: one
sentence what, one what to do, a documented code, the right exit code, and nothing changed.
"""

import contextlib
import datetime
import hashlib
import itertools
import json
import os
import pathlib
import pty
import re
import subprocess
import tempfile

import _desk
import _nodes
from sites import Failure, even, expect, make_team

DIGEST = "5b" * 32
# Commands that a module of their own drives by their lines: a hand-over (`watch_handoff`) and its brief
# (`desk_transcripts`), and the settling of a field (`heal_conflicts`).
ELSEWHERE = {"handoff", "brief", "settle"}


FOLDER = pathlib.Path(tempfile.gettempdir())


def story(case, other, fresh):
    """(person, line, exit) in order. Each person's lines of one stretch are one sitting."""
    kim, pat = "kim", "pat"
    return [
        (kim, f"use {case}", 0),
        (kim, "triage --type EDR --sev S0 --intent y --capability y --specific y --juris US", 0),
        (kim, "show", 0), (kim, "show people", 0), (kim, "triage --trend worse", 0),
        (kim, "check", 0), (kim, "check add \"ring the authority\" --owner kim --due +2h", 0), (kim, "check done 1", 0), (kim, "check skip 2 --why OVERTAKEN", 0),
        (kim, "check reopen 2", 0),
        (kim, "sla", 0), (kim, "sla all", 0), (kim, "sla attach eu.tco --order 2", 0),
        (kim, "sla correct eu.tco/2 --received -10m --note \"stamped on the order\"", 0),
        (kim, "sla pause edr.decide --why WAIT-LE --for \"harlan-so, form\"", 0), (kim, "sla resume edr.decide", 0),
        (kim, "sla meet eu.tco/2 --note \"removed and confirmed\"", 0),
        (kim, "sla unmeet eu.tco/2 --note \"it was another order\"", 0), (kim, "sla meet eu.tco/2", 0),
        (kim, "subject add suspect --country US --age adult --account active", 0), (kim, "subject", 0),
        (kim, "subject set subj:1 --account suspended", 0),
        (kim, "verify channel --result ok", 0), (kim, "verify domain sheriff.harlan.example --result ok", 0),
        (kim, "verify callback --number dir:217 --spoke \"duty lieutenant\" --result ok", 0),
        (kim, "verify document --result ok", 0), (kim, "verify minimum --result ok", 0),
        (kim, "verify history --result ok", 0),
        (kim, "verify gap supervisor --why GAP-SUPERVISOR --note \"night desk has none\"", 9),
        (kim, "verify emergency --whose adult --danger \"stated plan\" --why-now \"six hours\" --data location"
              " --why-not-process \"judge unreachable\"", 0),
        (kim, "verify fraud suspected --why FRAUD-SUSPECTED --note \"seal of another county\"", 0),
        (pat, f"use {case}", 0), (pat, "verify fraud cleared --note \"the seal is theirs\"", 0),
        (pat, "approve gap:1", 0), (pat, "decide", 0),
        (kim, f"use {case}", 0),
        (kim, f"decide disclose --items \"last-login-ip,phone\" --basis us.2702c4 --confirm {case}", 9),
        (pat, f"use {case}", 0), (pat, "show awaiting", 0), (pat, "decide confirm", 0),
        (kim, f"use {case}", 0),
        (kim, f"decide delivered dec:1 --to harlan-so --manifest {DIGEST} --confirm {case}", 0),
        (kim, f"export --for LE --html {FOLDER}/{case}-le.html --confirm {case}", 0),
        (kim, f"export --for counsel --redact us --html {FOLDER}/{case}-counsel.html", 0),
        (kim, f"export stats month --html {FOLDER}/{case}-stats.html", 0), (kim, "evidence", 0),
        (kim, f"decide partial --items phone --basis us.2702c4 --gap GAP-SUPERVISOR --confirm {case}", 9),
        (kim, "decide withdraw dec:2", 0), (kim, "decide preserve-only --why PRESERVE-ONLY", 9),
        (kim, "decide withdraw dec:3", 0), (kim, "decide refuse --why REFUSED-UNVERIFIED", 9),
        (kim, "decide withdraw dec:4", 0),
        (kim, "contain suspend subj:1 --why TTL-IMMINENT", 0), (kim, "contain", 0),
        (kim, "contain fail suspend subj:1 --note \"tool refused\"", 0),
        (kim, "contain suspend subj:1 --why TTL-IMMINENT", 0), (kim, "contain cancel suspend subj:1", 0),
        (kim, "contain suspend subj:1 --why TTL-IMMINENT", 0), (kim, "contain done suspend subj:1", 0),
        (kim, "contain confirm suspend subj:1", 0), (kim, "contain reverse suspend subj:1", 0),
        (kim, "hold add us.2703f", 0), (kim, "hold", 0), (kim, "hold renew us.2703f", 0), (kim, "hold due 400d", 0),
        (kim, "hold release us.2703f --note \"process served\"", 0), (kim, "hold add legal --until 2027-11-22", 0),
        (kim, "hold destroy AFP-2026-114 --note \"AFP, liaison officer\"", 0),
        (pat, f"use {case}", 0),
        (pat, f"hold counsel AFP-2026-114 keep --note \"the year runs\" --confirm {case}", 0),
        (kim, f"use {case}", 0),
        (kim, "report NCMEC draft --set incident.type=enticement --filled reported.account --test", 0),
        (kim, "report NCMEC retract", 0),
        (kim, f"evidence add log --sha256 {DIGEST} --how export --ref locker:14", 0), (kim, "evidence", 0),
        (kim, "evidence move ev:1 --to \"AFP liaison\" --purpose investigation", 0),
        (kim, f"evidence verify ev:1 --sha256 {DIGEST}", 0),
        (kim, "contact log AFP \"rang duty officer\" --ask --expect 20m --then \"ring again\"", 0),
        (kim, "contact", 0),
        (kim, "contact expect AFP +2h \"ring the duty officer\"", 0),
        (kim, "contact answer AFP \"officer on the way\"", 0),
        (kim, "contact log local-police \"rang\" --ask", 0), (kim, "contact drop local-police overtaken", 0),
        (kim, "page us-lead --situation \"stated plan\" --recommendation \"approve dec:1\"", 0),
        (pat, f"use {case}", 0), (pat, "page answer page:1", 0),
        (kim, f"use {case}", 0), (kim, f"link {other} same-subject", 0), (kim, "link suggest", 0),
        (kim, f"link drop {other} same-subject", 0),
        (kim, "review start", 0), (kim, "review", 0), (kim, "review answer judgement.well \"the call-back\"", 0),
        (kim, "review action \"add the number\" --owner kim --due +14d --proof \"it rings\"", 0),
        (kim, "review done action:1 --proof \"rang it\"", 0),
        (kim, "custody", 0), (kim, "take", 0), (kim, "assign pat", 0), (kim, "assign usw", 0),
        (kim, "assign withdraw", 0),
        (kim, "note Agency called back", 0), (kim, "note --situation \"Waiting for the form\"", 0),
        (kim, "log --verify", 0), (kim, "link --suggest", 0), (kim, "queue mine type:EDR", 0),
        (kim, "stats week --by type", 0), (kim, "roster now us-lead", 0), (kim, "edit situation \"Waiting for the paper\"", 0),
        (kim, "edit agency harlan-so", 0), (kim, "undo", 0), (kim, "tag +press", 0), (kim, "log", 0),
        (kim, "log deltas", 0), (kim, "log verify", 0), (kim, "edit severity S1 --why INSUFFICIENT", 9),
        (kim, "queue mine", 0), (kim, "find agency:harlan type:EDR", 0), (kim, "find \"called back\"", 0),
        (kim, "status", 0), (kim, "sync", 0), (kim, "sync now", 0), (kim, "sync now usw", 0), (kim, f"sync explain {case}", 0), (kim, "conflicts", 0),
        (kim, "roster", 0), (kim, "roster gaps --days 60", 0), (kim, "stats month", 0),
        (kim, "rest", 0), (kim, "rest mine --days 7", 0), (kim, "rest start 10m", 0), (kim, "rest swap graphic", 0),
        (pat, "rest team", 0),
        (kim, "rest swap withdraw", 0),
        (kim, f"use {case}", 0), (kim, "help triage", 0), (kim, "why", 0), (kim, "set limit 5", 0), (kim, "alias", 0),
        (kim, f"{fresh} \"A second one\" --agency harlan-so --sev S4", 0), (kim, "close --why BENIGN", 0),
        (kim, "reopen --why NEW-EVIDENCE", 0), (kim, "quit", 0),
    ]


def name_of(line, table):
    """The command of a line by the table: two words where it has such a form."""
    words = meant(line).split()
    pair = " ".join(words[:2])
    return pair if pair in table else words[0]


def meant(line):
    """The table's own words for another way to say it."""
    return line.replace("log --verify", "log verify").replace("link --suggest", "link suggest")


def value_of(line, name):
    pair = " ".join(meant(line).split()[:2])
    if pair in ("show awaiting", "show people"):
        return "FileReply"
    if line in ("contain", "approve", "verify"):
        return "FileReply"
    if line.startswith("edit severity"):
        return "ActReport"
    values = _desk.desk()["x-commands"]
    return values.get(pair) or values.get(name, "ActReport")


def sittings(steps):
    """Stretches of one person, as (person, steps)."""
    found = []
    for person, line, code in steps:
        if not found or found[-1][0] != person:
            found.append((person, []))
        found[-1][1].append((line, code))
    return found


def deltas_of(reply):
    data = reply.get("data", {})
    return data.get("deltas") if "savedAt" in data else data.get("change", {}).get("deltas")


def with_json(site, steps, table):
    """Plays a story with --json; gives what was done: {case id: [delta]} and the commands."""
    done, wrote, commands, wrong = {}, {}, set(), []
    for person, lines in sittings(steps):
        replies, _ = _desk.run(site, [b"set bail off", *(line.encode() for line, _ in lines)], "--as", person)
        expect(len(replies) == len(lines) + 1, f"{len(lines)} lines of {person} got {len(replies) - 1} replies")
        for (line, code), reply in zip(lines, replies[1:]):
            said = reply.get("problem", {})
            if reply["exit"] != code:
                wrong.append(f"{person}: {line}: exit {reply['exit']}, not {code}: {said}")
                continue
            name = name_of(line, table)
            expect(reply["command"] == name, f"{line} was answered as {reply['command']}")
            _desk.demand(value_of(line, name), reply["data"], line)
            commands.add(name)
            if idle(line, name, reply, done):
                wrong.append(f"{person}: {line}: nothing was written")
            # The check itself: what a command that does nothing would answer must not pass.
            for lie in ([], sorted(itertools.chain(*done.values()))[:1]):
                if changes(line, name) and not idle(line, name, told(reply, lie), done):
                    wrong.append(f"{line}: an answer with the changes {lie} would pass")
            if deltas_of(reply):
                about = reply["data"].get("summary") or reply["data"]["change"]["summary"]
                done.setdefault(about["id"], []).extend(deltas_of(reply))
                if changes(line, name):
                    wrote.update({delta: name for delta in deltas_of(reply)})
    expect(not wrong, "\n    ".join([f"{len(wrong)} lines did otherwise:", *wrong]))
    return done, wrote, commands


def changes(line, name):
    """The line is to change a case: by what its answer must be, not by what it was."""
    return value_of(line, name) in ("ActReport", "ChangeReport")


def idle(line, name, reply, done):
    """A line that is to change a case answers for no change of its own."""
    known = set(itertools.chain(*done.values()))
    return changes(line, name) and not set(deltas_of(reply) or []) - known


def told(reply, deltas):
    """The same answer for other changes."""
    data = reply["data"]
    data = {**data, "deltas": deltas} if "savedAt" in data else {**data, "change": {**data["change"], "deltas": deltas}}
    return {**reply, "data": data}


def bare():
    return {**os.environ, "ACCESSIBLE": "1", "NO_COLOR": "1", "TERM": "dumb", "SWIFT_BACKTRACE": "enable=no"}


def as_text(site, steps):
    """Plays a story as plain text for people who listen; gives the text."""
    texts = []
    for person, lines in sittings(steps):
        script = "".join(line + "\n" for line, _ in [("set bail off", 0), *lines])
        done = subprocess.run(
            [site.baton, "desk", "--dir", str(site.folder), "--as", person], input=script.encode(),
            capture_output=True, timeout=_desk.PATIENCE, check=False, env=bare())
        text = done.stdout.decode()
        expect(not done.stderr, f"{person} was refused: {done.stderr.decode()[:400]}")
        wanted = next((code for _, code in lines if code), 0)
        expect(done.returncode == wanted, f"{person}: exit {done.returncode}, not {wanted}")
        found = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2500-\u259f\u2028-\u202e\u2066-\u2069]", text)
        expect(not found, f"a sign that a screen reader trips over: {found and found.group()!r}")
        texts.append(text)
    return "\n".join(texts)


def held(site, done, wrote):
    """Every delta of these cases is applied at a site, and each command's is about what the command is for."""
    with _nodes.Desk(site) as desk:
        for case, deltas in done.items():
            log = desk.call("GET", f"/v1/cases/{case}/log")["deltas"]
            fates = {each["id"]: each["fate"] for each in log}
            for each in log:
                name = wrote.get(each["id"])
                fields = {operation["field"] for operation in each["operations"]}
                expect(not name or fields & WRITES[name.split()[0]], f"{name} wrote {fields} and not what it is for")
            gone = [delta for delta in deltas if fates.get(delta) != "applied"]
            expect(not gone, f"{site.name} lacks {len(gone)} of {len(deltas)} changes of {case}")
    return sum(map(len, done.values()))


# What the other site must say of the case when the story is told: (section, item, state).
ENDINGS = [
    ("steps", "1", "done"), ("people", "subj:1", None), ("decisions", "dec:1", None),
    ("containment", "suspend/subj:1", "reversed"), ("holds", "legal", "held"), ("holds", "us.2703f", "released"),
    ("evidence", "ev:1", None), ("pages", "page:1", None), ("review", "action:1", None), ("clocks", "eu.tco/2", "met"),
]


def endings(site, case):
    sections = {each["name"]: each for each in site.ask("GET", f"/v1/cases/{case}/file")["sections"]}
    for section, item, state in ENDINGS:
        found = [each for each in sections.get(section, {"items": []})["items"] if each["id"] == item]
        expect(found, f"{site.name} has no {item} among the {section} of {case}")
        expect(state in (None, found[0]["state"]), f"{item} is {found[0]['state']} at {site.name}, not {state}")


# What each changing command writes, by its first word: one of these fields at least.
WRITES = {
    "approve": {"verification"}, "assign": {"custody"}, "check": {"steps"}, "close": {"closure"},
    "contact": {"contacts"}, "contain": {"containment"}, "decide": {"decisions"},
    "edit": {"triage", "situation", "agency"}, "evidence": {"evidence"}, "hold": {"holds"}, "link": {"links"},
    "new": {"type"}, "note": {"note", "situation"}, "page": {"pages"}, "reopen": {"closure"},
    "report": {"reports"}, "review": {"review"}, "sla": {"clocks"}, "subject": {"subjects"}, "tag": {"tags"},
    "take": {"custody"}, "triage": {"triage"}, "undo": {"agency"}, "verify": {"verification"},
}
LONG = "x" * 70_000
# (line, code, exit). The case is CASE, the other one OTHER.
BAD = [
    ("frobnicate", "grammar.unknown-command", 2), ("queue sideways", "grammar.bad-value", 2),
    ("queue --sev S9", "grammar.bad-value", 2), ("queue --limit 0", "grammar.bad-value", 2),
    ("queue --colour", "grammar.unknown-option", 2), ("queue --sev", "grammar.missing-value", 2),
    ("queue --json=yes", "grammar.unwanted-value", 2), ("find", "grammar.missing-argument", 2),
    ("find \"open", "grammar.unclosed-quote", 2), ("find type:XYZ", "find.bad-filter", 2),
    ("find after:soon", "find.bad-filter", 2), ("find -type:EDR", "find.no-negation", 2),
    ("find owner:nemo", "find.bad-filter", 2), ("find ***", "api.bad-query", 2),
    ("show EDR-ZZZZZZZZZZ", "api.no-such-case", 3), ("show EDR", "grammar.not-a-handle", 2),
    ("show @1", "desk.no-list", 3), ("note @7 x", "desk.no-list", 3),
    ("tag +press", "desk.no-current-case", 2), ("note CASE \" \"", "desk.empty-text", 2),
    (f"note CASE {'y' * 40_000}", "grammar.too-long", 2), (f"note CASE {LONG}", "grammar.too-long", 2),
    ("note CASE bell \x07 here", "grammar.unreadable-text", 2), (b"note CASE \xff\xfe", "grammar.unreadable-text", 2),
    ("triage CASE --note \"turned \u202e round\"", "text.unprintable", 2),
    ("triage CASE --note \"mail me at jane@example.org\"", "text.personal-data", 4),
    ("triage CASE --note " + "z" * 600, "text.too-long", 2),
    ("triage CASE --sev S3 --intent y --capability y --specific y", "triage.contradiction", 4),
    ("triage CASE --sev S2", "triage.lowering-needs-reason", 4),
    ("triage CASE --juris mars!", "triage.bad-jurisdiction", 2),
    ("edit CASE severity S3", "desk.reason-needed", 4), ("edit CASE due soon", "grammar.bad-value", 2),
    ("edit CASE due 2026-02-30", "grammar.bad-value", 2), ("edit CASE owner nemo", "api.bad-value", 2),
    ("check done CASE 99", "check.no-such-step", 3), ("check skip CASE 5 --why BORED", "code.unknown", 2),
    ("sla pause CASE eu.tco/1 --why WAIT-LE --for them", "sla.hard-clock", 4),
    ("sla meet CASE nope", "sla.no-such-clock", 3), ("sla meet CASE eu.tco/1 --at +2h", "sla.in-future", 2),
    ("sla correct CASE eu.tco/1 --note why", "sla.nothing", 2),
    ("sla unmeet CASE eu.tco/1 --note why", "sla.not-met", 4),
    ("verify CASE nonsense --result ok", "verify.no-such-gate", 3),
    ("verify CASE callback --number +61255501234 --spoke her --result ok", "verify.number-not-ours", 4),
    ("decide disclose CASE --items phone --basis us.2702c4", "disclose.gates-open", 4),
    ("decide disclose CASE --items phone --basis us.nothing", "decide.no-such-basis", 3),
    ("approve CASE dec:9", "item.unknown", 3), ("contain CASE suspend subj:9 --why TTL-IMMINENT", "item.unknown", 3),
    ("contain done CASE suspend cont:1", "contain.no-such", 3), ("hold add CASE us.nothing", "hold.no-such-rule", 3),
    ("hold add CASE legal --until 2020-01-01", "hold.past-end", 2), ("hold due soon", "grammar.bad-value", 2),
    ("evidence add CASE log --sha256 12 --how export", "value.not-a-digest", 2),
    ("report CASE nothing draft", "report.no-such-form", 3),
    ("link OTHER-ZZZZZZ related --case CASE", "api.no-such-case", 3),
    ("close CASE", "desk.reason-needed", 4), ("close CASE --why CONTAINED", "close.open-items", 4),
    ("reopen CASE --why BORED", "grammar.bad-value", 2), ("conflicts settle 9 a", "desk.no-list", 3),
    ("sync pause mars", "desk.no-such-peer", 3), ("sync explain", "grammar.missing-argument", 2),
    ("assign CASE nemo", "custody.no-such-person", 3), ("take CASE --emergency --why BORED", "code.unknown", 2),
    ("rest start soon", "grammar.bad-value", 2), ("rest start 9h", "rest.bad-length", 2),
    ("rest swap withdraw", "rest.no-swap", 4), ("rest swap sideways", "grammar.bad-value", 2),
    ("roster assign no-such 2027-01-04 kim", "roster.no-such-rotation", 3),
    ("export stats", "grammar.missing-argument", 2),
    ("export CASE --for LE --html /nowhere/x.html --confirm CASE", "export.no-basis", 4),
    ("export CASE --for counsel --html /nowhere/x.html", "desk.file-unwritable", 1),
    ("export CASE --for counsel --html /etc/hostname", "desk.file-exists", 4),
    ("export CASE --html x.html", "grammar.missing-argument", 2),
    ("export CASE --for press --html x", "grammar.bad-value", 2),

    ("note CASE --us-only the caller's name", "desk.compartment-closed", 4),
    ("decide confirm CASE", "grammar.bad-value", 2), ("queue owner:kim", "grammar.bad-value", 2),
    ("queue type:XYZ", "grammar.bad-value", 2), ("sync now mars", "desk.no-such-peer", 3),
    ("roster now nobody-there", "grammar.bad-value", 2), ("stats week --by person", "grammar.bad-value", 2),
    ("undo", "desk.nothing-to-undo", 3), ("help nothing-of-that-name", "desk.no-such-topic", 3),
    ("set scope moon=full", "grammar.bad-value", 2), ("hold counsel CASE X keep --note why", "hold.no-such-order", 3),
    # Last: what follows a refused `note` without words is its text.
    ("note", "desk.no-current-case", 2),
]


def bad_inputs(site, case, other):
    before = site.digest()
    lines = [line if isinstance(line, bytes) else line.encode() for line, _, _ in BAD]
    lines = [re.sub(rb"\bCASE\b", case.encode(), line) for line in lines]
    replies, _ = _desk.run(site, [b"set bail off", *lines], "--as", "kim", "--no-input")
    expect(len(replies) == len(lines) + 1, f"{len(lines)} bad lines got {len(replies) - 1} replies")
    documented = "".join((_desk.DOCS / name).read_text() for name in ("operations.md", "terminal.md"))
    wrong = []
    for (line, code, leaves), reply in zip(BAD, replies[1:]):
        shown = repr(line[:60])
        problem = reply.get("problem", {"code": "nothing", "message": json.dumps(reply)[:200], "hint": "-"})
        got = (problem["code"], reply["exit"])
        if got != (code, leaves):
            wrong.append(f"{shown}: {got}, not {(code, leaves)}: {problem['message']}")
            continue
        expect(f"`{code}`" in documented, f"{code} is in no handbook")
        for sentence in (problem["message"], problem["hint"]):
            # It begins with a capital, or with the name of a thing: `text`, eu.tco/1, dec:9, S1.
            begins = sentence[0].isupper() or re.match(r"[`@<]|--[a-z]|[a-z]+[.:/-]", sentence)
            expect(begins and sentence[-1] != " ", f"{shown}: no sentence: {sentence}")
        known = line.split()[0] if isinstance(line, str) else "note"
        if code.startswith("grammar.") and code not in ("grammar.unknown-command", "grammar.unreadable-text",
                                                        "grammar.too-long", "grammar.unclosed-quote"):
            expect(reply.get("command", "").split()[:1] == [known], f"{shown}: command {reply.get('command')}")
    expect(not wrong, "\n    ".join([f"{len(wrong)} bad inputs were answered otherwise:", *wrong]))
    after = site.digest()
    expect(after["stateDigest"] == before["stateDigest"] and after["deltas"] == before["deltas"], "something changed")
    return len(BAD)


def stale_row(site, case):
    """A change through @1 asks when the case has changed since; nobody is there, so it exits 5."""
    pipe = _desk.Pipe(site, "--as", "kim", "--no-input")
    try:
        pipe.process.stdin.write(b"set bail off\nfind agency:harlan\n")
        pipe.process.stdin.flush()
        pipe.reply()
        rows = [hit["summary"]["ref"] for hit in pipe.reply()["data"]["hits"]]
        place = rows.index(case) + 1
        site.ask("POST", f"/v1/cases/{case}/changes", {"operations": [
            {"action": "append", "field": "note", "value": "meanwhile"}]}, headers=["baton-as: pat"])
        pipe.process.stdin.write(f"tag @{place} +graphic\n".encode())
        pipe.process.stdin.close()
        reply = pipe.reply()
    finally:
        pipe.discard()
    expect((reply["problem"]["code"], reply["exit"]) == ("desk.changed-since-listed", 5), f"{reply}")


def one_shot(site, *arguments, code=0, env=None):
    done = subprocess.run([site.baton, *arguments, "--dir", str(site.folder), "--as", "kim"], capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=_desk.PATIENCE, check=False, env=env)
    expect(done.returncode == code, f"{arguments}: exit {done.returncode}, not {code}: {done.stdout}{done.stderr}")
    return done.stdout.decode()


def doors(site, case):
    """The process's door is the desk's: formats, widths, and exit codes without a terminal."""
    reply = json.loads(one_shot(site, "queue", "--sev", "S9", "--json", code=2))
    expect(reply["command"] == "queue", f"a grammar error says no command: {reply}")
    for line in one_shot(site, "queue").splitlines():
        expect(len(line) <= 80, f"a line of {len(line)} columns: {line}")
    rows = [json.loads(line) for line in one_shot(site, "queue", "--jsonl").splitlines()]
    expect(rows and all("ref" in row for row in rows), f"rows of a queue: {rows[:1]}")
    expect("\t" in one_shot(site, "queue", "--plain"), "--plain has no tabs")
    one_shot(site, "sla", case, "--check", code=0)
    one_shot(site, "triage", case, "--no-input", code=2)


def people(baton, root):
    """A team of two whose first site has two people under one user id."""
    user = os.getuid()
    return make_team(baton, root, ("syd", "usw"), people={
        "syd": [f"kim:{user}:specialist,lead", f"pat:{user}:specialist,lead,root-keeper", f"sam:{user}:analyst"], "usw": [f"usw-op:{user}:lead"]})


def main(baton, python):
    global FOLDER
    with tempfile.TemporaryDirectory(prefix="baton-desk-") as root:
        FOLDER = pathlib.Path(root)
        syd, usw = people(baton, root)
        with _nodes.running(syd, usw):
            check(syd, usw)
            rests(syd, usw, pathlib.Path(root))


def check(syd, usw):
    made = [syd.ask("POST", "/v1/cases", {"type": "EDR", "title": title, "agency": "harlan-so"})
            for title in ("The first story", "The second story", "Another matter", "Bad inputs")]
    first, second, other, bad = [each["detail"]["summary"]["ref"] for each in made]
    page = json.loads(one_shot_desk(syd, "help"))
    table = {entry["name"] for entry in page["data"]["entries"]}
    done, wrote, commands = with_json(syd, story(first, other, "new EDR"), table)
    mine = {name for name in table if name.split()[0] not in ELSEWHERE}
    left = sorted(mine - commands - ALONE)
    expect(not left, f"commands that the story leaves out: {left}")
    even([syd, usw])
    count = held(usw, done, wrote)
    endings(usw, first)
    exported(usw, first)
    print(f"  {len(commands)} commands with --json, {count} changes read back at {usw.name}")
    usw.stop()
    text = as_text(syd, story(second, other, "new EDR"))
    expect("as of syd" in text, "no answer says that it may be old while the other site is away")
    usw.start([syd])
    even([syd, usw])
    endings(usw, second)
    print(f"  the same story as text for people who listen, {len(text.splitlines())} lines, while {usw.name} was away")
    opening = [f"triage {bad} --type EDR --sev S0 --intent y --capability y --specific y",
               f"sla attach {bad} eu.tco --order 1"]
    _desk.run(syd, [line.encode() for line in opening], "--as", "kim")
    print(f"  {bad_inputs(syd, bad, other)} bad inputs refused in words; nothing changed")
    stale_row(syd, bad)
    doors(syd, bad)
    away(syd, usw, other)


# Played by `away`, which wants an answer of each and reads it back at the other site: what one site alone cannot do.
AWAY = {"export handoff", "assign decline", "assign acknowledge", "custody confirm", "custody hold", "custody settle",
        "depose"}
# Played by their lines elsewhere: a site whose disk went back (`custody_recovery`), a lost change (`released_past`).
ALONE = AWAY | {"custody recover", "release"}


def away(syd, usw, case):
    """An offer that is declined at the other site, one that is withdrawn and acknowledged, and an emergency."""
    def at(site, *lines, who=None, codes=None):
        replies, _ = _desk.run(site, [b"set bail off", f"use {case}".encode(), *(line.encode() for line in lines)],
                               *(["--as", who] if who else []))
        for line, reply, code in zip(lines, replies[2:], codes or [0] * len(lines)):
            expect(reply["exit"] == code, f"{line} at {site.name}: {reply}")
            played.add(reply["command"])

    def held_by(holder, epoch, *marks):
        """What both sites say of the baton."""
        even([syd, usw])
        for site in (syd, usw):
            row = site.ask("GET", f"/v1/cases/{case}")["detail"]["summary"]
            expect((row["ownerSite"], row["epoch"]) == (holder, epoch), f"{site.name}: {row}")
            section = site.ask("GET", f"/v1/cases/{case}/file?section=custody")["sections"][0]
            text = json.dumps([item for item in section["items"] if "in hand" in item["marks"]])
            expect(all(mark in text for mark in marks), f"{site.name} does not say {marks}: {text}")
    played = set()
    at(syd, "assign usw", who="kim")
    even([syd, usw])
    at(usw, "assign decline --why TOO-MANY")
    even([syd, usw])
    at(syd, "assign usw", "assign withdraw", who="kim")
    even([syd, usw])
    at(usw, "assign acknowledge")
    even([syd, usw])
    at(usw, "take --emergency --why S0")
    even([syd, usw])
    at(usw, "custody hold", "custody")
    at(syd, "handoff draft --to usw-op --at +1h", f"export handoff --html {FOLDER}/handoff.html", who="kim")
    expect("<h1>Handoff" in (FOLDER / "handoff.html").read_text(), "no handoff in the file")
    held_by("usw", "1'", "emergency take (S0)")
    # The holder is back and decides: only what stands against an act that has read it is settled.
    at(syd, "custody hold", "custody settle usw", who="kim")
    held_by("usw", "1", "by settlement")
    # An offer beside one that was taken back and not acknowledged: what is accepted must be confirmed.
    at(usw, "assign syd", "assign withdraw", "assign syd")
    even([syd, usw])
    at(syd, "take", who="kim")
    held_by("syd", "2'", "needs confirm")
    at(syd, "assign acknowledge", "custody confirm", who="kim")
    held_by("syd", "2", "accepted")
    at(syd, "assign usw", who="kim")
    even([syd, usw])
    at(usw, "take")
    held_by("usw", "3")
    at(syd, f"depose usw syd --confirm {case}", who="pat")
    held_by("syd", "4", "heir of a deposed site")
    at(usw, "review")
    expect(AWAY <= played, f"not played: {AWAY - played}")
    print("  offers declined and withdrawn, an emergency settled, a confirm and a deposition, between two sites")


def exported(site, case):
    """The files are whole, each is in the register that the other site has, and none says what it must not."""
    register = {}
    for item in site.ask("GET", f"/v1/cases/{case}/file?section=evidence")["sections"][0]["items"]:
        register.update({detail["value"]: item["id"] for detail in item["details"] if detail["key"] == "sha256"})
    for reader in ("le", "counsel"):
        path = FOLDER / f"{case}-{reader}.html"
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        expect(digest in register, f"{site.name} has no {path.name} in the register: {register}")
        expect(path.stat().st_mode & 0o777 == 0o600, f"{path.name} is readable by others")
        text = path.read_text()
        for reach in ("http:", "https:", "<script", "src="):
            expect(reach not in text, f"{path.name} reaches out: {reach}")
    outside = (FOLDER / f"{case}-le.html").read_text()
    expect(DIGEST in outside, "the manifest's digest is not in the file for law enforcement")
    for hidden in ("kim", "pat", "night desk has none", "duty lieutenant"):
        expect(not re.search(rf"\b{hidden}\b", outside), f"`{hidden}` is in the file for law enforcement")
    print("  case files for law enforcement and counsel: digests in the register of the other site")


def rests(syd, usw, root):
    """Counters: off without a notice, each person's own, team totals for leads; a wish is seen at the other site."""
    def at(site, line, who, code=0):
        replies, _ = _desk.run(site, [b"set bail off", line.encode()], *(["--as", who] if who else []))
        expect(replies[1]["exit"] == code, f"{line} by {who}: {replies[1]}")
        return replies[1].get("data") or replies[1]["problem"]
    before = syd.digest()
    expect(not at(syd, "rest start", "kim")["isRecorded"], "a break is written down while the counters are off")
    off = at(syd, "rest", "kim")
    expect(not off["isOn"] and "own" not in off, f"counters without a notice: {off}")
    expect(syd.digest()["stateDigest"] == before["stateDigest"], "something was written while the counters are off")
    outcome(syd, usw)
    config = root / "rest.yaml"
    config.write_text(f"rest: {{notice: 2020-01-01}}\nrules: {book_with_shift(syd, root / 'book', 'sam')}\n")
    syd.stop()
    syd.start([usw], "--config", config)
    for minutes in (20, 25):
        syd.ask("POST", "/v1/rest", {"kind": "graphic", "minutes": minutes, "type": "CSEA"}, headers=["baton-as: sam"])
    at(syd, "rest start 10m", "kim")
    expect(at(syd, "rest", "sam")["own"]["minutes"] == 45, "sam's own figures")
    sitting(syd, "pat", at)
    late = syd.ask("POST", "/v1/cases", {"type": "OTHER", "title": "After hours"})["detail"]["summary"]["ref"]
    for who in ("sam", "kim"):
        for _ in range(3):
            at(syd, f"note {late} still here", who)
    own = at(syd, "rest", "sam")["own"]
    expect(30 <= own["overrunMinutes"] <= 35 and own["overrunDays"] == 1, f"the end of sam's shift: {own}")
    expect(at(syd, "rest", "kim")["own"]["overrunMinutes"] == 0, "kim has no shift and an overrun")
    kim = at(syd, "rest", "kim")["own"]
    expect((kim["minutes"], kim["breaks"]) == (0, 1), f"kim sees what is not kim's: {kim}")
    refused = at(syd, "rest team", "sam", code=4)
    expect(refused["code"] == "rest.leads-only", f"an analyst asks for totals: {refused}")
    at(syd, "rest swap graphic", "sam")
    even([syd, usw])
    team = at(usw, "rest team", None)
    expect([wish["person"] for wish in team["wishes"]] == ["sam"], f"the wish at {usw.name}: {team}")
    expect(team["weeks"] == [] and "sam" not in json.dumps(team["weeks"]), f"totals of too few: {team}")
    for name in ("status", "roster", "stats", "audit"):
        expect("minutesSinceBreak" not in json.dumps(usw.ask("GET", f"/v1/{name}")), f"{name} tells of a person's load")
    at(syd, "rest swap withdraw", "sam")
    even([syd, usw])
    expect(at(usw, "rest team", None)["wishes"] == [], "the wish stays")
    print("  counters: off without a notice, each their own, past the end of a shift, a wish read at the other site")


def book_with_shift(site, folder, person):
    """A rule book by which a person's shift ended half an hour ago."""
    site.run("rules", "export", folder)
    ended = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=30)
    began = ended - datetime.timedelta(hours=4)
    shift = (f"  - id: ended\n    line: desk\n    watch: ended\n    site: {site.name}\n    zone: Etc/UTC\n"
             "    days: [sun, mon, tue, wed, thu, fri, sat]\n"
             f"    from: \"{began:%H:%M}\"\n    to: \"{ended:%H:%M}\"\n    since: 2026-01-04\n    turn_days: 0\n"
             f"    people: [{person}]\n\n")
    file = folder / "rules" / "roster.yaml"
    file.write_text(file.read_text().replace("rotations:\n", "rotations:\n" + shift, 1))
    return folder


def outcome(syd, usw):
    """Who worked on a case is told once how the other site closed it, by its code and without a word of the case."""
    ref = syd.ask("POST", "/v1/cases", {"type": "TTL", "title": "Rope in the attic", "severity": "S2"},
                  headers=["baton-as: kim"])["detail"]["summary"]["ref"]
    even([syd, usw])
    usw.ask("POST", f"/v1/cases/{ref}/changes", {"operations": [
        {"action": "close", "value": "REFERRED: the rope was found"}]})
    even([syd, usw])
    expect(not [one for one in json.loads(one_shot(syd, "rest", "--json"))["notes"] if "outcome" in one],
           "a program was told instead of a person")
    told = [line for line in one_shot(syd, "rest").splitlines() if line.startswith("outcome ")]
    expect(len(told) == 1, f"told {told}")
    expect(re.fullmatch(rf"outcome {ref}: handed to those whose work it is \(usw-op at usw, [0-9:]+Z\)", told[0]),
           f"told {told}")
    expect(len(told[0]) <= 80 and "rope" not in told[0].lower(), f"told {told}")
    for command in ("rest", "brief"):
        expect("outcome" not in one_shot(syd, command), f"{command} tells it twice")
    print("  an outcome told once to who worked on the case")


def sitting(site, who, at):
    """At a terminal an open graphic case is counted by itself, once, and a buddy is spoken of; a pipe counts nothing."""
    graphic = site.ask("POST", "/v1/cases", {"type": "CSEA", "title": "Known hash", "severity": "S1"},
                       headers=[f"baton-as: {who}"])["detail"]["summary"]["ref"]
    at(site, f"show {graphic}", who)
    expect(at(site, "rest", who)["own"]["cases"] == 0, "a script counts as a sitting")
    leader, follower = pty.openpty()
    desk = subprocess.Popen(
        [site.baton, "desk", "--dir", str(site.folder), "--as", who], stdin=follower, stdout=follower,
        stderr=follower, env={**os.environ, "TERM": "dumb", "NO_COLOR": "1"}, start_new_session=True)
    os.close(follower)
    heard = b""
    try:
        for line in (f"show {graphic}\n", f"show {graphic}\n", "use -\n", "quit\n"):
            os.write(leader, line.encode())
        with contextlib.suppress(OSError):  # the desk has closed its end
            while piece := os.read(leader, 65536):
                heard += piece
        expect(desk.wait(timeout=_desk.PATIENCE) == 0, f"the desk at a terminal ended otherwise: {heard[-400:]!r}")
    finally:
        if desk.poll() is None:
            desk.kill()
        os.close(leader)
    expect(heard.count(b"Not alone on this one") == 1, f"a buddy is not spoken of once: {heard[-800:]!r}")
    own = at(site, "rest", who)["own"]
    expect((own["cases"], own["minutes"]) == (1, 1), f"a sitting with one graphic case: {own}")


def one_shot_desk(site, line):
    replies = subprocess.run(
        [site.baton, "desk", "--dir", str(site.folder), "--json", "--as", "kim"], input=f"{line}\n".encode(),
        capture_output=True, timeout=_desk.PATIENCE, check=False)
    return replies.stdout.decode()
