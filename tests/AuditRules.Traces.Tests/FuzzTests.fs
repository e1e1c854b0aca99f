/// Bytes that were changed at random, with checksums that hold, so that changes come through to the decoders.
module AuditRules.Traces.Tests.FuzzTests

open System
open System.Collections.Immutable
open System.IO
open System.Threading.Tasks
open AuditRules.Events
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open FsCheck.FSharp
open MessagePack

/// How many times as many inputs, for 100 million in place of 2.
let private times =
    if Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1" then
        50
    else
        1

let private telling =
    hex
        "00 01 1f 20 7f 80 8f 90 9f a0 bf c0 c1 c2 c4 c6 c7 c9 ca cb cc cf d0 d3 d4 d8 d9 db dc dd de df e0 ff"

let private counts =
    [|
        0u
        1u
        0x7fu
        0x80u
        0xffffu
        0x10000u
        0x7fffffffu
        0x80000000u
        0xffffffffu
        0x800000u
    |]

let private mutateOnce (random: Random) (bytes: byte[]) =
    let at = random.Next(bytes.Length + 1)
    let length = random.Next(1, 9)

    match random.Next 9 with
    | 0 -> Array.insertAt at telling[random.Next telling.Length] bytes
    | 1 -> bytes[.. at - 1]
    | 2 -> Array.append bytes[.. at - 1] (Array.skip (min bytes.Length (at + length)) bytes)
    | 3 -> Array.insertManyAt at bytes[at .. min (bytes.Length - 1) (at + length)] bytes
    | kind when at < bytes.Length ->
        let changed = Array.copy bytes

        match kind with
        | 4
        | 5 -> changed[at] <- telling[random.Next telling.Length]
        | 6 -> changed[at] <- changed[at] ^^^ (1uy <<< random.Next 8)
        | 7 -> changed[at] <- byte (random.Next 256)
        | _ ->
            let count = counts[random.Next counts.Length]

            for i in 0 .. min 3 (bytes.Length - 1 - at) do
                changed[at + i] <- byte (count >>> (8 * (3 - i)))

        changed
    | _ -> bytes

let private mutate (random: Random) bytes =
    let mutable changed = bytes

    for _ in 0 .. random.Next 3 do
        changed <- mutateOnce random changed

    changed

/// Runs that many inputs in parallel parts; a part's random numbers are its own, so that a failure can be repeated.
let private run count (code: Random -> unit) =
    let parts = 64

    Parallel.For(
        0,
        parts,
        fun part ->
            let random = Random part

            for i in 1 .. count / parts do
                try
                    code random
                with e ->
                    failtestf "input %d of part %d: %O" i part e
    )
    |> ignore

/// Fails when the code claims more memory than a number of bytes for each byte that it was given.
let private within each given (what: unit -> byte[]) (code: unit -> unit) =
    let before = GC.GetAllocatedBytesForCurrentThread()
    code ()
    let claimed = GC.GetAllocatedBytesForCurrentThread() - before

    if claimed > 48L * 1024L + each * int64 given then
        failtestf "%d bytes of memory for %d: %s" claimed given (Convert.ToHexString(what ()))

let private sample generator size count =
    Gen.sampleWithSeed (FsCheck.Rnd 5UL) size count generator

let private values = sample Some.value 20 300 |> Array.map MessagePackTests.encode

/// What a frame is before it is a frame: its header, and its payload taken apart where it is of columns.
type private Part =
    | Plain of FrameHeader * byte[]
    | Columns of FrameHeader * head: byte[] * (int * byte[])[]

let private columnsOf (payload: byte[]) =
    let mutable reader = MessagePackReader(ReadOnlyMemory payload)
    reader.ReadArrayHeader() |> ignore

    for _ in 1..6 do
        reader.Skip()

    let head = payload[.. int reader.Consumed - 1]
    let columns = Array.zeroCreate (reader.ReadArrayHeader())

    for i in 0 .. columns.Length - 1 do
        reader.ReadArrayHeader() |> ignore
        let id = reader.ReadInt32()
        reader.Skip()
        reader.Skip()
        columns[i] <- (id, reader.ReadBytes().ToArray())

    head, columns

let private partsOf bytes =
    [|
        for at, length in framesOf bytes do
            let _, header = FrameHeader.TryRead(ReadOnlySpan(bytes, at, length))
            let payload = bytes[at + FrameHeader.Length .. at + length - 1]

            if header.Type = FrameType.Data then
                let head, columns = columnsOf payload
                Columns(header, head, columns)
            else
                Plain(header, payload)
    |]

let private frame (header: FrameHeader) rawLength (payload: byte[]) =
    let bytes = Array.zeroCreate (FrameHeader.Length + payload.Length)

    FrameHeader(
        header.Type,
        header.Compatible,
        header.Incompatible,
        header.Sequence,
        header.TraceId,
        header.EventCount,
        rawLength,
        uint32 payload.Length,
        Crc32C.Compute(ReadOnlySpan payload)
    )
        .Write(Span bytes)

    payload.CopyTo(bytes, FrameHeader.Length)
    bytes

