#!/usr/bin/env python3
"""Disks that go back, are copied or lost: what a real node does at its next start, and what its peers see.

Each row of the table has a team of three. In each the node starts at once and writes, before any peer is there; what
it lost comes back from the others; no place of its log is ever signed twice (looked for in the files of every life);
and where two lives began at one point, every site's status and audit log say so. The last row plays what no record can
prevent, a machine rolled back with its memory: a fork, which folds alike everywhere and stays proven.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import time

import _lives
import _nodes
import sites
import verify_replica

NOTES = 12


class Row:
    """One row of the table: a team with a history, whose first site is the one that things happen to."""

    def __init__(self, baton, lab):
        self.baton = baton
        self.lab = lab
        self.syd, self.usw, self.use = lab.team
        self.signed = _lives.Signed()
        self.number = 0
        for index, site in enumerate(lab.team):
            site.start(lab.team[:index])
        self.case = self.syd.create("A case of every life")["detail"]["summary"]["id"]
        self.write(self.syd, NOTES)
        sites.even(lab.team)

    def write(self, site, count=1):
        """Write notes at a site; each must be answered as saved. Gives their texts."""
        texts = []
        with _nodes.Desk(site) as desk:
            for _ in range(count):
                self.number += 1
                texts.append(f"Note {self.number} at {site.folder.name}.")
                note = {"action": "append", "field": "note", "value": texts[-1]}
                desk.call("POST", f"/v1/cases/{self.case}/changes", {"operations": [note]})
        return texts

    def write_new(self, site):
        """A node that has lost the case makes one of its own."""
        site.create(f"Made at {site.folder.name} {time.monotonic_ns()}")

    def author(self, site):
        return site.status()["author"]

    def reason(self, site):
        """Why the newest incarnation in the site's audit log was opened."""
        records = site.ask("GET", "/v1/audit?limit=500")["records"]
        found = [each["detail"] for each in records if each["kind"] == "incarnation-opened"]
        mine = [detail for detail in found if detail.split()[0] == self.author(site)]
        return mine[-1].split()[1] if mine else None

    def alone(self):
        """Take the peers away, so that what a start does is done without them."""
        _nodes.stop(self.usw, self.use)

    def together(self, *more):
        """Bring the peers back, and wait until all are even."""
        for site in (self.usw, self.use):
            if not _nodes.is_alive(site):
                peers = [self.syd, *more, *([self.usw] if site is self.use else [])]
                site.start([peer for peer in peers if _nodes.is_alive(peer)])
        return sites.even([self.syd, self.usw, self.use, *more])

    def stop(self, site):
        sites.expect(site.stop() == 0, f"{site.folder.name} stopped badly: {site.tail()}")
        self.signed.take(site.folder)

    def kill(self, site):
        site.kill()
        self.signed.take(self.copied(site))

    def copied(self, site):
        """A killed node's files are looked at in a copy: opening them would be a recovery."""
        target = self.lab.top / "killed"
        _lives.copy(site.folder, target)
        return target

    def saw(self, code, *team):
        """Every site shows the alarm in its status, and has it once in its audit log and in its own log."""
        for site in team:
            sites.until(f"{code} in the status of {site.name}", lambda: code in _lives.alarms(site), 30, 0.1)
            sites.until(f"{code} in the audit log of {site.name}",
                        lambda: "alarm-raised" in _lives.audit(site), 30, 0.1)
            sites.expect(code in _nodes.log_of(site), f"{code} is not in the log of {site.name}")

    def peaceful(self, *team):
        # That a disk went back is told where it did; it accuses nobody.
        for site in team:
            alarms = [code for code in _lives.alarms(site) if not code.endswith("-went-back")]
            sites.expect(not alarms, f"{site.name} has alarms: {alarms}")
            sites.expect("alarm-raised" not in _lives.audit(site), f"{site.name} has told of an alarm")

    def end(self, *more):
        """Stop all; the verifier that is not ours looks at every folder, and nothing was signed twice."""
        team = [self.syd, self.usw, self.use, *more]
        _nodes.stop(*team)
        _lives.check_all(self.signed, *team)
        return len(self.signed.lives("syd"))


