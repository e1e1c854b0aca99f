"""Raises 300 events and ends as it is told. Usage: endings.py NAME, or endings.py all for a child of each name."""
import mmap, os, resource, signal, sys, threading


def mark(name, first=0):
    for i in range(first, first + 300):
        sys.audit("mark", name, i)


def os_exit():
    os._exit(7)


def abort():
    os.abort()


def exec_():
    code = "import sys\nfor i in range(300, 600): sys.audit('mark', 'exec', i)\nsys.exit(5)"
    os.execv(sys.executable, [sys.executable, "-c", code])


def segfault():
    import ctypes

    ctypes.string_at(0)


def exception():
    raise ValueError("not handled")


def sys_exit():
    sys.exit(3)


def daemon_thread():
    # The thread raises events until the interpreter stops it; the last number that was acknowledged is said.
    seen = memoryview(mmap.mmap(-1, 8)).cast("Q")

    def work():
        while True:
            sys.audit("daemon", seen[0])
            seen[0] += 1

    threading.Thread(target=work, daemon=True).start()
    while seen[0] < 300:
        pass
    sys.audit("mark", "daemon", 300)


def sigterm():
    os.kill(os.getpid(), signal.SIGTERM)


def fork_child():
    pid = os.fork()
    if pid == 0:
        mark("fork", 300)
        sys.exit(4)
    sys.exit(os.waitpid(pid, 0)[1] >> 8)


def ctrl_c():
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)


ENDINGS = {
    "_exit": (os_exit, 7),
    "abort": (abort, -6),
    "exec": (exec_, 5),
    "segfault": (segfault, -11),
    "exception": (exception, 1),
    "exit": (sys_exit, 3),
    "daemon": (daemon_thread, 0),
    "sigterm": (sigterm, -15),
    "fork": (fork_child, 4),
    "ctrl-c": (ctrl_c, -2),
}


def end(name):
    mark(name)
    ENDINGS[name][0]()


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.argv[1] != "all":
        return end(sys.argv[1])
    for name, (_, expected) in ENDINGS.items():
        pid = os.fork()
        if pid == 0:
            return end(name)
        status = os.waitpid(pid, 0)[1]
        code = -(status & 127) if status & 127 else status >> 8
        if code != expected:
            sys.exit("%s ended with %d" % (name, code))


main()
