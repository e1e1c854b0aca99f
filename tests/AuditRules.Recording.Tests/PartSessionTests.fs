/// Sessions that record in parts (docs/spec/segment.md, S54 to S56).
module AuditRules.Recording.Tests.PartSessionTests

open System
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording
open AuditRules.Recording.Packing
open AuditRules.Recording.Tests.LiveSessionTests
open AuditRules.Recording.Tests.PartLab
open AuditRules.Recording.Tests.PartTests
open AuditRules.Recording.Tests.Programs

// Short beside what the program takes on the fastest machine.
let private time = PartLimits(Time = TimeSpan.FromMilliseconds 30.)

let private recordedInParts (limits: PartLimits) =
    inFolder (fun folder ->
        let acknowledged, command = lanes folder 4000
        let files = PartFiles(place folder, limits, Nullable())

        let result =
            RecordingSession.Run(options folder files (Array.ofList command), Stream.Null)

        Expect.equal (result.ExitCode, result.Problem) (0, null) "the session"
        let parts = inPlace files
        Expect.isGreaterThan parts.Length 2 "parts"

        Expect.equal
            [ for part in result.Parts -> part.Number, Path.GetFileName part.Path ]
            [ for n in 1 .. parts.Length -> n, $"run-{n:D6}.atrace" ]
            "what the session says"

        let read = expectParts parts
        let all = together (List.map fst read)
        isWhole acknowledged 6 all
        inOrder all
        Expect.equal all.Losses [] "losses"
        Expect.equal (nonNull result.Packed).Totals.Events all.Events.Length "events in all"

        Expect.equal
            (List.sumBy (fun (_, totals: TraceTotals) -> totals.Raised) read)
            (nonNull result.Packed).Totals.Raised
            "raised"
        // The children ended while the program went on: later parts do not tell of them.
        let last = fst (List.last read)
        Expect.isEmpty (Directory.GetDirectories(folder, "auditrules-*")) "the folder is gone"
        Expect.isNonEmpty last.Processes "processes of the last part")

[<Tests>]
let tests =
    testSequenced
    <| testList
        "part session"
        [
            testTheory
                "S54: a program that forks and has threads is recorded in parts, by size and by time"
                [ "size", size; "time", time ]
                (fun (_, limits) -> recordedInParts limits)

            testCase "S54: of parts that are kept the oldest goes" (fun () ->
                inFolder (fun folder ->
                    let _, command = lanes folder 4000
                    let files = PartFiles(place folder, size, 2)

                    let result =
                        RecordingSession.Run(options folder files (Array.ofList command), Stream.Null)

                    let all = result.Parts[1].Number
                    Expect.isGreaterThan all 2 "parts in all"

                    Expect.equal
                        [
                            for path in Directory.GetFiles(Path.Combine(folder, "out")) |> Array.sort ->
                                Path.GetFileName path
                        ]
                        [ $"run-{all - 1:D6}.atrace"; $"run-{all:D6}.atrace" ]
                        "parts that are kept"))

            testCase
                "S56: where the parts have no place the folder is kept, and has all that is in no part"
                (fun () ->
                    inFolder (fun folder ->
                        let files = PartFiles(place folder, size, Nullable())
                        let out = nonNull (Path.GetDirectoryName files.Path)

                        let program =
                            "import glob, os, sys, time\nend = time.monotonic() + 60\n"
                            + $"for i in range(6000):\n  sys.audit('lane', i, os.urandom(60).hex())\n"
                            + $"  if i == 3000:\n    while not glob.glob('{out}/*') and time.monotonic() < end: time.sleep(0.01)\n    os.rename('{out}', '{folder}/moved')\n"

                        let result =
                            RecordingSession.Run(
                                options folder files [| pythons.Head; "-c"; program |],
                                Stream.Null
                            )

                        Expect.equal result.ExitCode 0 "status"
                        let kept = nonNull result.KeptFolder

                        let moved =
                            inPlace (
                                PartFiles(Path.Combine(folder, "moved", "run.atrace"), size, Nullable())
                            )

                        Expect.equal moved.Length result.Parts.Count "parts that were put"
                        let next = files.PathOf(moved.Length + 1)

                        Expect.equal
                            result.Problem
                            $"the trace cannot be written: cannot write {next}: its folder is gone"
                            "what is said"

                        Expect.equal
                            (List.collect
                                numbers
                                ([ for part in moved -> read part None ] @ [ recovered kept ]))
                            [ 0L .. 5999L ]
                            "events of the parts and of the folder"))

            testCase "S56: a part that has no place for a while gets it when it is there again" (fun () ->
                inFolder (fun folder ->
                    let files = PartFiles(place folder, size, Nullable())
                    let out = nonNull (Path.GetDirectoryName files.Path)

                    let program =
                        $"import os, sys, time\nos.rename('{out}', '{folder}/moved')\n"
                        + "for i in range(6000): sys.audit('lane', i, os.urandom(60).hex())\n"
                        + $"time.sleep(1)\nos.rename('{folder}/moved', '{out}')\n"

                    let result =
                        RecordingSession.Run(
                            options folder files [| pythons.Head; "-c"; program |],
                            Stream.Null
                        )

                    Expect.equal (result.ExitCode, result.Problem) (0, null) "the session"
                    let read = expectParts (inPlace files)
                    Expect.equal (List.collect (fst >> numbers) read) [ 0L .. 5999L ] "events"))
        ]
