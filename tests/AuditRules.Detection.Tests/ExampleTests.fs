module AuditRules.Detection.Tests.ExampleTests

open System
open System.Collections.Immutable
open Expecto
open AuditRules.Events
open AuditRules.Detection.Examples
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some

let private bare (name: string) = AuditEvent(name, ImmutableArray.Empty)

let private rule' =
    rule "X" [ step "o" (EventPattern "a"); sameProcess "c" (EventPattern "b") |> within 5 ]

let private runs (fires: bool) (events: AuditEvent list) (r: RulePlan) =
    let example =
        RuleExample(fires, ImmutableArray.CreateRange events, SourceLocation("x.fsx", 1))

    let withExample =
        RulePlan(r.Info, r.Steps, r.Count, r.Message, ImmutableArray.Create example)
            .With(r.Overlap, r.MaxSpan, r.Suppressions)
            .WithAbsence(r.Absence)

    (ExampleRunner.Run withExample)[0]

/// Finds every event a, and keeps those of process 0 out of the way.
let private suppressing =
    RulePlan(
        RuleInfo(Id = "S", Title = "a", Severity = Severity.High),
        ImmutableArray.Create<StepPlan>(StepPlan("o", EventPattern "a")),
        null,
        (fun b -> $"in process {b[0].Process}"),
        ImmutableArray.Empty
    )
        .With(
            Overlap.Latest,
            Nullable(),
            ImmutableArray.Create(
                SuppressPlan("known", Condition("o.Process = 0", (fun b -> b[0].Process = 0)))
            )
        )

