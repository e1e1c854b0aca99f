/// What a session that was killed had packed: whole, damaged or gone (docs/spec/segment.md, S53).
module AuditRules.Recording.Tests.PackedPartTests

open System
open System.IO
open Expecto
open AuditRules.Recording.Packing
open AuditRules.Recording.Tests.SegmentBuilder
open AuditRules.Traces

let private options = PackOptions(Writing = TraceWriterOptions(LeaveOpen = true))

let private random = Random 5

let private args = array [ text "python3"; text "x.py" ]

/// An attempt to start a Python that nothing answers, then one number after another.
let private eventOf sequence time filling =
    if sequence = 0 then
        [
            name 0L "subprocess.Popen"
            event time 0L None [ text "python3"; args; nil; nil; text filling ]
        ]
    else
        [
            name 0L "lane"
            event time 0L None [ integer (int64 sequence); text filling ]
        ]

/// A segment of 16 KiB, full by one event.
let private write folder (noise: int) sequence =
    let header =
        { header with
            Sequence = sequence
            Began = 1000L + 10L * int64 sequence
            State = 1
            Ended = 1002L + 10L * int64 sequence
        }

    let records filling =
        eventOf sequence (header.Began + 1L) filling

    let room = 16384 - 4096 - 8 - (Array.concat (records "")).Length
    let letters = Array.init noise (fun _ -> char (random.Next(33, 126)))
    let filling = String(letters).PadRight(room, 'x')
    File.WriteAllBytes(Path.Combine(folder, fileName header), bytes header [ block (records filling) ])

let private list folder =
    AuditRules.Recording.Segments.SegmentFile.In folder

let private inFolder action =
    let folder = Programs.temporaryFolder ()

    try
        action folder
    finally
        Directory.Delete(folder, true)

/// A session packs these segments, removes them, and is killed.
let private pack folder (options: PackOptions) =
    use journal = PackJournal.Begin folder
    use run = new PackRun(journal.Trace, options)
    let mutable second = 0L

    let clock () =
        second <- second + 1_000_000_000L
        second

    for _ in 1..100 do
        let drained = run.Round(clock, (fun () -> list folder))
        journal.Commit(run.TakeChanges())

        for segment in drained do
            File.Delete(Path.Combine(folder, segment.Name))

let private recovered folder =
    use trace = new MemoryStream()
    let packed = Packer.Pack((folder: string), trace, options)
    packed, Programs.read (trace.ToArray()) None

let private numbers recorded =
    [ for e in Programs.named "lane" recorded -> e.Arguments[0].AsInt64 ]

/// Of twenty events are in the part, and the last in a segment; it is not full.
let private damaged (damage: byte[] -> byte[] option) =
    inFolder (fun folder ->
        for sequence in 0..19 do
            write folder 0 sequence

        pack folder options
        Expect.isEmpty (list folder) "all is packed"
        write folder 0 20
        let path = Path.Combine(folder, "packed.atrace")

        match damage (File.ReadAllBytes path) with
        | Some content -> File.WriteAllBytes(path, content)
        | None -> File.Delete path

        recovered folder)

let private half (content: byte[]) = Some content[.. content.Length / 2]

let private zeroed (from: int) count (content: byte[]) =
    let changed = Array.copy content
    Array.Clear(changed, from, count)
    Some changed

[<Tests>]
let tests =
    testList
        "packed part"
        [
            testTheory
                "S53: what is gone of the packed part is a counted loss, and its processes are known"
                [ "whole"; "cut"; "damaged"; "without a preamble"; "gone" ]
                (fun what ->
                    let damage, isExpected =
                        match what with
                        | "whole" -> Some, (fun kept -> kept = 21)
                        | "cut" -> half, (fun kept -> kept > 3 && kept < 18)
                        | "damaged" ->
                            (fun content -> zeroed (content.Length / 2) 100 content),
                            (fun kept -> kept > 3 && kept < 21)
                        | "gone" -> (fun _ -> None), (fun kept -> kept = 1)
                        | _ -> zeroed 0 36, (fun kept -> kept = 1)

                    let packed, recorded = damaged damage
                    let kept = recorded.Events.Length
                    Expect.isTrue (isExpected kept) $"{what}: {kept} events are kept"

                    let gone =
                        [
                            for l in recorded.Losses do
                                if l.Reason = "damage" then
                                    l.Process, l.Count
                        ]

                    Expect.equal gone (if kept = 21 then [] else [ 0, 21L - int64 kept ]) what

                    Expect.equal
                        [ for l in packed.Losses -> l.Reason ]
                        [ for l in recorded.Losses -> l.Reason ]
                        "who packs is told"

                    let totals = packed.Totals
                    Expect.equal (totals.Raised, totals.Lost) (21L, 21L - int64 kept) $"{what}: totals"

                    Expect.equal
                        [
                            for p in recorded.Processes do
                                if p.Pid <> 0 then
                                    p.Process, p.Pid
                        ]
                        [ 0, 100 ]
                        $"{what}: processes")
            testCase "S43: an attempt that was packed before the kill is compared with what began" (fun () ->
                let packed, _ = damaged Some

                Expect.equal
                    [ for p in packed.NotRecorded -> List.ofSeq p.Command ]
                    [ [ "python3"; "x.py" ] ]
                    "attempts")
            testCase
                "C95: where the trace had no room before the kill, nothing that follows is in it"
                (fun () ->
                    inFolder (fun folder ->
                        for sequence in 0..149 do
                            write folder 11000 sequence

                        let limited =
                            PackOptions(
                                MaxSize = Nullable(1024L * 1024L),
                                Writing = TraceWriterOptions(LeaveOpen = true)
                            )

                        pack folder limited
                        Expect.isEmpty (list folder) "all is packed"
                        write folder 0 150
                        let packed, recorded = recovered folder
                        let kept = numbers recorded
                        Expect.equal kept [ for i in 1L .. int64 kept.Length -> i ] "the first ones"
                        Expect.isLessThan kept.Length 140 "there was no room"

                        Expect.equal
                            [
                                for l in packed.Losses do
                                    if l.Reason = "max-size" then
                                        l.Count
                            ]
                            [ 150L - int64 kept.Length ]
                            "the rest"))
            testCase "S53: segments that a session removes while its folder is packed are no loss" (fun () ->
                inFolder (fun folder ->
                    for sequence in 0..9 do
                        write folder 0 sequence

                    let before = list folder
                    pack folder options
                    use trace = new MemoryStream()
                    use part = nonNull (PackedPart.Open folder)
                    use run = new PackRun(trace, options)
                    run.Resume(part, before)
                    let packed = run.Complete before
                    Expect.equal (packed.Totals.Events, Seq.length packed.Refused) (10L, 0) "events"
                    // The last segment is full, and there is none behind it.
                    Expect.equal [ for l in packed.Losses -> l.Reason ] [ "segment-missing" ] "losses"))
        ]
