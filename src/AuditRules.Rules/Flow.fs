namespace AuditRules

open System
open System.Collections.Immutable
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events

type internal Bounded =
    | TheStep
    | ThePreceding
    | PrecedingBounded
    | TheAbsence

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
        Lets: Map<string, FieldRead list>
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
            Lets = Map.empty
            Problems = []
        }

    let scope draft : Reads.Scope =
        {
            Steps = [ for step in List.rev draft.Steps -> step.Name ]
            Lets = draft.Lets
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

[<AllowNullLiteral>]
type Flow<'T> internal (draft: Draft, bind: Bindings -> 'T) =
    member internal _.Draft = draft
    member internal _.Bind = bind
    member internal _.With(changed: Draft) = Flow<'T>(changed, bind)

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

    member _.Pattern = pattern

    member internal _.Problems = problems

    member _.where([<ReflectedDefinition(true)>] condition: Expr<'V -> bool>) : EventSource<'V> =
        let holds = Printing.value condition

        let test =
            EventTest(Printing.print condition, (fun view -> holds ('V.Create view)))
                .Reading(Reads.ofEvent 0 condition)

        let rec also (pattern: EventPattern) : EventPattern =
            pattern.With(test, Seq.map also pattern.Or |> ImmutableArray.CreateRange)

        EventSource<'V>(also pattern, problems)

module internal EventName =
    let required (name: string) =
        if String.IsNullOrWhiteSpace name then
            invalidArg "name" "Custom takes the name of an event, as Custom \"app.login\""
        else
            name

[<Sealed>]
type Custom(name: string, conditions: ImmutableArray<FieldCondition>) =
    inherit EventSource<CustomEvent>(EventPattern(EventName.required name, conditions))

    new(name: string) = Custom(name, ImmutableArray.Empty)

    member _.argument(index: int, pattern: TextPattern) =
        Custom(name, conditions.Add(FieldCondition($"argument {index}", FieldPath.Of index, pattern)))

    member _.argument(index: int, pattern: NumberPattern) =
        Custom(name, conditions.Add(FieldCondition($"argument {index}", FieldPath.Of index, pattern)))

    member _.make(arguments: Value list) =
        AuditEvent(name, ImmutableArray.CreateRange arguments)
