"""The hook itself: what happens when the interpreter raises an event."""

import _thread
import atexit
import os
import sys

from .segment import BUSY, INTERNAL, OVERSIZE, Image, load_key
from .settings import Settings
from .values import Encoder, cut_text, put_array, put_int, put_str, put_text, put_uint

_HERE = __file__.rpartition("/")[0]

# What this hook itself raises while it works: by a look at frames, and by its files.
LOOKS = {"sys._getframe", "object.__getattr__"}
FILES = {"open", "os.remove", "os.link", "os.symlink", "mmap.__new__"}

PATIENCE = 5.0  # seconds


def _native_is_here():
    try:
        with open("/proc/self/maps", "rb") as file:
            return b"libauditrules_hook.so" in file.read()
    except OSError:
        return False


class Hook:
    """Called with every event; never re-entered by a thread, and no two threads write at once."""

    def __init__(self, settings):
        self.settings = settings
        settings.key = load_key(settings.folder)
        self.image = Image(settings)
        self.encoder = Encoder(settings, settings.key)
        # Of a kind that tells its thread whether it has it, and that it can take again.
        self.lock = _thread.RLock()
        self.waits = True
        self.busy = set()
        self.names, self.codes = {}, {}
        self.ends = False
        self.count = 0  # of code ids: never the same twice, so that a forked child may keep the table

    def forked(self):
        self.lock = _thread.RLock()
        self.busy = {_thread.get_ident()}
        self.image = Image(self.settings, self.image.nonce)
        self.busy = set()

    def __call__(self, event, arguments):
        if self.ends and event == "sys._getframe":
            self.ends = False
            self.image.see_end()
            return
        thread = _thread.get_ident()
        if thread in self.busy:
            if event in LOOKS:
                return
            if _within_the_hook():
                # A file of ours; else a signal handler or finalizer within the hook.
                if event not in FILES:
                    self.image.count_lost(BUSY)
                return
            # Else a signal's handler raised through us before we could say that we are done.
        lock = None
        try:
            if self.image.pid != os.getpid():
                # Forked by C code, of which the interpreter knows nothing.
                self.forked()
            lock = self.lock
            self.busy.add(thread)
            self._alone(lock, event, arguments)
        except Exception as error:
            if _foreign(error):
                raise
            self.image.count_lost(INTERNAL)
        finally:
            # A handler may have raised between the lock's taking or the end of a block and the release.
            while lock is not None and lock._is_owned():
                lock.release()
            self.busy.discard(thread)

    def _alone(self, lock, event, arguments):
        # Not for ever: the thread that has it may run a signal's handler, which may wait for this one (S73).
        self.waits = lock.acquire(True, PATIENCE if self.waits else 0)
        if not self.waits:
            self.image.count_lost(BUSY)
            return
        try:
            self._event(event, arguments)
        finally:
            lock.release()

    def end(self):
        """At exit. That the hook is still called shows by an event that a look at frames raises (S70)."""
        self.ends = True
        sys._getframe()
        self.image.close()

    def _event(self, event, arguments):
        name = self.names.get(event)
        if name is None:
            name = (len(self.names) + 1, self.settings.keeps(event), self.settings.place(event),
                    event == "import" and not self.settings.all)
            # A longer one is no name that comes again; it is written with each event, cut (S24).
            if len(self.names) < 4096 and len(event) <= 255:
                self.names[event] = name
        if not name[1]:
            self.image.count_filtered()
            return
        frame = _caller() if self.settings.frames else None
        if self.image.segment is None:
            reason = self.image.next()
            if reason is not None:
                self.image.count_lost(reason)
                return
        for attempt in range(2):
            segment = self.image.segment
            payload, time_at, defined = self._payload(segment, event, name, frame, arguments)
            if segment.write(payload, time_at):
                for known, item in defined:
                    known.add(item)
                return
            if len(payload) + 16 > segment.size - 4096:
                self.image.count_lost(OVERSIZE)
                return
            reason = self.image.next()
            if reason is not None:
                self.image.count_lost(reason)
                return
        self.image.count_lost(OVERSIZE)

    def _payload(self, segment, event, name, frame, arguments):
        """The block's bytes, where the time belongs in them, and what the segment defines by it, as (set, item)."""
        out, defined = bytearray(), []
        known = event in self.names
        if known and event not in segment.names:
            out += b"\x93\x02"
            put_uint(out, name[0])
            put_str(out, event)
            defined.append((segment.names, event))
        code = None if frame is None else self._code(out, segment, defined, frame.f_code)
        out += b"\x97\x01\xcf\0\0\0\0\0\0\0\0"
        time_at = len(out) - 8
        put_uint(out, _thread.get_native_id())
        if known:
            put_uint(out, name[0])
        else:
            put_text(out, event.encode("utf-8", "surrogatepass")[:4096])
        if code is None:
            out.append(0xC0)
        else:
            put_uint(out, code)
        put_int(out, 0 if frame is None else frame.f_lineno or 0)
        self.encoder.arguments(out, arguments, name[3], name[2])
        return out, time_at, defined

    def _code(self, out, segment, defined, code):
        key = code.co_filename, getattr(code, "co_qualname", code.co_name), code.co_firstlineno
        number = self.codes.get(key)
        if number is None:
            if len(self.codes) >= 65536:
                self.codes.clear()
            self.count += 1
            number = self.codes[key] = self.count
        if number not in segment.codes:
            out += b"\x95\x03"
            put_uint(out, number)
            put_text(out, cut_text(self.encoder.redacted(key[0]), 1024))
            put_text(out, cut_text(self.encoder.redacted(key[1]), 1024))
            put_int(out, key[2])
            defined.append((segment.codes, number))
        return number


def _caller():
    """The frame that raised the event: below are this function, _event, _alone and __call__."""
    try:
        return sys._getframe(4)
    except ValueError:
        return None


def _within_the_hook():
    """True when the hook was called while it was at work: above are this function and __call__."""
    work = Hook.__call__.__code__, Hook.forked.__code__
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code in work:
            return True
        frame = frame.f_back
    return False


def _foreign(error):
    """True when the error comes from code that a signal ran within the hook: then it is the program's."""
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    return not trace.tb_frame.f_code.co_filename.startswith(_HERE)


def start():
    settings = Settings()
    if not settings.folder.startswith("/") or _native_is_here() or not hasattr(sys, "addaudithook"):
        return
    hook = Hook(settings)
    os.register_at_fork(after_in_child=hook.forked)
    atexit.register(hook.end)
    sys.addaudithook(hook)
