"""The interpreter itself."""

import os
import sys
import threading

from kit import close, ctypes, made, module, nothing, path, simple

simple("`sys.settrace`, `sys.setprofile`", nothing, lambda _: (sys.settrace(None), sys.setprofile(None)))
simple("`threading.settrace`", nothing, lambda _: threading.settrace(None))
simple("`sys.monitoring.register_callback`", lambda: sys.monitoring,
       lambda m: (m.use_tool_id(5, "x"), m.register_callback(5, m.events.LINE, None), m.free_tool_id(5)))
simple("`sys._getframe`", nothing, lambda _: sys._getframe(0))
simple("`sys._getframemodulename`", lambda: sys._getframemodulename, lambda f: f(0))
simple("`sys._current_frames`", nothing, lambda _: sys._current_frames())
simple("`sys._current_exceptions`", lambda: sys._current_exceptions, lambda f: f())
simple("`inspect.stack`", module("inspect"), lambda m: m.stack(0))
simple("`gc.get_objects`, `get_referrers`, `get_referents`", module("gc"),
       lambda m: (m.get_objects(2), m.get_referrers(m), m.get_referents(m)))
simple("`gc.disable`, `gc.collect`", module("gc"), lambda m: (m.disable(), m.collect(), m.enable()))
simple("`sys.setrecursionlimit`, `setswitchinterval`", nothing,
       lambda _: (sys.setrecursionlimit(sys.getrecursionlimit()), sys.setswitchinterval(sys.getswitchinterval())))
simple("`faulthandler.enable`, `dump_traceback`", lambda: (module("faulthandler")(), open(made("a"), "w")),
       lambda v: (v[0].dump_traceback(v[1]), v[0].enable(v[1]), v[0].disable()), lambda v: v[1].close())
simple("`atexit.register`", module("atexit"), lambda m: m.unregister(m.register(nothing)))
simple("start a thread", nothing, lambda _: in_thread())
simple("an exception that reaches `sys.unraisablehook`", lambda: quiet(), lambda _: unraisable(), lambda v: loud(v))
simple("an exception that reaches `sys.excepthook`", lambda: quiet(ctypes().pythonapi.PyRun_SimpleString),
       lambda v: v[1](b"raise ValueError"), lambda v: loud(v))
simple("an asynchronous generator under a loop", module("asyncio"), lambda m: m.run(generated()))
simple("`time.sleep`", module("time"), lambda m: m.sleep(0))
simple("an event in a sub-interpreter", lambda: sub_interpreters(), lambda m: in_sub_interpreter(m),
       whose="interpreter")
simple("`logging` to a file", lambda: log(), lambda l: l.warning("x"))
simple("`sqlite3.connect`", module("sqlite3"), lambda m: m.connect(path("db")).close())
simple("`sqlite3`: create a table, insert, select", lambda: module("sqlite3")().connect(path("db")),
       lambda c: [c.execute(text) for text in ("create table if not exists t(x)", "insert into t values(1)",
                                               "select * from t")] and c.commit(), close)
simple("`sqlite3`: attach another file", lambda: module("sqlite3")().connect(path("db")),
       lambda c: c.execute("attach ? as other", (path("db2"),)), close)
simple("`sqlite3`: load an extension", lambda: loadable(), lambda v: extension(*v), lambda v: v[0].close())
simple("`sys.addaudithook`", nothing, lambda _: sys.addaudithook(ignore))


def ignore(event, arguments):
    pass


def in_thread():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def quiet(value=None):
    keep, sys.stderr = sys.stderr, open(os.devnull, "w")
    return keep, value


def loud(value):
    sys.stderr.close()
    sys.stderr = value[0]


class Broken:
    def __del__(self):
        raise ValueError


def unraisable():
    Broken()


async def generated():
    async def numbers():
        yield 1

    async for _ in numbers():
        pass


def sub_interpreters():
    try:
        return __import__("_interpreters")
    except ImportError:
        return __import__("_xxsubinterpreters")


def in_sub_interpreter(interpreters):
    one = interpreters.create()
    interpreters.run_string(one, "import sys; sys.audit('example.event')")
    interpreters.destroy(one)


def log():
    import logging
    logger = logging.getLogger("blind")
    if not logger.handlers:
        logger.addHandler(logging.FileHandler(path("log")))
        logger.propagate = False
    return logger


def loadable():
    connection = __import__("sqlite3").connect(":memory:")
    return connection, connection.enable_load_extension


def extension(connection, enable):
    enable(True)
    try:
        connection.load_extension(path("missing"))
    except Exception:
        pass
