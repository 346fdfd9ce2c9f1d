#!/usr/bin/env python3
"""A member that signs what no node would write: forks, skipped predecessors, wrong seals, far levels, unknown operations,
malformed parts, restricted parts, deltas for another site's operators. All of it is authentic, and comes in a random order.

Two honest nodes must end with equal logs, and each must have made of every delta what the fold of these checks, written
from docs/protocol.md alone, makes of it. BATON_SEED (1) and BATON_ODD (400) change the history.
"""

import os
import random
import sys
import tempfile
import time

import _nodes
import _peer
import _wire as wire
import sites
import verify_replica

BODIES = {
    1: ["set", ["Title A", "Title B", ""]], 2: ["set", [1, 6, 0, 7, "EDR"]], 3: ["set", [0, 4, 5, -1]],
    4: ["set", [0, 1, 99]], 6: ["tags", ["night", "bank", "x" * 65]], 7: ["note", ["text", None, {1: "a", 2: 5}, 3]],
    8: ["closure", [None, "done", 4]], 9: ["set", [1, 1 << 48, None]], 13: ["set", ["disclose", "hold"]],
    14: ["tags", ["AU", "US"]], 32: ["milestone", [None, "seen", [1, [2]]]], 36: ["milestone", [None, 1.5]],
}
FIELD_KINDS = {"set": [1], "tags": [2, 2, 3], "note": [4], "closure": [10, 11, 12], "milestone": [5]}


class Author:
    """One invented incarnation of the member."""

    def __init__(self, site, source):
        self.name = (site, source.randrange(3), source.randbytes(8))
        self.seq = 0
        self.ids = {0: bytes(32)}
        self.latest = {}


