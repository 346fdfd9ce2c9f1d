"""The other side of CBORInteropTests: the cbor2 package, driven by lines of hexadecimal.

    cbor_peer.py decode               each input line is decoded and printed as cbor2 encodes it canonically
    cbor_peer.py encode COUNT SEED    prints COUNT generated values, encoded canonically

Keys within one map always share a major type: cbor2 sorts keys length-first (RFC 7049), Baton bytewise
(RFC 8949 section 4.2.1), and for integer and string keys the two orders differ only across major types.
Tag numbers start at 65000, far from those that cbor2 turns into Python objects.
"""

import random
import struct
import sys

import cbor2

SPECIAL_FLOATS = [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 5e-324, 65504.0, 65536.0, 0.1]
LETTERS = ["a", "z", "0", "\u00e9", "e\u0301", "\u6c34", "\U00010151", "\x00", '"']


def integer(source):
    """An unsigned integer whose width is uniform, so that every head length is drawn often."""
    return source.getrandbits(64) >> source.randrange(64)


def text(source):
    return "".join(source.choice(LETTERS) for _ in range(source.randrange(30)))


def floating(source):
    width = source.choice(["half", "single", "double", "special"])
    if width == "half":
        return struct.unpack(">e", source.randbytes(2))[0]
    if width == "single":
        return struct.unpack(">f", source.randbytes(4))[0]
    if width == "double":
        return struct.unpack(">d", source.randbytes(8))[0]
    return source.choice(SPECIAL_FLOATS)


def simple(source):
    """An unassigned simple value: 20 to 23 have meanings and 24 to 31 cannot be encoded."""
    return cbor2.CBORSimpleValue(source.choice([*range(20), *range(32, 256)]))


KEYS = [
    integer,
    lambda source: -1 - integer(source),
    lambda source: source.randbytes(source.randrange(40)),
    text,
]

SCALARS = [
    *KEYS,
    lambda source: source.choice([True, False]),
    lambda source: None,
    lambda source: cbor2.undefined,
    simple,
    floating,
]


def value(source, depth):
    kind = source.randrange(6) if depth > 0 else 5
    if kind < 2:
        return [value(source, depth - 1) for _ in range(source.randrange(7))]
    if kind < 4:
        key = source.choice(KEYS)
        return {key(source): value(source, depth - 1) for _ in range(source.randrange(9))}
    if kind == 4:
        return cbor2.CBORTag(65000 + (integer(source) >> 1), value(source, depth - 1))
    return source.choice(SCALARS)(source)


def main(arguments):
    if arguments == ["decode"]:
        for line in sys.stdin.read().split():
            print(cbor2.dumps(cbor2.loads(bytes.fromhex(line)), canonical=True).hex())
    elif len(arguments) == 3 and arguments[0] == "encode":
        source = random.Random(int(arguments[2]))
        for _ in range(int(arguments[1])):
            print(cbor2.dumps(value(source, 4), canonical=True).hex())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
