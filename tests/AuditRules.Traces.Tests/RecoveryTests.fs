module AuditRules.Traces.Tests.RecoveryTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open FsCheck.FSharp

let private frameEvents = 4

let private start =
    ProcessRecord(ProcessChange.Start, 0, -1, 7, 1L, ImmutableArray.Create "app", Nullable())

let private events =
    [
        for i in 0..11 ->
            (event
                (if i % 2 = 0 then "open" else "socket.connect")
                (int64 i * 1000L)
                [
                    Value.Str $"/etc/{i % 5}"
                    Value.Int(int64 i)
                    Value.List [| Value.Str "h"; Value.Int 443L |]
                ])
                .With(ordinal = Nullable(int64 i))
    ]

/// META, PROCESS, three frames of four events, END (and what a writer adds before and behind it).
let private small =
    writeWith (options frameEvents ColumnCodec.Lz4) (fun writer ->
        writer.Add start

        for e in events do
            writer.Add e.View)

/// The frame with that number of the file as it is: META is 0, PROCESS 1, DATA 2, 3 and 4.
let private frame index = (framesOf small)[index]

let private endAt =
    framesOf small
    |> List.findIndex (fun (at, length) ->
        let _, header = FrameHeader.TryRead(ReadOnlySpan(small, at, length))
        header.Type = FrameType.End)

let private recover (bytes: byte[]) =
    use output = new MemoryStream()
    let told = List<RecoveredDamage>()

    let recovered =
        TraceRecovery.Run(new MemoryStream(bytes), output, (fun damage -> told.Add damage))

    output.ToArray(), recovered, List.ofSeq told

let private lossesOf (items: TraceItem list) =
    items
    |> List.choose (function
        | :? LossItem as item -> Some item.Record
        | _ -> None)

let private metaOf (items: TraceItem list) =
    items
    |> List.pick (function
        | :? MetaItem as item -> Some item.Meta
        | _ -> None)

let private numbers (items: TraceItem list) =
    eventsOf items |> List.map (fun e -> e.Arguments[1].AsInt64)

let private timeOf index = events[index].Time

/// What every recovery promises, whatever was wrong: a closed trace without damage, of the same id, that gives itself.
let private promised (bytes: byte[]) =
    let made, recovered, told = recover bytes
    let items, closed = read made
    Expect.isTrue closed "closed"
    Expect.isEmpty (damageOf items) "no damage"
    let meta = metaOf items
    Expect.equal meta.Derived "recover" "derived"
    Expect.sequenceEqual meta.Sources [ "0123456789abcdef0123456789abcdef" ] "sources"
    Expect.equal recovered.TraceId "0123456789abcdef0123456789abcdef" "the id"
    let again, second, nothing = recover made
    Expect.sequenceEqual again made "what was recovered gives itself"
    Expect.equal (second.Losses, nothing) (0L, []) "nothing is lost by it"
    let twice, _, _ = recover bytes
    Expect.sequenceEqual twice made "the same bytes each time"
    items, recovered, told

let private loss count from until =
    LossRecord(-1, "damage", count, from, until, ImmutableArray.Empty)

let private same (actual: LossRecord list) (expected: LossRecord list) =
    Expect.equal
        [
            for l in actual -> l.Process, l.Reason, l.Count, l.From, l.To, l.Events.Length
        ]
        [
            for l in expected -> l.Process, l.Reason, l.Count, l.From, l.To, l.Events.Length
        ]
        "losses"

let private flip at (bytes: byte[]) =
    let changed = Array.copy bytes
    changed[at] <- changed[at] ^^^ 0x20uy
    changed

let private without index =
    let at, length = frame index
    Array.append small[.. at - 1] small[at + length ..]

