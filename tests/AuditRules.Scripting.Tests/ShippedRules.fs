/// What must hold for every rule that comes with AuditRules.
module AuditRules.Scripting.Tests.ShippedRules

open System
open System.IO
open System.Text.RegularExpressions
open AuditRules.Detection.Examples
open AuditRules.Detection.Plans
open AuditRules.Scripting
open AuditRules.Scripting.Tests.Folder
open Expecto
open AuditRules.Tests.Root

let private files =
    Directory.GetFiles(Path.Combine(root, "rules"), "*.fsx", SearchOption.AllDirectories)
    |> Array.sortWith (fun a b -> String.CompareOrdinal(a, b))

// Compiled once for all tests: it takes seconds.
let private compiled =
    lazy RuleCompiler(RuleCompilerOptions(CurrentFolder = root)).Compile(files)

let private rules () = List.ofSeq compiled.Value.Rules

/// Those rules of which something is wrong, each with what it is.
let private wrong (problem: RulePlan -> string option) =
    [
        for rule in rules () do
            match problem rule with
            | Some text -> $"{rule.Info.Id}: {text}"
            | None -> ()
    ]

let private whenever condition text = if condition then Some text else None

let private severityOf (rule: RulePlan) =
    rule.Info.Severity.ToString().ToLowerInvariant()

/// A rule's line in docs/rules.md.
let private row (rule: RulePlan) =
    let file = Path.GetFileName rule.Info.Source.File
    let techniques = String.Join(", ", rule.Info.Mitre)
    let benign = String.Join(" ", rule.Info.FalsePositives)

    $"| {rule.Info.Id} | {severityOf rule} | {rule.Info.Title} | [{file}](../rules/{file}) | {techniques} | {benign} |"

[<Tests>]
let tests =
    testList
        "shipped rules"
        [
            testCase "compile without a word"
            <| fun () ->
                Expect.equal [ for d in compiled.Value.Diagnostics -> string d ] [] "diagnostics"
                Expect.isGreaterThanOrEqual (rules().Length) 38 "rules"

            testCase "have ids of one shape, each once"
            <| fun () ->
                let ids = [ for rule in rules () -> rule.Info.Id ]

                Expect.equal
                    (ids |> List.filter (fun id -> not (Regex.IsMatch(id, @"^AR1\d{3}$"))))
                    []
                    "shape"

                Expect.equal (ids |> List.countBy id |> List.filter (fun (_, n) -> n > 1)) [] "twice"

            testCase "name techniques of MITRE ATT&CK"
            <| fun () ->
                wrong (fun rule ->
                    let odd =
                        rule.Info.Mitre
                        |> Seq.filter (fun id -> not (Regex.IsMatch(id, @"^T\d{4}(\.\d{3})?$")))

                    whenever (rule.Info.Mitre.IsEmpty || not (Seq.isEmpty odd)) $"{List.ofSeq odd}")
                |> fun found -> Expect.equal found [] "mitre"

            testCase "say when they are wrong, what to do, and what they are about"
            <| fun () ->
                wrong (fun rule ->
                    whenever
                        (rule.Info.FalsePositives.IsEmpty
                         || rule.Info.Remediation = ""
                         || rule.Info.Tags.IsEmpty)
                        "no falsePositives, remediation or tags")
                |> fun found -> Expect.equal found [] "metadata"

            testCase "have an example that fires and one that does not"
            <| fun () ->
                wrong (fun rule ->
                    let fires, silent = rule.Examples |> Seq.toList |> List.partition _.ShouldFire
                    whenever (fires.IsEmpty || silent.IsEmpty) $"{fires.Length} fire, {silent.Length} do not")
                |> fun found -> Expect.equal found [] "examples"

            testCase "pass their examples"
            <| fun () ->
                [
                    for rule in rules () do
                        for result in ExampleRunner.Run rule do
                            if not result.Passed then
                                $"{rule.Info.Id}, example {result.Number}: {result.Reason}"
                ]
                |> fun found -> Expect.equal found [] "examples"

            testCase "tell what happened: a message beyond the title, without gaps"
            <| fun () ->
                [
                    for rule in rules () do
                        for result in ExampleRunner.Run rule do
                            for finding in result.Result.Findings do
                                let text = finding.Message

                                if text.Trim() = "" || text = rule.Info.Title || text.StartsWith ' ' then
                                    $"{rule.Info.Id}, example {result.Number}: '{text}'"
                ]
                |> fun found -> Expect.equal found [] "messages"

            testCase "open the language and nothing of the machine"
            <| fun () ->
                [
                    for file in files do
                        for line in File.ReadLines file do
                            if
                                line.StartsWith "open "
                                && line <> "open AuditRules"
                                && line <> "open System.Collections.Generic"
                            then
                                $"{Path.GetFileName file}: {line}"
                ]
                |> fun found -> Expect.equal found [] "opened"

            testCase "fire on a recording, and on no benign one"
            <| fun () ->
                let found kind =
                    Directory.GetFiles(
                        Path.Combine(root, "recordings", kind),
                        "*.expected",
                        SearchOption.AllDirectories
                    )
                    |> Seq.collect File.ReadLines
                    |> Seq.filter (fun line -> line.StartsWith "AR")
                    |> Seq.map (fun line -> line.Substring(0, 6))
                    |> Set.ofSeq

                let ids = set [ for rule in rules () -> rule.Info.Id ]
                Expect.equal (Set.toList (ids - found "suspicious")) [] "rules without a recording"
                Expect.equal (Set.toList (found "benign")) [] "rules that fire on a benign one"

            testCase "stand in docs/rules.md, each in a line of its own"
            <| fun () ->
                let documented =
                    File.ReadAllLines(Path.Combine(root, "docs", "rules.md"))
                    |> Array.filter (fun line -> line.StartsWith "| AR")
                    |> List.ofArray

                let expected = rules () |> List.sortBy _.Info.Id |> List.map row
                Expect.equal documented expected "the table"
        ]
