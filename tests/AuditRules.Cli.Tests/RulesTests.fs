module AuditRules.Cli.Tests.RulesTests

open System
open System.IO
open System.Runtime.InteropServices
open Expecto
open AuditRules.Cli.Tests.Cli

/// A rule that asks whether the file is there.
let private impure =
    """open AuditRules
let r =
    rule ("T2", "t", Low) {
        for o in Py.Open do
        where (System.IO.File.Exists o.Path)
        message o.Path
        shouldNotFire [ Py.Open.make (path = "/nowhere/at/all") ]
    }
"""

/// A rule whose title says which assemblies its process has mapped.
let private looksAround =
    """open AuditRules

let mapped = System.IO.File.ReadAllText "/proc/self/maps"

let found =
    [ "AuditRules.Rules"; "FSharp.Compiler.Service" ]
    |> List.filter mapped.Contains
    |> String.concat " "

let r =
    rule ("L1", "in memory: " + found, Low) {
        for e in Py.OsSystem do
        message e.Command
        shouldFire [ Py.OsSystem.make (command = "id") ]
    }
"""

/// Processes are slow to start: these run with AUDITRULES_NIGHTLY=1.
let private nightly name test =
    if Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1" then
        testCase name test
    else
        ptestCase name test

[<Tests>]
let processes =
    testList
        "rules in processes of their own"
        [
            nightly "C32: eight processes at once share a cache, an empty one and a damaged one" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", rule)
                let cache = [ "AUDITRULES_CACHE", folder.File "cache" ]

                let all () =
                    Array.Parallel.init 8 (fun _ -> start cache folder [ "rules"; "list"; "--quiet" ])
                    |> Array.distinct

                let empty = all ()
                Expect.equal (Array.map _.Code empty) [| 0 |] "all the same"
                let entry = Directory.GetFiles(folder.File "cache") |> Array.exactlyOne
                File.WriteAllBytes(entry, (File.ReadAllBytes entry)[..999])
                Expect.equal (all ()) empty "on a damaged one"

                Expect.equal
                    (Directory.GetFiles(folder.File "cache"))
                    [| entry |]
                    "nothing is left beside it")

            testCase "C32: rules from the cache are run without the compiler in memory" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", looksAround)
                let cache = [ "AUDITRULES_CACHE", folder.File "cache" ]

                let inMemory () =
                    (start cache folder [ "rules"; "list"; "--trust-rules"; "--quiet" ]).Lines
                    |> List.filter _.Contains("in memory")
                    |> List.map (fun line -> line.Substring(line.IndexOf "in memory").Split("  ")[0])

                Expect.equal
                    (inMemory ())
                    [ "in memory: AuditRules.Rules FSharp.Compiler.Service" ]
                    "compiled"

                Expect.equal (inMemory ()) [ "in memory: AuditRules.Rules" ] "from the cache")

            nightly "rules compile where there is a runtime and no SDK" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", rule)
                let shared = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/')
                let root = Path.GetFullPath(Path.Combine(shared, "../../.."))
                let alone = Directory.CreateDirectory(folder.File "alone").FullName

                for part in [ "host"; "shared" ] do
                    File.CreateSymbolicLink(Path.Combine(alone, part), Path.Combine(root, part))
                    |> ignore

                let dotnet = Path.Combine(alone, "dotnet")
                File.Copy(Path.Combine(root, "dotnet"), dotnet)

                let changes =
                    [
                        "DOTNET_ROOT", alone
                        "PATH", "/usr/bin:/bin"
                        "AUDITRULES_CACHE", folder.File "cache"
                        "MSBuildSDKsPath", ""
                        "MSBUILD_EXE_PATH", ""
                        "DOTNET_HOST_PATH", dotnet
                    ]

                let ran = startProgram dotnet [] changes folder [ "test" ]
                Expect.equal (ran.Code, ran.Out) (0, "2 passed, 0 failed\n") ran.Error)
        ]

