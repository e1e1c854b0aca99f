/// Forced losses of every cause, through a session to its trace: what was raised is accounted for, to the event.
module AuditRules.Recording.Tests.LossTruthTests

open System
open System.IO
open Expecto
open AuditRules.Recording
open AuditRules.Recording.Tests.Programs

let private nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

/// The library that counts what is raised, by a means of its own; None without a C compiler.
let private counter =
    lazy
        (let path = Path.Combine(temporaryFolder (), "count_events.so")

         let arguments =
             [
                 "-shared"
                 "-fPIC"
                 "-O2"
                 "-o"
                 path
                 HookLab.program "count_events.c"
                 "-ldl"
             ]

         try
             match HookLab.run "cc" arguments [] with
             | 0, _, _ -> Some path
             | _, _, error -> failtest error
         with :? ComponentModel.Win32Exception ->
             None)

let private loop = "for i in range(20000): sys.audit('t', i)\n"

let private limited resource value =
    $"import resource
had = resource.getrlimit(resource.{resource})
resource.setrlimit(resource.{resource}, ({value}, had[1]))
{loop}resource.setrlimit(resource.{resource}, had)
"

/// Reason, shell before, program.
let private causes =
    [
        "file-limit", "", limited "RLIMIT_FSIZE" "5000"
        "descriptors", "", limited "RLIMIT_NOFILE" "3"
        "memory",
        "",
        "size = int(open('/proc/self/statm').read().split()[0]) * 4096\n"
        + limited "RLIMIT_AS" "size + 65536"
        "access",
        "",
        "folder = os.environ['AUDITRULES_DIR']\nos.rename(folder, folder + '.aside')\n"
        + loop
        + "os.rename(folder + '.aside', folder)\n"
        // Segments of 20 KiB.
        "oversize", "ulimit -f 40; ", "for i in range(500): sys.audit('t', i, *['x' * 4000] * (i % 10))\n"
        // There are fewer buffers than events within one another.
        "busy",
        "",
        "import ctypes\nctypes.CDLL(None).nest(100)\nsys.audit('outer')\n"
        + "for i in range(100): sys.audit('t', i)\n"
        // The event that is under way keeps full segments mapped, of which there are 64.
        "internal",
        "ulimit -f 40; ",
        "import ctypes, time\nctypes.CDLL(None).flood(33000)\nsys.audit('outer')\ntime.sleep(0.2)\n"
        + "for i in range(100): sys.audit('again', i)\n"
    ]

let private recordCounted program shell code (temporary: string) =
    match counter.Value with
    | None -> skiptest "no C compiler"
    | Some library ->
        let count = Path.Combine(temporary, "count")

        let recorded =
            [
                "sh"
                "-c"
                shell + "exec \"$@\""
                "sh"
                program
                "-c"
                "import os, sys\n" + code
            ]
            |> recordWith (fun options ->
                RecordingOptions(
                    Command = options.Command,
                    Hook = HookChoice.Native,
                    EnvironmentChanges = readOnlyDict [ "LD_PRELOAD", library; "COUNT_EVENTS", count ],
                    TemporaryFolder = temporary
                ))

        recorded, int64 (File.ReadAllText count)

let private accountsFor reason (recorded, raised) =
    let result = recorded.Result |> Option.get
    Expect.equal result.ExitCode 0 "the program lives"
    let totals = (nonNull result.Packed).Totals
    let lost = [ for loss in recorded.Losses -> loss.Reason, loss.Process ]
    Expect.equal lost [ reason, 0 ] "losses"
    Expect.equal totals.Lost recorded.Losses[0].Count "lost, in END and in LOSS"
    Expect.isGreaterThan totals.Lost 0L "lost"
    Expect.equal (int64 recorded.Events.Length) totals.Events "recorded, in END and in the trace"
    Expect.equal totals.Raised (totals.Filtered + totals.Events + totals.Lost) "raised, in END"
    Expect.equal totals.Raised raised "raised, as another hook counted it"
    // The times of the losses lie within the recording.
    let loss = recorded.Losses[0]

    let times =
        [
            recorded.Events.Head.Time
            loss.From
            loss.To
            (List.last recorded.Processes).Time
        ]

    Expect.equal times (List.sort times) "times"

let private inFolder action =
    let folder = temporaryFolder ()

    try
        action folder
    finally
        Directory.Delete(folder, true)

[<Tests>]
let tests =
    testSequenced
    <| testList
        "truth of losses"
        [
            for program in (if nightly then pythons else List.truncate 1 pythons) do
                for reason, shell, code in causes do
                    testCase $"S15, S16: {program}: raised is filtered, recorded and lost ({reason})"
                    <| fun () -> inFolder (recordCounted program shell code >> accountsFor reason)

                testCase $"S15, S16: {program}: raised is filtered, recorded and lost (disk-full)"
                <| fun () ->
                    inFolder (fun folder ->
                        match
                            HookLab.run "mount" [ "-t"; "tmpfs"; "-o"; "size=600k"; "none"; folder ] []
                        with
                        | 0, _, _ ->
                            try
                                recordCounted program "" loop folder |> accountsFor "disk-full"
                            finally
                                HookLab.run "umount" [ folder ] [] |> ignore
                        | _ -> skiptest "a small file system could not be mounted")

            testCase "S15: without a loss raised is filtered and recorded"
            <| fun () ->
                inFolder (fun folder ->
                    let recorded, raised = recordCounted "python3" "" loop folder
                    let totals = (nonNull (Option.get recorded.Result).Packed).Totals
                    Expect.equal (recorded.Losses, totals.Lost) ([], 0L) "losses"
                    Expect.equal totals.Raised raised "raised, as another hook counted it"
                    Expect.equal totals.Raised (totals.Filtered + totals.Events) "raised")

            testCase "S16: behind a loss for want of room in memory events are recorded again"
            <| fun () ->
                let _, shell, code = causes |> List.find (fun (reason, _, _) -> reason = "internal")

                inFolder (fun folder ->
                    let recorded, _ = recordCounted "python3" shell code folder
                    Expect.hasLength (named "again" recorded) 100 "again")
        ]