def clean_restart(row):
    before = row.author(row.syd)
    row.alone()
    for _ in range(3):
        row.stop(row.syd)
        row.syd.start([])
        row.write(row.syd)
        sites.expect(row.author(row.syd) == before, "a clean restart did not continue its incarnation")
    row.together()
    row.peaceful(*row.lab.team)
    sites.expect(row.end() == 1, "there are several lives")


def killed(row):
    before = row.author(row.syd)
    row.alone()
    for _ in range(5):
        with _nodes.Desk(row.syd) as desk:
            # The last ones are under way when it is killed: the record may say more than the database.
            note = {"operations": [{"action": "append", "field": "note", "value": "Under way."}]}
            for _ in range(8):
                desk.submit("POST", f"/v1/cases/{row.case}/changes", note)
            desk.pump()
            row.kill(row.syd)
        row.syd.start([])
        row.write(row.syd)
        sites.expect(row.author(row.syd) == before, f"kill -9 broke the incarnation: {row.reason(row.syd)}")
    row.together()
    row.peaceful(*row.lab.team)
    sites.expect(row.end() == 1, "there are several lives")


def reboot(row):
    before = row.author(row.syd)
    row.alone()
    row.kill(row.syd)
    row.lab.reboot(row.syd)
    row.syd.start([])
    row.write(row.syd)
    sites.expect(row.author(row.syd) != before, "a restart of the machine went on in the old incarnation")
    sites.expect(row.reason(row.syd) == "no-record", f"opened for {row.reason(row.syd)}")
    row.together()
    row.peaceful(*row.lab.team)
    sites.expect(row.end() == 2, "there are not two lives")


def rolled_back_file(row):
    before = row.author(row.syd)
    row.stop(row.syd)
    backup = row.lab.top / "backup"
    _lives.copy(row.syd.folder, backup)
    row.syd.start([])
    lost = row.write(row.syd, NOTES)
    sites.even(row.lab.team)
    row.alone()
    row.stop(row.syd)
    _lives.overwrite(backup, row.syd.folder)
    row.syd.start([])
    row.write(row.syd)
    sites.expect(row.author(row.syd) != before, "a file that went back continued its incarnation")
    sites.expect(row.reason(row.syd) == "other-head", f"opened for {row.reason(row.syd)}")
    texts = timeline(row.syd, row.case)
    sites.expect(not any(text in texts for text in lost), "the old file still has what came after it")
    row.together()
    texts = timeline(row.syd, row.case)
    sites.expect(all(text in texts for text in lost), "what was lost did not come back from the peers")
    sites.until("syd's word that its disk went back",
                lambda: "alarm.replica-went-back" in _lives.alarms(row.syd), 30, 0.1)
    row.peaceful(*row.lab.team)
    sites.expect(row.end() == 2, "there are not two lives")


def restored_twice(row):
    row.stop(row.syd)
    backup = row.lab.top / "backup"
    _lives.copy(row.syd.folder, backup)
    authors = set()
    for _ in range(2):
        row.alone()
        shutil.rmtree(row.syd.folder)
        _lives.copy(backup, row.syd.folder)
        row.syd.start([])
        row.write(row.syd, 3)
        authors.add(row.author(row.syd))
        row.together()
        row.stop(row.syd)
    sites.expect(len(authors) == 2, "the second restore went on in the life of the first")
    row.syd.start([])
    row.together()
    row.saw("alarm.same-beginning", *row.lab.team)
    # Told once, however often it is looked for.
    row.stop(row.syd)
    row.syd.start([])
    row.saw("alarm.same-beginning", row.syd)
    sites.expect(_lives.audit(row.syd).count("alarm-raised") == 1, "an alarm was told twice")
    sites.expect(row.end() == 3, "there are not three lives")


