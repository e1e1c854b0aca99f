module AuditRules.Detection.Tests.ReferenceTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.ReferenceModel
open AuditRules.Detection.Tests.ReferenceRules
open AuditRules.Detection.Tests.ReferencePlans
open AuditRules.Detection.Tests.ReferenceRuns

/// A rule in which every key is the second field: events of other keys cannot touch its matches.
let rec private onlyKeyed (rule: Rule) =
    { rule with
        Steps = [ for s in rule.Steps -> { s with Keyed = true; ByText = false } ]
        Below = Option.map onlyKeyed rule.Below
    }

[<Tests>]
let tests =
    testList
        "the engine against the reference matcher"
        [
            testPropertyWithConfig config "random rules over random streams give the same findings"
            <| Prop.forAll streams (fun (rule, events) ->
                results (planOf rule) events = ReferenceMatcher.run rule events)

            testCase "random rules of every kind find something"
            <| fun () ->
                let hasStep holds (rule: Rule) = List.exists holds rule.Steps

                let kinds: (string * (Rule -> bool)) list =
                    [
                        "a group", hasStep _.Together
                        "a run", hasStep (fun s -> s.Runs.IsSome)
                        "notPrecededBy", hasStep (fun s -> s.Preceded.IsSome)
                        "until", hasStep (fun s -> s.Until.IsSome)
                        "thenBy", hasStep (fun s -> not s.Keyed)
                        "notFollowedBy", (fun r -> r.Absence.IsSome)
                        "overlap = All", _.All.IsSome
                        "anyOf", hasStep (fun s -> s.Source.Names.Length > 1)
                        "a source with where", hasStep (fun s -> s.Source.Over.IsSome)
                        "an unless of some events of a name",
                        hasStep (fun s -> s.Unless |> Option.exists (fun u -> u.Text.IsSome || u.Over.IsSome))
                        "an until of some events of a name, or of several",
                        hasStep (fun s ->
                            s.Until
                            |> Option.exists (fun u -> u.Names.Length > 1 || u.Text.IsSome || u.Over.IsSome))
                        "maxspan", (fun r -> r.MaxSpan.IsSome)
                        "suppress", (fun r -> r.Suppressed.IsSome)
                        "findingsOf",
                        (fun r -> r.Below.IsSome && hasStep (fun s -> List.contains "#" s.Source.Names) r)
                        "a count",
                        (fun r ->
                            match r.Threshold with
                            | Some(Count _, _) -> true
                            | _ -> false)
                        "a sum",
                        (fun r ->
                            match r.Threshold with
                            | Some(Sum _, _) -> true
                            | _ -> false)
                        "a fold",
                        (fun r ->
                            match r.Threshold with
                            | Some(Fold _, _) -> true
                            | _ -> false)
                    ]

                // The same rules in every run: what is rare in others would fail some day.
                let sampled =
                    Gen.zip genRule genEvents |> Gen.sampleWithSeed (Rnd 20261122UL) 50 6000

                let isDoubtful (rule, events) =
                    ReferenceMatcher.run rule events
                    |> List.exists (fun (_, isInDoubt, _) -> isInDoubt)

                let doubtful = sampled |> Seq.filter isDoubtful |> List.ofSeq

                for clause, has in
                    [
                        "unless", (fun (s: Step) -> s.Unless.IsSome)
                        "until", _.Until.IsSome
                        "notPrecededBy", _.Preceded.IsSome
                    ] do
                    let count = doubtful |> List.filter (fst >> hasStep has) |> List.length
                    Expect.isTrue (count >= 5) $"{count} rules with {clause} found something in doubt"

                let firing =
                    sampled
                    |> Seq.filter (fun (rule, events) -> ReferenceMatcher.run rule events <> [])
                    |> Seq.map fst
                    |> List.ofSeq

                let evicts (rule, events) =
                    let engine = DetectionEngine([ planOf rule ], sweeping)
                    engine.Process(MemoryFrame(inNanoseconds events))
                    (engine.Complete []).Outcomes[0].Evicted > 0L

                let evicting = sampled |> Seq.filter evicts |> Seq.length
                Expect.isTrue (evicting >= 10) $"{evicting} rules reached the limit of a key"

                for kind, holds in kinds do
                    let count = firing |> List.filter holds |> List.length
                    Expect.isTrue (count >= 10) $"{count} rules with {kind} found something"

            testPropertyWithConfig short "where a stream is cut into frames makes no difference"
            <| Prop.forAll (alsoBy (Gen.choose (1, 5))) (fun ((rule, events), size) ->
                let ordinals (frames: AuditEvent list list) =
                    let engine = DetectionEngine([ planOf rule ], sweeping)

                    for frame in frames do
                        engine.Process(MemoryFrame(inNanoseconds frame))

                    shown (engine.Complete []).Findings

                ordinals (List.chunkBySize size events) = ordinals [ events ])

            testPropertyWithConfig short "rules do not see each other"
            <| Prop.forAll (alsoBy genRule) (fun ((first, events), second) ->
                let engine =
                    DetectionEngine([ planWith field "B" second; planWith field "A" first ], sweeping)

                engine.Process(MemoryFrame(inNanoseconds events))
                let result = engine.Complete []

                let of' id =
                    result.Findings |> Seq.filter (fun f -> f.Rule.Id = id) |> shown

                of' "A" = results (planOf first) events
                && of' "B" = results (planOf second) events)

            testPropertyWithConfig short "events that no rule names change nothing"
            <| Prop.forAll
                (alsoBy (Gen.listOfLength 41 (Gen.elements [ true; false ])))
                (fun ((rule, events), others) ->
                    let mixed =
                        [
                            for other, e in List.zip (List.truncate events.Length others) events do
                                if other then
                                    event "z" 0 [ "x"; "k"; 1; Value.List() ]
                                    |> _.With(time = Nullable e.Time)

                                e
                        ]

                    let original =
                        mixed
                        |> List.indexed
                        |> List.filter (fun (_, e) -> e.Name <> "z")
                        |> List.map (fun (i, e) -> int64 i, e.Ordinal)
                        |> Map

                    let found =
                        [
                            for suppressed, isInDoubt, ordinals in results (planOf rule) (numbered mixed) ->
                                suppressed, isInDoubt, [ for o in ordinals -> original[o] ]
                        ]

                    found = results (planOf rule) events)

            testPropertyWithConfig short "when the clock starts makes no difference"
            <| Prop.forAll (alsoBy (Gen.choose64 (1L, 1_000_000L))) (fun ((rule, events), offset) ->
                events
                |> List.map (fun e -> e.With(time = Nullable(e.Time + offset)))
                |> results (planOf rule)
                    =
                    results (planOf rule) events)

            testPropertyWithConfig short "how processes are numbered makes no difference"
            <| Prop.forAll
                (alsoBy (Gen.elements [ 2, 0, 1; 1, 2, 0; 7, 3, 9 ]))
                (fun ((rule, events), (a, b, c)) ->
                    // A process in place of the key.
                    let processOf (e: AuditEvent) =
                        match e.Arguments[1] with
                        | key when key = keys[0] -> 0
                        | key when key = keys[1] -> 1
                        | _ -> 2

                    let by number index (view: EventView) : string | null =
                        if index = 1 && not (view.Name.StartsWith "findings of") then
                            string (number view)
                        else
                            field index view

                    let plan = planWith (by (fun view -> view.Process)) "X" rule

                    let numberedBy (numbers: int list) =
                        events |> List.map (fun e -> inProcess numbers[processOf e] e)

                    rule.Below.IsSome
                    || results plan (numberedBy [ a; b; c ]) = results plan (numberedBy [ 0; 1; 2 ]))

            testPropertyWithConfig short "the events of other keys change nothing"
            <| Prop.forAll (alsoBy (Gen.elements names)) (fun ((rule, events), name) ->
                let plan = planOf (onlyKeyed rule)
                let isOther (e: AuditEvent) = e.Arguments[1] <> keys[0]

                let changed =
                    events
                    |> List.map (fun e ->
                        if isOther e then
                            (event name 0 [ "x"; e.Arguments[1]; 1; Value.List() ])
                                .With(time = Nullable e.Time, ordinal = Nullable e.Ordinal)
                        else
                            e)

                let own (found: (bool * bool * int64 list) list) =
                    found
                    |> List.filter (fun (_, _, ordinals) -> not (isOther events[int (List.head ordinals)]))

                own (results plan changed) = own (results plan events))
        ]
