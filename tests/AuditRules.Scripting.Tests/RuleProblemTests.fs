/// What is said of rules that compile: each by itself, and of one id that two have.
module AuditRules.Scripting.Tests.RuleProblemTests

open Expecto
open AuditRules.Scripting.Tests.Folder

/// A rule on the findings of another, which stands in the file as it is given.
let private builtOn (below: string) id =
    $"""open AuditRules

{below}

let top =
    rule ("{id}", "t", Low) {{
        for f in findingsOf below do
            message "m"
            shouldFire [ Py.OsSystem.make (); Py.OsRemove.make () ]
    }}
"""

let private privately event =
    $"""let private below =
    rule ("B", "b", Low) {{
        for o in {event} do
            message "m"
    }}"""

[<Tests>]
let tests =
    testList
        "what is said of rules"
        [
            testCase "R30: an id that is taken is an error at the second rule"
            <| fun () ->
                use folder = new Folder()
                folder.Write("a.fsx", text "A")
                folder.Write("b.fsx", text "A")
                use rules = folder.Compile("", [ "a.fsx"; "b.fsx" ])

                Expect.equal
                    (told rules)
                    [
                        "b.fsx(4,11) AR0006: rule id A is taken by \"t\" | The other one stands at a.fsx(4)."
                    ]
                    "where both are"

                Expect.isEmpty rules.Rules "nothing runs"

            testCase "R30: rules that are not collected have an id each too, where others are built on them"
            <| fun () ->
                use folder = new Folder()
                folder.Write("a.fsx", builtOn (privately "Py.OsSystem") "T1")
                folder.Write("b.fsx", builtOn (privately "Py.OsRemove") "T2")
                use rules = folder.Compile("", [ "a.fsx"; "b.fsx" ])

                Expect.equal
                    (told rules)
                    [
                        "b.fsx(4,11) AR0006: rule id B is taken by \"b\" | The other one stands at a.fsx(4)."
                    ]
                    "where both are"

            testCase "R30: a rule that two others are built on is one"
            <| fun () ->
                use rules =
                    compile (
                        builtOn (privately "Py.OsSystem") "T1"
                        + """
let second =
    rule ("T2", "t", Low) {
        for f in findingsOf below do
            message "m"
            shouldFire [ Py.OsSystem.make () ]
    }
"""
                    )

                Expect.equal (told rules) [] "nothing to say"

            testCase "R30, R85: what a rule is built on is looked at, though it is not collected"
            <| fun () ->
                let below =
                    """let private below =
    rule ("B", "b", Low) {
        for o in Py.Open.matching (path = oneOf ([]: string list)) do
            message "m"
    }"""

                use rules = compile (builtOn below "T1")

                Expect.equal
                    (told rules)
                    [
                        "x.fsx(5,36) AR0016: rule B waits for open with path = nothing, which no event has | Join what may be either with |||; a list for oneOf must not be empty."
                    ]
                    "under its field"

            testTheory
                "R85: where it is not sure which field it is, the rule's id is shown"
                [
                    "let source = Py.Open.matching (path = oneOf ([]: string list))\n\n",
                    "source",
                    "Py.OsRemove.matching (path = \"/x\")"
                    "",
                    "Py.Open.matching (path = \"/x\")",
                    "Py.OsRemove.matching (path = oneOf ([]: string list))"
                ]
            <| fun (above, first, second) ->
                let steps =
                    $"""open AuditRules

{above}let top =
    rule ("T1", "t", Low) {{
        for o in {first} do
            followedBy r in {second} on (o.Process = r.Process)
            message "m"
            shouldNotFire [ Py.OsSystem.make () ]
    }}
"""

                use rules = compile steps
                let line = 4 + (above.Split '\n').Length - 1
                let place = $"x.fsx({line},11) AR0016"
                Expect.equal [ for said in told rules -> said.Split(':')[0] ] [ place ] "place"

            testCase "R45: a MITRE id has the form of a technique"
            <| fun () ->
                use rules =
                    compile (
                        (text "A")
                            .Replace(
                                ", Low)",
                                ", Low, mitre = [ \"T1041\"; \"T1552.001\"; \"1041\"; \"T1.1\"; \"T\uFF11\uFF10\uFF14\uFF11\" ])"
                            )
                    )

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, d.Message ]
                    [
                        for id in [ "1041"; "T1.1"; "T\uFF11\uFF10\uFF14\uFF11" ] ->
                            "AR0030", $"rule A: \"{id}\" is not the id of an ATT&CK technique"
                    ]
                    "others are warned of"

            testCase "R45: a technique that ATT&CK does not have is warned of, a newer one is not"
            <| fun () ->
                use rules =
                    compile (
                        (text "A")
                            .Replace(
                                ", Low)",
                                ", Low, mitre = [ \"T1059\"; \"T1059.006\"; \"T1059.099\"; \"T1999\"; \"T1000\"; \"T1574.003\" ])"
                            )
                    )

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Id, d.Message ]
                    [
                        for id in [ "T1000"; "T1574.003" ] ->
                            "AR0030", $"rule A: ATT&CK 17.1 for Enterprise has no technique {id}"
                    ]
                    "what is not there"
        ]
