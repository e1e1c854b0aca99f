/// What is said of clauses that do not fit the rule they stand in.
module AuditRules.Rules.Tests.ClauseProblemTests

open Expecto
open AuditRules
open AuditRules.Detection.Examples
open AuditRules.Detection.Plans
open AuditRules.Rules.Tests.Some

[<Tests>]
let tests =
    testList
        "clauses that do not fit"
        [
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
                    [
                        "where stands after a threshold, which must be the last of the clauses that select"
                    ]
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

            testCase "R39, R40, R42: clauses without what they need are problems"
            <| fun () ->
                let odd =
                    rule ("T15", "t", Low) {
                        for e in Py.OsSystem do
                            maxspan (seconds 1)
                            maxspan (seconds 2)
                            until Py.OsRemove _.Path e.Command
                            suppress " " (e.Command = "id")
                    }

                Expect.equal
                    (List.ofSeq odd.Problems)
                    [
                        "maxspan needs two steps: put it behind the second"
                        "maxspan stands twice; a rule has one"
                        "suppress needs a reason"
                        "until needs a step after it: it drops what waits for the steps behind it"
                    ]
                    "all of them"

            testCase "R50, R53: notFollowedBy and notPrecededBy have one within"
            <| fun () ->
                let absent =
                    rule ("T71", "t", Low) {
                        for o in Py.Open do
                            notFollowedBy Py.OsRemove _.Path o.Path
                            within (seconds 5)
                            within (seconds 9)
                    }

                let preceded =
                    rule ("T72", "t", Low) {
                        for o in Py.Open do
                            followedBy c in Py.SocketConnect on (o.Process = c.Process)
                            within (seconds 1)
                            notPrecededBy Py.OsRemove _.Path o.Path
                            within (seconds 5)
                            notPrecededBy Py.OsRename _.Src o.Path
                            within (seconds 5)
                            within (seconds 9)
                    }

                let first =
                    rule ("T73", "t", Low) {
                        for o in Py.Open do
                            notPrecededBy Py.OsRemove _.Path o.Path
                            within (seconds 5)
                            within (seconds 9)
                            followedBy c in Py.SocketConnect on (o.Process = c.Process)
                            within (seconds 1)
                    }

                let twice =
                    "within stands twice behind notPrecededBy; it has one, and that of the step stands before it"

                Expect.equal
                    [ for r in [ absent; preceded; first ] -> List.ofSeq r.Problems ]
                    [
                        [ "within stands twice behind notFollowedBy; it has one" ]
                        [ twice ]
                        [ twice ]
                    ]
                    "the second is told, once"

            testCase "R18, R40: maxspan stands behind the second step, and before a threshold and an absence"
            <| fun () ->
                let early =
                    rule ("T16", "t", Low) {
                        for o in Py.Open do
                            maxspan (seconds 1)
                            followedBy p in Py.OsSystem on (o.Process = p.Process)
                            message p.Command
                    }

                let late =
                    rule ("T17", "t", Low) {
                        for o in Py.Open do
                            followedBy p in Py.OsSystem on (o.Process = p.Process)
                            atLeast 2 (seconds 9) p.Process
                            maxspan (seconds 1)
                    }

                let behind =
                    rule ("T18", "t", Low) {
                        for o in Py.Open do
                            followedBy p in Py.OsSystem on (o.Process = p.Process)
                            notFollowedBy Py.OsRemove _.Path o.Path
                            within (seconds 9)
                            maxspan (seconds 1)
                    }

                Expect.equal
                    [ for made in [ early; late; behind ] -> List.ofSeq made.Problems ]
                    [
                        [ "maxspan needs two steps: put it behind the second" ]
                        [
                            "maxspan stands after a threshold, which must be the last of the clauses that select"
                        ]
                        [
                            "maxspan stands after notFollowedBy, which must be the last of the clauses that select"
                        ]
                    ]
                    "where it does not"
        ]
