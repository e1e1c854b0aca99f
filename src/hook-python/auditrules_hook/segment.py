"""The files that a recorded process writes (segment.md, sections 2 to 4)."""

import errno
import mmap
import os
import struct
import sys
import time

from . import redact
from .values import cut_text, put_array, put_cut, put_map, put_str, put_text, put_uint

MAGIC = b"ARSEG\r\n\x1a"
FIRST, LEAST, MOST = 256 * 1024, 16 * 1024, 8 * 1024 * 1024
DISK_FULL, FILE_LIMIT, DESCRIPTORS, ACCESS, MEMORY, OVERSIZE, BUSY, INTERNAL = range(8)
NAMES = ["disk-full", "file-limit", "descriptors", "access", "memory", "oversize", "busy", "internal"]
REASONS = {errno.ENOSPC: DISK_FULL, errno.EDQUOT: DISK_FULL, errno.EFBIG: FILE_LIMIT, errno.EMFILE: DESCRIPTORS,
           errno.ENFILE: DESCRIPTORS, errno.ENOMEM: MEMORY}
FULL, CLOSED = 1, 2
RETRY = 100 * 1000000
VERSION = "0.1.0"
BLIND = [
    "events before sitecustomize runs",
    "processes started with -I, -E or -S, or without PYTHONPATH",
    "programs that embed Python without site",
    "sub-interpreters",
    "the end of the interpreter, behind atexit",
    "what signal handlers and finalizers raise within the hook (counted as busy)",
    "facts of code objects, methods and pathlib paths; digests over 8 KiB",
]


def _stat(pid):
    """The parent and the start ticks of a process; 0 where not known."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return int(fields[1]), int(fields[19])
    except (OSError, ValueError, IndexError):
        return 0, 0


def load_key(folder):
    """The run's key (S7)."""
    path = os.path.join(folder, "key")
    for attempt in range(2):
        try:
            with open(path, "rb") as file:
                key = file.read(17)
            if len(key) == 16:
                return key
        except OSError:
            pass
        key = os.urandom(16)
        aside = "%s.%d" % (path, os.getpid())
        try:
            file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(file, key)
            os.close(file)
            try:
                os.link(aside, path)
            except OSError:
                pass
            os.unlink(aside)
        except OSError:
            return key
    return key


class Segment:
    """A mapped file, how much of it is used, and the names and codes that it defines."""

    def __init__(self, memory, size, sequence):
        self.memory, self.size, self.sequence = memory, size, sequence
        self.tail = 4096
        self.open = 0  # the block that is being written
        self.names, self.codes = set(), set()

    def write(self, payload, time_at):
        """Puts the time into the payload and the payload into a block; False when the segment is full."""
        padding = -len(payload) % 8
        length = 8 + len(payload) + padding
        if length > self.size - self.tail:
            return False
        at = self._reserve(length)
        # Only now (S27): whoever has read the clock and finds no block here knows that this event is later.
        struct.pack_into(">Q", payload, time_at, time.monotonic_ns())
        self.memory[at + 8:at + 8 + len(payload)] = payload
        self._commit(at, padding)
        return True

    def _reserve(self, length):
        if 0 < self.open < self.tail:
            # A signal's handler raised through the last write: a reader would wait for it.
            size, commit = struct.unpack_from("<II", self.memory, self.open)
            if not commit:
                self._fill(self.open, size)
        at = self.open = self.tail
        struct.pack_into("<I", self.memory, at, length)
        self.tail = at + length
        return at

    def _fill(self, at, length):
        self.memory[at + 8:at + 15] = b"\x92\x00\xc6" + struct.pack(">I", length - 15)
        self._commit(at, 0)

    def _commit(self, at, padding):
        struct.pack_into("<I", self.memory, at + 4, 0xA5D10000 + padding)
        self.open = 0

    def end(self, state):
        room = self.size - self.tail
        if state == FULL and room >= 16:
            self._fill(self._reserve(room), room)
        struct.pack_into("<Q", self.memory, 136, time.monotonic_ns())
        struct.pack_into("<I", self.memory, 128, state)


