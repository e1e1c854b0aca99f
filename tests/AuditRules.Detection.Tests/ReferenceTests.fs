module AuditRules.Detection.Tests.ReferenceTests

open System
open System.Collections.Immutable
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some

let private names = [ "a"; "b"; "c" ]

let private sometimes often (gen: Gen<'A>) =
    Gen.frequency [ often, Gen.map Some gen; 10 - often, Gen.constant None ]

type private Place =
    | First
    | InGroup
    | Later of isLast: bool

let private genStep names hasGroup place =
    gen {
        let! name = Gen.elements names
        let! other = sometimes 2 (Gen.elements names)
        let! text = sometimes 3 (Gen.elements [ "x"; "y" ])
        let! above = sometimes 3 (Gen.choose64 (-2L, 2L))
        let! keyed = Gen.frequency [ 4, Gen.constant true; 1, Gen.constant false ]
        let! byText = Gen.frequency [ 4, Gen.constant false; 1, Gen.constant true ]
        let! within = sometimes 5 (Gen.choose64 (0L, 6L))
        let! unless = sometimes 3 (Gen.elements names)
        let! until = sometimes 2 (Gen.elements names)
        let! least = Gen.choose (1, 3)
        let! runs = sometimes 3 (sometimes 5 (Gen.choose (least, 4)))

        let! preceded =
            sometimes 2 (Gen.zip (Gen.elements names) (sometimes 5 (Gen.choose64 (0L, 6L))))

        let isLater = place <> First && place <> InGroup

        return
            {
                ReferenceMatcher.Names = List.distinct (name :: Option.toList other)
                ReferenceMatcher.Text = text
                ReferenceMatcher.Above = above
                ReferenceMatcher.Keyed = keyed || place = InGroup
                ReferenceMatcher.ByText = byText
                ReferenceMatcher.Within = if place = First then None else within
                ReferenceMatcher.Unless = if isLater then unless else None
                ReferenceMatcher.Until = if isLater then until else None
                ReferenceMatcher.Runs =
                    match place, runs with
                    | Later true, Some _ -> Some(least, None)
                    | Later false, Some most -> Some(least, most)
                    | _ -> None
                ReferenceMatcher.Together = (place = InGroup)
                ReferenceMatcher.Preceded =
                    if isLater || place = First && not hasGroup then
                        preceded
                    else
                        None
            }
    }

let private genThreshold =
    gen {
        let! least = Gen.choose (1, 3)
        let! limit = Gen.choose64 (0L, 6L)
        let! distinct = Gen.elements [ true; false ]

        return!
            Gen.elements
                [
                    ReferenceMatcher.Count(least, distinct)
                    ReferenceMatcher.Sum(limit + 1L)
                    ReferenceMatcher.Fold limit
                ]
    }

let private genRuleOver names below =
    gen {
        let! members =
            Gen.frequency [ 7, Gen.constant 0; 2, Gen.constant 1; 1, Gen.constant 2 ]

        let! first = genStep names (members > 0) First
        let! group = Gen.listOfLength members (genStep names true InGroup)
        let! count = Gen.choose (0, (if members = 0 then 3 else 1))

        let! later =
            Gen.sequenceToList [ for i in 1..count -> genStep names (members > 0) (Later(i = count)) ]

        let! maxSpan = sometimes 3 (Gen.choose64 (0L, 10L))
        let! all = Gen.frequency [ 3, Gen.constant false; 1, Gen.constant true ]
        let! suppressed = sometimes 2 (Gen.elements [ "x"; "y" ])
        let! threshold = sometimes 3 (Gen.zip genThreshold (Gen.choose64 (0L, 8L)))
        let! absence = sometimes 4 (Gen.zip (Gen.elements names) (Gen.choose64 (0L, 6L)))

        return
            {
                ReferenceMatcher.Steps = first :: group @ later
                ReferenceMatcher.MaxSpan = maxSpan
                ReferenceMatcher.All = all && members = 0
                ReferenceMatcher.Threshold = threshold
                ReferenceMatcher.Absence = if threshold.IsNone then absence else None
                ReferenceMatcher.Suppressed = suppressed
                ReferenceMatcher.Below = below
            }
    }

let private genRule =
    gen {
        let! below = sometimes 2 (genRuleOver names None)

        return!
            match below with
            // Of a group it is not one step that ends it.
            | Some below when not (List.exists (fun (s: ReferenceMatcher.Step) -> s.Together) below.Steps) ->
                genRuleOver ("#" :: names) (Some below)
            | _ -> genRuleOver names None
    }

/// Keys of which two are texts that are not UTF-8: the engine compares them as rules see them, the reference as bytes.
let private keys =
    [ Value.Str "k"; Value.Bytes [| 0xffuy |]; Value.Bytes [| 0xfeuy |] ]

let private genEvents =
    gen {
        let! length = Gen.choose (0, 40)

        let! parts =
            Gen.listOfLength
                length
                (gen {
                    let! name = Gen.elements names
                    let! text = Gen.elements [ "x"; "y" ]
                    let! key = Gen.elements keys
                    let! number = Gen.choose (0, 3)
                    let! gap = Gen.choose (0, 3)
                    return name, text, key, number, gap
                })

        let times = parts |> List.scan (fun t (_, _, _, _, gap) -> t + gap) 0 |> List.tail

        return
            List.zip parts times
            |> List.map (fun ((name, text, key, number, _), time) ->
                (event name 0 [ text; key; number ]).With(time = Nullable(int64 time)))
            |> numbered
    }

/// The text, key or number of an event; of a finding those of its last step, which its message holds.
let private field (index: int) (view: EventView) : string =
    let value = view[index]

    match FindingView(view) with
    | finding when view.Name.StartsWith("findings of", StringComparison.Ordinal) ->
        (finding.Message.Split '|')[index]
    | _ when value.Kind = ValueKind.Int -> string value.AsInt64
    | _ -> string value.AsText

let private number view = int64 (field 2 view)

let private ticks (time: int64 option) =
    time |> Option.map TimeSpan.FromTicks |> Option.toNullable

/// The same rule for the engine, its keys made by that function of a field's number and an event. Times are in units of
/// 100 ns, the smallest that a TimeSpan tells apart.
let rec private planWith (keyOf: int -> EventView -> string) id (rule: ReferenceMatcher.Rule) : RulePlan =
    let below = rule.Below |> Option.map (planWith keyOf (id + "below"))

    let patternOf (text: string option) (name: string) =
        match name, below, text with
        | "#", Some below, Some text ->
            (EventPattern.OfFindings below)
                .With(EventTest("...", (fun v -> field 0 v = text)), ImmutableArray.Empty)
        | "#", Some below, None -> EventPattern.OfFindings below
        | _, _, Some text -> EventPattern(name).With("text", FieldPath.Of 0, TextPattern.EqualTo text)
        | _, _, None -> EventPattern name

    let key index earlier =
        StepKey<string>(
            "key",
            ImmutableArray.Create "key",
            (fun (b: Bindings) -> keyOf index b[earlier]),
            (fun v -> keyOf index v)
        )

    let stepOf i (s: ReferenceMatcher.Step) =
        let pattern =
            (patternOf s.Text (List.head s.Names)).OrAny(List.map (patternOf s.Text) (List.tail s.Names))

        let above (limit: int64) (b: Bindings) =
            number b[i] > limit + (if i = 0 then 0L else number b[0])

        let drops (name: string option) =
            ImmutableArray.CreateRange
                [
                    for name in Option.toList name -> UnlessPlan(patternOf None name, key 1 (i - 1))
                ]

        let preceded =
            [
                for name, window in Option.toList s.Preceded ->
                    PrecededPlan(patternOf None name, key 1 i, ticks window)
            ]

        let step =
            StepPlan(
                $"s{i}",
                pattern,
                ImmutableArray.CreateRange
                    [ for limit in Option.toList s.Above -> Condition("above", above limit) ],
                (if i = 0 || not s.Keyed then
                     null
                 else
                     key (if s.ByText then 0 else 1) (if s.Together then 0 else i - 1)),
                ticks s.Within,
                drops s.Unless
            )
                .WithUntil(drops s.Until)
                .WithNotPrecededBy(ImmutableArray.CreateRange preceded)

        let step = if s.Together then step.WithTogether() else step

        match s.Runs with
        | Some(least, most) -> step.WithRuns(least, Option.toNullable most)
        | None -> step

    let suppressions =
        [
            for text in Option.toList rule.Suppressed ->
                SuppressPlan("known", Condition("...", (fun (b: Bindings) -> field 0 b[0] = text)))
        ]

    let final = rule.Steps.Length - 1
    let own (b: Bindings) = keyOf 1 b[final]

    let threshold: ThresholdPlan | null =
        match rule.Threshold with
        | None -> null
        | Some(ReferenceMatcher.Count(least, distinct), window) ->
            let value (b: Bindings) = Value.Str(field 0 b[final])

            CountPlan<string>(
                least,
                TimeSpan.FromTicks window,
                "",
                own,
                (if distinct then Func<_, _> value else null)
            )
        | Some(ReferenceMatcher.Sum least, window) ->
            SumPlan<string>(least, TimeSpan.FromTicks window, "", own, "", (fun b -> number b[final]))
        | Some(ReferenceMatcher.Fold above, window) ->
            let sum (state: objnull) (b: Bindings) =
                box (unbox<int64> state + number b[final])

            let holds (b: Bindings) =
                match b.Fold with
                | null -> false
                | fold -> unbox<int64> fold.Value > above

            FoldPlan<string>(
                box 0L,
                TimeSpan.FromTicks window,
                "",
                own,
                sum,
                ImmutableArray.Create(Condition("...", holds))
            )

    let absence: AbsencePlan | null =
        match rule.Absence with
        | Some(name, window) -> AbsencePlan(patternOf None name, key 1 final, TimeSpan.FromTicks window)
        | None -> null

    let message (b: Bindings) =
        String.Join("|", [ for i in 0..2 -> field i b[final] ])

    RulePlan(
        Some.info id,
        ImmutableArray.CreateRange(List.mapi stepOf rule.Steps),
        threshold,
        message,
        ImmutableArray.Empty
    )
        .With(
            (if rule.All then Overlap.All else Overlap.Latest),
            ticks rule.MaxSpan,
            ImmutableArray.CreateRange suppressions
        )
        .WithAbsence(absence)

let private planOf rule = planWith field "X" rule

// Tables walk themselves for what has expired at every turn.
let private sweeping = DetectionOptions(SweepAtLeast = 1)

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

/// Of each finding: whether it is suppressed, and the ordinals that it cites.
let private shown (findings: Finding seq) =
    [
        for f in findings -> f.State = FindingState.Suppressed, [ for e in f.Events -> e.Event.Ordinal ]
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
                        "overlap = All", _.All
                        "maxspan", (fun r -> r.MaxSpan.IsSome)
                        "suppress", (fun r -> r.Suppressed.IsSome)
                        "findingsOf",
                        (fun r -> r.Below.IsSome && hasStep (fun s -> List.contains "#" s.Names) r)
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

                let firing =
                    Gen.zip genRule genEvents
                    |> Gen.sample 6000
                    |> Seq.filter (fun (rule, events) -> ReferenceMatcher.run rule events <> [])
                    |> Seq.map fst
                    |> List.ofSeq

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
                            for suppressed, ordinals in results (planOf rule) (numbered mixed) ->
                                suppressed, [ for o in ordinals -> original[o] ]
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

                    let by number index (view: EventView) =
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

                let own (found: (bool * int64 list) list) =
                    found
                    |> List.filter (fun (_, ordinals) -> not (isOther events[int (List.head ordinals)]))

                own (results plan changed) = own (results plan events))
        ]
