namespace AuditRules

open System
open Microsoft.FSharp.Quotations
open AuditRules.Events

/// What the body of `for` gives: the compiler's own, authors never write it.
[<Struct>]
type Yielded<'T> = internal Yielded of 'T

/// The clauses of `rule (...) { ... }` that name events and say what they share.
[<AbstractClass>]
type StepClauses =
    internal new: unit -> StepClauses

    /// The first step, `for o in Py.Open do`: the events of one source (R2).
    member For: source: Flow<'T> * [<ReflectedDefinition(true)>] body: Expr<'T -> Yielded<'U>> -> Flow<'U>

    /// The end of the body of `for`: the compiler's own.
    member Yield: value: 'T -> Yielded<'T>

    /// <summary>
    /// Keeps only what the condition holds for (R4): <c>where (not o.IsWrite)</c>. Behind <c>fold</c> it decides on a finding
    /// (R49). What a pattern can say is better said in <c>matching</c>: patterns are asked once for each different value.
    /// </summary>
    /// <param name="condition">Any F# expression over all events named so far. An exception is the rule's failure (R22).</param>
    [<CustomOperation("where", MaintainsVariableSpace = true)>]
    member Where:
        flow: Flow<'T> * [<ProjectionParameter; ReflectedDefinition(true)>] condition: Expr<'T -> bool> ->
            Flow<'T>

    /// <summary>
    /// The next step (R5 to R12): <c>followedBy c in Py.SocketConnect on (o.Process = c.Process)</c>. Several keys:
    /// <c>on (struct (o.Process, o.Path) = struct (c.Process, c.Path))</c>. Without a <c>within</c> behind it the step may
    /// come at any later time.
    /// </summary>
    /// <param name="source">Which events take the step.</param>
    /// <param name="earlier">The left side of <c>on</c>, over the steps before. A key of null joins with nothing (R6).</param>
    /// <param name="later">The right side, over the new event.</param>
    [<CustomOperation("followedBy", IsLikeJoin = true, JoinConditionWord = "on")>]
    member FollowedBy:
        flow: Flow<'O> *
        source: EventSource<'I> *
        [<ReflectedDefinition(true)>] earlier: Expr<'O -> 'K> *
        [<ReflectedDefinition(true)>] later: Expr<'I -> 'K> *
        result: ('O -> 'I -> 'R) ->
            Flow<'R>
            when 'K: equality

    /// <summary>
    /// The next step, of which nothing is asked but that it comes later (R38): <c>thenBy c in Py.SocketConnect</c>.
    /// </summary>
    /// <param name="source">Which events take the step.</param>
    [<CustomOperation("thenBy", IsLikeZip = true)>]
    member ThenBy:
        flow: Flow<'O> * source: EventSource<'I> * [<ReflectedDefinition(true)>] result: Expr<'O -> 'I -> 'R> ->
            Flow<'R>

    /// <summary>
    /// A step that may come in any order with the first one and the others of its kind, right behind it (R47):
    /// <c>for o in Py.Open do together c in Py.SocketConnect on (o.Process = c.Process)</c>. A <c>within</c> behind it is from
    /// the first of them to the last.
    /// </summary>
    /// <param name="source">Which events take the step.</param>
    /// <param name="earlier">The left side of <c>on</c>, over the first step alone.</param>
    /// <param name="later">The right side, over the new event.</param>
    [<CustomOperation("together", IsLikeJoin = true, JoinConditionWord = "on")>]
    member Together:
        flow: Flow<'O> *
        source: EventSource<'I> *
        [<ReflectedDefinition(true)>] earlier: Expr<'O -> 'K> *
        [<ReflectedDefinition(true)>] later: Expr<'I -> 'K> *
        result: ('O -> 'I -> 'R) ->
            Flow<'R>
            when 'K: equality

    /// <summary>
    /// The last step is taken by that many events with the same key, each within its window of the one before (R46):
    /// <c>runs 3</c>. The finding cites all of them, the name stands for the last.
    /// </summary>
    /// <param name="from">How many, at least 1.</param>
    [<CustomOperation("runs", MaintainsVariableSpace = true)>]
    member Runs: flow: Flow<'T> * from: int -> Flow<'T>

    /// The same with a limit, for a step with another one behind it: `runs (2, 3)`. An event that would be the one after the
    /// last of so many drops the partial match (R46).
    [<CustomOperation("runs", MaintainsVariableSpace = true)>]
    member Runs: flow: Flow<'T> * (int * int) -> Flow<'T>

    /// <summary>
    /// The longest time since the step before, inclusive (R11): <c>within (seconds 5)</c>. Behind <c>together</c> it is from
    /// the first event of the group to the last (R47), behind <c>notFollowedBy</c> how long none may come (R50), behind
    /// <c>notPrecededBy</c> how long before none may have come (R53).
    /// </summary>
    /// <param name="time">Above zero; of several for one step the shortest holds, <c>notFollowedBy</c> and <c>notPrecededBy</c> have one.</param>
    [<CustomOperation("within", MaintainsVariableSpace = true)>]
    member Within: flow: Flow<'T> * time: TimeSpan -> Flow<'T>

    /// <summary>
    /// The longest time from the first event of a match to its last, inclusive (R40): <c>maxspan (minutes 1)</c>, once,
    /// behind the second step or a later one, and before a threshold or <c>notFollowedBy</c>.
    /// </summary>
    /// <param name="time">Above zero.</param>
    [<CustomOperation("maxspan", MaintainsVariableSpace = true)>]
    member MaxSpan: flow: Flow<'T> * time: TimeSpan -> Flow<'T>
