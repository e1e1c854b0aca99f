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

let private genStep first =
    gen {
        let! name = Gen.elements names

        let! text =
            Gen.frequency [ 2, Gen.constant None; 1, Gen.map Some (Gen.elements [ "x"; "y" ]) ]

        let! above =
            Gen.frequency [ 3, Gen.constant None; 1, Gen.map Some (Gen.choose64 (-2L, 2L)) ]

        let! within =
            Gen.frequency [ 1, Gen.constant None; 1, Gen.map Some (Gen.choose64 (0L, 6L)) ]

        let! unless =
            Gen.frequency [ 2, Gen.constant None; 1, Gen.map Some (Gen.elements names) ]

        return
            {
                ReferenceMatcher.Name = name
                ReferenceMatcher.Text = text
                ReferenceMatcher.Above = above
                ReferenceMatcher.Within = if first then None else within
                ReferenceMatcher.Unless = if first then None else unless
            }
    }

let private genRule =
    gen {
        let! first = genStep true
        let! count = Gen.choose (0, 2)
        let! later = Gen.listOfLength count (genStep false)

        let! threshold =
            Gen.frequency
                [
                    2, Gen.constant None
                    1,
                    gen {
                        let! n = Gen.choose (1, 3)
                        let! window = Gen.choose64 (0L, 8L)
                        let! distinct = Gen.elements [ true; false ]
                        return Some(n, window, distinct)
                    }
                ]

        return
            {
                ReferenceMatcher.Steps = first :: later
                ReferenceMatcher.Count = threshold
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
        let pattern =
            match s.Text with
            | Some text -> EventPattern(s.Name).With("text", FieldPath.Of 0, TextPattern.EqualTo text)
            | None -> EventPattern s.Name

        let conditions =
            match s.Above with
            | Some limit when i = 0 -> [ Condition("above", (fun b -> (argument 0 2 b).AsInt64 > limit)) ]
            | Some limit ->
                [
                    Condition("above", (fun b -> (argument i 2 b).AsInt64 > limit + (argument 0 2 b).AsInt64))
                ]
            | None -> []

        let unless =
            match s.Unless with
            | Some name -> [ UnlessPlan(EventPattern name, key "unless" (i - 1)) ]
            | None -> []

        StepPlan(
            $"s{i}",
            pattern,
            ImmutableArray.CreateRange conditions,
            (if i = 0 then null else key "key" (i - 1)),
            (s.Within |> Option.map TimeSpan.FromTicks |> Option.toNullable),
            ImmutableArray.CreateRange unless
        )

    let plan = Some.rule "X" (List.mapi stepOf rule.Steps)

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

                let actual =
                    [
                        for f in (engine.Complete []).Findings -> [ for e in f.Events -> e.Event.Ordinal ]
                    ]

                actual = ReferenceMatcher.run rule events)

            testPropertyWithConfig config "where a stream is cut into frames makes no difference"
            <| Prop.forAll
                (Arb.fromGen (Gen.zip (Gen.zip genRule genEvents) (Gen.choose (1, 5))))
                (fun ((rule, events), size) ->
                    let ordinals (frames: AuditEvent list list) =
                        let engine = DetectionEngine([ planOf rule ], sweeping)

                        for frame in frames do
                            engine.Process(MemoryFrame(inNanoseconds frame))

                        [
                            for f in (engine.Complete []).Findings ->
                                [ for e in f.Events -> e.Event.Ordinal ]
                        ]

                    ordinals (List.chunkBySize size events) = ordinals [ events ])

            testPropertyWithConfig config "rules do not see each other"
            <| Prop.forAll
                (Arb.fromGen (Gen.zip (Gen.zip genRule genRule) genEvents))
                (fun ((first, second), events) ->
                    let renamed id (plan: RulePlan) =
                        RulePlan(Some.info id, plan.Steps, plan.Count, plan.Message, plan.Examples)

                    let engine =
                        DetectionEngine [ renamed "A" (planOf first); renamed "B" (planOf second) ]

                    engine.Process(MemoryFrame(inNanoseconds events))
                    let result = engine.Complete []

                    let of' id =
                        [
                            for f in result.Findings do
                                if f.Rule.Id = id then
                                    [ for e in f.Events -> e.Event.Ordinal ]
                        ]

                    of' "A" = ReferenceMatcher.run first events
                    && of' "B" = ReferenceMatcher.run second events)
        ]
