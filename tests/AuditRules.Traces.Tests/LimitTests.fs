/// What a reader does with more than it is willing to read, and at the edges of what it must read.
module AuditRules.Traces.Tests.LimitTests

open System
open System.Collections.Immutable
open System.IO
open System.IO.Compression
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open MessagePack

let private readWith options (bytes: byte[]) =
    use reader = new TraceReader(new MemoryStream(bytes), options)
    List.ofSeq (reader.ReadToEnd())

let private codes items = damageOf items |> List.map _.Code

/// Whether the trace is read under the options as it is, or gives this damage and no events.
let private refused (options: TraceReaderOptions) code bytes =
    let items = readWith options bytes
    Expect.equal (codes items, List.length (eventsOf items)) ([ code ], 0) ""

let private nested depth =
    List.fold (fun inner _ -> Value.List [| inner |]) (Value.Str "x") [ 1..depth ]

let private one =
    write
        (options 4 ColumnCodec.None)
        [
            event "open" 1L [ nested 5; Value.Str "a" ]
            event "open" 2L [ Value.Int 3L; Value.Str "b" ]
        ]

let private manyRecords count =
    writeWith (options 4 ColumnCodec.None) (fun writer ->
        for i in 1..count do
            writer.Add(ProcessRecord(ProcessChange.Exit, i, 0, 7, 1L, ImmutableArray.Empty, Nullable())))

