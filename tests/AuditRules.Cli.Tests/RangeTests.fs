module AuditRules.Cli.Tests.RangeTests

open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli

let private second = 1_000_000_000L
let private start = 1_767_323_045L * second

/// Ten events, half a second apart, of two processes.
let private ten =
    [
        """{"record":"process","change":"start","process":0,"pid":7,"time":"2026-01-02T03:04:05Z","command":["app"]}"""
        """{"record":"process","change":"fork","process":1,"parent":0,"pid":8,"time":"2026-01-02T03:04:06Z"}"""
        """{"record":"process","change":"exec","process":1,"parent":0,"pid":8,"time":"2026-01-02T03:04:06Z","command":["sh","-c","x"]}"""
        """{"record":"process","change":"fork","process":2,"parent":1,"pid":9,"time":"2026-01-02T03:04:07Z"}"""
        """{"record":"process","change":"fork","process":3,"parent":0,"pid":10,"time":"2026-01-02T03:04:07Z"}"""
        for i in 0..9 do
            $"""{{"ts":{start + int64 i * second / 2L},"pid":7,"process":0,"event":"open","args":["/File{i}"]}}"""
        """{"record":"end","processes":4}"""
    ]

let private ordinals (ran: Ran) =
    if ran.Out = "" then
        []
    else
        ran.Lines |> List.map (fun line -> int (line.Substring(0, 8)))

let private ranges: (string list * int list) list =
    [
        [ "--from"; "+2.5s" ], [ 5..9 ]
        [ "--from"; "+2500ms"; "--to"; "+3000001us" ], [ 5; 6 ]
        [ "--to"; "+500000000ns" ], [ 0 ]
        [ "--to"; "+1m" ], [ 0..9 ]
        [ "--from"; "2.5s" ], [ 5..9 ]
        [ "--from"; "2500ms"; "--to"; "3s" ], [ 5 ]
        [ "--from"; "2026-01-02 03:04:08.000" ], [ 6..9 ]
        [ "--from"; "2026-01-02T03:04:08" ], [ 6..9 ]
        [ "--from"; "2026-01-02 03:04:08.5Z" ], [ 7..9 ]
        [ "--from"; "2026-01-02T03:04:08Z" ], [ 6..9 ]
        [ "--from"; "2026-01-02T05:04:08.5+02:00" ], [ 7..9 ]
        [ "--from"; "#3"; "--to"; "#5" ], [ 3; 4 ]
        [ "--from"; "#3"; "--to"; "+2s" ], [ 3 ]
        [ "--from"; "#3"; "--match"; "file4" ], [ 4 ]
        [ "--from"; "#3"; "--head"; "2" ], [ 3; 4 ]
        [ "--to"; "#8"; "--tail"; "2" ], [ 6; 7 ]
        [ "--to"; "#8"; "--head"; "3"; "--tail"; "1" ], [ 2 ]
    ]

