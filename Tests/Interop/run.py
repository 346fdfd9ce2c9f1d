#!/usr/bin/env python3
"""Runs every check of this folder: each module with a `main(baton, python)`. One line a check, then a closing line."""

import argparse
import importlib
import inspect
import pathlib
import sys
import time
import traceback

here = pathlib.Path(__file__).resolve().parent


def checks(wanted):
    """Modules of this folder that have a `main` for the program under test, in order of name.

    One that cannot be imported is a check that fails: a missing package must not hide it.
    """
    for path in sorted(here.glob("*.py")):
        if path.stem == "run" or path.stem.startswith("_") or (wanted and path.stem not in wanted):
            continue
        try:
            main = getattr(importlib.import_module(path.stem), "main", None)
        except ImportError as error:
            yield path.stem, refusal(error)
            continue
        if callable(main) and list(inspect.signature(main).parameters) == ["baton", "python"]:
            yield path.stem, main


def refusal(error):
    def check(baton, python):
        raise error
    return check


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--baton", required=True, help="the built program")
    arguments.add_argument("--python", default=sys.executable, help="the interpreter with cbor2 and PyNaCl")
    arguments.add_argument("checks", nargs="*", help="names of modules; none runs all")
    chosen = arguments.parse_args()
    sys.path.insert(0, str(here))
    passed = failed = 0
    for name, check in checks(chosen.checks):
        began = time.monotonic()
        try:
            check(str(pathlib.Path(chosen.baton).resolve()), chosen.python)
        except Exception as error:  # one failed check must not hide the others
            failed += 1
            print(f"FAILED {name}: {error}", flush=True)
            if type(error).__name__ != "Failure":
                traceback.print_exc()
        else:
            passed += 1
            print(f"passed {name} in {time.monotonic() - began:.1f} s", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
