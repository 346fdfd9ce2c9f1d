"""A script of 200 desk commands through a pipe, the node killed under such a script, and twelve bad inputs.

Every reply is held against docs/openapi.yaml and docs/desk.schema.json (JSON Schema 2020-12). What the
desk acknowledged before a kill is looked for through the API of the restarted node.

BATON_SEED (1) and BATON_KILLS (3) change the measure.
"""

import collections
import copy
import os
import tempfile
import time

import _desk
import _nodes
from _desk_steps import FIELDS, LENGTH, Author, Step, changes_of, check, script
from sites import Failure, even, expect, make_team, until


def dispute(syd, usw):
    """A case on which both sites have written, apart, three fields that a person must decide."""
    case = syd.create("A case that two sites disagree about", severity="S0")["detail"]["summary"]
    even([syd, usw])
    syd.ask("POST", "/v1/sync/usw/pause")
    until("the cut", lambda: syd.ask("GET", "/v1/sync")["paused"] == ["usw"])
    for site in (syd, usw):
        values = dict(zip(FIELDS, (f"Agency of {site.name}", f"Decision of {site.name}", f"{site.name}-op")))
        site.ask("POST", f"/v1/cases/{case['id']}/changes", {
            "operations": [{"action": "set", "field": field, "value": value} for field, value in values.items()]})
    syd.ask("POST", "/v1/sync/usw/resume")
    even([syd, usw])
    found = sorted(each["field"] for each in syd.ask("GET", "/v1/conflicts")["conflicts"])
    expect(found == sorted(FIELDS), f"the conflicts are {found}")
    return case["ref"]


def spoiled(name, value):
    """Copies of a value that its schema must refuse: a member missing, or one too many."""
    for member in value:
        if member in _desk.required(name):
            yield {key: each for key, each in value.items() if key != member}
    yield {**value, "surplus": 1}
    if "asOf" in value:
        other = copy.deepcopy(value)
        other["asOf"]["at"] = "today"
        yield other


def spoil(steps, replies):
    """Shows that the schemas hold something: spoiled copies of the replies are refused. Gives how many."""
    count = 0
    for step, reply in zip(steps, replies):
        whole = [("envelope", reply), *([(step.value, reply["data"])] if "data" in reply else [])]
        for name, value in whole:
            for bad in spoiled(name, value):
                expect(not _desk.fits(name, bad), f"the schema {name} lets through {bad}")
                count += 1
    return count


def told(pairs):
    """How many deltas the replies to changes tell of."""
    # A case with a deadline is begun with two deltas, so the changes of a new case are counted.
    return sum(
        reply["data"]["summary"]["changes"] if reply["command"] == "new" else len(reply["data"]["deltas"])
        for step, reply in pairs if "data" in reply and step.value == "ChangeReport")


def two_hundred(syd, usw, seed):
    """Pipes the whole script in; gives the handles of its cases."""
    disputed = dispute(syd, usw)
    refs = [syd.create(f"Script case {number}", severity="S2")["detail"]["summary"]["ref"] for number in range(6)]
    steps = script(Author(seed, refs, "syd-op"), disputed, "usw")
    before = syd.status()["counts"]["deltas"]
    began = time.monotonic()
    replies, code = _desk.run(syd, [step.bytes for step in steps])
    seconds = time.monotonic() - began
    expect(len(replies) == len(steps), f"{len(steps)} commands got {len(replies)} replies")
    for place, (step, reply) in enumerate(zip(steps, replies), 1):
        check(step, reply, place)
    refused = [reply for reply in replies if reply["exit"]]
    expect(code == refused[0]["exit"], f"the script exited {code}; its first error was {refused[0]}")
    pairs = list(zip(steps, replies))
    held = syd.status()["counts"]["deltas"] - before
    expect(told(pairs) == held, f"replies tell of {told(pairs)} deltas and the node holds {held} more")
    changes, gone = missing(syd, [pair for pair in pairs if "data" in pair[1]])
    expect(not gone, f"{len(gone)} acknowledged changes are missing, the first: {gone[:1]}")
    codes = collections.Counter(reply["problem"]["code"] for reply in replies if "problem" in reply)
    documented(codes)
    schemas = {step.value for step, reply in pairs if "data" in reply}
    commands = {reply.get("command") for reply in replies} - {None}
    expect(commands == set(_desk.COMMANDS), f"the script left out {set(_desk.COMMANDS) - commands}")
    print(f"  {len(replies)} commands of {len(commands)} kinds in {seconds:.2f} s: all replies fit the envelope and"
          f" {len(schemas)} schemas; {sum(codes.values())} refused with {len(codes)} codes; exit {code}")
    print(f"  {spoil(steps, replies)} spoiled copies of those replies are refused; {len(changes)} changes read back,"
          f" {held} deltas, equal at both sites: {even([syd, usw])['logDigest'][:16]}")
    return refs


