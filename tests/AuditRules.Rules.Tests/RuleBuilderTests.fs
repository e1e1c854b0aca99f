module AuditRules.Rules.Tests.RuleBuilderTests

open Expecto
open AuditRules
open AuditRules.Detection.Examples
open AuditRules.Detection.Plans

let private passes (rule: Rule) =
    [ for result in ExampleRunner.Run rule.Plan -> result.Reason ]
    |> List.filter ((<>) "")

let private steps (rule: Rule) = List.ofSeq rule.Plan.Steps

let private keyOf (step: StepPlan) =
    step.Key
    |> Option.ofObj
    |> Option.map (fun key -> key.Text, List.ofSeq key.Names)

let private sequence =
    rule ("T1", "t", High, mitre = [ "T1041" ], tags = [ "x" ]) {
        for o in Py.Open.matching (path = under "/etc") do
            let folder = o.Path.Length
            where (folder > 3 && not o.IsWrite)
            unless Py.OsRemove _.Path o.Path
            followedBy c in Py.SocketConnect on (struct (o.Process, o.Path) = struct (c.Process, c.Host))
            within (seconds 5)
            where ((c.Port + 1L) * 2L > o.Flags)
            message $"{o.Path} then {c.Host}"
    }

let private command = [ "tar"; "x" ]
let private popen words = Py.SubprocessPopen.make (args = words)

[<Tests>]
let tests =
    testList
        "the rule language"
        [
            testCase "a rule is data: steps, patterns, conditions and keys can be printed"
            <| fun () ->
                let first, second =
                    match steps sequence with
                    | [ first; second ] -> first, second
                    | other -> failtest $"{other.Length} steps"

                Expect.equal (first.Name, second.Name) ("o", "c") "the author's names"
                Expect.equal (string first.Pattern) "open (path = under \"/etc\")" "the pattern"

                Expect.equal
                    [ for c in first.Conditions -> c.Text ]
                    [ "folder > 3 && not (o.IsWrite)" ]
                    "a where"

                Expect.equal
                    [ for c in second.Conditions -> c.Text ]
                    [ "((c.Port + 1) * 2) > o.Flags" ]
                    "parentheses"

                Expect.equal
                    (keyOf second)
                    (Some("(o.Process, o.Path) = (c.Process, c.Host)", [ "process"; "host" ]))
                    "the key and its parts"

                Expect.equal second.Unless[0].Key.Text "o.Path = _.Path" "the unless"
                Expect.equal second.Within (System.Nullable(System.TimeSpan.FromSeconds 5L)) "the window"
                Expect.equal (List.ofSeq sequence.Plan.Info.Mitre) [ "T1041" ] "the metadata"

            testCase "R5: a key that is a list compares by its items"
            <| fun () ->
                let same =
                    rule ("T2", "t", Low) {
                        for first in Py.SubprocessPopen do
                            followedBy second in Py.SubprocessPopen on (first.Args = second.Args)
                            shouldFire [ popen command; popen command ]
                            shouldNotFire [ popen command; popen [ "tar"; "c" ] ]
                    }

                Expect.equal (passes same) [] "both examples pass"

            testCase "R15, R17: thresholds compare lists by their items"
            <| fun () ->
                let counted =
                    rule ("T3", "t", Low) {
                        for e in Py.SubprocessPopen do
                            atLeast 2 (seconds 1) e.Args
                            shouldFire [ popen command; popen command ]
                            shouldNotFire [ popen command; popen [ "tar"; "c" ] ]
                    }

                let distinct =
                    rule ("T4", "t", Low) {
                        for e in Py.SubprocessPopen do
                            atLeastDistinct 2 (seconds 1) e.Process e.Args
                            shouldFire [ popen command; popen [ "tar"; "c" ] ]
                            shouldNotFire [ popen command; popen command ]
                    }

                Expect.equal (passes counted @ passes distinct) [] "all examples pass"

            testCase "R18: a threshold is the last clause that selects"
            <| fun () ->
                let late =
                    rule ("T5", "t", Low) {
                        for e in Py.OsSystem do
                            atLeast 2 (seconds 1) e.Process
                            where (e.Command = "id")
                    }

                Expect.equal
                    (List.ofSeq late.Problems)
                    [ "where stands after a threshold; the threshold must be the last of them" ]
                    "it is told"

            testCase "clauses that do not fit are problems of the rule"
            <| fun () ->
                let odd =
                    rule ("T6", "t", Low) {
                        for e in Py.OsSystem do
                            within (seconds 1)
                            unless Py.OsRemove _.Path e.Command
                            atLeast 0 (seconds 0) e.Process
                    }

                Expect.equal
                    (List.ofSeq odd.Problems)
                    [
                        "within needs two steps: put followedBy before it"
                        "atLeast needs a time above zero"
                        "atLeast needs a number of at least 1"
                        "unless needs a step after it: it drops what waits for that step"
                    ]
                    "all of them"

            testCase "an example's mode gives the flags that open raises for it"
            <| fun () ->
                let flags mode =
                    (Py.Open.make (path = "/x", mode = mode)).Arguments[2].AsInt64

                Expect.equal
                    [ for mode in [ "r"; "rb"; "w"; "a"; "x"; "r+"; "w+b" ] -> flags mode ]
                    [ 524288L; 524288L; 524865L; 525377L; 524481L; 524290L; 524866L ]
                    "as CPython on Linux"

                Expect.equal
                    (Py.Open.make (path = "/x", mode = "w", flags = 5L)).Arguments[2].AsInt64
                    5L
                    "unless given"
        ]
