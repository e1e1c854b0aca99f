/// The line of progress of record, on a terminal (docs/cli.md, C97).
module AuditRules.Cli.Tests.ProgressTests

open System
open System.Text.RegularExpressions
open Expecto
open AuditRules.Cli.Tests.Cli

let private slow =
    "import sys, time\nprint('begins', flush=True)\nfor i in range(40):\n    sys.audit('mark', i)\n    time.sleep(0.05)\nprint('ends', flush=True)\n"

let private shows shell changes options =
    if not (OperatingSystem.IsLinux()) then
        skiptest "recording is for Linux"

    use folder = new Folder()
    folder.Write("slow.py", slow)

    let ran =
        startOnTerminal
            [ "sh"; "-c"; shell; "dotnet" ]
            (("NO_COLOR", "") :: changes)
            folder
            ([ "record"; "-o"; "run.atrace" ] @ options @ [ "--"; "python3"; "slow.py" ])

    ran.Out

let private lines (shown: string) =
    [
        for line in
            Regex.Matches(
                shown,
                "\r\u001b\\[Kauditrules: ([\\d,]+) events of (\\d+) process(?:es)?, (\\d+) s"
            ) -> int (line.Groups[1].Value.Replace(",", "")), int line.Groups[2].Value
    ]

[<Tests>]
let tests =
    testList
        "progress"
        [
            testCase "C97: a line tells how it goes, and is gone at the end" (fun () ->
                let shown = shows "exec \"$0\" \"$@\" > output" [] []
                let told = lines shown
                Expect.isGreaterThan told.Length 2 shown
                Expect.isLessThanOrEqual told.Length 20 "at most five times a second"
                let counts = List.map fst told
                Expect.equal counts (List.sort counts) "it grows"
                Expect.isGreaterThan (List.last counts) (List.head counts) "it grows"
                Expect.equal (List.last told |> snd) 1 "processes"
                let rest = shown.Substring(shown.LastIndexOf "\r\u001b[K")
                Expect.stringStarts rest "\r\u001b[Kauditrules: " "removed, then what was recorded is said"
                Expect.isTrue (Regex.IsMatch(rest, @"events of 1 process in run\.atrace\n")) rest)

            testCase "C97: with --progress also where the program writes to the terminal" (fun () ->
                let shown = shows "exec \"$0\" \"$@\"" [] [ "--progress" ]
                Expect.isNonEmpty (lines shown) shown
                Expect.stringStarts shown "begins\n" "the program's own")

            testTheory
                "C97: no line where it has no place"
                [
                    "exec \"$0\" \"$@\"", [], []
                    "exec \"$0\" \"$@\" > output", [ "TERM", "dumb" ], []
                    "exec \"$0\" \"$@\" > output", [], [ "-q" ]
                    "exec \"$0\" \"$@\" 2> error; cat error", [], [ "--progress" ]
                ]
                (fun (shell, changes, options) ->
                    let shown = shows shell changes options
                    Expect.isEmpty (lines shown) shown
                    Expect.isFalse (shown.Contains "\u001b[K") shown)
        ]
