"""SPIN checks the custody model: safe within its bounds, and broken as soon as a rule is taken out of it.

The transition table of the model, of docs/custody.md and of the program is one; BatonDeskTests compares them.
"""

import pathlib
import re
import shutil
import subprocess
import tempfile

from sites import Failure

MODEL = pathlib.Path(__file__).resolve().parents[2] / "Simulations" / "models" / "custody.pml"
SECONDS_MAX = 300
MEGABYTES_MAX = 1000
ACTS = "-DACTS=5"

# Name, switches, and what SPIN must find: nothing, or a broken assertion.
VARIANTS = [
    ("plain", [ACTS], None),
    ("amnesia at the target", [ACTS, "-DAMNESIA_TARGET=1"], None),
    ("amnesia at the holder", [ACTS, "-DAMNESIA_HOLDER=1"], None),
    ("a clone of the holder", ["-DACTS=4", "-DCLONES=1"], None),
    ("a site dead for ever", ["-DACTS=4", "-DDEATHS=1"], None),
    ("emergency takes", ["-DACTS=4", "-DTAKES=1"], None),
    ("a restart that forgets nothing, and takes", ["-DACTS=4", "-DTAKES=1", "-DRESTARTS=1"], None),
    ("a living site deposed", ["-DACTS=4", "-DMISTAKES=1"], None),
    ("every offer ends", ["-DSTORM=3", "-DACTS=6", "-DLIVENESS=1"], None),
    ("every offer ends, one site dead", ["-DSTORM=2", "-DACTS=6", "-DLIVENESS=1", "-DDEATHS=1"], None),
    ("without the acknowledgement rule", [ACTS, "-DNO_ACKNOWLEDGEMENT"], "safe"),
    ("without the promotion rule", [ACTS, "-DNO_PROMOTION"], "safe"),
    ("without the recovered rule, target", [ACTS, "-DAMNESIA_TARGET=1", "-DNO_RECOVERED"], "safe"),
    ("without the grasp rule", ["-DACTS=4", "-DTAKES=1", "-DRESTARTS=1", "-DNO_GRASP"], "owned"),
    ("without the stand-in rule", ["-DACTS=4", "-DMISTAKES=1", "-DNO_STAND_IN"], "owned"),
    ("without the recovered rule, holder", [ACTS, "-DAMNESIA_HOLDER=1", "-DNO_RECOVERED"], "safe"),
]


def call(arguments, folder):
    done = subprocess.run(
        arguments, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    return done.returncode, done.stdout + done.stderr


def verify(name, switches):
    """States, depth, errors and the broken assertion of one variant."""
    with tempfile.TemporaryDirectory(prefix="baton-spin-") as folder:
        for step in (
            ["spin", *switches, "-a", str(MODEL)],
            ["cc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEGABYTES_MAX}", "-o", "pan", "pan.c"],
        ):
            code, text = call(step, folder)
            if code != 0:
                raise Failure(f"{name}: {step[0]} says {text.strip()[-300:]}")
        _, text = call(["./pan", "-m200000"], folder)
    found = re.search(r"depth reached (\d+), errors: (\d+)", text)
    states = re.search(r"(\d+) states, stored", text)
    if found is None or states is None:
        raise Failure(f"{name}: SPIN gave no result: {text.strip()[-300:]}")
    if "max search depth too small" in text or "out of memory" in text:
        raise Failure(f"{name}: the bounds cut the search short")
    broken = re.search(r"assertion violated (\w+)", text)
    return int(states[1]), int(found[1]), int(found[2]), broken[1] if broken else None


def main(baton, python):
    if shutil.which("spin") is None or shutil.which("cc") is None:
        raise Failure("SPIN or a C compiler is missing: apt-get install spin gcc")
    for name, switches, expected in VARIANTS:
        states, depth, errors, broken = verify(name, switches)
        print(f"  custody: {name} ({' '.join(switches)}): {states} states, depth {depth}, {errors} errors", flush=True)
        if expected is None and errors:
            raise Failure(f"{name}: {broken or 'an end state'} does not hold")
        if expected is not None and broken != expected:
            raise Failure(f"{name}: the model holds without the rule, so the rule is not checked")


if __name__ == "__main__":
    main(None, None)
