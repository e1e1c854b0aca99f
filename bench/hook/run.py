"""What the hook costs, as CPU time and as ratios within one line.

    python3 bench/hook/run.py LIBRARY [--rounds N] [PYTHON...]

LIBRARY is libauditrules_hook.so as the build leaves it under src/AuditRules.Recording/bin. Each line's columns are
measured in turn, round by round, and the best round of each counts. Only what stands in one line can be compared:
machines differ, and this one from hour to hour.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FALLBACK = os.path.join(os.path.dirname(os.path.dirname(HERE)), "src", "hook-python")
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


class Way:
    """A way to run a program: its column, the settings, and arguments behind the program's own."""

    def __init__(self, column, library=None, settings=None, arguments=()):
        self.column, self.library, self.settings, self.arguments = column, library, settings or {}, arguments

    def environment(self, folder):
        environment = dict(os.environ, AUDITRULES_DIR=folder, PYTHONDONTWRITEBYTECODE="1", **self.settings)
        if self.library:
            environment["LD_PRELOAD"] = self.library
        return environment


def in_folder(work):
    folder = tempfile.mkdtemp(prefix="auditrules-bench-", dir=MEMORY)
    try:
        return work(folder)
    finally:
        shutil.rmtree(folder)


def printed(command, way):
    """What the program itself measured."""
    return in_folder(lambda folder: float(subprocess.run(
        command + list(way.arguments), env=way.environment(folder), stdout=subprocess.PIPE, check=True).stdout))


def cpu(command, way, times=1):
    """CPU milliseconds of one run."""
    def work(folder):
        environment = way.environment(folder)
        spent = 0
        for _ in range(times):
            pid = os.posix_spawn(command[0], command, environment)
            _, status, usage = os.wait4(pid, 0)
            if status:
                sys.exit("%s failed under %s" % (command, way.column))
            spent += usage.ru_utime + usage.ru_stime
        return spent * 1000 / times
    return in_folder(work)


def best(rounds, ways, measure):
    costs = [None] * len(ways)
    for _ in range(rounds):
        for i, way in enumerate(ways):
            cost = measure(way)
            costs[i] = cost if costs[i] is None else min(cost, costs[i])
    return costs


def head(title, ways):
    print("\n| %s | %s |\n|%s" % (title, " | ".join(w.column for w in ways), "---|" * (len(ways) + 1)))


def line(name, cells):
    print("| %s | %s |" % (name, " | ".join(cells)), flush=True)


def events(library, empty, rounds, pythons):
    ways = [
        Way("no hook"),
        Way("empty C hook", empty),
        Way("filtered", library, {"AUDITRULES_EXCLUDE": "kept"}),
        Way("kept, no frames", library, {"AUDITRULES_FRAMES": "0"}),
        Way("kept, frames", library),
        Way("empty Python hook", None, {}, ["empty"]),
        Way("Python fallback", None, {"PYTHONPATH": FALLBACK}),
        Way("Python, JSON lines", None, {}, ["json"]),
    ]
    script = os.path.join(HERE, "raise_events.py")
    head("ns an event (ratio to the empty C hook)", ways)
    for version, python in pythons:
        def measure(way):
            count = "100000" if way.library or way.column == "no hook" else "10000"
            return printed([python, script, "kept", count], way)
        costs = best(rounds, ways, measure)
        line(version, ["%.0f (%.2f)" % (c, c / costs[1]) for c in costs])
    ways = [Way("empty C hook", empty), Way("filtered", library, {"AUDITRULES_EXCLUDE": "open"}), Way("frames", library)]
    head("ns an `open` of 40 characters", ways)
    for version, python in pythons:
        costs = best(rounds, ways, lambda way: printed([python, script, "open", "100000"], way))
        line(version, ["%.0f (%.2f)" % (c, c / costs[0]) for c in costs])


def starts(library, empty, rounds, pythons):
    ways = [Way("alone"), Way("empty C hook", empty), Way("recorded", library), Way("Python fallback", None, {"PYTHONPATH": FALLBACK})]
    head("CPU ms of a start (more than alone)", ways)

    def show(name, command, times, ways):
        costs = best(rounds, ways, lambda way: cpu(command, way, times))
        line(name, ["%.2f (%+.2f)" % (c, c - costs[0]) for c in costs])

    for version, python in pythons:
        show(version, [python, "-c", "pass"], 5, ways)
    show("/bin/true", ["/bin/true"], 100, ways[:3])


def programs(library, rounds, pythons):
    ways = [Way("alone"), Way("recorded", library)]
    names = ["imports", "http", "opens", "compileall"]
    print("\n| CPU ms alone, recorded (ratio) | %s |\n|%s" % (" | ".join(names), "---|" * 5))
    for version, python in pythons:
        cells = []
        for name in names:
            command = [python, os.path.join(HERE, "programs.py"), name]
            alone, recorded = best(rounds, ways, lambda way: cpu(command, way))
            cells.append("%.0f, %.0f (%.3f)" % (alone, recorded, recorded / alone))
        line(version, cells)


def main(library, arguments):
    library = os.path.abspath(library)
    rounds = 7
    if "--rounds" in arguments:
        at = arguments.index("--rounds")
        rounds = int(arguments[at + 1])
        del arguments[at:at + 2]
    pythons = []
    for python in arguments or [sys.executable]:
        ask = "import os, sys; print(os.path.realpath(sys.executable), sys.version.split()[0])"
        real, version = subprocess.check_output([python, "-c", ask], universal_newlines=True).split()
        # Not a shim: what is measured is the interpreter alone.
        pythons.append((version, real))
    aside = tempfile.mkdtemp(prefix="auditrules-bench-")
    empty = os.path.join(aside, "empty.so")
    subprocess.check_call(["cc", "-O2", "-fPIC", "-shared", "-o", empty, os.path.join(HERE, "empty.c")])
    events(library, empty, rounds, pythons)
    starts(library, empty, rounds, pythons)
    programs(library, rounds, pythons)
    shutil.rmtree(aside)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
