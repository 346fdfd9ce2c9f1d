#!/usr/bin/env python3
"""Pages that nodes send by themselves, through a real hook: a script that writes down what it is given.

Typed pages and alerts of clocks, one id at both sites of a partition, escalation until somebody answers, kill -9
while the hook runs, and hooks that fail, hang and flood.
"""

import datetime
import html.parser
import json
import os
import pathlib
import stat
import subprocess
import tempfile
import time

from sites import expect, make_team, until

# What the hook does is read from a file beside it, so that a test may change it while the node runs.
HOOK = """#!/usr/bin/env python3
import json, os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
letter = json.loads(sys.stdin.read())
letter["argv"], letter["env"] = sys.argv[1:], sorted(os.environ)
letter["page_env"] = os.environ.get("BATON_PAGE")
letter["descriptors"] = sorted(int(each) for each in os.listdir("/proc/self/fd"))
with open(folder / "letters", "a") as out:
    out.write(json.dumps(letter) + "\\n")
mode = (folder / "mode").read_text().strip()
if mode == "fail":
    print("no line", file=sys.stderr)
    sys.exit(3)
if mode == "hang":
    time.sleep(600)
if mode == "slow":
    time.sleep(0.5)
if mode == "flood":
    while True:
        os.write(1, b"x" * 65536)
"""

RULES = pathlib.Path(__file__).resolve().parents[2] / "config"


class Telephone:
    """A site's hook and what it was given."""

    def __init__(self, root, name):
        self.folder = pathlib.Path(root) / f"hook-{name}"
        self.folder.mkdir()
        self.program = self.folder / "hook"
        self.program.write_text(HOOK)
        self.program.chmod(stat.S_IRWXU)
        self.set("take")

    def set(self, mode):
        (self.folder / "mode").write_text(mode)

    @property
    def letters(self):
        path = self.folder / "letters"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def ids(self, kind=None):
        return [letter["id"] for letter in self.letters if kind in (None, letter["kind"])]


def book(root):
    """The built-in rules with a roster on which both sites are always on watch, and waits of a second."""
    folder = pathlib.Path(root) / "book"
    for part in ("rules", "sops", "codes"):
        (folder / part).mkdir(parents=True)
        for file in (RULES / part).glob("*.yaml"):
            (folder / part / file.name).write_text(file.read_text())
    day = "days: [mon, tue, wed, thu, fri, sat, sun], from: \"00:00\", to: \"00:00\""
    rotation = "  - {{id: {id}, line: {line}, watch: {id}, site: {site}, zone: Etc/UTC, {day}, " \
               "since: 2026-01-01, turn_days: 0, people: []}}\n"
    roster = (folder / "rules" / "roster.yaml").read_text()
    head = roster[:roster.index("rotations:")]
    head += "rotations:\n"
    for name, line, site in (("syd-day", "desk", "syd"), ("usw-day", "desk", "usw"),
                             ("syd-lead", "lead", "syd"), ("us-lead", "lead", "usw"), ("us-legal", "legal", "usw")):
        head += rotation.format(id=name, line=line, site=site, day=day)
    head += "holidays: []\npaths:\n"
    head += "  - {key: syd, title: Sydney, steps: [{line: desk, site: syd, wait: 1m}, {line: lead, wait: 1m}]}\n"
    head += "  - {key: us, title: the west, steps: [{line: desk, site: usw, wait: 1m}, {line: lead, wait: 1m}]}\n"
    head += "  - {key: legal, title: counsel, steps: [{line: legal, wait: 1m}, {line: lead, wait: 1m}]}\n"
    (folder / "rules" / "roster.yaml").write_text(head)
    return folder


def configure(site, phone, folder, grace="0ms", timeout="5s"):
    (site.folder / "node.yaml").write_text(
        f"rules: {folder}\n"
        f"pages:\n  hook: [{phone.program}, {phone.folder}, \"two words; $HOME\"]\n  operator: {site.name}-op\n"
        f"  grace: {grace}\n  timeout: {timeout}\n  retry: 1s\n")


def pages(site, case):
    sections = site.ask("GET", f"/v1/cases/{case}/file?section=pages")["sections"]
    return sections[0]["items"]


