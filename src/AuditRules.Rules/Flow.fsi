namespace AuditRules

open System
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events

/// What a `within` bounds: the clause that it stands behind.
type internal Bounded =
    | TheStep
    | ThePreceding
    | PrecedingBounded
    | TheAbsence

/// A rule while it is being written. Lists are kept last first.
type internal Draft =
    {
        /// The steps so far; never empty.
        Steps: StepPlan list
        /// The `unless` before the step that comes next.
        Unless: UnlessPlan list
        /// The `until` before the step that comes next.
        Until: UnlessPlan list
        MaxSpan: TimeSpan option
        Suppressions: SuppressPlan list
        Count: ThresholdPlan option
        /// `notFollowedBy`, and the window that `within` gave it.
        Absence: (UnlessPlan * TimeSpan option) option
        Bounded: Bounded
        Message: Func<Bindings, string> option
        /// True for what the rule must fire on.
        Examples: (bool * AuditEvent list) list
        /// What `let` bound, and what it read of events.
        Lets: Map<string, FieldRead list>
        /// What does not fit, in words (AR0007).
        Problems: string list
    }

module internal Draft =
    /// One step that takes those events.
    val ofPattern: pattern: EventPattern -> Draft

    /// The names that an expression over all that is bound may use.
    val scope: draft: Draft -> Reads.Scope

    /// One problem more.
    val problem: text: string -> draft: Draft -> Draft

    /// The last step changed.
    val mapLast: change: (StepPlan -> StepPlan) -> draft: Draft -> Draft

/// What a rule says up to one clause: its steps, and how the variables that the author named come out of their events.
/// Each clause of a rule makes one of the one before it; authors never name it.
[<AllowNullLiteral>]
type Flow<'T> =
    internal new: draft: Draft * bind: (Bindings -> 'T) -> Flow<'T>
    member internal Draft: Draft
    member internal Bind: (Bindings -> 'T)
    member internal With: changed: Draft -> Flow<'T>

/// Events of one name, or of one of several, with conditions on their fields: what stands behind `in` of a step. `Py.Open`
/// is one, so is what its `matching` gives, `Custom "name"`, `anyOf (a, b)` and `findingsOf rule`.
type EventSource<'V when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>> =
    inherit Flow<'V>

    internal new: pattern: EventPattern -> EventSource<'V>
    internal new: pattern: EventPattern * problems: string list -> EventSource<'V>

    /// The events that the source takes, as data.
    member Pattern: EventPattern

    member internal Problems: string list

    /// <summary>
    /// Only those of the events for which the condition holds, where a pattern does not say it (R44). For <c>unless</c>,
    /// <c>until</c> and the like, which no <c>where</c> follows:
    /// <c>unless (Py.OsRemove.where (fun r -> r.Path.Length > 3)) _.Path o.Path</c>.
    /// </summary>
    /// <param name="condition">Asked of one event alone, after the conditions on fields. An exception is the rule's failure
    /// (R22).</param>
    member where: [<ReflectedDefinition(true)>] condition: Expr<'V -> bool> -> EventSource<'V>

module internal EventName =
    /// That name. Throws ArgumentException where it is null, empty or blank.
    val required: name: string -> string

/// Events by name, with arguments by number: for those of your own programs, and for what Python raises and
/// docs/events.md does not list. `for e in Custom "app.login" do where (e.Text 0 = "root")`.
[<Sealed>]
type Custom =
    inherit EventSource<CustomEvent>

    /// <summary>All events of that name: <c>Custom "app.login"</c>.</summary>
    /// <param name="name">The event's whole name, as it was raised; capital and small letters differ.</param>
    new: name: string -> Custom

    /// <summary>The same events with a condition on an argument: <c>(Custom "app.login").argument (0, glob "adm*")</c>.</summary>
    /// <param name="index">The argument's number, from 0. An event that has fewer arguments does not match (R3).</param>
    /// <param name="pattern">What the text must match; bytes count as text (R36).</param>
    member argument: index: int * pattern: TextPattern -> Custom

    /// <summary>The same events with a condition on a number in an argument: <c>(Custom "app.login").argument (1, 443)</c>.</summary>
    /// <param name="index">The argument's number, from 0. An event that has fewer arguments does not match (R3).</param>
    /// <param name="pattern">What the number must match; false and true are 0 and 1 (R72).</param>
    member argument: index: int * pattern: NumberPattern -> Custom

    /// <summary>An event of that name, for examples: <c>(Custom "app.login").make [ "root"; 3 ]</c>.</summary>
    /// <param name="arguments">The arguments in order: text, numbers, truth values, or any <c>Value</c>.</param>
    member make: arguments: Value list -> AuditEvent
