"""What the hook costs: nanoseconds of CPU for each sys.audit call, and ratios to an empty C hook.

    python3 bench/hook/run.py LIBRARY [PYTHON...]

LIBRARY is libauditrules_hook.so as the build leaves it under src/AuditRules.Recording/bin. Only ratios within one
line can be compared: machines differ, and this one from hour to hour.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def measure(python, library, event, settings):
    folder = tempfile.mkdtemp(prefix="auditrules-bench-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    environment = dict(os.environ, AUDITRULES_DIR=folder, **settings)
    if library:
        environment["LD_PRELOAD"] = library
    try:
        done = subprocess.run([python, os.path.join(HERE, "raise_events.py"), event], env=environment,
                              stdout=subprocess.PIPE, check=True)
        return float(done.stdout)
    finally:
        shutil.rmtree(folder)


def main(library, *pythons):
    library = os.path.abspath(library)
    empty = os.path.join(tempfile.mkdtemp(prefix="auditrules-bench-"), "empty.so")
    subprocess.check_call(["cc", "-O2", "-fPIC", "-shared", "-o", empty, os.path.join(HERE, "empty.c")])
    rows = [
        ("no hook", None, "kept", {}),
        ("empty C hook", empty, "kept", {}),
        ("filtered", library, "builtins.id", {}),
        ("kept, no frames", library, "kept", {"AUDITRULES_FRAMES": "0"}),
        ("kept, frames", library, "kept", {}),
        ("open, frames", library, "open", {}),
    ]
    print("%-28s" % "ns (ratio to the empty hook)" + "".join("%18s" % r[0] for r in rows))
    for python in pythons or (sys.executable,):
        version = subprocess.check_output([python, "-c", "import sys; print(sys.version.split()[0])"], text=True).strip()
        costs = [measure(python, *row[1:]) for row in rows]
        print("%-28s" % version + "".join("%11.0f (%4.2f)" % (c, c / costs[1]) for c in costs), flush=True)
    shutil.rmtree(os.path.dirname(empty))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
