#!/usr/bin/env python3
"""Hold docs/protocol.cddl against real bytes, and the Python of these checks against the vector of docs/protocol.md.

usage: protocol_bytes.py FOLDER      validate what a closed node's folder holds

Every item that a node has signed or stored is validated: headers, plaintexts of parts, membership, have-sets, receipts;
and the messages that would carry them. Each rule is also given a wrong item, which it must refuse.
"""

import concurrent.futures
import contextlib
import os
import sys
import tempfile

import pycddl

import _history
import _peer
import _wire as wire
import verify_replica

CDDL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "protocol.cddl")


class Grammar:
    """The rules of protocol.cddl by name."""

    def __init__(self):
        with open(CDDL, encoding="utf-8") as file:
            self.text = file.read()
        self.rules = {}
        self.counts = {}

    def accepts(self, rule, data):
        if rule not in self.rules:
            self.rules[rule] = pycddl.Schema(f"start = {rule}\n{self.text}")
        try:
            self.rules[rule].validate_cbor(data)
        except pycddl.ValidationError:
            return False
        return True

    def demand(self, rule, data):
        if not self.accepts(rule, data):
            raise wire.Malformed(f"rule {rule} refuses {data.hex()}")
        self.counts[rule] = self.counts.get(rule, 0) + 1

    def refuse(self, rule, value):
        if self.accepts(rule, wire.encode(value)):
            raise wire.Malformed(f"rule {rule} takes {value!r}")
        self.counts["refused"] = self.counts.get("refused", 0) + 1


def check_vector():
    """The known answers of docs/protocol.md."""
    key, author = bytes(range(32)), ("syd", 3, bytes(range(1, 9)))
    scope = wire.encode(author) + bytes([1, *range(15)]) + bytes([0]) + (1).to_bytes(4, "big")
    wrapped = bytes(range(100, 124)) + bytes.fromhex(
        "0b91de40ddbca9b4d05e679eb42408d401ab9478c6e323b30ebc4d118b08f664956054bce6e468a28bc132b96109a2bc"
    )
    commitment = "e420ae15c446b852a437714f8cc4e8cf3e770e22d689445181c2448f059e3351"
    sealed = "7fc838914972da58398a530ceb40a2eded71c921288f9652851907aa26c0f2ffc18f37ca50fcee2e"
    text = b"the reporter called back"
    wire.expect(wire.unwrap(wrapped, scope, bytes([7]) * 32) == key, "vector: unwrap")
    wire.expect(wire.key_hash(key).hex() == "66895a11a504c535", "vector: key id")
    wire.expect(wire.commitment_of(key, author, 9, 2, text).hex() == commitment, "vector: commitment")
    wire.expect(wire.seal_part(key, author, 9, 2, text, b"header bytes").hex() == sealed, "vector: sealed")


def check_folder(grammar, folder):
    with contextlib.closing(verify_replica.Replica(folder)) as replica:
        replica.read_keys()
        for entry in replica.entries:
            grammar.demand("membership-entry", entry.bytes)
            signed = [entry.bytes, entry.signatures]
            grammar.demand("signed-membership-entry", wire.encode(signed))
            grammar.demand("membership", wire.encode([3, [signed]]))
        with open(os.path.join(folder, "membership.cbor"), "rb") as file:
            grammar.demand("membership-file", file.read())
        for (intervals,) in replica.rows("SELECT intervals FROM have"):
            grammar.demand("have", intervals)
            grammar.demand("have-message", wire.encode([4, wire.decode(intervals), True]))
        for (data,) in replica.rows("SELECT bytes FROM receipt"):
            grammar.demand("receipt", data[:-64])
            grammar.demand("signed-receipt", wire.encode([6, data[:-64], data[-64:]]))
        for header, signature, column in replica.rows("SELECT header, signature, parts FROM delta"):
            check_delta(grammar, replica, header, signature, verify_replica.split_parts(column))


def check_delta(grammar, replica, header_bytes, signature, parts):
    grammar.demand("header", header_bytes)
    header = wire.parse_header(header_bytes)
    keys = []
    for index, (described, sealed) in enumerate(zip(header.parts, parts)):
        key = replica.keys.get((wire.key_scope(header, index), described.key_hash))
        if key is None or sealed is None:
            continue
        grammar.demand("part-plaintext", wire.open_part(sealed, key, header, header_bytes, index))
        keys.append([
            header.author, header.document, described.compartment, described.generation, described.key_hash, key,
        ])
    grammar.demand("chunk", wire.encode([5, keys, [[header_bytes, signature, parts]], 0]))


def write_at_once(node):
    """Many notes of one moment: their stamps differ by the counter."""
    case = node.create("Many hands", severity="S3")["detail"]["summary"]["ref"]
    with concurrent.futures.ThreadPoolExecutor(16) as hands:
        list(hands.map(
            lambda number: node.ask("POST", f"/v1/cases/{case}/changes", {
                "operations": [_history.operation("append", "note", f"line {number}")]}), range(96)))


