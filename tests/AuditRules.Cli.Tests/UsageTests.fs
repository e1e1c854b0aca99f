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
        [ "verify" ]
        [ "seal" ]
        [ "rules" ]
        [ "rules"; "list" ]
        [ "rules"; "show" ]
        [ "rules"; "check" ]
        [ "rules"; "lint" ]
        [ "init" ]
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

            testCase "C3: help is a command too" (fun () ->
                use folder = new Folder()
                Expect.equal (run folder [ "help" ]).Out (run folder [ "--help" ]).Out "root"

                Expect.equal
                    (run folder [ "help"; "record" ]).Out
                    (run folder [ "record"; "--help" ]).Out
                    "of a command")

            testCase "C2: a current folder that is gone" (fun () ->
                use folder = new Folder()
                let gone = "mkdir gone && cd gone && rmdir ../gone && exec dotnet \"$@\""

                for words, code in [ [ "rules"; "list" ], 66; [ "record"; "--"; "true" ], 125 ] do
                    let ran = startProgram "sh" [ "-c"; gone; "sh" ] [] folder words
                    Expect.equal ran.Code code ran.Error
                    Expect.stringStarts ran.Error "auditrules: the current folder is gone\n" "what")

            testCase "C10: standard output is no file" (fun () ->
                use folder = new Folder()
                folder.Write("e.jsonl", "")
                let ran = run folder [ "import"; "jsonl"; "e.jsonl"; "-o"; "-" ]
                Expect.equal ran.Code 2 ran.Error
                Expect.stringStarts ran.Error "auditrules: an output is a file, not standard output\n" "what"
                Expect.isFalse (folder.Has "-") "no file of that name")

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
                        [ "record"; "-o"; "/proc/x.atrace"; "--"; "true" ]
                    ] do
                    let ran = run folder words
                    Expect.equal ran.Code 125 ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error)

            testTheory
                "C2: an option that is given a wrong word says its name and all that it takes"
                [
                    [ "replay"; "x"; "--fail-on"; "hi" ],
                    "--fail-on takes one of info, low, medium, high, critical, none; not hi"
                    [ "replay"; "x"; "--format"; "xml" ], "--format takes one of text, jsonl; not xml"
                    [ "record"; "--profile"; "foo"; "--"; "true" ],
                    "--profile takes one of security, all; not foo"
                    [ "inspect"; "t"; "--head"; "x" ], "--head takes a whole number, not x"
                    [ "inspect"; "t"; "--pid"; "x" ], "--pid takes a whole number, not x"
                    [ "inspect"; "t"; "--tail"; "-1" ], "--tail takes a whole number of at least 0, not -1"
                ]
                (fun (words, what) ->
                    use folder = new Folder()
                    let ran = run folder words
                    Expect.stringStarts ran.Error $"auditrules: {what}\n" "what")

            testTheory
                "C4: a word that is no format, and a program without --, are told as what they are"
                [
                    [ "import"; "csv"; "x"; "-o"; "q" ], "import does not know the format csv", 2
                    [ "record"; "python3"; "thr.py" ],
                    "put -- before the program: python3 is no option of record",
                    125
                    [ "record"; "-o"; "t"; "python3"; "-c"; "1" ],
                    "put -- before the program: python3 is no option of record",
                    125
                ]
                (fun (words, what, code) ->
                    use folder = new Folder()
                    let ran = run folder words
                    Expect.equal ran.Code code ran.Error
                    Expect.stringStarts ran.Error $"auditrules: {what}\n" "what"
                    Expect.isTrue (isMessage ran.Error) ran.Error)

            testTheory
                "C49: record refuses what only a report has without --rules, before the program runs"
                [
                    [ "--report"; "r" ], "--report"
                    [ "--fail-on"; "high" ], "--fail-on"
                    [ "--verbose" ], "--verbose"
                    [ "--timings" ], "--timings"
                    [ "--format"; "text" ], "--format"
                ]
                (fun (words, option) ->
                    use folder = new Folder()
                    let ran = run folder ([ "record" ] @ words @ [ "--"; "touch"; "ran" ])
                    Expect.equal ran.Code 125 ran.Error
                    Expect.stringStarts ran.Error $"auditrules: {option} needs --rules" "which"
                    Expect.isFalse (folder.Has "ran") "nothing ran")

            testCase "C49: the trace and the report are different files" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", rule)

                let words =
                    [
                        "record"
                        "--rules"
                        "rules"
                        "-o"
                        "x"
                        "--report"
                        "./x"
                        "--"
                        "touch"
                        "ran"
                    ]

                let ran = run folder words
                Expect.equal ran.Code 125 ran.Error

                Expect.stringStarts
                    ran.Error
                    "auditrules: the trace and the report cannot both be x\n"
                    "which"

                Expect.isFalse (folder.Has "ran") "nothing ran")

            testCase "record's help claims no default for --rules" (fun () ->
                use folder = new Folder()
                Expect.isFalse ((run folder [ "record"; "--help" ]).Out.Contains "./rules") "no default"
                Expect.stringContains (run folder [ "replay"; "--help" ]).Out "./rules" "replay has one")

            testCase "C2: what cannot be written is named as it was typed" (fun () ->
                use folder = new Folder()
                let ran = run folder [ "record"; "-o"; "/proc/x.atrace"; "--"; "true" ]
                Expect.stringStarts ran.Error "auditrules: cannot write /proc/x.atrace: " "which"
                Expect.isFalse (ran.Error.Contains ".tmp") "not the temporary file")

            testTheory
                "C10: a command that a signal ends leaves nothing behind"
                [ "TERM", 143; "HUP", 129; "INT", 130 ]
                (fun (signal, code) ->
                    use folder = new Folder()

                    // A shell has what it starts behind it ignore SIGINT.
                    let script =
                        "mkfifo in; exec 3<>in; env --default-signal \"$0\" \"$@\" <in 3>&- & pid=$!; "
                        + "until ls *.tmp >/dev/null 2>&1; do kill -0 $pid || exit 1; sleep 0.1; done; "
                        + $"kill -s {signal} $pid; wait $pid; echo $?; ls"

                    let ran =
                        startProgram
                            "sh"
                            [ "-c"; script; "dotnet" ]
                            []
                            folder
                            [ "import"; "jsonl"; "-"; "-o"; "b.atrace" ]

                    Expect.equal ran.Out $"{code}\nin\n" ran.Error)

            testCase "C10: a signal that the caller ignores ends nothing" (fun () ->
                use folder = new Folder()

                let script =
                    "mkfifo in; exec 3<>in; trap '' HUP; \"$0\" \"$@\" <in 3>&- & pid=$!; "
                    + "until ls *.tmp >/dev/null 2>&1; do kill -0 $pid || exit 1; sleep 0.1; done; "
                    + "kill -s HUP $pid; sleep 1; exec 3>&-; wait $pid; echo $?; ls"

                let ran =
                    startProgram
                        "sh"
                        [ "-c"; script; "dotnet" ]
                        []
                        folder
                        [ "import"; "jsonl"; "-"; "-o"; "b.atrace" ]

                Expect.equal ran.Out "0\nb.atrace\nin\n" ran.Error)

            testCase "C5: hostile words on the command line do not reach the terminal" (fun () ->
                use folder = new Folder()
                let ran = run folder [ "replay"; "\u001b[31m\nx.atrace" ]
                Expect.equal ran.Code 66 ran.Error
                Expect.isFalse (ran.Error.Contains '\u001b') "escaped"
                Expect.stringContains ran.Error "\\x1b[31m\\nx.atrace" "shown")
        ]
