module AuditRules.Events.Tests.GeneratorTests

open System
open System.Text.Json.Nodes
open AuditRules.Generator
open Expecto

/// What the generator says of one event `a.b` with those arguments under that overlay; nothing when it is content.
let private problems (arguments: string) (overlay: string) =
    let events =
        $"""[{{"event": "a.b", "args": [{arguments}], "source": "S", "kind": "documented", "first_documented": "3.8"}}]"""

    try
        CatalogueReader.Read(events, overlay) |> ignore
        []
    with :? CatalogueException as refused ->
        List.ofSeq refused.Problems

let private overlay types rest =
    $"""{{"types": {types}, "events": {{"a.b": {{"summary": "It is." {rest}}}}}}}"""

let private real () =
    CatalogueReader.Read(DataFiles.events (), DataFiles.overlay ())

[<Tests>]
let naming =
    testList
        "names of types, properties and parameters"
        [
            for event, expected in
                [
                    "open", "Open"
                    "import", "Import"
                    "exec", "Exec"
                    "socket.connect", "SocketConnect"
                    "os.exec", "OsExec"
                    "os.posix_spawn", "OsPosixSpawn"
                    "glob.glob/2", "GlobGlob2"
                    "builtins.input/result", "BuiltinsInputResult"
                    "array.__new__", "ArrayNew"
                    "cpython.run_file", "CPythonRunFile"
                    "cpython._PySys_ClearAuditHooks", "CPythonPySysClearAuditHooks"
                    "urllib.Request", "UrllibRequest"
                    "http.client.connect", "HttpClientConnect"
                    "winreg.PyHKEY.Detach", "WinregPyHKEYDetach"
                ] do
                testCase $"{event} is {expected}"
                <| fun () -> Expect.equal (Naming.TypeName event) expected event

            for argument, property, parameter in
                [
                    "path", "Path", "path"
                    "dir_fd", "DirFd", "dirFd"
                    "sys.path", "SysPath", "sysPath"
                    "module-name", "ModuleName", "moduleName"
                ] do
                testCase $"{argument} is {property} and {parameter}"
                <| fun () ->
                    Expect.equal
                        (Naming.Pascal argument, Naming.Camel argument)
                        (property, parameter)
                        argument

            testCase "no parameter of the catalogue is a keyword of F#, no property hides an event's own"
            <| fun () ->
                for event in real () do
                    for field in event.Fields do
                        Expect.isFalse
                            (Naming.FSharpKeywords.Contains field.Parameter)
                            $"{event.Name} {field.Parameter}"

                        Expect.isFalse
                            (Naming.OwnMembers.Contains field.Property)
                            $"{event.Name} {field.Property}"
        ]