let private everyKey (_: 'A) = "k"

let private thenBy name pattern = step name (EventPattern pattern)

let private afterA (steps: StepPlan list) =
    rule "X" (step "o" (EventPattern "a") :: steps)

/// Events that need one another, in any order.
let private together name pattern =
    (sameProcess name (EventPattern pattern)).WithTogether()

let private absent (pattern: string) (r: RulePlan) =
    let key = StepKey<string>("...", ImmutableArray.Create "key", everyKey, everyKey)
    r.WithAbsence(AbsencePlan(EventPattern pattern, key, TimeSpan.FromSeconds 1.0))

[<Tests>]
let tests =
    testList
        "examples"
        [
            testCase "R28: events come 1 ms apart in process 0 unless they say otherwise"
            <| fun () ->
                let later = (bare "b").With(time = Nullable 5_000_000L, ``process`` = Nullable 3)

                let frame =
                    ExampleRunner.FrameOf(
                        RuleExample(
                            true,
                            ImmutableArray.Create(bare "a", bare "b", later),
                            SourceLocation("x.fsx", 1)
                        )
                    )

                let times =
                    [ for row in 0..2 -> (frame.GetTime row - frame.GetTime 0) / 1_000_000L ]

                Expect.equal times [ 0L; 1L; 6L ] "milliseconds"
                Expect.equal [ for row in 0..2 -> frame.GetProcess row ] [ 0; 0; 3 ] "processes"
                Expect.equal [ for row in 0..2 -> frame.GetOrdinal row ] [ 0L; 1L; 2L ] "ordinals"

            testCase "R29: shouldFire passes with a finding, shouldNotFire without"
            <| fun () ->
                let both = [ bare "a"; bare "b" ]
                Expect.isTrue (runs true both rule').Passed "it fires"
                Expect.isFalse (runs false both rule').Passed "and must not"
                Expect.isFalse (runs true [ bare "a" ] rule').Passed "it does not fire"
                Expect.isTrue (runs false [ bare "a" ] rule').Passed "and must not"

            testCase "R42: of a suppressed finding an example says so, and names another that fired"
            <| fun () ->
                let elsewhere = (bare "a").With(``process`` = Nullable 1)

                Expect.equal
                    (runs true [ bare "a" ] suppressing).Reason
                    "what it finds is suppressed: known"
                    "it must fire"

                Expect.equal
                    (runs false [ bare "a"; elsewhere ] suppressing).Reason
                    "it fired at event 2 (a): in process 1"
                    "it must not"

            testCase "R29: an exception passes neither"
            <| fun () ->
                let throws =
                    rule "X" [ step "o" (EventPattern "a") |> where (fun _ -> invalidOp "no") ]

                Expect.isFalse (runs true [ bare "a" ] throws).Passed "shouldFire"
                Expect.isFalse (runs false [ bare "a" ] throws).Passed "shouldNotFire"

            testTheory
                "an example that fails says how far it got, and at which event it stopped"
                [
                    [ bare "b" ], "step 1 of 2 (o) was not reached: no event matched it while it was awaited"
                    [ bare "x"; bare "a" ],
                    "step 2 of 2 (c) was not reached: no event matched it while it was awaited; step 1 (o) was event 2 (a)"
                    [ bare "a"; (bare "b").With(time = Nullable 6_000_000L) ],
                    "step 2 of 2 (c) was not reached: 1 event came after the window; step 1 (o) was event 1 (a); event 2 (b) did not take it, for it came after the window"
                    [ bare "a"; bare "b" |> inProcess 2; bare "x" ],
                    "step 2 of 2 (c) was not reached: 1 event had no step before it with the same key; step 1 (o) was event 1 (a); event 2 (b) did not take it"
                ]
            <| fun (events, reason) -> Expect.equal (runs true events rule').Reason reason "in words"

            testList
                "an example that fails names the clause that stopped it"
                [
                    for clause, plan, events, reason in
                        [
                            "unless",
                            afterA
                                [
                                    sameProcess "c" (EventPattern "b")
                                    |> unless (EventPattern "x") everyKey everyKey
                                ],
                            [ "a"; "x"; "b" ],
                            "step 2 of 2 (c) was not reached: 1 partial match dropped by unless; step 1 (o) was event 1 (a); event 2 (x) dropped the match; event 3 (b) did not take it"
                            "until",
                            afterA
                                [
                                    thenBy "p" "b" |> until (EventPattern "x") everyKey everyKey
                                    thenBy "c" "c"
                                ],
                            [ "a"; "b"; "x"; "c" ],
                            "step 3 of 3 (c) was not reached: 1 partial match dropped by until; step 1 (o) was event 1 (a); step 2 (p) was event 2 (b); event 3 (x) dropped the match; event 4 (c) did not take it"
                            "thenBy",
                            afterA [ thenBy "p" "b"; thenBy "c" "c" ],
                            [ "a"; "c"; "c"; "b"; "a" ],
                            "step 3 of 3 (c) was not reached: no event matched it while it was awaited; step 1 (o) was event 1 (a); step 2 (p) was event 4 (b)"
                            "unless before thenBy",
                            // The partial match that is dropped keeps the step awaited.
                            afterA
                                [ thenBy "c" "b" |> unless (EventPattern "x") everyKey everyKey |> within 5 ],
                            [ "b"; "a"; "x"; "b" ],
                            "step 2 of 2 (c) was not reached: 1 partial match dropped by unless; step 1 (o) was event 2 (a); event 3 (x) dropped the match; event 4 (b) did not take it"
                            "runs",
                            afterA [ (thenBy "f" "b").WithRuns(3, Nullable()) ],
                            [ "a"; "b"; "b" ],
                            "step 2 of 2 (f) was not reached: 2 events took it, too few for its run; step 1 (o) was event 1 (a)"
                            "together",
                            afterA [ together "c" "b"; together "d" "c" ],
                            [ "b"; "a" ],
                            "step 1 of 3 (o) was not reached: 1 event had no complete group with it; event 2 (a) did not take it"
                            "until behind the last step",
                            afterA [ thenBy "c" "b" |> until (EventPattern "x") everyKey everyKey ]
                            |> absent "y",
                            [ "a"; "b"; "x" ],
                            "every step was taken, but until dropped the match before its window ended; step 1 (o) was event 1 (a); step 2 (c) was event 2 (b); event 3 (x) dropped the match"
                            "notFollowedBy",
                            afterA [ thenBy "c" "b" ] |> absent "y",
                            [ "a"; "b"; "y" ],
                            "every step was taken, but the event came that notFollowedBy excludes; step 1 (o) was event 1 (a); step 2 (c) was event 2 (b); event 3 (y) dropped the match"
                        ] do
                        testCase clause
                        <| fun () ->
                            Expect.equal (runs true (List.map bare events) plan).Reason reason "in words"
                ]

            testCase "an example that a where stopped names it, when it is the only one of its step"
            <| fun () ->
                let refused = rule "X" [ step "o" (EventPattern "a") |> where (fun _ -> false) ]

                Expect.equal
                    (runs true [ bare "x"; bare "a" ] refused).Reason
                    "step 1 of 1 (o) was not reached: 1 event refused by where; event 2 (a) did not take it, by where ..."
                    "in words"

            testTheory
                "an example names the events of one match, and of each event its own cause"
                [
                    // The first is replaced by the second.
                    [ "a", 0, 0, "x"; "a", 0, 0, "y"; "b", 0, 0, "80" ],
                    "1 event refused by where; step 1 (o) was event 2 (a); event 3 (b) did not take it, by where port"
                    [ "a", 0, 0, "x"; "b", 0, 0, "80"; "b", 0, 9, "443" ],
                    "1 event refused by where; step 1 (o) was event 1 (a); event 3 (b) did not take it, for it came after the window"
                    // The last one that was refused is of the first process.
                    [ "a", 0, 0, "x"; "a", 1, 0, "y"; "b", 0, 0, "80" ],
                    "1 event refused by where; step 1 (o) was event 1 (a); event 3 (b) did not take it, by where port"
                    [ "a", 0, 0, "x"; "a", 1, 0, "y"; "d", 0, 0, "" ],
                    "1 partial match dropped by unless; step 1 (o) was event 1 (a); event 3 (d) dropped the match"
                ]
            <| fun (events, reason) ->
                let isHttps = Condition("port", (fun b -> b[1].[0].AsText = "443"))

                let key =
                    StepKey<int>("...", ImmutableArray.Create "key", (fun b -> b[0].Process), _.Process)

                let second = (sameProcess "c" (EventPattern "b") |> within 5).WithCondition isHttps

                let dropped =
                    StepPlan(
                        second.Name,
                        second.Pattern,
                        second.Conditions,
                        second.Key,
                        second.Within,
                        ImmutableArray.Create(UnlessPlan(EventPattern "d", key))
                    )

                let made =
                    [
                        for name, ordinal, after, text in events ->
                            AuditEvent(name, ImmutableArray.Create(Value.Str text))
                                .With(
                                    time = Nullable(int64 after * 1_000_000L),
                                    ``process`` = Nullable ordinal
                                )
                    ]

                Expect.equal
                    (runs true made (rule "X" [ step "o" (EventPattern "a"); dropped ])).Reason
                    $"step 2 of 2 (c) was not reached: {reason}"
                    "in words"

            testCase "an example that must not fire names the event at which it did"
            <| fun () ->
                Expect.stringStarts
                    (runs false [ bare "a"; bare "x"; bare "b"; bare "x" ] rule').Reason
                    "it fired at event 3 (b): "
                    "in words"
        ]
