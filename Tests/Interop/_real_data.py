#!/usr/bin/env python3
"""Imports a real incident log at two sites that are cut off from each other, heals, and measures.

Not a test: it needs data that the project does not contain, and takes minutes.

    _real_data.py --baton PROGRAM --data FOLDER [--keep FOLDER]

FOLDER holds itsm-incidents.csv and itsm-activities.csv (docs/import.md).
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SITES = ["syd", "usw", "use"]
PEOPLE = {"syd": "alee", "usw": "kim", "use": "joan"}


class Node:
    def __init__(self, program, folder, site):
        self.program, self.site = program, site
        self.dir = folder / site
        self.process = None
        self.port = 0

    def call(self, *arguments, check=True):
        command = [self.program, *arguments, "--dir", str(self.dir)]
        done = subprocess.run(command, capture_output=True, text=True)
        if check and done.returncode != 0:
            sys.exit(f"{' '.join(command)} exited with {done.returncode}:\n{done.stderr}{done.stdout}")
        return done

    def json(self, *arguments):
        reply = json.loads(self.call(*arguments, "--json").stdout)
        return reply.get("data", reply)

    def start(self, peers):
        ready = self.dir / "ready.json"
        command = [self.program, "node", "--dir", str(self.dir), "--listen", "127.0.0.1:0",
                   "--ready-file", str(ready), "--log-level", "warning"]
        for peer in peers:
            command += ["--peer", f"{peer.site}=127.0.0.1:{peer.port}"]
        with open(self.dir / "node.log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{self.site} does not run:\n{(self.dir / 'node.log').read_text()}")
            time.sleep(0.02)
        self.port = json.loads(ready.read_text())["port"]

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def memory(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0

    def database(self):
        return sum(path.stat().st_size for path in self.dir.glob("replica.sqlite*"))


def make_team(program, folder):
    nodes = [Node(program, folder, site) for site in SITES]
    cards = []
    for node in nodes:
        operator = f"{PEOPLE[node.site]}:{os.getuid()}:lead"
        node.call("init", "--site", node.site, "--operator", operator)
        cards.append(str(node.dir / f"{node.site}.pub"))
    membership = str(folder / "membership.cbor")
    subprocess.run([program, "membership", "create", "--root", str(folder / "root"), "--team", "real data",
                    "--output", membership, *cards], check=True, capture_output=True)
    for node in nodes:
        node.call("membership", "import", membership)
    return nodes


def wait_until_equal(nodes, seconds):
    """Returns when the nodes hold the same deltas, all folded; the time is the caller's to take."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        states = [node.json("status") for node in nodes]
        is_equal = len({state["logDigest"] for state in states}) == 1
        if is_equal and not any(state["counts"]["waiting"] for state in states):
            return
        time.sleep(0.2)
    sys.exit("the replicas did not become equal")


def first_line(node, *arguments):
    """Milliseconds from the start of the process to its first line, the best and the middle of five."""
    times = []
    for _ in range(5):
        started = time.monotonic()
        process = subprocess.Popen([node.program, *arguments, "--dir", str(node.dir)],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdout.readline()
        times.append((time.monotonic() - started) * 1000)
        process.stdout.read()
        process.wait()
    times.sort()
    return times[0], times[2]


def imported(node, data, folder):
    reply = node.json("import", "itsm", "--incidents", str(data / "itsm-incidents.csv"),
                      "--activities", str(data / "itsm-activities.csv"),
                      "--site-by", "team", "--sites", "syd,usw",
                      "--rejects", str(folder / f"{node.site}-rejects.csv"))
    print(f"import at {node.site}: {reply['cases']} cases, {reply['entries']} entries, "
          f"{reply['known']} known, {reply['elsewhere']} elsewhere, {reply['rejected']} rejected; "
          f"{reply['deltas']} deltas in {reply['milliseconds'] / 1000:.1f} s: {reply['deltasPerSecond']}/s", flush=True)
    return reply


def wire(nodes):
    peers = {node.site: node.json("status")["peers"] for node in nodes}
    return sum(peer["bytesSent"] for site in peers.values() for peer in site)


def run(program, data, folder):
    nodes = make_team(program, folder)
    try:
        for index, node in enumerate(nodes):
            node.start(nodes[:index])
        measure(nodes, data, folder)
    finally:
        for node in reversed(nodes):
            node.stop()


def measure(nodes, data, folder):
    syd, usw, use = nodes
    for other in (usw, use):
        syd.call("sync", "pause", other.site)
        other.call("sync", "pause", "syd")
    for node in (syd, usw):
        imported(node, data, folder)
    before = [node.json("status")["counts"]["deltas"] for node in nodes]
    bytes_before = wire(nodes)
    started = time.monotonic()
    for other in (usw, use):
        other.call("sync", "resume", "syd")
        syd.call("sync", "resume", other.site)
    wait_until_equal(nodes, 900)
    seconds = time.monotonic() - started
    after = [node.json("status")["counts"]["deltas"] for node in nodes]
    merged = [b - a for a, b in zip(before, after)]
    print(f"heal: {dict(zip(SITES, merged))} deltas merged in {seconds:.1f} s: "
          f"{sum(merged) / seconds:.0f}/s over the three; {wire(nodes) - bytes_before} bytes on the wire")
    digests = [node.json("digest") for node in nodes]
    for digest in digests:
        print(f"digest {digest['asOf']['site']}: {digest['documents']} documents, {digest['deltas']} deltas, "
              f"state {digest['stateDigest']} log {digest['logDigest']}")
    equal = len({(d["stateDigest"], d["logDigest"]) for d in digests}) == 1
    print("digests equal" if equal else "DIGESTS NOT EQUAL")
    conflicts = syd.json("conflicts").get("conflicts", [])
    cases = syd.json("queue", "all", "--limit", "500").get("cases", [])
    print(f"conflicts: {len(conflicts)}; of {len(cases)} cases closed without seeing something: "
          f"{sum(1 for each in cases if each['unseenByClose'])}")
    again = imported(syd, data, folder)
    for node in nodes:
        print(f"{node.site}: database {node.database()} bytes, peak memory {node.memory()} bytes")
    ref = syd.json("find", "SAP")["hits"][0]["summary"]["ref"]
    for words in (["queue", "all"], ["find", "SAP"], ["find", "KM0000524"], ["show", ref]):
        best, middle = first_line(syd, *words)
        print(f"{' '.join(words)}: first line after {best:.0f} ms at best, {middle:.0f} ms in the middle")
    if not equal or again["deltas"]:
        sys.exit("the replicas differ, or a second import wrote something")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--baton", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="baton-real-"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        run(os.path.abspath(options.baton), options.data, folder)
    finally:
        if not options.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
