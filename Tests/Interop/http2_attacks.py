#!/usr/bin/env python3
"""A compromised member floods the peer port with HTTP/2: each attack is cut short and nobody else notices.

Three sites: `syd` is attacked, `usw` is its honest peer, `use` is this program with use's keys: TLS and the pin are in order, so
the worst that a stranger can do is less. For each attack: bytes that the node took, seconds until it hung up, growth of its
memory at the peak, processor seconds, and how long what usw writes meanwhile took to be readable at syd (p99 and the worst).
With BATON_TABLE=1 the rows are those of the table in docs/testing.md.

The frames are written by hand (RFC 9113): no HTTP/2 library lets one send these.
"""

import contextlib
import os
import select
import socket
import ssl
import sys
import tempfile
import threading
import time

import hpack

import _nodes
import _peer
import sites

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 1, 4
SYNC = [
    (":method", "POST"), (":scheme", "https"), (":authority", "peer"), (":path", "/baton/v1/sync"),
    ("content-type", "application/cbor-seq"),
]

# What one attack may cost. A debug build under a busy machine is several times slower than a release.
SECONDS_MAX = 60.0
MEMORY_MAX = 24 << 20
PROCESSOR_MAX = 5.0
BYSTANDER_MAX = 5.0
FLOOD = 200_000


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def block(fields, indexed=False):
    """A header block; without `indexed` no dynamic table is used, as the node demands."""
    encoder = hpack.Encoder()
    if not indexed:
        encoder.header_table_size = 0
    return encoder.encode(fields)


def opened(fields=None, stream=1, flags=END_HEADERS):
    return frame(HEADERS, flags, stream, block(fields or SYNC))


class Line:
    """TLS 1.3 with a member's key, and raw frames. Reads what comes, so that the node never waits for us to."""

    def __init__(self, member, port, settings=b"", reads=True):
        plain = socket.create_connection(("127.0.0.1", port), 20)
        self.socket = member.tls.wrap_socket(plain)
        self.socket.setblocking(False)
        self.reads = reads
        self.sent = 0
        self.received = b""
        self.is_ended = False
        self.send(PREFACE + frame(SETTINGS, 0, 0, settings))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def take(self, seconds=0.0):
        if self.socket.pending() == 0 and not select.select([self.socket], [], [], seconds)[0]:
            return
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            try:
                data = self.socket.recv(1 << 16)
            except OSError as error:
                if isinstance(error, (ssl.SSLWantReadError, ssl.SSLWantWriteError)):
                    raise
                data = b""
            if not data:
                self.is_ended = True
            self.received = (self.received + data)[-4096:]

    def send(self, data, patience=SECONDS_MAX):
        """Send as much as the node takes before it hangs up."""
        view = memoryview(data)
        deadline = time.monotonic() + patience
        while view and not self.is_ended and time.monotonic() < deadline:
            if self.reads:
                self.take()
            try:
                count = self.socket.send(view[: 1 << 14])
                view = view[count:]
                self.sent += count
            except ssl.SSLWantWriteError:
                select.select([], [self.socket], [], 0.05)
            except ssl.SSLWantReadError:
                self.take(0.05)
            except OSError:
                self.is_ended = True

    def outlast(self, seconds):
        """Wait until the node hangs up; gives whether it did."""
        deadline = time.monotonic() + seconds
        while not self.is_ended and time.monotonic() < deadline:
            self.take(0.1)
        return self.is_ended


# Each attack sends its bytes on a line. What it returns is how long the node may take to hang up after the last byte.

def rapid_reset(line):
    piece = b"".join(
        opened(stream=stream) + frame(RST_STREAM, 0, stream, (8).to_bytes(4, "big")) for stream in range(1, 2001, 2)
    )
    line.send(piece)


def made_you_reset_header(line):
    """Upper-case field names: the server must reset each stream, and pays for it."""
    line.send(opened())
    for start in range(3, 20001, 2000):
        line.send(b"".join(
            frame(HEADERS, END_HEADERS | END_STREAM, stream, block([*SYNC, ("Upper", "x")]))
            for stream in range(start, start + 2000, 2)
        ))


def made_you_reset_window(line):
    """A window of nothing for open streams: an error of the stream, not of the connection."""
    line.send(opened())
    for start in range(3, 20001, 2000):
        line.send(b"".join(
            opened(stream=stream) + frame(WINDOW_UPDATE, 0, stream, bytes(4)) for stream in range(start, start + 2000, 2)
        ))


def content_length_lies(line):
    line.send(opened())
    for start in range(3, 20001, 2000):
        line.send(b"".join(
            opened([*SYNC, ("content-length", "1")], stream) + frame(DATA, END_STREAM, stream, b"too long")
            for stream in range(start, start + 2000, 2)
        ))


