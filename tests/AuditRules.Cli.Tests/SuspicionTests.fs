/// A process whose hook was switched off, in record, inspect and replay (docs/cli.md, C94).
module AuditRules.Cli.Tests.SuspicionTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open AuditRules.Cli.Tests.Cli

let private program =
    Path.Combine(AppContext.BaseDirectory, "programs/switch_off.py")

/// Times are the program's own.
let private timeless (text: string) =
    Regex.Replace(text, @"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d+Z?", "TIME")

[<Tests>]
let tests =
    testList
        "suspicion"
        [
            testCase
                "C94: record, inspect and replay say which process is suspicious, and --strict counts it"
                (fun () ->
                    if not (OperatingSystem.IsLinux()) then
                        skiptest "recording is for Linux"

                    use folder = new Folder()
                    folder.Write("rules/t1.fsx", rule)

                    let record strict =
                        let options = [ "record"; "-q"; "--hook"; "native"; "-o"; "run.atrace" ] @ strict
                        start [] folder (options @ [ "--"; "python3"; program; "native"; "sys.exit(3)" ])

                    let said =
                        "process 0 ended in good order, but its recorder did not see the interpreter end: events may be missing from TIME on\n"

                    let ran = record []
                    Expect.equal (timeless ran.Error) ("auditrules: suspicious: " + said) "record"
                    Expect.equal ran.Code 3 "the program's status"
                    Expect.equal (record [ "--strict" ]).Code 125 "a doubt"

                    let inspected = run folder [ "inspect"; "run.atrace" ]
                    Expect.stringContains (timeless inspected.Out) ("suspicious " + said) "inspect"
                    Expect.equal inspected.Code 0 "no loss"
                    let line = run folder [ "inspect"; "run.atrace"; "--format"; "jsonl" ]

                    Expect.stringContains
                        (timeless line.Out)
                        "\"suspicion\":\"end-not-seen\",\"suspectFrom\":\"TIME\"}]"
                        "as JSON"

                    let replayed = run folder [ "replay"; "run.atrace" ]

                    Expect.stringContains
                        (timeless replayed.Out)
                        ("suspicious in run.atrace: " + said)
                        "replay"

                    Expect.stringContains replayed.Out "1 process suspicious" "in the last line"
                    Expect.equal replayed.Code 0 "no finding"
                    Expect.equal (run folder [ "replay"; "run.atrace"; "--strict" ]).Code 5 "a doubt"
                    let summary = run folder [ "replay"; "run.atrace"; "--format"; "jsonl" ]

                    Expect.stringContains
                        (timeless summary.Out)
                        "\"suspicions\":[{\"suspicion\":\"end-not-seen\",\"process\":0,\"from\":\"TIME\"}]"
                        "as JSON"

                    let listed = run folder [ "inspect"; "run.atrace"; "--events"; "--format"; "jsonl" ]
                    let again = runOn listed.Out folder [ "import"; "jsonl"; "-"; "-o"; "again.atrace" ]
                    Expect.equal again.Code 0 again.Error

                    Expect.stringContains
                        (run folder [ "inspect"; "again.atrace" ]).Out
                        "suspicious process 0"
                        "imported")
        ]
