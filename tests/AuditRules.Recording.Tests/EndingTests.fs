/// Ten ways to end, and kills at random moments, through a session to its trace.
module AuditRules.Recording.Tests.EndingTests

open System
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording
open AuditRules.Recording.Tests.Programs

let private nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

// Tracebacks of programs that end as they are told are no news.
let private silently (command: string list) =
    record ([ "sh"; "-c"; "exec \"$@\" 2> /dev/null"; "sh" ] @ command)

let private endings =
    [
        "_exit", 7, 300
        "abort", 134, 300
        "exec", 5, 600
        "segfault", 139, 300
        "exception", 1, 300
        "exit", 3, 300
        "daemon", 0, 301
        "sigterm", 143, 300
        "fork", 4, 600
        "ctrl-c", 130, 300
    ]

/// The numbers of the events "mark" of that ending, in the order of the trace.
let private marks name recorded =
    [
        for e in named "mark" recorded do
            if e.Arguments[0].AsText = name then
                e.Arguments[1].AsInt64
    ]

/// Every acknowledged event of that ending, once, and no other.
let private isWhole (name, _, count) recorded =
    Expect.equal (marks name recorded) [ for i in 0 .. count - 1 -> int64 i ] name

    if name = "daemon" then
        let daemon = [ for e in named "daemon" recorded -> e.Arguments[0].AsInt64 ]
        Expect.equal daemon [ for i in 0 .. daemon.Length - 1 -> int64 i ] "the thread's"
        Expect.isGreaterThanOrEqual daemon.Length 300 "the thread's"

/// What the trace says of the end of the process that raised the last of these.
let private endOf name recorded =
    let marked =
        named "mark" recorded
        |> List.filter (fun e -> e.Arguments[0].AsText = name)
        |> List.last

    recorded.Processes
    |> List.tryPick (fun r ->
        if r.Change = ProcessChange.Exit && r.Process = marked.Process then
            Some(Option.ofNullable r.ExitCode)
        else
            None)

let private exitCode recorded =
    recorded.Result |> Option.map _.ExitCode

/// Each thread of each child: its events have no gap, are what was raised, and none that was acknowledged is missing.
let private survives program seed count =
    let folder = temporaryFolder ()

    try
        let acknowledged = Path.Combine(folder, "acknowledged")

        let command =
            [ program; HookLab.program "kills.py"; acknowledged; $"{seed}"; $"{count}" ]

        let recorded = record command
        Expect.equal (exitCode recorded) (Some 0) "every child was killed"
        Expect.equal recorded.Losses [] "losses"
        let seen = File.ReadAllBytes acknowledged

        let byLane =
            named "t" recorded
            |> List.groupBy (fun e -> int e.Arguments[0].AsInt64 * 3 + int e.Arguments[1].AsInt64)
            |> Map.ofList

        let mutable total = 0

        for lane in 0 .. 3 * count - 1 do
            let events = byLane |> Map.tryFind lane |> Option.defaultValue []
            let known = int (BitConverter.ToUInt64(seen, 8 * lane))
            total <- total + known

            Expect.equal
                [ for e in events -> e.Arguments[2].AsInt64, string e.Arguments[3].AsText ]
                [ for i in 0 .. events.Length - 1 -> int64 i, String('x', i % 40) ]
                $"thread {lane}"

            // One may have been in flight.
            Expect.isGreaterThanOrEqual events.Length known $"thread {lane}: acknowledged"
            Expect.isLessThanOrEqual events.Length (known + 1) $"thread {lane}: raised"

        Expect.isGreaterThan total (10 * count) "events were acknowledged"
    finally
        Directory.Delete(folder, true)

let private kills = if nightly then 1000 else 100

[<Tests>]
let tests =
    testSequenced
    <| testList
        "endings"
        [
            for name, status, count in endings do
                testCase $"a program that ends by {name} loses nothing and its status is passed through"
                <| fun () ->
                    let recorded = silently [ "python3"; HookLab.program "endings.py"; name ]
                    Expect.equal (exitCode recorded) (Some status) "status"
                    Expect.equal recorded.Losses [] "losses"
                    isWhole (name, status, count) recorded

            for program in pythons do
                testCase
                    $"S44: {program}: children that end in ten ways lose nothing, and tell the status that exit was given"
                <| fun () ->
                    let recorded = silently [ program; HookLab.program "endings.py"; "all" ]
                    Expect.equal (exitCode recorded) (Some 0) "all ended as they were told"
                    Expect.equal recorded.Losses [] "losses"

                    for ending in endings do
                        isWhole ending recorded

                    // S44: their parent alone knows how the others ended.
                    for name, status, _ in endings do
                        let known = List.contains name [ "exec"; "exception"; "exit"; "daemon"; "fork" ]

                        Expect.equal
                            (endOf name recorded)
                            (Some(if known then Some status else None))
                            $"the end of {name}"

                let count = (kills + pythons.Length - 1) / pythons.Length

                testCase $"S19: {program}: {count} kills at random moments lose no acknowledged event"
                <| fun () ->
                    let seed = if nightly then Environment.TickCount else 20_260_000

                    try
                        survives program seed count
                    with e ->
                        failtest $"seed {seed}: {e.Message}"
        ]
