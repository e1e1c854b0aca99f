module AuditRules.Recording.Tests.HookProcesses

open System
open System.IO
open Expecto
open AuditRules.Recording.Tests.HookLab

let private text (image: Image) (key: string) =
    (image.Start.GetProperty key).GetRawText()

[<Tests>]
let tests =
    testList
        "hook processes"
        [
            onEveryPython "S17: the start map names runtime, program and command" (fun python ->
                let recording = script Native [] python "import sys"
                let image = recording.Images.Head
                Expect.equal (image.Hook, image.Reason) (1, 0) "native, start"
                Expect.equal (text image "runtimeVersion") $"\"{python.Version}\"" ""
                Expect.equal (text image "command") $"""["{python.Path}", "-c", "import sys"]""" ""
                Expect.equal (text image "recorder") "\"auditrules-native\"" ""
                Expect.isTrue image.Closed "S38: closed")

            onBothHooks
                "S13, S14: forked children write their own segments and name their parent"
                (fun hook python ->
                    let code =
                        """
import os, sys
if os.fork() == 0:
    sys.audit("t", "child")
    if os.fork() == 0:
        sys.audit("t", "grandchild")
        os._exit(0)
    os.wait()
    os._exit(0)
os.wait()
sys.audit("t", "parent")
"""

                    let recording = script hook [] python code
                    let images = recording.Images

                    Expect.equal
                        [
                            for image in images ->
                                image.Reason,
                                [
                                    for e in image.Events do
                                        if e.Name = "t" then
                                            e.Args
                                ]
                        ]
                        [ 0, [ "[\"parent\"]" ]; 1, [ "[\"child\"]" ]; 1, [ "[\"grandchild\"]" ] ]
                        ""

                    Expect.equal images[1].ParentImage images[0].Nonce "parent of the child"
                    Expect.equal images[2].ParentImage images[1].Nonce "parent of the grandchild"

                    for image in images do
                        Expect.all
                            image.Events
                            (fun event -> event.Thread = int64 image.Pid)
                            "thread ids are fresh")

            onEveryPython
                "S12, S13: an exec keeps pid and start ticks; -I -S -E and a shell between do not hide"
                (fun python ->
                    let code =
                        "import os, subprocess, sys\n"
                        + "subprocess.run(['/bin/sh', '-c', sys.executable + ' -ISEc \"import sys; sys.audit(chr(98))\"; true'])\n"
                        + "os.execv(sys.executable, [sys.executable, '-ISEc', 'import sys; sys.audit(chr(99))'])"

                    let recording = script Native [] python code
                    Expect.hasLength (named "b" recording) 1 "behind the shell"
                    Expect.hasLength (named "c" recording) 1 "after exec"

                    let first, child, second =
                        recording.Images[0], recording.Images[1], recording.Images[2]

                    Expect.equal (second.Pid, second.Ticks) (first.Pid, first.Ticks) "one process"
                    Expect.notEqual second.Nonce first.Nonce "two images"
                    Expect.isFalse first.Closed "an exec does not close"

                    let ancestors =
                        [
                            for pid in (child.Start.GetProperty "ancestors").EnumerateArray() ->
                                pid.GetInt32()
                        ]

                    Expect.contains ancestors first.Pid "the shell's parent is known")

            onBothHooks "S19, S27: threads lose nothing and each keeps its order" (fun hook python ->
                let code =
                    """
import sys, threading
def work(k):
    for i in range(2000): sys.audit("t", k, i)
threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
for t in threads: t.start()
for t in threads: t.join()
"""

                let recording = script hook [] python code
                let byThread = named "t" recording |> List.groupBy _.Thread
                Expect.hasLength byThread 6 "threads"

                for _, events in byThread do
                    let k = events.Head.Args.Split(',')[0]
                    Expect.equal [ for e in events -> e.Args ] [ for i in 0..1999 -> $"{k}, {i}]" ] "order"
                    Expect.isAscending [ for e in events -> e.Time ] "times"

                Expect.isGreaterThan recording.Images.Head.Segments 1 "S10: several segments")

            onEveryPython "a program under a debugging allocator ends as without the hook" (fun python ->
                for variable, value in
                    [
                        "PYTHONDEVMODE", "1"
                        "PYTHONMALLOC", "debug"
                        "PYTHONMALLOC", "malloc_debug"
                        "PYTHONMALLOC", "malloc"
                    ] do
                    let code =
                        "import os, sys\nsys.audit('cpython._PySys_ClearAuditHooks')\nif os.fork() == 0: sys.exit(4)\nprint(os.wait()[1] >> 8)\nsys.exit(3)"

                    // The fork under a debugging allocator aborts in 3.8 without the hook too.
                    let exit, output, error =
                        run python.Path [ "-c"; code ] ((variable, value) :: withoutHook)

                    Expect.equal exit 3 error
                    let recording = record Native [ variable, value ] [ python.Path; "-c"; code ]

                    Expect.equal
                        (recording.Exit, recording.Output, recording.Error = "")
                        (exit, output, error = "")
                        $"{variable}={value}: {recording.Error}"

                    Expect.equal
                        (List.last recording.Images.Head.Events).Name
                        "cpython._PySys_ClearAuditHooks"
                        "recorded to its end")

            onEveryPython "sub-interpreters are seen" (fun python ->
                let code =
                    """
import sys, threading
try:
    import _interpreters as i
    new, run = i.create, i.exec
except ImportError:
    import _xxsubinterpreters as i
    new, run = i.create, i.run_string
ids = [new() for _ in range(3)]
threads = [threading.Thread(target=run, args=(n, "import sys\nfor i in range(2000): sys.audit('t', i)")) for n in ids]
for t in threads: t.start()
for t in threads: t.join()
"""

                Expect.hasLength (script Native [] python code |> named "t") 6000 "")

            onBothHooks "a hook that the program adds still works, and its adding is seen" (fun hook python ->
                let code =
                    """
import sys
def deny(event, args):
    if event == "t": raise PermissionError("no")
sys.addaudithook(deny)
try:
    sys.audit("t")
    print("allowed")
except PermissionError:
    print("denied")
"""

                let recording = script hook [] python code
                Expect.equal recording.Output "denied\n" ""
                Expect.hasLength (named "sys.addaudithook" recording) 1 ""
                Expect.hasLength (named "t" recording) 1 "the native hook sees it first")

            onEveryPython
                "every event that CPython's own audit tests print is recorded under all"
                (fun python ->
                    let code, output, _ =
                        run python.Path [ "-c"; "import test, os; print(os.path.dirname(test.__file__))" ] []

                    let tests = Path.Combine(output.Trim(), "audit-tests.py")

                    if code <> 0 || not (File.Exists tests) then
                        skiptest "this Python comes without its tests"

                    let source = File.ReadAllText tests
                    let has (test: string) = source.Contains $"def {test}("

                    let printed =
                        [
                            for test in
                                List.filter
                                    has
                                    [
                                        "test_gc"
                                        "test_open"
                                        "test_mmap"
                                        "test_monkeypatch"
                                        "test_socket"
                                    ] do
                                let arguments = if test = "test_open" then [ tests + ".none" ] else []
                                let command = [ python.Path; tests; test ] @ arguments
                                let recording = record Native [ "AUDITRULES_PROFILE", "all" ] command
                                Expect.equal recording.Exit 0 recording.Error
                                let recorded = [ for event in events recording -> event.Name ]

                                let lines =
                                    recording.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)

                                let words = [ for line in lines -> line.Split(' ')[0] ]

                                let names =
                                    words
                                    |> List.filter (fun word -> word.Contains '.' && not (word.EndsWith '.'))

                                Expect.containsAll recorded names test
                                yield! names
                        ]

                    Expect.isNonEmpty printed "the tests print what they see")
        ]
