/// Which commands start a Python, and which beginnings answer them (S43).
module AuditRules.Recording.Tests.AttemptTests

open System
open Expecto
open AuditRules.Recording.Attempts

[<Tests>]
let commands =
    testList
        "commands"
        [
            testTheory
                "S43: a command line tells whether it starts a Python"
                [
                    "python", "python"
                    "/usr/bin/python3.11 -I x.py", "/usr/bin/python3.11 -I x.py"
                    "pypy3.10", "pypy3.10"
                    "./run.py a", "./run.py a"
                    "ls -l", ""
                    "grep python notes", ""
                    "python-config --libs", ""
                    "env", ""
                    "env A=1 -u B python3 x", "python3 x"
                    "env -i python3", "python3 (cleaned)"
                    "/usr/bin/env - nice -n 5 python3", "python3 (cleaned)"
                    "env -i grep python", ""
                    "sudo -u root -E python3 x", "python3 x (cleaned)"
                    "timeout -s KILL 5 python3 x", "python3 x"
                    "timeout 5 grep python x", ""
                    "nohup setsid python3 x", "python3 x"
                    "sh build.sh python3", ""
                    "sh -c", ""
                    "env env env env env env env env env python3", ""
                    "command python3 x", "python3 x"
                    "command -p python3 x", "python3 x"
                    "command -v python3", ""
                    "command -pV python3", ""
                    "xargs -n 1 python3 x", "python3 x"
                    "xargs -n 1 -r python3 x", ""
                    "xargs --no-run-if-empty python3 x", ""
                ]
                (fun (line, expected) ->
                    let python, cleans = PythonCommand.In(line.Split ' ')

                    let found =
                        match python with
                        | null -> ""
                        | words -> String.Join(' ', words)

                    let shown =
                        if cleans && found <> "" then
                            found + " (cleaned)"
                        else
                            found

                    Expect.equal shown expected line)

            testTheory
                "S43: a shell's text tells whether it starts a Python"
                [
                    "python3 x.py", true
                    "cd /x && A=1 B='2 3' python3 x.py | tee y", true
                    "x=$(python3 -c 'print(1)')", true
                    "echo `python3 x`", true
                    "(python3 x)", true
                    "\"/opt/my python/bin/python3\" x", true
                    "exec env A=1 python3 x", true
                    "exec 2>&1; python3 x", true
                    "make; python3 x", true
                    "make & python3 x", true
                    "echo 1 | python3 x", true
                    "make || true; python3 x", true
                    "umask 077 && cd /x &&\n python3 x", true
                    "{ cd /x; python3 x; }", true
                    "echo $(echo `python3 x`)", true
                    "diff <(python3 x) y", true
                    ">log 2>&1 python3 x", true
                    "python3 x <<EOF\n1\nEOF", true
                    "# a note\npython3 x", true
                    "echo python3", false
                    "echo 'x; python3 y'", false
                    "echo \"x; \\\"; python3 y\"", false
                    "cat python3 # python", false
                    "true || python3 x", false
                    "make && python3 x", false
                    "make && cd /x && python3 x", false
                    "make || cd /x && python3 x", false
                    "make || { echo no; python3 x; }", false
                    "make || (echo no; python3 x)", false
                    "make || x=$(python3 x)", false
                    "(cd /x) && python3 x", false
                    "! true && python3 x", false
                    "if false; then python3 x; fi", false
                    "for i in $none; do python3 x; done", false
                    "while false; do python3 x; done", false
                    "case $x in python) python3 x;; esac", false
                    "f() { python3 x; }", false
                    "function f { python3 x; }", false
                    "cat <<EOF\npython is nice\nEOF", false
                    "cat <<-'EOF' > y\npython is nice\nEOF", false
                    "exit 0; python3 x", false
                    "make || exit 1; python3 x", false
                    "exec make\npython3 x", false
                    "set -eu; make; python3 x", false
                    "echo $(date) python3 x", false
                    "echo `date` python3 x", false
                    "echo > python3 x", false
                    "make; # it\n# python3 x", false
                    "command -v python3", false
                    "", false
                    "'", false
                ]
                (fun (text, expected) ->
                    for command in
                        [ [| "/bin/sh"; "-c"; text |]; [| "bash"; "-u"; "-lc"; text; "python3" |] ] do
                        let python, _ = PythonCommand.In command
                        Expect.equal (not (isNull python)) expected text)

            testTheory
                "S43: behind -e a shell may stop at its first command"
                [
                    "-ec", "python3 x; python3 y", true
                    "-ec", "make; python3 x", false
                    "-e -c", "make; python3 x", false
                    "-c", "make; python3 x", true
                ]
                (fun (options: string, text, expected) ->
                    let python, _ = PythonCommand.In [| "sh"; yield! options.Split ' '; text |]
                    Expect.equal (not (isNull python)) expected text)

            testCase "S43: redirections are no arguments" (fun () ->
                let found =
                    [
                        for command in
                            ShellCommands.Of
                                "python3 x.py>log 2>&1 <in; 2>>log python3 y2>&- z &>all\npython3 x '>' \\> \">\" <<<text >|log 1" ->
                            String.Join('|', command)
                    ]

                Expect.equal found [ "python3|x.py"; "python3|y2|z"; "python3|x|>|>|>|1" ] "words")

            testTheory
                "S43: a Python before 3.8 is known by its name"
                [
                    "python2", true
                    "python2.7", true
                    "/x/python3.7", true
                    "python3.7m", true
                    "python3.8", false
                    "python3.11", false
                    "python3", false
                    "python", false
                ]
                (fun (name, old) -> Expect.equal (PythonName.IsOld name) old name)
        ]

