"""Three stretches of work at the desk, on a terminal, as they are kept in Tests/Interop/transcripts.

A script says who types what at which site; the desk runs on a pseudo-terminal with TERM=dumb, at real nodes. What it
says is compared with the kept text, after times, spans, handles, digests and counts that the clock makes are set to
signs. BATON_WRITE_TRANSCRIPTS=1 writes the texts anew: read the difference before you keep it.
"""

import os
import pathlib
import pty
import re
import select
import subprocess
import tempfile
import time

import _nodes
from sites import Failure, even, expect, make_team, until

KEPT = pathlib.Path(__file__).resolve().parent / "transcripts"
PATIENCE = 60
DIGEST = "5b" * 32

# In order: what a clock or chance makes, and the sign that stands for it.
SIGNS = [
    (r"\b[0-9a-f]{64}\b", "<digest>"), (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z", "<instant>"),
    (r"\b\d\d:\d\dZ( \d\d:\d\d(?:[+-]\d)? [A-Z][A-Za-z]+)*", "<time>"), (r"\b\d{4}-\d\d-\d\d\b", "<day>"),
    (r"\b\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)( \d{4})?\b", "<day>"),
    (r"<day>,? <time>", "<time>"),
    (r"\b(\d+ ?(d|h|m|s|min|ms)\b ?)+", "<span> "), (r"DOWN <span>\s*", "DOWN <span> "),
    (r"\b(EDR|TTL|OTHER|CSEA)-[0-9A-HJKMNP-TV-Z]{6,16}(-[0-9A-Z*~$=])?", r"\1-<case>"), (r"[ \t]+$", ""),
    (r" {2,}", "  "),
    # A receipt may come before the answer is written, or after it.
    (r"(safe elsewhere at|not yet confirmed by) (\w+)", r"<safe or not yet at \2>"),
]


HANDLE = SIGNS[8]


def typed(line):
    """What was typed is kept as it is, but for the handle that chance made."""
    return re.sub(HANDLE[0], HANDLE[1], re.sub(SIGNS[0][0], SIGNS[0][1], line))


def signs(text):
    for pattern, sign in SIGNS:
        text = re.sub(pattern, sign, text, flags=re.MULTILINE)
    return text


class Terminal:
    """A desk on a pseudo-terminal. The prompt's end, `> ` with nothing after it, says that it listens."""

    def __init__(self, site, person):
        self.master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "SWIFT_BACKTRACE": "enable=no", "COLUMNS": "80"}
        self.process = subprocess.Popen(
            [site.baton, "desk", "--dir", str(site.folder), "--as", person], stdin=slave, stdout=slave, stderr=slave,
            env=environment, start_new_session=True)
        os.close(slave)
        self.where = f"{site.name} {person}"
        self.heard = ""
        self.listen()
        self.say("set notices off")
        self.say("set pager off")
        # A line that is broken at 80 columns breaks elsewhere when a day is written out.
        self.say("set wide on")

    def listen(self):
        """Reads until the prompt, or a question; gives what was said before it."""
        self.heard = ""
        deadline = time.monotonic() + PATIENCE
        while True:
            ready, _, _ = select.select([self.master], [], [], 0.15)
            if ready:
                try:
                    self.heard += os.read(self.master, 1 << 16).decode()
                except OSError:
                    return self.heard
                continue
            if re.search(r"(^|\n)[^\n]*(> |: |\) )$", self.heard.replace("\r", "")):
                return self.heard
            expect(time.monotonic() < deadline, f"{self.where} said no prompt: {self.heard[-300:]!r}")

    def say(self, line):
        os.write(self.master, (line + "\n").encode())
        text = self.listen().replace("\r", "")
        # The terminal echoes what was typed; the last line is the next prompt.
        said = text.split("\n")
        return said[1:-1] if said and line in said[0] else said[:-1], said[-1]

    def end(self):
        os.close(self.master)
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)


class Play:
    """A team and its terminals; writes down what is typed and said."""

    def __init__(self, *team):
        self.team = {site.name: site for site in team}
        self.terminals = {}
        self.prompts = {}
        self.text = []

    def at(self, place, *lines):
        site, person = place.split()
        if place not in self.terminals:
            self.terminals[place] = Terminal(self.team[site], person)
            self.prompts[place] = "> "
            self.text.append(f"# {person} at {site}")
        terminal = self.terminals[place]
        for line in lines:
            said, prompt = terminal.say(line)
            self.text.append(typed(f"{place}> {line}"))
            self.text += signs("\n".join(said)).split("\n")
            if not prompt.endswith("> "):
                self.text.append(signs(prompt))
        return "\n".join(said)

    def end(self):
        for terminal in self.terminals.values():
            terminal.end()
        self.terminals = {}


def case_of(site, title):
    rows = site.ask("GET", "/v1/cases?view=all&limit=500")["cases"]
    found = [row["ref"] for row in rows if row["title"] == title]
    expect(len(found) == 1, f"{len(found)} cases are called {title}")
    return found[0]


