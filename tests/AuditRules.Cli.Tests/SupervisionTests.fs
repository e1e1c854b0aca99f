/// The process that runs rules and the one that supervises it (docs/cli.md, C110 to C114).
module AuditRules.Cli.Tests.SupervisionTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open Expecto
open AuditRules.Cli.Supervision
open AuditRules.Cli.Tests
open AuditRules.Tests

let private spin =
    "open AuditRules\n\nlet rec spin n = if n < 0 then n else spin (n + 1 &&& 0xffff)\n"

/// A rule that does not come back from the first file that is opened.
let private endlessRule =
    spin
    + """
let endless =
    rule ("E1", "endless", High) {
        for o in Py.Open do
        where (spin 0 < 0)
        shouldFire [ Py.Open.make (path = "/secret") ]
    }
"""

/// A rule built on one that is not collected and does not come back.
let private builtOnEndless =
    spin
    + """
let private endless =
    rule ("P1", "endless", High) {
        for o in Py.Open do
        where (spin 0 < 0)
    }

let built =
    rule ("B1", "built", High) {
        for f in findingsOf endless do
        shouldNotFire []
    }
"""

/// A rule that fires on every file that is opened.
let private many =
    """open AuditRules

let many =
    rule ("M1", "many", High) {
        for o in Py.Open do
        message $"{o.Path}"
        shouldFire [ Py.Open.make (path = "/x") ]
    }
"""

let private withEndless () =
    let folder = Cli.withTrace Cli.fires
    folder.Write("rules/endless.fsx", endlessRule)
    folder

let private withEndlessFile () =
    let folder = Cli.withTrace Cli.fires
    folder.Write("rules/endless.fsx", spin + "let value = spin 0\n")
    folder

let private short = [ "--rule-timeout"; "200ms" ]

let private failed =
    "failed E1 endless: it did not come back within 0.2 s of processor time, at rules/endless.fsx(6), on event 0 open"

