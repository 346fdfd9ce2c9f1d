#!/usr/bin/env python3
"""What a real node does when its disk is full, read-only, failing, damaged, taken or from another version.

Each has a refusal with a stable code, or heals by itself; nothing that was acknowledged is lost and nothing is reset in
silence. How each is played: a small tmpfs for the full and the read-only disk, a limit on the size of files for failing
writes, a library that fails reads, writes and syncs of the database, bytes changed in closed files for damage, locks of SQLite and of the kernel for the taken one, and edited
version numbers for other builds.
"""

import contextlib
import os
import pathlib
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import _lives
import _nodes
import sites
import verify_replica

INTEGRITY, TRY_AGAIN = 8, 75


class Fire:
    """A team of two: `syd`, whose disk it is, and `usw`, which has what comes back."""

    def __init__(self, baton, top):
        self.baton = baton
        self.top = pathlib.Path(top)
        self.lab = _lives.Lab(baton, top, ("syd", "usw"))
        self.syd, self.usw = self.lab.team

    @property
    def database(self):
        return self.syd.folder / "replica.sqlite"

    def history(self, cases=6, notes=30):
        """Some cases with notes, at both sites. Gives the ids of the cases."""
        self.syd.start([])
        self.usw.start([self.syd])
        made = [self.syd.create(f"Case {number}")["detail"]["summary"]["id"] for number in range(cases)]
        with _nodes.Desk(self.syd) as desk:
            desk.many(note(made[number % cases], f"Entry {number} " + "of a long history " * 8)
                      for number in range(notes))
        sites.even(self.lab.team)
        return made

    def stop(self):
        _nodes.stop(*[site for site in (self.usw, self.syd) if _nodes.is_alive(site)])

    def refused_start(self, code, exit_code=None):
        """Start `syd`: it must end at once with the code in its words, and leave its database as it was."""
        before = self.bytes()
        words, status = ended(self.syd)
        sites.expect(code in words, f"the start was refused with other words than {code}: {words}")
        if exit_code is not None:
            sites.expect(status == exit_code, f"exit {status}, not {exit_code}: {words}")
        sites.expect(self.bytes() == before, f"a start that was refused with {code} changed the database")

    def bytes(self):
        return self.database.read_bytes() if self.database.exists() else None

    def edit(self, *statements):
        """Change the closed database with another program."""
        with contextlib.closing(sqlite3.connect(self.database, isolation_level=None)) as database:
            for statement in statements:
                database.execute(statement)

    def pages(self, name):
        """The pages of a table or index of the closed database, its root page last."""
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            size = database.execute("PRAGMA page_size").fetchone()[0]
            try:
                rows = database.execute("SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno DESC", (name,))
                numbers = [row[0] for row in rows]
            except sqlite3.OperationalError:
                numbers = []
            root = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0]
        return [number for number in numbers if number != root] + [root], size

    def garble(self, name, leaf=True):
        """Overwrite a page of a table or index with noise. Gives its number."""
        numbers, size = self.pages(name)
        number = numbers[0 if leaf else -1]
        with open(self.database, "r+b") as file:
            file.seek((number - 1) * size)
            file.write(bytes((7 * place + 13) & 0xFF for place in range(size)))
        return number


def note(case, text):
    body = {"operations": [{"action": "append", "field": "note", "value": text}]}
    return "POST", f"/v1/cases/{case}/changes", body


def ended(site, *peers):
    """Start a node that must end; gives its words and its exit code."""
    site.log.unlink(missing_ok=True)
    try:
        site.start(list(peers))
    except sites.Failure as failure:
        return str(failure), site.process.wait()
    sites.until(f"{site.name} to end", lambda: site.process.poll() is not None, 30)
    return site.tail(), site.process.wait()


def write(site, case, text, status=(200, 201)):
    return site.ask(*note(case, text), status=status)


def refusal(site, case, text):
    """The code with which a change is refused."""
    code, answer = site.ask(*note(case, text), status=None)
    sites.expect(code >= 400, f"a change was taken: {answer}")
    return answer["code"]


def texts(site, case):
    answer = site.ask("GET", f"/v1/cases/{case}/timeline?limit=500")
    return [entry["text"] for entry in answer["entries"] if entry.get("text")]