def sent(site, case):
    return [detail for item in pages(site, case) for detail in item["details"] if detail["key"] == "sent"]


def act(site, case, name, **arguments):
    return site.ask("POST", f"/v1/cases/{case}/acts", {
        "act": name, "arguments": {key: [value] for key, value in arguments.items()}})


def page(site, case, words, to="us-lead"):
    return act(site, case, "page", to=to, situation=words, recommendation="decide")


def typed_and_answered(syd, usw, phones):
    """What somebody types at one site goes out once, from one site, and both know."""
    case = syd.create("typed page")["detail"]["summary"]["id"]
    began = time.monotonic()
    page(syd, case, "stated plan; `rm -rf /` $(id) \"quoted\"")
    until("the page is sent", lambda: phones["syd"].ids("page"))
    took = time.monotonic() - began
    letter = next(each for each in phones["syd"].letters if each["kind"] == "page")
    expect(letter["argv"] == [str(phones["syd"].folder), "two words; $HOME"], f"the words came as {letter['argv']}")
    expect(set(letter["env"]) <= {"PATH", "LANG", "LC_CTYPE", "BATON_PAGE"}, f"the hook inherits {letter['env']}")
    expect(letter["page_env"] == letter["id"], "the id is not in the environment")
    expect(letter["descriptors"] in ([0, 1, 2, 3], [0, 1, 2]), f"the hook holds {letter['descriptors']}")
    expect("`rm -rf /` $(id)" in letter["situation"] and letter["situation"] in letter["text"], "the words differ")
    expect(letter["answer"].startswith("page answer ") and "page:1" in letter["answer"], letter["answer"])
    until("both sites know", lambda: len(sent(syd, case)) == 1 and len(sent(usw, case)) == 1)
    act(usw, case, "page answer", id="page:1")
    until("both sites know the answer", lambda: pages(syd, case)[0]["state"] == "answered")
    expect(phones["usw"].ids() == [], "the other site sent it too")
    expect(len(phones["syd"].ids()) == 1, f"sent {len(phones['syd'].ids())} times")
    return took


def alerts(syd, phones):
    """A case whose clock has run out calls by itself, at once, and says which clock."""
    long_ago = int(time.time() * 1000) - 3_600_000
    case = syd.create("clock runs out", type="EDR", severity="S0", receivedAt=long_ago)["detail"]["summary"]["id"]
    until("the alert is sent", lambda: [each for each in phones["syd"].letters if each["kind"] == "alert"])
    letter = next(each for each in phones["syd"].letters if each["kind"] == "alert")
    expect(letter["severity"] == "S0" and "was due" in letter["situation"], f"it says {letter['situation']}")
    until("all of them are on record", lambda: syd.status()["pages"]["waiting"] == 0 and sent(syd, case))
    expect(len(set(phones["syd"].ids())) == len(phones["syd"].ids()), "one page was sent twice")
    count = len(phones["syd"].ids("alert"))
    # A restart finds what was sent in the log and says nothing again.
    syd.stop()
    syd.start(syd.peers)
    marker = syd.create("marker")["detail"]["summary"]["id"]
    page(syd, marker, "after the restart")
    until("the marker is sent", lambda: len(sent(syd, marker)) == 1)
    expect(len(phones["syd"].ids("alert")) == count, "an alert was sent again after a restart")


def killed(syd, phones):
    """kill -9 while the hook runs: the page is given again under the same id, and is on record once."""
    phones["syd"].set("hang")
    case = syd.create("killed")["detail"]["summary"]["id"]
    before = len(phones["syd"].ids())
    page(syd, case, "killed between intent and done")
    until("the hook has begun", lambda: len(phones["syd"].ids()) > before)
    syd.kill()
    journal = (syd.folder / "pages-journal").read_text().splitlines()
    identity = phones["syd"].ids()[-1]
    expect(journal[-1].startswith(f"intent {identity} "), f"the journal ends with {journal[-1]}")
    phones["syd"].set("take")
    syd.start(syd.peers)
    until("it is sent after the restart", lambda: len(sent(syd, case)) == 1)
    given = [each for each in phones["syd"].letters if each["id"] == identity]
    expect(len(given) == 2, f"the hook was given it {len(given)} times")
    expect(given[1]["attempt"] == 2, f"the second one says attempt {given[1]['attempt']}")
    expect(f"done {identity} " in (syd.folder / "pages-journal").read_text(), "the journal has no end")