def pipe_and_kill(site, steps, after, pause):
    """Feeds a script to a desk, kills the node `pause` seconds after a reply; gives (replies, exit code)."""
    pipe = _desk.Pipe(site)
    try:
        pipe.feed([step.bytes for step in steps])
        replies = []
        while (reply := pipe.reply()) is not None:
            replies.append(reply)
            if len(replies) == after:
                time.sleep(pause)
                site.kill()
        code, said = pipe.end()
    finally:
        pipe.discard()
    expect(site.process is None, f"the script ended after {len(replies)} replies, before the kill")
    expect(not said, f"the desk complained beside its JSON: {said[:500]}")
    return replies, code


def split(steps, replies):
    """Gives (acknowledged, unanswered) as pairs of step and reply."""
    acknowledged, failed = [], []
    for place, (step, reply) in enumerate(zip(steps, replies), 1):
        if "problem" not in reply:
            check(step, reply, place)
            expect(not failed, f"command {place} was done by a node that is dead")
            acknowledged.append((step, reply))
            continue
        problem = reply["problem"]
        expect((problem["code"], problem["exit"]) == ("api.unreachable", 75), f"after the kill: {problem}")
        expect(reply.get("command") == step.line.split()[0], f"command {place} failed as {reply.get('command')}")
        failed.append((step, reply))
    return acknowledged, failed


def missing(site, acknowledged):
    """What the node answered for and does not have, read back through its API. Gives (changes, what is missing)."""
    changes = [(step, reply["data"]) for step, reply in acknowledged if step.value == "ChangeReport"]
    gone, logs, texts = [], {}, {}
    with _nodes.Desk(site) as desk:
        for step, report in changes:
            case = report["summary"]["id"]
            if case not in logs:
                entries = desk.call("GET", f"/v1/cases/{case}/log")["deltas"]
                logs[case] = {each["id"]: each["fate"] for each in entries}
                page = desk.call("GET", f"/v1/cases/{case}/timeline?limit=500")
                expect("before" not in page, "a case has more notes than one page")
                texts[case] = {each["text"] for each in page["entries"]}
            if any(logs[case].get(delta) != "applied" for delta in report["deltas"]):
                gone.append(step.line)
            elif step.text and step.text not in texts[case]:
                gone.append(step.line)
    return changes, gone


def killed(syd, usw, refs, seed, kill):
    """Kills the node under a script, starts it again, and looks for what it had answered for."""
    goes_on = kill % 2 == 0
    author = Author(seed * 1000 + kill, refs, "syd-op")
    steps = [Step("set bail off", "SettingsReport")] if goes_on else []
    steps += changes_of(author, LENGTH - len(steps))
    after = author.source.randint(20, 120)
    before = syd.status()["counts"]["deltas"]
    # Up to 10 ms more, so that any instant of the next commands can be hit.
    replies, code = pipe_and_kill(syd, steps, after, author.source.random() * 0.01)
    acknowledged, failed = split(steps, replies)
    expect(failed, "the script does not say that the node is gone")
    expect(code == 75, f"the script exited {code}, not 75")
    expect(len(replies) == len(steps) if goes_on else len(failed) == 1, f"{len(failed)} replies after the kill")
    syd.start([])
    changes, gone = missing(syd, acknowledged)
    expect(not gone, f"kill {kill}: {len(gone)} acknowledged changes are missing, the first: {gone[:1]}")
    more = syd.status()["counts"]["deltas"] - before - told(acknowledged)
    # The change under way may have been made; a case with a deadline is two.
    expect(0 <= more <= 2, f"{more} deltas were made that no reply tells of")
    if more:
        said = failed[0][1]["problem"]["message"]
        expect("may or may not have been made" in said, f"a change was made, and the script was told: {said}")
    sound = syd.ask("POST", "/v1/verify")
    expect(sound["isSound"], f"the log is not sound: {sound}")
    if not goes_on:
        rest = steps[len(acknowledged):]
        later, ended = _desk.run(syd, [step.bytes for step in rest])
        expect(ended == 0 and len(later) == len(rest), f"the rest of the script exited {ended}: {later[-1:]}")
    even([syd, usw])
    print(f"  {kill:>4} {'off' if goes_on else 'on':>4} {after:>7} {len(replies):>7} {len(failed):>6}"
          f" {len(changes):>12} {len(gone):>7} {more:>10} {code:>4}")
    return len(changes), len(gone)


def kills(syd, usw, refs, seed, rounds):
    print(f"  {'kill':>4} {'bail':>4} {'at':>7} {'replies':>7} {'failed':>6} {'acknowledged':>12} {'missing':>7}"
          f" {'unanswered':>10} {'exit':>4}")
    found = [killed(syd, usw, refs, seed, kill) for kill in range(1, rounds + 1)]
    print(f"  {sum(changes for changes, _ in found)} changes acknowledged, {sum(gone for _, gone in found)} missing")


def documented(codes):
    """Every code that a reply gave has its row in the manual: it is stable."""
    folder = _desk.DOCS
    manual = "".join((folder / name).read_text() for name in ("terminal.md", "operations.md"))
    unknown = [code for code in codes if f"`{code}`" not in manual]
    expect(not unknown, f"the manual does not explain {unknown}")


