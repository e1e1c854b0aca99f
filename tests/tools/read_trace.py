"""Reads traces by docs/spec/trace.md and trace.json alone: an independent check of what the other reader says.

    python3 read_trace.py TRACE...    JSON lines: records, events, damage, in the order of the file

Events and records have the form of docs/spec/event-json.md. Damage is {"damage":CODE,"offset":N,"message":...}, a
refusal {"error":CODE,"offset":N,"message":...}. With several traces a line {"trace":PATH} stands before each one.

Exit codes: 0 whole and closed, 3 damaged or not closed, 65 not a trace; of several traces the highest.
Needs Python 3.8 and nothing else. As a module: read(bytes) gives a list of Meta, Event, Record and Damage.
"""

import base64
import json
import math
import os
import struct
import sys
import zlib
from collections import namedtuple
from datetime import datetime, timedelta

HERE = os.path.dirname(os.path.abspath(__file__))
# Beside this file where the tests copy both, else where the specification stands.
for FOLDER in (HERE, os.path.join(HERE, "..", "..", "docs", "spec")):
    if os.path.exists(os.path.join(FOLDER, "trace.json")):
        with open(os.path.join(FOLDER, "trace.json"), encoding="utf-8") as table:
            SPEC = json.load(table)
        break
else:
    sys.exit("read_trace.py: trace.json is missing; it belongs into docs/spec or beside this file")

LIMITS = SPEC["limits"]
TYPES = {name: int(number) for number, name in SPEC["frames"].items()}
COLUMNS = {name: int(number) for number, name in SPEC["columns"].items()}
CODECS = {int(number): name for number, name in SPEC["codecs"].items()}
KINDS = [kind["name"] for kind in SPEC["kinds"]]
KIND = {name: number for number, name in enumerate(KINDS)}
EXTS = {int(kind["messagePack"][4:]): kind["name"] for kind in SPEC["kinds"] if kind["messagePack"].startswith("ext")}
# How many bytes one stored byte makes at most (T25).
LARGEST = {"none": 1, "lz4": 255, "deflate": 1032}
BYTES_OF = {"9C": 0, "CC": 1, "CD": 2, "CE": 4, "C4 10": 16, "C6": 4}
HEADER = 68
PREAMBLE = 36

Meta = namedtuple("Meta", "offset values")
Record = namedtuple("Record", "offset name values")
Event = namedtuple("Event", "offset ordinal time pid tid process name args caller")
Damage = namedtuple("Damage", "offset code message")


class Refused(Exception):
    """The trace cannot be read at all."""

    def __init__(self, code, offset, message):
        super().__init__(message)
        assert code in SPEC["errors"], code
        self.code, self.offset = code, offset


class Malformed(Exception):
    """Content that breaks the format under checksums that hold."""


class Unknown(Exception):
    """Content that this reader does not know and may not ignore."""


# Checksums


def crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC = crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


# MessagePack


class Value(namedtuple("Value", "kind content")):
    """A value: its kind's name, and content as Python has it; maps and facts are lists of pairs."""