def stopped(syd, phones):
    """An orderly stop waits for a hook that runs, and what it took is not given to it again."""
    phones["syd"].set("slow")
    case = syd.create("stopped")["detail"]["summary"]["id"]
    before = len(phones["syd"].ids())
    page(syd, case, "stopped while the hook runs")
    until("the hook has begun", lambda: len(phones["syd"].ids()) > before)
    syd.stop()
    identity = phones["syd"].ids()[-1]
    expect(f"done {identity} " in (syd.folder / "pages-journal").read_text(), "the journal forgot that it was taken")
    phones["syd"].set("take")
    syd.start(syd.peers)
    until("it is on record after the restart", lambda: len(sent(syd, case)) == 1)
    expect(phones["syd"].ids().count(identity) == 1, "the hook was given it again")


def wrong_clock(syd, phones):
    """A try that failed while the clock was ten years ahead does not silence the page for ten years."""
    phones["syd"].set("fail")
    case = syd.create("wrong clock")["detail"]["summary"]["id"]
    page(syd, case, "tried with a wrong clock")
    until("it has failed", lambda: syd.status()["pages"]["failing"] == 1)
    syd.stop()
    journal = syd.folder / "pages-journal"
    words = journal.read_text().splitlines()[-1].split(" ")
    expect(words[0] == "failed", f"the journal ends with {words}")
    words[2] = str(int(words[2]) + 10 * 365 * 86_400_000)
    journal.write_text(journal.read_text() + " ".join(words) + "\n")
    phones["syd"].set("take")
    syd.start(syd.peers)
    until("it is sent with the right clock", lambda: len(sent(syd, case)) == 1)


def bad_hooks(syd, phones):
    """Hooks that fail, hang and flood: an alarm, tries that go on, a node that answers, and the page at last."""
    case = syd.create("bad hooks")["detail"]["summary"]["id"]
    for mode, words in (("fail", "exit 3"), ("hang", "over time"), ("flood", "too much output")):
        phones["syd"].set(mode)
        page(syd, case, f"with a hook that would {mode}")

        def failed():
            status = syd.status()
            failure = status["pages"].get("lastFailure")
            return failure if failure and failure["words"] == words else None

        until(f"the alarm of a hook that would {mode}", failed)
        status = syd.status()
        expect([each["code"] for each in status["alarms"]] == ["pages.hook-failed"], f"alarms: {status['alarms']}")
        expect(syd.ask("GET", "/v1/sync")["pages"]["failing"] == 1, "sync says nothing of it")
        shown = syd.run("status", "--dir", syd.folder)
        expect("pages.hook-failed" in shown or "NOT TAKEN" in shown, f"status shows {shown}")
        phones["syd"].set("take")
        until("it is sent at last", lambda: syd.status()["pages"]["failing"] == 0, seconds=20)
        expect(syd.status()["alarms"] == [], "the alarm stays")
    until("all three are on record", lambda: len(sent(syd, case)) == 3)
    children = [each for each in os.listdir("/proc") if each.isdigit() and parent(each) == syd.process.pid]
    expect(children == [], f"the node has children left: {children}")


