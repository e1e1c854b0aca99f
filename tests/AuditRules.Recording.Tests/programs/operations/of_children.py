"""The start and the end of an interpreter: the events of the child that begin with "cpython." count."""

import os

from kit import made, ME, OPERATIONS, path

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