/// Which of the attempts nothing answers. An attempt: process, time, whether by exec, whether a fact is known, command.
/// A beginning: process, parent, whether by exec, time, arguments.
let private unanswered attempts beginnings =
    let attempts =
        ResizeArray
            [
                for event, (processNumber, time, isExec, isFact, words: string) in List.indexed attempts ->
                    let command = words.Split ' '
                    let python, _ = PythonCommand.In command
                    let spawn = SpawnAttempt(processNumber, event, time, command, isExec, null)
                    Attempt(spawn, nonNull python, (if isFact then [ "environment" ] else []))
            ]

    Answers(
        attempts,
        ResizeArray
            [
                for ordinal, parent, isExec, time, words: string in beginnings ->
                    Beginning(ordinal, parent, -1, isExec, time, words.Split ' ')
            ]
    )
        .Match()

    [
        for attempt in attempts do
            if not attempt.IsMatched then
                attempt.Spawn.Event
    ]

[<Tests>]
let answers =
    testList
        "answers"
        [
            testCase "S43: one beginning answers one attempt, though several of them name it" (fun () ->
                let attempt time = 0, time, false, false, "nice ./x.py y"

                Expect.equal
                    (unanswered
                        [ attempt 10L; attempt 20L; attempt 30L ]
                        [
                            1, 0, false, 40L, "python3 ./x.py y"
                            2, 0, false, 41L, "python3 ./x.py y"
                            3, 0, false, 42L, "python3 ./x.py y"
                        ])
                    []
                    "unanswered")

            testCase "S43: a beginning answers the latest attempt before it" (fun () ->
                Expect.equal
                    (unanswered
                        [
                            0, 10L, false, false, "xargs python3 x.py"
                            0, 20L, false, false, "python3 x.py"
                            0, 40L, false, false, "python3 x.py"
                        ]
                        [ 1, 0, false, 30L, "python3 x.py"; 2, 0, false, 50L, "python3 x.py" ])
                    [ 0L ]
                    "unanswered")

            testCase "S43: a beginning rather answers an attempt of which no fact is known" (fun () ->
                Expect.equal
                    (unanswered
                        [ 0, 10L, false, false, "python3 x.py"; 0, 20L, false, true, "python3 x.py" ]
                        [ 1, 0, false, 30L, "python3 x.py" ])
                    [ 1L ]
                    "unanswered")

            testCase "S43: a child may begin when its parent has become another program" (fun () ->
                let attempts =
                    [
                        0, 10L, false, false, "nice python3 x.py"
                        0, 20L, true, false, "python3 y.py"
                    ]

                let become = 1, 0, true, 30L, "python3 y.py"
                let again = 2, 1, true, 40L, "python3 z.py"

                Expect.equal
                    (unanswered attempts [ become; again; 3, 2, false, 50L, "python3 x.py" ])
                    []
                    "of what it became"

                // A child of another process is no answer.
                Expect.equal
                    (unanswered
                        attempts
                        [ become; 2, 0, false, 40L, "python3 z.py"; 3, 2, false, 50L, "python3 x.py" ])
                    []
                    "z.py may be what was attempted"

                Expect.equal
                    (unanswered attempts [ become; 3, 2, false, 50L, "python3 x.py" ])
                    [ 0L ]
                    "of another")
        ]
