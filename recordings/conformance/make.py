#!/usr/bin/env python3
"""Makes the conformance files: valid traces with what they hold, damaged ones with what a reader says of them.

    make.py           writes them into valid/ and damaged/ beside this script, and removes what it does not make
    make.py --check   writes nothing; exits with 1 and names the files that are not as it would make them

Needs Python 3.8 and nothing else. The same bytes come out everywhere: ids are made of the files' names.
"""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import damaged
import valid


def files():
    """Every file's path from here, and its bytes."""
    made = {}

    def put(path, data):
        assert path not in made, path
        made[path] = data

    for trace in valid.all_valid():
        put("valid/%s.atrace" % trace.name, bytes(trace.data))
        put("valid/%s.jsonl" % trace.name, "".join(line + "\n" for line in trace.lines).encode())
    for case in damaged.all_damaged():
        put("damaged/%s.atrace" % case.name, bytes(case.data))
        put("damaged/%s.expected.json" % case.name, case.expected().encode())
    return made


def present():
    for folder in ("valid", "damaged"):
        path = os.path.join(HERE, folder)
        for name in os.listdir(path) if os.path.isdir(path) else []:
            yield folder + "/" + name


def content(path):
    with open(os.path.join(HERE, path), "rb") as file:
        return file.read()


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    made, there = files(), set(present())
    other = sorted(path for path in made if path not in there or content(path) != made[path])
    surplus = sorted(there - set(made))
    if arguments:
        for path in other:
            print("%s is not as make.py makes it" % path)
        for path in surplus:
            print("%s is not made by make.py" % path)
        print("%d files, %d are other ones" % (len(made), len(other) + len(surplus)))
        return 1 if other or surplus else 0
    for path in other:
        os.makedirs(os.path.dirname(os.path.join(HERE, path)), exist_ok=True)
        with open(os.path.join(HERE, path), "wb") as file:
            file.write(made[path])
    for path in surplus:
        os.remove(os.path.join(HERE, path))
    sizes = sum(map(len, made.values()))
    valid_count = sum(path.endswith(".jsonl") for path in made)
    damaged_count = sum(path.endswith(".expected.json") for path in made)
    print("%d valid traces, %d damaged ones, %d bytes in all; %d files written" % (
        valid_count, damaged_count, sizes, len(other),
    ))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
