"""The damaged traces: each a whole one with one thing changed, and what a reader says of it.

A case is named after what was done. It is expected from the model: where frames stand and which events they give.
"""

import gzip
import json
import struct

import encoding as e
import valid
from model import *

NO_FRAME, PAYLOAD, TRUNCATED, GAP, REPEATED = "NoFrame", "Payload", "Truncated", "Gap", "Repeated"
FOREIGN, MALFORMED, LIMIT, PREAMBLE, AFTER_END, TOTALS = "Foreign", "Malformed", "Limit", "Preamble", "AfterEnd", "Totals"

FRAMES = {
    META: "meta", DATA: "data", PROCESS: "process", LOSS: "loss", END: "end", INDEX: "index", CHECKPOINT: "checkpoint",
    0x90: "unknown",
}
FIELDS = {
    "array": 0, "mark": 3, "type-code": 7, "type": 8, "compatible": 11, "incompatible": 13, "sequence": 19,
    "trace-id-code": 21, "trace-id": 30, "events": 42, "raw-length": 47, "stored-length": 52, "payload-checksum": 55,
    "header-checksum": 60, "bin-code": 63, "bin-length": 67,
}


class Case:
    def __init__(self, name, data, damages=(), events=(), of=None, error=None, closed=True, trace=None):
        self.name, self.data, self.of, self.error = name, data, of, error
        self.damages, self.events, self.closed = list(damages), sorted(events), closed
        # Its own lines, where no valid trace has the events.
        self.lines = [line for line in trace.lines if line.startswith('{"seq"')] if trace else None

    def expected(self):
        if self.error:
            made = {"error": {"code": self.error[0], "offset": self.error[1]}}
        else:
            made = {"damages": [{"code": code, "offset": offset} for code, offset in self.damages]}
            made["closed"] = self.closed
            if self.lines is None:
                made["of"], made["events"] = self.of, self.events
            else:
                chosen = [line for line in self.lines if json.loads(line)["seq"] in self.events]
                made["events"] = self.events
                made["lines"] = chosen
        return json.dumps(made, ensure_ascii=False) + "\n"


def flipped(data, offset, bit=1):
    made = bytearray(data)
    made[offset] ^= bit
    return bytes(made)


class Damaging:
    """Cases of one whole trace; frames by their number in it."""

    def __init__(self, trace):
        self.trace, self.data, self.parts = trace, bytes(trace.data), trace.parts
        self.closing = next(i for i, p in enumerate(trace.parts) if p.kind == END)

    def at(self, index):
        return self.parts[index].offset

    def events(self, without=()):
        return [o for i, p in enumerate(self.parts) if i not in without for o in p.ordinals]

    def gap(self, index, where=None):
        """The gap that shows at the next frame, where there is one."""
        return [(GAP, self.at(index) if where is None else where)] if index < len(self.parts) else []

    def case(self, name, data, damages, without=(), closed=None):
        closed = self.closing not in without if closed is None else closed
        return Case(name, data, damages, self.events(without), self.trace.name, closed=closed)

    def kinds(self):
        """The first frame of each kind before END's followers."""
        seen = {}
        for i, p in enumerate(self.parts):
            seen.setdefault(p.kind, i)
        return [(FRAMES[kind], index) for kind, index in seen.items()]


def every():
    return valid.everything("base-every-frame")


def three():
    return valid.three("base-three-frames")


def preambles():
    whole = bytes(three().data)
    for word, data in (
        ("empty-file", b""),
        ("cut-within-line-ends", whole[:14]), ("cut-within-preamble", whole[:20]), ("cut-before-last-id-byte", whole[:35]),
    ):
        yield Case(word, data, error=("TruncatedPreamble" if data else "Empty", len(data)))
    for word, data in (
        ("text", b"hello, this is some text of more than thirty-six bytes\n"), ("json", b'{"event":"open"}\n'),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\3" + bytes(40)), ("one-byte", whole[:1]), ("cut-within-name", whole[:11]),
        ("zeros", bytes(200)), ("first-byte-flipped", flipped(whole, 0)), ("name-flipped", flipped(whole, 7)),
        ("byte-put-in-front", b"\0" + whole),
    ):
        yield Case("not-a-trace-" + word, data, error=("NotATrace", 0))
    for word, ends in (("lf", b"\n\x1a\n"), ("crlf", b"\r\n\x1a\r\n"), ("cr", b"\r\r\x1a\r"), ("no-sub", b"\r\n\n")):
        yield Case("line-ends-" + word, whole[:12] + ends + whole[16:], error=("ChangedLineEnds", 12))
    for major in (0, 2, 255):
        yield Case("major-version-%d" % major, whole[:16] + bytes([major]) + whole[17:], error=("NewerMajor", 16))
    for offset in (18, 19):
        yield Case("preamble-byte-%d-flipped" % offset, flipped(whole, offset), error=("NotATrace", 18))
    d = Damaging(three())
    yield d.case("only-preamble", whole[:36], [], range(len(d.parts)))
    for offset in (20, 35):
        yield d.case("preamble-id-byte-%d-flipped" % offset, flipped(whole, offset), [(PREAMBLE, 20)])
    yield d.case("preamble-id-flipped-and-meta-payload-damaged", flipped(flipped(whole, 20), d.parts[0].end - 1),
                 [(PREAMBLE, 20), (PAYLOAD, 36)])
    yield d.case("preamble-id-flipped-and-first-header-damaged", flipped(flipped(whole, 20), 36 + 50),
                 [(NO_FRAME, 36)], range(len(d.parts)))
    trace = Trace("preamble-minor-other-than-metas", 5).meta({"version": [1, 4]}).rows(valid.OPEN).end()
    yield Case(trace.name, bytes(trace.data), [(PREAMBLE, 16)], [0], trace=trace)
    minor = Trace("preamble-minor-flipped").meta({"version": [1, 0]}).rows(valid.OPEN).end()
    yield Case(minor.name, flipped(minor.data, 17, 4), [(PREAMBLE, 16)], [0], trace=minor)


