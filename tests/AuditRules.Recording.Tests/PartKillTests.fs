/// Sessions that record in parts and are killed, or cannot pack (docs/spec/segment.md, S55 and S56).
module AuditRules.Recording.Tests.PartKillTests

open System
open System.Diagnostics
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording
open AuditRules.Recording.Packing
open AuditRules.Recording.Segments
open AuditRules.Recording.Tests.LiveSessionTests
open AuditRules.Recording.Tests.PartLab
open AuditRules.Recording.Tests.PartTests
open AuditRules.Recording.Tests.Programs
open AuditRules.Recording.Tests.SegmentBuilder
open AuditRules.Traces

let recordUntilKilled (trace: string) folder (command: string list) =
    let files = PartFiles(trace, size, Nullable())
    RecordingSession.Run(options folder files (Array.ofList command), Stream.Null).ExitCode

let private killedAfter (after: int) (delay: int) =
    inFolder (fun folder ->
        let acknowledged, command = lanes folder 20000
        let files = PartFiles(place folder, size, Nullable())
        let self = typeof<Recorded>.Assembly.Location

        use session =
            nonNull (
                Process.Start(
                    ProcessStartInfo("dotnet", self :: "--record-parts" :: files.Path :: folder :: command)
                )
            )

        let found () =
            Directory.GetDirectories(folder, "auditrules-*") |> Array.tryHead

        wait (fun () -> session.HasExited || (inPlace files).Length >= after)
        session.WaitForExit delay |> ignore
        session.Kill()
        session.WaitForExit()
        wait (fun () -> not (isUsed folder))
        let parts = [ for part in inPlace files -> read part None ]

        match found () with
        | Some left when File.Exists acknowledged ->
            use trace = new MemoryStream()

            Packer.Pack(left, trace, PackOptions(Writing = TraceWriterOptions(LeaveOpen = true)))
            |> ignore

            let rest = read (trace.ToArray()) None
            let all = together (parts @ [ rest ])

            Expect.equal
                [ for l in all.Losses -> l.Reason ]
                []
                $"losses, killed {delay} ms after part {after}"

            isWhole acknowledged 6 all
            inOrder all

            if not parts.IsEmpty then
                Expect.equal
                    (rest.Meta.RunId, rest.Meta.Part)
                    (parts.Head.Meta.RunId, parts.Length + 1)
                    $"the rest, killed {delay} ms after part {after}"

            parts.Length
        | _ -> 0)

/// Full segments of a process with one event each, whose text no codec makes smaller.
let private segments folder =
    let random = Random 9

    for sequence in 0..39 do
        let header =
            { header with
                Sequence = sequence
                Began = 1000L + 10L * int64 sequence
                State = 1
                Ended = 1002L + 10L * int64 sequence
            }

        let records filling =
            [
                name 0L "lane"
                event (header.Began + 1L) 0L None [ integer (int64 sequence); text filling ]
            ]

        let room = 16384 - 4096 - 8 - (Array.concat (records "")).Length
        let filling = String(Array.init room (fun _ -> char (random.Next(33, 126))))
        File.WriteAllBytes(Path.Combine(folder, fileName header), bytes header [ block (records filling) ])

let private packOptions (files: PartFiles) =
    PackOptions(
        Writing = TraceWriterOptions(LeaveOpen = true),
        Parts = files.Limits,
        Describe =
            fun meta ->
                TraceMeta(
                    WallClock = meta.WallClock,
                    MonotonicClock = meta.MonotonicClock,
                    RunId = "r",
                    Part = 1
                )
    )

/// A session that packs these segments in steps, each followed by a look: packed, closed, put, turned.
let private steps (look: PackJournal -> PartDelivery -> PackRun -> string -> PartFiles -> string -> unit) =
    inFolder (fun folder ->
        let session = Directory.CreateDirectory(Path.Combine(folder, "session")).FullName
        segments session
        let files = PartFiles(place folder, PartLimits(Size = 400_000L), Nullable())
        use journal = PackJournal.Begin session
        let delivery = PartDelivery(files, journal)
        use run = new PackRun(journal.Trace, packOptions files)

        let look what =
            look journal delivery run session files what

        let mutable second = 0L

        let clock () =
            second <- second + 1_000_000_000L
            second

        for _ in 1..60 do
            let drained = run.Round(clock, (fun () -> SegmentFile.In session))
            delivery.Commit run
            look "packed"

            for segment in drained do
                File.Delete(Path.Combine(session, segment.Name))

            if delivery.IsPending then
                look "closed"
                delivery.Put()
                look "put"
                delivery.Next run
                look "turned"

        inPlace files)

exception private Stopped of PartFiles

/// Packing fails behind that many steps; the session goes on with what was committed.
let private failsBehind count =
    let mutable left = count
    let mutable parts = []

    let look _ (delivery: PartDelivery) (run: PackRun) session files _ =
        left <- left - 1

        if left = 0 then
            run.Dispose()
            let rest = SegmentFile.In session
            use again = delivery.Restart(session, packOptions files, rest)
            let mutable last = again.CompletePart rest

            while isNull last do
                delivery.Commit again
                delivery.Put()
                delivery.Next again
                last <- again.CompletePart rest

            delivery.Finish(again, nonNull last) |> ignore
            parts <- inPlace files
            raise (Stopped files)

    try
        steps look |> ignore
    with Stopped _ ->
        ()

    parts

[<Tests>]
let tests =
    testSequenced
    <| testList
        "part session"
        [
            testCase
                "S55: whenever a session is killed, the parts and the rest have each event once"
                (fun () ->
                    let seen = ResizeArray()

                    let parts =
                        steps (fun _ _ _ session files what ->
                            let parts = [ for part in inPlace files -> read part None ]
                            let rest = recovered session
                            seen.Add what

                            Expect.equal
                                (List.collect numbers (parts @ [ rest ]))
                                [ 0L .. 39L ]
                                $"events when killed after: {what}, {parts.Length} parts"

                            // The process would have gone on behind its last full segment.
                            Expect.equal
                                [
                                    for loss in rest.Losses do
                                        if loss.Reason <> "segment-missing" then
                                            loss
                                ]
                                []
                                $"losses after: {what}"

                            Expect.equal
                                rest.Meta.Part
                                (parts.Length + 1)
                                $"number of the rest after: {what}"

                            Expect.equal
                                [
                                    for record in rest.Processes do
                                        if record.Change = ProcessChange.Start then
                                            record.Process
                                ]
                                [ 0 ]
                                $"the process, after: {what}")

                    Expect.isGreaterThan parts.Length 1 "parts"
                    Expect.equal (set seen) (set [ "packed"; "closed"; "put"; "turned" ]) "steps")

            testCase "S56: where packing fails, the session goes on with what it had committed" (fun () ->
                let mutable count = 1
                let mutable parts = failsBehind count

                while not parts.IsEmpty do
                    let read = expectParts parts

                    Expect.equal
                        (List.collect (fst >> numbers) read)
                        [ 0L .. 39L ]
                        $"events, failed behind step {count}"

                    Expect.isGreaterThan parts.Length 1 "parts"
                    count <- count + 5
                    parts <- failsBehind count

                Expect.isGreaterThan count 60 "steps")

            testCase "S55: a session that is killed at any moment costs no event and doubles none" (fun () ->
                let random = Random 11
                let kills = if nightly then 200 else 4
                let parts = [ for _ in 1..kills -> killedAfter (random.Next 6) (random.Next 150) ]
                Expect.isGreaterThan (List.max parts) 0 "some had parts in place")
        ]
