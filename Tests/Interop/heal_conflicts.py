"""What a heal brings to a desk: the conflicts that this merge made, what was done twice outside, and nothing without end.

Two real nodes and a desk on a pseudo-terminal. Both sites decide apart; after the heal the desk is told at once which conflicts
the merge made and which effect was doubled, the listing has both versions, and two settlements that contradict each other are one
conflict, not two. A change where somebody elsewhere is about to act is held back once, and eats no line that was typed ahead.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import tempfile
import termios
import time

import _desk
from sites import Failure, even, expect, make_team, until

PATIENCE = 40


def main(baton, python):
    """Raises `Failure` when something does not hold."""
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as root:
        syd, usw = make_team(baton, root, ["syd", "usw"])
        screen = None
        try:
            syd.start([])
            usw.start([syd])
            live(syd, usw)
            case = syd.create("Two sites, one case", severity="S1")["detail"]["summary"]
            other = syd.create("Another case", severity="S3")["detail"]["summary"]
            even([syd, usw])
            screen = Screen(syd)
            apart(syd, usw, case["ref"])
            told(screen, syd, usw, case["ref"])
            listed(syd, usw, case["ref"])
            settled(syd, usw, case["ref"])
            held_back(screen, syd, usw, case, other)
        finally:
            if screen:
                screen.end()
            codes = [site.stop() for site in (syd, usw)]
        expect(codes == [0, 0], f"the nodes exited {codes}")


class Screen:
    """A desk on a pseudo-terminal, where news comes by itself."""

    def __init__(self, site):
        self.master, slave = pty.openpty()
        # News is cut at the width of the screen.
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 240, 0, 0))
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1", "SWIFT_BACKTRACE": "enable=no"}
        self.process = subprocess.Popen(
            [site.baton, "desk", "--dir", str(site.folder)], stdin=slave, stdout=slave, stderr=slave,
            env=environment, start_new_session=True)
        os.close(slave)
        self.heard = ""
        self.until(r"> $")
        self.type("set wide on")

    def until(self, pattern):
        """Reads until the text since the last call has a match; gives that text."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.heard):
            if time.monotonic() > deadline:
                raise Failure(f"the screen never showed {pattern!r}: {self.heard[-800:]!r}")
            if select.select([self.master], [], [], 0.2)[0]:
                heard = self.heard + os.read(self.master, 1 << 16).decode(errors="replace").replace("\r", "")
                self.heard = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x07", "", heard)
        text, self.heard = self.heard, ""
        return text

    def type(self, *lines):
        """Types lines at once: all but the first are typed ahead."""
        os.write(self.master, "".join(line + "\n" for line in lines).encode())

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)
        os.close(self.master)


def live(*sites):
    until("a live link", lambda: all(peer["state"] == "live" for site in sites for peer in site.status()["peers"]))


def at(site, *lines):
    replies, _ = _desk.run(site, [line.encode() for line in lines])
    told = [(line, reply["exit"], reply.get("problem")) for line, reply in zip(lines, replies)]
    expect(all(each[1] == 0 for each in told), f"{site.name}: {told}")
    return replies


def cut(syd, usw):
    """Both ends stop, so that neither side hears of the other."""
    syd.ask("POST", "/v1/sync/usw/pause")
    until("the link's end", lambda: usw.status()["peers"][0]["state"] != "live")


def heal(syd, usw):
    syd.ask("POST", "/v1/sync/usw/resume")
    usw.ask("POST", "/v1/sync/syd/now")
    even([syd, usw])
    live(syd, usw)


def apart(syd, usw, ref):
    """A field and an effect outside, at both sites."""
    cut(syd, usw)
    for site, agency in ((syd, "AFP"), (usw, "FBI")):
        site.ask("POST", f"/v1/cases/{ref}/changes",
                 {"operations": [{"action": "set", "field": "agency", "value": agency}]})
        at(site, f"contain {ref} disable-content cont:1 --why SPREADING", f"contain done {ref} disable-content cont:1")


def conflicts(site, ref):
    return [each for each in site.ask("GET", "/v1/conflicts")["conflicts"] if each["ref"] == ref]


def told(screen, syd, usw, ref):
    """The desk that was open all the time is told by itself."""
    screen.until(r"usw is (paused|out of touch)")
    heal(syd, usw)
    news = screen.until(r"This merge made[^\n]*\n")
    line = re.search(r"This merge made[^\n]*", news).group()
    expect("This merge made 1 to settle and" in line and f"{ref} agency" in line, f"the news is {line}")
    expect(f"{ref} doubled effect" in line, f"the doubled effect is not in the news: {line}")
    print(f"  told after the heal: {line}")


def listed(syd, usw, ref):
    for site in (syd, usw):
        found = conflicts(site, ref)
        open_ones = [each for each in found if not each.get("isLook")]
        expect([each["field"] for each in open_ones] == ["agency"], f"{site.name} has to settle {open_ones}")
        expect(sorted(version["value"] for version in open_ones[0]["versions"]) == ["AFP", "FBI"], str(open_ones))
        twice = [each for each in found if each.get("what") == "doubled effect"]
        expect(len(twice) == 1 and twice[0]["isLook"], f"{site.name} lists of doubled effects {found}")
        expect(sorted(version["written"]["site"] for version in twice[0]["versions"]) == ["syd", "usw"], str(twice))


def settled(syd, usw, ref):
    """Settled differently at both sites it is one conflict again, and settled once more it is none."""
    cut(syd, usw)
    at(syd, f"settle {ref} agency keep syd")
    at(usw, f"settle {ref} agency keep usw")
    heal(syd, usw)
    for site in (syd, usw):
        again = [each for each in conflicts(site, ref) if not each.get("isLook")]
        expect([each["field"] for each in again] == ["agency"], f"{site.name}: two settlements made {again}")
        expect(sorted(version["value"] for version in again[0]["versions"]) == ["AFP", "FBI"], str(again))
    at(usw, f"settle {ref} agency keep usw")
    even([syd, usw])
    for site in (syd, usw):
        left = [each for each in conflicts(site, ref) if not each.get("isLook")]
        expect(not left, f"{site.name}: settled, and there are {left}")
        expect(site.ask("GET", f"/v1/cases/{ref}")["detail"]["summary"]["agency"] == "FBI", f"{site.name} has another value")
    print("  two settlements that contradict each other are one conflict; the third ends it at both sites")


def notes(site, ref):
    return site.ask("GET", f"/v1/cases/{ref}")["detail"]["timelineCount"]


def held_back(screen, syd, usw, case, other):
    before = {ref: notes(syd, ref) for ref in (case["ref"], other["ref"])}
    usw.ask("POST", "/v1/presence", {"caseRef": case["ref"], "intent": "disclose"})
    until("the intent at syd", lambda: any(
        desk.get("intent") for desk in syd.status()["asOf"]["peers"][0].get("desks", [])))
    screen.type(f'note {case["ref"]} "not yet"', f'note {other["ref"]} "typed ahead"')
    shown = screen.until(r"same line once more")
    expect("about to disclose" in shown and "Nothing was done" in shown, f"the screen says {shown!r}")
    until("the line typed ahead", lambda: notes(syd, other["ref"]) == before[other["ref"]] + 1)
    expect(notes(syd, case["ref"]) == before[case["ref"]], "the change was made though it was held back")
    screen.type(f'note {case["ref"]} "not yet"')
    until("the same line once more", lambda: notes(syd, case["ref"]) == before[case["ref"]] + 1)
    print("  a change beside an intent is held back once, the line typed ahead is done")
