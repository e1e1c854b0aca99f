module AuditRules.Recording.Tests.HookFallback

open System.IO
open Expecto
open AuditRules.Recording.Tests.HookLab

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

            onEveryPython "the sitecustomize that it hides runs after it" (fun python ->
                inFolder (fun folder ->
                    File.WriteAllText(Path.Combine(folder, "sitecustomize.py"), "print('theirs', __name__)")
                    let path = fallbackFolder + ":" + folder

                    let recording =
                        script
                            Fallback
                            [ "PYTHONPATH", path ]
                            python
                            "import sys; sys.audit('t'); print(sys.path[1])"

                    Expect.equal recording.Output $"theirs sitecustomize\n{folder}\n" ""
                    Expect.hasLength (named "t" recording) 1 ""))

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
        ]
