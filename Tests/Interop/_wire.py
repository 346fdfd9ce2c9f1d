"""The bytes of docs/protocol.md: CBOR, hashes, domain tags, keys, parts, files. Written from that page, not from the node.

Names follow the page. An author is a tuple (site, counter, nonce), so that tuples sort as authors do.
"""

import hashlib
import struct
from typing import NamedTuple

import cbor2
import nacl.bindings
import nacl.exceptions
import nacl.signing

VERSION = 6
# The first that says a stamp in runs as the distance from the one before, and the oldest that is spoken.
STAMP_STEPS, OLDEST = 5, 3
# What a connection is for.
URGENT, BULK = 0, 1


class Malformed(Exception):
    """Bytes that docs/protocol.md does not allow."""


# ---- Encoding ----


def head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for information, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | information]) + argument.to_bytes(size, "big")
    raise Malformed("an integer has more than 64 bits")


def encode_float(value):
    if value != value:
        return b"\xf9\x7e\x00"
    for initial, form in ((0xF9, ">e"), (0xFA, ">f"), (0xFB, ">d")):
        try:
            packed = struct.pack(form, value)
        except OverflowError:
            continue
        if struct.unpack(form, packed)[0] == value:
            return bytes([initial]) + packed
    raise Malformed("a float has no form")


def encode(value):
    """Deterministic CBOR (RFC 8949 section 4.2.1)."""
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, (bytes, bytearray)):
        return head(2, len(value)) + bytes(value)
    if isinstance(value, str):
        text = value.encode()
        return head(3, len(text)) + text
    if isinstance(value, (list, tuple)):
        return head(4, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, dict):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
    if isinstance(value, float):
        return encode_float(value)
    raise Malformed(f"no encoding for {type(value).__name__}")


def decode(data):
    """Decode one item with cbor2 and refuse every encoding of it but the deterministic one."""
    try:
        value = cbor2.loads(data)
    except (cbor2.CBORError, ValueError, EOFError) as error:
        raise Malformed(f"not CBOR: {error}") from error
    if encode(value) != data:
        raise Malformed("not deterministic CBOR")
    return value


def expect(condition, what):
    if not condition:
        raise Malformed(what)


# ---- Hashes and signatures ----


def blake2b(data, key=b"", size=32):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def is_signed(signature, message, public_key):
    try:
        nacl.signing.VerifyKey(public_key).verify(message, signature)
    except (nacl.exceptions.BadSignatureError, ValueError):
        return False
    return True


def delta_message(team, header):
    return b"baton/delta/1" + team + header


def membership_message(entry):
    return b"baton/membership/1" + entry


def hello_message(hello, is_dialler, dialler_pin, listener_pin, nonce, listener_nonce=b""):
    """`listener_nonce` is that of the listener's hello; only the dialler's message has it."""
    second = listener_nonce if is_dialler else b""
    return b"baton/hello/1" + bytes([is_dialler]) + dialler_pin + listener_pin + nonce + second + hello


def receipt_message(team, receipt):
    return b"baton/receipt/1" + team + receipt


def seal_of(document_prev, entries):
    """16 bytes over the id of `document prev` (None for none) and the context's ids in order."""
    return blake2b(b"baton/seal/1" + (document_prev or bytes(32)) + b"".join(entries))[:16]


def have_digest(have):
    return blake2b(b"baton/have/1" + encode(have))


# ---- The header ----


class Part(NamedTuple):
    compartment: int
    generation: int
    key_hash: bytes
    commitment: bytes
    length: int


class Header(NamedTuple):
    level: int
    author: tuple
    seq: int
    prev: bytes
    membership: tuple
    document: bytes
    document_prev: int
    context: list
    seal: bytes
    unread: list
    stamp: int
    actor: list
    authority: bytes
    shape: list
    parts: list


def author_of(item):
    expect(isinstance(item, list) and len(item) == 3, "author")
    site, counter, nonce = item
    expect(isinstance(site, str) and 2 <= len(site) <= 8 and site[0].isalpha(), "author.site")
    expect(all(letter in "abcdefghijklmnopqrstuvwxyz0123456789" for letter in site), "author.site")
    expect(isinstance(counter, int) and 0 <= counter < 1 << 32, "author.counter")
    expect(isinstance(nonce, bytes) and len(nonce) == 8, "author.nonce")
    return (site, counter, nonce)


