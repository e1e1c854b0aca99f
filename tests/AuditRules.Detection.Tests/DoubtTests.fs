/// Which doubts losses and gaps put findings in, and what is kept of doubtful findings.
module AuditRules.Detection.Tests.DoubtTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.AbsenceTests

/// R52, slow and obvious: every loss and every gap is asked.
let private reasonOf (missing: MissingEvents) (doubt: Doubt) : string | null =
    let mayHold (loss: LossRecord) =
        loss.Events.IsEmpty
        || loss.Named < loss.Count
        || loss.Events
           |> Seq.exists (fun e -> doubt.Patterns |> Array.exists (fun p -> p.EventName = e.Key))

    let lost =
        [
            for loss in missing.Losses do
                // A time of 0 is not known.
                if mayHold loss && loss.From <= doubt.To && (loss.To = 0L || loss.To >= doubt.From) then
                    loss.From, $"events were lost ({loss.Reason})"
        ]

    let gaps =
        [
            for gap in missing.Gaps do
                if gap.From <= doubt.To && gap.To >= doubt.From then
                    gap.From, gap.Reason
        ]

    match lost, gaps with
    | [], [] -> null
    | [], gaps -> gaps |> List.minBy fst |> snd
    | lost, _ -> lost |> List.minBy fst |> snd

let private genLoss =
    gen {
        let! names = Gen.listOf (Gen.elements [ "a"; "b"; "c" ])
        let! unnamed = Gen.frequency [ 4, Gen.constant 0; 1, Gen.constant 1 ]
        let! from = Gen.choose (0, 40)
        let! length = Gen.frequency [ 6, Gen.choose (0, 6); 1, Gen.constant -1 ]
        let! number = Gen.choose (0, 1000)

        return
            LossRecord(
                -1,
                $"loss {number}",
                int64 (names.Length + unnamed),
                int64 from,
                (if length < 0 then 0L else int64 (from + length)),
                ImmutableArray.CreateRange [ for name in names -> KeyValuePair(name, 1L) ]
            )
    }

let private genGap =
    gen {
        let! from = Gen.choose (0, 60)
        let! length = Gen.choose (0, 6)
        let! number = Gen.choose (0, 1000)

        return
            RecordingGap(
                int64 from,
                $"gap {number}",
                To = if length = 6 then Int64.MaxValue else int64 (from + length)
            )
    }

let private genDoubt (patterns: EventPattern array) =
    gen {
        let! from = Gen.choose (0, 50)
        let! length = Gen.choose (0, 5)
        return Doubt(patterns, (if length = 5 then Int64.MinValue else int64 from), int64 (from + length))
    }

let private config =
    { FsCheckConfig.defaultConfig with
        maxTest = 2000
    }

/// So many findings in doubt by the loss in their first 20 ms, and behind them two that are certain.
let private alone =
    (rule "X" [ step "o" a ]).WithAbsence(AbsencePlan(b, byProcess, milliseconds 1))

let private many =
    [
        for i in 1..6 -> event "a" i []
        yield event "a" 40 []
        yield event "a" 50 []
        yield event "z" 90 []
    ]

let private limited (missing: MissingEvents | null) =
    DetectionOptions(MaxFindings = 3, Missing = missing)

