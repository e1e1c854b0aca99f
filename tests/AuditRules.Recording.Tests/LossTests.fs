module AuditRules.Recording.Tests.LossTests

open System
open System.Diagnostics
open System.IO
open System.Text
open Expecto
open AuditRules.Events
open AuditRules.Recording.Packing
open AuditRules.Recording.Segments
open AuditRules.Traces
open AuditRules.Recording.Tests.SegmentBuilder

let private writing = TraceWriterOptions(LeaveOpen = true)

let private packWith (options: PackOptions) (files: SegmentFile list) =
    use stream = new MemoryStream()
    let result = Packer.Pack(files, stream, options)
    result, Programs.read (stream.ToArray()) None

let private pack files =
    packWith (PackOptions(Writing = writing)) files

let private losses (recorded: Programs.Recorded) =
    [
        for l: LossRecord in recorded.Losses -> $"{l.Reason} {l.Count} of {l.Process}"
    ]

let private lives (recorded: Programs.Recorded) =
    [
        for r in recorded.Processes ->
            $"{r.Change} {r.Process} parent {r.Parent} pid {r.Pid} at {r.Time} code {r.ExitCode}"
    ]

let private first = block [ name 0L "open"; event 1100L 0L None [ text "a" ] ]
let private second = block [ event 1200L 0L None [ text "b" ] ]
let private endOfFirst = 4096 + first.Length

let private cutAt length header =
    fileOf (fileName header) (Array.truncate length (bytes header [ first; second ]))

let private mark name (reason: string) =
    SegmentFile(
        name,
        Func<Stream>(fun () -> new MemoryStream(Encoding.UTF8.GetBytes reason)),
        MadeWall = 1_001_500L
    )

let private markOf pid nonce = mark $"{pid}-{nonce:x16}.lost"

/// The process of that pid still runs, and was seen at 1900.
let private running pid =
    PackOptions(
        Writing = writing,
        EndOf =
            (fun other _ ->
                if other = pid then
                    ProcessEnd(false, Nullable(), 1900L)
                else
                    null)
    )