/// The columns, each with a codec, as a payload and its raw length.
let private payloadOf (random: Random) (head: byte[]) (columns: (int * byte[])[]) =
    let buffer = ByteBuffer()
    let mutable writer = MessagePackWriter(buffer)
    writer.WriteRaw(ReadOnlySpan head)
    writer.WriteArrayHeader columns.Length
    let mutable saved = 0

    for id, raw in columns do
        let codec = if random.Next 4 > 0 then 0 else random.Next(1, 3)
        let target = Array.zeroCreate raw.Length

        let length =
            if codec = 0 then
                -1
            else
                ColumnCodecs.Compress(LanguagePrimitives.EnumOfValue(byte codec), raw, raw.Length, target)

        writer.WriteArrayHeader 4
        writer.Write(int64 id)
        writer.Write(if length < 0 then 0L else int64 codec)
        writer.Write(int64 raw.Length)

        if length < 0 then
            writer.Write(ReadOnlySpan raw)
        else
            writer.Write(ReadOnlySpan target[.. length - 1])
            saved <- saved + raw.Length - length

    writer.Flush()
    let payload = buffer.Written.ToArray()
    payload, uint32 (payload.Length + saved)

let private mutateFrame (random: Random) part =
    match part with
    | Columns(header, head, columns) when random.Next 8 > 0 ->
        let changed = Array.copy columns
        let at = random.Next columns.Length
        let id, raw = columns[at]
        changed[at] <- (id, mutate random raw)
        let head = if random.Next 16 = 0 then mutate random head else head
        let payload, rawLength = payloadOf random head changed
        frame header rawLength payload
    | Columns(header, head, columns) ->
        let payload, rawLength = payloadOf random head columns
        let payload = mutate random payload
        frame header (max rawLength (uint32 payload.Length)) payload
    | Plain(header, payload) ->
        let payload = mutate random payload
        frame header (uint32 payload.Length) payload

let private whole random part =
    match part with
    | Plain(header, payload) -> frame header (uint32 payload.Length) payload
    | Columns(header, head, columns) ->
        let payload, rawLength = payloadOf random head columns
        frame header rawLength payload

let private traces =
    [|
        for events in sample (Gen.listOfLength 6 Some.event) 8 12 do
            writeWith (options 6 ColumnCodec.None) (fun writer ->
                writer.Add(
                    ProcessRecord(ProcessChange.Start, 0, -1, 7, 1L, ImmutableArray.Create "app", Nullable 3)
                )

                writer.Add(
                    LossRecord(
                        0,
                        "busy",
                        1L,
                        2L,
                        3L,
                        ImmutableArray.Create(Collections.Generic.KeyValuePair("open", 1L))
                    )
                )

                for e in events do
                    writer.Add e.View)
    |]

let private preamble = traces[0][.. Preamble.Length - 1]
let private parts = traces |> Array.map partsOf

/// A header whose fields were changed, and whose checksum holds.
let private mutateHeader (random: Random) (bytes: byte[]) =
    let changed = Array.copy bytes
    let at = Array.item (random.Next 8) [| 8; 10; 13; 16; 39; 44; 49; 54 |]

    let length =
        if at = 8 then 1
        elif at < 16 then 2
        else 4

    let value =
        if random.Next 2 = 0 then
            counts[random.Next counts.Length]
        else
            uint32 (random.Next 300)

    for i in 0 .. length - 1 do
        changed[at + i] <- byte (value >>> (8 * (length - 1 - i)))

    changed.AsSpan(49, 4).CopyTo(changed.AsSpan 64)

    Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
        changed.AsSpan 59,
        Crc32C.Compute(ReadOnlySpan(changed, 0, 58))
    )

    changed

let private mutateTrace (random: Random) =
    let trace = parts[random.Next parts.Length]
    let at = random.Next trace.Length

    let bytes =
        [|
            yield preamble

            for i in 0 .. trace.Length - 1 do
                if i <> at then
                    yield whole random trace[i]
                elif random.Next 8 = 0 then
                    yield mutateHeader random (whole random trace[i])
                else
                    yield mutateFrame random trace[i]
        |]
        |> Array.concat

    if random.Next 32 = 0 then mutate random bytes else bytes

/// The raw lengths that the headers of a file declare, as far as a reader believes them.
let private declared (bytes: byte[]) limit =
    let mutable sum = 0L

    for at in 0 .. bytes.Length - FrameHeader.Length do
        if bytes[at] = 0x9cuy then
            match FrameHeader.TryRead(ReadOnlySpan(bytes, at, FrameHeader.Length)) with
            | true, header when header.RawLength <= uint32 limit -> sum <- sum + int64 header.RawLength
            | _ -> ()

    sum

