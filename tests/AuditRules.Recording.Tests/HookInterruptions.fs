module AuditRules.Recording.Tests.HookInterruptions

open System
open Expecto
open AuditRules.Recording.Tests.HookLab

/// A handler in C that raises events itself, wherever it strikes: `begin(microseconds)`, `end()` gives how many.
let private striking =
    """
#include <signal.h>
#include <sys/time.h>
extern int PySys_Audit(const char *, const char *, ...);
static volatile long raised;
static void handler(int number) { (void)number; PySys_Audit("signal", ""); raised++; }
void begin(int microseconds)
{
    struct sigaction action = {.sa_handler = handler};
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    sigaction(SIGALRM, &action, 0);
    setitimer(ITIMER_REAL, &timer, 0);
}
long end(void)
{
    struct itimerval none = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &none, 0);
    return raised;
}
"""

let private lost recording = recording.Images |> List.collect _.Lost

[<Tests>]
let tests =
    testList
        "hook interruptions"
        [
            onEveryPython
                "a handler in C that raises events in the middle of the hook neither hangs nor harms"
                (fun python ->
                    // Segments of 20 KB: that many changes of segment are struck too. Frames would allocate. With the lock held all
                    // the time: without it there are no events.
                    compiled striking [ "-shared"; "-fPIC" ] (fun handler ->
                        let code =
                            $"""
import ctypes, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
library = ctypes.PyDLL("{handler}")
library.begin(100)
for i in range(5000): sys.audit("t", i, "x" * 300)
print(library.end())
"""

                        let recording = script Native [ "AUDITRULES_FRAMES", "0" ] python code
                        Expect.hasLength (named "t" recording) 5000 "the program's"
                        let raised = int (recording.Output.Trim())
                        Expect.isGreaterThan raised 5 "the handler ran"
                        Expect.hasLength (named "signal" recording) raised "the handler's"
                        Expect.isEmpty (lost recording) "lost"))

            onEveryPython
                "handlers and finalizers in Python raise events between those of the program"
                (fun python ->
                    let code =
                        """
import gc, os, signal, sys, threading
def handler(*_):
    struck.append(1)
    sys.audit("signal", [struck] * 3)
struck = []
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
class Loop:
    def __init__(self): self.me = self
    def __del__(self): sys.audit("deleted")
gc.set_threshold(1)
def work():
    for i in range(150): sys.audit("t", [Loop()], {1: Loop()}, i)
threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
signal.setitimer(signal.ITIMER_REAL, 0)
gc.collect()
print(len(struck))
"""

                    let recording = script Native [] python code
                    Expect.hasLength (named "t" recording) 300 "threads"
                    Expect.hasLength (named "deleted" recording) 600 "finalizers"
                    Expect.hasLength (named "signal" recording) (int (recording.Output.Trim())) "handlers"
                    Expect.isEmpty (lost recording) "lost")

            onThose
                (fun python -> python.Version >= Version(3, 12) || isTurnOf python)
                "more interpreters than there are buffers, each with its own lock, are recorded"
                (fun python ->
                    let code =
                        """
import resource, sys, threading
resource.setrlimit(resource.RLIMIT_FSIZE, (70000, 70000))
try:
    import _interpreters as i
    new, run = i.create, i.exec
except ImportError:
    import _xxsubinterpreters as i
    new, run = i.create, i.run_string
ids = [new() for _ in range(20)]
body = "import sys\nfor i in range(120): sys.audit('t', i, 'x' * 4000)"
threads = [threading.Thread(target=run, args=(n, body)) for n in ids]
for t in threads: t.start()
for t in threads: t.join()
"""

                    let recording = script Native [] python code
                    // All buffers may be taken for a moment, or all segments held by threads that do not run.
                    let reasons = [ for reason, _ in lost recording -> reason ]
                    Expect.isEmpty (reasons |> List.except [ "busy"; "internal" ]) "reasons"
                    let all = List.sumBy snd (lost recording) + int64 (events recording).Length
                    Expect.isGreaterThan (named "t" recording).Length 2300 "of 2,400"
                    Expect.isGreaterThan all 2400L "the rest is counted"
                    Expect.isGreaterThan recording.Images.Head.Segments 100 "segments change all the time")

            onEveryPython "forks out of threads, while others raise events, begin anew" (fun python ->
                let code =
                    """
import os, sys, threading
def fork(k):
    pid = os.fork()
    if pid == 0:
        sys.audit("child", k)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
def noise():
    for i in range(400): sys.audit("t", i)
threads = [threading.Thread(target=fork, args=(k,)) for k in range(6)]
threads += [threading.Thread(target=noise) for _ in range(3)]
for t in threads: t.start()
for t in threads: t.join()
"""

                let recording = script Native [] python code
                Expect.hasLength (named "t" recording) 1200 "threads"

                Expect.equal
                    (List.sort (args "child" recording))
                    [ for k in 0..5 -> $"[{k}]" ]
                    "one event of each child"

                let parent = recording.Images.Head

                for image in recording.Images.Tail do
                    Expect.equal (image.Reason, image.ParentImage) (1, parent.Nonce) "a fork of the first")

            onEveryPython
                "events of tracing, of deep recursion and of the interpreter's end are recorded"
                (fun python ->
                    let code =
                        """
import atexit, sys, threading, weakref
class Late:
    def __del__(self, audit=sys.audit): audit("late", "deleted")
late = Late()
atexit.register(sys.audit, "late", "atexit")
def trace(*_):
    sys.audit("traced")
    return trace
def traced(): sys.audit("t", "traced")
sys.settrace(trace)
sys.setprofile(trace)
for _ in range(50): traced()
sys.settrace(None)
sys.setprofile(None)
def deep(n):
    sys.audit("deep", n)
    if n: deep(n - 1)
sys.setrecursionlimit(20000)
threading.stack_size(128 << 20)
t = threading.Thread(target=deep, args=(3000,))
t.start()
t.join()
"""

                    let recording = script Native [] python code
                    Expect.equal (args "late" recording) [ "[\"atexit\"]"; "[\"deleted\"]" ] "the end"
                    Expect.hasLength (named "t" recording) 50 "traced"
                    Expect.isGreaterThan (named "traced" recording).Length 200 "by the trace function"
                    Expect.hasLength (named "deep" recording) 3001 "deep"
                    let last = (events recording |> List.last).Name
                    Expect.equal last "cpython._PySys_ClearAuditHooks" "the very last")

            onEveryPython
                "a daemon thread that raises events until the process ends disturbs nothing"
                (fun python ->
                    let code =
                        """
import sys, threading
def work():
    sys.audit("t")
    while True: id(0)
threading.Thread(target=work, daemon=True).start()
threading.Event().wait(0.02)
"""

                    let recording = script Native [] python code
                    Expect.hasLength (named "t" recording) 1 "events"
                    Expect.isGreaterThan recording.Images.Head.Filtered 100L "and many more are left out"
                    Expect.isEmpty (lost recording) "lost"
                    Expect.isTrue recording.Images.Head.Closed "closed")
        ]
