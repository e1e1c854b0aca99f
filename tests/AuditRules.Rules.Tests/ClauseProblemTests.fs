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

            testCase "R20: two steps of one name are a problem"
            <| fun () ->
                let same =
                    rule ("T5", "t", Low) {
                        for o in Py.Open do
                            followedBy r in Py.OsRemove on (o.Process = r.Process)
                            thenBy o in Py.OsSystem
                            message "m"
                    }

                Expect.equal
                    (List.ofSeq same.Problems)
                    [
                        "two steps are called o: each needs a name of its own, for findings tell them apart by it"
                    ]
                    "it is told"

            testCase "R49: an array is no state of a fold"
            <| fun () ->
                let counted =
                    rule ("T5", "t", Low) {
                        for o in Py.Open do
                            fold [| 0 |] (seconds 1) o.Process (fun a -> Array.map ((+) 1) a) into s
                            where (s.State[0] > 1)
                    }

                Expect.equal
                    (List.ofSeq counted.Problems)
                    [
                        "fold keeps a state for each key: an array would be one for all, so write a list, a Set or a Map"
                    ]
                    "it is told"

            testCase "names, times and patterns that cannot be throw where they are made"
            <| fun () ->
                let messageOf (make: unit -> objnull) =
                    try
                        make () |> ignore
                        ""
                    with e ->
                        e.Message

                Expect.equal
                    [
                        messageOf (fun () -> Custom "")
                        messageOf (fun () -> Custom Unchecked.defaultof<string>)
                        messageOf (fun () -> Py.Open.matching (path = Unchecked.defaultof<_>))
                        messageOf (fun () -> box (Py.Open.make () |> after (seconds -1)))
                        messageOf (fun () -> box (Py.Open.make () |> inProcess -1))
                    ]
                    [
                        "Custom takes the name of an event, as Custom \"app.login\" (Parameter 'name')"
                        "Custom takes the name of an event, as Custom \"app.login\" (Parameter 'name')"
                        "a field is given null in the place of a pattern (Parameter 'pattern')"
                        "after takes a time that is not negative (Parameter 'time')"
                        "inProcess takes a number of at least 0 (Parameter 'ordinal')"
                    ]
                    "what is said"

            testCase "an id and a title that are null are empty"
            <| fun () ->
                let none = Unchecked.defaultof<string>

                let made =
                    rule (none, none, Low, mitre = [ none ]) {
                        for o in Py.Open do
                            message "m"
                    }

                Expect.equal
                    (made.Id, made.Plan.Info.Title, List.ofSeq made.Plan.Info.Mitre)
                    ("", "", [ "" ])
                    "texts"

            testCase "the times of an example stop at the latest there is"
            <| fun () ->
                let far =
                    rule ("T5", "t", Low) {
                        for o in Py.Open do
                            atLeast 2 (seconds 1) o.Process

                            shouldFire
                                [
                                    Py.Open.make () |> after (hours 2000000)
                                    Py.Open.make () |> after (hours 2000000)
                                    Py.Open.make () |> after (hours 2000000)
                                    Py.Open.make ()
                                ]
                    }

                Expect.equal [ for result in ExampleRunner.Run far.Plan -> result.Reason ] [ "" ] "it runs"

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
