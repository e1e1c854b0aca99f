module AuditRules.Detection.Tests.AbsenceTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open Expecto
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some

let a = EventPattern "a"
let b = EventPattern "b"

let byProcess: StepKey =
    StepKey<int>("process", ImmutableArray.Create "process", (fun b -> b[0].Process), _.Process)

/// An a that no b of its process follows in 10 ms.
let private alone =
    (rule "X" [ step "o" a ]).WithAbsence(AbsencePlan(b, byProcess, milliseconds 10))

/// An a that no b of its process precedes by 10 ms.
let unprepared =
    rule
        "X"
        [
            (step "o" a)
                .WithNotPrecededBy(
                    ImmutableArray.Create(PrecededPlan(b, byProcess, Nullable(milliseconds 10)))
                )
        ]

let private millisecond = 1_000_000L

let lost (names: (string * int64) list) from until =
    LossRecord(
        -1,
        "disk-full",
        1L,
        from * millisecond,
        until * millisecond,
        ImmutableArray.CreateRange [ for name, count in names -> KeyValuePair(name, count) ]
    )

let complete (plans: RulePlan list) options losses gaps events =
    let engine = DetectionEngine(plans, options)
    engine.Process(MemoryFrame(numbered events))
    engine.Complete(losses, gaps)

/// Why each finding is in doubt, and what is said of the rule.
let doubts (result: DetectionResult) =
    [ for f in result.Findings -> f.DoubtedBy ], result.Outcomes[0].Verdict

let findingsOf id (below: RulePlan) =
    rule id [ step "f" (EventPattern.OfFindings below) ]

