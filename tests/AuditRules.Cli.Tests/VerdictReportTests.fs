/// What a report says of rules that found nothing and are not clean.
module AuditRules.Cli.Tests.VerdictReportTests

open System.Text.Json
open Expecto
open AuditRules.Cli.Tests.Cli

let private rule id source =
    $"""
let r{id} =
    rule ("{id}", "t", High) {{
        for e in {source} do
        message "m"
    }}
"""

let private rules =
    "open AuditRules\n"
    + rule "A1" "Py.Open"
    + rule "A2" "Py.MarshalLoads"
    + rule "A3" "Py.OsWalk"
    + rule "A4" "Py.OsPutenv.matching (value = contains \"x\")"
    + rule "A5" "Py.Compile.matching (source = contains \"import\")"
    + rule "A6" "anyOf (Py.OsWalk, Py.OsSystem)"

let private meta =
    """{"record":"meta","recorder":"auditrules-native","runtime":"CPython","runtimeVersion":"3.8.18","platform":"linux-x64","profile":"security","drop":["marshal.*"],"environment":"keys"}"""

let private cut =
    """{"time":"2026-01-02T03:04:05Z","pid":7,"event":"compile","args":[{"$truncated":{"kind":"str","length":90000,"digest":"","head":"x = 1"}},"f.py"]}"""

let private missing =
    """{"record":"process","change":"not-recorded","process":-1,"parent":0,"pid":0,"time":"2026-01-02T03:04:06Z","command":["python3"],"facts":["environment"]}"""

let private ending = """{"record":"end","processes":1}"""

let private folderWith lines =
    let folder = new Folder()
    folder.Write("rules/t.fsx", rules)
    import folder "run.atrace" (meta :: lines @ [ ending ])
    folder

let private expected clean =
    [
        if clean <> "" then
            clean
        "blind A2 t: the recording could not contain marshal.loads: the profile security leaves it out (--include marshal.loads brings it in)"
        "blind A3 t: the recording could not contain os.walk: Python 3.8.18 does not raise it, which came with 3.9"
        "blind A4 t: the recording could not contain os.putenv: values of the environment were redacted (--env keys)"
        "unknown A5 t: the source of compile was cut when it was recorded"
        "unknown A6 t: the recording could not contain os.walk, one of the events of a step: Python 3.8.18 does not raise it, which came with 3.9"
    ]

let private doubtful (ran: Ran) =
    ran.Lines
    |> List.filter (fun line -> line.StartsWith "blind " || line.StartsWith "unknown ")

/// What a program of .NET raised, and rules on it: two by name, one on Python's events.
let private ofDotnet () =
    let folder = new Folder()

    folder.Write(
        "rules/t.fsx",
        """open AuditRules

type Login = { User: string; Port: int64 }
let login = Custom<Login> "app.login"

let typed =
    rule ("N1", "typed", High) {
        for e in login.matching (_.User, glob "adm*") do
        where (e.Args.Port > 1000L)
        message $"{e.Args.User} from {e.Args.Port}"
    }

let untyped =
    rule ("N2", "untyped", High) {
        for e in (Custom "app.login").argument (0, "guest") do
        message (e.Text 0)
    }
"""
        + rule "N3" "Py.Open"
    )

    import
        folder
        "run.atrace"
        [
            """{"record":"meta","recorder":"auditrules-dotnet","runtime":".NET","runtimeVersion":"10.0.0","platform":"linux-x64"}"""
            """{"time":"2026-01-02T03:04:05Z","pid":7,"event":"app.login","args":["admin",2222]}"""
            """{"time":"2026-01-02T03:04:06Z","pid":7,"event":"app.login","args":["root",22]}"""
            ending
        ]

    folder

[<Tests>]
let tests =
    testList
        "verdicts in reports"
        [
            testCase "C37, R76, R78: the text report says of each rule why it is blind or unknown"
            <| fun () ->
                use folder = folderWith [ cut ]
                let ran = run folder [ "replay"; "run.atrace" ]
                Expect.equal (doubtful ran) (expected "") ran.Error

            testCase "C37, R77: a program that was perhaps not recorded leaves no rule clean"
            <| fun () ->
                use folder = folderWith [ cut; missing ]
                let ran = run folder [ "replay"; "run.atrace" ]

                Expect.equal
                    (doubtful ran)
                    (expected "unknown A1 t: a program that process 0 started was perhaps not recorded")
                    ran.Error

            testCase "C38, R76, R78: the summary of JSON lines has each rule's verdict and reason"
            <| fun () ->
                use folder = folderWith [ cut ]
                let ran = run folder [ "replay"; "run.atrace"; "--format"; "jsonl" ]

                let trace =
                    JsonDocument
                        .Parse(List.last ran.Lines)
                        .RootElement.GetProperty("summary")
                        .GetProperty("traces")[0]

                Expect.equal
                    [
                        for rule in trace.GetProperty("rules").EnumerateArray() do
                            let text (name: string) =
                                string (rule.GetProperty(name).GetString())

                            if text "verdict" <> "clean" then
                                $"""{text "verdict"} {text "rule"} t: {text "reason"}"""
                    ]
                    (expected "")
                    ran.Out

            testCase "R75, R76: events of a .NET program are matched by name, and a rule on Python's is blind"
            <| fun () ->
                use folder = ofDotnet ()
                let ran = run folder [ "replay"; "run.atrace" ]
                Expect.stringContains ran.Out "N1" ran.Error
                Expect.stringContains ran.Out "admin from 2222" ran.Error
                Expect.isFalse (ran.Out.Contains "root from") "another user"

                Expect.equal
                    (doubtful ran)
                    [
                        "blind N3 t: the recording could not contain open: Python raises it, and the recorded program is one of .NET (Custom names the events of such a program)"
                    ]
                    ran.Error
        ]
