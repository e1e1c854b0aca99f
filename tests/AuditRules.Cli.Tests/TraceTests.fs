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

/// Three events with what a text can be found in.
let private found =
    [
        """{"ts":1,"pid":7,"tid":7,"event":"exec","args":[{"$object":{"type":"my.Code","identity":"0x1","name":"<module>","file":"<cfg>","line":53}}]}"""
        """{"ts":2,"pid":7,"tid":9,"event":"socket.connect","args":[null,["h",53533]],"caller":{"file":"/srv/app.py","line":3,"function":"Fetch"}}"""
        """{"ts":3,"pid":8,"event":"app.note","args":[{"k":{"deep":[{"$truncated":{"kind":"str","length":9,"digest":"","head":"begun"}}]}},1.5,{"$bytes":"G/8="},"\u001b[31m"],"caller":{"file":"/srv/lib.py","line":4,"function":"log"}}"""
    ]

let private ordinals (lines: string list) =
    lines
    |> List.filter (fun line -> line <> "")
    |> List.map (fun line -> int (line.Substring(0, 8)))

[<Tests>]
let tests =
    testList
        "inspect and import"
        [
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
                    [ "--not-event"; "o*n" ], [ 1; 3; 5; 7; 9 ]
                    [ "--not-event"; "o*n"; "--not-event"; "os.*" ], []
                    [ "--not-match"; "file3"; "--not-match"; "/file4"; "--head"; "4" ], [ 0; 1; 2; 5 ]
                ]
                (fun (options, expected) ->
                    use folder = withTrace many

                    Expect.equal (ordinals (listed folder options)) expected "ordinals")

            testTheory
                "C52: a text is looked for in all that a line shows, a number as a whole"
                [
                    [ "--match"; "<CFG>" ], [ 0 ]
                    [ "--match"; "my.code" ], [ 0 ]
                    [ "--match"; "53533" ], [ 1 ]
                    [ "--match"; "53" ], [ 0 ]
                    [ "--match"; "fetch" ], [ 1 ]
                    [ "--match"; "/srv/" ], [ 1; 2 ]
                    [ "--match"; "beg" ], [ 2 ]
                    [ "--match"; "deep" ], [ 2 ]
                    [ "--match"; "1.5" ], [ 2 ]
                    [ "--match"; @"\x1b[31" ], [ 2 ]
                    [ "--match"; @"\xff" ], [ 2 ]
                    [ "--not-match"; "53533" ], [ 0; 2 ]
                    [ "--caller"; "*/app.py" ], [ 1 ]
                    [ "--caller"; "*.py" ], [ 1; 2 ]
                    [ "--caller"; "*" ], [ 1; 2 ]
                    [ "--caller"; "app.py" ], []
                    [ "--tid"; "9" ], [ 1 ]
                    [ "--tid"; "7"; "--tid"; "9" ], [ 0; 1 ]
                ]
                (fun (options, expected) ->
                    use folder = withTrace found
                    Expect.equal (ordinals (listed folder options)) expected "ordinals")

            testCase "C51: the thread stands beside the pid where it is another" (fun () ->
                use folder = withTrace found

                let third (line: string) =
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]

                Expect.equal (listed folder [ "--events" ] |> List.map third) [ "7"; "7/9"; "8" ] "pids")

            testCase "C51: the name of an event cannot forge a line" (fun () ->
                use folder =
                    withTrace
                        [
                            """{"ts":1,"pid":7,"event":"open path=\"/etc/shadow\"  (app.py:1)","args":[1]}"""
                            """{"ts":2,"pid":7,"event":"","args":[]}"""
                        ]

                let lines = listed folder [ "--events" ]
                Expect.stringEnds lines[0] "7  \"open path=\\\"/etc/shadow\\\"  (app.py:1)\" 0=1" "quoted"
                Expect.stringEnds lines[1] "7  \"\"" "no name"
                let summary = run folder [ "inspect"; "run.atrace" ]
                Expect.stringContains summary.Out "    1  \"open path=\\\"/etc" "counts"
                Expect.stringContains summary.Out "    1  \"\"\n" "no name, counted")

            testCase "C6: an event is whole in a pipe, and cut on a terminal" (fun () ->
                let long = String.replicate 300 "x"
                let items = String.concat "," [ for i in 1..20 -> string i ]

                use folder =
                    withTrace [ $"""{{"ts":1,"pid":7,"event":"app.note","args":["{long}",[{items}]]}}""" ]

                let piped = run folder [ "inspect"; "run.atrace"; "--events" ]
                Expect.stringContains piped.Out $"0=\"{long}\" 1=[1, 2" "text"
                Expect.stringEnds piped.Out "18, 19, 20]\n" "items"
                let shown = runOnTerminal 80 folder [ "inspect"; "run.atrace"; "--events" ]
                Expect.stringContains shown.Out "xx\"... (300 characters)" "text, cut"
                Expect.stringEnds shown.Out "16, ... 4 more]\n" "items, cut"
                Expect.equal shown.Lines.Length 1 "one line")

            testCase "C51: nothing more is listed once nobody reads" (fun () ->
                use folder = withTrace many

                for format in [ "text"; "jsonl" ] do
                    let mutable asked = 0

                    let closed () =
                        asked <- asked + 1
                        asked > 3

                    let ran =
                        runUntil closed folder [ "inspect"; "run.atrace"; "-e"; "*"; "--format"; format ]

                    Expect.equal (ran.Code, ran.Error) (0, "") "code"
                    Expect.equal ran.Lines.Length 3 "lines")

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

            testTheory
                "C53: a pattern that no known name has is answered as a name is"
                [
                    [ "-e"; "soket.*" ], "auditrules: no event is named soket.*; did you mean socket.*?\n"
                    [ "-e"; "*.conect" ], "auditrules: no event is named *.conect; did you mean *.connect?\n"
                    [ "-e"; "qqqqqqq*" ], "auditrules: no event is named qqqqqqq*\n"
                    [ "--not-event"; "opn"; "--head"; "0" ],
                    "auditrules: no event is named opn; did you mean open?\n"
                    [ "-e"; "soc?et.con*"; "--head"; "0" ], ""
                ]
                (fun (options, expected) ->
                    use folder = withTrace fires
                    let ran = run folder ([ "inspect"; "run.atrace" ] @ options)
                    Expect.equal (ran.Code, ran.Error) (0, expected) "answer")

            testTheory
                "C53: a listing without an event says so, and where the trace ends"
                [
                    [ "--match"; "nowhere" ], "none of the 10 events matches"
                    [ "-e"; "socket.*" ], "none of the 10 events matches"
                    [ "--match"; "nowhere"; "--tail"; "3" ], "none of the 10 events matches"
                    [ "--from"; "#2"; "--match"; "nowhere" ], "none of the 10 events matches"
                    [ "--from"; "1h" ],
                    "none of the 10 events matches: the trace ends at 2026-01-02 03:04:05.000 UTC, +0.000000 s, with #9"
                    [ "--from"; "+999999999h" ],
                    "none of the 10 events matches: the trace ends at 2026-01-02 03:04:05.000 UTC, +0.000000 s, with #9"
                    [ "--from"; "#10" ],
                    "none of the 10 events matches: the trace ends at 2026-01-02 03:04:05.000 UTC, +0.000000 s, with #9"
                    [ "--to"; "2026-01-02 03:04:05" ],
                    "none of the 10 events matches: the trace begins at 2026-01-02 03:04:05.000 UTC, with #0"
                ]
                (fun (options, expected) ->
                    use folder = withTrace many
                    let ran = run folder ([ "inspect"; "run.atrace" ] @ options)
                    Expect.equal (ran.Code, ran.Out, ran.Error) (0, "", $"auditrules: {expected}\n") "answer"
                    let quiet = run folder ([ "inspect"; "run.atrace"; "--quiet" ] @ options)
                    Expect.equal quiet.Error "" "quiet"
                    let input = File.ReadAllBytes(folder.File "run.atrace")
                    let piped = runOnBytes input folder ([ "inspect"; "-" ] @ options)
                    Expect.equal piped.Error $"auditrules: {expected}\n" "of standard input")

            testCase "C53: a trace without events says so" (fun () ->
                use folder = withTrace []
                let ran = run folder [ "inspect"; "run.atrace"; "--events" ]
                Expect.equal (ran.Code, ran.Error) (0, "auditrules: the trace holds no event\n") "answer")

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

            testCase "C51: an export is imported to the same events and records" (fun () ->
                use folder = withTrace fires

                let export name =
                    (run folder [ "inspect"; name; "--events"; "--format"; "jsonl" ]).Out

                let first = export "run.atrace"
                let ran = runOn first folder [ "import"; "jsonl"; "-"; "-o"; "again.atrace" ]
                Expect.equal ran.Code 0 ran.Error
                // META says another id, and what the trace was made of (J26).
                let behindMeta (lines: string) = lines[lines.IndexOf '\n' ..]
                Expect.equal (behindMeta (export "again.atrace")) (behindMeta first) "the same lines"
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
