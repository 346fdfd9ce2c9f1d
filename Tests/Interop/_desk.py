"""The desk through a pipe, and the schemas that its JSON has to fit: docs/openapi.yaml, and the desk's own."""

import contextlib
import functools
import json
import pathlib
import subprocess
import threading

import jsonschema
import referencing
import referencing.jsonschema
import yaml

from sites import Failure, expect

PATIENCE = 120
DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
BASE = "https://baton.invalid/docs/"
# The commands that the script uses, each of them.
COMMANDS = "queue find use show log new note edit tag close reopen conflicts sync status help why set quit".split()
# What a terminal would obey, or what makes a line read as another: never raw in a reply.
MISLEADING = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]


@functools.cache
def desk():
    """docs/desk.schema.json: the envelope, and what the desk answers itself."""
    return json.loads((DOCS / "desk.schema.json").read_text())


@functools.cache
def registry():
    document = yaml.safe_load((DOCS / "openapi.yaml").read_text())
    expect(document["openapi"].startswith("3.1"), "the OpenAPI file is not 3.1, whose schemas are JSON Schema")
    node = referencing.Resource.from_contents(
        document, default_specification=referencing.jsonschema.DRAFT202012)
    return referencing.Registry().with_resources([
        (BASE + "openapi.yaml", node), (BASE + "desk.schema.json", referencing.Resource.from_contents(desk()))])


def place(name):
    """Where the envelope, a value of the desk, or one of the node is described."""
    name = "Envelope" if name == "envelope" else name
    own = name in desk()["$defs"]
    return BASE + (f"desk.schema.json#/$defs/{name}" if own else f"openapi.yaml#/components/schemas/{name}")


def required(name):
    return registry().resolver(BASE).lookup(place(name)).contents.get("required", [])


@functools.cache
def validator(name):
    return jsonschema.Draft202012Validator({"$ref": place(name)}, registry=registry())


def fits(name, value):
    return validator(name).is_valid(value)


def demand(name, value, where):
    for error in sorted(validator(name).iter_errors(value), key=lambda each: -len(each.absolute_path)):
        raise Failure(f"{where}: {name} at {error.json_path}: {error.message[:300]}")


def once(pairs):
    names = [name for name, _ in pairs]
    expect(len(names) == len(set(names)), f"a member stands twice among {names}")
    return dict(pairs)


def read(line, where):
    """One reply, from its bytes: an object on one line of clean UTF-8 that fits the envelope."""
    try:
        text = line.decode()
        reply = json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise Failure(f"{where}: no JSON ({error}): {line[:200]!r}") from None
    raw = sorted({f"U+{ord(each):04X}" for each in text if ord(each) in MISLEADING})
    expect(not raw, f"{where}: the reply has {raw} raw")
    demand("envelope", reply, where)
    if "problem" in reply:
        problem = reply["problem"]
        expect(problem["exit"] == reply["exit"], f"{where}: two exit codes, {reply['exit']} and {problem['exit']}")
        for name in ("message", "hint"):
            ends = problem[name]
            expect(ends.strip() == ends and "\n" not in ends, f"{where}: {name} is not one line: {ends!r}")
    return reply


class Pipe:
    """A desk whose input is a pipe. Replies are taken one by one, as they come."""

    def __init__(self, site, *arguments):
        self.process = subprocess.Popen(
            [site.baton, "desk", "--dir", str(site.folder), "--json", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.count = 0
        self.writer = None

    def feed(self, lines):
        """Writes all lines, then the end, beside the reading: a script may be longer than a pipe holds."""
        self.writer = threading.Thread(target=self.write, args=(b"".join(line + b"\n" for line in lines),))
        self.writer.start()

    def write(self, data):
        with contextlib.suppress(BrokenPipeError):  # the desk has ended before its script
            self.process.stdin.write(data)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()

    def reply(self):
        """The next reply; None at the end."""
        line = self.process.stdout.readline()
        if not line:
            return None
        self.count += 1
        expect(line.endswith(b"\n"), f"reply {self.count} is cut off")
        return read(line[:-1], f"reply {self.count}")

    def end(self):
        """Gives (exit code, what was said on standard error)."""
        said = self.process.stderr.read().decode(errors="replace")
        return self.process.wait(PATIENCE), said

    def discard(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.writer:
            self.writer.join()
        for pipe in (self.process.stdout, self.process.stderr):
            pipe.close()


def run(site, lines, *arguments):
    """Pipes lines of bytes in at once. Gives (replies, exit code)."""
    done = subprocess.run(
        [site.baton, "desk", "--dir", str(site.folder), "--json", *arguments],
        input=b"".join(line + b"\n" for line in lines), capture_output=True, timeout=PATIENCE, check=False)
    expect(not done.stderr, f"the desk complained beside its JSON: {done.stderr.decode(errors='replace')[:500]}")
    expect(not done.stdout or done.stdout.endswith(b"\n"), "the last reply is cut off")
    replies = [read(line, f"reply {place}") for place, line in enumerate(done.stdout.split(b"\n")[:-1], 1)]
    return replies, done.returncode
