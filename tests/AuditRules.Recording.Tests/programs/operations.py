"""Performs what a security engineer asks about, each between two marks of its own, so that a recording shows which
events CPython raises for it: docs/blind-spots.md is made of that.

    python3 operations.py FOLDER     FOLDER is empty and private; the last line of output is a JSON object

Every operation is harmless: files of FOLDER, the loopback interface, calls that change nothing or that must fail. Each
is a generator: up to its first yield it prepares, up to the second it performs, then it tidies up. It runs twice and the
second time counts, so that what is loaded on first use does not show; starts of processes run once.
"""

import json
import os
import signal
import socket
import sys
import threading

OPERATIONS = []  # title, function, and whose events count: "thread", "interpreter" or "process"
FOLDER = sys.argv[1]
ME = sys.executable
os.environ["TMPDIR"] = FOLDER
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio looks at it; the caller may ignore it


def operation(title):
    def add(function):
        OPERATIONS.append((title, function, "thread"))
        return function

    return add


def path(name):
    return os.path.join(FOLDER, name)


def made(name, data=b"0123456789"):
    with open(path(name), "wb") as file:
        file.write(data)
    return path(name)


def simple(title, prepare, perform, tidy=lambda value: None, whose="thread"):
    """An operation of three expressions."""

    def run():
        value = prepare()
        yield
        try:
            perform(value)
        except OSError:
            pass  # the attempt is what is asked about
        yield
        tidy(value)

    OPERATIONS.append((title, run, whose))


def nothing():
    return None


def close(value):
    value.close()


def opened(mode="r+b"):
    return lambda: open(made("a"), mode)


def descriptor(flags=os.O_RDWR):
    return lambda: os.open(made("a"), flags)


# Files

simple("`open` a file to read", lambda: made("a"), lambda p: open(p).close())
simple("`open` a file to write", lambda: made("a"), lambda p: open(p, "w").close())
simple("`os.open`", lambda: made("a"), lambda p: os.close(os.open(p, os.O_RDONLY)))
simple("read from an open file", opened(), lambda f: f.read(), close)
simple("write to an open file", opened(), lambda f: (f.write(b"x"), f.flush()), close)
simple("truncate an open file", opened(), lambda f: f.truncate(1), close)
simple("`os.read` from a descriptor", descriptor(), lambda f: os.read(f, 4), os.close)
simple("`os.write` to a descriptor", descriptor(), lambda f: os.write(f, b"x"), os.close)
simple("`os.pread`, `os.pwrite`", descriptor(), lambda f: (os.pread(f, 1, 0), os.pwrite(f, b"x", 0)), os.close)
simple("`open` a descriptor", descriptor(), lambda f: open(f, closefd=False).close(), os.close)
simple("`os.fdopen`", descriptor(), lambda f: os.fdopen(f, closefd=False).close(), os.close)
simple("`os.dup`, `os.dup2`", descriptor(), lambda f: os.close(os.dup2(os.dup(f), 99) and 99), os.close)
simple("`os.ftruncate`", descriptor(), lambda f: os.ftruncate(f, 1), os.close)
simple("`os.fsync`", descriptor(), os.fsync, os.close)
simple("`os.sendfile` from file to socket", lambda: (descriptor()(), socket.socketpair()),
       lambda v: os.sendfile(v[1][0].fileno(), v[0], 0, 4), lambda v: (os.close(v[0]), v[1][0].close(), v[1][1].close()))


@operation("`os.copy_file_range`")
def _():
    copy = os.copy_file_range
    source, target = os.open(made("a"), os.O_RDONLY), os.open(made("b"), os.O_WRONLY)
    yield
    try:
        copy(source, target, 4)
    except OSError:
        pass
    yield
    os.close(source)
    os.close(target)


@operation("map a file into memory")
def _():
    import mmap
    file = open(made("a"), "r+b")
    yield
    memory = mmap.mmap(file.fileno(), 0)
    yield
    memory.close()
    file.close()


@operation("read and write a file that is mapped into memory")
def _():
    import mmap
    file = open(made("a"), "r+b")
    memory = mmap.mmap(file.fileno(), 0)
    yield
    memory[0:2] = bytes(memory[2:4])
    memory.flush()
    yield
    memory.close()
    file.close()