[<Tests>]
let tests =
    testList
        "losses of segments"
        [
            testTheory
                "S20: a file that is cut where a block could follow is damaged"
                [ 0; 8; 15 ]
                (fun left ->
                    let _, recorded = pack [ cutAt (endOfFirst + left) header ]
                    Expect.equal (Programs.firstArguments "open" recorded) [ "a" ] "events"
                    Expect.equal (losses recorded) [ "damaged 0 of 0" ] "losses")

            testCase "S20: a file that is cut behind the length 0 of its end has lost nothing" (fun () ->
                let _, recorded = pack [ cutAt (endOfFirst + second.Length + 16) header ]
                Expect.equal (Programs.firstArguments "open" recorded) [ "a"; "b" ] "events"
                Expect.isEmpty (losses recorded) "losses")

            testCase "S20: what is behind the largest segment that is read counts as damaged" (fun () ->
                let options = PackOptions(Writing = writing, MaxSegmentBytes = endOfFirst)
                let _, recorded = packWith options [ segment header [ first; second ] ]
                Expect.equal (losses recorded) [ "damaged 0 of 0" ] "losses")

            testCase "S11: a full segment without the next one is a loss" (fun () ->
                let full = { header with State = 1; Ended = 1300L }
                let _, recorded = pack [ segment full [ first ] ]
                Expect.equal (losses recorded) [ "segment-missing 0 of 0" ] "alone"

                let _, recorded =
                    pack [ segment full [ first ]; segment { header with Sequence = 1 } [] ]

                Expect.isEmpty (losses recorded) "with the next one")

            testCase "S40: what a process raises after its segments were read is a loss" (fun () ->
                let result, recorded = packWith (running 100) [ segment header [ first ] ]
                Expect.equal (losses recorded) [ "still-running 0 of 0" ] "losses"
                Expect.equal (recorded.Losses[0].From, recorded.Losses[0].To) (1_001_900L, 0L) "from when"
                Expect.equal result.StillRunning 1 "counted"

                Expect.equal
                    (lives recorded)
                    [ "Start 0 parent -1 pid 100 at 1001000 code " ]
                    "it has no exit"

                let _, recorded = packWith (running 101) [ segment header [ first ] ]
                Expect.isEmpty (losses recorded) "another process")

            testCase "S40: an image that was closed in good order raises nothing more" (fun () ->
                let closed = { header with State = 2; Ended = 1300L }
                let _, recorded = packWith (running 100) [ segment closed [ first ] ]
                Expect.isEmpty (losses recorded) "losses")

            testCase "S40: a running process without a segment is a loss of no process" (fun () ->
                let options = PackOptions(Writing = writing, OthersRun = (fun () -> [ 1900L ]))
                let _, recorded = packWith options [ segment header [ first ] ]
                Expect.equal (losses recorded) [ "still-running 0 of -1" ] "losses")

            testCase "S41: a mark is a process whose events are all lost" (fun () ->
                let files = [ segment header [ first ]; markOf 300 0xB2UL "disk-full" ]
                let result, recorded = pack files
                Expect.equal (losses recorded) [ "disk-full 0 of 1" ] "losses"
                Expect.equal recorded.Losses[0].From 1_001_500L "from when"
                Expect.equal result.RecordedProcesses 2 "processes"

                Expect.equal
                    (lives recorded)
                    [
                        "Start 0 parent -1 pid 100 at 1001000 code "
                        "Start 1 parent -1 pid 300 at 1001500 code "
                    ]
                    "processes")

            testCase "S41: the mark of an image that got a segment later means nothing" (fun () ->
                let _, recorded = pack [ markOf 100 0xA1UL "descriptors"; segment header [ first ] ]
                Expect.isEmpty (losses recorded) "losses"
                Expect.hasLength recorded.Processes 1 "processes")

            testCase "S41: only a reason that the table has is taken from a mark" (fun () ->
                let _, recorded = pack [ markOf 300 0xB2UL "/etc/passwd" ]
                Expect.equal (losses recorded) [ "other 0 of 0" ] "losses")

            testTheory
                "S41: only a mark's own spelling is its name"
                [
                    "4711-9f1c03a7725bd0e4.lost", true
                    "4711-9f1c03a7725bd0e4-000000.lost", false
                    "04711-9f1c03a7725bd0e4.lost", false
                    "4711-9F1C03A7725BD0E4.lost", false
                    "4711-0000000000000000.lost", false
                    "4711-1.lost", false
                    ".lost", false
                ]
                (fun (fileName, isMark) -> Expect.equal (mark fileName "").IsMark isMark fileName)

            testCase "S41: marks are links that are read and never followed" (fun () ->
                HookLab.inFolder (fun folder ->
                    let link pid (target: string) =
                        let path = Path.Combine(folder, $"{pid}-00000000000000b2.lost")
                        File.CreateSymbolicLink(path, target) |> ignore

                    link 300 "disk-full"
                    link 301 "access"
                    // What a link names may have been made a folder.
                    Directory.CreateDirectory(Path.Combine(folder, "access")) |> ignore
                    File.WriteAllText(Path.Combine(folder, "302-00000000000000b2.lost"), "memory")
                    let found = SegmentFile.In folder

                    Expect.equal
                        [ for file in found -> file.Name, LostMark.ReasonOf file ]
                        [
                            "300-00000000000000b2.lost", "disk-full"
                            "301-00000000000000b2.lost", "access"
                        ]
                        "marks"

                    let age =
                        DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - found[0].MadeWall / 1_000_000L

                    Expect.isLessThan (abs age) 60_000L "when"))

            testCase "S40: a process that runs is known by pid and start" (fun () ->
                if not (OperatingSystem.IsLinux()) then
                    skiptest "processes are looked up in /proc"

                HookLab.inFolder (fun folder ->
                    let own =
                        { header with
                            Pid = Environment.ProcessId
                        }

                    File.WriteAllBytes(Path.Combine(folder, fileName own), bytes own [])
                    let running = RunningProcesses.Of folder
                    let stat = File.ReadAllText "/proc/self/stat"
                    let ticks = UInt64.Parse(stat[stat.LastIndexOf ')' + 2 ..].Split(' ')[19])

                    let runs ticks =
                        not (isNull (running.EndOf(own.Pid, ticks)))

                    Expect.equal (runs ticks, runs (ticks + 1UL), runs 0UL) (true, false, true) "by start"
                    Expect.isNull (running.EndOf(1, 0UL)) "one without a segment"))
        ]

/// The marks in a folder: pid and reason.
let private marks folder =
    [
        for path in Directory.GetFileSystemEntries folder do
            match Path.GetExtension path with
            | ".lost" ->
                yield int ((string (Path.GetFileName path)).Split('-')[0]), string (FileInfo(path).LinkTarget)
            | _ -> ()
    ]

[<Tests>]
let hooks =
    testList
        "hook marks"
        [
            for hook in [ HookLab.Native; HookLab.Fallback ] do
                HookLab.onEveryPython
                    $"S41: {hook}: an image that cannot make a segment leaves a mark"
                    (fun python ->
                        HookLab.inFolder (fun folder ->
                            let code =
                                """
import os, resource, sys
sys.audit("t", 0)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
pid = os.fork()
if pid == 0:
    sys.audit("t", 1)
    sys.audit("t", 2)
    os._exit(0)
os.waitpid(pid, 0)
print(pid)
"""

                            let recording = HookLab.recordIn folder hook [] [ python.Path; "-c"; code ]
                            Expect.equal recording.Exit 0 recording.Error
                            let pid = int (recording.Output.Trim())

                            let reason =
                                if hook = HookLab.Native then
                                    "file-limit"
                                else
                                    "descriptors"

                            Expect.equal (marks folder) [ pid, reason ] "the child's mark"
                            Expect.hasLength recording.Images 1 "the parent's segment"))
        ]
