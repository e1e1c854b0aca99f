/// What a replay says of findings that rest on the absence of an event that may have gone unseen, and with which code it ends.
module AuditRules.Cli.Tests.DoubtTests

open Expecto
open AuditRules.Cli.Tests.Cli

let private rules =
    """open AuditRules

let kept =
    rule ("D1", "kept", High) {
        for o in Py.Open.matching (path = endsWith "kept") do
        notFollowedBy Py.OsRemove _.Path o.Path
        within (seconds 1)
        message "it was kept"
        shouldFire [ Py.Open.make (path = "/kept") ]
    }

let sent =
    rule ("D2", "sent", High) {
        for o in Py.Open.matching (path = endsWith "sent") do
        unless Py.OsRemove _.Path o.Path
        followedBy c in Py.SocketConnect on (o.Process = c.Process)
        message "it was sent"
        shouldFire [ Py.Open.make (path = "/sent"); Py.SocketConnect.make (host = "h", port = 1) ]
    }
"""

let private opened second path =
    $"""{{"time":"2026-01-02T03:04:0{second}Z","pid":7,"event":"open","args":["/{path}","r",0]}}"""

let private connected second =
    $"""{{"time":"2026-01-02T03:04:0{second}Z","pid":7,"event":"socket.connect","args":[null,["10.1.2.3",443]]}}"""

let private filtered =
    """{"record":"meta","recorder":"import","drop":["os.remove"]}"""

let private exited =
    """{"record":"process","change":"exit","process":0,"pid":7,"time":"2026-01-02T03:04:09Z"}"""

let private lost =
    """{"record":"loss","process":0,"reason":"disk-full","count":1,"from":"2026-01-02T03:04:02Z","to":"2026-01-02T03:04:02Z","events":{"os.remove":1}}"""

let private ended = """{"record":"end","processes":1}"""

let private replay lines options =
    use folder = new Folder()
    folder.Write("rules/t.fsx", rules)
    import folder "run.atrace" (lines @ [ ended ])
    run folder ([ "replay"; "run.atrace" ] @ options)

let private unseen = [ opened 1 "kept"; connected 2 ]
let private certain = [ opened 1 "sent"; connected 3; exited ]

[<Tests>]
let tests =
    testList
        "findings in doubt"
        [
            testCase "C24, C37, R52: a finding in doubt is marked and counted apart, with the reason"
            <| fun () ->
                let ran = replay unseen []
                Expect.stringStarts ran.Out "HIGH (in doubt) D1 kept\nit was kept\n" "the finding"
                Expect.stringContains ran.Out " - in doubt: the end of process 7 was not seen\n" "why"

                Expect.stringEnds
                    ran.Out
                    "\nunknown D1 kept: what it found is in doubt: the end of process 7 was not seen\n\n2 rules over 2 events: nothing found; 1 in doubt; 1 rule clean, 1 unknown\n"
                    "what came of it"

            testTheory
                "C20, C24, R52, R55: which code a replay ends with"
                [
                    "in doubt", unseen, [], 0
                    "in doubt", unseen, [ "--fail-on"; "info" ], 0
                    "in doubt", unseen, [ "--strict" ], 5
                    "in doubt", unseen, [ "--strict"; "--fail-on"; "none" ], 5
                    "one in doubt, one not", opened 0 "sent" :: unseen, [], 1
                    "one in doubt, one not", opened 0 "sent" :: unseen, [ "--fail-on"; "none" ], 0
                    "one in doubt, one not", opened 0 "sent" :: unseen, [ "--strict" ], 5
                    "certain", certain, [], 1
                    "certain", certain, [ "--strict" ], 1
                    "unless was filtered out", filtered :: certain, [], 1
                    "unless was filtered out", filtered :: certain, [ "--strict" ], 1
                    "unless was lost", lost :: certain, [], 1
                    "unless was lost", lost :: certain, [ "--strict" ], 1
                ]
            <| fun (_, lines, options, code) ->
                let ran = replay lines options
                Expect.equal ran.Code code (ran.Out + ran.Error)

            testCase "R55: a finding whose unless was filtered out is as certain as any other"
            <| fun () ->
                let ran = replay (filtered :: certain) []
                Expect.stringStarts ran.Out "HIGH D2 sent\n" "the finding"
                Expect.isFalse (ran.Out.Contains "in doubt: the recording") "no doubt of it"

            testCase "C85, R52: what was cut off before and behind a finding puts it in no doubt"
            <| fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", rules)

                let others =
                    [ opened 0 "x"; opened 1 "kept"; connected 3; opened 8 "y"; exited; ended ]

                import folder "run.atrace" others
                let cut = [ "cut"; "run.atrace"; "-o"; "part.atrace"; "--from"; "#1"; "--to"; "#3" ]
                Expect.equal (run folder cut).Code 0 "cut"
                let ran = run folder [ "replay"; "part.atrace" ]
                Expect.stringStarts ran.Out "HIGH D1 kept\n" "the finding"
                Expect.stringContains ran.Out "loss" "what was left out"
        ]
