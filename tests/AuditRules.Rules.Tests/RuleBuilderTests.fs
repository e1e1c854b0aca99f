module AuditRules.Rules.Tests.RuleBuilderTests

open Expecto
open AuditRules
open AuditRules.Detection.Examples
open AuditRules.Detection.Plans
open AuditRules.Rules.Tests.Some

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

            testCase "R38: thenBy needs nothing in common"
            <| fun () ->
                let made =
                    rule ("T7", "t", Low) {
                        for o in Py.Open do
                            where (o.Path <> "")
                            thenBy c in Py.SocketConnect
                            within (seconds 1)
                            where (c.Host <> o.Path)
                            message $"{o.Path} then {c.Host}"
                            shouldFire [ opened "/a"; inProcess 2 (connected "h") ]
                            shouldNotFire [ opened "/a"; after (seconds 2) (connected "h") ]
                            shouldNotFire [ opened "/a"; connected "/a" ]
                    }

                Expect.equal (passes made) [] "the examples pass"
                Expect.equal [ for s in steps made -> s.Name ] [ "o"; "c" ] "the author's names"
                Expect.isNull made.Plan.Steps[1].Key "there is no key"

            testCase "R39, R40: until and maxspan hold for all later steps"
            <| fun () ->
                let made =
                    rule ("T8", "t", Low) {
                        for o in Py.Open do
                            until Py.OsRemove _.Path o.Path
                            followedBy c in Py.SocketConnect on (o.Process = c.Process)
                            followedBy p in Py.OsSystem on (o.Process = p.Process)
                            maxspan (seconds 2)
                            shouldFire [ opened "/a"; connected "h"; system "id" ]
                            shouldNotFire [ opened "/a"; removed "/a"; connected "h"; system "id" ]
                            shouldNotFire [ opened "/a"; connected "h"; removed "/a"; system "id" ]
                            shouldFire [ opened "/a"; connected "h"; removed "/b"; system "id" ]

                            shouldNotFire
                                [
                                    opened "/a"
                                    after (seconds 1) (connected "h")
                                    after (milliseconds 1001) (system "id")
                                ]
                    }

                Expect.equal (passes made) [] "the examples pass"
                Expect.equal made.Plan.Steps[1].Until[0].Key.Text "o.Path = _.Path" "until is data"

            testCase "R41: under overlap = All every first event waits"
            <| fun () ->
                let made =
                    rule ("T9", "t", Low, overlap = All) {
                        for o in Py.Open do
                            followedBy p in Py.OsSystem on (o.Process = p.Process)
                            where (p.Command = o.Path)
                            shouldFire [ opened "/a"; opened "/b"; system "/a" ]
                            shouldNotFire [ opened "/a"; opened "/b"; system "/c" ]
                    }

                Expect.equal (passes made) [] "the examples pass"

            testCase "R42: a suppressed finding is no finding, and says why"
            <| fun () ->
                let made =
                    rule ("T10", "t", Low) {
                        for o in Py.Open do
                            suppress "our own" (o.Path = "/a")
                            suppress "theirs" (o.Path.StartsWith "/")
                            shouldFire [ opened "b" ]
                            shouldNotFire [ opened "/a" ]
                            shouldNotFire [ opened "/b" ]
                    }

                Expect.equal (passes made) [] "the examples pass"

                Expect.equal
                    [ for s in made.Plan.Suppressions -> s.Reason, s.Condition.Text ]
                    [ "our own", "o.Path = \"/a\""; "theirs", "o.Path.StartsWith \"/\"" ]
                    "they are data"

                Expect.equal
                    [
                        for result in ExampleRunner.Run made.Plan do
                            for f in result.Result.Findings -> f.SuppressedBy
                    ]
                    [ ""; "our own"; "theirs" ]
                    "the first that holds gives the reason"

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

            testCase "R45: metadata is data"
            <| fun () ->
                let made =
                    rule ("T14", "t", Low, maturity = Experimental, falsePositives = [ "x" ]) {
                        for o in Py.Open do
                            message o.Path
                    }

                Expect.equal made.Plan.Info.Maturity Maturity.Experimental "the maturity"
                Expect.equal (List.ofSeq made.Plan.Info.FalsePositives) [ "x" ] "the others"

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
