"""Folders that are copied, restored and lost, and what the closed ones show: which incarnation signed what."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3

import _nodes
import _wire as wire
import sites
import verify_replica


class Lab:
    """A team whose incarnation records lie in a folder of its own on a tmpfs, so that a reboot can be played."""

    def __init__(self, baton, top, names=("syd", "usw", "use")):
        self.top = pathlib.Path(top)
        self.team = sites.make_team(baton, top, list(names))
        self.records = pathlib.Path("/dev/shm") / f"baton-lives-{os.getpid()}-{self.top.name}"
        for site in self.team:
            self.configure(site)

    def configure(self, site):
        folder = self.records / site.folder.name
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        (site.folder / "node.yaml").write_text(
            f"incarnation:\n  records: [{folder}]\nlimits:\n  redial: 500ms\n", encoding="utf-8")

    def reboot(self, site):
        """What a restart of the machine leaves of the records: nothing."""
        shutil.rmtree(self.records / site.folder.name)
        (self.records / site.folder.name).mkdir(mode=0o700)

    def second(self, site, folder, port):
        """Another machine's view of a site: its own folder, port and records."""
        other = sites.Site(site.baton, folder.parent, folder.name, port)
        other.name = site.name
        return other

    def close(self):
        shutil.rmtree(self.records, ignore_errors=True)


@contextlib.contextmanager
def lab(baton, top, names=("syd", "usw", "use")):
    """A team, ended and cleared away whatever happens."""
    made = Lab(baton, top, names)
    try:
        yield made
    finally:
        _nodes.end(*made.team)
        made.close()


def copy(source, target):
    """Copy a closed folder as `cp -a` does, over what is there."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("*.sock"))


def overwrite(source, target):
    """Put an older state of the database files into the present ones: the inodes stay."""
    for name in ("replica.sqlite", "replica.sqlite-wal", "replica.sqlite-shm"):
        older, present = pathlib.Path(source) / name, pathlib.Path(target) / name
        if older.exists():
            present.write_bytes(older.read_bytes())
        else:
            present.unlink(missing_ok=True)


def alarms(site):
    """Codes of the alarms that the node's status shows."""
    return sorted({alarm["code"] for alarm in site.status()["alarms"]})


def audit(site):
    return [record["kind"] for record in site.ask("GET", "/v1/audit?limit=500")["records"]]


class Signed:
    """Every place that was ever signed by a team, gathered from closed folders over a whole test."""

    def __init__(self):
        self.places = {}

    def take(self, folder):
        """Add a closed folder's log; every delta is checked by id, from its bytes."""
        database = sqlite3.connect(f"file:{folder}/replica.sqlite?mode=ro", uri=True)
        with contextlib.closing(database):
            for header, signature, identity in database.execute("SELECT header, signature, id FROM delta"):
                verify_replica.same("a delta's id", wire.delta_id(header, signature), identity)
                parsed = wire.parse_header(header)
                self.places.setdefault((parsed.author, parsed.seq), set()).add(identity)

    def twice(self):
        return {place: ids for place, ids in self.places.items() if len(ids) > 1}

    def lives(self, site):
        """Incarnations of a site that have signed anything."""
        return sorted({author for author, _ in self.places if author[0] == site})


def verify_log(site, code=0):
    """What `baton log verify` says of a closed folder."""
    return json.loads(site.run("log", "verify", "--dir", site.folder, "--json", code=code))


def check_all(signed, *team):
    """Close every folder's books: nothing signed twice, replicas sound and equal by the verifier that is not ours."""
    for site in team:
        signed.take(site.folder)
    sites.expect(not signed.twice(), f"signed twice: {list(signed.twice())[:3]}")
    digests = {verify_replica.verify_folder(str(site.folder), site.baton, is_quiet=True) for site in team}
    sites.expect(len(digests) == 1, "the replicas have different digests")