def flips():
    d = Damaging(every())
    for word, index in d.kinds() + [("last", len(d.parts) - 1)]:
        part = d.parts[index]
        behind = index > d.closing
        for field, offset in FIELDS.items():
            if word == "last" and field not in ("mark", "type", "header-checksum"):
                continue
            if field.endswith("-code") and word not in ("data", "end"):
                continue
            damages = [(AFTER_END if behind else NO_FRAME, part.offset)] + d.gap(index + 1)
            yield d.case("flip-%s-%s" % (word, field), flipped(d.data, part.offset + offset), damages, [index])
        for place, offset in (("first", part.offset + 68), ("last", part.end - 1)):
            yield d.case("flip-%s-payload-%s" % (word, place), flipped(d.data, offset, 0x80), [(PAYLOAD, part.offset)], [index])


def truncations():
    d = Damaging(every())
    for index in range(1, len(d.parts)):
        name = "%d-%s" % (index, FRAMES[d.parts[index].kind])
        rest = range(index, len(d.parts))
        part = d.parts[index]
        closed = index > d.closing
        yield d.case("cut-before-frame-" + name, d.data[: part.offset], [], rest, closed)
        if index in (1, 3, 7, 8, 9):
            for length in (1, 5, 40, 67):
                damages = [(TRUNCATED, part.offset)]
                yield d.case("cut-%d-into-frame-%s" % (length, name), d.data[: part.offset + length], damages, rest, closed)
        damages = [(TRUNCATED, part.offset)]
        yield d.case("cut-payload-of-frame-" + name, d.data[: part.end - 1], damages, rest, closed)
        if part.length > 69:
            yield d.case("cut-behind-header-of-frame-" + name, d.data[: part.offset + 68], damages, rest, closed)


