"""A trace as a model: what it holds, its bytes, and its twin as JSON lines (docs/spec/event-json.md)."""

import base64
import hashlib
import json
import math
import struct
from datetime import datetime, timedelta

import encoding as e

META, DATA, PROCESS, LOSS, END, INDEX, CHECKPOINT = 1, 2, 3, 4, 5, 0x80, 0x81
DICTIONARY, SHAPES, ROW_SHAPES, TIMES, THREADS, ROW_THREADS, CALLERS, ROW_CALLERS, ARGUMENTS = 1, 2, 3, 4, 5, 6, 7, 8, 256
OFFSET = 1_700_000_000_000_000_000


class Event:
    """mono is on the recorder's clock; a thread is (process, pid, tid), a caller (file, line, function)."""

    def __init__(self, name, args=(), mono=1000, thread=(0, 7, 7), caller=None):
        self.name, self.args, self.mono, self.thread, self.caller = name, list(args), mono, thread, caller


class Column:
    """One column; what is not set by hand follows from the raw bytes."""

    def __init__(self, raw, codec=0):
        self.raw, self.codec = raw, codec
        self.stored = self.length = None
        self.tail = b""

    def finish(self):
        if self.stored is None:
            self.stored = e.CODECS[self.codec](self.raw)
            if self.codec and len(self.stored) >= len(self.raw):
                self.codec, self.stored = 0, self.raw
        if self.length is None:
            self.length = len(self.raw)


class Data:
    """The payload of a DATA frame, in parts that can be changed before it is put together."""

    def __init__(self, events, ordinal, offset=OFFSET, codec=0, codecs=None, forms=None, bases=None, unit=1, pads=None,
                 extra_shapes=(), dictionary_pads=None):
        self.enc = e.Encoder(**(pads or {}))
        self.values_enc = e.Encoder(**(dictionary_pads or {}))
        self.events = events
        self.count = len(events)
        forms, bases = forms or {}, bases or {}
        self.offset, self.first, self.last = offset, events[0].mono, events[-1].mono
        self.watermark, self.ordinal = self.last, ordinal
        shapes = []
        for shape in [(x.name, tuple(map(e.kind_of, x.args))) for x in events] + list(extra_shapes):
            if shape not in shapes:
                shapes.append(shape)
        self.names = sorted({name for name, _ in shapes}, key=str.encode)
        self.dictionary = []
        threads, callers = [], []
        for x in events:
            if x.thread not in threads:
                threads.append(x.thread)
            if x.caller and x.caller not in callers:
                callers.append(x.caller)
        of = [shapes.index((x.name, tuple(map(e.kind_of, x.args)))) for x in events]
        enc, raw = self.enc, {}
        number = ARGUMENTS
        for shape, (_, kinds) in enumerate(shapes):
            rows = [x.args for x, s in zip(events, of) if s == shape]
            for position, kind in enumerate(kinds):
                if kind > e.TRUE:
                    cells = [self.cell(kind, row[position]) for row in rows]
                    raw[number] = e.packed(cells, forms.get(number), bases.get(number))
                    number += 1
        if callers:
            made = b"".join(
                enc.array(3) + enc.int(self.entry(file)) + enc.int(line) + enc.int(self.entry(function))
                for file, line, function in callers
            )
            raw[CALLERS] = enc.array(len(callers)) + made
            rows = [callers.index(x.caller) + 1 if x.caller else 0 for x in events]
            raw[ROW_CALLERS] = e.packed(rows, forms.get(ROW_CALLERS), bases.get(ROW_CALLERS))
        raw[DICTIONARY] = enc.array(len(self.dictionary)) + b"".join(self.dictionary)
        raw[SHAPES] = enc.array(len(shapes)) + b"".join(
            enc.array(2) + enc.int(self.names.index(name)) + enc.bin(bytes(kinds)) for name, kinds in shapes
        )
        raw[ROW_SHAPES] = b"".join(s.to_bytes(1 if len(shapes) <= 256 else 2, "little") for s in of)
        raw[TIMES] = e.times([x.mono for x in events], unit)
        raw[THREADS] = enc.array(len(threads)) + b"".join(
            enc.array(3) + b"".join(map(enc.int, thread)) for thread in threads
        )
        rows = [threads.index(x.thread) for x in events]
        raw[ROW_THREADS] = e.packed(rows, forms.get(ROW_THREADS), bases.get(ROW_THREADS))
        self.columns = {n: Column(raw[n], (codecs or {}).get(n, codec)) for n in sorted(raw)}
        self.tail, self.items, self.short = [], 7, False
        self.raw_length = None
        self.order = None

    def cell(self, kind, value):
        if kind == e.INT:
            return value
        if kind == e.FLOAT:
            return struct.unpack(">q", e.float_bits(value))[0]
        return self.entry(value)

    def entry(self, value):
        made = self.values_enc.value(value)
        if made not in self.dictionary:
            self.dictionary.append(made)
        return self.dictionary.index(made)

    def payload(self):
        """The payload, and the frame's raw length."""
        enc = self.enc
        made = enc.array(7 + len(self.tail)) if self.items == 7 else enc.array(self.items)
        for number in (self.offset, self.first, self.last, self.watermark, self.ordinal):
            made += enc.any(number)
        made += enc.strs(self.names)
        numbers = self.order or sorted(self.columns)
        made += enc.array(len(numbers))
        saved = 0
        for number in numbers:
            column = self.columns[number]
            column.finish()
            saved += column.length - len(column.stored)
            made += enc.array(5 if column.tail else 4) + enc.int(number) + enc.int(column.codec)
            made += enc.int(column.length) + enc.bin(column.stored) + column.tail
        made += b"".join(self.tail)
        return made, self.raw_length or len(made) + saved

    def lines(self):
        for row, x in enumerate(self.events):
            yield event_json(self.ordinal + row, e.wrapped(x.mono + self.offset), x)


