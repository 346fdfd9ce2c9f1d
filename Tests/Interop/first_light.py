"""One signed delta crosses one real link between two real replicas; a cut and a heal lose nothing."""

import tempfile
import time

from sites import even, expect, make_team, until


def main(baton, python):
    """Raises `Failure` when something does not hold."""
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as root:
        syd, usw = make_team(baton, root, ["syd", "usw"])
        try:
            syd.start([])
            usw.start([syd])
            run(syd, usw)
        finally:
            codes = [site.stop() for site in (syd, usw)]
        expect(codes == [0, 0], f"the nodes exited {codes}")
        for site in (syd, usw):
            expect(site.run("log", "verify", "--dir", site.folder).startswith("sound:"), "the log is not sound")
            expect("NOT EQUAL" not in site.run("rebuild", "--dir", site.folder), "a rebuild made another state")


def run(syd, usw):
    until("a live link", lambda: all(
        peer["state"] == "live" for site in (syd, usw) for peer in site.status()["peers"]))
    crossing(syd, usw)
    cut_and_heal(syd, usw)
    repeats(syd)


def crossing(syd, usw):
    """A case made at one site is read at the other."""
    waited = []
    for number in range(5):
        began = time.monotonic()
        made = syd.create(f"First light {number}", severity="S1", note="Seen from Sydney.")
        authored = time.monotonic() - began
        expect(made["saved"] == "here", "the answer does not say where it is saved")
        path = f"/v1/cases/{made['detail']['summary']['id']}"
        _, seconds = until("the case at usw", lambda: usw.ask("GET", path, status=None)[0] == 200)
        waited.append(seconds)
        print(f"  authored in {authored * 1000:.0f} ms (curl included), readable at usw {seconds * 1000:.0f} ms later")
    digest = even([syd, usw])
    print(f"  equal digests: {digest['deltas']} deltas, state {digest['stateDigest'][:16]}")
    until("a receipt", lambda: "usw" in syd.ask("GET", path)["detail"]["safeAt"])


def cut_and_heal(syd, usw):
    """Both sides go on while they cannot reach each other; after that nothing is lost and a conflict is named."""
    case = syd.create("Before the cut")["detail"]["summary"]["id"]
    until("the case at usw", lambda: usw.ask("GET", f"/v1/cases/{case}", status=None)[0] == 200)
    syd.ask("POST", "/v1/sync/usw/pause")
    until("the cut", lambda: syd.ask("GET", "/v1/sync")["paused"] == ["usw"])
    for site, agency in ((syd, "AFP"), (usw, "FBI")):
        site.ask("POST", f"/v1/cases/{case}/changes",
                 {"operations": [{"action": "set", "field": "agency", "value": agency}], "note": f"At {site.name}."})
        for number in range(20):
            site.create(f"While cut off {site.name} {number}")
    apart = {site.status()["logDigest"] for site in (syd, usw)}
    expect(len(apart) == 2, "the two sites were not apart")
    began = time.monotonic()
    syd.ask("POST", "/v1/sync/usw/resume")
    digest = even([syd, usw])
    print(f"  healed in {(time.monotonic() - began) * 1000:.0f} ms: {digest['deltas']} deltas")
    for site in (syd, usw):
        conflicts = site.ask("GET", "/v1/conflicts")["conflicts"]
        values = sorted(version["value"] for each in conflicts for version in each["versions"])
        expect(values == ["AFP", "FBI"], f"the conflict at {site.name} shows {values}")
        queue = site.ask("GET", "/v1/cases?limit=100")
        expect(queue["total"] == 46, f"{site.name} shows {queue['total']} cases")
        entries = site.ask("GET", f"/v1/cases/{case}/timeline")["entries"]
        expect(sorted(entry["text"] for entry in entries) == ["At syd.", "At usw."], "a note was lost")


def repeats(syd):
    """A command that is repeated with its key does nothing twice."""
    answers = [
        syd.ask("POST", "/v1/cases", {"type": "EDR", "title": "Once"}, headers=["idempotency-key: one-and-only"])
        for _ in range(2)
    ]
    expect(answers[0]["deltas"] == answers[1]["deltas"], "a repeated command wrote twice")
    expect([answer["isRepeat"] for answer in answers] == [False, True], "a repeat was not told as one")
