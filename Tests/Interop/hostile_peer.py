#!/usr/bin/env python3
"""A member that misbehaves: a valid key and a true hello, then every kind of bad bytes.

Three sites: `syd` is attacked, `usw` is an honest peer of it, and `bad` is this program with bad's vault. For each case:
what was sent, how far the refusal reached, and the one line of the log that says so. After each the node lives, the
honest peer still gets what is written, and nothing of the bad input is folded.
"""

import os
import re
import sqlite3
import sys
import tempfile
import time

import nacl.signing

import _history
import _nodes
import _peer
import _wire as wire
import sites
import verify_replica

SET_TITLE = 1 << 6 | 32 | 1
SETTINGS = "limits:\n  heartbeat: 500ms\n  silence: 2s\n"
LEVELS = re.compile(r"\b(warning|error|critical)\b", re.IGNORECASE)
MAX = (1 << 63) - 1


class Attack:
    """One case: what is sent, how far the refusal must reach, and the code or words its log line must have."""

    def __init__(self, name, reach, words, send, before_hello=False):
        self.name = name
        self.reach = reach
        self.words = words
        self.send = send
        self.before_hello = before_hello


def document():
    return bytes([1]) + os.urandom(15)


def chunk(delta, has_key=True):
    """A chunk of one delta. Its key is left out where the delta is refused: that would be a second offence."""
    header, signature, parts, key = delta
    return [5, [key] if has_key else [], [[header, signature, parts]], 0]


def garbage(member, link):
    link.send_bytes(b"\xff" + os.urandom(400))


def truncated(member, link):
    link.send_bytes(wire.frame(wire.encode([7, 1, bytes(32)]))[:-5])


def non_canonical(member, link):
    # A ping whose token 1 has a two-byte head.
    link.send_bytes(wire.frame(b"\x83\x07\x18\x01" + wire.encode(bytes(32))))


def indefinite(member, link):
    link.send_bytes(wire.frame(b"\x9f\x08\x01\xff"))


def unknown_message(member, link):
    link.send([23, 0])


def long_head(member, link):
    link.send_bytes(b"\x5a\x00\x00\x00\x05hello")


def oversized(member, link):
    link.send_bytes(b"\x5a\x00\x10\x00\x00")


def wrongly_signed(member, link):
    header, signature, parts, key = member.delta(document(), [(SET_TITLE, "forged")])
    link.send(chunk((header, signature[:-1] + bytes([signature[-1] ^ 1]), parts, key), has_key=False))


def impersonation(member, link):
    author = ("usw", 1, os.urandom(8))
    link.send(chunk(member.delta(document(), [(SET_TITLE, "not ours")], author=author), has_key=False))


def unknown_epoch(member, link):
    link.send(chunk(member.delta(document(), [(SET_TITLE, "later")], {7: [99, bytes(8)]}), has_key=False))


def malformed_header(member, link):
    link.send(chunk(member.delta(document(), [(SET_TITLE, "odd")], {5: 0}), has_key=False))


def wrong_part(member, link):
    header, signature, parts, key = member.delta(document(), [(SET_TITLE, "swapped")])
    link.send(chunk((header, signature, [os.urandom(len(parts[0]))], key)))


def wrong_key(member, link):
    header, signature, _, key = member.delta(document(), [(SET_TITLE, "no key")])
    link.send(chunk((header, signature, [None], [*key[:5], os.urandom(32)])))


def no_member(member, link):
    """Signed by us, acting for an operator of another site: void everywhere."""
    stranger = next(number for number, person in member.entry().operators.items() if person.site != member.site)
    link.send(chunk(member.delta(document(), [(SET_TITLE, "no right")], {14: [stranger]})))


def second_link(member, link):
    """Garbage on another link while this one is in order: the ban is of the site, and ends both."""
    with _peer.Link(member, link.port) as other:
        garbage(member, other)
        deadline = time.monotonic() + 5
        while not other.is_ended and time.monotonic() < deadline:
            other.take(deadline)
        wire.expect(other.farewell() == "peer.malformed", "the second link was not refused")


def touching(member, link):
    link.send([4, [[member.author, [[1, 5, bytes(32)], [6, 9, bytes(32)]], []]], True])


def overlapping(member, link):
    link.send([4, [[member.author, [[1, 5, bytes(32)], [3, 9, bytes(32)]], []]], True])


def immense(member, link):
    """Well-formed, and a lie: more deltas than there can be, of authors that nobody knows."""
    authors = sorted((member.site, 1, os.urandom(8)) for _ in range(40))
    link.send([4, [[author, [[1, MAX, os.urandom(32)]], []] for author in authors], True])