@contextlib.contextmanager
def small_disk(fire, size):
    """Puts `syd`'s folder on a tmpfs of its own. Gives False where this user may not mount."""
    kept = fire.top / "kept"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "none", str(fire.syd.folder)],
                          capture_output=True, check=False) if os.geteuid() == 0 else None
    if done is None or done.returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        _nodes.end(fire.syd)
        shutil.rmtree(kept, ignore_errors=True)
        subprocess.run(["umount", "-l", str(fire.syd.folder)], check=True)


def on_small_disk(fire, size, play):
    _lives.copy(fire.syd.folder, fire.top / "moved")
    with small_disk(fire, size) as is_mounted:
        if not is_mounted:
            print("    not played: mounting a small disk needs root")
            return
        for item in (fire.top / "moved").iterdir():
            shutil.copy2(item, fire.syd.folder)
        play()
        fire.stop()


def disk_full(fire):
    cases = fire.history()
    fire.stop()

    def play():
        fire.syd.start([])
        fire.usw.start([fire.syd])
        sites.even(fire.lab.team)
        filler = fire.syd.folder / "filler"
        taken = []
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        code = ""
        while not code:
            status, answer = fire.syd.ask(*note(cases[0], f"Into the last bytes {len(taken)}."), status=None)
            if status in (200, 201):
                taken.append(f"Into the last bytes {len(taken)}.")
            else:
                code = answer["code"]
        sites.expect(code == "store.disk-full", f"a full disk refuses with {code}")
        # It goes on reading, and sends what it has to a peer that comes back with nothing.
        sites.expect(len(fire.syd.ask("GET", "/v1/cases?limit=50")["cases"]) >= 6, "it does not read")
        sites.expect(fire.usw.stop() == 0, "the peer stopped badly")
        for name in ("replica.sqlite", "replica.sqlite-wal", "replica.sqlite-shm"):
            (fire.usw.folder / name).unlink(missing_ok=True)
        fire.usw.start([fire.syd])
        sites.until("the full node to send its log", lambda: all(
            text in texts(fire.usw, cases[0]) for text in taken) if has(fire.usw, cases[0]) else False, 30, 0.1)
        # What a peer writes meanwhile arrives, alone, when there is room again.
        write(fire.usw, cases[1], "Written while syd was full.")
        time.sleep(1)
        sites.expect(_nodes.is_alive(fire.syd), f"a full disk ended the node: {fire.syd.tail()}")
        filler.unlink()
        sites.until("the peer's note after there was room",
                    lambda: "Written while syd was full." in texts(fire.syd, cases[1]), 60, 0.1)
        write(fire.syd, cases[0], "There is room again.")
        sites.even(fire.lab.team)
        for text in taken:
            sites.expect(text in texts(fire.syd, cases[0]), "an acknowledged note is gone")

    on_small_disk(fire, "12m", play)


def has(site, case):
    return site.ask("GET", f"/v1/cases/{case}", status=None)[0] == 200


def read_only_disk(fire):
    cases = fire.history()
    fire.stop()

    def play():
        subprocess.run(["mount", "-o", "remount,ro", str(fire.syd.folder)], check=True)
        fire.refused_start("store.read-only")
        subprocess.run(["mount", "-o", "remount,rw", str(fire.syd.folder)], check=True)
        fire.syd.start([])
        write(fire.syd, cases[0], "Writable again.")

    on_small_disk(fire, "16m", play)