[<Tests>]
let tests =
    testList
        "recovery"
        [
            testCase "C79 T57: a whole trace loses nothing" (fun () ->
                let items, recovered, told = promised small
                Expect.equal (recovered.Losses, recovered.WasClosed, told) (0L, true, []) "lost"
                Expect.equal (numbers items) [ 0L .. 11L ] "events"
                Expect.equal (metaOf items).Recorder "test" "META stays"
                same (lossesOf items) [])

            testTheory
                "C79 T59: a frame of events that is damaged, or gone, is a loss of its count between its neighbours"
                [
                    2, loss 4L 0L (timeOf 4), [ 4L .. 11L ]
                    3, loss 4L (timeOf 3) (timeOf 8), [ 0L .. 3L ] @ [ 8L .. 11L ]
                    4, loss 4L (timeOf 7) 0L, [ 0L .. 7L ]
                ]
                (fun (index, expected, left) ->
                    let at, length = frame index

                    for bytes in
                        [
                            flip at small
                            flip (at + 30) small
                            flip (at + FrameHeader.Length) small
                            flip (at + length - 1) small
                            without index
                        ] do
                        let items, recovered, told = promised bytes
                        Expect.equal (numbers items) left "events"
                        same (lossesOf items) [ expected ]
                        same [ for d in told -> nonNull d.Loss ] [ expected ]
                        Expect.equal recovered.Losses 1L "counted"
                        Expect.equal recovered.Totals.Lost 4L "END counts them")

            testCase "C79: what was lost is told with the place in the input" (fun () ->
                let at, _ = frame 3
                let _, _, told = promised (flip (at + FrameHeader.Length) small)

                Expect.equal
                    [ for d in told -> d.Offset, d.Message, d.Damages ]
                    [ int64 at, "a frame's payload is damaged", 1 ]
                    "told")

            testCase "T59: a lost frame of records is a loss whose count is not known" (fun () ->
                let at, _ = frame 1

                for bytes in [ flip (at + FrameHeader.Length) small; without 1 ] do
                    let items, recovered, _ = promised bytes
                    Expect.equal (numbers items) [ 0L .. 11L ] "events"
                    same (lossesOf items) [ loss 0L 0L (timeOf 0) ]
                    Expect.equal recovered.Losses 1L "counted")

            testCase "T59: bytes between frames of which none is missing take nothing with them" (fun () ->
                let at, _ = frame 3
                let garbage = Array.concat [ small[.. at - 1]; Array.zeroCreate 99; small[at..] ]
                let items, recovered, told = promised garbage
                Expect.equal (numbers items) [ 0L .. 11L ] "events"
                Expect.equal (recovered.Losses, lossesOf items) (0L, []) "nothing lost"
                Expect.equal [ for d in told -> d.Offset, isNull d.Loss ] [ int64 at, true ] "told")

            testCase "T59: a frame that a reader may ignore takes nothing with it" (fun () ->
                let ignorable =
                    rebuild small 1 (fun h p ->
                        FrameHeader(
                            LanguagePrimitives.EnumOfValue 0x87uy,
                            0us,
                            0us,
                            h.Sequence,
                            h.TraceId,
                            0u,
                            h.RawLength,
                            h.StoredLength,
                            0u
                        ),
                        p)

                let at, _ = frame 1
                let items, recovered, told = promised (flip (at + FrameHeader.Length) ignorable)
                Expect.equal (recovered.Losses, lossesOf items) (0L, []) "nothing lost"
                Expect.equal told.Length 1 "told"
                let _, recovered, told = promised ignorable
                Expect.equal (recovered.Losses, told) (0L, []) "a whole one")

            testCase "T58: a lost META is made of the first events' clocks, and is a loss" (fun () ->
                let at, _ = frame 0

                for bytes in [ flip at small; flip (at + FrameHeader.Length + 1) small; without 0 ] do
                    let items, recovered, _ = promised bytes
                    Expect.equal (numbers items) [ 0L .. 11L ] "events"
                    Expect.equal (eventsOf items |> List.map _.Time) (events |> List.map _.Time) "times"
                    let made = metaOf items

                    Expect.equal
                        (made.Recorder, made.WallClock, made.MonotonicClock)
                        ("", meta.WallClock, meta.MonotonicClock)
                        "the clocks of the first event, which is at the recording's start"

                    same (lossesOf items) [ loss 0L 0L (timeOf 0) ]
                    Expect.equal recovered.Losses 1L "counted")

            testCase
                "T58: where META is lost, the clocks are those of the first event that is left"
                (fun () ->
                    let broken =
                        rebuild small 2 (fun h p ->
                            // The first text of the dictionary says that it is longer than it is.
                            p[p.AsSpan().IndexOf(ReadOnlySpan "/etc/0"B) - 1] <- 0xBFuy
                            h, p)

                    let at, length = frame 0
                    let items, _, _ = promised (Array.append broken[.. at - 1] broken[at + length ..])
                    Expect.equal (numbers items) [ 4L .. 11L ] "the first frame is refused"
                    Expect.equal (metaOf items).WallClock (timeOf 4) "and does not count")

            testCase "T59: an END that counts fewer events than there are tells of no loss" (fun () ->
                for count in [ "D38000000000000000"; "FF"; "0B" ] do
                    let bytes =
                        rebuild small endAt (fun h _ ->
                            let payload = hex ("81A66576656E7473" + count)
                            let length = uint32 payload.Length

                            FrameHeader(h.Type, 0us, 0us, h.Sequence, h.TraceId, 0u, length, length, 0u),
                            payload)

                    let items, recovered, told = promised bytes
                    Expect.equal (numbers items) [ 0L .. 11L ] "events"
                    Expect.equal (recovered.Losses, recovered.Totals.Lost) (0L, 0L) count
                    Expect.equal [ for d in told -> isNull d.Loss ] [ true ] "told")

            testCase "T58: where META and all events are lost, a trace of its id is left" (fun () ->
                let at, _ = frame endAt

                let items, recovered, _ =
                    promised (Array.append small[.. Preamble.Length - 1] small[at..])

                same (lossesOf items) [ loss 12L 0L 0L ]
                Expect.equal recovered.Totals.Lost 12L "END counts what there was"
                let items, _, _ = promised small[.. Preamble.Length - 1]
                same (lossesOf items) [ loss 0L 0L 0L ])

            testCase "C79 T59: a trace without END loses what may have followed" (fun () ->
                let at, _ = frame endAt
                let items, recovered, told = promised small[.. at - 1]
                Expect.equal (numbers items) [ 0L .. 11L ] "events"
                same (lossesOf items) [ loss 0L (timeOf 11) 0L ]
                Expect.isFalse recovered.WasClosed "not closed"

                Expect.equal
                    (recovered.Totals.Processes, recovered.Totals.Raised, recovered.Totals.Lost)
                    (1, -1L, 0L)
                    "totals of what is there"

                Expect.equal
                    [ for d in told -> d.Message ]
                    [ "the trace has no end: what may have followed is not in it" ]
                    "told")

            testCase "C79: a trace that is still written recovers to its whole frames" (fun () ->
                let at, _ = frame 4
                let items, _, _ = promised small[.. at + FrameHeader.Length + 9]
                Expect.equal (numbers items) [ 0L .. 7L ] "events"
                // The frame's header says how many events were being written.
                same (lossesOf items) [ loss 4L (timeOf 7) 0L; loss 0L (timeOf 7) 0L ])

            testCase "C79: every cut of a trace recovers to the frames that are whole" (fun () ->
                let ends = [ for index in 2..4 -> fst (frame index) + snd (frame index) ]

                for length in Preamble.Length .. small.Length do
                    let items, recovered, _ = promised small[.. length - 1]
                    let whole = ends |> List.filter (fun e -> e <= length) |> List.length
                    Expect.equal (numbers items) [ 0L .. int64 (4 * whole - 1) ] $"{length} bytes"
                    let isClosed = length >= fst (frame endAt) + snd (frame endAt)
                    Expect.equal recovered.WasClosed isClosed $"{length} bytes"
                    Expect.equal (recovered.Losses > 0L) (not isClosed) $"{length} bytes")

            testCase "T59: records and losses of the trace stay, and are counted where END is lost" (fun () ->
                let told =
                    LossRecord(3, "disk-full", 5L, 1L, 2L, ImmutableArray.Create(KeyValuePair("open", 5L)))

                let bytes =
                    writeWith (options frameEvents ColumnCodec.Lz4) (fun writer ->
                        writer.Add start
                        writer.Add told

                        for e in events do
                            writer.Add e.View)

                let at, _ = framesOf bytes |> List.item (endAt + 1)
                let items, recovered, _ = promised bytes[.. at - 1]
                same (lossesOf items) [ told; loss 0L (timeOf 11) 0L ]
                Expect.equal recovered.Totals.Lost 5L "lost"
                Expect.isTrue (items |> List.exists (fun i -> i :? ProcessItem)) "PROCESS")

            testCase "C79: a trace of deflate stays one" (fun () ->
                let long =
                    [ for i in 0..399 -> event "open" (int64 i) [ Value.Str $"/etc/path/{i % 7}" ] ]

                let sizes =
                    [
                        for codec in [ ColumnCodec.None; ColumnCodec.Lz4; ColumnCodec.Deflate ] ->
                            let bytes =
                                write
                                    (TraceWriterOptions(
                                        FrameEvents = 100,
                                        Codec = codec,
                                        TraceId = (options 100 codec).TraceId,
                                        LeaveOpen = true
                                    ))
                                    long

                            let made, _, _ = recover bytes
                            let _, _, _ = promised bytes
                            abs (made.Length - bytes.Length) < 200
                    ]

                Expect.equal sizes [ true; true; true ] "about as long as before")

            testCase "C79: an input that cannot seek is refused before anything is written" (fun () ->
                use output = new MemoryStream()

                use input =
                    new Compression.DeflateStream(
                        new MemoryStream(small),
                        Compression.CompressionMode.Decompress
                    )

                Expect.throwsT<ArgumentException>
                    (fun () -> TraceRecovery.Run(input, output) |> ignore)
                    "refused"

                Expect.equal output.Length 0L "nothing")

            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 60
                    arbitrary = [ typeof<Some.Arbitraries> ]
                }
                "C79 T57: whatever is damaged, what is recovered is what a reader gives of the damaged trace"
                (fun (written: AuditEvent list) (at: int) (change: byte) ->
                    let bytes = write (options 3 ColumnCodec.Lz4) written
                    let range = int64 (bytes.Length - Preamble.Length)
                    let changed = Array.copy bytes
                    changed[Preamble.Length + int (abs (int64 at) % range)] <- change
                    let before, closed = read changed
                    let items, recovered, _ = promised changed

                    Expect.equal
                        (eventsOf items |> List.map (fun e -> e.With(ordinal = Nullable 0L).ToString()))
                        (eventsOf before |> List.map (fun e -> e.With(ordinal = Nullable 0L).ToString()))
                        "events"

                    let missing = written.Length - (eventsOf before).Length

                    if missing > 0 || not closed then
                        Expect.isGreaterThan recovered.Losses 0L "a loss is told"

                    let told = lossesOf items |> List.sumBy _.Count

                    if closed then
                        Expect.equal told (int64 missing) "as many as are missing")
        ]
