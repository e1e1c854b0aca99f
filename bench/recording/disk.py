"""How much disk a recording needs while its program runs, and how long `record` takes.

    python3 bench/recording/disk.py CLI [CLI...]     CLI: path of an auditrules.dll; others are compared with the first

Each records the same program of two million events, with some work between them, in turn, three times. Only ratios
within one run can be compared.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

EVENTS = 2000000
ROUNDS = 3
PROGRAM = """
import sys
for i in range(int(sys.argv[1])):
    sys.audit("bench", i, "/srv/data/%d" % (i % 5000))
    sum(range(400))
"""


def size_of(folder):
    """Bytes of segments, and of all files, below a folder."""
    segments = files = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                size = os.stat(os.path.join(place, name)).st_size
            except OSError:
                continue
            files += size
            segments += size if name.endswith(".seg") else 0
    return segments, files


def record(cli):
    """Peak of segments, peak of all in the session's folder, seconds."""
    folder = tempfile.mkdtemp(prefix="auditrules-bench-")
    session = os.path.join(folder, "session")
    os.mkdir(session)
    peak, done = [0, 0], threading.Event()

    def watch():
        while not done.wait(0.01):
            now = size_of(session)
            peak[:] = [max(a, b) for a, b in zip(peak, now)]

    watcher = threading.Thread(target=watch)
    # Not waited for where the recording fails.
    watcher.daemon = True
    watcher.start()
    began = time.monotonic()
    command = ["dotnet", cli, "record", "--quiet", "-o", os.path.join(folder, "run.atrace"), "--", sys.executable, "-c", PROGRAM]
    subprocess.check_call(command + [str(EVENTS)], env=dict(os.environ, TMPDIR=session))
    seconds = time.monotonic() - began
    done.set()
    watcher.join()
    shutil.rmtree(folder)
    return peak[0], peak[1], seconds


def main(*paths):
    best = {}
    for _ in range(ROUNDS):
        for path in paths:
            now = record(path)
            best[path] = tuple(map(min, now, best.get(path, now)))
    first = best[paths[0]]
    for number, path in enumerate(paths):
        segments, files, seconds = best[path]
        print("%d: segments %6.1f MiB (%.2f)   session's folder %6.1f MiB (%.2f)   %5.1f s (%.2f)" % (
            number, segments / 1048576, segments / first[0], files / 1048576, files / first[1], seconds,
            seconds / first[2]))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
