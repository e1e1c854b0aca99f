"""The parts that a trace is made of, as docs/spec/trace.md gives them: values, columns, codecs, frames.

Written for conformance files: every choice that the format leaves to a writer can be made by hand, and the wrong ones
too. It shares no code with a reader.
"""

import struct

# Values that Python has no type for. Maps are dicts where Pairs are not needed.


class Pairs(tuple):
    """A map: pairs, with keys of any kind."""


class RawStr(bytes):
    """Text that is not UTF-8."""


class Float(bytes):
    """A float by its 64 bits, big-endian."""


class Big(int):
    """An integer as ext 2, whatever its size."""


class Truncated(tuple):
    """kind, length, digest, head"""


class Object(tuple):
    """type, identity, facts as a list of pairs"""


class Redacted(tuple):
    """kind, length, pseudonym"""


NIL, FALSE, TRUE, INT, FLOAT, STR, BYTES, LIST, MAP, RAWSTR, BIGINT, TRUNCATED, OBJECT, REDACTED = range(14)
TRUNCATED_KINDS = {"str": 5, "bytes": 6, "list": 7, "map": 8, "rawstr": 9, "bigint": 10}


def kind_of(value):
    for kinds, kind in (
        (Float, FLOAT),
        (RawStr, RAWSTR),
        (Big, BIGINT),
        (Truncated, TRUNCATED),
        (Object, OBJECT),
        (Redacted, REDACTED),
        ((Pairs, dict), MAP),
        (float, FLOAT),
        (str, STR),
        (bytes, BYTES),
        (list, LIST),
    ):
        if isinstance(value, kinds):
            return kind
    if value is None:
        return NIL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return INT if -(2**63) <= value < 2**63 else BIGINT