def frames():
    d = Damaging(three())
    data, parts = d.data, d.parts
    piece = lambda i: data[parts[i].offset : parts[i].end]
    join = lambda *numbers: data[:36] + b"".join(map(piece, numbers))
    length = parts[2].length
    yield d.case("frame-deleted", join(0, 1, 3, 4), [(GAP, parts[2].offset)], [2])
    yield d.case("first-frame-deleted", join(1, 2, 3, 4), [(GAP, 36)])
    yield d.case("first-two-frames-deleted", join(2, 3, 4), [(GAP, 36)], [1])
    yield d.case("end-deleted", join(0, 1, 2, 3), [], [4])
    yield d.case("last-data-deleted", join(0, 1, 2, 4), [(GAP, parts[3].offset)], [3])
    yield d.case("all-data-deleted", join(0, 4), [(GAP, parts[1].offset)], [1, 2, 3])
    yield d.case("only-end", join(4), [(GAP, 36)], [1, 2, 3])
    yield d.case("frame-repeated", join(0, 1, 1, 2, 3, 4), [(REPEATED, parts[2].offset)])
    yield d.case("meta-repeated", join(0, 0, 1, 2, 3, 4), [(REPEATED, parts[1].offset)])
    yield d.case("meta-repeated-later", join(0, 1, 2, 0, 3, 4), [(REPEATED, parts[3].offset)])
    yield d.case("frame-repeated-later", join(0, 1, 2, 3, 1, 4), [(REPEATED, parts[4].offset)])
    swapped = [(GAP, parts[1].offset), (REPEATED, parts[1].offset + length)]
    yield d.case("frames-swapped", join(0, 2, 1, 3, 4), swapped, [1])
    swapped = [(GAP, parts[1].offset), (REPEATED, parts[1].offset + parts[3].length),
               (REPEATED, parts[1].offset + parts[3].length + parts[2].length)]
    yield d.case("frames-reversed", join(0, 3, 2, 1, 4), swapped, [1, 2])
    yield d.case("trace-twice", data + data[36:], [(REPEATED, len(data) + p.offset - 36) for p in parts])
    yield d.case("whole-file-twice", data + data,
                 [(AFTER_END, len(data))] + [(REPEATED, len(data) + p.offset) for p in parts])
    yield d.case("data-behind-end", join(0, 1, 2, 4, 3), [(GAP, parts[3].offset), (REPEATED, parts[3].offset + parts[4].length)], [3], True)
    other = Damaging(valid.three("another-trace"))
    foreign = other.data[other.parts[2].offset : other.parts[2].end]
    at = parts[2].offset
    yield d.case("foreign-frame-put-in", data[:at] + foreign + data[at:], [(FOREIGN, at)])
    yield d.case("foreign-frames-put-in", data[:at] + foreign * 2 + data[at:], [(FOREIGN, at)])
    yield d.case("foreign-frame-in-place", data[:at] + foreign + data[parts[2].end :], [(FOREIGN, at), (GAP, at + len(foreign))], [2])
    foreign_meta = other.data[36 : other.parts[0].end]
    yield d.case("foreign-meta-behind-preamble", data[:36] + foreign_meta + data[36:], [(PREAMBLE, 20), (FOREIGN, 36 + len(foreign_meta))], range(len(parts)))
    yield d.case("foreign-trace-put-in", data[:at] + other.data + data[at:], [(NO_FRAME, at)])
    yield d.case("foreign-frame-behind-end", data + foreign, [(FOREIGN, len(data))])
    for word, junk in (("byte", b"\0"), ("100-bytes", b"x" * 100), ("marks", b"\x9c\xd6\x46\xc1\x41\x52\xc1" * 20), ("nils", b"\xc0" * 3)):
        yield d.case("put-in-%s" % word, data[:at] + junk + data[at:], [(NO_FRAME, at)])
        yield d.case("put-behind-preamble-%s" % word, data[:36] + junk + data[36:], [(NO_FRAME, 36)])
        yield d.case("put-behind-end-%s" % word, data + junk, [(AFTER_END, len(data))])
    yield d.case("cut-mark-behind-end", data + b"\x9c\xd6\x46", [(TRUNCATED, len(data))])
    part = parts[2]
    gone = data[: part.offset + 100] + data[part.offset + 101 :]
    yield d.case("byte-taken-out-of-payload", gone, [(PAYLOAD, part.offset)], [2])
    gone = data[: part.offset + 30] + data[part.offset + 31 :]
    yield d.case("byte-taken-out-of-header", gone, [(NO_FRAME, part.offset), (GAP, part.end - 1)], [2])
    more = data[: part.offset + 100] + b"\0" + data[part.offset + 100 :]
    yield d.case("byte-put-into-payload", more, [(PAYLOAD, part.offset)], [2])
    zero = lambda a, b: data[:a] + bytes(b - a) + data[b:]
    yield d.case("zeros-over-header", zero(part.offset, part.offset + 68), [(NO_FRAME, part.offset), (GAP, part.end)], [2])
    yield d.case("zeros-over-frame", zero(part.offset, part.end), [(NO_FRAME, part.offset), (GAP, part.end)], [2])
    yield d.case("zeros-over-border", zero(part.end - 20, part.end + 20),
                 [(PAYLOAD, part.offset), (GAP, parts[4].offset)], [2, 3])
    yield d.case("zeros-over-payload", zero(part.offset + 80, part.end), [(PAYLOAD, part.offset)], [2])
    yield d.case("zeros-to-the-end", zero(part.offset, len(data)), [(NO_FRAME, part.offset)], [2, 3, 4])
    two = flipped(flipped(data, parts[1].end - 1), parts[3].end - 1)
    yield d.case("two-payloads-damaged", two, [(PAYLOAD, parts[1].offset), (PAYLOAD, parts[3].offset)], [1, 3])
    two = flipped(flipped(data, parts[1].offset + 9), parts[2].offset + 9)
    yield d.case("two-headers-damaged", two, [(NO_FRAME, parts[1].offset), (GAP, parts[3].offset)], [1, 2])
    repeated = bytearray(join(0, 1, 2, 2, 3, 4))
    repeated[parts[3].offset + length - 1] ^= 1
    yield d.case("repeated-frame-damaged", bytes(repeated), [(PAYLOAD, parts[3].offset), (REPEATED, parts[3].offset)])


