"""What an operator is told of the exchange: equal logs proven, a case explained, and a disk that was put back.

The receiver's folder is set back to a copy of itself: what it had signed for and no longer holds is not called safe there, the
file beside its database shows that it went back, and its log is whole again a moment later.
"""

import os
import shutil
import signal
import stat
import tempfile

from sites import even, expect, make_team, until


def main(baton, python):
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as root:
        syd, usw = make_team(baton, root, ["syd", "usw"])
        try:
            syd.start([])
            usw.start([syd])
            until("two connections", lambda: connections(syd) == ["urgent", "bulk"])
            case = written(syd, usw)
            compared(syd)
            explained(syd, case)
            put_back(syd, usw)
            reloaded(syd, usw)
        finally:
            for site in (syd, usw):
                site.stop()


def peer_of(site):
    return next(iter(site.ask("GET", "/v1/sync")["peers"]), {"connections": [], "confirmed": 0})


def connections(site):
    return peer_of(site)["connections"]


def written(syd, usw):
    made = [syd.create(f"Case {number}", severity="S1")["detail"]["summary"]["id"] for number in range(10)]
    even([syd, usw])
    until("signed words", lambda: peer_of(syd)["confirmed"] == 10)
    return made[0]


def compared(syd):
    answer = syd.ask("POST", "/v1/sync/usw/verify")
    expect(answer["result"] == "equal" and answer["equal"] == 10, f"the comparison said {answer}")
    expect(answer["unequal"] == answer["onlyHere"] == answer["onlyThere"] == [], "equal logs differ somewhere")
    print(f"  {answer['equal']} deltas compared by fingerprints")


def explained(syd, case):
    answer = syd.ask("GET", f"/v1/sync/explain/{case}")
    expect(answer["held"] == 1 and answer["waiting"] == [] and answer["lackingParts"] == 0, f"explained as {answer}")
    (peer,) = answer["peers"]
    expect((peer["site"], peer["behind"], peer["missingThere"]) == ("usw", 0, 0), f"the peer is explained as {peer}")


def put_back(syd, usw):
    """Copy the receiver's folder, write on, put the copy back as a restored backup would be."""
    usw.stop()
    witness = os.path.join(usw.folder, "witness")
    expect(stat.S_IMODE(os.stat(witness).st_mode) == 0o600, "the witness is open to others")
    copy = f"{usw.folder}.copy"
    shutil.copytree(usw.folder, copy)
    usw.start([syd])
    for number in range(5):
        syd.create(f"After the copy {number}")
    even([syd, usw])
    until("signed words", lambda: peer_of(syd)["confirmed"] == 15)
    usw.stop()
    syd.ask("POST", "/v1/sync/usw/pause")
    for name in os.listdir(usw.folder):
        if name.startswith("replica"):
            os.remove(os.path.join(usw.folder, name))
    for name in os.listdir(copy):
        if name.startswith("replica"):
            shutil.copy2(os.path.join(copy, name), usw.folder)
    usw.start([syd])
    alarms = usw.ask("GET", "/v1/sync")["alarms"]
    kinds = {alarm["code"] for alarm in alarms}
    expect(kinds == {"alarm.replica-went-back"}, f"the node that was put back raised {alarms}")
    syd.ask("POST", "/v1/sync/usw/resume")
    even([syd, usw])
    until("signed words again", lambda: peer_of(syd)["confirmed"] == 15)
    audit = [line["detail"] for line in syd.ask("GET", "/v1/audit?limit=50")["records"]]
    expect(any(detail.startswith("safe elsewhere taken back") for detail in audit), "the audit does not tell of it")
    print(f"  put back: {sorted(kinds)[0]} at usw, safe elsewhere taken back at syd, equal again")


def reloaded(syd, usw):
    """A peer that the configuration names later is dialled after SIGHUP, without a restart."""
    for site in (syd, usw):
        site.stop()
    settings = os.path.join(usw.folder, "node.yaml")
    usw.start([])
    syd.start([])
    expect(peer_of(usw)["connections"] == [], "a node without peers has a link")
    with open(settings, "w", encoding="utf-8") as file:
        file.write("peers: nonsense\n")
    usw.process.send_signal(signal.SIGHUP)
    until("the refusal", lambda: "the configuration was refused" in usw.log.read_text(errors="replace"))
    with open(settings, "w", encoding="utf-8") as file:
        file.write(f"peers:\n  - site: syd\n    address: 127.0.0.1:{syd.port}\n")
    usw.process.send_signal(signal.SIGHUP)
    until("the new peer", lambda: sorted(peer_of(usw)["connections"]) == ["bulk", "urgent"])
    print("  a peer was added by SIGHUP")
