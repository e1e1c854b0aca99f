module AuditRules.Cli.Tests.ReplayTests

open System.IO
open System.Text.Json
open Expecto
open AuditRules.Cli.Tests.Cli

let private parse (line: string) = JsonDocument.Parse(line).RootElement

[<Tests>]
let tests =
    testList
        "replay"
        [
            testCase "C38: JSON lines hold the finding with its evidence, then the summary" (fun () ->
                use folder = withTrace fires
                let ran = run folder [ "replay"; "run.atrace"; "--format"; "jsonl" ]
                Expect.equal ran.Lines.Length 2 ran.Out
                let finding = parse ran.Lines[0]
                let text (name: string) = finding.GetProperty(name).GetString()
                Expect.equal (text "rule") "T1" "rule"
                Expect.equal (text "message") "/secret was read, then 10.1.2.3 connected" "message"

                Expect.equal
                    (finding.GetProperty("source").GetProperty("file").GetString())
                    "rules/t.fsx"
                    "C7"

                Expect.equal (finding.GetProperty("source").GetProperty("line").GetInt32()) 4 "line"
                Expect.equal (finding.GetProperty("trace").GetProperty("path").GetString()) "run.atrace" "C7"
                Expect.equal (finding.GetProperty("events").GetArrayLength()) 2 "evidence"
                let summary = (parse ran.Lines[1]).GetProperty "summary"
                Expect.equal (summary.GetProperty("fired").GetInt32()) 1 "fired"
                Expect.equal (summary.GetProperty("events").GetInt32()) 2 "events")

            testTheory "C8: two runs give the same bytes" [ "text"; "jsonl" ] (fun format ->
                use folder = withTrace fires

                let once () =
                    run folder [ "replay"; "run.atrace"; "--format"; format ]

                let compiled =
                    run folder [ "replay"; "run.atrace"; "--format"; format; "--no-cache" ]

                Expect.equal (once ()) (once ()) "from the cache"
                Expect.equal compiled (once ()) "compiled")

            testCase "C35: every trace is a world of its own, and standard input is one of them" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", rule)
                import folder "a.atrace" [ fires[0] ]
                import folder "b.atrace" [ fires[1] ]
                let ran = run folder [ "replay"; "a.atrace"; "b.atrace" ]
                Expect.equal ran.Code 0 ran.Error
                Expect.stringEnds ran.Out "1 rule over 2 events of 2 traces: nothing found\n" "report")

            testCase "C31: without --rules the folder rules is used, and that is said" (fun () ->
                use folder = withTrace quiet
                let ran = run folder [ "replay"; "run.atrace" ]
                Expect.equal ran.Error "auditrules: using the rules in rules\n" "note"
                let named = run folder [ "replay"; "run.atrace"; "--rules"; "rules" ]
                Expect.equal named.Error "" "no note"
                let silent = run folder [ "replay"; "run.atrace"; "--quiet" ]
                Expect.equal (silent.Out, silent.Error) ("", "") "C9")

            testCase "C37: of several traces a clean one says that nothing was found" (fun () ->
                use folder = withTrace fires
                import folder "quiet.atrace" quiet
                let ran = run folder [ "replay"; "quiet.atrace"; "run.atrace" ]
                Expect.stringStarts ran.Out "quiet.atrace\n\nnothing found\n\nrun.atrace\n\nHIGH T1" "report")

            testCase "C6: a terminal gets no codes of any kind with NO_COLOR" (fun () ->
                use folder = withTrace fires

                for words in [ [ "replay"; "run.atrace" ]; [ "inspect"; "run.atrace" ]; [ "--help" ] ] do
                    let ran = startOnTerminal [ "dotnet" ] [ "NO_COLOR", "1" ] folder words
                    Expect.isGreaterThan ran.Out.Length 100 "it wrote"
                    Expect.isFalse (ran.Out.Contains '\u001b') (ran.Out.Replace("\u001b", "ESC"))

                let colored =
                    startOnTerminal [ "dotnet" ] [ "NO_COLOR", "" ] folder [ "replay"; "run.atrace" ]

                // The red is that of the palette that TERM has.
                Expect.isMatch colored.Out "\u001b\\[1;[39]1mHIGH" "colours elsewhere")

            testCase "C20: 73 where standard output is closed" (fun () ->
                use folder = withTrace fires

                let ran =
                    startProgram
                        "sh"
                        [ "-c"; "exec dotnet \"$@\" >&-"; "sh" ]
                        []
                        folder
                        [ "replay"; "run.atrace" ]

                Expect.equal ran.Code 73 ran.Error

                Expect.stringContains
                    ran.Error
                    "the output cannot be written: standard output is closed\n"
                    "why")

            testCase "C30: a folder stands for all rule files below it but hidden ones" (fun () ->
                use folder = withTrace quiet
                folder.Write("rules/below/u.fsx", rule.Replace("\"T1\"", "\"T2\""))
                folder.Write("rules/.hidden/v.fsx", "this is no rule")
                let ran = run folder [ "replay"; "run.atrace"; "-r"; "rules"; "-r"; "rules/t.fsx" ]

                Expect.equal
                    ran.Out
                    "2 rules over 2 events: nothing found\n"
                    "a file named twice counts once")

            testCase
                "C30: a link to a folder in which it lies is left out, another one is followed"
                (fun () ->
                    use folder = withTrace quiet
                    folder.Write("shared/u.fsx", rule.Replace("\"T1\"", "\"T2\""))
                    File.CreateSymbolicLink(folder.File "rules/self", ".") |> ignore
                    File.CreateSymbolicLink(folder.File "rules/above", "../..") |> ignore
                    File.CreateSymbolicLink(folder.File "rules/other", "../shared") |> ignore
                    let ran = run folder [ "replay"; "run.atrace" ]
                    Expect.equal ran.Out "2 rules over 2 events: nothing found\n" ran.Error)

            testCase "C39: verbose says how far a rule got" (fun () ->
                use folder = withTrace quiet
                let ran = run folder [ "replay"; "run.atrace"; "--verbose" ]
                Expect.stringContains ran.Out "T1 secret, then network: clean\n  o: 0 matched" "progress")

            testCase "C6: no terminal, no colours; a terminal that wants none gets none" (fun () ->
                use folder = withTrace fires
                let colored = runOnTerminal 80 folder [ "replay"; "run.atrace" ]
                Expect.stringContains colored.Out "\u001b[" "coloured"

                for ran in
                    [
                        run folder [ "replay"; "run.atrace" ]
                        runOnTerminal 80 folder [ "replay"; "run.atrace"; "--no-color" ]
                    ] do
                    Expect.isFalse (ran.Out.Contains '\u001b') "plain")

            testCase "C32: a cache that cannot be used is no error" (fun () ->
                use folder = withTrace quiet
                folder.Write("file", "")

                let ran =
                    start [ "AUDITRULES_CACHE", folder.File "file" ] folder [ "replay"; "run.atrace" ]

                Expect.equal ran.Code 0 ran.Error)
        ]
