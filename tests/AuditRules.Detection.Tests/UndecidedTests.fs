/// What is said where a value was cut or redacted that decides whether an event drops or refuses a match.
module AuditRules.Detection.Tests.UndecidedTests

open System
open System.Collections.Immutable
open Expecto
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.AbsenceTests

/// An x whose first argument ends in "k".
let x = EventPattern("x").With("path", FieldPath.Of 0, TextPattern.EndsWith "k")

let processOf (view: EventView) = string view.Process
let ofFirst (b: Bindings) = processOf b[0]

let preceding (within: TimeSpan Nullable) (s: StepPlan) =
    s.WithNotPrecededBy(ImmutableArray.Create(PrecededPlan(x, byProcess, within)))

let twice = CountPlan<int>(2, milliseconds 1000, "", (fun b -> b[0].Process), null)

let guarded =
    rule "X" [ step "o" a; sameProcess "c" b |> unless x processOf ofFirst ]

/// Which finding is in doubt, why, and what is said of the rule.
let said plan events =
    let result = complete [ plan ] (DetectionOptions()) [||] [||] events
    [ for f in result.Findings -> f.DoubtedBy ], result.Outcomes[0].Verdict

let wasCut = "the path of x was cut when it was recorded"
let wasRedacted = "the path of x was redacted when it was recorded"

[<Tests>]
let tests =
    testList
        "values that decide nothing, in what drops and refuses"
        [
            testTheory
                "R106: what an event perhaps drops or refuses goes on, in doubt"
                [
                    "unless", guarded, [ event "a" 1 [] ], [ event "b" 3 [] ]
                    "until",
                    rule
                        "X"
                        [
                            step "o" a
                            sameProcess "c" b |> until x processOf ofFirst
                            sameProcess "d" b
                        ],
                    [ event "a" 1 []; event "b" 1 [] ],
                    [ event "b" 3 [] ]
                    "notFollowedBy",
                    (rule "X" [ step "o" a ]).WithAbsence(AbsencePlan(x, byProcess, milliseconds 10)),
                    [ event "a" 1 [] ],
                    []
                    "notPrecededBy",
                    rule "X" [ step "o" a |> preceding (Nullable(milliseconds 10)) ],
                    [],
                    [ event "a" 12 [] ]
                    "unless under a threshold",
                    counting twice guarded,
                    [ event "a" 1 [] ],
                    [ event "b" 3 []; event "a" 4 []; event "b" 5 [] ]
                    "unless before a run that has begun",
                    rule
                        "X"
                        [
                            step "o" a
                            (sameProcess "c" b |> unless x processOf ofFirst).WithRuns(2, Nullable())
                        ],
                    [ event "a" 1 []; event "b" 1 [] ],
                    [ event "b" 3 [] ]
                ]
            <| fun (_, plan, before, behind) ->
                let around argument =
                    before @ [ event "x" 2 [ argument ] ] @ behind

                Expect.equal (said plan (around (Value.Str "k"))) ([], Verdict.Clean) "the event itself"
                Expect.equal (said plan (around (Value.Str "l"))) ([ "" ], Verdict.Fired) "another event"

                for argument, why in [ cut "l", wasCut; cut "k", wasCut; redacted, wasRedacted ] do
                    Expect.equal
                        (said plan (around argument))
                        ([ why ], Verdict.Unknown)
                        $"{argument.Kind}: in doubt"

                // Of another process.
                let other = before @ [ event "x" 2 [ redacted ] |> inProcess 1 ] @ behind
                Expect.equal (said plan other) ([ "" ], Verdict.Fired) "of another key"

            testTheory
                "R106: what comes before, behind or outside the window puts nothing in doubt"
                [
                    "before the match", guarded, [ event "x" 1 [ redacted ]; event "a" 2 []; event "b" 3 [] ]
                    "behind it", guarded, [ event "a" 2 []; event "b" 3 []; event "x" 4 [ redacted ] ]
                    "behind the window",
                    (rule "X" [ step "o" a ]).WithAbsence(AbsencePlan(x, byProcess, milliseconds 10)),
                    [ event "a" 1 []; event "x" 12 [ redacted ] ]
                    "before the window",
                    rule "X" [ step "o" a |> preceding (Nullable(milliseconds 10)) ],
                    [ event "x" 1 [ redacted ]; event "a" 12 [] ]
                    "for another condition decides it",
                    rule
                        "X"
                        [
                            step "o" a
                            sameProcess "c" b
                            |> unless
                                (x.With("mode", FieldPath.Of 1, TextPattern.EqualTo "w"))
                                processOf
                                ofFirst
                        ],
                    [ event "a" 1 []; event "x" 2 [ redacted; "r" ]; event "b" 3 [] ]
                    "for its code decides it",
                    rule
                        "X"
                        [
                            step "o" a
                            sameProcess "c" b
                            |> unless
                                (x.With(EventTest("...", (fun _ -> false)), ImmutableArray.Empty))
                                processOf
                                ofFirst
                        ],
                    [ event "a" 1 []; event "x" 2 [ cut "k" ]; event "b" 3 [] ]
                ]
            <| fun (_, plan, events) -> Expect.equal (said plan events) ([ "" ], Verdict.Fired) "certain"

            testCase "R106: a certain finding stands beside one in doubt"
            <| fun () ->
                Expect.equal
                    (said
                        guarded
                        [
                            event "a" 1 []
                            event "x" 2 [ cut "l" ]
                            event "b" 3 []
                            event "a" 4 []
                            event "b" 5 []
                        ])
                    ([ wasCut; "" ], Verdict.Fired)
                    "of the second match"

            testCase "R106: the code of an unless is not run where the patterns say no"
            <| fun () ->
                let throws = EventTest("...", (fun _ -> failwith "no"))

                let plan =
                    rule
                        "X"
                        [
                            step "o" a
                            sameProcess "c" b
                            |> unless (x.With(throws, ImmutableArray.Empty)) processOf ofFirst
                        ]

                Expect.equal
                    (said plan [ event "a" 1 []; event "x" 2 [ cut "l" ]; event "b" 3 [] ])
                    ([ wasCut ], Verdict.Unknown)
                    "it counts on them"

            testCase "R106: the first of several such events is the reason"
            <| fun () ->
                let field name =
                    EventPattern("x").With(name, FieldPath.Of 0, TextPattern.EndsWith "k")

                let plan =
                    rule
                        "X"
                        [
                            step "o" a
                            sameProcess "c" b
                            |> unless x processOf ofFirst
                            |> until (field "name") processOf ofFirst
                        ]

                Expect.equal
                    (said
                        plan
                        [
                            event "a" 1 []
                            yield! [ for i in 2..6 -> event "x" i [ cut "l" ] ]
                            event "b" 7 []
                        ])
                    ([ wasCut ], Verdict.Unknown)
                    "one doubt of five events and two clauses"
        ]
