"""A history for two nodes with every operation of level 1, conflicts included, and ways to damage a closed replica."""

import os
import sqlite3

import _nodes
import sites


def operation(action, field=None, value=None):
    """One operation of a change, as docs/openapi.yaml has it."""
    given = {"action": action, "field": field, "value": value}
    return {name: item for name, item in given.items() if item is not None}


def change(desk, case, *operations, note=None):
    body = {"operations": list(operations)}
    if note is not None:
        body["note"] = note
    return desk.call("POST", f"/v1/cases/{case}/changes", body)


def create(desk, **fields):
    """Make a case; gives its document id."""
    return desk.call("POST", "/v1/cases", fields)["detail"]["summary"]["id"]


def write(one, other):
    """Write on both nodes, together and apart. `other` dials `one`."""
    with _nodes.Desk(one) as left, _nodes.Desk(other) as right:
        shared = create(left, type="EDR", title="Account of a person at risk", severity="S1", tags=["night", "voice"])
        quiet = create(right, type="OTHER", title="Weekly check", severity="S3", note="Nothing yet.")
        sites.even([one, other])
        left.call("POST", f"/v1/sync/{other.name}/pause")
        # Apart: concurrent values of one register, of a set, a raise against a lowering, a close against a note.
        change(left, shared, operation("set", "decision", "disclose"), operation("set", "severity", "S0"))
        change(right, shared, operation("set", "decision", "hold"))
        # A severity is lowered by a triage alone.
        right.call("POST", f"/v1/cases/{shared}/acts", {
            "act": "triage", "arguments": {"sev": ["S2"], "why": ["INSUFFICIENT"]}})
        change(left, shared, operation("remove", "tags", "night"), operation("add", "tags", "bank"))
        change(right, shared, operation("add", "tags", "night"), operation("set", "situation", "Called at 03:10."))
        change(left, quiet, operation("close"), note="Nothing to do.")
        change(right, quiet, operation("append", "note", {"text": "Something after all.", "at": 1_700_000_000_000}))
        for field in ("acknowledged", "triaged", "active"):
            change(right, shared, operation("milestone", field))
        left.call("POST", f"/v1/sync/{other.name}/resume")
        sites.even([one, other])
        # Together again: a write that has read both, and a close that a reopen cancels.
        change(left, shared, operation("set", "decision", "disclose"), note="Both sites agree.")
        change(right, quiet, operation("reopen"))
        change(left, shared, operation("milestone", "acknowledged"), operation("milestone", "contained"))


# Name, column with its table, and the row: one bit of its last byte is changed.
DAMAGES = [
    ("a part", "delta.parts", "arrival = 1"),
    ("a signature", "delta.signature", "arrival = 2"),
    ("a header", "delta.header", "arrival = 3"),
    ("a delta's id", "delta.id", "arrival = 4"),
    ("a wrapped key", "document_key.wrapped", "compartment = 0"),
    ("a have-set", "have.intervals", "author_id = 1"),
    ("a membership entry", "membership.entry", "epoch = 1"),
    ("a receipt", "receipt.bytes", "seq > 0"),
    ("an audit record", "audit.chain", "record = 2"),
    ("a timeline entry", "timeline.value", "entry = 1"),
]


def damage(folder, column, row):
    """Change one bit in every chosen row of a closed replica."""
    table, name = column.split(".")
    database = sqlite3.connect(os.path.join(folder, "replica.sqlite"))
    # The node itself could not change an audit record.
    database.execute("DROP TRIGGER audit_keeps")
    rows = database.execute(f"SELECT {name} FROM {table} WHERE {row}").fetchall()
    for (value,) in rows:
        changed = value[:-1] + bytes([value[-1] ^ 1])
        database.execute(f"UPDATE {table} SET {name} = ? WHERE {row} AND {name} = ?", (changed, value))
    database.commit()
    database.close()
    return len(rows)
