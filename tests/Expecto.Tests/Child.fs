/// Suites that the tests run in a process of their own, to see exit codes and output.
module Expecto.Tests.Child

open System
open System.Diagnostics
open Expecto
open AuditRules.Tests

let private passing =
    testList "arithmetic" [ testCase "one is one" (fun () -> Expect.equal 1 1 "one") ]

let private hanging () =
    use sleep = Process.Start("sleep", "600")
    sleep.WaitForExit()
    // The process is ended from outside, and still the test goes on.
    Threading.Thread.Sleep Threading.Timeout.Infinite

let suites =
    dict
        [
            "passing", passing
            "failing",
            testList
                "mixed"
                [
                    passing
                    testCase "fails" (fun () -> Expect.equal [ 1; 2; 3 ] [ 1; 9; 3 ] "lists")
                    testCase "throws" (fun () -> invalidOp "oh <no>\u0007")
                    ptestCase "waits" (fun () -> failtest "a pending test ran")
                ]
            "duplicates", testList "twice" [ testCase "same" ignore; testCase "same" ignore ]
            "focused", testList "focus" [ ftestCase "chosen" ignore; testCase "other" ignore ]
            "hanging", testList "stuck" [ testCase "waits for ever" hanging; testCase "ends" ignore ]
            "empty", testList "empty" []
        ]

/// Runs a suite by its name in a child process. Returns its exit code and the lines of its output.
let run (suite: string) (arguments: string list) =
    let self = System.Reflection.Assembly.GetExecutingAssembly().Location

    let code, output, errors =
        Processes.run "dotnet" ([ self; "--suite"; suite ] @ arguments)

    let lines = (output + errors).Split('\n', StringSplitOptions.RemoveEmptyEntries)

    code, List.ofArray lines

/// The suite that the command line asks for, if it asks for one.
let asked (args: string[]) =
    match List.ofArray args with
    | "--suite" :: name :: rest -> Some(suites[name], Array.ofList rest)
    | _ -> None
