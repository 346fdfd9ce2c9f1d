"""A bad line between nodes, made in user space: delay, loss, reordering and cuts.

`Packets` joins network namespaces, one TUN device in each, and forwards IP packets. `Streams` is for machines that allow no
namespaces: it forwards the bytes of TCP connections on loopback with a delay and cuts them; nothing is lost or reordered there.
Both run in a process of their own, so that they are on time whatever the test does.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import functools
import heapq
import multiprocessing
import os
import random
import select
import socket
import struct
import subprocess
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
QUEUE_MAX = 4_000


def ip(*arguments, check=True):
    return subprocess.run(["ip", *arguments], check=check, capture_output=True, text=True)


class Character:
    """What a line does to what it carries. Times in seconds, `loss` and `reorder` are shares of the packets.

    `rate` is in bytes a second for each direction of a connection, for `Streams` only; none is no limit.
    """

    def __init__(self, delay=0.08, loss=0.05, reorder=0.1, seed=1, rate=None):
        self.delay, self.loss, self.reorder, self.seed, self.rate = delay, loss, reorder, seed, rate


class Far:
    """A peer as the other site sees it: at the line's port instead of its own."""

    def __init__(self, site, port):
        self.name, self.port = site.name, port


class Line:
    """What both kinds share: a process that carries, and the pairs that are cut."""

    def __init__(self, names, character):
        self.names, self.character = names, character
        self.cut = set()
        self.control, self.process = None, None

    def begin(self, *given):
        self.control, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(
            target=self.carry, args=(theirs, *given), daemon=True)
        self.process.start()

    def pair(self, left, right):
        return frozenset((self.names.index(left), self.names.index(right)))

    def cuts(self, pairs):
        """Cut these pairs of names, and no others."""
        self.cut = {self.pair(*pair) for pair in pairs}
        self.control.send(self.cut)

    def counts(self):
        """Packets carried, lost and overtaken so far; bytes for `Streams`."""
        self.control.send("counts")
        return self.control.recv()

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.join()


class Packets(Line):
    """A namespace for each name, with one device of its own; all of them meet in the relay."""

    words = "packets in network namespaces, joined over TUN devices"

    def __init__(self, names, character):
        super().__init__(names, character)
        tag = f"bl{os.getpid()}"
        self.hosts = {name: (f"{tag}-{name}", f"10.78.0.{place}") for place, name in enumerate(names, 1)}
        self.made = []

    def __enter__(self):
        try:
            devices = [self.make(name) for name in self.names]
            self.begin(devices)
            for device in devices:
                os.close(device)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.end()
        for space in self.made:
            ip("netns", "del", space, check=False)

    def make(self, name):
        space, address = self.hosts[name]
        ip("netns", "add", space)
        self.made.append(space)
        device = open_device(space, "line0")
        ip("-n", space, "addr", "add", f"{address}/24", "dev", "line0")
        ip("-n", space, "link", "set", "line0", "mtu", "1400", "up")
        ip("-n", space, "link", "set", "lo", "up")
        return device

    def carry(self, control, devices):
        character, draw = self.character, random.Random(self.character.seed)
        cut, waiting, number = set(), [], 0
        count = {"carried": 0, "lost": 0, "overtaken": 0, "cut": 0}
        while True:
            pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
            for ready in select.select([*devices, control], [], [], pause)[0]:
                if ready is control:
                    word = control.recv()
                    if word == "counts":
                        control.send(dict(count))
                    else:
                        cut = word
                    continue
                packet = os.read(ready, 1 << 16)
                here, there = devices.index(ready), packet[19] - 1
                if packet[0] >> 4 != 4 or not 0 <= there < len(devices):
                    continue
                if frozenset((here, there)) in cut or len(waiting) >= QUEUE_MAX:
                    count["cut"] += 1
                elif draw.random() < character.loss:
                    count["lost"] += 1
                else:
                    late = draw.random() < character.reorder
                    count["overtaken"] += late
                    at = time.monotonic() + character.delay + (draw.uniform(0.001, 0.03) if late else 0)
                    number += 1
                    heapq.heappush(waiting, (at, number, here, there, packet))
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, _, here, there, packet = heapq.heappop(waiting)
                # A cut takes what is on its way too.
                if frozenset((here, there)) not in cut:
                    with contextlib.suppress(OSError):
                        os.write(devices[there], packet)
                    count["carried"] += 1


