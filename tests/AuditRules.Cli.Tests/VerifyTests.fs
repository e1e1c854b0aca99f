module AuditRules.Cli.Tests.VerifyTests

open System
open System.Text.Json
open Expecto
open AuditRules.Cli.Tests.Cli
open AuditRules.Cli.Tests.SealLab

[<Tests>]
let tests =
    testList
        "verify"
        [
            testCase "C80: a whole trace, with its head" (fun () ->
                use folder = withTrace fires
                let ran = run folder [ "verify"; "run.atrace" ]
                Expect.equal (ran.Code, ran.Error) (0, "") "code"

                Expect.isMatch
                    ran.Out
                    @"^run\.atrace: whole, 2 events in \d+ frames, sealed\n  head \d+:[0-9a-f]{64}\n$"
                    "text"

                Expect.equal (run folder [ "verify"; "-q"; "run.atrace" ]).Out "" "nothing is wrong (C9)")

            testCase
                "C80: damage is named with code and offset, and a trace without end is not closed"
                (fun () ->
                    use folder = withTrace fires
                    cut folder
                    let ran = run folder [ "verify"; "run.atrace" ]
                    Expect.equal (ran.Code, ran.Error) (3, "") "code"

                    Expect.isMatch
                        ran.Out
                        @"^run\.atrace: damaged, 2 events in \d+ frames, not sealed\n  Truncated at byte [\d,]+: .*\n  NotClosed at byte [\d,]+: the trace was not closed: it has no END\n$"
                        "text")

            testCase "C80: an object a trace" (fun () ->
                use folder = withKey fires
                let head = sealRun folder
                let ran = run folder [ "verify"; "run.atrace"; "--format"; "jsonl" ]
                let line = JsonDocument.Parse(ran.Out).RootElement
                let text (name: string) = line.GetProperty(name).ToString()

                Expect.equal
                    [ for p in line.EnumerateObject() -> p.Name ]
                    [
                        "path"
                        "id"
                        "verdict"
                        "closed"
                        "frames"
                        "events"
                        "sealed"
                        "head"
                        "signatures"
                        "problems"
                    ]
                    "names"

                Expect.equal
                    [
                        for n in [ "path"; "verdict"; "events"; "head"; "signatures"; "problems" ] -> text n
                    ]
                    [ "run.atrace"; "whole"; "2"; head; """[{"name":"ci","valid":null}]"""; "[]" ]
                    "values")

            testCase
                "C81: the head that was said holds before and after sealing, and for nothing else"
                (fun () ->
                    use folder = withKey fires
                    let head = headIn (run folder [ "verify"; "run.atrace" ]).Out

                    let expecting () =
                        run folder [ "verify"; "run.atrace"; "--expect-head"; head ]

                    Expect.equal (expecting ()).Code 0 "the trace itself"
                    sealRun folder |> ignore
                    Expect.equal (expecting ()).Code 0 "sealed"
                    import folder "run.atrace" fires
                    let ran = expecting ()
                    Expect.equal ran.Code 6 "recorded again"
                    Expect.stringContains ran.Out "  Head at byte " "code")

            testCase "C83: a head stays one line on a narrow terminal" (fun () ->
                use folder = withKey quiet
                let verified = runOnTerminal 40 folder [ "verify"; "run.atrace" ]
                Expect.isMatch verified.Out @"\n  head \d+:[0-9a-f]{64}\n" verified.Out
                let signed = runOnTerminal 40 folder [ "seal"; "run.atrace"; "--key"; "ci.pem" ]
                Expect.isMatch signed.Out @"^\d+:[0-9a-f]{64}\n$" signed.Out
                let packed = runOnTerminal 40 folder [ "pack"; "run.atrace"; "-o"; "new.atrace" ]
                Expect.isMatch packed.Error @"\nauditrules: head \d+:[0-9a-f]{64}\n" packed.Error)

            testCase "C81: damage where a head is expected is 6" (fun () ->
                use folder = withTrace fires
                let head = headIn (run folder [ "verify"; "run.atrace" ]).Out
                flip folder 400
                Expect.equal (run folder [ "verify"; "run.atrace" ]).Code 3 "damage"

                Expect.equal
                    (run folder [ "verify"; "run.atrace"; "--expect-head"; head ]).Code
                    6
                    "tampering")

            testCase "C81: an expected key or seal that is not there is 6" (fun () ->
                use folder = withKey fires

                let verify options =
                    run folder ([ "verify"; "run.atrace" ] @ options)

                Expect.equal (verify [ "--require-seal" ]).Code 0 "sealed by the recorder"
                let unsigned = verify [ "--key"; "ci.pub.pem" ]
                Expect.equal unsigned.Code 6 "not signed"
                Expect.stringContains unsigned.Out "  NotSigned at byte " "code"
                sealRun folder |> ignore
                let signed = verify [ "--key"; "ci.pub.pem" ]
                Expect.equal signed.Code 0 signed.Out
                Expect.stringContains signed.Out "  signed by ci: valid\n" "by whom"
                run folder [ "seal"; "--new-key"; "other.pem" ] |> ignore

                Expect.equal
                    (verify [ "--key"; "ci.pub.pem"; "--key"; "other.pub.pem" ]).Code
                    6
                    "each of them")

            testCase "C80 C81: what was only expected and is not there is not called tampering" (fun () ->
                use folder = withKey fires
                let other = "7:" + String('0', 64)

                let verify options =
                    run folder ([ "verify"; "run.atrace" ] @ options)

                for options in [ [ "--key"; "ci.pub.pem" ]; [ "--expect-head"; other ] ] do
                    let ran = verify options
                    Expect.equal ran.Code 6 ran.Error
                    Expect.stringStarts ran.Out "run.atrace: not as expected, 2 events in " "the word"

                let json = verify [ "--expect-head"; other; "--format"; "jsonl" ]
                Expect.stringContains json.Out "\"verdict\":\"not as expected\"" "JSON"
                cut folder
                let ran = verify [ "--require-seal" ]
                Expect.equal ran.Code 6 ran.Error
                Expect.stringStarts ran.Out "run.atrace: not as expected, " "not closed")

            testCase "C81: a private key is none to verify with" (fun () ->
                use folder = withKey fires
                let ran = run folder [ "verify"; "run.atrace"; "--key"; "ci.pem" ]
                Expect.equal ran.Code 78 "code"

                Expect.stringStarts
                    ran.Error
                    "auditrules: cannot use the key ci.pem: it is a private key; the public one verifies\n"
                    "message")

            testCase "C58: inspect says whether a trace is sealed, and by whom" (fun () ->
                use folder = withKey fires

                let said () =
                    (run folder [ "inspect"; "run.atrace" ]).Out

                Expect.stringContains (said ()) "sealed    yes, not signed\n" "by the recorder"
                sealRun folder |> ignore

                Expect.stringContains
                    (said ())
                    "sealed    yes, signed by ci; verify --key says whether that is true\n"
                    "by a key")
        ]
