/// What is made of sources: several in the place of one, and one with a where of its own.
module AuditRules.Rules.Tests.SourceClauseTests

open Expecto
open AuditRules
open AuditRules.Detection.Examples
open AuditRules.Detection.Plans
open AuditRules.Rules.Tests.Some

[<Tests>]
let tests =
    testList
        "the rule language: sources"
        [
            testCase "R43: anyOf takes events of several types, and of several names"
            <| fun () ->
                let made =
                    rule ("T11", "t", Low) {
                        for e in anyOf (Py.Open.matching (path = under "/etc"), Py.OsRemove) do
                            where (
                                match e.Case with
                                | Choice1Of2 o -> o.Path = "/etc/x"
                                | Choice2Of2 r -> r.Path = "/y"
                            )

                            followedBy c in anyOf
                                                [ Custom "a"; (Custom "b").argument(0, "v") ]
                                                on
                                                (e.Process = c.Process)

                            shouldFire [ opened "/etc/x"; (Custom "a").make [] ]
                            shouldFire [ removed "/y"; (Custom "b").make [ "v" ] ]
                            shouldNotFire [ removed "/etc/x"; (Custom "a").make [] ]
                            shouldNotFire [ opened "/etc/x"; (Custom "b").make [ "w" ] ]
                    }

                Expect.equal (passes made) [] "the examples pass"

                Expect.equal
                    [ for s in steps made -> string s.Pattern ]
                    [ "open (path = under \"/etc\") or os.remove"; "a or b (argument 0 = \"v\")" ]
                    "the patterns"

                let alike =
                    rule ("T12", "t", Low) {
                        for e in anyOf (Custom "a", Custom "b") do
                            message e.Name
                    }

                let twoOfNone =
                    rule ("T12", "t", Low) {
                        for e in anyOf (Custom "a", Py.Open) do
                            message e.Name
                    }

                let sameName =
                    rule ("T12", "t", Low) {
                        for e in anyOf (Py.Open, Custom "open") do
                            message e.Name
                    }

                Expect.equal
                    [ for made in [ alike; twoOfNone; sameName ] -> List.ofSeq made.Problems ]
                    [
                        [
                            "anyOf (a, b) needs sources of different types of events; of one type write anyOf [ a; b ]"
                        ]
                        [
                            "anyOf (a, b) tells its events apart by name: of Custom, findingsOf and another anyOf (a, b) it takes one, and that stands last"
                        ]
                        [
                            "anyOf (a, b) tells its events apart by name, and two of its sources take open"
                        ]
                    ]
                    "what cannot be told apart"

            testCase "R43: what has no name of its own may be the last of several types"
            <| fun () ->
                let below =
                    rule ("T12", "t", Low) {
                        for r in Py.OsRemove do
                            message r.Path
                    }

                let made =
                    rule ("T11", "t", Low) {
                        for e in anyOf (Py.Open, Custom "a") do
                            where (
                                match e.Case with
                                | Choice1Of2 o -> o.Path = "/a"
                                | Choice2Of2 c -> c.Text 0 = "x"
                            )

                            shouldFire [ opened "/a" ]
                            shouldFire [ (Custom "a").make [ "x" ] ]
                            shouldNotFire [ (Custom "a").make [ "/a" ]; (Custom "b").make [ "x" ] ]
                    }

                let nested =
                    rule ("T13", "t", Low) {
                        for e in anyOf (Py.OsSystem, anyOf (Py.Open, findingsOf below)) do
                            where (
                                match e.Case with
                                | Choice1Of2 s -> s.Command = "id"
                                | Choice2Of2 inner ->
                                    match inner.Case with
                                    | Choice1Of2 o -> o.Path = "/a"
                                    | Choice2Of2 f -> f.Message = "/b"
                            )

                            shouldFire [ system "id" ]
                            shouldFire [ opened "/a" ]
                            shouldFire [ removed "/b" ]
                            shouldNotFire [ system "/a"; opened "/b"; removed "/a" ]
                    }

                Expect.equal (passes made, passes nested) ([], []) "the examples pass"

            testCase "R44: a source's own where is part of the source"
            <| fun () ->
                let made =
                    rule ("T13", "t", Low) {
                        for o in Py.Open do
                            unless (Py.OsRemove.where (fun r -> r.Path.Length > 2)) _.Path o.Path
                            followedBy p in Py.OsSystem on (o.Process = p.Process)
                            shouldFire [ opened "/a"; removed "/a"; system "id" ]
                            shouldNotFire [ opened "/ab"; removed "/ab"; system "id" ]
                    }

                Expect.equal (passes made) [] "the examples pass"

                Expect.equal
                    (string made.Plan.Steps[1].Unless[0].Pattern)
                    "os.remove where r.Path.Length > 2 (code)"
                    "it is printed"
        ]
