namespace AuditRules

open System
open System.Collections
open System.Collections.Immutable
open System.Runtime.CompilerServices
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans
open AuditRules.Events

[<AbstractClass>]
type ThresholdClauses internal () =
    inherit EndingClauses()

    // Two sequences that are made alike are two objects: their items are compared.
    static member private Content(value: objnull) : objnull =
        match value with
        | :? string -> value
        | :? ITuple as parts -> [ for i in 0 .. parts.Length - 1 -> ThresholdClauses.Content parts[i] ]
        | :? IEnumerable as items -> [ for item in items -> ThresholdClauses.Content item ]
        | _ -> value

    member private _.Threshold
        (
            clause,
            flow: Flow<'T>,
            count: int,
            time: TimeSpan,
            key: Expr<'T -> 'K>,
            distinct,
            reads: Reads.Scope -> ImmutableArray<FieldRead>,
            distinctText
        ) =
        let bind = flow.Bind
        let key' = Printing.value key
        let scope = Draft.scope (Lower.named (Printing.variable key) flow.Draft)

        let plan =
            CountPlan<'K>(
                count,
                time,
                Printing.print key,
                Func<_, _>(fun bindings -> key' (bind bindings)),
                distinct |> Option.map (fun f -> Func<_, _> f) |> Option.toObj,
                HashIdentity.Structural,
                HashIdentity.Structural,
                Reads = (Reads.overBound scope key).AddRange(reads scope),
                DistinctText = distinctText
            )

        let draft =
            flow.Draft
            |> Lower.notAfterCount clause
            |> Lower.named (Printing.variable key)
            |> Lower.positive clause time

        let draft =
            if count >= 1 then
                draft
            else
                Draft.problem $"{clause} needs a number of at least 1" draft

        flow.With { draft with Count = Some plan }

    [<CustomOperation("atLeast", MaintainsVariableSpace = true)>]
    member this.AtLeast
        (
            flow: Flow<'T>,
            count: int,
            time: TimeSpan,
            [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K>
        ) : Flow<'T> =
        this.Threshold("atLeast", flow, count, time, key, None, (fun _ -> ImmutableArray.Empty), "")

    [<CustomOperation("atLeastDistinct", MaintainsVariableSpace = true)>]
    member this.AtLeastDistinct
        (
            flow: Flow<'T>,
            count: int,
            time: TimeSpan,
            [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] value: Expr<'T -> 'D>
        ) : Flow<'T> =
        let bind = flow.Bind
        let value' = Printing.value value

        this.Threshold(
            "atLeastDistinct",
            flow,
            count,
            time,
            key,
            Some(fun b -> ThresholdClauses.Content(value' (bind b))),
            (fun scope -> Reads.overBound scope value),
            Printing.print value
        )

    [<CustomOperation("sumAtLeast", MaintainsVariableSpace = true)>]
    member _.SumAtLeast
        (
            flow: Flow<'T>,
            sum: int64,
            time: TimeSpan,
            [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] value: Expr<'T -> int64>
        ) : Flow<'T> =
        let bind = flow.Bind
        let key', value' = Printing.value key, Printing.value value
        let scope = Draft.scope (Lower.named (Printing.variable key) flow.Draft)

        let plan =
            SumPlan<'K>(
                sum,
                time,
                Printing.print key,
                Func<_, _>(fun bindings -> key' (bind bindings)),
                Printing.print value,
                Func<_, _>(fun bindings -> value' (bind bindings)),
                HashIdentity.Structural,
                Reads = (Reads.overBound scope key).AddRange(Reads.overBound scope value)
            )

        flow.Draft
        |> Lower.notAfterCount "sumAtLeast"
        |> Lower.named (Printing.variable key)
        |> Lower.positive "sumAtLeast" time
        |> Lower.require (sum >= 1L) "sumAtLeast needs a number of at least 1"
        |> fun draft -> flow.With { draft with Count = Some plan }

    [<CustomOperation("fold", AllowIntoPattern = true)>]
    member _.Fold
        (
            flow: Flow<'T>,
            init: 'S,
            time: TimeSpan,
            [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] step: Expr<'T -> ('S -> 'S)>
        ) : Flow<Folded<'S, 'T>> =
        let bind = flow.Bind
        let key', step' = Printing.value key, Printing.value step
        let scope = Draft.scope (Lower.named (Printing.variable key) flow.Draft)

        let plan =
            FoldPlan<'K>(
                box init,
                time,
                Printing.print key,
                Func<_, _>(fun bindings -> key' (bind bindings)),
                Func<_, _, _>(fun state bindings -> box (step' (bind bindings) (unbox<'S> state))),
                ImmutableArray.Empty,
                HashIdentity.Structural,
                Reads = (Reads.overBound scope key).AddRange(Reads.overBound scope step),
                StepText = $"{Printing.literal (box init)} with {Printing.print step}"
            )

        let draft =
            flow.Draft
            |> Lower.notAfterCount "fold"
            |> Lower.named (Printing.variable key)
            |> Lower.positive "fold" time
            |> Lower.require
                (not typeof<'S>.IsArray)
                "fold keeps a state for each key: an array would be one for all, so write a list, a Set or a Map"

        Flow<Folded<'S, 'T>>(
            { draft with Count = Some plan },
            fun bindings ->
                let state, count =
                    match bindings.Fold with
                    | null -> box init, 0L
                    | fold -> fold.Value, fold.Count

                Folded<'S, 'T>(unbox<'S> state, bind bindings, count)
        )