let private readAll validate limit (bytes: byte[]) =
    let use' (item: TraceItem | null) =
        match item with
        | :? EventsItem as item ->
            match item.Frame with
            | null -> ()
            | frame ->
                try
                    for row in 0 .. min 63 (frame.Count - 1) do
                        EventView(frame, row).Detach() |> ignore
                with :? TraceFormatException when not validate ->
                    ()
        | _ -> ()

    try
        use reader =
            new TraceReader(
                new MemoryStream(bytes),
                TraceReaderOptions(Validate = validate, MaxRawLength = limit)
            )

        let mutable item = reader.Read()

        while not (isNull item) do
            use' item
            item <- reader.Read()
    with :? TraceFormatException ->
        ()

[<Tests>]
let tests =
    testList
        "changed at random"
        [
            testCase "T43 T44 a trace whose frames were changed under checksums that hold" (fun () ->
                let limit = 1024 * 1024

                run (times * 64_000) (fun random ->
                    let bytes = mutateTrace random
                    let given = int64 bytes.Length + declared bytes limit
                    // The reader's own window is 64 KiB; a frame whose payload is damaged is put before it again.
                    within 160L (given + 1024L) (fun () -> bytes) (fun () ->
                        readAll (random.Next 2 = 0) limit bytes)))

            testCase "T40 T44 a value" (fun () ->
                run (times * 704_000) (fun random ->
                    let bytes = mutate random values[random.Next values.Length]

                    within 96L (int64 bytes.Length) (fun () -> bytes) (fun () ->
                        let mutable reader = MessagePackReader(ReadOnlyMemory bytes)

                        try
                            ValueCodec.Read(&reader) |> ignore
                        with :? MessagePackSerializationException ->
                            ())))

            testCase "T44 what is skipped" (fun () ->
                run (times * 320_000) (fun random ->
                    let bytes = mutate random values[random.Next values.Length]
                    let mutable reader = MessagePackReader(ReadOnlyMemory bytes)

                    try
                        reader.Skip()
                        Expect.isLessThanOrEqual reader.Consumed (int64 bytes.Length) "bytes"
                    with :? MessagePackSerializationException ->
                        ()))

            testCase "T23 T25 an LZ4 block" (fun () ->
                let blocks =
                    [|
                        for seed in 1..50 do
                            let random = Random seed

                            let raw =
                                Array.init (random.Next(1, 400)) (fun i -> byte (random.Next(1 + i % 40)))

                            let target = Array.zeroCreate 1000
                            let length = Lz4Block.Encode(ReadOnlySpan raw, Span target)
                            target[.. length - 1], raw.Length
                    |]

                run (times * 512_000) (fun random ->
                    let block, length = blocks[random.Next blocks.Length]
                    let changed = mutate random block
                    let length = if random.Next 4 = 0 then random.Next 2000 else length
                    let target = Array.zeroCreate (length + 8)
                    let isWhole = Lz4Block.Decode(ReadOnlySpan changed, Span(target, 0, length))

                    if target.AsSpan(length).ContainsAnyExcept 0uy then
                        failtest "bytes behind the target"

                    if isWhole <> (CodecTests.slowDecode changed length = Some target[.. length - 1]) then
                        failtestf "%s to %d bytes" (Convert.ToHexString changed) length))

            testCase "T29 T33 a packed column, and times" (fun () ->
                let columns =
                    [|
                        for seed in 1..50 do
                            let random = Random seed
                            let rows = random.Next(1, 40)
                            let most = 1L <<< random.Next 62
                            let cells = Array.init rows (fun _ -> random.NextInt64 most)
                            let buffer = ByteBuffer()
                            PackedColumnWriter().Write(ReadOnlySpan cells, buffer)
                            let timeBuffer = ByteBuffer()
                            let sorted = Array.sort cells
                            TimeColumn.Write(ReadOnlySpan sorted, timeBuffer)

                            buffer.Written.ToArray(),
                            timeBuffer.Written.ToArray(),
                            rows,
                            sorted[0],
                            sorted[rows - 1]
                    |]

                run (times * 448_000) (fun random ->
                    let packed, times, rows, first, last = columns[random.Next columns.Length]

                    if random.Next 2 = 0 then
                        match PackedColumn.Read(mutate random packed, rows) with
                        | null -> ()
                        | column ->
                            for row in 0 .. rows - 1 do
                                column[row] |> ignore
                    else
                        match TimeColumn.TryRead(ReadOnlySpan(mutate random times), rows, first, last) with
                        | true, NonNull read ->
                            if read[0] <> first || read[rows - 1] <> last || read <> Array.sort read then
                                failtestf "times %A" read
                        | _ -> ()))
        ]
