/// What holds for each generated view, read by reflection.
module AuditRules.Events.Tests.EveryViewTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open System.Numerics
open System.Reflection
open AuditRules.Events
open Expecto

let private typeOf (entry: CatalogueEntry) =
    match typeof<Catalogue>.Assembly.GetType $"AuditRules.Events.Python.{entry.TypeName}" with
    | null -> failtest $"{entry.Name} has no view {entry.TypeName}"
    | view -> view

let private create (entry: CatalogueEntry) (event: EventView) =
    let view = typeOf entry

    match view.GetMethod("Create", BindingFlags.Public ||| BindingFlags.Static) with
    | null -> failtest $"{entry.TypeName} has no Create"
    | create -> create.Invoke(null, [| box event |])

let private properties (entry: CatalogueEntry) =
    (typeOf entry).GetProperties(BindingFlags.Public ||| BindingFlags.Instance)

let private clr kind =
    match kind with
    | CatalogueType.Text -> typeof<string>
    | CatalogueType.Int -> typeof<int64>
    | CatalogueType.Float -> typeof<float>
    | CatalogueType.Bool -> typeof<bool>
    | CatalogueType.Texts -> typeof<IReadOnlyList<string>>
    | _ -> typeof<Value>

/// One of each kind, well-formed or not: what a trace may hold in any argument.
let private oddities =
    [
        Value.Nil
        Value.Bool true
        Value.Int Int64.MinValue
        Value.Float nan
        Value.Str "http://[::1"
        Value.Bytes [| 0xffuy; 0x00uy |]
        Value.RawStr [| 0xeduy; 0xa0uy; 0x80uy |]
        Value.Integer(BigInteger.Pow(2, 200))
        Value.List [||]
        Value.List [| Value.Nil; Value.List [| Value.Int 1L |]; Value.Str "x" |]
        Value.Map [| KeyValuePair(Value.Str "k", Value.Nil) |]
        Value.Truncated(TruncatedValue(ValueKind.Str, 90_000L, ImmutableArray.Empty, Value.Nil))
        Value.Object(ObjectValue("socket", 1L, ImmutableArray.Empty))
        Value.Object(
            ObjectValue("socket", 1L, ImmutableArray.Create(KeyValuePair("fd", Value.Str "no number")))
        )
        Value.Redacted(RedactedValue("token", 40L, "0011223344556677"))
    ]

[<Tests>]
let everyView =
    testList
        "every view"
        [
            testCase "belongs to an event of the catalogue, one to one"
            <| fun () ->
                let views =
                    [
                        for view in typeof<Catalogue>.Assembly.GetTypes() do
                            if view.IsPublic && view.Namespace = "AuditRules.Events.Python" then
                                view.Name
                    ]

                Expect.equal (List.sort views) (List.sort [ for e in Catalogue.All -> e.TypeName ]) "types"

            testCase "is a struct of one event view, with the event's name"
            <| fun () ->
                for entry in Catalogue.All do
                    let view = typeOf entry

                    let fields =
                        view.GetFields(
                            BindingFlags.Instance ||| BindingFlags.NonPublic ||| BindingFlags.Public
                        )

                    Expect.isTrue view.IsValueType entry.TypeName

                    Expect.equal
                        [ for field in fields -> field.FieldType ]
                        [ typeof<EventView> ]
                        entry.TypeName

                    let name =
                        view.GetProperty("EventName", BindingFlags.Public ||| BindingFlags.Static)

                    Expect.equal ((nonNull name).GetValue null) (box entry.Name) entry.TypeName

            testCase "has a property of the right type for each argument and derived field"
            <| fun () ->
                for entry in Catalogue.All do
                    for field in entry.Fields do
                        match (typeOf entry).GetProperty field.PropertyName with
                        | null -> failtest $"{entry.TypeName} has no {field.PropertyName}"
                        | property ->
                            Expect.equal
                                property.PropertyType
                                (clr field.Type)
                                $"{entry.TypeName}.{field.PropertyName}"

            testCase "shows the event that it was made of"
            <| fun () ->
                for entry in Catalogue.All do
                    let event =
                        AuditEvent(
                            entry.Name,
                            ImmutableArray.Create(Value.Int 1L),
                            Time = 5L,
                            Ordinal = 6L,
                            Process = 2,
                            Pid = 7,
                            Thread = 8L,
                            Caller = Caller("a.py", 3, "main")
                        )

                    let view = create entry event.View

                    let read name =
                        (nonNull ((typeOf entry).GetProperty name)).GetValue view

                    Expect.equal
                        [
                            for name in
                                [ "Name"; "Time"; "Ordinal"; "Process"; "Pid"; "Thread"; "Caller"; "Event" ] ->
                                read name
                        ]
                        [ entry.Name; 5L; 6L; 2; 7; 8L; event.Caller; event.View ]
                        entry.TypeName

            testCase "reads whatever the arguments are: no property throws, no text is null"
            <| fun () ->
                let cases = [] :: [ for oddity in oddities -> List.replicate 10 oddity ]

                for entry in Catalogue.All do
                    for arguments in cases do
                        let event = AuditEvent(entry.Name, ImmutableArray.CreateRange arguments)
                        let view = create entry event.View

                        for property in properties entry do
                            let value = property.GetValue view

                            if not property.PropertyType.IsValueType then
                                Expect.isNotNull value $"{entry.TypeName}.{property.Name}"
        ]