def continuation_flood(line):
    line.send(opened(flags=0) + frame(CONTINUATION, 0, 1, block([("x", "y")])) * 20_000)


def hpack_bomb(line):
    """One field in the dynamic table, then one byte for each further copy of it."""
    encoder = hpack.Encoder()
    head = encoder.encode([*SYNC, ("cookie", "a" * 4000)])
    line.send(frame(HEADERS, 0, 1, head) + frame(CONTINUATION, END_HEADERS, 1, b"\xbe" * 16_000))


def many_small_fields(line):
    """147,000 fields of one byte each in one block (the "bomb" of 2026)."""
    head = block(SYNC) + b"\x82" * 14_000
    pieces = b"".join(frame(CONTINUATION, 0, 1, b"\x82" * 16_000) for _ in range(8))
    line.send(frame(HEADERS, 0, 1, head) + pieces + frame(CONTINUATION, END_HEADERS, 1, b""))


def settings_flood(line):
    line.send(opened() + frame(SETTINGS, 0, 0, (3).to_bytes(2, "big") + (100).to_bytes(4, "big")) * FLOOD)


def ping_flood(line):
    line.send(opened() + frame(PING, 0, 0, b"12345678") * FLOOD)


def unread_pings(line):
    """The same without ever reading the answers."""
    line.reads = False
    line.send(opened() + frame(PING, 0, 0, b"12345678") * FLOOD, patience=10)
    line.reads = True


def empty_data_flood(line):
    line.send(opened() + frame(DATA, 0, 1) * FLOOD)


def unknown_frame_flood(line):
    line.send(opened() + frame(0xBB, 0, 0, b"") * FLOOD)


def priority_flood(line):
    line.send(opened() + frame(PRIORITY, 0, 1, bytes(4) + b"\x10") * FLOOD)


def oversized_settings(line):
    line.send(frame(SETTINGS, 0, 0, b"".join(n.to_bytes(2, "big") + bytes(4) for n in range(0x100, 0x100 + 2000))))


def many_streams(line):
    for start in range(1, 4001, 500):
        line.send(b"".join(opened(stream=stream) for stream in range(start, start + 500, 2)))


def smuggled(line):
    """Fields that a translating proxy would read as another request."""
    line.send(opened([*SYNC, ("transfer-encoding", "chunked"), ("connection", "keep-alive"), ("a", "b\r\nx: y")]))


def smuggled_path(line):
    line.send(opened([(":method", "POST"), (":path", "/baton/v1/sync\r\nhost: x"), *SYNC[1:3], SYNC[4]]))


def frame_too_long(line):
    line.send(opened() + (1 << 20).to_bytes(3, "big") + bytes([DATA, 0, 0, 0, 0, 1]) + bytes(1 << 20))


def push_promise(line):
    line.send(opened() + frame(PUSH_PROMISE, END_HEADERS, 1, (2).to_bytes(4, "big") + block(SYNC)))


def slow_headers(line):
    """A handshake and a preface, and then one byte of a request every second."""
    for byte in opened()[:-1]:
        if line.is_ended:
            break
        line.send(bytes([byte]))
        line.outlast(1)


def pinned_window(line):
    """A peer that asks for everything and never opens its window: the node may not keep bytes for it without end."""
    line.send(opened())


# (name, attack, the settings it opens with, seconds until the node must have hung up)
ATTACKS = [
    ("rapid reset", rapid_reset, b"", 10),
    ("made-you-reset by bad fields", made_you_reset_header, b"", 10),
    ("made-you-reset by window 0", made_you_reset_window, b"", 10),
    ("content-length lies", content_length_lies, b"", 10),
    ("CONTINUATION flood", continuation_flood, b"", 10),
    ("HPACK bomb", hpack_bomb, b"", 10),
    ("142,000 indexed fields", many_small_fields, b"", 10),
    ("SETTINGS flood", settings_flood, b"", 10),
    ("PING flood", ping_flood, b"", 10),
    ("PING flood, answers unread", unread_pings, b"", 10),
    ("empty DATA flood", empty_data_flood, b"", 10),
    ("unknown frame flood", unknown_frame_flood, b"", 10),
    ("PRIORITY flood", priority_flood, b"", 10),
    ("SETTINGS of 2,000 entries", oversized_settings, b"", 10),
    ("2,000 streams at once", many_streams, b"", 20),
    ("smuggled connection fields", smuggled, b"", 20),
    ("line break in the path", smuggled_path, b"", 20),
    ("frame of 1 MiB", frame_too_long, b"", 10),
    ("PUSH_PROMISE from a client", push_promise, b"", 10),
]
SLOW = [
    ("slow headers", slow_headers, b"", 30),
    ("window 0, nothing read", pinned_window, (4).to_bytes(2, "big") + bytes(4), 60),
]