class Part:
    """Where a frame stands, and what it gives."""

    def __init__(self, kind, offset, length, ordinals):
        self.kind, self.offset, self.length, self.ordinals = kind, offset, length, ordinals
        self.end = offset + length


class Trace:
    def __init__(self, name, minor=0, offset=OFFSET, trace_id=None):
        self.name, self.minor, self.clock = name, minor, offset
        self.trace_id = trace_id or hashlib.sha256(name.encode()).digest()[:16]
        self.data = bytearray(e.preamble(self.trace_id, 1, minor))
        self.parts, self.lines = [], []
        self.sequence = self.events = 0
        self.closed = False
        self.index_rows, self.index_offset = [], 0

    def frame(self, kind, payload, ordinals=(), **header):
        offset = len(self.data)
        self.data += e.frame(kind, self.sequence, self.trace_id, payload, **header)
        self.parts.append(Part(kind, offset, len(self.data) - offset, list(ordinals)))
        self.sequence += 1
        return self

    def meta(self, values=None, pads=None, more=None, **header):
        values = {} if values is None else values
        made = dict(values, **(more or {}))
        self.lines.append(record_json("meta", values))
        return self.frame(META, e.Encoder(**(pads or {})).any(made), **header)

    def records(self, kind, records, pads=None, more=None, **header):
        name = {PROCESS: "process", LOSS: "loss"}[kind]
        self.lines += [record_json(name, record) for record in records]
        made = [dict(record, **(more or {})) for record in records]
        return self.frame(kind, e.Encoder(**(pads or {})).any(made), **header)

    def process(self, *records, **options):
        return self.records(PROCESS, records, **options)

    def loss(self, *records, **options):
        return self.records(LOSS, records, **options)

    def rows(self, events, change=None, header=None, **options):
        """A DATA frame; `change` may change its parts before they are put together."""
        data = Data(events, self.events, self.clock, **options)
        lines = list(data.lines())
        if change:
            change(data)
        payload, raw = data.payload()
        self.index_rows.append((len(self.data), self.sequence, self.events, data))
        self.lines += lines
        ordinals = range(self.events, self.events + data.count)
        self.events += data.count
        return self.frame(DATA, payload, ordinals, **dict({"events": data.count, "raw": raw}, **(header or {})))

    def index(self, more=None, tail=(), pads=None, named=True):
        """An INDEX; `named` says whether END says where it stands."""
        names = sorted({name for row in self.index_rows for name in row[3].names}, key=str.encode)
        rows = []
        for offset, sequence, ordinal, data in self.index_rows:
            bits = sum(1 << n for n, name in enumerate(names) if name in data.names)
            bits = bits.to_bytes((len(names) + 7) // 8, "little")
            row = [offset, sequence, ordinal, data.count, data.first, data.last, e.Encoder().bin(bits)]
            rows.append(row + list(tail))
        self.index_offset = len(self.data) if named else 0
        return self.frame(INDEX, e.Encoder(**(pads or {})).any(dict({"names": names, "frames": rows}, **(more or {}))))

    def end(self, values=None, pads=None, more=None, **header):
        values = {"events": self.events} if values is None else values
        made = dict(values, **(more or {}))
        if self.index_offset:
            made["index"] = self.index_offset
        self.lines.append(record_json("end", values))
        self.closed = True
        return self.frame(END, e.Encoder(**(pads or {})).any(made), **header)

    def leaves(self):
        return [bytes(self.data[:36])] + [bytes(self.data[p.offset : p.end]) for p in self.parts]

    def checkpoint(self, signatures=None, extra_lines="", more=None, body=None):
        root = base64.b64encode(tree(self.leaves())).decode()
        origin = "auditrules.trace/" + self.trace_id.hex()
        body = body or "%s\n%d\n%s\n%s" % (origin, len(self.parts) + 1, root, extra_lines)
        values = {"body": body}
        if signatures is not None:
            values["signatures"] = signatures
        return self.frame(CHECKPOINT, e.Encoder().any(dict(values, **(more or {}))))


def tree(leaves):
    """The root of RFC 9162, section 2.1."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree(leaves[:half]) + tree(leaves[half:])).digest()


# JSON


def moment(nanoseconds):
    seconds, rest = divmod(nanoseconds, 10**9)
    return "%s.%09dZ" % ((datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat(), rest)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


DEFAULTS = {
    "meta": {
        **dict.fromkeys(["recorder", "recorderVersion", "runtime", "runtimeVersion", "platform"], ""),
        "command": [],
        **dict.fromkeys(["pid", "parentPid", "wallClock", "monotonicClock"], 0),
        "profile": "",
        **dict.fromkeys(["include", "exclude", "drop"], []),
        "environment": "",
        **dict.fromkeys(["redacted", "callers"], False),
        **dict.fromkeys(["runId", "commit", "boot", "host", "user", "directory"], ""),
        "blind": [],
        "derived": "",
        "sources": [],
        "part": 0,
        "previous": "",
    },
    "process": {"change": 0, "process": 0, "parent": -1, "pid": 0, "time": 0, "command": [], "exitCode": None,
                "suspicion": "", "suspectFrom": 0, "facts": []},
    "loss": {"process": -1, "reason": "", "count": 0, "from": 0, "to": 0, "events": {}},
    "end": {"events": 0, "processes": 0, "raised": -1, "filtered": -1, "lost": 0, "continues": False},
}
CHANGES = ["start", "fork", "exec", "exit", "not-recorded"]
# Left out where they are not known.
KNOWN = ["host", "user", "directory", "blind", "part", "previous", "suspicion", "suspectFrom", "facts", "continues"]


def record_json(name, given):
    made = {"record": name}
    for key, value in DEFAULTS[name].items():
        value = given.get(key, value)
        if key in ("exitCode", "from", "to") and not value and (key != "exitCode" or value is None):
            continue
        if key in KNOWN and not value:
            continue
        if key in ("wallClock", "time", "from", "to", "suspectFrom"):
            value = moment(value)
        made[key] = CHANGES[value] if key == "change" else value
    return compact(made)


def event_json(ordinal, time, event):
    process, pid, tid = event.thread
    made = '{"seq":%d,"time":"%s","pid":%d,"tid":%d,"process":%d,"event":%s,"args":[%s]' % (
        ordinal, moment(time), pid, tid, process, compact(event.name), ",".join(map(value_json, event.args)),
    )
    if event.caller:
        made += ',"caller":' + compact(dict(zip(("file", "line", "function"), event.caller)))
    return made + "}"


def value_json(value):
    kind = e.kind_of(value)
    b64 = lambda data: base64.b64encode(data).decode()
    if kind in (e.NIL, e.FALSE, e.TRUE, e.INT, e.STR):
        return compact(value)
    if kind == e.FLOAT:
        bits = e.float_bits(value)
        number = struct.unpack(">d", bits)[0]
        if math.isnan(number):
            return '{"$float":"nan%s"}' % ("" if bits.hex() == "7ff8000000000000" else ":" + bits.hex())
        return '{"$float":"%s"}' % number if math.isinf(number) else repr(number)
    if kind == e.BYTES:
        return '{"$bytes":"%s"}' % b64(value)
    if kind == e.RAWSTR:
        return '{"$str":"%s"}' % b64(value)
    if kind == e.BIGINT:
        return '{"$int":"%s"}' % decimal(int(value))
    if kind == e.LIST:
        return "[%s]" % ",".join(map(value_json, value))
    if kind == e.MAP:
        pairs = list(value if isinstance(value, e.Pairs) else value.items())
        plain = all(e.kind_of(key) == e.STR and key[:1] != "$" for key, _ in pairs)
        if plain and len({key for key, _ in pairs}) == len(pairs):
            return "{%s}" % ",".join(compact(key) + ":" + value_json(item) for key, item in pairs)
        return '{"$map":[%s]}' % ",".join("[%s,%s]" % (value_json(key), value_json(item)) for key, item in pairs)
    if kind == e.TRUNCATED:
        of, length, digest, head = value
        return '{"$truncated":{"kind":"%s","length":%d,"digest":"%s","head":%s}}' % (
            of, length, digest.hex(), value_json(head),
        )
    if kind == e.OBJECT:
        name, identity, facts = value
        made = '{"$object":{"type":%s,"identity":"0x%x"' % (compact(name), identity % 2**64)
        for key, item in facts:
            key = "$" + key if key in ("type", "identity") or key[:1] == "$" else key
            made += ",%s:%s" % (compact(key), value_json(item))
        return made + "}}"
    of, length, pseudonym = value
    return '{"$redacted":%s}' % compact({"kind": of, "length": length, "pseudonym": pseudonym})


def decimal(number):
    """Digits of any number; newer Pythons refuse more than 4,300."""
    if abs(number) < 10**4000:
        return str(number)
    high, low = divmod(abs(number), 10**4000)
    return ("-" if number < 0 else "") + decimal(high) + str(low).zfill(4000)
