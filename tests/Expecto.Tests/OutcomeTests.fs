module Expecto.Tests.OutcomeTests

open System
open System.Threading.Tasks
open Expecto
open Expecto.Tests.Running

let private boom () : unit = invalidOp "boom"

let private isError part outcome =
    match outcome with
    | Errored(message, _) -> Expect.stringContains message part "message"
    | other -> failtestf "expected an error, but was %A" other

[<Tests>]
let bodies =
    testList
        "a test's body"
        [
            testCase "that returns has passed" (fun () ->
                Expect.equal (outcome (testCase "a" ignore)) Passed "outcome")
            testCase "whose expectation does not hold has failed, with its message" (fun () ->
                Expect.equal
                    (failure (fun () -> Expect.isTrue false "the door is open"))
                    "the door is open. Expected true, but was false."
                    "message")
            testCase "that throws has an error, with the type and the message" (fun () ->
                outcome (testCase "a" boom) |> isError "System.InvalidOperationException: boom")
            testCase "that throws shows the cause of the exception" (fun () ->
                outcome (testCase "a" (fun () -> raise (Exception("outer", ArgumentException "inner"))))
                |> isError "caused by System.ArgumentException: inner")
            testCase "that asks to be skipped is skipped, with the reason" (fun () ->
                Expect.equal
                    (outcome (testCase "a" (fun () -> skiptestf "no %s" "python")))
                    (Skipped "no python")
                    "")
            testCase "of every kind can pass" (fun () ->
                let tree =
                    testList
                        "kinds"
                        [
                            testCase "case" ignore
                            testCaseAsync "case async" (async { do! Async.Sleep 1 })
                            testCaseTask "case task" (fun () -> task { do! Task.Delay 1 })
                            test "test" {
                                use _ = new IO.MemoryStream()

                                for i in 1..3 do
                                    if i = 2 then
                                        Expect.equal i 2 ""

                                Expect.isTrue true ""
                            }
                            testAsync "async" { do! Async.Sleep 1 }
                            testTask "task" {
                                let! one = Task.FromResult 1
                                do! Task.Delay 1
                                let! two = async { return 2 }
                                Expect.equal (one + two) 3 ""
                            }
                        ]

                Expect.all (run tree) (fun (_, outcome) -> outcome = Passed) "all pass"
                Expect.hasLength (run tree) 6 "all run")
            testCase "of every kind can fail" (fun () ->
                let tree =
                    testList
                        "kinds"
                        [
                            testCase "case" boom
                            testCaseAsync "case async" (async { boom () })
                            testCaseTask "case task" (fun () -> task { boom () })
                            test "test" { boom () }
                            testAsync "async" { boom () }
                            testTask "task" { boom () }
                            testTask "later task" {
                                do! Task.Yield().GetAwaiter() |> fun _ -> Task.Delay 1
                                boom ()
                            }
                        ]

                for _, outcome in run tree do
                    isError "boom" outcome)
            testCase "is shown without the kit's own frames" (fun () ->
                match outcome (testCase "a" (fun () -> Expect.equal 1 2 "")) with
                | Failed(_, stack) ->
                    Expect.stringContains stack "OutcomeTests" "the test's own frame"
                    Expect.isNotMatch stack "Expecto\\.(Expect|Evaluation|Difference)" "the kit's frames"
                | other -> failtestf "was %A" other)
        ]

[<Tests>]
let states =
    let failing = fun () -> failtest "it ran"

    testList
        "pending and focused"
        [
            testCase "a pending test is skipped" (fun () ->
                Expect.equal (run (ptestCase "a" failing)) [ "a", Skipped "pending" ] "")
            testCase "all tests of a pending list are skipped, focused ones too" (fun () ->
                Expect.equal (run (ptestList "l" [ ftestCase "a" failing ])) [ "l.a", Skipped "pending" ] "")
            testCase "one focused test skips all others" (fun () ->
                let tree = testList "l" [ testCase "a" failing; ftestCase "b" ignore ]
                let expected = [ "l.a", Skipped "other tests are focused"; "l.b", Passed ]
                Expect.equal (run tree |> List.sortBy fst) expected "")
            testCase "a focused list runs its tests, save the pending ones" (fun () ->
                let tree =
                    testList
                        "l"
                        [
                            ftestList "f" [ testCase "a" ignore; ptestCase "p" failing ]
                            testCase "b" failing
                        ]

                let expected =
                    [
                        "l.b", Skipped "other tests are focused"
                        "l.f.a", Passed
                        "l.f.p", Skipped "pending"
                    ]

                Expect.equal (run tree |> List.sortBy fst) expected "")
        ]

[<Tests>]
let many =
    testList
        "tests made from values"
        [
            testCase "a theory is a test for each case, named after it" (fun () ->
                let tree = testTheory "even" [ 2; 3 ] (fun n -> Expect.equal (n % 2) 0 "even")

                match run tree |> List.sortBy fst with
                | [ "even.2", Passed; "even.3", Failed _ ] -> ()
                | other -> failtestf "was %A" other)
            testCase "the cases of a theory over text stand in quotes" (fun () ->
                Expect.equal (run (testTheory "t" [ "x" ] ignore)) [ "t.\"x\"", Passed ] "")
            testCase "a fixture wraps each body, a parameter reaches each body" (fun () ->
                let seen = ResizeArray<int>()
                let fixture = testFixture (fun body () -> body 7) [ "f", seen.Add ]
                let param = testParam 8 [ "p", (fun n () -> seen.Add n) ]
                let tree = testList "l" (List.ofSeq fixture @ List.ofSeq param)
                Expect.equal (runOn 1 tree) [ "l.f", Passed; "l.p", Passed ] ""
                Expect.equal (List.ofSeq seen) [ 7; 8 ] "")
        ]
