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

let private cut (head: string) =
    Value.Truncated(TruncatedValue(ValueKind.Str, 90_000L, ImmutableArray.Empty, Value.Str head))

let private redacted = Value.Redacted(RedactedValue("secret", 5L, ""))

/// An x whose first argument ends in "k".
let private x =
    EventPattern("x").With("path", FieldPath.Of 0, TextPattern.EndsWith "k")

let private y = EventPattern "y"
let private processOf (view: EventView) = string view.Process
let private ofFirst (b: Bindings) = processOf b[0]

let private preceding (within: TimeSpan Nullable) (s: StepPlan) =
    s.WithNotPrecededBy(ImmutableArray.Create(PrecededPlan(x, byProcess, within)))

let private twice =
    CountPlan<int>(2, milliseconds 1000, "", (fun b -> b[0].Process), null)

let private guarded =
    rule "X" [ step "o" a; sameProcess "c" b |> unless x processOf ofFirst ]

/// Which finding is in doubt, why, and what is said of the rule.
let private said plan events =
    let result = complete [ plan ] (DetectionOptions()) [||] [||] events
    [ for f in result.Findings -> f.DoubtedBy ], result.Outcomes[0].Verdict

let private wasCut = "the path of x was cut when it was recorded"
let private wasRedacted = "the path of x was redacted when it was recorded"

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

            testTheory
                "R106: where a match too many may hide another, a rule that found nothing is unknown"
                [
                    "before the second of three",
                    rule
                        "X"
                        [
                            step "o" a
                            sameProcess "c" b |> unless x processOf ofFirst
                            sameProcess "d" (EventPattern "d")
                        ],
                    Verdict.Unknown
                    "before the last", guarded, Verdict.Clean
                    "under a threshold", counting twice guarded, Verdict.Unknown
                    "before the last, of a rule built on it",
                    findingsOf "Y" (counting twice guarded),
                    Verdict.Unknown
                ]
            <| fun (_, plan, expected) ->
                Expect.equal
                    (said plan [ event "a" 1 []; event "x" 2 [ cut "l" ] ])
                    ([], expected)
                    "no match is complete"

            testTheory
                "R106: an event that can drop nothing more says nothing of the rule"
                [
                    "the match went on", [ event "a" 1 []; event "b" 2 [] ], Verdict.Clean
                    "one went on, another waits",
                    [ event "a" 1 []; event "b" 2 []; event "a" 88 [] ],
                    Verdict.Unknown
                    "its window ended", [ event "a" 1 [] ], Verdict.Clean
                    "it was dropped", [ event "a" 80 []; event "x" 85 [ "k" ] ], Verdict.Clean
                    "it waits", [ event "a" 80 [] ], Verdict.Unknown
                ]
            <| fun (_, before, expected) ->
                let plan =
                    rule
                        "X"
                        [
                            step "o" a
                            sameProcess "c" b |> unless x processOf ofFirst |> within 50
                            sameProcess "d" (EventPattern "d")
                        ]

                for number in 1..2 do
                    let later = [ for i in 1..number -> event "x" (90 + i) [ cut "l" ] ]
                    Expect.equal (said plan (before @ later)) ([], expected) $"{number} such events"

            testTheory
                "R78: an item, or the text of joined items, is decided by what was kept before the cut"
                [
                    let joined = FieldPath.Joined 0
                    let evil = TextPattern.Contains "evil"
                    let list (items: Value list) = Value.List(Array.ofList items)

                    let cutList items =
                        Value.Truncated(TruncatedValue(ValueKind.List, 9L, ImmutableArray.Empty, list items))

                    "joined, whole", joined, evil, list [ "sh"; "id" ], (0, Verdict.Clean, "")

                    "joined, behind the cut",
                    joined,
                    evil,
                    list [ "sh"; "-c"; cut "curl " ],
                    (0, Verdict.Unknown, wasCut)

                    "joined, redacted",
                    joined,
                    evil,
                    list [ redacted; "id" ],
                    (0, Verdict.Unknown, wasRedacted)

                    "joined, the first is the reason",
                    joined,
                    evil,
                    list [ cut "s"; redacted ],
                    (0, Verdict.Unknown, wasCut)

                    "joined, before the cut", joined, evil, list [ "evil"; cut "x" ], (1, Verdict.Fired, "")

                    "joined, in what was kept of it",
                    joined,
                    evil,
                    list [ cut "evil" ],
                    (1, Verdict.Fired, "")

                    "joined, in a later item", joined, evil, list [ redacted; "evil" ], (1, Verdict.Fired, "")

                    "joined, another beginning",
                    joined,
                    TextPattern.StartsWith "bash ",
                    list [ "sh"; "-c"; cut "x" ],
                    (0, Verdict.Clean, "")

                    "joined, beginning in the cut item",
                    joined,
                    TextPattern.StartsWith "sh -c xy",
                    list [ "sh"; "-c"; cut "x" ],
                    (0, Verdict.Unknown, wasCut)

                    "joined, not, before the cut",
                    joined,
                    TextPattern.Not evil,
                    list [ "evil"; cut "x" ],
                    (0, Verdict.Clean, "")

                    "joined, a list that was cut",
                    joined,
                    evil,
                    cutList [ "sh" ],
                    (0, Verdict.Unknown, wasCut)

                    "item, whole", FieldPath.ItemOf(0, 1), evil, list [ "evil"; "x" ], (0, Verdict.Clean, "")

                    "item, of a list that ends before it",
                    FieldPath.ItemOf(0, 1),
                    evil,
                    list [ "evil" ],
                    (0, Verdict.Clean, "")

                    "item, kept",
                    FieldPath.ItemOf(0, 1),
                    evil,
                    cutList [ "x"; "evil" ],
                    (1, Verdict.Fired, "")

                    "item, another kept",
                    FieldPath.ItemOf(0, 1),
                    evil,
                    cutList [ "x"; "id" ],
                    (0, Verdict.Clean, "")

                    "item, gone",
                    FieldPath.ItemOf(0, 1),
                    evil,
                    cutList [ "evil" ],
                    (0, Verdict.Unknown, wasCut)

                    "item, of what was redacted",
                    FieldPath.ItemOf(0, 1),
                    evil,
                    redacted,
                    (0, Verdict.Unknown, wasRedacted)

                    "item, of a text that was cut",
                    FieldPath.ItemOf(0, 0),
                    evil,
                    cut "evil",
                    (0, Verdict.Clean, "")
                ]
            <| fun (_, path, pattern, argument, expected) ->
                let plan = rule "X" [ step "o" (EventPattern("x").With("path", path, pattern)) ]

                let result =
                    complete [ plan ] (DetectionOptions()) [||] [||] [ event "x" 1 [ argument ] ]

                let outcome = result.Outcomes[0]
                Expect.equal (result.Findings.Length, outcome.Verdict, outcome.Reason) expected "the verdict"

            testCase "R106: an unless drops nothing for certain by joined items of which one was cut"
            <| fun () ->
                let notEvil =
                    EventPattern("x")
                        .With("path", FieldPath.Joined 0, TextPattern.Not(TextPattern.Contains "evil"))

                let plan =
                    rule "X" [ step "o" a; sameProcess "c" b |> unless notEvil processOf ofFirst ]

                let around (item: Value) =
                    [ event "a" 1 []; event "x" 2 [ Value.List("sh", item) ]; event "b" 3 [] ]

                Expect.equal (said plan (around "id")) ([], Verdict.Clean) "a whole one drops"
                Expect.equal (said plan (around (cut "id"))) ([ wasCut ], Verdict.Unknown) "a cut one may not"

            testTheory
                "R106, R56: an event that was perhaps taken wrongly may hide what the next one would have found"
                [
                    let taking = sameProcess "c" b |> preceding (Nullable(milliseconds 10))
                    let isOk (step: int) (b: Bindings) = argument step 0 b = Value.Str "ok"

                    let suppressing (r: RulePlan) =
                        let reason = SuppressPlan("fine", Condition("...", isOk 1))
                        r.With(r.Overlap, r.MaxSpan, ImmutableArray.Create reason)

                    let all (r: RulePlan) =
                        r.With(Overlap.All, r.MaxSpan, r.Suppressions)

                    let two = rule "X" [ step "o" a; taking ]

                    let three =
                        rule
                            "X"
                            [
                                step "o" a
                                taking
                                sameProcess "d" (EventPattern "d") |> where (isOk 1 >> not)
                            ]

                    "a suppressed finding", suppressing two, [], Verdict.Unknown
                    "the same under All", all (suppressing two), [], Verdict.Unknown
                    "a step behind it", three, [ event "d" 31 [] ], Verdict.Unknown
                    "the same under All", all three, [ event "d" 31 [] ], Verdict.Unknown

                    "an absence",
                    two.WithAbsence(AbsencePlan(y, byProcess, milliseconds 10)),
                    [],
                    Verdict.Unknown
                ]
            <| fun (_, plan, behind, expected) ->
                let events argument =
                    [
                        event "a" 1 []
                        event "x" 2 [ argument ]
                        event "b" 3 [ "ok" ]
                        event "y" 4 []
                        event "b" 30 [ "bad" ]
                    ]
                    @ behind

                // What is suppressed does not count.
                let of' losses argument =
                    let outcome =
                        (complete [ plan ] (DetectionOptions()) losses [||] (events argument)).Outcomes[0]

                    outcome.Findings, outcome.Verdict

                Expect.equal (of' [||] "k") (1L, Verdict.Fired) "the event itself refuses"
                Expect.equal (of' [||] "l") (0L, Verdict.Clean) "another event does not"
                Expect.equal (of' [||] (cut "l")) (0L, expected) "one that was cut may"
                Expect.equal (of' [| lost [ "x", 1L ] 0L 0L |] "l") (0L, expected) "one that was lost may"

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
