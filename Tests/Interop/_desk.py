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
SPECIFICATION = pathlib.Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
# One word, or two where a command has forms: the table itself is held to docs/terminal.md by a test of its own.
COMMAND = {"type": "string", "pattern": "^[a-z]+( [a-z-]+)?$"}
# docs/terminal.md: "Exit codes". 7 comes with an answer.
EXITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 75]
# The commands that the script uses, each of them.
COMMANDS = "queue find use show log new note edit tag close reopen conflicts sync status help why set quit".split()
# What a terminal would obey, or what makes a line read as another: never raw in a reply.
MISLEADING = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]


def node(name):
    return {"$ref": f"urn:baton:node#/components/schemas/{name}"}


def members(required, optional=()):
    """An object with exactly these members."""
    known = dict(required) | dict(optional)
    return {"type": "object", "required": list(dict(required)), "properties": known, "additionalProperties": False}


def several(schema):
    return {"type": "array", "items": schema}


TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
HELP_OPTION = members({"name": TEXT, "help": TEXT}, {"value": TEXT})
HELP_ENTRY = members({
    "name": COMMAND, "aliases": several(TEXT), "help": TEXT, "usage": TEXT, "details": several(TEXT),
    "options": several(HELP_OPTION), "examples": several(TEXT)})

# What the desk answers itself; the rest is the node's answer as it came.
OWN = {
    "ChangeReport": members({
        "asOf": node("Freshness"),
        "action": {"enum": ["Created", "Note added", "Changed", "Tagged", "Closed", "Reopened", "Settled"]},
        "summary": node("CaseRow"),
        "changes": several(members({"field": TEXT}, {"before": TEXT, "after": TEXT})),
        "deltas": several({"type": "string", "pattern": "^[0-9a-f]{64}$"}) | {"minItems": 1},
        "savedAt": TEXT, "safeAt": several(TEXT), "awaited": several(TEXT), "isRepeat": {"type": "boolean"}}),
    "ConflictPage": members({"asOf": node("Freshness"), "conflict": node("ConflictView")}, {"number": COUNT}),
    "CurrentReport": members({}, {"current": node("CaseRow")}),
    "HelpPage": members({"entries": several(HELP_ENTRY), "text": several(TEXT)}, {"topic": TEXT}),
    "SettingsReport": members({
        "settings": several(members({"name": TEXT, "value": TEXT, "help": TEXT})) | {"minItems": 1}}),
    "WhyReport": members({}, {"problem": node("Problem"), "meaning": TEXT}),
    "NoData": members({}),
}

PROBLEM = {"allOf": [node("Problem"), {"properties": {
    "code": {"pattern": r"^[a-z]+\.[a-z0-9-]+$"}, "message": {"minLength": 1}, "hint": {"minLength": 1},
    "exit": {"enum": EXITS[1:]}}}]}
ENVELOPE = members(
    {"exit": {"enum": EXITS}, "notes": several(TEXT)},
    {"command": COMMAND, "data": {"type": "object"}, "problem": PROBLEM}) | {"oneOf": [
        {"required": ["command", "data"], "not": {"required": ["problem"]},
         "properties": {"exit": {"enum": [0, 7, 8]}}},
        {"required": ["problem"], "not": {"required": ["data"]}, "properties": {"exit": {"enum": EXITS[1:]}}}]}


@functools.cache
def registry():
    document = yaml.safe_load(SPECIFICATION.read_text())
    expect(document["openapi"].startswith("3.1"), "the OpenAPI file is not 3.1, whose schemas are JSON Schema")
    resource = referencing.Resource.from_contents(
        document, default_specification=referencing.jsonschema.DRAFT202012)
    return referencing.Registry().with_resource("urn:baton:node", resource)


@functools.cache
def validator(name):
    """The validator of the envelope, of a value of the desk, or of one of the node."""
    schema = ENVELOPE if name == "envelope" else OWN.get(name) or node(name)
    return jsonschema.Draft202012Validator(schema, registry=registry())


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
