module AuditRules.Recording.Tests.HookFallback

open System.IO
open Expecto
open AuditRules.Recording.Tests.HookLab

/// What a program may bring: files of a folder on its path, which is its user base too.
let private customized =
    let tell = "print('theirs', __name__, __spec__.name, __file__)\n"

    [
        "nothing", []
        "a module", [ "sitecustomize.py", tell ]
        "a package",
        [
            "sitecustomize/__init__.py", "from . import other\n" + tell
            "sitecustomize/other.py", tell
        ]
        "a folder", [ "sitecustomize/readme", "" ]
        "one that raises", [ "sitecustomize.py", tell + "raise ValueError('theirs')" ]
        "one that misses another module", [ "sitecustomize.py", "import no_such_module" ]
        "one that is no Python", [ "sitecustomize.py", "1 +" ]
        "both",
        [
            "sitecustomize.py", tell
            "lib/python3.%d/site-packages/usercustomize.py", tell
        ]
        "usercustomize alone", [ "lib/python3.%d/site-packages/usercustomize.py", tell ]
        "one that changes the path", [ "sitecustomize.py", "import sys; sys.path.append('/theirs')" ]
    ]

/// What a program finds of it.
let private finds =
    """
import sys
print(sys.path)
for name in ("sitecustomize", "usercustomize"):
    module = sys.modules.get(name)
    print(name, module and (module.__name__, getattr(module, "__file__", 0), type(module.__spec__.loader).__name__))
try:
    import sitecustomize
    print(sitecustomize.__name__)
except ImportError as error:
    print(error, error.name)
"""

