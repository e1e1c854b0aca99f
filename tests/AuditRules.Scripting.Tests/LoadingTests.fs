module AuditRules.Scripting.Tests.LoadingTests

open System.IO
open Expecto
open AuditRules.Detection.Examples
open AuditRules.Scripting.Tests.Folder

let private one id =
    $"""
let r =
    rule ("{id}", "t", Low) {{
        for e in Py.OsSystem do
        message e.Command
        shouldFire [ Py.OsSystem.make (command = "id") ]
    }}
"""

let private text id = "open AuditRules\n" + one id

let private ids (rules: AuditRules.Scripting.CompiledRules) = [ for r in rules.Rules -> r.Info.Id ]

[<Tests>]
let tests =
    testList
        "loading of rule files"
        [
            testCase "R30: the rules are the public top-level values of type Rule"
            <| fun () ->
                let source =
                    text "A"
                    + "\nlet private hidden =\n    r\nlet other = 5\nlet s ="
                    + (one "B").Replace("let r =", "")

                use rules = compile source
                Expect.equal (told rules) [] "nothing to say"
                Expect.equal (ids rules |> List.sort) [ "A"; "B" ] "both"

            testCase "R30: an id that is taken is an error at the second rule"
            <| fun () ->
                use folder = new Folder()
                folder.Write("a.fsx", text "A")
                folder.Write("b.fsx", text "A")
                use rules = folder.Compile("", [ "a.fsx"; "b.fsx" ])

                Expect.equal
                    (told rules)
                    [
                        "b.fsx(4,5) AR0006: rule id A is taken: t | The other one stands at a.fsx(4)."
                    ]
                    "where both are"

                Expect.isEmpty rules.Rules "nothing runs"

            testCase "files of one name in two folders do not meet"
            <| fun () ->
                use folder = new Folder()
                folder.Write("one/x.fsx", text "A")
                folder.Write("two/x.fsx", text "B")
                use rules = folder.Compile("", [ "one/x.fsx"; "two/x.fsx" ])
                Expect.equal (told rules) [] "nothing to say"
                Expect.equal (ids rules |> List.sort) [ "A"; "B" ] "both are loaded"

            testCase "R31: a value that can change is refused"
            <| fun () ->
                use mutableValue = compile (text "A" + "\nlet mutable count = 0\n")
                Expect.equal [ for d in mutableValue.Diagnostics -> d.Id ] [ "AR0004" ] "mutable"
                use reference = compile (text "A" + "\nlet count = ref 0\n")
                Expect.equal [ for d in reference.Diagnostics -> d.Id ] [ "AR0004" ] "ref"

            testCase "R32: #load takes a file below the folder, and its values can be used"
            <| fun () ->
                use folder = new Folder()
                folder.Write("lists.fsx", "open AuditRules\nlet shells = oneOf [ \"sh\"; \"bash\" ]\n")

                folder.Write(
                    "x.fsx",
                    "#load \"auditrules.fsx\"\n#load \"lists.fsx\"\nopen AuditRules\nopen Lists\n"
                    + (one "A")
                        .Replace("Py.OsSystem do", "Py.OsSystem.matching (command = shells) do")
                        .Replace("\"id\"", "\"sh\"")
                )

                use rules = folder.Compile("", [ "x.fsx" ])
                Expect.equal (told rules) [] "nothing to say"
                Expect.isTrue (ExampleRunner.Run(rules.Rules[0])[0]).Passed "the list is used"

            testCase "R32: #load does not leave the folder, and files do not load each other"
            <| fun () ->
                use folder = new Folder()
                folder.Write("x.fsx", "#load \"../y.fsx\"\n" + text "A")

                Expect.equal
                    [ for d in folder.Compile("", [ "x.fsx" ]).Diagnostics -> d.Id, d.Place.Line ]
                    [ "AR0002", 1 ]
                    "outside"

                folder.Write("a.fsx", "#load \"b.fsx\"\n" + text "A")
                folder.Write("b.fsx", "#load \"a.fsx\"\n" + text "B")

                Expect.equal
                    [ for d in folder.Compile("", [ "a.fsx" ]).Diagnostics -> d.Id ]
                    [ "AR0003" ]
                    "a circle"

            testTheory
                "R32: no other directive is allowed"
                [ "#r \"nuget: X\""; "#I \"/\""; "#nowarn \"42\""; "  # line 5 \"y\"" ]
            <| fun directive ->
                use rules = compile (directive + "\n" + text "A")

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, d.Place.Line ]
                    [ "AR0001", 1 ]
                    "refused at its line"

            testCase "R32: a # inside a text is no directive"
            <| fun () ->
                use rules = compile ("let t = \"\"\"\n#r \"x\"\n\"\"\"\n" + text "A")
                Expect.equal (told rules) [] "it is text"

            testCase "R33: a file that throws when it is loaded is told with its line"
            <| fun () ->
                use rules = compile (text "A" + "\nlet bad = List.item 3 [ 1 ]\n")

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, d.Place.File, d.Place.Line ]
                    [ "AR0005", "x.fsx", 10 ]
                    "where"

                Expect.isEmpty rules.Rules "nothing runs"

            testCase "a clause that does not fit is an error at the rule"
            <| fun () ->
                use rules =
                    compile (
                        (text "A").Replace("        message", "        within (seconds 5)\n        message")
                    )

                Expect.equal
                    (told rules)
                    [
                        "x.fsx(4,5) AR0007: rule A: within needs two steps: put followedBy before it"
                    ]
                    "what and where"

            testTheory
                "R30: a custom event that is nearly one of Python's is warned of"
                [
                    "subprocess.popen", [ "AR0009" ]
                    "socket.conect", [ "AR0009" ]
                    "app.login", []
                ]
            <| fun (name, expected) ->
                use rules =
                    compile (
                        (text "A")
                            .Replace("for e in Py.OsSystem", "for e in Custom \"" + name + "\"")
                            .Replace("e.Command", "e.Name")
                    )

                Expect.equal [ for d in rules.Diagnostics -> d.Id ] expected "by the catalogue"

            testCase "a rule without examples is a warning"
            <| fun () ->
                use rules =
                    compile (
                        (text "A").Replace("        shouldFire [ Py.OsSystem.make (command = \"id\") ]\n", "")
                    )

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, string d.Severity ]
                    [ "AR0008", "Warning" ]
                    "it says so"

                Expect.hasLength rules.Rules 1 "and it runs"
        ]

