"""Members that take too little: one never reads, one dribbles a byte a second, one is far behind. Nobody else waits for them.

Three sites: `syd` has a backlog, `usw` is its honest peer, `use` is this program with use's keys, so that TLS, pin and hello are
in order. `use` says that it holds nothing and wants everything. For each case: growth of syd's memory at the peak, processor
seconds, and how long what usw writes meanwhile took to be readable at syd. Then usw itself is set back to nothing: what people
write at syd while usw catches up must be there long before the end of it.

BATON_OVERLOAD_CASES (150; ten changes or so each) for a longer backlog, BATON_OVERLOAD_SECONDS (10) for longer attacks. With BATON_TABLE=1 the rows are those of docs/testing.md.
"""

import os
import sys
import tempfile
import time

import _nodes
import _peer
import _wire as wire
import http2_attacks
import sites

CASES = 150
SECONDS = 10.0
MEMORY_MAX = 48 << 20
PROCESSOR_MAX = 12.0
BYSTANDER_MAX = 5.0


def live(member, port, purpose):
    """A live link whose other end may send nothing that fits no small buffer."""
    link = _peer.Link(member, port, purpose=purpose)
    link.go_live()
    return link


def never_reads(member, port, seconds):
    """Ask for everything on both links and read nothing of it, but show each second that we are there.

    Gives (bytes sent, what became of the links).
    """
    with live(member, port, wire.URGENT) as urgent, live(member, port, wire.BULK) as bulk:
        urgent.send([4, [], True])
        sent, deadline, number = 0, time.monotonic() + seconds, 0
        try:
            while time.monotonic() < deadline:
                number += 1
                for link in (urgent, bulk):
                    data = wire.frame(wire.encode([7, number, wire.have_digest([])]))
                    link.session.send_data(link.stream, data)
                    link.socket.sendall(link.session.data_to_send())
                    sent += len(data)
                time.sleep(1)
        except OSError:
            return sent, "ended"
        return sent, "held"


def dribbles(member, port, seconds):
    """Begin a frame of 200,000 bytes and go on with one byte a second. Everything that comes is read."""
    with live(member, port, wire.URGENT) as urgent, live(member, port, wire.BULK) as bulk:
        bulk.send_bytes(b"\x5a" + (200_000).to_bytes(4, "big"))
        sent, deadline = 5, time.monotonic() + seconds
        while time.monotonic() < deadline and not bulk.is_ended:
            bulk.send_bytes(b"\x84")
            sent += 1
            until = time.monotonic() + 1
            while time.monotonic() < until and not bulk.is_ended:
                for link in (urgent, bulk):
                    link.take(min(until, time.monotonic() + 0.1))
                    link.messages.clear()
        return sent, "ended" if bulk.is_ended else "held"


def run(name, attack, member, node, bystander):
    """Run a case beside the bystander and print its row; raises Failure where a bound does not hold."""
    meter = http2_attacks.Meter(node.process.pid)
    bystander.since()
    began = time.monotonic()
    sent, end = attack(member, node.port, float(os.environ.get("BATON_OVERLOAD_SECONDS", SECONDS)))
    seconds = time.monotonic() - began
    waits = len(bystander.waits)
    growth, spent, (p99, worst) = meter.growth(), meter.spent(), bystander.since()
    shape = ("| {} | {:,} | {:.0f} | {:.1f} | {:.2f} | {:.0f} | {:.0f} |" if os.environ.get("BATON_TABLE") else
             "  {:20} {:>9,} bytes {:5.0f} s {:6.1f} MiB {:5.2f} CPU s, bystander p99 {:4.0f} ms, worst {:4.0f} ms")
    print(shape.format(name, sent, seconds, growth / (1 << 20), spent, p99 * 1000, worst * 1000) +
          f" ({waits} changes; the link was {end})", flush=True)
    sites.expect(_nodes.is_alive(node), f"{name}: the node ended: {node.tail()}")
    sites.expect(bystander.problem is None, f"{name}: bystander: {bystander.problem}")
    sites.expect(waits > 0, f"{name}: nothing of the bystander's was read")
    sites.expect(growth <= MEMORY_MAX, f"{name}: memory grew by {growth:,} bytes")
    sites.expect(spent <= PROCESSOR_MAX, f"{name}: {spent} processor seconds")
    sites.expect(worst <= BYSTANDER_MAX, f"{name}: the honest peer waited {worst} s")


def held(desk):
    """How many deltas a node holds."""
    return desk.call("GET", "/v1/digest")["deltas"]


class Watch:
    """Sees at the receiver when each change is there, and how much of the backlog was."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.waits, self.problem = [], None

    def measure(self, desk, backlog):
        """Write at `desk` until the receiver holds the backlog; gives how many came before the end of it."""
        before_end = 0
        with _nodes.Desk(self.receiver) as far:
            while True:
                began = time.monotonic()
                made = desk.call("POST", "/v1/cases", {"type": "EDR", "severity": "S0", "title": "Meanwhile"})
                case = made["detail"]["summary"]["id"]
                while far.wait(far.submit("GET", f"/v1/cases/{case}"))[0] != 200:
                    sites.expect(time.monotonic() - began < 60, "a change did not come in 60 s")
                    time.sleep(0.002)
                waited = time.monotonic() - began
                if held(far) >= backlog:
                    return before_end
                before_end += 1
                self.waits.append(waited)


def far_behind(node, honest):
    """The honest peer begins with nothing while people go on writing at the other site."""
    with _nodes.Desk(node) as desk:
        backlog = held(desk)
        honest.start([node])
        watch = Watch(honest)
        began = time.monotonic()
        count = watch.measure(desk, backlog)
        seconds = time.monotonic() - began
    sites.expect(count > 0, "the backlog was there before one change of the meantime: it is too short")
    waits = sorted(watch.waits)
    p99 = waits[-(-len(waits) * 99 // 100) - 1]
    print(f"  {backlog:,} deltas behind, caught up in {seconds:.1f} s; {count} urgent changes written meanwhile were readable "
          f"after {waits[len(waits) // 2] * 1000:.0f} ms (p50), {p99 * 1000:.0f} ms (p99)", flush=True)
    sites.even([node, honest], 120)


def main(baton, python):
    del python
    cases = int(os.environ.get("BATON_OVERLOAD_CASES", CASES))
    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        node, honest, bad = sites.make_team(baton, top, ["syd", "usw", "use"])
        member = _peer.Member(bad.folder, top)
        try:
            node.start([])
            node.run("seed", "--dir", node.folder, "--cases", cases, seconds=120 + cases // 100)
            far_behind(node, honest)
            bystander = http2_attacks.Bystander(honest, node)
            try:
                run("never reads", never_reads, member, node, bystander)
                run("a byte a second", dribbles, member, node, bystander)
            finally:
                bystander.end()
            http2_attacks.control(member, node)
            _nodes.stop(honest, node)
        finally:
            _nodes.end(node, honest)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.executable)
