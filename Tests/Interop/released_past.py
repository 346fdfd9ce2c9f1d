#!/usr/bin/env python3
"""A change whose predecessor was lost: it waits at both sites, two people release it by the command line, and it counts at
both. Then the lost change turns up after all: nothing is written over, and both sites stay equal, also after a rebuild.

The site that lost its disk is played by a member whose keys are in our hands.
"""

import os
import sys
import tempfile
import time

import _nodes
import _peer
import _wire as wire
import sites

TITLE, SEVERITY, OWNER = (field << 6 | 1 << 5 | 1 for field in (1, 3, 4))


def history(member):
    """Three changes of one case by one author, each behind the one before: the first, the lost one, the last."""
    document, author = b"\x01" + os.urandom(15), (member.site, 1, os.urandom(8))
    stamp = (time.time_ns() // 1_000_000) << 16
    made, before = [], bytes(32)
    for seq, operations in enumerate(
            ([(TITLE, "Threat at the harbour"), (OWNER, 1)], [(OWNER, 2)], [(OWNER, 3), (SEVERITY, 1)]), start=1):
        seal = wire.seal_of(before if seq > 1 else None, [])
        made.append(member.delta(
            document, operations, {5: seq, 6: before, 9: seq - 1, 11: seal, 13: stamp + seq}, author))
        before = wire.delta_id(made[-1][0], made[-1][1])
    return document, made


def send(member, port, deltas):
    with _peer.Link(member, port) as link:
        link.go_live()
        for data, signature, parts, key in deltas:
            link.send([5, [key], [[data, signature, parts]], 0])
        sites.expect(link.is_answered(), "the link ended")


def explained(site, case):
    return site.ask("GET", f"/v1/sync/explain/{case}")


def main(baton, python):
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        syd, usw, bad = sites.make_team(baton, top, ["syd", "usw", "bad"])
        member = _peer.Member(bad.folder, top)
        document, (first, lost, last) = history(member)
        with _nodes.running(syd, usw):
            send(member, syd.ready["port"], [first, last])
            for site in (syd, usw):
                sites.until("it waits at both", lambda site=site: site.status()["counts"]["waiting"] == 1)
            case = syd.ask("GET", "/v1/cases")["cases"][0]
            ref, waiting = case["ref"], explained(syd, document.hex())["waiting"][0]
            sites.expect(waiting["delta"].endswith("#3") and waiting["waitsFor"].endswith("#2"), f"{waiting}")

            def say(site, *more, code):
                return site.run(
                    "release", ref, waiting["delta"], "--note", "disk destroyed", "--dir", site.folder, *more, code=code)

            # A confirmation is wanted, one person is not two, and the same one twice neither.
            code, answer = syd.ask("POST", f"/v1/cases/{document.hex()}/acts", {
                "act": "release", "arguments": {"delta": [waiting["delta"]], "note": ["x"]}}, status=None)
            sites.expect(code >= 400 and syd.status()["counts"]["deltas"] == 2, f"done without the handle: {answer}")
            say(syd, "--confirm", ref, code=9)
            sites.expect(syd.status()["counts"]["waiting"] == 1, "one person's word let it count")
            say(syd, "--confirm", ref, code=9)
            sites.until("the first word is at usw", lambda: len({each.status()["logDigest"] for each in (syd, usw)}) == 1)
            say(usw, "--confirm", ref, code=0)
            for site in (syd, usw):
                sites.until("it counts at both", lambda site=site: site.status()["counts"]["waiting"] == 0)
            sites.even([syd, usw])
            shown = usw.ask("GET", f"/v1/cases/{document.hex()}")["detail"]["summary"]
            sites.expect(shown["severity"] == "S1" and shown["conflicts"] == 1, f"not counted beside the first: {shown}")

            # The disk was found after all.
            send(member, usw.ready["port"], [lost])
            sites.until("it is at both", lambda: {each.status()["counts"]["deltas"] for each in (syd, usw)} == {5})
            sites.even([syd, usw])
            shown = syd.ask("GET", f"/v1/cases/{document.hex()}")["detail"]["summary"]
            sites.expect(shown["conflicts"] == 1, f"the found change stands beside what was released: {shown}")
            before = [each.digest()["stateDigest"] for each in (syd, usw)]
        for site in (syd, usw):
            site.run("rebuild", "--dir", site.folder)
            site.run("log", "verify", "--dir", site.folder)
        with _nodes.running(syd, usw):
            sites.expect([each.digest()["stateDigest"] for each in (syd, usw)] == before, "a rebuild made another state")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: released_past.py BATON", file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1], sys.executable)
