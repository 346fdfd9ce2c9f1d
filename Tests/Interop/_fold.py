"""A deliberately naive fold, written from "The gate", "Fates", "Folding" and "Digests" of docs/protocol.md.

It keeps every past as a set of bits over the whole graph and asks for each write whether any delta covers it. Nothing is
folded step by step, so it shares no shortcut with the node's fold.
"""

import itertools
import re
from typing import NamedTuple

import _wire as wire

LEVEL = 1
APPLIED, WAITING, VOID, UNREAD = 1, 2, 3, 4
SET, ADD, REMOVE, APPEND, MILESTONE, CLOSE, REOPEN, CONCUR = 1, 2, 3, 4, 5, 10, 11, 12
STEP, HOLD, CLOCK, CUSTODY, SETTLE, RELEASE = 6, 7, 8, 9, 13, 14
BARE = {CLOSE, REOPEN, CONCUR, MILESTONE}
TAKES = {
    "register": {SET, SETTLE}, "set": {ADD, REMOVE}, "timeline": {APPEND}, "milestone": {MILESTONE},
    "closure": {CLOSE, REOPEN, CONCUR},
    **{f"ledger-{kind}": {kind} for kind in (APPEND, STEP, HOLD, CLOCK, CUSTODY, RELEASE)},
}
COMBINATIONS_MAX = 64
# Stands for the operations of every ledger, whatever their kind.
LEDGER = 99


def text(limit):
    return lambda value: isinstance(value, str) and len(value.encode()) <= limit


def integer(low, high):
    return lambda value: type(value) is int and low <= value <= high


def time(value):
    return type(value) is int and 0 <= value < 1 << 48


def details(value):
    return value is None or isinstance(value, (str, dict, list))


# (kind of document, field): structure, level, type.
FIELDS = {
    (1, 1): ("register", 1, text(512)),
    (1, 2): ("register", 1, integer(1, 6)),
    (1, 3): ("register", 1, integer(0, 4)),
    (1, 4): ("register", 1, integer(0, (1 << 32) - 1)),
    (1, 5): ("register", 1, text(1024)),
    (1, 6): ("set", 1, text(64)),
    (1, 7): ("timeline", 1, details),
    (1, 8): ("closure", 1, details),
    (1, 9): ("register", 1, time),
    (1, 10): ("register", 1, text(128)),
    (1, 11): ("register", 1, text(256)),
    (1, 12): ("register", 1, text(128)),
    (1, 13): ("register", 1, text(256)),
    (1, 14): ("set", 1, text(16)),
    (1, 15): ("register", 1, time),
    **{(1, field): (f"ledger-{kind}", 1, details) for field, kind in zip(range(16, 20), (STEP, CLOCK, HOLD, CUSTODY))},
    **{(1, field): (f"ledger-{APPEND}", 1, details) for field in range(20, 32)},
    **{(1, field): ("milestone", 1, details) for field in range(32, 64)},
    (1, 64): (f"ledger-{RELEASE}", 1, details),
    **{(kind, field): (f"ledger-{APPEND}", 1, details)
       for kind, fields in ((2, 4), (3, 1), (4, 2), (5, 1)) for field in range(1, fields + 1)},
}


class Shape(NamedTuple):
    field: int
    is_material: bool
    kind: int

    @classmethod
    def unpack(cls, packed):
        return cls(packed >> 6, packed & 32 != 0, packed & 31)


class Delta:
    """A delta with its parts opened as far as this replica can.

    `parts` has for each described part: a list of (index, body), "void", "withheld", "unread", or None where a global part
    is missing, so that the delta cannot pass.
    """

    def __init__(self, identity, header, parts, is_authorised, clearances):
        self.id = identity
        self.header = header
        self.parts = parts
        self.is_authorised = is_authorised
        # Compartments that the author's site may read, by the membership at the delta's epoch.
        self.clearances = clearances
        self.shapes = [Shape.unpack(packed) for packed in header.shape]
        self.fate = WAITING
        self.number = None
        self.past = 0

    @property
    def place(self):
        return (self.header.author, self.header.seq)


class Write(NamedTuple):
    delta: Delta
    index: int
    value: object

    @property
    def dot(self):
        return (self.delta.id, self.index)


def is_settlement(body):
    """Rule `settlement`."""

    def is_cited(dot):
        return (
            isinstance(dot, list) and len(dot) == 3 and isinstance(dot[0], list) and len(dot[0]) == 3
            and isinstance(dot[0][0], str) and re.fullmatch("[a-z][a-z0-9]{1,7}", dot[0][0])
            and type(dot[0][1]) is int and 0 <= dot[0][1] < 1 << 32
            and isinstance(dot[0][2], bytes) and len(dot[0][2]) == 8
            and type(dot[1]) is int and dot[1] > 0 and type(dot[2]) is int and 0 <= dot[2] < 1 << 32
        )

    return (
        isinstance(body, dict) and list(body) == [1, 2] and isinstance(body[2], list)
        and 2 <= len(body[2]) <= 64 and all(is_cited(dot) for dot in body[2])
    )


def judge_operation(delta, index, body):
    shape = delta.shapes[index]
    otherwise = UNREAD if delta.header.level > LEVEL else VOID
    rule = FIELDS.get((delta.header.document[0], shape.field))
    if rule is None:
        return otherwise
    structure, level, accepts = rule
    if shape.kind not in TAKES[structure] or level > delta.header.level:
        return otherwise
    if shape.kind == SETTLE:
        return APPLIED if is_settlement(body) and accepts(body[1]) else otherwise
    if accepts(body) or (shape.kind in BARE and body is None):
        return APPLIED
    return otherwise