def parent(process):
    try:
        return int(pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def partition(syd, usw, phones):
    """Cut off from each other both sites call, under one id; after it nobody calls again."""
    case = syd.create("partition", type="EDR", severity="S1")["detail"]["summary"]["id"]
    until("it is at both", lambda: usw.ask("GET", f"/v1/cases/{case}", status=None)[0] == 200)
    syd.ask("POST", "/v1/sync/usw/pause")
    usw.ask("POST", "/v1/sync/syd/pause")
    long_ago = int(time.time() * 1000) - 3_600_000
    for site in (syd, usw):
        site.ask("POST", f"/v1/cases/{case}/changes",
                 {"operations": [{"action": "set", "field": "received", "value": long_ago}]})
    ids = {}
    for site in (syd, usw):
        phone = phones[site.name]
        until(f"{site.name} calls", lambda phone=phone: mine(phone, case, syd), seconds=20)
        ids[site.name] = set(mine(phone, case, syd))
        until("on record there", lambda site=site: sent(site, case))
    expect(ids["syd"] & ids["usw"], f"the ids differ: {ids}")
    count = {name: len(mine(phones[name], case, syd)) for name in phones}
    syd.ask("POST", "/v1/sync/usw/resume")
    usw.ask("POST", "/v1/sync/syd/resume")
    until("both have the receipts of both", lambda: all(
        all(any(f"at {name}" in each["value"] for each in sent(site, case)) for name in phones)
        for site in (syd, usw)))
    expect(len(pages(syd, case)) == len(pages(usw, case)), "the sites list different pages")
    for site in (syd, usw):
        marker = site.create(f"marker {site.name}")["detail"]["summary"]["id"]
        page(site, marker, "after the partition")
        until("the marker is sent", lambda site=site, marker=marker: sent(site, marker))
    after = {name: len(mine(phones[name], case, syd)) for name in phones}
    expect(after == count, f"calls went out again after the partition: {count}, then {after}")
    generated = [item["text"] for item in pages(syd, case)]
    expect(len(generated) == len(set(generated)), f"pages stand twice: {generated}")


def roster(syd, usw):
    """Who is on duty, a change that reaches the other site, a gap that becomes an alarm, refusals."""
    shown = syd.ask("GET", "/v1/roster?days=30")
    expect({duty["rotation"] for duty in shown["now"]} == {"syd-day", "usw-day", "syd-lead", "us-lead", "us-legal"},
           f"on duty: {shown['now']}")
    expect(shown["notices"] == [] and shown["changes"] == [], "a roster without gaps announces some")
    day = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=20)).date().isoformat()
    said = json.loads(syd.run("roster", "assign", "syd-lead", day, "usw-op", "--why", "leave", "--dir", syd.folder,
                              "--json"))
    expect(said["data"]["changes"][0]["person"] == "usw-op", f"the change: {said['data']['changes']}")
    until("the other site has it", lambda: usw.ask("GET", "/v1/roster")["changes"])
    duties = usw.ask("GET", "/v1/roster?days=30")["next"]
    expect([each["people"] for each in duties if each["isChanged"]] == [["usw-op"]], "nobody took the shift")
    for rotation in ("syd-lead", "us-lead"):
        usw.run("roster", "assign", rotation, day, "nobody", "--dir", usw.folder)
    until("the gap is announced", lambda: syd.ask("GET", "/v1/roster?days=30")["notices"])
    notice = syd.ask("GET", "/v1/roster?days=30")["notices"][0]
    expect((notice["kind"], notice["line"]) == ("gap", "lead"), f"announced: {notice}")
    near = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=5)).date().isoformat()
    for rotation in ("syd-lead", "us-lead"):
        usw.run("roster", "assign", rotation, near, "nobody", "--dir", usw.folder)
    until("the alarm", lambda: "roster.gap" in [alarm["code"] for alarm in syd.status()["alarms"]])
    expect("GAP" in syd.run("roster", "gaps", "--days", "30", "--dir", syd.folder), "the desk shows no gap")
    for rotation, when in (("syd-lead", day), ("us-lead", day), ("syd-lead", near), ("us-lead", near)):
        usw.run("roster", "withdraw", rotation, when, "--dir", usw.folder)
    until("all is withdrawn", lambda: syd.ask("GET", "/v1/roster")["changes"] == [])
    expect(syd.status()["alarms"] == [], "the alarm stays")
    for words, code in ((["assign", "nowhere", day, "usw-op"], 3), (["assign", "syd-lead", "soon", "usw-op"], 2),
                        (["assign", "syd-lead", day, "mallory"], 3), (["withdraw", "syd-lead", day], 4),
                        (["swap", "syd-lead", day], 2), (["swap", "syd-lead", day, "syd-lead", day], 2)):
        syd.run("roster", *words, "--dir", syd.folder, code=code)


class Page(html.parser.HTMLParser):
    """What a page is made of; every element that must be closed is."""

    def __init__(self):
        super().__init__()
        self.open, self.names, self.attributes, self.text = [], [], [], ""

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        expect(self.open and self.open.pop() == tag, f"</{tag}> closes another element")

    def handle_data(self, data):
        self.text += data


