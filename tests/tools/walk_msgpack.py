"""Walks traces with the msgpack package: the file's objects, and what every known frame holds.

    python3 walk_msgpack.py TRACE...    one line a trace: how many objects stand in the file

Exits with 69 where the package is missing.
"""

import sys

try:
    import msgpack
except ImportError:
    sys.exit(69)

KNOWN = (1, 2, 3, 4, 5, 0x80, 0x81)


def objects(data):
    unpacker = msgpack.Unpacker(strict_map_key=False, max_buffer_size=0)
    unpacker.feed(data)
    found = list(unpacker)
    assert unpacker.tell() == len(data)
    return found


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        found = objects(file.read())
    for frame in found[2:]:
        if frame[1] in KNOWN:
            assert len(objects(frame[-1])) == 1, path
    print(len(found))
