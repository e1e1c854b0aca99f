"""Values (segment.md, section 6). Only methods of the builtin types are called, never those of a subclass."""

import struct
import sys

from . import redact
from .settings import PAIR, PUTENV
from .siphash import siphash

TEXT, ITEMS, DEPTH, ARGUMENTS, VALUES, SOFT = 4096, 1024, 8, 255, 4096, 64 * 1024
STR, BYTES, LIST, MAP, RAW, BIG = 5, 6, 7, 8, 9, 10
# Pure Python takes 2 us for each of the 8 bytes that SipHash reads at a time: long texts go without a digest.
DIGEST_MOST = 8192

_mro = type.__dict__["__mro__"].__get__
_type_name = type.__dict__["__name__"].__get__
_function_name = type(lambda: 0).__dict__["__name__"].__get__
_builtin_name = type(len).__dict__["__name__"].__get__
_BASES = (str, int, bytes, tuple, list, dict, float, bytearray)


def put_uint(out, value):
    if value < 0x80:
        out.append(value)
    elif value <= 0xFF:
        out += b"\xcc%c" % value
    elif value <= 0xFFFF:
        out += struct.pack(">BH", 0xCD, value)
    elif value <= 0xFFFFFFFF:
        out += struct.pack(">BI", 0xCE, value)
    else:
        out += struct.pack(">BQ", 0xCF, value)


def put_int(out, value):
    if value >= 0:
        put_uint(out, value)
    elif value >= -32:
        out.append(value + 256)
    elif value >= -0x8000:
        out += struct.pack(">Bh", 0xD1, value)
    elif value >= -0x80000000:
        out += struct.pack(">Bi", 0xD2, value)
    else:
        out += struct.pack(">Bq", 0xD3, value)


def _head(out, count, small, limit, codes):
    """A length in the shortest form: in the first byte, or behind one of the codes for 8, 16 and 32 bits."""
    if count < limit:
        out.append(small | count)
    elif count <= 0xFF and codes[0]:
        out += struct.pack(">BB", codes[0], count)
    elif count <= 0xFFFF:
        out += struct.pack(">BH", codes[1], count)
    else:
        out += struct.pack(">BI", codes[2], count)


def put_array(out, count):
    _head(out, count, 0x90, 16, (0, 0xDC, 0xDD))


def put_map(out, count):
    _head(out, count, 0x80, 16, (0, 0xDE, 0xDF))


def put_bin(out, data):
    _head(out, len(data), 0, 0, (0xC4, 0xC5, 0xC6))
    out += data


def put_ext(out, kind, body):
    _head(out, len(body), 0, 0, (0xC7, 0xC8, 0xC9))
    out.append(kind)
    out += body


def put_text(out, data):
    """Bytes from outside: str when they are UTF-8, else raw str."""
    try:
        bytes.decode(data)
    except UnicodeDecodeError:
        put_ext(out, 1, data)
    else:
        _head(out, len(data), 0xA0, 32, (0xD9, 0xDA, 0xDB))
        out += data


def put_str(out, text):
    put_text(out, str.encode(text, "utf-8", "surrogatepass"))


def put_cut(out, kind, length, digest=b"", head=None):
    body = bytearray()
    put_array(body, 4)
    put_uint(body, kind)
    put_uint(body, length)
    put_bin(body, digest)
    if head is None:
        body.append(0xC0)
    else:
        body += head
    put_ext(out, 3, body)


def _is_among(one, types):
    """`in` would ask a metaclass for equality."""
    for other in types:
        if one is other:
            return True
    return False


def _base(value):
    """The builtin type whose content the value is, or None. By identity: a metaclass may have a hash of its own."""
    for one in _mro(type(value)):
        for base in _BASES:
            if one is base:
                return base
    return None


def cut_text(data, end):
    """At most `end` bytes, no character halved."""
    if end >= len(data):
        return data
    while end and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]


def _cut_bytes(data, end):
    return data[:end]


def _content(value):
    """The bytes of a str or bytes; None of any other value."""
    base = _base(value)
    if base is str:
        return str.encode(value, "utf-8", "surrogatepass")
    return bytes.__getitem__(value, slice(None)) if base is bytes else None


