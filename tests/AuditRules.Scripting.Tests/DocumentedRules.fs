/// Every rule that the documentation shows is one that works.
module AuditRules.Scripting.Tests.DocumentedRules

open System
open System.IO
open AuditRules.Detection.Examples
open AuditRules.Scripting.Tests.Folder
open Expecto
open AuditRules.Tests.Root

let private pages =
    [
        Path.Combine(root, "README.md")
        yield! Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
    ]
    |> List.sortWith (fun a b -> String.CompareOrdinal(a, b))

/// The blocks of a page that begin with that line, each with as many empty lines before it as the page has lines there:
/// what is said of a block's line is true of the page's.
let private blocks (opening: string) (lines: string array) =
    [
        for i, line in Array.indexed lines do
            if line.TrimEnd() = opening then
                let body = lines[i + 1 ..] |> Array.takeWhile (fun line -> line.TrimEnd() <> "```")
                String.Join("\n", Array.append (Array.create (i + 1) "") body)
    ]

/// All that is wrong with a block: what the compiler says, and the examples that fail.
let private wrong (name: string) (text: string) =
    use folder = new Folder()
    folder.Write(name, text)
    use rules = folder.Compile("", [ name ])

    [
        yield! told rules

        if not rules.HasErrors && rules.Rules.Count = 0 then
            $"{name}: no rule in a block"

        for rule in rules.Rules do
            for result in ExampleRunner.Run rule do
                if not result.Passed then
                    $"{name}: {rule.Info.Id}, example {result.Number}: {result.Reason}"
    ]

[<Tests>]
let tests =
    testList
        "documented rules"
        [
            testCase "every ```fsharp block of README.md and docs compiles, and its examples pass"
            <| fun () ->
                let found =
                    [
                        for page in pages do
                            for text in blocks "```fsharp" (File.ReadAllLines page) do
                                string (Path.GetFileName page) + ".fsx", text
                    ]

                Expect.isGreaterThanOrEqual found.Length 2 "blocks: README.md and the how-to have one each"

                Expect.equal
                    (found |> List.collect (fun (name, text) -> wrong name text))
                    []
                    "all that is wrong"

            testCase "a block that does not compile is told at its line of the page"
            <| fun () ->
                let page =
                    [|
                        "Text."
                        "```fsharp"
                        "open AuditRules"
                        "let r ="
                        "    rule (\"X1\", \"t\", Low) {"
                        "        for e in Py.Open.matching (path = glob \"/a\" ||| \"/b\") do"
                        "        message e.Path"
                        "        shouldFire [ Py.Open.make (path = \"/a\") ]"
                        "    }"
                        "```"
                        "More."
                    |]

                Expect.equal
                    (blocks "```fsharp" page |> List.collect (wrong "page.md.fsx"))
                    [
                        "page.md.fsx(6,36) FS0001: The type 'bool' does not support the operator '|||' | Put the pattern in parentheses: path = (... ||| ...)"
                    ]
                    "line 6"

            testCase "a block whose example fails is told"
            <| fun () ->
                let text =
                    (text "X1")
                        .Replace(
                            "for e in Py.OsSystem do",
                            "for e in Py.OsSystem.matching (command = \"ls\") do"
                        )

                Expect.equal
                    (wrong "page.md.fsx" text)
                    [
                        "page.md.fsx: X1, example 1: step 1 of 1 (e) was not reached: no event matched it while it was awaited"
                    ]
                    "the example"
        ]