def whole_snapshot(row):
    """Database, vault and membership go back together, and the machine was started anew."""
    row.stop(row.syd)
    snapshot = row.lab.top / "snapshot"
    _lives.copy(row.syd.folder, snapshot)
    file = row.lab.top / "membership.cbor"
    row.syd.run("membership", "sign", "--root", row.lab.top / "root", "--from", file, "-o", file,
                "--clearance", "us=usw,use,syd")
    row.syd.run("membership", "import", "--dir", row.syd.folder, file)
    row.syd.start([])
    row.write(row.syd, NOTES)
    sites.until("the new membership at the peers",
                lambda: all(site.status()["membershipEpoch"] == 2 for site in row.lab.team))
    sites.even(row.lab.team)
    row.alone()
    row.stop(row.syd)
    shutil.rmtree(row.syd.folder)
    _lives.copy(snapshot, row.syd.folder)
    row.lab.reboot(row.syd)
    row.syd.start([])
    row.write(row.syd)
    sites.expect(row.syd.status()["membershipEpoch"] == 1, "the snapshot was not that of the older membership")
    row.together()
    sites.until("the newer membership to come back", lambda: row.syd.status()["membershipEpoch"] == 2)
    row.peaceful(*row.lab.team)
    sites.expect(row.end() == 2, "there are not two lives")


def cloned(row):
    """A folder that runs twice, each copy with another peer, and the two halves cut apart."""
    row.stop(row.syd)
    clone = row.lab.second(row.syd, row.lab.top / "clone", sites.free_ports(1)[0])
    _lives.copy(row.syd.folder, clone.folder)
    row.lab.configure(clone)
    row.alone()
    with contextlib.ExitStack() as stack:
        stack.callback(_nodes.end, clone)
        row.syd.start([])
        clone.start([])
        row.usw.start([row.syd])
        row.use.start([clone])
        sites.expect(row.author(row.syd) != row.author(clone), "the copy lives the life of the original")
        row.write(clone, 3)
        row.write(row.syd, 3)
        sites.even([row.syd, row.usw])
        sites.even([clone, row.use])
        # The cut heals between the peers.
        row.use.stop()
        row.use.start([clone, row.usw])
        sites.even([row.syd, row.usw, row.use, clone])
        row.write(clone)
        row.write(row.syd)
        sites.even([row.syd, row.usw, row.use, clone])
        row.saw("alarm.two-lives", row.syd, row.usw, row.use, clone)
        sites.expect(row.end(clone) == 2, "there are not two lives")


def empty_disk(row):
    row.alone()
    row.stop(row.syd)
    for name in ("replica.sqlite", "replica.sqlite-wal", "replica.sqlite-shm"):
        (row.syd.folder / name).unlink(missing_ok=True)
    row.syd.start([])
    row.write_new(row.syd)
    sites.expect(row.reason(row.syd) == "new-replica", f"opened for {row.reason(row.syd)}")
    row.together()
    sites.expect(len(timeline(row.syd, row.case)) >= NOTES, "the log did not come back from the peers")
    # It began from nothing, which is what a stolen vault would do as well.
    row.saw("alarm.same-beginning", *row.lab.team)
    sites.expect(row.end() == 2, "there are not two lives")


def other_vault(row):
    """Vault and database that disagree: refused by name, nothing touched; the right vault goes on."""
    before = row.author(row.syd)
    row.alone()
    row.stop(row.syd)
    vault, kept = row.syd.folder / "vault", row.lab.top / "vault.kept"
    shutil.copy(vault, kept)
    stranger = row.lab.top / "stranger"
    row.syd.run("init", "--site", "syd", "--dir", stranger, "--region", "test",
                "--operator", f"syd-op:{os.getuid()}:specialist")
    bytes_before = (row.syd.folder / "replica.sqlite").read_bytes()
    for folder, code in ((row.usw.folder, "node.other-site"), (stranger, "membership.other-keys")):
        shutil.copy(folder / "vault", vault)
        words = refused(row.syd)
        sites.expect(code in words, f"the vault of {folder.name} was met with: {words}")
        # Nor does a repair take it for damage.
        row.syd.run("repair", "--dir", row.syd.folder, code=4)
    sites.expect((row.syd.folder / "replica.sqlite").read_bytes() == bytes_before, "a refused start wrote")
    # A vault that is older than the database knows a lower membership epoch, and takes the higher one.
    shutil.copy(kept, vault)
    row.syd.start([])
    row.write(row.syd)
    sites.expect(row.author(row.syd) == before, "the refused starts broke the incarnation")
    row.together()
    row.peaceful(*row.lab.team)
    sites.expect(row.end() == 1, "there are several lives")


