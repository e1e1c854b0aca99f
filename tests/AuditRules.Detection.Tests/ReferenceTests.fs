module AuditRules.Detection.Tests.ReferenceTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.ReferenceRules
open AuditRules.Detection.Tests.ReferencePlans

// Tables walk themselves for what has expired at every turn.
let private sweeping =
    DetectionOptions(SweepAtLeast = 1, MaxPartialMatchesOfKey = perKey)

let private inNanoseconds (events: AuditEvent list) =
    events |> List.map (fun e -> e.With(time = Nullable(e.Time * 100L)))

// Groups, absences and rules on rules are a part of the random rules alone: at night many more of them.
let private config =
    { FsCheckConfig.defaultConfig with
        maxTest =
            if isNull (Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY") then
                5000
            else
                300_000
    }

let private short =
    { config with
        maxTest = config.maxTest / 5
    }

/// Of each finding: whether it is suppressed, whether it is in doubt, and the ordinals that it cites.
let private shown (findings: Finding seq) =
    [
        for f in findings ->
            f.State = FindingState.Suppressed,
            f.Verdict = FindingVerdict.Unknown,
            [ for e in f.Events -> e.Event.Ordinal ]
    ]

let private results plan (events: AuditEvent list) =
    let engine = DetectionEngine([ plan ], sweeping)
    engine.Process(MemoryFrame(inNanoseconds events))
    shown (engine.Complete []).Findings

let private streams = Arb.fromGen (Gen.zip genRule genEvents)

let private alsoBy gen =
    Arb.fromGen (Gen.zip (Gen.zip genRule genEvents) gen)

/// A rule in which every key is the second field: events of other keys cannot touch its matches.
let rec private onlyKeyed (rule: ReferenceMatcher.Rule) =
    { rule with
        Steps = [ for s in rule.Steps -> { s with Keyed = true; ByText = false } ]
        Below = Option.map onlyKeyed rule.Below
    }

/// The same with another source wherever it asks for findings.
let private withoutFindings (rule: ReferenceMatcher.Rule) =
    let source (s: ReferenceMatcher.Source) =
        { s with
            Names = s.Names |> List.map (fun name -> if name = "#" then "a" else name)
        }

    { rule with
        Steps =
            [
                for s in rule.Steps ->
                    { s with
                        Source = source s.Source
                        Unless = Option.map source s.Unless
                        Until = Option.map source s.Until
                        Preceded = s.Preceded |> Option.map (fun (s, window) -> source s, window)
                    }
            ]
        Absence = rule.Absence |> Option.map (fun (s, window) -> source s, window)
    }

let private withText text (e: AuditEvent) =
    AuditEvent(e.Name, e.Arguments.SetItem(0, text))
        .With(time = Nullable e.Time, ordinal = Nullable e.Ordinal)

/// A rule that asks for texts by patterns alone: keys and conditions see what was kept.
let private byOtherThanText (rule: ReferenceMatcher.Rule) =
    { rule with
        Steps = [ for s in rule.Steps -> { s with ByText = false } ]
        Threshold =
            match rule.Threshold with
            | Some(ReferenceMatcher.Count(least, _), window) ->
                Some(ReferenceMatcher.Count(least, false), window)
            | other -> other
        Suppressed = None
        Below = None
    }
    |> withoutFindings

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
                let hasStep holds (rule: ReferenceMatcher.Rule) = List.exists holds rule.Steps

                let kinds: (string * (ReferenceMatcher.Rule -> bool)) list =
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
                            | Some(ReferenceMatcher.Count _, _) -> true
                            | _ -> false)
                        "a sum",
                        (fun r ->
                            match r.Threshold with
                            | Some(ReferenceMatcher.Sum _, _) -> true
                            | _ -> false)
                        "a fold",
                        (fun r ->
                            match r.Threshold with
                            | Some(ReferenceMatcher.Fold _, _) -> true
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
                        "unless", (fun (s: ReferenceMatcher.Step) -> s.Unless.IsSome)
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

            testPropertyWithConfig
                config
                "R78, R106: a rule that is clean finds nothing, whatever the values were that were cut or redacted"
            <| Prop.forAll
                (alsoBy (Gen.listOfLength 40 (Gen.elements [ "x"; "y"; "z" ])))
                (fun ((rule, events), texts) ->
                    let rule = byOtherThanText rule

                    let whole =
                        [
                            for e, text in List.zip events (List.truncate events.Length texts) ->
                                match e.Arguments[0].Kind with
                                | ValueKind.Truncated -> withText (Value.Str("x" + text)) e
                                | ValueKind.Redacted -> withText (Value.Str text) e
                                | _ -> e
                        ]

                    let engine = DetectionEngine([ planOf rule ], sweeping)
                    engine.Process(MemoryFrame(inNanoseconds events))

                    (engine.Complete []).Outcomes[0].Verdict <> Verdict.Clean
                    || ReferenceMatcher.run rule whole = [])

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
                                    event "z" 0 [ "x"; "k"; 1 ] |> _.With(time = Nullable e.Time)

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
                            (event name 0 [ "x"; e.Arguments[1]; 1 ])
                                .With(time = Nullable e.Time, ordinal = Nullable e.Ordinal)
                        else
                            e)

                let own (found: (bool * bool * int64 list) list) =
                    found
                    |> List.filter (fun (_, _, ordinals) -> not (isOther events[int (List.head ordinals)]))

                own (results plan changed) = own (results plan events))
        ]
