"""Frames whose checksums hold and whose content does not, and what is taken although no writer writes it."""

import encoding as e
import valid
from case import *
from model import *


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