[<Tests>]
let refused =
    testList
        "the generator refuses"
        [
            testCase "nothing of a table that is whole"
            <| fun () -> Expect.equal (problems "\"x\"" (overlay """{"text": ["x"]}""" "")) [] "no problems"

            for what, arguments, given, expected in
                [
                    "an argument that is a keyword of F#",
                    "\"type\"",
                    overlay """{"text": ["type"]}""" "",
                    "a.b: type is a keyword of F#; give type another name"

                    "an argument that every event has already",
                    "\"pid\"",
                    overlay """{"int": ["pid"]}""" "",
                    "a.b: every event has its own Pid; give pid another name"

                    "an argument that makes no identifier",
                    "\"2nd\"",
                    overlay """{"int": ["2nd"]}""" "",
                    "a.b: 2nd makes no identifier; give it another name"

                    "an argument without a type",
                    "\"x\"",
                    overlay "{}" "",
                    "types: argument x of a.b has no type; list it in types"

                    "a type that there is not",
                    "\"x\"",
                    overlay """{"words": ["x"]}""" "",
                    "a.b: there is no type words; use text, int, float, bool, texts or value"

                    "two fields of one name",
                    "\"x\"",
                    overlay
                        """{"text": ["x"]}"""
                        """, "derived": [{"name": "x", "type": "text", "argument": "x", "summary": "X."}]""",
                    "a.b: X would stand for two fields; give one another name"

                    "a derived field of no argument",
                    "",
                    overlay
                        "{}"
                        """, "derived": [{"name": "x", "type": "text", "argument": "y", "summary": "X."}]""",
                    "events: a.b has no argument y"

                    "an older name of no argument",
                    "",
                    overlay "{}" """, "aliases": {"x": {"argument": "y", "until": "3.9"}}""",
                    "events: a.b has no argument y"

                    "an event without a summary",
                    "",
                    "{}",
                    "events: a.b has no summary; say when it is raised"

                    "an overlay for an event that is not in the table",
                    "",
                    """{"events": {"a.b": {"summary": "It is."}, "a.c": {"summary": "It is not."}}}""",
                    "events: a.c is not in the catalogue; add a row to additions"

                    "an argument listed under two types",
                    "",
                    overlay """{"text": ["x"], "int": ["x"]}""" "",
                    "types: argument x is listed twice; leave one"
                ] do
                testCase what
                <| fun () -> Expect.equal (problems arguments given) [ expected ] what

            testCase "two events of one type's name"
            <| fun () ->
                let row name =
                    $"""{{"event": "{name}", "args": [], "source": "S", "kind": "documented", "first_documented": "3.8"}}"""

                let overlay = """{"events": {"a.b": {"summary": "A."}, "a_b": {"summary": "B."}}}"""

                let refuse () =
                    CatalogueReader.Read($"""[{row "a.b"}, {row "a_b"}]""", overlay) |> ignore

                Expect.throwsC refuse (fun error ->
                    Expect.equal error.Message "type AB would stand for a.b and a_b" "message")

            testCase "text that is no JSON, with a message and not a trace"
            <| fun () ->
                match problems "" "{" with
                | [ one ] -> Expect.stringStarts one "not the expected JSON: " "message"
                | other -> failtest $"{other}"
        ]

let private outputs =
    [
        ("views", (fun catalogue -> CSharpViews.Write catalogue))
        ("catalogue", (fun catalogue -> CSharpCatalogue.Write catalogue))
        ("signatures", (fun catalogue -> FSharpSignatures.Write catalogue))
        ("sources", (fun catalogue -> FSharpSources.Write catalogue))
        ("docs", (fun catalogue -> MarkdownTable.Write catalogue))
    ]

[<Tests>]
let written =
    testList
        "what the generator writes"
        [
            for name, write in outputs do
                testCase $"{name}: does not depend on the order of the rows"
                <| fun () ->
                    let rows = JsonNode.Parse(DataFiles.events ()) |> nonNull

                    let reversed =
                        JsonArray([| for row in Seq.rev (rows.AsArray()) -> (nonNull row).DeepClone() |])

                    let again = CatalogueReader.Read(reversed.ToJsonString(), DataFiles.overlay ())
                    Expect.equal (write again) (write (real ())) name

                testCase $"{name}: the same bytes each time, lines ended by LF"
                <| fun () ->
                    let text = write (real ())
                    Expect.equal (write (real ())) text "twice"
                    Expect.isFalse (text.Contains '\r') "no CR"

            testCase "docs/events.md is up to date"
            <| fun () ->
                Expect.equal
                    (DataFiles.manual ())
                    (MarkdownTable.Write(real ()))
                    "run: dotnet run --project build/AuditRules.Generator -- docs data/audit_events.json data/event_overlay.json docs/events.md"

            testCase "the manual's hand-written properties are there"
            <| fun () ->
                for event in real () do
                    for property in event.Properties do
                        let view =
                            typeof<AuditRules.Events.Catalogue>
                                .Assembly.GetType($"AuditRules.Events.Python.{event.TypeName}")
                            |> nonNull

                        Expect.isNotNull (view.GetProperty property.Name) $"{event.TypeName}.{property.Name}"
        ]