[<Tests>]
let tests =
    testList
        "rules"
        [
            testCase "C103: rules that use what rules may not are refused, and run in trust" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", impure)
                let refused = run folder [ "test" ]
                Expect.equal refused.Code 78 refused.Error

                Expect.stringContains
                    refused.Error
                    "rules/t.fsx(5,16): error AR0014: rules may not use files: System.IO.File.Exists\n"
                    "why"

                Expect.equal (run folder [ "test"; "--trust-rules" ]).Code 1 "no example fires"
                Expect.equal (run folder [ "rules"; "list"; "--trust-rules" ]).Code 0 "listed"
                Expect.equal (run folder [ "rules"; "list" ]).Code 78 "from the cache it is refused too")

            testCase "C72: check looks at types and runs nothing" (fun () ->
                use folder = new Folder()
                let throwing = "let boom: int = List.head []\n"
                folder.Write("rules/t.fsx", impure + throwing)
                let ran = run folder [ "rules"; "check" ]
                Expect.equal (ran.Code, ran.Out) (0, "1 file: no errors\n") ran.Error
                folder.Write("rules/t.fsx", impure.Replace("Py.Open do", "Py.Opne do"))
                let ran = run folder [ "rules"; "check" ]
                Expect.equal ran.Code 78 ran.Error

                Expect.equal
                    ran.Lines
                    [
                        "rules/t.fsx(4,21): error FS0039: The type 'Py' does not define a field, constructor, or member named 'Opne'."
                        "          for o in Py.Opne do"
                        "                      ^^^^"
                        "  hint: Maybe you want Open."
                        "1 file: 1 error"
                    ]
                    "as compilers write it")

            testCase "C104: lint says all that is to be said, R86: failing examples too" (fun () ->
                use folder = new Folder()

                let text =
                    "open AuditRules\nlet r =\n    rule (\"T3\", \"Reads.\", Low) {\n        for o in Py.Open.matching (path = \"/a\") do\n        shouldFire [ Py.Open.make (path = \"/b\") ]\n    }\n"

                folder.Write("rules/t.fsx", text)
                let ran = run folder [ "rules"; "lint"; "--format"; "jsonl" ]
                Expect.equal ran.Code 78 ran.Error

                let at =
                    "{\"file\":\"rules/t.fsx\",\"line\":3,\"column\":11,\"endLine\":3,\"endColumn\":15,"

                let warning = at + "\"severity\":\"warning\","

                Expect.equal
                    ran.Lines
                    [
                        warning
                        + "\"id\":\"AR0018\",\"message\":\"rule T3 has no example that it must not fire on\",\"hint\":\"Add shouldNotFire [ ... ] with what is close, and harmless.\"}"
                        warning
                        + "\"id\":\"AR0019\",\"message\":\"rule T3 has no message: a finding says its title alone\",\"hint\":\"Add message $\\\"...\\\" with what happened, and to what.\"}"
                        warning
                        + "\"id\":\"AR0020\",\"message\":\"rule T3 names no ATT&CK technique\",\"hint\":\"Add mitre = [ \\\"T1041\\\" ] behind the severity; attack.mitre.org lists them.\"}"
                        warning
                        + "\"id\":\"AR0021\",\"message\":\"rule T3 has a title that ends in a full stop\",\"hint\":\"Take it off.\"}"
                        at
                        + "\"severity\":\"error\",\"id\":\"AR0017\",\"message\":\"rule T3, example 1: step 1 of 1 (o) was not reached: no event matched it while it was awaited\",\"hint\":\"Mend the example or the rule. The first example is number 1.\"}"
                    ]
                    "C105"

                folder.Write(
                    "rules/t.fsx",
                    text.Replace("\"/b\"", "\"/a\"").Replace("Low)", "Low, mitre = [ \"T1041\" ])")
                )

                let ran = run folder [ "rules"; "lint" ]
                Expect.equal (ran.Code, List.last ran.Lines) (1, "1 file: no errors, 3 warnings") ran.Error

                let shipped =
                    run folder [ "rules"; "lint"; "rules/t.fsx"; "--trust-rules"; "--no-cache" ]

                Expect.equal shipped.Code 1 "the options are known")
        ]
