/// What a recorded program has of its caller: everything that it would have without AuditRules (docs/cli.md, C45, C93).
module AuditRules.Cli.Tests.InheritanceTests

open System
open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli

/// Tells everything that a process inherits, one line each.
let private inherited =
    """
import os, re, sys, termios

def text(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError as error:
        return error.strerror

own = {"Pid", "PPid", "Tgid", "Ngid", "NStgid", "NSpid", "NSpgid", "NSsid", "SigQ", "Threads", "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"}
for line in text("/proc/self/status").splitlines():
    name, _, value = line.partition(":")
    if name not in own and not name.startswith(("Vm", "Rss", "Hugetlb")):
        print("status", name, value.split())
print("threads", len(os.listdir("/proc/self/task")))
for line in text("/proc/self/limits").splitlines():
    print("limits", line.split())
for number in sorted(map(int, os.listdir("/proc/self/fd"))):
    try:
        flags = [line for line in text("/proc/self/fdinfo/%d" % number).splitlines() if line.startswith("flags")]
        print("fd", number, re.sub(r"(pipe:.|socket:.|/dev/pts/)\d+", r"\1#", os.readlink("/proc/self/fd/%d" % number)), flags)
    except OSError:
        pass
for name, value in sorted(os.environb.items()):
    if not name.startswith(b"AUDITRULES_") and name != b"LD_PRELOAD":
        print("environment", name, value)
for name in ("oom_score_adj", "coredump_filter", "personality", "timerslack_ns", "cgroup", "loginuid", "sessionid", "comm",
             "cmdline", "uid_map"):
    print(name, text("/proc/self/" + name).split("\n"))
# The mounts are those of the namespace, to which others may add at any time.
for name in sorted(os.listdir("/proc/self/ns")):
    print("ns", name, os.readlink("/proc/self/ns/" + name))
print("cwd", os.getcwd(), os.readlink("/proc/self/root"), os.readlink("/proc/self/exe"), sys.argv)
print("nice", os.nice(0), os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0)))
parent = os.getppid()
print("group", os.getpgrp() == os.getpgid(parent), os.getsid(0) == os.getsid(parent), os.getpgrp() == os.getsid(0))
print("user", os.getresuid(), os.getresgid(), os.getgroups())
try:
    terminal = os.open("/dev/tty", os.O_RDWR)
    print("terminal", os.tcgetpgrp(terminal) == os.getpgrp(), termios.tcgetattr(0))
except (OSError, termios.error) as error:
    print("terminal", error)
"""

/// Runs what it is given as a caller whose state is nowhere the usual one, on a terminal of its own where that is asked for.
let private caller =
    """
import ctypes, os, pty, resource, signal, subprocess, sys, tempfile
libc = ctypes.CDLL(None, use_errno=True)
terminal, words = sys.argv[1] == "terminal", sys.argv[2:]
os.umask(0o027)
os.nice(3)
for limit, soft in (("RLIMIT_NOFILE", 700), ("RLIMIT_CORE", 0), ("RLIMIT_STACK", 6 << 20), ("RLIMIT_NPROC", 30000)):
    limit = getattr(resource, limit)
    resource.setrlimit(limit, (soft, resource.getrlimit(limit)[1]))
for name in ("SIGPIPE", "SIGXFSZ"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
for name in ("SIGHUP", "SIGUSR1", "SIGQUIT"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2, signal.SIGWINCH])
with open("/proc/self/oom_score_adj", "w") as file:
    file.write("120")
with open("/proc/self/coredump_filter", "w") as file:
    file.write("0x1")
libc.personality(0x0040000)  # ADDR_NO_RANDOMIZE
libc.prctl(29, 77000, 0, 0, 0)  # PR_SET_TIMERSLACK
libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
kept = os.dup2(os.open(tempfile.gettempdir(), os.O_RDONLY), 40)
os.set_inheritable(40, True)
os.environ["NOT_TEXT"] = os.fsdecode(b"\xff\xfe")
os.environ["EMPTY"] = ""
os.environ["PWD"] = os.getcwd()  # a shell sets it

def start():
    return subprocess.call(words, close_fds=False, restore_signals=False)

if not terminal:
    sys.exit(start())
sys.stdout.flush()
child, master = pty.fork()
if child == 0:
    os._exit(start())
while True:
    try:
        data = os.read(master, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if hasattr(os, "waitstatus_to_exitcode") else 0)
"""