def failing_writes(fire):
    """Writes that the system refuses in the middle: fatal, told by code; what was acknowledged is there later."""
    cases = fire.history()
    fire.stop()
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        fire.syd.start([])
    finally:
        signal.signal(signal.SIGXFSZ, before)
    write(fire.syd, cases[0], "Before the disk fails.")
    resource.prlimit(fire.syd.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    code = refusal(fire.syd, cases[0], "While it fails.")
    sites.expect(code == "store.io", f"a failing write is refused with {code}")
    status = fire.syd.process.wait(30)
    sites.expect(status == INTEGRITY, f"the node ended with {status}: {fire.syd.tail()}")
    sites.expect("store.io" in fire.syd.tail(), "the log does not say why the node ended")
    fire.syd.start([])
    found = texts(fire.syd, cases[0])
    sites.expect("Before the disk fails." in found, "an acknowledged note is gone")
    write(fire.syd, cases[0], "After it.")


class FailingDisk:
    """A library between SQLite and the C library, which fails reads, writes or syncs of the database on command."""

    READS, WRITES, SYNCS = 1, 2, 4

    def __init__(self, top):
        compiler = shutil.which("cc") or shutil.which("clang") or shutil.which("gcc")
        sites.expect(compiler is not None, "no C compiler was found: install gcc or clang")
        self.library = top / "failing_disk.so"
        source = pathlib.Path(__file__).with_name("failing_disk.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", self.library, source, "-ldl"],
                       check=True)
        self.control = top / "switch"
        self.control.write_bytes(bytes(8))

    def start(self, site, *peers):
        """Start a node on this disk."""
        kept = dict(os.environ)
        os.environ.update(LD_PRELOAD=str(self.library), BATON_DISK_SWITCH=str(self.control))
        try:
            site.start(list(peers))
        finally:
            os.environ.clear()
            os.environ.update(kept)

    def fail(self, kinds):
        with open(self.control, "r+b") as file:
            file.write(bytes([kinds]))

    @property
    def failed(self):
        """How many calls have failed."""
        return self.control.read_bytes()[4]


def input_output_errors(fire):
    """EIO from the disk itself, on write, on sync and on read: told by code, fatal, and nothing acknowledged is gone."""
    cases = fire.history(cases=6, notes=2400)
    fire.stop()
    settings = fire.syd.folder / "node.yaml"
    # The smallest cache that may be set: what a node reads after its start must not be all that it is asked for.
    settings.write_text(settings.read_text(encoding="utf-8") + "  cache: 1024\n", encoding="utf-8")
    disk = FailingDisk(fire.top)
    kept = []
    for kind, what in ((disk.WRITES, "write"), (disk.SYNCS, "sync"), (disk.READS, "read")):
        disk.start(fire.syd)
        if kind != disk.READS:
            # A read that has been made stays at hand; a cold one is what fails.
            kept.append(f"Before a failing {what}.")
            write(fire.syd, cases[0], kept[-1])
        before = disk.failed
        disk.fail(kind)
        code = failing_request(fire.syd, cases, kind == disk.READS)
        sites.expect(disk.failed > before, f"no {what} failed, and the answer was {code}: nothing is shown")
        sites.expect(code == "store.io", f"a failing {what} is refused with {code}")
        status = fire.syd.process.wait(30)
        sites.expect(status == INTEGRITY, f"after a failing {what} the node ended with {status}: {fire.syd.tail()}")
        sites.expect("store.io" in fire.syd.tail(), f"the log does not say that a {what} failed: {fire.syd.tail()}")
        words, status = ended_on(disk, fire.syd) if kind == disk.READS else ("store.io", 1)
        sites.expect("store.io" in words and status != 0, f"a start on a disk that fails: exit {status}, {words}")
        disk.fail(0)
        disk.start(fire.syd)
        found = texts(fire.syd, cases[0])
        for text in kept:
            sites.expect(text in found, f"after a failing {what} an acknowledged note is gone: {text}")
        fire.usw.start([fire.syd])
        kept.append(f"After a failing {what}.")
        write(fire.syd, cases[0], kept[-1])
        sites.even(fire.lab.team)
        fire.stop()
    for site in fire.lab.team:
        verify_replica.verify_folder(str(site.folder), fire.baton, is_quiet=True)


def failing_request(site, cases, reads):
    """Ask until the failing disk shows; gives the code, from the log where the node read by itself and is gone."""
    if not reads:
        return refusal(site, cases[0], "While it fails.")
    for case in cases:
        try:
            status, answer = site.ask("GET", f"/v1/cases/{case}/timeline?limit=500", status=None)
        except sites.Failure:
            sites.until(f"{site.name} to end", lambda: site.process.poll() is not None, 30)
            return "store.io" if "store.io" in site.tail() else site.tail()
        if status >= 400:
            return answer["code"]
    return None


