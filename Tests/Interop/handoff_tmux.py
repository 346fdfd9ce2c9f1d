#!/usr/bin/env python3
"""A watch handed over by keys alone: ten cases, two desks in `tmux`, a line of 160 ms between their nodes.

Not one of the checks that `run.py` runs: it takes minutes and needs `tmux`. It plays the handoff twice, once on a whole line and
once with the line cut from before the offer until after the receiver has asked for it, and prints time, keys and screens.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import _line
from sites import even, expect, make_team, until
from watch_handoff import due, holders

CASES, GRAVE = 10, 3
PROMPT = re.compile(r"> ?$")
QUESTION = re.compile(r"(> ?|\(y/N\) ?|23:30Z\) ?)$")


class Terminal:
    """One desk in a window of tmux. Counts the keys that are typed."""

    def __init__(self, site, folder, columns=100, rows=60):
        self.site, self.keys, self.screens = site, 0, []
        self.tmux = ["tmux", "-S", str(pathlib.Path(folder) / f"{site.name}.tmux")]
        self.call("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  f"{site.baton} desk --dir {site.folder}")
        self.wait(PROMPT)

    def call(self, *words):
        return subprocess.run([*self.tmux, *words], check=True, capture_output=True, text=True, timeout=20).stdout

    def screen(self):
        return self.call("capture-pane", "-p").rstrip("\n")

    def wait(self, pattern=QUESTION, seconds=60):
        """Waits until the last line of the screen is a prompt, and twice in a row the same."""
        before = [""]

        def settled():
            now = self.screen()
            last = now.splitlines()[-1] if now else ""
            same, before[0] = now == before[0], now
            return now if same and pattern.search(last) else None
        return until(f"a prompt at {self.site.name}:\n{self.screen()}", settled, seconds, 0.05)[0]

    def type(self, line):
        """Types a line and waits for what it brings; keeps the screen."""
        self.call("clear-history")
        self.call("send-keys", "-l", line)
        self.call("send-keys", "Enter")
        self.keys += len(line) + 1
        time.sleep(0.1)
        shown = self.wait()
        self.screens.append((line, shown))
        return shown

    def end(self):
        subprocess.run([*self.tmux, "kill-server"], check=False, capture_output=True)


def team(baton, root):
    """Two running nodes with ten cases, and the line between them."""
    syd, usw = make_team(baton, root, ["syd", "usw"])
    character = _line.Character(delay=0.08, loss=0, reorder=0)
    line = _line.Streams(["syd", "usw"], character, {"syd": syd.port, "usw": usw.port})
    return syd, usw, line


def leave(desk, cases):
    """The leaver at work. Gives what it took."""
    began, keys = time.monotonic(), desk.keys
    desk.type("handoff draft --to usw --at +1h")
    for place, case in enumerate(cases):
        grave = place < GRAVE
        plan = ' --if "if no answer then ring again"' if grave else ""
        said = desk.type(f'handoff say {case["ref"]} --situation "Waiting, all quiet"{plan} --pending none')
        expect("Saved for" in said, f"not saved:\n{said}")
    offered = desk.type("handoff offer")
    expect("Offered HO-" in offered, f"not offered:\n{offered}")
    return time.monotonic() - began, desk.keys - keys


def take(desk, cases, clocks):
    """The receiver at work: one read-back is wrong first, one names what the record lacks, one adds by `+`."""
    began, keys = time.monotonic(), desk.keys
    refs = {case["ref"]: clocks[place] for place, case in enumerate(cases[:GRAVE])}
    shown = desk.type("handoff accept")
    done = 0
    while done < GRAVE:
        ref = re.findall(rf"{done + 1}/{CASES} (\S+)", shown)
        expect(ref, f"case {done + 1} is not on the screen:\n{shown}")
        clock = refs[ref[-1]]
        if done == 0:
            shown = desk.type("answer due 03:33Z on 2 jan")
            expect("Mismatch" in shown, f"a wrong read-back agreed:\n{shown}")
            shown = desk.type("+ look at the second account by +3h")
            expect("Added: look at the second account" in shown, f"not added:\n{shown}")
            shown = desk.type(f"answer due {clock}Z")
        elif done == 1:
            shown = desk.type(f"answer due {clock}Z, confirm deletion with counsel")
            expect("Add it as an action?" in shown, f"nothing was asked:\n{shown}")
            shown = desk.type("wait")
            expect("Say y, n" in shown, f"a word that is no answer was taken for one:\n{shown}")
            shown = desk.type("y")
            expect("Added: confirm deletion with counsel" in shown, f"not added:\n{shown}")
        else:
            shown = desk.type(f"answer due {clock}Z")
        done += 1
    expect("(y/N)" in shown, f"the rest was not asked for:\n{shown}")
    shown = desk.type("y")
    expect("Accepted." in shown, f"not accepted:\n{shown}")
    return time.monotonic() - began, desk.keys - keys, shown


def play(baton, is_cut, wants_screens):
    with tempfile.TemporaryDirectory(prefix="baton-") as root:
        syd, usw, line = team(baton, root)
        desks = []
        try:
            with line:
                syd.start([])
                usw.start([_line.Far(syd, line.ports["usw", "syd"])])
                until("a live link", lambda: all(
                    peer["state"] == "live" for site in (syd, usw) for peer in site.status()["peers"]))
                cases, clocks = prepared(syd)
                even([syd, usw])
                desks = [Terminal(site, root) for site in (syd, usw)]
                report(syd, usw, line, desks, (cases, clocks), is_cut)
        finally:
            for desk in desks:
                desk.end()
            codes = [site.stop() for site in (syd, usw)]
        if wants_screens:
            for desk in desks:
                for typed, shown in desk.screens:
                    print(f"\n===== {desk.site.name} after: {typed}\n{shown}")
        expect(codes == [0, 0], f"the nodes exited {codes}")


def prepared(syd):
    cases, clocks = [], []
    for number in range(CASES):
        severity = "S0" if number == 0 else "S1" if number < GRAVE else "S2"
        case = syd.create(f"Night case {number}", severity=severity)["detail"]["summary"]
        cases.append(case)
        if number < GRAVE:
            clocks.append(due(case["ref"], syd, 2 + number))
    return cases, clocks


def report(syd, usw, line, desks, given, is_cut):
    cases, clocks = given
    leaver, receiver = desks
    if is_cut:
        line.cuts([("syd", "usw")])
    left, leaver_keys = leave(leaver, cases)
    expect(holders(syd, cases) == {"syd"}, "an offer moved custody")
    waited = 0.0
    if is_cut:
        shown = receiver.type("handoff accept")
        expect("no handoff here" in shown, f"usw accepted what it cannot see:\n{shown}")
        healed = time.monotonic()
        line.cuts([])
        until("the offer at usw", lambda: any(
            row["standing"] == "offered" for row in usw.ask("GET", "/v1/handoffs")["handoffs"]), 120)
        even([syd, usw], 120)
        waited = time.monotonic() - healed
    else:
        _, waited = until("the offer at usw", lambda: any(
            row["standing"] == "offered" for row in usw.ask("GET", "/v1/handoffs")["handoffs"]))
        even([syd, usw])
    took, receiver_keys, _ = take(receiver, cases, clocks)
    _, back = until("the accept at syd", lambda: holders(syd, cases) == {"usw"}, 60)
    even([syd, usw])
    expect(holders(usw, cases) == {"usw"}, "the receiver does not hold all")
    receipt = leaver.type("handoff status")
    status = syd.ask("GET", f"/v1/handoffs/{syd.ask('GET', '/v1/handoffs')['handoffs'][0]['id']}")
    added = [words for words in status["signed"] if "action added to" in words]
    expect(len(added) == 2 and "accepted" in receipt, f"the receipt is {status['signed']}")
    print(f"{'cut' if is_cut else 'whole'} line: leaver {left:.1f} s, {leaver_keys} keys; offer at the receiver "
          f"{waited:.1f} s after {'the heal' if is_cut else 'it was made'}; receiver {took:.1f} s, {receiver_keys} keys; "
          f"{status['readBacks']} read-backs, {status['corrections']} corrected, {len(added)} actions added; "
          f"accept at the leaver after {back:.1f} s", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--baton", required=True, help="the built program")
    arguments.add_argument("--screens", action="store_true", help="print every screen")
    chosen = arguments.parse_args()
    baton = str(pathlib.Path(chosen.baton).resolve())
    for is_cut in (False, True):
        play(baton, is_cut, chosen.screens)


if __name__ == "__main__":
    main()
