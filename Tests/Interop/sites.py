"""Real node processes on loopback, for checks that run the built program."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time


class Failure(Exception):
    """A check that did not hold."""


def expect(condition, words):
    if not condition:
        raise Failure(words)


def free_ports(count):
    """Ports that were free a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Site:
    """One site: its folder and, while it runs, its process."""

    def __init__(self, baton, root, name, port):
        self.baton = baton
        self.name = name
        self.port = port
        self.folder = pathlib.Path(root) / name
        self.log = pathlib.Path(root) / f"{name}.log"
        self.ready_file = pathlib.Path(root) / f"{name}.ready"
        self.process = None
        self.ready = None
        # The desk name to act as; None where the user may act as one operator only.
        self.person = None

    def run(self, *arguments, code=0, seconds=120):
        """Runs one `baton` command, which has so many seconds, and returns its standard output."""
        done = subprocess.run(
            [self.baton, *map(str, arguments)], capture_output=True, text=True, timeout=seconds, check=False)
        expect(done.returncode == code,
               f"baton {' '.join(map(str, arguments))} exited {done.returncode}, not {code}: {done.stderr}")
        return done.stdout

    def start(self, peers, *more):
        self.ready_file.unlink(missing_ok=True)
        arguments = [self.baton, "node", "--dir", self.folder, "--listen", f"127.0.0.1:{self.port}",
                     "--ready-file", self.ready_file]
        for peer in peers:
            arguments += ["--peer", f"{peer.name}=127.0.0.1:{peer.port}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*map(str, arguments), *more], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not self.ready_file.exists():
            expect(self.process.poll() is None, f"{self.name} ended at start: {self.tail()}")
            expect(time.monotonic() < deadline, f"{self.name} was not ready in 30 s: {self.tail()}")
            time.sleep(0.01)
        self.ready = json.loads(self.ready_file.read_text())
        return self

    def stop(self):
        """Ends the process gracefully and returns its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"{self.name} did not stop in 30 s: {self.tail()}") from None
        self.process = None
        return code

    def kill(self):
        """Ends the process at once, as a power cut would."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def tail(self):
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "(no log)"

    # The operator API, through an HTTP/2 client that is not ours.

    def ask(self, method, path, body=None, headers=(), status=(200, 201)):
        """Asks through curl. Returns the decoded JSON; `status` None returns (status, JSON)."""
        arguments = ["curl", "--silent", "--show-error", "--http2-prior-knowledge", "--unix-socket",
                     self.ready["socket"], "--request", method, "--max-time", "60",
                     "--write-out", "\n%{http_code} %{http_version}", f"http://baton{path}"]
        if self.person and not any(header.startswith("baton-as:") for header in headers):
            headers = [*headers, f"baton-as: {self.person}"]
        for header in headers:
            arguments += ["--header", header]
        if body is not None:
            arguments += ["--header", "content-type: application/json", "--data-binary", json.dumps(body)]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=90, check=False)
        expect(done.returncode == 0, f"curl failed at {self.name}: {done.stderr}")
        text, _, tail = done.stdout.rpartition("\n")
        code, version = tail.split()
        expect(version == "2", f"{self.name} answered with HTTP {version}")
        value = json.loads(text) if text else None
        if status is None:
            return int(code), value
        expect(int(code) in status, f"{method} {path} at {self.name} answered {code}: {text}")
        return value

    def create(self, title, **more):
        return self.ask("POST", "/v1/cases", {"type": "OTHER", "title": title, **more})

    def status(self):
        return self.ask("GET", "/v1/status")

    def digest(self):
        return self.ask("GET", "/v1/digest")


def make_team(baton, root, names, clearance="us=usw,use", people=None):
    """Makes folders, cards and a membership for some sites. Nothing runs yet.

    `people` gives the operators of a site as `NAME:UID:ROLES`; without it each site has one specialist.
    """
    sites = [Site(baton, root, name, port) for name, port in zip(names, free_ports(len(names)))]
    for site in sites:
        own = (people or {}).get(site.name, [f"{site.name}-op:{os.getuid()}:specialist"])
        site.person = own[0].split(":")[0] if len(own) > 1 else None
        site.run("init", "--site", site.name, "--dir", site.folder, "--region", "test",
                 *[word for person in own for word in ("--operator", person)])
    file = pathlib.Path(root) / "membership.cbor"
    cleared = [name for name in clearance.split("=")[1].split(",") if name in names]
    extra = ["--clearance", f"us={','.join(cleared)}"] if cleared else []
    sites[0].run("membership", "create", "--root", pathlib.Path(root) / "root", "--team", "Test team", *extra,
                 "-o", file, *[site.folder / f"{site.name}.pub" for site in sites])
    for site in sites:
        site.run("membership", "import", "--dir", site.folder, file)
    return sites


def until(words, condition, seconds=30, pause=0.005):
    """Waits for a condition and returns (its value, seconds waited)."""
    started = time.monotonic()
    while True:
        value = condition()
        if value:
            return value, time.monotonic() - started
        if time.monotonic() - started > seconds:
            raise Failure(f"not within {seconds} s: {words}")
        time.sleep(pause)


def even(sites, seconds=60):
    """Waits until all sites hold the same deltas, then compares what they have folded."""
    until("equal logs", lambda: len({site.status()["logDigest"] for site in sites}) == 1, seconds)
    digests = [site.digest() for site in sites]
    expect(len({digest["stateDigest"] for digest in digests}) == 1, f"state digests differ: {digests}")
    return digests[0]