def ended_on(disk, site):
    """Start a node on a failing disk: it must end; gives its words and its exit code."""
    site.log.unlink(missing_ok=True)
    try:
        disk.start(site)
    except sites.Failure as failure:
        return str(failure), site.process.wait()
    sites.until(f"{site.name} to end", lambda: site.process.poll() is not None, 30)
    return site.tail(), site.process.wait()


def damaged_page(fire):
    """Noise in a page of a table, of an index, of the text index; a file cut short."""
    fire.history(cases=8, notes=400)
    fire.stop()
    kept = fire.top / "whole"
    _lives.copy(fire.syd.folder, kept)
    for name, leaf in (("delta", True), ("delta_by_place", True), ("delta", False), ("document_state", True),
                       ("search_data", True)):
        number = fire.garble(name, leaf)
        repair(fire, f"page {number} of {name}")
        _lives.copy(kept, fire.syd.folder)
    os.truncate(fire.database, os.path.getsize(fire.database) // 2 // 4096 * 4096)
    repair(fire, "a file cut in half")
    _lives.copy(kept, fire.syd.folder)
    with open(fire.database, "r+b") as file:
        file.write(bytes(4096))
    repair(fire, "a first page of zeros", code="store.not-a-replica")


def repair(fire, what, code="store.corrupt"):
    """The damage is found and named; `baton repair` sets the file aside, and the peer fills the new one."""
    done = subprocess.run([fire.baton, "log", "verify", "--dir", fire.syd.folder], capture_output=True, text=True,
                          timeout=60, check=False)
    words = done.stdout + done.stderr
    sites.expect(done.returncode in (1, INTEGRITY) and ("damaged" in words or code in words),
                 f"{what}: log verify exits {done.returncode} and says {words!r}")
    before = fire.bytes()
    answer = fire.syd.run("repair", "--dir", fire.syd.folder)
    aside = sorted(fire.syd.folder.glob("damaged-*/replica.sqlite"))
    sites.expect(len(aside) == 1 and aside[0].read_bytes() == before, f"{what}: the damaged file was not kept")
    fire.syd.start([])
    case = fire.syd.create("The first after the damage")["detail"]["summary"]["id"]
    fire.usw.start([fire.syd])
    sites.even(fire.lab.team)
    sites.expect(len(texts(fire.usw, case)) == 0, "a note came from nowhere")
    fire.stop()
    for site in fire.lab.team:
        verify_replica.verify_folder(str(site.folder), fire.baton, is_quiet=True)
    print(f"    {what}: {answer.strip().splitlines()[-1]}")
    # The peer forgets what this life wrote: the next damage begins from the same whole files.
    fire.lab.reboot(fire.syd)


def taken(fire):
    cases = fire.history()
    second = sites.Site(fire.baton, fire.top, "second", sites.free_ports(1)[0])
    second.folder = fire.syd.folder
    words, status = ended(second)
    sites.expect("store.locked" in words and status == TRY_AGAIN, f"a second node: exit {status}, {words}")
    # Another program that writes in the database: changes wait, then are refused, and go on when it is done.
    with contextlib.closing(sqlite3.connect(fire.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code = refusal(fire.syd, cases[0], "While it is taken.")
        sites.expect(code == "store.busy", f"a taken database refuses with {code}")
        sites.expect(texts(fire.syd, cases[0]), "it does not read while it is taken")
        other.execute("ROLLBACK")
    write(fire.syd, cases[0], "It is ours again.")
    sites.even(fire.lab.team)


def endless_reader(fire):
    """Another program that never ends its reading: the log beside the database stays bounded, and shrinks after it."""
    cases = fire.history()
    log = pathlib.Path(f"{fire.database}-wal")
    with contextlib.closing(sqlite3.connect(f"file:{fire.database}?mode=ro", uri=True, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM delta").fetchone()
        write_much(fire, cases)
        held = log.stat().st_size
        write_much(fire, cases)
        grown = log.stat().st_size
        sites.expect(grown > held, "the reader did not keep the log from being emptied: nothing is shown")
        other.execute("ROLLBACK")
    # The commit that finds the log emptied begins it anew.
    for number in range(3):
        write(fire.syd, cases[0], f"The reader has gone {number}.")
    freed = log.stat().st_size
    for _ in range(2):
        write_much(fire, cases)
    after = log.stat().st_size
    sites.expect(after <= freed, f"the log went on growing without the reader: {freed} to {after} bytes")
    print(f"    log of {grown >> 20} MiB under an endless reader, and no byte more after it")


def write_much(fire, cases):
    with _nodes.Desk(fire.syd) as desk:
        desk.many(note(cases[number % 6], f"Entry {number} " + "of an endless evening " * 200) for number in range(250))


def newer_schema(fire):
    cases = fire.history()
    fire.stop()
    fire.edit("PRAGMA user_version = 999")
    fire.refused_start("store.newer-schema")
    fire.edit("PRAGMA user_version = 1")
    fire.syd.start([])
    write(fire.syd, cases[0], "The right build.")


def half_migration(fire):
    cases = fire.history()
    fire.stop()
    kept = fire.top / "whole"
    _lives.copy(fire.syd.folder, kept)
    for statements in (
        ("PRAGMA user_version = 0", "DELETE FROM grdb_migrations"), ("DROP TABLE waiting",),
        ("DELETE FROM grdb_migrations",), ("DROP INDEX delta_by_place",), ("DROP TRIGGER audit_keeps",),
    ):
        fire.edit(*statements)
        fire.refused_start("store.half-migrated", INTEGRITY)
        _lives.copy(kept, fire.syd.folder)
    # A kill before the very first migration leaves an empty database: it is made then.
    fire.lab.reboot(fire.syd)
    for name in ("replica.sqlite", "replica.sqlite-wal", "replica.sqlite-shm"):
        (fire.syd.folder / name).unlink(missing_ok=True)
    fire.edit("PRAGMA application_id = 0x4261746e")
    os.chmod(fire.database, 0o600)
    fire.syd.start([])
    fire.usw.start([fire.syd])
    sites.even(fire.lab.team)
    sites.expect(has(fire.syd, cases[0]), "the log did not come back")


def digests(site):
    answer = site.digest()
    return answer["logDigest"], answer["stateDigest"]


def other_build(fire):
    """What a build that read other fields has folded is folded again, and only then."""
    cases = fire.history()
    held = digests(fire.syd)
    fire.stop()
    # As a build of level 0 would have left it: without the state of a case that it could not read.
    fire.edit(
        "UPDATE meta SET value = 0 WHERE name = 'fold-level'",
        "DELETE FROM document_state WHERE document_id = (SELECT min(document_id) FROM document_state)")
    fire.syd.start([])
    sites.expect("another build folded this replica" in fire.syd.tail(), "the upgrade was not told")
    sites.expect(digests(fire.syd) == held, "the log was folded to something else")
    sites.expect(all(has(fire.syd, case) for case in cases), "a case is missing")
    _nodes.stop(fire.syd)
    with open(fire.syd.log, "rb") as log:
        told = log.read().count(b"another build folded")
    fire.syd.start([])
    with open(fire.syd.log, "rb") as log:
        sites.expect(log.read().count(b"another build folded") == told == 1, "it was folded more than once")


def other_program(fire):
    fire.history()
    fire.stop()
    kept = fire.bytes()
    fire.edit("PRAGMA application_id = 7")
    fire.refused_start("store.not-a-replica")
    fire.database.write_bytes(b"This is a letter.\n" * 1000)
    fire.refused_start("store.not-a-replica")
    fire.database.write_bytes(kept)
    os.chmod(fire.database, 0o644)
    fire.refused_start("store.unsafe-permissions", 4)
    os.chmod(fire.database, 0o600)
    fire.syd.start([])


FIRES = (disk_full, read_only_disk, failing_writes, input_output_errors, damaged_page, taken, endless_reader, newer_schema, half_migration,
         other_build, other_program)


def main(baton, python):
    del python
    wanted = os.environ.get("BATON_FIRES", "").split()
    for play in FIRES:
        if wanted and play.__name__ not in wanted:
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="baton-") as top:
            fire = Fire(baton, top)
            try:
                play(fire)
                fire.stop()
            except Exception as error:
                raise sites.Failure(f"{play.__name__}: {error}") from error
            finally:
                _nodes.end(fire.syd, fire.usw)
                fire.lab.close()
        print(f"  {play.__name__.replace('_', ' ')}: holds, {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: storage_fire.py BATON", file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1], sys.executable)
