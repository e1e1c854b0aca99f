/// What is counted of segments while they are written (docs/cli.md, C97).
module AuditRules.Recording.Tests.CountingTests

open System
open System.Diagnostics
open System.IO
open System.Threading
open Expecto
open AuditRules.Recording
open AuditRules.Recording.Tests.SegmentBuilder

[<Tests>]
let tests =
    testList
        "counting"
        [
            testCase "S38: what threads write behind a process's end is counted, while it runs" (fun () ->
                let folder = Directory.CreateTempSubdirectory().FullName

                try
                    let closed =
                        { header with
                            Pid = Environment.ProcessId
                            StartTicks = 0UL
                            State = 2
                        }

                    let write blocks =
                        File.WriteAllBytes(Path.Combine(folder, fileName closed), bytes closed blocks)

                    let one =
                        block [ [| 0x97uy; 1uy; 1uy; 7uy; 0xA1uy; byte 'a'; 0xC0uy; 0uy; 0x90uy |] ]

                    let events = [| 0L |]

                    let until expected =
                        let watch = Stopwatch.StartNew()

                        while Volatile.Read &events[0] < expected
                              && watch.Elapsed < TimeSpan.FromSeconds 20.0 do
                            Thread.Sleep 20

                        Expect.equal (Volatile.Read &events[0]) expected "events"

                    write [ one ]

                    use _ =
                        new ProgressWatch(
                            folder,
                            fun progress -> Volatile.Write(&events[0], progress.Events)
                        )

                    until 1L
                    write [ one; one ]
                    until 2L
                finally
                    Directory.Delete(folder, true))
        ]
