"""A watch handed over between two real nodes: ten cases drafted, offered, read back and accepted at two desks.

The desk that accepts is killed half-way and goes on where it was; a second handoff is offered while the link is cut
and accepted after it is whole again. At the end every case has one accountable site, the same at both nodes.
"""

import tempfile
import time

import _desk
from sites import even, expect, make_team, until

GRAVE = 3
CASES = 10


def main(baton, python):
    """Raises `Failure` when something does not hold."""
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as root:
        syd, usw = make_team(baton, root, ["syd", "usw"])
        try:
            syd.start([])
            usw.start([syd])
            until("a live link", lambda: all(
                peer["state"] == "live" for site in (syd, usw) for peer in site.status()["peers"]))
            cases = [begin(syd, number) for number in range(CASES)]
            even([syd, usw])
            first = hand_over(syd, usw, cases)
            paper(usw, first)
            cut(syd, usw, cases)
        finally:
            codes = [site.stop() for site in (syd, usw)]
        expect(codes == [0, 0], f"the nodes exited {codes}")


def begin(site, number):
    severity = "S0" if number == 0 else "S1" if number < GRAVE else "S2"
    return site.create(f"Night case {number}", severity=severity)["detail"]["summary"]


def desk(site, *lines, codes=None):
    """Pipes lines into a desk; gives the data of each reply, or its problem where one is wanted."""
    replies, _ = _desk.run(site, [line.encode() for line in lines])
    expect(codes is None or [reply["exit"] for reply in replies] == codes,
           f"exits {[reply['exit'] for reply in replies]}: {[reply.get('problem') for reply in replies]}")
    return [reply.get("data") or reply.get("problem") for reply in replies]


def due(ref, site, hours):
    """A contact that is expected: what a read-back has to name."""
    at = time.gmtime(time.time() + hours * 3600)
    clock = time.strftime("%H:%M", at)
    desk(site, f'contact log {ref} police "rang the duty officer" --expect {hours}h --then "ring again"', codes=[0])
    return clock


def hand_over(syd, usw, cases):
    began = time.monotonic()
    empty = desk(syd, "handoff offer", codes=[3])[0]
    expect(empty["code"] == "api.no-such-handoff", f"an offer without a draft: {empty}")
    draft = desk(syd, "handoff draft --to usw --at +1h", codes=[0])[0]
    expect(draft["row"]["cases"] == CASES and draft["row"]["standing"] == "draft", f"the draft is {draft['row']}")
    refused = desk(syd, "handoff offer", codes=[4])[0]
    expect(refused["code"].startswith("handoff."), f"an unready draft was refused with {refused}")
    clocks = {case["ref"]: due(case["ref"], syd, 2 + place) for place, case in enumerate(cases[:GRAVE])}
    lines = [f'handoff say {case["ref"]} --situation "Waiting, all quiet" --trend same' for case in cases]
    lines += [f'handoff say {case["ref"]} --if "if no answer then ring again"' for case in cases[:GRAVE]]
    lines += [f'handoff say {case["ref"]} --pending none' for case in cases[GRAVE:]]
    desk(syd, *lines, codes=[0] * len(lines))
    typed = sum(len(line) + 1 for line in lines)
    offered = desk(syd, "handoff offer", codes=[0])[0]["handoff"]
    expect(offered["row"]["standing"] == "offered", f"after the offer it is {offered['row']}")
    expect(holders(syd, cases) == {"syd"}, "an offer moved custody")
    until("the offer at usw", lambda: any(
        row["standing"] == "offered" for row in desk(usw, "handoff")[0]["handoffs"]))
    even([syd, usw])
    record = accept(usw, offered, cases, clocks)
    even([syd, usw])
    for site in (syd, usw):
        expect(holders(site, cases) == {"usw"}, f"after the accept {site.name} sees {holders(site, cases)}")
        status = desk(site, f"handoff status {offered['row']['label']}", codes=[0])[0]
        expect(status["row"]["standing"] == "accepted" and status["record"] == record, f"{site.name}: {status['row']}")
        expect(status["readBacks"] == GRAVE and status["corrections"] == 1, f"{site.name} counts {status['readBacks']}")
        expect(any(line.startswith("accept by usw-op at usw") for line in status["signed"]), str(status["signed"]))
    for site in (syd, usw):
        actions(site, offered)
    repeated(syd)
    late = desk(syd, "handoff withdraw", codes=[3])[0]
    expect(late["code"] == "api.no-such-handoff", f"an accepted handoff was withdrawn: {late}")
    print(f"  {CASES} cases handed over in {time.monotonic() - began:.1f} s of commands, {typed} keys for what only "
          f"people know, {GRAVE} read-backs, 1 corrected")
    return offered["row"]["label"]


def actions(site, offered):
    """What the receiver added is a step of the case with an owner and a time, and a line of the receipt, at both sites."""
    status = desk(site, f"handoff status {offered['row']['label']}", codes=[0])[0]
    added = [line for line in status["signed"] if "action added to" in line]
    expect(len(added) == 2, f"{site.name}: the receipt has {status['signed']}")
    refs = [item["id"] for item in offered["items"] if item["readBack"] == "owed"]
    for ref, words in ((refs[1], "tell counsel"), (refs[2], "look at the second account")):
        steps = site.ask("GET", f"/v1/cases/{ref}/file?section=steps")["sections"][0]["items"]
        mine = [step for step in steps if step["text"] == words]
        expect(len(mine) == 1 and "added" in mine[0]["marks"] and mine[0]["state"] == "todo" and "due" in mine[0],
               f"{site.name}: the steps of {ref} are {steps}")


