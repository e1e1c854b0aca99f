module AuditRules.Cli.Tests.RulesShowTests

open Expecto
open AuditRules.Cli.Tests.Cli

let private rule =
    """open AuditRules

let upload =
    rule ("T1", "key read, then sent", High) {
        for o in Py.Open.matching (path = ignoringCase (endsWith ".pem"), flags = readOnly) do
        where (o.Caller.File <> "/x.py")
        followedBy c in Py.SocketConnect.matching (host = notLike (network [ "10.0.0.0/8"; "::1" ]), port = above 1023) on (o.Process = c.Process)
        within (seconds 5)
        message "sent"
        shouldFire [ Py.Open.make (path = "/K.PEM", mode = "r"); Py.SocketConnect.make (host = "192.0.2.1", port = 8080) ]
    }
"""

[<Tests>]
let tests =
    testList
        "rules show"
        [
            testCase "C71: a rule is shown as it will be run, its patterns in words and its code marked"
            <| fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", rule)
                let ran = run folder [ "rules"; "show"; "T1" ]

                Expect.equal
                    (List.skipWhile ((<>) "") ran.Lines)
                    [
                        ""
                        "1. o: open"
                        "     path = endsWith \".pem\" in any case"
                        "     flags = not any bit of 0x3"
                        "     where o.Caller.File <> \"/x.py\"   (code)"
                        "2. c: socket.connect"
                        "     host = not (network \"10.0.0.0/8\" or network \"::1/128\")"
                        "     port = at least 1024"
                        "     on o.Process = c.Process"
                        "     within 5 s of the step before"
                    ]
                    ran.Error

            testCase "C71: code is shown as it was written, or by dots where it cannot be"
            <| fun () ->
                use folder = new Folder()

                folder.Write(
                    "rules/t.fsx",
                    """open AuditRules

let code =
    rule ("T1", "t", High) {
        for o in Py.Open do
        where (o.Path |> String.length > 3 || o.Path[0] = '/')
        where (match o.Mode with "r" | "rb" -> true | _ -> false)
        where (sprintf "%s" o.Path <> "x" && $"{o.Path}!" <> "y")
        where (o.Path.Split '/' |> Array.exists (fun p -> p = ".ssh"))
        where (if o.IsWrite then o.Flags > 5L else o.Path.Length < 4096)
        where (let n = o.Path.Length in n > 1 && n < 5000)
        where (List.contains o.Path [ "/x"; "/y" ] |> not)
        thenBy c in Py.OsSystem
        runs 2
        within (seconds 5)
        atLeastDistinct 3 (seconds 1) o.Process c.Command
    }

let fold =
    rule ("T2", "t", High) {
        for o in Py.Open do
        fold 0 (seconds 1) o.Process (fun n -> n + o.Path.Length) into s
        where (s.State > 3 && s.Last.Mode = "r")
    }
"""
                )

                let shown id =
                    run folder [ "rules"; "show"; id ] |> _.Lines |> List.skipWhile ((<>) "")

                Expect.equal
                    (shown "T1")
                    [
                        ""
                        "1. o: open"
                        "     where (o.Path |> String.length > 3 || o.Path[0] = '/')   (code)"
                        "     where ...   (code)"
                        "     where ... <> \"x\" && ... <> \"y\"   (code)"
                        "     where o.Path.Split ('/', None) |> Array.exists (fun p -> p = \".ssh\")   (code)"
                        "     where if o.IsWrite then o.Flags > 5 else o.Path.Length < 4096   (code)"
                        "     where let n = o.Path.Length in n > 1 && n < 5000   (code)"
                        "     where List.contains o.Path [ \"/x\"; \"/y\" ] |> not   (code)"
                        "2. c: os.system"
                        "     any later one"
                        "     within 5 s of the step before"
                        "     2 events of its key"
                        "at least 3 distinct values of c.Command within 1 s for the same o.Process"
                    ]
                    "the first rule"

                Expect.equal
                    (shown "T2")
                    [
                        ""
                        "1. o: open"
                        "fold 0 with n + o.Path.Length where s.State > 3 && s.Last.Mode = \"r\" within 1 s for the same o.Process"
                    ]
                    "the second"

            testCase "C71: every clause is shown"
            <| fun () ->
                use folder = new Folder()

                folder.Write(
                    "rules/t.fsx",
                    """open AuditRules

let upload =
    rule ("T1", "t", High, maturity = Experimental) {
        for o in Py.Open.where (fun o -> o.Path <> "/x") do
        together c in Py.SocketConnect on (o.Process = c.Process)
        within (seconds 2)
        until (Py.OsRemove.where (fun r -> r.Path <> "/y")) _.Path o.Path
        followedBy e in anyOf [ Custom "a"; Custom "b" ] on (c.Process = e.Process)
        runs (2, 3)
        notPrecededBy Py.OsRemove _.Path o.Path
        within (seconds 9)
        thenBy p in Py.OsSystem
        maxspan (minutes 1)
        notFollowedBy Py.OsRemove _.Path o.Path
        within (seconds 3)
        suppress "ours" (o.Path = "/ours")
    }

let sum =
    rule ("T2", "t", High, overlap = All) {
        for f in findingsOf upload do
        sumAtLeast 10L (seconds 1) f.Process f.Time
    }
"""
                )

                let shown id =
                    run folder [ "rules"; "show"; id ] |> _.Lines |> List.skipWhile ((<>) "")

                Expect.equal
                    (shown "T1")
                    [
                        ""
                        "1. o: open"
                        "     where o.Path <> \"/x\"   (code)"
                        "2. c: socket.connect"
                        "     on o.Process = c.Process"
                        "     within 2 s from the first of the group to the last"
                        "     in any order with the steps before"
                        "3. e: a"
                        "   or b"
                        "     on c.Process = e.Process"
                        "     2 to 3 events of its key"
                        "     not preceded by os.remove on o.Path = _.Path within 9 s"
                        "     until os.remove where r.Path <> \"/y\" (code) on o.Path = _.Path"
                        "4. p: os.system"
                        "     any later one"
                        "not followed by os.remove on o.Path = _.Path within 3 s"
                        "at most 60 s from the first event to the last"
                        "suppressed where o.Path = \"/ours\"   (code): ours"
                    ]
                    "the first rule"

                Expect.equal
                    (shown "T2")
                    [
                        ""
                        "1. f: findings of T1"
                        "of each step's key every partial match waits, the last 1,000 of them"
                        "sum of f.Time at least 10 within 1 s for the same f.Process"
                    ]
                    "the second"
        ]