def lost_vault(row):
    """New keys for a site that has lost its vault, signed into the membership: its old database is refused by name, and
    `baton repair` has the peers send log and keys again."""
    row.alone()
    row.stop(row.syd)
    fresh, file = row.lab.top / "fresh", row.lab.top / "membership.cbor"
    row.syd.run("init", "--site", "syd", "--dir", fresh, "--region", "test",
                "--operator", f"syd-op:{os.getuid()}:specialist")
    row.syd.run("membership", "sign", "--root", row.lab.top / "root", "--from", file, "-o", file, fresh / "syd.pub")
    shutil.copy(fresh / "vault", row.syd.folder / "vault")
    row.syd.run("membership", "import", "--dir", row.syd.folder, file)
    words = refused(row.syd)
    sites.expect("node.other-vault" in words, f"the old database under new keys: {words}")
    row.syd.run("repair", "--dir", row.syd.folder)
    row.syd.start([])
    row.write_new(row.syd)
    for site in (row.usw, row.use):
        row.syd.run("membership", "import", "--dir", site.folder, file)
    row.together()
    sites.expect(len(timeline(row.syd, row.case)) >= NOTES, "the log did not come back from the peers")
    row.write(row.syd)
    row.saw("alarm.same-beginning", *row.lab.team)
    sites.expect(row.end() == 2, "there are not two lives")


def forked(row):
    """A machine rolled back with its memory, played by putting the record back as well: a fork that all prove."""
    row.stop(row.syd)
    records = row.lab.records / row.syd.folder.name
    backup, record = row.lab.top / "backup", row.lab.top / "record"
    _lives.copy(row.syd.folder, backup)
    shutil.copytree(records, record)
    before = None
    row.alone()
    for half, peer in enumerate((row.usw, row.use)):
        if half:
            _lives.overwrite(backup, row.syd.folder)
            for file in record.iterdir():
                (records / file.name).write_bytes(file.read_bytes())
        row.syd.start([])
        before = before or row.author(row.syd)
        sites.expect(row.author(row.syd) == before, "the record was not put back as it was")
        peer.start([row.syd])
        row.write(row.syd, 3)
        sites.even([row.syd, peer])
        sites.expect(row.syd.stop() == 0 and peer.stop() == 0, "a node stopped badly")
    row.syd.start([])
    digest = row.together()
    row.saw("alarm.fork", *row.lab.team)
    texts = timeline(row.use, row.case)
    sites.expect(len(texts) == NOTES + 6, f"a branch was dropped: {len(texts)} notes")
    _nodes.stop(*row.lab.team)
    for site in row.lab.team:
        report = _lives.verify_log(site)
        proofs = [alarm for alarm in report["alarms"] if alarm["code"] == "alarm.fork"]
        sites.expect(report["isSound"] and len(proofs) == 1 and len(proofs[0]["deltas"]) == 2,
                     f"log verify at {site.name} does not show the proof: {report}")
        row.signed.take(site.folder)
        state, _ = verify_replica.verify_folder(str(site.folder), row.baton, is_quiet=True)
        sites.expect(state.hex() == digest["stateDigest"], f"{site.name} folds the fork in another way")
    twice = row.signed.twice()
    sites.expect(len(twice) == 3, f"the fork has {len(twice)} places, not 3")


def timeline(site, case):
    """The texts of a case's notes."""
    answer = site.ask("GET", f"/v1/cases/{case}/timeline?limit=500")
    return [entry["text"] for entry in answer["entries"] if entry.get("text")]


def refused(site):
    """Start a node that must not start; gives what it said."""
    try:
        site.start([])
    except sites.Failure as failure:
        return str(failure)
    site.kill()
    raise sites.Failure(f"{site.name} started")


ROWS = (clean_restart, killed, reboot, rolled_back_file, restored_twice, whole_snapshot, cloned, empty_disk,
        other_vault, lost_vault, forked)


def main(baton, python):
    del python
    wanted = os.environ.get("BATON_ROWS", "").split()
    for play in ROWS:
        if wanted and play.__name__ not in wanted:
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="baton-") as top, _lives.lab(baton, top) as lab:
            try:
                play(Row(baton, lab))
            except Exception as error:
                raise sites.Failure(f"{play.__name__}: {error}") from error
        print(f"  {play.__name__.replace('_', ' ')}: holds, {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: incarnations.py BATON", file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1], sys.executable)
