/// The clauses over several events of a kind, over absences, and over findings.
module AuditRules.Rules.Tests.MatchingClauseTests

open Expecto
open AuditRules
open AuditRules.Detection.Examples
open AuditRules.Detection.Plans
open AuditRules.Rules.Tests.Some

[<Tests>]
let tests =
    testList
        "the rule language: several events, absences, findings"
        [
            testCase "R46: runs needs so many events of a step, and with an end no more"
            <| fun () ->
                let made =
                    rule ("T20", "t", Low) {
                        for o in Py.Open do
                            followedBy c in Py.SocketConnect on (o.Process = c.Process)
                            runs (2, 3)
                            where (c.Port = 443L)
                            followedBy p in Py.OsSystem on (c.Process = p.Process)
                            message $"{c.Host}"
                            shouldNotFire [ opened "/a"; connected "a"; system "id" ]
                            shouldFire [ opened "/a"; connected "a"; connected "b"; system "id" ]

                            shouldNotFire
                                [
                                    opened "/a"
                                    connected "a"
                                    connected "b"
                                    connected "c"
                                    connected "d"
                                    system "id"
                                ]
                    }

                Expect.equal (passes made) [] "the examples pass"
                Expect.equal made.Plan.Steps[1].Runs (RunsPlan(2, System.Nullable 3)) "it is data"

                let message =
                    [
                        for result in ExampleRunner.Run made.Plan do
                            for f in result.Result.Findings -> f.Message, f.Events.Length
                    ]

                Expect.equal message [ "b", 4 ] "all are cited, the name is the last one's"

            testCase "R47: together takes its steps in any order"
            <| fun () ->
                let made =
                    rule ("T21", "t", Low) {
                        for o in Py.Open do
                            where (o.Path <> "")
                            together c in Py.SocketConnect on (o.Process = c.Process)
                            together p in Py.OsSystem on (o.Path = p.Command)
                            within (seconds 1)
                            where (c.Host <> o.Path)
                            followedBy r in Py.OsRemove on (p.Command = r.Path)
                            message $"{o.Path} {c.Host} {p.Command} {r.Path}"
                            shouldFire [ system "/a"; connected "h"; opened "/a"; removed "/a" ]
                            shouldFire [ opened "/a"; connected "h"; system "/a"; removed "/a" ]
                            shouldNotFire [ opened "/a"; connected "/a"; system "/a"; removed "/a" ]
                            shouldNotFire [ opened "/a"; connected "h"; removed "/a"; system "/a" ]

                            shouldNotFire
                                [ opened "/a"; connected "h"; after (seconds 2) (system "/a"); removed "/a" ]
                    }

                Expect.equal (passes made) [] "the examples pass"

                let wrong =
                    rule ("T22", "t", Low, overlap = All) {
                        for o in Py.Open do
                            unless Py.OsRemove _.Path o.Path
                            together c in Py.SocketConnect on (o.Process = c.Process)
                            together p in Py.OsSystem on (c.Host = p.Command)
                            followedBy r in Py.OsRemove on (o.Path = r.Path)
                            together q in Py.OsSystem on (o.Path = q.Command)
                            message r.Path
                    }

                Expect.equal
                    (List.ofSeq wrong.Problems)
                    [
                        "unless and until cannot stand before together: its steps have no order"
                        "the left side of together's key may use the first step alone: its steps have no order"
                        "together stands right behind the first step, or behind another together"
                        "together keeps the latest event of each step: it does not go with overlap = All"
                    ]
                    "what does not fit"

            testCase "R48: sumAtLeast adds values up"
            <| fun () ->
                let sent host port =
                    Py.SocketConnect.make (host = host, port = port)

                let made =
                    rule ("T23", "t", Low) {
                        for c in Py.SocketConnect do
                            sumAtLeast 100L (seconds 1) c.Host c.Port
                            message $"{c.Host}"
                            shouldFire [ sent "a" 60L; sent "a" 40L ]
                            shouldNotFire [ sent "a" 60L; sent "b" 40L ]
                            shouldNotFire [ sent "a" 60L; after (seconds 2) (sent "a" 40L) ]
                            shouldNotFire [ sent "a" 99L; sent "a" 0L ]
                            shouldFire [ sent "a" 99L; sent "a" -5L; sent "a" 1L ]
                    }

                Expect.equal (passes made) [] "the examples pass"

                Expect.equal
                    (made.Plan.Count |> Option.ofObj |> Option.map _.Text)
                    (Some "sum of c.Port at least 100")
                    "it is printed"

            testCase "R49: fold keeps a state of the author's own"
            <| fun () ->
                let made =
                    rule ("T24", "t", Low) {
                        for o in Py.Open do
                            followedBy c in Py.SocketConnect on (o.Process = c.Process)
                            fold [] (seconds 9) c.Process (fun hosts -> c.Host :: hosts) into s
                            where (List.contains "b" s.State && s.Count = 2L)
                            suppress "known" (fst s.Last |> fun o -> o.Path = "/known")

                            message (
                                let o, c = s.Last
                                $"{o.Path} {c.Host} {List.length s.State}"
                            )

                            shouldFire [ opened "/a"; connected "a"; opened "/b"; connected "b" ]
                            shouldNotFire [ opened "/a"; connected "a"; opened "/b"; connected "c" ]
                            shouldNotFire [ opened "/a"; connected "a"; opened "/known"; connected "b" ]
                    }

                Expect.equal (passes made) [] "the examples pass"

                Expect.equal
                    [
                        for result in ExampleRunner.Run made.Plan do
                            for f in result.Result.Findings -> f.Message
                    ]
                    [ "/b b 2"; "/known b 2" ]
                    "the state and the last match"

            testCase "R50, R53: what must not come behind, or before"
            <| fun () ->
                let behind =
                    rule ("T25", "t", Low) {
                        for o in Py.Open do
                            notFollowedBy (Py.OsRemove.where (fun r -> r.Path <> "/no")) _.Path o.Path
                            within (seconds 5)
                            message o.Path
                            shouldFire [ opened "/a" ]
                            shouldFire [ opened "/a"; removed "/b" ]
                            shouldFire [ opened "/no"; removed "/no" ]
                            shouldNotFire [ opened "/a"; removed "/a" ]
                            shouldNotFire [ opened "/a"; after (seconds 5) (removed "/a") ]
                            shouldFire [ opened "/a"; after (milliseconds 5001) (removed "/a") ]
                    }

                let before =
                    rule ("T26", "t", Low) {
                        for o in Py.Open do
                            notPrecededBy Py.OsRemove _.Path o.Path
                            within (seconds 5)
                            shouldFire [ opened "/a"; removed "/a" ]
                            shouldNotFire [ removed "/a"; opened "/a" ]
                            shouldFire [ removed "/a"; after (milliseconds 5001) (opened "/a") ]
                    }

                let ever =
                    rule ("T27", "t", Low) {
                        for o in Py.Open do
                            followedBy c in Py.SocketConnect on (o.Process = c.Process)
                            notPrecededBy Py.SocketConnect _.Host c.Host
                            shouldFire [ opened "/a"; connected "a" ]
                            shouldNotFire [ connected "a"; opened "/a"; after (hours 9) (connected "a") ]
                    }

                Expect.equal (passes behind @ passes before @ passes ever) [] "the examples pass"

                let open' =
                    rule ("T28", "t", Low) {
                        for o in Py.Open do
                            notFollowedBy Py.OsRemove _.Path o.Path
                            where (o.Path = "/a")
                    }

                Expect.equal
                    (List.ofSeq open'.Problems)
                    [
                        "where stands after notFollowedBy, which must be the last of the clauses that select"
                        "notFollowedBy needs a window: put within behind it, or it can only be decided at the end"
                    ]
                    "an absence without a window"

            testCase "R60, R63: a rule may be built on the findings of another"
            <| fun () ->
                let login =
                    rule ("T29", "t", Low) {
                        for o in Py.Open do
                            followedBy c in Py.SocketConnect on (o.Process = c.Process)
                            message $"{o.Path} {c.Host}"
                    }

                let twice =
                    rule ("T30", "t", Low) {
                        for a in findingsOf login do
                            where ((a.StepEvent "o").Text 0 <> "/no")
                            followedBy b in findingsOf login on (a.Process = b.Process)
                            message $"{a.Message}, {b.Message}"
                            shouldFire [ opened "/a"; connected "h"; opened "/b"; connected "i" ]
                            shouldNotFire [ opened "/a"; connected "h"; connected "i" ]
                            shouldNotFire [ opened "/no"; connected "h"; opened "/b"; connected "i" ]
                    }

                Expect.equal (passes twice) [] "the examples pass"

                Expect.equal
                    [
                        for result in ExampleRunner.Run twice.Plan do
                            for f in result.Result.Findings ->
                                f.Message, [ for e in f.Events -> e.Step, e.Event.Name ]
                    ]
                    [
                        "/a h, /b i",
                        [
                            "a.o", "open"
                            "a.c", "socket.connect"
                            "b.o", "open"
                            "b.c", "socket.connect"
                        ]
                    ]
                    "it cites what they cite"

                let odd =
                    rule ("T31", "t", Low) {
                        for o in Py.Open do
                            within (seconds 1)
                    }

                let built =
                    rule ("T32", "t", Low) {
                        for f in findingsOf odd do
                            message f.Message
                    }

                Expect.equal
                    (List.ofSeq built.Problems)
                    [ "built on T31: within needs two steps: put followedBy before it" ]
                    "its problems are this one's"

        ]
