"""Reads segments by docs/spec/segment.md alone: an independent check of what hooks write.

    python3 read_segment.py FOLDER-OR-FILE...    one JSON object a line: images, events, damage

Needs Python 3.8 and nothing else. As a module: read_folder(path) gives a list of Image.
"""

import json
import os
import re
import struct
import sys

MAGIC = b"ARSEG\r\n\x1a"
HEADER = struct.Struct("<8sHHIQIIQQQIBBBBQqQq")
LOSSES = ["disk-full", "file-limit", "descriptors", "access", "memory", "oversize", "busy", "internal"]
NAME = re.compile(r"^(\d+)-([0-9a-f]{16})-(\d{6,})\.seg$")


class Damage(Exception):
    pass


class Ext(tuple):
    """An extension value: a name and its parts."""


class Reader:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Damage("value ends behind its block")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def sized(self, width):
        return self.number({1: ">B", 2: ">H", 4: ">I"}[width])

    def array(self, count, depth):
        if count > len(self.data) - self.at:
            raise Damage("array longer than its block")
        return [self.value(depth + 1) for _ in range(count)]

    def map(self, count, depth):
        if 2 * count > len(self.data) - self.at:
            raise Damage("map longer than its block")
        return Ext(("map", [(self.value(depth + 1), self.value(depth + 1)) for _ in range(count)]))

    def text(self, count):
        try:
            return self.take(count).decode("utf-8")
        except UnicodeDecodeError:
            raise Damage("str is not UTF-8")

    def ext(self, count, depth):
        kind = self.number(">b")
        body = self.take(count)
        if kind == 1:
            try:
                body.decode("utf-8")
            except UnicodeDecodeError:
                return Ext(("raw", body))
            raise Damage("raw str is UTF-8")
        if kind == 2:
            if len(body) < 9:
                raise Damage("big integer is small")
            return int.from_bytes(body, "big", signed=True)
        names = {3: ("truncated", 4), 4: ("object", 3), 5: ("redacted", 3)}
        if kind not in names:
            raise Damage("extension %d" % kind)
        inner = Reader(body)
        parts = inner.value(depth + 1)
        if inner.at != len(body) or not isinstance(parts, list) or len(parts) != names[kind][1]:
            raise Damage("body of extension %d" % kind)
        return Ext((names[kind][0],) + tuple(parts))

    def value(self, depth=0):
        if depth > 40:
            raise Damage("too deep")
        b = self.number(">B")
        if b < 0x80:
            return b
        if b >= 0xE0:
            return b - 256
        if b < 0x90:
            return self.map(b & 15, depth)
        if b < 0xA0:
            return self.array(b & 15, depth)
        if b < 0xC0:
            return self.text(b & 31)
        if b in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[b]
        if b in (0xC4, 0xC5, 0xC6):
            return bytes(self.take(self.sized(1 << (b - 0xC4))))
        if b in (0xC7, 0xC8, 0xC9):
            return self.ext(self.sized(1 << (b - 0xC7)), depth)
        if 0xCA <= b <= 0xD3:
            return self.number([">f", ">d", ">B", ">H", ">I", ">Q", ">b", ">h", ">i", ">q"][b - 0xCA])
        if 0xD4 <= b <= 0xD8:
            return self.ext(1 << (b - 0xD4), depth)
        if b in (0xD9, 0xDA, 0xDB):
            return self.text(self.sized(1 << (b - 0xD9)))
        if b in (0xDC, 0xDD):
            return self.array(self.sized(2 << (b - 0xDC)), depth)
        if b in (0xDE, 0xDF):
            return self.map(self.sized(2 << (b - 0xDE)), depth)
        raise Damage("byte 0x%02x" % b)


class Event:
    __slots__ = ("name", "args", "time", "thread", "caller", "line", "place")

    def __init__(self, name, args, time, thread, caller, line, place):
        self.name, self.args, self.time, self.thread = name, args, time, thread
        self.caller, self.line, self.place = caller, line, place