def built():
    """Frames whose checksums hold and whose content does not: (name, what changes a payload's parts or a header)."""

    def trace(name, change=None, header=None, **options):
        made = Trace(name).meta().rows([Event("open", ["first"], 500)])
        made.rows(valid.STEPS, change=change, header=header, **options)
        return made.rows([Event("open", ["last"], 9000)]).end()

    def refused(name, change=None, code=MALFORMED, header=None, **options):
        made = trace(name, change, header, **options)
        return Case(name, bytes(made.data), [(code, made.parts[2].offset)], [0, 5], trace=made)

    def unknown(name, change):
        made = trace(name, change)
        return Case(name, bytes(made.data), error=("UnknownFeature", made.parts[2].offset))

    def attribute(**values):
        return lambda d: [setattr(d, key, value) for key, value in values.items()]

    def column(number, **values):
        return lambda d: [setattr(d.columns[number], key, value) for key, value in values.items()]

    def raw(number, change):
        return lambda d: setattr(d.columns[number], "raw", change(d.columns[number].raw))

    def replaced(entry):
        """The first entry of the dictionary, /etc/hosts, becomes other bytes."""
        return raw(1, lambda r: r.replace(b"\xaa/etc/hosts", entry))

    def dictionary(entry):
        """One more entry, which no row has: nothing but its own bytes can be wrong."""
        return raw(1, lambda r: bytes([r[0] + 1]) + r[1:] + entry)

    def deflate_without_final_block(d):
        """The dictionary, made longer; all its bytes come out, of a block that says that another one follows."""
        dictionary(b"\xda\x03\xe8" + b"a" * 1000)(d)
        kept = d.columns[1]
        kept.codec, kept.length, kept.stored = 2, len(kept.raw), flipped(e.deflate(kept.raw), 0)

    def with_room(change):
        """The change in a frame with a column that saves more than the change costs: its raw length stays possible (T12)."""
        return lambda d: [change(d), add(d, 200, Column(bytes(3000), 1))]

    def lz4_of_literals(low):
        """The dictionary as an LZ4 block of literals only; the low 4 bits of its token stand for a match."""

        def change(d):
            kept = d.columns[1]
            kept.codec, kept.length = 1, len(kept.raw)
            kept.stored = bytes([0xF0 | low, len(kept.raw) - 15]) + kept.raw

        return change

    enc = e.Encoder()
    for codec in (3, 4, 255, 2**31):
        yield unknown("codec-%d" % codec, column(256, codec=codec, stored=b"\0" * 10, length=10))
    for word, codec in (("negative", -1), ("beyond-32-bits", 2**32), ("beyond-63-bits", 2**63 - 1)):
        yield unknown("codec-" + word, column(256, codec=codec, stored=b"\0" * 10, length=10))
    yield unknown("codec-3-in-unknown-column", lambda d: add(d, 128, Column(b"x"), codec=3, stored=b"x"))
    for number in (9, 10, 127):
        yield unknown("column-%d" % number, lambda d: add(d, number, Column(b"x")))
    for kind in (0, 6, 7, 0x7F):
        made = Trace("frame-type-%02x" % kind).meta().rows(valid.OPEN)
        at = len(made.data)
        made.frame(kind, b"\xc0").end()
        yield Case(made.name, bytes(made.data), error=("UnknownFeature", at))
    for flags in (1, 0x8000):
        for word, kind in (("data", DATA), ("unknown", 0x90)):
            made = Trace("incompatible-flags-%04x-%s" % (flags, word)).meta()
            at = len(made.data)
            made.rows(valid.OPEN, header={"incompatible": flags}) if kind == DATA else made.frame(kind, b"", incompatible=flags)
            yield Case(made.name, bytes(made.end().data), error=("UnknownFeature", at))
    made = Trace("incompatible-flags-first-frame").meta(incompatible=2).end()
    yield Case(made.name, bytes(made.data), error=("UnknownFeature", 36))
    made = Trace("frame-type-unknown-first").frame(7, b"\xc0").end()
    yield Case(made.name, bytes(made.data), error=("UnknownFeature", 36))

    # Lengths and counts that lie.
    yield refused("raw-length-too-much", attribute(raw_length=5000))
    yield refused("raw-length-beyond-limit", code=LIMIT, header={"raw": 8 * 2**20 + 1})
    yield refused("raw-length-4-gib", code=LIMIT, header={"raw": 2**32 - 1})
    yield refused("raw-length-below-stored", code=LIMIT, header={"raw": 5})
    for count in (0, 65537, 2**32 - 1):
        yield refused("events-%d" % count, header={"events": count})
    yield refused("events-one-too-many", header={"events": 5})
    yield refused("events-one-too-few", header={"events": 3})
    for kind in (META, PROCESS, LOSS, END):
        made = Trace("events-in-%s" % FRAMES[kind])
        made.meta(events=3 * (kind == META)).rows(valid.OPEN)
        if kind in (PROCESS, LOSS):
            made.frame(kind, b"\x90", events=1)
        made.end(events=2**32 - 1 if kind == END else 0)
        at = next(part.offset for part in made.parts if part.kind == kind)
        yield Case(made.name, bytes(made.data), [(MALFORMED, at)], [0], closed=kind != END, trace=made)
    yield refused("columns-length-1-too-much", column(256, length=99))
    yield refused("columns-length-too-little", with_room(column(1, length=1)))
    yield refused("columns-length-negative", with_room(column(1, length=-1)))
    yield refused("columns-length-beyond-frame", column(1, codec=1, stored=b"\x10a", length=2**31), header={"raw": 5000})
    bomb = [("deflate", 2, e.deflate(bytes(20000))), ("lz4", 1, e.lz4(bytes(20000)))]
    for word, codec, stored in bomb:
        yield refused("bomb-%s-gives-more" % word, column(1, codec=codec, stored=stored, length=4000))
        yield refused("bomb-%s-gives-less" % word, column(1, codec=codec, stored=stored, length=30000))
        yield refused("bomb-%s-gives-8-mib-too-little" % word, column(1, codec=codec, stored=stored, length=8 * 2**20 - 2000))
        yield refused("codec-%s-cut" % word, column(1, codec=codec, stored=stored[:-3], length=20000))
        yield refused("codec-%s-empty" % word, column(1, codec=codec, stored=b"", length=50))
    yield refused("codec-lz4-distance-0", column(1, codec=1, stored=b"\x14a\0\0\x50bcdef", length=14))
    yield refused("codec-lz4-distance-before-start", column(1, codec=1, stored=b"\x14a\x02\0\x50bcdef", length=14))
    yield refused("codec-lz4-endless-length", column(1, codec=1, stored=b"\x1fa\1\0" + b"\xff" * 40, length=9000))
    yield refused("codec-lz4-last-token-with-match", with_room(lz4_of_literals(1)))
    yield refused("codec-deflate-without-final-block", deflate_without_final_block)
    yield refused("codec-deflate-reserved-block", column(1, codec=2, stored=b"\x07\0\0", length=50))
    yield refused("codec-deflate-stored-lengths-differ", column(1, codec=2, stored=b"\x01\x05\0\0\0hello", length=50))

    # The payload's items.
    yield refused("payload-of-6-items", attribute(items=6))
    yield refused("payload-of-8-items-announced", attribute(items=8))
    yield refused("payload-first-item-text", attribute(offset="now"))
    yield refused("payload-first-item-beyond-64-bits", attribute(offset=2**63))
    yield refused("payload-last-time-before-first", attribute(last=900))
    yield refused("payload-last-time-other-than-the-times", attribute(last=4001))
    yield refused("payload-first-ordinal-too-high", attribute(ordinal=2))
    yield refused("payload-first-ordinal-too-low", attribute(ordinal=0))
    yield refused("payload-first-ordinal-negative", attribute(ordinal=-1))
    made = Trace("payload-first-ordinal-2-to-the-62").meta()
    made.data[-1] ^= 0xFF
    made.events = 2**62
    made.rows(valid.OPEN)
    made.events = 0
    made.rows([Event("open", ["y"], 9000)]).end()
    yield Case(made.name, bytes(made.data), [(PAYLOAD, 36), (MALFORMED, made.parts[1].offset)], [0], trace=made)
    yield refused("payload-begins-before-earlier-frame-ends", lambda d: [setattr(d, "first", 400), setattr(d.columns[4], "raw", e.leb128(1) + e.leb128(0) + e.leb128(1500) + e.leb128(2100))])
    yield refused("names-unsorted", lambda d: d.names.reverse())
    yield refused("names-twice", lambda d: d.names.append(d.names[-1]))
    yield refused("names-one-missing", lambda d: d.names.pop())
    yield refused("names-not-utf8", lambda d: d.names.__setitem__(2, b"\xff"))
    yield refused("names-surrogate", lambda d: d.names.__setitem__(2, b"\xed\xa0\x80"))
    yield refused("columns-out-of-order", lambda d: setattr(d, "order", [2, 1] + sorted(d.columns)[2:]))
    yield refused("column-twice", lambda d: setattr(d, "order", [1, 1] + sorted(d.columns)[1:]))
    yield refused("column-id-negative", lambda d: [d.columns.__setitem__(-1, d.columns.pop(1))])
    yield refused("column-id-0", lambda d: [d.columns.__setitem__(0, d.columns.pop(1))])
    yield refused("column-id-beyond-32-bits", lambda d: add(d, 2**31, Column(e.packed([0]))))
    yield refused("column-caller-of-row-without-callers", lambda d: d.columns.pop(7))
    yield refused("column-callers-empty-without-rows", lambda d: [setattr(d.columns[7], "raw", b"\x90"), d.columns.pop(8)])
    yield refused("column-callers-empty-with-a-row", lambda d: setattr(d.columns[7], "raw", b"\x90"))
    yield refused("unknown-column-longer-than-any-codec-makes", lambda d: [add(d, 128, Column(b"x")), column(128, codec=1, stored=b"x", length=256)(d)])
    for number, word in ((1, "dictionary"), (2, "shapes"), (3, "shape-of-row"), (4, "times"), (5, "threads"), (6, "thread-of-row"), (7, "callers"), (8, "caller-of-row"), (256, "argument")):
        yield refused("column-missing-" + word, lambda d: d.columns.pop(number))
        yield refused("column-empty-" + word, raw(number, lambda r: b""))
        yield refused("column-longer-" + word, raw(number, lambda r: r + b"\0"))
        yield refused("column-shorter-" + word, raw(number, lambda r: r[:-1]))
    yield refused("column-argument-too-many", lambda d: add(d, 300, Column(e.packed([0]))))

    # What the columns say.
    yield refused("shape-of-row-unknown", raw(3, lambda r: b"\x09" + r[1:]))
    yield refused("shape-name-unknown", raw(2, lambda r: r.replace(b"\x92\x01\xc4\x03", b"\x92\x05\xc4\x03")))
    yield refused("shape-kind-14", raw(2, lambda r: r.replace(b"\xc4\x03\5\5\3", b"\xc4\x03\5\5\x0e")))
    yield refused("shape-of-3-items", raw(2, lambda r: r[:1] + b"\x93" + r[2:]))
    yield refused("thread-of-row-unknown", raw(6, lambda r: r[:9] + b"\7" + r[10:]))
    yield refused("thread-of-2-items", raw(5, lambda r: r[:1] + b"\x92" + r[2:]))
    yield refused("thread-pid-beyond-32-bits", raw(5, lambda r: r.replace(b"\x93\0\7\7", b"\x93\0\xce\x80\0\0\0\7", 1)))
    yield refused("caller-of-row-unknown", raw(8, lambda r: r[:9] + b"\7" + r[10:]))
    yield refused("caller-of-row-negative", raw(8, lambda r: e.packed([-1, 1, 1, 1])))
    yield refused("caller-file-beyond-dictionary", raw(7, lambda r: r[:2] + b"\x7f" + r[3:]))
    yield refused("caller-file-not-text", lambda d: [
        raw(7, lambda r: r[:2] + d.columns[1].raw[:1].translate(bytes(i & 15 for i in range(256))) + r[3:])(d),
        dictionary(b"\xc4\1x")(d),
    ])
    yield refused("times-unit-0", raw(4, lambda r: b"\0" + r[1:]))
    yield refused("times-leb128-of-11-bytes", raw(4, lambda r: b"\x81" + b"\x80" * 9 + b"\0" + r[1:]))
    yield refused("times-leb128-beyond-64-bits", raw(4, lambda r: r[:1] + b"\xff" * 9 + b"\x7f" + r[2:]))
    yield refused("times-one-too-few", raw(4, lambda r: r[:1] + r[2:]))
    yield refused("times-add-up-beyond-64-bits", raw(4, lambda r: b"\x01" + e.leb128(2**64 - 1) + e.leb128(2**63 + 3001) + e.leb128(2**63)))
    # 3 times this is 1,000 where the product is taken modulo 2^64.
    wrapping = e.leb128(1000 * pow(3, 2**62 - 1, 2**64) % 2**64)
    yield refused("times-units-beyond-64-bits", raw(4, lambda r: e.leb128(3) + wrapping * 3))
    yield refused("rows-of-one-time-out-of-process-order", raw(6, lambda r: e.packed([1, 0, 0, 2])))
    for form in (0x03, 0x05, 0x09, 0x14, 0x18, 0x40, 0x80):
        yield refused("packed-form-%02x" % form, raw(256, lambda r: bytes([form]) + r[1:]))
    yield refused("packed-table-of-0", raw(256, lambda r: b"\x10\0\0"))
    yield refused("packed-table-longer-than-column", raw(256, lambda r: b"\x10\xff\xff" + r[1:]))
    yield refused("packed-row-beyond-table", raw(256, lambda r: b"\x11\x01\0" + bytes(8) + b"\0\x01"))
    yield refused("argument-beyond-dictionary", raw(256, lambda r: e.packed([0, 99])))
    yield refused("argument-negative-id", raw(256, lambda r: e.packed([0, -1])))
    yield refused("argument-of-other-kind", replaced(b"\xc4\x0a/etc/hosts"))
    yield refused("argument-nil-for-str", replaced(b"\xc0"))

    # The dictionary.
    for word, entry in (
        ("c1", b"\xc1"), ("not-utf8", b"\xaa/etc/host\xff"), ("overlong-utf8", b"\xaa/etc/ho\xc0\xaf"), ("surrogate", b"\xa3\xed\xa0\x80"),
        ("str-beyond-bytes", b"\xdb\xff\xff\xff\xff/etc"), ("bin-beyond-bytes", b"\xc6\xff\xff\xff\xff"), ("array-beyond-bytes", b"\xdd\xff\xff\xff\xff"),
        ("map-beyond-bytes", b"\xdf\xff\xff\xff\xff"), ("ext-beyond-bytes", b"\xc9\xff\xff\xff\xff\1"), ("ext-0", b"\xd4\0x"), ("ext-6", b"\xd4\6x"),
        ("ext-negative", b"\xd4\xffx"), ("bigint-empty", b"\xc7\0\2"), ("bigint-4097-bytes", b"\xc8\x10\x01\2" + b"\x55" * 4097),
        ("truncated-of-3-items", b"\xc7\4\3\x93\5\1\xc4"), ("truncated-of-kind-4", b"\xc7\6\3\x94\4\1\xc4\0\xa0"), ("truncated-of-kind-11", b"\xc7\6\3\x94\x0b\1\xc4\0\xa0"),
        ("truncated-length-negative", b"\xc7\6\3\x94\5\xff\xc4\0\xa0"), ("truncated-more-bytes", b"\xc7\7\3\x94\5\1\xc4\0\xa0\xc0"), ("truncated-no-array", b"\xc7\1\3\xc0"),
        ("truncated-of-5-items", b"\xc7\7\3\x95\5\1\xc4\0\xa0\xc0"), ("object-of-4-items", b"\xc7\5\4\x94\xa0\1\x80\xc0"),
        ("object-more-bytes", b"\xc7\5\4\x93\xa0\1\x80\xc0"), ("object-identity-beyond-63-bits", b"\xc7\x0c\4\x93\xa0\xcf" + b"\xff" * 8 + b"\x80"),
        ("redacted-of-2-items", b"\xd6\5\x92\xa0\1\xa0"), ("redacted-more-bytes", b"\xc7\5\5\x93\xa0\1\xa0\xc0"),
        ("nil", b"\xc0"), ("true", b"\xc3"), ("int", b"\7"), ("float", b"\xcb" + bytes(8)), ("bigint-that-fits", b"\xd4\2\7"),
        ("object-of-2-items", b"\xc7\3\4\x92\xa0\1"), ("object-fact-key-int", b"\xc7\6\4\x93\xa0\1\x81\1\1"), ("object-identity-text", b"\xc7\4\4\x93\xa0\xa0\x80"),
        ("object-facts-lie", b"\xc7\7\4\x93\xa0\1\xde\xff\xff"), ("redacted-of-4-items", b"\xc7\5\5\x94\xa0\1\xa0\xc0"), ("redacted-kind-int", b"\xc7\4\5\x93\1\1\xa0"),
        ("redacted-length-negative", b"\xc7\4\5\x93\xa0\xff\xa0"), ("depth-65-lists", b"\x91" * 65 + b"\xc0"), ("depth-65-maps", b"\x81\xc0" * 65 + b"\xc0"),
        ("depth-100000", b"\x91" * 3000 + b"\xc0"), ("depth-65-keys", b"\x81" * 65 + b"\xc0" * 66),
        ("lists-that-claim-the-same-bytes", b"\xdc\x00\x20" * 40 + b"\xc0" * 30),
    ):
        yield refused("dictionary-" + word, dictionary(entry))
    truncated = valid.nested("x", 65, lambda v: e.Truncated(("list", 1, b"", v)))
    yield refused("dictionary-depth-65-truncated", dictionary(enc.value(truncated)))
    objects = valid.nested("x", 65, lambda v: e.Object(("o", 1, [("f", v)])))
    yield refused("dictionary-depth-65-objects", dictionary(enc.value(objects)))
    yield refused("dictionary-one-entry-too-many-announced", raw(1, lambda r: bytes([r[0] + 1]) + r[1:]))
    yield refused("dictionary-one-entry-too-few-announced", raw(1, lambda r: bytes([r[0] - 1]) + r[1:]))


