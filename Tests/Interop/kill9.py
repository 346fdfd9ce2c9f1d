#!/usr/bin/env python3
"""Kill a receiving node at random points of a long sync; nothing that was acknowledged may be missing afterwards.

For each kill: what the sender held signed receipts for, and what the receiver itself had acknowledged to its operators,
is looked for in a copy of the receiver's files, before the node starts again. At the end both are equal and verified.
The line between them carries no faster than RATE, so that a sync is long enough to be hit on a machine of any speed.

BATON_KILLS (5), BATON_DELTAS (5000) and BATON_SEED (1) change the measure; the whole one is 20 and 20000.
"""

import contextlib
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time

import _history
import _line
import _nodes
import sites
import verify_replica

# Bytes a second. A delta is about 200 bytes here: the backlog of 5,000 lasts about 4 s, and a pause before a kill, at most
# 0.1 s, is about 150 deltas.
RATE = 250_000


def author_backlog(node, count):
    """Write `count` deltas at a node, over cases of 200 changes each."""
    started = time.monotonic()
    with _nodes.Desk(node) as desk:
        cases = [
            _history.create(desk, type="EDR", title=f"Backlog case {number}", severity=f"S{number % 5}")
            for number in range(max(1, count // 200))
        ]

        def requests():
            for number in range(count - len(cases)):
                case = cases[number % len(cases)]
                note = _history.operation("append", "note", f"Entry {number} of the backlog.")
                more = [_history.operation("set", "situation", f"Step {number}.")] if number % 4 == 0 else []
                yield "POST", f"/v1/cases/{case}/changes", {"operations": [note, *more]}

        desk.many(requests())
        held = desk.status()["counts"]["deltas"]
    seconds = time.monotonic() - started
    print(f"  {held} deltas written through the operator API in {seconds:.1f} s ({held / seconds:.0f}/s)")
    return held


class Receipts:
    """How many of the sender's deltas it holds a peer's signed word for: the sender's API counts them."""

    def __init__(self, node, peer):
        self.desk, self.peer = _nodes.Desk(node), peer

    def acknowledged(self):
        peers = self.desk.call("GET", "/v1/sync")["peers"]
        return next((peer["confirmed"] for peer in peers if peer["site"] == self.peer), 0)

    def close(self):
        self.desk.__exit__(None, None, None)


def held_after(node, top):
    """Which places a killed node's files hold: site -> set of seq. Works on a copy, as a restart would on the files."""
    copy = os.path.join(top, "copy")
    shutil.rmtree(copy, ignore_errors=True)
    os.mkdir(copy)
    for name in ("replica.sqlite", "replica.sqlite-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copy(os.path.join(node.folder, name), copy)
    database = sqlite3.connect(os.path.join(copy, "replica.sqlite"))
    held, ids = {}, set()
    for site, seq, identity in database.execute("SELECT site, seq, id FROM delta JOIN author USING (author_id)"):
        held.setdefault(site, set()).add(seq)
        ids.add(identity.hex())
    check = database.execute("PRAGMA integrity_check").fetchone()[0]
    database.close()
    if check != "ok":
        raise sites.Failure(f"the killed database is damaged: {check}")
    return held, ids


def main(baton, python):
    del python
    kills = int(os.environ.get("BATON_KILLS", "5"))
    count = int(os.environ.get("BATON_DELTAS", "5000"))
    seed = int(os.environ.get("BATON_SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        sender, receiver = sites.make_team(baton, top, ["syd", "usw"])
        try:
            sender.start([])
            total = author_backlog(sender, count)
            character = _line.Character(delay=0, rate=RATE)
            with _line.Streams(["syd", "usw"], character, {"syd": sender.port, "usw": receiver.port}) as line:
                far = _line.Far(sender, line.ports["usw", "syd"])
                cut_short = sync_with_kills(sender, receiver, far, total, kills, random.Random(seed), top)
            finish(sender, receiver, baton)
            if cut_short < kills - 1:
                raise sites.Failure(f"only {cut_short} of {kills} kills hit a sync that was under way")
        finally:
            _nodes.end(sender, receiver)


def sync_with_kills(sender, receiver, far, total, kills, source, top):
    """Kill the receiver `kills` times, spread over the sync; it reaches the sender at `far`. Gives how many kills left something to come."""
    print(f"  {'kill':>4} {'acknowledged':>12} {'held':>7} {'missing':>7} {'to come':>8} {'own':>4} {'own missing':>11}")
    own, cut_short = [], 0
    with contextlib.closing(Receipts(sender, receiver.name)) as receipts:
        for kill in range(1, kills + 1):
            # A point inside this kill's share of the backlog, then up to 100 ms more, so that any instant between two commits can be hit.
            target = int(total * (kill - 1 + source.random()) / (kills + 1))
            pause = source.random() * 0.1
            receiver.start([far])
            with _nodes.Desk(receiver) as desk:
                own.append(write_own(desk, kill))
            sites.until(f"{target} receipts", lambda: receipts.acknowledged() >= target, 120, 0.001)
            time.sleep(pause)
            acknowledged = receipts.acknowledged()
            receiver.kill()
            acknowledged = max(acknowledged, receipts.acknowledged())
            held, ids = held_after(receiver, top)
            places = held.get(sender.name, set())
            # Documents arrive before logs are whole: what counts is how many were signed for.
            missing = max(0, acknowledged - len(places))
            own_missing = sum(1 for delta in own if delta not in ids)
            to_come = total - len(places)
            cut_short += to_come > 0
            print(
                f"  {kill:>4} {acknowledged:>12} {len(places):>7} {missing:>7} {to_come:>8} {len(own):>4}"
                f" {own_missing:>11}"
            )
            if missing or own_missing:
                raise sites.Failure(f"kill {kill}: {missing} acknowledged deltas and {own_missing} own ones are gone")
    return cut_short


def write_own(desk, kill):
    """Let the receiver acknowledge a change of its own; gives its delta id."""
    answer = desk.call("POST", "/v1/cases", {"type": "OTHER", "title": f"Written before kill {kill}"})
    return answer["deltas"][0]


def finish(sender, receiver, baton):
    started = time.monotonic()
    receiver.start([sender])
    digest = sites.even([sender, receiver], 300)
    log, state = digest["logDigest"][:16], digest["stateDigest"][:16]
    print(f"  equal after {time.monotonic() - started:.1f} s: {digest['deltas']} deltas, log {log}, state {state}")
    _nodes.stop(sender, receiver)
    verify_replica.verify_folder(receiver.folder, baton)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: kill9.py BATON", file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1], sys.executable)
