/// Sessions that pack while the program runs, and are killed (docs/spec/segment.md, S52 and S53).
module AuditRules.Recording.Tests.LiveSessionTests

open System
open System.Diagnostics
open System.IO
open System.Threading
open Expecto
open AuditRules.Events
open AuditRules.Recording
open AuditRules.Recording.Packing
open AuditRules.Traces
open AuditRules.Recording.Tests.Programs

let nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

let private step = 256L * 1024L

let private optionsOf folder command =
    RecordingOptions(Command = command, TemporaryFolder = folder, PackEvery = step)

let recordUntilKilled (trace: string) folder (command: string list) =
    use stream = File.Create trace
    RecordingSession.Run(optionsOf folder (Array.ofList command), stream).ExitCode

let inFolder action =
    let folder = temporaryFolder ()

    try
        action folder
    finally
        Directory.Delete(folder, true)

/// Every lane has the numbers from 0 on, each once, in their order, and none that was acknowledged is missing.
let isWhole acknowledged lanes recorded =
    let seen = File.ReadAllBytes acknowledged

    let byLane =
        named "lane" recorded
        |> List.groupBy (fun e -> int e.Arguments[0].AsInt64)
        |> Map.ofList

    for lane in 0 .. lanes - 1 do
        let numbers =
            byLane
            |> Map.tryFind lane
            |> Option.defaultValue []
            |> List.map _.Arguments[1].AsInt64

        let known = BitConverter.ToInt64(seen, 8 * lane)
        let count = int64 numbers.Length
        Expect.isGreaterThanOrEqual count known $"lane {lane}: acknowledged"

        if numbers <> [ for i in 0L .. count - 1L -> i ] then
            failtest $"lane {lane}: numbers are missing, double or not in order"

let wait (condition: unit -> bool) =
    let clock = Stopwatch.StartNew()

    while not (condition ()) && clock.Elapsed < TimeSpan.FromSeconds 60. do
        Thread.Sleep 5

/// A process that was given that path runs.
let isUsed (path: string) =
    Directory.GetDirectories "/proc"
    |> Array.exists (fun folder ->
        try
            File.ReadAllText(Path.Combine(folder, "cmdline")).Contains path
        with
        | :? IOException
        | :? UnauthorizedAccessException -> false)

let private killedAt (delay: int) =
    inFolder (fun folder ->
        let acknowledged = Path.Combine(folder, "acknowledged")
        let self = typeof<Recorded>.Assembly.Location

        let command =
            [
                self
                "--record"
                Path.Combine(folder, "trace")
                folder
                pythons.Head
                HookLab.program "lanes.py"
                acknowledged
                "2"
                "20000"
            ]

        use session = nonNull (Process.Start(ProcessStartInfo("dotnet", command)))

        let found () =
            Directory.GetDirectories(folder, "auditrules-*") |> Array.tryHead

        wait (fun () -> (found ()).IsSome || session.HasExited)
        session.WaitForExit delay |> ignore
        session.Kill()
        session.WaitForExit()
        wait (fun () -> not (isUsed folder))

        match found () with
        | Some left when File.Exists acknowledged ->
            let wasPacked = Packer.HasPart left
            use trace = new MemoryStream()
            let options = PackOptions(Writing = TraceWriterOptions(LeaveOpen = true))
            Packer.Pack(left, trace, options) |> ignore
            let recorded = read (trace.ToArray()) None
            Expect.equal [ for l in recorded.Losses -> l.Reason ] [] $"losses, killed after {delay} ms"
            isWhole acknowledged 6 recorded
            wasPacked
        | _ -> false)

/// A program that makes something of that name in its session's folder, and raises more events than stay unpacked.
let private beside (name: string) (make: string) =
    inFolder (fun folder ->
        let program =
            $"import os, sys\np = os.environ['AUDITRULES_DIR'] + '/{name}'\n{make}\n"
            + "for i in range(40000): sys.audit('lane', i, 'x' * 50)\nimport time; time.sleep(1)"

        use trace = new MemoryStream()

        // More than its first segment: the program makes its file before the session does.
        let options =
            RecordingOptions(
                Command = [| pythons.Head; "-c"; program |],
                TemporaryFolder = folder,
                PackEvery = 300_000L
            )

        let result = RecordingSession.Run(options, trace)
        let recorded = read (trace.ToArray()) (Some result)
        Expect.equal (result.ExitCode, result.Problem) (0, null) "the session"
        Expect.equal (named "lane" recorded).Length 40000 $"events beside {name}"
        Expect.equal recorded.Losses [] "losses")

[<Tests>]
let tests =
    testSequenced
    <| testList
        "live session"
        [
            testCase
                "S52: segments are packed and removed while the program runs, and nothing is lost"
                (fun () ->
                    inFolder (fun folder ->
                        let count = Path.Combine(folder, "count")
                        let command = [| pythons.Head; HookLab.program "until_packed.py"; count |]
                        use trace = new MemoryStream()
                        let result = RecordingSession.Run(optionsOf folder command, trace)
                        Expect.equal result.ExitCode 0 "the first segment was removed"
                        let recorded = read (trace.ToArray()) (Some result)
                        Expect.equal recorded.Losses [] "losses"

                        Expect.equal
                            [ for e in named "lane" recorded -> e.Arguments[0].AsInt64 ]
                            [ for i in 0L .. int64 (File.ReadAllText count) - 1L -> i ]
                            "every event, in its order"

                        Expect.isEmpty
                            (Directory.GetDirectories(folder, "auditrules-*"))
                            "the folder is gone"))

            testTheory
                "S53: what the program makes in place of the session's own files does not stop it, and is not believed"
                [
                    "packed.log", "os.mkfifo(p)"
                    "packed.log", "os.symlink('/dev/zero', p)"
                    "packed.log", "open(p, 'w').write('36\\n')"
                    "packed.atrace", "os.mkfifo(p)"
                ]
                (fun (name, make) -> beside name make)

            testCase "C22: a program that removes its session's folder keeps its status" (fun () ->
                inFolder (fun folder ->
                    let program =
                        "import os, shutil, sys\nshutil.rmtree(os.environ['AUDITRULES_DIR'])\nsys.exit(3)"

                    use trace = new MemoryStream()

                    let result =
                        RecordingSession.Run(optionsOf folder [| pythons.Head; "-c"; program |], trace)

                    Expect.equal (result.ExitCode, result.Failure) (3, null) "status"
                    Expect.isNull result.KeptFolder "no folder is left"
                    Expect.stringStarts (nonNull result.Problem) "the trace cannot be written: " "why"))

            testCase "a recording is kept until its trace has its place, also where that fails" (fun () ->
                inFolder (fun folder ->
                    let written () = raise (IOException "no room")

                    let options =
                        RecordingOptions(
                            Command = [| pythons.Head; "-c"; "import sys; sys.audit('one')" |],
                            TemporaryFolder = folder,
                            Written = Action written
                        )

                    use trace = new MemoryStream()
                    let result = RecordingSession.Run(options, trace)
                    let left = Directory.GetFiles(nonNull result.KeptFolder, "*.seg").Length
                    Expect.equal (result.ExitCode, left) (0, 1) "the segment"
                    Expect.equal result.Problem "the trace cannot be written: no room" "why"
                    Expect.isNull result.Packed "nothing is said to be packed"))

            testCase "S53: a session that is killed at any moment costs no event and doubles none" (fun () ->
                let random = Random 7
                let kills = if nightly then 300 else 6
                let packed = [ for _ in 1..kills -> killedAt (random.Next 1600) ]
                Expect.contains packed true "some had packed something")
        ]
