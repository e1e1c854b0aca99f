/// What is said where an event of unless, until or notPrecededBy may have gone unseen.
module AuditRules.Detection.Tests.UnseenTests

open System
open System.Collections.Immutable
open Expecto
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.AbsenceTests

let private filtering name =
    DetectionOptions(WhyBlind = (fun p -> if p.EventName = name then "filtered" else null))

let private everyKey (_: 'A) = "k"

let private dropping name =
    unless (EventPattern name) everyKey everyKey

/// An a and a b of its process, and no x between.
let private guarded = rule "X" [ step "o" a; sameProcess "c" b |> dropping "x" ]

/// The events of the first of three steps are told apart by the third alone; x drops what waits for the second.
let private hidden =
    let ofFirst (b: Bindings) =
        (argument 0 0 b).AsText = (argument 2 0 b).AsText

    rule
        "X"
        [
            step "o" a
            step "c" b |> dropping "x"
            step "d" (EventPattern "d") |> where ofFirst
        ]

[<Tests>]
let tests =
    testList
        "events of unless that went unseen"
        [
            testTheory
                "R55: a loss that may have taken an event of unless puts a finding in doubt"
                [
                    lost [] 0L 0L, true
                    lost [ "x", 1L ] 5L 6L, true
                    lost [ "x", 1L ] 0L 2L, true
                    lost [ "x", 1L ] 0L 1L, false
                    lost [ "x", 1L ] 9L 9L, true
                    lost [ "x", 1L ] 10L 11L, false
                    lost [ "z", 1L ] 5L 6L, false
                ]
            <| fun (loss, isDoubted) ->
                let result =
                    complete
                        [ guarded ]
                        (DetectionOptions())
                        [| loss |]
                        [| RecordingGap(0L, "a program was perhaps not recorded") |]
                        [ event "a" 2 []; event "b" 10 [] ]

                let expected =
                    if isDoubted then
                        [ "events were lost (disk-full)" ], Verdict.Unknown
                    else
                        [ "" ], Verdict.Fired

                Expect.equal (doubts result) expected "the finding and the rule"

            testCase "R55: so does a filter, and until for all that waited under it"
            <| fun () ->
                Expect.equal
                    (doubts (
                        complete [ guarded ] (filtering "x") [||] [||] [ event "a" 2 []; event "b" 10 [] ]
                    ))
                    ([ "the recording could not contain x: filtered" ], Verdict.Unknown)
                    "filtered"

                let ending =
                    rule
                        "X"
                        [
                            step "o" a
                            step "c" b |> until (EventPattern "x") everyKey everyKey
                            step "d" (EventPattern "d")
                        ]

                let at time =
                    complete
                        [ ending ]
                        (DetectionOptions())
                        [| lost [ "x", 1L ] time time |]
                        [||]
                        [ event "a" 2 []; event "b" 10 []; event "d" 20 [] ]
                    |> doubts
                    |> snd

                Expect.equal
                    [ for time in [ 1L; 5L; 15L; 20L ] -> at time ]
                    [ Verdict.Fired; Verdict.Unknown; Verdict.Unknown; Verdict.Fired ]
                    "from the first step to the last"

            testCase "R55: a run rests on it from its first event to its last"
            <| fun () ->
                let run =
                    rule "X" [ step "o" a; (step "f" b |> dropping "x").WithRuns(3, Nullable()) ]

                let at time =
                    complete
                        [ run ]
                        (DetectionOptions())
                        [| lost [ "x", 1L ] time time |]
                        [||]
                        [ event "a" 2 []; event "b" 10 []; event "b" 20 []; event "b" 30 [] ]
                    |> doubts
                    |> snd

                Expect.equal
                    [ for time in [ 1L; 5L; 15L; 25L; 30L ] -> at time ]
                    [
                        Verdict.Fired
                        Verdict.Unknown
                        Verdict.Unknown
                        Verdict.Unknown
                        Verdict.Fired
                    ]
                    "all of the run"

            testCase "R56: an event of unless that went unseen can hide a finding"
            <| fun () ->
                let seen drop =
                    complete
                        [ hidden ]
                        (DetectionOptions())
                        [||]
                        [||]
                        [
                            event "a" 1 [ "1" ]
                            event "b" 2 []
                            event "a" 3 [ "2" ]
                            if drop then
                                event "x" 4 []
                            event "b" 5 []
                            event "d" 6 [ "1" ]
                        ]
                    |> cited

                Expect.equal (seen true) [ "X: 0 1 5" ] "it drops the second a"
                Expect.equal (seen false) [] "unseen, the second a takes the place of the first"

            testTheory
                "R56: where it can, a rule that found nothing is unknown, and elsewhere clean"
                [
                    "three steps", hidden, Verdict.Unknown
                    "two steps", guarded, Verdict.Clean
                    "three steps, unless before the last",
                    rule "X" [ step "o" a; step "c" b; step "d" (EventPattern "d") |> dropping "x" ],
                    Verdict.Clean
                    "three steps, all kept",
                    hidden.With(Overlap.All, Nullable(), ImmutableArray.Empty),
                    Verdict.Clean
                    "a fold",
                    (let plan =
                        FoldPlan<int>(
                            box 0,
                            TimeSpan.FromSeconds 1.0,
                            "",
                            (fun _ -> 0),
                            (fun state _ -> state),
                            ImmutableArray.Create(Condition("...", (fun _ -> false)))
                        )

                     RulePlan(guarded.Info, guarded.Steps, plan, null, ImmutableArray.Empty)),
                    Verdict.Unknown
                    "a rule of one step on one with unless", findingsOf "Y" guarded, Verdict.Clean
                    "a rule of two steps on one with unless",
                    rule "Y" [ step "f" (EventPattern.OfFindings guarded); step "c" b ],
                    Verdict.Unknown
                    "notPrecededBy before the last step",
                    RulePlan(
                        unprepared.Info,
                        ImmutableArray.Create<StepPlan>(
                            (step "o" a)
                                .WithNotPrecededBy(
                                    ImmutableArray.Create(
                                        PrecededPlan(EventPattern "x", byProcess, Nullable())
                                    )
                                ),
                            step "c" b
                        ),
                        null,
                        null,
                        ImmutableArray.Empty
                    ),
                    Verdict.Unknown
                ]
            <| fun (_, plan, expected) ->
                let nothing = [ event "z" 1 [] ]
                let filtered = complete [ plan ] (filtering "x") [||] [||] nothing

                let lost =
                    complete [ plan ] (DetectionOptions()) [| lost [ "x", 1L ] 0L 0L |] [||] nothing

                Expect.equal
                    (filtered.Outcomes[0].Verdict, lost.Outcomes[0].Verdict)
                    (expected, expected)
                    "filtered, lost"

                if expected = Verdict.Unknown then
                    Expect.equal
                        filtered.Outcomes[0].Reason
                        "the recording could not contain x, and a match too many may hide another: filtered"
                        "why"
        ]
