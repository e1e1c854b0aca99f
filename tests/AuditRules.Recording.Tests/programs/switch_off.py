"""Switches the recorder's hook off, as code in a recorded process can; then ends as told.

    python3 switch_off.py native|python HOW     HOW is what to run at the end, as "sys.exit(3)"
"""

import ctypes
import gc
import os
import sys


def native():
    """The list is linked from _PyRuntime: next, function, data. Ours is the function that lies in our library."""
    with open("/proc/self/maps") as maps:
        ours = [line.split()[0].split("-") for line in maps if "libauditrules_hook" in line]
    ours = [range(int(first, 16), int(last, 16)) for first, last in ours]
    runtime = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime"))
    memory = os.open("/proc/self/mem", os.O_RDONLY)

    def word(address):
        return int.from_bytes(os.pread(memory, 8, address), sys.byteorder)

    for place in range(runtime, runtime + 200000, 8):
        try:
            entry = word(place)
            if entry and any(word(entry + 8) in part for part in ours):
                ctypes.memmove(place, ctypes.byref(ctypes.c_uint64(word(entry))), 8)
                return
        except (OSError, OverflowError):
            pass
    sys.exit("the hook was not found")


def python():
    """Its list cannot be reached, but the hook is an object whose class can be changed."""
    for found in gc.get_objects():
        if type(found).__module__ == "auditrules_hook.hook":
            type(found).__call__ = lambda self, event, arguments: None
            return
    sys.exit("the hook was not found")


sys.audit("before")
{"native": native, "python": python}[sys.argv[1]]()
sys.audit("behind")
exec(sys.argv[2])
