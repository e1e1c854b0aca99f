"""Raises through the Python hook at one of its instructions after the other, as a signal's handler may.

    python3 interrupted.py STEP     every instruction of __call__, then one in STEP of all, then one in STEP of all
                                    of an event that does not fit into its segment
"""

import os
import queue
import sys
import threading

hook = sys.modules["auditrules_hook.hook"]
hook.Hook.__cantrace__ = True
folder = hook.__file__.rpartition("/")[0]
called = hook.Hook.__call__.__code__


class Ring(Exception):
    pass


left, place, everywhere, wide, image = 0, None, False, [], None


def trace(frame, event, _):
    global left, place, image
    if not frame.f_code.co_filename.startswith(folder):
        return None
    frame.f_trace_opcodes = True
    if frame.f_code is called:
        image = frame.f_locals["self"].image
    if event == "opcode" and (everywhere or frame.f_code is called):
        left -= 1
        if left == 0:
            place = "%s:%s, instruction %d" % (frame.f_code.co_name, frame.f_lineno, frame.f_lasti)
            raise Ring
    return trace


asked, done = queue.SimpleQueue(), queue.SimpleQueue()


def other():
    while True:
        count = asked.get()
        sys.audit("other", count)
        done.put(count)


threading.Thread(target=other, daemon=True).start()


def interrupt(count, number):
    """False when the event had no such instruction."""
    global left
    if wide:
        # So that the next one has no room.
        image.wanted = 32 * 1024
        sys.audit("filler", *wide)
    left = number
    try:
        sys.settrace(trace)
        sys.audit("interrupted", count, *wide)
    except Ring:
        pass
    reached, left = left <= 0, 0
    sys.settrace(None)
    # Another thread goes on though this one raises no more events.
    asked.put(count)
    try:
        done.get(timeout=60)
    except queue.Empty:
        print("another thread hangs behind", place, flush=True)
        os._exit(1)
    sys.audit("same", count)
    return reached


count, step = 0, int(sys.argv[1])
for everywhere, step, wide in ((False, 1, []), (True, step, []), (True, step, ["x" * 4000] * 4)):
    number = 1
    while interrupt(count, number):
        count += 1
        number += step
    count += 1
print(count)
