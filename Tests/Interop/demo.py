"""The demo as a newcomer runs it: exit code, what it found, and that nothing is left behind."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import sites


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def plays(baton, folder):
    done = subprocess.run([baton, "demo", "--json"], capture_output=True, text=True, timeout=300,
                          env=os.environ | {"TMPDIR": str(folder)})
    sites.expect(done.returncode == 0, f"the demo exited with {done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    sites.expect(report["problems"] == [], f"the demo found {report['problems']}")
    replicas = report["replicas"]
    sites.expect(len(replicas) == 3, "there are not three replicas")
    for name in ("stateDigest", "logDigest", "deltas"):
        sites.expect(len({replica[name] for replica in replicas}) == 1, f"{name} differs")
    whole = all(replica["isSound"] and replica["lost"] == 0 for replica in replicas)
    sites.expect(whole, "a log is unsound or has lost something")
    fields = sorted(conflict["field"] for conflict in report["conflicts"])
    sites.expect(fields == ["decision", "owner", "severity"], f"the conflicts are {fields}")
    unseen = [entry["count"] for entry in report["unseen"]]
    sites.expect(unseen == [2], "the close that did not see two updates is not told")
    sites.expect(report["merged"], "nothing merged by itself")
    sites.expect(not any(is_running(replica["processID"]) for replica in replicas), "a node still runs")
    sites.expect(not list(folder.iterdir()), "the demo left its folder")


def is_interrupted(baton, folder, number):
    """Stops the demo from outside once its nodes run; they and the folder must go."""
    process = subprocess.Popen([baton, "demo"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=os.environ | {"TMPDIR": str(folder)})
    deadline = time.monotonic() + 60
    ready = []
    while len(ready) < 2 and time.monotonic() < deadline and process.poll() is None:
        ready = list(folder.glob("baton-demo-*/*/ready.json"))
        time.sleep(0.01)
    pids = []
    for file in ready:
        try:
            pids.append(json.loads(file.read_text())["pid"])
        except (FileNotFoundError, ValueError):
            pass
    sites.expect(pids, "the demo's nodes did not start")
    process.send_signal(number)
    process.wait(60)
    deadline = time.monotonic() + 30
    while any(is_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    sites.expect(not any(is_running(pid) for pid in pids), f"a node outlived signal {number}")
    return [str(path.relative_to(folder)) for path in folder.rglob("*")]


def main(baton, python):
    with tempfile.TemporaryDirectory(prefix="baton-") as name:
        folder = pathlib.Path(name)
        plays(baton, folder)
        left = is_interrupted(baton, folder, signal.SIGINT)
        sites.expect(not left, f"the interrupted demo left {left}")
        # Killed, it cannot tidy up; its nodes must still end by themselves.
        is_interrupted(baton, folder, signal.SIGKILL)
