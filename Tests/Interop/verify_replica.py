#!/usr/bin/env python3
"""Check a node's data folder from its bytes alone, with nothing of the node's own code. The node must not be running.

usage: verify_replica.py FOLDER [BATON]

Recomputes every delta id; verifies every signature one by one, the chains, seals, keys and commitments, the have-sets,
the receipts and the audit log; opens every part; folds every document anew; and compares each document with the stored
one and, where BATON names the program, the replica's digests with what `baton digest` says.

Exit status: 0 all equal, 1 the first difference, which is printed, 2 wrong use.
"""

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

import _fold as fold
import _wire as wire


class Difference(Exception):
    """The first thing that is not as docs/protocol.md says."""


def same(what, computed, stored):
    if computed != stored:
        def show(value):
            return value.hex() if isinstance(value, bytes) else repr(value)
        raise Difference(f"{what}: computed {show(computed)}, stored {show(stored)}")


def variable(data, place):
    """Read an unsigned LEB128 number: (value, place behind it)."""
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place


def split_parts(column):
    parts, place = [], 0
    while place < len(column):
        length, place = variable(column, place)
        parts.append(None if length == 0 else column[place : place + length - 1])
        place += max(0, length - 1)
    return parts


def unsigned(word):
    return word & (1 << 64) - 1