class Segment:
    """One file. `uncommitted` counts blocks that were reserved and never finished (S21)."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.path, self.events, self.damage, self.uncommitted = path, [], [], 0
        self.empty = len(data) < 4096 or data[:8] == bytes(8)
        if self.empty:
            return
        (magic, self.major, self.minor, first, size, self.pid, self.parent, self.nonce, self.parent_nonce,
         self.ticks, self.sequence, self.hook, self.reason, self.environment, self.flags, self.mono, self.wall,
         self.image_mono, self.image_wall) = HEADER.unpack_from(data)
        if magic != MAGIC or self.major != 1:
            raise Damage("not a segment of version 1")
        if first != 4096 or size != len(data) or size % 4096:
            raise Damage("size %d in the header, %d in the file" % (size, len(data)))
        name = NAME.match(os.path.basename(path))
        if not name or (int(name[1]), int(name[2], 16), int(name[3])) != (self.pid, self.nonce, self.sequence):
            raise Damage("the name does not fit the header")
        self.state, = struct.unpack_from("<I", data, 128)
        self.ended, = struct.unpack_from("<Q", data, 136)
        self.filtered, = struct.unpack_from("<Q", data, 192)
        self.lost = {n: c for n, c in zip(LOSSES, struct.unpack_from("<8Q", data, 256)) if c}
        map_size, = struct.unpack_from("<I", data, 512)
        start = Reader(data[516:516 + map_size]).value()
        self.start = dict(start[1])
        self.codes = {}
        self.blocks(data)

    def blocks(self, data):
        names, codes = {}, self.codes
        at = 4096
        while len(data) - at >= 16:
            length, commit = struct.unpack_from("<II", data, at)
            if length == 0:
                break
            if length % 8 or length < 16 or length > len(data) - at:
                self.damage.append((at, "block length %d" % length))
                break
            if commit == 0:
                self.uncommitted += 1
            elif commit & 0xFFFFFFF8 != 0xA5D10000:
                self.damage.append((at, "commit word 0x%08x" % commit))
            else:
                try:
                    self.records(data[at + 8:at + length - (commit & 7)], at, names, codes)
                except Damage as damage:
                    self.damage.append((at, str(damage)))
            at += length
        self.used = at

    def records(self, payload, at, names, codes):
        reader = Reader(payload)
        while reader.at < len(payload):
            record = reader.value()
            if not isinstance(record, list) or not record:
                raise Damage("record is no array")
            if record[0] == 1:
                _, time, thread, name, code, line, args = record[:7]
                if isinstance(name, int):
                    if name not in names:
                        raise Damage("name %d is not defined" % name)
                    name = names[name]
                if code is not None and code not in codes:
                    raise Damage("code %d is not defined" % code)
                caller = None if code is None else codes[code]
                self.events.append(Event(name, args, time, thread, caller, line, at))
            elif record[0] == 2:
                if names.setdefault(record[1], record[2]) != record[2]:
                    raise Damage("name %d has two contents" % record[1])
            elif record[0] == 3:
                if codes.setdefault(record[1], tuple(record[2:5])) != tuple(record[2:5]):
                    raise Damage("code %d has two contents" % record[1])


class Image:
    """All segments of one nonce, in order."""

    def __init__(self, segments):
        self.segments = sorted(segments, key=lambda s: s.sequence)
        first = self.segments[0]
        self.pid, self.nonce, self.parent_nonce, self.parent = (first.pid, first.nonce, first.parent_nonce,
                                                               first.parent)
        self.ticks, self.reason, self.hook, self.start = first.ticks, first.reason, first.hook, first.start
        self.began = first.image_mono
        self.events = [e for s in self.segments for e in s.events]
        self.damage = [(s.path,) + d for s in self.segments for d in s.damage]
        self.damage += [(s.path, 0, "sequence %d is missing" % i)
                        for i, s in enumerate(self.segments) if s.sequence != i][:1]
        codes = {}
        self.damage += [(s.path, 0, "code %d has two contents in its image" % i)
                        for s in self.segments for i, code in s.codes.items() if codes.setdefault(i, code) != code]
        self.uncommitted = sum(s.uncommitted for s in self.segments)
        self.filtered = sum(s.filtered for s in self.segments)
        self.lost = {}
        for s in self.segments:
            for reason, count in s.lost.items():
                self.lost[reason] = self.lost.get(reason, 0) + count
        self.closed = self.segments[-1].state == 2


def read_folder(path):
    files = sorted(os.path.join(path, f) for f in os.listdir(path) if NAME.match(f))
    return read_files(files)


def read_files(files):
    images = {}
    for file in files:
        segment = Segment(file)
        if not segment.empty:
            images.setdefault((segment.pid, segment.nonce), []).append(segment)
    return sorted((Image(s) for s in images.values()), key=lambda i: i.began)


def plain(value):
    """A value as JSON can hold it."""
    if isinstance(value, Ext):
        if value[0] == "map":
            return {"$map": [[plain(k), plain(v)] for k, v in value[1]]}
        return {"$" + value[0]: [plain(v) for v in value[1:]]}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, int) and not isinstance(value, bool) and not -(2 ** 63) <= value < 2 ** 63:
        return {"$int": str(value)}
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"$float": str(value)}
    return value


def main(paths):
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    files = []
    for path in paths:
        if os.path.isdir(path):
            files += sorted(os.path.join(path, f) for f in os.listdir(path) if NAME.match(f))
        else:
            files.append(path)
    bad = 0
    for image in read_files(files):
        print(json.dumps({"image": "%016x" % image.nonce, "pid": image.pid, "parent": image.parent,
                          "parentImage": "%016x" % image.parent_nonce, "reason": image.reason, "hook": image.hook,
                          "ticks": image.ticks, "segments": len(image.segments), "events": len(image.events),
                          "filtered": image.filtered, "lost": image.lost, "closed": image.closed,
                          "uncommitted": image.uncommitted,
                          "start": {k: plain(v) for k, v in image.start.items()}}))
        for e in image.events:
            print(json.dumps({"pid": image.pid, "time": e.time, "thread": e.thread, "event": plain(e.name),
                              "args": plain(e.args), "line": e.line,
                              "caller": None if e.caller is None else [plain(v) for v in e.caller]}))
        for path, at, what in image.damage:
            bad = 3
            print(json.dumps({"damage": what, "file": os.path.basename(path), "offset": at}))
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
