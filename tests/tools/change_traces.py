"""Makes traces that were changed at random under checksums that hold, for readers to be compared on.

    python3 change_traces.py SEED COUNT FOLDER    writes COUNT files into FOLDER; the same SEED gives the same files

What breaks the format and what does not is for the readers to say. Needs recordings/conformance beside tests.
"""

import os
import random
import struct
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "recordings", "conformance"))

import encoding as e
from model import *

TELLING = bytes.fromhex("00011f207f808f909fa0bfc0c1c2c4c6c7c9cacbcccfd0d3d4d8d9dbdcdddedfe0ff")
VALUES = [
    "/etc/hosts", "a", b"xyz", e.RawStr(b"\xff\xfe"), e.Big(2**70), e.Truncated(("str", 9, b"dd", "he")),
    e.Object(("sock", 77, [("fd", 3), ("x", [1, "q"])])), e.Redacted(("str", 4, "pp")), [1, 2, ["x", {"k": None}]],
    {"a": 1, "b": [True, 1.5]}, 1, 2.5, None, True, -5, 2**40,
]
CALLERS = [None, ("f.py", 3, "g"), ("h.py", 0, "a")]
IDS = [-1, 0, 1, 3, 7, 8, 9, 127, 128, 255, 256, 257, 300, 2**31, 2**32, -(2**63)]
CODECS = [0, 1, 2, 3, -1, 255, 256, 2**31, 2**32, 2**63 - 1]
LENGTHS = [0, 1, -1, 2**23, 2**23 + 1, 2**31, 2**32]
ITEMS = [b"\xc0", b"\xa1\xff", b"\xc1", b"\x91", b"\xa3abc"]


class Changing:
    def __init__(self, seed, number):
        self.random = random.Random(seed * 1_000_003 + number)
        self.name = "changed-%d-%d" % (seed, number)

    def one_of(self, choices):
        return self.random.choice(list(choices))

    def bytes(self, data):
        """One to three bytes put in, taken out, doubled or changed."""
        made = bytearray(data)
        for _ in range(self.random.randint(1, 3)):
            at, kind = self.random.randrange(len(made) + 1), self.random.randrange(7)
            length = self.random.randint(1, 4)
            if kind == 0:
                made.insert(at, self.one_of(TELLING))
            elif kind == 1:
                del made[at : at + length]
            elif kind == 2:
                made[at:at] = made[at : at + length]
            elif at < len(made):
                changes = (self.one_of(TELLING), made[at] ^ 1 << self.random.randrange(8), made[at] + 1 & 255, made[at] - 1 & 255)
                made[at] = changes[kind - 3]
        return bytes(made)

    def head(self, data):
        """Something of a DATA payload other than the content of its columns."""
        column = data.columns[self.one_of(data.columns)]
        column.finish()
        kind = self.random.randrange(10)
        if kind == 0:
            data.ordinal += self.one_of([1, -1, 2**61, 2**62])
        elif kind == 1:
            data.first += self.one_of([1, -1, -5000])
        elif kind == 2:
            data.last += self.one_of([1, -1])
        elif kind == 3:
            data.watermark = self.one_of([0, -1, 2**63 - 1, 2**63, "x"])
        elif kind == 4:
            data.offset += self.one_of([1, -1])
        elif kind == 5:
            self.random.shuffle(data.names)
            data.names.append(self.one_of(["zz", "a", b"\xff"]))
        elif kind == 6:
            old = self.one_of(data.columns)
            data.columns[self.one_of(IDS)] = data.columns.pop(old)
        elif kind == 7:
            column.tail = self.one_of(ITEMS)
            data.tail = [self.one_of(ITEMS)]
        elif kind == 8:
            column.codec = self.one_of(CODECS)
        else:
            column.length = self.one_of(LENGTHS)

    def column(self, codec):
        def change(data):
            column = data.columns[self.one_of(data.columns)]
            column.codec = codec
            if codec and self.random.randrange(4) == 0:
                column.finish()
                column.stored = self.bytes(column.stored)
            else:
                column.raw = self.bytes(column.raw)

        return change

    def events(self, mono):
        made = []
        for _ in range(self.random.randint(1, 6)):
            mono += self.one_of([0, 1, 500])
            args = [self.one_of(VALUES) for _ in range(self.random.randrange(4))]
            thread = (self.random.randrange(2), 7, self.one_of([7, 8]))
            made.append(Event(self.one_of(["open", "import", "exec"]), args, mono, thread, self.one_of(CALLERS)))
        return sorted(made, key=lambda event: (event.mono, event.thread[0]))

    def trace(self):
        which, enc = self.random.randrange(9), e.Encoder()
        may = lambda number, payload: self.bytes(payload) if which == number else payload
        made = Trace(self.name)
        made.frame(META, may(0, enc.any({"pid": 7, "version": [1, 0], "command": ["app"], "x": ["a", {"q": 1}]})))
        process = {"change": 1, "process": 0, "pid": 7, "time": 5, "command": ["a"], "exitCode": 3, "x": "y"}
        made.frame(PROCESS, may(1, enc.any([process])))
        loss = {"process": 0, "reason": "busy", "count": 3, "from": 1, "to": 2, "events": {"open": 1}, "x": "y"}
        made.frame(LOSS, may(2, enc.any([loss])))
        codec, changed = self.one_of([0, 0, 1, 2]), self.random.randrange(2)
        for number in range(2):
            change, header = None, {}
            if number == changed and which in (3, 4, 5):
                change = self.column(codec)
            elif number == changed and which == 6:
                change = self.head
            elif number == changed and which == 7:
                header = self.one_of([{"events": n} for n in (0, 1, 2, 65537)] + [{"raw": n} for n in (1, 500, 2**23 + 1)])
            made.rows(self.events(1000 * (number + 1) * 5), change=change, header=header, codec=codec)
            made.sequence += self.one_of([0] * 8 + [1, -1])
            if self.random.randrange(8) == 0:
                made.frame(self.one_of([META, PROCESS, LOSS, END, 0x90]), self.one_of(ITEMS), events=self.one_of([0, 3]))
        made.frame(END, may(8, enc.any({"events": made.events, "processes": 1, "x": "y"})))
        return bytes(made.data)


def main(seed, count, folder):
    number = made = 0
    while made < count:
        number += 1
        try:
            data = Changing(seed, number).trace()
        except (ValueError, AssertionError, OverflowError, struct.error):
            continue  # A number has no place where it should stand.
        made += 1
        with open(os.path.join(folder, "%05d.atrace" % made), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
