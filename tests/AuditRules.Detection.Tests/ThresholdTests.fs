module AuditRules.Detection.Tests.ThresholdTests

open Expecto
open AuditRules.Events
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some

let private atLeast n (time: int) =
    CountPlan<int>(n, milliseconds time, "c.Process", (fun b -> b[0].Process), null)

let private distinct n (time: int) =
    CountPlan<int>(n, milliseconds time, "c.Process", (fun b -> b[0].Process), (fun b -> b[0][0]))

let private one = rule "X" [ step "c" (EventPattern "a") ]

[<Tests>]
let tests =
    testList
        "thresholds"
        [
            testCase "R15: the n-th match within the time is a finding, the time inclusive"
            <| fun () ->
                let at times =
                    cited (run [ counting (atLeast 3 10) one ] [ for t in times -> event "a" t [] ])

                Expect.equal (at [ 0; 5; 10 ]) [ "X: 0 1 2" ] "10 ms apart is within 10 ms"
                Expect.equal (at [ 0; 5; 11 ]) [] "11 ms is not"
                Expect.equal (at [ 0; 5; 11; 12 ]) [ "X: 1 2 3" ] "the window slides"

            testCase "R15: matches count by key"
            <| fun () ->
                let found =
                    run
                        [ counting (atLeast 2 10) one ]
                        [
                            event "a" 0 [] |> inProcess 1
                            event "a" 1 [] |> inProcess 2
                            event "a" 2 [] |> inProcess 1
                        ]

                Expect.equal (cited found) [ "X: 0 2" ] "process 1 has two"

            testCase "R16: after a finding the count begins anew"
            <| fun () ->
                let found = run [ counting (atLeast 2 100) one ] [ for t in 0..4 -> event "a" t [] ]
                Expect.equal (cited found) [ "X: 0 1"; "X: 2 3" ] "the fifth is the first of the next two"

            testCase "R17: atLeastDistinct counts values, and the latest of equal ones"
            <| fun () ->
                let at (values: (int * string) list) =
                    cited (run [ counting (distinct 3 10) one ] [ for t, v in values -> event "a" t [ v ] ])

                Expect.equal (at [ 0, "x"; 1, "x"; 2, "y" ]) [] "two values are not three"

                Expect.equal
                    (at [ 0, "x"; 4, "x"; 5, "y"; 12, "z" ])
                    [ "X: 1 2 3" ]
                    "the later x is in the window"

            testCase "R17: many keys are forgotten after their window"
            <| fun () ->
                let events =
                    [ for i in 0..5000 -> event "a" i [] |> inProcess i ]
                    @ [ event "a" 6000 [] |> inProcess 1; event "a" 6001 [] |> inProcess 1 ]

                let found = run [ counting (atLeast 2 10) one ] events

                Expect.equal
                    (cited found)
                    [ "X: 5001 5002" ]
                    "the early one of process 1 is out of the window"
        ]
