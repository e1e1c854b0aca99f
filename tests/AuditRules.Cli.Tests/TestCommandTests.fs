module AuditRules.Cli.Tests.TestCommandTests

open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli

let private expected =
    "# reviewed\nT1: /secret was read, then 10.1.2.3 connected\n  o 0 open\n  c 1 socket.connect\n"

let private withRecording lines =
    let folder = new Folder()
    folder.Write("rules/t.fsx", rule)
    folder.Write("recordings/README", "")
    import folder "recordings/r.atrace" lines
    folder

[<Tests>]
let tests =
    testList
        "test"
        [
            testCase "C60: examples and recordings are tested" (fun () ->
                use folder = withRecording fires
                folder.Write("recordings/r.expected", expected)
                let ran = run folder [ "test" ]
                Expect.equal ran.Out "3 passed, 0 failed\n" "C65"
                Expect.equal ran.Code 0 ran.Error)

            testCase "C64: a mismatch is shown as a difference" (fun () ->
                use folder = withRecording fires
                folder.Write("recordings/r.expected", expected.Replace("10.1.2.3", "10.9.9.9"))
                let ran = run folder [ "test" ]
                Expect.equal ran.Code 1 ran.Error

                let lines =
                    [
                        "FAIL recordings/r.atrace"
                        "     - T1: /secret was read, then 10.9.9.9 connected"
                        "     + T1: /secret was read, then 10.1.2.3 connected"
                        "2 passed, 1 failed"
                    ]

                Expect.equal ran.Lines lines "report")

            testCase "R80: a time is written in UTC, wherever the machine is" (fun () ->
                use folder = new Folder()

                folder.Write(
                    "rules/t.fsx",
                    "open AuditRules\n\nlet r =\n    rule (\"T1\", \"t\", High) {\n        for o in Py.Open do\n        where (System.DateTime(2026, 1, 1).ToString \"zzz\" = \"+00:00\")\n        shouldFire [ Py.Open.make (path = \"/x\") ]\n    }\n"
                )

                let ran = start [ "TZ", "Asia/Kolkata" ] folder [ "test" ]
                Expect.equal (ran.Code, ran.Out) (0, "1 passed, 0 failed\n") ran.Error)

            testCase "C62: a recording without what is expected of it fails" (fun () ->
                use folder = withRecording quiet
                let ran = run folder [ "test" ]
                Expect.equal ran.Code 1 ran.Error
                Expect.stringContains ran.Out "recordings/r.expected does not exist" "why")

            testCase "C63: --update writes what is found and keeps the comments" (fun () ->
                use folder = withRecording fires
                let first = run folder [ "test"; "--update" ]

                Expect.equal
                    (first.Code, first.Out)
                    (0, "wrote recordings/r.expected\n3 passed, 0 failed\n")
                    "wrote"

                Expect.equal (run folder [ "test" ]).Code 0 "passes now"
                folder.Write("recordings/r.expected", "# reviewed\nT9: something else\n")
                run folder [ "test"; "--update" ] |> ignore
                Expect.equal (folder.Read "recordings/r.expected") expected "rewritten"
                let again = run folder [ "test"; "--update" ]
                Expect.equal again.Out "3 passed, 0 failed\n" "nothing to write")

            testCase "C63: --update writes nothing for a recording that is damaged" (fun () ->
                use folder = withRecording fires
                folder.Write("recordings/r.expected", expected)
                let file = folder.File "recordings/r.atrace"
                let bytes = File.ReadAllBytes file
                bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 0x55uy
                File.WriteAllBytes(file, bytes)
                let ran = run folder [ "test"; "--update" ]
                Expect.equal ran.Code 1 ran.Error
                Expect.stringContains ran.Out "FAIL recordings/r.atrace\n     it is damaged: " "why"
                Expect.equal (folder.Read "recordings/r.expected") expected "as it was")

            testCase "C62: an example that does not hold fails, and a rule without one that fires" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", rule.Replace("path = \"/secret\"", "path = \"/elsewhere\""))
                let ran = run folder [ "test" ]
                Expect.equal ran.Code 1 ran.Error
                Expect.stringContains ran.Out "FAIL rules/t.fsx(4) T1 example 1 (should fire)" "which"
                Expect.stringEnds ran.Out "1 passed, 1 failed\n" "counts")

            testCase "C60: with single files what is expected of other rules is not looked at" (fun () ->
                use folder = withRecording fires
                folder.Write("recordings/r.expected", expected + "T7: another rule's\n  e 0 open\n")
                let ran = run folder [ "test"; "rules/t.fsx" ]
                Expect.equal ran.Out "2 passed, 0 failed\n" "examples alone"
                let ran = run folder [ "test"; "rules/t.fsx"; "--recordings"; "recordings" ]
                Expect.equal ran.Out "3 passed, 0 failed\n" "with recordings"

                let ran =
                    run folder [ "test"; "rules/t.fsx"; "--recordings"; "recordings"; "--update" ]

                Expect.equal ran.Code 2 "C63: they cannot say what others expect")

            testCase "C70: rules are listed, C71: shown, C72: checked" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", rule)
                let list = run folder [ "rules"; "list" ]

                Expect.equal
                    list.Lines
                    [
                        "id  severity  title                 place"
                        "T1  high      secret, then network  rules/t.fsx(4)"
                    ]
                    "list"

                let show = run folder [ "rules"; "show"; "T1" ]
                Expect.stringContains show.Out "1. o: open\n" "first step"
                Expect.stringContains show.Out "     on o.Process = c.Process\n" "key"
                Expect.stringContains show.Out "     within 5 s of the step before\n" "window"
                let missing = run folder [ "rules"; "show"; "T2" ]
                Expect.equal missing.Code 66 missing.Error
                Expect.equal (run folder [ "rules"; "check" ]).Out "1 file: no errors\n" "check")
        ]
