"""Performs what a security engineer asks about, each between two marks of its own, so that a recording shows which
events CPython raises for it: docs/blind-spots.md is made of that.

    python3 operations FOLDER     FOLDER is empty and private; the last line of output is a JSON object

Every operation is harmless: files of FOLDER, the loopback interface, calls that change nothing or that must fail. Each
is a generator: up to its first yield it prepares, up to the second it performs, then it tidies up. It runs twice and the
second time counts, so that what is loaded on first use does not show; starts of processes run once.
"""

import json
import os
import signal
import sys

from kit import FOLDER, OPERATIONS

os.environ["TMPDIR"] = FOLDER
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio looks at it; the caller may ignore it

# The order of the table.
import of_files
import of_processes
import of_network
import of_code
import of_memory
import of_interpreter
import of_children


def perform(function, title, whose, counts):
    """Why it cannot be done here, or None."""
    steps = function()
    try:
        next(steps)
    except (AttributeError, ImportError) as error:
        return str(error)
    if counts:
        sys.audit("blind.begin", title, whose)
    next(steps)
    if counts:
        sys.audit("blind.end")
    for _ in steps:
        pass
    return None


def main():
    only = set(sys.argv[2:])
    absent = {}
    for title, function, whose in OPERATIONS:
        if only and title not in only:
            continue
        try:
            loaded = whose == "process"
            absent[title] = not loaded and perform(function, title, whose, False) or perform(function, title, whose, True)
        except BaseException:
            print(title, file=sys.stderr)
            raise
    print(json.dumps(absent))


main()
