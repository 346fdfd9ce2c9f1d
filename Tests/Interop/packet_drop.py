#!/usr/bin/env python3
"""Two sites in network namespaces of their own, joined by a router that stops forwarding: packets vanish, nobody is told.

That is what a dead line looks like: no reset, no error, only silence. Each side must find out by itself, go on working,
and catch up when the line is back.
"""

import os
import shutil
import subprocess
import tempfile
import time

import sites

SETTINGS = "limits:\n  heartbeat: 500ms\n  silence: 2s\n"


def ip(*arguments, check=True):
    return subprocess.run(["ip", *arguments], check=check, capture_output=True, text=True)


class Line:
    """A router between two hosts; a cut is the end of its forwarding."""

    def __init__(self):
        tag = f"bt{os.getpid()}"
        self.router = f"{tag}-r"
        self.hosts = {"syd": (f"{tag}-a", "10.77.1.2"), "usw": (f"{tag}-b", "10.77.2.2")}
        self.made = []

    def __enter__(self):
        self.make(self.router)
        for number, (space, address) in enumerate(self.hosts.values(), 1):
            self.make(space)
            near, far, gateway = f"bv{number}", f"br{number}", f"10.77.{number}.1"
            ip("-n", self.router, "link", "add", far, "type", "veth", "peer", "name", near)
            ip("-n", self.router, "link", "set", near, "netns", space)
            for where, link, own in ((space, near, address), (self.router, far, gateway)):
                ip("-n", where, "addr", "add", f"{own}/24", "dev", link)
                ip("-n", where, "link", "set", link, "up")
                ip("-n", where, "link", "set", "lo", "up")
            ip("-n", space, "route", "add", "default", "via", gateway)
        self.forward(True)
        return self

    def make(self, space):
        ip("netns", "add", space)
        self.made.append(space)

    def __exit__(self, *_):
        for space in self.made:
            ip("netns", "del", space, check=False)

    def forward(self, is_on):
        subprocess.run(
            ["ip", "netns", "exec", self.router, "sysctl", "-qw", f"net.ipv4.ip_forward={int(is_on)}"],
            check=True, capture_output=True)


class Host(sites.Site):
    """A site whose node runs in a namespace. Its operator socket is a file, so it is reached from here."""

    def enter(self, line, peers):
        space, address = line.hosts[self.name]
        self.ready_file.unlink(missing_ok=True)
        command = ["ip", "netns", "exec", space, self.baton, "node", "--dir", self.folder,
                   "--listen", f"{address}:{self.port}", "--ready-file", self.ready_file]
        for peer in peers:
            command += ["--peer", f"{peer.name}={line.hosts[peer.name][1]}:{peer.port}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        sites.until(f"{self.name} is ready", self.ready_file.exists)
        self.ready = {"socket": str(self.folder / "api.sock")}

    def state_of(self, peer):
        return next(row["state"] for row in self.ask("GET", "/v1/sync")["peers"] if row["site"] == peer.name)

    def titles(self):
        return {row["title"] for row in self.ask("GET", "/v1/cases?view=all&limit=100")["cases"]}


def may_make_namespaces():
    if shutil.which("ip") is None or os.geteuid() != 0:
        return False
    name = f"bt{os.getpid()}-try"
    if ip("netns", "add", name, check=False).returncode != 0:
        return False
    ip("netns", "del", name, check=False)
    return True


def main(baton, python):
    del python
    if not may_make_namespaces():
        print("  not run: this machine lets us make no network namespaces (they take root and iproute2)")
        return
    with tempfile.TemporaryDirectory(prefix="baton-") as top, Line() as line:
        team = sites.make_team(baton, top, ["syd", "usw"])
        syd, usw = (Host(site.baton, top, site.name, site.port) for site in team)
        for host in (syd, usw):
            (host.folder / "node.yaml").write_text(SETTINGS, encoding="utf-8")
        try:
            syd.enter(line, [usw])
            usw.enter(line, [syd])
            play(line, syd, usw)
        finally:
            for host in (syd, usw):
                host.kill()


def play(line, syd, usw):
    syd.create("Before the cut")
    sites.until("the first case arrives", lambda: "Before the cut" in usw.titles())
    line.forward(False)
    cut = time.monotonic()
    syd.create("Written at syd in the silence")
    usw.create("Written at usw in the silence")
    for here, there in ((syd, usw), (usw, syd)):
        sites.until(f"{here.name} finds out", lambda h=here, t=there: h.state_of(t) == "down", seconds=20)
    noticed = time.monotonic() - cut
    sites.expect("Written at usw in the silence" not in syd.titles(), "a packet came through the cut")
    sites.expect("Written at syd in the silence" not in usw.titles(), "a packet came through the cut")
    line.forward(True)
    healed = time.monotonic()
    everything = {"Before the cut", "Written at syd in the silence", "Written at usw in the silence"}
    sites.until("both have everything", lambda: syd.titles() == usw.titles() == everything, seconds=60, pause=0.05)
    again = time.monotonic() - healed
    sites.even([syd, usw])
    print(f"  packets dropped without a word: noticed on both sides after {noticed:.1f} s of silence, "
          f"even {again:.1f} s after the line was back")
