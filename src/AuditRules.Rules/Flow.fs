namespace AuditRules

open System
open System.Collections.Immutable
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events

/// What a `within` bounds: the clause that it stands behind.
type internal Bounded =
    | TheStep
    | ThePreceding
    | TheAbsence

/// A rule while it is being written. Steps are kept last first.
type internal Draft =
    {
        Steps: StepPlan list
        Unless: UnlessPlan list
        Until: UnlessPlan list
        MaxSpan: TimeSpan option
        Suppressions: SuppressPlan list
        Count: ThresholdPlan option
        Absence: (UnlessPlan * TimeSpan option) option
        Bounded: Bounded
        Message: Func<Bindings, string> option
        Examples: (bool * AuditEvent list) list
        Problems: string list
    }

module internal Draft =
    let ofPattern pattern =
        {
            Steps = [ StepPlan("event", pattern) ]
            Unless = []
            Until = []
            MaxSpan = None
            Suppressions = []
            Count = None
            Absence = None
            Bounded = TheStep
            Message = None
            Examples = []
            Problems = []
        }

    let problem text draft =
        { draft with
            Problems = text :: draft.Problems
        }

    let mapLast (change: StepPlan -> StepPlan) draft =
        match draft.Steps with
        | last :: earlier ->
            { draft with
                Steps = change last :: earlier
            }
        | [] -> draft

/// What a rule says up to one clause: steps, and how the variables that the author named come out of their events.
[<AllowNullLiteral>]
type Flow<'T> internal (draft: Draft, bind: Bindings -> 'T) =
    member internal _.Draft = draft
    member internal _.Bind = bind
    member internal _.With(changed: Draft) = Flow<'T>(changed, bind)

/// Events of one name, or of one of several, with conditions on their fields: what stands behind `in` of a step.
type EventSource<'V when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>>
    internal (pattern: EventPattern, problems: string list) =
    inherit
        Flow<'V>(
            { Draft.ofPattern pattern with
                Problems = problems
            },
            (fun bindings -> 'V.Create bindings[0])
        )

    new(pattern: EventPattern) = EventSource<'V>(pattern, [])

    /// The events that the source takes, as data.
    member _.Pattern = pattern

    member internal _.Problems = problems

    /// Only those of the events for which the condition holds, where a pattern does not say it; for `unless`, `until` and
    /// the like, which no `where` follows: `unless (Py.OsRemove.where (fun r -> r.Path.Length > 3)) _.Path o.Path`.
    member _.where([<ReflectedDefinition(true)>] condition: Expr<'V -> bool>) : EventSource<'V> =
        let holds = Printing.value condition

        let test = EventTest(Printing.print condition, (fun view -> holds ('V.Create view)))

        let rec also (pattern: EventPattern) : EventPattern =
            pattern.With(test, Seq.map also pattern.Or |> ImmutableArray.CreateRange)

        EventSource<'V>(also pattern, problems)

/// Custom events by name: `for e in Custom "app.login" do where (e.Text 0 = "root")`.
[<Sealed>]
type Custom(name: string, conditions: ImmutableArray<FieldCondition>) =
    inherit EventSource<CustomEvent>(EventPattern(name, conditions))

    new(name: string) = Custom(name, ImmutableArray.Empty)

    /// The same events with a condition on an argument, from 0: `(Custom "app.login").argument (0, glob "adm*")`.
    member _.argument(index: int, pattern: TextPattern) =
        Custom(name, conditions.Add(FieldCondition($"argument {index}", FieldPath.Of index, pattern)))

    /// The same events with a condition on a number in an argument, from 0.
    member _.argument(index: int, pattern: NumberPattern) =
        Custom(name, conditions.Add(FieldCondition($"argument {index}", FieldPath.Of index, pattern)))

    /// An event of that name, for examples: `(Custom "app.login").make [ "root"; 3 ]`.
    member _.make(arguments: Value list) =
        AuditEvent(name, ImmutableArray.CreateRange arguments)
