module AuditRules.Detection.Tests.FindingTests

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

type private Unreadable() =
    inherit Exception()
    override _.Message = invalidOp "on purpose"

type private Malformed() =
    inherit MalformedEventsException "on purpose"

let private throws: Bindings -> bool = fun _ -> invalidOp "on purpose"

/// The loss of one event of each name; without names, of an event that is not known.
let private loss (names: string list) =
    LossRecord(
        0,
        "disk-full",
        max 1L (int64 names.Length),
        0L,
        0L,
        ImmutableArray.CreateRange [ for n in names -> Collections.Generic.KeyValuePair(n, 1L) ]
    )

[<Tests>]
let tests =
    testList
        "findings and verdicts"
        [
            testCase "R19: findings of one event come in the order of rule ids"
            <| fun () ->
                let found =
                    run
                        [ rule "B" [ step "o" a ]; rule "A" [ step "o" a ] ]
                        [ event "a" 1 []; event "a" 2 [] ]

                Expect.equal (cited found) [ "A: 0"; "B: 0"; "A: 1"; "B: 1" ] "by event, then by id"

            testCase "R20: a finding names the step of each event, and the key"
            <| fun () ->
                let found =
                    run
                        [ rule "X" [ step "o" a; sameProcess "c" b ] ]
                        [ event "a" 1 [] |> inProcess 7; event "b" 2 [] |> inProcess 7 ]

                let finding = found.Findings[0]

                Expect.equal
                    [ for e in finding.Events -> e.Step, e.Event.Name ]
                    [ "o", "a"; "c", "b" ]
                    "steps and events"

                Expect.equal [ for k in finding.Key -> k.Name, k.Value ] [ "process", Value.Int 7 ] "the key"
                Expect.equal finding.Message "title of X" "without a message the title stands for it"

            testCase "a key of several parts that has one name is cited whole"
            <| fun () ->
                let key =
                    StepKey<struct (int * string)>(
                        "key o = key c",
                        ImmutableArray.Create "key",
                        (fun b -> b[0].Process, b[0].Name),
                        (fun v -> v.Process, "a")
                    )

                let joined =
                    StepPlan(
                        "c",
                        EventPattern "b",
                        ImmutableArray.Empty,
                        key,
                        Nullable(),
                        ImmutableArray.Empty
                    )

                let found =
                    run
                        [ rule "X" [ step "o" (EventPattern "a"); joined ] ]
                        [ event "a" 0 []; event "b" 1 [] ]

                Expect.equal
                    [ for k in found.Findings[0].Key -> k.Name, k.Value ]
                    [ "key 1", Value.Int 0; "key 2", Value.Str "a" ]
                    "both parts"

            testCase "R21: the id does not change with times, pids, addresses and temporary names"
            <| fun () ->
                let object (address: int64) =
                    Value.Object(ObjectValue("socket", address, ImmutableArray.Empty))

                let id time pid address (path: string) =
                    let e = (event "a" time [ path; object address ]).With(pid = Nullable pid)
                    (run [ rule "X" [ step "o" a ] ] [ e ]).Findings[0].Id

                let first = id 1 100 1L "/tmp/tmpabcd1234/x"
                Expect.equal (id 2 200 2L "/tmp/tmpzzzz9_99/x") first "the same evidence"
                Expect.notEqual (id 1 100 1L "/tmp/tmpabcd1234/y") first "another path is other evidence"

            testCase "R21: evidence that differs has another id"
            <| fun () ->
                let id (argument: Value) =
                    (run [ rule "X" [ step "o" a ] ] [ event "a" 1 [ argument ] ]).Findings[0].Id

                let path (text: string) =
                    Value.Object(
                        ObjectValue(
                            "PosixPath",
                            1L,
                            ImmutableArray.Create(Collections.Generic.KeyValuePair("path", Value.Str text))
                        )
                    )

                let cut (head: string) length =
                    Value.Truncated(
                        TruncatedValue(ValueKind.Str, length, ImmutableArray.Empty, Value.Str head)
                    )

                Expect.notEqual (id (path "/a")) (id (path "/etc/shadow")) "another path"
                Expect.notEqual (id (cut "ls" 300L)) (id (cut "curl" 300L)) "another head"
                Expect.notEqual (id (cut "ls" 300L)) (id (cut "ls" 200L)) "another length"
                let bytes b = Value.Bytes [| 0x2fuy; b |]
                Expect.notEqual (id (bytes 0xffuy)) (id (bytes 0xfeuy)) "other bytes that are not UTF-8"
                Expect.equal (id (bytes 0xffuy)) (id (bytes 0xffuy)) "the same bytes"

            testCase "R22: a rule whose exception cannot be read fails alone too"
            <| fun () ->
                let asks = step "o" a |> where (fun _ -> raise (Unreadable()))
                let found = run [ rule "A" [ asks ]; rule "B" [ step "o" a ] ] [ event "a" 1 [] ]
                Expect.equal (cited found) [ "B: 0" ] "the other rule's finding"

            testCase "R22: a rule that throws fails alone, and its findings are taken back"
            <| fun () ->
                let second =
                    step "o" a |> where (fun b -> (argument 0 0 b).AsInt64 < 2L || throws b)

                let good = rule "B" [ step "o" a ]
                let events = [ for i in 1..3 -> event "a" i [ i ] ]
                let both = run [ rule "A" [ second ]; good ] events

                Expect.equal
                    (cited both)
                    (cited (run [ good ] events))
                    "the other rule's findings are untouched"

                let failure = both.Outcomes[0].Failure |> Option.ofObj |> Option.get
                Expect.equal failure.Message "InvalidOperationException: on purpose" "what was thrown"
                Expect.equal (failure.EventName, failure.Ordinal) ("a", 1L) "at which event"
                Expect.equal both.Outcomes[0].Verdict Verdict.Failed "R24"

            testCase "R90: a rule that was stopped before is not run, and has failed as it had then"
            <| fun () ->
                let asked = ref 0

                let bad =
                    rule
                        "A"
                        [
                            step "o" a
                            |> where (fun _ ->
                                asked.Value <- asked.Value + 1
                                true)
                        ]

                let failure =
                    RuleFailure("it did not come back", SourceLocation("rules/x.fsx", 3), 7L, "a")

                let options = DetectionOptions(Stopped = readOnlyDict [ "A", failure ])

                let found =
                    runWith options Array.empty [ bad; rule "B" [ step "o" a ] ] [ event "a" 1 [] ]

                Expect.equal (cited found) [ "B: 0" ] "the other rule's finding"
                Expect.equal asked.Value 0 "not run"
                Expect.equal found.Outcomes[0].Verdict Verdict.Failed "R24"
                Expect.equal (Option.ofObj found.Outcomes[0].Failure) (Some failure) "what was said of it"

            testCase
                "R90: whoever watches is told of each rule's code when it begins and when it comes back or throws"
            <| fun () ->
                let told = ResizeArray<string>()

                let watch =
                    { new IRuleWatch with
                        member _.Enter(rule, view) =
                            told.Add $"{rule} on {view.Name} {view.Ordinal}"

                        member _.Leave() = told.Add "back"
                    }

                let bad = rule "A" [ step "o" a |> where throws ]
                let options = DetectionOptions(Watch = watch)

                runWith
                    options
                    Array.empty
                    [ bad; rule "B" [ step "o" a ] ]
                    [ event "a" 1 []; event "a" 2 [] ]
                |> ignore

                Expect.equal
                    (List.ofSeq told)
                    [ "A on a 0"; "back"; "B on a 0"; "back"; "B on a 1"; "back" ]
                    "in turn"

            testCase "R22: a frame that breaks its format is not the failure of the rule that asked"
            <| fun () ->
                let asks = step "o" a |> where (fun _ -> raise (Malformed()))

                Expect.throwsT<Malformed>
                    (fun () -> run [ rule "A" [ asks ] ] [ event "a" 1 [] ] |> ignore)
                    "the input's fault"

            testCase "R23, R27: fired and clean"
            <| fun () ->
                let found =
                    run [ rule "A" [ step "o" a ]; rule "B" [ step "o" b ] ] [ event "a" 1 [] ]

                Expect.equal (verdict found "A") Verdict.Fired "A has a finding"
                Expect.equal (verdict found "B") Verdict.Clean "B has none"

            testCase "R25: a rule is blind when the recording could not contain an event of a step"
            <| fun () ->
                let options =
                    DetectionOptions(
                        WhyBlind = (fun pattern -> if pattern.EventName = "b" then "why" else null)
                    )

                let found =
                    runWith
                        options
                        Array.empty
                        [ rule "A" [ step "o" a; sameProcess "c" b ] ]
                        [ event "a" 1 [] ]

                Expect.equal (verdict found "A") Verdict.Blind "b could not be recorded"
                Expect.equal found.Outcomes[0].Reason "the recording could not contain b: why" "the reason"

            testCase "R26: a loss makes a rule unknown when it may have taken an event that it needs"
            <| fun () ->
                let rules = [ rule "A" [ step "o" a ]; rule "B" [ step "o" b ] ]
                let found = runWith (DetectionOptions()) [| loss [ "b" ] |] rules []
                Expect.equal (verdict found "A") Verdict.Clean "no a was lost"
                Expect.equal (verdict found "B") Verdict.Unknown "a b was"
                let found = runWith (DetectionOptions()) [| loss [] |] rules []
                Expect.equal (verdict found "A") Verdict.Unknown "without names it may have been any"

            testCase "R26: a loss that names only some of what it counts may have taken any event"
            <| fun () ->
                let some =
                    LossRecord(
                        0,
                        "disk-full",
                        10L,
                        0L,
                        0L,
                        ImmutableArray.Create(Collections.Generic.KeyValuePair("b", 3L))
                    )

                let found = runWith (DetectionOptions()) [| some |] [ rule "A" [ step "o" a ] ] []
                Expect.equal (verdict found "A") Verdict.Unknown "seven have no name"

            testCase "R30: two rules of one id are refused"
            <| fun () ->
                Expect.throwsT<System.ArgumentException>
                    (fun () ->
                        DetectionEngine([ rule "A" [ step "o" a ]; rule "A" [ step "o" b ] ]) |> ignore)
                    "ids are unique"
        ]
