module AuditRules.Cli.Tests.PackTests

open System
open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli

let private meta boot clock =
    $"""{{"record":"meta","recorder":"x","wallClock":"2026-01-02T03:04:0{clock}Z","monotonicClock":1000000000,"boot":"{boot}"}}"""

let private finish lines =
    $"""{{"record":"end","events":{List.length lines},"processes":1}}"""

let private withBoot boot clock lines =
    [ meta boot clock ] @ lines @ [ finish lines ]

let private findings folder name =
    (run folder [ "replay"; name; "--format"; "jsonl" ]).Lines
    |> List.filter (fun line -> line.Contains "\"rule\":\"T1\",\"title\"")

let private pack folder sources options =
    run folder ([ "pack" ] @ sources @ [ "-o"; "new.atrace" ] @ options)

[<Tests>]
let tests =
    testList
        "pack traces"
        [
            testTheory
                "C59: a packed trace gives the findings of its only source"
                [ []; [ "--archive" ] ]
                (fun options ->
                    use folder = withTrace fires
                    let ran = pack folder [ "run.atrace" ] options
                    Expect.equal (ran.Code, ran.Out) (0, "") ran.Error

                    Expect.isMatch
                        ran.Error
                        "^auditrules: 2 events of 1 trace in new.atrace\nauditrules: head [0-9]+:[0-9a-f]{64}\n$"
                        "what was done"

                    let head = ran.Error.TrimEnd('\n').Split(' ') |> Array.last
                    let verified = run folder [ "verify"; "new.atrace"; "--expect-head"; head ]
                    Expect.equal verified.Code 0 "C83: not a byte is another"
                    let report name = (run folder [ "replay"; name ]).Out
                    Expect.equal (report "new.atrace") (report "run.atrace") "findings"
                    Expect.stringContains (report "new.atrace") "HIGH T1" "there is one"

                    let summary =
                        (run folder [ "inspect"; "new.atrace"; "--events"; "--format"; "jsonl" ]).Lines.Head

                    Expect.stringContains summary "\"derived\":\"pack\"" "derived")

            testCase "C59: traces of one boot become one, on the first one's clock" (fun () ->
                use folder = withTrace quiet
                // The second trace's wall clock was a second ahead: its events lie between those of the first.
                let late name =
                    $"""{{"time":"2026-01-02T03:04:02.5Z","pid":7,"process":0,"event":"{name}"}}"""

                import folder "a.atrace" (withBoot "b1" 0 fires)
                import folder "b.atrace" (withBoot "b1" 1 [ late "os.listdir" ])
                let ran = pack folder [ "a.atrace"; "b.atrace" ] []
                Expect.equal ran.Code 0 ran.Error
                let lines = (run folder [ "inspect"; "new.atrace"; "--events" ]).Lines

                Expect.equal
                    [
                        for line in lines ->
                            line.Split("  ", StringSplitOptions.RemoveEmptyEntries)[1],
                            line.Contains "listdir"
                    ]
                    [
                        "2026-01-02 03:04:01.000", false
                        "2026-01-02 03:04:01.500", true
                        "2026-01-02 03:04:02.000", false
                    ]
                    "times"

                Expect.equal (findings folder "new.atrace").Length 1 "the finding of the first")

            testTheory
                "C59: traces whose times cannot be compared are refused"
                [
                    "b2",
                    "b.atrace is of another boot or machine than a.atrace: their times cannot be compared"
                    "",
                    "b.atrace does not say of which boot of which machine it is: its times cannot be compared with others"
                ]
                (fun (other, message) ->
                    use folder = withTrace quiet
                    import folder "a.atrace" (withBoot "b1" 0 fires)
                    import folder "b.atrace" (withBoot other 0 quiet)
                    let ran = pack folder [ "a.atrace"; "b.atrace" ] []
                    Expect.equal (ran.Code, ran.Out) (65, "") ran.Error

                    Expect.equal
                        ran.Error
                        $"auditrules: {message}\n  Replay the traces side by side: auditrules replay takes several.\n"
                        "why"

                    Expect.isFalse (folder.Has "new.atrace") "nothing is written")

            testCase "C59: a trace twice is refused" (fun () ->
                use folder = withTrace quiet
                import folder "a.atrace" (withBoot "b1" 0 fires)
                File.Copy(folder.File "a.atrace", folder.File "b.atrace")
                let ran = pack folder [ "a.atrace"; "b.atrace" ] []
                Expect.equal ran.Code 65 ran.Error
                Expect.isTrue (isMessage ran.Error) ran.Error)

            testCase "C59 T60: events of one trace twice are refused, by whatever way they came" (fun () ->
                use folder = withTrace quiet
                import folder "a.atrace" (withBoot "b1" 0 fires)
                import folder "other.atrace" (withBoot "b1" 0 quiet)

                for words in
                    [
                        [ "cut"; "a.atrace"; "-o"; "first.atrace"; "--to"; "#1" ]
                        [ "cut"; "a.atrace"; "-o"; "second.atrace"; "--from"; "#1" ]
                        [ "pack"; "a.atrace"; "other.atrace"; "-o"; "both.atrace" ]
                    ] do
                    let ran = run folder words
                    Expect.equal ran.Code 0 ran.Error

                let summary = (run folder [ "inspect"; "a.atrace"; "--format"; "jsonl" ]).Out

                let id =
                    Text.Json.JsonDocument.Parse(summary).RootElement.GetProperty("id").GetString()

                for one, other in
                    [
                        "a.atrace", "first.atrace"
                        "first.atrace", "a.atrace"
                        "first.atrace", "second.atrace"
                        "both.atrace", "a.atrace"
                        "second.atrace", "both.atrace"
                    ] do
                    let ran = pack folder [ one; other ] []
                    Expect.equal (ran.Code, ran.Out) (65, "") ran.Error

                    Expect.stringStarts
                        ran.Error
                        $"auditrules: {other} and {one} both have events of trace {id}: these would be there twice\n"
                        "which"

                    Expect.isTrue (isMessage ran.Error) ran.Error
                    Expect.isFalse (folder.Has "new.atrace") "nothing is written")

            testCase "C59: what cannot be packed together, or onto itself, or read twice" (fun () ->
                use folder = withTrace fires
                Directory.CreateDirectory(folder.File "segments") |> ignore
                let before = File.ReadAllBytes(folder.File "run.atrace")

                for sources, output, code in
                    [
                        [ "run.atrace"; "segments" ], "new.atrace", 2
                        [ "run.atrace" ], "run.atrace", 2
                        [ "-" ], "new.atrace", 66
                        [ "missing.atrace" ], "new.atrace", 66
                    ] do
                    let ran = run folder ([ "pack" ] @ sources @ [ "-o"; output ])
                    Expect.equal (ran.Code, ran.Out) (code, "") ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error

                Expect.sequenceEqual (File.ReadAllBytes(folder.File "run.atrace")) before "the input stays"
                Expect.isFalse (folder.Has "new.atrace") "nothing is written")

            testTheory
                "C10 C56: what a session packed is no output"
                [ "packed.log"; "packed.atrace" ]
                (fun name ->
                    use folder = withTrace fires
                    Directory.CreateDirectory(folder.File "segments") |> ignore
                    folder.Write("segments/packed.log", "0\n")
                    folder.Write("segments/packed.atrace", "0\n")
                    let ran = run folder [ "recover"; "segments"; "-o"; $"segments/{name}" ]
                    Expect.equal ran.Code 2 ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error
                    Expect.equal (folder.Read $"segments/{name}") "0\n" "the source stays")

            testCase "C56: what a session packed and cannot be read is a fault of the input" (fun () ->
                use folder = withTrace fires
                Directory.CreateDirectory(folder.File "segments") |> ignore
                folder.Write("segments/packed.log", "0\n")

                File.CreateSymbolicLink(folder.File "segments/packed.atrace", folder.File "run.atrace")
                |> ignore

                let ran = run folder [ "recover"; "segments"; "-o"; "new.atrace" ]
                Expect.equal ran.Code 66 ran.Error
                Expect.stringContains ran.Error "packed.atrace" "what"
                Expect.isTrue (isMessage ran.Error) ran.Error)

            testTheory "C10 C56: a segment of the folder is no output" [ "pack"; "recover" ] (fun command ->
                use folder = withTrace quiet
                Directory.CreateDirectory(folder.File "segments") |> ignore
                let segment = "segments/7-9f1c03a7725bd0e4-000000.seg"
                folder.Write(segment, "what a program did")
                let ran = run folder [ command; "segments"; "-o"; segment ]
                Expect.equal (ran.Code, ran.Out) (2, "") ran.Error
                Expect.stringContains ran.Error "is the input itself" "why"
                Expect.equal (folder.Read segment) "what a program did" "the source stays")

            testCase "C59: damage in a source becomes a loss, told with the source's name" (fun () ->
                use folder = withTrace quiet
                import folder "a.atrace" (withBoot "b1" 0 fires)
                import folder "b.atrace" [ meta "b1" 0; quiet.Head ]
                let ran = pack folder [ "a.atrace"; "b.atrace" ] []
                Expect.equal ran.Code 3 ran.Error
                Expect.stringStarts ran.Error "auditrules: b.atrace, at byte " "where"
                Expect.stringContains ran.Error "the trace has no end" "what"
                Expect.equal (run folder [ "inspect"; "new.atrace" ]).Code 3 "the loss stays")
        ]