class Decoder:
    def __init__(self, data):
        self.data, self.at, self.ignoring = data, 0, False

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Malformed("%d bytes are wanted, %d are there" % (count, len(self.data) - self.at))
        self.at += count
        return self.data[self.at - count : self.at]

    def unsigned(self, width):
        return int.from_bytes(self.take(width), "big")

    def token(self, reserved=0):
        """The next type and its number, length or content; `reserved` items are still to come in what is around it."""
        code = self.take(1)[0]
        if code < 0x80:
            return "int", code
        if code < 0x90:
            return self.counted("map", code & 15, reserved)
        if code < 0xA0:
            return self.counted("array", code & 15, reserved)
        if code < 0xC0:
            return self.text(code & 31)
        if code >= 0xE0:
            return "int", code - 256
        if code == 0xC0:
            return "nil", None
        if code == 0xC1:
            raise Malformed("0xC1")
        if code <= 0xC3:
            return "bool", code == 0xC3
        if code <= 0xC6:
            return "bin", self.take(self.unsigned(1 << (code - 0xC4)))
        if code <= 0xC9:
            length = self.unsigned(1 << (code - 0xC7))
            return self.ext(length, reserved)
        if code == 0xCA:
            return "float32", struct.unpack(">f", self.take(4))[0]
        if code == 0xCB:
            return "float", self.take(8)
        if code <= 0xCF:
            return "int", self.unsigned(1 << (code - 0xCC))
        if code <= 0xD3:
            return "int", int.from_bytes(self.take(1 << (code - 0xD0)), "big", signed=True)
        if code <= 0xD8:
            return self.ext(1 << (code - 0xD4), reserved)
        if code <= 0xDB:
            return self.text(self.unsigned(1 << (code - 0xD9)))
        if code <= 0xDD:
            return self.counted("array", self.unsigned(2 << (code - 0xDC)), reserved)
        return self.counted("map", self.unsigned(2 << (code - 0xDE)), reserved)

    def counted(self, what, count, reserved):
        if count * (2 if what == "map" else 1) > len(self.data) - self.at - reserved:
            raise Malformed("%s of %d, beyond the bytes" % (what, count))
        return what, count

    def ext(self, length, reserved):
        code = int.from_bytes(self.take(1), "big", signed=True)
        if length > len(self.data) - self.at - reserved:
            raise Malformed("extension of %d bytes, beyond the bytes" % length)
        return "ext", (code, self.take(length))

    def text(self, length):
        if self.ignoring:
            return "str", self.take(length)
        try:
            return "str", self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("text that is not UTF-8")

    def wanted(self, what):
        kind, content = self.token()
        if kind != what:
            raise Malformed("%s in place of %s" % (kind, what))
        return content

    def int64(self):
        return in_bits(self.wanted("int"), 64)

    def int32(self):
        return in_bits(self.wanted("int"), 32)

    def array(self, least, most=None):
        count = self.wanted("array")
        if count < least or (most is not None and count > most):
            raise Malformed("array of %d" % count)
        return count

    def skip(self):
        """Passes one object of any depth, without a look at its texts (T44)."""
        self.ignoring, left = True, 1
        while left:
            left -= 1
            kind, content = self.token(left)
            if kind == "array":
                left += content
            elif kind == "map":
                left += 2 * content
        self.ignoring = False

    def end(self):
        if self.at != len(self.data):
            raise Malformed("%d bytes behind the content" % (len(self.data) - self.at))

    def value(self, depth=0, reserved=0):
        """A value of section 6; `depth` lists, maps, truncated values and objects are around it."""
        kind, content = self.token(reserved)
        if kind == "nil":
            return Value("nil", None)
        if kind == "bool":
            return Value("true" if content else "false", content)
        if kind == "int":
            return integer(content)
        if kind == "float":
            return Value("float", content)
        if kind == "float32":
            return Value("float", struct.pack(">d", content))
        if kind == "str":
            return Value("str", content)
        if kind == "bin":
            return Value("bytes", content)
        if kind == "array":
            self.deeper(depth)
            items = []
            for left in range(content - 1, -1, -1):
                items.append(self.value(depth + 1, reserved + left))
            return Value("list", items)
        if kind == "map":
            self.deeper(depth)
            pairs = []
            for left in range(2 * content - 1, -1, -2):
                key = self.value(depth + 1, reserved + left)
                pairs.append((key, self.value(depth + 1, reserved + left - 1)))
            return Value("map", pairs)
        if kind == "ext":
            return self.extension(depth, *content)
        raise AssertionError(kind)

    @staticmethod
    def deeper(depth):
        if depth >= LIMITS["depth"]:
            raise Malformed("values nested deeper than %d" % LIMITS["depth"])

    def extension(self, depth, code, data):
        kind = EXTS.get(code)
        if kind == "rawstr":
            return Value(kind, data)
        if kind == "bigint":
            if not 1 <= len(data) <= LIMITS["bigintBytes"]:
                raise Malformed("an integer of %d bytes" % len(data))
            return integer(int.from_bytes(data, "big", signed=True))
        if kind is None:
            raise Malformed("extension %d" % code)
        inner = Decoder(data)
        if kind == "truncated":
            self.deeper(depth)
            inner.array(4, 4)
            of, length = inner.int64(), inner.int64()
            digest = inner.wanted("bin")
            if not KIND["str"] <= of <= KIND["bigint"] or length < 0:
                raise Malformed("a truncated value of kind %d, length %d" % (of, length))
            content = (KINDS[of], length, digest, inner.value(depth + 1))
        elif kind == "object":
            self.deeper(depth)
            inner.array(3, 3)
            name, identity, facts = inner.wanted("str"), inner.int64(), []
            for left in range(2 * inner.wanted("map") - 1, -1, -2):
                key = inner.wanted("str")
                facts.append((key, inner.value(depth + 1, left - 1)))
            content = (name, identity, facts)
        else:
            inner.array(3, 3)
            content = (inner.wanted("str"), inner.int64(), inner.wanted("str"))
            if content[1] < 0:
                raise Malformed("a redacted value of length %d" % content[1])
        inner.end()
        return Value(kind, content)