[<Tests>]
let tests =
    testList
        "absence, and rules on rules"
        [
            testTheory
                "R50: a window ends before the first event that is later"
                [
                    [ event "a" 1 [] ], [ "X: 0" ]
                    [ event "a" 1 []; event "b" 11 [] ], []
                    [ event "a" 1 []; event "b" 12 [] ], [ "X: 0" ]
                    [ event "a" 1 []; event "b" 2 [] |> inProcess 1 ], [ "X: 0" ]
                    [ event "b" 1 []; event "a" 1 [] ], [ "X: 1" ]
                    [ event "a" 1 []; event "a" 2 []; event "b" 12 [] ], [ "X: 0" ]
                ]
            <| fun (events, expected) -> Expect.equal (cited (run [ alone ] events)) expected "findings"

            testCase "R19: the finding of an absence stands where its window ends"
            <| fun () ->
                let seen = rule "Y" [ step "o" (EventPattern "c") ]

                let found =
                    run [ alone; seen ] [ event "a" 1 []; event "c" 11 []; event "c" 12 []; event "a" 20 [] ]

                Expect.equal (cited found) [ "Y: 1"; "X: 0"; "Y: 2"; "X: 3" ] "in the order of time"

            testTheory
                "R52: a loss that may have taken the event and touches the window puts a finding in doubt"
                [
                    lost [] 0L 0L, true
                    lost [ "b", 1L ] 5L 6L, true
                    lost [ "c", 1L ] 5L 6L, false
                    lost [ "b", 1L ] 12L 20L, false
                    lost [ "b", 1L ] 11L 20L, true
                    lost [ "b", 1L ] 20L 0L, false
                ]
            <| fun (loss, isDoubted) ->
                let result =
                    complete
                        [ alone ]
                        (DetectionOptions())
                        [| loss |]
                        [||]
                        [ event "a" 1 []; event "z" 30 [] ]

                let expected =
                    if isDoubted then
                        [ "events were lost (disk-full)" ], Verdict.Unknown
                    else
                        [ "" ], Verdict.Fired

                Expect.equal (doubts result) expected "the finding and the rule"

                Expect.equal
                    (result.Outcomes[0].Findings, result.Outcomes[0].Undecided)
                    (if isDoubted then 0L, 1L else 1L, 0L)
                    "what counts"

            testCase "R52: what reaches to where the recording may not hold everything is in doubt"
            <| fun () ->
                let at time =
                    complete
                        [ alone ]
                        (DetectionOptions())
                        [||]
                        [| RecordingGap(time * millisecond, "the trace was not closed") |]
                        [ event "a" 1 [] ]
                    |> doubts

                Expect.equal (at 11L) ([ "the trace was not closed" ], Verdict.Unknown) "at the window's end"
                Expect.equal (at 12L) ([ "" ], Verdict.Fired) "behind it"

            testCase "R52: an event that was filtered out proves nothing by being absent"
            <| fun () ->
                let options =
                    DetectionOptions(WhyBlind = (fun p -> if p.EventName = "b" then "filtered" else null))

                let result = complete [ alone ] options [||] [||] [ event "a" 1 [] ]

                Expect.equal
                    (doubts result)
                    ([ "the recording could not contain b: filtered" ], Verdict.Unknown)
                    "of a finding"

                Expect.equal
                    (complete [ alone ] options [||] [||] [ event "c" 1 [] ]).Outcomes[0].Verdict
                    Verdict.Clean
                    "and where nothing was found nothing is in doubt"

            testCase "R52, R53: an event that may have come before puts a finding in doubt"
            <| fun () ->
                let result time =
                    complete
                        [ unprepared ]
                        (DetectionOptions())
                        [| lost [ "b", 1L ] 0L time |]
                        [||]
                        [ event "a" 20 [] ]
                    |> doubts

                Expect.equal (result 9L) ([ "" ], Verdict.Fired) "too long before"
                Expect.equal (fst (result 10L)) [ "events were lost (disk-full)" ] "within the time"

            testTheory
                "R53: an event precedes that came at most so long before"
                [
                    [ event "b" 1 []; event "a" 11 [] ], []
                    [ event "b" 1 []; event "a" 12 [] ], [ "X: 1" ]
                    [ event "b" 5 []; event "a" 5 [] ], []
                    [ event "a" 5 []; event "b" 5 [] ], [ "X: 0" ]
                ]
            <| fun (events, expected) -> Expect.equal (cited (run [ unprepared ] events)) expected "findings"

            testCase "R61: a finding is seen behind the event that completed it"
            <| fun () ->
                let seen = rule "S" [ step "o" a ]

                let both =
                    rule
                        "X"
                        [
                            step "o" a
                            StepPlan(
                                "f",
                                EventPattern.OfFindings seen,
                                ImmutableArray.Empty,
                                null,
                                Nullable(),
                                ImmutableArray.Empty
                            )
                        ]

                Expect.equal
                    (cited (run [ both ] [ event "a" 1 []; event "a" 2 [] ]))
                    [ "X: 0 0"; "X: 1 1" ]
                    "it takes the step that the event itself began"

            testCase "R47, R61: in a group a finding comes behind the event that completed it"
            <| fun () ->
                let seen = rule "S" [ step "o" a ]

                let key: StepKey =
                    StepKey<int>(
                        "process",
                        ImmutableArray.Create "process",
                        (fun b -> b[0].Process),
                        _.Process
                    )

                let group =
                    rule
                        "X"
                        [
                            step "f" (EventPattern.OfFindings seen)
                            StepPlan("o", a, ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty)
                                .WithTogether()
                        ]

                let found =
                    run
                        [
                            group.WithAbsence(AbsencePlan(EventPattern.OfFindings seen, key, milliseconds 5))
                        ]
                        [ event "a" 1 [] ]

                Expect.equal (cited found) [ "X: 0 0" ] "so that it is the last of them, and follows nothing"

            testCase "R60: a program cannot raise a finding"
            <| fun () ->
                let below = rule "S" [ step "o" a ]
                let events = [ event "findings of S" 1 [ "S"; "m" ] ]
                Expect.equal (cited (run [ findingsOf "X" below ] events)) [] "whatever it calls its event"

            testCase "R62: what is suppressed is not seen, what is in doubt passes its doubt on"
            <| fun () ->
                let suppressed =
                    (rule "S" [ step "o" a ])
                        .With(
                            Overlap.Latest,
                            Nullable(),
                            ImmutableArray.Create(SuppressPlan("known", Condition("...", (fun _ -> true))))
                        )

                Expect.equal (cited (run [ findingsOf "X" suppressed ] [ event "a" 1 [] ])) [] "suppressed"

                let result =
                    complete
                        [ findingsOf "Y" alone ]
                        (DetectionOptions())
                        [| lost [] 0L 0L |]
                        [||]
                        [ event "a" 1 [] ]

                Expect.equal (doubts result) ([ "events were lost (disk-full)" ], Verdict.Unknown) "in doubt"

            testTheory
                "R62: what a group, a later step or a threshold is built on passes its doubt on"
                [
                    "first of a group",
                    rule
                        "Y"
                        [
                            step "f" (EventPattern.OfFindings alone)
                            (sameProcess "c" (EventPattern "c")).WithTogether()
                        ]
                    "second of a group",
                    rule
                        "Y"
                        [
                            step "c" (EventPattern "c")
                            (sameProcess "f" (EventPattern.OfFindings alone)).WithTogether()
                        ]
                    "later step",
                    rule "Y" [ step "c" (EventPattern "c"); sameProcess "f" (EventPattern.OfFindings alone) ]
                    "threshold",
                    counting
                        (CountPlan<int>(1, milliseconds 1000, "", (fun b -> b[0].Process), null))
                        (findingsOf "Y" alone)
                ]
            <| fun (_, plan) ->
                // No b follows the a in the recording, which may have lost one; it holds whatever else it names.
                let result =
                    complete
                        [ plan ]
                        (DetectionOptions())
                        [| lost [ "b", 1L ] 0L 0L |]
                        [||]
                        [ event "a" 1 []; event "c" 2 []; event "z" 50 [] ]

                Expect.equal (doubts result) ([ "events were lost (disk-full)" ], Verdict.Unknown) "in doubt"

            testCase "R64: a rule that is built on one that failed or is blind has failed or is blind"
            <| fun () ->
                let failing = rule "S" [ step "o" a |> where (fun _ -> failwith "no") ]
                let result = run [ findingsOf "X" failing ] [ event "a" 1 [] ]

                Expect.equal
                    [ for o in result.Outcomes -> o.Rule.Id, o.Verdict, o.Reason ]
                    [ "X", Verdict.Failed, "built on S, which failed: Exception: no" ]
                    "failed; the rule below is not reported"

                let options =
                    DetectionOptions(WhyBlind = (fun p -> if p.EventName = "a" then "filtered" else null))

                let blind =
                    complete [ findingsOf "X" (rule "S" [ step "o" a ]) ] options [||] [||] [ event "b" 1 [] ]

                Expect.equal blind.Outcomes[0].Verdict Verdict.Blind "blind"

            testCase "a plan that cannot be run is refused"
            <| fun () ->
                let plan =
                    rule "X" [ step "o" a; sameProcess "c" b; (sameProcess "d" b).WithTogether() ]

                let message =
                    try
                        DetectionEngine [ plan ] |> ignore
                        ""
                    with :? ArgumentException as e ->
                        e.Message

                Expect.stringContains
                    message
                    "rule X has a step of a group that is not at its beginning"
                    "why"
        ]
