/// Rules that are trusted, and what the cache keeps of the guard's verdict (R84).
module AuditRules.Scripting.Tests.TrustTests

open System.IO
open Expecto
open AuditRules.Scripting.Tests.Folder
open AuditRules.Scripting.Tests.RuleText

[<Tests>]
let tests =
    testList
        "trusted rules"
        [
            testCase "R84: trust lets rules use what they like, and keeps R31 and R32"
            <| fun () ->
                use folder = new Folder()

                let compiled text =
                    folder.Write("x.fsx", asking text)
                    use rules = folder.Compile("", [ "" ], [ "x.fsx" ], true)
                    ids rules, [ for d in rules.Diagnostics -> d.Id ]

                Expect.equal (compiled (f "System.IO.File.Exists p")) ([ "E" ], []) "files"
                Expect.equal (compiled ("let mutable n = 0\n" + f "n > 1")) ([], [ "AR0004" ]) "R31"
                Expect.equal (compiled ("#r \"nuget: X\"\n" + f "true")) ([], [ "AR0001" ]) "R32"

            testCase "R84: what was compiled in trust is looked at when there is none, and compiled once"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"

                let compiled trusted =
                    use rules = folder.Compile(cache, [ "" ], [ "x.fsx" ], trusted)
                    rules.FromCache, ids rules, [ for d in rules.Diagnostics -> d.Id ]

                folder.Write("x.fsx", asking (f "System.IO.File.Exists p"))
                Expect.equal (compiled true) (false, [ "E" ], []) "in trust"
                Expect.equal (compiled false) (false, [], [ "AR0014" ]) "without"
                Expect.equal (compiled true) (true, [ "E" ], []) "kept all the same"

                folder.Write("x.fsx", asking (f "p.Length > 1"))
                let entries () = set (Directory.GetFiles cache)
                let before = entries ()
                Expect.equal (compiled true) (false, [ "E" ], []) "compiled"
                let entry = Seq.exactlyOne (entries () - before)
                let verdict () = (File.ReadAllBytes entry)[8]
                Expect.equal (verdict ()) 0uy "nobody has looked"
                Expect.equal (compiled false) (true, [ "E" ], []) "taken"
                Expect.equal (verdict ()) 1uy "the guard has passed it"

            testCase
                "R84: what was compiled in trust is told in the order of files and lines, as without a cache"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"

                let file id =
                    (asking (f "System.IO.File.Exists p")).Replace("\"E\"", $"\"{id}\"")

                let marked =
                    "[<System.Runtime.CompilerServices.CompilerGenerated>]\nlet n = System.Environment.ProcessId\n"

                folder.Write("a.fsx", file "A")
                folder.Write("b.fsx", (file "B").Replace("let r", marked + "let r"))
                folder.Write("c.fsx", file "C")
                let files = [ "c.fsx"; "b.fsx"; "a.fsx" ]
                use trusted = folder.Compile(cache, [ "" ], files, true)
                Expect.equal (List.sort (ids trusted)) [ "A"; "B"; "C" ] "kept"

                let told cache =
                    use rules = folder.Compile(cache, files)
                    [ for d in rules.Diagnostics -> d.Place.File, d.Place.Line, d.Id ]

                let expected =
                    [
                        "a.fsx", 2, "AR0014"
                        "b.fsx", 2, "AR0014"
                        "b.fsx", 3, "AR0015"
                        "b.fsx", 4, "AR0014"
                        "c.fsx", 2, "AR0014"
                    ]

                Expect.equal (told cache) expected "from the cache"
                Expect.equal (told "") expected "compiled"

            testCase "R84: a verdict that was written into the cache by hand does not count"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", asking (f "System.IO.File.Exists p"))
                folder.Compile(cache, [ "" ], [ "x.fsx" ], true) |> ignore
                let entry = Directory.GetFiles cache |> Array.exactlyOne
                let bytes = File.ReadAllBytes entry
                bytes[8] <- 1uy
                File.WriteAllBytes(entry, bytes)
                use rules = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal [ for d in rules.Diagnostics -> d.Id ] [ "AR0014" ] "refused"
        ]
