#!/usr/bin/env python3
"""Records every program below this folder again, that of `auditrules demo` too.

    recordings/record-all.py [NAME...] [--python /usr/bin/python3] [--auditrules "COMMAND ..."]

Each program runs in a fresh folder /tmp/auditrules-recordings/NAME, with a home of its own in it, a fixed short
environment and no standard input, so that a trace holds nothing of the machine that recorded it but the place of its
Python. The trace is written beside the program, as pythonX.Y.atrace or demo.atrace. What is expected of it stands in the
.expected file beside it, which `auditrules test --update` rewrites; this script never does. Traces change with every
recording (times, ids): record again only with a reason.
"""
import argparse
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path("/tmp/auditrules-recordings")
# Built before, for `dotnet run` would restore packages into the recorded program's empty home.
CLI = HERE.parent / "src" / "AuditRules.Cli" / "bin" / "Debug" / "net10.0" / "auditrules.dll"


def version_of(python):
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.check_output([python, "-c", script], universal_newlines=True).strip()


def environment(home):
    kept = {name: os.environ[name] for name in ("DOTNET_ROOT", "DOTNET_CLI_HOME") if name in os.environ}
    return dict(kept, HOME=str(home), PATH="/usr/local/bin:/usr/bin:/bin", LANG="C.UTF-8", DOTNET_NOLOGO="1")


def programs(version):
    """What there is to record: the name, the program, its trace."""
    found = [(p.parent.name, p, p.parent / ("python%s.atrace" % version)) for p in HERE.glob("*/*/program.py")]
    return sorted(found) + [("demo", HERE / "demo" / "demo.py", HERE / "demo" / "demo.atrace")]


def record(name, program, trace, python, auditrules):
    folder = WORK / name
    shutil.rmtree(str(folder), ignore_errors=True)
    home = folder / "home"
    home.mkdir(parents=True)
    shutil.copyfile(str(program), str(folder / program.name))
    command = auditrules + ["record", "--quiet", "-o", str(trace), "--", python, program.name]
    done = subprocess.run(
        command,
        cwd=str(folder),
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    shutil.rmtree(str(folder), ignore_errors=True)
    size = trace.stat().st_size if trace.exists() else 0
    print("%-40s exit %d, %d bytes" % (trace.relative_to(HERE).parent, done.returncode, size))
    if done.returncode != 0:
        print("\n".join("    " + line for line in done.stdout.splitlines()[-3:]))
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="programs to record; all when none is named")
    parser.add_argument("--python", default="/usr/bin/python3", help="the Python that runs the programs")
    parser.add_argument("--auditrules", help="the command that records; else what `dotnet build` has made here")
    options = parser.parse_args()

    if not options.auditrules and not CLI.exists():
        parser.error("%s is missing: run `dotnet build src/AuditRules.Cli`, or give --auditrules" % CLI)
    command = shlex.split(options.auditrules) if options.auditrules else ["dotnet", str(CLI)]

    known = programs(version_of(options.python))
    unknown = set(options.names) - {name for name, _, _ in known}
    if unknown:
        parser.error("no such program: " + ", ".join(sorted(unknown)))
    chosen = [(name, p, t) for name, p, t in known if not options.names or name in options.names]
    good = [record(name, p, t, options.python, command) for name, p, t in chosen]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