def parse_header(data):
    expect(len(data) <= 8192, "header is too long")
    fields = decode(data)
    expect(isinstance(fields, dict), "header")
    expect(set(fields) - {12, 15} == set(range(1, 18)) - {12, 15}, "header keys")
    expect(fields[1] == 1 and fields[2] == 1, "header format or suite")
    context = [(author_of(author), seq) for author, seq in fields[10]]
    unread = [(author_of(author), first, last) for author, first, last in fields.get(12, [])]
    parts = [Part(*item) for item in fields[17]]
    header = Header(
        fields[3], author_of(fields[4]), fields[5], fields[6], tuple(fields[7]), fields[8], fields[9], context,
        fields[11], unread, fields[13], fields[14], fields.get(15), fields[16], parts,
    )
    check_header(header, 12 in fields)
    return header


def check_header(header, has_unread):
    expect(header.seq > 0 and 0 <= header.document_prev < header.seq, "seq")
    expect(len(header.prev) == 32 and len(header.document) == 16 and len(header.seal) == 16, "lengths")
    expect(len(header.membership) == 2 and len(header.membership[1]) == 8, "membership")
    expect(header.context == sorted(header.context) and len(header.context) <= 128, "context")
    expect(bool(header.unread) == has_unread and len(header.unread) <= 64, "unread")
    for (author, _, last), (later, first, _) in zip(header.unread, header.unread[1:]):
        expect((author, last) < (later, first), "unread")
    expect(1 <= len(header.actor) <= 2 and len(header.shape) <= 256 and len(header.parts) <= 8, "counts")
    expect(all(0 <= shape < 1 << 16 for shape in header.shape), "shape")
    compartments = [part.compartment for part in header.parts]
    expect(compartments == sorted(set(compartments)), "parts")
    for part in header.parts:
        expect(len(part.key_hash) == 8 and len(part.commitment) == 32 and part.length <= 65536, "part")


def delta_id(header, signature):
    return blake2b(header + signature)


# ---- Parts and keys ----


def key_scope(header, index):
    part = header.parts[index]
    return (
        encode(header.author) + header.document + bytes([part.compartment]) + part.generation.to_bytes(4, "big")
    )


def key_hash(key):
    return blake2b(b"baton/key-id/1" + key)[:8]


def unwrap(wrapped, scope, vault_key):
    """Give the document key, or raise Malformed."""
    expect(len(wrapped) == 72, "a wrapped key has 72 bytes")
    try:
        return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            wrapped[24:], scope, wrapped[:24], vault_key
        )
    except nacl.exceptions.CryptoError as error:
        raise Malformed("a key was not wrapped by this vault for its scope") from error


def part_keys(key, seq, index):
    both = blake2b(b"baton/part/1" + struct.pack(">QI", seq, index), key=key, size=64)
    return both[:32], both[32:]


def commitment_of(key, author, seq, index, plaintext):
    place = encode(author) + struct.pack(">QI", seq, index)
    return blake2b(place + plaintext, key=part_keys(key, seq, index)[1])


def seal_part(key, author, seq, index, plaintext, header):
    nonce = commitment_of(key, author, seq, index, plaintext)[:24]
    return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext, header, nonce, part_keys(key, seq, index)[0]
    )


def open_part(sealed, key, header, header_bytes, index):
    """Give the plaintext once tag and commitment hold, or raise Malformed."""
    part = header.parts[index]
    expect(len(sealed) == part.length + 16, "a part has another length than its header says")
    try:
        plaintext = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed, header_bytes, part.commitment[:24], part_keys(key, header.seq, index)[0]
        )
    except nacl.exceptions.CryptoError as error:
        raise Malformed("a part does not open") from error
    expect(
        commitment_of(key, header.author, header.seq, index, plaintext) == part.commitment,
        "a part is not the one that its header commits to",
    )
    return plaintext