def same_prefix(site):
    """The beginning that the handles of two cases share: cases are made until two do, by chosen ids."""
    seen = {}
    with _nodes.Desk(site) as desk:
        for number in range(4000):
            fresh = {"type": "OTHER", "title": f"Case {number}", "id": f"01{number:030x}"}
            ref = desk.call("POST", "/v1/cases", fresh)["detail"]["summary"]["ref"]
            prefix = ref.split("-")[1][:3]
            if prefix in seen:
                return f"OTHER-{prefix}", {seen[prefix], ref}
            seen[prefix] = ref
    raise Failure("4000 handles have different beginnings of three characters")


def bad_inputs(ref, prefix):
    """Twelve lines as bytes, with the codes that they may be refused with."""
    name = ref.encode()
    return [
        ("unknown handle", b"show " + b"0" * 32, ("api.no-such-case",)),
        ("ambiguous prefix", b"show " + prefix.encode(), ("api.ambiguous",)),
        ("control characters", b"note " + name + b" ring \x07 and \x1b[2J", ("grammar.unreadable-text",)),
        ("bidi override", "show EDR-\u202eMQ3K7\u202c".encode(), ("grammar.not-a-handle",)),
        ("a line of 1 MB", b"note " + name + b" " + b"x" * 1_000_000,
         ("grammar.too-long", "grammar.unreadable-text")),
        ("invalid UTF-8", b"note " + name + b" caf\xe9 \xc0\xaf", ("grammar.unreadable-text",)),
        ("empty quotes", b"note " + name + b' ""', ("desk.empty-text",)),
        ("unknown command", b"frobnicate " + name, ("grammar.unknown-command",)),
        ("wrong severity", b"edit " + name + b" severity S9", ("grammar.bad-value",)),
        ("close without reason", b"close " + name, ("desk.reason-needed",)),
        ("bad option", b"queue --frob", ("grammar.unknown-option",)),
        ("NUL", b"note " + name + b" a\x00b", ("grammar.unreadable-text",))]


def sentences(text):
    """How many sentences a text has: a stop makes another where a capital follows it."""
    words = text.split()
    return 1 + sum(word[-1] in ".?!" and after[0].isupper() for word, after in zip(words, words[1:]))


def refuses(site, seed):
    """Each bad line is refused in words, changes nothing, and the next command works; alone it ends a script."""
    prefix, fitting = same_prefix(site)
    ref = sorted(fitting)[seed % 2]
    held = site.status()["counts"]["deltas"]
    cases = bad_inputs(ref, prefix)
    lines = [b"set bail off"]
    for _, line, _ in cases:
        lines += [line, b"status"]
    replies, code = _desk.run(site, lines)
    expect(len(replies) == len(lines), f"{len(lines)} lines got {len(replies)} replies")
    expect(code == replies[1]["exit"], f"the script exited {code}")
    seen = collections.Counter()
    for (name, line, codes), bad, good in zip(cases, replies[1::2], replies[2::2]):
        problem = bad.get("problem")
        expect(problem and problem["code"] in codes and bad["exit"], f"{name} was answered with {bad}")
        counts = sentences(problem["message"]), sentences(problem["hint"])
        expect(counts[0] == 1, f"{name}: the message has {counts[0]} sentences: {problem['message']}")
        seen["hints of two sentences"] += counts[1] > 1
        check(Step("status", "StatusReply"), good, f"after {name}")
        alone, code = _desk.run(site, [line, b"status"])
        expect(len(alone) == 1 and code == bad["exit"], f"{name} alone did not end the script: {code} {alone}")
        expect(alone[0]["problem"]["code"] == problem["code"], f"{name} alone has another code: {alone}")
        seen[problem["code"]] += 1
    offered = {each["ref"] for each in replies[3]["problem"]["candidates"]}
    # The word before the dash may change with the case, so it does not narrow the choice.
    code = prefix.split("-")[1]
    fits = all(each.split("-")[1].startswith(code) for each in offered)
    expect(fitting <= offered and fits, f"the ambiguous prefix {prefix} offers {offered}, not {fitting}")
    expect(site.status()["counts"]["deltas"] == held, "a refused line changed something")
    long = seen.pop("hints of two sentences")
    documented([*seen, "api.unreachable"])
    print(f"  {len(cases)} bad inputs, {len(seen)} codes: one sentence what, {len(cases) - long} with one sentence what"
          " to do; the next command works; alone each ends its script with its own exit code")


def main(baton, python):
    del python
    seed = int(os.environ.get("BATON_SEED", "1"))
    rounds = int(os.environ.get("BATON_KILLS", "3"))
    with tempfile.TemporaryDirectory(prefix="baton-") as root:
        syd, usw = make_team(baton, root, ["syd", "usw"])
        with _nodes.running(syd, usw):
            refs = two_hundred(syd, usw, seed)
            kills(syd, usw, refs, seed, rounds)
            refuses(syd, seed)