def add(data, number, column, **values):
    data.columns[number] = column
    for key, value in values.items():
        setattr(column, key, value)
    if "stored" in values:
        column.length = len(column.stored)


def records():
    """Records, META and END whose checksums hold and whose content does not."""
    good = [Event("open", ["x"], 500)]

    def case(name, kind, payload, closed=True):
        made = Trace(name)
        made.frame(kind, payload) if kind == META else made.meta()
        made.rows(good)
        if kind not in (META, END):
            made.frame(kind, payload)
        at = 36 if kind == META else len(made.data) if kind == END else made.parts[-1].offset
        made.frame(END, payload) if kind == END else made.end()
        return Case(name, bytes(made.data), [(MALFORMED, at)], [0], closed=kind != END, trace=made)

    enc = e.Encoder()
    for word, kind in (("meta", META), ("process", PROCESS), ("loss", LOSS), ("end", END)):
        wrap = (lambda b: b"\x91" + b) if kind in (PROCESS, LOSS) else (lambda b: b)
        key = {META: "pid", PROCESS: "pid", LOSS: "count", END: "events"}[kind]
        yield case("record-%s-nil" % word, kind, b"\xc0")
        yield case("record-%s-empty" % word, kind, b"")
        yield case("record-%s-more-bytes" % word, kind, wrap(b"\x80") + b"\x80")
        yield case("record-%s-c1" % word, kind, wrap(b"\x81\xa1x\xc1"))
        yield case("record-%s-key-int" % word, kind, wrap(b"\x81\x01\x01"))
        yield case("record-%s-map-lies" % word, kind, wrap(b"\xdf\xff\xff\xff\xff"))
        yield case("record-%s-text-for-int" % word, kind, wrap(enc.any({key: "7"})))
        yield case("record-%s-beyond-bits" % word, kind, wrap(enc.any({key: 2**63})))
        yield case("record-%s-unknown-key-lies" % word, kind, wrap(b"\x81\xa1x\xdd\xff\xff\xff\xff"))
        yield case("record-%s-not-utf8" % word, kind, wrap(b"\x81\xa1\xff\x01"))
    for key in ("pid", "parentPid"):
        yield case("record-meta-%s-beyond-32-bits" % key, META, enc.any({key: 2**31}))
    for key in ("process", "parent", "pid", "exitCode"):
        yield case("record-process-%s-beyond-32-bits" % key, PROCESS, enc.any([{key: -(2**31) - 1}]))
    yield case("record-process-change-5", PROCESS, enc.any([{"change": 5}]))
    yield case("record-process-change-negative", PROCESS, enc.any([{"change": -1}]))
    yield case("record-process-map-for-array", PROCESS, enc.any({"pid": 1}))
    yield case("record-process-command-of-ints", PROCESS, enc.any([{"command": [1]}]))
    yield case("record-loss-events-of-text", LOSS, enc.any([{"events": {"open": "two"}}]))
    yield case("record-loss-second-record-broken", LOSS, enc.any([{}, {"reason": 1}]))
    yield case("record-meta-version-of-3", META, enc.any({"version": [1, 0, 0]}))
    yield case("record-meta-version-beyond-a-byte", META, enc.any({"version": [1, 256]}))
    yield case("record-meta-version-negative", META, enc.any({"version": [-1, 0]}))
    yield case("record-meta-other-version-and-more-bytes", META, enc.any({"version": [1, 4]}) + b"\x80")
    yield case("record-meta-version-text", META, enc.any({"version": "1.0"}))
    yield case("record-meta-command-text", META, enc.any({"command": "app"}))
    yield case("record-meta-redacted-int", META, enc.any({"redacted": 1}))
    yield case("record-meta-recorder-nil", META, enc.any({"recorder": None}))
    made = Trace("meta-second-frame").meta()
    made.frame(META, b"\x80").rows(good).end()
    yield Case(made.name, bytes(made.data), [(MALFORMED, made.parts[1].offset)], [0], trace=made)
    made = Trace("first-frame-data").rows(good).rows([Event("open", ["y"], 600)]).end()
    yield Case(made.name, bytes(made.data), [(MALFORMED, 36)], [1], trace=made)
    made = Trace("first-frame-unknown").frame(0x90, b"\xc0").rows(good).end()
    yield Case(made.name, bytes(made.data), [(MALFORMED, 36)], [0], trace=made)
    made = Trace("first-frame-end").end({"events": 0})
    yield Case(made.name, bytes(made.data), [(MALFORMED, 36)], [], closed=False, trace=made)
    for count in (0, 2, -1):
        made = Trace("end-counts-%d" % count).meta().rows(good).end({"events": count})
        yield Case(made.name, bytes(made.data), [(TOTALS, made.parts[2].offset)], [0], trace=made)
    for word, kind in (("data", DATA), ("process", PROCESS), ("loss", LOSS), ("end", END)):
        made = Trace("behind-end-%s" % word).meta().rows(good).end()
        at = len(made.data)
        if kind == DATA:
            made.rows([Event("open", ["x"], 800)])
        elif kind == END:
            made.frame(END, b"\x80")
        else:
            made.frame(kind, b"\x90")
        yield Case(made.name, bytes(made.data), [(AFTER_END, at)], [0], trace=made)


