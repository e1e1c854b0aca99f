module AuditRules.Architecture.Tests.TextTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open AuditRules.Architecture.Tests.Repository
open AuditRules.Tests.Root

let private text =
    withExtension
        [
            ".cs"
            ".fs"
            ".fsi"
            ".fsx"
            ".c"
            ".h"
            ".py"
            ".md"
            ".json"
            ".props"
            ".targets"
            ".proj"
            ".sh"
            ".yml"
            ""
        ]

let private documents = withExtension [ ".md" ]

/// The anchor that a heading gets, as GitHub makes it.
let private anchor (heading: string) =
    let kept = Regex.Replace(heading.Trim().ToLowerInvariant(), @"[^\p{L}\p{N} _-]", "")
    kept.Replace(' ', '-')

let private anchors file =
    Regex.Matches(read file, @"^#+ +(.+)$", RegexOptions.Multiline)
    |> Seq.map (fun heading -> anchor heading.Groups[1].Value)
    |> set

/// The links of a document to places in this repository, each with what is wrong with it, if anything is.
let private badLinks (file: string) =
    let prose =
        Regex.Replace(
            read file,
            @"^```.*?^```|`[^`\n]*`",
            "",
            RegexOptions.Multiline ||| RegexOptions.Singleline
        )

    [
        for link in Regex.Matches(prose, @"\]\(([^)\s]+)\)") do
            let target = link.Groups[1].Value

            if not (Regex.IsMatch(target, "^[a-z]+:")) then
                let parts = target.Split('#', 2)
                let folder = Path.Combine(root, folderOf file)

                let path =
                    if parts[0] = "" then
                        Path.Combine(root, file)
                    else
                        Path.GetFullPath(Path.Combine(folder, parts[0]))

                if not (File.Exists path || Directory.Exists path) then
                    $"{target}: no such file"
                elif
                    parts.Length = 2
                    && path.EndsWith ".md"
                    && not ((anchors (relative path)).Contains parts[1])
                then
                    $"{target}: no such heading"
    ]

/// Longer files are asked what they do twice. Generated code is not in the tree.
let private longest =
    function
    | ".cs" -> 400
    | _ -> 600

[<Tests>]
let tests =
    testList
        "the text of the repository"
        [
            testList
                "links of a document lead somewhere"
                [
                    for document in documents do
                        testCase document (fun () -> Expect.isEmpty (badLinks document) document)
                ]
            testCase "names no path of the machine that it was written on" (fun () ->
                // A checkout in a folder at the root, such as /src, has a path that is also an ordinary word.
                if root.Trim('/').Contains '/' then
                    for file in text do
                        Expect.isFalse ((read file).Contains(root + "/", StringComparison.Ordinal)) file)
            testCase "has no file too long to be one concept" (fun () ->
                let long =
                    [
                        for file in withExtension [ ".cs"; ".fs"; ".fsi" ] do
                            let lines = (read file).Split('\n').Length

                            if lines > longest (Path.GetExtension file |> string) then
                                $"{file}: {lines} lines"
                    ]

                Expect.isEmpty long "files")
            testCase "ends every line with a line feed alone" (fun () ->
                for file in text do
                    Expect.isFalse ((read file).Contains "\r\n") file)
        ]
