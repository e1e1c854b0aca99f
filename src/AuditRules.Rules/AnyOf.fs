namespace AuditRules

open System
open AuditRules.Detection.Patterns
open AuditRules.Events

module internal Members =
    let nameOf<'V when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>> () =
        'V.EventName

    let isOf<'V when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>>
        (view: EventView)
        =
        match nameOf<'V>() with
        | null -> true
        | name -> name = view.Name

    let callerOf (view: EventView) : Caller =
        match view.Caller with
        | null -> Caller.Unknown
        | caller -> caller

[<Struct; NoComparison>]
type Either<'A, 'B
    when 'A: struct
    and 'A: (new: unit -> 'A)
    and 'A :> ValueType
    and 'A :> IEventView<'A>
    and 'B: struct
    and 'B: (new: unit -> 'B)
    and 'B :> ValueType
    and 'B :> IEventView<'B>>(event: EventView) =
    member _.Case: Choice<'A, 'B> =
        if Members.isOf<'A> event then
            Choice1Of2('A.Create event)
        else
            Choice2Of2('B.Create event)

    member _.Name = event.Name
    member _.Time = event.Time
    member _.Process = event.Process
    member _.Pid = event.Pid
    member _.Thread = event.Thread
    member _.Caller = Members.callerOf event

    interface IEventView<Either<'A, 'B>> with
        static member EventName = null
        static member Create(view) = Either<'A, 'B> view
        member _.Event = event

[<Struct; NoComparison>]
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
    member _.Case: Choice<'A, 'B, 'C> =
        if Members.isOf<'A> event then Choice1Of3('A.Create event)
        elif Members.isOf<'B> event then Choice2Of3('B.Create event)
        else Choice3Of3('C.Create event)

    member _.Name = event.Name
    member _.Time = event.Time
    member _.Process = event.Process
    member _.Pid = event.Pid
    member _.Thread = event.Thread
    member _.Caller = Members.callerOf event

    interface IEventView<Either<'A, 'B, 'C>> with
        static member EventName = null
        static member Create(view) = Either<'A, 'B, 'C> view
        member _.Event = event

[<Struct; NoComparison>]
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
    member _.Case: Choice<'A, 'B, 'C, 'D> =
        if Members.isOf<'A> event then Choice1Of4('A.Create event)
        elif Members.isOf<'B> event then Choice2Of4('B.Create event)
        elif Members.isOf<'C> event then Choice3Of4('C.Create event)
        else Choice4Of4('D.Create event)

    member _.Name = event.Name
    member _.Time = event.Time
    member _.Process = event.Process
    member _.Pid = event.Pid
    member _.Thread = event.Thread
    member _.Caller = Members.callerOf event

    interface IEventView<Either<'A, 'B, 'C, 'D>> with
        static member EventName = null
        static member Create(view) = Either<'A, 'B, 'C, 'D> view
        member _.Event = event

[<AutoOpen; AbstractClass; Sealed>]
type AnyOf =
    static member private Together
        (patterns: EventPattern list, types: (Type * string) list, problems: string list)
        : EventPattern * string list =
        let unnamed = types |> List.filter (fun (_, name) -> name = "")

        let names =
            [
                for pattern in patterns ->
                    [ for one in pattern.Alternatives -> one.EventName ] |> List.distinct
            ]
            |> List.concat

        let twice = names |> List.countBy id |> List.tryFind (fun (_, count) -> count > 1)

        // Events are told apart by name; what has none of its own is all the rest.
        let wrong =
            match twice with
            | _ when (List.distinctBy fst types).Length < types.Length ->
                [
                    "anyOf (a, b) needs sources of different types of events; of one type write anyOf [ a; b ]"
                ]
            | _ when unnamed.Length > 1 || (unnamed.Length = 1 && snd (List.last types) <> "") ->
                [
                    "anyOf (a, b) tells its events apart by name: of Custom, findingsOf and another anyOf (a, b) it takes one, and that stands last"
                ]
            | Some(name, _) ->
                [
                    $"anyOf (a, b) tells its events apart by name, and two of its sources take {name}"
                ]
            | None -> []

        (List.head patterns).OrAny(List.tail patterns), wrong @ problems

    static member private NameOf<'V
        when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>>
        ()
        =
        match Members.nameOf<'V>() with
        | null -> ""
        | name -> name

    static member private TypeOf<'V
        when 'V: struct and 'V: (new: unit -> 'V) and 'V :> ValueType and 'V :> IEventView<'V>>
        ()
        =
        typeof<'V>, AnyOf.NameOf<'V>()

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

    static member anyOf(a: EventSource<'A>, b: EventSource<'B>) : EventSource<Either<'A, 'B>> =
        AnyOf.Together(
            [ a.Pattern; b.Pattern ],
            [ AnyOf.TypeOf<'A>(); AnyOf.TypeOf<'B>() ],
            a.Problems @ b.Problems
        )
        |> EventSource<Either<'A, 'B>>

    static member anyOf
        (a: EventSource<'A>, b: EventSource<'B>, c: EventSource<'C>)
        : EventSource<Either<'A, 'B, 'C>> =
        AnyOf.Together(
            [ a.Pattern; b.Pattern; c.Pattern ],
            [ AnyOf.TypeOf<'A>(); AnyOf.TypeOf<'B>(); AnyOf.TypeOf<'C>() ],
            a.Problems @ b.Problems @ c.Problems
        )
        |> EventSource<Either<'A, 'B, 'C>>

    static member anyOf
        (a: EventSource<'A>, b: EventSource<'B>, c: EventSource<'C>, d: EventSource<'D>)
        : EventSource<Either<'A, 'B, 'C, 'D>> =
        AnyOf.Together(
            [ a.Pattern; b.Pattern; c.Pattern; d.Pattern ],
            [
                AnyOf.TypeOf<'A>()
                AnyOf.TypeOf<'B>()
                AnyOf.TypeOf<'C>()
                AnyOf.TypeOf<'D>()
            ],
            a.Problems @ b.Problems @ c.Problems @ d.Problems
        )
        |> EventSource<Either<'A, 'B, 'C, 'D>>
