/// What is said of a pattern that can be none, and of lists that files share.
module AuditRules.Scripting.Tests.PatternProblemTests

open System.IO
open System.Text.RegularExpressions
open Expecto
open AuditRules.Detection.Examples
open AuditRules.Scripting.Tests.Folder
open AuditRules.Tests.Root

let private rule condition =
    $"""open AuditRules

let r =
    rule ("A", "t", Low) {{
        for c in Py.SocketConnect.matching ({condition}) do
        message c.Host
        shouldFire [ Py.SocketConnect.make (host = "10.1.2.3", port = 8080) ]
        shouldNotFire [ Py.SocketConnect.make (host = "192.0.2.1", port = 80) ]
    }}
"""

[<Tests>]
let tests =
    testList
        "patterns in rule files"
        [
            testTheory
                "R73: a pattern that can be none is told where it stands"
                [
                    "host = network \"10.1.2.3/8\"",
                    "x.fsx(5,60) AR0005: \"10.1.2.3/8\" is no network: it has bits beyond the first 8 | Maybe you want \"10.0.0.0/8\"."

                    "port = between (9, 1)",
                    "x.fsx(5,1) AR0005: there is no number from 9 to 1 | Write between (1, 9)."

                    "host = regex @\"(a)\\1\"",
                    "x.fsx(5,59) AR0005: the regular expression (a)\\1 needs backtracking, which has no bound in time | Write it without look-around, atomic groups and references back (\\1), or use where."
                ]
            <| fun (condition, expected) ->
                use rules = compile (rule condition)
                Expect.equal (told rules) [ expected ] "the place"

            testCase "R73: in a file that is loaded, where it stands there"
            <| fun () ->
                use folder = new Folder()

                folder.Write(
                    "lists.fsx",
                    "open AuditRules\n\nlet inside = network [ \"10.0.0.0/8\"; \"10.0.0.0/40\" ]\n"
                )

                folder.Write("x.fsx", "#load \"lists.fsx\"\nopen Lists\n" + rule "host = inside")
                use rules = folder.Compile("", [ "x.fsx" ])

                Expect.equal
                    (told rules)
                    [
                        "lists.fsx(3,38) AR0005: \"10.0.0.0/40\" is no network: behind the slash stands a number of bits | Write a number from 0 to 32."
                    ]
                    "the place"

            testCase "R70, R71, R72: every pattern is written where the event is named"
            <| fun () ->
                let conditions =
                    [
                        "host = network \"10.0.0.0/8\""
                        "host = network [ \"10.0.0.0/8\"; \"fd00::/8\" ]"
                        "host = privateAddress"
                        "host = notLike publicAddress"
                        "port = above 1023"
                        "port = notLike (atMost 1023 ||| below 5)"
                        "port = notLike privilegedPorts"
                        "port = (between (1024, 9000) &&& notLike 80)"
                        "port = allBits 0x1f90"
                        "port = noBits 0x40"
                        "port = oneOf [ 8080; 8443 ]"
                        "port = oneOf [ 8080L; 8443L ]"
                        "host = (numericAddress &&& notLike (network \"192.0.2.0/24\"))"
                        "host = ignoringCase (startsWith \"10.\")"
                    ]

                let all =
                    conditions
                    |> List.mapi (fun i condition ->
                        (rule condition)
                            .Replace("open AuditRules\n", "")
                            .Replace("let r", $"let r{i}")
                            .Replace("\"A\"", $"\"A{i:D2}\""))

                use rules = compile ("open AuditRules\n" + System.String.Join("", all))
                Expect.equal (told rules) [] "nothing is wrong"

                Expect.equal
                    [
                        for rule, condition in Seq.zip rules.Rules conditions do
                            for result in ExampleRunner.Run rule -> condition, result.Reason
                    ]
                    [
                        for condition in conditions do
                            condition, ""
                            condition, ""
                    ]
                    "port 8080 of 10.1.2.3, not port 80 of 192.0.2.1"

            testCase "lists of one file serve the rules of others, as docs/how-to/share-lists.md has it"
            <| fun () ->
                use folder = new Folder()
                let page = File.ReadAllText(Path.Combine(root, "docs", "how-to", "share-lists.md"))

                let blocks =
                    [
                        for block in
                            Regex.Matches(page, @"```fsx\n// (\S+)\n(.*?)```", RegexOptions.Singleline) ->
                            block.Groups[1].Value, block.Groups[2].Value
                    ]

                for name, text in blocks do
                    folder.Write(name, text)

                use rules = folder.Compile("", [ "rules" ], List.map fst blocks)
                Expect.equal (told rules) [] "nothing is wrong"
                Expect.equal (ids rules) [ "MY0010"; "MY0011" ] "a rule of each file but the lists"

                Expect.equal
                    [
                        for rule in rules.Rules do
                            for result in ExampleRunner.Run rule -> result.Reason
                    ]
                    [ ""; ""; "" ]
                    "their examples"
        ]
