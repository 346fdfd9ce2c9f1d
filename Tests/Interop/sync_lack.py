"""What an operator is told of what is not here: a case of which changes are missing, waiting, withheld or on their way.

`syd` and `usw` are real nodes, cleared for nothing. `use` is this program with use's keys, its clock 90 s ahead. It announces four
changes of one case and sends two: the first, with a restricted part left out, and the last, whose past is not here. `sync`, `sync
explain` and `sync verify` at syd must say exactly that, and say that all is well once the rest has come. usw, which gets it all from
syd, must end with the same log.
"""

import os
import tempfile
import time

import _peer
import _wire as wire
from sites import even, expect, make_team, until

AHEAD = 90_000
SET_TITLE = 1 << 6 | 32 | 1
APPEND_NOTE = 7 << 6 | 32 | 4


def main(baton, python):
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as root:
        syd, usw, use = make_team(baton, root, ["syd", "usw", "use"], clearance="us=use")
        member = _peer.Member(use.folder, root)
        case = bytes([1]) + os.urandom(15)
        deltas = history(member, case)
        try:
            syd.start([])
            usw.start([syd])
            with _peer.Link(member, syd.port, purpose=wire.URGENT) as link:
                announced(link, member, case, deltas)
                lacking(syd, case, deltas)
                unequal(syd, usw)
                link.send(chunk(deltas[1:3]))
                whole(syd, usw, case, link)
        finally:
            for site in (syd, usw):
                site.stop()


def history(member, case):
    """Four changes of one case by one author. The first has a restricted part beside its global one, which is not given."""
    author, deltas, before, ids = member.author, [], bytes(32), [None]
    for seq in range(1, 5):
        changes = {5: seq, 6: before, 9: seq - 1, 11: wire.seal_of(ids[-1], [])}
        operations = [(SET_TITLE if seq == 1 else APPEND_NOTE, f"Step {seq}")]
        header, signature, parts, key = member.delta(case, operations, changes, author)
        if seq == 1:
            fields = wire.decode(header)
            changes[16] = fields[16] + [APPEND_NOTE]
            changes[17] = fields[17] + [[1, 1, os.urandom(8), os.urandom(32), 64]]
            header, signature, parts, key = member.delta(case, operations, {**changes, 13: fields[13]}, author)
            parts = [*parts, None]
        before = wire.delta_id(header, signature)
        ids.append(before)
        deltas.append((header, signature, parts, key))
    return deltas


def chunk(deltas, remaining=0):
    keys = [delta[3] for delta in deltas[:1]]
    return [5, keys, [[header, signature, parts] for header, signature, parts, _ in deltas], remaining]


def announced(link, member, case, deltas):
    """Say to hold all four, that they are of one case, and send the first and the last."""
    have = [[member.author, [[1, 4, wire.delta_id(*deltas[3][:2])]], []]]
    link.greet()
    wall = time.time_ns() // 1_000_000 + AHEAD
    link.say_hello(member.hello(os.urandom(16), wall=wall, have=wire.have_digest(have)))
    expect(link.is_answered(), "the member is not served")
    link.send([4, have, True])
    link.send([11, True, [[member.author], [[case, 0, 4, time.time_ns() // 1_000_000]]], False])
    link.send(chunk([deltas[0], deltas[3]], remaining=2))


def use_of(site):
    return next((peer for peer in site.ask("GET", "/v1/sync")["peers"] if peer["site"] == "use"), None)


def explained(site, case):
    answer = site.ask("GET", f"/v1/sync/explain/{case.hex()}")
    return answer, next(peer for peer in answer["peers"] if peer["site"] == "use")


def lacking(syd, case, deltas):
    until("two of four changes", lambda: syd.digest()["deltas"] == 2)
    until("what is missing", lambda: use_of(syd)["missingHere"] == 2)
    peer = use_of(syd)
    (lag,) = peer["lags"]
    expect(lag["missingHere"] == 2 and lag["author"].startswith("use/"), f"lags are {peer['lags']}")
    expect(abs(peer["clockOffset"] - AHEAD) < 30_000, f"a clock 90 s ahead is shown as {peer['clockOffset']} ms")
    expect(peer["documentsBehind"] == 1, f"{peer['documentsBehind']} cases are behind instead of 1")
    answer, there = explained(syd, case)
    expect(answer["held"] == 2 and answer["lackingParts"] == 1, f"explained as {answer}")
    expect(there["behind"] == 2 and there["missingThere"] == 0, f"the peer is explained as {there}")
    expect(len(answer["waiting"]) == 1, f"waiting is {answer['waiting']}")
    (waiting,) = answer["waiting"]
    expect(waiting["delta"].endswith("#4") or "4" in waiting["delta"], f"waiting is {waiting}")
    expect(waiting["waitsFor"] != waiting["delta"] and "3" in waiting["waitsFor"], f"waiting is {waiting}")
    print(f"  held 2 of 4, one part withheld; {waiting['delta']} waits for {waiting['waitsFor']}; clock {peer['clockOffset']} ms ahead")


def unequal(syd, usw):
    """usw gets a relayed change after two seconds: until then the comparison names what only syd holds, and afterwards nothing."""
    answer = syd.ask("POST", "/v1/sync/usw/verify")
    expect(answer["onlyThere"] == answer["unequal"] == [], f"usw compared as {answer}")
    expect(answer["equal"] + sum(each["last"] - each["first"] + 1 for each in answer["onlyHere"]) == 2, f"compared as {answer}")
    until("the two at usw", lambda: usw.digest()["deltas"] == 2)
    until("equal logs", lambda: syd.ask("POST", "/v1/sync/usw/verify")["result"] == "equal")


def whole(syd, usw, case, link):
    until("all four changes", lambda: syd.digest()["deltas"] == 4)
    until("nothing waits", lambda: explained(syd, case)[0]["waiting"] == [])
    expect(link.is_answered(), "the member is not served any more")
    until("nothing is behind", lambda: use_of(syd)["missingHere"] == 0 and explained(syd, case)[1]["behind"] == 0)
    peer = use_of(syd)
    expect(peer["lags"] == [], f"lags are {peer['lags']}")
    even([syd, usw])
    answer = usw.ask("GET", f"/v1/sync/explain/{case.hex()}")
    expect(answer["held"] == 4 and answer["lackingParts"] == 1 and answer["waiting"] == [], f"usw explains {answer}")
    print("  all four held at both nodes, the withheld part still named")
