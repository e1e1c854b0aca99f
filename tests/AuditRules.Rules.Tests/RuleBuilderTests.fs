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

            testCase "R17: values of any type are equal where their contents are"
            <| fun () ->
                let first, second =
                    popen [ "a"; "b"; "c"; "d"; "1.0" ], popen [ "a"; "b"; "c"; "d"; "1.00" ]

                let distinct value =
                    passes (
                        rule ("T4", "t", Low) {
                            for e in Py.SubprocessPopen do
                                atLeastDistinct 2 (seconds 1) e.Process (value (List.ofSeq e.Args))
                                shouldFire [ first; second ]
                                shouldNotFire [ first; first ]
                        }
                    )

                Expect.equal
                    [
                        distinct Array.ofList
                        distinct (List.map _.Length)
                        distinct Set.ofList
                        distinct (Seq.map string)
                        distinct (fun args -> args.Length, Seq.map string args)
                        distinct (fun args -> struct (args.Length, args))
                        distinct (fun args -> System.TimeSpan.FromTicks(int64 (List.last args).Length))
                    ]
                    [ []; []; []; []; []; []; [] ]
                    "all examples pass"

                let same =
                    rule ("T5", "t", Low) {
                        for e in Py.SubprocessPopen do
                            atLeastDistinct 2 (seconds 1) e.Process (decimal (Seq.last e.Args))
                            shouldNotFire [ first; second ]
                    }

                Expect.equal (passes same) [] "1.0 and 1.00 are one number"

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

            testCase "R45: metadata is data"
            <| fun () ->
                let made =
                    rule ("T14", "t", Low, maturity = Experimental, falsePositives = [ "x" ]) {
                        for o in Py.Open do
                            message o.Path
                    }

                Expect.equal made.Plan.Info.Maturity Maturity.Experimental "the maturity"
                Expect.equal (List.ofSeq made.Plan.Info.FalsePositives) [ "x" ] "the others"

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