def triage(syd, usw):
    """Domain of the job: an emergency request is taken in, verified, decided by two, delivered."""
    play = Play(syd, usw)
    play.at("usw kim", "new EDR \"Stated plan for tonight\" --from portal --agency harlan-so")
    case = case_of(usw, "Stated plan for tonight")
    play.at(
        "usw kim", "triage --sev S0 --intent y --capability y --specific y --juris US",
        "verify domain sheriff.harlan.example --result ok",
        "verify callback --number dir:217 --spoke \"duty lieutenant\" --result ok",
        "decide disclose --items \"last-login-ip,phone\" --basis us.2702c4 --confirm " + case, "why",
        "verify channel --result ok", "verify supervisor --name \"shift captain\" --result ok",
        "verify document --result ok", "verify minimum --result ok", "verify history --result ok",
        "verify emergency --whose \"adult, identified by agency\" --danger \"stated plan tonight\" --why-now"
        " \"within six hours\" --data \"last location signal\" --why-not-process \"judge unreachable before then\"",
        "decide disclose --items \"last-login-ip,phone\" --basis us.2702c4", case, "approve dec:1")
    play.at("usw pat", f"use {case}", "approve dec:1",
            f"decide delivered dec:1 --to harlan-so --manifest {DIGEST}", case,
            "hold add us.2703f", "contact log harlan-so \"told them\" --ask --expect 7d", "show decisions")
    return play


def own_deltas(site):
    cases = site.ask("GET", "/v1/cases?view=all")["cases"]
    logs = [site.ask("GET", f"/v1/cases/{case['id']}/log")["deltas"] for case in cases]
    return [delta for log in logs for delta in log if delta["author"].startswith(site.name)]


def partition(syd, usw):
    """The line is cut; work goes on at both sites and says what it does not know."""
    made = usw.ask("POST", "/v1/cases", {"type": "TTL", "title": "Threat to a school", "severity": "S0"})
    made = made["detail"]["summary"]["ref"]
    even([syd, usw])
    # What waits for a peer out of touch is what it has not signed for.
    until("usw's word for all of it", lambda: all("usw" in delta["safeAt"] for delta in own_deltas(syd)))
    syd.ask("POST", "/v1/sync/usw/pause")
    until("the cut", lambda: syd.ask("GET", "/v1/sync")["paused"] == ["usw"])
    play = Play(syd, usw)
    play.at("syd alee", f"use {made}", "sync", "subject add suspect --country US --age adult --account active",
            "show people", "take --emergency --why PARTITION",
            "contact log local-police \"rang duty officer\" --ask --expect 20m",
            "contain suspend subj:1 --why TTL-IMMINENT --executor usw", "contain done suspend subj:1",
            "decide preserve-only --why PRESERVE-ONLY", "edit agency maple-pd", "sync")
    play.at("usw kim", f"use {made}", "take", "edit agency harlan-so", "note rang the sheriff")
    play.case = made
    return play


def conflicts(syd, usw):
    """Healed: what needs a person is listed with both versions, and settled."""
    play = Play(syd, usw)
    syd.ask("POST", "/v1/sync/usw/resume")
    even([syd, usw])
    for site in (syd, usw):
        until("peers in touch", lambda: {peer["state"] for peer in site.status()["peers"]} == {"live"})
    case = case_of(syd, "Threat to a school")
    play.at("syd alee", f"use {case}", "conflicts", "conflicts show 1", "show conflicts", "custody",
            "settle agency keep usw", "show facts", "custody confirm")
    even([syd, usw])
    play.at("usw kim", f"use {case}", "conflicts", "show facts")
    return play


def main(baton, python):
    user = os.getuid()
    with tempfile.TemporaryDirectory(prefix="baton-transcript-") as root:
        syd, usw = make_team(baton, root, ("syd", "usw"), people={
            "syd": [f"alee:{user}:specialist,lead", f"sam:{user}:specialist"],
            "usw": [f"kim:{user}:specialist", f"pat:{user}:specialist,lead"]})
        with _nodes.running(syd, usw):
            for scene in (triage, partition, conflicts):
                play = scene(syd, usw)
                play.end()
                compare(scene.__name__, "\n".join(play.text) + "\n")


def compare(name, text):
    path = KEPT / f"{name}.txt"
    if os.environ.get("BATON_WRITE_TRANSCRIPTS"):
        KEPT.mkdir(exist_ok=True)
        path.write_text(text)
    kept = path.read_text()
    if text != kept:
        pairs = zip(text.splitlines(), kept.splitlines())
        place, (now, before) = next(((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1]),
                                    (0, ("another length", "")))
        raise Failure(f"{name}.txt, line {place}: {now!r}, not {before!r}")
    print(f"  {name}: {len(text.splitlines())} lines as kept")