def repeated(site):
    """A call whose answer was lost is made again: it answers as the first one did, and does nothing twice."""
    call = {"step": "terms", "arguments": {"to": ["usw"], "at": [str(int(time.time() * 1000) + 3_600_000)]}}
    key = ["idempotency-key: twice"]
    first, second = (site.ask("POST", "/v1/handoffs", call, key) for _ in range(2))
    expect(first["deltas"] == second["deltas"] and first["handoff"]["row"] == second["handoff"]["row"],
           f"a repeated call made another draft: {first}, {second}")
    say = {"step": "say", "arguments": {"people": ["nobody needs rest"]}}
    one, two = (site.ask("POST", f"/v1/handoffs/{first['handoff']['row']['id']}/steps", say, ["idempotency-key: again"])
                for _ in range(2))
    expect(one["deltas"] == two["deltas"], f"a repeated step was written twice: {one['deltas']}, {two['deltas']}")


def accept(usw, offered, cases, clocks):
    """One read-back, then the desk is killed; the next desk says one thing wrongly and then rightly."""
    refs = [item["ref"] for item in offered["items"] if item["readBack"] == "owed"]
    expect(sorted(refs) == sorted(case["ref"] for case in cases[:GRAVE]), f"to be read back: {refs}")
    words = {ref: f"answer due {clocks[ref]}Z then ring" for ref in refs}
    pipe = _desk.Pipe(usw)
    pipe.process.stdin.write(f"handoff accept\n{words[refs[0]]}\n".encode())
    pipe.process.stdin.flush()
    until("the first read-back", lambda: desk(
        usw, f"handoff status {offered['row']['label']}")[0]["row"]["owed"] == GRAVE - 1)
    pipe.discard()
    silent = desk(usw, "handoff accept --no-input", codes=[5])[0]
    expect(silent["code"] == "desk.answer-needed", f"nobody to ask: {silent}")
    wrong = desk(usw, "handoff accept\nanswer due 03:33Z on 2 jan", codes=[5])[0]
    expect(wrong["code"] == "desk.read-back-differs", f"a wrong read-back was {wrong}")
    early = desk(usw, f'handoff action {refs[1]} "tell counsel" --due -1h', codes=[2])[0]
    expect(early["code"] == "check.past-due", f"an action that is due in the past: {early}")
    desk(usw, f'handoff action {refs[1]} "tell counsel" --owner usw-op --due +2h', codes=[0])
    # A line that begins with + adds, and the walk stays where it is.
    lines = [words[refs[1]], "+ look at the second account by +3h", words[refs[2]]]
    done = desk(usw, "handoff accept --all\n" + "\n".join(lines), codes=[0])[0]
    expect(done["handoff"]["row"]["standing"] == "accepted", f"after the accept it is {done['handoff']['row']}")
    return offered["record"]


def holders(site, cases):
    """Who answers for the cases, as this node sees it."""
    found = set()
    for case in cases:
        sections = site.ask("GET", f"/v1/cases/{case['id']}/file?section=custody")["sections"]
        found.update(item["site"] for item in sections[0]["items"] if "in hand" in item["marks"])
    return found


def paper(site, label):
    text = desk(site, f"handoff print {label}", codes=[0])[0]["page"]
    expect(label in text["text"] and "accept by usw-op" in text["text"], "the page does not stand alone")
    expect(text["html"].startswith("<!DOCTYPE html>") and "http" not in text["html"], "the page leans on something")


def cut(syd, usw, cases):
    """The way back is offered while the sites cannot reach each other; nothing moves before the accept."""
    usw.ask("POST", "/v1/sync/syd/pause")
    keep = " ".join(f"--keep {case['ref']}" for case in cases[:GRAVE])
    said = [f'handoff say {case["ref"]} --situation "All quiet still" --pending none' for case in cases[GRAVE:]]
    lines = [f"handoff draft --to syd --at +1h {keep}", *said, "handoff offer"]
    desk(usw, *lines, codes=[0] * len(lines))
    expect(holders(usw, cases) == {"usw"}, "an offer in a partition moved custody")
    none = desk(syd, "handoff accept", codes=[3])[0]
    expect(none["code"] == "api.no-such-handoff", f"syd accepted what it cannot see: {none}")
    desk(syd, f"take {cases[GRAVE]['ref']} --emergency --why PARTITION", codes=[0])
    usw.ask("POST", "/v1/sync/syd/resume")
    even([syd, usw])
    desk(syd, "handoff accept --all", codes=[0])
    even([syd, usw])
    for site in (syd, usw):
        expect(holders(site, cases[GRAVE:]) == {"syd"}, f"{site.name} sees {holders(site, cases[GRAVE:])}")
        expect(holders(site, cases[:GRAVE]) == {"usw"}, f"{site.name} sees {holders(site, cases[:GRAVE])}")
    print("  offered in a partition, accepted after it; the cases that were kept stayed")
