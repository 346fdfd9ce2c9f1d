"""Nodes under load, beside sites.py: many operator requests at once over one HTTP/2 connection, and teams that run."""

import collections
import contextlib
import json
import socket

import h2.config
import h2.connection
import h2.events

import sites

PATIENCE = 60.0


class Desk:
    """One connection to a node's operator socket: JSON over HTTP/2, several requests at once."""

    WINDOW = 12

    def __init__(self, site):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(site.ready["socket"])
        self.session = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.session.initiate_connection()
        self.answers = {}
        self.person = site.person
        self.flush()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def flush(self):
        self.socket.sendall(self.session.data_to_send())

    def submit(self, method, path, body=None):
        """Send a request without waiting; gives its stream."""
        data = b"" if body is None else json.dumps(body).encode()
        fields = [(":method", method), (":scheme", "http"), (":authority", "baton"), (":path", path)]
        if self.person:
            fields.append(("baton-as", self.person))
        if data:
            fields += [("content-type", "application/json"), ("content-length", str(len(data)))]
        stream = self.session.get_next_available_stream_id()
        self.session.send_headers(stream, fields, end_stream=not data)
        if data:
            self.session.send_data(stream, data, end_stream=True)
        self.answers[stream] = [None, b"", False]
        self.flush()
        return stream

    def pump(self):
        """Take what has come. Raises ConnectionError when the node has closed the connection."""
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the node closed the operator connection")
        for event in self.session.receive_data(data):
            answer = self.answers.get(getattr(event, "stream_id", None))
            if isinstance(event, h2.events.ResponseReceived):
                answer[0] = int(dict(event.headers)[":status"])
            elif isinstance(event, h2.events.DataReceived):
                answer[1] += event.data
                self.session.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                answer[2] = True
            elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
                raise ConnectionError("the node ended the exchange")
        self.flush()

    def wait(self, stream):
        """Give (status, JSON) of a stream."""
        while not self.answers[stream][2]:
            self.pump()
        status, data, _ = self.answers.pop(stream)
        return status, json.loads(data) if data else None

    def call(self, method, path, body=None):
        """One request; gives the JSON, or raises Failure for a status that is not 200 or 201."""
        status, answer = self.wait(self.submit(method, path, body))
        if status not in (200, 201):
            raise sites.Failure(f"{method} {path}: {status} {answer}")
        return answer

    def many(self, requests):
        """Send (method, path, body) in order with several under way; gives how many were made."""
        streams = collections.deque()
        count = 0
        for request in requests:
            streams.append(self.submit(*request))
            count += 1
            if len(streams) >= self.WINDOW:
                self.demand(self.wait(streams.popleft()))
        while streams:
            self.demand(self.wait(streams.popleft()))
        return count

    @staticmethod
    def demand(answer):
        if answer[0] not in (200, 201):
            raise sites.Failure(f"a change was refused: {answer[0]} {answer[1]}")

    def status(self):
        return self.call("GET", "/v1/status")


@contextlib.contextmanager
def running(*team):
    """Run sites, each dialling those before it; stops them in order at the end, and leaves none behind."""
    try:
        for index, site in enumerate(team):
            site.start(team[:index])
        yield
        stop(*team)
    finally:
        end(*team)


def stop(*team):
    """Stop sites in order; raises Failure when one does not leave well."""
    for site in team:
        code = site.stop()
        sites.expect(code in (0, None), f"{site.name} stopped with exit {code}: {site.tail()}")


def end(*team):
    """End what still runs of these sites."""
    for site in team:
        if is_alive(site):
            site.kill()


def is_alive(site):
    return site.process is not None and site.process.poll() is None


def log_of(site):
    return site.log.read_text(errors="replace")