def big_bytes(number):
    return int(number).to_bytes((number + (number < 0)).bit_length() // 8 + 1, "big", signed=True)


class Encoder:
    """MessagePack. Sizes are the shortest, or of so many bytes as `pads` says by kind: int, str, bin, array, map, ext."""

    def __init__(self, **pads):
        self.pads = pads

    def sized(self, kind, count, forms):
        """The first form that is wide enough, and not narrower than wanted: pairs of width and code."""
        for width, code in forms:
            if width >= self.pads.get(kind, 0) and count < 1 << 8 * width:
                return bytes([code]) + count.to_bytes(width, "big")
        raise ValueError(count)

    def int(self, number, pad=None):
        pad = self.pads.get("int", 0) if pad is None else pad
        if pad == 0 and -32 <= number < 128:
            return struct.pack(">b", number) if number < 0 else bytes([number])
        if number >= 0:
            for width, code in ((1, 0xCC), (2, 0xCD), (4, 0xCE), (8, 0xCF)):
                if width >= pad and number < 1 << 8 * width:
                    return bytes([code]) + number.to_bytes(width, "big")
        for width, code in ((1, 0xD0), (2, 0xD1), (4, 0xD2), (8, 0xD3)):
            if width >= pad and -(1 << 8 * width - 1) <= number:
                return bytes([code]) + number.to_bytes(width, "big", signed=True)
        raise ValueError(number)

    def str(self, text):
        data = text.encode() if isinstance(text, str) else text
        if "str" not in self.pads and len(data) < 32:
            return bytes([0xA0 + len(data)]) + data
        return self.sized("str", len(data), ((1, 0xD9), (2, 0xDA), (4, 0xDB))) + data

    def bin(self, data):
        return self.sized("bin", len(data), ((1, 0xC4), (2, 0xC5), (4, 0xC6))) + data

    def array(self, count):
        if "array" not in self.pads and count < 16:
            return bytes([0x90 + count])
        return self.sized("array", count, ((2, 0xDC), (4, 0xDD)))

    def map(self, count):
        if "map" not in self.pads and count < 16:
            return bytes([0x80 + count])
        return self.sized("map", count, ((2, 0xDE), (4, 0xDF)))

    def ext(self, code, data):
        fixed = {1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8}
        if "ext" not in self.pads and len(data) in fixed:
            return bytes([fixed[len(data)], code]) + data
        return self.sized("ext", len(data), ((1, 0xC7), (2, 0xC8), (4, 0xC9))) + bytes([code]) + data

    def strs(self, texts):
        return self.array(len(texts)) + b"".join(map(self.str, texts))

    def value(self, value):
        """A value of section 6; its integers stay short (T39)."""
        kind = kind_of(value)
        if kind in (NIL, FALSE, TRUE):
            return bytes([(0xC0, 0xC2, 0xC3)[kind]])
        if kind == INT:
            return self.int(value, 0)
        if kind == FLOAT:
            return b"\xcb" + float_bits(value)
        if kind == STR:
            return self.str(value)
        if kind == BYTES:
            return self.bin(value)
        if kind == LIST:
            return self.array(len(value)) + b"".join(map(self.value, value))
        if kind == MAP:
            pairs = value if isinstance(value, Pairs) else list(value.items())
            return self.map(len(pairs)) + b"".join(self.value(key) + self.value(item) for key, item in pairs)
        if kind == RAWSTR:
            return self.ext(1, bytes(value))
        if kind == BIGINT:
            return self.ext(2, big_bytes(value))
        if kind == TRUNCATED:
            of, length, digest, head = value
            inner = self.int(TRUNCATED_KINDS[of], 0) + self.int(length, 0) + self.bin(digest) + self.value(head)
            return self.ext(3, self.array(4) + inner)
        if kind == OBJECT:
            name, identity, facts = value
            inner = self.str(name) + self.int(identity, 0) + self.map(len(facts))
            return self.ext(4, self.array(3) + inner + b"".join(self.str(k) + self.value(v) for k, v in facts))
        of, length, pseudonym = value
        return self.ext(5, self.array(3) + self.str(of) + self.int(length, 0) + self.str(pseudonym))

    def any(self, item):
        """What stands in records: nil, bool, int, str, lists and maps of these; bytes are MessagePack already."""
        if item is None or isinstance(item, bool):
            return self.value(item)
        if isinstance(item, int):
            return self.int(item)
        if isinstance(item, str):
            return self.str(item)
        if isinstance(item, bytes):
            return item
        if isinstance(item, dict):
            return self.map(len(item)) + b"".join(self.any(key) + self.any(value) for key, value in item.items())
        return self.array(len(item)) + b"".join(map(self.any, item))


def float_bits(value):
    return bytes(value) if isinstance(value, Float) else struct.pack(">d", value)


def wrapped(number):
    number &= 2**64 - 1
    return number - 2**64 if number >> 63 else number


# Columns


def packed(values, form=None, base=None):
    """A packed column (T33): in that form, or in the narrowest without a table."""
    if form is None:
        low = min(values, default=0) if base is None else base
        width = next(w for w in (0, 1, 2, 4, 8) if max(values, default=0) - low < 1 << 8 * w)
        form = width
    width = form & 15
    if form & 0x10:
        table = sorted(set(values)) or [0]
        if width == 0:
            assert len(table) == 1
        head = struct.pack("<BH", form, len(table)) + struct.pack("<%dq" % len(table), *table)
        cells = [table.index(value) for value in values]
    else:
        base = min(values, default=0) if base is None else base
        head = struct.pack("<Bq", form, base)
        cells = [(value - base) & 2**64 - 1 for value in values]
    assert all(cell < 1 << 8 * width for cell in cells), (form, base)
    if form & 0x20:
        return head + bytes(cell >> 8 * plane & 255 for plane in range(width) for cell in cells)
    return head + b"".join(cell.to_bytes(width, "little") for cell in cells)


def leb128(number, length=None):
    made = bytearray()
    while True:
        byte, number = number & 127, number >> 7
        more = number or (length and len(made) + 1 < length)
        made.append(byte | (128 if more else 0))
        if not more:
            return bytes(made)


def times(monos, unit=1):
    steps = [later - sooner for sooner, later in zip(monos, monos[1:])]
    assert all(step % unit == 0 for step in steps)
    return leb128(unit) + b"".join(leb128(step // unit) for step in steps)


# Codecs. Both are written out here, so that the files do not change with a library's version.


def matches(data, reach=65535, longest=1 << 30):
    """Literals and matches in turn: (start, end of literals, distance, length of match); the last has length 0."""
    seen, at, start = {}, 0, 0
    while at + 12 <= len(data):
        key = data[at : at + 4]
        before = seen.get(key)
        seen[key] = at
        if before is None or at - before > reach:
            at += 1
            continue
        length = 4
        while at + length < len(data) - 5 and length < longest and data[before + length] == data[at + length]:
            length += 1
        yield start, at, at - before, length
        at += length
        start = at
    yield start, len(data), 0, 0


def lz4(data):
    made = bytearray()

    def rest(count):
        while count >= 255:
            made.append(255)
            count -= 255
        made.append(count)

    for start, end, back, length in matches(data):
        literals = end - start
        made.append(min(literals, 15) << 4 | min(max(length - 4, 0), 15))
        if literals >= 15:
            rest(literals - 15)
        made += data[start:end]
        if length:
            made += struct.pack("<H", back)
            if length >= 19:
                rest(length - 19)
    return bytes(made)


LENGTHS = [(3 + i, 0) for i in range(8)]
for extra in range(1, 6):
    LENGTHS += [(3 + (4 + i << extra), extra) for i in range(4)]
LENGTHS.append((258, 0))
DISTANCES = [(1 + i, 0) for i in range(4)]
for extra in range(1, 14):
    DISTANCES += [(1 + (2 + i << extra), extra) for i in range(2)]


def deflate(data):
    """One block with the fixed codes of RFC 1951."""
    bits, count = 0, 0

    def put(number, width):
        nonlocal bits, count
        bits |= number << count
        count += width

    def code(number, width):
        put(int(format(number, "0%db" % width)[::-1], 2), width)

    def symbol(number):
        if number < 144:
            code(0x30 + number, 8)
        elif number < 256:
            code(0x190 + number - 144, 9)
        elif number < 280:
            code(number - 256, 7)
        else:
            code(0xC0 + number - 280, 8)

    def from_table(table, value):
        index = max(i for i, (least, _) in enumerate(table) if least <= value)
        return index, value - table[index][0], table[index][1]

    put(1, 1)
    put(1, 2)
    for start, end, back, length in matches(data, 32768, 257):
        for byte in data[start:end]:
            symbol(byte)
        if length:
            index, more, width = from_table(LENGTHS, length)
            symbol(257 + index)
            put(more, width)
            index, more, width = from_table(DISTANCES, back)
            code(index, 5)
            put(more, width)
    symbol(256)
    return bits.to_bytes((count + 7) // 8, "little")


CODECS = {0: bytes, 1: lz4, 2: deflate}

# Frames


def crc_table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ 0x82F63B78 if byte & 1 else byte >> 1
        yield byte


CRC = list(crc_table())


def crc32c(data):
    crc = 2**32 - 1
    for byte in data:
        crc = crc >> 8 ^ CRC[crc & 255 ^ byte]
    return crc ^ 2**32 - 1


def preamble(trace_id, major=1, minor=0):
    return b"\xd8AAuditRules\r\n\x1a\n" + bytes([major, minor, 0xC4, 16]) + trace_id


def frame(kind, sequence, trace_id, payload, events=0, raw=None, compatible=0, incompatible=0, stored=None, checksum=None):
    """A frame of 68 bytes and its payload (T6); what is not given is as it should be."""
    stored = len(payload) if stored is None else stored
    raw = stored if raw is None else raw
    checksum = crc32c(payload) if checksum is None else checksum
    head = bytes.fromhex("9CD646C14152C1CC") + bytes([kind])
    head += struct.pack(">BHBHBI", 0xCD, compatible, 0xCD, incompatible, 0xCE, sequence) + b"\xc4\x10" + trace_id
    head += struct.pack(">BIBIBIBI", 0xCE, events, 0xCE, raw, 0xCE, stored, 0xCE, checksum)
    return head + struct.pack(">BIBI", 0xCE, crc32c(head), 0xC6, stored) + payload
