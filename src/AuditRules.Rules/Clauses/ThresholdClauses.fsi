namespace AuditRules

open System
open Microsoft.FSharp.Quotations

/// The clauses of `rule (...) { ... }` that decide over several matches of one key. A rule has at most one, the last of the
/// clauses that select (R18).
[<AbstractClass>]
type ThresholdClauses =
    inherit EndingClauses

    internal new: unit -> ThresholdClauses

    /// <summary>
    /// At least so many matches with the same key within the time (R15): <c>atLeast 5 (seconds 10) c.Process</c>. After a
    /// finding the count begins anew (R16).
    /// </summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="time">From the first of them to the last, inclusive; above zero.</param>
    /// <param name="key">What they share; of several values a struct tuple.</param>
    [<CustomOperation("atLeast", MaintainsVariableSpace = true)>]
    member AtLeast:
        flow: Flow<'T> *
        count: int *
        time: TimeSpan *
        [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K> ->
            Flow<'T>
            when 'K: equality

    /// <summary>
    /// At least so many different values with the same key within the time (R17):
    /// <c>atLeastDistinct 20 (seconds 10) c.Process c.Port</c>.
    /// </summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="time">From the first of them to the last, inclusive; above zero.</param>
    /// <param name="key">What they share; of several values a struct tuple.</param>
    /// <param name="value">Of which different ones are counted; of equal ones the latest counts.</param>
    [<CustomOperation("atLeastDistinct", MaintainsVariableSpace = true)>]
    member AtLeastDistinct:
        flow: Flow<'T> *
        count: int *
        time: TimeSpan *
        [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K> *
        [<ProjectionParameter; ReflectedDefinition(true)>] value: Expr<'T -> 'D> ->
            Flow<'T>
            when 'K: equality

    /// <summary>
    /// Matches with the same key whose values add up to that within the time (R48):
    /// <c>sumAtLeast 1000000L (minutes 1) s.Process s.Length</c>.
    /// </summary>
    /// <param name="sum">The sum to be reached, at least 1.</param>
    /// <param name="time">From the first of them to the last, inclusive; above zero.</param>
    /// <param name="key">What they share; of several values a struct tuple.</param>
    /// <param name="value">What is added up; a match whose value is 0 or below does not count.</param>
    [<CustomOperation("sumAtLeast", MaintainsVariableSpace = true)>]
    member SumAtLeast:
        flow: Flow<'T> *
        sum: int64 *
        time: TimeSpan *
        [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K> *
        [<ProjectionParameter; ReflectedDefinition(true)>] value: Expr<'T -> int64> ->
            Flow<'T>
            when 'K: equality

    /// <summary>
    /// A state of your own for each key, made anew with each match (R49):
    /// <c>fold 0L (minutes 1) c.Process (fun sum -> sum + c.Port) into s</c> and <c>where (s.State > 9L)</c>. Behind it the
    /// names before are gone: <c>s.Last</c> is what was bound, <c>s.Count</c> the number of matches.
    /// </summary>
    /// <param name="init">The state before the first match; a value that does not change.</param>
    /// <param name="time">How long after the first match one still counts, inclusive; above zero.</param>
    /// <param name="key">What the matches share; of several values a struct tuple.</param>
    /// <param name="step">The state after a match, of the state before it. An exception is the rule's failure (R22).</param>
    [<CustomOperation("fold", AllowIntoPattern = true)>]
    member Fold:
        flow: Flow<'T> *
        init: 'S *
        time: TimeSpan *
        [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K> *
        [<ProjectionParameter; ReflectedDefinition(true)>] step: Expr<'T -> ('S -> 'S)> ->
            Flow<Folded<'S, 'T>>
            when 'K: equality
