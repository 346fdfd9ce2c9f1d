#!/usr/bin/env python3
"""Three sites on a bad line that flaps, under load, while two of them are killed again and again.

Round trip 160 ms, 5 % of all packets lost, a tenth of the others overtaken; every 20 s a pair, or everybody, is cut off for some
seconds; usw and use are killed (SIGKILL) at random moments and started again. People write at each site all the time. At the
end: equal digests, and every change that a node acknowledged is in the files of all three. syd is never killed: its memory is watched.

A minute in CI; BATON_FLAPPING_SECONDS=600 for the long form, BATON_SEED (1) for another course, BATON_FLAPPING_LINE=streams for
the relay of bytes that a machine without namespaces gets.
"""

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import _line
import _nodes
import sites

PERIOD = 20.0
ENOUGH = 40.0
SETTINGS = "limits:\n  heartbeat: 1s\n  silence: 4s\n"
NAMES = ["syd", "usw", "use"]
GROWTH_MAX = 48 << 20


class Place(sites.Site):
    """A site whose node runs where its line is."""

    line = None

    def enter(self, others):
        self.ready_file.unlink(missing_ok=True)
        where, listen = [], f"127.0.0.1:{self.port}"
        if isinstance(self.line, _line.Packets):
            space, address = self.line.hosts[self.name]
            where, listen = ["ip", "netns", "exec", space], f"{address}:{self.port}"
        command = [*where, self.baton, "node", "--dir", self.folder, "--listen", listen, "--ready-file", self.ready_file]
        for other in others:
            command += ["--peer", f"{other.name}={self.address(other)}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        sites.until(f"{self.name} is ready: {self.tail()}", self.ready_file.exists, 30)
        self.ready = {"socket": str(self.folder / "api.sock")}

    def address(self, other):
        if isinstance(self.line, _line.Packets):
            return f"{self.line.hosts[other.name][1]}:{other.port}"
        return f"127.0.0.1:{self.line.ports[self.name, other.name]}"

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmRSS:"))


class People:
    """Writes at one site until told to stop, through each death of its node. Keeps what was acknowledged."""

    def __init__(self, site, seed):
        self.site, self.draw = site, random.Random(seed)
        self.acknowledged, self.lost_answers, self.problem = [], 0, None
        self.cases = []
        self.is_done = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while not self.is_done.is_set():
                try:
                    with _nodes.Desk(self.site) as desk:
                        while not self.is_done.is_set():
                            self.acknowledged += self.act(desk)["deltas"]
                            self.is_done.wait(self.draw.uniform(0.05, 0.4))
                except OSError:
                    # The node is dead, or dies with our question: it may or may not have been written.
                    self.lost_answers += 1
                    self.is_done.wait(0.2)
        except Exception as error:  # told by the main thread
            self.problem = error

    def act(self, desk):
        kind = self.draw.random()
        if len(self.cases) < 3 or kind < 0.2:
            severity = "S0" if self.draw.random() < 0.2 else f"S{self.draw.randint(1, 4)}"
            title = f"{self.site.name} case {len(self.cases)}"
            made = desk.call("POST", "/v1/cases", {"type": "EDR", "title": title, "severity": severity})
            self.cases.append(made["detail"]["summary"]["id"])
            return made
        case = self.draw.choice(self.cases[-20:])
        if kind < 0.75:
            operation = {"action": "append", "field": "note", "value": "Seen, and written down. " * self.draw.randint(1, 12)}
        elif kind < 0.9:
            operation = {"action": "set", "field": "situation", "value": f"Step {len(self.acknowledged)}."}
        else:
            operation = {"action": "add", "field": "tags", "value": self.draw.choice(["night", "bank", "voice"])}
        return desk.call("POST", f"/v1/cases/{case}/changes", {"operations": [operation]})

    def end(self):
        self.is_done.set()
        self.thread.join()


def ids_of(site):
    """The ids in a stopped site's files."""
    database = sqlite3.connect(f"file:{site.folder / 'replica.sqlite'}?mode=ro", uri=True)
    try:
        return {identity.hex() for (identity,) in database.execute("SELECT id FROM delta")}
    finally:
        database.close()


def storm(line, places, seconds, seed):
    """Flap and kill for some time. Gives (kills, cuts, memory samples of the first place)."""
    draw = random.Random(seed)
    begun = time.monotonic()
    kills = cuts = 0
    memory = []
    cut_at, heal_at, kill_at = begun + 5, None, begun + draw.uniform(4, 12)
    while (now := time.monotonic()) < begun + seconds:
        if heal_at is not None and now >= heal_at:
            line.cuts([])
            heal_at = None
        if now >= cut_at:
            pairs = [("syd", "usw"), ("syd", "use"), ("usw", "use")]
            line.cuts(pairs if draw.random() < 0.25 else [draw.choice(pairs)])
            cuts += 1
            heal_at, cut_at = now + draw.uniform(3, 9), cut_at + PERIOD
        if now >= kill_at:
            victim = draw.choice(places[1:])
            victim.kill()
            kills += 1
            time.sleep(draw.uniform(0, 2))
            victim.enter([other for other in places if other is not victim])
            kill_at = time.monotonic() + draw.uniform(5, 20)
        memory.append(places[0].memory())
        time.sleep(0.25)
    line.cuts([])
    return kills, cuts, memory


def main(baton, python):
    del python
    seconds = float(os.environ.get("BATON_FLAPPING_SECONDS", ENOUGH))
    seed = int(os.environ.get("BATON_SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        team = sites.make_team(baton, top, NAMES)
        character = _line.Character(seed=seed)
        if os.environ.get("BATON_FLAPPING_LINE") != "streams" and _line.may_carry_packets():
            line = _line.Packets(NAMES, character)
        else:
            line = _line.Streams(NAMES, character, {site.name: site.port for site in team})
        with line:
            places = [Place(baton, top, site.name, site.port) for site in team]
            for place in places:
                place.line = line
                (place.folder / "node.yaml").write_text(SETTINGS, encoding="utf-8")
            play(line, places, seconds, seed)


def play(line, places, seconds, seed):
    people = []
    try:
        for place in places:
            place.enter([other for other in places if other is not place])
        people = [People(place, seed * 10 + number) for number, place in enumerate(places)]
        kills, cuts, memory = storm(line, places, seconds, seed)
        for each in people:
            each.end()
        counts = line.counts()
        healed = time.monotonic()
        digest = sites.even(places, 180)
        even = time.monotonic() - healed
        _nodes.stop(*places)
        tell(line, places, people, kills, cuts, memory, counts, digest, even)
    finally:
        for each in people:
            each.end()
        _nodes.end(*places)


def tell(line, places, people, kills, cuts, memory, counts, digest, even):
    acknowledged = [delta for each in people for delta in each.acknowledged]
    missing = {place.name: len(set(acknowledged) - ids_of(place)) for place in places}
    # The first quarter fills caches and pools.
    early, late = memory[len(memory) // 4], max(memory[-len(memory) // 4:])
    print(f"  {line.words}: {counts['carried']:,} carried, {counts['lost']:,} lost, {counts['overtaken']:,} overtaken, "
          f"{counts['cut']:,} in {cuts} cuts")
    print(f"  {kills} kills, {sum(each.lost_answers for each in people)} requests without an answer; {len(acknowledged):,} "
          f"changes acknowledged, {digest['deltas']:,} deltas, missing {missing}; even {even:.1f} s after the end")
    print(f"  syd's memory: {early >> 20} MiB after a quarter, at most {late >> 20} MiB in the last one")
    for each in people:
        sites.expect(each.problem is None, f"the people at {each.site.name}: {each.problem}")
    sites.expect(kills > 0 and cuts > 0, "nothing was killed or cut")
    sites.expect(not any(missing.values()), f"acknowledged changes are gone: {missing}")
    sites.expect(digest["deltas"] >= len(acknowledged), "fewer deltas than were acknowledged")
    sites.expect(late - early <= GROWTH_MAX, f"memory grew from {early:,} to {late:,} bytes")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.executable)
