namespace AuditRules

open System
open AuditRules.Events

/// An event of one of two types (R43): `for e in anyOf (Py.Open, Py.OsRemove) do`. `e.Case` tells them apart.
[<Struct; NoComparison>]
type Either<'A, 'B
    when 'A: struct
    and 'A: (new: unit -> 'A)
    and 'A :> ValueType
    and 'A :> IEventView<'A>
    and 'B: struct
    and 'B: (new: unit -> 'B)
    and 'B :> ValueType
    and 'B :> IEventView<'B>> =
    interface IEventView<Either<'A, 'B>>

    /// The event by its type: `match e.Case with Choice1Of2 o -> o.Path | Choice2Of2 r -> r.Path`.
    member Case: Choice<'A, 'B>

    /// The event's name.
    member Name: string

    /// When it was raised, in nanoseconds since the Unix epoch.
    member Time: int64

    /// The process, as its ordinal in the trace: never used twice, as process ids are.
    member Process: int

    /// The operating system's process id.
    member Pid: int

    /// The operating system's thread id.
    member Thread: int64

    /// The code that caused it; Caller.Unknown when it was not recorded.
    member Caller: Caller

/// An event of one of three types (R43). `e.Case` tells them apart.
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
    and 'C :> IEventView<'C>> =
    interface IEventView<Either<'A, 'B, 'C>>

    /// The event by its type: `match e.Case with Choice1Of3 o -> ... | Choice2Of3 r -> ... | Choice3Of3 s -> ...`.
    member Case: Choice<'A, 'B, 'C>

    /// The event's name.
    member Name: string

    /// When it was raised, in nanoseconds since the Unix epoch.
    member Time: int64

    /// The process, as its ordinal in the trace: never used twice, as process ids are.
    member Process: int

    /// The operating system's process id.
    member Pid: int

    /// The operating system's thread id.
    member Thread: int64

    /// The code that caused it; Caller.Unknown when it was not recorded.
    member Caller: Caller

/// An event of one of four types (R43). `e.Case` tells them apart.
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
    and 'D :> IEventView<'D>> =
    interface IEventView<Either<'A, 'B, 'C, 'D>>

    /// The event by its type: `match e.Case with Choice1Of4 o -> ... | Choice2Of4 r -> ... | Choice3Of4 s -> ... | Choice4Of4 t -> ...`.
    member Case: Choice<'A, 'B, 'C, 'D>

    /// The event's name.
    member Name: string

    /// When it was raised, in nanoseconds since the Unix epoch.
    member Time: int64

    /// The process, as its ordinal in the trace: never used twice, as process ids are.
    member Process: int

    /// The operating system's process id.
    member Pid: int

    /// The operating system's thread id.
    member Thread: int64

    /// The code that caused it; Caller.Unknown when it was not recorded.
    member Caller: Caller

/// Steps that take events of several kinds.
[<AutoOpen; AbstractClass; Sealed; Class>]
type AnyOf =
    /// <summary>
    /// Events of any of these sources, which are of one type (R43): <c>anyOf [ Custom "a"; Custom "b" ]</c>.
    /// </summary>
    /// <param name="sources">At least one.</param>
    static member anyOf: sources: #EventSource<'V> list -> EventSource<'V>

    /// <summary>
    /// Events of either source (R43): <c>for e in anyOf (Py.Open, Py.OsRemove) do</c>. Of <c>Custom</c>, <c>findingsOf</c>
    /// and another <c>anyOf (a, b)</c> one may be among the sources, as the last.
    /// </summary>
    /// <param name="a">Events of one type.</param>
    /// <param name="b">Events of another type.</param>
    static member anyOf: a: EventSource<'A> * b: EventSource<'B> -> EventSource<Either<'A, 'B>>

    /// <summary>Events of one of three sources (R43).</summary>
    /// <param name="a">Events of one type.</param>
    /// <param name="b">Events of another type.</param>
    /// <param name="c">Events of a third type.</param>
    static member anyOf:
        a: EventSource<'A> * b: EventSource<'B> * c: EventSource<'C> -> EventSource<Either<'A, 'B, 'C>>

    /// <summary>Events of one of four sources (R43).</summary>
    /// <param name="a">Events of one type.</param>
    /// <param name="b">Events of another type.</param>
    /// <param name="c">Events of a third type.</param>
    /// <param name="d">Events of a fourth type.</param>
    static member anyOf:
        a: EventSource<'A> * b: EventSource<'B> * c: EventSource<'C> * d: EventSource<'D> ->
            EventSource<Either<'A, 'B, 'C, 'D>>
