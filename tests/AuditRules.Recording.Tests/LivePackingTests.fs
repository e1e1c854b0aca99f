/// Packing while the program runs (docs/spec/segment.md, section 12).
module AuditRules.Recording.Tests.LivePackingTests

open System
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording.Packing
open AuditRules.Recording.Tests.LiveWorld
open AuditRules.Traces

let private options = PackOptions(Writing = TraceWriterOptions(LeaveOpen = true))

let private described (trace: MemoryStream) =
    let recorded = Programs.read (trace.ToArray()) None

    [
        for e: AuditEvent in recorded.Events ->
            $"{e.Time} {e.Pid} {(nonNull e.Arguments[0].AsText).TrimEnd 'x'}"
    ],
    [ for loss: LossRecord in recorded.Losses -> $"{loss.Reason} {loss.Count}" ]

let private sameAsAtTheEnd seed =
    let world = World seed
    let random = Random seed
    use live = new MemoryStream()
    use run = new PackRun(live, options)

    for _ in 1 .. random.Next 30 do
        world.Go(random.Next 400)
        world.Remove(run.Round((fun () -> world.Clock()), (fun () -> world.List())))

    world.Stop()
    let all = world.All
    let left = all |> List.filter (fun f -> world.IsThere f.Name)
    let packed = run.Complete left
    use atOnce = new MemoryStream()
    let expected = Packer.Pack(all, atOnce, options)
    let events, losses = described live
    let expectedEvents, expectedLosses = described atOnce
    Expect.equal losses expectedLosses $"losses of world {seed}"
    Expect.sequenceEqual events expectedEvents $"events of world {seed}"
    Expect.equal packed.Totals expected.Totals $"totals of world {seed}"
    world.Removed

let private worlds =
    if isNull (Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY") then
        40
    else
        5000

/// A segment of many events with texts that no codec makes smaller.
let private large =
    let random = Random 3

    let labels =
        [
            for _ in 1..8000 -> Convert.ToBase64String [| for _ in 1..150 -> byte (random.Next 256) |]
        ]

    labels,
    SegmentBuilder.segment
        SegmentBuilder.header
        [
            for i, label in List.indexed labels ->
                SegmentBuilder.block
                    [
                        SegmentBuilder.name 0L "open"
                        SegmentBuilder.event (2000L + int64 i) 0L None [ SegmentBuilder.text label ]
                    ]
        ]

let private limited =
    testCase
        "C95: a trace does not grow past the size that it may have, and the rest is a counted loss"
        (fun () ->
            let labels, segment = large
            let size = 1024L * 1024L
            use trace = new MemoryStream()

            let options =
                PackOptions(MaxSize = Nullable size, Writing = TraceWriterOptions(LeaveOpen = true))

            let packed = Packer.Pack([ segment ], trace, options)
            let recorded = Programs.read (trace.ToArray()) None
            let kept = recorded.Events.Length
            Expect.isLessThanOrEqual trace.Length size "bytes"
            Expect.isGreaterThan trace.Length (size / 2L) "the room is used"

            Expect.equal
                [ for e in recorded.Events -> e.Arguments[0].AsText ]
                [ for label in List.take kept labels -> label ]
                "the first events"

            let loss = List.exactlyOne recorded.Losses
            Expect.equal (loss.Reason, loss.Count) ("max-size", int64 (8000 - kept)) "loss"
            Expect.equal (packed.Totals.Lost, packed.Totals.Raised) (int64 (8000 - kept), 8000L) "totals")

/// Packs a folder of one segment, the second of its image, beside files of those contents.
let private beside (log: string) (trace: byte[]) =
    let folder = Programs.temporaryFolder ()

    try
        let header =
            { SegmentBuilder.header with
                Sequence = 1
            }

        let content =
            SegmentBuilder.bytes
                header
                [
                    SegmentBuilder.block
                        [ SegmentBuilder.name 0L "open"; SegmentBuilder.event 2000L 0L None [] ]
                ]

        File.WriteAllBytes(Path.Combine(folder, SegmentBuilder.fileName header), content)
        File.WriteAllText(Path.Combine(folder, "packed.log"), log)
        File.WriteAllBytes(Path.Combine(folder, "packed.atrace"), trace)
        use stream = new MemoryStream()
        let packed = Packer.Pack(folder, stream, options)
        [ for loss in packed.Losses -> loss.Reason ], packed.Totals.Events
    finally
        Directory.Delete(folder, true)

let private forged =
    testTheory
        "S53: what is beside the segments and is none of a session's is passed over, and the gap is a loss"
        [
            "", Array.empty<byte>
            "12", Array.empty
            "12\n", Array.empty
            "-5\n", Array.empty
            "nothing\n", Array.empty
            "{\n12\n", Array.empty
            "{\"Stream\":null}\n12\n", Array.empty
            "{\"Ordinal\":7}\n12\n", Array.empty
            "36\n", Array.create 36 0xFFuy
        ]
        (fun (log, trace) -> Expect.equal (beside log trace) ([ "segment-missing" ], 1L) log)

/// One program that fills a segment whenever anyone looks.
let private endless =
    testCase "S52: a round ends though a program raises events faster than they are packed" (fun () ->
        let files = ResizeArray<AuditRules.Recording.Segments.SegmentFile>()
        let mutable second = 0L

        let fill () =
            let header =
                { SegmentBuilder.header with
                    Sequence = files.Count
                    Began = second * 1_000_000_000L + 3L * int64 files.Count
                    State = 1
                    Ended = second * 1_000_000_000L + 3L * int64 files.Count + 2L
                }

            let records text =
                [
                    SegmentBuilder.name 0L "open"
                    SegmentBuilder.event
                        (header.Began + 1L)
                        0L
                        None
                        [ SegmentBuilder.integer (int64 files.Count); SegmentBuilder.text text ]
                ]

            // The block takes all of a segment of 16 KiB behind its header and its own.
            let room = 16384 - 4096 - 8 - (Array.concat (records "")).Length
            let block = SegmentBuilder.block (records (String('x', room)))
            files.Add(SegmentBuilder.segment header [ block ])

        let list () =
            if files.Count > 400 then
                failtest "the round does not end"

            for _ in 1..4 do
                fill ()

            files.ToArray() :> Collections.Generic.IReadOnlyList<_>

        let clock () =
            second <- second + 1L
            second * 1_000_000_000L

        use trace = new MemoryStream()
        use run = new PackRun(trace, options)
        let removed = [ for _ in 1..20 -> run.Round(clock, list).Count ]
        Expect.isTrue run.HasMore "there is always more"
        Expect.isGreaterThan (List.sum removed) 15 "and segments are removed"
        let packed = run.Complete(list ())
        let recorded = Programs.read (trace.ToArray()) None

        Expect.equal
            [ for e in recorded.Events -> e.Arguments[0].AsInt64 ]
            [ for i in 0L .. int64 files.Count - 1L -> i ]
            "every event"

        // The last segment is full, and there is none behind it.
        Expect.equal [ for loss in packed.Losses -> loss.Reason ] [ "segment-missing" ] "losses")

[<Tests>]
let tests =
    testList
        "live packing"
        [
            testCase
                "S51: packed in rounds, a recording is the same as packed at its end, event for event"
                (fun () ->
                    let removed = [ for seed in 1..worlds -> sameAsAtTheEnd seed ]
                    Expect.isGreaterThan (List.sum removed) (2 * worlds) "segments were removed on the way")
            limited
            forged
            endless
        ]