def pull(grammar, member, node, count, version):
    """Ask a running node for everything as a peer that holds nothing: header -> (signature, parts), and flags of runs."""
    found, keys, sizes, flags = {}, 0, [0, 0], set()
    with _peer.Link(member, node.port, version=version) as link:
        link.greet()
        link.say_hello()
        link.send([4, [], True])
        while len(found) < count:
            message = link.receive_any((5, 10, 11))
            grammar.demand({5: "chunk", 10: "runs", 11: "outline"}[message[0]], wire.encode(message))
            deltas = message[2] if message[0] == 5 else []
            if message[0] == 10:
                grammar.demand("runs-body", message[2])
                reader = wire.RunReader(message[2])
                deltas, keys = reader.deltas, keys + len(reader.bare_keys())
                sizes = [sizes[0] + len(message[2]), sizes[1] + len(deltas)]
                flags.update(form[0] for form in reader.forms)
            for header, signature, parts in deltas:
                found[bytes(header)] = (signature, parts)
    wire.expect(keys > 0 and sizes[1] > 0, "no run was sent")
    print(f"  version {version}: {len(found)} deltas pulled; in runs {sizes[1]} at {sizes[0] / sizes[1]:.1f} bytes")
    return found, flags


def pull_in_each_version(grammar, node, other, top):
    """The same bytes come out of what each version says; an older peer is sent no stamp that it cannot read."""
    member, count = _peer.Member(other.folder, top), node.ask("GET", "/v1/digest")["deltas"]
    older, said = pull(grammar, member, node, count, wire.OLDEST)
    wire.expect(all(flags < 32 for flags in said), f"an old peer was sent the flags {said}")
    newer, said = pull(grammar, member, node, count, wire.VERSION)
    wire.expect(any(flags & 32 for flags in said), f"no stamp was said by its distance: {said}")
    wire.expect(newer == older, "two versions gave two sets of deltas")
    return newer


def check_pulled(found, folder):
    """What came in chunks and runs is what the folder holds, byte for byte."""
    with contextlib.closing(verify_replica.Replica(folder)) as replica:
        rows = list(replica.rows("SELECT header, signature, parts FROM delta"))
    wire.expect(set(found) == {header for header, _, _ in rows}, "the node gave other headers than it holds")
    for header, signature, column in rows:
        wire.expect(found[header] == (signature, verify_replica.split_parts(column)), "a delta came out changed")


def check_refusals(grammar, folder):
    """Change one thing of a real header at a time."""
    with contextlib.closing(verify_replica.Replica(folder)) as replica:
        (header_bytes,) = replica.rows("SELECT header FROM delta LIMIT 1").fetchone()
    header = wire.decode(header_bytes)
    for key, value in [
        (1, 2), (2, 0), (5, 0), (6, b""), (7, [1]), (8, bytes(15)), (10, [[header[4], 0]]), (11, bytes(15)),
        (12, []), (14, []), (14, [1, 2, 3]), (15, bytes(63)), (16, [1 << 16]), (17, [[0]]), (18, 0), (4, ["syd", 1]),
    ]:
        grammar.refuse("header", {**header, key: value})
    for key in set(range(1, 18)) - {12, 15}:
        grammar.refuse("header", {name: value for name, value in header.items() if name != key})
    nonce, digest, signature = bytes(16), bytes(32), bytes(64)
    for rule, right, wrong in [
        ("greet", [1, nonce, 2, 2, 0], [1, nonce, 2, 2]),
        ("signed-hello", [2, b"", signature], [2, b"", signature[1:]]),
        ("ping", [7, 0, digest], [7, 0]),
        ("pong", [8, 0], [8, -1]),
        ("mark", [12, 0], [12]),
        ("compare", [13, 1, nonce, [[header[4], 1, 2]]], [13, 1, nonce, [[header[4], 0, 2]]]),
        ("compared", [14, 1, [nonce, None]], [14, 1, [b""]]),
        ("farewell", [9, "peer.paused"], [9, "x" * 129]),
        ("hello", [2, 2, 1, digest, header[4], nonce, 1, digest, digest, 1, nonce], [1, 1]),
        ("part-plaintext", {0: "text", 3: {1: "text", 2: 7}}, {"0": "text"}),
    ]:
        grammar.demand(rule, wire.encode(right))
        grammar.refuse(rule, wrong)


def main(baton, python):
    del python
    import _nodes
    import sites

    check_vector()
    grammar = Grammar()
    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        one, other = sites.make_team(baton, top, ["syd", "usw"])
        with _nodes.running(one, other):
            _history.write(one, other)
            write_at_once(one)
            sites.even([one, other])
            found = pull_in_each_version(grammar, one, other, top)
        check_pulled(found, one.folder)
        for site in (one, other):
            check_folder(grammar, site.folder)
        check_refusals(grammar, one.folder)
    print("  " + ", ".join(f"{number} {rule}" for rule, number in sorted(grammar.counts.items())))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    check_vector()
    GRAMMAR = Grammar()
    check_folder(GRAMMAR, sys.argv[1])
    print(", ".join(f"{number} {rule}" for rule, number in sorted(GRAMMAR.counts.items())))