class Encoder:
    def __init__(self, settings, key):
        self.settings, self.key = settings, key
        self.left = 0

    def arguments(self, out, arguments, trim, place):
        count = min(len(arguments), ARGUMENTS)
        self.left, self.end = VALUES - count, len(out) + SOFT
        put_array(out, count + (count < len(arguments)))
        for index in range(count):
            if trim and index >= 2:
                out.append(0xC0)
            elif place == PAIR and index == 1:
                self._asked(out, arguments[1], self._key(arguments[0]), 0)
            elif place is None or not self._environment(out, place, index, arguments[index]):
                self.value(out, arguments[index], 0)
        if count < len(arguments):
            put_cut(out, LIST, len(arguments))

    def value(self, out, value, depth):
        if value is None:
            out.append(0xC0)
        elif value is True or value is False:
            out.append(0xC3 if value else 0xC2)
        else:
            base = _base(value)
            self.item = depth > 0
            if base is str:
                self._text(out, str.encode(value, "utf-8", "surrogatepass"), STR)
            elif base is int:
                self._number(out, value)
            elif base is bytes or base is bytearray:
                self._text(out, bytes(base.__getitem__(value, slice(None))), BYTES)
            elif base is float:
                out += struct.pack(">Bd", 0xCB, value)
            elif base is list or base is tuple:
                self._items(out, base.__getitem__(value, slice(None)), depth)
            elif base is dict:
                self._entries(out, value, depth)
            else:
                self._object(out, value)

    def _spent(self, out):
        return len(out) > self.end

    def _number(self, out, value):
        size = int.bit_length(value) // 8 + 1
        if size <= 8:
            put_int(out, int.__add__(value, 0))
        elif size <= 9 and int.__ge__(value, 0) and int.bit_length(value) <= 63:
            put_int(out, int.__add__(value, 0))
        elif int.__eq__(value, -(2 ** 63)):
            put_int(out, -(2 ** 63))
        elif size > TEXT or self._spent(out):
            put_cut(out, BIG, size)
        else:
            put_ext(out, 2, int.to_bytes(value, max(size, 9), "big", signed=True))

    def _text(self, out, data, kind):
        size = len(data)
        if kind == STR and size > 24:
            try:
                data.decode()
            except UnicodeDecodeError:
                kind = RAW
        if self._spent(out) and size > 24:
            put_cut(out, kind, size)
        elif size > TEXT or (self.settings.redact and redact.may_hold(data)):
            self._marked(out, data, kind)
        elif kind == BYTES:
            put_bin(out, data)
        else:
            put_text(out, data)

    def _marked(self, out, data, kind):
        size = len(data)
        cut = _cut_bytes if kind == BYTES else cut_text
        window = cut(data, TEXT + redact.AHEAD)
        head, whole = cut(data, TEXT), size <= TEXT
        if self.settings.redact:
            scan = redact.Scan(window, self.item, len(window) < size)
            kept, whole = redact.copy(self.key, scan, len(head), TEXT, cut)
            if kept != data and self._spent(out):
                put_cut(out, kind, size)
                return
            whole = whole and size <= TEXT
            head = kept
        if whole and kind == BYTES:
            put_bin(out, head)
        elif whole:
            put_text(out, head)
        else:
            digest = siphash(self.key, data) if size <= DIGEST_MOST else b""
            body = bytearray()
            if kind == BYTES:
                put_bin(body, head)
            else:
                put_text(body, head)
            put_cut(out, kind, size, digest, body)

    def redacted(self, text):
        """A name of code, whole."""
        data = str.encode(text, "utf-8", "surrogatepass")
        if self.settings.redact:
            data, _ = redact.copy(self.key, redact.Scan(data), len(data), TEXT, cut_text)
        return data

    def _key(self, key):
        """What a key says of its value."""
        name = _content(key) if self.settings.redact else None
        return redact.asks(name) if name else 0

    def _option(self, item):
        """What an option, which begins with a dash, says of the item behind it."""
        name = _content(item) if self.settings.redact else None
        return redact.asks(name) if name and name[0] == 45 else 0

    def _asked(self, out, value, asks, depth):
        data = _content(value) if asks else None
        if data is None:
            self.value(out, value, depth)
            return
        text = _base(value) is str
        cut = cut_text if text else _cut_bytes
        mark = redact.asked(self.key, cut(data, TEXT + redact.AHEAD), asks)
        if not mark:
            self.value(out, value, depth)
        elif self._spent(out):
            put_cut(out, STR if text else BYTES, 0)
        elif text:
            put_text(out, mark)
        else:
            put_bin(out, mark)

    def _items(self, out, items, depth):
        length = len(items)
        if depth >= DEPTH or (length and self._spent(out)):
            put_cut(out, LIST, length)
            return
        count = min(length, ITEMS, self.left)
        self.left -= count
        into = out if count == length else bytearray()
        put_array(into, count)
        asks = 0
        for index in range(count):
            self._asked(into, items[index], asks, depth + 1)
            asks = self._key(items[0]) if index == 0 and length == 2 else self._option(items[index])
        if into is not out:
            put_cut(out, LIST, length, b"", into)

    def _entries(self, out, value, depth):
        items = list(dict.items(value))
        length = len(items)
        if depth >= DEPTH or (length and self._spent(out)):
            put_cut(out, MAP, length)
            return
        count = min(length, ITEMS, self.left // 2)
        self.left -= 2 * count
        into = out if count == length else bytearray()
        put_map(into, count)
        for index in range(count):
            self.value(into, items[index][0], depth + 1)
            self._asked(into, items[index][1], self._key(items[index][0]), depth + 1)
        if into is not out:
            put_cut(out, MAP, length, b"", into)

    def _object(self, out, value):
        kind = type(value)
        body = bytearray(b"\x93")
        put_text(body, _cut_name(_type_name(kind)))
        # The address, turned, without the event that id() raises.
        put_uint(body, object.__hash__(value) & 0xFFFFFFFFFFFFFFFF)
        facts = self._facts(value, kind)
        put_map(body, len(facts))
        for name, fact in facts:
            put_str(body, name)
            if type(fact) is str:
                put_text(body, _cut_name(fact))
            else:
                put_int(body, fact)
        put_ext(out, 4, body)

    def _facts(self, value, kind):
        if _is_among(type, _mro(kind)):
            return [("name", _type_name(value))]
        if kind is type(put_uint):
            return [("name", _function_name(value))]
        if kind is type(len):
            return [("name", _builtin_name(value))]
        sockets = sys.modules.get("_socket")
        socket = getattr(sockets, "socket", None) if type(sockets) is type(sys) else None
        if type(socket) is type and _is_among(socket, _mro(kind)):
            read = lambda name: socket.__dict__[name].__get__(value)
            return [("fd", socket.fileno(value)), ("family", read("family")), ("type", read("type")),
                    ("proto", read("proto"))]
        return []

    def _secret(self, out, value):
        base = _base(value)
        if base is str:
            data = str.encode(value, "utf-8", "surrogatepass")
        elif base is bytes:
            data = bytes.__getitem__(value, slice(None))
        else:
            out.append(0xC0)
            return
        body = bytearray(b"\x93")
        put_str(body, "env")
        put_uint(body, len(data))
        put_str(body, siphash(self.key, data).hex())
        put_ext(out, 5, body)

    def _environment(self, out, place, index, value):
        if index > 1 if place == PUTENV else index != place:
            return False
        if self.settings.environment == 0:
            out.append(0xC0)
            return True
        if place == PUTENV:
            if index == 0:
                return False
            self._secret(out, value)
            return True
        base = _base(value)
        if base is dict:
            self._secret_map(out, value)
        elif base is list or base is tuple:
            self._secret_list(out, base.__getitem__(value, slice(None)))
        elif base is str or base is bytes:
            self._secret(out, value)
        else:
            self.value(out, value, 0)
        return True

    def _secret_map(self, out, value):
        items = list(dict.items(value))
        if len(items) > ITEMS:
            put_cut(out, MAP, len(items))
            return
        put_map(out, len(items))
        for name, secret in items:
            self.value(out, name, 1)
            self._secret(out, secret)

    def _secret_list(self, out, items):
        if len(items) > ITEMS:
            put_cut(out, LIST, len(items))
            return
        put_array(out, len(items))
        for item in items:
            key, equals, secret = item.partition(b"=") if type(item) is bytes else (b"", b"", item)
            if equals and len(key) < 256:
                put_array(out, 2)
                put_text(out, key + equals)
            self._secret(out, secret if equals and len(key) < 256 else item)


def _cut_name(text):
    data = str.encode(text, "utf-8", "surrogatepass")
    return data if len(data) <= 1024 else data[:1024].decode("utf-8", "ignore").encode()
