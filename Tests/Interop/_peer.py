"""A peer in Python: TLS 1.3 with a member's key, one HTTP/2 stream, the messages of docs/protocol.md."""

import hashlib
import os
import select
import socket
import ssl
import subprocess
import time

import h2.config
import h2.connection
import h2.events
import nacl.signing

import _wire as wire

# DER of an Ed25519 private key (RFC 8410) up to the seed, and of a public key up to its bytes.
PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
SPKI = bytes.fromhex("302a300506032b6570032100")


class Closed(Exception):
    """The other side ended the link."""


class Member:
    """A site whose keys are in our hands: it can do everything that its node could."""

    def __init__(self, folder, top):
        vault = wire.read_secret_file(os.path.join(folder, "vault"))
        self.site = vault["site"].decode()
        self.signing = nacl.signing.SigningKey(vault["signing-seed"])
        with open(os.path.join(folder, "membership.cbor"), "rb") as file:
            self.entries = wire.read_membership(wire.decode(file.read()))
        self.team = self.entries[0].hash
        self.author = (self.site, 1, os.urandom(8))
        self.boot_nonce = os.urandom(16)
        public = bytes(nacl.signing.SigningKey(vault["tls-seed"]).verify_key)
        self.pin = hashlib.sha256(SPKI + public).digest()
        self.tls = self.tls_context(vault["tls-seed"], top)

    def tls_context(self, seed, top):
        key, certificate = os.path.join(top, f"{self.site}-key.pem"), os.path.join(top, f"{self.site}-cert.pem")
        der = os.path.join(top, f"{self.site}-key.der")
        with open(der, "wb") as file:
            file.write(PKCS8 + seed)
        subprocess.run(
            ["openssl", "pkey", "-inform", "DER", "-in", der, "-out", key], check=True, capture_output=True
        )
        subprocess.run(
            ["openssl", "req", "-x509", "-new", "-key", key, "-subj", "/CN=peer", "-out", certificate],
            check=True, capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        # The node's key is held to its pin below.
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        context.load_cert_chain(certificate, key)
        return context

    def entry(self):
        return self.entries[-1]

    def hello(self, nonce, **changes):
        """The fields of our hello; `changes` replace some by name."""
        entry = self.entry()
        fields = {
            "oldest": wire.VERSION, "newest": wire.VERSION, "level": 1, "team": self.team, "author": self.author,
            "boot": self.boot_nonce, "epoch": entry.epoch, "head": entry.hash, "have": wire.have_digest([]),
            "wall": time.time_ns() // 1_000_000, "nonce": nonce,
        }
        return wire.encode(list({**fields, **changes}.values()))

    def sign(self, message):
        return self.signing.sign(message).signature

    def delta(self, document, operations, changes=None, author=None):
        """A whole delta of ours: (header bytes, signature, [part], key). `changes` replace header fields by number."""
        changes = changes or {}
        author = author or (self.site, 1, os.urandom(8))
        seq = changes.get(5, 1)
        key = hashlib.sha256(wire.encode(author) + document).digest()
        plaintext = wire.encode({index: body for index, (_, body) in enumerate(operations)})
        commitment = wire.commitment_of(key, author, seq, 0, plaintext)
        person = next(number for number, person in self.entry().operators.items() if person.site == self.site)
        fields = {
            1: 1, 2: 1, 3: 1, 4: author, 5: seq, 6: bytes(32), 7: [self.entry().epoch, self.entry().hash[:8]],
            8: document, 9: 0, 10: [], 11: wire.seal_of(None, []), 13: time.time_ns() // 1_000_000 << 16,
            14: [person], 16: [shape for shape, _ in operations],
            17: [[0, 1, wire.key_hash(key), commitment, len(plaintext)]],
        }
        header = wire.encode({**fields, **changes})
        part = wire.seal_part(key, author, seq, 0, plaintext, header)
        signature = self.sign(wire.delta_message(self.team, header))
        return header, signature, [part], [author, document, 0, 1, wire.key_hash(key), key]


class Link:
    """One link that we dial. TLS and HTTP/2 are always in order; what is said on the stream is the caller's."""

    def __init__(self, member, port, patience=20.0, purpose=wire.BULK, version=wire.VERSION):
        self.member = member
        self.port = port
        self.patience = patience
        self.purpose = purpose
        self.version = version
        self.frames = wire.Frames()
        self.messages = []
        self.is_ended = False
        self.nonce = None
        self.peer = None
        plain = socket.create_connection(("127.0.0.1", port), patience)
        self.socket = member.tls.wrap_socket(plain)
        wire.expect(self.socket.version() == "TLSv1.3" and self.socket.selected_alpn_protocol() == "h2", "TLS")
        certificate = self.socket.getpeercert(binary_form=True)
        start = certificate.index(SPKI)
        self.listener_pin = hashlib.sha256(certificate[start : start + len(SPKI) + 32]).digest()
        self.session = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.session.initiate_connection()
        self.stream = self.session.get_next_available_stream_id()
        self.session.send_headers(self.stream, [
            (":method", "POST"), (":scheme", "https"), (":authority", "peer"), (":path", "/baton/v1/sync"),
            ("content-type", "application/cbor-seq"),
        ])
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        try:
            self.socket.sendall(self.session.data_to_send())
        except OSError:
            self.is_ended = True

    def send_bytes(self, data):
        """Send bytes on the stream as they are."""
        while data and not self.is_ended:
            room = min(
                self.session.local_flow_control_window(self.stream), self.session.max_outbound_frame_size, len(data)
            )
            if room == 0:
                self.take(time.monotonic() + self.patience)
                continue
            self.session.send_data(self.stream, data[:room])
            data = data[room:]
            self.flush()

    def send(self, message):
        self.send_bytes(wire.frame(message))

    def take(self, deadline):
        """Take what comes until the deadline; false when nothing did."""
        if self.socket.pending() == 0:
            ready, _, _ = select.select([self.socket], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return False
        try:
            data = self.socket.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            self.is_ended = True
            return True
        for event in self.session.receive_data(data):
            if isinstance(event, h2.events.DataReceived):
                self.keep(self.frames.feed(event.data))
                self.session.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, (h2.events.StreamReset, h2.events.StreamEnded, h2.events.ConnectionTerminated)):
                self.is_ended = True
        self.flush()
        return True

    def keep(self, messages):
        """Keep what came for the caller; a mark is answered at once."""
        for message in messages:
            if message[0] == 12:
                self.send([8, message[1]])
            else:
                self.messages.append(message)

    def receive(self, code, patience=None):
        """Give the next message of a type, passing over others. Raises Closed, or TimeoutError."""
        return self.receive_any((code,), patience)

    def receive_any(self, codes, patience=None):
        """Give the next message of one of these types."""
        deadline = time.monotonic() + (patience or self.patience)
        while True:
            for place, message in enumerate(self.messages):
                if message[0] in codes:
                    del self.messages[: place + 1]
                    return message
            if self.is_ended:
                raise Closed(self.farewell())
            if not self.take(deadline) and time.monotonic() >= deadline:
                raise TimeoutError(f"no message {codes} came")

    def farewell(self):
        """The code that the other side left with; None when it left without a word."""
        return next((message[1] for message in self.messages if message[0] == 9), None)

    def greet(self):
        """Say our nonce and check the listener's hello."""
        self.nonce = os.urandom(16)
        self.send([1, self.nonce, self.version, self.version, self.purpose])
        _, hello, signature = self.receive(2)
        fields = wire.decode(hello)
        site = self.member.entry().sites[fields[4][0]]
        wire.expect(fields[3] == self.member.team and self.listener_pin == site.tls_pin, "the listener's team or pin")
        message = wire.hello_message(hello, False, self.member.pin, self.listener_pin, self.nonce)
        wire.expect(wire.is_signed(signature, message, site.signing_key), "the listener's hello is not signed")
        self.peer = wire.author_of(fields[4])
        self.listener_nonce = fields[-1]

    def say_hello(self, hello=None, signature=None):
        hello = hello or self.member.hello(os.urandom(16), oldest=self.version, newest=self.version)
        message = wire.hello_message(
            hello, True, self.member.pin, self.listener_pin, self.nonce, self.listener_nonce)
        self.send([2, hello, signature or self.member.sign(message)])

    def go_live(self):
        """Greet and say a true hello, and wait until the other side shows that it took it."""
        self.greet()
        self.say_hello()
        self.is_answered()
        return self

    def is_answered(self, patience=None):
        """Whether the other side still answers a ping."""
        token = int.from_bytes(os.urandom(4), "big")
        self.send([7, token, wire.have_digest([])])
        try:
            return self.receive(8, patience)[1] == token
        except Closed:
            return False
