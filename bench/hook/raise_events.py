"""Raises one event many times and prints the CPU nanoseconds that each took."""

import sys
import time

COUNT = 400000


def loop(call, *arguments):
    best = None
    for _ in range(5):
        start = time.process_time_ns()
        for _ in range(COUNT):
            call(*arguments)
        took = time.process_time_ns() - start
        best = took if best is None or took < best else best
    return best / COUNT




name = sys.argv[1]
if name == "open":
    print("%.1f" % loop(sys.audit, "open", "/usr/lib/python3/dist-packages/module.py", "r", 524288))
else:
    print("%.1f" % loop(sys.audit, name, 1, "abc"))
