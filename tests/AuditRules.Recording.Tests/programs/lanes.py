"""Raises numbered events in lanes: two threads, each in this process and in forked children, one after another.

    python3 lanes.py ACKNOWLEDGED CHILDREN EVENTS

After each event its number and 1 is written into a mapped file of unsigned 64-bit numbers, one a lane.
"""

import mmap
import os
import sys
import threading
import time

path, children, events = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, "w+b") as file:
    file.truncate(4096)
    seen = memoryview(mmap.mmap(file.fileno(), 4096)).cast("Q")


def work(lane):
    for i in range(events):
        sys.audit("lane", lane, i, "x" * (i % 90))
        seen[lane] = i + 1
        if i % 500 == 499:
            time.sleep(0.05)


def both(lane):
    threads = [threading.Thread(target=work, args=(lane + k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


pids = []
for child in range(children):
    pid = os.fork()
    if pid == 0:
        both(2 + 2 * child)
        os._exit(0)
    pids.append(pid)
both(0)
for pid in pids:
    os.waitpid(pid, 0)
