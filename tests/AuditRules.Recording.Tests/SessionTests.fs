module AuditRules.Recording.Tests.SessionTests

open System
open System.IO
open System.Text
open Expecto
open AuditRules.Events
open AuditRules.Recording
open AuditRules.Recording.Tests.Programs

let private exitCode recorded =
    recorded.Result |> Option.map _.ExitCode

let private marks recorded =
    [ for e in named "mark" recorded -> e.Process, e.Arguments[0].AsInt64 ]

let private life (r: ProcessRecord) =
    r.Change, r.Process, r.Parent, r.ExitCode |> Option.ofNullable

let private lives recorded = recorded.Processes |> List.map life

[<Tests>]
let tests =
    testSequenced
    <| testList
        "a session"
        [
            for program in pythons do
                testCase $"records {program} from its first import to its end"
                <| fun () ->
                    let recorded =
                        record [ program; "-I"; "-c"; "import sys; open('/etc/hosts').close(); sys.exit(3)" ]

                    Expect.equal (exitCode recorded) (Some 3) "exit status"
                    Expect.contains (firstArguments "open" recorded) "/etc/hosts" "the event"
                    Expect.equal recorded.Losses [] "losses"

                    Expect.equal
                        (List.last recorded.Events).Name
                        "cpython._PySys_ClearAuditHooks"
                        "the last event"

                    Expect.equal recorded.Meta.Runtime "CPython" "runtime"

                    // T35: the kernel's own word for this boot.
                    let boot = System.IO.File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()
                    Expect.equal recorded.Meta.Boot boot "boot"

                    // T35: who recorded, and where.
                    Expect.equal recorded.Meta.Host System.Environment.MachineName "host"
                    Expect.equal recorded.Meta.User System.Environment.UserName "user"
                    Expect.equal recorded.Meta.Directory System.Environment.CurrentDirectory "folder"

                    Expect.equal
                        (lives recorded)
                        [ ProcessChange.Start, 0, -1, None; ProcessChange.Exit, 0, -1, Some 3 ]
                        "processes"

            testCase "forks, and forks of forks, have ordinals of their own"
            <| fun () ->
                let recorded =
                    python
                        "import os, sys
sys.audit('mark', 0)
pid = os.fork()
if pid == 0:
    sys.audit('mark', 1)
    inner = os.fork()
    if inner == 0:
        sys.audit('mark', 2)
        os._exit(0)
    os.waitpid(inner, 0)
    os._exit(7)
os.waitpid(pid, 0)
sys.audit('mark', 3)"

                Expect.equal (marks recorded) [ 0, 0L; 1, 1L; 2, 2L; 0, 3L ] "process and mark"

                Expect.equal
                    (lives recorded
                     |> List.filter (fun (change, _, _, _) -> change <> ProcessChange.Exit))
                    [
                        ProcessChange.Start, 0, -1, None
                        ProcessChange.Fork, 1, 0, None
                        ProcessChange.Fork, 2, 1, None
                    ]
                    "processes"

            testCase "an exec is an ordinal of its own in the same process"
            <| fun () ->
                let recorded =
                    python
                        "import os, sys
sys.audit('mark', 0)
os.execv(sys.executable, [sys.executable, '-c', 'import sys; sys.audit(\"mark\", 1); sys.exit(5)'])"

                Expect.equal (marks recorded) [ 0, 0L; 1, 1L ] "process and mark"

                Expect.equal
                    (lives recorded)
                    [
                        ProcessChange.Start, 0, -1, None
                        ProcessChange.Exec, 1, 0, None
                        ProcessChange.Exit, 1, 0, Some 5
                    ]
                    "processes"

            testCase "a program under shells is a child of the command"
            <| fun () ->
                let recorded =
                    record
                        [
                            "sh"
                            "-c"
                            "sh -c 'python3 -c \"import sys; sys.audit(str(5))\"; true'; exit 4"
                        ]

                Expect.equal (exitCode recorded) (Some 4) "exit status"
                Expect.equal (named "5" recorded |> List.map _.Process) [ 1 ] "the event's process"

                Expect.equal
                    (lives recorded
                     |> List.map (fun (change, ordinal, parent, _) -> change, ordinal, parent))
                    [
                        ProcessChange.Start, 0, -1
                        ProcessChange.Start, 1, 0
                        ProcessChange.Exit, 1, 0
                        ProcessChange.Exit, 0, -1
                    ]
                    "processes"

            testCase "every event of every thread is there, each thread's in its order"
            <| fun () ->
                let recorded =
                    python
                        "import sys, threading
def work(n):
    for i in range(2000):
        sys.audit('mark', n * 10000 + i)
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for t in threads: t.start()
for t in threads: t.join()"

                let byThread =
                    named "mark" recorded
                    |> List.groupBy _.Thread
                    |> List.map (fun (_, events) -> [ for e in events -> e.Arguments[0].AsInt64 ])
                    |> List.sortBy List.head

                Expect.equal
                    byThread
                    [ for n in 0L .. 7L -> [ for i in 0L .. 1999L -> n * 10000L + i ] ]
                    "marks"

                let times = [ for e in recorded.Events -> e.Time ]
                Expect.equal times (List.sort times) "times"

            testCase "a killed program loses nothing that was acknowledged"
            <| fun () ->
                let recorded =
                    python
                        "import os, signal, sys
for i in range(5000):
    sys.audit('mark', i)
os.kill(os.getpid(), signal.SIGKILL)"

                Expect.equal (exitCode recorded) (Some 137) "exit status"
                Expect.equal (marks recorded) [ for i in 0L .. 4999L -> 0, i ] "marks"

            testCase "a program that closes every descriptor is recorded to the end"
            <| fun () ->
                let recorded =
                    python
                        "import os, sys
os.closerange(3, 1000)
for i in range(20000):
    sys.audit('mark', i)
os._exit(0)"

                Expect.equal (named "mark" recorded).Length 20000 "marks"
                Expect.equal recorded.Losses [] "losses"

            testCase "a secret in the environment of a child is not in the trace, and its name is"
            <| fun () ->
                let secret = "s3cr3t-7f2a91cc"

                let recorded =
                    python
                        $"import os, subprocess
part = 's3cr3t'
subprocess.run(['true'], env=dict(os.environ, PLANTED_TOKEN=part + '-' + '7f2a91' + 'cc'))
os.putenv('ANOTHER_TOKEN', part + '-' + '7f2a91' + 'cc')"

                Expect.isNonEmpty (named "subprocess.Popen" recorded) "the event is there"
                let text = Encoding.Latin1.GetString recorded.Bytes
                Expect.isFalse (text.Contains(secret, StringComparison.Ordinal)) "bytes"

                let values =
                    [
                        for e in named "subprocess.Popen" recorded do
                            for entry in e.Arguments[3].Entries.ToArray() do
                                if entry.Key.AsText = "PLANTED_TOKEN" then
                                    entry.Value.Kind,
                                    entry.Value.AsRedacted |> Option.ofObj |> Option.map _.Length
                    ]

                Expect.equal values [ ValueKind.Redacted, Some 15L ] "redacted"

            testCase "an orphan that ends within the grace is recorded with its exit status"
            <| fun () ->
                let recorded =
                    python
                        "import os, sys, time
if os.fork() == 0:
    time.sleep(0.2)
    sys.audit('mark', 1)
    os._exit(6)"

                Expect.equal (marks recorded) [ 1, 1L ] "mark"
                Expect.contains (lives recorded) (ProcessChange.Exit, 1, 0, Some 6) "its end"

            testCase "an orphan that goes on is packed as it is and has no exit"
            <| fun () ->
                let clock = Diagnostics.Stopwatch.StartNew()

                let recorded =
                    [
                        "python3"
                        "-c"
                        "import os, sys, time
if os.fork() == 0:
    sys.audit('mark', 1)
    for fd in (0, 1, 2): os.close(fd)
    time.sleep(15)
    os._exit(0)
time.sleep(0.3)"
                    ]
                    |> recordWith _.WithGrace(TimeSpan.FromMilliseconds 200.0)

                Expect.isLessThan clock.Elapsed (TimeSpan.FromSeconds 10.0) "the session does not wait"
                Expect.equal (marks recorded) [ 1, 1L ] "mark"

                Expect.equal
                    [ for loss in recorded.Losses -> loss.Process, loss.Reason, loss.Count ]
                    [ 1, "still-running", 0L ]
                    "a loss"

                Expect.isFalse
                    (lives recorded
                     |> List.exists (fun (change, ordinal, _, _) ->
                         change = ProcessChange.Exit && ordinal = 1))
                    "no exit"

            testCase "S40: a forked child that goes on and has raised nothing yet is a loss"
            <| fun () ->
                let recorded =
                    [
                        "python3"
                        "-c"
                        "import os, sys, time
if os.fork() == 0:
    for fd in (0, 1, 2): os.close(fd)
    time.sleep(15)"
                    ]
                    |> recordWith _.WithGrace(TimeSpan.FromMilliseconds 100.0).WithFilters([], [ "*" ])

                Expect.equal
                    [ for loss in recorded.Losses -> loss.Process, loss.Reason, loss.Count ]
                    [ -1, "still-running", 0L ]
                    "a loss"

            for hook in [ HookChoice.Native; HookChoice.Python ] do
                testCase $"S41: {hook}: a program that may write no file is known to have run"
                <| fun () ->
                    let parent = temporaryFolder ()

                    try
                        let recorded =
                            [ "sh"; "-c"; "ulimit -f 8; exec python3 -c 'open(\"/etc/hosts\")'" ]
                            |> recordWith (fun options ->
                                RecordingOptions(
                                    Command = options.Command,
                                    Hook = hook,
                                    TemporaryFolder = parent
                                ))

                        Expect.equal (exitCode recorded) (Some 0) "exit status"

                        Expect.equal
                            [ for loss in recorded.Losses -> loss.Process, loss.Reason, loss.Count ]
                            [ 0, "file-limit", 0L ]
                            "a loss"

                        Expect.equal
                            (lives recorded)
                            [ ProcessChange.Start, 0, -1, None; ProcessChange.Exit, 0, -1, Some 0 ]
                            "processes"

                        Expect.equal (Directory.GetDirectories parent) [||] "the folder is gone"
                    finally
                        Directory.Delete(parent, true)

            testCase "S11: with the Python hook only a first image began late, not its forks"
            <| fun () ->
                let recorded =
                    [
                        "python3"
                        "-c"
                        "import os, sys
pid = os.fork()
sys.audit('mark', 1)
if pid: os.waitpid(pid, 0)"
                    ]
                    |> recordWith (fun options ->
                        RecordingOptions(Command = options.Command, Hook = HookChoice.Python))

                Expect.equal (List.sort (marks recorded)) [ 0, 1L; 1, 1L ] "both are recorded"

                Expect.equal
                    [ for loss in recorded.Losses -> loss.Process, loss.Reason ]
                    [ 0, "late-start" ]
                    "losses"

            testTheory "the Python hook records a program from its start to its end" pythons
            <| fun python ->
                let recorded =
                    [
                        python
                        "-c"
                        "import sys, os; sys.audit('mark', 1); open(os.devnull).close()"
                    ]
                    |> recordWith (fun options ->
                        RecordingOptions(Command = options.Command, Hook = HookChoice.Python))

                Expect.equal (exitCode recorded) (Some 0) "exit status"
                Expect.equal (marks recorded) [ 0, 1L ] "the event"
                Expect.contains (firstArguments "open" recorded) "/dev/null" "CPython's own"
                Expect.equal recorded.Meta.Recorder "auditrules-python" "in META"
                Expect.contains recorded.Meta.Blind "sub-interpreters" "what it cannot see is in META"
                Expect.equal [ for loss in recorded.Losses -> loss.Reason ] [ "late-start" ] "losses"

            testCase "filters reach the hook and are in META"
            <| fun () ->
                let recorded =
                    [
                        "python3"
                        "-c"
                        "import sys; sys.audit('mark.a', 1); sys.audit('mark.b', 2); id(5)"
                    ]
                    |> recordWith _.WithFilters([ "builtins.id" ], [ "*.b"; "import" ])

                Expect.equal (named "mark.a" recorded).Length 1 "kept"
                Expect.equal (named "mark.b" recorded).Length 0 "excluded"
                Expect.equal (named "import" recorded).Length 0 "excluded"
                Expect.isNonEmpty (named "builtins.id" recorded) "included"
                Expect.equal (List.ofSeq recorded.Meta.Exclude) [ "*.b"; "import" ] "in META"

            testCase "the session's folder is private and gone afterwards"
            <| fun () ->
                let parent = temporaryFolder ()

                try
                    let modes = Path.Combine(parent, "modes")

                    [
                        "sh"
                        "-c"
                        "stat -c '%a %n' \"$AUDITRULES_DIR\" \"$AUDITRULES_DIR\"/key > " + modes
                    ]
                    |> recordWith _.WithTemporary(parent)
                    |> ignore

                    Expect.equal
                        [ for line in File.ReadAllLines modes -> line.Split(' ')[0] ]
                        [ "700"; "600" ]
                        "modes"

                    Expect.equal (Directory.GetDirectories parent) [||] "gone"
                finally
                    Directory.Delete(parent, true)

            testCase "a trace that cannot be written keeps the folder and the exit status"
            <| fun () ->
                let full =
                    { new MemoryStream() with
                        override _.Write(_: ReadOnlySpan<byte>) = raise (IOException "no space is left")
                    }

                let result =
                    RecordingSession.Run(RecordingOptions(Command = [| "sh"; "-c"; "exit 3" |]), full)

                Expect.equal result.ExitCode 3 "exit status"
                Expect.equal result.Problem "the trace cannot be written: no space is left" "problem"
                let kept = result.KeptFolder |> Option.ofObj |> Option.defaultValue ""
                Expect.isTrue (Directory.Exists kept) "the folder is kept"
                Directory.Delete(kept, true)
        ]
