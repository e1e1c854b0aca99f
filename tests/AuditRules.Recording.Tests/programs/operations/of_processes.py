"""The environment, processes and users."""

import os
import threading

from kit import attempt, module, nothing, operation, path, simple


@operation("set and delete a variable in `os.environ`")
def _():
    yield
    os.environ["BLIND_SPOT"] = "1"
    del os.environ["BLIND_SPOT"]
    yield


@operation("`posix.putenv`, `posix.unsetenv`")
def _():
    import posix
    yield
    posix.putenv(b"BLIND_SPOT", b"1")
    posix.unsetenv(b"BLIND_SPOT")
    yield


simple("read `os.environ`", nothing, lambda _: dict(os.environ))

simple("`os.fork`", nothing, lambda _: forked(os.fork))
simple("`os.forkpty`, `pty.fork`", nothing, lambda _: forked(lambda: forkpty()))
simple("`pty.spawn`", module("pty"), lambda m: m.spawn(["/bin/true"], lambda f: os.read(f, 99)))
simple("`pty.openpty`", module("pty"), lambda m: [os.close(end) for end in m.openpty()])
simple("`os.execv`", nothing, lambda _: os.execv(path("missing"), ["missing"]))
simple("`os.posix_spawn`, `os.posix_spawnp`", nothing,
       lambda _: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0))
simple("`os.spawnv`", nothing, lambda _: os.spawnv(os.P_WAIT, "/bin/true", ["true"]))
simple("`os.system`", nothing, lambda _: os.system("true"))
simple("`os.popen`", nothing, lambda _: os.popen("true").close())
simple("`subprocess.run`", module("subprocess"), lambda m: m.run(["/bin/true"]))
simple("`multiprocessing.Process` by fork", module("multiprocessing"), lambda m: multiprocess(m))
simple("`os.kill`", nothing, lambda _: os.kill(os.getpid(), 0))
simple("`os.killpg`", nothing, lambda _: os.killpg(os.getpgid(0), 0))
simple("`os.pidfd_open`, `signal.pidfd_send_signal`", lambda: (os.pidfd_open, module("signal")()),
       lambda v: pidfd(*v))
simple("`signal.pthread_kill`", module("signal"), lambda m: m.pthread_kill(threading.get_ident(), 0))
simple("`signal.raise_signal`", module("signal"), lambda m: m.raise_signal(m.SIGCONT))
simple("`signal.signal`, `signal.setitimer`", module("signal"),
       lambda m: (m.signal(m.SIGUSR1, m.SIG_IGN), m.setitimer(m.ITIMER_REAL, 0)),
       lambda m: m.signal(m.SIGUSR1, m.SIG_DFL))
simple("`os.wait`, `os.waitpid`", nothing, lambda _: os.waitpid(-1, os.WNOHANG))
simple("`os.setsid`, `os.setpgid`", nothing, lambda _: attempt(lambda: os.setpgid(0, os.getpgid(0))))
simple("`os.setuid`, `os.setgid`", nothing, lambda _: (os.setgid(os.getgid()), os.setuid(os.getuid())))
simple("`os.chroot`", nothing, lambda _: os.chroot(path("missing")))
simple("`os.unshare`", lambda: os.unshare, lambda unshare: unshare(0))
simple("`os.nice`, `os.sched_setaffinity`", nothing,
       lambda _: (os.nice(0), os.sched_setaffinity(0, os.sched_getaffinity(0))))
simple("`resource.setrlimit`", module("resource"),
       lambda m: m.setrlimit(m.RLIMIT_CORE, m.getrlimit(m.RLIMIT_CORE)))
simple("`resource.prlimit`", module("resource"), lambda m: m.prlimit(0, m.RLIMIT_CORE))
simple("`pwd.getpwnam`", module("pwd"), lambda m: m.getpwnam("root"))
simple("`syslog.openlog`, `setlogmask`, `closelog`", module("syslog"),
       lambda m: (m.openlog("blind"), m.setlogmask(255), m.closelog()))


def forked(fork):
    pid = fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def forkpty():
    pid, terminal = os.forkpty()
    if pid:
        os.close(terminal)
    return pid


def multiprocess(multiprocessing):
    process = multiprocessing.get_context("fork").Process(target=int)
    process.start()
    process.join()


def pidfd(pidfd_open, signal):
    file = pidfd_open(os.getpid())
    signal.pidfd_send_signal(file, 0)
    os.close(file)


@operation("`_posixsubprocess.fork_exec`")
def _():
    import _posixsubprocess
    import subprocess
    function, taken = _posixsubprocess.fork_exec, []

    class Taken(Exception):
        pass

    def take(*arguments):
        taken.extend(arguments)
        raise Taken

    _posixsubprocess.fork_exec = take
    mine = getattr(subprocess, "_fork_exec", None)
    if mine:
        subprocess._fork_exec = take
    try:
        subprocess.Popen(["/bin/true"], cwd="/")
    except Taken:
        pass
    _posixsubprocess.fork_exec = function
    if mine:
        subprocess._fork_exec = mine
    reader, writer = os.pipe()
    taken[3], taken[12], taken[13] = (writer,), reader, writer
    yield
    pid = function(*taken)
    yield
    os.waitpid(pid, 0)
    os.close(reader)
    os.close(writer)
