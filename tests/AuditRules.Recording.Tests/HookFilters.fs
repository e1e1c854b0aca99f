module AuditRules.Recording.Tests.HookFilters

open Expecto
open AuditRules.Recording.Tests.HookLab

let private raised hook environment python =
    let code =
        "import sys\nfor name in ('a.one', 'a.two', 'b.one', 'builtins.id', 'marshal.loads'): sys.audit(name, 'mine')"

    script hook environment python code
    |> events
    |> List.filter (fun event -> event.Args = "[\"mine\"]")
    |> List.map _.Name

let private rows =
    [
        [], [ "a.one"; "a.two"; "b.one" ]
        [ "AUDITRULES_PROFILE", "nonsense" ], [ "a.one"; "a.two"; "b.one" ]
        [ "AUDITRULES_PROFILE", "all" ], [ "a.one"; "a.two"; "b.one"; "builtins.id"; "marshal.loads" ]
        [ "AUDITRULES_EXCLUDE", "a.*" ], [ "b.one" ]
        [ "AUDITRULES_EXCLUDE", ",?.one,,nothing" ], [ "a.two" ]
        [ "AUDITRULES_EXCLUDE", "*" ], []
        [ "AUDITRULES_EXCLUDE", "a.o*n*e,b" ], [ "a.two"; "b.one" ]
        [ "AUDITRULES_INCLUDE", "*.id" ], [ "a.one"; "a.two"; "b.one"; "builtins.id" ]
        [ "AUDITRULES_INCLUDE", "*"; "AUDITRULES_EXCLUDE", "marshal.loads" ],
        [ "a.one"; "a.two"; "b.one"; "builtins.id" ]
    ]

let private environmentOf hook mode python =
    let code =
        """
import os, subprocess, sys
secret = "2retnuh"[::-1]
os.putenv("SECRET", secret)
subprocess.run(["true"], env={"SECRET": secret, "OTHER": "x"})
sys.audit("os.exec", "p", [], {b"SECRET": secret.encode()})
sys.audit("_posixsubprocess.fork_exec", [], [], [b"SECRET=" + secret.encode(), b"nothing"])
sys.audit("os.putenv", "SECRET", 5)
"""

    script hook [ "AUDITRULES_ENV", mode ] python code

[<Tests>]
let tests =
    testList
        "hook filters"
        [
            for hook in [ Native; Fallback ] do
                onEveryPython $"S1 to S3, S36: profile, include and exclude ({hook})" (fun python ->
                    for environment, expected in rows do
                        Expect.equal (raised hook environment python) expected $"{environment}")

            onBothHooks "S36: the security drop list stands in the start map" (fun hook python ->
                let start = (script hook [] python "1").Images.Head.Start
                Expect.stringContains ((start.GetProperty "drop").GetRawText()) "\"builtins.id\"" ""

                let all = (script hook [ "AUDITRULES_PROFILE", "all" ] python "1").Images.Head.Start

                Expect.equal ((all.GetProperty "drop").GetRawText()) "[]" "")

            onBothHooks "S15: filtered events are counted" (fun hook python ->
                let code = "import sys\nfor i in range(1000): sys.audit('dropped')"

                let count extra =
                    (script hook extra python code).Images |> List.sumBy _.Filtered

                let difference =
                    count [ "AUDITRULES_EXCLUDE", "dropped" ]
                    - count [ "AUDITRULES_EXCLUDE", "other" ]

                Expect.equal difference 1000L "")

            onBothHooks "S37: import keeps its module and file, and under all its paths" (fun hook python ->
                let imports environment =
                    script hook environment python "import json"
                    |> args "import"
                    |> List.filter (fun text -> text.StartsWith "[\"json\"")

                Expect.equal (imports []) [ "[\"json\", null, null, null, null]" ] "security"

                Expect.isMatch
                    (imports [ "AUDITRULES_PROFILE", "all" ] |> List.head)
                    @", \[\{""\$object"".*\]\]$"
                    "all")

            for hook in [ Native; Fallback ] do
                onEveryPython $"S34, S35: keys stay, values become pseudonyms ({hook})" (fun python ->
                    let recording = environmentOf hook "keys" python
                    let all = events recording |> List.map _.Args |> String.concat "\n"

                    let commands =
                        [
                            for image in recording.Images -> (image.Start.GetProperty "command").GetRawText()
                        ]

                    Expect.isNonEmpty commands ""
                    let putenv = args "os.putenv" recording

                    let pseudonym =
                        System.Text.RegularExpressions.Regex.Match(putenv[0], "[0-9a-f]{16}").Value

                    let redacted = $"""{{"$redacted": ["env", 7, "{pseudonym}"]}}"""
                    Expect.equal putenv[0] $"""[{{"$bytes": "534543524554"}}, {redacted}]""" "os.putenv"
                    Expect.equal putenv[1] """["SECRET", null]""" "what is no text is left out"

                    Expect.stringContains
                        (args "subprocess.Popen" recording).Head
                        $"""["SECRET", {redacted}]"""
                        "Popen"

                    Expect.stringContains
                        (args "os.exec" recording |> List.last)
                        $""", {redacted}]"""
                        "bytes join with str"

                    Expect.stringStarts
                        (args "_posixsubprocess.fork_exec" recording |> List.last)
                        $"""[[], [], [["SECRET=", {redacted}], {{"$redacted": ["env", 7, """
                        "KEY=value"

                    Expect.isFalse
                        (all.Contains "hunter2" || all.Contains "68756e74657232")
                        "no secret in clear")

            onBothHooks "S34: none leaves names out too, all writes everything" (fun hook python ->
                let none = environmentOf hook "none" python
                Expect.equal (args "os.putenv" none).Head "[null, null]" "os.putenv"
                Expect.stringEnds (args "subprocess.Popen" none).Head ", null, null]" "Popen"
                let all = environmentOf hook "all" python
                let popen = (args "subprocess.Popen" all).Head
                Expect.stringContains popen "[\"SECRET\", \"(redacted:named:" "section 11 holds for them"
                Expect.stringContains popen """["OTHER", "x"]""" "all")
        ]