def judge(delta):
    if not delta.is_authorised:
        return VOID
    fate = APPLIED
    for described, part in zip(delta.header.parts, delta.parts):
        if described.compartment != 0:
            continue
        if part == "void":
            return VOID
        verdicts = [judge_operation(delta, index, body) for index, body in part]
        if VOID in verdicts:
            return VOID
        if UNREAD in verdicts:
            fate = UNREAD
    return fate


class Document:
    """All deltas of one document, passed as far as their pasts are here."""

    def __init__(self, identity, deltas):
        self.id = identity
        self.places = {}
        for delta in deltas:
            self.places.setdefault(delta.place, []).append(delta)
        for branches in self.places.values():
            branches.sort(key=lambda delta: delta.id)
        self.passed = []
        waiting = list(deltas)
        while waiting:
            left = [delta for delta in waiting if not self.passes(delta)]
            if len(left) == len(waiting):
                break
            waiting = left
        self.waiting = waiting

    def passes(self, delta):
        if None in delta.parts:
            return False
        parents = self.parents(delta)
        if parents is None:
            return False
        for parent in parents:
            delta.past |= parent.past | 1 << parent.number
        delta.number = len(self.passed)
        self.passed.append(delta)
        delta.fate = judge(delta)
        return True

    def parents(self, delta):
        """The deltas that the references mean, held to the seal; None while they are not all here."""
        header = delta.header
        places = list(header.context)
        if header.document_prev:
            places.insert(0, (header.author, header.document_prev))
        choices = [
            [held for held in self.places.get(place, []) if held.fate != WAITING] for place in places
        ]
        for combination in itertools.islice(itertools.product(*choices), COMBINATIONS_MAX):
            ids = [held.id for held in combination]
            prev = ids.pop(0) if header.document_prev else None
            if wire.seal_of(prev, ids) == header.seal:
                return combination
        return None

    def covers(self, later, earlier, compartment):
        """Whether `later` has read `earlier`'s operations in a compartment."""
        if not later.past >> earlier.number & 1:
            return False
        if later.header.author == earlier.header.author:
            return True
        if compartment != 0 and compartment not in later.clearances:
            return False
        if later.header.level < earlier.header.level:
            return False
        return not any(
            author == earlier.header.author and first <= earlier.header.seq <= last
            for author, first, last in later.header.unread
        )

    def compartments(self):
        """(compartment, applied operations as (kind, field, write), number of unread deltas), ascending."""
        found = {}
        for delta in self.passed:
            if delta.fate == VOID:
                continue
            for described, part in zip(delta.header.parts, delta.parts):
                if part in ("void", "withheld"):
                    continue
                operations, unread = found.setdefault(described.compartment, ([], set()))
                if part == "unread":
                    unread.add(delta.id)
                    continue
                for index, body in part:
                    verdict = judge_operation(delta, index, body)
                    if verdict == UNREAD:
                        unread.add(delta.id)
                    if verdict == APPLIED:
                        shape = delta.shapes[index]
                        value = body[1] if shape.kind == SETTLE else body
                        structure = FIELDS[(delta.header.document[0], shape.field)][0]
                        kind = LEDGER if structure.startswith("ledger") else shape.kind
                        operations.append((kind, shape.field, Write(delta, index, value)))
        return [(code, *found[code]) for code in sorted(found)]

    def frontier(self):
        reached = 0
        for delta in self.passed:
            reached |= delta.past
        return sorted(delta.id for delta in self.passed if not reached >> delta.number & 1)

    def digest_input(self, compartment, operations, unread):
        """Rule `state-digest-input`."""

        def standing(kinds, covering, is_same):
            """Writes of `kinds` by field that no write of `covering` covers, as rule `field-writes`."""
            by_field = {}
            for kind, field, write in operations:
                if kind in kinds | covering:
                    by_field.setdefault(field, []).append((kind, write))
            out = []
            for field in sorted(by_field):
                group = by_field[field]
                kept = [
                    write for kind, write in group
                    if kind in kinds and not any(
                        other in covering and is_same(write, by) and self.covers(by.delta, write.delta, compartment)
                        for other, by in reversed(group)
                    )
                ]
                if kept:
                    kept.sort(key=lambda write: write.dot)
                    out.append([field, [[*write.dot, write.value] for write in kept]])
            return out

        def always(write, by):
            return True

        def equal(write, by):
            return wire.encode(write.value) == wire.encode(by.value)

        reopens = [write for kind, _, write in operations if kind == REOPEN]
        closures = [
            [kind, *write.dot] for kind, _, write in operations
            if kind in (CLOSE, CONCUR)
            and not any(self.covers(reopen.delta, write.delta, compartment) for reopen in reopens)
        ]
        closures.sort(key=lambda closure: closure[1:])
        entries = [(field, write) for kind, field, write in operations if kind == APPEND]
        entries.sort(key=lambda entry: (entry[1].delta.header.stamp, entry[1].dot))
        timeline = [[*write.dot, field, write.value] for field, write in entries]
        return [
            1, self.id, compartment, LEVEL, len(unread), self.frontier(),
            standing({SET, SETTLE}, {SET, SETTLE}, always), standing({ADD}, {ADD, REMOVE}, equal),
            standing({MILESTONE}, set(), always), standing({LEDGER}, set(), always), closures, timeline,
        ]

    def digests(self):
        """(compartment, state digest), ascending."""
        return [
            (code, wire.blake2b(wire.encode(self.digest_input(code, operations, unread))))
            for code, operations, unread in self.compartments()
        ]


def replica_digest(documents):
    message = b"baton/replica/1"
    for document in sorted(documents, key=lambda document: document.id):
        for code, digest in document.digests():
            message += document.id + bytes([code]) + digest
    return wire.blake2b(message)
