"""Arguments whose methods all end the program: a hook that calls one of them is found out."""

import enum
import os
import pathlib
import socket
import sys


def trap(*_):
    os._exit(99)


class Str(str):
    __str__ = __repr__ = __len__ = __hash__ = __eq__ = __iter__ = __getitem__ = encode = trap


class Int(int):
    __index__ = __int__ = __repr__ = __hash__ = __eq__ = __bool__ = __ge__ = __add__ = trap


class Float(float):
    __float__ = __repr__ = __hash__ = __eq__ = __add__ = trap


class List(list):
    __len__ = __iter__ = __getitem__ = __repr__ = trap


class Tuple(tuple):
    __len__ = __iter__ = __getitem__ = __repr__ = __hash__ = trap


class Dict(dict):
    __len__ = __iter__ = __getitem__ = __repr__ = items = keys = trap


class Bytes(bytes):
    __len__ = __iter__ = __getitem__ = __repr__ = __hash__ = __bytes__ = trap


class Path(type(pathlib.Path("."))):
    __str__ = __fspath__ = __repr__ = __hash__ = trap


class Meta(type):
    __repr__ = __getattribute__ = __hash__ = __instancecheck__ = trap


class Object(metaclass=Meta):
    __repr__ = __str__ = __getattribute__ = __hash__ = __eq__ = __len__ = __bool__ = __index__ = trap
    __class__ = property(trap)

    def __del__(self):
        sys.audit("hostile.deleted")


class Socket(socket.socket):
    fileno = __repr__ = __getattribute__ = trap


class Enum(enum.IntEnum):
    ONE = 1


sys.audit("hostile.plain", Str("text"), Int(7), Int(2 ** 70), Float(0.5), Bytes(b"bytes"))
sys.audit("hostile.containers", List([1]), Tuple((2,)), Dict(a=3), Enum.ONE)
sys.audit("hostile.objects", Object(), Object, Path("/a/b"))
one = socket.socket()
two = Socket(socket.AF_INET, socket.SOCK_DGRAM)
sys.audit("hostile.sockets", one, two)
os._exit(0)
