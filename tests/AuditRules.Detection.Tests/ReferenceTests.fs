module AuditRules.Detection.Tests.ReferenceTests

open System
open System.Collections.Immutable
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some

let private names = [ "a"; "b"; "c" ]

let private sometimes often (gen: Gen<'A>) =
    Gen.frequency [ often, Gen.map Some gen; 10 - often, Gen.constant None ]

let private genStep first =
    gen {
        let! name = Gen.elements names
        let! other = sometimes 2 (Gen.elements names)
        let! text = sometimes 3 (Gen.elements [ "x"; "y" ])
        let! above = sometimes 3 (Gen.choose64 (-2L, 2L))
        let! keyed = Gen.frequency [ 4, Gen.constant true; 1, Gen.constant false ]
        let! within = sometimes 5 (Gen.choose64 (0L, 6L))
        let! unless = sometimes 3 (Gen.elements names)
        let! until = sometimes 2 (Gen.elements names)

        return
            {
                ReferenceMatcher.Names = List.distinct (name :: Option.toList other)
                ReferenceMatcher.Text = text
                ReferenceMatcher.Above = above
                ReferenceMatcher.Keyed = keyed
                ReferenceMatcher.Within = if first then None else within
                ReferenceMatcher.Unless = if first then None else unless
                ReferenceMatcher.Until = if first then None else until
            }
    }

let private genRule =
    gen {
        let! first = genStep true
        let! count = Gen.choose (0, 3)
        let! later = Gen.listOfLength count (genStep false)
        let! maxSpan = sometimes 3 (Gen.choose64 (0L, 10L))
        let! all = Gen.frequency [ 3, Gen.constant false; 1, Gen.constant true ]
        let! suppressed = sometimes 2 (Gen.elements [ "x"; "y" ])

        let! threshold =
            sometimes
                3
                (gen {
                    let! n = Gen.choose (1, 3)
                    let! window = Gen.choose64 (0L, 8L)
                    let! distinct = Gen.elements [ true; false ]
                    return n, window, distinct
                })

        return
            {
                ReferenceMatcher.Steps = first :: later
                ReferenceMatcher.MaxSpan = maxSpan
                ReferenceMatcher.All = all
                ReferenceMatcher.Count = threshold
                ReferenceMatcher.Suppressed = suppressed
            }
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

/// The same rule for the engine. Times are in units of 100 ns, the smallest that a TimeSpan tells apart.
let private planOf (rule: ReferenceMatcher.Rule) =
    let key text index =
        StepKey<string>(
            text,
            ImmutableArray.Create "key",
            (fun b -> string (argument index 1 b).AsText),
            (fun v -> string v[1].AsText)
        )

    let stepOf i (s: ReferenceMatcher.Step) =
        let patternOf (name: string) =
            match s.Text with
            | Some text -> EventPattern(name).With("text", FieldPath.Of 0, TextPattern.EqualTo text)
            | None -> EventPattern name

        let pattern =
            (patternOf (List.head s.Names)).OrAny(List.map patternOf (List.tail s.Names))

        let conditions =
            match s.Above with
            | Some limit when i = 0 -> [ Condition("above", (fun b -> (argument 0 2 b).AsInt64 > limit)) ]
            | Some limit ->
                [
                    Condition("above", (fun b -> (argument i 2 b).AsInt64 > limit + (argument 0 2 b).AsInt64))
                ]
            | None -> []

        let drops (name: string option) =
            ImmutableArray.CreateRange
                [
                    for name in Option.toList name -> UnlessPlan(EventPattern name, key "drop" (i - 1))
                ]

        StepPlan(
            $"s{i}",
            pattern,
            ImmutableArray.CreateRange conditions,
            (if i = 0 || not s.Keyed then null else key "key" (i - 1)),
            (s.Within |> Option.map TimeSpan.FromTicks |> Option.toNullable),
            drops s.Unless
        )
            .WithUntil(drops s.Until)

    let suppressions =
        [
            for text in Option.toList rule.Suppressed ->
                SuppressPlan("known", Condition("...", (fun b -> string (argument 0 0 b).AsText = text)))
        ]

    let plan =
        (Some.rule "X" (List.mapi stepOf rule.Steps))
            .With(
                (if rule.All then Overlap.All else Overlap.Latest),
                (rule.MaxSpan |> Option.map TimeSpan.FromTicks |> Option.toNullable),
                ImmutableArray.CreateRange suppressions
            )

    match rule.Count with
    | None -> plan
    | Some(n, window, distinct) ->
        let last = rule.Steps.Length - 1

        counting
            (CountPlan<string>(
                n,
                TimeSpan.FromTicks window,
                "",
                (fun b -> string (argument last 1 b).AsText),
                (if distinct then
                     Func<_, _>(fun (b: Bindings) -> b[last][0])
                 else
                     null)
            ))
            plan

// Tables walk themselves for what has expired at every turn.
let private sweeping = DetectionOptions(SweepAtLeast = 1)

let private inNanoseconds (events: AuditEvent list) =
    events |> List.map (fun e -> e.With(time = Nullable(e.Time * 100L)))

let private config =
    { FsCheckConfig.defaultConfig with
        maxTest = 5000
    }

/// Of each finding: whether it is suppressed, and the ordinals that it cites.
let private shown (findings: AuditRules.Detection.Findings.Finding seq) =
    [
        for f in findings ->
            f.State = AuditRules.Detection.Findings.FindingState.Suppressed,
            [ for e in f.Events -> e.Event.Ordinal ]
    ]

let private streams = Arb.fromGen (Gen.zip genRule genEvents)

[<Tests>]
let tests =
    testList
        "the engine against the reference matcher"
        [
            testPropertyWithConfig config "random rules over random streams give the same findings"
            <| Prop.forAll streams (fun (rule, events) ->
                let engine = DetectionEngine([ planOf rule ], sweeping)
                engine.Process(MemoryFrame(inNanoseconds events))

                shown (engine.Complete []).Findings = ReferenceMatcher.run rule events)

            testPropertyWithConfig config "where a stream is cut into frames makes no difference"
            <| Prop.forAll
                (Arb.fromGen (Gen.zip (Gen.zip genRule genEvents) (Gen.choose (1, 5))))
                (fun ((rule, events), size) ->
                    let ordinals (frames: AuditEvent list list) =
                        let engine = DetectionEngine([ planOf rule ], sweeping)

                        for frame in frames do
                            engine.Process(MemoryFrame(inNanoseconds frame))

                        shown (engine.Complete []).Findings

                    ordinals (List.chunkBySize size events) = ordinals [ events ])

            testPropertyWithConfig config "rules do not see each other"
            <| Prop.forAll
                (Arb.fromGen (Gen.zip (Gen.zip genRule genRule) genEvents))
                (fun ((first, second), events) ->
                    let renamed id (plan: RulePlan) =
                        RulePlan(Some.info id, plan.Steps, plan.Count, plan.Message, plan.Examples)
                            .With(plan.Overlap, plan.MaxSpan, plan.Suppressions)

                    let engine =
                        DetectionEngine [ renamed "A" (planOf first); renamed "B" (planOf second) ]

                    engine.Process(MemoryFrame(inNanoseconds events))
                    let result = engine.Complete []

                    let of' id =
                        result.Findings |> Seq.filter (fun f -> f.Rule.Id = id) |> shown

                    of' "A" = ReferenceMatcher.run first events
                    && of' "B" = ReferenceMatcher.run second events)
        ]