class Meter:
    """Memory and processor time of a process. The peak is counted anew from here on."""

    def __init__(self, pid):
        self.pid = pid
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
        self.memory = self.field("VmRSS")
        self.processor = self.seconds()

    def field(self, name):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            line = next(line for line in file if line.startswith(name + ":"))
        return int(line.split()[1]) << 10

    def seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def growth(self):
        return self.field("VmHWM") - self.memory

    def spent(self):
        return self.seconds() - self.processor


class Bystander:
    """Writes at the honest peer all the time and measures how soon it is readable at the attacked node."""

    def __init__(self, honest, node):
        self.honest, self.node = honest, node
        self.waits = []
        self.problem = None
        self.is_done = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            with _nodes.Desk(self.honest) as near, _nodes.Desk(self.node) as far:
                number = 0
                while not self.is_done:
                    number += 1
                    made = near.call("POST", "/v1/cases", {"type": "OTHER", "title": f"Bystander {number}"})
                    identity = made["detail"]["summary"]["id"]
                    began = time.monotonic()
                    while far.wait(far.submit("GET", f"/v1/cases/{identity}"))[0] != 200:
                        if time.monotonic() - began > 30:
                            raise sites.Failure("what the honest peer wrote did not come in 30 s")
                        time.sleep(0.002)
                    self.waits.append(time.monotonic() - began)
                    time.sleep(0.02)
        except Exception as error:  # reported by the main thread
            self.problem = error

    def since(self):
        """The 99th percentile of the waits since the last call, and the longest."""
        waits, self.waits = sorted(self.waits), []
        return (waits[-(-len(waits) * 99 // 100) - 1], waits[-1]) if waits else (0.0, 0.0)

    def end(self):
        self.is_done = True
        self.thread.join()


def run(case, member, node, bystander):
    """Give the row of one attack; raises Failure where a bound does not hold."""
    name, attack, settings, patience = case
    meter = Meter(node.process.pid)
    bystander.since()
    began = time.monotonic()
    with Line(member, node.port, settings) as line:
        attack(line)
        has_ended = line.outlast(patience)
        sent = line.sent
    seconds = time.monotonic() - began
    # Whatever the attack left behind shows in the next moment.
    time.sleep(0.2)
    sites.expect(_nodes.is_alive(node), f"{name}: the node ended: {node.tail()}")
    row = (name, sent, seconds, meter.growth(), meter.spent(), *bystander.since())
    shape = ("| {} | {:,} | {:.1f} | {:.1f} | {:.2f} | {:.0f} | {:.0f} |" if os.environ.get("BATON_TABLE") else
             "{:32} {:>9,} bytes {:6.1f} s {:6.1f} MiB {:5.2f} CPU s, bystander p99 {:4.0f} ms, worst {:4.0f} ms")
    print(shape.format(
        row[0], row[1], row[2], row[3] / (1 << 20), row[4], row[5] * 1000, row[6] * 1000), flush=True)
    sites.expect(has_ended, f"{name}: the node did not hang up")
    sites.expect(row[3] <= MEMORY_MAX, f"{name}: memory grew by {row[3]:,} bytes")
    sites.expect(row[4] <= PROCESSOR_MAX, f"{name}: {row[4]} processor seconds")
    sites.expect(row[6] <= BYSTANDER_MAX, f"{name}: the honest peer waited {row[6]} s")
    sites.expect(bystander.problem is None, f"{name}: bystander: {bystander.problem}")
    return row


def control(member, node):
    """A member that behaves is served, so that the attacks are refused for what they do."""
    with _peer.Link(member, node.port) as link:
        link.go_live()
        sites.expect(link.is_answered(), "a well-behaved member is not served")


def main(baton, python):
    del python
    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        node, honest, bad = sites.make_team(baton, top, ["syd", "usw", "use"])
        member = _peer.Member(bad.folder, top)
        with _nodes.running(node, honest):
            control(member, node)
            bystander = Bystander(honest, node)
            try:
                for case in ATTACKS:
                    run(case, member, node, bystander)
                slow(member, node)
                control(member, node)
            finally:
                bystander.end()
            sites.expect(bystander.problem is None, f"bystander: {bystander.problem}")


def slow(member, node):
    """The attacks that only wait, all at once."""
    ended = {}

    def wait(name, attack, settings, patience):
        with Line(member, node.port, settings) as line:
            attack(line)
            ended[name] = line.outlast(patience)

    began = time.monotonic()
    threads = [threading.Thread(target=wait, args=case) for case in SLOW]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, *_ in SLOW:
        sites.expect(ended.get(name), f"{name}: the node did not hang up")
    print(f"{', '.join(name for name, *_ in SLOW)}: hung up within {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.executable)
