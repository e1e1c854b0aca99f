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
        ]
