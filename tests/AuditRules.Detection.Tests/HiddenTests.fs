/// What is said where code read a value that was cut or redacted.
module AuditRules.Detection.Tests.HiddenTests

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

let private reads (items: FieldRead list) = ImmutableArray.CreateRange items

/// The first argument of the event of a step.
let private path step =
    reads [ FieldRead.ArgumentOf(step, 0, "path") ]

let private textOf (view: EventView) = string view[0].AsText

let private isK (view: EventView) = (textOf view).EndsWith('k')

let private code (test: EventView -> bool) name =
    EventPattern(name).With(EventTest("...", test).Reading(path 0), ImmutableArray.Empty)

let private whereOf steps (test: Bindings -> bool) (s: StepPlan) =
    s.WithCondition(
        Condition("...", test).Reading(reads [ for step in steps -> FieldRead.ArgumentOf(step, 0, "path") ])
    )

/// A key that is the first argument, of the first event and of the later one.
let private byPath =
    StepKey<string>(
        "o.Path = c.Path",
        ImmutableArray.Create "path",
        (fun bindings -> textOf bindings[0]),
        (fun view -> textOf view),
        EarlierReads = path 0,
        LaterReads = path 0
    )

let private later name pattern key =
    StepPlan(name, pattern, ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty)

let private dropping pattern (s: StepPlan) =
    StepPlan(s.Name, s.Pattern, s.Conditions, s.Key, s.Within, s.Unless.Add(UnlessPlan(pattern, byPath)))

let private outcome plan events =
    let result = complete [ plan ] (DetectionOptions()) [||] [||] events
    let outcome = result.Outcomes[0]
    outcome.Verdict, outcome.Reason

let private cutOf name =
    $"the path of {name} was cut when it was recorded"

let private redactedOf name =
    $"the path of {name} was redacted when it was recorded"

let private a' = EventPattern "a"
let private b' = EventPattern "b"

