#!/usr/bin/env python3
"""A site whose disk went back takes a case: provisional everywhere, until it has shown that all is there again.

The restored site has lost the decline that it signed before. Alone it accepts the same offer: epoch 1', provisional. Not
before every other site has stated what it has of the lost log, and that is back, may it sign the recovery; its own first
answer then stands, at all sites alike. A second case, which nobody answered before, becomes firm.
"""

import sys
import tempfile

import _lives
import _nodes
import sites


def act(site, case, name, **arguments):
    """One act of the desk; gives the answer, or what the node refused."""
    call = {"act": name, "arguments": {key: [value] for key, value in arguments.items()}}
    with _nodes.Desk(site) as desk:
        return desk.wait(desk.submit("POST", f"/v1/cases/{case}/acts", call))


def done(site, case, name, **arguments):
    status, answer = act(site, case, name, **arguments)
    sites.expect(status == 200, f"{name} at {site.name}: {status} {answer}")
    return answer


def row(site, case):
    return site.ask("GET", f"/v1/cases/{case}")["detail"]["summary"]


def epochs(site, case):
    """Epoch and what stands against it, as the case's custody section says."""
    section = site.ask("GET", f"/v1/cases/{case}/file?section=custody")["sections"][0]
    return {item["id"]: item["state"] for item in section["items"] if item["id"].startswith("epoch:")}


def main(baton, python):
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as top, _lives.lab(baton, top) as lab:
        syd, usw, use = lab.team
        for index, site in enumerate(lab.team):
            site.start(lab.team[:index])
        answered = usw.create("Offered and declined")["detail"]["summary"]["id"]
        open_case = usw.create("Offered, not answered")["detail"]["summary"]["id"]
        for case in (answered, open_case):
            done(usw, case, "assign", to="syd")
        sites.even(lab.team)
        syd.stop()
        backup = lab.top / "backup"
        _lives.copy(syd.folder, backup)
        syd.start([usw, use])
        done(syd, answered, "assign decline", why="TOO-MANY")
        sites.even(lab.team)

        _nodes.stop(usw, use)
        syd.stop()
        _lives.overwrite(backup, syd.folder)
        syd.start([])
        for case in (answered, open_case):
            answer = done(syd, case, "take")
            sites.expect(any("Provisional" in hint for hint in answer["hints"]), f"no word of doubt: {answer}")
            sites.expect(row(syd, case)["epoch"] == "1'" and row(syd, case)["isProvisional"],
                         f"the restored site is sure of itself: {row(syd, case)}")
        status, problem = act(syd, open_case, "custody recover")
        sites.expect(status == 403 and problem["code"] == "custody.unproven", f"recovered alone: {problem}")

        # One of two sites is back: what the other one holds is not known.
        usw.start([syd])
        sites.even([syd, usw])
        sites.expect(row(usw, open_case)["epoch"] == "1'", f"usw: {row(usw, open_case)}")
        status, problem = act(syd, open_case, "custody recover")
        sites.expect(status == 403 and "use" in problem["message"], f"recovered without use: {problem}")

        use.start([syd, usw])
        sites.even(lab.team)
        done(syd, answered, "custody recover")
        # The other one by the line that a person types.
        ref = row(syd, open_case)["ref"]
        told = syd.run("custody", "recover", ref, "--dir", syd.folder)
        sites.expect("its acts count again" in told, f"custody recover says: {told}")
        sites.even(lab.team)
        for site in lab.team:
            summary = row(site, open_case)
            sites.expect((summary["epoch"], summary["isProvisional"], summary["ownerSite"]) == ("1", False, "syd"),
                         f"{site.name} does not see the recovery: {summary}")
            summary = row(site, answered)
            sites.expect((summary["isProvisional"], summary.get("ownerSite")) == (False, None),
                         f"{site.name} lets the second answer stand: {summary}")
        status, problem = act(syd, open_case, "custody recover")
        sites.expect(problem["code"] == "custody.nothing-to-recover", f"recovered twice: {problem}")

        # The process starts again in the same life: what was shown stays shown.
        _nodes.stop(usw, use)
        syd.stop()
        syd.start([])
        answer = done(syd, open_case, "custody hold")
        sites.expect(not any("Provisional" in hint for hint in answer["hints"]), f"forgotten: {answer}")
        syd.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: custody_recovery.py BATON", file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1], sys.executable)