[<Tests>]
let tests =
    testList
        "ranges"
        [
            testTheory
                "C54: by time, moment and ordinal, of a file and of standard input"
                ranges
                (fun (options, expected) ->
                    use folder = withTrace ten
                    let ran = run folder ([ "inspect"; "run.atrace" ] @ options)
                    Expect.equal (ran.Code, ordinals ran, ran.Error) (0, expected, "") "of a file"
                    let input = File.ReadAllBytes(folder.File "run.atrace")
                    let piped = runOnBytes input folder ([ "inspect"; "-" ] @ options)

                    Expect.equal
                        (piped.Code, ordinals piped, piped.Error)
                        (0, expected, "")
                        "of standard input")

            testTheory
                "C2 C54: what is no time is answered with all that the option takes"
                [
                    "2"
                    "+2"
                    "+2x"
                    "+"
                    "+-1s"
                    "#"
                    "#-1"
                    "#x"
                    "2026-01-02"
                    "2026-01-02 03:04"
                    "2026-01-02_03:04:05"
                    "2026-01-02 03:04:05 UTC"
                    "++1s"
                    "+1e3s"
                ]
                (fun word ->
                    use folder = withTrace ten
                    let ran = run folder [ "inspect"; "run.atrace"; "--from"; word ]
                    Expect.equal ran.Code 2 ran.Error
                    Expect.stringStarts ran.Error "auditrules: --from takes a time" "option"
                    Expect.stringContains ran.Error $"not {word}\n" "word")

            testCase "C50: processes are a tree" (fun () ->
                use folder = withTrace ten
                let ran = run folder [ "inspect"; "run.atrace" ]

                Expect.stringContains
                    ran.Out
                    (String.concat
                        "\n"
                        [
                            "#  pid  events    began  ran  exit  process"
                            "0    7      10  +0.000s          ?  app"
                            "1    8       0  +1.000s          ?  ├── sh -c x"
                            "2    9       0  +2.000s          ?  │   └── (the same program)"
                            "3   10       0  +2.000s          ?  └── (the same program)"
                        ])
                    "tree")

            testCase "C58: the frames of a file" (fun () ->
                use folder = withTrace ten
                let ran = run folder [ "inspect"; "run.atrace"; "--frames" ]
                Expect.equal ran.Code 0 ran.Error

                let types =
                    ran.Lines
                    |> List.tail
                    |> List.choose (fun line ->
                        [ "META"; "PROCESS"; "DATA"; "INDEX"; "END" ]
                        |> List.tryFind (fun name -> line.Contains($"  {name}")))

                Expect.equal types[..4] [ "META"; "PROCESS"; "DATA"; "INDEX"; "END" ] "types"
                Expect.isMatch ran.Out @"\n +\d+ +\d+ +dictionary \((none|lz4)\)\n" "columns"
                let json = run folder [ "inspect"; "run.atrace"; "--frames"; "--format"; "jsonl" ]

                Expect.stringStarts
                    json.Lines.Head
                    "{\"offset\":36,\"type\":\"META\",\"sequence\":0,\"events\":0,\"rawLength\":"
                    "JSON"

                Expect.stringContains
                    json.Out
                    "\"type\":\"DATA\",\"sequence\":2,\"events\":10,\"firstOrdinal\":0,\"firstTime\":\"2026-01-02T03:04:05.000000000Z\",\"lastTime\":\"2026-01-02T03:04:09.500000000Z\""
                    "DATA"

                let wrong = run folder [ "inspect"; "run.atrace"; "--frames"; "--head"; "1" ]
                Expect.equal wrong.Code 2 wrong.Error)

            testCase "C58: what a frame is stays on a narrow terminal" (fun () ->
                use folder = withTrace ten

                let ran =
                    runOnTerminal 40 folder [ "inspect"; "run.atrace"; "--frames"; "--no-color" ]

                Expect.isTrue (ran.Lines |> List.forall (fun line -> line.Length <= 40)) ran.Out
                Expect.stringStarts ran.Lines.Head "offset  " "where"
                Expect.stringEnds ran.Lines.Head "  frame" "what"

                for name in [ "META"; "PROCESS"; "DATA"; "INDEX"; "END" ] do
                    Expect.isTrue (ran.Lines |> List.exists _.EndsWith($"  {name}")) name)

            testCase "C58: events as MessagePack maps" (fun () ->
                use folder = withTrace fires
                use output = new MemoryStream()

                let ran =
                    runInto output folder [ "inspect"; "run.atrace"; "--format"; "msgpack"; "--head"; "1" ]

                Expect.equal ran.Code 0 ran.Error

                Expect.equal
                    (System.Convert.ToHexString(output.ToArray()))
                    ("87" // a map of 7
                     + "A3736571"
                     + "00" // seq: 0
                     + "A474696D65"
                     + "CF1886CAF12E2B0A00" // time
                     + "A3706964"
                     + "07"
                     + "A3746964"
                     + "07"
                     + "A770726F63657373"
                     + "00"
                     + "A56576656E74"
                     + "A46F70656E" // event: open
                     + "A461726773"
                     + "93"
                     + "A72F736563726574"
                     + "A172"
                     + "00")
                    "bytes")

            testTheory
                "C85: a part of a trace is a trace"
                [
                    [ "--from"; "+1s"; "--to"; "+2s" ], [ "/File2"; "/File3" ]
                    [ "--from"; "#8" ], [ "/File8"; "/File9" ]
                    [ "--around"; "4"; "--margin"; "500ms" ], [ "/File3"; "/File4"; "/File5" ]
                    [ "--around"; "#4"; "--margin"; "500ms" ], [ "/File3"; "/File4"; "/File5" ]
                    [ "--around"; "9" ], [ for i in 0..9 -> $"/File{i}" ]
                ]
                (fun (options, files) ->
                    use folder = withTrace ten

                    let cut name =
                        run folder ([ "cut"; "run.atrace"; "-o"; name ] @ options)

                    let ran = cut "part.atrace"
                    Expect.equal ran.Code 0 ran.Error

                    Expect.isMatch
                        ran.Error
                        $"^auditrules: {files.Length} of 10 events in part\\.atrace\nauditrules: head [0-9]+:[0-9a-f]{{64}}\n$"
                        "what it says"

                    let part = run folder [ "inspect"; "part.atrace"; "--events" ]

                    Expect.equal
                        (part.Lines |> List.map (fun line -> line.Split('"') |> Array.item 1))
                        files
                        "events"

                    let summary = run folder [ "inspect"; "part.atrace" ]
                    Expect.isMatch summary.Out "made by   cut of [0-9a-f]{32}\n" "derived"

                    if files.Length < 10 then
                        Expect.stringContains
                            summary.Out
                            $"left out  {10 - files.Length} on purpose, with cut\n"
                            "C50"

                    Expect.stringContains summary.Out "└── (the same program)" "all processes"

                    if files.Length < 10 then
                        Expect.equal summary.Code 3 "a part is not all"
                        Expect.stringContains summary.Out $"loss {10 - files.Length} events (cut)\n" "loss"

                    cut "again.atrace" |> ignore

                    Expect.sequenceEqual
                        (File.ReadAllBytes(folder.File "again.atrace"))
                        (File.ReadAllBytes(folder.File "part.atrace"))
                        "C8 the same bytes")

            testCase "C85 T37: in a part, a rule that does not fire is unknown" (fun () ->
                use folder = withTrace quiet
                let whole = run folder [ "replay"; "run.atrace"; "--strict" ]
                Expect.equal whole.Code 0 whole.Out
                let ran = run folder [ "cut"; "run.atrace"; "-o"; "part.atrace"; "--from"; "#1" ]
                Expect.equal ran.Code 0 ran.Error
                let part = run folder [ "replay"; "part.atrace"; "--format"; "jsonl"; "--strict" ]
                Expect.equal part.Code 5 "unknown"
                Expect.stringContains part.Out "\"clean\":0,\"unknown\":1" "not clean"
                Expect.stringContains part.Out "\"reason\":\"cut\",\"count\":1" "why")

            testCase "C85: around a finding" (fun () ->
                use folder =
                    withTrace (
                        fires
                        @ [
                            """{"time":"2026-01-02T03:05:00Z","pid":7,"event":"open","args":["/late"]}"""
                        ]
                    )

                let replayed = run folder [ "replay"; "run.atrace"; "--format"; "jsonl" ]

                let id =
                    System.Text.Json.JsonDocument
                        .Parse(replayed.Lines.Head)
                        .RootElement.GetProperty("id")
                        .GetString()
                    |> string

                let ran = run folder [ "cut"; "run.atrace"; "-o"; "part.atrace"; "--finding"; id ]
                Expect.equal (ran.Code, ran.Error.Contains "2 of 3 events") (0, true) ran.Error
                let again = run folder [ "replay"; "part.atrace"; "--format"; "jsonl" ]
                Expect.stringContains again.Lines.Head $"\"id\":\"{id}\"" "the finding is in the part"
                let none = run folder [ "cut"; "run.atrace"; "-o"; "x.atrace"; "--finding"; "0123" ]
                Expect.equal none.Code 2 none.Error
                Expect.stringContains none.Error "auditrules: the rules find no finding 0123" "message"
                Expect.isFalse (folder.Has "x.atrace") "nothing is written")

            testTheory
                "C85: what cannot be cut is refused, and nothing is written"
                [
                    [ "--from"; "+1h" ], "auditrules: no event of run.atrace lies in that range\n"
                    [ "--from"; "#5"; "--to"; "#5" ],
                    "auditrules: no event of run.atrace lies in that range\n"
                    [ "--around"; "10" ], "auditrules: run.atrace has no event of ordinal 10\n"
                    [], "auditrules: say which part"
                    [ "--from"; "#1"; "--around"; "1" ], "auditrules: say which part"
                    [ "--around"; "1"; "--margin"; "5" ], "auditrules: --margin takes a time"
                ]
                (fun (options, message) ->
                    use folder = withTrace ten
                    let ran = run folder ([ "cut"; "run.atrace"; "-o"; "x.atrace" ] @ options)
                    Expect.equal ran.Code 2 ran.Error
                    Expect.stringStarts ran.Error message "message"
                    Expect.isFalse (folder.Has "x.atrace") "nothing is written")

            testCase "C85: a damaged trace is to be recovered first" (fun () ->
                use folder = withTrace ten
                let bytes = File.ReadAllBytes(folder.File "run.atrace")
                File.WriteAllBytes(folder.File "run.atrace", bytes[.. bytes.Length - 2])
                let ran = run folder [ "cut"; "run.atrace"; "-o"; "x.atrace"; "--from"; "#1" ]
                Expect.equal ran.Code 3 ran.Error
                Expect.stringContains ran.Error "auditrules recover run.atrace -o" "what to do"
                Expect.isFalse (folder.Has "x.atrace") "nothing is written"
                let self = run folder [ "cut"; "run.atrace"; "-o"; "run.atrace"; "--from"; "#1" ]
                Expect.equal self.Code 2 self.Error)
        ]
