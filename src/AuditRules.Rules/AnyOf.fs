namespace AuditRules

open System
open AuditRules.Detection.Patterns
open AuditRules.Events

module internal Members =
    /// A view's own name, or null for one of any name.
    let nameOf<'V when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>> () =
        'V.EventName

    /// True for an event that the view is for.
    let isOf<'V when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>>
        (view: EventView)
        =
        match nameOf<'V>() with
        | null -> true
        | name -> name = view.Name

/// An event of one of two types: `anyOf (Py.Open, Py.OsRemove)`. `e.Case` tells them apart.
[<Struct>]
type Either<'A, 'B
    when 'A: struct
    and 'A: (new: unit -> 'A)
    and 'A :> ValueType
    and 'A :> IEventView<'A>
    and 'B: struct
    and 'B: (new: unit -> 'B)
    and 'B :> ValueType
    and 'B :> IEventView<'B>>(event: EventView) =
    /// The event by its type: `match e.Case with Choice1Of2 o -> o.Path | Choice2Of2 r -> r.Path`.
    member _.Case: Choice<'A, 'B> =
        if Members.isOf<'A> event then
            Choice1Of2('A.Create event)
        else
            Choice2Of2('B.Create event)

    /// The event's name.
    member _.Name = event.Name
    /// When it was raised, in nanoseconds since the Unix epoch.
    member _.Time = event.Time
    /// The process, as its ordinal in the trace.
    member _.Process = event.Process
    /// The operating system's process id.
    member _.Pid = event.Pid
    /// The operating system's thread id.
    member _.Thread = event.Thread
    /// The code that caused it, or null.
    member _.Caller = event.Caller

    interface IEventView<Either<'A, 'B>> with
        static member EventName = null
        static member Create(view) = Either<'A, 'B> view
        member _.Event = event

/// An event of one of three types.
[<Struct>]
type Either<'A, 'B, 'C
    when 'A: struct
    and 'A: (new: unit -> 'A)
    and 'A :> ValueType
    and 'A :> IEventView<'A>
    and 'B: struct
    and 'B: (new: unit -> 'B)
    and 'B :> ValueType
    and 'B :> IEventView<'B>
    and 'C: struct
    and 'C: (new: unit -> 'C)
    and 'C :> ValueType
    and 'C :> IEventView<'C>>(event: EventView) =
    /// The event by its type.
    member _.Case: Choice<'A, 'B, 'C> =
        if Members.isOf<'A> event then Choice1Of3('A.Create event)
        elif Members.isOf<'B> event then Choice2Of3('B.Create event)
        else Choice3Of3('C.Create event)

    /// The event's name.
    member _.Name = event.Name
    /// When it was raised, in nanoseconds since the Unix epoch.
    member _.Time = event.Time
    /// The process, as its ordinal in the trace.
    member _.Process = event.Process
    /// The operating system's process id.
    member _.Pid = event.Pid
    /// The operating system's thread id.
    member _.Thread = event.Thread
    /// The code that caused it, or null.
    member _.Caller = event.Caller

    interface IEventView<Either<'A, 'B, 'C>> with
        static member EventName = null
        static member Create(view) = Either<'A, 'B, 'C> view
        member _.Event = event

/// An event of one of four types.
[<Struct>]
type Either<'A, 'B, 'C, 'D
    when 'A: struct
    and 'A: (new: unit -> 'A)
    and 'A :> ValueType
    and 'A :> IEventView<'A>
    and 'B: struct
    and 'B: (new: unit -> 'B)
    and 'B :> ValueType
    and 'B :> IEventView<'B>
    and 'C: struct
    and 'C: (new: unit -> 'C)
    and 'C :> ValueType
    and 'C :> IEventView<'C>
    and 'D: struct
    and 'D: (new: unit -> 'D)
    and 'D :> ValueType
    and 'D :> IEventView<'D>>(event: EventView) =
    /// The event by its type.
    member _.Case: Choice<'A, 'B, 'C, 'D> =
        if Members.isOf<'A> event then Choice1Of4('A.Create event)
        elif Members.isOf<'B> event then Choice2Of4('B.Create event)
        elif Members.isOf<'C> event then Choice3Of4('C.Create event)
        else Choice4Of4('D.Create event)

    /// The event's name.
    member _.Name = event.Name
    /// When it was raised, in nanoseconds since the Unix epoch.
    member _.Time = event.Time
    /// The process, as its ordinal in the trace.
    member _.Process = event.Process
    /// The operating system's process id.
    member _.Pid = event.Pid
    /// The operating system's thread id.
    member _.Thread = event.Thread
    /// The code that caused it, or null.
    member _.Caller = event.Caller

    interface IEventView<Either<'A, 'B, 'C, 'D>> with
        static member EventName = null
        static member Create(view) = Either<'A, 'B, 'C, 'D> view
        member _.Event = event

/// Steps that take events of several kinds.
[<AutoOpen; AbstractClass; Sealed>]
type AnyOf =
    static member private Together
        (patterns: EventPattern list, names: string list, problems: string list)
        : EventPattern * string list =
        // Two types are told apart by the event's name.
        let problems =
            if List.length (List.distinct names) = names.Length && not (List.contains "" names) then
                problems
            else
                "anyOf (a, b) needs sources of different types of events; of one type write anyOf [ a; b ]"
                :: problems

        (List.head patterns).OrAny(List.tail patterns), problems

    static member private NameOf<'V
        when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>>
        ()
        =
        match Members.nameOf<'V>() with
        | null -> ""
        | name -> name

    /// Events of any of these sources, which are of one type: `anyOf [ Custom "a"; Custom "b" ]`.
    static member anyOf(sources: #EventSource<'V> list) : EventSource<'V> =
        match sources with
        | [] ->
            EventSource<'V>(
                EventPattern(AnyOf.NameOf<'V>()),
                [ "anyOf needs at least one source in its list" ]
            )
        | first :: others ->
            EventSource<'V>(
                first.Pattern.OrAny [ for other in others -> other.Pattern ],
                [
                    for source in sources do
                        yield! source.Problems
                ]
            )

    /// Events of either source: `for e in anyOf (Py.Open, Py.OsRemove) do`.
    static member anyOf(a: EventSource<'A>, b: EventSource<'B>) : EventSource<Either<'A, 'B>> =
        AnyOf.Together(
            [ a.Pattern; b.Pattern ],
            [ AnyOf.NameOf<'A>(); AnyOf.NameOf<'B>() ],
            a.Problems @ b.Problems
        )
        |> EventSource<Either<'A, 'B>>

    /// Events of one of three sources.
    static member anyOf
        (a: EventSource<'A>, b: EventSource<'B>, c: EventSource<'C>)
        : EventSource<Either<'A, 'B, 'C>> =
        AnyOf.Together(
            [ a.Pattern; b.Pattern; c.Pattern ],
            [ AnyOf.NameOf<'A>(); AnyOf.NameOf<'B>(); AnyOf.NameOf<'C>() ],
            a.Problems @ b.Problems @ c.Problems
        )
        |> EventSource<Either<'A, 'B, 'C>>

    /// Events of one of four sources.
    static member anyOf
        (a: EventSource<'A>, b: EventSource<'B>, c: EventSource<'C>, d: EventSource<'D>)
        : EventSource<Either<'A, 'B, 'C, 'D>> =
        AnyOf.Together(
            [ a.Pattern; b.Pattern; c.Pattern; d.Pattern ],
            [
                AnyOf.NameOf<'A>()
                AnyOf.NameOf<'B>()
                AnyOf.NameOf<'C>()
                AnyOf.NameOf<'D>()
            ],
            a.Problems @ b.Problems @ c.Problems @ d.Problems
        )
        |> EventSource<Either<'A, 'B, 'C, 'D>>