simple("`os.stat`, `os.lstat`, `os.path.exists`", lambda: made("a"),
       lambda p: (os.stat(p), os.lstat(p), os.path.exists(p)))
simple("`os.access`", lambda: made("a"), lambda p: os.access(p, os.R_OK))
simple("`os.readlink`, `os.path.realpath`", lambda: os.symlink("a", path("link")),
       lambda _: (os.readlink(path("link")), os.path.realpath(path("link"))), lambda _: os.unlink(path("link")))
simple("`os.listdir`", nothing, lambda _: os.listdir(FOLDER))
simple("`os.scandir`", nothing, lambda _: list(os.scandir(FOLDER)))
simple("`os.walk`", nothing, lambda _: list(os.walk(FOLDER)))
simple("`os.fwalk`", nothing, lambda _: list(os.fwalk(FOLDER)))
simple("`os.getcwd`", nothing, lambda _: os.getcwd())
simple("`os.chdir`, `os.fchdir`", lambda: os.getcwd(), lambda _: os.chdir(FOLDER), os.chdir)
simple("`os.chmod`, `os.fchmod`", lambda: made("a"), lambda p: os.chmod(p, 0o600))
simple("`os.chown`", lambda: made("a"), lambda p: os.chown(p, os.getuid(), os.getgid()))
simple("`os.utime`", lambda: made("a"), lambda p: os.utime(p))
simple("`os.rename`, `os.replace`", lambda: made("a"), lambda p: os.replace(p, path("b")))
simple("`os.link`", lambda: made("a"), lambda p: os.link(p, path("hard")), lambda _: os.unlink(path("hard")))
simple("`os.symlink`", nothing, lambda _: os.symlink("a", path("soft")), lambda _: os.unlink(path("soft")))
simple("`os.remove`, `os.unlink`", lambda: made("a"), os.unlink)
simple("`os.truncate`", lambda: made("a"), lambda p: os.truncate(p, 1))
simple("`os.mkdir`", nothing, lambda _: os.mkdir(path("d")), lambda _: os.rmdir(path("d")))
simple("`os.rmdir`", lambda: os.mkdir(path("d")), lambda _: os.rmdir(path("d")))
simple("`os.mkfifo`", nothing, lambda _: os.mkfifo(path("fifo")), lambda _: os.unlink(path("fifo")))
simple("`os.mknod`", nothing, lambda _: os.mknod(path("node")), lambda _: os.unlink(path("node")))
simple("`os.pipe`", nothing, lambda _: [os.close(end) for end in os.pipe()])
simple("`os.memfd_create`", lambda: os.memfd_create, lambda make: os.close(make("m")))
simple("`os.setxattr`, `os.getxattr`, `os.listxattr`, `os.removexattr`", lambda: made("a"),
       lambda p: [attempt(f) for f in (lambda: os.setxattr(p, "user.a", b"1"), lambda: os.getxattr(p, "user.a"),
                                       lambda: os.listxattr(p), lambda: os.removexattr(p, "user.a"))])
simple("`os.lockf`", descriptor(), lambda f: os.lockf(f, os.F_TEST, 0), os.close)
simple("`fcntl.fcntl`, `fcntl.ioctl`, `fcntl.flock`, `fcntl.lockf`", opened(), lambda f: fcntl_calls(f), close)
simple("`os.umask`", nothing, lambda _: os.umask(os.umask(0o22)))


def attempt(function):
    try:
        function()
    except OSError:
        pass


def fcntl_calls(file):
    import fcntl
    fcntl.fcntl(file, fcntl.F_GETFD)
    attempt(lambda: fcntl.ioctl(file, 0x5401, b" " * 60))
    fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.lockf(file, fcntl.LOCK_EX)


def module(name):
    return lambda: __import__(name, fromlist=["x"])


simple("`tempfile.mkstemp`, `NamedTemporaryFile`", module("tempfile"),
       lambda m: m.NamedTemporaryFile(dir=FOLDER).close())
