namespace AuditRules

open System
open System.Collections.Immutable
open Microsoft.FSharp.Quotations
open Microsoft.FSharp.Quotations.Patterns
open Microsoft.FSharp.Reflection
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events

type internal FieldForm =
    {
        Read: Value -> objnull
        Write: objnull -> Value
    }

module internal FieldForm =
    let private form (read: Value -> 'F) (write: 'F -> Value) : FieldForm =
        {
            Read = fun value -> box (read value)
            Write = fun content -> write (unbox<'F> content)
        }

    let private optional (holds: Value -> bool) (read: Value -> 'F) (write: 'F -> Value) =
        form (fun value -> if holds value then Some(read value) else None) (function
            | Some content -> write content
            | None -> Value.Nil)

    let private isInt (value: Value) =
        value.Kind = ValueKind.Int
        || value.Kind = ValueKind.True
        || value.Kind = ValueKind.False

    let private isShort (value: Value) =
        isInt value && value.AsInt64 = int64 (int32 value.AsInt64)

    let private text (value: Value) = string value.AsText
    let private hasText (value: Value) = not (isNull value.AsText)

    let private short (value: Value) =
        if isShort value then int value.AsInt64 else 0

    let private isBool (value: Value) =
        value.Kind = ValueKind.True || value.Kind = ValueKind.False

    let private isNumber (value: Value) =
        not (Double.IsNaN value.AsDouble) || value.Kind = ValueKind.Float

    let private texts (value: Value) =
        if value.Kind = ValueKind.List then
            [ for item in value.Items.ToArray() -> text item ]
        else
            []

    let private ofTexts (items: string list) =
        Value.List [| for item in items -> PythonText.ToValue item |]

    let private known: (Type * FieldForm) list =
        [
            typeof<string>, form text PythonText.ToValue
            typeof<int64>, form _.AsInt64 Value.Int
            typeof<int>, form short (int64 >> Value.Int)
            typeof<float>, form _.AsDouble Value.Float
            typeof<bool>, form (fun value -> isBool value && value.AsBool) Value.Bool
            typeof<string list>, form texts ofTexts
            typeof<Value>, form id id
            typeof<string option>, optional hasText text PythonText.ToValue
            typeof<int64 option>, optional isInt _.AsInt64 Value.Int
            typeof<int option>, optional isShort short (int64 >> Value.Int)
            typeof<float option>, optional isNumber _.AsDouble Value.Float
            typeof<bool option>, optional isBool _.AsBool Value.Bool
        ]

    let tryFind (kind: Type) =
        known
        |> List.tryPick (fun (own, form) -> if own = kind then Some form else None)

[<AbstractClass; Sealed>]
type internal RecordForm<'T> private () =
    static let fields =
        if FSharpType.IsRecord(typeof<'T>, true) then
            FSharpType.GetRecordFields(typeof<'T>, true)
        else
            [||]

    static let forms = fields |> Array.map (fun field -> FieldForm.tryFind field.PropertyType)

    static let make = lazy FSharpValue.PreComputeRecordConstructor(typeof<'T>, true)

    static let take = lazy FSharpValue.PreComputeRecordReader(typeof<'T>, true)

    static member Problem =
        let name = typeof<'T>.Name
        let isAnonymous = name.StartsWith("<>f__AnonymousType", StringComparison.Ordinal)

        match Array.tryFindIndex Option.isNone forms with
        | _ when isAnonymous ->
            "an anonymous record has its fields in the order of their names: declare a record type"
        | _ when fields.Length = 0 ->
            $"{name} is no record: declare one, as type Login = {{ User: string; Port: int64 }}"
        | Some i ->
            $"the field {fields[i].Name} of {name} is a {fields[i].PropertyType.Name}: write string, int64, int, float, bool, string list, Value, or an option of one of the first five"
        | None -> ""

    static member Read(view: EventView) : 'T =
        let arguments = forms |> Array.mapi (fun i form -> (Option.get form).Read view[i])

        unbox<'T>(make.Value arguments)

    static member Write(content: 'T) : Value seq =
        Seq.map2
            (fun (form: FieldForm option) part -> (Option.get form).Write part)
            forms
            (take.Value(Unchecked.nonNull (box content)))

    static member Field(expr: Expr) =
        let rec find expr =
            match expr with
            | WithValue(_, _, inner)
            | Lambda(_, inner)
            | Let(_, _, inner) -> find inner
            | PropertyGet(Some(Var _), property, []) ->
                fields |> Array.tryFindIndex (fun field -> field.Name = property.Name)
            | _ -> None

        match find expr with
        | Some i -> struct (i, fields[i].Name)
        | None -> invalidArg "field" "matching takes one field of the record, as _.User"

[<Struct; CustomEquality; NoComparison>]
type DeclaredEvent<'T> =
    val private view: EventView
    new(view: EventView) = { view = view }
    member e.Args: 'T = RecordForm<'T>.Read e.view
    member e.Name = e.view.Name
    member e.Time = e.view.Time
    member e.Ordinal = e.view.Ordinal
    member e.Process = e.view.Process
    member e.Pid = e.view.Pid
    member e.Thread = e.view.Thread

    member e.Caller: Caller =
        match e.view.Caller with
        | null -> Caller.Unknown
        | known -> known

    member e.Argument(index: int) = e.view[index]

    override e.Equals(other: objnull) =
        match other with
        | :? DeclaredEvent<'T> as other -> e.view.Equals(other.Event)
        | _ -> false

    override e.GetHashCode() = e.view.GetHashCode()
    member e.Event = e.view

    interface IEventView<DeclaredEvent<'T>> with
        static member EventName = null
        static member Create view = DeclaredEvent<'T> view
        member e.Event = e.view

[<Sealed>]
type Custom<'T>(name: string, conditions: ImmutableArray<FieldCondition>) =
    inherit EventSource<DeclaredEvent<'T>>(EventPattern(EventName.required name, conditions))

    do
        if RecordForm<'T>.Problem <> "" then
            invalidArg "T" RecordForm<'T>.Problem

    let withCondition field pattern =
        let struct (index, known) = RecordForm<'T>.Field field
        Custom<'T>(name, conditions.Add(FieldCondition(known, FieldPath.Of index, pattern)))

    new(name: string) = Custom<'T>(name, ImmutableArray.Empty)

    member _.matching([<ReflectedDefinition>] field: Expr<'T -> string>, pattern: TextPattern) =
        withCondition field pattern

    member _.matching([<ReflectedDefinition>] field: Expr<'T -> int64>, pattern: NumberPattern) =
        withCondition field pattern

    member _.make(arguments: 'T) =
        AuditEvent(name, ImmutableArray.CreateRange(RecordForm<'T>.Write arguments))
