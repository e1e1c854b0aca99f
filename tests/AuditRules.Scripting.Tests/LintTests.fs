/// What `rules lint` says beside errors.
module AuditRules.Scripting.Tests.LintTests

open Expecto
open AuditRules.Detection.Matching
open AuditRules.Events.Diagnostics
open AuditRules.Scripting
open AuditRules.Scripting.Tests.Folder
open AuditRules.Scripting.Tests.RuleText

/// The ids of what is said of one file, in order.
let private lint (text: string) =
    use folder = new Folder()
    folder.Write("x.fsx", text)

    let compiler =
        RuleCompiler(RuleCompilerOptions(RulesFolders = [| folder.Path "" |]))

    [
        for d in compiler.Lint([| folder.Path "x.fsx" |], (fun _ -> DetectionOptions())) ->
            $"{d.Place.Line} {d.Id}"
    ]

/// A rule without a message, whose example fails.
let private bare id severity =
    $"""
let {id} =
    rule ("{id}", "t.", {severity}) {{
        for o in Py.Open.matching (path = "/x") do
        shouldFire [ Py.Open.make (path = "/y") ]
    }}
"""

let private style line =
    [ for id in 18..21 -> $"{line} AR00{id}" ]

[<Tests>]
let tests =
    testList
        "lint"
        [
            testCase "R109: without an error all is said, and the examples run"
            <| fun () ->
                Expect.equal
                    (List.sort (lint ("open AuditRules\n" + bare "r1" "High")))
                    (List.sort ("4 AR0017" :: style 4))
                    "style and the example"

            testTheory
                "R109: beside an error of loading the style of all rules is said"
                [
                    "a value that can change", "let seen = ref 0\n", [ "2 AR0004" ], style 5
                    "a rule's clause",
                    "let twice = rule (\"a b\", \"T\", High) {\n        for o in Py.Open do\n        message o.Path\n    }\n",
                    [ "2 AR0008"; "2 AR0013" ],
                    "2 AR0020" :: style 8
                    "a file that throws", "let n = List.head (List.empty<int>)\n", [ "2 AR0005" ], []
                ]
            <| fun (_, text, errors, style) ->
                Expect.equal
                    (List.sort (lint ("open AuditRules\n" + text + bare "r1" "High")))
                    (List.sort (errors @ style))
                    "the error and the style"

            testCase "R91: beside an error of loading the files are said that were left out"
            <| fun () ->
                use folder = new Folder()
                folder.Write("a.fsx", "open AuditRules\n" + bare "r1" "High")
                folder.Write("b.fsx", "#load \"a.fsx\"\nopen AuditRules\n" + bare "r2" "High")
                folder.Write("c.fsx", "open AuditRules\nlet seen = ref 0\n" + bare "r3" "High")
                let first = folder.Path "a.fsx"
                let files = [| first; folder.Path "b.fsx"; folder.Path "c.fsx" |]

                let compiler =
                    RuleCompiler(
                        RuleCompilerOptions(
                            CurrentFolder = folder.Path "",
                            LeftOut = readOnlyDict [ first, "it did not come back" ]
                        )
                    )

                let said (told: Diagnostic seq) =
                    [ for d in told -> $"{d.Place.File} {d.Id}: {d.Message}" ]

                let leftOut =
                    [
                        "a.fsx AR0040: the file is left out: when it was loaded, it did not come back"
                        "b.fsx AR0041: the file is left out, for it loads a.fsx"
                    ]

                let error = "c.fsx AR0004: seen can change: it is a ref"
                use compiled = compiler.Compile files
                Expect.equal (said compiled.Diagnostics, compiled.Rules.Count) ([ error ], 0) "an error"
                Expect.equal (said compiled.LeftOut) leftOut "what was left out"

                Expect.equal
                    (said (compiler.Lint(files, (fun _ -> DetectionOptions()))) |> List.truncate 3)
                    (leftOut @ [ error ])
                    "lint says both"

            testTheory
                "R109: of what is not loaded no style is said"
                [
                    "types that do not fit", "let n: int = \"x\"\n", [ "2 FS0001" ]
                    "what rules may not use", "let home = System.Environment.MachineName\n", [ "2 AR0014" ]
                    "a directive", "#r \"x.dll\"\n", [ "2 AR0001" ]
                ]
            <| fun (_, text, errors) ->
                Expect.equal (lint ("open AuditRules\n" + text + bare "r1" "High")) errors "the error alone"
        ]
