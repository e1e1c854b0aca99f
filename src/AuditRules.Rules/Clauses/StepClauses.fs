namespace AuditRules

open System
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans

[<Struct>]
type Yielded<'T> = Yielded of 'T

[<AbstractClass>]
type StepClauses internal () =
    member _.For(source: Flow<'T>, [<ReflectedDefinition(true)>] body: Expr<'T -> Yielded<'U>>) : Flow<'U> =
        let f = Printing.value body

        let bind bindings =
            let (Yielded result) = f (source.Bind bindings)
            result

        let draft = Lower.named (Printing.variable body) source.Draft
        let lets = Reads.lets (Draft.scope draft) body

        Flow<'U>(
            { draft with
                Lets = Map.fold (fun known name reads -> Map.add name reads known) draft.Lets lets
            },
            bind
        )

    member _.Yield(value: 'T) = Yielded value

    [<CustomOperation("where", MaintainsVariableSpace = true)>]
    member _.Where
        (flow: Flow<'T>, [<ProjectionParameter; ReflectedDefinition(true)>] condition: Expr<'T -> bool>)
        : Flow<'T> =
        let draft = flow.Draft |> Lower.named (Printing.variable condition)
        let condition' = Lower.condition flow draft condition

        match draft.Count with
        | Some threshold when threshold.TakesConditions ->
            flow.With
                { draft with
                    Count = Some(threshold.WithCondition condition')
                }
        | _ ->
            draft
            |> Lower.notAfterCount "where"
            |> Draft.mapLast (fun step -> step.WithCondition condition')
            |> flow.With

    member private _.Join
        (
            clause,
            flow: Flow<'O>,
            source: EventSource<'I>,
            earlier: Expr<'O -> 'K>,
            later: Expr<'I -> 'K>,
            result: 'O -> 'I -> 'R
        ) : Flow<'R> =
        let draft =
            flow.Draft
            |> Lower.notAfterCount clause
            |> Lower.named (Printing.variable earlier)

        let bind = flow.Bind
        let step = draft.Steps.Length
        let result' = OptimizedClosures.FSharpFunc<_, _, _>.Adapt result

        let key =
            Lower.key flow draft source earlier later $"{Printing.print earlier} = {Printing.print later}"

        Flow<'R>(
            Lower.addStep (Printing.variable later) source key draft,
            fun bindings -> result'.Invoke(bind bindings, 'I.Create bindings[step])
        )

    [<CustomOperation("followedBy", IsLikeJoin = true, JoinConditionWord = "on")>]
    member this.FollowedBy
        (
            flow: Flow<'O>,
            source: EventSource<'I>,
            [<ReflectedDefinition(true)>] earlier: Expr<'O -> 'K>,
            [<ReflectedDefinition(true)>] later: Expr<'I -> 'K>,
            result: 'O -> 'I -> 'R
        ) : Flow<'R> =
        this.Join("followedBy", flow, source, earlier, later, result)

    [<CustomOperation("thenBy", IsLikeZip = true)>]
    member _.ThenBy
        (flow: Flow<'O>, source: EventSource<'I>, [<ReflectedDefinition(true)>] result: Expr<'O -> 'I -> 'R>)
        : Flow<'R> =
        let first, name = Printing.variables result

        let draft = flow.Draft |> Lower.notAfterCount "thenBy" |> Lower.named first

        let bind = flow.Bind
        let step = draft.Steps.Length

        let result' = OptimizedClosures.FSharpFunc<_, _, _>.Adapt(Printing.value result)

        Flow<'R>(
            Lower.addStep name source null draft,
            fun bindings -> result'.Invoke(bind bindings, 'I.Create bindings[step])
        )

    [<CustomOperation("together", IsLikeJoin = true, JoinConditionWord = "on")>]
    member this.Together
        (
            flow: Flow<'O>,
            source: EventSource<'I>,
            [<ReflectedDefinition(true)>] earlier: Expr<'O -> 'K>,
            [<ReflectedDefinition(true)>] later: Expr<'I -> 'K>,
            result: 'O -> 'I -> 'R
        ) : Flow<'R> =
        let draft = flow.Draft

        let others =
            draft.Steps
            |> List.filter (fun step -> step.Together)
            |> List.map _.Name
            |> Set.ofList

        let draft =
            draft
            |> Lower.require
                (others.Count = draft.Steps.Length - 1)
                "together stands right behind the first step, or behind another together"
            |> Lower.require
                (draft.Unless.IsEmpty && draft.Until.IsEmpty)
                "unless and until cannot stand before together: its steps have no order"
            |> Lower.require
                (Printing.used earlier |> List.forall (others.Contains >> not))
                "the left side of together's key may use the first step alone: its steps have no order"
            |> Lower.require
                (draft.Steps |> List.forall (fun step -> step.NotPrecededBy.IsEmpty))
                "notPrecededBy does not go with together: its steps have no order"

        let joined = this.Join("together", flow.With draft, source, earlier, later, result)

        joined.With(joined.Draft |> Draft.mapLast _.WithTogether())

    [<CustomOperation("runs", MaintainsVariableSpace = true)>]
    member _.Runs(flow: Flow<'T>, from: int) : Flow<'T> =
        flow.Draft |> Lower.runs from None |> flow.With

    [<CustomOperation("runs", MaintainsVariableSpace = true)>]
    member _.Runs(flow: Flow<'T>, (from: int, until: int)) : Flow<'T> =
        flow.Draft |> Lower.runs from (Some until) |> flow.With

    [<CustomOperation("within", MaintainsVariableSpace = true)>]
    member _.Within(flow: Flow<'T>, time: TimeSpan) : Flow<'T> =
        let draft =
            match flow.Draft.Bounded with
            | TheAbsence -> flow.Draft
            | _ -> Lower.notAfterCount "within" flow.Draft
            |> Lower.positive "within" time

        match draft.Bounded, draft.Steps, draft.Absence with
        | TheAbsence, _, Some(_, Some _) ->
            draft |> Draft.problem "within stands twice behind notFollowedBy; it has one"
        | TheAbsence, _, Some(absence, None) ->
            { draft with
                Absence = Some(absence, Some time)
            }
        | ThePreceding, last :: _, _ ->
            let preceded = last.NotPrecededBy
            let bounded = preceded[preceded.Length - 1]

            let bounded = PrecededPlan(bounded.Pattern, bounded.Key, Nullable time)

            { draft with
                Bounded = PrecedingBounded
            }
            |> Draft.mapLast _.WithNotPrecededBy(preceded.SetItem(preceded.Length - 1, bounded))
        | PrecedingBounded, _, _ ->
            draft
            |> Draft.problem
                "within stands twice behind notPrecededBy; it has one, and that of the step stands before it"
        | _, [ _ ], _ -> draft |> Draft.problem "within needs two steps: put followedBy before it"
        | _ -> draft |> Draft.mapLast (fun step -> step.WithWindow time)
        |> flow.With

    [<CustomOperation("maxspan", MaintainsVariableSpace = true)>]
    member _.MaxSpan(flow: Flow<'T>, time: TimeSpan) : Flow<'T> =
        let draft =
            flow.Draft |> Lower.notAfterCount "maxspan" |> Lower.positive "maxspan" time

        let draft =
            match draft.MaxSpan, draft.Steps with
            | Some _, _ -> Draft.problem "maxspan stands twice; a rule has one" draft
            | None, [ _ ] -> Draft.problem "maxspan needs two steps: put it behind the second" draft
            | None, _ -> draft

        flow.With { draft with MaxSpan = Some time }
