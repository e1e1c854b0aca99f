/// record --rotate (docs/cli.md, C98 to C100).
module AuditRules.Cli.Tests.RotateTests

open System
open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli

/// Two processes that raise numbered events with texts that no codec makes smaller.
let private program =
    "import os, sys\npid = os.fork()\nfor i in range(15000): sys.audit('lane', 1 if pid else 2, i, os.urandom(60).hex())\n"
    + "if pid: os.waitpid(pid, 0)\nsys.exit(4 if pid else 0)\n"

let private record options folder =
    start [] folder ([ "record" ] @ options @ [ "--"; "python3"; "-c"; program ])

/// The events of a trace but for their ordinals.
let private events (folder: Folder) trace =
    let ran = run folder [ "inspect"; trace; "--events"; "--format"; "jsonl" ]

    [
        for line in ran.Lines do
            if line.StartsWith "{\"seq\":" then
                line.Substring(line.IndexOf ',')
    ]

let private parts (folder: Folder) =
    [
        for path in Directory.GetFiles(folder.Path, "run-*") |> Array.sort -> string (Path.GetFileName path)
    ]

[<Tests>]
let tests =
    testSequenced
    <| testList
        "rotate"
        [
            testCase "C98: a recording in parts, which pack makes one trace of again" (fun () ->
                use folder = new Folder()
                let ran = record [ "--rotate"; "1M"; "-o"; "run.atrace" ] folder
                Expect.equal (ran.Code, ran.Out) (4, "") ran.Error
                let made = parts folder
                Expect.isGreaterThan made.Length 2 "parts"
                Expect.equal made [ for n in 1 .. made.Length -> $"run-{n:D6}.atrace" ] "names"

                Expect.isMatch
                    ran.Error
                    ($@"^auditrules: [\d,]+ events of 2 processes in {made.Length} parts, run-000001\.atrace to {List.last made}\n"
                     + $@"auditrules: head \d+:[0-9a-f]{{64}}\n  It is that of {List.last made}; each part has the head of the one before \(inspect\)\.\n$")
                    "C47"

                for part in made do
                    let length = FileInfo(folder.File part).Length
                    Expect.isLessThanOrEqual length (1024L * 1024L) "bytes"
                    Expect.equal (run folder [ "verify"; part ]).Code 0 "it is whole"

                let shuffled = List.last made :: List.take (made.Length - 1) made
                let packed = run folder ([ "pack" ] @ shuffled @ [ "-o"; "whole.atrace" ])
                Expect.equal packed.Code 0 packed.Error
                let whole = events folder "whole.atrace"
                let lanes = whole |> List.filter (fun e -> e.Contains "\"event\":\"lane\"")
                Expect.equal lanes.Length 30000 "no event is missing"
                Expect.isTrue (whole = List.collect (events folder) made) "each event once, in its order"
                let told = run folder [ "inspect"; "run-000002.atrace" ]

                Expect.isMatch
                    told.Out
                    @"(?m)^part      2 of recording [0-9a-f]{32}, the recording goes on in another part, behind head \d+:[0-9a-f]{64}$"
                    "C100"

                let head = told.Out.Substring(told.Out.IndexOf "behind head " + 12).Split('\n')[0]

                Expect.equal
                    (run folder [ "verify"; "run-000001.atrace"; "--expect-head"; head ]).Code
                    0
                    "the head is that of the part before")

            testCase "C98: --keep keeps the last parts, and --max-size is that of all" (fun () ->
                use folder = new Folder()
                let ran = record [ "--rotate"; "1M"; "--keep"; "2"; "--rotate"; "1h" ] folder
                Expect.equal ran.Code 4 ran.Error
                let kept = parts folder
                Expect.equal kept.Length 2 "parts"
                Expect.stringContains ran.Error $" parts, of which are kept {kept[0]} to {kept[1]}\n" "C47"
                use folder = new Folder()
                let ran = record [ "--rotate"; "1M"; "--max-size"; "2M" ] folder

                let bytes =
                    parts folder |> List.sumBy (fun part -> FileInfo(folder.File part).Length)

                Expect.isLessThanOrEqual bytes (2048L * 1024L) "bytes"
                Expect.stringContains ran.Error "(max-size)" "the loss")

            testTheory
                "C99: what makes no sense is refused before the program starts"
                [
                    [ "--rotate"; "100" ],
                    "--rotate takes a size, as 100M or 2G, or a time, as 30s, 10m, 1h or 1d, not 100"
                    [ "--rotate"; "0s" ],
                    "--rotate takes a size, as 100M or 2G, or a time, as 30s, 10m, 1h or 1d, not 0s"
                    [ "--rotate"; "10k" ], "--rotate takes at least 1M, not 10k"
                    [ "--rotate"; "1M"; "--rotate"; "2M" ], "--rotate takes one size and one time, not 2M too"
                    [ "--keep"; "2" ], "--keep needs --rotate"
                    [ "--rotate"; "1M"; "--keep"; "0" ], "--keep takes a whole number of at least 1, not 0"
                    [ "--rotate"; "1M"; "--rules"; "rules" ], "--rotate and --rules do not go together"
                    [ "--rotate"; "1M"; "-o"; "-" ], "--rotate writes files beside each other, and - is none"
                    [ "--rotate"; "1M"; "-o"; "/dev/null" ], "--rotate writes files beside each other"
                    [ "--rotate"; "1M"; "-o"; "no/run.atrace" ],
                    "cannot write no/run-000001.atrace: there is no such folder"
                    [ "--rotate"; "1M"; "-o"; "old.atrace" ],
                    "cannot write old-000007.atrace: it is there already"
                ]
                (fun (options, message) ->
                    use folder = new Folder()
                    folder.Write("old-000007.atrace", "")
                    folder.Write("rules/t.fsx", rule)
                    let ran = start [] folder ([ "record" ] @ options @ [ "--"; "touch"; "started" ])
                    Expect.equal (ran.Code, ran.Out) (125, "") ran.Error
                    Expect.stringContains ran.Error $"auditrules: {message}" "message"
                    Expect.isFalse (folder.Has "started") "the program")

            testCase "C98: a recording without any event is one part" (fun () ->
                use folder = new Folder()
                let ran = start [] folder [ "record"; "--rotate"; "10s"; "--"; "true" ]
                Expect.equal (ran.Code, parts folder) (0, [ "run-000001.atrace" ]) ran.Error

                Expect.stringContains
                    ran.Error
                    "auditrules: 0 events of 0 processes in 1 part, run-000001.atrace\n"
                    "C47")

            testCase
                "C100: a rule of several events is unknown of a part, and clean of all of them"
                (fun () ->
                    use folder = new Folder()
                    folder.Write("rules/t.fsx", rule)
                    let ran = record [ "--rotate"; "1M" ] folder
                    Expect.equal ran.Code 4 ran.Error

                    let replay trace =
                        run folder [ "replay"; trace; "--rules"; "rules"; "--strict" ]

                    let part = replay "run-000002.atrace"
                    Expect.equal part.Code 5 part.Out
                    Expect.stringContains part.Out "the recording goes on in another part" "why"
                    let packed = run folder ([ "pack" ] @ parts folder @ [ "-o"; "whole.atrace" ])
                    Expect.equal packed.Code 0 packed.Error
                    Expect.equal (replay "whole.atrace").Code 0 "clean")
        ]
