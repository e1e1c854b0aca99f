module AuditRules.Cli.Tests.UsageTests

open System
open Expecto
open AuditRules.Cli.Tests.Cli

let private commands =
    [
        []
        [ "record" ]
        [ "replay" ]
        [ "test" ]
        [ "inspect" ]
        [ "import" ]
        [ "import"; "jsonl" ]
        [ "pack" ]
        [ "recover" ]
        [ "rules" ]
        [ "rules"; "list" ]
        [ "rules"; "show" ]
        [ "rules"; "check" ]
        [ "demo" ]
    ]

[<Tests>]
let tests =
    testList
        "usage"
        [
            testTheory
                "C3: every command has help that fits a terminal, with an example"
                commands
                (fun command ->
                    use folder = new Folder()
                    let ran = runOnTerminal 80 folder (command @ [ "--help"; "--no-color" ])
                    Expect.equal ran.Code 0 "code"
                    Expect.equal ran.Error "" "no message"

                    Expect.stringContains
                        ran.Out
                        ("Usage:\n  auditrules " + String.Join(" ", command))
                        "usage"

                    if command <> [] then
                        Expect.stringContains ran.Out "Examples:\n" "examples"

                    for line in ran.Lines do
                        Expect.isLessThanOrEqual line.Length 80 line)

            testCase "C3: help is there however it is asked for, also beside a mistake" (fun () ->
                use folder = new Folder()

                for words in [ [ "replay"; "-h" ]; [ "replay"; "-?" ]; [ "replay"; "--nonsense"; "--help" ] ] do
                    let ran = run folder words
                    Expect.equal ran.Code 0 ran.Error
                    Expect.stringContains ran.Out "Examples:" "examples")

            testCase "C3: the version" (fun () ->
                use folder = new Folder()
                let ran = run folder [ "--version" ]
                Expect.equal ran.Code 0 ran.Error
                Expect.isMatch ran.Out @"^auditrules \d+\.\d+\.\d+\n$" "version")

            testTheory
                "C4: a misspelt word is answered with the nearest that there is"
                [
                    [ "replya"; "x" ], "there is no command replya", "replay"
                    [ "rules"; "lsit" ], "there is no command lsit of rules", "list"
                    [ "replay"; "x"; "--rulse"; "y" ], "there is no option --rulse of replay", "--rules"
                    [ "inspect"; "x"; "--haed"; "3" ], "there is no option --haed of inspect", "--head"
                ]
                (fun (words, what, nearest) ->
                    use folder = new Folder()
                    let ran = run folder words
                    Expect.equal ran.Code 2 ran.Error
                    Expect.stringStarts ran.Error $"auditrules: {what}\n" "what"
                    Expect.stringContains ran.Error $"Did you mean {nearest}?" "nearest"
                    Expect.isTrue (isMessage ran.Error) ran.Error)

            testTheory
                "C2: a mistake is told in a sentence and with what to do"
                [
                    [ "replay" ]
                    [ "inspect" ]
                    [ "import"; "jsonl"; "x" ]
                    [ "inspect"; "x"; "--head"; "many" ]
                    [ "inspect"; "x"; "--tail"; "-1" ]
                    [ "replay"; "x"; "--format"; "xml" ]
                    [ "pack"; "a"; "b"; "-o"; "c" ]
                ]
                (fun words ->
                    use folder = new Folder()
                    let ran = run folder words
                    Expect.equal ran.Code 2 ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error
                    Expect.stringContains ran.Error "--help" "what to do"
                    Expect.equal ran.Out "" "nothing but results on standard output")

            testCase "C21: record has 125 for all that is wrong before the program starts" (fun () ->
                use folder = new Folder()

                for words in
                    [
                        [ "record" ]
                        [ "record"; "python3"; "app.py" ]
                        [ "record"; "--" ]
                        [ "record"; "--profil"; "all"; "--"; "true" ]
                        [ "record"; "-o"; "no/such/folder"; "--"; "true" ]
                        [ "record"; "--rules"; "nowhere"; "--"; "true" ]
                    ] do
                    let ran = run folder words
                    Expect.equal ran.Code 125 ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error)

            testCase "C5: hostile words on the command line do not reach the terminal" (fun () ->
                use folder = new Folder()
                let ran = run folder [ "replay"; "\u001b[31m\nx.atrace" ]
                Expect.equal ran.Code 66 ran.Error
                Expect.isFalse (ran.Error.Contains '\u001b') "escaped"
                Expect.stringContains ran.Error "\\x1b[31m\\nx.atrace" "shown")
        ]