def bodies_of(plaintext, compartment, operation_count):
    """Read a part's plaintext: a list of (index, body)."""
    if compartment != 0:
        expect(len(plaintext) % 64 == 0, "padding")
        plaintext = plaintext.rstrip(b"\0")
        expect(plaintext[-1:] == b"\x80", "padding")
        plaintext = plaintext[:-1]
    bodies = decode(plaintext)
    expect(isinstance(bodies, dict), "part")
    for index in bodies:
        expect(type(index) is int and 0 <= index < operation_count, "part.index")
    return sorted(bodies.items())


# ---- Files ----


def read_secret_file(path):
    """Records of a vault or a root key, by name."""
    with open(path, "rb") as file:
        data = file.read()
    expect(data[:8] == b"BATONV1\0" and len(data) >= 40, f"{path} is not a key file")
    expect(blake2b(data[:-32]) == data[-32:], f"{path} is damaged")
    records, place, end = {}, 8, len(data) - 32
    while place < end:
        name_end = place + 1 + data[place]
        value_start = name_end + 2
        value_end = value_start + int.from_bytes(data[name_end:value_start], "big")
        records[data[place + 1 : name_end].decode()] = data[value_start:value_end]
        place = value_end
    expect(place == end, f"{path} is damaged")
    return records


class Site(NamedTuple):
    region: str
    signing_key: bytes
    tls_pin: bytes
    unwrap_key: bytes
    clearances: list


class Operator(NamedTuple):
    name: str
    site: str
    roles: list
    users: list


class Entry:
    """One membership entry, from its exact bytes."""

    def __init__(self, signed):
        self.bytes, self.signatures = signed
        self.hash = blake2b(self.bytes)
        fields = decode(self.bytes)
        expect(len(fields) == 9 and fields[0] == 1, "membership format")
        _, self.epoch, self.prev, self.created, self.name, self.roots, self.threshold, sites, people = fields
        expect([item[0] for item in sites] == sorted({item[0] for item in sites}), "membership.sites")
        expect([item[0] for item in people] == sorted({item[0] for item in people}), "membership.operators")
        self.sites = {item[0]: Site(*item[1:]) for item in sites}
        self.operators = {item[0]: Operator(*item[1:]) for item in people}


def read_membership(log):
    """Verify a membership log: a list of [entry bytes, [[root, signature]]]. Gives its entries."""
    entries = []
    for signed in log:
        entry = Entry(signed)
        before = entries[-1] if entries else entry
        expect(entry.epoch == len(entries) + 1, "membership epoch")
        expect(entry.prev == (entries[-1].hash if entries else bytes(32)), "membership prev")
        expect(1 <= entry.threshold <= len(entry.roots), "membership threshold")
        message = membership_message(entry.bytes)
        signers = {
            root for root, signature in entry.signatures
            if root in before.roots and is_signed(signature, message, root)
        }
        expect(len(signers) >= before.threshold, f"membership entry {entry.epoch} lacks root signatures")
        entries.append(entry)
    expect(entries, "the membership is empty")
    return entries


# ---- Runs ----


