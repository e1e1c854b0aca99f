module AuditRules.Recording.Tests.HookLimits

open System
open System.Diagnostics
open System.IO
open Expecto
open AuditRules.Recording.Tests.HookLab

let private loop =
    "\nimport sys\nfor i in range(20000): sys.audit('t', i)\nprint('alive')\n"

/// The program lives, and each of its 20,000 events is recorded or counted as lost for that reason.
let private lives python prologue reason =
    let recording = script Native [] python (prologue + loop)
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
            onEveryPython "S8: small file-size limits make small segments" (fun python ->
                let prologue =
                    "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (70000, 70000))\n"

                let recording = script Native [] python (prologue + loop)
                Expect.hasLength (named "t" recording) 20000 ""
                Expect.isGreaterThan recording.Images.Head.Segments 5 "")

            onEveryPython "S16: a file-size limit below the least segment is a counted loss" (fun python ->
                lives
                    python
                    "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
                    "file-limit")

            onEveryPython "S16: no descriptors left is a counted loss" (fun python ->
                lives
                    python
                    "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\n"
                    "descriptors")

            onEveryPython "S16: a folder that has gone is a counted loss" (fun python ->
                inFolder (fun folder ->
                    let moved = Path.Combine(folder, "moved")
                    let segments = Path.Combine(folder, "segments")
                    Directory.CreateDirectory segments |> ignore
                    let prologue = $"import os\nos.rename('{segments}', '{moved}')"
                    let epilogue = $"\nos.rename('{moved}', '{segments}')"

                    let recording =
                        recordIn segments Native [] [ python.Path; "-c"; prologue + loop + epilogue ]

                    Expect.equal recording.Output "alive\n" recording.Error
                    Expect.equal (List.map fst recording.Images.Head.Lost) [ "access" ] ""))

            onEveryPython "no file is made, and nobody is killed, under a file-size limit of 0" (fun python ->
                let command =
                    [ "/bin/sh"; "-c"; "ulimit -f 0; exec \"$@\""; "sh"; python.Path; "-c"; loop ]

                let recording = record Native [] command
                Expect.equal (recording.Exit, recording.Output) (0, "alive\n") recording.Error
                Expect.isEmpty recording.Images "")

            onEveryPython "a program that closes every descriptor is recorded to its end" (fun python ->
                let code =
                    "import os, sys\nos.closerange(0, 300)\nfor i in range(20000): sys.audit('t', i)"

                Expect.hasLength (script Native [] python code |> named "t") 20000 "")

            onEveryPython "threads with the least stack can raise events of any size" (fun python ->
                let code =
                    """
import sys, threading
threading.stack_size(65536)
t = threading.Thread(target=lambda: sys.audit("t", [[[[[[[["x" * 9000]]]]]]]] * 5, "é" * 70000))
t.start()
t.join()
"""

                Expect.hasLength (script Native [] python code |> named "t") 1 "")

            onEveryPython "S16: a full disk is a counted loss" (fun python ->
                if not asRoot.Value then
                    skiptest "needs root to mount a small file system"

                inFolder (fun folder ->
                    match run "mount" [ "-t"; "tmpfs"; "-o"; "size=512k"; "none"; folder ] [] with
                    | 0, _, _ ->
                        try
                            let recording = recordIn folder Native [] [ python.Path; "-c"; loop ]
                            Expect.equal (recording.Exit, recording.Output) (0, "alive\n") recording.Error
                            Expect.isEmpty recording.Damage "damage"
                            let image = recording.Images.Head
                            Expect.equal (List.map fst image.Lost) [ "disk-full" ] ""

                            let total = int64 (named "t" recording).Length + snd image.Lost.Head
                            Expect.isGreaterThanOrEqual total 20000L "all are accounted for"
                        finally
                            run "umount" [ folder ] [] |> ignore
                    | _ -> skiptest "a small file system could not be mounted"))

            onEveryPython "S19: a kill at any moment loses no acknowledged event" (fun python ->
                // Each thread writes the number of its last acknowledged event into a mapped file.
                let code =
                    """
import mmap, sys, threading
with open(sys.argv[1], "w+b") as file:
    file.truncate(4096)
    seen = memoryview(mmap.mmap(file.fileno(), 4096)).cast("Q")
def work(k):
    i = 0
    while i < 20000:
        sys.audit("t", k, i)
        i += 1
        seen[k] = i
threads = [threading.Thread(target=work, args=(k,)) for k in range(3)]
for t in threads: t.start()
"""

                for delay in [ 60; 100 ] do
                    inFolder (fun folder ->
                        if not (File.Exists library) then
                            skiptest "the native hook was not built: no C compiler"

                        let acknowledged = Path.Combine(folder, "acknowledged")
                        let info = ProcessStartInfo(python.Path, [ "-c"; code; acknowledged ])

                        for name, value in settings Native folder do
                            info.Environment[name] <- value

                        use running = nonNull (Process.Start info)
                        running.WaitForExit delay |> ignore
                        running.Kill()
                        running.WaitForExit()
                        let images, damage = read folder
                        Expect.isEmpty damage "damage"
                        let events = images |> List.collect _.Events |> List.filter (fun e -> e.Name = "t")

                        let counts =
                            if File.Exists acknowledged then
                                File.ReadAllBytes acknowledged
                            else
                                [||]

                        for k in 0..2 do
                            let mine =
                                [
                                    for e in events do
                                        if e.Args.StartsWith $"[{k}, " then
                                            e.Args
                                ]

                            Expect.equal mine [ for i in 0 .. mine.Length - 1 -> $"[{k}, {i}]" ] "no gap"

                            let least =
                                if counts.Length < 4096 then
                                    0UL
                                else
                                    BitConverter.ToUInt64(counts, 8 * k)

                            Expect.isGreaterThanOrEqual (uint64 mine.Length) least "none is lost"))
        ]
