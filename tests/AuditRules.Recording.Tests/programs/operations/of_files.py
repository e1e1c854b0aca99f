"""Files and folders."""

import os
import socket

from kit import attempt, close, descriptor, FOLDER, made, module, nothing, opened, operation, path, simple

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


def fcntl_calls(file):
    import fcntl
    fcntl.fcntl(file, fcntl.F_GETFD)
    attempt(lambda: fcntl.ioctl(file, 0x5401, b" " * 60))
    fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.lockf(file, fcntl.LOCK_EX)


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