// A child stands with the thread that started it.
let private childrenOf (pid: int) =
    [
        for thread in Directory.GetDirectories $"/proc/{pid}/task" do
            try
                yield!
                    (File.ReadAllText $"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            with :? IOException ->
                ()
    ]

let private waitFor (what: string) (condition: unit -> bool) =
    let clock = Stopwatch.StartNew()

    while not (condition ()) do
        if clock.Elapsed > TimeSpan.FromMinutes 2.0 then
            failtest $"{what}: not within two minutes"

        Thread.Sleep 20

let private state (pid: string) =
    try
        let text = File.ReadAllText $"/proc/{pid}/stat"
        text[text.LastIndexOf ')' + 2]
    with :? IOException ->
        'X'

let private nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

/// The processor time of a process, in the kernel's steps of 10 ms; none when it has ended.
let private usedBy (pid: string) =
    try
        let text = File.ReadAllText $"/proc/{pid}/stat"
        let fields = text[text.LastIndexOf ')' + 2 ..].Split ' '
        TimeSpan.FromMilliseconds(10.0 * float (int fields[11] + int fields[12]))
    with :? IOException ->
        TimeSpan.Zero

/// A command that makes what it needs below TMPDIR in the folder's `tmp`, and its worker.
let private started (arguments: string list) (folder: Cli.Folder) =
    Directory.CreateDirectory(folder.File "tmp") |> ignore
    let program = Path.Combine(AppContext.BaseDirectory, "auditrules.dll")

    let info =
        ProcessStartInfo(
            "dotnet",
            program :: arguments,
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    info.Environment["TMPDIR"] <- folder.File "tmp"
    info.Environment["AUDITRULES_CACHE"] <- Cli.cache.Value
    let command = Process.Start info |> Option.ofObj |> Option.get
    waitFor "a worker" (fun () -> not (childrenOf command.Id).IsEmpty)
    command, (childrenOf command.Id).Head

/// What a command has left below TMPDIR. The runtime leaves what is for debuggers where a signal ends a process; that of
/// the command itself.
let private left (command: Process) (folder: Cli.Folder) =
    Directory.GetFileSystemEntries(folder.File "tmp")
    |> Array.filter (fun name -> not (name.Contains $"-{command.Id}-"))

/// Whether the worker of the command is in the middle of a rule.
let private inRule (folder: Cli.Folder) () =
    let watches =
        Directory.GetFiles(folder.File "tmp", "watch", SearchOption.AllDirectories)

    watches.Length = 1
    && (use file =
            File.Open(watches[0], FileMode.Open, FileAccess.Read, FileShare.ReadWrite)

        file.ReadByte() = 1)

/// A replay with a rule that has so much time, when the rule runs.
let private startEndless timeout (folder: Cli.Folder) =
    let command, worker =
        started [ "replay"; "run.atrace"; "--rule-timeout"; timeout ] folder

    waitFor "the rule" (inRule folder)
    command, worker

let private kill signal (pid: int) =
    Processes.run "kill" [ $"-{signal}"; string pid ] |> ignore

[<Tests>]
let tests =
    testList
        "supervision"
        [
            test "C110: a call that has come back is nobody's, whatever runs then" {
                use folder = new Cli.Folder()
                use memory = WatchMemory.Create(folder.File "watch")
                memory.Place <- "a.atrace"
                memory.Enter "/rules/b.fsx"
                let call = memory.Calls

                Expect.equal
                    (memory.Find call)
                    (WatchedCall(true, "/rules/b.fsx", 0L, "", "a.atrace"))
                    "while it runs"

                memory.Leave()
                Expect.isTrue (isNull (memory.Find call)) "when it has come back"
                memory.Enter "/rules/a.fsx"
                Expect.isTrue (isNull (memory.Find call)) "when another one runs"

                Expect.equal
                    (memory.Find memory.Calls)
                    (WatchedCall(true, "/rules/a.fsx", 0L, "", "a.atrace"))
                    "the other one"
            }
            test "R92: a rule is to blame for its thread whatever begins and ends until the process is gone" {
                use folder = new Cli.Folder()
                use memory = WatchMemory.Create(folder.File "watch")
                Expect.isTrue (isNull memory.Blamed) "none"
                memory.Blame "E1"
                memory.Enter "/rules/a.fsx"
                memory.Leave()
                Expect.equal memory.Blamed (WatchedCall(false, "E1", -1L, "", "")) "still"
            }
            test
                "R90: a private rule that does not come back has failed, and so has the one that is built on it" {
                use folder = Cli.withTrace Cli.fires
                folder.Write("rules/built.fsx", builtOnEndless)
                let ran = Cli.start [] folder ([ "replay"; "run.atrace" ] @ short)
                Expect.equal ran.Code 4 ran.Error
                Expect.stringContains ran.Out "/secret was read, then 10.1.2.3 connected" "another rule"
                Expect.stringContains ran.Out "failed B1 built: built on P1, which failed" "the failure"
            }
            test "C113: what gives its bytes only once is replayed again all the same" {
                use folder = withEndless ()
                let shell = [ "-c"; "cat run.atrace | dotnet \"$@\""; "sh" ]
                let ran = Cli.startProgram "sh" shell [] folder ([ "replay"; "-" ] @ short)
                Expect.equal ran.Code 4 ran.Error
                Expect.stringContains ran.Out "/secret was read, then 10.1.2.3 connected" "the other rule"
                Expect.stringContains ran.Out failed "the failure"
            }
            test "C113: a signal ends the worker too, and removes what is below TMPDIR" {
                use folder = withEndless ()
                let command, worker = startEndless "1h" folder
                use _ = command
                kill "TERM" command.Id
                command.WaitForExit()
                Expect.equal command.ExitCode 143 "as without a worker"
                waitFor "the worker's end" (fun () -> state worker = 'X')

                Expect.isEmpty (left command folder) "nothing left"
            }
            testTheory
                "C10 C113: a signal while rules are compiled leaves nothing below TMPDIR, and none of a report"
                [
                    [ "replay"; "run.atrace"; "--no-cache" ]
                    [
                        "record"
                        "--rules"
                        "rules"
                        "--no-cache"
                        "--report"
                        "report.txt"
                        "--"
                        "python3"
                        "-c"
                        "pass"
                    ]
                ]
                (fun arguments ->
                    use folder = Cli.withTrace Cli.quiet
                    let command, worker = started arguments folder
                    use _ = command

                    let sources () =
                        Directory.GetFiles(folder.File "tmp", "*.fs", SearchOption.AllDirectories)

                    waitFor "the compiler" (fun () -> (sources ()).Length > 0)
                    kill "TERM" command.Id
                    command.WaitForExit()
                    waitFor "the worker's end" (fun () -> state worker = 'X')
                    Expect.equal command.ExitCode 143 "by the signal"
                    Expect.isEmpty (left command folder) "nothing left"
                    Expect.isEmpty (Directory.GetFiles(folder.Path, "report*")) "no report")
            test
                "C10 C46: a signal while a recording is replayed removes the trace that is not kept, and the report" {
                use folder = withEndless ()
                let options = [ "--rule-timeout"; "1h"; "--report"; "report.txt" ]
                let program = [ "--"; "python3"; "-c"; "open('/dev/null')" ]

                let command, worker =
                    started ([ "record"; "--rules"; "rules" ] @ options @ program) folder

                use _ = command
                waitFor "the rule" (inRule folder)
                kill "TERM" command.Id
                command.WaitForExit()
                waitFor "the worker's end" (fun () -> state worker = 'X')
                Expect.isEmpty (left command folder) "nothing left"
                Expect.isEmpty (Directory.GetFiles(folder.Path, "report*")) "no report"
            }
            test "C113: whatever ends the command ends the worker, which leaves no core dump" {
                use folder = withEndless ()
                let command, worker = startEndless "1h" folder
                use _ = command

                let core =
                    File.ReadLines $"/proc/{worker}/limits"
                    |> Seq.find _.StartsWith("Max core file size")

                Expect.equal
                    (List.ofArray(core.Split(' ', StringSplitOptions.RemoveEmptyEntries))[4..5])
                    [ "0"; "0" ]
                    core

                kill "KILL" command.Id
                waitFor "the worker's end" (fun () -> List.contains (state worker) [ 'X'; 'Z' ])
            }
            test "C113: where there is no room below TMPDIR, that is said, with 73" {
                use folder = Cli.withTrace Cli.quiet
                folder.Write("rules/many.fsx", many)
                Cli.import folder "run.atrace" [ for _ in 1..2000 -> Cli.fires.Head ]
                let whole = Cli.start [] folder [ "replay"; "run.atrace"; "--format"; "jsonl" ]
                Expect.equal whole.Code 1 whole.Error
                Directory.CreateDirectory(folder.File "tmp") |> ignore
                let place = folder.File "tmp"

                let mounted, _, _ =
                    Processes.run "mount" [ "-t"; "tmpfs"; "-o"; "size=96k"; "none"; place ]

                if mounted <> 0 then
                    skiptest "it needs root, for a disk of its own"

                try
                    let small = Cli.startProgram "sh"

                    for script, arguments in
                        [
                            "exec dotnet \"$@\"", [ "run.atrace"; "--format"; "jsonl" ]
                            "head -c 500000 /dev/zero | dotnet \"$@\"", [ "-" ]
                        ] do
                        let ran =
                            small [ "-c"; script; "sh" ] [ "TMPDIR", place ] folder ("replay" :: arguments)

                        Expect.equal (ran.Code, ran.Out) (73, "") ran.Error

                        Expect.stringContains
                            ran.Error
                            $"auditrules: cannot write below {place}/, where results are kept until they are complete: "
                            "what"

                        Expect.stringContains
                            ran.Error
                            "\n  Make room there, or name another folder with TMPDIR.\n"
                            "what to do"
                finally
                    Processes.run "umount" [ place ] |> ignore
            }
            test "C112: the process with the rules has three quarters of the memory" {
                use folder = Cli.withTrace Cli.fires

                folder.Write(
                    "memory/m.fsx",
                    "open AuditRules\n\nlet memory =\n    rule (\"M1\", \"memory\", High) {\n        for o in Py.Open do\n        message $\"{System.GC.GetGCMemoryInfo().TotalAvailableMemoryBytes}\"\n        shouldFire [ Py.Open.make (path = \"/x\") ]\n    }\n"
                )

                let memory changes =
                    let ran =
                        Cli.start
                            changes
                            folder
                            [
                                "replay"
                                "run.atrace"
                                "--rules"
                                "memory"
                                "--trust-rules"
                                "--format"
                                "jsonl"
                            ]

                    use finding = JsonDocument.Parse(List.head ran.Lines)
                    float (string (finding.RootElement.GetProperty("message").GetString()))

                let ratio = memory [] / memory [ "DOTNET_GCHeapHardLimitPercent", "32" ]
                Expect.isTrue (abs (ratio - 1.5) < 0.001) $"{ratio} times what half of it is"
            }
            test "C110: cut --finding leaves out a rule that does not come back" {
                use folder = withEndless ()

                let found =
                    Cli.start [] folder ([ "replay"; "run.atrace"; "--format"; "jsonl" ] @ short)

                let id =
                    use finding = JsonDocument.Parse(List.head found.Lines)
                    string (finding.RootElement.GetProperty("id").GetString())

                let cut = [ "cut"; "run.atrace"; "--finding"; id; "-o"; "cut.atrace" ]
                let ran = Cli.start [] folder (cut @ short)
                Expect.equal ran.Code 0 ran.Error
                let ran = Cli.run folder [ "replay"; "cut.atrace"; "--rules"; "rules/t.fsx" ]
                Expect.stringContains ran.Out "/secret was read, then 10.1.2.3 connected" "what was cut"
            }
            test "C110: without a cache another process compiles the rules again" {
                use folder = withEndless ()
                let ran = Cli.start [] folder ([ "replay"; "run.atrace"; "--no-cache" ] @ short)
                Expect.equal ran.Code 4 ran.Error
                Expect.stringContains ran.Out "/secret was read, then 10.1.2.3 connected" "the other rule"
                Expect.stringContains ran.Out failed "the failure"
            }
            test "C37: the line of a report tells that files were left out" {
                use folder = withEndlessFile ()
                let ran = Cli.start [] folder ([ "replay"; "run.atrace" ] @ short)
                Expect.equal ran.Code 4 ran.Error
                Expect.stringContains ran.Out "; 1 rule file left out" "report"
            }
            test "C110: record --rules has rules stopped as well" {
                use folder = withEndless ()

                let ran =
                    Cli.start
                        []
                        folder
                        ([ "record"; "--rules"; "rules"; "--report"; "report.txt" ]
                         @ short
                         @ [ "--"; "python3"; "-c"; "open('/dev/null')" ])

                Expect.equal ran.Code 4 ran.Error

                Expect.stringContains
                    (folder.Read "report.txt")
                    "failed E1 endless: it did not come back"
                    "report"

                Expect.stringContains ran.Error "not kept" "the line of the recording"
            }
            test "C114: in test a rule that is stopped fails its test, and a file that is left out is 4" {
                use folder = withEndless ()
                let ran = Cli.start [] folder ("test" :: short)
                Expect.equal ran.Code 1 ran.Error

                Expect.stringContains
                    ran.Out
                    ("FAIL rules/endless.fsx(6) E1 examples\n"
                     + "     it did not come back within 0.2 s of processor time, on event 0 open\n")
                    "its examples"

                use other = withEndlessFile ()
                let ran = Cli.start [] other ([ "test"; "rules"; "-q" ] @ short)
                Expect.equal ran.Code 4 ran.Error
            }
            test
                "C114: with a file left out, test says of a recording that fails why, and --update writes nothing" {
                use folder = withEndlessFile ()
                let expected = "E1: found\n  o 0 open\n"
                folder.Write("recordings/r.expected", expected)
                Cli.import folder "recordings/r.atrace" Cli.fires

                let why =
                    "     rules/endless.fsx was left out: what is expected of its rules is missing\n"

                let ran = Cli.start [] folder ("test" :: short)
                Expect.equal ran.Code 4 ran.Error
                Expect.stringContains ran.Out "     - E1: found\n" "the difference"
                Expect.stringContains ran.Out why "why"
                let ran = Cli.start [] folder ([ "test"; "--update" ] @ short)
                Expect.equal ran.Code 4 ran.Error
                Expect.stringContains ran.Out ("FAIL recordings/r.atrace\n" + why) "why"
                Expect.equal (folder.Read "recordings/r.expected") expected "as it was"
            }
            test
                "C110: rules list and lint name a file that does not come back, and list the others; check runs nothing" {
                use folder = withEndlessFile ()
                let ran = Cli.start [] folder ([ "rules"; "list" ] @ short)
                Expect.equal ran.Code 4 ran.Error
                Expect.stringContains ran.Out "T1" "the other rule"
                Expect.stringContains ran.Error "rules/endless.fsx(1,1): error AR0040" "named"
                let ran = Cli.start [] folder ([ "rules"; "lint" ] @ short)
                Expect.equal ran.Code 78 ran.Error
                Expect.stringContains ran.Out "rules/endless.fsx(1,1): error AR0040" "named"
                let ran = Cli.start [] folder [ "rules"; "check" ]
                Expect.equal (ran.Code, ran.Out) (0, "2 files: no errors\n") ran.Error
            }
            if nightly then
                test "C111: a rule that does not come back is ended at most 250 ms behind its time" {
                    for _ in 1..20 do
                        use folder = withEndless ()
                        let command, worker = startEndless "1s" folder
                        use _ = command
                        let began = usedBy worker
                        let mutable used = began

                        while not (List.contains (state worker) [ 'X'; 'Z' ]) do
                            used <- max used (usedBy worker)

                        command.WaitForExit()
                        Expect.equal command.ExitCode 4 "it was stopped"

                        Expect.isTrue
                            (used - began < TimeSpan.FromMilliseconds 1250.0)
                            $"{used - began} of processor time"
                }
            test "C111: a time that is none is refused, and so is one that is too short to be told" {
                use folder = Cli.withTrace Cli.fires

                for time in [ "2"; "-1s"; "99ms"; "" ] do
                    let ran = Cli.run folder [ "replay"; "run.atrace"; "--rule-timeout"; time ]
                    Expect.equal ran.Code 2 time
                    Expect.isTrue (Cli.isMessage ran.Error) ran.Error
            }
        ]
