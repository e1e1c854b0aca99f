/// Rule files that differ in one function, and what is told of each.
module AuditRules.Scripting.Tests.RuleText

open Expecto
open AuditRules.Scripting.Tests.Folder

/// A rule that asks the function `f` of that text.
let asking (text: string) =
    "open AuditRules\n"
    + text
    + """
let r =
    rule ("E", "t", High) {
        for o in Py.Open do
        where (f o.Path)
        message o.Path
        shouldFire [ Py.Open.make (path = "/x") ]
    }
"""

/// That function, on the second line of such a file unless something stands before it.
let f body = "let f (p: string) = " + body

let line (d: AuditRules.Events.Diagnostics.Diagnostic) =
    $"({d.Place.Line},{d.Place.Column}) {d.Id}: {d.Message}"

/// At night, for each takes a second.
let private isAlone =
    not (isNull (System.Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY"))

/// A list of tests, one for each case: its name, the text, and all that is told of it. Those that the scan refuses are
/// compiled alone, the others together, and at night alone too, for one could hide what is to be told of another. What is
/// told of no case's file is an error of its own.
let tellings (what: string) (cases: (string * string * string list) list) =
    let name i = $"case%02d{i}.fsx"

    let said =
        lazy
            (use folder = new Folder()

             for i, (_, text, _) in List.indexed cases do
                 folder.Write(name i, (asking text).Replace("\"E\"", $"\"E{i}\""))

             let alone, together =
                 List.indexed cases
                 |> List.partition (fun (_, (_, _, expected)) ->
                     isAlone
                     || expected
                        |> List.exists (fun (line: string) ->
                            line.Contains "AR0001" || line.Contains "AR0002"))

             let compiled (some: (int * _) list) =
                 use rules = folder.Compile("", [ for i, _ in some -> name i ])

                 [ for d in rules.Diagnostics -> d.Place.File, line d ]

             (if together.IsEmpty then [] else compiled together)
             @ List.collect (fun one -> compiled [ one ]) alone)

    testList
        what
        [
            for i, (title, _, expected) in List.indexed cases do
                testCase $"{title.Substring(0, 3)}: a rule file that{title.Substring 4}"
                <| fun () ->
                    let told =
                        [
                            for file, line in said.Value do
                                if file = name i then
                                    line
                        ]

                    Expect.equal told expected "all that is said"

            let names = set [ for i in 0 .. cases.Length - 1 -> name i ]

            testCase "R82: nothing is told of a file that is none of these"
            <| fun () ->
                Expect.equal (said.Value |> List.filter (fun (file, _) -> not (names.Contains file))) [] "all"
        ]
