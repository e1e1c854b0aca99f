namespace AuditRules

open System
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Patterns
open AuditRules.Events

/// How one field of a declared event is read from an argument and written into one.
type internal FieldForm =
    {
        /// Never throws: an argument of another kind gives the type's empty value (R75).
        Read: Value -> objnull
        Write: objnull -> Value
    }

module internal FieldForm =
    /// The form of a field of that type; None for a type that no argument can be read as.
    val tryFind: kind: Type -> FieldForm option

/// A record type as the arguments of an event, in the order in which its fields are declared.
[<AbstractClass; Sealed>]
type internal RecordForm<'T> =
    /// What is wrong with the type; empty for nothing.
    static member Problem: string

    /// The record that the event's arguments make.
    static member Read: view: EventView -> 'T

    /// The arguments that the record makes.
    static member Write: content: 'T -> Value seq

    /// <summary>The number of a field, and its name.</summary>
    /// <exception cref="T:System.ArgumentException">The expression is not one field of the record.</exception>
    static member Field: expr: Expr -> struct (int * string)

/// An event whose arguments are the fields of a record: `e.Args.User` (R75).
[<Struct; CustomEquality; NoComparison>]
type DeclaredEvent<'T> =
    interface IEventView<DeclaredEvent<'T>>

    val private view: EventView

    /// The arguments, by the names of the record's fields. One that is absent or of another kind is None in an option, else
    /// empty, 0, NaN or false.
    member Args: 'T

    /// The event's name.
    member Name: string

    /// When it was raised, in nanoseconds since the Unix epoch.
    member Time: int64

    /// The event's number in its trace, from 0.
    member Ordinal: int64

    /// The process, as its ordinal in the trace: never used twice, as process ids are.
    member Process: int

    /// The operating system's process id.
    member Pid: int

    /// The operating system's thread id.
    member Thread: int64

    /// The code that caused the event; Caller.Unknown when it was not recorded.
    member Caller: Caller

    /// <summary>One argument, as it was recorded.</summary>
    /// <param name="index">Its number, from 0; nil beyond the last.</param>
    member Argument: index: int -> Value

    /// The event without its type.
    member Event: EventView

/// Events of your own programs with typed arguments: `let login = Custom<Login> "app.login"`, where `Login` is a record
/// whose fields are the arguments in order: `type Login = { User: string; Port: int64 }` (R75).
[<Sealed>]
type Custom<'T> =
    inherit EventSource<DeclaredEvent<'T>>

    /// <summary>All events of that name.</summary>
    /// <param name="name">The event's whole name, as it was raised; capital and small letters differ.</param>
    /// <exception cref="T:System.ArgumentException">The type is no record, or has a field that no argument can be read as.
    /// </exception>
    new: name: string -> Custom<'T>

    /// <summary>Those of them whose field matches: <c>login.matching (_.User, glob "adm*")</c>.</summary>
    /// <param name="field">One field of the record.</param>
    /// <param name="pattern">What its text must match.</param>
    member matching: [<ReflectedDefinition>] field: Expr<'T -> string> * pattern: TextPattern -> Custom<'T>

    /// <summary>Those of them whose field matches: <c>login.matching (_.Port, above 1023)</c>.</summary>
    /// <param name="field">One field of the record.</param>
    /// <param name="pattern">What its number must match.</param>
    member matching: [<ReflectedDefinition>] field: Expr<'T -> int64> * pattern: NumberPattern -> Custom<'T>

    /// <summary>Such an event, for examples: <c>login.make { User = "root"; Port = 22L }</c>.</summary>
    /// <param name="arguments">The arguments.</param>
    member make: arguments: 'T -> AuditEvent
