module AuditRules.Scripting.Tests.DirectiveTests

open System.IO
open Expecto
open AuditRules.Detection.Examples
open AuditRules.Scripting.Tests.Folder

[<Tests>]
let tests =
    testList
        "directives of rule files"
        [
            testCase "R32: #load takes a file below the folder, and its values can be used"
            <| fun () ->
                use folder = new Folder()
                folder.Write("lists.fsx", "open AuditRules\nlet shells = oneOf [ \"sh\"; \"bash\" ]\n")

                folder.Write(
                    "x.fsx",
                    "#load \"auditrules.fsx\" @\".//lists.fsx\"// both\nopen AuditRules\nopen Lists\n"
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

                folder.Write("self.fsx", "\n  #load \"self.fsx\"\n" + text "A")

                for first, second, third in
                    [ "one", "two", "three"; "two", "three", "one"; "three", "one", "two" ] do
                    folder.Write($"{first}.fsx", $"#load \"{second}.fsx\" // and {third}\n" + text "A")

                Expect.equal
                    [
                        for name in [ "a"; "self"; "one" ] do
                            for d in folder.Compile("", [ name + ".fsx" ]).Diagnostics do
                                $"{d.Place.File}({d.Place.Line},{d.Place.Column}) {d.Id}: {d.Message} | {d.SourceLine}"
                    ]
                    [
                        "b.fsx(1,1) AR0003: a.fsx and b.fsx load each other | #load \"a.fsx\""
                        "self.fsx(2,3) AR0003: self.fsx loads itself |   #load \"self.fsx\""
                        "three.fsx(1,1) AR0003: one.fsx, two.fsx and three.fsx load each other | #load \"one.fsx\" // and two"
                    ]
                    "circles"

            testCase "R33: a file that is no text is an error where that begins"
            <| fun () ->
                use folder = new Folder()

                let latin =
                    System.Text.Encoding.Latin1.GetBytes("let a = 1\nlet who = \"jürgen\"\n" + text "A")

                File.WriteAllBytes(folder.Path "latin.fsx", latin)

                Expect.equal
                    [
                        for d in folder.Compile("", [ "latin.fsx" ]).Diagnostics ->
                            $"{d.Place.File}({d.Place.Line},{d.Place.Column}) {d.Id}: {d.Message}"
                    ]
                    [ "latin.fsx(2,13) AR0022: the file is not text in UTF-8" ]
                    "where"

                File.WriteAllText(folder.Path "wide.fsx", text "A", System.Text.Encoding.Unicode)
                use wide = folder.Compile("", [ "wide.fsx" ])
                Expect.equal (told wide) [] "UTF-16 with its mark is text"
                folder.Write("lists.fsx", "let a = 1\n")
                folder.Write("near.fsx", "#load \"list.fsx\"\n" + text "A")

                Expect.equal
                    [ for d in folder.Compile("", [ "near.fsx" ]).Diagnostics -> d.Hint ]
                    [
                        "The path counts from the file that contains the #load. Maybe you want lists.fsx."
                    ]
                    "the nearest name"

            testCase "R32: with several rules folders each file loads within its own"
            <| fun () ->
                use folder = new Folder()
                let load name = $"#load \"{name}\"\n"
                folder.Write("one/lists.fsx", "let a = 1\n")
                folder.Write("one/deep/x.fsx", load "../lists.fsx" + text "A")
                folder.Write("two/lists.fsx", "let a = 1\n")
                folder.Write("two/deep/y.fsx", load "../lists.fsx" + text "B")
                folder.Write("three/z.fsx", load "sub/lists.fsx" + text "C")
                folder.Write("three/sub/lists.fsx", "let a = 1\n")

                use rules =
                    folder.Compile(
                        "",
                        [ "one"; "two" ],
                        [ "one/deep/x.fsx"; "two/deep/y.fsx"; "three/z.fsx" ]
                    )

                Expect.equal (told rules, List.sort (ids rules)) ([], [ "A"; "B"; "C" ]) "all load"
                folder.Write("two/deep/y.fsx", load "../../one/lists.fsx" + text "B")
                folder.Write("three/z.fsx", load "../one/lists.fsx" + text "C")

                use rules =
                    folder.Compile("", [ "one"; "two" ], [ "two/deep/y.fsx"; "three/z.fsx" ])

                let hint =
                    "Move the file into the rules folder of the file that loads it, or name a rules folder that holds both."

                Expect.equal
                    (told rules)
                    [
                        $"three/z.fsx(1,1) AR0002: #load of one/lists.fsx, which is outside the rules folder three | {hint}"
                        $"two/deep/y.fsx(1,1) AR0002: #load of one/lists.fsx, which is outside the rules folder two | {hint}"
                    ]
                    "another's folder is outside"

            testTheory
                "R32: no other directive is allowed"
                [
                    "#r \"nuget: X\"", 1
                    "#I \"/\"", 1
                    "#nowarn \"42\"", 1
                    "  # line 5 \"y\"", 1
                    "# 100 \"zz.fsx\"", 1
                    "#line 100 \"zz.fsx\"", 1
                    "(* *) #nowarn \"20\"", 1
                    "let one = 1 # 100 \"zz.fsx\"", 1
                    "let q = '\"'\n#nowarn \"20\"", 2
                    "let q = '\\\"'\n#nowarn \"20\"", 2
                    "(**)\n#nowarn \"20\"\n(**)", 2
                    "(* (* *) *)\n#nowarn \"20\"\n(* *)", 2
                    "(* \" *) \" *)\n#nowarn \"20\"\n(* *)", 2
                    "(* '\"' *)\n#nowarn \"20\"\n(* '\"' *)", 2
                    "let f = (*)\n#nowarn \"20\"\n(* *)", 2
                    "let t = @$\"\\\"\n#nowarn \"20\"", 2
                    "let t = $@\"\\\"\n#nowarn \"20\"", 2
                    "let t = @\"\\\"\n#nowarn \"20\"", 2
                    "let t = \"\\\\\"\n#nowarn \"20\"", 2
                    "let t = $$\"\"\"{\"{{\"a\"}}\"\"\"\n#nowarn \"20\"", 2
                    "let t = $\"{{\"\n#nowarn \"20\"", 2
                    "let t = $\"{ 1 (* '\"' *) }\"\n#nowarn \"20\"", 2
                    "let ``a \" b`` = 1\n#nowarn \"20\"", 2
                    "let f' (x: 'a) = x\n#nowarn \"20\"\nlet g' (x: 'a) = x", 2
                    "let x'\" = 1\"\n#nowarn \"20\"", 2
                    "// \"\n#nowarn \"20\"", 2
                    "#if NEVER\n\"\n#endif\n#nowarn \"20\"\nlet t = \"\"", 3
                    "#if X (*\n#endif\n#nowarn \"20\"", 1
                    "#load \"a.fsx\" (*\n#nowarn \"20\"\n#load \"a.fsx\" *)", 1
                    "let ( +// ) a b = a \"", 1
                    "let t = 1 =@\"\\\"", 1
                ]
            <| fun (directive, line) ->
                use rules = compile (directive + "\n" + text "A")
                let first = Seq.head rules.Diagnostics
                Expect.equal (first.Id, first.Place.Line) ("AR0001", line) "refused at its line"

            testTheory
                "R32: a # in a text, a comment or a type is no directive"
                [
                    "let t = \"\"\"\n#r \"x\"\n\"\"\""
                    "let t = $\"\"\"{ \"a\" }\n#r \"x\"\n\"\"\""
                    "let t = $$\"\"\"{{ 1 }}\n#r {x\n\"\"\""
                    "let t = @\"\n#r \"\"x\"\"\n\""
                    "let t = \"\n#r \\\"x\\\"\n\""
                    "(*\n#r \"x\"\n*)"
                    "(* (* *)\n#r \"x\"\n*)"
                    "let f (x: #seq<int>) = Seq.length x"
                    "let c = '#'"
                    "let t = $\"{ {| A = 1 |}.A }\""
                    "let t = System.String.Concat(str0 =$\"{1}\", str1 = \"b\")"
                ]
            <| fun source ->
                use rules = compile (source + "\n" + text "A")
                Expect.equal (told rules) [] "nothing to say"

            testCase "R32: #if, #else, #endif and #light are allowed"
            <| fun () ->
                use rules =
                    compile (
                        "#light\n#if INTERACTIVE || NEVER // editors\nlet x = nothing\n#else\nlet x = 1\n#endif\n"
                        + text "A"
                    )

                Expect.equal (told rules) [] "nothing to say"

            testTheory
                "R32: #load of what is no path of a file is one error at its place"
                [
                    "a NUL character", "\"a\000.fsx\"", "AR0001: #load of a path with a NUL character"
                    "a NUL character behind a good path",
                    "\"good.fsx\" \"\000\"",
                    "AR0001: #load of a path with a NUL character"
                    "nothing", "\"\"", "AR0001: #load of an empty path"
                    "nothing behind an @", "@\"\"", "AR0001: #load of an empty path"
                    "a blank", "\" \"", "AR0002: #load of  , which does not exist"
                    "the folder itself", "\".\"", "AR0002: #load of ., which is a folder"
                    "the folder above", "\"sub/..\"", "AR0002: #load of ., which is a folder"
                    "a folder", "\"sub\"", "AR0002: #load of sub, which is a folder"
                    "a folder with a name like a file's",
                    "\"sub.fsx/\"",
                    "AR0002: #load of sub.fsx/, which is a folder"
                    "a file for a folder",
                    "\"good.fsx/a.fsx\"",
                    "AR0002: #load of good.fsx/a.fsx, which does not exist"
                    "a device",
                    "\"/dev/null\"",
                    "AR0002: #load of /dev/null, which is outside the rules folder ."
                    "a control character", "\"a\027.fsx\"", "AR0002: #load of a\027.fsx, which does not exist"
                    "half a pair", "\"a\uFFFD.fsx\"", "AR0002: #load of a\uFFFD.fsx, which does not exist"
                    "the end of a line", "\"a\n.fsx\"", "AR0001: #load does not take \"a"
                    "another end of a line", "\"a\u2028.fsx\"", "AR0001: #load does not take \"a"
                    "a very long name",
                    "\"" + String.replicate 5000 "a" + "\"",
                    "AR0002: #load of " + String.replicate 5000 "a" + ", which does not exist"
                    "a very long path",
                    "\"" + String.replicate 50000 "a/" + "x\"",
                    "AR0002: #load of " + String.replicate 50000 "a/" + "x, which does not exist"
                    "very many steps up",
                    "\"" + String.replicate 50000 "../" + "x.fsx\"",
                    "AR0002: #load of /x.fsx, which is outside the rules folder ."
                ]
            <| fun (_, paths, expected) ->
                use folder = new Folder()
                folder.Write("sub/a.fsx", "let a = 1\n")
                folder.Write("sub.fsx/a.fsx", "let a = 1\n")
                folder.Write("good.fsx", "let a = 1\n")
                folder.Write("x.fsx", "// one\n#load " + paths + "\n" + text "A")
                use rules = folder.Compile("", [ "x.fsx" ])
                let first = Seq.head rules.Diagnostics

                Expect.equal
                    ($"{first.Id}: {first.Message}", first.Place.File, first.Place.Line, first.Hint <> "")
                    (expected, "x.fsx", 2, true)
                    "what it is, where, and what to do"

            testCase "R32: bytes that are no text do not throw where they stand in a #load"
            <| fun () ->
                use folder = new Folder()
                folder.Write("x.fsx", "")

                System.IO.File.WriteAllBytes(
                    folder.Path "x.fsx",
                    Array.concat [ "#load \"a"B; [| 0xEDuy; 0xA0uy; 0x80uy; 0xFFuy |]; ".fsx\"\n"B ]
                )

                use rules = folder.Compile("", [ "x.fsx" ])

                Expect.equal [ for d in rules.Diagnostics -> d.Id, d.Place.Line ] [ "AR0022", 1 ] "one error"

            testTheory
                "R32: what #if, #load and the like do not take is named"
                [
                    "#if X (*", "#if does not take X (*"
                    "#else x", "#else does not take x"
                    "#endif \"x\"", "#endif does not take \"x\""
                    "#light \"off\"", "#light does not take \"off\""
                    "#load lists", "#load does not take lists"
                    "#load", "#load does not take "
                    "#load\"a.fsx\"", "#load does not take \"a.fsx\""
                    "#load \"a.fsx", "#load does not take \"a.fsx"
                    "#load \"a.fsx\"\"b.fsx\"", "#load does not take \"a.fsx\"\"b.fsx\""
                    "#load \"a.fsx\" b", "#load does not take \"a.fsx\" b"
                    "#load @", "#load does not take @"
                    "let x = 1 #load \"a.fsx\"", "#load stands behind something else on its line"
                    "#r \"x\"", "#r is not allowed in a rule file"
                ]
            <| fun (source, message) ->
                use rules = compile (source + "\n" + text "A")
                Expect.equal (Seq.head rules.Diagnostics).Message message "what it is"
        ]
