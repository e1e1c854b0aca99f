module AuditRules.Cli.Tests.ExitCodeTests

open System
open System.IO
open Expecto
open AuditRules.Cli.Exit
open AuditRules.Cli.Tests.Cli
open AuditRules.Tests

type private FailingStream(error: exn) =
    inherit MemoryStream()
    override _.Write(_: byte array, _: int, _: int) : unit = raise error
    override _.Write(_: ReadOnlySpan<byte>) : unit = raise error

/// The table of docs/cli.md: code and place in the order.
let private documented =
    [
        for line in File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs/cli.md")) do
            match line.Split('|') |> Array.map _.Trim() with
            | [| ""; code; order; _; "" |] when fst (Int32.TryParse code) -> int code, order
            | _ -> ()
    ]

let private expect code (ran: Ran) =
    Expect.equal ran.Code code ran.Error
    ran

let private throwing =
    """open AuditRules

let bad =
    rule ("BAD", "throws", High) {
        for o in Py.Open do
        where (int o.Path > 0)
        shouldFire [ Py.Open.make (path = "1") ]
    }
"""

[<Tests>]
let tests =
    testList
        "exit codes"
        [
            testCase "C20: the table in the document is the table in the program" (fun () ->
                let table =
                    [
                        yield 0, "-"

                        for index, code in Seq.indexed ExitCodes.ByWeight do
                            yield int code, string (index + 1)
                    ]

                Expect.equal (List.sort documented) (List.sort table) "codes with their order")

            testCase "C20: where several hold the weightiest counts" (fun () ->
                for index, code in Seq.indexed ExitCodes.ByWeight do
                    let lighter = ExitCodes.ByWeight |> Seq.skip index |> Seq.rev
                    Expect.equal (ExitCodes.Of lighter) code "the first"

                Expect.equal (ExitCodes.Of []) ExitCode.Clean "none")

            testCase "C20: 0 where nothing is found" (fun () ->
                use folder = withTrace quiet
                let ran = run folder [ "replay"; "run.atrace" ] |> expect 0
                Expect.equal ran.Out "1 rule over 2 events: nothing found\n" "report")

            testCase "C20: 1 where something is found" (fun () ->
                use folder = withTrace fires
                let ran = run folder [ "replay"; "run.atrace" ] |> expect 1
                Expect.stringStarts ran.Out "HIGH T1 secret, then network\n" "report")

            testTheory
                "C24: a finding below --fail-on does not fail the command"
                [ "info", 1; "low", 1; "high", 1; "critical", 0; "none", 0 ]
                (fun (severity, code) ->
                    use folder = withTrace fires
                    run folder [ "replay"; "run.atrace"; "--fail-on"; severity ] |> expect code)

            testCase "C20: 2 for a line that cannot be understood" (fun () ->
                use folder = new Folder()
                run folder [ "replay" ] |> expect 2 |> ignore
                run folder [ "replay"; "x"; "--fail-on"; "severe" ] |> expect 2 |> ignore
                run folder [] |> expect 2 |> ignore)

            testCase "C20: 3 where the trace tells of a loss" (fun () ->
                let loss = """{"record":"loss","process":0,"reason":"disk-full","count":3}"""
                use folder = withTrace (loss :: quiet)
                let ran = run folder [ "replay"; "run.atrace" ] |> expect 3
                Expect.stringContains ran.Out "unknown T1" "the verdict"
                Expect.stringContains ran.Out "3 events of process 0 (disk-full)" "the loss"
                run folder [ "inspect"; "run.atrace" ] |> expect 3 |> ignore)

            testCase "C20: 3 where losses count more than there are numbers" (fun () ->
                let loss =
                    """{"record":"loss","reason":"disk-full","count":9223372036854775807,"events":{"open":9223372036854775807,"exec":9223372036854775807}}"""

                use folder = withTrace (loss :: loss :: quiet)
                let ran = run folder [ "replay"; "run.atrace" ] |> expect 3
                Expect.stringContains ran.Out "9,223,372,036,854,775,807 events" "the loss"
                run folder [ "inspect"; "run.atrace" ] |> expect 3 |> ignore)

            testCase "C20: 3 where the trace is damaged" (fun () ->
                use folder = withTrace quiet
                let bytes = File.ReadAllBytes(folder.File "run.atrace")
                bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 0x55uy
                File.WriteAllBytes(folder.File "run.atrace", bytes)
                let ran = run folder [ "replay"; "run.atrace" ] |> expect 3
                Expect.stringContains ran.Out "damage at byte" "the damage")

            testCase "C20: 4 where a rule throws, with its place" (fun () ->
                use folder = withTrace fires
                folder.Write("rules/t.fsx", throwing)
                let ran = run folder [ "replay"; "run.atrace" ] |> expect 4
                Expect.stringStarts ran.Out "failed BAD throws: FormatException" "report"
                Expect.stringContains ran.Out "rules/t.fsx(6)" "where")

            testCase "C20: 5 under --strict where a rule was blind" (fun () ->
                use folder = withTrace quiet
                folder.Write("rules/t.fsx", rule)

                let meta = """{"record":"meta","recorder":"import","drop":["open"]}"""
                import folder "blind.atrace" (meta :: quiet)
                run folder [ "replay"; "blind.atrace" ] |> expect 0 |> ignore
                run folder [ "replay"; "blind.atrace"; "--strict" ] |> expect 5 |> ignore)

            testCase "C20: 5 under --strict where the trace was not closed" (fun () ->
                use folder = withTrace ("""{"record":"meta","recorder":"x"}""" :: quiet)
                run folder [ "replay"; "run.atrace" ] |> expect 0 |> ignore
                run folder [ "replay"; "run.atrace"; "--strict" ] |> expect 5 |> ignore)

            testCase "C20: 65 for a file that is no trace" (fun () ->
                use folder = withTrace quiet
                folder.Write("text.atrace", "just some text that is no trace at all\n")
                let ran = run folder [ "replay"; "text.atrace" ] |> expect 65
                Expect.isTrue (isMessage ran.Error) ran.Error
                Expect.stringContains ran.Error "text.atrace" "where")

            testCase "C20: 66 for a file that is not there" (fun () ->
                use folder = withTrace quiet
                let ran = run folder [ "replay"; "missing.atrace" ] |> expect 66
                let expected = "auditrules: cannot read missing.atrace: there is no such file\n"
                Expect.stringStarts ran.Error expected "what and where"
                Expect.isTrue (isMessage ran.Error) ran.Error)

            testCase "C4: a file that is not there is answered with the nearest name of its folder" (fun () ->
                use folder = withTrace quiet
                let ran = run folder [ "replay"; "rnu.atrac" ] |> expect 66
                Expect.stringEnds ran.Error "\n  Did you mean run.atrace?\n" "nearest"
                let far = run folder [ "replay"; "something-else" ] |> expect 66
                Expect.isFalse (far.Error.Contains "Did you mean") "nothing is near")

            testCase "C36: a folder is no trace: those in it are named" (fun () ->
                use folder = withTrace quiet
                import folder "a.atrace" quiet
                let ran = run folder [ "replay"; "." ] |> expect 66
                Expect.stringEnds ran.Error "\n  Name the files in it: a.atrace run.atrace\n" "names"
                let none = run folder [ "inspect"; "rules" ] |> expect 66
                Expect.isTrue (isMessage none.Error) none.Error)

            testCase "C25: 78 for a rule file of another name" (fun () ->
                use folder = withTrace quiet
                folder.Write("readme.txt", rule)

                let ran =
                    run folder [ "replay"; "run.atrace"; "--rules"; "readme.txt" ] |> expect 78

                let expected =
                    "auditrules: readme.txt is no rule file: the name of one ends in .fsx\n"

                Expect.stringStarts ran.Error expected "why")

            testCase "C25: 78 for rules in a pipe, which nobody may ever write" (fun () ->
                use folder = withTrace quiet
                Processes.run "mkfifo" [ folder.File "pipe.fsx" ] |> ignore

                for path in [ "pipe.fsx"; "." ] do
                    let ran = run folder [ "rules"; "check"; path ] |> expect 78

                    Expect.stringStarts
                        ran.Error
                        "auditrules: pipe.fsx is no rule file: it is a pipe or a device\n"
                        path)

            testCase "C4: rules that are not there are answered with the nearest name" (fun () ->
                use folder = withTrace quiet
                folder.Write("rules/secrets.fsx", rule)

                for path, near in [ "rulez", "rules"; "rules/secret.fsx", "rules/secrets.fsx" ] do
                    let ran = run folder [ "rules"; "check"; path ] |> expect 66
                    Expect.stringEnds ran.Error $"\n  Did you mean {near}?\n" path)

            testCase "C36: nothing is replayed when one of the traces is none" (fun () ->
                use folder = withTrace fires
                let ran = run folder [ "replay"; "run.atrace"; "missing.atrace" ] |> expect 66
                Expect.equal ran.Out "" "no report")

            testCase
                "C25: 66 for a rules folder that is missing or empty, 78 for files without a rule"
                (fun () ->
                    use folder = withTrace quiet
                    Directory.CreateDirectory(folder.File "empty") |> ignore
                    folder.Write("norule/n.fsx", "let x = 1\n")

                    run folder [ "replay"; "run.atrace"; "--rules"; "nowhere" ]
                    |> expect 66
                    |> ignore

                    let empty = run folder [ "replay"; "run.atrace"; "--rules"; "empty" ] |> expect 66
                    Expect.isTrue (isMessage empty.Error) empty.Error
                    let none = run folder [ "replay"; "run.atrace"; "--rules"; "norule" ] |> expect 78
                    Expect.isTrue (isMessage none.Error) none.Error)

            testCase "C40: 78 for a rule that does not compile, and nothing is replayed" (fun () ->
                use folder = withTrace fires
                folder.Write("rules/bad.fsx", rule.Replace("Py.Open.matching", "Py.Opne.matching"))
                let ran = run folder [ "replay"; "run.atrace" ] |> expect 78
                Expect.equal ran.Out "" "no report"
                let at = ran.Error.IndexOf "rules/bad.fsx(5,"
                Expect.isGreaterThanOrEqual at 0 ran.Error
                Expect.stringContains ran.Error "^^^^" "carets"
                Expect.isFalse (ran.Error.Contains "   at ") "no stack trace")

            testCase "C20: 73 where the output cannot be written, and 70 for a fault of our own" (fun () ->
                use folder = withTrace fires
                let full = runInto (new FailingStream(IOException "No space left")) folder

                let ran = full [ "replay"; "run.atrace" ] |> expect 73
                Expect.isTrue (isMessage (ran.Error.Substring(ran.Error.IndexOf "auditrules:"))) ran.Error
                let faulty = runInto (new FailingStream(InvalidOperationException "oops")) folder
                let ran = faulty [ "replay"; "run.atrace"; "-q" ] |> expect 70
                Expect.isTrue (isMessage ran.Error) ran.Error)

            testCase "C20: 73 where the trace cannot be written" (fun () ->
                use folder = withTrace quiet

                let ran =
                    run folder [ "import"; "jsonl"; "lines.jsonl"; "-o"; "no/such/folder.atrace" ]
                    |> expect 73

                Expect.isTrue (isMessage ran.Error) ran.Error)
        ]
