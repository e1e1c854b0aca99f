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

    /// A key of that type, compared by structure.
    val key:
        text: string -> names: string list -> earlier: (Bindings -> 'K) -> later: (EventView -> 'K) -> StepKey
            when 'K: equality

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
        bind: (Bindings -> 'T) ->
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