/// Of one rule what is said where the values are whole, and where one was not kept: the events, and whose value it was.
let private deciding =
    let together = (later "c" b' byPath).WithTogether()

    let twice (key: Bindings -> string) (distinct: Func<Bindings, objnull> | null) : ThresholdPlan =
        CountPlan<string>(2, milliseconds 100, "", Func<_, _> key, distinct, Reads = path 0)

    let counted threshold (r: RulePlan) =
        RulePlan(r.Info, r.Steps, threshold, r.Message, r.Examples)

    [
        "a where of the source", rule "X" [ step "o" (code isK "a") ], (fun v -> [ event "a" 1 [ v ] ]), "a"
        "a where of a step",
        rule "X" [ step "o" a' |> whereOf [ 0 ] (fun b -> isK b[0]) ],
        (fun v -> [ event "a" 1 [ v ] ]),
        "a"
        "a where over an earlier event",
        rule
            "X"
            [
                step "o" a'
                sameProcess "c" b' |> whereOf [ 0; 1 ] (fun b -> isK b[0] && isK b[1])
            ],
        (fun v -> [ event "a" 1 [ v ]; event "b" 2 [ "k" ] ]),
        "a"
        "the key of the event that comes",
        rule "X" [ step "o" a'; later "c" b' byPath ],
        (fun v -> [ event "a" 1 [ "1" ]; event "b" 2 [ v ] ]),
        "b"
        "the key of the event that waits",
        rule "X" [ step "o" a'; later "c" b' byPath ],
        (fun v -> [ event "a" 1 [ v ]; event "b" 2 [ "1" ] ]),
        "a"
        "the key of a group",
        rule "X" [ step "o" a'; together ],
        (fun v -> [ event "a" 1 [ "1" ]; event "b" 2 [ v ] ]),
        "b"
        "the key that the first step of a group is asked for",
        rule "X" [ step "o" a'; together ],
        (fun v -> [ event "b" 1 [ "1" ]; event "a" 2 [ v ] ]),
        "a"
        "the key of a threshold",
        rule "X" [ step "o" a' ] |> counted (twice (fun b -> textOf b[0]) null),
        (fun v -> [ event "a" 1 [ v ]; event "a" 2 [ "1" ] ]),
        "a"
        "the value of a threshold",
        rule "X" [ step "o" a' ]
        |> counted (twice (fun _ -> "") (Func<_, _>(fun b -> box (argument 0 0 b)))),
        (fun v -> [ event "a" 1 [ v ]; event "a" 2 [ v ] ]),
        "a"
        "a suppress that holds",
        (rule "X" [ step "o" a' ])
            .With(
                Overlap.Latest,
                Nullable(),
                ImmutableArray.Create(
                    SuppressPlan("ours", Condition("...", (fun b -> not (isK b[0]))).Reading(path 0))
                )
            ),
        (fun v -> [ event "a" 1 [ v ] ]),
        "a"
        "what unless compares with",
        rule "X" [ step "o" a'; sameProcess "c" b' |> dropping (EventPattern "x") ],
        (fun v -> [ event "a" 1 [ v ]; event "x" 2 [ string v.AsText ]; event "b" 3 [] ]),
        "a"
    ]

[<Tests>]
let tests =
    testList
        "code that reads what was not kept"
        [
            testTheory
                "R78: a rule that found nothing is unknown where code read what was cut or redacted"
                deciding
            <| fun (_, plan, events, name) ->
                Expect.equal (outcome plan (events (Value.Str "l"))) (Verdict.Clean, "") "whole"
                Expect.equal (outcome plan (events (cut "l"))) (Verdict.Unknown, cutOf name) "cut"

                if name = "a" then
                    Expect.equal
                        (outcome plan (events redacted))
                        (Verdict.Unknown, redactedOf name)
                        "redacted"

            testTheory
                "R78: it stays clean where nothing was asked for"
                [
                    "another field", rule "X" [ step "o" (code isK "a") ], [ event "a" 1 [ "l"; redacted ] ]
                    "another event", rule "X" [ step "o" (code isK "a") ], [ event "z" 1 [ redacted ] ]
                    "a step that nothing waits for",
                    rule "X" [ step "o" a'; later "c" b' byPath ],
                    [ event "b" 1 [ redacted ] ]
                    "a pattern decides it",
                    rule
                        "X"
                        [
                            step "o" ((code isK "a").With("mode", FieldPath.Of 1, TextPattern.EqualTo "w"))
                        ],
                    [ event "a" 1 [ redacted; "r" ] ]
                    "code before it that reads nothing of it",
                    rule
                        "X"
                        [
                            step
                                "o"
                                (EventPattern("a")
                                    .With(EventTest("...", (fun _ -> false)), ImmutableArray.Empty)
                                    .With(EventTest("...", isK).Reading(path 0), ImmutableArray.Empty))
                        ],
                    [ event "a" 1 [ redacted ] ]
                    "of a plan that does not say what its code reads",
                    rule "X" [ step "o" a' |> where (fun b -> isK b[0]) ],
                    [ event "a" 1 [ redacted ] ]
                ]
            <| fun (_, plan, events) -> Expect.equal (outcome plan events) (Verdict.Clean, "") "clean"

            testTheory
                "R78, R106: of a key that is gone nothing waits, and the rule is unknown all the same"
                [ [ "a"; "b" ], true; [ "a" ], false; [ "a"; "b"; "x"; "c" ], true ]
            <| fun (names, unknown) ->
                let key =
                    StepKey<string | null>(
                        "...",
                        ImmutableArray.Create "path",
                        (fun b -> b[0].[0].AsText),
                        (fun v -> v[0].AsText),
                        EarlierReads = path 0,
                        LaterReads = path 0
                    )

                let gone = Value.Redacted(RedactedValue("secret", 5L, ""))

                let value name =
                    if name = "a" then gone else Value.Str "1"

                let plan =
                    rule
                        "X"
                        [
                            step "o" a'
                            StepPlan("c", b', ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty)
                            sameProcess "d" (EventPattern "c")
                        ]

                Expect.equal
                    (outcome plan [ for i, name in List.indexed names -> event name i [ value name ] ])
                    (if unknown then
                         Verdict.Unknown, redactedOf "a"
                     else
                         Verdict.Clean, "")
                    "said"

            testCase "R78: what was kept fires, and what is within lists, maps and objects counts"
            <| fun () ->
                let plan = rule "X" [ step "o" (code isK "a") ]
                Expect.equal (fst (outcome plan [ event "a" 1 [ cut "k" ] ])) Verdict.Fired "what was kept"

                let within: Value list =
                    [
                        Value.List(Value.Str "x", redacted)
                        Value.Map(Collections.Generic.KeyValuePair(Value.Str "TOKEN", redacted))
                        Value.Object(
                            ObjectValue(
                                "app.Login",
                                1L,
                                ImmutableArray.Create(Collections.Generic.KeyValuePair("user", redacted))
                            )
                        )
                    ]

                for value in within do
                    Expect.equal
                        (outcome plan [ event "a" 1 [ value ] ])
                        (Verdict.Unknown, redactedOf "a")
                        $"{value.Kind}"

            testCase "R110: an event that was handed on may have been read in any argument"
            <| fun () ->
                let handed =
                    EventPattern("open")
                        .With(
                            EventTest("...", (fun _ -> false)).Reading(reads [ FieldRead.EventOf 0 ]),
                            ImmutableArray.Empty
                        )

                Expect.equal
                    (outcome (rule "X" [ step "o" handed ]) [ event "open" 1 [ "x"; redacted ] ])
                    (Verdict.Unknown, "the mode of open was redacted when it was recorded")
                    "by its name"

            testTheory
                "R106: code that read what was not kept drops and refuses nothing for certain"
                [
                    "where of an unless",
                    rule
                        "X"
                        [
                            step "o" a'
                            sameProcess "c" b'
                            |> unless (code isK "x") (fun v -> string v.Process) (fun b ->
                                string b[0].Process)
                        ],
                    (fun v -> [ event "a" 1 [ "k" ]; event "x" 2 [ v ]; event "b" 3 [] ])
                    "the key of an unless",
                    rule "X" [ step "o" a'; sameProcess "c" b' |> dropping (EventPattern "x") ],
                    (fun v -> [ event "a" 1 [ "k" ]; event "x" 2 [ v ]; event "b" 3 [] ])
                    "the key of a notFollowedBy",
                    (rule "X" [ step "o" a' ])
                        .WithAbsence(AbsencePlan(EventPattern "x", byPath, milliseconds 10)),
                    (fun v -> [ event "a" 1 [ "k" ]; event "x" 2 [ v ] ])
                    "the key of a notPrecededBy",
                    rule
                        "X"
                        [
                            (step "o" a')
                                .WithNotPrecededBy(
                                    ImmutableArray.Create(PrecededPlan(EventPattern "x", byPath, Nullable()))
                                )
                        ],
                    (fun v -> [ event "x" 1 [ v ]; event "a" 2 [ "k" ] ])
                ]
            <| fun (_, plan, events) ->
                let said v =
                    let result = complete [ plan ] (DetectionOptions()) [||] [||] (events v)
                    [ for f in result.Findings -> f.DoubtedBy ], result.Outcomes[0].Verdict

                Expect.equal (said (Value.Str "k")) ([], Verdict.Clean) "whole: it drops"
                Expect.equal (said (cut "k")) ([ cutOf "x" ], Verdict.Unknown) "cut: in doubt"
        ]
