"""Memory and machine code."""

import os

from kit import ctypes, module, nothing, path, simple


def libc():
    library = ctypes().CDLL(None, use_errno=True)
    for name in ("open", "write", "close", "system", "getpid"):
        getattr(library, name)
    return library


def by_libc(library):
    file = library.open(path("by_libc").encode(), os.O_WRONLY | os.O_CREAT, 0o600)
    library.write(file, b"x", 1)
    library.close(file)


simple("`ctypes.CDLL`", ctypes, lambda m: m.CDLL(None))
simple("find a function in a library by `ctypes`", lambda: ctypes().CDLL(None), lambda m: m["getpid"])
simple("call a C function by `ctypes` (`getpid`)", libc, lambda m: m.getpid())
simple("`open` and `write` of libc by `ctypes`", libc, by_libc)
simple("`system` of libc by `ctypes`", libc, lambda m: m.system(b"true"))
simple("call a function at an address by `ctypes`", lambda: address_of_getpid(), lambda f: f())
simple("`ctypes.pythonapi`: call into the interpreter", lambda: ctypes().pythonapi.Py_IsInitialized, lambda f: f())
simple("`ctypes.create_string_buffer`, `create_unicode_buffer`", ctypes,
       lambda m: (m.create_string_buffer(4), m.create_unicode_buffer(4)))
simple("`ctypes.string_at`, `wstring_at`: read memory", lambda: (ctypes(), ctypes().create_unicode_buffer("a")),
       lambda v: (v[0].string_at(v[1], 1), v[0].wstring_at(v[1], 1)))
simple("`ctypes.memmove`, `memset`: write memory", lambda: (ctypes(), ctypes().create_string_buffer(4)),
       lambda v: (v[0].memmove(v[1], b"ab", 2), v[0].memset(v[1], 0, 1)))
simple("`ctypes` pointer: read and write memory", lambda: ctypes().pointer(ctypes().c_int(1)),
       lambda p: p.__setitem__(0, p[0]))
simple("`ctypes` object at an address (`from_address`)", lambda: (ctypes(), ctypes().c_int(1)),
       lambda v: v[0].c_int.from_address(v[0].addressof(v[1])))
simple("`ctypes` object over a buffer (`from_buffer`)", lambda: (ctypes(), bytearray(8)),
       lambda v: v[0].c_int.from_buffer(v[1]))
simple("`ctypes.get_errno`, `set_errno`", ctypes, lambda m: m.set_errno(m.get_errno()))
simple("`ctypes.memoryview_at`", lambda: (ctypes().memoryview_at, ctypes().create_string_buffer(4)),
       lambda v: v[0](v[1], 4))
simple("an object from its address (`_ctypes.PyObj_FromPtr`)", module("_ctypes"),
       lambda m: m.PyObj_FromPtr(id(m)))
simple("`_ctypes.call_function`", lambda: (module("_ctypes")(), ctypes().cast(libc().getpid, ctypes().c_void_p).value),
       lambda v: v[0].call_function(v[1], ()))
simple("`_ctypes.dlopen`, `dlsym` without `ctypes.CDLL`", module("_ctypes"),
       lambda m: m.dlsym(m.dlopen(None, 0), "getpid"))
simple("`array.array`", module("array"), lambda m: m.array("b", b"a"))
simple("`id`", nothing, id)


def address_of_getpid():
    return ctypes().CFUNCTYPE(ctypes().c_int)(ctypes().cast(libc().getpid, ctypes().c_void_p).value)