def statistics(syd, root):
    """Figures at the desk and as a page of its own, which needs nothing from elsewhere and no script."""
    reply = syd.ask("GET", "/v1/stats?days=7")
    rows = syd.ask("GET", "/v1/cases?view=all&limit=500")["cases"]
    expect(reply["all"]["cases"] == len(rows) == sum(group["cases"] for group in reply["groups"]), "cases are lost")
    expect(sum(day["received"] for day in reply["days"]) == len(rows), "days do not add up")
    expect(reply["all"]["clocksMissed"] > 0 and len(reply["days"]) in (7, 8), f"figures: {reply['all']}")
    shown = syd.run("stats", "--dir", syd.folder)
    expect("usw data as of" in shown and "#" in shown and max(map(len, shown.splitlines())) <= 80, shown)
    heard = subprocess.run([syd.baton, "stats", "--dir", str(syd.folder)], capture_output=True, text=True, check=True,
                           env={"ACCESSIBLE": "1", "TERM": "dumb", "NO_COLOR": "1", "PATH": os.environ["PATH"]})
    expect("#" not in heard.stdout and "received" in heard.stdout, heard.stdout)
    file = pathlib.Path(root) / "week.html"
    syd.run("export", "stats", "--html", file, "--dir", syd.folder)
    expect(stat.S_IMODE(file.stat().st_mode) == 0o600, "others may read the page")
    page = Page()
    page.feed(file.read_text())
    expect(page.open == [], f"left open: {page.open}")
    expect("script" not in page.names and page.names.count("svg") == 2, f"elements: {sorted(set(page.names))}")
    expect(not any(name.startswith("on") or name in ("src", "href") for name, _ in page.attributes), "it reaches out")
    expect("usw data as of" in page.text and f"{len(rows)}" in page.text, "the page lacks its age or its figures")
    before = file.read_text()
    syd.run("export", "stats", "--html", file, "--dir", syd.folder, code=4)
    expect(file.read_text() == before, "an export replaced a file")
    syd.run("export", "stats", "--html", "/nowhere/week.html", "--dir", syd.folder, code=1)


def mine(phone, case, site):
    handle = site.ask("GET", f"/v1/cases/{case}")["detail"]["summary"]["ref"]
    return [letter["id"] for letter in phone.letters if letter["case"] == handle]


def refused(syd, root):
    """What the configuration refuses, in words."""
    for text, words in (
            ("pages:\n  hook: hook\n", "list of 1 to 32 words"), ("pages:\n  hook: [hook]\n", "program's path"),
            ("pages:\n  hook: [/bin/true]\n", "without pages.operator")):
        file = pathlib.Path(root) / "bad.yaml"
        file.write_text(text)
        said = subprocess.run([syd.baton, "config", "check", str(file)], capture_output=True, text=True, check=False)
        expect(said.returncode == 2 and words in said.stderr, f"{text!r} was answered with {said.stderr!r}")


def main(baton, python):
    with tempfile.TemporaryDirectory() as root:
        syd, usw = make_team(baton, root, ["syd", "usw"])
        phones = {site.name: Telephone(root, site.name) for site in (syd, usw)}
        rules = book(root)
        # The second site waits long enough that only a partition makes it call; but for that test not at all.
        configure(syd, phones["syd"], rules, timeout="1s", grace="1h")
        configure(usw, phones["usw"], rules, timeout="1s", grace="1h")
        syd.peers, usw.peers = [usw], [syd]
        try:
            syd.start([usw])
            usw.start([syd])
            roster(syd, usw)
            refused(syd, root)
            took = typed_and_answered(syd, usw, phones)
            alerts(syd, phones)
            bad_hooks(syd, phones)
            killed(syd, phones)
            stopped(syd, phones)
            wrong_clock(syd, phones)
            usw.stop()
            configure(usw, phones["usw"], rules, timeout="1s", grace="1s")
            usw.start([syd])
            partition(syd, usw, phones)
            statistics(syd, root)
            syd.ask("GET", "/v1/status")
            for site in (syd, usw):
                expect(site.stop() == 0, f"{site.name} ended badly: {site.tail()}")
            print(f"  a typed page reached the hook {took * 1000:.0f} ms after it was typed")
        finally:
            for site in (syd, usw):
                if site.process:
                    site.kill()
