module Expecto.Tests.PropertyTests

open FsCheck
open FsCheck.FSharp
open Expecto
open Expecto.Tests.Running

type private Small = Small of int

type private Arbitraries =
    static member Small() =
        ArbMap.defaults
        |> ArbMap.generate<int>
        |> Gen.map (fun n -> Small(abs n % 3))
        |> Arb.fromGen

let private message tree =
    match outcome tree with
    | Failed(message, _) -> message
    | other -> failtestf "expected a failure, but was %A" other

[<Tests>]
let tests =
    testList
        "a property"
        [
            testProperty "of real lists holds" (fun (items: int list) -> List.rev (List.rev items) = items)
            testCase "that is false shows the shrunk counterexample" (fun () ->
                let text = message (testProperty "small" (fun (n: int) -> n < 10))
                Expect.isMatch text "counterexample\n      10\n" "")
            testCase "whose expectation fails shows the expectation's message" (fun () ->
                let text =
                    message (testProperty "zero" (fun (n: int) -> Expect.isLessThan n 3 "small"))

                Expect.stringContains text "because\n      small. Expected 3 to be less than 3." "")
            testCase "that is false shows a seed, and the seed repeats the run" (fun () ->
                let seen = ResizeArray<int>()

                let sample (n: int) =
                    seen.Add n
                    n < 50

                let text =
                    message (
                        testPropertyWithConfig
                            { FsCheckConfig.defaultConfig with
                                endSize = 1000
                            }
                            "p"
                            sample
                    )

                let first = seen.ToArray()
                seen.Clear()

                let found =
                    System.Text.RegularExpressions.Regex.Match(text, @"Some\((\d+)UL, (\d+)UL, Some (\d+)\)")

                let replay =
                    Some(
                        uint64 found.Groups[1].Value,
                        uint64 found.Groups[2].Value,
                        Some(int found.Groups[3].Value)
                    )

                let again =
                    message (
                        testPropertyWithConfig
                            { FsCheckConfig.defaultConfig with
                                endSize = 1000
                                replay = replay
                            }
                            "p"
                            sample
                    )

                Expect.stringStarts again "Falsified after 1 tests" "the seed leads straight to the failure"
                Expect.isTrue (Array.contains seen[0] first) "the same value")
            testCase "runs as often as maxTest says" (fun () ->
                let mutable runs = 0

                let count (_: int) =
                    runs <- runs + 1
                    true

                let config =
                    { FsCheckConfig.defaultConfig with
                        maxTest = 17
                    }

                Expect.equal (outcome (testPropertyWithConfig config "count" count)) Passed ""
                Expect.equal runs 17 "")
            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    arbitrary = [ typeof<Arbitraries> ]
                }
                "takes values from the types in arbitrary"
                (fun (Small n) -> n >= 0 && n < 3)
            testCase "that asks to be skipped is skipped" (fun () ->
                Expect.equal
                    (outcome (testProperty "s" (fun (_: int) -> skiptest "not here")))
                    (Skipped "not here")
                    "")
            testCase "that is pending does not run" (fun () ->
                Expect.equal (outcome (ptestProperty "p" (fun (_: int) -> false))) (Skipped "pending") "")
        ]