def forged():
    """A whole frame inside an argument: what a recorded program can put there."""
    for word, same in (("of-another-id", False), ("with-the-marks-only", None)):
        made = Trace("forged-frame-" + word).meta().rows([Event("open", ["a"], 500)])
        forger = Trace("forger").meta({"pid": 666}).rows([Event("open", ["forged"], 700)]).end()
        inside = bytes(forger.data[36:]) if same is False else b"\x9c\xd6\x46\xc1\x41\x52\xc1" * 30
        made.rows([Event("open", [inside], 600)]).rows([Event("open", ["b"], 700)]).end()
        part = made.parts[2]
        whole = bytes(made.data)
        # Whole, it is an argument as any other.
        yield Case(made.name + "-whole", whole, [], [0, 1, 2], trace=made)
        header = flipped(whole, part.offset + 50)
        yield Case(made.name + "-header-damaged", header, [(NO_FRAME, part.offset), (GAP, part.end)], [0, 2], trace=made)
        yield Case(made.name + "-payload-damaged", flipped(whole, part.end - 1), [(PAYLOAD, part.offset)], [0, 2], trace=made)
        cut = whole[: part.end - 30]
        yield Case(made.name + "-cut", cut, [(TRUNCATED, part.offset)], [0], closed=False, trace=made)


