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

let private ending name =
    until (EventPattern name) everyKey everyKey

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
                "R55: an event of unless or until that went unseen puts no finding in doubt"
                [
                    "unless", guarded
                    "until", rule "X" [ step "o" a; sameProcess "c" b |> ending "x" ]
                    "unless before a run",
                    rule "X" [ step "o" a; (step "c" b |> dropping "x").WithRuns(2, Nullable()) ]
                    "until over an absence",
                    (rule "X" [ step "o" a |> ending "x" ])
                        .WithAbsence(AbsencePlan(EventPattern "y", byProcess, milliseconds 5))
                    "unless under a threshold",
                    counting (CountPlan<int>(2, milliseconds 1000, "", (fun b -> b[0].Process), null)) guarded
                ]
            <| fun (_, plan) ->
                let events =
                    [
                        event "a" 2 []
                        event "b" 3 []
                        event "b" 4 []
                        event "a" 5 []
                        event "b" 6 []
                        event "z" 50 []
                    ]

                for options, losses in
                    [
                        filtering "x", [||]
                        DetectionOptions(), [| lost [ "x", 1L ] 0L 0L |]
                        DetectionOptions(), [| lost [ "x", 1L ] 2L 6L |]
                    ] do
                    let result = complete [ plan ] options losses [||] events
                    Expect.equal (List.distinct (fst (doubts result))) [ "" ] "findings, each certain"
                    Expect.equal (snd (doubts result)) Verdict.Fired "the rule"

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

            testCase "R56: under a threshold it can use up the count of a finding that is then suppressed"
            <| fun () ->
                // What is found over the first event is suppressed.
                let plan =
                    (counting
                        (CountPlan<int>(2, milliseconds 1000, "", (fun b -> b[0].Process), null))
                        (rule "X" [ step "o" a; sameProcess "c" b |> dropping "x" ]))
                        .With(
                            Overlap.Latest,
                            Nullable(),
                            ImmutableArray.Create(
                                SuppressPlan(
                                    "known",
                                    Condition("...", (fun b -> (argument 0 0 b).AsText = "1"))
                                )
                            )
                        )

                let seen options drop =
                    complete
                        [ plan ]
                        options
                        [||]
                        [||]
                        [
                            event "a" 1 [ "0" ]
                            if drop then
                                event "x" 2 []
                            event "b" 3 []
                            event "a" 4 [ "1" ]
                            event "b" 5 []
                            event "a" 6 [ "2" ]
                            event "b" 7 []
                        ]

                let counting (result: DetectionResult) =
                    [ for f in result.Findings -> f.State ], result.Outcomes[0].Verdict

                Expect.equal
                    (counting (seen (DetectionOptions()) true))
                    ([ FindingState.New ], Verdict.Fired)
                    "it drops the first match"

                Expect.equal
                    (counting (seen (filtering "x") false))
                    ([ FindingState.Suppressed ], Verdict.Unknown)
                    "unseen, the first match takes one of the count"

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
                    "a threshold",
                    counting (CountPlan<int>(2, milliseconds 1000, "", (fun b -> b[0].Process), null)) guarded,
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
