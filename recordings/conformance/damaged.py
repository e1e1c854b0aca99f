"""The damaged traces: each a whole one with one thing changed, and what a reader says of it.

A case is named after what was done. It is expected from the model: where frames stand and which events they give.
"""

import content
import valid
from case import *
from model import *

FIELDS = {
    "array": 0, "mark": 3, "type-code": 7, "type": 8, "compatible": 11, "incompatible": 13, "sequence": 19,
    "trace-id-code": 21, "trace-id": 30, "events": 42, "raw-length": 47, "stored-length": 52, "payload-checksum": 55,
    "header-checksum": 60, "bin-code": 63, "bin-length": 67,
}


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


def all_damaged():
    for group in (
        preambles, flips, truncations, frames, content.built, content.records, content.forged, content.tolerated,
    ):
        yield from group()