def tolerated():
    """What a writer does not write and a reader takes for what it says (T39)."""
    for word, entry, value in (
        ("float-32", b"\x91\xca\x3f\x80\x00\x00", [1.0]), ("uint-64", b"\x91\xcf" + b"\xff" * 8, [2**64 - 1]),
        ("long-int", b"\x91\xd3" + bytes(7) + b"\7", [7]), ("bigint-that-fits", b"\x91\xd4\2\5", [5]),
        ("bigint-with-sign-bytes", b"\x91\xc7\x0c\2\0\0\0\1" + bytes(8), [2**64]),
    ):
        name = "tolerated-" + word
        made = Trace(name).meta()
        kept = [Event("e", [value])]

        def change(data, entry=entry):
            data.columns[1].raw = b"\x91" + entry

        made.rows(kept, change=change).end()
        yield Case(name, bytes(made.data), [], [0], trace=made)
    # What is ignored need not be text where it says so (T44).
    name = "ignored-text-that-is-not-utf8"
    made = Trace(name).meta(more={"x": b"\xa2\xff\xfe", "y": b"\x91\xa1\x80"}).rows(
        kept, change=lambda d: [setattr(d, "tail", [b"\xa1\xff"]), setattr(d.columns[1], "tail", b"\xd9\1\x80")]
    ).end(more={"x": b"\xa1\xff"})
    yield Case(name, bytes(made.data), [], [0], trace=made)
    made = Trace("bigint-that-fits-as-an-argument").meta().rows([Event("e", [2**70])], change=lambda d: setattr(d.columns[1], "raw", b"\x91\xd4\2\5")).end()
    yield Case(made.name, bytes(made.data), [(MALFORMED, made.parts[1].offset)], [], trace=made)


def all_damaged():
    for group in (preambles, flips, truncations, frames, built, records, forged, tolerated):
        yield from group()
