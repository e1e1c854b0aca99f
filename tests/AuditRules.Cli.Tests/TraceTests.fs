module AuditRules.Cli.Tests.TraceTests

open System
open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli

let private listed (folder: Folder) options =
    (run folder ([ "inspect"; "run.atrace" ] @ options)).Lines

let private many =
    [
        for i in 0..9 do
            let name = if i % 2 = 0 then "open" else "os.listdir"
            $"""{{"ts":{1_767_323_045_000_000_000L + int64 i},"pid":{i % 3},"event":"{name}","args":["/File{i}"]}}"""
    ]

[<Tests>]
let tests =
    testList
        "inspect and import"
        [
            testCase "C50: the summary says what is in the trace" (fun () ->
                use folder = withTrace many
                let ran = run folder [ "inspect"; "run.atrace" ]
                Expect.equal ran.Code 0 ran.Error
                Expect.stringContains ran.Out "recorder  import\n" "recorder"
                Expect.stringContains ran.Out "closed    yes\n" "closed"
                Expect.stringContains ran.Out "    5  open\n    5  os.listdir\n" "counts by name")

            testCase "C51: events as text, one a line" (fun () ->
                use folder = withTrace fires
                let lines = listed folder [ "--events" ]

                let expected =
                    [
                        "       0  2026-01-02 03:04:01.000        7  open path=\"/secret\" mode=\"r\" flags=0"
                        "       1  2026-01-02 03:04:02.000        7  socket.connect self=None address=[\"10.1.2.3\", 443]"
                    ]

                Expect.equal lines expected "lines")

            testTheory
                "C52: filters hold together"
                [
                    [ "--event"; "open" ], [ 0; 2; 4; 6; 8 ]
                    [ "--event"; "o*n"; "--event"; "os.*" ], [ 0..9 ]
                    [ "--pid"; "1" ], [ 1; 4; 7 ]
                    [ "--pid"; "1"; "--event"; "open" ], [ 4 ]
                    [ "--match"; "fILE3" ], [ 3 ]
                    [ "--match"; "listdir"; "--head"; "2" ], [ 1; 3 ]
                    [ "--tail"; "3" ], [ 7; 8; 9 ]
                    [ "--head"; "4"; "--tail"; "1" ], [ 3 ]
                ]
                (fun (options, expected) ->
                    use folder = withTrace many

                    let ordinals =
                        listed folder options |> List.map (fun line -> int (line.Substring(0, 8)))

                    Expect.equal ordinals expected "ordinals")

            testCase "C53: a misspelt event is answered with the nearest name" (fun () ->
                use folder = withTrace fires
                let ran = run folder [ "inspect"; "run.atrace"; "--event"; "socket.conect" ]

                let expected =
                    "auditrules: no event is named socket.conect; did you mean socket.connect?\n"

                Expect.equal (ran.Code, ran.Out, ran.Error) (0, "", expected) "answer")

            testCase "C53: the nearest name is looked for among those of the trace too" (fun () ->
                use folder = withTrace [ fires[0].Replace("\"open\"", "\"my.event\"") ]
                let ran = run folder [ "inspect"; "run.atrace"; "-e"; "my.evnt" ]

                Expect.equal
                    ran.Error
                    "auditrules: no event is named my.evnt; did you mean my.event?\n"
                    "answer")

            testCase "C53: a pid that no process has is told" (fun () ->
                use folder = withTrace fires
                let ran = run folder [ "inspect"; "run.atrace"; "--pid"; "0" ]

                let expected =
                    "auditrules: no process has pid 0; process 0 of the table has pid 7\n"

                Expect.equal (ran.Out, ran.Error) ("", expected) "answer"
                let other = run folder [ "inspect"; "run.atrace"; "--pid"; "9" ]
                Expect.equal other.Error "auditrules: no process has pid 9\n" "no such process either"
                let there = run folder [ "inspect"; "run.atrace"; "--pid"; "7" ]
                Expect.equal there.Error "" "one that there is")

            testCase "C50: an exit that is not known is a dash" (fun () ->
                use folder =
                    withTrace (
                        fires
                        @ [
                            """{"record":"process","change":"exit","process":0,"pid":7,"time":"2026-01-02T03:04:03Z"}"""
                        ]
                    )

                let ran = run folder [ "inspect"; "run.atrace" ]
                Expect.stringContains ran.Out "#  pid  events  exit  process\n" "heading"
                Expect.stringContains ran.Out "0    7       2     -\n" "row")

            testCase "C50: damage says how many events are missing" (fun () ->
                use folder = withTrace many
                let bytes = File.ReadAllBytes(folder.File "run.atrace")
                // The frame of events names what is in it, before the index does.
                let at = bytes.AsSpan().IndexOf("os.listdir"B)
                bytes[at] <- bytes[at] ^^^ 0x55uy
                File.WriteAllBytes(folder.File "run.atrace", bytes)
                let ran = run folder [ "inspect"; "run.atrace" ]
                Expect.equal ran.Code 3 ran.Error
                Expect.isMatch ran.Out @"damage at byte .*; 10 events are missing\n" "how many")

            testCase "C57: recover without a folder lists those that sessions left" (fun () ->
                use folder = new Folder()
                let alone = start [ "TMPDIR", folder.Path ] folder [ "recover" ]
                Expect.equal alone.Code 66 alone.Error
                folder.Write("auditrules-1/key", "")
                folder.Write("auditrules-1/4711-9f1c03a7725bd0e4-000000.seg", "")
                folder.Write("auditrules-1/4711-9f1c03a7725bd0e4-000001.seg", "")
                folder.Write("auditrules-none/file", "")
                let ran = start [ "TMPDIR", folder.Path ] folder [ "recover" ]
                Expect.equal ran.Code 2 ran.Error

                Expect.equal
                    ran.Lines
                    [ "segments  pids  folder"; $"       2  4711  {folder.Path}/auditrules-1" ]
                    "list"

                Expect.isTrue (isMessage ran.Error) ran.Error)

            testCase "C51: an export is imported to the same trace" (fun () ->
                use folder = withTrace fires

                let export name =
                    (run folder [ "inspect"; name; "--events"; "--format"; "jsonl" ]).Out

                let first = export "run.atrace"
                let ran = runOn first folder [ "import"; "jsonl"; "-"; "-o"; "again.atrace" ]
                Expect.equal ran.Code 0 ran.Error
                Expect.equal (export "again.atrace") first "the same lines"
                let verdict name = (run folder [ "replay"; name ]).Out
                Expect.equal (verdict "again.atrace") (verdict "run.atrace") "the same findings")

            testTheory
                "C55: the first line that is wrong is named, and no trace is written"
                [
                    "not json", "lines.jsonl(2,"
                    """{"pid":1}""", "lines.jsonl(2,"
                    "[]", "lines.jsonl(2,"
                ]
                (fun (line, place) ->
                    use folder = new Folder()
                    folder.Write("lines.jsonl", fires[0] + "\n" + line + "\n")
                    let ran = run folder [ "import"; "jsonl"; "lines.jsonl"; "-o"; "x.atrace" ]
                    Expect.equal ran.Code 65 ran.Error
                    Expect.stringStarts ran.Error $"auditrules: {place}" "place"
                    Expect.isTrue (isMessage ran.Error) ran.Error
                    Expect.equal (Directory.GetFiles folder.Path).Length 1 "the lines alone")

            testCase "C10: a command that fails leaves an existing file as it was" (fun () ->
                use folder = withTrace fires
                let before = File.ReadAllBytes(folder.File "run.atrace")
                let ran = runOn "not json" folder [ "import"; "jsonl"; "-"; "-o"; "run.atrace" ]
                Expect.equal ran.Code 65 ran.Error
                Expect.sequenceEqual (File.ReadAllBytes(folder.File "run.atrace")) before "as it was")

            testCase "C56: a folder without segments is a missing input" (fun () ->
                use folder = new Folder()

                for name in [ "."; "nowhere" ] do
                    let ran = run folder [ "pack"; name; "-o"; "x.atrace" ]
                    Expect.equal ran.Code 66 ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error)
        ]
