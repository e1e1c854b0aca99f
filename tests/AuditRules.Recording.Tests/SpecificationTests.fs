/// docs/spec/segment.md against the names of tests.
module AuditRules.Recording.Tests.SpecificationTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open AuditRules.Tests.Root

/// The numbers of the rules, in their order.
let private rules =
    let document = File.ReadAllText(Path.Combine(root, "docs", "spec", "segment.md"))

    [
        for rule in Regex.Matches(document, @"^\*\*S(\d+)\*\*", RegexOptions.Multiline) ->
            int rule.Groups[1].Value
    ]

/// `S3`, or `S1 to S3`.
let private numbers (name: string) =
    [
        for cited in Regex.Matches(name, @"\bS(\d+)( to S(\d+))?\b") do
            let first = int cited.Groups[1].Value

            yield!
                [
                    first .. (if cited.Groups[3].Success then
                                  int cited.Groups[3].Value
                              else
                                  first)
                ]
    ]

/// What names of tests cite: not messages, nor comments.
let private cited =
    set
        [
            for file in
                Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.fs", SearchOption.AllDirectories) do
                for name in
                    Regex.Matches(
                        File.ReadAllText file,
                        @"\b(?:test|testCase|testTheory|on\w+Pythons?|onBothHooks)\s+\$?""([^""\n]*)"""
                    ) do
                    yield! numbers name.Groups[1].Value
        ]

[<Tests>]
let tests =
    testList
        "segment specification"
        [
            testCase "every rule of segment.md is cited by the name of a test" (fun () ->
                Expect.isGreaterThan rules.Length 45 "rules"
                Expect.isEmpty (set rules - cited) "rules that no test cites"
                Expect.isEmpty (cited - set rules) "rules that are cited and do not exist")

            testCase "no two rules of segment.md have one number" (fun () ->
                Expect.equal rules (List.distinct rules) "")
        ]