let private header type' events rawLength =
    FrameHeader(type', 0us, 0us, 1u, (options 1 ColumnCodec.None).TraceId.Value, events, rawLength, 0u, 0u)

/// META, then a frame of this payload.
let private frameOfPayload type' events rawLength (payload: byte[]) =
    let meta = framesOf one |> List.head

    let bytes =
        Array.append one[.. fst meta + snd meta - 1] one[fst meta .. fst meta + snd meta - 1]

    rebuild bytes 1 (fun _ _ -> header type' events rawLength, payload)

/// A DATA payload of one event whose dictionary is this column.
let private bomb codec (rawLength: int) (stored: byte[]) =
    let buffer = ByteBuffer()
    let mutable writer = MessagePackWriter(buffer)
    writer.WriteRaw(ReadOnlySpan(hex "97 00 00 00 00 00 91 A161 91 94 01"))
    writer.Write(int64 (byte (codec: ColumnCodec)))
    writer.Write(int64 rawLength)
    writer.Write(ReadOnlySpan stored)
    writer.Flush()
    let payload = buffer.Written.ToArray()
    let raw = payload.Length - stored.Length + rawLength
    frameOfPayload FrameType.Data 1u (uint32 (max raw payload.Length)) payload

let private deflated (raw: byte[]) =
    use target = new MemoryStream()

    using (new DeflateStream(target, CompressionLevel.Optimal, true)) (fun deflate ->
        deflate.Write(ReadOnlySpan raw))

    target.ToArray()

let private lz4 (raw: byte[]) =
    let target = Array.zeroCreate (raw.Length + 100)
    target[.. Lz4Block.Encode(ReadOnlySpan raw, Span target) - 1]

/// The memory that reading claims, in all.
let private claimed bytes =
    let options = TraceReaderOptions(Validate = true)
    readWith options bytes |> ignore
    let before = GC.GetAllocatedBytesForCurrentThread()
    let items = readWith options bytes
    Expect.equal (codes items) [ DamageCode.Malformed ] "refused"
    GC.GetAllocatedBytesForCurrentThread() - before

let private mebi = 1024 * 1024

[<Tests>]
let tests =
    testList
        "limits"
        [
            testList
                "a limit of the reader refuses the frame, and one more does not:"
                [
                    testCase "T12 MaxRawLength" (fun () ->
                        // META is smaller than this.
                        let bytes =
                            write
                                (options 4 ColumnCodec.None)
                                [ event "open" 1L [ Value.Bytes(Array.zeroCreate 2000) ] ]

                        let length = snd (framesOf bytes |> List.item 1) - FrameHeader.Length
                        refused (TraceReaderOptions(MaxRawLength = length - 1)) DamageCode.Limit bytes

                        Expect.isEmpty
                            (codes (readWith (TraceReaderOptions(MaxRawLength = length)) bytes))
                            "")

                    for name, limit, most in
                        [
                            "T13 MaxFrameEvents",
                            (fun n -> TraceReaderOptions(Validate = true, MaxFrameEvents = n)),
                            2
                            "T27 MaxShapes", (fun n -> TraceReaderOptions(Validate = true, MaxShapes = n)), 2
                            "T26 MaxDictionaryEntries",
                            (fun n -> TraceReaderOptions(Validate = true, MaxDictionaryEntries = n)),
                            3
                            "T40 MaxDepth", (fun n -> TraceReaderOptions(Validate = true, MaxDepth = n)), 5
                        ] do
                        testCase name (fun () ->
                            refused (limit (most - 1)) DamageCode.Malformed one
                            Expect.isEmpty (codes (readWith (limit most) one)) "")

                    testCase "T34 MaxFrameRecords" (fun () ->
                        let bytes = manyRecords 3
                        refused (TraceReaderOptions(MaxFrameRecords = 2)) DamageCode.Malformed bytes
                        Expect.isEmpty (codes (readWith (TraceReaderOptions(MaxFrameRecords = 3)) bytes)) "")
                ]

            testCase "no limit of the reader is above the format's" (fun () ->
                for make in
                    [
                        fun () -> TraceReaderOptions(MaxRawLength = TraceFormat.MaxRawLength + 1)
                        fun () -> TraceReaderOptions(MaxFrameEvents = 65_537)
                        fun () -> TraceReaderOptions(MaxFrameRecords = 65_537)
                        fun () -> TraceReaderOptions(MaxShapes = 65_537)
                        fun () -> TraceReaderOptions(MaxDictionaryEntries = 1_048_577)
                        fun () -> TraceReaderOptions(MaxDepth = 65)
                        fun () -> TraceReaderOptions(MaxDepth = -1)
                    ] do
                    Expect.throwsT<ArgumentOutOfRangeException> (fun () -> make () |> ignore) "")

            testCase "T34 records beyond 65,536 come in a frame of their own" (fun () ->
                let bytes = manyRecords 65_537
                Expect.equal (List.length (framesOf bytes)) 4 "META, two of PROCESS, END"
                let items, _ = read bytes

                Expect.equal
                    (items
                     |> List.sumBy (function
                         | :? ProcessItem -> 1
                         | _ -> 0))
                    65_537
                    "records")

            testList
                "T12 T25 T44 a column that declares more than it holds is refused before it costs memory:"
                [
                    for name, codec, stored in
                        [
                            "none", ColumnCodec.None, Array.zeroCreate 1000
                            "LZ4", ColumnCodec.Lz4, lz4 (Array.zeroCreate 50_000)
                            "deflate", ColumnCodec.Deflate, deflated (Array.zeroCreate 500_000)
                        ] ->
                        testCase name (fun () ->
                            Expect.isLessThan
                                (claimed (bomb codec (7 * mebi) stored))
                                300_000L
                                "bytes of memory")
                ]

            testList
                "T25 a column that inflates to more than it declares gives no more than that:"
                [
                    for name, codec, stored in
                        [
                            "none", ColumnCodec.None, Array.zeroCreate 1000
                            "LZ4", ColumnCodec.Lz4, lz4 (Array.zeroCreate (64 * mebi))
                            "deflate", ColumnCodec.Deflate, deflated (Array.zeroCreate (256 * mebi))
                        ] ->
                        testCase name (fun () ->
                            // The payload is read once; the window of 64 KiB is given back what was read ahead.
                            let limit = 300_000L + 2L * int64 stored.Length
                            Expect.isLessThan (claimed (bomb codec 500 stored)) limit "bytes of memory")
                ]

            testList
                "T44 a frame of 8 MiB claims at most 64 bytes for each of its own, and 16 MiB for records:"
                [
                    for name, type', payload in
                        [
                            "records that say nothing",
                            FrameType.Process,
                            Array.append (hex "DD 007FFFFB") (Array.create (8 * mebi - 5) 0x80uy)
                            "as many of them as are allowed",
                            FrameType.Loss,
                            Array.concat [ hex "DD 00010000"; Array.create 65_536 0x80uy; [| 0xc1uy |] ]
                            "keys that come again",
                            FrameType.Loss,
                            Array.concat
                                [
                                    hex "91 DF 00100000"
                                    Array.concat (Array.replicate 1_048_576 (hex "A466726F6D01"))
                                    [| 0xc1uy |]
                                ]
                        ] do
                        testCase name (fun () ->
                            let bytes = frameOfPayload type' 0u (uint32 payload.Length) payload
                            let before = GC.GetAllocatedBytesForCurrentThread()
                            let items = readWith (TraceReaderOptions(Validate = true)) bytes
                            let claimed = GC.GetAllocatedBytesForCurrentThread() - before
                            Expect.equal (codes items) [ DamageCode.Malformed ] "refused"
                            // And 256 bytes for a record, of which there are 65,536 at most.
                            Expect.isLessThan
                                claimed
                                (16_777_216L + 64L * int64 payload.Length)
                                "bytes of memory")

                    for name, entries in
                        [
                            "a dictionary of nil",
                            (fun () -> Array.append (hex "DD 007FF000") (Array.create 0x7ff000 0xc0uy))
                            "as many entries as are allowed, of one letter",
                            (fun () ->
                                Array.concat
                                    [
                                        hex "DD 00100000"
                                        Array.concat (Array.replicate 1_048_576 (hex "A161"))
                                    ])
                            "a list of lists of nothing",
                            (fun () -> Array.concat [ hex "91 DD 007FE000"; Array.create 0x7fe000 0x90uy ])
                        ] do
                        testCase name (fun () ->
                            let raw = entries ()
                            let bytes = bomb ColumnCodec.None raw.Length raw
                            let claimed = claimed bytes
                            Expect.isLessThan claimed (300_000L + 64L * int64 raw.Length) "bytes of memory")
                ]

            testCase
                "T41 a file of nothing but headers, each with a long payload, is read a few times and no more"
                (fun () ->
                    let meta = framesOf one |> List.head
                    let count = 8_000
                    let target = Array.zeroCreate (FrameHeader.Length * count)
                    let id = (options 1 ColumnCodec.None).TraceId.Value

                    for i in 0 .. count - 1 do
                        // Ends where no header stands, and before the file does.
                        let length = uint32 (max 0 (FrameHeader.Length * (count - i - 1) - 10))

                        FrameHeader(FrameType.Data, 0us, 0us, uint32 (i + 1), id, 1u, length, length, 0u)
                            .Write(Span(target, FrameHeader.Length * i, FrameHeader.Length))

                    let bytes = Array.append one[.. fst meta + snd meta - 1] target
                    let options = TraceReaderOptions(MaxRawLength = target.Length)
                    let before = GC.GetAllocatedBytesForCurrentThread()
                    let items = readWith options bytes
                    let claimed = GC.GetAllocatedBytesForCurrentThread() - before
                    Expect.isEmpty (eventsOf items) "events"
                    Expect.isGreaterThan (codes items).Length 3 "damage"
                    Expect.isLessThan claimed (16L * int64 bytes.Length) "bytes that were put back")

            testList
                "edges"
                [
                    testCase
                        "T13 T28 65,536 events of 65,536 shapes are one frame, one more begins another"
                        (fun () ->
                            // 16 arguments, each nil or true: each event is a shape of its own.
                            let arguments i =
                                [
                                    for bit in 0..15 ->
                                        if (i >>> bit) &&& 1 = 1 then Value.Bool true else Value.Nil
                                ]

                            let events =
                                [ for i in 0..65_536 -> event "e" (int64 i) (arguments (i % 65_536)) ]

                            let bytes = write (options 65_536 ColumnCodec.Lz4) events
                            let items, closed = read bytes
                            Expect.equal (codes items, closed) ([], true) "damage"

                            let counts =
                                items
                                |> List.choose (function
                                    | :? EventsItem as e -> Some e.Summary.Count
                                    | _ -> None)

                            Expect.equal counts [ 65_536; 1 ] "frames"

                            let frame =
                                items
                                |> List.pick (function
                                    | :? EventsItem as e -> Some(frameOf e)
                                    | _ -> None)

                            Expect.equal frame.Shapes.Length 65_536 "shapes"
                            let last = EventView(frame, 65_535).Detach()
                            Expect.equal (List.ofSeq last.Arguments) (arguments 65_535) "the last row")

                    testCase "T27 65,537 shapes are refused" (fun () ->
                        let raw =
                            Array.append
                                (hex "DD 00010001")
                                (Array.concat (Array.replicate 65_537 (hex "9200C400")))

                        Expect.throwsT<MessagePackSerializationException>
                            (fun () ->
                                FrameShapes(
                                    ReadOnlySpan raw,
                                    ImmutableArray.Create "e",
                                    TraceFormat.MaxShapes
                                )
                                |> ignore)
                            "")

                    testCase
                        "T15 T17 T29 times from the first to the last that there are, at any clock offset"
                        (fun () ->
                            for wall, mono in
                                [
                                    0L, 0L
                                    Int64.MaxValue, Int64.MinValue
                                    Int64.MinValue, Int64.MaxValue
                                    Int64.MaxValue, 0L
                                    -1L, Int64.MaxValue
                                ] do
                                let times =
                                    [
                                        Int64.MinValue
                                        Int64.MinValue
                                        Int64.MinValue + 1L
                                        -1L
                                        0L
                                        1L
                                        Int64.MaxValue
                                        Int64.MaxValue
                                    ]

                                for size in [ 1; 3; 8 ] do
                                    use stream = new MemoryStream()

                                    using
                                        (new TraceWriter(
                                            stream,
                                            TraceMeta(WallClock = wall, MonotonicClock = mono),
                                            options size ColumnCodec.Lz4
                                        ))
                                        (fun writer ->
                                            for time in times do
                                                writer.Add(
                                                    AuditEvent("e", ImmutableArray.Empty, Time = time).View
                                                )

                                            writer.Complete totals)

                                    let items, closed = read (stream.ToArray())
                                    Expect.equal (codes items, closed) ([], true) $"{wall}, {mono}, {size}"

                                    Expect.equal
                                        (eventsOf items |> List.map _.Time)
                                        times
                                        $"{wall}, {mono}, {size}")

                    testCase "T29 a number of more bytes than it needs is read, up to 10 of them" (fun () ->
                        let times (text: string) last =
                            match TimeColumn.TryRead(ReadOnlySpan(hex text), 2, 0L, last) with
                            | true, NonNull times -> Some(List.ofArray times)
                            | _ -> None

                        Expect.equal (times "8100 8500" 5L) (Some [ 0L; 5L ]) "2 bytes"
                        Expect.equal (times "01 85808080808080808000" 5L) (Some [ 0L; 5L ]) "10 bytes"
                        Expect.equal (times "01 8580808080808080808000" 5L) None "11 bytes"
                        Expect.equal (times "01 85808080808080808002" 5L) None "a bit beyond 64"
                        Expect.equal (times "00 00" 0L) None "a unit of 0")

                    testCase "T33 offsets wrap round" (fun () ->
                        let column = PackedColumn.Read(hex "01 ffffffffffffff7f 00 01", 2)

                        match column with
                        | null -> failtest "refused"
                        | column -> Expect.equal (column[0], column[1]) (Int64.MaxValue, Int64.MinValue) ""

                        let column = PackedColumn.Read(hex "08 ffffffffffffffff 0000000000000080", 1)

                        match column with
                        | null -> failtest "refused"
                        | column -> Expect.equal column[0] Int64.MaxValue "")

                    testCase
                        "T17 a frame that begins before the end of the one before it is refused"
                        (fun () ->
                            let bytes =
                                write (options 1 ColumnCodec.None) [ event "e" 5L []; event "e" 9L [] ]

                            let changed =
                                rebuild bytes 1 (fun header payload ->
                                    // The first frame's time, three times mono, becomes 10 later.
                                    let payload = Array.copy payload

                                    for at in [ 10; 11; 12 ] do
                                        Expect.equal payload[at] 60uy "55 + 5"
                                        payload[at] <- 70uy

                                    header, payload)

                            let items, _ = read changed
                            Expect.equal (codes items) [ DamageCode.Malformed ] ""
                            Expect.equal (eventsOf items |> List.map _.Ordinal) [ 0L ] "")

                    testCase "T12 a raw length that is not that of the columns is refused" (fun () ->
                        for more in [ -1; 1 ] do
                            let changed =
                                rebuild one 1 (fun h payload ->
                                    FrameHeader(
                                        h.Type,
                                        0us,
                                        0us,
                                        h.Sequence,
                                        h.TraceId,
                                        h.EventCount,
                                        uint32 (int h.RawLength + more),
                                        0u,
                                        0u
                                    ),
                                    payload)

                            let items, _ = read changed

                            Expect.equal
                                (codes items)
                                [ (if more < 0 then DamageCode.Limit else DamageCode.Malformed) ]
                                $"{more}")
                ]
        ]
