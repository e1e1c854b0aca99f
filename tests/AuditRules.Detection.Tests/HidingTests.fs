/// What is said of a rule where an event that perhaps drops or refuses a match may hide a finding by that.
module AuditRules.Detection.Tests.HidingTests

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
open AuditRules.Detection.Tests.UndecidedTests

let private y = EventPattern "y"

[<Tests>]
let tests =
    testList
        "values that decide nothing, and what they may hide"
        [
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
        ]