def greatest_numbers(member, link):
    """Every number of the header at its greatest; it waits for ever for a past that nobody has."""
    context = [[("usw", 1, bytes(8)), MAX]]
    unread = [[("usw", 1, bytes(8)), 1, MAX]]
    numbers = {3: (1 << 64) - 1, 5: MAX, 9: MAX - 1, 10: context, 12: unread, 13: (1 << 64) - 1}
    link.send(chunk(member.delta(document(), [(SET_TITLE, "far away")], numbers)))


def nested(member, link):
    body = 1
    for _ in range(60):
        body = [body]
    link.send(chunk(member.delta(document(), [(7 << 6 | 32 | 4, body)])))


def receipt_of(member, link, signature=None):
    receipt = wire.encode([member.author, time.time_ns() // 1_000_000, [[link.peer, [[1, MAX, bytes(32)]], []]], [0]])
    link.send([6, receipt, signature or member.sign(wire.receipt_message(member.team, receipt))])


def forged_receipt(member, link):
    receipt_of(member, link, bytes(64))


def unsigned_membership(member, link):
    """The next entry, with our own key as its root and our own signature."""
    last = member.entry()
    fields = wire.decode(last.bytes)
    ours = bytes(member.signing.verify_key)
    entry = wire.encode([*fields[:1], last.epoch + 1, last.hash, *fields[3:5], [ours], *fields[6:]])
    link.send([3, [[entry, [[ours, member.sign(wire.membership_message(entry))]]]]])


def second_greet(member, link):
    link.send([1, os.urandom(16), wire.VERSION, wire.VERSION, wire.BULK])


def other_team(member, link):
    link.greet()
    link.say_hello(member.hello(os.urandom(16), team=os.urandom(32)))


def wrong_signature(member, link):
    link.greet()
    link.say_hello(signature=nacl.signing.SigningKey.generate().sign(b"something else").signature)


def other_site(member, link):
    link.greet()
    link.say_hello(member.hello(os.urandom(16), author=("usw", 1, bytes(8))))


def no_version(member, link):
    link.send([1, os.urandom(16), 7, 9, wire.BULK])


def no_purpose(member, link):
    link.send([1, os.urandom(16), wire.VERSION, wire.VERSION, 7])


def no_runs(member, link):
    link.send([10, 0, os.urandom(300)])


def endless_runs(member, link):
    """Tables that name more than the frame holds."""
    link.send([10, 0, wire.encode([[[member.author, 0]], [], [], [], [[0, 0, 9, 0, 0, [], []]], b""])])


def endless_number(member, link):
    """A number of a run that never ends."""
    link.send([10, 0, wire.encode([[[member.author, 0]], [], [], [], [], b"\xff" * 1000])])


def forged_run(member, link):
    """A run whose one signature is wrong: nothing of it is taken, and the sender is not to blame."""
    header, signature, parts, _ = member.delta(document(), [(SET_TITLE, "forged run")])
    fields = wire.parse_header(header)
    part = fields.parts[0]
    data = b"".join([
        wire.number(0), wire.number(fields.seq), wire.number(0), fields.document, wire.number(0),
        wire.number(fields.stamp), wire.number(part.generation), part.key_hash, wire.number(part.length),
        signature[:-1], bytes([signature[-1] ^ 1]), fields.prev, fields.seal, part.commitment, parts[0],
    ])
    link.send([10, 0, wire.encode([
        [[fields.author, 0]], [[fields.level, *fields.membership]], [fields.actor], [fields.shape],
        [[7, 0, 0, 0, 0, [], [part.compartment << 3 | 1 << 1]]], data,
    ])])


def immense_comparison(member, link):
    link.send([13, 1, os.urandom(16), [[member.author, 1, MAX]]])


def lying_outline(member, link):
    """An outline is for people: whatever it says, nothing is folded and nothing grows."""
    counts = [[document(), 0, MAX, MAX] for _ in range(2000)]
    link.send([11, True, [[member.author], counts], False])


def early(member, link):
    link.send([4, [], True])


ATTACKS = [
    Attack("garbage bytes", "banned", "peer.malformed", garbage),
    Attack("truncated frame, then silence", "closed", "peer.silent", truncated),
    Attack("integer in a longer form", "banned", "peer.malformed", non_canonical),
    Attack("array of indefinite length", "banned", "peer.malformed", indefinite),
    Attack("message of an unknown type", "banned", "peer.malformed", unknown_message),
    Attack("frame head in a longer form", "banned", "peer.malformed", long_head),
    Attack("frame head of 1 MiB", "banned", "peer.too-large", oversized),
    Attack("delta with a wrong signature", "ignored", "signature refused", wrongly_signed),
    Attack("delta of another site, signed by us", "ignored", "signature refused", impersonation),
    Attack("delta of membership epoch 99", "closed", "peer.membership-unknown", unknown_epoch),
    Attack("header with seq 0", "banned", "peer.malformed", malformed_header),
    Attack("part that is not the signed one", "ignored", "part refused", wrong_part),
    Attack("key that is not the named one", "ignored", "key refused", wrong_key),
    Attack("delta for another site's operator", "ignored", "delta void", no_member),
    Attack("have with touching intervals", "banned", "peer.malformed", touching),
    Attack("have with overlapping intervals", "banned", "peer.malformed", overlapping),
    Attack("have that claims 2^63 deltas of 40 authors", "ignored", None, immense),
    Attack("delta with the greatest numbers", "ignored", "clock suspect", greatest_numbers),
    Attack("body nested 60 deep", "ignored", "delta void", nested),
    Attack("runs that are no runs", "banned", "peer.malformed", no_runs),
    Attack("runs that name what is not there", "banned", "peer.malformed", endless_runs),
    Attack("runs with a number without end", "banned", "peer.malformed", endless_number),
    Attack("run with a wrong signature", "ignored", "signature refused", forged_run),
    Attack("comparison of 2^63 deltas", "banned", "peer.too-large", immense_comparison),
    Attack("outline of 2,000 documents that are not", "ignored", None, lying_outline),
    Attack("receipt with a wrong signature", "ignored", "receipt refused", forged_receipt),
    Attack("receipt for 2^63 deltas", "ignored", None, receipt_of),
    Attack("membership signed by ourselves", "banned", "peer.membership-refused", unsigned_membership),
    Attack("garbage on a second link", "banned", "peer.malformed", second_link),
    Attack("greet on a live link", "banned", "peer.unexpected", second_greet),
    Attack("hello of another team", "banned", "peer.other-team", other_team, before_hello=True),
    Attack("hello with a wrong signature", "banned", "peer.unauthenticated", wrong_signature, before_hello=True),
    Attack("hello in another site's name", "banned", "peer.unauthenticated", other_site, before_hello=True),
    Attack("greet with versions 7 to 9", "banned", "peer.incompatible", no_version, before_hello=True),
    Attack("greet for no purpose", "banned", "peer.malformed", no_purpose, before_hello=True),
    Attack("have before the hello", "banned", "peer.unexpected", early, before_hello=True),
]


def observe(link):
    """Whether the link goes on, and the code it ended with."""
    try:
        if link.is_answered(8.0):
            return "ignored", None
    except TimeoutError:
        pass
    deadline = time.monotonic() + 10
    while not link.is_ended and time.monotonic() < deadline:
        link.take(deadline)
    if not link.is_ended:
        raise sites.Failure("the link neither answers nor ends")
    return "closed", link.farewell()


def is_refused(member, port):
    """Whether a new link of ours is turned away."""
    with _peer.Link(member, port) as link:
        try:
            link.greet()
        except _peer.Closed:
            return True
        return False


def attack(case, member, node, desk):
    """Run one case; gives (reach, code, lines of the log)."""
    start = len(_nodes.log_of(node))
    with _peer.Link(member, node.port) as link:
        if not case.before_hello:
            link.go_live()
        case.send(member, link)
        silent = case.send is truncated
        reach, code = wait_for_end(link) if silent else observe(link)
    if reach == "closed" and code is None and has_died(node):
        return "CRASHED", code, _nodes.log_of(node)[start:].splitlines()[:3]
    if reach == "closed" and is_refused(member, node.port):
        reach = "banned"
    if reach == "banned" or case.send is second_link:
        desk.call("POST", f"/v1/sync/{member.site}/resume")
    # The log is written beside the link: its line may come a moment after the answer.
    deadline = time.monotonic() + (5 if case.words else 0)
    while not (lines := told(node, start)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return reach, code, lines


def told(node, start):
    """The lines of the log from a place on that warn of something.

    An alarm is about the whole log of a site and is told when the node looks for it, not with one input.
    """
    return [
        line for line in _nodes.log_of(node)[start:].splitlines() if LEVELS.search(line) and "code=alarm." not in line
    ]


def has_died(node):
    """A link that ends without a word may be the end of the node, which takes a moment to show."""
    deadline = time.monotonic() + 1
    while _nodes.is_alive(node) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _nodes.is_alive(node)


def wait_for_end(link):
    """Say nothing until the other side has had enough."""
    deadline = time.monotonic() + 15
    while not link.is_ended and time.monotonic() < deadline:
        link.take(deadline)
    return ("closed" if link.is_ended else "ignored"), link.farewell()


def check_unharmed(case, honest, desk, number):
    """The honest peer gets what is written, and nothing bad is in a case."""
    title = f"Written after attack {number}"
    case_id = _history.create(desk, type="OTHER", title=title)

    def arrived():
        with _nodes.Desk(honest) as other:
            status, _ = other.wait(other.submit("GET", f"/v1/cases/{case_id}"))
        return status == 200

    sites.until(f"{honest.name} gets what was written after: {case.name}", arrived)
    shown = desk.call("GET", "/v1/cases?view=all&limit=500")["cases"]
    # A document that only void deltas have reached is known and empty: no change counts, no field has a value.
    strangers = [row for row in shown if not row["title"].startswith("Written after attack")]
    if any(row["changes"] or row["title"] or row["tags"] for row in strangers):
        raise sites.Failure(f"{case.name}: folded from bad input: {strangers}")


def main(baton, python):
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        node, honest, bad = sites.make_team(baton, top, ["syd", "usw", "bad"])
        with open(os.path.join(node.folder, "node.yaml"), "w", encoding="utf-8") as file:
            file.write(SETTINGS)
        member = _peer.Member(bad.folder, top)
        failures = []
        try:
            failures += swap_part(member, node, honest)
            for number, case in enumerate(ATTACKS, 1):
                failures += judge(case, number, member, node, honest)
            _nodes.stop(node, honest)
        finally:
            _nodes.end(node, honest)
        if failures:
            raise sites.Failure("; ".join(failures))


def swap_part(member, node, honest):
    """Relay another site's authentic delta with other bytes as its part. It must not hide what the site itself brings.

    Starts both nodes, first the honest one alone.
    """
    honest.start([])
    with _nodes.Desk(honest) as desk:
        case_id = _history.create(desk, type="OTHER", title="Written after attack 0")
    _nodes.stop(honest)
    path = os.path.join(honest.folder, "replica.sqlite")
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    header, signature, parts = database.execute("SELECT header, signature, parts FROM delta").fetchone()
    database.close()
    node.start([])
    with _peer.Link(member, node.port) as link:
        link.go_live()
        part = os.urandom(len(verify_replica.split_parts(parts)[0]))
        link.send([5, [], [[header, signature, [part]]], 0])
        link.is_answered()
    honest.start([node])

    def shown():
        with _nodes.Desk(node) as desk:
            status, _ = desk.wait(desk.submit("GET", f"/v1/cases/{case_id}"))
        return status == 200

    lines = [line for line in _nodes.log_of(node).splitlines() if LEVELS.search(line)]
    print(f"  {'swapped part of a relayed delta':<44} {'ignored':<8} -")
    for line in lines:
        print(f"      {line}")
    try:
        sites.until("the case at the attacked node", shown, 15)
    except sites.Failure:
        return ["swapped part: the authentic delta stays hidden though its author has brought it"]
    # Without the key nobody can tell that the part is wrong: it is not kept, and nobody is blamed for it.
    return [] if not lines else [f"swapped part: {len(lines)} log lines, and nothing was proven"]


def judge(case, number, member, node, honest):
    """Run a case and print it; gives what was not as expected."""
    with _nodes.Desk(node) as desk:
        reach, code, lines = attack(case, member, node, desk)
    print(f"  {case.name:<44} {reach:<8} {code or '-'}")
    for line in lines:
        print(f"      {line}")
    if not _nodes.is_alive(node):
        node.start([])
        return [f"{case.name}: the node crashed"]
    with _nodes.Desk(node) as desk:
        check_unharmed(case, honest, desk, number)
    failures = []
    if reach != case.reach:
        failures.append(f"{case.name}: {reach} instead of {case.reach}")
    expected = 0 if case.words is None else 1
    if len(lines) != expected:
        failures.append(f"{case.name}: {len(lines)} log lines instead of {expected}")
    elif expected and case.words not in lines[0]:
        failures.append(f"{case.name}: the log line does not say {case.words}")
    return failures


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: hostile_peer.py BATON", file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1], sys.executable)