simple("`tempfile.TemporaryFile`", module("tempfile"), lambda m: m.TemporaryFile(dir=FOLDER).close())
simple("`tempfile.mkdtemp`", module("tempfile"), lambda m: os.rmdir(m.mkdtemp(dir=FOLDER)))
simple("`glob.glob`", module("glob"), lambda m: m.glob(path("*")))
simple("`pathlib.Path.glob`", module("pathlib"), lambda m: list(m.Path(FOLDER).glob("*")))
simple("`pathlib.Path.rglob`", module("pathlib"), lambda m: list(m.Path(FOLDER).rglob("*")))
simple("`pathlib.Path.read_text`", lambda: (module("pathlib")(), made("a")), lambda v: v[0].Path(v[1]).read_text())
simple("`pathlib.Path.exists`, `stat`", module("pathlib"), lambda m: (m.Path(FOLDER).exists(), m.Path(FOLDER).stat()))
simple("`shutil.copyfile`", lambda: (module("shutil")(), made("a")), lambda v: v[0].copyfile(v[1], path("b")))
simple("`shutil.copy`", lambda: (module("shutil")(), made("a")), lambda v: v[0].copy(v[1], path("b")))
simple("`shutil.copy2`", lambda: (module("shutil")(), made("a")), lambda v: v[0].copy2(v[1], path("b")))
simple("`shutil.move`", lambda: (module("shutil")(), made("a")), lambda v: v[0].move(v[1], path("b")))
simple("`shutil.copytree`", lambda: tree(), lambda m: m.copytree(path("tree"), path("copy")), lambda m: no_trees(m))
simple("`shutil.rmtree`", lambda: tree(), lambda m: m.rmtree(path("tree")))
simple("`shutil.chown`", lambda: (module("shutil")(), made("a")), lambda v: v[0].chown(v[1], os.getuid()))
simple("`shutil.make_archive`", lambda: tree(), lambda m: m.make_archive(path("made"), "tar", path("tree")),
       lambda m: (no_trees(m), os.unlink(path("made.tar"))))
simple("`shutil.unpack_archive`", lambda: archive("zip"), lambda m: m.unpack_archive(path("made.zip"), path("copy")),
       lambda m: (no_trees(m), os.unlink(path("made.zip"))))
simple("extract a zip file", lambda: (archive("zip"), module("zipfile")()),
       lambda v: v[1].ZipFile(path("made.zip")).extractall(path("copy")), lambda v: no_trees(v[0]))
simple("extract a tar file", lambda: (archive("tar"), module("tarfile")()),
       lambda v: untar(v[1]), lambda v: no_trees(v[0]))


def tree():
    import shutil
    no_trees(shutil)
    os.mkdir(path("tree"))
    made("tree/a")
    return shutil


def no_trees(shutil):
    for name in ("tree", "copy"):
        shutil.rmtree(path(name), ignore_errors=True)


def archive(kind):
    shutil = tree()
    shutil.make_archive(path("made"), kind, path("tree"))
    return shutil


def untar(tarfile):
    with tarfile.open(path("made.tar")) as file:
        file.chown = lambda *arguments, **named: None  # for root alone
        if hasattr(tarfile, "data_filter"):
            file.extractall(path("copy"), filter="data")
        else:
            file.extractall(path("copy"))


simple("a C extension writes a file (`readline.write_history_file`)", module("readline"),
       lambda m: m.write_history_file(path("history")))
simple("`dbm.gnu.open` (a C extension opens a file)", module("dbm.gnu"), lambda m: m.open(path("gdbm"), "c").close())

# Environment


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

# Processes and users

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


# Network


