"""The valid traces: one a feature, and features together."""

import base64
import struct

import encoding as e
from encoding import Big, Float, Object, Pairs, RawStr, Redacted, Truncated
from model import *

OPEN = [Event("open", ["/etc/hosts", "r", 524288], 1000)]
STEPS = [
    Event("open", ["/etc/hosts", "r", 524288], 1000, (0, 7, 7), ("app.py", 3, "main")),
    Event("socket.connect", [["10.0.0.1", 443], 0.5], 1000, (1, 8, 9), ("app.py", 4, "send")),
    Event("import", [], 2500, (0, 7, 7)),
    Event("open", ["/tmp/x", None, 577], 4000, (0, 7, 10), ("app.py", 3, "main")),
]


def many(rows=48, name="open"):
    """Rows that repeat, so that every column gets smaller by compressing it."""
    return [
        Event(name, ["/etc/hosts.d/%d" % (i % 12), i % 3 * 7, i % 2 + 1.5], 1000 + 50 * i, (0, 7, 7), ("a.py", 70000, "function_%d" % (i % 12)))
        for i in range(rows)
    ]


def whole(name, events, **options):
    return Trace(name, offset=options.get("offset", OFFSET)).meta().rows(
        events, **{k: v for k, v in options.items() if k != "offset"}
    ).end()


def codecs():
    columns = {
        "dictionary": 1, "shapes": 2, "shape-of-row": 3, "times": 4, "threads": 5, "thread-of-row": 6, "callers": 7,
        "caller-of-row": 8, "str-argument": 256, "int-argument": 257, "float-argument": 258,
    }
    events = many(40)
    for i, x in enumerate(events):
        x.thread = (0, 7, 1000 + i % 20)
    # Shapes that no row has make the column long enough to be worth a codec.
    spare = [("open", (e.STR,) * n) for n in range(6, 16)]
    for codec, word in ((1, "lz4"), (2, "deflate")):
        for column, number in columns.items():
            trace = whole("codec-%s-%s" % (word, column), events[:24], codecs={number: codec}, extra_shapes=spare)
            assert trace.index_rows[0][3].columns[number].codec == codec, trace.name
            yield trace
        yield whole("codec-%s-everywhere" % word, events, codec=codec, extra_shapes=spare)
    yield whole("codec-none", events[:8])
    yield whole("codec-mixed", events, codecs={1: 2, 2: 1, 3: 2, 4: 1, 256: 1, 257: 2}, extra_shapes=spare)
    long = [Event("open", [bytes(range(40)) + b"abcd" * 200 + bytes(range(40))])]
    yield whole("codec-lz4-long-lengths", long, codec=1)
    yield whole("codec-deflate-long-lengths", long, codec=2)
    for word, change in (
        ("lz4-literals", literals),
        ("deflate-stored", stored_block),
        ("deflate-two-blocks", lambda column: stored_block(column, 2)),
    ):
        # The other columns get smaller, so that the frame does not grow (T12).
        yield whole("codec-" + word, events, codec=2, extra_shapes=spare, change=lambda d: change(d.columns[1]))
    yield whole("codec-deflate-dynamic", [Event("open", ["the quick brown fox jumps over the lazy dog " * 8])], change=dynamic)


