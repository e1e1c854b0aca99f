module internal AuditRules.Example

open System
open System.Collections.Generic
open System.Collections.Immutable
open AuditRules.Events

let raised name (arguments: Value list) =
    AuditEvent(name, ImmutableArray.CreateRange arguments)

let orNull (pattern: 'P option when 'P: not null and 'P: not struct) : 'P | null =
    match pattern with
    // A pattern that is null would be no condition at all.
    | Some given when isNull (box given) ->
        invalidArg "pattern" "a field is given null in the place of a pattern"
    | _ -> Option.toObj pattern

let private orNil (make: 'A -> Value) (part: 'A option) =
    match part with
    | Some part -> make part
    | None -> Value.Nil

let value (part: Value option) = defaultArg part Value.Nil
let text part = orNil PythonText.ToValue part
let integer (part: int64 option) = orNil Value.Int part
let number (part: float option) = orNil Value.Float part
let truth part = orNil Value.Bool part

let private listOfTexts (items: string seq) =
    Value.List [| for item in items -> PythonText.ToValue item |]

let texts (part: string list option) = orNil listOfTexts part

let words (part: string option) =
    part
    |> orNil (fun line -> listOfTexts (line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))

// The flags that open() of each mode passes on Linux: _io.FileIO in CPython.
let private closeOnExec, private writeOnly, private readWrite = 0o2000000L, 1L, 2L

let private create, private exclusive, private truncate, private append =
    0o100L, 0o200L, 0o1000L, 0o2000L

let openFlags (mode: string option) =
    let ofMode (mode: string) =
        let access =
            if mode.Contains '+' then readWrite
            elif mode.Contains 'r' then 0L
            else writeOnly

        let action =
            if mode.Contains 'w' then create ||| truncate
            elif mode.Contains 'a' then create ||| append
            elif mode.Contains 'x' then create ||| exclusive
            else 0L

        Value.Int(closeOnExec ||| access ||| action)

    orNil ofMode mode

let first (candidates: Value list) =
    candidates
    |> List.tryFind (fun candidate -> not candidate.IsNil)
    |> Option.defaultValue Value.Nil

let address (host: string option, port: int64 option, path: string option) =
    match host, port, path with
    | None, None, path -> text path
    | host, port, _ -> Value.List [| text host; integer port |]

let private objectOf kind (facts: (string * Value) list) =
    let known = [ for name, fact in facts -> KeyValuePair(name, fact) ]
    Value.Object(ObjectValue(kind, 0L, ImmutableArray.CreateRange known))

let described kind (facts: (string * Value) list) =
    match facts |> List.filter (fun (_, fact) -> not fact.IsNil) with
    | [] -> Value.Nil
    | given -> objectOf kind given

// Linux's numbers, as a recording has them.
let private unix, private inet, private inet6, private stream = 1L, 2L, 10L, 1L

let socket (fd: int64 option, family: int64 option, address: Value) =
    let fitting =
        match address[0].AsText with
        | null when address.Kind = ValueKind.Str -> unix
        | null -> inet
        | host -> if host.Contains ':' then inet6 else inet

    objectOf
        "socket"
        [
            "fd", Value.Int(defaultArg fd 3L)
            "family", Value.Int(defaultArg family fitting)
            "type", Value.Int stream
            "proto", Value.Int 0L
        ]
