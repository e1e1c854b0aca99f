module AuditRules.Cli.Tests.SummaryTests

open System
open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli

let private many =
    [
        for i in 0..9 do
            let name = if i % 2 = 0 then "open" else "os.listdir"
            $"""{{"ts":{1_767_323_045_000_000_000L + int64 i},"pid":{i % 3},"event":"{name}","args":["/File{i}"]}}"""
    ]

[<Tests>]
let tests =
    testList
        "summary of a trace"
        [
            testCase "C50: the summary says what is in the trace" (fun () ->
                use folder = withTrace many
                let ran = run folder [ "inspect"; "run.atrace" ]
                Expect.equal ran.Code 0 ran.Error
                Expect.stringContains ran.Out "recorder  import\n" "recorder"
                Expect.stringContains ran.Out "closed    yes\n" "closed"
                Expect.stringContains ran.Out "    5  open\n    5  os.listdir\n" "counts by name")

            testCase "C50: the summary says who recorded, and where" (fun () ->
                let meta rest =
                    $"""{{"record":"meta","recorder":"x"%s{rest}}}"""

                use folder =
                    withTrace (
                        meta ""","host":"h","user":"ada","directory":"/srv/a b" """ :: fires
                        @ [ """{"record":"end","processes":1}""" ]
                    )

                let ran = run folder [ "inspect"; "run.atrace" ]
                Expect.stringContains ran.Out "run by    ada on h in /srv/a b\n" "all"
                let json = run folder [ "inspect"; "run.atrace"; "--format"; "jsonl" ]

                Expect.stringContains
                    json.Out
                    "\"host\":\"h\",\"user\":\"ada\",\"directory\":\"/srv/a b\""
                    "JSON"

                for command in [ [ "recover"; "run.atrace" ]; [ "cut"; "run.atrace"; "--from"; "#0" ] ] do
                    Expect.equal (run folder (command @ [ "-o"; "new.atrace" ])).Code 0 "made"
                    let made = run folder [ "inspect"; "new.atrace" ]
                    Expect.stringContains made.Out "run by    ada on h in /srv/a b\n" "kept"

                use other = withTrace (meta "" :: fires)
                let none = run other [ "inspect"; "run.atrace" ]
                Expect.isFalse (none.Out.Contains "run by") "not known")

            testCase "C50: processes with when they began, how long they ran and how they ended" (fun () ->
                use folder =
                    withTrace (
                        [
                            """{"record":"process","change":"start","process":0,"pid":7,"time":"2026-01-02T03:04:00.988Z","command":["sh","-c","a 'b'"]}"""
                            """{"record":"process","change":"fork","process":1,"parent":0,"pid":8,"time":"2026-01-02T03:04:01.25Z"}"""
                            """{"record":"process","change":"exec","process":1,"parent":0,"pid":8,"time":"2026-01-02T03:04:02Z","command":["app","--name=x"]}"""
                            """{"record":"process","change":"exit","process":1,"pid":8,"time":"2026-01-02T03:04:02.5Z","exitCode":139}"""
                            """{"record":"process","change":"fork","process":2,"parent":0,"pid":9,"time":"2026-01-02T03:04:02Z"}"""
                            """{"record":"process","change":"exit","process":2,"pid":9,"time":"2026-01-02T03:04:03Z"}"""
                            """{"record":"process","change":"fork","process":3,"parent":0,"pid":10,"time":"2026-01-02T03:04:02Z"}"""
                            """{"record":"loss","process":3,"reason":"still-running","count":0}"""
                        ]
                        @ (fires |> List.map _.Replace("\"pid\":7", "\"pid\":7,\"process\":0"))
                        @ [ """{"record":"end","processes":4}""" ]
                    )

                let ran = run folder [ "inspect"; "run.atrace" ]

                Expect.stringContains
                    ran.Out
                    (String.concat
                        "\n"
                        [
                            "#  pid  events    began     ran  exit  process"
                            @"0    7       2  -0.012s             ?  sh -c 'a '\''b'\'''"
                            "1    8       0  +0.250s  1.250s   139  ├── app --name=x"
                            "2    9       0  +1.000s  1.000s     ?  ├── (the same program)"
                            "3   10       0  +1.000s          runs  └── (the same program)\n"
                        ])
                    "table"

                let json = run folder [ "inspect"; "run.atrace"; "--format"; "jsonl" ]
                use document = Text.Json.JsonDocument.Parse json.Out
                let processes = document.RootElement.GetProperty "processes"

                Expect.equal
                    [ for one in processes.EnumerateArray() -> one.GetRawText() ]
                    [
                        """{"process":0,"parent":-1,"pid":7,"events":2,"began":"2026-01-02T03:04:00.988000000Z","runs":false,"command":["sh","-c","a 'b'"]}"""
                        """{"process":1,"parent":0,"pid":8,"events":0,"began":"2026-01-02T03:04:01.250000000Z","ended":"2026-01-02T03:04:02.500000000Z","runs":false,"exitCode":139,"command":["app","--name=x"]}"""
                        """{"process":2,"parent":0,"pid":9,"events":0,"began":"2026-01-02T03:04:02.000000000Z","ended":"2026-01-02T03:04:03.000000000Z","runs":false,"command":[]}"""
                        """{"process":3,"parent":0,"pid":10,"events":0,"began":"2026-01-02T03:04:02.000000000Z","runs":true,"command":[]}"""
                    ]
                    "JSON")

            testCase "C50: the summary as JSON has all that the text has" (fun () ->
                use folder =
                    withTrace (
                        [
                            """{"record":"process","change":"start","process":0,"pid":7,"time":"2026-01-02T03:04:00Z"}"""
                            """{"record":"process","change":"not-recorded","process":0,"pid":11,"time":"2026-01-02T03:04:00Z","command":["ls"]}"""
                        ]
                        @ fires
                        @ [ """{"record":"end","processes":1,"raised":12,"filtered":3,"lost":7}""" ]
                    )

                let ran = run folder [ "inspect"; "run.atrace"; "--format"; "jsonl" ]
                use document = Text.Json.JsonDocument.Parse ran.Out

                let value (name: string) =
                    document.RootElement.GetProperty(name).GetRawText()

                Expect.equal
                    (List.map value [ "firstTime"; "lastTime"; "raised"; "filtered"; "lost"; "events" ])
                    [
                        "\"2026-01-02T03:04:01.000000000Z\""
                        "\"2026-01-02T03:04:02.000000000Z\""
                        "12"
                        "3"
                        "7"
                        "2"
                    ]
                    "values"

                Expect.stringContains (value "notRecorded") "\"command\":[\"ls\"]" "not recorded"
                let verified = run folder [ "verify"; "run.atrace" ]
                Expect.stringContains verified.Out ("head " + (value "head").Trim('"')) "head")

            testCase "C50: a gap says how many events are missing where what follows tells" (fun () ->
                use folder = withTrace many
                let bytes = File.ReadAllBytes(folder.File "run.atrace")
                let frames = run folder [ "inspect"; "run.atrace"; "--frames"; "--format"; "jsonl" ]

                let offset (name: string) =
                    frames.Lines
                    |> List.map (fun line -> Text.Json.JsonDocument.Parse(line).RootElement)
                    |> List.find (fun frame -> frame.GetProperty("type").GetString() = name)
                    |> fun frame -> frame.GetProperty("offset").GetInt32()

                let next =
                    frames.Lines
                    |> List.map (fun line ->
                        Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("offset").GetInt32())
                    |> List.filter (fun at -> at > offset "DATA")
                    |> List.min

                let left = Array.append bytes[.. offset "DATA" - 1] bytes[next..]
                File.WriteAllBytes(folder.File "run.atrace", left)
                let ran = run folder [ "inspect"; "run.atrace" ]

                Expect.isMatch
                    ran.Out
                    @"damage at byte \d+: 1 frame is missing \(Gap\); 10 events are missing\n"
                    ran.Out)

            testCase "C50: damage says how many events are missing" (fun () ->
                use folder = withTrace many
                let bytes = File.ReadAllBytes(folder.File "run.atrace")
                // The frame of events names what is in it, before the index does.
                let at = bytes.AsSpan().IndexOf("os.listdir"B)
                bytes[at] <- bytes[at] ^^^ 0x55uy
                File.WriteAllBytes(folder.File "run.atrace", bytes)
                let ran = run folder [ "inspect"; "run.atrace" ]
                Expect.equal ran.Code 3 ran.Error
                Expect.isMatch ran.Out @"damage at byte .*; 10 events are missing\n" "how many"
                let listed = run folder [ "inspect"; "run.atrace"; "--events" ]

                Expect.isMatch
                    listed.Error
                    @"^auditrules: damage at byte [^\n]*\n$"
                    "C53: no word of no events")
        ]