[<Tests>]
let tests =
    testList
        "Python hook"
        [
            onEveryPython "S11, S17: it says what it is and what it cannot see" (fun python ->
                let image = (script Fallback [] python "1").Images.Head
                Expect.equal image.Hook 2 ""
                Expect.stringContains ((image.Start.GetProperty "blind").GetRawText()) "sub-interpreters" "")

            onEveryPython "S5: beside the native hook it does nothing" (fun python ->
                let recording =
                    script Native [ "PYTHONPATH", fallbackFolder ] python "import sys; sys.audit('t')"

                Expect.equal [ for image in recording.Images -> image.Hook ] [ 1 ] "")

            onSomePythons
                "S72: a program finds sitecustomize, usercustomize and sys.path as without the hook"
                (fun python ->
                    for name, files in customized do
                        inFolder (fun folder ->
                            let places = Path.Combine(folder, "path"), Path.Combine(folder, "segments")
                            Directory.CreateDirectory(fst places) |> ignore
                            Directory.CreateDirectory(snd places) |> ignore

                            for file, text in files do
                                let file =
                                    Path.Combine(
                                        fst places,
                                        file.Replace("%d", string python.Version.Minor)
                                    )

                                Directory.CreateDirectory(string (Path.GetDirectoryName file)) |> ignore
                                File.WriteAllText(file, text)

                            let ends path =
                                run
                                    python.Path
                                    [ "-c"; finds ]
                                    [
                                        "PYTHONPATH", path
                                        "PYTHONUSERBASE", fst places
                                        "AUDITRULES_DIR", snd places
                                    ]

                            let without = ends (fst places)
                            Expect.equal (ends (fallbackFolder + ":" + fst places)) without name
                            let images, _ = read (snd places)
                            Expect.hasLength images 1 "recorded"))

            onSomePythons "S72: the sitecustomize of a virtual environment runs" (fun python ->
                inFolder (fun folder ->
                    let code, _, error = run python.Path [ "-m"; "venv"; "--without-pip"; folder ] []
                    Expect.equal code 0 error

                    let site =
                        Path.Combine(
                            folder,
                            $"lib/python3.{python.Version.Minor}/site-packages/sitecustomize.py"
                        )

                    File.WriteAllText(site, "print('theirs', __name__)")

                    let virtual' =
                        { python with
                            Path = Path.Combine(folder, "bin/python")
                        }

                    let code =
                        "import sys; sys.audit('t'); print(sys.modules['sitecustomize'].__file__)"

                    let recording = script Fallback [] virtual' code
                    // Debian's Python has one of its own, and that comes first.
                    let _, without, _ = run virtual'.Path [ "-c"; code ] []
                    Expect.equal recording.Output without "as without the hook"

                    if not (File.Exists $"/usr/lib/python3.{python.Version.Minor}/sitecustomize.py") then
                        Expect.equal without $"theirs sitecustomize\n{site}\n" "its own"

                    Expect.hasLength (named "t" recording) 1 ""))

            onSomePythons "S17: it says which starts it cannot see, and does not see them" (fun python ->
                for option in [ "-S"; "-E"; "-I" ] do
                    let recording = record Fallback [] [ python.Path; option; "-c"; "print(1)" ]
                    Expect.equal (recording.Exit, recording.Output, recording.Error) (0, "1\n", "") option
                    Expect.isEmpty recording.Images option

                let said = (script Fallback [] python "1").Images.Head.Start.GetProperty "blind"
                Expect.stringContains (said.GetRawText()) "processes started with -I, -E or -S" "said")

            onEveryPython "forks, threads and children are recorded" (fun python ->
                let code =
                    """
import os, subprocess, sys, threading
if os.fork() == 0:
    sys.audit("t", "child")
    os._exit(0)
os.wait()
def work():
    for i in range(500): sys.audit("n", i)
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
subprocess.run([sys.executable, "-c", "import sys; sys.audit('t', 'other')"])
"""

                let recording = script Fallback [] python code
                Expect.equal (args "t" recording) [ "[\"child\"]"; "[\"other\"]" ] ""
                Expect.hasLength (named "n" recording) 2000 ""
                Expect.equal [ for image in recording.Images -> image.Reason ] [ 0; 1; 0 ] ""
                Expect.equal recording.Images[1].ParentImage recording.Images[0].Nonce ""
                Expect.isEmpty (recording.Images |> List.collect _.Lost) "no loss")

            onEveryPython "the caller is the program's frame, not the hook's" (fun python ->
                let code = "import sys\ndef f():\n    sys.audit('t')\nf()"

                Expect.equal
                    [
                        for event in named "t" (script Fallback [] python code) -> event.Caller, event.Line
                    ]
                    [ Some("<string>", "f"), 3 ]
                    "")

            onEveryPython "an exception from a signal's handler reaches the program" (fun python ->
                let code =
                    """
import signal, sys
class Ring(Exception): pass
def ring(*_): raise Ring
signal.signal(signal.SIGALRM, ring)
caught = 0
for i in range(400):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0005)
        while True: sys.audit("t", "x" * 20000, [1, 2, 3])
    except Ring:
        caught += 1
    sys.audit("after", i)
print(caught)
"""

                let recorded = script Fallback [] python code
                Expect.equal recorded.Output "400\n" "caught"

                // What is recorded can be read, whatever the hook was doing when the handler raised.
                Expect.equal (args "after" recorded) [ for i in 0..399 -> $"[{i}]" ] "after")

            onEveryPython
                "S73: wherever a signal's handler raises, all threads go on and are recorded"
                (fun python ->
                    let step = if nightly then 1 else 7
                    let command = [ python.Path; program "interrupted.py"; string<int> step ]
                    let recording = record Fallback [] command
                    Expect.equal recording.Exit 0 (recording.Output + recording.Error)
                    let count = int recording.Output
                    Expect.isGreaterThan count 300 "interruptions"
                    let all = [ for i in 0 .. count - 1 -> $"[{i}]" ]
                    Expect.equal (args "other" recording) all "the thread beside"
                    Expect.equal (args "same" recording) all "the thread that was interrupted")

            onEveryPython
                "S73: a child that C code forks while another thread is in the hook goes on, and is recorded"
                (fun python ->
                    let code =
                        """
import ctypes, os, queue, sys, threading
hook = sys.modules["auditrules_hook.hook"]
entered, left = queue.SimpleQueue(), queue.SimpleQueue()
inner = hook.Hook._event
def event(*arguments):
    if arguments[1] == "slow":
        entered.put(1)
        left.get()
    return inner(*arguments)
hook.Hook._event = event
thread = threading.Thread(target=sys.audit, args=("slow",))
thread.start()
entered.get()
pid = ctypes.PyDLL(None).fork()
if pid == 0:
    sys.audit("child")
    os._exit(0)
left.put(1)
thread.join()
os.waitpid(pid, 0)
"""

                    let recording = script Fallback [] python code
                    Expect.equal recording.Images.Length 2 "images"
                    Expect.equal recording.Images[1].ParentImage recording.Images[0].Nonce "a fork"
                    Expect.equal [ for e in recording.Images[1].Events -> e.Name ] [ "child" ] "its event")

            onEveryPython
                "S73: a handler within the hook may wait for another thread, whose event is lost then"
                (fun python ->
                    let code =
                        """
import queue, sys, threading
hook = sys.modules["auditrules_hook.hook"]
hook.PATIENCE = 0.2
asked, done, waited = queue.SimpleQueue(), queue.SimpleQueue(), []
def other():
    while True:
        sys.audit("other", asked.get())
        done.put(1)
threading.Thread(target=other, daemon=True).start()
inner = hook.Hook._event
def event(*arguments):
    if arguments[1] == "handled" and not waited:
        waited.append(1)
        asked.put(1)
        done.get(timeout=60)
    return inner(*arguments)
hook.Hook._event = event
sys.audit("handled")
asked.put(2)
done.get(timeout=60)
"""

                    let recording = script Fallback [] python code
                    Expect.hasLength (named "handled" recording) 1 "the event in whose midst it waited"
                    Expect.equal (args "other" recording) [ "[2]" ] "of the other thread"

                    Expect.equal
                        (recording.Images |> List.collect _.Lost)
                        [ "busy", 1L ]
                        "the one that was waited for")
        ]