def server(greeting, answer):
    """Serves one client of the loopback interface from a thread whose events do not count."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(1)
    listening.settimeout(60)

    def serve():
        client, _ = listening.accept()
        client.settimeout(60)
        listening.close()
        with client, client.makefile("rwb") as file:
            try:
                file.write(greeting)
                file.flush()
                for line in file:
                    file.write(answer(line.strip()))
                    file.flush()
            except OSError:
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    return listening.getsockname()[1], thread


def talk(title, name, greeting, answer, perform):
    @operation(title)
    def run():
        library = module(name)()
        port, thread = server(greeting, answer)
        yield
        perform(library, port)
        yield
        thread.join()


def web(line):
    return b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok" if not line else b""


def fetch(library, port):
    with library.urlopen("http://127.0.0.1:%d/" % port) as answer:
        answer.read()


def fetch_plainly(library, port):
    connection = library.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()


def imap(line):
    tag, _, command = line.partition(b" ")
    return {b"CAPABILITY": b"* CAPABILITY IMAP4REV1\r\n", b"LOGOUT": b"* BYE\r\n"}.get(command, b"") + tag + b" OK a\r\n"


def quit_of(kind):
    return lambda library, port: kind(library)("127.0.0.1", port).quit()


def handshake(ssl, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with socket.create_connection(("127.0.0.1", port)) as plain:
        try:
            context.wrap_socket(plain, server_hostname="localhost")
        except OSError:
            pass


def telnet(library, port):
    client = library.Telnet("127.0.0.1", port)
    client.write(b"x\n")
    client.close()


simple("make a socket", nothing, lambda _: socket.socket().close())
simple("`socket.socketpair`", nothing, lambda _: [end.close() for end in socket.socketpair()])
simple("`socket.bind`", socket.socket, lambda s: s.bind(("127.0.0.1", 0)), close)
simple("`socket.listen`", lambda: bound(), lambda s: s.listen(1), close)
simple("`socket.connect` of TCP", lambda: listener(), lambda v: v[1].connect(v[0].getsockname()),
       lambda v: (v[0].close(), v[1].close()))
simple("`socket.accept`", lambda: waiting(), lambda v: v[0].accept()[0].close(), lambda v: (v[0].close(), v[1].close()))
simple("`socket.connect` of a Unix socket", lambda: socket.socket(socket.AF_UNIX), lambda s: s.connect(path("none")),
       close)
simple("`socket.send`, `sendall`, `recv`", socket.socketpair,
       lambda v: (v[0].send(b"a"), v[0].sendall(b"b"), v[1].recv(2)), lambda v: (v[0].close(), v[1].close()))
simple("`socket.sendmsg`", socket.socketpair, lambda v: v[0].sendmsg([b"a"]), lambda v: (v[0].close(), v[1].close()))
simple("`socket.recvmsg`", lambda: filled(), lambda v: v[1].recvmsg(9), lambda v: (v[0].close(), v[1].close()))
simple("`socket.sendto`", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
       lambda s: s.sendto(b"a", ("127.0.0.1", 9)), close)
simple("`socket.setsockopt`", socket.socket, lambda s: s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), close)
simple("`socket.getaddrinfo`", nothing, lambda _: socket.getaddrinfo("127.0.0.1", 80))
simple("`socket.gethostbyname`, `gethostbyaddr`", nothing,
       lambda _: (socket.gethostbyname("127.0.0.1"), attempt(lambda: socket.gethostbyaddr("127.0.0.1"))))
simple("`socket.getnameinfo`", nothing, lambda _: socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST))
simple("`socket.getservbyname`, `getservbyport`", nothing,
       lambda _: (attempt(lambda: socket.getservbyname("http")), attempt(lambda: socket.getservbyport(80))))
simple("`socket.gethostname`", nothing, lambda _: socket.gethostname())
simple("`socket.sethostname`", nothing, lambda _: socket.sethostname("x" * 300))
simple("`select.select`, `poll`", module("select"), lambda m: (m.select([], [], [], 0), m.poll().poll(0)))
simple("`asyncio`: connect, write, read", lambda: (module("asyncio")(), server(b"hello\n", lambda line: b"")),
       lambda v: v[0].run(meet(v[0], v[1][0])), lambda v: v[1][1].join())
talk("`http.client` request", "http.client", b"", web, fetch_plainly)
talk("`urllib.request.urlopen`", "urllib.request", b"", web, fetch)
talk("`ftplib.FTP`", "ftplib", b"220 a\r\n", lambda line: b"221 a\r\n", quit_of(lambda m: lambda h, p: dial(m.FTP(), h, p)))
talk("`smtplib.SMTP`", "smtplib", b"220 a\r\n", lambda line: b"221 a\r\n", quit_of(lambda m: lambda h, p: m.SMTP(h, p, "localhost")))
talk("`poplib.POP3`", "poplib", b"+OK\r\n", lambda line: b"+OK\r\n", quit_of(lambda m: m.POP3))
talk("`imaplib.IMAP4`", "imaplib", b"* OK\r\n", imap, lambda m, port: m.IMAP4("127.0.0.1", port).logout())
talk("`nntplib.NNTP`", "nntplib", b"200 a\r\n",
     lambda line: b"101 a\r\nVERSION 2\r\n.\r\n" if line == b"CAPABILITIES" else b"205 a\r\n",
     quit_of(lambda m: m.NNTP))
talk("`telnetlib.Telnet`", "telnetlib", b"hello\r\n", lambda line: b"", telnet)
talk("a TLS handshake on a connected socket", "ssl", b"no TLS\n", lambda line: b"", handshake)
simple("`ssl` loads the certificates that the system trusts", module("ssl"), lambda m: m.create_default_context())
simple("`webbrowser.open`", module("webbrowser"), lambda m: m.GenericBrowser("true").open("http://127.0.0.1:9/"))


def dial(client, host, port):
    client.connect(host, port)
    return client


def bound():
    one = socket.socket()
    one.bind(("127.0.0.1", 0))
    return one


def listener():
    one = bound()
    one.listen(1)
    return one, socket.socket()


def waiting():
    pair = listener()
    pair[1].connect(pair[0].getsockname())
    return pair


def filled():
    pair = socket.socketpair()
    pair[0].send(b"a")
    return pair


async def meet(asyncio, port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    writer.write(b"x\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()


# Code

simple("`compile` of a text", nothing, lambda _: compile("1", "<x>", "exec"))
simple("`exec`, `eval` of a text", nothing, lambda _: (exec("1"), eval("1")))
simple("`exec`, `eval` of a code object", lambda: compile("1", "<x>", "exec"), lambda c: (exec(c), eval(c)))
simple("call a function", lambda: (lambda: 1), lambda f: f())
simple("make a code object (`code.replace`)", lambda: compile("1", "<x>", "exec"), lambda c: c.replace(co_name="y"))
simple("make a function (`types.FunctionType`)", lambda: compile("1", "<x>", "exec"), lambda c: type(nothing)(c, {}))
simple("set the `__code__` of a function", lambda: (lambda: 1), lambda f: setattr(f, "__code__", nothing.__code__))
simple("delete the `__defaults__` of a function", lambda: (lambda x=1: x), lambda f: delattr(f, "__defaults__"))
simple("read the `__code__` of a function", lambda: (lambda: 1), lambda f: f.__code__)
simple("replace a function of `builtins`", module("builtins"), lambda m: setattr(m, "open", m.open))
simple("replace a method of a class", lambda: type("C", (), {}), lambda c: setattr(c, "m", nothing))
simple("set the `__class__` of an object", lambda: (type("C", (), {})(), type("D", (), {})),
       lambda v: setattr(v[0], "__class__", v[1]))
simple("import a module for the first time", lambda: new_module(), lambda _: __import__("blind_module"),
       lambda _: forget_module())
simple("import a module that is loaded", nothing, lambda _: __import__("json"))
simple("`importlib.import_module` of a module that is loaded", module("importlib"), lambda m: m.import_module("json"))
simple("`importlib.reload`", lambda: (module("importlib")(), new_module(), __import__("blind_module")),
       lambda v: v[0].reload(v[2]), lambda _: forget_module())
simple("load a module from a file by its loader", lambda: (module("importlib.util")(), new_module()),
       lambda v: by_loader(v[0]), lambda _: forget_module())
simple("`runpy.run_path`", lambda: (module("runpy")(), new_module()), lambda v: v[0].run_path(path("blind_module.py")),
       lambda _: forget_module())
simple("append to `sys.path`, change `sys.modules`", nothing,
       lambda _: (sys.path.append("x"), sys.path.pop(), sys.modules.update()))
simple("`marshal.loads`, `marshal.dumps`", module("marshal"), lambda m: m.loads(m.dumps(1)))
simple("`marshal.load`, `marshal.dump`", lambda: (module("marshal")(), opened("w+b")()),
       lambda v: (v[0].dump(1, v[1]), v[1].seek(0), v[0].load(v[1])), lambda v: v[1].close())
simple("`pickle.loads` of data", module("pickle"), lambda m: m.loads(m.dumps([1])))
simple("`pickle.loads` that names a class or a function", module("pickle"), lambda m: m.loads(m.dumps(len)))
simple("`shelve.open`, store and load", module("shelve"), lambda m: shelf(m), lambda _: None)
simple("`ast.literal_eval`", module("ast"), lambda m: m.literal_eval("1"))
simple("`json.loads`", module("json"), lambda m: m.loads("1"))
simple("`code.InteractiveInterpreter.runsource`", module("code"), lambda m: m.InteractiveInterpreter().runsource("x = 1"))
simple("`input`", lambda: module("io")().StringIO("x\n"), lambda text: typed(text))
simple("`input` from a terminal", lambda: at_terminal(), lambda _: input(), lambda v: from_terminal(*v))
simple("`breakpoint`", lambda: sys.breakpointhook, lambda _: breakpoints())
simple("`pdb.Pdb`", module("pdb"), lambda m: m.Pdb())
simple("`ensurepip.bootstrap`", lambda: installer(), lambda m: m.bootstrap())


def new_module():
    made("blind_module.py", b"x = 1\n")
    sys.path.insert(0, FOLDER)
    __import__("importlib").invalidate_caches()


def forget_module():
    sys.path.remove(FOLDER)
    sys.modules.pop("blind_module", None)


def by_loader(util):
    spec = util.spec_from_file_location("blind_module", path("blind_module.py"))
    spec.loader.exec_module(util.module_from_spec(spec))


def shelf(shelve):
    dumb = __import__("dbm.dumb", fromlist=["x"])
    with shelve.Shelf(dumb.open(path("shelf"), "n")) as shelf:
        shelf["a"] = len
        shelf["a"]


def typed(text):
    keep, sys.stdin = sys.stdin, text
    try:
        input()
    finally:
        sys.stdin = keep


def at_terminal():
    import pty
    ours, theirs = pty.openpty()
    keep = os.dup(0), os.dup(1), sys.stdin, sys.stdout
    os.dup2(theirs, 0)
    os.dup2(theirs, 1)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)
    os.write(ours, b"x\n")
    return ours, theirs, keep


def from_terminal(ours, theirs, keep):
    sys.stdin, sys.stdout = keep[2:]
    for number in (0, 1):
        os.dup2(keep[number], number)
    for file in (ours, theirs) + keep[:2]:
        os.close(file)


def breakpoints():
    keep, sys.breakpointhook = sys.breakpointhook, lambda: None
    try:
        breakpoint()
    finally:
        sys.breakpointhook = keep


def installer():
    import ensurepip

    ensurepip._run_pip = lambda *arguments: 0  # installs nothing
    try:
        ensurepip.bootstrap()
    except SystemExit as refusal:
        raise ImportError("Debian's refuses") from refusal
    return ensurepip


# Memory and machine code


def ctypes():
    return __import__("ctypes")


def libc():
    library = ctypes().CDLL(None, use_errno=True)
    for name in ("open", "write", "close", "system", "getpid"):
        getattr(library, name)
    return library


def by_libc(library):
    file = library.open(path("by_libc").encode(), os.O_WRONLY | os.O_CREAT, 0o600)
    library.write(file, b"x", 1)
    library.close(file)


def written(text):
    buffer = ctypes().create_string_buffer(b"abc")
    return buffer


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


# The interpreter

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


# The start and the end of an interpreter: the events of the child that begin with "cpython." count.


# Everything else is left out: it would be much, and the same each time.
REST = ",".join(letter + "*" for letter in "abdefghijklmnopqrstuvwxyz_") + ",co*,ct*"


def python(title, arguments, given=b"", environment={}):
    def run():
        import subprocess
        made("child.py", b"1\n")
        made("startup.py", b"1\n")
        yield
        subprocess.run([ME] + arguments, input=given, env=dict(os.environ, AUDITRULES_EXCLUDE=REST, **environment), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        yield

    OPERATIONS.append(("`python " + title, run, "process"))


python("-c`, its start and end", ["-c", "1"])
python("-m`, its start and end", ["-m", "this"])
python("FILE`, its start and end", [path("child.py")])
python("< FILE`, its start and end", [], b"1\n")
python("-i` with PYTHONSTARTUP, its start and end", ["-i"], b"1\n", {"PYTHONSTARTUP": path("startup.py")})
python("-c` that ends by `os._exit`", ["-c", "import os; os._exit(0)"])
python("-c` that ends by a signal", ["-c", "import os; os.kill(os.getpid(), 9)"])
python("-c` that ends by `os.execv`", ["-c", "import os; os.execv('/bin/true', ['true'])"])
python("-I -c`", ["-I", "-c", "1"])
python("-E -c`", ["-E", "-c", "1"])
python("-S -c`", ["-S", "-c", "1"])


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
