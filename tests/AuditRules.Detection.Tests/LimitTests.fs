/// What matching keeps has limits; what is above them is counted, and makes a rule unknown.
module AuditRules.Detection.Tests.LimitTests

open System
open System.Collections.Immutable
open Expecto
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some

let private a = EventPattern "a"
let private b = EventPattern "b"

let private firstText (view: EventView) = string view[0].AsText

/// A rule that begins with a, of which all partial matches are kept.
let private runAll options (steps: StepPlan list) events =
    let plan =
        (rule "A" (step "o" a :: steps)).With(Overlap.All, Nullable(), ImmutableArray.Empty)

    runWith options Array.empty [ plan ] events

[<Tests>]
let tests =
    testList
        "limits of matching"
        [
            testCase "R26: evicted partial matches make a rule unknown"
            <| fun () ->
                let options = DetectionOptions(MaxPartialMatches = 2)

                let found =
                    runWith
                        options
                        Array.empty
                        [ rule "A" [ step "o" a; sameProcess "c" b ] ]
                        [ for i in 1..5 -> event "a" i [] |> inProcess i ]

                Expect.equal found.Outcomes[0].Evicted 3L "two of five were kept"
                Expect.equal (verdict found "A") Verdict.Unknown "so nothing can be said"

            testCase "R26: a full threshold counts what it does not keep"
            <| fun () ->
                let count = CountPlan<int>(2, milliseconds 1000, "", (fun b -> b[0].Process), null)

                let found =
                    runWith
                        (DetectionOptions(MaxPartialMatches = 2))
                        Array.empty
                        [ counting count (rule "A" [ step "o" a ]) ]
                        [ for i in 1..5 -> event "a" i [] |> inProcess i ]

                Expect.equal found.Outcomes[0].Evicted 3L "two keys of five"

            testCase "a full table makes room when what it keeps has expired"
            <| fun () ->
                let second = sameProcess "c" b |> within 10

                let found =
                    runWith
                        (DetectionOptions(MaxPartialMatches = 2))
                        Array.empty
                        [ rule "A" [ step "o" a; second ] ]
                        [
                            event "a" 1 [] |> inProcess 1
                            event "a" 2 [] |> inProcess 2
                            event "a" 100 [] |> inProcess 3
                            event "b" 101 [] |> inProcess 3
                        ]

                Expect.equal (cited found) [ "A: 2 3" ] "the third match found a place"
                Expect.equal found.Outcomes[0].Evicted 0L "nothing was turned away"

            testCase "a full table that turns events away walks itself seldom"
            <| fun () ->
                // Walking at every event takes minutes here.
                let events = [ for i in 1..60_000 -> event "a" i [] |> inProcess i ]

                let found =
                    runWith
                        (DetectionOptions(MaxPartialMatches = 50_000))
                        Array.empty
                        [ rule "A" [ step "o" a; sameProcess "c" b ] ]
                        events

                Expect.equal found.Outcomes[0].Evicted 10_000L "what does not fit"

            testCase "R41: of a key's partial matches the oldest above the limit is evicted"
            <| fun () ->
                let found =
                    runAll
                        (DetectionOptions(MaxPartialMatchesOfKey = 2))
                        [ sameProcess "c" b ]
                        [
                            event "a" 1 []
                            event "a" 2 []
                            event "a" 3 [] |> inProcess 1
                            event "a" 4 []
                            event "b" 5 []
                            event "b" 6 [] |> inProcess 1
                        ]

                Expect.equal
                    (cited found)
                    [ "A: 1 4"; "A: 3 4"; "A: 2 5" ]
                    "0 is gone; the other key has its own limit"

                Expect.equal found.Outcomes[0].Evicted 1L "0"
                Expect.equal (verdict found "A") Verdict.Fired "what was found stands"

                let silent =
                    runAll
                        (DetectionOptions(MaxPartialMatchesOfKey = 2))
                        [ sameProcess "c" b ]
                        [ for i in 1..3 -> event "a" i [] ]

                Expect.equal
                    (silent.Outcomes[0].Verdict, silent.Outcomes[0].Reason)
                    (Verdict.Unknown, "1 partial matches were not kept")
                    "it may have been the one"

            testCase "R41: what came too late to be taken is not among those that wait"
            <| fun () ->
                let found =
                    runAll
                        (DetectionOptions(MaxPartialMatchesOfKey = 2))
                        [ sameProcess "c" b |> within 10 ]
                        [ event "a" 1 []; event "a" 2 []; event "a" 13 []; event "b" 14 [] ]

                Expect.equal (cited found) [ "A: 2 3" ] "the third"
                Expect.equal found.Outcomes[0].Evicted 0L "the others were past"

            testCase "R41: one event asks for no more conditions than the limit, whatever came before it"
            <| fun () ->
                let mutable asked = 0

                let refuses (_: Bindings) =
                    asked <- asked + 1
                    false

                let found =
                    runAll
                        (DetectionOptions())
                        [ sameProcess "c" b |> where refuses ]
                        [
                            yield! [ for i in 1..3000 -> event "a" i [] ]
                            yield! [ for i in 3001..3010 -> event "b" i [] ]
                        ]

                Expect.equal asked 10_000 "ten events, a thousand each"
                Expect.equal found.Outcomes[0].Evicted 2000L "of three thousand"

            testCase "R47: of a group's first steps the oldest above the limit of a member's key is evicted"
            <| fun () ->
                let byText name pattern =
                    let key =
                        StepKey<string>(
                            "...",
                            ImmutableArray.Create "key",
                            (fun b -> string (argument 0 0 b).AsText),
                            firstText
                        )

                    StepPlan(name, pattern, ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty)
                        .WithTogether()

                let steps = [ (sameProcess "c" b).WithTogether(); byText "d" (EventPattern "d") ]
                let options = DetectionOptions(MaxPartialMatchesOfKey = 2)

                let found =
                    runWith
                        options
                        Array.empty
                        [ rule "A" (step "o" a :: steps) ]
                        [
                            event "a" 1 [ "/1" ]
                            event "a" 2 [ "/2" ]
                            event "a" 3 [ "/3" ]
                            event "d" 4 [ "/1" ]
                            event "b" 5 []
                            event "d" 6 [ "/2" ]
                        ]

                Expect.equal (cited found) [ "A: 1 4 5" ] "the first file waits no longer"
                Expect.equal found.Outcomes[0].Evicted 1L "it"

            testCase "R41: what an event consumed leaves room at once"
            <| fun () ->
                let found =
                    runAll
                        (DetectionOptions(MaxPartialMatches = 6))
                        [ sameProcess "c" b ]
                        [
                            yield! [ for i in 1..7 -> event "a" i [] ]
                            yield! [ event "b" 8 []; event "a" 9 []; event "b" 10 [] ]
                        ]

                Expect.equal found.Outcomes[0].Findings 7L "six and one"
                Expect.equal found.Outcomes[0].Evicted 1L "the seventh"

            testCase "findings beyond the limit are counted"
            <| fun () ->
                let found =
                    runWith
                        (DetectionOptions(MaxFindings = 2))
                        Array.empty
                        [ rule "A" [ step "o" a ] ]
                        [ for i in 1..5 -> event "a" i [] ]

                Expect.equal found.Findings.Length 2 "two are kept"
                Expect.equal found.Outcomes[0].Findings 5L "all are counted"
        ]
