#!/usr/bin/env python3
"""Hold the roster's gaps and overlaps through every change of clocks from 2026 to 2036 against Python's zoneinfo.

Python reads the same rules (config/rules/roster.yaml, and a roster made here whose watches only just meet) and works
out every shift by itself: another reading of the YAML, other time zone code, another sweep.
"""

import datetime
import json
import os
import subprocess
import tempfile
import zoneinfo

import yaml

import _wire as wire

CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config")
FIRST, LAST = datetime.date(2026, 2, 1), datetime.date(2037, 1, 1)
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UTC = datetime.timezone.utc

# Twelve hours in Sydney, twelve in New York, ten in Los Angeles on weekdays: they meet in some weeks and not in others.
TIGHT = [
    ("syd", "Australia/Sydney", "07:00", "19:00", DAYS),
    ("use", "America/New_York", "05:00", "17:00", DAYS),
    ("usw", "America/Los_Angeles", "02:30", "06:30", ["tue", "wed", "thu", "fri", "sat"]),
    ("syd-sun", "Australia/Sydney", "18:30", "21:00", ["sun", "mon", "tue", "wed", "thu"]),
]


def instant(day, clock, zone):
    hours, minutes = map(int, clock.split(":"))
    local = datetime.datetime(day.year, day.month, day.day, hours, minutes, tzinfo=zoneinfo.ZoneInfo(zone))
    return local.astimezone(UTC)


def shifts(rotations, line, holidays):
    """(begin, end, watch) of every shift that touches the time looked at."""
    begin, end = (datetime.datetime(d.year, d.month, d.day, tzinfo=UTC) for d in (FIRST, LAST))
    for rotation in rotations:
        if rotation["line"] != line:
            continue
        since = rotation["since"]
        day = FIRST - datetime.timedelta(days=3)
        while day < LAST + datetime.timedelta(days=3):
            off = rotation.get("off_on_holidays") and (rotation["site"], day) in holidays
            if day >= since and DAYS[day.weekday()] in rotation["days"] and not off:
                over = day + datetime.timedelta(days=rotation["to"] <= rotation["from"])
                starts = instant(day, rotation["from"], rotation["zone"])
                ends = instant(over, rotation["to"], rotation["zone"])
                if starts < end and ends > begin:
                    yield max(starts, begin), min(ends, end), rotation["watch"]
            day += datetime.timedelta(days=1)


def stretches(rotations, line, holidays):
    """Where no watch is on duty, and where more than one is: a sweep over begins and ends."""
    events = []
    for starts, ends, watch in shifts(rotations, line, holidays):
        events += [(starts, 1, watch), (ends, -1, watch)]
    edges = [datetime.datetime(d.year, d.month, d.day, tzinfo=UTC) for d in (FIRST, LAST)]
    moments = sorted({moment for moment, _, _ in events} | set(edges))
    events.sort(key=lambda event: event[0])
    count, found, place = {}, [], 0
    for begin, end in zip(moments, moments[1:]):
        while place < len(events) and events[place][0] <= begin:
            _, step, watch = events[place]
            count[watch] = count.get(watch, 0) + step
            place += 1
        watches = frozenset(watch for watch, number in count.items() if number)
        if len(watches) == 1:
            continue
        kind = "overlap" if watches else "gap"
        if found and found[-1][0] == kind and found[-1][2] == begin and (kind == "gap" or found[-1][3] == watches):
            found[-1] = (kind, found[-1][1], end, watches)
        else:
            found.append((kind, begin, end, watches))
    return found


def written(moment):
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def expected(roster):
    holidays = {(entry["site"], entry["day"]) for entry in roster.get("holidays", [])}
    rows = []
    for line in roster["lines"]:
        if line["covered"]:
            for kind, begin, end, watches in stretches(roster["rotations"], line["key"], holidays):
                rows.append((line["key"], kind, written(begin), written(end),
                             tuple(sorted(watches)) if kind == "overlap" else ()))
    return sorted(rows)


def told(baton, book):
    command = [baton, "rules", "gaps", "--from", str(FIRST), "--to", str(LAST), "--each", "--json", "--book", book]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return sorted(
        (row["line"], row["kind"], row["from"], row["to"],
         tuple(sorted(row["watches"])) if row["kind"] == "overlap" else ())
        for row in answer["stretches"])


def compare(baton, book, name, least):
    with open(os.path.join(book, "rules", "roster.yaml"), encoding="utf-8") as file:
        roster = yaml.safe_load(file)
    ours, theirs = told(baton, book), expected(roster)
    for row in set(ours) ^ set(theirs):
        raise wire.Malformed(f"{name}: {'Baton' if row in ours else 'Python'} alone has {row}")
    wire.expect(ours == theirs, f"{name}: a stretch is told twice")
    wire.expect(len(ours) >= least, f"{name}: only {len(ours)} stretches were compared")
    return ours


def tight_book(folder, baton):
    """The built-in book with the roster of TIGHT."""
    book = os.path.join(folder, "book")
    subprocess.run([baton, "rules", "export", book], check=True, capture_output=True)
    lines = ["book: roster", "version: 1", "effective: 2026-01-01", "review_by: 2030-01-01", "owner: test",
             "lines:", "  - {key: desk, title: the desk, covered: true}", "rotations:"]
    for name, zone, begin, end, days in TIGHT:
        lines.append(
            f"  - {{id: {name}, line: desk, watch: {name}, site: {name[:3]}, zone: {zone}, days: [{', '.join(days)}],"
            f" from: \"{begin}\", to: \"{end}\", since: 2026-01-01, turn_days: 0, people: []}}")
    with open(os.path.join(book, "rules", "roster.yaml"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return book


def check_announcements(baton, book):
    """Each run of stretches is announced at least 14 days before it begins, and begins where a stretch does."""
    command = [baton, "rules", "gaps", "--from", str(FIRST), "--to", str(LAST), "--json", "--book", book]
    runs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["stretches"]
    begins = {(row[1], row[2]) for row in told(baton, book)}
    for run in runs:
        wire.expect((run["kind"], run["from"]) in begins, f"a run begins where no stretch does: {run}")
        begin, by = (datetime.datetime.strptime(run[key], "%Y-%m-%dT%H:%MZ") for key in ("from", "announceBy"))
        wire.expect(begin - by >= datetime.timedelta(days=14), f"announced too late: {run}")
    gaps = [run for run in runs if run["kind"] == "gap"]
    wire.expect(sum(run["times"] for run in runs) == len(told(baton, book)), "runs do not add up to the stretches")
    wire.expect(len(gaps) >= 22, f"two changes of clocks a year must open gaps here, {len(gaps)} were found")


def main(baton, python):
    shipped = compare(baton, CONFIG, "the built-in roster", 10_000)
    wire.expect(not [row for row in shipped if row[1] == "gap"], "the built-in roster leaves the desk empty")
    with tempfile.TemporaryDirectory() as folder:
        book = tight_book(folder, baton)
        compare(baton, book, "the tight roster", 5_000)
        check_announcements(baton, book)
