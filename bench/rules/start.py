#!/usr/bin/env python3
"""How long the command takes from its start to the report of a small trace, and the memory that it needs.

    start.py CLI [CLI...]      each the `auditrules` of a folder that was published

Prints for each, over ROUNDS rounds in turn: the median time, the processor time of all its processes, and the peak of
resident memory of the command and of the process that runs the rules; with an empty cache (cold), with a filled one
(warm), and for `--version`, which compiles nothing. Times stand beside their ratio to the first command's `--version`.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRACE = ROOT / "recordings/benign/compile-all/python3.11.atrace"
ONE = ROOT / "rules/download-into-shell.fsx"
ROUNDS = int(os.environ.get("ROUNDS", "7"))


def peaks_of(pid, peaks):
    """Notes the peak of a process that runs, in MiB, and that of its children."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            pids = [pid] + [int(child) for child in children.read().split()]
        for one in pids:
            with open(f"/proc/{one}/status") as status:
                for line in status:
                    if line.startswith("VmHWM"):
                        peaks[one] = int(line.split()[1]) / 1024
    except OSError:
        pass


def run(command, cache):
    """Seconds by the clock, seconds of processor time, and peaks of the command and of its worker."""
    peaks = {}
    began = time.monotonic()
    environment = dict(os.environ, AUDITRULES_CACHE=cache)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    while True:
        peaks_of(process.pid, peaks)
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(0.002)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{command} ended with {process.returncode}")
    own = peaks.pop(process.pid, 0)
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, own, max(peaks.values(), default=0)


def measure(cli):
    """What is measured of one command, by name."""
    with tempfile.TemporaryDirectory() as cache:
        replay = [cli, "replay", str(TRACE), "--rules"]
        return {
            "--version": run([cli, "--version"], cache),
            "one rule, cold": run(replay + [str(ONE)], cache),
            "one rule, warm": run(replay + [str(ONE)], cache),
            "rules/, cold": run(replay + [str(ROOT / "rules")], cache),
            "rules/, warm": run(replay + [str(ROOT / "rules")], cache),
        }


def main(clis):
    if not clis:
        sys.exit(__doc__)
    rounds = [[measure(cli) for cli in clis] for _ in range(ROUNDS)]
    first = None
    for i, cli in enumerate(clis):
        print(f"\n{cli}\n\n| | time | processor | command | worker |\n|---|---|---|---|---|")
        for name in rounds[0][i]:
            took, used, own, worker = (
                statistics.median(a_round[i][name][k] for a_round in rounds) for k in range(4)
            )
            first = first or took
            print(f"| {name} | {took:.2f} s ({took / first:.1f}) | {used:.2f} s | {own:.0f} MiB | {worker:.0f} MiB |")


if __name__ == "__main__":
    main(sys.argv[1:])
