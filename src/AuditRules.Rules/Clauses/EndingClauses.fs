namespace AuditRules

open System
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans

/// The clauses that an event can end a match by.
[<AbstractClass>]
type EndingClauses internal () =
    inherit StepClauses()

    /// Drops what waits for the next step when such an event comes: `unless Py.OsRemove _.Path o.Path`.
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
                Unless = Lower.drop flow.Bind source theirs ours :: draft.Unless
            }

    /// Drops the match when such an event comes before its last step, whatever step it waits for:
    /// `until Py.OsRemove _.Path o.Path`.
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
                Until = Lower.drop flow.Bind source theirs ours :: draft.Until
            }

    /// No such event may come behind the last step, for as long as the `within` behind this clause says:
    /// `notFollowedBy Py.OsRemove _.Path o.Path` and `within (seconds 5)`.
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
                Absence = Some(Lower.drop flow.Bind source theirs ours, None)
                Bounded = TheAbsence
            }

    /// No such event may have come before the last step: in the time of the `within` behind this clause, or else ever.
    [<CustomOperation("notPrecededBy", MaintainsVariableSpace = true)>]
    member _.NotPrecededBy
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let dropped = Lower.drop flow.Bind source theirs ours
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
