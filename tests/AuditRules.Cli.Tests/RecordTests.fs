module AuditRules.Cli.Tests.RecordTests

open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli

let private program =
    "import socket\nopen('secret').close()\ns = socket.socket()\ns.settimeout(1)\n"
    + "try:\n    s.connect(('127.0.0.1', 1))\nexcept OSError:\n    pass\nraise SystemExit(int(__import__('sys').argv[1]))\n"

let private withProgram () =
    let folder = new Folder()
    folder.Write("rules/t.fsx", rule)
    folder.Write("secret", "")
    folder.Write("app.py", program)
    folder

[<Tests>]
let tests =
    // Each runs a process of its own, and the recorder adopts what its program leaves behind.
    testSequenced
    <| testList
        "record"
        [
            testCase
                "C45: a program is recorded, its status is passed through, and standard output is its own"
                (fun () ->
                    use folder = withProgram ()

                    let ran =
                        start [] folder [ "record"; "-o"; "run.atrace"; "--"; "python3"; "app.py"; "7" ]

                    Expect.equal ran.Code 7 ran.Error
                    Expect.equal ran.Out "" "standard output"

                    Expect.isMatch
                        ran.Error
                        @"^auditrules: [\d,]+ events of 1 process in run\.atrace\nauditrules: head \d+:[0-9a-f]{64}\n$"
                        "C47"

                    Expect.equal (run folder [ "replay"; "run.atrace" ]).Code 1 "the finding is there")

            testTheory
                "C21: the status of what cannot run"
                [
                    [ "sh"; "-c"; "kill -TERM $$" ], 143
                    [ "./app.py"; "0" ], 126
                    [ "no-such-program" ], 127
                ]
                (fun (words, code) ->
                    use folder = withProgram ()
                    let ran = start [] folder ([ "record"; "--" ] @ words)
                    Expect.equal ran.Code code ran.Error
                    Expect.isFalse (ran.Error.Contains "   at ") "no stack trace")

            testCase
                "C23: record --rules ends with the program's status, else the replay's, and keeps no trace"
                (fun () ->
                    use folder = withProgram ()

                    let words code =
                        [ "record"; "--rules"; "rules"; "--"; "python3"; "app.py"; code ]

                    let ran = start [] folder (words "0")
                    Expect.equal ran.Code 1 ran.Error
                    Expect.equal ran.Out "" "C48: standard output is the program's"
                    Expect.stringContains ran.Error "HIGH T1 secret, then network" "the report"

                    Expect.isMatch
                        ran.Error
                        @"(?m)^auditrules: [\d,]+ events of 1 process, not kept; -o FILE keeps it$"
                        "C47"

                    Expect.isFalse (folder.Has "run.atrace") "C46: no trace is kept"
                    Expect.equal (start [] folder (words "9")).Code 9 "the program's")

            testCase "C48: the report goes to a file that is named" (fun () ->
                use folder = withProgram ()

                let ran =
                    start
                        []
                        folder
                        [
                            "record"
                            "--rules"
                            "rules"
                            "--format"
                            "jsonl"
                            "--report"
                            "report.jsonl"
                            "--"
                            "python3"
                            "app.py"
                            "0"
                        ]

                Expect.equal ran.Code 1 ran.Error
                Expect.stringContains (folder.Read "report.jsonl") "\"rule\":\"T1\"" "report"
                Expect.isFalse (ran.Error.Contains "HIGH T1") "not on standard error")

            testCase
                "C75: the demo records, finds and says what comes next, in any folder and home"
                (fun () ->
                    use folder = new Folder()
                    let ran = start [ "HOME", folder.File "no-home" ] folder [ "demo" ]
                    Expect.equal ran.Code 0 (ran.Out + ran.Error)
                    Expect.stringContains ran.Out "HIGH DEMO1 secret read, then network" "the finding"
                    Expect.stringContains ran.Out "/.aws/credentials was read, then 127.0.0.1:" "its message"
                    Expect.stringContains ran.Out "record -o run.atrace -- python3 app.py" "what comes next"
                    Expect.isEmpty (Directory.GetFileSystemEntries folder.Path) "it left nothing behind here")

            testCase "C76: without Python the demo replays the trace that was shipped, and says so" (fun () ->
                use folder = new Folder()
                let ran = runWithPath "" folder [ "demo" ]
                Expect.equal ran.Code 0 (ran.Out + ran.Error)
                Expect.stringContains ran.Out "No Python was found" "why"
                Expect.stringContains ran.Out "/recordings/demo/demo.atrace\n" "which"
                Expect.stringContains ran.Out "HIGH DEMO1 secret read, then network" "the finding")
        ]