def literals(column):
    """An LZ4 block that shrinks nothing: allowed to a writer nowhere, but read (T24 binds writers)."""
    count = len(column.raw) - 15
    column.codec, column.stored = 1, b"\xf0" + b"\xff" * (count // 255) + bytes([count % 255]) + column.raw


def stored_block(column, parts=1):
    size = -(-len(column.raw) // parts)
    column.codec, column.stored = 2, b""
    for i in range(parts):
        part = column.raw[i * size : (i + 1) * size]
        column.stored += struct.pack("<BHH", i == parts - 1, len(part), len(part) ^ 0xFFFF) + part


def dynamic(data):
    """A block with codes of its own, which only a large library writes: kept as it came from zlib."""
    data.columns[1].codec = 2
    data.columns[1].stored = base64.b64decode(DYNAMIC)


DYNAMIC = "m3iLMaEkI1WhsDQzOVshqSi/PE8hLb9CIas0t6BYIb8stUgBJJ2TWFWpkJKfrjCqlnS1AA=="


FORMS = {
    "width-0": 0, "width-1": 1, "width-2": 2, "width-4": 4, "width-8": 8,
    "planes-0": 0x20, "planes-1": 0x21, "planes-2": 0x22, "planes-4": 0x24, "planes-8": 0x28,
    "table-0": 0x10, "table-1": 0x11, "table-2": 0x12,
    "table-planes-0": 0x30, "table-planes-1": 0x31, "table-planes-2": 0x32,
}


def forms():
    for word, form in FORMS.items():
        same = form & 15 == 0
        ints = [5] * 5 if same else [3, 200, 7, 7, 150]
        wide = {2: 60000, 4: 4 * 10**9, 8: 2**63 - 1}.get(form & 15)
        if wide:
            ints[1] = wide
        yield whole("packed-int-" + word, [Event("e", [x], 1000 + i) for i, x in enumerate(ints)], forms={256: form})
        negative = [x - 2**40 if x < 2**62 else x for x in ints]
        if form & 15 != 8:
            low = [Event("e", [x], 1000 + i) for i, x in enumerate(negative)]
            yield whole("packed-negative-" + word, low, forms={256: form})
        texts = ["a"] * 5 if same else ["a", "b", "c", "b", "a"]
        yield whole("packed-str-" + word, [Event("e", [x], 1000 + i) for i, x in enumerate(texts)], forms={256: form})
        floats = [0.1] * 5 if same else [0.1, -2.5, 1e300, 0.1, 0.0]
        if form & 15 in (0, 8) or form & 16:
            values = [Event("e", [x], 1000 + i) for i, x in enumerate(floats)]
            yield whole("packed-float-" + word, values, forms={256: form})
        threads = [(0, 7, 7)] * 5 if same else [(0, 7, 7), (0, 7, 8), (1, 9, 9), (0, 7, 8), (2, 4, 4)]
        rows = [Event("e", [], 1000 + i, x) for i, x in enumerate(threads)]
        yield whole("packed-thread-" + word, rows, forms={6: form})
        callers = [("a.py", 1, "f")] * 5 if same else [("a.py", 1, "f"), None, ("b.py", 2, "f"), None, ("a.py", 9, "g")]
        rows = [Event("e", [], 1000 + i, caller=x) for i, x in enumerate(callers)]
        yield whole("packed-caller-" + word, rows, forms={8: form})
    yield whole("packed-base-wraps", [Event("e", [x], 1000 + i) for i, x in enumerate([-5, 0, 9])], forms={256: 8}, bases={256: 5})
    extremes = [Event("e", [x], 1000 + i) for i, x in enumerate([-(2**63), 2**63 - 1, 0])]
    yield whole("packed-extremes-width-8", extremes, forms={256: 8})
    yield whole("packed-extremes-table", extremes, forms={256: 0x11})

    def table(data):
        values = [5 + i * 10**12 for i in range(300)]
        data.columns[256].raw = struct.pack("<BH300q3H", 0x12, 300, *values, 0, 299, 256)

    rows = [Event("e", [5 + i * 10**12], 1000) for i in (0, 299, 256)]
    yield whole("packed-table-of-300", rows, change=table, codec=2)
    yield whole("packed-str-wide-base", [Event("e", [x], 1000) for x in "abc"], forms={256: 8}, bases={256: 2**40})


def times():
    for unit in (1, 7, 10, 1000, 10**6, 10**9, 2**40):
        rows = [Event("e", [i], 5 * unit + unit * i * i) for i in range(5)]
        yield whole("time-unit-%d" % unit, rows, unit=unit)
    yield whole("time-one-row", OPEN, unit=1000)
    yield whole("time-all-equal", [Event("e", [i], 77) for i in range(4)])
    yield whole("time-equal-by-process", [Event("e", [i], 77, (i // 2, 5, 5)) for i in range(5)])
    yield whole("time-long-step", [Event("e", [], 0), Event("e", [], 2**62)])
    yield whole("time-epoch", [Event("e", [], 0)], offset=0)
    yield whole("time-before-epoch", [Event("e", [], 0), Event("e", [], 5)], offset=-(10**15))
    yield whole("time-before-boot", [Event("e", [], -500), Event("e", [], 500)])
    yield whole("time-offset-wraps", [Event("e", [], 2**63 - 10), Event("e", [], 2**63 - 1)], offset=2**63 - 2000)
    yield whole("time-first-moment", [Event("e", [], 0)], offset=-(2**63))
    yield whole("time-last-moment", [Event("e", [], 0)], offset=2**63 - 1)

    def padded(data):
        data.columns[4].raw = e.leb128(1, 10) + e.leb128(1500, 4) + e.leb128(0, 10)

    yield whole("time-long-leb128", [Event("e", [], 0), Event("e", [], 1500), Event("e", [], 1500)], change=padded)


NAN = Float(bytes.fromhex("7ff8000000000000"))
KINDS = {
    "nil": [None],
    "bool": [False, True],
    "int": [0, 1, -1, 127, 128, -32, -33, 255, 256, 65535, 65536, 2**31, 2**32, -(2**31) - 1, 2**63 - 1, -(2**63)],
    "float": [0.0, -0.0, 1.0, 0.1, -2.5e-5, 1e300, 5e-324, 123456789012345680.0, float("inf"), float("-inf")],
    "nan": [NAN, Float(bytes.fromhex("fff8000000000000")), Float(bytes.fromhex("7ff0000000000001"))],
    "str": ["", "a", "x" * 31, "x" * 32, "x" * 255, "x" * 256, "ä€😀", "\0\n\"\\\x7f", "\ufeff", "$bytes"],
    "bytes": [b"", b"\0", b"\xc1" * 5, bytes(range(256)), b"x" * 255],
    "list": [[], [1], [1, "a", None], list(range(15)), list(range(16)), [[[]], {}]],
    "map": [{}, {"a": 1}, {"b": [], "a": {"c": None}}, {str(i): i for i in range(16)}],
    "map-other-keys": [
        Pairs([(1, 2)]), Pairs([("a", 1), ("a", 2)]), {"$a": 1}, Pairs([(None, 0), (True, 1), (1.5, 2), (b"k", 3)]),
        Pairs([([1], "list"), ({}, "map"), (RawStr(b"\xff"), 0), (Big(2**70), 0)]),
    ],
    "rawstr": [RawStr(b"\xff"), RawStr(b"a\xed\xa0\x80b"), RawStr(b"\xff" * 17), RawStr(b"\x80" * 300)],
    "bigint": [2**63, -(2**63) - 1, 2**64, -(2**127), 2**127 - 1, 10**40, 2**2000],
    "bigint-longest": [2**32767 - 1, -(2**32767)],
    "truncated": [
        Truncated(("str", 90000, b"\1\2\3\4", "head")), Truncated(("bytes", 5, b"", b"\0")),
        Truncated(("list", 2**40, b"\xff" * 32, [1, 2])), Truncated(("map", 300, b"d", {"a": 1})),
        Truncated(("rawstr", 0, b"d", RawStr(b"\xff"))), Truncated(("bigint", 5000, b"d", None)),
    ],
    "object": [
        Object(("socket", 0x7F00, [("fd", 3), ("family", 2)])), Object(("", 0, [])), Object(("x", -1, [])),
        Object(("code", 2**63 - 1, [("type", "t"), ("identity", 1), ("$a", None), ("file", {"a": [1]})])),
    ],
    "redacted": [Redacted(("env", 40, "p1")), Redacted(("", 0, "")), ["key=", Redacted(("token", 2**40, "q")), "&x"]],
}


def nested(value, depth, wrap):
    for _ in range(depth):
        value = wrap(value)
    return value


def values():
    for word, examples in KINDS.items():
        yield whole("value-" + word, [Event("e", [x], 1000 + i) for i, x in enumerate(examples)])
        if word == "bigint-longest":
            continue
        yield whole("value-%s-in-list" % word, [Event("e", [list(examples)])], codec=1)
        yield whole("value-%s-in-map" % word, [Event("e", [{str(i): x for i, x in enumerate(examples)}])], codec=2)
        one = examples[0]
        yield whole("value-%s-in-object" % word, [Event("e", [Object(("t", 1, [("f", one)]))])])
        yield whole("value-%s-in-truncated" % word, [Event("e", [Truncated(("list", 9, b"d", [one]))])])
    for word, wrap in (
        ("lists", lambda v: [v]),
        ("maps", lambda v: {"k": v}),
        ("keys", lambda v: Pairs([(v, 0)])),
        ("truncated", lambda v: Truncated(("list", 1, b"", v))),
        ("objects", lambda v: Object(("o", 1, [("f", v)]))),
    ):
        yield whole("depth-64-" + word, [Event("e", [nested("x", 64, wrap)])], codec=1)
    mixed = nested(1, 16, lambda v: [{"k": Object(("o", 1, [("f", Truncated(("list", 1, b"", v)))]))}])
    yield whole("depth-64-mixed", [Event("e", [mixed])], codec=1)
    together = [x[-1] for x in KINDS.values() if x is not KINDS["bigint-longest"]]
    yield whole("value-all-in-one-event", [Event("e", together)], codec=1)
    yield whole("value-kinds-change", [Event("e", [x], 1000 + i) for i, x in enumerate(together)], codec=1)


def shapes():
    yield whole("arguments-none", [Event("import", [], 1000 + i) for i in range(3)])
    yield whole("arguments-no-columns", [Event("e", [None, True, False], 1000 + i) for i in range(3)])
    yield whole("arguments-200", [Event("e", [i % 5 for i in range(200)])], codec=1, pads={})
    yield whole("arguments-counts", [Event("e", list(range(i)), 1000 + i) for i in range(6)])
    names = [("n%03d" % i, ()) for i in range(256)]
    ends = [Event("n000", [], 1000), Event("n255", [], 1000), Event("n003", [], 1001)]
    yield whole("shapes-256", ends, extra_shapes=names, codec=2)
    yield whole("shapes-257", ends + [Event("z", [], 2000)], extra_shapes=names, codec=2)
    kinds = [None, True, 1, 1.5, "s", b"b", [1]]
    rows = [Event("e", [kinds[i % 7], kinds[i // 7]], 1000 + i) for i in range(49)]
    yield whole("shapes-49-by-kinds", rows, codec=2)
    spare = [("open", (e.STR, e.INT)), ("spare", ()), ("spare", (e.FLOAT, e.NIL))]
    yield whole("shapes-without-rows", OPEN, extra_shapes=spare)
    yield whole("names-sorted-by-bytes", [Event(n, [], 1000) for n in ["é", "z", "Z", "a.b", "a", "", "😀", "\uffff"]])
    yield whole("name-long", [Event("n" * 300, [])])
    yield whole("dictionary-shared", [Event("e", ["same", "same"], caller=("same", 1, "same")), Event("same", ["same"])])
    yield whole("dictionary-unused", OPEN, change=lambda d: spare_entry(d))
    yield whole("dictionary-of-100", [Event("e", ["s%d" % i], 1000 + i) for i in range(100)], codec=2)


def spare_entry(data):
    data.columns[1].raw = bytes([data.columns[1].raw[0] + 1]) + data.columns[1].raw[1:] + e.Encoder().str("nobody's")


def callers():
    where = [None, ("a.py", 0, "f"), ("a.py", 2**31 - 1, "f"), ("", 1, ""), ("b/ü.py", 1, "<module>")]
    for word, rows in (
        ("none", [None] * 3), ("all", where[1:]), ("some", where), ("one", where[1:2]), ("last", [None, None, where[4]]),
    ):
        yield whole("callers-" + word, [Event("e", [i], 1000 + i, caller=x) for i, x in enumerate(rows)])

    def unused(data):
        data.columns[7] = Column(e.Encoder().array(0))
        data.columns[8] = Column(e.packed([0]))

    yield whole("callers-empty-column", OPEN, change=unused)
    threads = [(0, 1, 1), (0, 1, 2), (1, 2**31 - 1, 2**63 - 1), (2, 0, 0), (3, -1, -(2**63))]
    yield whole("threads-and-processes", [Event("e", [i], 1000 + i, x) for i, x in enumerate(threads * 2)])
    yield whole("threads-same-pid-again", [Event("e", [i], 1000 + i, (i, 5, 5)) for i in range(3)])
    yield whole("threads-20", [Event("e", [], 1000 + i, (0, 7, i)) for i in range(20)], codec=1)


def records():
    full = {
        "version": [1, 0], "recorder": "auditrules-native", "recorderVersion": "1.2.3", "runtime": "CPython",
        "runtimeVersion": "3.11.2", "platform": "linux-x64", "command": ["python3", "app.py", "--ü"], "pid": 7,
        "parentPid": 6, "wallClock": OFFSET + 500, "monotonicClock": 500, "profile": "security",
        "include": ["open"], "exclude": ["import", "a*"], "drop": [], "environment": "keys", "redacted": True,
        "callers": True, "runId": "00ff", "commit": "abc", "boot": "b-1", "host": "h", "user": "u", "directory": "/d", "blind": ["x"], "derived": "cut", "sources": ["0" * 32],
    }
    yield Trace("meta-full").meta(full).rows(OPEN).end()
    yield Trace("meta-backwards").meta(dict(reversed(list(full.items())))).rows(OPEN).end()
    for key in full:
        yield Trace("meta-only-" + key).meta({key: full[key]}).end()
    yield Trace("meta-part").meta({"runId": "00ff", "part": 2, "previous": "5:" + "0" * 64}).rows(OPEN).end({"events": 1, "continues": True})
    yield Trace("meta-unknown-keys").meta({"pid": 3}, more={"new": {"a": [1, None]}, "other": -1, "x": b"\xc4\x01\xc1"}).end()
    deep = b"\x91" * 500 + b"\xc0"
    yield Trace("meta-unknown-key-deep").meta({"pid": 3}, more={"deep": deep}).end()
    start = {"change": 0, "process": 0, "parent": -1, "pid": 7, "time": OFFSET + 5, "command": ["a", "b"]}
    exit = {"change": 3, "process": 0, "parent": -1, "pid": 7, "time": OFFSET + 9, "command": [], "exitCode": 137}
    for number, word in enumerate(CHANGES):
        record = dict(start, change=number, process=number)
        yield Trace("process-" + word).meta().process(record).rows(OPEN).end()
    yield Trace("process-facts").meta().process(dict(start, change=4, process=-1, facts=["environment", "e"])).rows(OPEN).end()
    yield Trace("process-many").meta().process(start, exit, {}).rows(OPEN).process(exit).rows(STEPS).end()
    yield Trace("process-empty").meta().process().process({}).end()
    yield Trace("process-exit-0").meta().process(dict(exit, exitCode=0)).process(dict(exit, exitCode=-1)).end()
    doubt = dict(exit, suspicion="end-not-seen", suspectFrom=OFFSET + 7)
    yield Trace("process-suspicion").meta().process(doubt).process(dict(doubt, suspicion="other", suspectFrom=0)).end()
    for key in exit:
        without = {k: v for k, v in exit.items() if k != key}
        yield Trace("process-without-" + key).meta().process(without).rows(OPEN).end()
    yield Trace("process-unknown-keys").meta().process(start, more={"new": [[]], "zz": {}}).end()
    loss = {"process": 0, "reason": "disk-full", "count": 3, "from": OFFSET, "to": OFFSET + 7, "events": {"open": 2, "e": 1}}
    for key in loss:
        yield Trace("loss-without-" + key).meta().loss({k: v for k, v in loss.items() if k != key}).rows(OPEN).end()
    reasons = [
        "disk-full", "file-limit", "descriptors", "access", "memory", "oversize", "busy", "internal", "other", "late",
        "damaged", "segment-missing", "late-start", "damage", "cut", "a reason of a later version", "",
    ]
    yield Trace("loss-reasons").meta().loss(*({"reason": reason, "count": i} for i, reason in enumerate(reasons))).end()
    yield Trace("loss-many").meta().loss(loss, {}).rows(OPEN).loss(loss).rows(STEPS).loss().end()
    yield Trace("loss-unknown-keys").meta().loss(loss, more={"new": b"\xc7\x03\x63abc"}).end()
    full_end = {"events": 0, "processes": 3, "raised": 50, "filtered": 40, "lost": 10}
    yield Trace("end-full").meta().end(full_end)
    yield Trace("end-empty-map").meta().end({})
    for key in full_end:
        yield Trace("end-without-" + key).meta().end({k: v for k, v in full_end.items() if k != key})
    yield Trace("end-unknown-keys").meta().rows(OPEN).end(more={"new": ["a", {"b": None}]})
    yield Trace("no-events").meta().end()


PADS = {"int": 8, "str": 4, "bin": 4, "array": 4, "map": 4}


def padded():
    for what, width in PADS.items():
        pads = {what: width}
        trace = Trace("padded-" + what).meta({"pid": 7, "command": ["a"]}, pads=pads)
        trace.process({"change": 0, "pid": 7, "command": ["a"]}, pads=pads).loss({"count": 1, "events": {"e": 1}}, pads=pads)
        yield trace.rows(STEPS, pads=pads).index(pads=pads).end(pads=pads)
    for what, width in (("str", 1), ("str", 2), ("bin", 2), ("array", 2), ("map", 2), ("int", 1), ("int", 2), ("int", 4)):
        yield Trace("padded-%s-%d" % (what, width)).meta({"pid": 7}, pads={what: width}).rows(STEPS, pads={what: width}).end()
    every = [x[0] for word, x in KINDS.items() if word != "bigint-longest"] + [Redacted(("a", 1, "b")), [1, "a"], {"k": b"v"}]
    for what, width in (("str", 4), ("bin", 4), ("array", 4), ("map", 4), ("ext", 1), ("ext", 2), ("ext", 4)):
        yield whole("padded-dictionary-%s-%d" % (what, width), [Event("e", every)], dictionary_pads={what: width})
    yield Trace("padded-all").meta({"pid": 7}, pads=PADS).rows(STEPS, pads=PADS, dictionary_pads={**PADS, "ext": 4}).end(pads=PADS)


def unknown():
    for kind in (0x82, 0x90, 0xFF):
        for word, payload in (("empty", b""), ("no-messagepack", b"\xc1\xc1"), ("map", b"\x81\xa1a\x01")):
            trace = Trace("unknown-frame-%02x-%s" % (kind, word)).meta().frame(kind, payload)
            yield trace.rows(OPEN).frame(kind, payload).end().frame(kind, payload)
    yield Trace("unknown-frame-with-counts").meta().frame(0x99, b"\xc0", events=7, raw=5000).rows(OPEN).end()
    for flags in (1, 0x8000, 0xFFFF):
        trace = Trace("compatible-flags-%04x" % flags).meta(compatible=flags).process({}, compatible=flags)
        trace.loss({}, compatible=flags).rows(STEPS, header={"compatible": flags})
        yield trace.frame(0x90, b"\xc0", compatible=flags).end(compatible=flags)

    def column(numbers, codec=0):
        def change(data):
            for number in numbers:
                data.columns[number] = Column(b"\xc1 any bytes any bytes any bytes any bytes", codec)
        return change

    for number in (128, 200, 255):
        for codec in (0, 1, 2):
            yield whole("unknown-column-%d-codec-%d" % (number, codec), STEPS, change=column([number], codec))
    yield whole("unknown-columns-all", STEPS, change=column(range(128, 256)), pads={}, codec=1)

    def broken(data):
        data.columns[130] = Column(b"x" * 50, 1)
        data.columns[130].stored, data.columns[130].length = b"\xff\xff", 50

    yield whole("unknown-column-that-does-not-inflate", STEPS, change=broken)

    def trailing(items):
        def change(data):
            data.tail = items
        return change

    for word, items in (("nil", [b"\xc0"]), ("two", [b"\x01", b"\xa1a"]), ("deep", [b"\x91" * 300 + b"\x90"]), ("ext", [b"\xd4\x63x"])):
        yield whole("trailing-items-" + word, STEPS, change=trailing(items))

    def column_tail(data):
        for column in data.columns.values():
            column.tail = b"\x82\xa1a\x01\x02\x93\x01\x02\x03"

    yield whole("trailing-items-of-columns", STEPS, change=column_tail)
    for minor in (1, 7, 255):
        yield Trace("minor-version-%d" % minor, minor).meta({"version": [1, minor]}).rows(OPEN).end()
    trace = Trace("minor-version-7-with-everything-new", 7).meta({"version": [1, 7]}, more={"new": 1}, compatible=3)

    def everything(data):
        column([128, 255])(data)
        column_tail(data)
        data.tail, data.watermark = [b"\xc3"], data.last - 100

    trace.frame(0xA0, b"new").process({"pid": 3}, more={"new": 1}).rows(STEPS, change=everything, header={"compatible": 8})
    yield trace.loss({}, more={"new": 1}).end(more={"new": 1}).frame(0xA1, b"new")


def structure():
    yield Trace("unclosed-only-meta").meta()
    yield Trace("unclosed-with-events").meta().rows(OPEN)
    yield Trace("unclosed-behind-records").meta().rows(OPEN).process({"pid": 3}).loss({"count": 1})
    yield Trace("unclosed-with-index").meta().rows(OPEN).index()
    yield Trace("unclosed-with-checkpoint").meta().rows(OPEN).checkpoint()
    for count in (2, 3, 10, 40):
        trace = Trace("frames-%d" % count).meta()
        for i in range(count):
            trace.rows([Event("e%d" % (i % 3), [i], 1000 + 10 * i)])
        yield trace.index().end() if count == 10 else trace.end()
    trace = Trace("frames-touch").meta()
    for i in range(3):
        trace.rows([Event("e", [i], 1000 + 5 * i), Event("e", [i], 1000 + 5 * (i + 1))])
    yield trace.end()
    trace = Trace("frames-of-other-codecs").meta()
    for codec in (0, 1, 2):
        trace.rows([Event("e", ["x" * 60], 1000 + codec)], codec=codec)
    yield trace.end()
    yield Trace("records-between-frames").meta().rows(OPEN).process({"pid": 3}).loss({"count": 1}).rows(STEPS).end()
    yield Trace("index").meta().rows(OPEN).rows(STEPS[2:]).index().end()
    names = [Event("n%02d" % i, [], 1000 + i) for i in range(20)]
    again = [Event("n%02d" % (2 * i), [], 1008) for i in range(3)]
    yield Trace("index-20-names").meta().rows(names[:9]).rows(again + names[9:14]).rows(names[14:] + [Event("n00", [], 1100)]).index().end()
    yield Trace("index-empty").meta().index().end()
    yield Trace("index-unknown").meta().rows(OPEN).index(more={"new": [1]}, tail=(None, "x")).end()
    yield Trace("index-not-last").meta().rows(OPEN).index(named=False).process({"pid": 1}).end()
    yield Trace("checkpoint").meta().rows(OPEN).end().checkpoint()
    yield Trace("checkpoint-between").meta().rows(OPEN).checkpoint().rows(STEPS).checkpoint().end().checkpoint()
    yield Trace("checkpoint-and-index").meta().rows(OPEN).checkpoint().index().end().checkpoint()
    signature = "\u2014 somebody.example MDEyMzQ1Njc4OQ=="
    yield Trace("checkpoint-signed-by-others").meta().rows(OPEN).end().checkpoint().checkpoint([signature, signature])
    yield Trace("checkpoint-further-lines").meta().rows(OPEN).end().checkpoint([], "a further line\n", {"new": 1})
    many_leaves = Trace("checkpoint-many-leaves").meta()
    for i in range(12):
        many_leaves.loss().checkpoint()
    yield many_leaves.end().checkpoint()


def bases():
    """The dump in trace.md, and what the damaged traces are made of."""
    trace = Trace("three-events", trace_id=bytes(range(16))).meta({"pid": 7})
    rows = [Event("open", ["/etc/hosts", 0], 1000), Event("import", [], 1500), Event("open", ["a", 577], 2500)]
    yield trace.rows(rows, unit=500).end()
    yield everything("base-every-frame")
    yield three("base-three-frames")


def everything(name):
    trace = Trace(name).meta({"pid": 7}).process({"pid": 7}).loss({"count": 2, "reason": "busy"})
    trace.rows(OPEN).frame(0x90, b"\xa3new").rows([Event("import", ["os"], 3000)])
    return trace.checkpoint().index().end().checkpoint()


def three(name):
    trace = Trace(name).meta()
    for start in (0, 10000, 20000):
        rows = [Event(x.name, x.args, x.mono + start, x.thread, x.caller) for x in STEPS]
        trace.rows(rows[:3] if start else rows)
    return trace.end()


def all_valid():
    for group in (bases, codecs, forms, times, values, shapes, callers, records, padded, unknown, structure):
        yield from group()
