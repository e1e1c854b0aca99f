module AuditRules.Recording.Tests.HookLimits

open System
open System.IO
open Expecto
open AuditRules.Recording.Tests.HookLab

let private loop =
    "\nimport sys\nfor i in range(20000): sys.audit('t', i)\nprint('alive')\n"

/// The program lives, and each of its 20,000 events is recorded or counted as lost for that reason.
let private lives hook python prologue reason =
    let recording = script hook [] python (prologue + loop)
    Expect.equal recording.Output "alive\n" "the program lives"
    let image = recording.Images.Head
    Expect.equal (List.map fst image.Lost) [ reason ] "one reason"
    let lost = snd image.Lost.Head
    Expect.isGreaterThan lost 0L "something was lost"
    // Events of the prologue and of the end may be lost too.
    Expect.isGreaterThanOrEqual (int64 (named "t" recording).Length + lost) 20000L "all are accounted for"
    Expect.isTrue image.Closed "closed"

let private asRoot =
    lazy (OperatingSystem.IsLinux() && Environment.UserName = "root")

[<Tests>]
let tests =
    testList
        "hook limits"
        [
            onBothHooks "S8: small file-size limits make small segments" (fun hook python ->
                let prologue =
                    "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (70000, 70000))\n"

                let recording = script hook [] python (prologue + loop)
                Expect.hasLength (named "t" recording) 20000 ""
                Expect.isGreaterThan recording.Images.Head.Segments 5 "")

            onBothHooks "S16: a file-size limit below the least segment is a counted loss" (fun hook python ->
                lives
                    hook
                    python
                    "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
                    "file-limit")

            onBothHooks "S16: no descriptors left is a counted loss" (fun hook python ->
                lives
                    hook
                    python
                    "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\n"
                    "descriptors")

            onBothHooks "S16: a folder that has gone is a counted loss" (fun hook python ->
                inFolder (fun folder ->
                    let moved = Path.Combine(folder, "moved")
                    let segments = Path.Combine(folder, "segments")
                    Directory.CreateDirectory segments |> ignore
                    let prologue = $"import os\nos.rename('{segments}', '{moved}')"
                    let epilogue = $"\nos.rename('{moved}', '{segments}')"

                    let recording =
                        recordIn segments hook [] [ python.Path; "-c"; prologue + loop + epilogue ]

                    Expect.equal recording.Output "alive\n" recording.Error
                    Expect.equal (List.map fst recording.Images.Head.Lost) [ "access" ] ""))

            onBothHooks
                "no file is made, and nobody is killed, under a file-size limit of 0"
                (fun hook python ->
                    let command =
                        [ "/bin/sh"; "-c"; "ulimit -f 0; exec \"$@\""; "sh"; python.Path; "-c"; loop ]

                    let recording = record hook [] command
                    Expect.equal (recording.Exit, recording.Output) (0, "alive\n") recording.Error
                    Expect.isEmpty recording.Images "")

            onBothHooks "a program that closes every descriptor is recorded to its end" (fun hook python ->
                let code =
                    "import os, sys\nos.closerange(0, 300)\nfor i in range(20000): sys.audit('t', i)"

                Expect.hasLength (script hook [] python code |> named "t") 20000 "")

            onBothHooks "threads with the least stack can raise events of any size" (fun hook python ->
                let code =
                    """
import sys, threading
threading.stack_size(65536)
t = threading.Thread(target=lambda: sys.audit("t", [[[[[[[["x" * 9000]]]]]]]] * 5, "é" * 70000))
t.start()
t.join()
"""

                Expect.hasLength (script hook [] python code |> named "t") 1 "")

            onBothHooks "S16: a full disk is a counted loss" (fun hook python ->
                if not asRoot.Value then
                    skiptest "needs root to mount a small file system"

                inFolder (fun folder ->
                    match run "mount" [ "-t"; "tmpfs"; "-o"; "size=512k"; "none"; folder ] [] with
                    | 0, _, _ ->
                        try
                            let recording = recordIn folder hook [] [ python.Path; "-c"; loop ]
                            Expect.equal (recording.Exit, recording.Output) (0, "alive\n") recording.Error
                            Expect.isEmpty recording.Damage "damage"
                            let image = recording.Images.Head
                            Expect.equal (List.map fst image.Lost) [ "disk-full" ] ""

                            let total = int64 (named "t" recording).Length + snd image.Lost.Head
                            Expect.isGreaterThanOrEqual total 20000L "all are accounted for"
                        finally
                            run "umount" [ folder ] [] |> ignore
                    | _ -> skiptest "a small file system could not be mounted"))
        ]
