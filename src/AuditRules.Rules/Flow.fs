namespace AuditRules

open System
open System.Collections.Immutable
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events

/// A rule while it is being written. Steps are kept last first.
type internal Draft =
    {
        Steps: StepPlan list
        Unless: UnlessPlan list
        Count: CountPlan option
        Message: Func<Bindings, string> option
        Examples: (bool * AuditEvent list) list
        Problems: string list
    }

module internal Draft =
    let ofPattern pattern =
        {
            Steps = [ StepPlan("event", pattern) ]
            Unless = []
            Count = None
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

/// Events of one name, with conditions on their fields: what stands behind `in` of a step.
type EventSource<'V when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>>
    (pattern: EventPattern) =
    inherit Flow<'V>(Draft.ofPattern pattern, (fun bindings -> 'V.Create bindings[0]))

    /// The events that the source takes, as data.
    member _.Pattern = pattern

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