class Image:
    """A process image and its segments.

    Between any two steps a signal's handler of the program may raise through them, so that what is half done must be
    of no harm: a new segment takes the place of the last by one store, and what a segment defines is noted when it has
    been written.
    """

    def __init__(self, settings, parent_nonce=0):
        self.settings = settings
        self.pid, self.parent = os.getpid(), os.getppid()
        self.parent_nonce = parent_nonce
        self.nonce = int.from_bytes(os.urandom(8), "little") | 1
        self.mono, self.wall = time.monotonic_ns(), time.time_ns()
        self.ticks = _stat(self.pid)[1]
        self.wanted = FIRST
        self.failed_at = self.failed_for = None
        self.early = [0] * 19  # before the first segment: filtered, first lost, last lost, lost by reason
        self.segment = None
        self.marked = False
        self.watch = 1  # the end of the interpreter is expected, or 2: was seen
        self.start = self._start()

    def _start(self):
        out = bytearray()
        put_map(out, 13)
        strings = [
            ("recorder", "auditrules-python"), ("recorderVersion", VERSION),
            ("runtime", {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name)),
            ("runtimeVersion", sys.version.split()[0]),
            ("platform", "%s-%s" % (sys.platform, {"x86_64": "x64", "aarch64": "arm64"}.get(os.uname().machine,
                                                                                         os.uname().machine))),
            ("executable", sys.executable or ""), ("profile", "all" if self.settings.all else "security"),
        ]
        for key, value in strings:
            put_str(out, key)
            put_str(out, value[:512])
        lists = [("include", self.settings.include), ("exclude", self.settings.exclude), ("drop", self.settings.drop),
                 ("blind", BLIND)]
        for key, values in lists:
            put_str(out, key)
            kept = values if sum(map(len, values)) < 600 else []
            put_array(out, len(kept))
            for value in kept:
                put_str(out, value)
        put_str(out, "ancestors")
        ancestors, pid = [], self.parent
        while pid and len(ancestors) < 8:
            ancestors.append(pid)
            pid = _stat(pid)[0]
        put_array(out, len(ancestors))
        for pid in ancestors:
            put_uint(out, pid)
        put_str(out, "command")
        self._command(out)
        return bytes(out)

    def _command(self, out):
        try:
            with open("/proc/self/cmdline", "rb") as file:
                command = file.read(4096).split(b"\0")[:-1]
        except OSError:
            command = []
        kept, room, asks = [], 1200, 0
        for argument in command:
            written = self._argument(argument, asks)
            room -= len(written) + 3
            if room < 0:
                break
            kept.append(written)
            asks = redact.asks(argument) if argument[:1] == b"-" else 0
        put_array(out, len(kept) + (len(kept) < len(command)))
        for argument in kept:
            put_text(out, argument)
        if len(kept) < len(command):
            put_cut(out, 7, len(command))

    def _argument(self, argument, asks):
        """An argument with marks in place of secrets, cut."""
        if not self.settings.redact:
            return cut_text(argument, 400)
        scan = redact.Scan(argument, True)
        return (redact.asked(self.settings.key, argument, asks)
                or redact.copy(self.settings.key, scan, len(argument), 400, cut_text)[0])

    def _make(self, sequence, size):
        path = os.path.join(self.settings.folder, "%d-%016x-%06d.seg" % (self.pid, self.nonce, sequence))
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        try:
            file = os.open(path, flags, 0o600)
        except FileExistsError:
            # The nonce is this image's own: an attempt that a signal cut short left the file.
            os.unlink(path)
            file = os.open(path, flags, 0o600)
        try:
            os.posix_fallocate(file, 0, size)
            memory = mmap.mmap(file, size)
            self._describe(memory, sequence, size)
            if self.segment is not None:
                self.segment.end(FULL)
            self.segment = Segment(memory, size, sequence)
        except BaseException:
            if self.segment is None or self.segment.sequence != sequence:
                os.unlink(path)
            raise
        finally:
            os.close(file)

    def _describe(self, memory, sequence, size):
        early = [0] * 19 if self.segment else self.early
        struct.pack_into("<HHIQIIQQQIBBBBQqQq", memory, 8, 1, 0, 4096, size, self.pid, self.parent, self.nonce,
                         self.parent_nonce, self.ticks, sequence, 2, 1 if self.parent_nonce else 0,
                         self.settings.environment, (1 if self.settings.frames else 0) | (0 if self.parent_nonce else 2)
                         | (4 if self.settings.redact else 0), time.monotonic_ns(),
                         time.time_ns(), self.mono, self.wall)
        struct.pack_into("<I", memory, 144, self.watch)
        struct.pack_into("<Q", memory, 192, early[0])
        struct.pack_into("<QQ", memory, 208, *early[1:3])
        struct.pack_into("<16Q", memory, 256, *early[3:])
        struct.pack_into("<I", memory, 512, len(self.start))
        memory[516:516 + len(self.start)] = self.start
        memory[:8] = MAGIC

    def next(self):
        """A new segment in place of the last; None, or the reason why there is none."""
        now = time.monotonic_ns()
        if self.failed_at is not None and now - self.failed_at < RETRY:
            return self.failed_for
        size, sequence = self.wanted, self.segment.sequence + 1 if self.segment else 0
        while True:
            try:
                self._make(sequence, size)
                break
            except OSError as error:
                reason = REASONS.get(error.errno, ACCESS)
                if reason in (DISK_FULL, FILE_LIMIT) and size // 4 >= LEAST:
                    size //= 4
                    continue
                self.failed_for, self.failed_at = reason, now
                if self.segment is None:
                    self._mark(reason)
                return reason
        self.wanted = min(self.wanted * 2, MOST)
        self.failed_at = None
        return None

    def _mark(self, reason):
        """What is left of an image without a segment (S41): a link takes no block, descriptor or file size."""
        if self.marked:
            return
        try:
            os.symlink(NAMES[reason], os.path.join(self.settings.folder, "%d-%016x.lost" % (self.pid, self.nonce)))
        except FileExistsError:
            pass
        except OSError:
            return
        self.marked = True

    def see_end(self):
        self.watch = 2
        if self.segment is not None and self.pid == os.getpid():
            struct.pack_into("<I", self.segment.memory, 144, 2)

    def close(self):
        if self.segment is not None and self.pid == os.getpid():
            self.segment.end(CLOSED)

    def _add(self, offset, early, value, add=True):
        if self.segment is None:
            self.early[early] = self.early[early] + value if add else value
        else:
            old, = struct.unpack_from("<Q", self.segment.memory, offset)
            struct.pack_into("<Q", self.segment.memory, offset, old + value if add else value)

    def count_filtered(self):
        self._add(192, 0, 1)

    def count_lost(self, reason):
        now = time.monotonic_ns()
        self._add(256 + 8 * reason, 3 + reason, 1)
        if not (self.early[1] if self.segment is None else struct.unpack_from("<Q", self.segment.memory, 208)[0]):
            self._add(208, 1, now, add=False)
        self._add(216, 2, now, add=False)
