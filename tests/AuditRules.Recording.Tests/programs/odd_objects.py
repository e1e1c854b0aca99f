"""Raises events with random objects: odd_objects.py SEED COUNT EXPECTED

Each event is `odd` with its number and one value. Of every second the value is of the plain kinds, and EXPECTED gets a
line of what docs/spec/segment.md makes of it, as tests/tools/read_segment.py prints it; of the others an empty line.
"""

import array
import collections
import ctypes
import datetime
import decimal
import enum
import functools
import io
import json
import mmap
import os
import pathlib
import random
import socket
import sys
import threading
import types
import weakref

if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
seed, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
random.seed(seed)
with open(os.path.join(os.environ["AUDITRULES_DIR"], "key"), "rb") as file:
    KEY = file.read()


# ---- The slow reference: S28, S30, S31, S33.

def siphash(data):
    mask = 2 ** 64 - 1
    low, high = int.from_bytes(KEY[:8], "little"), int.from_bytes(KEY[8:], "little")
    v = [low ^ 0x736f6d6570736575, high ^ 0x646f72616e646f6d, low ^ 0x6c7967656e657261, high ^ 0x7465646279746573]

    def turn(x, bits):
        return (x << bits | x >> 64 - bits) & mask

    def rounds(n):
        for _ in range(n):
            v[0] = v[0] + v[1] & mask
            v[1] = turn(v[1], 13) ^ v[0]
            v[0] = turn(v[0], 32)
            v[2] = v[2] + v[3] & mask
            v[3] = turn(v[3], 16) ^ v[2]
            v[0] = v[0] + v[3] & mask
            v[3] = turn(v[3], 21) ^ v[0]
            v[2] = v[2] + v[1] & mask
            v[1] = turn(v[1], 17) ^ v[2]
            v[2] = turn(v[2], 32)

    whole = data + bytes(7 - len(data) % 8) + bytes([len(data) % 256])
    for at in range(0, len(whole), 8):
        word = int.from_bytes(whole[at:at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return (v[0] ^ v[1] ^ v[2] ^ v[3]).to_bytes(8, "little").hex()


def truncated(kind, length, head, digest=""):
    return {"$truncated": [kind, length, {"$bytes": digest}, head]}


def shown_text(text):
    """A str, or its bytes where it has lone surrogates."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return {"$raw": [{"$bytes": text.encode("utf-8", "surrogatepass").hex()}]}


def shown(value, depth=0):
    if value is None or value is True or value is False:
        return value
    if isinstance(value, int):
        value = int.__add__(value, 0)
        if -2 ** 63 <= value < 2 ** 63:
            return value
        bits = (value if value >= 0 else -value).bit_length()
        return {"$int": str(value)} if bits // 8 + 1 <= 4096 else truncated(10, bits // 8 + 1, None)
    if isinstance(value, float):
        value = float.__mul__(value, 1.0)
        return {"$float": str(float(value))} if value != value or abs(value) == float("inf") else value
    if isinstance(value, str):
        text = str.__str__(value)
        data = str.encode(text, "utf-8", "surrogatepass")
        if len(data) <= 4096:
            return shown_text(text)
        head, size = [], 0
        for c in text:
            size += len(c.encode("utf-8", "surrogatepass"))
            if size > 4096:
                break
            head.append(c)
        kind = 5 if isinstance(shown_text(text), str) else 9
        return truncated(kind, len(data), shown_text("".join(head)), siphash(data) if len(data) <= 2 ** 20 else "")
    if isinstance(value, (bytes, bytearray)):
        data = bytes(memoryview(value))
        if len(data) <= 4096:
            return {"$bytes": data.hex()}
        return truncated(6, len(data), {"$bytes": data[:4096].hex()}, siphash(data) if len(data) <= 2 ** 20 else "")
    if isinstance(value, (list, tuple)):
        base = list if isinstance(value, list) else tuple
        length = base.__len__(value)
        if depth == 8:
            return truncated(7, length, None)
        items = [shown(item, depth + 1) for item in list(base.__iter__(value))[:1024]]
        return items if length <= 1024 else truncated(7, length, items)
    length = dict.__len__(value)
    if depth == 8:
        return truncated(8, length, None)
    entries = [[shown(k, depth + 1), shown(v, depth + 1)] for k, v in list(dict.items(value))[:1024]]
    return {"$map": entries} if length <= 1024 else truncated(8, length, {"$map": entries})


# ---- Plain values.

class Str(str):
    pass


class Int(int):
    pass


class Float(float):
    pass


class Bytes(bytes):
    pass


class List(list):
    __len__ = __iter__ = __getitem__ = None


class Tuple(tuple):
    __len__ = __iter__ = __getitem__ = None


Color = enum.IntEnum("Color", "RED")
Pair = collections.namedtuple("Pair", "a b")
ALPHABETS = ["az", "a\x00\x7f", "a\xe9\xff\x80", "\u0416\u20ac\ufffe", "\ud800\udfff\ude00", "\U0001f600\U0010ffff", "a\ud83dz"]
LENGTHS = [0, 1, 5, 15, 16, 31, 32, 33, 255, 256]
LONG = [1023, 1365, 1366, 2047, 2048, 2049, 4095, 4096, 4097, 5120, 5121, 9000]


class Budget:
    """What the values of one event may still take, so that the limits of an event are not met."""

    def __init__(self):
        self.values, self.size = 2500, 40000

    def length(self):
        length = random.choice(LONG if random.random() < 0.1 else LENGTHS)
        if length * 4 > self.size:
            length = 1
        self.size -= length * 4 + 40
        return length


def text(budget):
    letters = "".join(random.sample(ALPHABETS, random.choice([1, 1, 1, 2])))
    made = "".join(random.choice(letters) for _ in range(budget.length()))
    return Str(made) if random.random() < 0.1 else made


def number(_):
    bits = random.choice([0, 4, 6, 7, 8, 15, 16, 30, 31, 32, 60, 62, 63, 64, 65, 90, 127, 128, 240, 900, 32700, 32767, 32768])
    made = random.choice([1, -1]) * (2 ** bits + random.choice([-2, -1, 0, 1, 2]))
    return Int(made) if random.random() < 0.1 else made


def real(_):
    made = random.choice([0.0, -0.0, 1.5, -1e308, 5e-324, float("inf"), -float("inf"), float("nan"), random.random()])
    return Float(made) if random.random() < 0.1 else made


def octets(budget):
    kind = random.choice([bytes, bytes, bytearray, Bytes])
    return kind(random.getrandbits(8) for _ in range(budget.length()))


def constant(_):
    return random.choice([None, True, False, Color.RED, sys.maxsize, -sys.maxsize - 1])


def sequence(budget, depth):
    items = many(budget, depth)
    if len(items) == 2 and random.random() < 0.3:
        return Pair(*items)
    return random.choice([list, tuple, List, Tuple])(items)


def mapping(budget, depth):
    keys = [k for k in many(budget, 99)]
    made = random.choice([dict, collections.OrderedDict, functools.partial(collections.defaultdict, list)])()
    for key in keys:
        try:
            dict.__setitem__(made, key, plain(budget, depth + 1))
        except TypeError:
            pass
    return made if type(made) is not collections.OrderedDict else collections.OrderedDict(dict.items(made))


def many(budget, depth):
    length = random.choice([0, 1, 2, 3, 15, 16, 17])
    length = min(length, budget.values // 3, budget.size // 100)
    budget.values -= length * 2
    return [plain(budget, depth + 1) for _ in range(max(length, 0))]


def long():
    length = random.choice([1023, 1024, 1025, 3000])
    small = lambda k: random.choice([k, "%d" % k, None, (), -k])
    if random.random() < 0.5:
        return random.choice([list, tuple])(small(k) for k in range(length))
    return {k: small(k) for k in range(length)}


def plain(budget, depth=0):
    if depth == 0 and random.random() < 0.08:
        return long()
    makers = [text, number, real, octets, constant]
    if depth < 12 and random.random() < 0.4:
        return random.choice([sequence, mapping])(budget, depth)
    if depth < 3 and random.random() < 0.05:
        made = random.choice([[], (), {}, ["end"]])
        for _ in range(random.choice([6, 7, 8, 9, 30])):
            made = random.choice([[made], (made,), {1: made}])
        return made
    return random.choice(makers)(budget)


# ---- Objects of all sorts.

def generator():
    yield 1


async def coroutine():
    pass


class Slots:
    __slots__ = "a", "__weakref__"


class Nameless(type):
    def mro(cls):
        return [cls, object]


def fake_socket(_):
    return type("_socket.socket", (), {"__slots__": ("family", "type", "proto")})()


def fake_path(_):
    made = type("PurePath", (), {"__slots__": ("_str", "_raw_paths", "_parts")})()
    for slot in "_str", "_raw_paths", "_parts":
        if random.random() < 0.7:
            value = random.choice([1, "a", [], ["a", "/b", "c" * 5000], ["a", 1], [Str("q")], Str("s"), ("a",), ["\ud800", "\xe9"]])
            setattr(made, slot, value)
    return made


def begun(_):
    """Made by __new__ and never initialised."""
    kind = random.choice([
        socket.socket, pathlib.Path, pathlib.PurePosixPath, io.StringIO, io.BytesIO, threading.Thread, types.ModuleType,
        collections.deque, collections.OrderedDict, Exception, UnicodeDecodeError, OSError, Slots, property, staticmethod,
        classmethod, bytearray, set, io.BufferedReader, io.TextIOWrapper, io.FileIO, super, type(Slots.a).__class__,
    ])
    try:
        return kind.__new__(kind)
    except TypeError:
        return kind


def code(_):
    made = fake_socket.__code__
    changes = [("co_name", text(Budget())), ("co_filename", text(Budget())), ("co_firstlineno", number(None))]
    for name, value in changes:
        try:
            made = made.replace(**{name: value})
        except (TypeError, ValueError, OverflowError, UnicodeError):
            pass
    if random.random() < 0.5:
        function = types.FunctionType(made, {})
        return function if random.random() < 0.5 else types.MethodType(function, 1)
    return made


def module(_):
    made = types.ModuleType(random.choice(["m", "\xe9", "\ud800"]))
    if random.random() < 0.5:
        del made.__name__
    return made if random.random() < 0.5 else vars(made)


def kind(_):
    name = random.choice(["a", "\xe9" * 200, "\u20ac" * 100, "x" * 3000, "a.b", ""])
    meta, bases = random.choice([(type, [object, dict, str, int, Exception]), (Nameless, [object])])
    made = meta(name, (random.choice(bases),), {})
    made.__name__ = random.choice([name, "renamed"])
    return made if random.random() < 0.5 else made()


def cyclic(_):
    items = [1]
    entries = {1: items}
    items += [items, entries, (items,)]
    entries[2] = entries
    return random.choice([items, entries])


def dead(_):
    one = Slots()
    return random.choice([weakref.ref, weakref.proxy])(one)


def closed(_):
    made = socket.socket(random.choice([socket.AF_INET, socket.AF_UNIX, socket.AF_INET6]))
    if random.random() < 0.5:
        made.close()
    elif random.random() < 0.5:
        os.close(made.detach())
    return made


def view(_):
    made = memoryview(bytearray(20))
    if random.random() < 0.5:
        made.release()
    return made


def cut_map(_):
    made = mmap.mmap(-1, 4096)
    made.close()
    return made


def frame(_):
    return random.choice([sys._getframe, lambda: sys.exc_info, lambda: sys._getframe().f_back])()


class Structure(ctypes.Structure):
    _fields_ = [("a", ctypes.c_int)]


OTHER = [
    generator(), generator, len, [].append, Slots.a, Slots(), object(), object, type, Nameless, 1j, ..., NotImplemented,
    range(3), slice(1), {1}, frozenset([2]), iter([]), {}.keys(), {1: 2}.items(), zip(), array.array("d", [1.0]),
    decimal.Decimal("1"), datetime.datetime.now(), os.stat("/"), sys.flags, Structure(), ctypes.pointer(Structure()),
    (ctypes.c_char * 9)(), functools.partial(len), str.join, "".join, int.__add__, (1).__add__, super(Slots, Slots()),
    types.MethodType(len, 1), types.MethodType(functools.partial(len), 1), types.SimpleNamespace(a=1), threading.Lock(),
    pathlib.Path("a", "b"), pathlib.Path("/a") / "b\udcff", pathlib.Path("."), pathlib.PurePosixPath("x" * 5000), sys.stdout,
    "x" * 2000000, b"y" * 2000000, ["z" * 4096] * 100, [[1] * 1000] * 1000, {i: "v" * 100 for i in range(2000)},
    [[[[["\u20ac" * 2000] * 10] * 10] * 10] * 10], [types.SimpleNamespace()] * 5000, {Color.RED: Color}, 1 << 500000,
    [{k: {} for k in range(1000)}] * 4, ["y" * 24] * 4000, [1 << 200] * 3000, [[[]] * 1000] * 4,
]


def other(_):
    return random.choice(OTHER)


OTHERS = [fake_socket, fake_path, begun, code, module, kind, cyclic, dead, closed, view, cut_map, frame, other, other, other]


def wild():
    budget = Budget()
    made = random.choice(OTHERS)(budget)
    for _ in range(random.choice([0, 0, 1, 2, 8])):
        made = random.choice([lambda x: [x, 1], lambda x: (plain(budget, 5), x), lambda x: {"k": x}, lambda x: {1: 2, 3: [x]}])(made)
    return made


# ---- Lists and dicts that another thread changes all the time.

shared_list, shared_dict, done = [], {}, []


def change():
    while not done:
        shared_list[:] = [[shared_dict]] * random.randrange(1500)
        shared_dict.clear()
        for i in range(random.randrange(50)):
            shared_dict[i] = shared_list
        del shared_list[random.randrange(1500):]


sys.setswitchinterval(1e-4)
thread = threading.Thread(target=change)
thread.start()
lines = []
try:
    for number_of_event in range(count):
        if number_of_event % 2 == 0:
            value = plain(Budget())
            line = json.dumps(shown(value))
        else:
            value = [shared_list, shared_dict] if random.random() < 0.1 else wild()
            line = ""
        sys.audit("odd", number_of_event, value)
        lines.append(line)
        value = None
finally:
    done.append(1)
    thread.join()
with open(path, "w") as file:
    file.writelines(line + "\n" for line in lines)
