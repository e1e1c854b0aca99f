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

/// One that waits, and counts how often it is asked whether it does.
type private Counted(asked: int ref) =
    member val Gone = false with get, set

    interface IWaits with
        member this.IsGone =
            asked.Value <- asked.Value + 1
            this.Gone

/// Keys of texts, which count how often two are compared.
let private comparing (compared: int ref) =
    { new System.Collections.Generic.IEqualityComparer<string> with
        member _.Equals(x, y) =
            compared.Value <- compared.Value + 1
            x = y

        member _.GetHashCode text = text.GetHashCode()
    }

let private togetherBy comparer name pattern (text: Bindings -> string) =
    let key =
        StepKey<string>("...", ImmutableArray.Create "key", text, firstText, comparer)

    StepPlan(name, pattern, ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty).WithTogether()

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

            testCase
                "a table is walked when it has doubled, and when it is full once in half as many insertions"
            <| fun () ->
                let schedule =
                    SweepSchedule(DetectionOptions(SweepAtLeast = 1000, MaxPartialMatches = 50_000))

                let walked =
                    [
                        for insertion in 1..100_000 do
                            let count = min (insertion - 1) 50_000

                            if schedule.IsDue count then
                                schedule.Swept count
                                insertion - 1
                    ]

                Expect.equal
                    walked
                    [ 1000; 2000; 4000; 8000; 16_000; 32_000; 50_000; 75_000 ]
                    "of insertions those that walk"

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

            testTheory
                "R41: one more of a key that is full costs as much as one before it was"
                [
                    "the oldest goes", (fun _ -> false)
                    "one in the middle goes", (fun i -> i % 2 = 0)
                ]
            <| fun (_, isMiddle) ->
                let asked = ref 0
                let queue = KeyQueue<Counted>()
                let all = [| for _ in 1..50_000 -> Counted asked |]

                let leave (item: Counted) =
                    item.Gone <- true
                    queue.Left()

                for i in 0 .. all.Length - 1 do
                    if queue.Waiting >= 1000 then
                        if isMiddle i && not all[i - 500].Gone then
                            leave all[i - 500]
                        else
                            leave (queue.Oldest() |> Unchecked.nonNull)

                    queue.Add all[i]

                let waiting = all |> Array.filter (fun item -> not item.Gone)
                queue.Compact()
                Expect.equal (queue.Waiting, queue.Count) (1000, 1000) "that many wait"

                Expect.isTrue
                    (Seq.forall2 (fun i item -> obj.ReferenceEquals(queue[i], item)) [ 0..999 ] waiting)
                    "in order"

                Expect.isTrue
                    (asked.Value < 6 * all.Length)
                    $"{asked.Value} questions for {all.Length} insertions"

            testCase "R47: an event of a group compares few keys, however many wait"
            <| fun () ->
                let compared = ref 0
                let comparer = comparing compared
                let text (b: Bindings) = string (argument 0 0 b).AsText

                let steps =
                    [
                        step "o" a
                        togetherBy comparer "c" b (fun _ -> "k")
                        togetherBy comparer "d" (EventPattern "d") text
                    ]

                let found =
                    runWith
                        (DetectionOptions())
                        Array.empty
                        [ rule "A" steps ]
                        [
                            yield! [ for i in 1..3000 -> event "a" i [ $"/{i}" ] ]
                            yield event "b" 3001 [ "k" ]
                            yield event "d" 3002 [ "/2500" ]
                        ]

                Expect.equal (cited found) [ "A: 2499 3000 3001" ] "one of those that wait"
                Expect.equal found.Outcomes[0].Evicted 2000L "of three thousand"
                Expect.isTrue (compared.Value < 15_000) $"{compared.Value} comparisons for 3000 events"

            testCase "R47: a first step's event that has been replaced is none of those that wait"
            <| fun () ->
                let text (b: Bindings) = string (argument 0 0 b).AsText

                let steps =
                    [
                        step "o" a
                        togetherBy StringComparer.Ordinal "c" b (fun _ -> "k")
                        togetherBy StringComparer.Ordinal "d" (EventPattern "d") text
                    ]

                let found =
                    runWith
                        (DetectionOptions(MaxPartialMatchesOfKey = 2))
                        Array.empty
                        [ rule "A" steps ]
                        [
                            yield event "a" 1 [ "/1" ]
                            yield! [ for i in 2..9 -> event "a" i [ "/2" ] ]
                            yield event "b" 10 [ "k" ]
                            yield event "d" 11 [ "/1" ]
                        ]

                Expect.equal (cited found) [ "A: 0 9 10" ] "the first waits on"
                Expect.equal found.Outcomes[0].Evicted 0L "nothing was evicted"

            testTheory
                "R108: in a full table what takes the place of another does, and what needs a place is turned away"
                [
                    "of a step", (rule "A" [ step "o" a; sameProcess "c" b ]), [ "A: 3 4" ]
                    "of a group's first step",
                    rule "A" [ step "o" a; (sameProcess "c" b).WithTogether() ],
                    [ "A: 3 4" ]
                    "of a group's member",
                    rule "A" [ step "c" b; (sameProcess "o" a).WithTogether() ],
                    [ "A: 3 4" ]
                    "of a threshold",
                    counting
                        (CountPlan<int>(2, milliseconds 1000, "", (fun b -> b[0].Process), null))
                        (rule "A" [ step "o" a ]),
                    [ "A: 0 3" ]
                ]
            <| fun (_, plan, expected) ->
                let found =
                    runWith
                        (DetectionOptions(MaxPartialMatches = 2))
                        Array.empty
                        [ plan ]
                        [
                            event "a" 1 []
                            event "a" 2 [] |> inProcess 1
                            event "a" 3 [] |> inProcess 2
                            event "a" 4 []
                            event "b" 5 []
                            event "b" 6 [] |> inProcess 2
                        ]

                Expect.equal (cited found) expected "the latest of a process that has a place"
                Expect.isTrue (found.Outcomes[0].Evicted > 0L) "of another none"

            testCase "R41: what came too late is found in the middle too, under maxspan"
            <| fun () ->
                // The second match that waits for d began before the first one did.
                let plan =
                    (rule "A" [ step "o" a; sameProcess "c" b; step "d" (EventPattern "d") ])
                        .With(Overlap.All, Nullable(milliseconds 10), ImmutableArray.Empty)

                let found =
                    runWith
                        (DetectionOptions(MaxPartialMatchesOfKey = 2))
                        Array.empty
                        [ plan ]
                        [
                            event "a" 1 [] |> inProcess 1
                            event "a" 5 []
                            event "b" 6 []
                            event "b" 7 [] |> inProcess 1
                            event "a" 12 [] |> inProcess 2
                            event "b" 13 [] |> inProcess 2
                            event "d" 14 []
                        ]

                Expect.equal (cited found) [ "A: 1 2 6"; "A: 4 5 6" ] "the second is past, the others wait"
                Expect.equal found.Outcomes[0].Evicted 0L "nothing was evicted"

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
