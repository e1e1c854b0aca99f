namespace AuditRules

open System
open System.Collections.Immutable
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans
open AuditRules.Events

/// What a `fold` has made of the matches of one key (R49): `s` behind `fold ... into s`.
[<Sealed>]
type Folded<'S, 'T> =
    internal new: state: 'S * last: 'T * count: int64 -> Folded<'S, 'T>

    /// The state, with the latest match in it.
    member State: 'S

    /// What was bound before the fold, of the latest match: the event, or a tuple of the variables.
    member Last: 'T

    /// How many matches are in it, at least 1.
    member Count: int64

/// What the clauses make of their arguments, and what of them does not fit.
module internal Lower =
    val array: items: 'A seq -> ImmutableArray<'A>

    /// A key of that type, compared by structure: what is bound joins an event of the source.
    val key:
        flow: Flow<'T> ->
        draft: Draft ->
        source: EventSource<'X> ->
        earlier: Expr<'T -> 'K> ->
        later: Expr<'X -> 'K> ->
        text: string ->
            StepKey
            when 'K: equality

    /// A condition over all that is bound.
    val condition: flow: Flow<'T> -> draft: Draft -> condition: Expr<'T -> bool> -> Condition

    /// The first step under its name, where a clause is the first to tell it.
    val named: name: string option -> draft: Draft -> Draft

    /// A problem when a threshold or an absence stands before the clause (R18, R50).
    val notAfterCount: clause: string -> draft: Draft -> Draft

    /// A problem unless the condition holds.
    val require: holds: bool -> problem: string -> draft: Draft -> Draft

    /// A problem unless the time is above zero.
    val positive: what: string -> time: TimeSpan -> draft: Draft -> Draft

    /// The source's own problems.
    val problemsOf: source: EventSource<'X> -> draft: Draft -> Draft

    /// What `unless` and its like make of their arguments: the events, and the key that they share with what is bound.
    val drop:
        flow: Flow<'T> ->
        source: EventSource<'X> ->
        theirs: Expr<'X -> 'K> ->
        ours: Expr<'T -> 'K> ->
            UnlessPlan
            when 'K: equality

    /// A later step, and the unless and until that stand before it.
    val addStep:
        name: string option -> source: EventSource<'I> -> key: (StepKey | null) -> draft: Draft -> Draft

    /// The last step as a run.
    val runs: from: int -> until: int option -> draft: Draft -> Draft

    /// The rule as data, and what is wrong with it.
    val plan: info: RuleInfo -> overlap: Overlap -> draft: Draft -> RulePlan * ImmutableArray<string>
