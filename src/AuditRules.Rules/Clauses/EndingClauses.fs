namespace AuditRules

open System
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans

[<AbstractClass>]
type EndingClauses internal () =
    inherit StepClauses()

    [<CustomOperation("unless", MaintainsVariableSpace = true)>]
    member _.Unless
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let draft = flow.Draft |> Lower.notAfterCount "unless" |> Lower.problemsOf source

        flow.With
            { draft with
                Unless = Lower.drop flow source theirs ours :: draft.Unless
            }

    [<CustomOperation("until", MaintainsVariableSpace = true)>]
    member _.Until
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let draft = flow.Draft |> Lower.notAfterCount "until" |> Lower.problemsOf source

        flow.With
            { draft with
                Until = Lower.drop flow source theirs ours :: draft.Until
            }

    [<CustomOperation("notFollowedBy", MaintainsVariableSpace = true)>]
    member _.NotFollowedBy
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let draft =
            flow.Draft
            |> Lower.notAfterCount "notFollowedBy"
            |> Lower.named (Printing.variable ours)
            |> Lower.problemsOf source

        flow.With
            { draft with
                Absence = Some(Lower.drop flow source theirs ours, None)
                Bounded = TheAbsence
            }

    [<CustomOperation("notPrecededBy", MaintainsVariableSpace = true)>]
    member _.NotPrecededBy
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let dropped = Lower.drop flow source theirs ours
        let preceded = PrecededPlan(dropped.Pattern, dropped.Key, Nullable())

        let draft =
            flow.Draft
            |> Lower.notAfterCount "notPrecededBy"
            |> Lower.named (Printing.variable ours)
            |> Lower.problemsOf source

        { draft with Bounded = ThePreceding }
        |> Lower.require
            (not (List.head draft.Steps).Together)
            "notPrecededBy does not go with together: its steps have no order"
        |> Draft.mapLast (fun step -> step.WithNotPrecededBy(step.NotPrecededBy.Add preceded))
        |> flow.With
