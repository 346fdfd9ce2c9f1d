"""Who is at the other desk: what somebody is about to do is shown there before it is done, and runs out.

Two real nodes; nothing of it is kept.
"""

import tempfile
import time

import _desk
from sites import even, expect, make_team, until


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
            case = syd.create("Two hands on one case", severity="S1")["detail"]["summary"]
            even([syd, usw])
            intents(syd, usw, case)
            cut(syd, usw, case)
            stored(syd, usw)
        finally:
            codes = [site.stop() for site in (syd, usw)]
        expect(codes == [0, 0], f"the nodes exited {codes}")


def desks(site, other):
    """Who is at the other site's desks, as this node knows."""
    peers = site.status()["asOf"]["peers"]
    return next(peer for peer in peers if peer["site"] == other.name).get("desks", [])


def planned(site, other):
    return [(desk["by"], desk.get("ref"), desk["intent"]) for desk in desks(site, other) if "intent" in desk]


def intents(syd, usw, case):
    usw.ask("POST", "/v1/presence", {"caseRef": case["ref"], "intent": "disclose"})
    wanted = [("usw-op", case["ref"], "disclose")]
    until("the intent at syd", lambda: planned(syd, usw) == wanted)
    left = next(desk["secondsLeft"] for desk in desks(syd, usw) if "intent" in desk)
    expect(0 < left <= 60, f"it holds for {left} s")
    for path in (f"/v1/cases/{case['ref']}", "/v1/cases", f"/v1/cases/{case['ref']}/file"):
        peers = syd.ask("GET", path)["asOf"]["peers"]
        expect(any(desk.get("intent") for desk in peers[0]["desks"]), f"{path} does not tell of it")
    replies, _ = _desk.run(syd, [f"show {case['ref']}".encode()])
    shown = replies[0]["data"]["asOf"]["peers"][0]["desks"]
    expect(shown[0]["intent"] == "disclose", f"the desk shows {shown}")
    usw.ask("POST", "/v1/presence", {"caseRef": case["ref"]})
    until("the intent taken back", lambda: not planned(syd, usw))
    status, problem = usw.ask("POST", "/v1/presence", {"caseRef": case["ref"], "intent": "dance"}, status=None)
    expect(status == 422, f"an act that is none: {status} {problem}")
    # A command that cannot be taken back says so first by itself; it rests when it is done, or refused (there is no subj:1).
    replies, _ = _desk.run(usw, [f"contain {case['ref']} suspend subj:1 --why TTL-IMMINENT".encode()])
    expect(replies[0]["problem"]["code"] == "item.unknown", f"the desk answered {replies}")
    until("the desk of usw at syd", lambda: any(desk["by"] == "usw-op" for desk in desks(syd, usw)))
    # Peers are told once a second: by now the word is there, and has to go well before its minute is over.
    time.sleep(2)
    until("what was refused taken back", lambda: not planned(syd, usw), 15)


def cut(syd, usw, case):
    """A peer that is out of touch is at no desk; it is told anew when it is back."""
    usw.ask("POST", "/v1/presence", {"caseRef": case["ref"], "intent": "close"})
    until("the intent at syd", lambda: planned(syd, usw))
    syd.ask("POST", "/v1/sync/usw/pause")
    until("the link's end", lambda: not desks(syd, usw))
    syd.ask("POST", "/v1/sync/usw/resume")
    until("the intent once more", lambda: planned(syd, usw))


def stored(syd, usw):
    """Nothing of it is in a log."""
    even([syd, usw])
    before = syd.ask("GET", "/v1/digest")["deltas"]
    usw.ask("POST", "/v1/presence", {"caseRef": usw.ask("GET", "/v1/cases")["cases"][0]["ref"], "intent": "decide"})
    until("the intent at syd", lambda: any(intent[2] == "decide" for intent in planned(syd, usw)))
    expect(syd.ask("GET", "/v1/digest")["deltas"] == before, "an intent was stored")
    print("  an intent is shown at the other desk, taken back, gone with the link, told anew, and stored nowhere")
