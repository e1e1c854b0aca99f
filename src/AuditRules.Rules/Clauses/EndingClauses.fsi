namespace AuditRules

open Microsoft.FSharp.Quotations
open AuditRules.Events

/// The clauses of `rule (...) { ... }` that name an event which must not come. Each takes a source, the key of its event and
/// the key of what is bound; where the two are equal, the event counts. A key of null equals nothing (R6).
[<AbstractClass>]
type EndingClauses =
    inherit StepClauses

    internal new: unit -> EndingClauses

    /// <summary>
    /// Drops what waits for the next step when such an event comes (R13, R14): <c>unless Py.OsRemove _.Path o.Path</c>. It
    /// stands before the <c>followedBy</c> of that step.
    /// </summary>
    /// <param name="source">Which events.</param>
    /// <param name="theirs">The key of such an event, as <c>_.Path</c>.</param>
    /// <param name="ours">What it must be equal to, over the events named so far.</param>
    [<CustomOperation("unless", MaintainsVariableSpace = true)>]
    member Unless:
        flow: Flow<'T> *
        source: EventSource<'X> *
        [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K> *
        [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K> ->
            Flow<'T>
            when 'K: equality

    /// <summary>
    /// Drops the match when such an event comes before its last step, whatever step it waits for (R39):
    /// <c>until Py.OsRemove _.Path o.Path</c>.
    /// </summary>
    /// <param name="source">Which events.</param>
    /// <param name="theirs">The key of such an event, as <c>_.Path</c>.</param>
    /// <param name="ours">What it must be equal to, over the events named so far.</param>
    [<CustomOperation("until", MaintainsVariableSpace = true)>]
    member Until:
        flow: Flow<'T> *
        source: EventSource<'X> *
        [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K> *
        [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K> ->
            Flow<'T>
            when 'K: equality

    /// <summary>
    /// No such event may come behind the last step, for as long as the <c>within</c> behind this clause says (R50 to R52):
    /// <c>notFollowedBy Py.OsRemove _.Path o.Path</c> and <c>within (seconds 5)</c>. The last of the clauses that select.
    /// Where the recording could not hold such an event, the finding is in doubt.
    /// </summary>
    /// <param name="source">Which events.</param>
    /// <param name="theirs">The key of such an event, as <c>_.Path</c>.</param>
    /// <param name="ours">What it must be equal to, over the events named so far.</param>
    [<CustomOperation("notFollowedBy", MaintainsVariableSpace = true)>]
    member NotFollowedBy:
        flow: Flow<'T> *
        source: EventSource<'X> *
        [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K> *
        [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K> ->
            Flow<'T>
            when 'K: equality

    /// <summary>
    /// No such event may have come before the last step (R53): in the time that the <c>within</c> behind this clause says, or
    /// else ever. <c>notPrecededBy Py.OsChmod _.Path o.Path</c>.
    /// </summary>
    /// <param name="source">Which events.</param>
    /// <param name="theirs">The key of such an event, as <c>_.Path</c>.</param>
    /// <param name="ours">What it must be equal to, over the events named so far.</param>
    [<CustomOperation("notPrecededBy", MaintainsVariableSpace = true)>]
    member NotPrecededBy:
        flow: Flow<'T> *
        source: EventSource<'X> *
        [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K> *
        [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K> ->
            Flow<'T>
            when 'K: equality