class Replica:
    """A closed data folder, read-only."""

    def __init__(self, folder):
        self.folder = folder
        self.lock = open(os.path.join(folder, "lock"), "rb")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            raise Difference(f"a node is running in {folder}; stop it first") from error
        vault = wire.read_secret_file(os.path.join(folder, "vault"))
        self.site = vault["site"].decode()
        self.vault_key = vault["vault-key"]
        path = os.path.join(os.path.abspath(folder), "replica.sqlite")
        self.database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.database.text_factory = str
        self.entries = self.read_membership(vault.get("membership-mark"))
        self.team = self.entries[0].hash
        self.authors = {
            row: (site, counter, struct.pack(">q", nonce))
            for row, site, counter, nonce in self.rows("SELECT author_id, site, counter, nonce FROM author")
        }
        self.keys = {}
        self.counts = {}

    def close(self):
        self.database.close()
        self.lock.close()

    def rows(self, sql, *arguments):
        return self.database.execute(sql, arguments)

    def count(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number

    # ---- Membership ----

    def read_membership(self, mark):
        """Verify both copies of the log; one must be the beginning of the other. Gives the longer."""
        with open(os.path.join(self.folder, "membership.cbor"), "rb") as file:
            filed = wire.read_membership(wire.decode(file.read()))
        rows = list(self.rows("SELECT epoch, entry FROM membership ORDER BY epoch"))
        kept = wire.read_membership([wire.decode(entry) for _, entry in rows]) if rows else []
        for (epoch, _), entry in zip(rows, kept):
            same("membership.epoch", entry.epoch, epoch)
        for one, other in zip(filed, kept):
            same(f"membership entry {one.epoch}", one.hash, other.hash)
        longer = max(filed, kept, key=len)
        if mark:
            epoch = int.from_bytes(mark[:8], "big")
            if epoch > len(longer):
                raise Difference(f"the vault has seen membership epoch {epoch}; the log ends at {len(longer)}")
            same(f"membership mark of epoch {epoch}", longer[epoch - 1].hash, mark[8:])
        return longer

    def entry_of(self, header):
        epoch, prefix = header.membership
        if not 1 <= epoch <= len(self.entries):
            return None
        entry = self.entries[epoch - 1]
        return entry if entry.hash[:8] == prefix else None

    def clearances(self):
        site = self.entries[-1].sites.get(self.site)
        return {0, *(site.clearances if site else [])}

    # ---- The log ----

    def read_keys(self):
        columns = "d.id, k.author_id, k.compartment, k.generation, k.hash, k.wrapped"
        for document, author, compartment, generation, key_hash, wrapped in self.rows(
            f"SELECT {columns} FROM document_key k JOIN document d USING (document_id)"
        ):
            scope = (
                wire.encode(self.authors[author]) + document + bytes([compartment]) + generation.to_bytes(4, "big")
            )
            key = wire.unwrap(wrapped, scope, self.vault_key)
            same("document key id", wire.key_hash(key), struct.pack(">q", key_hash))
            self.keys[scope, wire.key_hash(key)] = key
            self.count("keys unwrapped")

    def read_log(self):
        """Verify every delta by itself. Gives the deltas in order of arrival, with the stored fate beside each."""
        deltas = []
        for row in self.rows(
            "SELECT e.arrival, e.author_id, e.seq, e.id, d.id, e.document_prev, e.level, e.stamp, e.fate,"
            " e.header, e.signature, e.parts FROM delta e JOIN document d USING (document_id) ORDER BY e.arrival"
        ):
            arrival, author, seq, identity, document, prev, level, stamp, fate, header_bytes, signature, parts = row
            place = f"delta {arrival} ({self.authors[author][0]}#{seq})"
            same(f"{place}: id", wire.delta_id(header_bytes, signature), identity)
            header = wire.parse_header(header_bytes)
            same(
                f"{place}: columns",
                (header.author, header.seq, header.document, header.document_prev, header.level, header.stamp),
                (self.authors[author], seq, document, prev, level, unsigned(stamp) ^ 1 << 63),
            )
            entry = self.entry_of(header)
            site = entry.sites.get(header.author[0]) if entry else None
            if site is None:
                raise Difference(f"{place}: its membership entry is unknown or does not list its site")
            message = wire.delta_message(self.team, header_bytes)
            if not wire.is_signed(signature, message, site.signing_key):
                raise Difference(f"{place}: the signature does not verify")
            self.count("deltas")
            self.count("signatures verified")
            opened = [
                self.open(header, header_bytes, index, part, place)
                for index, part in enumerate(split_parts(parts))
            ]
            same(f"{place}: number of parts", len(opened), len(header.parts))
            delta = fold.Delta(identity, header, opened, self.is_authorised(header, entry), set(site.clearances))
            deltas.append((delta, fate))
        return deltas

    def open(self, header, header_bytes, index, sealed, place):
        compartment = header.parts[index].compartment
        if compartment not in self.clearances():
            same(f"{place}: part {index} of a compartment without clearance", sealed, None)
            return "withheld"
        key = self.keys.get((wire.key_scope(header, index), header.parts[index].key_hash))
        if sealed is None or key is None:
            return None if compartment == 0 else "unread"
        try:
            plaintext = wire.open_part(sealed, key, header, header_bytes, index)
        except wire.Malformed as error:
            raise Difference(f"{place}: part {index}: {error}") from error
        self.count("parts opened")
        try:
            return wire.bodies_of(plaintext, compartment, len(header.shape))
        except wire.Malformed:
            return "void"

    def is_authorised(self, header, entry):
        person = entry.operators.get(header.actor[0])
        return person is not None and person.site == header.author[0] and any(role < 4 for role in person.roles)

    def check_chains(self, deltas):
        places = {}
        for delta, _ in deltas:
            places.setdefault(delta.place, []).append(delta)
        for (author, seq), branches in places.items():
            before = places.get((author, seq - 1), [])
            for delta in branches:
                is_linked = delta.header.prev in {held.id for held in before}
                self.count("chain links", 1 if is_linked else 0)
                # Its author has another delta at the place before: a proof of a fork, and no fault of this replica.
                self.count("links to branches not held", 1 if before and not is_linked else 0)
            self.count("forked places", 1 if len(branches) > 1 else 0)
        return places

    def check_have(self, places):
        by_author, named = {}, {}
        for (author, seq), branches in places.items():
            by_author.setdefault(author, []).append(seq)
            if seq > 1:
                named[author, seq - 1] = {delta.header.prev for delta in branches}
        have = []
        for author in sorted(by_author):
            intervals, contested = [], []
            for seq in sorted(by_author[author]):
                held = {delta.id for delta in places[author, seq]}
                known = held | named.get((author, seq), set())
                if intervals and intervals[-1][1] + 1 == seq:
                    intervals[-1][1:] = [seq, min(held)]
                else:
                    intervals.append([seq, seq, min(held)])
                if len(known) > 1:
                    contested += [[seq, identity, identity in held] for identity in sorted(known)]
            have.append([author, intervals, contested])
        stored = {
            self.authors[author]: intervals
            for author, intervals in self.rows("SELECT author_id, intervals FROM have")
        }
        same("authors with a have-set", sorted(by_author), sorted(stored))
        for entry in have:
            same(f"have-set of {entry[0][0]}", wire.encode([entry]), stored[entry[0]])
        return have

    # ---- What is beside the log ----

    def check_receipts(self):
        for peer, about, seq, head, data in self.rows("SELECT peer_id, author_id, seq, head, bytes FROM receipt"):
            receipt, signature = data[:-64], data[-64:]
            site = self.authors[peer][0]
            keys = {entry.sites[site].signing_key for entry in self.entries if site in entry.sites}
            message = wire.receipt_message(self.team, receipt)
            if not any(wire.is_signed(signature, message, key) for key in keys):
                raise Difference(f"a receipt of {site} is not signed by it")
            receiver, _, haves, _ = wire.decode(receipt)
            same("receipt.receiver", wire.author_of(receiver), self.authors[peer])
            stated = {wire.author_of(author): intervals for author, intervals, _ in haves}
            same("receipt.head", stated[self.authors[about]][0][1:], [seq, head])
            self.count("receipts verified")

    def check_audit(self):
        chain = bytes(32)
        columns = "kind, at_ms, actor, author_id, first_seq, last_seq, site, detail, chain"
        for kind, at, actor, author, first, last, site, detail, stored in self.rows(
            f"SELECT {columns} FROM audit ORDER BY record"
        ):
            span = None if author is None else [self.authors[author], first, last]
            record = wire.encode([chain, kind, at, actor, span, site, detail])
            chain = wire.blake2b(b"baton/audit/1" + record)
            same("audit chain", chain, stored)
            self.count("audit records")

    def stored_digests(self, document):
        """(compartment, state digest) of a document as the replica keeps it: `document_state` and `timeline`."""
        row, state = self.rows(
            "SELECT s.document_id, s.state FROM document_state s JOIN document d USING (document_id) WHERE d.id = ?",
            document,
        ).fetchone() or (None, None)
        if state is None:
            return None
        _, frontier, _, _, _, _, _, _, _, compartments = wire.decode(state)
        digests = []
        for code, registers, sets, milestones, ledgers, closures, unread in compartments:
            entries = self.rows(
                "SELECT e.id, t.operation, t.field, t.value FROM timeline t JOIN delta e USING (arrival)"
                " WHERE t.document_id = ? AND t.compartment = ? ORDER BY t.stamp, e.id, t.operation", row, code,
            )
            timeline = [
                [identity, index, field, None if value is None else wire.decode(value)]
                for identity, index, field, value in entries
            ]
            plain = [[field, [write for write, _ in entries]] for field, entries in ledgers]
            fields = [
                [
                    [field, [[*write[:2], write[8] if len(write) == 9 else None] for write in writes]]
                    for field, writes in table
                ]
                for table in (registers, sets, milestones, plain)
            ]
            digests.append((code, wire.blake2b(wire.encode([
                1, document, code, fold.LEVEL, len(unread), [position[0] for position in frontier], *fields,
                [[kind, *write[:2]] for kind, write, _ in closures], timeline,
            ]))))
        return digests

    def check_documents(self, deltas):
        by_document = {}
        for delta, _ in deltas:
            by_document.setdefault(delta.header.document, []).append(delta)
        documents = [fold.Document(identity, held) for identity, held in sorted(by_document.items())]
        words = {fold.APPLIED: "applied", fold.WAITING: "waiting", fold.VOID: "void", fold.UNREAD: "unread"}
        for delta, fate in deltas:
            same(f"fate of {delta.header.author[0]}#{delta.header.seq}", words[delta.fate], words[fate])
            self.count(words[fate])
        for document in documents:
            stored = self.stored_digests(document.id)
            if document.passed:
                same(f"state of document {document.id.hex()}", document.digests(), stored)
                self.count("documents")
            else:
                same(f"state of document {document.id.hex()}", None, stored)
        return documents

    def verify(self):
        """Check everything; gives (state digest of the replica, have digest)."""
        self.read_keys()
        deltas = self.read_log()
        have = self.check_have(self.check_chains(deltas))
        self.check_receipts()
        self.check_audit()
        documents = self.check_documents(deltas)
        return fold.replica_digest(documents), wire.have_digest(have)


def claimed_digests(baton, folder):
    """What the node says of a closed folder, and what its own verification of the log says."""
    answer = subprocess.run(
        [baton, "digest", "--dir", folder, "--json"], capture_output=True, check=True, timeout=300
    )
    reply = json.loads(answer.stdout)
    return bytes.fromhex(reply["stateDigest"]), bytes.fromhex(reply["logDigest"])


def verify_folder(folder, baton=None, is_quiet=False):
    """Verify a closed folder and print its counts unless quiet. Gives (state digest, log digest), or raises Difference."""
    claimed = claimed_digests(baton, folder) if baton else None
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        try:
            replica = stack.enter_context(contextlib.closing(Replica(folder)))
            state, log = replica.verify()
        except wire.Malformed as error:
            raise Difference(str(error)) from error
        if claimed:
            same("state digest of the replica", state, claimed[0])
            same("log digest", log, claimed[1])
        if is_quiet:
            return state, log
        counts = ", ".join(f"{number} {what}" for what, number in replica.counts.items())
        against = "equal to the node's" if claimed else "recomputed"
        print(f"  {replica.site}: {counts}; {time.monotonic() - started:.1f} s")
        print(f"  {replica.site}: state {state.hex()[:16]} log {log.hex()[:16]} {against}")
    return state, log


def main(baton, python):
    """Two real nodes with a history of every operation: both verify, both are equal, and any changed bit is found."""
    del python
    import _history
    import _nodes
    import sites

    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        one, other = sites.make_team(baton, top, ["syd", "usw"])
        with _nodes.running(one, other):
            _history.write(one, other)
            sites.even([one, other])
        digests = {verify_folder(site.folder, baton) for site in (one, other)}
        if len(digests) != 1:
            raise Difference("the two replicas have different digests")
        for name, column, row in _history.DAMAGES:
            find_damage(one.folder, os.path.join(top, "damaged"), name, column, row)


def find_damage(folder, copy, name, column, row):
    """Change a bit in a copy of a folder; the verifier must find it."""
    import _history

    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    if not _history.damage(copy, column, row):
        raise Difference(f"there is nothing to damage in {column}")
    try:
        verify_folder(copy, is_quiet=True)
    except Difference as found:
        print(f"  {name} with one bit changed is found: {str(found).split(': computed')[0]}")
    else:
        raise Difference(f"{name} with one bit changed was not found")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        verify_folder(*sys.argv[1:])
    except Difference as found:
        print(f"verify_replica: {found}", file=sys.stderr)
        sys.exit(1)