[<Tests>]
let cacheTests =
    testList
        "the cache of compiled rules"
        [
            testCase "the second time nothing is compiled, and the rules are the same"
            <| fun () ->
                use folder = new Folder()
                folder.Write("x.fsx", text "A")
                let cache = folder.Path "cache"
                use first = folder.Compile(cache, [ "x.fsx" ])
                use second = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal (first.FromCache, second.FromCache) (false, true) "compiled once"
                Expect.equal (ids second) (ids first) "the same rules"

                Expect.equal
                    (second.Rules[0].Info.Source.ToString())
                    (first.Rules[0].Info.Source.ToString())
                    "the same places"

            testCase "a changed file is compiled again"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", text "A")
                folder.Compile(cache, [ "x.fsx" ]) |> ignore
                folder.Write("x.fsx", text "B")
                use again = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal (again.FromCache, ids again) (false, [ "B" ]) "the new text counts"

            testCase "a damaged entry is no entry"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", text "A")
                folder.Compile(cache, [ "x.fsx" ]) |> ignore
                let entry = Directory.GetFiles cache |> Array.exactlyOne
                let bytes = File.ReadAllBytes entry
                bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 1uy
                File.WriteAllBytes(entry, bytes)
                use again = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal (again.FromCache, ids again) (false, [ "A" ]) "compiled again"

            testCase "a cache that cannot be written costs nothing else"
            <| fun () ->
                use folder = new Folder()
                folder.Write("file", "")
                folder.Write("x.fsx", text "A")
                use rules = folder.Compile(folder.Path "file/cache", [ "x.fsx" ])
                Expect.equal (ids rules) [ "A" ] "the rules are there"

            testCase "the cache folder is for its owner alone"
            <| fun () ->
                use folder = new Folder()
                folder.Write("x.fsx", text "A")
                let cache = folder.Path "cache"
                folder.Compile(cache, [ "x.fsx" ]) |> ignore

                let all =
                    UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute

                Expect.equal (File.GetUnixFileMode cache) all "0700"
        ]
