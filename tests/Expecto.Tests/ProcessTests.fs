/// How tests run a program to its end.
module Expecto.Tests.ProcessTests

open System
open System.Diagnostics
open System.IO
open Expecto
open AuditRules.Tests

[<Tests>]
let tests =
    testList
        "processes"
        [
            for how, last in [ "waits for", "wait"; "has left behind", "exit 0" ] do
                testCase
                    $"at the limit what a program {how} is ended, and what was printed is told"
                    (fun () ->
                        let script = $"sleep 600 & echo $!; echo errors >&2; {last}"
                        let info = ProcessStartInfo("sh", [ "-c"; script ])

                        let said =
                            try
                                Processes.runWithin (TimeSpan.FromSeconds 2.) info |> ignore
                                "nothing"
                            with e ->
                                e.Message

                        let found =
                            Text.RegularExpressions.Regex.Match(
                                said,
                                "^sh -c sleep 600 .*\nwas ended after 2 s. Its output:\n([0-9]+)\n\nIts errors:\nerrors\n"
                            )

                        Expect.isTrue found.Success said
                        let sleep = $"/proc/{found.Groups[1].Value}/cmdline"

                        let isGone () =
                            not (File.Exists sleep) || File.ReadAllText sleep = ""

                        Expect.isTrue (Threading.SpinWait.SpinUntil(isGone, 60_000)) "what it started")

            testCase "a program's exit code, output and errors are kept apart" (fun () ->
                Expect.equal
                    (Processes.run "sh" [ "-c"; "echo out; echo error >&2; kill -TERM $$" ])
                    (143, "out\n", "error\n")
                    "all")
        ]
