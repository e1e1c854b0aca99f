module AuditRules.Cli.Tests.RecordTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open AuditRules.Cli.Tests.Cli

let private program =
    "import socket\nopen('secret').close()\ns = socket.socket()\ns.settimeout(1)\n"
    + "try:\n    s.connect(('127.0.0.1', 1))\nexcept OSError:\n    pass\nraise SystemExit(int(__import__('sys').argv[1]))\n"

let private withProgram () =
    let folder = new Folder()
    folder.Write("rules/t.fsx", rule)
    folder.Write("secret", "")
    folder.Write("app.py", program)
    folder

[<Tests>]
let tests =
    // Each runs a process of its own, and the recorder adopts what its program leaves behind.
    testSequenced
    <| testList
        "record"
        [
            testCase
                "C45: a program is recorded, its status is passed through, and standard output is its own"
                (fun () ->
                    use folder = withProgram ()

                    let ran =
                        start [] folder [ "record"; "-o"; "run.atrace"; "--"; "python3"; "app.py"; "7" ]

                    Expect.equal ran.Code 7 ran.Error
                    Expect.equal ran.Out "" "standard output"

                    Expect.isMatch
                        ran.Error
                        @"^auditrules: [\d,]+ events of 1 process in run\.atrace\nauditrules: head \d+:[0-9a-f]{64}\n$"
                        "C47"

                    Expect.equal (run folder [ "replay"; "run.atrace" ]).Code 1 "the finding is there")

            testTheory
                "C21: the status of what cannot run"
                [
                    [ "sh"; "-c"; "kill -TERM $$" ], 143
                    [ "./app.py"; "0" ], 126
                    [ "no-such-program" ], 127
                ]
                (fun (words, code) ->
                    use folder = withProgram ()
                    let ran = start [] folder ([ "record"; "--" ] @ words)
                    Expect.equal ran.Code code ran.Error
                    Expect.isFalse (ran.Error.Contains "   at ") "no stack trace")

            testCase
                "C23: record --rules ends with the program's status, else the replay's, and keeps no trace"
                (fun () ->
                    use folder = withProgram ()

                    let words code =
                        [ "record"; "--rules"; "rules"; "--"; "python3"; "app.py"; code ]

                    let ran = start [] folder (words "0")
                    Expect.equal ran.Code 1 ran.Error
                    Expect.equal ran.Out "" "C48: standard output is the program's"
                    Expect.stringContains ran.Error "HIGH T1 secret, then network" "the report"

                    Expect.isMatch
                        ran.Error
                        @"(?m)^auditrules: [\d,]+ events of 1 process, not kept; -o FILE keeps it$"
                        "C47"

                    Expect.isFalse (folder.Has "run.atrace") "C46: no trace is kept"
                    Expect.equal (start [] folder (words "9")).Code 9 "the program's")

            testCase
                "R76, R78, R110: code that asks for what was not recorded leaves no rule clean"
                (fun () ->
                    use folder = new Folder()

                    let rule id source condition =
                        [
                            $"let r{id} ="
                            $"    rule (\"{id}\", \"t\", High) {{"
                            $"        for e in {source} do"
                            $"        where ({condition})"
                            "        message \"m\""
                            "    }"
                        ]

                    folder.Write(
                        "rules/t.fsx",
                        String.concat
                            "\n"
                            [
                                "open AuditRules"
                                "let isOdd (e: AuditRules.Events.Python.OsSystem) = e.Caller.File = \"odd.py\""
                                yield! rule "A1" "Py.OsSystem" "e.Caller.File.EndsWith \"app.py\""
                                yield! rule "A2" "Py.OsPutenv" "e.Value.Contains \"swordfish\""
                                yield! rule "A3" "Py.Compile" "e.Source.EndsWith \"#END\""
                                yield! rule "A4" "Py.SubprocessPopen" "(string e.Env).Contains \"swordfish\""
                                yield! rule "A5" "Py.OsSystem" "isOdd e"
                                yield! rule "A6" "Py.OsSystem" "e.Command = \"false\""
                                yield! rule "A7" "Py.OsRemove" "e.Caller.Line = 1"
                            ]
                        + "\n"
                    )

                    folder.Write(
                        "app.py",
                        "import os, subprocess\n"
                        + "os.environ['SECRET'] = 'sword' + 'fish'\n"
                        + "os.system('true')\n"
                        + "subprocess.run(['/bin/true'], env={'TOKEN': 'sword' + 'fish'})\n"
                        + "compile('x=1\\n' * 200000 + '#END', 'f', 'exec')\n"
                    )

                    let ran =
                        start
                            []
                            folder
                            [ "record"; "--no-frames"; "-o"; "run.atrace"; "--"; "python3"; "app.py" ]

                    Expect.equal ran.Code 0 ran.Error
                    let replayed = start [] folder [ "replay"; "run.atrace" ]

                    Expect.equal
                        [
                            for line in replayed.Lines do
                                if line.StartsWith "blind " || line.StartsWith "unknown " then
                                    line
                        ]
                        [
                            "blind A1 t: the recording could not contain os.system: the rule reads its caller, and callers were not recorded (--no-frames)"
                            "blind A2 t: the recording could not contain os.putenv: values of the environment were redacted (--env keys)"
                            "unknown A3 t: the source of compile was cut when it was recorded"
                            "unknown A4 t: the env of subprocess.Popen was redacted when it was recorded"
                            "unknown A5 t: code of the rule was given os.system, of which the recording has not all: callers were not recorded (--no-frames)"
                            "blind A7 t: the recording could not contain os.remove: the rule reads its caller, and callers were not recorded (--no-frames)"
                        ]
                        replayed.Error)

            testCase "C48: the report goes to a file that is named" (fun () ->
                use folder = withProgram ()

                let ran =
                    start
                        []
                        folder
                        [
                            "record"
                            "--rules"
                            "rules"
                            "--format"
                            "jsonl"
                            "--report"
                            "report.jsonl"
                            "--"
                            "python3"
                            "app.py"
                            "0"
                        ]

                Expect.equal ran.Code 1 ran.Error
                Expect.stringContains (folder.Read "report.jsonl") "\"rule\":\"T1\"" "report"
                Expect.isFalse (ran.Error.Contains "HIGH T1") "not on standard error")

            testCase "C22, C47: a program that cannot write what it does is a loss" (fun () ->
                use folder = withProgram ()

                let ran =
                    start
                        []
                        folder
                        [
                            "record"
                            "--strict"
                            "-o"
                            "run.atrace"
                            "--"
                            "sh"
                            "-c"
                            "ulimit -f 8; exec python3 app.py 0"
                        ]

                Expect.equal ran.Code 125 ran.Error

                Expect.isMatch
                    ran.Error
                    ("^auditrules: 0 events of 1 process in run\\.atrace\n"
                     + "auditrules: lost an unknown number of events of process 0 \\(file-limit\\)\n"
                     + "auditrules: head \\d+:[0-9a-f]{64}\n$")
                    "what is said"

                Expect.equal (run folder [ "replay"; "run.atrace" ]).Code 3 "and the trace says it")

            testCase
                "C47, C50: losses are counted, and what was raised is filtered, recorded and lost"
                (fun () ->
                    use folder = withProgram ()

                    folder.Write(
                        "limited.py",
                        "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
                        + "for i in range(20000): sys.audit('t', i)\n"
                    )

                    let ran =
                        start [] folder [ "record"; "-o"; "run.atrace"; "--"; "python3"; "limited.py" ]

                    Expect.equal ran.Code 0 ran.Error

                    let said =
                        Regex.Match(
                            ran.Error,
                            @"auditrules: lost ([\d,]+) events of process 0 \(file-limit\)\n"
                        )

                    Expect.isTrue said.Success ran.Error
                    let summary = run folder [ "inspect"; "run.atrace"; "--format"; "jsonl" ]
                    use document = Text.Json.JsonDocument.Parse summary.Out

                    let number (name: string) =
                        document.RootElement.GetProperty(name).GetInt64()

                    let lost = said.Groups[1].Value.Replace(",", "")
                    Expect.equal (string (number "lost")) lost "lost"
                    Expect.isGreaterThan (number "lost") 1000L "lost"

                    Expect.equal
                        (number "raised")
                        (number "filtered" + number "events" + number "lost")
                        "raised"

                    let text = run folder [ "inspect"; "run.atrace" ]

                    Expect.stringContains
                        text.Out
                        $"loss {said.Groups[1].Value} events of process 0 (file-limit)\n"
                        "inspect")

            testCase "C37, C47, C50: programs that were perhaps not recorded are told" (fun () ->
                use folder = withProgram ()

                folder.Write(
                    "spawns.py",
                    "import subprocess\nfor i in range(5):\n    subprocess.run(['env', '-i', 'python3', '-c', str(i)])\n"
                )

                let ran =
                    start [] folder [ "record"; "-o"; "run.atrace"; "--"; "python3"; "spawns.py" ]

                Expect.equal ran.Code 0 ran.Error

                let told i =
                    $"env -i python3 -c {i}; process 0 was to start it; its environment does not bring the hook in; it may not have started\n"

                Expect.stringContains
                    ran.Error
                    (String.concat "" [ for i in 0..2 -> "auditrules: perhaps not recorded: " + told i ]
                     + "auditrules: perhaps not recorded: 2 more; auditrules inspect shows them\n")
                    "record"

                let summary = run folder [ "inspect"; "run.atrace" ]
                Expect.equal summary.Code 0 "it is no loss"

                let events =
                    run
                        folder
                        [ "inspect"; "run.atrace"; "--event"; "subprocess.Popen"; "--format"; "jsonl" ]

                let ordinals =
                    [
                        for line in events.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries) do
                            use document = Text.Json.JsonDocument.Parse line

                            match document.RootElement.TryGetProperty "seq" with
                            | true, seq -> seq.GetInt64()
                            | _ -> ()
                    ]

                Expect.hasLength ordinals 5 "events"

                for i in 0..4 do
                    let event = ordinals[i].ToString("N0", Globalization.CultureInfo.InvariantCulture)

                    Expect.stringContains
                        summary.Out
                        $"perhaps not recorded: env -i python3 -c {i}; process 0 was to start it in event {event}; its environment does not bring the hook in; it may not have started\n"
                        "inspect"

                let replayed = run folder [ "replay"; "--rules"; "rules"; "run.atrace" ]
                Expect.stringContains replayed.Out ("perhaps not recorded in run.atrace: " + told 0) "replay")

            testCase "C47: where no Python ran it says what is needed" (fun () ->
                use folder = new Folder()
                let ran = start [] folder [ "record"; "-q"; "--"; "true" ]
                Expect.equal ran.Code 0 ran.Error

                Expect.equal
                    ran.Error
                    ("auditrules: no Python ran under the hook, so there is nothing in the trace\n"
                     + "  It needs CPython 3.8 or later, started with the environment that record gives (LD_PRELOAD).\n")
                    "native"

                let ran = start [] folder [ "record"; "-q"; "--hook"; "python"; "--"; "true" ]
                Expect.stringContains ran.Error "without the options -I, -E and -S" "Python")

            testCase "C47: a process that goes on is a loss" (fun () ->
                use folder = withProgram ()

                folder.Write(
                    "daemon.py",
                    "import os, time\nif os.fork() == 0:\n    os.setsid()\n    os.closerange(0, 3)\n    time.sleep(8)\n"
                )

                let ran =
                    start [] folder [ "record"; "-q"; "-o"; "run.atrace"; "--"; "python3"; "daemon.py" ]

                Expect.equal ran.Code 0 ran.Error

                Expect.equal
                    ran.Error
                    "auditrules: 1 recorded process still runs; what it does from here on is not in the trace\n"
                    "what is said"

                let replayed = run folder [ "replay"; "run.atrace" ]
                Expect.equal replayed.Code 3 replayed.Error
                Expect.stringContains replayed.Out "unknown T1" "verdict"
                Expect.stringContains replayed.Out "(still-running)" "why")

            testCase
                "C75: the demo records, finds and says what comes next, in any folder and home"
                (fun () ->
                    use folder = new Folder()
                    let ran = start [ "HOME", folder.File "no-home" ] folder [ "demo" ]
                    Expect.equal ran.Code 0 (ran.Out + ran.Error)
                    Expect.stringContains ran.Out "HIGH DEMO1 secret read, then network" "the finding"
                    Expect.stringContains ran.Out "/.aws/credentials was read, then 127.0.0.1:" "its message"
                    Expect.stringContains ran.Out "record -o run.atrace -- python3 app.py" "what comes next"
                    Expect.isEmpty (Directory.GetFileSystemEntries folder.Path) "it left nothing behind here")

            testTheory
                "C45: the program has SIGXFSZ as the caller had it"
                [ "trap '' XFSZ; ", true; "", false ]
                (fun (before, isIgnored) ->
                    use folder = new Folder()

                    let ran =
                        startProgram
                            "sh"
                            [ "-c"; before + "exec dotnet \"$@\""; "sh" ]
                            []
                            folder
                            [ "record"; "-o"; "run.atrace"; "--"; "grep"; "SigIgn"; "/proc/self/status" ]

                    Expect.equal ran.Code 0 ran.Error
                    let mask = Convert.ToUInt64((ran.Out.Split '\t' |> Array.last).Trim(), 16)
                    Expect.equal ((mask >>> 24) &&& 1UL = 1UL) isIgnored ran.Out)

            testCase "C95: --max-size bounds the trace, and says so; the program goes on" (fun () ->
                use folder = new Folder()

                let code =
                    "import os, sys\nfor i in range(9000): sys.audit('e', os.urandom(90).hex())\nprint('end')\nsys.exit(4)"

                let ran =
                    start
                        []
                        folder
                        [
                            "record"
                            "--max-size"
                            "1M"
                            "-o"
                            "run.atrace"
                            "--"
                            "python3"
                            "-c"
                            code
                        ]

                Expect.equal (ran.Code, ran.Out) (4, "end\n") ran.Error

                Expect.isLessThanOrEqual
                    (FileInfo(Path.Combine(folder.Path, "run.atrace")).Length)
                    (1024L * 1024L)
                    "bytes"

                Expect.isMatch
                    ran.Error
                    @"(?m)^auditrules: lost [\d,]+ events of process 0 \(max-size\)$"
                    "the loss"

                Expect.stringContains ran.Error "the trace has the size that --max-size allows" "why"
                Expect.equal (run folder [ "verify"; "run.atrace" ]).Code 0 "it is whole")

            testTheory
                "C95: a size that cannot be is refused"
                [
                    "900k", "--max-size takes at least 1M, not 900k"
                    "1X", "--max-size takes a number of bytes, as 20M (k, M and G are times 1024), not 1X"
                ]
                (fun (size, message) ->
                    use folder = new Folder()
                    let ran = start [] folder [ "record"; "--max-size"; size; "--"; "true" ]
                    Expect.equal ran.Code 125 ran.Error
                    Expect.stringContains ran.Error message "message")

            testCase "C76: without Python the demo replays the trace that was shipped, and says so" (fun () ->
                use folder = new Folder()
                let ran = runWithPath "" folder [ "demo" ]
                Expect.equal ran.Code 0 (ran.Out + ran.Error)
                Expect.stringContains ran.Out "No Python was found" "why"
                Expect.stringContains ran.Out "/recordings/demo/demo.atrace\n" "which"
                Expect.stringContains ran.Out "HIGH DEMO1 secret read, then network" "the finding")
        ]
