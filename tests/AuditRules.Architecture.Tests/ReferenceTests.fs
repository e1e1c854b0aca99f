module AuditRules.Architecture.Tests.ReferenceTests

open System.IO
open Expecto
open AuditRules.Architecture.Tests.Repository
open AuditRules.Tests.Root

/// What each project under src may reference: the same table as in ARCHITECTURE.md.
let private allowed =
    let libraries =
        [
            "Events"
            "Audit"
            "Traces"
            "Recording"
            "Detection"
            "Rules"
            "Scripting"
            "Replay"
            "Reporting"
        ]

    Map
        [
            "Events", []
            "Audit", [ "Events" ]
            "Traces", [ "Events" ]
            "Recording", [ "Events"; "Audit"; "Traces" ]
            "Detection", [ "Events" ]
            "Rules", [ "Events"; "Detection" ]
            // Rules brings Events: whoever references a project may use what that one references.
            "Scripting", [ "Rules"; "Detection"; "Events" ]
            "Replay", [ "Traces"; "Detection"; "Events" ]
            "Reporting", [ "Events"; "Detection" ]
            "Cli", libraries
        ]

let private short (name: string) = name.Replace("AuditRules.", "")
let private sources = projects "src"

/// Packages that one project alone may use, and the group of Paket that it takes them from.
let private owned =
    [
        "FSharp.Compiler.Service", "Scripting"
        "System.CommandLine", "Cli"
        "Spectre.Console", "Reporting"
    ]

[<Tests>]
let tests =
    testList
        "references"
        [
            testCase "every project under src stands in the table" (fun () ->
                for project in sources do
                    Expect.isTrue (allowed.ContainsKey(short (nameOf project))) $"{project} is in no row")
            testList
                "go only where the table allows"
                [
                    for project in sources do
                        testCase (nameOf project) (fun () ->
                            let own = short (nameOf project)
                            let known = allowed.TryFind own |> Option.defaultValue []
                            let forbidden = references project |> List.map short |> List.except known
                            Expect.isEmpty forbidden $"{own} may reference only {known}")
                ]
            testCase "nothing under src references a test" (fun () ->
                for project in sources do
                    let tests = references project |> List.filter _.EndsWith(".Tests")
                    Expect.isEmpty tests project)
            testTheory "a package with one owner is used by no other" owned (fun (package, owner) ->
                let users =
                    sources
                    |> List.filter (packages >> List.exists (fun (_, name) -> name = package))
                    |> List.map (nameOf >> short)

                Expect.isEmpty (List.except [ owner ] users) package)
            testCase "the author-facing library takes the low FSharp.Core, no other project does" (fun () ->
                let users =
                    sources
                    |> List.filter (packages >> List.contains ("Author", "FSharp.Core"))
                    |> List.map (nameOf >> short)

                Expect.equal users [ "Rules" ] "users of the group Author")
            testCase "every project is in the solution, and every project of the solution exists" (fun () ->
                let solution =
                    read "AuditRules.sln"
                    |> _.Split('"')
                    |> Seq.map _.Replace('\\', '/')
                    |> Seq.filter (fun text -> text.EndsWith ".csproj" || text.EndsWith ".fsproj")
                    |> Seq.sort
                    |> List.ofSeq

                Expect.sequenceEqual solution (withExtension [ ".csproj"; ".fsproj" ]) "projects")
            testCase "every project under src has its tests" (fun () ->
                for project in sources do
                    let name = nameOf project
                    let file = Path.Combine(root, "tests", $"{name}.Tests", $"{name}.Tests.fsproj")
                    Expect.isTrue (File.Exists file) $"tests/{name}.Tests")
        ]
