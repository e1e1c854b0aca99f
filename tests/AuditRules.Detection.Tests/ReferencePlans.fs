/// The rules of the reference matcher as plans for the engine.
module AuditRules.Detection.Tests.ReferencePlans

open System
open System.Collections.Immutable
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.ReferenceModel

/// The text, key or number of an event; of a finding those of its last step, which its message holds.
let field (index: int) (view: EventView) : string | null =
    let value = view[index]

    match FindingView(view) with
    | finding when view.Name.StartsWith("findings of", StringComparison.Ordinal) ->
        match (finding.Message.Split '|')[index] with
        | "" -> null
        | text -> text
    | _ when value.Kind = ValueKind.Int -> string value.AsInt64
    | _ -> value.AsText

let private number view = int64 (string (field 2 view))

let private ticks (time: int64 option) =
    time |> Option.map TimeSpan.FromTicks |> Option.toNullable

/// The same rule for the engine, its keys made by that function of a field's number and an event. Times are in units of
/// 100 ns, the smallest that a TimeSpan tells apart.
let rec planWith (keyOf: int -> EventView -> string | null) id (rule: Rule) : RulePlan =
    let below = rule.Below |> Option.map (planWith keyOf (id + "below"))

    // What is read of a finding is its message, which is made of the events that it cites.
    let readsOf step index =
        ImmutableArray.Create(
            FieldRead.ArgumentOf(step, index, "text"),
            FieldRead.ArgumentsOf(step, $"findings of {id}below")
        )

    let patternOf (source: Source) =
        let one (name: string) =
            let code reads (test: EventView -> bool) (pattern: EventPattern) =
                pattern.With(EventTest("...", test).Reading reads, ImmutableArray.Empty)

            let with' field path matching (wanted: string option) (pattern: EventPattern) =
                match wanted with
                | Some wanted -> pattern.With(field, path, (matching: string -> TextPattern) wanted)
                | None -> pattern

            let pattern =
                match name, below, source.Text with
                | "#", Some below, Some text ->
                    EventPattern.OfFindings below |> code (readsOf 0 0) (fun v -> field 0 v = text)
                | "#", Some below, None -> EventPattern.OfFindings below
                | _ ->
                    EventPattern(name)
                    |> with' "text" (FieldPath.Of 0) TextPattern.EqualTo source.Text
                    |> with' "item" (FieldPath.ItemOf(3, 0)) TextPattern.EqualTo source.Item
                    |> with' "joined" (FieldPath.Joined 3) TextPattern.StartsWith source.Joined

            match source.Over with
            | Some least -> pattern |> code ImmutableArray.Empty (fun v -> number v > least)
            | None -> pattern

        (one (List.head source.Names)).OrAny(List.map one (List.tail source.Names))

    let key index earlier =
        StepKey<string | null>(
            "key",
            ImmutableArray.Create "key",
            (fun (b: Bindings) -> keyOf index b[earlier]),
            (fun v -> keyOf index v),
            EarlierReads =
                (if index = 0 then
                     readsOf earlier 0
                 else
                     ImmutableArray.Empty),
            LaterReads = (if index = 0 then readsOf 0 0 else ImmutableArray.Empty)
        )

    let stepOf i (s: Step) =
        let above (limit: int64) (b: Bindings) =
            number b[i] > limit + (if i = 0 then 0L else number b[0])

        let drops source =
            ImmutableArray.CreateRange
                [
                    for source in Option.toList source -> UnlessPlan(patternOf source, key 1 (i - 1))
                ]

        let preceded =
            [
                for source, window in Option.toList s.Preceded ->
                    PrecededPlan(patternOf source, key 1 i, ticks window)
            ]

        let step =
            StepPlan(
                $"s{i}",
                patternOf s.Source,
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

    let final = rule.Steps.Length - 1

    let suppressions =
        [
            for suppressed in Option.toList rule.Suppressed ->
                let isSuppressed (b: Bindings) =
                    match suppressed with
                    | FirstText text -> field 0 b[0] = text
                    | LastNumber wanted -> number b[final] = wanted

                let reads =
                    match suppressed with
                    | FirstText _ -> readsOf 0 0
                    | LastNumber _ -> ImmutableArray.Empty

                SuppressPlan("known", Condition("...", isSuppressed).Reading reads)
        ]

    let own (b: Bindings) = keyOf 1 b[final]

    let threshold: ThresholdPlan | null =
        match rule.Threshold with
        | None -> null
        | Some(Count(least, distinct), window) ->
            let value (b: Bindings) : objnull = string (field 0 b[final])

            CountPlan<string | null>(
                least,
                TimeSpan.FromTicks window,
                "",
                own,
                (if distinct then Func<_, _> value else null),
                Reads = (if distinct then readsOf final 0 else ImmutableArray.Empty)
            )
        | Some(Sum least, window) ->
            SumPlan<string | null>(least, TimeSpan.FromTicks window, "", own, "", (fun b -> number b[final]))
        | Some(Fold above, window) ->
            let sum (state: objnull) (b: Bindings) =
                box (unbox<int64> state + number b[final])

            let holds (b: Bindings) =
                match b.Fold with
                | null -> false
                | fold -> unbox<int64> fold.Value > above

            FoldPlan<string | null>(
                box 0L,
                TimeSpan.FromTicks window,
                "",
                own,
                sum,
                ImmutableArray.Create(Condition("...", holds))
            )

    let absence: AbsencePlan | null =
        match rule.Absence with
        | Some(source, window) -> AbsencePlan(patternOf source, key 1 final, TimeSpan.FromTicks window)
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
            (if rule.All.IsSome then Overlap.All else Overlap.Latest),
            ticks rule.MaxSpan,
            ImmutableArray.CreateRange suppressions
        )
        .WithAbsence(absence)

let planOf rule = planWith field "X" rule
