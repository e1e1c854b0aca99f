module AuditRules.Scripting.Tests.LoadingTests

open System
open System.IO
open System.Reflection
open System.Reflection.Metadata
open System.Reflection.PortableExecutable
open Expecto
open AuditRules.Detection.Examples
open AuditRules.Scripting.Tests.Folder

/// A rule whose title is the value `from`.
let private from = (one "A").Replace("\"t\"", "from")

[<Tests>]
let compilerTests =
    // The temporary folder belongs to the whole process.
    testSequenced
    <| testCase "R33: what the compiler itself throws is one problem" (fun () ->
        use folder = new Folder()
        folder.Write("x.fsx", text "A")
        let before = Environment.GetEnvironmentVariable "TMPDIR"
        Environment.SetEnvironmentVariable("TMPDIR", folder.Path "missing")

        try
            use rules = folder.Compile("", [ "x.fsx" ])
            let problem = Seq.exactlyOne rules.Diagnostics
            Expect.equal (problem.Id, problem.Place.File) ("AR0010", "x.fsx") "one problem"
            Expect.stringStarts problem.Message "the compiler failed: " "what"
            Expect.isFalse (problem.Message.Contains '\n') "no stack trace"
            Expect.isTrue rules.HasErrors "nothing runs"
        finally
            Environment.SetEnvironmentVariable("TMPDIR", before))

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

            testTheory
                "R79: a rule that no Python can make fire is warned of"
                [
                    // 3.12 raises both.
                    "PathlibPathWalk", "TelnetlibTelnetOpen", []
                    "SysRemoteExec",
                    "TelnetlibTelnetOpen",
                    [
                        "sys.remote_exec: since Python 3.14; telnetlib.Telnet.open: before Python 3.13."
                    ]
                    "WinregOpenKey",
                    "OsChflags",
                    [ "winreg.OpenKey: Windows alone; os.chflags: macOS and BSD alone." ]
                ]
            <| fun (first, second, why) ->
                let source =
                    $"""open AuditRules

let r =
    rule ("A", "t", Low) {{
        for a in Py.{first} do
        followedBy b in Py.{second} on (a.Process = b.Process)
        message "m"
        shouldFire [ Py.{first}.make (); Py.{second}.make () ]
    }}
"""

                use rules = compile source

                Expect.equal
                    (told rules)
                    [
                        for text in why ->
                            $"x.fsx(4,11) AR0070: rule A can never fire: no Python raises what it looks for | {text}"
                    ]
                    "what is said"

            testCase "a long list is not optimized: that would take seconds"
            <| fun () ->
                use folder = new Folder()
                let items = String.Join("; ", [ for i in 1..1000 -> $"\"/opt/{i}\"" ])
                folder.Write("x.fsx", $"open AuditRules\nlet many = [ {items} ]\n" + one "A")
                use rules = folder.Compile(folder.Path "cache", [ "x.fsx" ])
                Expect.equal (told rules) [] "nothing to say"
                // Behind what the cache keeps of it.
                let entry =
                    File.ReadAllBytes(Directory.GetFiles(folder.Path "cache") |> Array.exactlyOne)

                let start = entry.AsSpan().IndexOf "MZ"B
                use image = new PEReader(new MemoryStream(entry[start..]))
                let metadata = image.GetMetadataReader()

                let flags =
                    [
                        for handle in metadata.MethodDefinitions do
                            let method = metadata.GetMethodDefinition handle

                            if method.RelativeVirtualAddress > 0 then
                                let body = image.GetMethodBody method.RelativeVirtualAddress

                                body.GetILReader().Length > 3000,
                                method.ImplAttributes.HasFlag MethodImplAttributes.NoOptimization
                    ]

                Expect.equal
                    (List.distinct flags |> List.sort)
                    [ false, false; true, true ]
                    "long code, and no other"

            testCase "files of one name in two folders do not meet"
            <| fun () ->
                use folder = new Folder()
                folder.Write("one/x.fsx", text "A")
                folder.Write("two/x.fsx", text "B")
                use rules = folder.Compile("", [ "one/x.fsx"; "two/x.fsx" ])
                Expect.equal (told rules) [] "nothing to say"
                Expect.equal (ids rules |> List.sort) [ "A"; "B" ] "both are loaded"

            testTheory
                "a file that is loaded is known by its own name, though another has it too"
                [ ""; "module Own // its own\n" ]
            <| fun header ->
                use folder = new Folder()
                folder.Write("one/lists.fsx", "let from = \"one\"\n")
                folder.Write("two/lists.fsx", "let from = \"two\"\n")
                folder.Write("a.fsx", "#load \"one/lists.fsx\"\nopen Lists\nopen AuditRules\n" + from)

                folder.Write(
                    "b.fsx",
                    header
                    + "#load \"two/lists.fsx\"\nopen AuditRules\nopen Lists\n"
                    + from.Replace("A", "B")
                )

                use rules = folder.Compile("", [ "a.fsx"; "b.fsx" ])
                Expect.equal (told rules) [] "nothing to say"

                Expect.equal
                    [ for r in rules.Rules -> r.Info.Title, string r.Info.Source ]
                    [ "one", "a.fsx(6)"; "two", (if header = "" then "b.fsx(6)" else "b.fsx(7)") ]
                    "each its own list, each its own line"

            testCase "a module that a file declares does not meet a file of that name"
            <| fun () ->
                use folder = new Folder()
                folder.Write("lists.fsx", text "A")
                folder.Write("x.fsx", "module Lists\n" + text "B")
                use rules = folder.Compile("", [ "lists.fsx"; "x.fsx" ])
                Expect.equal (told rules) [] "nothing to say"

            testTheory
                "a module or namespace of a file's own is seen behind comments and attributes"
                [
                    "(* what\nthis is *)\nmodule Own\n"
                    "[<AutoOpen>]\nmodule Own\n"
                    "// first\nmodule Own.Deeper\n"
                ]
            <| fun header ->
                use rules = compile (header + text "A")
                Expect.equal (told rules, ids rules) ([], [ "A" ]) "it compiles"

            testCase "a module inside a file is not the file's own"
            <| fun () ->
                use rules = compile ("module Helpers =\n    let x = 1\n" + text "A")
                Expect.equal (told rules, ids rules) ([], [ "A" ]) "it compiles"

            testTheory
                "what is told of a file is told of that file, though another name ends or begins as it does"
                [
                    [ "a.fsx"; "sub/a.fsx" ]
                    [ "sub/a.fsx"; "a.fsx" ]
                    [ "a.fsx"; "ba.fsx" ]
                    [ "ba.fsx"; "a.fsx" ]
                ]
            <| fun names ->
                use folder = new Folder()

                for i, name in List.indexed names do
                    folder.Write(name, text $"R{i}")

                use rules = folder.Compile("", names)
                Expect.equal [ for r in rules.Rules -> r.Info.Source.File ] names "each its own"

                for name in names do
                    folder.Write(name, "let x = List.item 3 [ 1 ]\n")

                use throwing = folder.Compile("", names)

                Expect.equal
                    [ for d in throwing.Diagnostics -> d.Place.File ]
                    (List.sort names)
                    "where each throws"

                for name in names do
                    folder.Write(name, "let x = nothing\n")

                use broken = folder.Compile("", names)

                Expect.equal
                    [ for d in broken.Diagnostics -> d.Place.File ]
                    (List.sort names)
                    "where each is wrong"

            testTheory
                "R31: a value that can change is refused"
                [
                    "let mutable count = 0", 0, "mutable"
                    "let mutable private count = 0", 0, "mutable"
                    "let private count = ref 0", 0, "a ref"
                    "let count = ref 0", 0, "a ref"
                    "module Inner =\n    let mutable count = 0", 1, "mutable"
                    "module private Inner =\n    module Deeper =\n        let mutable private count = 0",
                    2,
                    "mutable"
                    "// let mutable count = 0\nlet mutable ``count`` = 0", 1, "mutable"
                ]
            <| fun (source, line, what) ->
                use rules = compile (text "A" + "\n" + source + "\n")

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, d.Message, d.Place.Line ]
                    [ "AR0004", $"count can change: it is {what}", 10 + line ]
                    "what and where"

            testCase "R31: a local value may change, and values of one name are told apart"
            <| fun () ->
                use local =
                    compile (text "A" + "\nlet f () =\n    let mutable n = 0\n    n <- 1\n    n\n")

                Expect.equal (told local) [] "nothing to say"
                use folder = new Folder()
                folder.Write("a.fsx", "let mutable n = 0\n" + text "A")
                folder.Write("b.fsx", text "B" + "\nlet mutable n = 0\n")
                use rules = folder.Compile("", [ "a.fsx"; "b.fsx" ])

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Place.File, d.Place.Line ]
                    [ "a.fsx", 1; "b.fsx", 10 ]
                    "each at its own place"

            testTheory
                "R34: a rule that is not collected is named"
                [
                    "module Inner =" + (one "B").Replace("\n", "\n    "),
                    "rule B is not used: it stands in the module Inner, inside another"

                    "let all = [" + (one "B").Replace("let r =", "") + "]",
                    "rule B is not used: it is only in the value all"

                    "let all = [| r;" + (one "B").Replace("let r =", "") + "|]",
                    "rule B is not used: it is only in the value all"

                    "let maybe = Some(" + (one "B").Replace("let r =", "") + ")",
                    "rule B is not used: it is only in the value maybe"
                ]
            <| fun (source, message) ->
                use rules = compile (text "A" + "\n" + source + "\n")

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, string d.Severity, d.Message ]
                    [ "AR0011", "Warning", message ]
                    "what"

                Expect.equal (ids rules) [ "A" ] "the other runs"

            testTheory
                "R34: a rule that is also a public value at the top is not warned of"
                [
                    "let all = [ r; r ]"
                    "let endless = Seq.initInfinite (fun _ -> r)"
                    "module Inner =\n    let same = r"
                    "let none: Rule option = None"
                    "module private Inner =" + (one "B").Replace("\n", "\n    ")
                ]
            <| fun source ->
                use rules = compile (text "A" + "\n" + source + "\n")
                Expect.equal (told rules, ids rules) ([], [ "A" ]) "nothing to say"

            testCase "R33: a file that throws when it is loaded is told with its line"
            <| fun () ->
                use rules = compile (text "A" + "\nlet bad = List.item 3 [ 1 ]\n")

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, d.Place.File, d.Place.Line ]
                    [ "AR0005", "x.fsx", 10 ]
                    "where"

                Expect.isEmpty rules.Rules "nothing runs"

            testCase "R33: a file without rules that throws is told once, where it throws"
            <| fun () ->
                use folder = new Folder()
                folder.Write("lists.fsx", "let bad = List.item 3 [ 1 ]\n")
                folder.Write("x.fsx", "#load \"lists.fsx\"\n" + text "A" + "\nlet same = Lists.bad\n")
                use rules = folder.Compile("", [ "x.fsx" ])

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, d.Place.File, d.Place.Line ]
                    [ "AR0005", "lists.fsx", 1 ]
                    "where"

            testCase "a clause that does not fit is an error at the rule"
            <| fun () ->
                use rules =
                    compile (
                        (text "A").Replace("        message", "        within (seconds 5)\n        message")
                    )

                Expect.equal
                    (told rules)
                    [
                        "x.fsx(4,11) AR0007: rule A: within needs two steps: put followedBy before it"
                    ]
                    "what and where"

            testCase "R35: an id is of letters, digits, _, - and ., a letter or a digit first"
            <| fun () ->
                let ids = [ "my-rules.web_1"; "7"; ""; "-a"; "a/b"; "a\\tb"; "a\\n"; "Ä1" ]

                let rules =
                    ids |> List.mapi (fun i id -> (one id).Replace("let r =", $"let r{i} ="))

                use rules = compile ("open AuditRules\n" + String.concat "" rules)

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, d.Message ]
                    [
                        for id in [ ""; "-a"; "a/b"; "a\tb"; "a\n"; "Ä1" ] ->
                            "AR0013", $"\"{id}\" cannot be a rule's id"
                    ]
                    "those that are refused"

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
