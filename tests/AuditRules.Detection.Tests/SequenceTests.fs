module AuditRules.Detection.Tests.SequenceTests

open System
open System.Collections.Immutable
open Expecto
open AuditRules.Events
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some

let private a = EventPattern "a"
let private b = EventPattern "b"
let private c = EventPattern "c"

let private firstText (view: EventView) = view[0].AsText

[<Tests>]
let tests =
    testList
        "sequences"
        [
            testCase "R1: events at one time keep the order of their ordinals"
            <| fun () ->
                let rules = [ rule "X" [ step "o" a; sameProcess "c" b ] ]

                Expect.equal
                    (cited (run rules [ event "a" 1 []; event "b" 1 [] ]))
                    [ "X: 0 1" ]
                    "the b comes second"

                Expect.equal (cited (run rules [ event "b" 1 []; event "a" 1 [] ])) [] "the b comes first"

            testCase "R2: a step takes events of its name alone"
            <| fun () ->
                let found =
                    run [ rule "X" [ step "o" a ] ] [ event "b" 1 []; event "a" 2 []; event "A" 3 [] ]

                Expect.equal (cited found) [ "X: 1" ] "only the second event is an a"

            testCase "R2: all field conditions must hold"
            <| fun () ->
                let pattern =
                    a
                        .With("x", FieldPath.Of 0, TextPattern.EqualTo "1")
                        .With("y", FieldPath.Of 1, NumberPattern.EqualTo 2L)

                let found =
                    run
                        [ rule "X" [ step "o" pattern ] ]
                        [ event "a" 1 [ "1"; 3 ]; event "a" 2 [ "1"; 2 ]; event "a" 3 [ "2"; 2 ] ]

                Expect.equal (cited found) [ "X: 1" ] "one event has both"

            testCase "R3: an absent field matches no pattern, a negated one neither"
            <| fun () ->
                let pattern =
                    a.With("host", FieldPath.ItemOf(0, 0), TextPattern.Not(TextPattern.EqualTo "localhost"))

                let found =
                    run
                        [ rule "X" [ step "o" pattern ] ]
                        [
                            event "a" 1 [ "/run/socket" ]
                            event "a" 2 [ Value.List("localhost", 1) ]
                            event "a" 3 [ Value.List("h", 1) ]
                            event "a" 4 []
                        ]

                Expect.equal (cited found) [ "X: 2" ] "only the third event has a host"

            testCase "R5: steps join on equal keys"
            <| fun () ->
                let found =
                    run
                        [ rule "X" [ step "o" a; sameProcess "c" b ] ]
                        [
                            event "a" 1 [] |> inProcess 1
                            event "b" 2 [] |> inProcess 2
                            event "b" 3 [] |> inProcess 1
                        ]

                Expect.equal (cited found) [ "X: 0 2" ] "the b of process 1 joins"

            testCase "R6: a key of null joins with nothing"
            <| fun () ->
                let key =
                    StepKey<string | null>(
                        "k",
                        [ "k" ] |> Collections.Immutable.ImmutableArray.CreateRange,
                        (fun b -> firstText b[0]),
                        firstText
                    )

                let second =
                    StepPlan(
                        "c",
                        b,
                        [] |> Collections.Immutable.ImmutableArray.CreateRange,
                        key,
                        Nullable(),
                        [] |> Collections.Immutable.ImmutableArray.CreateRange
                    )

                let found =
                    run
                        [ rule "X" [ step "o" a; second ] ]
                        [ event "a" 1 []; event "b" 2 []; event "a" 3 [ "k" ]; event "b" 4 [ "k" ] ]

                Expect.equal (cited found) [ "X: 2 3" ] "the first pair has no key"

            testCase "R6: a match without a key is not dropped either"
            <| fun () ->
                let key: StepKey =
                    StepKey<string | null>(
                        "k",
                        ImmutableArray.Create "k",
                        (fun b -> firstText b[0]),
                        firstText
                    )

                let second =
                    StepPlan("c", b, ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty)

                let second = second |> unless c (fun _ -> "") (fun _ -> "")

                let found =
                    run [ rule "X" [ step "o" a; second ] ] [ event "a" 1 []; event "c" 2 [] ]

                Expect.equal found.Outcomes[0].Progress[1].Dropped 0L "it never waited"

            testCase "R7: a later first event takes the place of an earlier one"
            <| fun () ->
                let found =
                    run
                        [ rule "X" [ step "o" a; sameProcess "c" b ] ]
                        [ event "a" 1 []; event "a" 2 []; event "b" 3 [] ]

                Expect.equal (cited found) [ "X: 1 2" ] "the latest a is cited, and only once"

            testCase "R8: the event that takes a step consumes the partial match"
            <| fun () ->
                let found =
                    run
                        [ rule "X" [ step "o" a; sameProcess "c" b ] ]
                        [
                            event "a" 1 []
                            event "b" 2 []
                            event "b" 3 []
                            event "a" 4 []
                            event "b" 5 []
                        ]

                Expect.equal (cited found) [ "X: 0 1"; "X: 3 4" ] "the second b has no a"

            testCase "R4, R9: an event that a where refuses leaves the partial match"
            <| fun () ->
                let second =
                    sameProcess "c" b
                    |> where (fun bindings ->
                        (argument 1 0 bindings).AsInt64 > (argument 0 0 bindings).AsInt64)

                let found =
                    run
                        [ rule "X" [ step "o" a; second ] ]
                        [ event "a" 1 [ 5 ]; event "b" 2 [ 4 ]; event "b" 3 [ 6 ] ]

                Expect.equal (cited found) [ "X: 0 2" ] "the first b was refused and the a still waits"

            testCase "R10: one event is never two steps of one match"
            <| fun () ->
                let found =
                    run
                        [ rule "X" [ step "o" a; sameProcess "c" a ] ]
                        [ event "a" 1 []; event "a" 2 []; event "a" 3 [] ]

                Expect.equal
                    (cited found)
                    [ "X: 0 1"; "X: 1 2" ]
                    "the middle event ends one match and begins the next"

            testCase "R11: within is inclusive, and counts from the step before"
            <| fun () ->
                let rules =
                    [
                        rule
                            "X"
                            [ step "o" a; sameProcess "c" b |> within 10; sameProcess "d" c |> within 10 ]
                    ]

                let at second third =
                    cited (run rules [ event "a" 0 []; event "b" second []; event "c" third [] ])

                Expect.equal (at 10 20) [ "X: 0 1 2" ] "10 ms after the step before is in time"
                Expect.equal (at 11 20) [] "11 ms is too late for the second step"
                Expect.equal (at 10 21) [] "11 ms is too late for the third"

            testCase "R11: what was met too late is dropped"
            <| fun () ->
                let found =
                    run
                        [ rule "X" [ step "o" a; sameProcess "c" b |> within 10 ] ]
                        [ event "a" 0 []; event "b" 11 []; event "b" 12 [] ]

                Expect.equal (cited found) [] "nothing fires"
                Expect.equal found.Outcomes[0].Progress[1].TooLate 1L "one was too late"

                Expect.equal
                    found.Outcomes[0].Progress[1].WithoutPartner
                    0L
                    "and after it nothing is awaited any more"

            testCase "R12: without within a partial match waits to the end"
            <| fun () ->
                let found =
                    run
                        [ rule "X" [ step "o" a; sameProcess "c" b ] ]
                        [ event "a" 0 []; event "b" Int32.MaxValue [] ]

                Expect.equal (cited found) [ "X: 0 1" ] "24 days later"

            testTheory
                "R36: paths that are not UTF-8 join when their bytes are equal"
                [
                    "equal bytes", Value.Bytes [| 0xffuy |], Value.Bytes [| 0xffuy |], [ "X: 0 1" ]
                    "other bytes", Value.Bytes [| 0xffuy |], Value.Bytes [| 0xfeuy |], []
                    "other text",
                    Value.RawStr [| 0xeduy; 0xb3uy; 0xbfuy |],
                    Value.RawStr [| 0xeduy; 0xb3uy; 0xbeuy |],
                    []
                    "a byte, and the text that stands for it",
                    Value.Bytes [| 0xffuy |],
                    Value.RawStr [| 0xeduy; 0xb3uy; 0xbfuy |],
                    [ "X: 0 1" ]
                    "a byte, and the mark for what is no text",
                    Value.Bytes [| 0xffuy |],
                    Value.Str "\ufffd",
                    []
                ]
            <| fun (why, first, second, expected) ->
                let key =
                    StepKey<string>(
                        "o.Path = c.Path",
                        ImmutableArray.Create "path",
                        (fun bindings -> string (argument 0 0 bindings).AsText),
                        (fun view -> string (firstText view))
                    )

                let later =
                    StepPlan("c", b, ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty)

                let found =
                    run [ rule "X" [ step "o" a; later ] ] [ event "a" 1 [ first ]; event "b" 2 [ second ] ]

                Expect.equal (cited found) expected why

            testCase "R13: unless drops what waits for the step, by its key"
            <| fun () ->
                let second =
                    sameProcess "c" b
                    |> unless c (fun v -> string (firstText v)) (fun b -> string (argument 0 0 b).AsText)

                let rules = [ rule "X" [ step "o" a; second ] ]

                let between text =
                    cited (run rules [ event "a" 0 [ "k" ]; event "c" 1 [ text ]; event "b" 2 [] ])

                Expect.equal (between "k") [] "the c of the same key drops it"
                Expect.equal (between "other") [ "X: 0 2" ] "another key does not"

            testCase "R14: the event of the last step does not drop its own match, and the next step wins"
            <| fun () ->
                let key _ = ""
                let second = sameProcess "c" b |> unless a key key

                let own =
                    cited (run [ rule "X" [ step "o" a; second ] ] [ event "a" 0 []; event "b" 1 [] ])

                Expect.equal own [ "X: 0 1" ] "the a of the first step is not between"
                let second = sameProcess "c" b |> unless b key key

                let next =
                    cited (run [ rule "X" [ step "o" a; second ] ] [ event "a" 0 []; event "b" 1 [] ])

                Expect.equal next [ "X: 0 1" ] "the b takes the step"
        ]
