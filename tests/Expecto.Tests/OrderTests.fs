module Expecto.Tests.OrderTests

open System.Threading
open Expecto
open Expecto.Tests.Running

/// Counts how many bodies run at one time.
type private Meter() =
    let mutable now = 0
    let mutable most = 0
    let gate = obj ()

    member _.Most = most

    member _.Body() =
        lock gate (fun () ->
            now <- now + 1
            most <- max most now)

        Thread.Sleep 20
        lock gate (fun () -> now <- now - 1)

let private five (meter: Meter) =
    testList "l" [ for i in 1..5 -> testCase $"{i}" meter.Body ]

[<Tests>]
let tests =
    testList
        "the order of tests"
        [
            testCase "free tests run side by side" (fun () ->
                use both = new Barrier(2)

                let meet () =
                    Expect.isTrue (both.SignalAndWait 10_000) "the other test runs too"

                let tree = testList "l" [ testCase "a" meet; testCase "b" meet ]
                Expect.equal (runOn 2 tree |> List.map snd) [ Passed; Passed ] "")
            testCase "one worker runs one test at a time, as written" (fun () ->
                let meter = Meter()
                let names = runOn 1 (five meter) |> List.map fst
                Expect.equal names [ "l.1"; "l.2"; "l.3"; "l.4"; "l.5" ] "order"
                Expect.equal meter.Most 1 "at one time")
            testCase "sequenced tests run one at a time" (fun () ->
                let meter = Meter()
                runOn 4 (testSequenced (five meter)) |> ignore
                Expect.equal meter.Most 1 "at one time")
            testCase "tests of one group run one at a time" (fun () ->
                let meter = Meter()
                runOn 4 (testSequencedGroup "disk" (five meter)) |> ignore
                Expect.equal meter.Most 1 "at one time")
        ]