[<Tests>]
let tests =
    testList
        "doubts"
        [
            testPropertyWithConfig config "R52: sorted losses and gaps say what asking each of them says"
            <| Prop.forAll
                (Arb.fromGen (
                    Gen.zip3
                        (Gen.listOf genLoss)
                        (Gen.listOf genGap)
                        (Gen.zip
                            (Gen.listOf (genDoubt [| a |]))
                            (Gen.listOf (genDoubt [| EventPattern "b"; EventPattern "c" |])))
                ))
                (fun (losses, gaps, (some, others)) ->
                    let missing = MissingEvents(List.toArray losses, List.toArray gaps)
                    let unseen = Unseen(missing, null)

                    [ for doubt in some @ others -> unseen.Reason doubt ] =
                        [ for doubt in some @ others -> reasonOf missing doubt ])

            testCase "R107: a finding in doubt takes no place of a certain one"
            <| fun () ->
                let loss = lost [] 0L 20L

                let shown (result: DetectionResult) =
                    [ for f in result.Findings -> f.Events[0].Event.Ordinal, f.DoubtedBy = "" ],
                    (result.Outcomes[0].Findings, result.Outcomes[0].Undecided, result.Outcomes[0].Verdict)

                let told = MissingEvents([| loss |], [||])
                let result = complete [ alone ] (limited told) [||] [||] many

                Expect.equal
                    (shown result)
                    ([ 0L, false; 6L, true; 7L, true ], (2L, 6L, Verdict.Fired))
                    "where it is known before"

                Expect.isFalse result.HasUnjudged "and nothing is left open"
                let late = complete [ alone ] (limited null) [| loss |] [||] many

                Expect.equal
                    (shown late)
                    ([ 0L, false; 1L, false; 2L, false ], (0L, 8L, Verdict.Unknown))
                    "where only the end tells, those beyond the limit are taken to be as the kept ones"

                Expect.isTrue late.HasUnjudged "and that is told"

                Expect.isFalse
                    (complete [ alone ] (limited null) [||] [||] many).HasUnjudged
                    "where none is in doubt there is nothing to judge"

            testTheory
                "R107, R64: a doubt that stands beyond the limit is no less one"
                [
                    "of the last",
                    6L,
                    8L,
                    (0, Verdict.Unknown, "what X found is in doubt: a gap"),
                    (2L, 1L),
                    true
                    "of the first",
                    2L,
                    2L,
                    (0, Verdict.Unknown, "what X found is in doubt: a gap"),
                    (2L, 1L),
                    true
                    "of none", 30L, 40L, (0, Verdict.Clean, ""), (3L, 0L), false
                ]
            <| fun (_, from, last, expected, counts, isOpen) ->
                let above =
                    rule
                        "Y"
                        [
                            step "c" (EventPattern "c")
                            sameProcess "d" (EventPattern "d")
                            |> unless (EventPattern.OfFindings alone) (fun _ -> "k") (fun _ -> "k")
                        ]

                let gaps = [| RecordingGap(from * 1_000_000L, "a gap", To = last * 1_000_000L) |]

                let events =
                    [
                        event "a" 1 []
                        event "a" 3 []
                        event "c" 5 []
                        event "a" 6 []
                        event "d" 10 []
                    ]

                let of' rules (missing: MissingEvents | null) =
                    complete rules (DetectionOptions(MaxFindings = 2, Missing = missing)) [||] gaps events

                for isTold in [ false; true ] do
                    let missing: MissingEvents | null =
                        if isTold then MissingEvents([||], gaps) else null

                    let outcome = (of' [ above ] missing).Outcomes[0]

                    Expect.equal
                        (int outcome.Findings, outcome.Verdict, outcome.Reason)
                        expected
                        "of the rule that its finding drops a match of"

                let told = (of' [ alone ] (MissingEvents([||], gaps))).Outcomes[0]
                Expect.equal (told.Findings, told.Undecided) counts "told before, each is judged"
                Expect.equal (of' [ alone ] null).HasUnjudged isOpen "told at the end, they are open"

            testCase "R107: what was cut needs no end to be judged beyond the limit"
            <| fun () ->
                let x = EventPattern("x").With("path", FieldPath.Of 0, TextPattern.EndsWith "k")

                let plan =
                    (rule "X" [ step "o" a ]).WithAbsence(AbsencePlan(x, byProcess, milliseconds 10))

                let redacted = Value.Redacted(RedactedValue("secret", 5L, ""))

                let events =
                    [
                        for i in 1..4 -> event "a" (i * 20) []
                        yield event "x" 81 [ redacted ]
                    ]

                let result = complete [ plan ] (limited null) [||] [||] events
                let outcome = result.Outcomes[0]
                Expect.equal (outcome.Findings, outcome.Undecided) (3L, 1L) "the fourth is in doubt"
                Expect.isFalse result.HasUnjudged "and none is open"

            testCase "R107: what rests on nothing needs no end to be kept"
            <| fun () ->
                // Doubtful by a value that was cut, and certain behind that.
                let x = EventPattern("x").With("path", FieldPath.Of 0, TextPattern.EndsWith "k")
                let processOf (view: EventView) = string view.Process

                let plan =
                    rule
                        "X"
                        [
                            step "o" a
                            sameProcess "c" b |> unless x processOf (fun b -> processOf b[0])
                        ]

                let events =
                    [
                        for i in 1..6 do
                            event "a" (i * 3) []
                            event "x" (i * 3 + 1) [ Value.Redacted(RedactedValue("secret", 5L, "")) ]
                            event "b" (i * 3 + 2) []

                        event "a" 30 []
                        event "b" 31 []
                    ]

                let result = complete [ plan ] (limited null) [||] [||] events

                Expect.equal
                    [ for f in result.Findings -> f.Events[0].Event.Ordinal, f.DoubtedBy = "" ]
                    [ 0L, false; 3L, false; 18L, true ]
                    "the certain one is there"

                Expect.equal
                    (result.Outcomes[0].Verdict, result.Outcomes[0].Findings, result.Outcomes[0].Undecided)
                    (Verdict.Fired, 1L, 6L)
                    "and counts"

            testCase "R107: the first are kept, whenever they are judged"
            <| fun () ->
                // What comes of an absence is judged at the end, a c at once.
                let either = (EventPattern.OfFindings alone).OrAny [ EventPattern "c" ]

                let result =
                    complete
                        [ rule "Y" [ step "f" either ] ]
                        (DetectionOptions(MaxFindings = 1))
                        [||]
                        [||]
                        [ event "a" 1 []; event "c" 20 []; event "c" 21 [] ]

                Expect.equal (cited result) [ "Y: 0" ] "the one over a"
                Expect.equal result.Outcomes[0].Findings 3L "all are counted"

            testTheory
                "R64: a rule that would be clean is unknown by a finding in doubt of the rule below"
                [
                    "it drops a match",
                    rule
                        "Y"
                        [
                            step "c" (EventPattern "c")
                            sameProcess "d" (EventPattern "d")
                            |> unless (EventPattern.OfFindings alone) (fun _ -> "k") (fun _ -> "k")
                        ]
                    "it takes a step",
                    rule "Y" [ step "f" (EventPattern.OfFindings alone); sameProcess "e" (EventPattern "e") ]
                    "two rules below",
                    findingsOf
                        "Y"
                        (rule "S" [ step "f" (EventPattern.OfFindings alone); step "e" (EventPattern "e") ])
                ]
            <| fun (_, plan) ->
                // No loss of events: of that the rule itself would be unknown (R26).
                let said gaps =
                    let result =
                        complete
                            [ plan ]
                            (DetectionOptions())
                            [||]
                            gaps
                            [
                                event "c" 1 []
                                event "a" 2 []
                                event "d" 9 []
                                event "a" 30 []
                                event "z" 50 []
                            ]

                    result.Findings.Length, result.Outcomes[0].Verdict, result.Outcomes[0].Reason

                Expect.equal (said [||]) (0, Verdict.Clean, "") "no doubt"

                // The finding over the second a is certain.
                Expect.equal
                    (said
                        [|
                            RecordingGap(2_000_000L, "a program was perhaps not recorded", To = 4_000_000L)
                        |])
                    (0, Verdict.Unknown, "what X found is in doubt: a program was perhaps not recorded")
                    "in doubt"
        ]