let private counter =
    """
import os, signal, time
count = 0
def ring(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, ring)
print("ready", flush=True)
while count == 0:
    time.sleep(0.01)
time.sleep(0.6)
print("interrupts", count, flush=True)
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.kill(os.getpid(), signal.SIGINT)
"""

let private linesOf (text: string) =
    text.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray

let private needsLinux () =
    if not (OperatingSystem.IsLinux()) then
        skiptest "recording is for Linux"

[<Tests>]
let tests =
    testList
        "inheritance"
        [
            testTheory
                "C93: a program inherits what it would have without the recorder"
                [ "pipes"; "terminal" ]
                (fun streams ->
                    needsLinux ()
                    use folder = new Folder()
                    folder.Write("inherited.py", inherited)
                    folder.Write("caller.py", caller)
                    let program = [ "python3"; "inherited.py"; "x" ]

                    let call words =
                        // The first word that this helper adds is the command itself; without it the program runs alone.
                        startProgram "python3" ([ "caller.py"; streams ] @ words) [] folder

                    let without =
                        call [ "sh"; "-c"; "exec python3 inherited.py x" ] [] |> _.Out |> linesOf

                    let recorded =
                        call [ "dotnet" ] ([ "record"; "-q"; "-o"; "run.atrace"; "--" ] @ program)

                    let within = linesOf recorded.Out
                    Expect.equal recorded.Code 0 recorded.Error

                    Expect.isEmpty
                        [
                            for line in List.except within without -> "without: " + line
                            for line in List.except without within -> "recorded: " + line
                        ]
                        "state"

                    Expect.isGreaterThan within.Length 80 "it says something")

            testTheory
                "C96: the variables of the hook are those of the table, whatever the caller has"
                [
                    "native", [], [ "DIR"; "PROFILE"; "FRAMES"; "ENV"; "REDACT" ], "LD_PRELOAD"
                    "python", [], [ "DIR"; "PROFILE"; "FRAMES"; "ENV"; "REDACT" ], "PYTHONPATH"
                    "native",
                    [ "--include"; "a"; "--exclude"; "b" ],
                    [ "DIR"; "PROFILE"; "INCLUDE"; "EXCLUDE"; "FRAMES"; "ENV"; "REDACT" ],
                    "LD_PRELOAD"
                ]
                (fun (hook, options, names, brings) ->
                    needsLinux ()
                    use folder = new Folder()

                    let ran =
                        start
                            [ "AUDITRULES_EXCLUDE", "*"; "AUDITRULES_ENV", "all"; "PYTHONPATH", "/theirs" ]
                            folder
                            ([ "record"; "-q"; "--hook"; hook ] @ options @ [ "--"; "env" ])

                    let ofTests name =
                        name = "AUDITRULES_CACHE"
                        || not (isNull (Environment.GetEnvironmentVariable name))

                    let values =
                        [
                            for line in linesOf ran.Out do
                                let name, value = line.Split('=')[0], line.Substring(line.IndexOf '=' + 1)

                                if name.StartsWith "AUDITRULES_" && not (ofTests name) || name = brings then
                                    name, value
                        ]
                        |> Map

                    let expected = brings :: [ for name in names -> "AUDITRULES_" + name ]
                    Expect.equal (List.ofSeq values.Keys) (List.sort expected) ran.Error
                    Expect.equal values["AUDITRULES_ENV"] "keys" "the option's, not the caller's"

                    if hook = "python" then
                        Expect.stringEnds values[brings] ":/theirs" "before what is there"

                    let listed =
                        [
                            for line in
                                File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs/cli.md")) do
                                if line.StartsWith "| `" && line.Split('|').Length = 5 then
                                    line.Split('`')[1]
                        ]

                    Expect.isEmpty (List.except listed expected) "each is in the table")

            testCase "C47: Ctrl-C reaches the program once, and the trace is written" (fun () ->
                needsLinux ()
                use folder = new Folder()
                folder.Write("counter.py", counter)

                let ran =
                    startOnTerminal
                        [ "dotnet" ]
                        [ "TERM", "dumb" ]
                        folder
                        [ "record"; "-q"; "-o"; "run.atrace"; "--"; "python3"; "counter.py" ]

                Expect.equal (ran.Code, ran.Out.Replace("^C", "")) (130, "ready\ninterrupts 1\n") "once"
                Expect.equal (run folder [ "verify"; "run.atrace" ]).Code 0 "the trace is whole")
        ]
