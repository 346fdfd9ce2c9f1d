#!/usr/bin/env python3
"""Files that people are given are whole or not there: each command that writes one is killed in the middle of it. And a
socket's path that the system does not take is refused in one sentence, by the check of the configuration and by the node.

`cut_write.c`, loaded before the C library, writes half of the bytes and ends the process by SIGKILL.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import _nodes
import sites

FOLDERS = ("codes", "rules", "sops")


def killed(top, command, path):
    """Runs a command that is killed while it writes a file whose path has these words."""
    library = top / "cut_write.so"
    if not library.exists():
        source = pathlib.Path(__file__).with_name("cut_write.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True, capture_output=True)
    done = subprocess.run([*map(str, command)], capture_output=True, timeout=60, stdin=subprocess.DEVNULL, check=False,
                          env={**os.environ, "LD_PRELOAD": str(library), "BATON_CUT": path})
    sites.expect(done.returncode == -signal.SIGKILL, f"{command[1:3]} was not killed: {done.returncode} {done.stderr}")


def book(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))
            if path.relative_to(folder).parts[0] in FOLDERS}


def rules(baton, top):
    """An export that was killed leaves no part of a book, and the next one is whole."""
    whole = top / "whole"
    subprocess.run([baton, "rules", "export", whole], check=True, capture_output=True)
    wanted = book(whole)
    names = list(wanted)
    for number, name in enumerate((names[0], names[len(names) // 2], names[-1])):
        folder = top / f"cut{number}"
        killed(top, [baton, "rules", "export", folder], name)
        left = [path.name for path in folder.iterdir() if path.name in FOLDERS] if folder.exists() else []
        sites.expect(not left, f"a killed export left {left}")
        done = subprocess.run([baton, "rules", "show", "--book", folder], capture_output=True, text=True, check=False)
        sites.expect(done.returncode != 0 and "rules.no-folder" in done.stderr, f"a part is taken for a book: {done}")
        subprocess.run([baton, "rules", "export", folder], check=True, capture_output=True)
        sites.expect(book(folder) == wanted, "the export after a killed one is not whole")
        sites.expect(not [path for path in folder.iterdir() if path.name not in FOLDERS], "something is left beside it")
    done = subprocess.run([baton, "rules", "export", whole], capture_output=True, text=True, check=False)
    sites.expect(done.returncode == 4 and "rules.exists" in done.stderr and book(whole) == wanted, f"{done}")
    return len(wanted)


def pages(baton, top):
    """A page for counsel and the statistics, cut off: no file under the name, then a whole one."""
    syd, = sites.make_team(baton, top, ["syd"])
    with _nodes.running(syd):
        ref = syd.create("A matter", note="What was said. " * 100)["detail"]["summary"]["ref"]
        for words in (["export", ref, "--for", "counsel"], ["export", "stats", "week"]):
            folder = top / "pages"
            folder.mkdir(exist_ok=True)
            file = folder / "page.html"
            command = [baton, *words, "--html", file, "--dir", syd.folder]
            killed(top, command, "/pages/")
            sites.expect(not file.exists(), f"{words} left a file of {file.stat().st_size if file.exists() else 0} bytes")
            subprocess.run([*map(str, command)], check=True, capture_output=True, stdin=subprocess.DEVNULL)
            sites.expect(file.read_text().rstrip().endswith("</html>"), "the page is not whole")
            sites.expect(file.stat().st_mode & 0o777 == 0o600, "the page is readable by others")
            sites.expect([path.name for path in folder.glob("page.html*")] == ["page.html"], "something is left beside it")
            file.unlink()


def socket_path(baton, top):
    """103 bytes are taken, 104 are refused before anything is opened."""
    base = pathlib.Path(tempfile.mkdtemp(prefix="baton-sock-"))
    syd, = sites.make_team(baton, top / "sock", ["syd"])
    config = top / "socket.yaml"
    try:
        for length, is_taken in ((103, True), (104, False), (300, False)):
            path = str(base) + "/" + "s" * (length - len(str(base)) - 1)
            config.write_text(f"api: {{socket: {path}}}\n")
            done = subprocess.run([baton, "config", "check", config], capture_output=True, text=True, check=False)
            if is_taken:
                sites.expect(done.returncode == 0, f"a path of {length} bytes is refused: {done.stderr}")
                syd.start([], "--config", config)
                sites.expect(syd.status()["site"] == "syd", "no answer on the socket")
                syd.stop()
                continue
            node = subprocess.run([baton, "node", "--dir", syd.folder, "--config", config], capture_output=True,
                                  text=True, timeout=60, check=False)
            for one in (done, node):
                text = one.stdout + one.stderr
                sites.expect(one.returncode == 2 and "api.socket does not take this value" in text
                             and "at most 103 bytes" in text and "config." in text, f"{length} bytes: {one}")
    finally:
        for left in base.iterdir():
            left.unlink()
        base.rmdir()


def main(baton, python):
    del python
    with tempfile.TemporaryDirectory(prefix="baton-half-") as name:
        top = pathlib.Path(name)
        count = rules(baton, top)
        pages(baton, top)
        (top / "sock").mkdir()
        socket_path(baton, top)
        print(json.dumps({"files of a book": count}))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: half_files.py BATON", file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1], sys.executable)