def integer(number):
    return Value("int" if -(1 << 63) <= number < 1 << 63 else "bigint", number)


def in_bits(number, bits):
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise Malformed("%d is beyond %d bits" % (number, bits))
    return number


def wrapped(number):
    """Modulo 2^64, as a signed number."""
    number &= (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number


# Codecs


def lz4(data, length):
    made, at = bytearray(), 0

    def more(count):
        nonlocal at
        while True:
            if at >= len(data):
                raise Malformed("an LZ4 block that ends early")
            byte = data[at]
            at += 1
            count += byte
            if byte != 255:
                return count

    while True:
        if at >= len(data):
            raise Malformed("an LZ4 block that ends early")
        token = data[at]
        at += 1
        literals = token >> 4
        if literals == 15:
            literals = more(15)
        if at + literals == len(data) and token & 15:
            raise Malformed("a last token with a match")
        if literals > len(data) - at or literals > length - len(made):
            raise Malformed("literals of %d bytes" % literals)
        made += data[at : at + literals]
        at += literals
        if at == len(data):
            break
        if len(data) - at < 2:
            raise Malformed("an LZ4 block that ends early")
        back = data[at] | data[at + 1] << 8
        at += 2
        count = token & 15
        if count == 15:
            count = more(15)
        count += 4
        if not 0 < back <= len(made) or count > length - len(made):
            raise Malformed("a match of %d bytes from %d" % (count, back))
        for _ in range(count):
            made.append(made[-back])
    if len(made) != length:
        raise Malformed("%d bytes in place of %d" % (len(made), length))
    return bytes(made)


def deflate(data, length):
    try:
        stream = zlib.decompressobj(-15)
        made = stream.decompress(data, length + 1)
    except zlib.error as error:
        raise Malformed(str(error))
    if len(made) != length or not stream.eof:
        raise Malformed("deflate does not give %d bytes" % length)
    return made


class Columns:
    """The columns of a DATA payload (T21, T22)."""

    def __init__(self, decoder, most):
        self.stored, self.saved, last = {}, 0, 0
        for _ in range(decoder.array(0)):
            items = decoder.array(len(SPEC["column"]))
            number, codec, length = decoder.int32(), decoder.int64(), decoder.int64()
            data = decoder.wanted("bin")
            for _ in range(items - len(SPEC["column"])):
                decoder.skip()
            if number <= last:
                raise Malformed("column %d behind column %d" % (number, last))
            last = number
            if not (number >= COLUMNS["arguments"] or 128 <= number <= 255 or str(number) in SPEC["columns"]):
                raise Unknown("column %d" % number)
            if codec not in CODECS:
                raise Unknown("codec %d" % codec)
            if not 0 <= length <= min(most, len(data) * LARGEST[CODECS[codec]]):
                raise Malformed("a column of %d bytes" % length)
            self.saved += length - len(data)
            self.stored[number] = (CODECS[codec], length, data)

    def raw(self, number):
        if number not in self.stored:
            raise Malformed("column %d is missing" % number)
        codec, length, data = self.stored[number]
        if codec == "lz4":
            return lz4(data, length)
        if codec == "deflate":
            return deflate(data, length)
        if len(data) != length:
            raise Malformed("column %d has %d bytes, not %d" % (number, len(data), length))
        return data

    def packed(self, number, rows):
        raw = self.raw(number)
        if not raw:
            raise Malformed("column %d is empty" % number)
        packing = SPEC["packed"]
        form, at = raw[0], 1
        width = form & packing["widthMask"]
        known = packing["widthMask"] | packing["table"] | packing["planes"]
        if form & ~known or width not in packing["widths"]:
            raise Malformed("form 0x%02x" % form)
        table = None
        if form & packing["table"]:
            if width not in packing["tableWidths"] or len(raw) < 3:
                raise Malformed("form 0x%02x" % form)
            count = int.from_bytes(raw[1:3], "little")
            at = 3 + 8 * count
            if len(raw) < at:
                raise Malformed("a table of %d values" % count)
            table = struct.unpack_from("<%dq" % count, raw, 3)
        else:
            if len(raw) < 9:
                raise Malformed("a base that ends early")
            base = int.from_bytes(raw[1:9], "little", signed=True)
            at = 9
        cells = raw[at:]
        if len(cells) != rows * width:
            raise Malformed("%d bytes for %d rows of %d" % (len(cells), rows, width))
        if form & packing["planes"]:
            numbers = [sum(cells[plane * rows + row] << 8 * plane for plane in range(width)) for row in range(rows)]
        else:
            numbers = [int.from_bytes(cells[row * width : (row + 1) * width], "little") for row in range(rows)]
        if table is None:
            return [wrapped(base + number) for number in numbers]
        if numbers and max(numbers) >= len(table):
            raise Malformed("row %d of a table of %d" % (max(numbers), len(table)))
        return [table[number] for number in numbers]


def times_of(raw, rows, first, last):
    numbers, at = [], 0
    while at < len(raw):
        number = shift = 0
        while True:
            if at >= len(raw) or shift >= 7 * LIMITS["leb128Bytes"]:
                raise Malformed("a LEB128 number without end")
            byte = raw[at]
            at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if number >> 64:
            raise Malformed("a LEB128 number beyond 64 bits")
        numbers.append(number)
    if len(numbers) != rows or numbers[0] < 1:
        raise Malformed("%d times for %d rows" % (len(numbers), rows))
    times = [first]
    for number in numbers[1:]:
        times.append(times[-1] + number * numbers[0])
    if times[-1] != last:
        raise Malformed("the times end at %d, not at %d" % (times[-1], last))
    return times


# Frames


class Header:
    """A header that is valid (T6)."""

    @classmethod
    def at(cls, data, offset):
        """The header that stands there; None when none does."""
        raw = data[offset : offset + HEADER]
        if len(raw) < HEADER:
            return None
        header = cls()
        for item in SPEC["header"]:
            fixed = bytes.fromhex(item["encoding"])
            start = item["offset"]
            if raw[start : start + len(fixed)] != fixed:
                return None
            start += len(fixed)
            width = 0 if item["item"] in ("array", "mark") else BYTES_OF[item["encoding"]]
            setattr(header, item["item"], int.from_bytes(raw[start : start + width], "big"))
        if header.headerChecksum != crc32c(raw[:58]) or header.payload != header.storedLength:
            return None
        return header


def check_preamble(data):
    if not data:
        raise Refused("Empty", 0, "the file is empty")
    fixed = {item["offset"]: bytes.fromhex(item["bytes"]) for item in SPEC["preamble"] if "bytes" in item}
    if data[:12] != fixed[0] + fixed[2]:
        raise Refused("NotATrace", 0, "this is no trace")
    if len(data) < PREAMBLE:
        raise Refused("TruncatedPreamble", len(data), "the file ends within the preamble")
    if data[12:16] != fixed[12]:
        raise Refused("ChangedLineEnds", 12, "the line ends were changed")
    if data[16] != SPEC["version"]["major"]:
        raise Refused("NewerMajor", 16, "format %d.%d" % (data[16], data[17]))
    if data[18:20] != fixed[18]:
        raise Refused("NotATrace", 18, "the trace id is missing")


class Reader:
    def __init__(self, data):
        check_preamble(data)
        self.data = data
        self.trace_id = int.from_bytes(data[20:36], "big")
        self.items = []
        self.damaged = self.closed = False
        self.sequence = 0
        self.missing = False
        self.given = 0
        self.last = None

    def damage(self, code, offset, message):
        assert code in SPEC["damage"], code
        self.damaged = True
        self.items.append(Damage(offset, code, message))

    def mine(self, offset):
        header = Header.at(self.data, offset)
        return header if header is not None and header.traceId == self.trace_id else None

    def search(self, offset):
        mark = bytes.fromhex("9C") + bytes.fromhex(SPEC["header"][1]["encoding"])
        while True:
            offset = self.data.find(mark, offset)
            if offset < 0:
                return len(self.data)
            if self.mine(offset):
                return offset
            offset += 1

    def read(self):
        at = PREAMBLE
        first = Header.at(self.data, at)
        if first is not None and first.sequence == 0 and first.traceId != self.trace_id:
            self.damage("Preamble", 20, "another trace id than the first frame")
            self.trace_id = first.traceId
        while at < len(self.data):
            at = self.frame(at)
        return self.items

    def frame(self, at):
        """Reads what stands there; where to go on."""
        data = self.data
        header = self.mine(at)
        if header is None:
            other = Header.at(data, at)
            follows = self.search(at + 1)
            cut = SPEC["header"]
            start = (bytes.fromhex(cut[0]["encoding"]) + bytes.fromhex(cut[1]["encoding"]))[: len(data) - at]
            if other is not None:
                self.damage("Foreign", at, "a frame of another trace")
            elif len(data) - at < HEADER and data[at : at + len(start)] == start:
                self.damage("Truncated", at, "the file ends within a header")
            else:
                code = "AfterEnd" if self.closed else "NoFrame"
                self.damage(code, at, "%d bytes that are no frame" % (follows - at))
            return follows
        body, behind = at + HEADER, at + HEADER + header.storedLength
        if header.storedLength > header.rawLength or header.rawLength > LIMITS["rawLength"]:
            self.damage("Limit", at, "a frame of %d bytes" % header.rawLength)
            self.count(header, at)
            return behind
        payload = data[body:behind]
        if len(payload) < header.storedLength:
            self.damage("Truncated", at, "the file ends within a payload")
            self.count(header, at)
            return self.search(at + 1)
        if crc32c(payload) != header.payloadChecksum:
            self.damage("Payload", at, "the payload's checksum does not hold")
            self.count(header, at)
            return behind if behind == len(data) or self.mine(behind) else self.search(at + 1)
        if self.count(header, at):
            if header.incompatible:
                raise Refused("UnknownFeature", at, "incompatible flags 0x%04x" % header.incompatible)
            if self.closed and header.type < 0x80:
                self.damage("AfterEnd", at, "a frame behind the end")
                return behind
            if header.type < 0x80 and str(header.type) not in SPEC["frames"]:
                raise Refused("UnknownFeature", at, "frame type %d" % header.type)
            if self.missing:
                self.damage("Gap", at, "frames are missing")
                self.missing = False
            self.interpret(header, at, payload)
        return behind

    def count(self, header, at):
        if header.sequence < self.sequence:
            self.damage("Repeated", at, "sequence number %d again" % header.sequence)
            return False
        self.missing = self.missing or header.sequence > self.sequence
        self.sequence = header.sequence + 1
        return True

    def interpret(self, header, at, payload):
        try:
            if (header.type == TYPES["META"]) != (header.sequence == 0):
                raise Malformed("META must be the first frame, and the first frame META")
            if header.events and header.type < 0x80 and header.type != TYPES["DATA"]:
                raise Malformed("%d events outside DATA" % header.events)
            decoder = Decoder(payload)
            if header.type == TYPES["DATA"]:
                self.items += self.events(header, at, decoder)
            elif header.type == TYPES["META"]:
                values = record(decoder, "meta")
                decoder.end()
                self.meta(at, values)
            elif header.type in (TYPES["PROCESS"], TYPES["LOSS"]):
                name = "process" if header.type == TYPES["PROCESS"] else "loss"
                records = [Record(at, name, record(decoder, name)) for _ in range(decoder.array(0, LIMITS["records"]))]
                decoder.end()
                self.items += records
            elif header.type == TYPES["END"]:
                totals = record(decoder, "end")
                decoder.end()
                if totals["events"] != self.given and not self.damaged:
                    self.damage("Totals", at, "END counts %d events, there are %d" % (totals["events"], self.given))
                self.closed = True
                self.items.append(Record(at, "end", totals))
        except Malformed as why:
            self.damage("Malformed", at, str(why))
        except Unknown as what:
            raise Refused("UnknownFeature", at, str(what))

    def meta(self, at, values):
        said = values["version"]
        if said is not None and said != (self.data[16], self.data[17]):
            self.damage("Preamble", 16, "another version than META")
        self.items.append(Meta(at, values))

    def events(self, header, at, decoder):
        rows = header.events
        if not 1 <= rows <= LIMITS["events"]:
            raise Malformed("a frame of %d events" % rows)
        items = decoder.array(len(SPEC["data"]))
        offset = decoder.int64()
        first, last, _ = (wrapped(decoder.int64() + offset) for _ in range(3))
        ordinal = decoder.int64()
        names = [decoder.wanted("str") for _ in range(decoder.array(0))]
        columns = Columns(decoder, header.rawLength)
        for _ in range(items - len(SPEC["data"])):
            decoder.skip()
        decoder.end()
        if header.storedLength + columns.saved != header.rawLength:
            raise Malformed("the raw length is not that of the columns")
        utf8 = [name.encode() for name in names]
        if any(one >= two for one, two in zip(utf8, utf8[1:])):
            raise Malformed("names that are not sorted and distinct")
        if last < first:
            raise Malformed("the last time is before the first")
        if ordinal >= 1 << 62:
            raise Malformed("a first ordinal %d" % ordinal)
        if ordinal < self.given or (ordinal > self.given and not self.damaged):
            raise Malformed("a first ordinal %d, the next one is %d" % (ordinal, self.given))
        if self.last is not None and first < self.last:
            raise Malformed("the frame begins before an earlier one ends")
        events = Frame(columns, names, rows, first, last).events(at, ordinal)
        self.given, self.last = ordinal + rows, last
        return events


class Frame:
    """The rows of a DATA frame, made from its columns."""

    def __init__(self, columns, names, rows, first, last):
        self.columns, self.names, self.rows = columns, names, rows
        self.first, self.last = first, last
        self.dictionary = self.list("dictionary", self.value)
        self.shapes = self.list("shapes", self.shape)
        self.threads = self.list("threads", self.thread)

    def raw(self, name):
        return self.columns.raw(COLUMNS[name])

    def list(self, name, item):
        decoder = Decoder(self.raw(name))
        count = decoder.array(0, LIMITS["dictionaryEntries"] if name == "dictionary" else None)
        items = [item(decoder, left) for left in range(count - 1, -1, -1)]
        decoder.end()
        return items

    @staticmethod
    def value(decoder, left):
        value = decoder.value(0, left)
        if KIND[value.kind] < KIND["str"]:
            raise Malformed("%s in the dictionary" % value.kind)
        return value

    def shape(self, decoder, _):
        decoder.array(2, 2)
        name, kinds = decoder.int64(), decoder.wanted("bin")
        if not 0 <= name < len(self.names) or any(kind >= len(KINDS) for kind in kinds):
            raise Malformed("a shape of name %d" % name)
        return self.names[name], [KINDS[kind] for kind in kinds]

    @staticmethod
    def thread(decoder, _):
        decoder.array(3, 3)
        return decoder.int32(), decoder.int32(), decoder.int64()

    def caller(self, decoder, _):
        decoder.array(3, 3)
        file, line, function = decoder.int64(), decoder.int32(), decoder.int64()
        return self.entry(file, "str"), line, self.entry(function, "str")

    def entry(self, number, kind):
        if not 0 <= number < len(self.dictionary) or self.dictionary[number].kind != kind:
            raise Malformed("entry %d of the dictionary is no %s" % (number, kind))
        return self.dictionary[number].content

    def shape_of_rows(self):
        raw = self.raw("shapeOfRow")
        if len(self.shapes) > LIMITS["shapes"]:
            raise Malformed("%d shapes" % len(self.shapes))
        width = 1 if len(self.shapes) <= 256 else 2
        if len(raw) != width * self.rows:
            raise Malformed("%d bytes for the shapes of %d rows" % (len(raw), self.rows))
        numbers = [int.from_bytes(raw[at : at + width], "little") for at in range(0, len(raw), width)]
        if max(numbers) >= len(self.shapes):
            raise Malformed("shape %d" % max(numbers))
        return numbers

    def arguments(self, of_rows):
        """For every shape and position an iterator over its values."""
        rows_of = [0] * len(self.shapes)
        for shape in of_rows:
            rows_of[shape] += 1
        found, number = [], COLUMNS["arguments"]
        for shape, (_, kinds) in enumerate(self.shapes):
            found.append([])
            for kind in kinds:
                if kind in ("nil", "false", "true"):
                    cells = [Value(kind, {"nil": None, "false": False, "true": True}[kind])] * rows_of[shape]
                else:
                    cells = self.columns.packed(number, rows_of[shape])
                    number += 1
                    if kind == "int":
                        cells = [Value(kind, cell) for cell in cells]
                    elif kind == "float":
                        cells = [Value(kind, struct.pack(">q", cell)) for cell in cells]
                    else:
                        cells = [Value(kind, self.entry(cell, kind)) for cell in cells]
                found[-1].append(iter(cells))
        if number <= max(self.columns.stored):
            raise Malformed("column %d belongs to no argument" % max(self.columns.stored))
        return found

    def events(self, at, ordinal):
        of_rows = self.shape_of_rows()
        times = times_of(self.raw("times"), self.rows, self.first, self.last)
        threads = self.columns.packed(COLUMNS["threadOfRow"], self.rows)
        callers, caller_of = [], [0] * self.rows
        if COLUMNS["callers"] in self.columns.stored or COLUMNS["callerOfRow"] in self.columns.stored:
            callers = self.list("callers", self.caller)
            caller_of = self.columns.packed(COLUMNS["callerOfRow"], self.rows)
        arguments = self.arguments(of_rows)
        if any(not 0 <= thread < len(self.threads) for thread in threads):
            raise Malformed("a row of an unknown thread")
        if any(not 0 <= caller <= len(callers) for caller in caller_of):
            raise Malformed("a row of an unknown caller")
        events = []
        for row, shape in enumerate(of_rows):
            process, pid, tid = self.threads[threads[row]]
            if row and times[row] == times[row - 1] and process < events[-1].process:
                raise Malformed("rows of one time are not in the order of processes")
            name = self.shapes[shape][0]
            values = [next(cells) for cells in arguments[shape]]
            caller = callers[caller_of[row] - 1] if caller_of[row] else None
            events.append(Event(at, ordinal + row, times[row], pid, tid, process, name, values, caller))
        return events


# Records


def record(decoder, name):
    keys = SPEC[name]
    values = {key: keys[key]["default"] for key in keys}
    for _ in range(decoder.wanted("map")):
        key = decoder.wanted("str")
        if key in keys:
            values[key] = FIELDS[keys[key]["type"]](decoder)
        else:
            decoder.skip()
    return values


def change(decoder):
    number = decoder.int64()
    if not 0 <= number < len(SPEC["changes"]):
        raise Malformed("a change %d" % number)
    return number


def version(decoder):
    decoder.array(2, 2)
    numbers = decoder.int64(), decoder.int64()
    if not all(0 <= number <= 255 for number in numbers):
        raise Malformed("a version %d.%d" % numbers)
    return numbers


def counts(decoder):
    return {decoder.wanted("str"): decoder.int64() for _ in range(decoder.wanted("map"))}


FIELDS = {
    "str": lambda decoder: decoder.wanted("str"),
    "bool": lambda decoder: decoder.wanted("bool"),
    "int32": Decoder.int32,
    "int64": Decoder.int64,
    "strs": lambda decoder: [decoder.wanted("str") for _ in range(decoder.array(0))],
    "change": change,
    "version": version,
    "counts": counts,
}


# JSON (event-json.md)


def text(value):
    return json.dumps(value, ensure_ascii=False)


def moment(time):
    seconds, fraction = divmod(time, 10**9)
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.") + "%09dZ" % fraction


def base64_of(data):
    return base64.b64encode(data).decode()


def float_json(data):
    number = struct.unpack(">d", data)[0]
    if math.isnan(number):
        return '{"$float":"nan"}' if data.hex() == "7ff8000000000000" else '{"$float":"nan:%s"}' % data.hex()
    if math.isinf(number):
        return '{"$float":"%sinf"}' % ("-" if number < 0 else "")
    return repr(number)


def value_json(value):
    kind, content = value
    if kind in ("nil", "false", "true"):
        return {"nil": "null", "false": "false", "true": "true"}[kind]
    if kind == "int":
        return str(content)
    if kind == "float":
        return float_json(content)
    if kind == "str":
        return text(content)
    if kind == "bytes":
        return '{"$bytes":"%s"}' % base64_of(content)
    if kind == "rawstr":
        return '{"$str":"%s"}' % base64_of(content)
    if kind == "bigint":
        return '{"$int":"%s"}' % digits(content)
    if kind == "list":
        return "[" + ",".join(map(value_json, content)) + "]"
    if kind == "map":
        keys = [key.content for key, _ in content]
        if all(key.kind == "str" and not key.content.startswith("$") for key, _ in content):
            if len(set(keys)) == len(keys):
                return "{" + ",".join(text(key.content) + ":" + value_json(item) for key, item in content) + "}"
        pairs = ("[%s,%s]" % (value_json(key), value_json(item)) for key, item in content)
        return '{"$map":[' + ",".join(pairs) + "]}"
    if kind == "object":
        name, identity, facts = content
        made = '{"$object":{"type":%s,"identity":"0x%x"' % (text(name), identity & (1 << 64) - 1)
        for key, item in facts:
            hidden = "$" if key in ("type", "identity") or key.startswith("$") else ""
            made += ",%s:%s" % (text(hidden + key), value_json(item))
        return made + "}}"
    if kind == "truncated":
        of, length, digest, head = content
        form = '{"$truncated":{"kind":%s,"length":%d,"digest":"%s","head":%s}}'
        return form % (text(of), length, digest.hex(), value_json(head))
    form = '{"$redacted":{"kind":%s,"length":%d,"pseudonym":%s}}'
    return form % (text(content[0]), content[1], text(content[2]))


def digits(number):
    """Decimal digits of any length: newer Pythons limit what str makes."""
    if -(10**4000) < number < 10**4000:
        return str(number)
    sign, number, parts = "-" if number < 0 else "", abs(number), []
    while number:
        number, part = divmod(number, 10**4000)
        parts.append(str(part).zfill(4000) if number else str(part))
    return sign + "".join(reversed(parts))


def event_json(event):
    caller = ""
    if event.caller:
        file, line, function = event.caller
        caller = ',"caller":{"file":%s,"line":%d,"function":%s}' % (text(file), line, text(function))
    form = '{"seq":%d,"time":"%s","pid":%d,"tid":%d,"process":%d,"event":%s,"args":[%s]%s}'
    values = ",".join(map(value_json, event.args))
    return form % (
        event.ordinal,
        moment(event.time),
        event.pid,
        event.tid,
        event.process,
        text(event.name),
        values,
        caller,
    )


# Left out where they are not known.
KNOWN = ("host", "user", "directory", "blind", "part", "lastPart", "previous", "suspicion", "facts", "continues")


def record_json(name, values):
    made = {"record": name}
    for key, value in values.items():
        if name == "meta" and key == "version" or name == "end" and key == "index":
            continue
        if key in ("wallClock", "time"):
            value = moment(value)
        elif key in ("from", "to", "suspectFrom"):
            if value == 0:
                continue
            value = moment(value)
        elif key == "change":
            value = SPEC["changes"][value]
        elif key == "exitCode" and value is None or key in KNOWN and not value:
            continue
        made[key] = value
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def item_json(item):
    if isinstance(item, Event):
        return event_json(item)
    if isinstance(item, Damage):
        return json.dumps({"damage": item.code, "offset": item.offset, "message": item.message}, separators=(",", ":"))
    if isinstance(item, Meta):
        return record_json("meta", item.values)
    return record_json(item.name, item.values)


def read(data):
    """The items of a trace, in the order of the file."""
    return Reader(data).read()


def show(path, out):
    with open(path, "rb") as file:
        data = file.read()
    reader = None
    try:
        reader = Reader(data)
        reader.read()
        refused = None
    except Refused as why:
        refused = why
    for item in reader.items if reader else []:
        out.write(item_json(item) + "\n")
    if refused:
        line = {"error": refused.code, "offset": refused.offset, "message": str(refused)}
        out.write(json.dumps(line, separators=(",", ":")) + "\n")
        return 65
    return 3 if reader.damaged or not reader.closed else 0


def main(paths):
    if not paths:
        sys.exit(__doc__)
    status = 0
    with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n", closefd=False) as out:
        for path in paths:
            if len(paths) > 1:
                out.write(text({"trace": path}) + "\n")
            status = max(status, show(path, out))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