def open_device(space, name):
    """Open a TUN device inside a namespace; gives its descriptor, which works from everywhere."""
    library = ctypes.CDLL(None, use_errno=True)
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    target = os.open(f"/run/netns/{space}", os.O_RDONLY)
    try:
        if library.setns(target, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        try:
            device = os.open("/dev/net/tun", os.O_RDWR)
            fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
        finally:
            if library.setns(own, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns back")
    finally:
        os.close(own)
        os.close(target)
    return device


def may_carry_packets():
    """Whether this machine lets us make namespaces with TUN devices in them."""
    space = f"bl{os.getpid()}-try"
    try:
        if os.geteuid() != 0 or ip("netns", "add", space, check=False).returncode != 0:
            return False
        os.close(open_device(space, "line0"))
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            ip("netns", "del", space, check=False)
    return True


class Streams(Line):
    """A relay of TCP on loopback: a port for each ordered pair of names."""

    words = "a relay of bytes on loopback, since this machine lets us make no namespaces: nothing is lost or reordered"

    def __init__(self, names, character, ports):
        super().__init__(names, character)
        self.targets = ports
        self.listeners, self.ports = {}, {}

    def __enter__(self):
        for here in self.names:
            for there in self.names:
                if here != there:
                    listener = socket.create_server(("127.0.0.1", 0))
                    self.listeners[here, there] = listener
                    self.ports[here, there] = listener.getsockname()[1]
        self.begin()
        for listener in self.listeners.values():
            listener.close()
        return self

    def __exit__(self, *_):
        self.end()

    def carry(self, control):
        asyncio.run(self.carry_streams(control))

    async def carry_streams(self, control):
        cut, open_pairs, count = set(), {}, {"carried": 0, "lost": 0, "overtaken": 0, "cut": 0}

        def obey():
            word = control.recv()
            if word == "counts":
                return control.send(dict(count))
            cut.clear()
            cut.update(word)
            for writer, pair in list(open_pairs.items()):
                if pair in cut:
                    count["cut"] += 1
                    writer.transport.abort()

        async def pump(reader, writer):
            # What comes while earlier bytes are still late must not be later than the line makes it.
            late = asyncio.Queue(64)

            async def read():
                data, free = b"-", 0.0
                while data:
                    try:
                        data = await reader.read(1 << 14)
                    except OSError:
                        data = b""
                    at = time.monotonic() + self.character.delay
                    if self.character.rate:
                        at = free = max(at, free) + len(data) / self.character.rate
                    await late.put((at, data))

            reading = asyncio.create_task(read())
            with contextlib.suppress(OSError):
                while True:
                    at, data = await late.get()
                    await asyncio.sleep(max(0.0, at - time.monotonic()))
                    if not data:
                        break
                    writer.write(data)
                    await writer.drain()
                    count["carried"] += len(data)
            reading.cancel()
            writer.close()

        async def serve(pair, there, reader, writer):
            if pair in cut:
                return writer.transport.abort()
            try:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.targets[there])
            except OSError:
                return writer.transport.abort()
            open_pairs[writer] = open_pairs[far_writer] = pair
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
            open_pairs.pop(writer, None)
            open_pairs.pop(far_writer, None)

        asyncio.get_running_loop().add_reader(control.fileno(), obey)
        for (here, there), listener in self.listeners.items():
            await asyncio.start_server(
                functools.partial(serve, self.pair(here, there), there), sock=listener)
        await asyncio.Event().wait()