class Numbers:
    """Reads numbers (unsigned LEB128, shortest form) and pieces of known length from bytes."""

    def __init__(self, data):
        self.data, self.place = data, 0

    def number(self):
        value = shift = 0
        while True:
            byte = self.piece(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                expect((byte or shift == 0) and value < 1 << 64, "runs.number")
                return value
            shift += 7

    def signed(self):
        value = self.number()
        return -(value + 1 >> 1) if value & 1 else value >> 1

    def piece(self, count):
        expect(self.place + count <= len(self.data), "runs.piece")
        self.place += count
        return self.data[self.place - count : self.place]


def number(value):
    """A number as `Numbers` reads it."""
    data = b""
    while value > 0x7F:
        data += bytes([value & 0x7F | 0x80])
        value >>= 7
    return data + bytes([value])


class RunReader:
    """Gives back the deltas of a frame of runs, each as (header bytes, signature, parts), and its keys."""

    def __init__(self, body):
        tables = decode(body)
        expect(isinstance(tables, list) and len(tables) == 6, "runs")
        self.authors, self.settings, self.actors, self.shapes, self.forms, data = tables
        self.lasts, self.ids, self.documents, self.last_keys, self.stamp = {}, {}, [], {}, None
        self.keys, self.deltas = [], []
        data = Numbers(data)
        while data.place < len(data.data):
            self.deltas.append(self.delta(data))

    def bare_keys(self):
        """Keys that travel in the frame, as in a chunk."""
        return self.keys

    def delta(self, data):
        flags, author, setting, actor, shape, context, parts = self.forms[data.number()]
        author, _ = self.authors[author]
        last = self.lasts.get(author_of(author))
        seq = data.number() if flags & 1 else last[0] + 1
        document = self.document(data)
        distance = data.number()
        document_prev = seq - distance if distance else 0
        stamp = self.read_stamp(data, flags)
        context = [[self.authors[index][0], self.authors[index][1] + data.number()] for index in context]
        described = []
        for part in parts:
            generation, name = self.key_id(data, author, document, part)
            described.append([part >> 3, generation, name, None, data.number()])
        unread = [self.range(data) for _ in range(data.number())] if flags & 8 else None
        signature = data.piece(64)
        prev = data.piece(32) if flags & 1 else last[1]
        seal = data.piece(16) if flags & 2 else self.seal(author_of(author), document_prev, context)
        authority = data.piece(64) if flags & 16 else None
        sealed = []
        for part, descriptor in zip(parts, described):
            descriptor[3] = data.piece(32)
            sealed.append(None if part & 1 else data.piece(descriptor[4] + 16))
        level, epoch, prefix = self.settings[setting]
        header = {
            1: 1, 2: 1, 3: level, 4: author, 5: seq, 6: prev, 7: [epoch, prefix], 8: document, 9: document_prev,
            10: context, 11: seal, 13: stamp, 14: self.actors[actor], 16: self.shapes[shape], 17: described,
        }
        if unread is not None:
            header[12] = unread
        if authority is not None:
            header[15] = authority
        return self.note(author_of(author), seq, stamp, encode(header), signature, sealed)

    def read_stamp(self, data, flags):
        expect(flags & 36 != 36, "runs.stamp")
        if flags & 4:
            return data.number()
        expect(self.stamp is not None, "runs.stamp")
        if flags & 32:
            return (self.stamp + data.signed()) % (1 << 64)
        return ((self.stamp >> 16) + data.signed()) << 16

    def document(self, data):
        distance = data.number()
        if distance:
            return self.documents[len(self.documents) - distance]
        document = data.piece(16)
        self.documents.append(document)
        return document

    def key_id(self, data, author, document, part):
        compartment, naming = part >> 3, part >> 1 & 3
        place = (author_of(author), document, compartment)
        if naming:
            generation = data.number()
            name = data.piece(8) if naming & 1 else None
            if naming & 2:
                key = data.piece(32)
                name = name or key_hash(key)
                self.keys.append([author, document, compartment, generation, name, key])
            self.last_keys[place] = (generation, name)
        return self.last_keys[place]

    def range(self, data):
        return [self.authors[data.number()][0], data.number(), data.number()]

    def note(self, author, seq, stamp, header, signature, parts):
        identity = delta_id(header, signature)
        self.lasts[author], self.ids[author, seq] = (seq, identity), identity
        self.stamp = stamp
        return header, signature, parts

    def seal(self, author, document_prev, context):
        prev = self.ids[author, document_prev] if document_prev else None
        return seal_of(prev, [self.ids[author_of(other), seq] for other, seq in context])


# ---- Messages ----


def frame(message):
    """One message, encoded or as bytes, as it goes on the stream."""
    data = message if isinstance(message, bytes) else encode(message)
    return head(2, len(data)) + data


class Frames:
    """Cuts a stream into messages."""

    def __init__(self):
        self.buffer = b""

    def feed(self, data):
        self.buffer += data
        messages = []
        while self.buffer:
            first = self.buffer[0]
            expect(first >> 5 == 2, "frame head")
            width = {24: 1, 25: 2, 26: 4}.get(first & 31, 0)
            if len(self.buffer) < 1 + width:
                break
            length = int.from_bytes(self.buffer[1 : 1 + width], "big") if width else first & 31
            end = 1 + width + length
            if len(self.buffer) < end:
                break
            messages.append(decode(self.buffer[1 + width : end]))
            self.buffer = self.buffer[end:]
        return messages
