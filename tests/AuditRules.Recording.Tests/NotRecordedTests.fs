/// What a session tells of programs that were started and perhaps not recorded (S43).
module AuditRules.Recording.Tests.NotRecordedTests

open System
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording.Tests.Programs

let private nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

/// What subprocess raises changed with 3.13.
let private chosen =
    pythons
    |> List.filter (fun program -> nightly || program = pythons.Head || program.Contains "/3.13.")

let private missing recorded =
    recorded.Processes
    |> List.filter (fun r -> r.Change = ProcessChange.NotRecorded)

let private runPython program code =
    let recorded =
        record [ program; "-c"; "import os, subprocess, sys\nme = sys.executable\n" + code ]

    Expect.equal (recorded.Result |> Option.map _.ExitCode) (Some 0) "the program ends well"
    recorded

/// Of the one that is missing: its command without the interpreter's folder, and the facts.
let private one recorded =
    match missing recorded with
    | [ record ] ->
        [
            for word in record.Command -> if word.StartsWith '/' then Path.GetFileName word else word
        ],
        List.ofSeq record.Facts
    | records -> failtest $"{records.Length} are missing: {records}"

[<Tests>]
let tests =
    testSequenced
    <| testList
        "attempts"
        [
            for program in chosen do
                testCase
                    $"S43: {program}: programs that are recorded, and those that are no Python, are not missing"
                <| fun () ->
                    let recorded =
                        runPython
                            program
                            "import multiprocessing, signal
code = ['-c', 'import sys; sys.audit(str(5))']
subprocess.run([me] + code)
subprocess.run([me] + code)
subprocess.run([me] + code, preexec_fn=lambda: sys.audit('x'))
subprocess.run(me + ' -c \"import sys; sys.audit(str(5))\"', shell=True)
subprocess.run('for i in 1 2; do ' + me + ' -c \"import sys; sys.audit(str(5))\"; done', shell=True)
os.system('true && ' + me + ' -c \"import sys; sys.audit(str(5))\"')
for i in range(3):
    os.system(me + ' -c \"import sys; sys.audit(str(5))\" > /dev/null')
subprocess.run(['env', 'A=1', me] + code)
os.waitpid(os.posix_spawn(me, [me] + code, os.environ), 0)
os.spawnv(os.P_WAIT, me, [me] + code)
pid = os.fork()
if pid == 0:
    os.execvp('python3', ['python3'] + code)
os.waitpid(pid, 0)
subprocess.run([me, '-V'], stdout=subprocess.DEVNULL)
subprocess.run(['ls', '/'], env={}, stdout=subprocess.DEVNULL)
subprocess.run(['grep', 'python', '/etc/hosts'], env={}, stdout=subprocess.DEVNULL)
try:
    os.execv('/none/python3', ['python3'])
except OSError:
    pass"

                    Expect.hasLength (named "5" recorded) 14 "all are recorded"
                    Expect.equal [ for r in missing recorded -> r.Command ] [] "missing"

                testCase $"S43: {program}: a child with an environment of its own is missing"
                <| fun () ->
                    let recorded =
                        runPython
                            program
                            "subprocess.run([me, '-c', 'pass'])\nsubprocess.run([me, '-c', 'pass'], env={'A': '1'})"

                    let name = Path.GetFileName(string recorded.Processes[1].Command[0])
                    Expect.equal (one recorded) ([ name; "-c"; "pass" ], [ "environment" ]) "which, and why"
                    // By whom, and in which event.
                    let record = missing recorded |> List.head
                    let attempts = named "subprocess.Popen" recorded
                    Expect.equal (record.Process, record.Parent, record.Pid) (-1, 0, 0) "by whom"
                    Expect.equal record.Time attempts[1].Time "when"

                    Expect.equal
                        [ for r in (nonNull (Option.get recorded.Result).Packed).NotRecorded -> r.Time ]
                        [ record.Time ]
                        "the result tells it"

            testCase "S43: posix_spawn and exec with an environment of their own are missing"
            <| fun () ->
                let recorded =
                    runPython
                        "python3"
                        "os.waitpid(os.posix_spawn(me, [me, '-c', '1'], {}), 0)
pid = os.fork()
if pid == 0:
    os.execve(me, [me, '-c', '2'], {})
os.waitpid(pid, 0)"

                Expect.equal
                    [ for r in missing recorded -> r.Parent, r.Command[2], List.ofSeq r.Facts ]
                    [ 0, "1", [ "environment" ]; 1, "2", [ "environment" ] ]
                    "missing"

            testCase "S43: a child that begins when its parent has become another program is not missing"
            <| fun () ->
                let recorded =
                    runPython
                        "python3"
                        "subprocess.Popen(['sh', '-c', 'sleep 0.2; exec ' + me + ' -c \"import sys; sys.audit(str(5))\"'])
os.execv(me, [me, '-c', 'import os; os.wait()'])"

                Expect.hasLength (named "5" recorded) 1 "the child is recorded"
                Expect.equal (missing recorded) [] "missing"

            testCase "S43: what a shell starts without the hook is missing"
            <| fun () ->
                let recorded = runPython "python3" "os.system('env -i ' + me + ' -c pass')"
                let command, facts = one recorded

                Expect.equal
                    (List.truncate 2 command, facts)
                    ([ "sh"; "-c" ], [ "environment" ])
                    "which, and why"

            testCase "S43: a start that failed is perhaps missing, and no fact is known"
            <| fun () ->
                let recorded =
                    runPython
                        "python3"
                        "try:
    subprocess.run(['/none/python3', 'x'])
except OSError:
    pass"

                Expect.equal (one recorded) ([ "python3"; "x" ], []) "which"

            testCase "S43: a Python before 3.8 is missing"
            <| fun () ->
                let versions =
                    Path.Combine(
                        Environment.GetFolderPath Environment.SpecialFolder.UserProfile,
                        ".pyenv",
                        "versions"
                    )

                match
                    (if Directory.Exists versions then
                         Directory.GetDirectories(versions, "3.7.*")
                     else
                         [||])
                with
                | [||] -> skiptest "no Python 3.7 is at hand"
                | folders ->
                    let old = Path.Combine(folders[0], "bin", "python3.7")
                    let recorded = runPython "python3" $"subprocess.run(['{old}', '-c', 'pass'])"

                    Expect.equal
                        (one recorded)
                        ([ "python3.7"; "-c"; "pass" ], [ "old-python" ])
                        "which, and why"

            testCase "S43: a program whose file brings no hook in is missing, and the file says why"
            <| fun () ->
                let folder = temporaryFolder ()

                let setUserId, linked =
                    Path.Combine(folder, "python3"), Path.Combine(folder, "python3.9")

                File.Copy("/bin/true", setUserId)

                File.SetUnixFileMode(
                    setUserId,
                    UnixFileMode.SetUser ||| UnixFileMode.UserRead ||| UnixFileMode.UserExecute
                )

                let source = Path.Combine(folder, "nothing.c")
                File.WriteAllText(source, "void _start(void) { __builtin_trap(); }")

                let status, _, errors =
                    HookLab.run "cc" [ "-static"; "-nostdlib"; "-o"; linked; source ] []

                Expect.equal (status, errors) (0, "") "it is compiled"

                let recorded =
                    runPython
                        "python3"
                        $"subprocess.run(['{setUserId}'])
subprocess.run(['nice', 'python3.9'], env=dict(os.environ, PATH='{folder}:/usr/bin:/bin'))
subprocess.run(['{linked}'])"

                Expect.equal
                    [ for r in missing recorded -> List.ofSeq r.Facts ]
                    [ [ "setuid" ]; []; [ "static" ] ]
                    "why; and nothing is said of a name that another PATH leads to"

                Directory.Delete(folder, true)

            testCase "S43: where filters keep out what every Python raises nothing is said"
            <| fun () ->
                let recorded =
                    [
                        "python3"
                        "-c"
                        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'pass'])"
                    ]
                    |> recordWith _.WithFilters([], [ "import"; "e*"; "o*"; "c*"; "sys*" ])

                Expect.isNonEmpty (named "subprocess.Popen" recorded) "the attempt is there"
                Expect.equal (missing recorded) [] "missing"
        ]