class Writer:
    """Writes odd deltas of a member."""

    def __init__(self, member, source):
        self.member = member
        self.source = source
        self.authors = [Author(member.site, source) for _ in range(3)]
        self.documents = [bytes([kind]) + source.randbytes(15) for kind in (1, 1, 1, 2)]
        # What has been made, by document: (author name, seq, id).
        self.made = {document: [] for document in self.documents}
        self.stamp = (time.time_ns() // 1_000_000) << 16
        people = member.entry().operators
        self.own = next(number for number, person in people.items() if person.site == member.site)
        self.other = next(number for number, person in people.items() if person.site != member.site)

    def happens(self, percent):
        return self.source.randrange(100) < percent

    def operation(self):
        field = self.source.choice(sorted(BODIES))
        word, bodies = BODIES[field]
        kind = self.source.choice(FIELD_KINDS[word])
        if self.happens(3):
            kind = self.source.randrange(32)
        if self.happens(3):
            field = self.source.randrange(1024)
        # Most bodies fit, which is why the first two are drawn most.
        body = self.source.choice(bodies[:2] if self.happens(90) else bodies)
        return field << 6 | self.happens(80) << 5 | kind, body

    def plaintext(self, operations, compartment):
        chosen = {index: body for index, (_, body, where) in enumerate(operations) if where == compartment}
        if self.happens(3):
            chosen[len(operations) + 1] = None
        data = wire.encode(chosen)
        if self.happens(2):
            data += b"\0"
        if compartment == 0:
            return data
        padded = data + b"\x80"
        return padded + bytes(-len(padded) % 64)

    def context(self, document, author, prev):
        """References and their ids, in the order of the header; sometimes to what nobody has."""
        known = [entry for entry in self.made[document] if (entry[0], entry[1]) != (author, prev)]
        chosen = sorted(self.source.sample(known, min(len(known), self.source.choice([0, 1, 1, 2, 3]))))
        places = [[name, seq] for name, seq, _ in chosen]
        ids = [identity for *_, identity in chosen]
        if self.source.randrange(250) == 0:
            places, ids = [[("zz", 1, bytes(8)), 3]], [bytes(32)]
        return places, ids

    def delta(self):
        """One delta: (header bytes, signature, parts, keys)."""
        source, author = self.source, self.source.choice(self.authors)
        document = source.choice(self.documents)
        forks = author.seq > 0 and self.happens(5)
        seq = author.seq if forks else author.seq + 1
        prev_place = author.latest.get(document, 0)
        if self.happens(8):
            prev_place = source.choice([0, *(n for name, n, _ in self.made[document] if name == author.name and n < seq)])
        prev_place = prev_place if prev_place < seq else 0
        prev_ids = [i for name, n, i in self.made[document] if name == author.name and n == prev_place]
        prev_id = source.choice(prev_ids) if prev_ids else None
        places, ids = self.context(document, author.name, prev_place)
        seal = source.randbytes(16) if source.randrange(250) == 0 else wire.seal_of(prev_id if prev_place else None, ids)
        operations = [(*self.operation(), 1 if self.happens(8) else 0) for _ in range(source.randrange(1, 4))]
        self.stamp += source.randrange(1, 1 << 17)
        header = {
            1: 1, 2: 1, 3: source.choice([1] * 9 + [0, 2, 2]), 4: author.name, 5: seq, 6: author.ids[seq - 1],
            7: [self.member.entry().epoch, self.member.entry().hash[:8]], 8: document, 9: prev_place, 10: places,
            11: seal, 13: self.stamp, 14: [self.other if self.happens(4) else self.own],
            16: [shape for shape, *_ in operations],
        }
        if self.happens(10) and self.made[document]:
            name, last, _ = source.choice(self.made[document])
            header[12] = [[name, 1, last]]
        made = self.seal(header, operations)
        identity = wire.delta_id(made[0], made[1])
        self.made[document].append((author.name, seq, identity))
        author.latest[document] = seq
        author.ids[seq] = identity
        author.seq = max(author.seq, seq)
        return made

    def seal(self, header, operations):
        author, document, seq = header[4], header[8], header[5]
        texts = {where: self.plaintext(operations, where) for where in sorted({0, *(o[2] for o in operations)})}
        keys = {where: wire.blake2b(wire.encode([author, document, where])) for where in texts}
        header[17] = [
            [where, 1, wire.key_hash(keys[where]),
             wire.commitment_of(keys[where], author, seq, index, text), len(text)]
            for index, (where, text) in enumerate(texts.items())
        ]
        data = wire.encode(header)
        parts = [
            wire.seal_part(keys[where], author, seq, index, text, data)
            for index, (where, text) in enumerate(texts.items())
        ]
        key = [author, document, 0, 1, wire.key_hash(keys[0]), keys[0]]
        return data, self.member.sign(wire.delta_message(self.member.team, data)), parts, key


def send(link, deltas):
    for start in range(0, len(deltas), 20):
        page = deltas[start : start + 20]
        link.send([5, [key for *_, key in page], [[data, signature, parts] for data, signature, parts, _ in page], 0])
        sites.expect(link.is_answered(), f"the link ended: {link.farewell()}")


def main(baton, python):
    del python
    source = random.Random(int(os.environ.get("BATON_SEED", "1")))
    count = int(os.environ.get("BATON_ODD", "400"))
    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        node, honest, bad = sites.make_team(baton, top, ["syd", "usw", "bad"])
        member = _peer.Member(bad.folder, top)
        with _nodes.running(node, honest):
            writer = Writer(member, source)
            deltas = [writer.delta() for _ in range(count)]
            source.shuffle(deltas)
            with _peer.Link(member, node.ready["port"]) as link:
                send(link.go_live(), deltas)
                # Again, in another order: nothing may change.
                source.shuffle(deltas)
                send(link, deltas[: count // 4])
            sites.until("all deltas at both", lambda: {
                each.status()["counts"]["deltas"] for each in (node, honest)
            } == {count}, 60)
            sites.until("equal logs", lambda: len({each.status()["logDigest"] for each in (node, honest)}) == 1, 60)
            fates = [each.status()["counts"] for each in (node, honest)]
        for each in (node, honest):
            verify_replica.verify_folder(each.folder, baton)
        for word in ("waiting", "void", "unread"):
            numbers = [counts[word] for counts in fates]
            sites.expect(len(set(numbers)) == 1, f"the nodes disagree on what is {word}: {numbers}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: odd_history.py BATON", file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1], sys.executable)
